/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h: the life of an incident as one table (TT 20/2017 Đ11; the agency's plan, II.2).
 *
 * Which step may follow which, what should have been done before (guards), and
 * what else happens (effects).  Guards warn and record: who says why may go on
 * with some of them unmet, because what has already happened cannot be refused.
 * Two things nobody can force: a step that the table does not have, and
 * dismissing an incident of Mức 1 or 2 without a second person.
 */
#pragma once

#include "base/base.h"

enum incident_state {
	STATE_RECEIVED,
	STATE_VERIFYING,
	STATE_INITIAL_RESPONSE,
	STATE_OPTION_SELECTION,
	STATE_CONTAINMENT,
	STATE_ERADICATION,
	STATE_RECOVERY,
	STATE_VALIDATION,
	STATE_RESPONSE_ENDED,
	STATE_REVIEW,
	STATE_CLOSED,
	STATE_CLOSED_NOT_INCIDENT,
	STATE_DUPLICATE,
	STATES,
};

/* As stored and as the API says it: "initial_response". Catalogue key: state.<name>. */
const char *state_name(enum incident_state state);

/* STATES when ${name} is NULL or none of them. */
enum incident_state state_of(const char *name);

/* NULL-terminated names of all, in their order. */
extern const char *const state_names[];

/* Nothing more happens in it until it is reopened. */
bool state_is_closed(enum incident_state state);

/*
 * The step, 1 to 5, of the short form for people who are not specialists: found
 * and told, determined, response, coordination, ended. Catalogue key: step.<n>.
 */
int state_step(enum incident_state state);

/* What should have been done. Catalogue keys: guard.<id>, with {count} and {names}. */
enum guard {
	GUARD_LEAD,            /* somebody leads */
	GUARD_VERDICT,         /* type and level are known */
	GUARD_SYSTEM,          /* at least one system or machine is named */
	GUARD_PRIORITY_TASKS,  /* mandatory first steps done or waived */
	GUARD_OPTION,          /* a playbook or another option is chosen */
	GUARD_APPROVAL,        /* what disrupts is approved, or marked as done without */
	GUARD_CONTAIN_TASKS,
	GUARD_SPREAD,          /* no probe says that a containment does not hold */
	GUARD_EVIDENCE,        /* something was taken from each affected machine before cleaning */
	GUARD_ERADICATE_TASKS,
	GUARD_FIXES,           /* at least one removal or fix stands in the list */
	GUARD_RECOVER_TASKS,
	GUARD_RESTORED,        /* each affected thing restored or cleared */
	GUARD_SOURCE,          /* each restored thing says from which backup */
	GUARD_VALIDATE_TASKS,
	GUARD_CHECK_MADE,      /* the check of the whole system was carried out to its end */
	GUARD_CHECK_PASSED,    /* and nothing in it failed */
	GUARD_PROBES,          /* no probe is red */
	GUARD_WATCH,           /* the watch period is over */
	GUARD_TASKS,           /* no mandatory task of any phase is open */
	GUARD_DIRECTIONS,      /* no request for direction waits for its answer */
	GUARD_CAUSE,           /* the review names the root cause */
	GUARD_LESSONS,         /* a lesson, or the explicit word that there is none */
	GUARD_ACTIONS,         /* each corrective action has an owner and a date */
	GUARD_DUTIES,          /* each duty is done or recorded as chased */
	GUARD_REASON,          /* it is said why (a failed check or a red probe says it too) */
	GUARDS,
};

const char *guard_id(enum guard guard);

/* It cannot be forced: the reason, which comes with the request or not at all. */
bool guard_is_hard(enum guard guard);

enum effect {
	EFFECT_TAKE = 1,       /* taken_at, unless it was taken before */
	EFFECT_CONFIRM = 2,    /* confirmed_at; provisional duties become real */
	EFFECT_LOOP = 4,       /* loop counter up; a mandatory task to find the cause again */
	EFFECT_CHECK = 8,      /* a fresh round of the whole system's check */
	EFFECT_END = 16,       /* response_ended_at; the watch period begins */
	EFFECT_UNEND = 32,     /* the response is not ended after all: its times are cleared */
	EFFECT_CLOSE = 64,     /* closed_at; what still waits is withdrawn */
	EFFECT_SEAL = 128,     /* the dossier is sealed */
	EFFECT_TELL = 256,     /* the reporters get an answer */
	EFFECT_REOPEN = 512,   /* closed_at and seal cleared */
};

/* The operation that makes the step. */
enum move_by { BY_ADVANCE, BY_DISMISS, BY_MERGE, BY_REOPEN };

#define TRANSITION_GUARDS_MAX 9

struct transition {
	enum incident_state from, to;
	enum move_by by;
	unsigned effects;                        /* enum effect */
	bool main;                               /* the ordinary way on from ${from} */
	enum guard guard[TRANSITION_GUARDS_MAX]; /* the first ${guards} of them */
	size_t guards;
};

/* NULL: impossible. */
const struct transition *transition_get(enum incident_state from, enum incident_state to);

/* All steps out of ${from}, the ordinary one first; NULL at the end. ${i} starts at 0. */
const struct transition *transition_next(enum incident_state from, size_t *i);

/*
 * Where an incident that is opened again goes on: closed after it was confirmed,
 * containment; never confirmed, dismissed or merged, verifying.  STATES when it
 * is not closed.
 */
enum incident_state state_reopened(enum incident_state from, bool was_confirmed);

/*
 * The guards of ${t} that are not met, in its order: those with ${missing}[guard]
 * above 0.  Returns their number.
 */
size_t transition_unmet(const struct transition *t, const int64_t missing[static GUARDS],
    enum guard ret_unmet[static TRANSITION_GUARDS_MAX]);

/*
 * Whether dismissing needs a second person: always for Mức 1 and 2; not for an
 * incident without a level.
 */
bool dismissal_needs_second(int64_t level);

/*
 * The state in which tasks of playbook phase ${phase} ("priority", "identify",
 * "contain", "eradicate", "recover", "validate", "watch", "review") begin; STATES
 * for no phase.
 */
enum incident_state phase_begins(const char *phase);

/* NULL-terminated names of the phases, in their order. Catalogue key: phase.<name>. */
extern const char *const phase_names[];
