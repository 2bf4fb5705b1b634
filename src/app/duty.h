/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty.h: what the law asks to be told to whom, and by when.  Duties open from
 * the moment a report is received, provisionally; they become firm when the
 * incident is verified, or fall away when it is none.  Nothing here ever stops
 * a step of the response.
 */
#pragma once

#include "app/op.h"
#include "duty/duty_plan.h"
#include "pack/pack.h"

/*
 * Opens, firms, moves, drops every duty that the incident's present facts ask
 * for; called at the end of every operation that changes one of them.  Called
 * again it changes nothing.  ${incident_id} NULL: the agency's own duties, those
 * of the calendar and the requests that belong to no incident.
 */
void duty_evaluate(struct call *call, const char *incident_id);

/*
 * A document's state changed (draft submitted approved numbered issued recalled
 * replaced), or one of its dispatches did: the duties tied to it in document_duty
 * follow.  A duty is sent when every recipient role that has a contact got a
 * dispatch of state sent (where none has, when one dispatch was sent);
 * acknowledged when all of those were.  ${state} is for the record alone.
 */
void duty_document(struct call *call, const char *document_id, const char *state);

/* The agency's own point of contact changed: what binds members to tell of it (TT 20 Đ6.1.b). */
void duty_contact_changed(struct call *call);

/* The packs' holidays for deadline_after() and deadline_at(); ${arg} is a struct packs. */
enum day_kind duty_day_kind(const void *arg, int64_t at_ms);

/* ---- for the parts of duty*.c and op_duty.c ------------------------------------------ */

/*
 * Of the column ${state}.  Not a list after IN: SQLite builds a tree of one each time a
 * statement runs, also for the condition of an index, which must have these words.
 */
#define DUTY_UNFINISHED(state) \
	"(" state " = 'pending' OR " state " = 'drafting' OR " state " = 'waiting_signature' OR " \
	state " = 'numbered')"

/*
 * Whose key does not begin with their incident's id: of a request, a period, a change of the agency's.
 * The index of keys has these alone, so who looks for one of their keys says so.
 */
#define DUTY_BY_OTHERS "(incident_id IS NULL OR substr(key, 1, 36) <> incident_id)"

/* What decides which obligations concern the agency at all. */
struct duty_agency {
	bool is_member, is_owner;
	bool has_level[6];  /* operates a system of that level */
	const char **off;   /* regulations switched off */
	size_t off_count;
	int64_t created_at;
};
void duty_agency_read(struct tx *tx, struct arena *arena, const char *agency_id,
    struct duty_agency *ret);
bool duty_concerns(const struct duty_agency *agency, const struct pack_obligation *o);
bool duty_is_off(const struct duty_agency *agency, const char *regulation);

/*
 * The regulation that argument names, if it may lead here: in force, not switched off, its
 * instrument not over.  NULL and ERR_STATE err.regulation_over or err.regulation_replaced
 * {value, other}, ERR_NOT_FOUND err.regulation, ERR_INVALID err.required.
 */
const struct pack_regulation *regulation_may_lead(struct call *call, const char *name);

/* The recipients' roles of ${o} for that agency, by spaces; in the arena. */
const char *duty_recipients(struct arena *arena, const struct duty_agency *agency,
    const struct pack_obligation *o);

/* A rule's pack. */
struct duty_source {
	const struct pack_regulation *regulation;
	const struct pack_obligation *obligation;
};

/* All rules for that agency, whenever they hold: at most DUTY_RULES_MAX, in the arena. */
size_t duty_rules(struct arena *arena, const struct packs *packs, const struct duty_agency *agency,
    struct duty_rule **ret);

/*
 * Looks at all incidents that run, and those with unfinished duties, on one
 * snapshot, and tells ${fn} each one whose duties are not what its facts ask for.
 * Returns how many duties were looked at.
 */
typedef void (*duty_scan_fn)(void *arg, const char *incident_id);
size_t duty_scan(struct tx *tx, const struct packs *packs, const char *agency_id, int64_t now,
    duty_scan_fn fn, void *arg);

/* What the incident's duties need that is not what they are; at most ${max}. */
size_t duty_differs(struct tx *tx, struct arena *arena, const struct packs *packs,
    const char *agency_id, const struct duty_agency *agency, int64_t now, const char *incident_id,
    struct duty_action *ret, size_t max);

/*
 * Looks at everything again and settles what differs, each incident in a transaction
 * and ledger entry of its own.  For a new day, new packs, a program that starts.
 */
struct duty_totals {
	int64_t duties, incidents; /* looked at; settled */
};
int duty_evaluate_all(struct app *app, struct duty_totals *ret, struct err *err);

/* The duties that come back by the calendar: opens those that are due next. */
void duty_open_periods(struct call *call, const struct duty_agency *agency);

/* Inserts a duty of ${o}; returns its id. */
struct duty_new {
	const struct pack_regulation *regulation;
	const struct pack_obligation *obligation;
	const struct duty_agency *agency;
	const char *incident_id, *base; /* base of the key: incident, request or period */
	int instance;                   /* 1 for the first */
	enum duty_kind kind;
	bool is_provisional;
	int64_t from_at, due_at, sent_at, acknowledged_at; /* SQL_NULL as DUTY_NEVER */
	const char *period;
	int64_t period_from_at, period_to_at;
};
const char *duty_insert(struct call *call, const struct duty_new *d);

/* The obligation a row came from; of its version at ${at_ms}, else the one in force; NULL: gone. */
const struct pack_obligation *duty_obligation(const struct packs *packs, const char *profile,
    const char *obligation, int64_t at_ms);

/*
 * Reminders (app/duty_remind.c).  The duty is looked at next at its alarm (app/alarm.h);
 * the one of ${last} (0: none yet) was the last that went.  SQL_NULL: no more.
 */
int64_t duty_remind_at(const struct call *call, enum duty_kind kind, int64_t from_at,
    int64_t due_at, int64_t last);
/* Sets it again, after the clock moved or the duty came back. */
void duty_remind_set(struct call *call, const char *duty_id, enum duty_kind kind, int64_t from_at,
    int64_t due_at);

#define DUTY_EVALUATE_JOB "duty.evaluate"

/*
 * Looks at the duty: when a reminder is reached that has not gone, mail to who leads and to
 * the administrators; a red clock also to the substitutes.  In one transaction with what
 * remembers it, so each goes once.
 */
int duty_remind(struct call *call, const char *duty_id);

/* The morning's mail, once a working day; answers whether it was due. */
bool duty_morning_is_due(struct tx *tx, struct arena *arena, const struct packs *packs,
    const char *agency_id, int64_t now);
int duty_morning(struct call *call);
