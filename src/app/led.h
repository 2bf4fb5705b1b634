/* SPDX-License-Identifier: Apache-2.0 */
/* led.h: an incident led from step to step: what is missing, the step itself, what is next. */
#pragma once

#include "app/visible.h"
#include "model/state.h"

/*
 * Writes into the open object what there is to do next:
 *	"next": {"op","to","title","missing":[…]} or null when nothing is (closed)
 *	"guards": [{"op","to","title","missing":[{"id","text","is_hard"}]}] for each possible step
 * ${incident} is as incident_load() gave it.
 */
void incident_next(struct call *call, const struct incident *incident);

struct move {
	enum incident_state to;
	enum move_by by;
	const char *reason;           /* NULL: none was given */
	bool force;                   /* go on although guards are not met; needs a reason */
	int64_t occurred_at;          /* SQL_NULL: now */
	int64_t seen;                 /* version of the incident that was seen; -1: not said */
	const char *second_person_id; /* who confirmed a dismissal; NULL: nobody */
	const char *other;            /* number of the incident merged into, for the timeline */
};

/*
 * Makes one step of the table: checks it, changes the incident, does the
 * effects, writes the timeline.  ${incident} shows the new state and loop count
 * afterwards.
 * ERR_STATE  err.transition: the table has no such step; err.guards: not met, err.list
 *            holds the sentences (not with force); err.move_by: another operation makes it
 * ERR_INVALID err.required (reason), err.second_needed, err.time_order (occurred_at before
 *            detection)
 * ERR_CONFLICT when ${seen} is no longer the version
 */
int incident_move(struct call *call, struct incident *incident, const struct move *move);

/* id, number, state, step, version and the like of an incident, then incident_next(). */
int incident_answer(struct call *call, const char *id);

/* A person with an account, as an argument names one by id or login. */
struct person {
	const char *id, *name, *title, *email;
	unsigned rights;
};

/* ERR_INVALID (err.no_such_person) with the field; also for a disabled account. */
int person_arg(struct call *call, const char *name, struct person *ret);

/* A catalogue text in ${lang} with arguments (name, value … NULL) filled in; in the arena. */
const char *words_in(struct call *call, enum lang lang, const char *key, const char *const *args);

/* The same with names and values side by side. */
const char *words_with(struct call *call, enum lang lang, const char *key, const char *const *names,
    const char *const *values, size_t n);

/* The same in Vietnamese, for what is stored. */
const char *words_vi(struct call *call, const char *key, const char *const *args);
#define WORDS_ARGS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* ${n} as text in the arena. */
const char *text_int(struct call *call, int64_t n);
