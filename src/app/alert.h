/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert.h: what detections and other systems say, until a person has answered it.
 *
 *	new --ack--> acknowledged --merge, open--> merged (in an incident) --take out--> acknowledged
 *	  \______________\________verdict false_positive, benign--> closed --verdict undecided--> acknowledged
 *
 * A mute hides alerts and keeps them quiet; it neither drops nor answers them.
 */
#pragma once

#include "app/visible.h"

#define ALERT_OBSERVABLES_MAX 100
#define ALERT_DETAIL_MAX      ((size_t)48 << 10) /* bytes of detail_json */
#define ALERT_MUTE_DAYS_MAX   90

struct alert_observable {
	const char *type;  /* as observable_type_name(); NULL: what it looks like */
	const char *value; /* as written; what is no observable of that type is left out */
	const char *note;  /* NULL: none */
	bool is_ioc;
	const char *tlp;   /* how far it may be passed on (as an observable's); NULL: amber */
};

/* Texts are well-formed UTF-8; NULL where nothing is known, unless said otherwise. */
struct alert_in {
	const char *source;      /* needed: "hunt", "wazuh", "suricata", …; at most 60 bytes */
	const char *source_ref;  /* needed: unique in the source; at most 200 bytes */
	const char *rule_id;     /* NULL: the title stands for it */
	const char *title;       /* needed; cut at 300 bytes */
	const char *level;       /* informational low medium high critical; NULL: medium */
	const char *tags_json;   /* array of strings: "attack.t1003", … */
	const char *host, *user; /* cut at 200 bytes */
	const char *detail_json; /* an object, at most ALERT_DETAIL_MAX: what matched, the story */
	const char *advice;      /* what to do; cut at 4000 bytes */
	const char *playbook;    /* id of the playbook it leads to; one that is not there is left out */
	int64_t first_at, last_at; /* SQL_NULL: now */
	int64_t count;           /* detections in it; below 1: one */
	const struct alert_observable *observables;
	size_t observables_count; /* those beyond ALERT_OBSERVABLES_MAX are left out */
	const char *incident_id; /* it goes into that incident at once; the caller may see and change it */
	const char *hunt_id;
};

struct alert_taken {
	const char *id, *number; /* in the arena */
	bool is_new;    /* false: source and source_ref were known */
	bool is_muted;
};

/*
 * Takes an alert in, inside a writing operation.  The same source and reference
 * again never makes a second one: count, times and level may grow (then the
 * detail is exchanged too, and one that was only acknowledged is new again);
 * when nothing grew nothing is written.  Mutes are applied: a muted alert is kept
 * and counted.  One with an incident brings its observables and a timeline entry there.
 * ERR_INVALID with the field: err.required (source, source_ref, title), err.too_long
 * (source, source_ref), err.choice (level), err.time_order (last_at);
 * ERR_TOO_LARGE err.too_large (detail).
 */
int alert_take(struct call *call, const struct alert_in *in, struct alert_taken *ret);

/* What a reader may see of an alert "a": with its incident, or, outside one, as open incidents are. */
#define ALERT_VISIBLE \
	"(a.agency_id = ? AND ((a.incident_id IS NULL AND ? >= 1) OR EXISTS (SELECT 1 FROM incident i" \
	" WHERE i.id = a.incident_id AND " VISIBLE ")))"
#define ALERT_VISIBLE_TYPES "ti" VISIBLE_TYPES
#define ALERT_VISIBLE_ARGS(c) (c)->agency_id, (int64_t)(c)->actor.sees, VISIBLE_ARGS(c)

/* Hidden by a mute that was not lifted; of an alert "a". */
#define ALERT_MUTED \
	"EXISTS (SELECT 1 FROM alert_mute m WHERE m.id = a.mute_id AND m.lifted_at IS NULL)"

/*
 * Those the arguments are about, as conditions on an alert "a": groups ("RULE@SOURCE"), rule,
 * source, host ("-": none), level and q.
 */
struct filter;
void alert_filter_scope(struct call *call, struct filter *f);

/* One line of what became of an alert; ${about} and ${text} may be NULL. */
void alert_event(struct call *call, const char *alert_id, const char *kind, const char *about,
    const char *text);

/* Somebody is to be told of high and critical alerts that nobody was told of: soon, all in one. */
void alert_tell_soon(struct call *call);

/* "alerts","detections","true_positive",…,"false_percent" of a rule into the open object. */
void alert_rule_out(struct call *call, const char *source, const char *rule_id);

/*
 * Whether the column of a mute fits a value: it says nothing, or the same but for case, a * in it
 * standing for anything.  Begins with a space.
 */
#define ALERT_MUTE_FITS(column, value) \
	" (" column " IS NULL OR lower(COALESCE(" value ", '')) LIKE lower(replace(replace(replace(replace(" \
	column ", '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '*', '%')) ESCAPE '\\')"

/* 0 critical … 4 informational; of an alert "a". */
#define ALERT_RANK \
	"CASE a.level WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END"

/* NULL-terminated: informational … critical. */
extern const char *const alert_levels[];

/* 0 informational … 4 critical; -1: none of them. */
int alert_rank(const char *level);

/*
 * Where an alert outside incidents is after ${verdict} (NULL: undecided): false and harmless ones are
 * done with, real ones wait for an incident.
 */
const char *alert_state_of(const char *verdict);

/* An alert as operations need it; strings live in the arena. */
struct alert {
	const char *id, *number, *source, *rule_id, *title, *level, *host, *state, *mute_id, *verdict;
	const char *incident_id, *playbook;
	int64_t version, first_at, last_at, count, received_at;
};

/*
 * The signs of an alert that grew in its incident, as far as they are not there: into it, unless its case
 * is closed.
 */
void alert_bring_late(struct call *call, const struct alert *a);

/* The alert of that id or number, if the actor may see it; else ERR_NOT_FOUND with ${field}. */
int alert_load(struct call *call, const char *field, const char *key, struct alert *ret);

/*
 * Puts an alert into a workable incident the caller has loaded: its observables, one timeline
 * entry.  ${reason} may be NULL.  Nothing of the alert is lost; alert_take_out() undoes it.
 */
int alert_attach(struct call *call, const struct alert *alert, const struct incident *incident,
    const char *reason);

/* Alerts that one operation answers; what is more is told, and waits. */
#define ALERTS_AT_ONCE 2000

/*
 * Puts all of them that are not there yet into the incident, with one timeline entry for
 * all; ${ret_changed}: how many that were.  Not for jobs that take alerts one by one.
 */
int alert_attach_all(struct call *call, const struct alert *list, size_t n, const struct incident *incident,
    const char *reason, size_t *ret_changed);

/* Takes it out again, with the observables that came with it and that nobody has changed since. */
int alert_take_out(struct call *call, const struct alert *alert, const struct incident *incident,
    const char *reason);

/* The mute that hides such an alert now; NULL: none. In the arena. */
const char *alert_mute_find(struct call *call, const char *rule_id, const char *source,
    const char *host, const char *user);
