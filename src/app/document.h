/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h: papers of a case or of the agency: made from the facts, led from
 * draft to issued, and what is wrong with them.
 *
 *	draft --submit--> submitted --approve--> approved --number--> numbered --issue--> issued
 *	  ^--------------------return---------------------------------|      |
 *	                                                  recalled, replaced <---|
 *
 * A form with a printed header goes under a cover letter: the two take their
 * steps together, and the cover carries number and date.  Number and date come
 * from the clerk's register and are never made here.  Steps are not refused for
 * being out of order when they tell what has happened already: they warn.
 *
 * When a paper leaves draft, the facts and the form it was made with are kept
 * with its edition, so that it prints the same for ever.
 */
#pragma once

#include "app/op.h"
#include "app/visible.h"
#include "pack/form.h"

/* The papers that others refer to. */
#define DOCUMENT_INITIAL_FORM "mau-03"
#define DOCUMENT_NOTICE_FORM  "thong-bao-su-co"

enum document_state {
	DOC_DRAFT, DOC_SUBMITTED, DOC_APPROVED, DOC_NUMBERED, DOC_ISSUED, DOC_RECALLED, DOC_REPLACED,
	DOC_STATES,
};
extern const char *const document_states[]; /* names, NULL at the end */

/* A paper; strings live in the call's arena, NULL when there is none. */
struct document {
	const char *id, *number, *incident_id, *form, *variant, *title, *basis, *values_json;
	const char *doc_number, *doc_symbol, *doc_date, *signer_name, *signer_title, *authority, *urgency;
	const char *cover_id, *replaces_id, *recipients, *distribution;
	const char *signed_evidence_id, *signed_sha256, *signed_name, *frozen_json;
	enum document_state state;
	int64_t version, edition, form_version, period_from_at, period_to_at, signed_size;
};

/* Seeing papers is for those who read incidents, and for the clerk. ERR_FORBIDDEN. */
int document_may_see(struct call *call);

/* Changing their text; ERR_FORBIDDEN.  Numbering and sending is the clerk's too. */
int document_may_write(struct call *call);
int document_may_send(struct call *call);

/*
 * A condition on document d LEFT JOIN incident i: what this actor may see.  The
 * clerk sees what was handed over to be numbered and sent, but nothing of a
 * restricted incident.
 */
#define DOCUMENT_SEEN \
	"((d.incident_id IS NULL AND ? >= 0) OR " VISIBLE " OR (? = 1 AND d.agency_id = ?" \
	" AND d.state IN ('approved', 'numbered', 'issued') AND COALESCE(i.is_restricted, 0) = 0))"
#define DOCUMENT_SEEN_TYPES "i" VISIBLE_TYPES "it"
#define DOCUMENT_SEEN_ARGS(c) \
	(int64_t)(c)->actor.sees, VISIBLE_ARGS(c), \
	(int64_t)(((c)->actor.rights & RIGHT_REGISTER) != 0), (c)->agency_id

/* The paper an argument names by id or number, if the actor may see it; else ERR_NOT_FOUND. */
int document_arg(struct call *call, const char *name, struct document *ret);
int document_load(struct call *call, const char *id, struct document *ret);

/* "05/BC-STC"; NULL without a number. In the arena. */
const char *document_reference(struct call *call, const char *number, const char *symbol);

/* "23/11/2026", for people, of a day as it is kept: "2026-11-23"; NULL is "". In the arena. */
const char *document_day(struct call *call, const char *day);

/* The symbol a form's paper has after its number: "BC-STC", "STC-VP" for a công văn. In the arena. */
const char *document_symbol(struct call *call, const struct pack_form *form);

/* The form the paper was made with; ERR_NOT_FOUND err.document.no_form when it is gone. */
int document_form(struct call *call, const struct document *d, const struct pack_form **ret);

/* The facts it is printed with: those kept, or today's for a draft; the caller frees them. */
struct json *document_facts(struct call *call, const struct document *d);

/* The paper's recipients by role, separated by spaces: of its duties, else of its form. */
const char *document_roles(struct call *call, const char *id, const struct pack_form *form);

/* Nơi nhận, as it is proposed: lines. In the arena. */
const char *document_distribution(struct call *call);

/* A saved text of a paper. */
void document_edition_insert(struct call *call, const char *document_id, const char *incident_id,
    int64_t edition, const char *values, const char *note);

/* The account that acts, NULL when it is none. */
const char *document_actor(const struct call *call);

struct filter;
void filter_document_seen(struct filter *f, const struct call *call); /* " AND " DOCUMENT_SEEN */

/* ---- who signs: document_signer.c ------------------------------------------------------------- */

/* KT: for the head by a deputy; TL, TUQ only where the setting document.authorities allows. */
struct signer {
	const char *name, *title, *authority; /* authority NULL: the head */
};
extern const char *const document_authorities[]; /* "head", then the abbreviations; NULL at the end */

/* The head of the agency; empty when there is no such account. */
int signer_default(struct call *call, struct signer *ret);

/*
 * What the arguments signer and authority make of ${signer}: an account by id,
 * login or name, or the name of somebody else.  A deputy signs KT. without being
 * told.  ERR_INVALID err.document.authority for what the agency does not use.
 */
int signer_arg(struct call *call, struct signer *signer);

/* ---- values: document_values.c -------------------------------------------------------------- */

/* The values of all fields that ${facts} can fill; a fact that does not fit its field is left out. */
struct json *document_fill(const struct pack_form *form, const char *variant,
    const struct json *facts);

/*
 * Puts ${given} (an object by field) into ${values}: texts without control
 * characters, null removes.  ERR_INVALID: err.document.field for no field of the
 * form, err.document.kind for a value of another shape, err.document.private_ip
 * for an inside address where only public ones belong, err.too_long beyond what
 * any paper holds.
 */
int document_put(struct call *call, const struct pack_form *form, const struct json *given,
    struct json *values);

/* ---- what is missing and wrong: document_check.c ---------------------------------------------- */

struct document_check {
	struct call *call;
	const struct pack_form *form;
	const char *variant;
	const struct json *values, *facts;
	size_t gaps, faults;
};

/* "fields": what the form asks, each with whether it is asked now; ${values} NULL: all are. */
void document_out_fields(struct call *call, const struct pack_form *form, const char *variant,
    const struct json *values, const struct json *facts);

/* "gaps": [{field,label}], "faults": [{field,label,message}] into the open object; counts them. */
void document_check(struct document_check *check);

/* ---- legal ground: document_basis.c -------------------------------------------------------------- */

/*
 * The basis a new paper of ${form} is made under: ${asked} (a regulation's id) when
 * given, else that of the duties it is for (${duties}: ids, by spaces), else what
 * the form names.  "ATTT-2017: TT 20/2017 Đ9.1.b" in the arena, NULL when there is
 * none.  ERR_STATE err.document.basis_expired, naming the one that replaces it.
 */
int document_basis(struct call *call, const struct pack_form *form, const char *asked,
    const char *duties, int64_t at, const char **ret);

/* The same question asked again of a paper that has its basis. */
int document_basis_check(struct call *call, const char *basis, int64_t at);

/* "grounds": the "Căn cứ" lines that are in force at ${at}, into the open object. */
void document_grounds(struct call *call, const struct pack_form *form, const char *basis, int64_t at,
    struct jsonw *w);

/* ---- steps: document_step.c ----------------------------------------------------------------------- */

/* A paper and what it travels with. */
struct bundle {
	struct document main;
	struct document cover; /* id NULL: there is none */
	const struct document *head; /* the one that carries number and signature */
};
int document_bundle(struct call *call, const char *name, struct bundle *ret);

/* What a person is told besides, and what is recorded with the step. */
struct warnings {
	struct buf text; /* one a line */
};
void warn(struct call *call, struct warnings *w, const char *key, const char *const *args);

/*
 * Both papers to ${to}; keeps facts and form when they leave draft, tells the
 * duties and the timeline (${word}: key without "timeline.document."; ${args} as
 * for TIMELINE_ARGS, may be NULL), and a paper replaced by an issued one.
 */
void document_move(struct call *call, struct bundle *b, enum document_state to, const char *word,
    const char *const *args, const char *text);

/* Timeline of a paper; nothing for one of the agency alone. */
void document_tell(struct call *call, const struct document *d, const char *word,
    const char *const *args, const char *text);

/* Issues both, telling what was skipped; nothing when they are issued already. */
int document_issue_now(struct call *call, struct bundle *b, struct warnings *w);

/* Tells how many gaps and faults the papers have. */
void document_warn_gaps(struct call *call, const struct bundle *b, struct warnings *w);

/*
 * Keeps a file that belongs to a paper as evidence of its case (${word}: catalogue
 * key of the description); NULL for a paper without a case.
 */
const char *document_keep_file(struct call *call, const struct document *d,
    const struct upload *upload, const char *word);

/* The kind of outbox row that carries a paper: its body is {"dispatch":id}. */
#define DOCUMENT_MAIL "document"

/* The columns of the lists in that answer. */
extern const char *const document_columns[];

/* The whole answer about a paper into the open object. */
int document_out(struct call *call, const char *id, const struct warnings *warnings);

/* ---- print: document_print.c ------------------------------------------------------------------- */

/*
 * What the layout engine is asked for, as one frame of JSON (app/paper.h takes it);
 * ${format}: pdf, docx, html, txt.
 */
int document_frame(struct call *call, const struct document *d, const char *format,
    struct buf *ret_frame);

/*
 * The same for a form that is no stored paper: filled from the facts, ${values} (may
 * be NULL) laid over them.
 */
struct facts_want;
int document_form_frame(struct call *call, const char *form_id, const struct facts_want *want,
    const struct json *values, const char *format, struct buf *ret_frame);
