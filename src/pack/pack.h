/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack.h: law, playbooks, severity tables and checklists as data.
 *
 * A pack is one YAML file under packs/ (inside the program) or DATADIR/packs
 * (the agency's own: the same relative name replaces the shipped file, another
 * name adds to it).  A loaded set never changes and may be read by any number
 * of threads; every pointer in it lives as long as the set.  Strings are never
 * NULL, only empty.  packs/README.md tells how a file looks.
 */
#pragma once

#include "base/err.h"

/* Said in Vietnamese, and in English where the pack has it. */
struct pack_text {
	const char *vi, *en;
};

/* The text in ${lang} ("vi", "en"); Vietnamese when there is no other. Never NULL. */
const char *pack_say(const struct pack_text *text, const char *lang);

/* What every pack begins with. */
struct pack {
	const char *id, *kind;
	int version; /* an incident remembers id and version */
	struct pack_text title;
	int64_t from_ms, to_ms; /* holds for from <= t < to; INT64_MIN and INT64_MAX when open */
	const char *source;
	const char *certainty; /* verified, secondary, memory, proposal */
	const char *file;      /* relative to packs/ */
	bool own;              /* the agency's own file */
	int line, column;
};

/* ---- playbook ---- */

enum pack_phase {
	PHASE_PRIORITY, /* initial_response */
	PHASE_IDENTIFY, /* verifying up to containment */
	PHASE_CONTAIN,
	PHASE_ERADICATE,
	PHASE_RECOVER,
	PHASE_VALIDATE,
	PHASES,
};

/* "priority", "identify", "contain", "eradicate", "recover", "validate". */
const char *pack_phase_name(enum pack_phase phase);

/* A proof the scheduler can repeat; the target is the handler's to fill in. */
struct pack_probe {
	const char *kind; /* tcp_closed, tcp_open, http_status, http_text, person; "" if none */
	struct pack_text hint;
};

struct pack_step {
	const char *id; /* unique in its playbook and stable over versions */
	struct pack_text text, why;
	const char *role; /* netadmin, substitute, office_chief, division_head, director,
			     registry_clerk, staff */
	bool mandatory, needs_approval, produces_evidence, reversible;
	int max_minutes;
	struct pack_text undo_text;
	struct pack_probe probe;
	int line, column;
};

struct pack_power {
	const char *action; /* isolate_keep_power, power_off, ask */
	struct pack_text why;
};

struct pack_playbook {
	struct pack pack;
	const char *code;     /* PB-01 */
	const char *scenario; /* ransomware */
	const char **types;   /* incident types it is for */
	size_t types_count;
	int types_line, types_column;
	bool fallback; /* for every type no other playbook is for */
	const char **applies_to;
	size_t applies_to_count;
	struct pack_power power;
	struct pack_text *signs, *do_now_staff, *do_not_staff, *evidence, *notify_extra;
	struct pack_text *escalation_triggers, *forms, *sources;
	size_t signs_count, do_now_staff_count, do_not_staff_count, evidence_count;
	size_t notify_extra_count, escalation_triggers_count, forms_count, sources_count;
	struct pack_step *step[PHASES];
	size_t steps[PHASES];
	struct pack_text drill_ref;
};

/* The step of that id, or NULL; ${ret_phase} may be NULL. */
const struct pack_step *pack_playbook_step(
    const struct pack_playbook *playbook, const char *id, enum pack_phase *ret_phase);

/* ---- incident types ---- */

struct pack_type {
	const char *id;
	const char *list;  /* A: rows of Mẫu 05; B: not an attack; N: the agency's own */
	int row;           /* row of Mẫu 05, 0 if none */
	const char *group; /* atk, sys, hum, nat, own */
	struct pack_text title;
	int line, column;
};

struct pack_types {
	struct pack pack;
	struct pack_type *type;
	size_t types;
};

/* ---- triage questions ---- */

struct pack_choice {
	const char *id;
	struct pack_text text;
};

/* One answer to give. "unknown" is a valid answer to every part. */
struct pack_part {
	const char *id;   /* the name conditions use */
	const char *kind; /* yes_no, choice, choices (comma-separated), number */
	struct pack_text text;
	struct pack_choice *choice;
	size_t choices;
	struct pack_text unit;
	int64_t min, max;   /* number */
	const char *prefill; /* system.level, system.core: from the register of systems */
	const char *only_if;    /* id of the part this one follows, "" if always asked */
	const char *only_value; /* asked when that choice was made; "": when the answer is not "no",
				   "none" or 0 */
	int line, column;
};

struct pack_question {
	const char *id;
	struct pack_text text, help;
	struct pack_part *part;
	size_t parts;
	int line, column;
};

#define PACK_QUESTIONS_MAX 10

struct pack_questions {
	struct pack pack;
	struct pack_question *question;
	size_t questions;
	struct pack_text unknown; /* "không rõ" */
};

/* The part of that id, or NULL. */
const struct pack_part *pack_questions_part(const struct pack_questions *q, const char *id);

/* ---- severity: see pack/severity.h for the function ---- */

enum pack_cond_op {
	COND_ALL, COND_ANY, COND_NOT,
	COND_IS,                                                  /* one of value[] */
	COND_HAS,                                                 /* any of value[] is chosen */
	COND_COUNT,                                               /* at least number of value[] */
	COND_OVER, COND_AT_LEAST, COND_UNDER, COND_AT_MOST,       /* against number */
};

struct pack_cond {
	enum pack_cond_op op;
	const char *answer; /* part id, or result.type, result.level, result.class, result.beyond */
	const char **value;
	size_t values;
	const char *threshold; /* name, "" when ${number} stands in the rule */
	int64_t number;
	struct pack_cond *sub;
	size_t subs;
	int line, column;
};

struct pack_threshold {
	const char *id;
	int value;
	struct pack_text text;
	int line, column;
};

struct pack_rule {
	const char *id;
	const char *value;
	struct pack_cond when;
	bool doubt;               /* fires too when the answers do not say (default true) */
	struct pack_text because; /* with {threshold} and {answer} */
	int line, column;
};

/* One outcome: what its rules say, or ${otherwise} when none of them does. */
struct pack_group {
	const char *otherwise;
	struct pack_text because;
	struct pack_rule *rule;
	size_t rules;
	int line, column;
};

struct pack_level {
	int level;
	struct pack_text title, criteria, target;
	int classify_minutes, director_minutes; /* 0: no target */
	int line, column;
};

struct pack_severity {
	struct pack pack;
	struct pack_threshold *threshold;
	size_t thresholds;
	struct pack_level *level;
	size_t levels;
	struct pack_text doubt; /* put around a reason that rests on "unknown": {reason} */
	struct pack_group type_rules, beyond_rules, level_rules, class_rules, report_rules;
};

/* ---- symptoms of the report form ---- */

struct pack_symptom {
	const char *id, *icon; /* icon: name in the Tabler set */
	struct pack_text title, plain;
	const char *playbook;  /* id */
	const char *type;      /* likely incident type, "" if it cannot be said */
	int rank;              /* of several chosen ones the lowest rank gives the card */
	struct pack_choice *ask; /* short further questions, answered yes or no */
	size_t asks;
	int line, column;
};

struct pack_symptoms {
	struct pack pack;
	struct pack_symptom *symptom;
	size_t symptoms;
};

/* ---- regulation ---- */

struct pack_due {
	const char *clock; /* detected, received, beyond_capability, response_ended,
			      personal_data_suspected, triggered */
	const char *kind;  /* at_once, within, as_stated, throughout, none */
	int count;         /* within: so many ... */
	const char *unit;  /* ... m, h, d (calendar days), w (working days) */
};

struct pack_calendar {
	const char *every;  /* day, week, half_year, year, two_years; "" if event-driven */
	const char *before; /* MM-DD, exclusive: the last safe day is the day before */
};

struct pack_obligation {
	const char *id;      /* D03 */
	const char *trigger; /* see packs/README.md; "calendar" for the yearly ones */
	bool provisional;    /* opens at ‘received’, before the incident is confirmed */
	bool members_only;   /* binds network members alone */
	bool owners_only;    /* binds the owner (chủ quản) of a system alone */
	int level_from, level_to; /* the agency operates a system of such a level; 0: any */
	struct pack_due due;
	struct pack_calendar calendar;
	struct pack_text what, channel, note;
	const char **recipients; /* role ids: system_owner, national_coordinator, ... */
	size_t recipients_count;
	const char **recipients_others; /* the same for those who are no network member; may be empty */
	size_t recipients_others_count;
	const char *form; /* mau-03, ...; "" if none */
	const char *form_state; /* official, pending, interim, none */
	const char *basis, *certainty;
	int line, column;
};

struct pack_regulation {
	struct pack pack; /* id: ATTT-2017 */
	struct pack_text citation; /* as a legal ground is written */
	const char *replaced_by;   /* id of the regulation that took its place, "" if none */
	const char *instrument;    /* id of the ground (pack/grounds.h) whose end is its own; "" */
	struct pack_obligation *obligation;
	size_t obligations;
};

/* ---- checklist ---- */

struct pack_check {
	const char *id, *group;
	struct pack_text text, how;
	const char *role;
	bool mandatory;
	struct pack_probe probe;
	int line, column;
};

struct pack_check_group {
	const char *id;
	struct pack_text title;
};

struct pack_checklist {
	struct pack pack;
	struct pack_check_group *group;
	size_t groups;
	struct pack_check *check;
	size_t checks;
};

/* ---- holidays ---- */

struct pack_holiday {
	int64_t date_ms;  /* 00:00 local */
	const char *kind; /* off, or working: a weekend day worked in exchange */
	struct pack_text title;
	const char *certainty;
	int line, column;
};

struct pack_holidays {
	struct pack pack;
	struct pack_holiday *day;
	size_t days;
};

/* ---- the set ---- */

struct packs;

/*
 * Loads the shipped packs and those of ${data_dir}/packs; NULL, or a folder
 * that is not there, means the shipped ones alone.  Returns 0, ERR_INVALID or
 * ERR_TOO_LARGE (keys pack.*, yaml.*) with file, line and column of the first
 * fault, or ERR_IO.  The caller frees the set with packs_free().
 */
int packs_load(const char *data_dir, struct packs **ret, struct err *err);

void packs_free(struct packs *packs); /* NULL is allowed */

typedef void (*packs_check_fn)(void *user, const struct err *err);

struct packs_checked {
	size_t files, faults;
};

/*
 * Checks every pack file in ${dir} together with the shipped packs it leans
 * on, and tells ${fn} each fault with file, line and column.  ${complete}
 * also asks for every field of a playbook (domain: what a playbook must
 * contain).  Returns 0 when all could be looked at, faults or not; ERR_NOT_FOUND
 * when ${dir} is no folder; ERR_IO.
 */
int packs_check(const char *dir, bool complete, packs_check_fn fn, void *user,
    struct packs_checked *ret, struct err *err);

/* Reads one pack of ${len} bytes called ${name}, checks it alone and forgets it. For tests. */
int packs_check_bytes(const char *name, const char *data, size_t len, bool complete,
    packs_check_fn fn, void *user);

/*
 * The pack of ${id} that holds at ${at_ms}: of several the one with the latest
 * beginning, then the highest version.  NULL when there is none.
 */
const struct pack_playbook *pack_playbook(const struct packs *p, const char *id, int64_t at_ms);
const struct pack_checklist *pack_checklist(const struct packs *p, const char *id, int64_t at_ms);
const struct pack_regulation *pack_regulation(
    const struct packs *p, const char *id, int64_t at_ms);

/* That very version, whenever it held: what governed an old incident. NULL when it is gone. */
const struct pack_playbook *pack_playbook_version(
    const struct packs *p, const char *id, int version);

/* The playbook for incident type ${type}; the fallback when none is for it. Never NULL
 * unless an agency's own packs ended the validity of the shipped ones. */
const struct pack_playbook *pack_playbook_for_type(
    const struct packs *p, const char *type, int64_t at_ms);

/* The one table that holds at ${at_ms}, or NULL. */
const struct pack_severity *pack_severity(const struct packs *p, int64_t at_ms);
const struct pack_questions *pack_questions(const struct packs *p, int64_t at_ms);
const struct pack_symptoms *pack_symptoms(const struct packs *p, int64_t at_ms);
const struct pack_types *pack_types(const struct packs *p, int64_t at_ms);

const struct pack_symptom *pack_symptom(const struct pack_symptoms *s, const char *id);
const struct pack_type *pack_type(const struct pack_types *t, const char *id);

/* Walks all that hold at ${at_ms}, ordered by id; NULL at the end. ${i} starts at 0. */
const struct pack_playbook *pack_playbook_next(const struct packs *p, int64_t at_ms, size_t *i);
const struct pack_regulation *pack_regulation_next(
    const struct packs *p, int64_t at_ms, size_t *i);
const struct pack_checklist *pack_checklist_next(
    const struct packs *p, int64_t at_ms, size_t *i);
/* Every version of every regulation, whenever it holds, by id, beginning and version. */
const struct pack_regulation *pack_regulation_any(const struct packs *p, size_t *i);
/* Every table of holidays, whatever year it is for. */
const struct pack_holidays *pack_holidays_next(const struct packs *p, size_t *i);

/*
 * Walks the obligations of all regulations that hold at ${at_ms} and have that
 * ${trigger}; NULL at the end.  ${ret_regulation} says whose it is.
 */
const struct pack_obligation *pack_obligation_next(const struct packs *p, const char *trigger,
    int64_t at_ms, size_t *i, const struct pack_regulation **ret_regulation);

/* "off", "working" when the packs say something about the local day of ${at_ms}; else NULL. */
const char *pack_holiday(const struct packs *p, int64_t at_ms);

/* Every pack of the set, for lists; NULL at the end. */
const struct pack *packs_next(const struct packs *p, size_t *i);
