/* SPDX-License-Identifier: Apache-2.0 */
#include "model/state.h"

const char *const state_names[] = {
	[STATE_RECEIVED] = "received",
	[STATE_VERIFYING] = "verifying",
	[STATE_INITIAL_RESPONSE] = "initial_response",
	[STATE_OPTION_SELECTION] = "option_selection",
	[STATE_CONTAINMENT] = "containment",
	[STATE_ERADICATION] = "eradication",
	[STATE_RECOVERY] = "recovery",
	[STATE_VALIDATION] = "validation",
	[STATE_RESPONSE_ENDED] = "response_ended",
	[STATE_REVIEW] = "review",
	[STATE_CLOSED] = "closed",
	[STATE_CLOSED_NOT_INCIDENT] = "closed_not_incident",
	[STATE_DUPLICATE] = "duplicate",
	[STATES] = NULL,
};

static const char *const guard_ids[GUARDS] = {
	[GUARD_LEAD] = "lead",
	[GUARD_VERDICT] = "verdict",
	[GUARD_SYSTEM] = "system",
	[GUARD_PRIORITY_TASKS] = "priority_tasks",
	[GUARD_OPTION] = "option",
	[GUARD_APPROVAL] = "approval",
	[GUARD_CONTAIN_TASKS] = "contain_tasks",
	[GUARD_SPREAD] = "spread",
	[GUARD_EVIDENCE] = "evidence",
	[GUARD_ERADICATE_TASKS] = "eradicate_tasks",
	[GUARD_FIXES] = "fixes",
	[GUARD_RECOVER_TASKS] = "recover_tasks",
	[GUARD_RESTORED] = "restored",
	[GUARD_SOURCE] = "source",
	[GUARD_VALIDATE_TASKS] = "validate_tasks",
	[GUARD_CHECK_MADE] = "check_made",
	[GUARD_CHECK_PASSED] = "check_passed",
	[GUARD_PROBES] = "probes",
	[GUARD_WATCH] = "watch",
	[GUARD_TASKS] = "tasks",
	[GUARD_DIRECTIONS] = "directions",
	[GUARD_CAUSE] = "cause",
	[GUARD_LESSONS] = "lessons",
	[GUARD_ACTIONS] = "actions",
	[GUARD_DUTIES] = "duties",
	[GUARD_REASON] = "reason",
};

#define LOOP (EFFECT_LOOP | EFFECT_UNEND)
#define GUARDED(...) { __VA_ARGS__ }, sizeof((enum guard[]){ __VA_ARGS__ }) / sizeof(enum guard)
#define FREE { 0 }, 0

/*
 * That nothing was an incident may turn out late, hence dismissal from every
 * step before removal.  The review may begin while the watch runs, when memory
 * is fresh; only closing waits for the watch, and a watch that fails leads back
 * from the review too.
 */
static const struct transition table[] = {
	{ STATE_RECEIVED, STATE_VERIFYING, BY_ADVANCE, EFFECT_TAKE, true, GUARDED(GUARD_LEAD) },
	{ STATE_VERIFYING, STATE_INITIAL_RESPONSE, BY_ADVANCE, EFFECT_CONFIRM, true,
	    GUARDED(GUARD_VERDICT, GUARD_SYSTEM) },
	{ STATE_INITIAL_RESPONSE, STATE_OPTION_SELECTION, BY_ADVANCE, 0, true,
	    GUARDED(GUARD_PRIORITY_TASKS) },
	{ STATE_OPTION_SELECTION, STATE_CONTAINMENT, BY_ADVANCE, 0, true,
	    GUARDED(GUARD_OPTION, GUARD_APPROVAL) },
	{ STATE_CONTAINMENT, STATE_ERADICATION, BY_ADVANCE, 0, true,
	    GUARDED(GUARD_CONTAIN_TASKS, GUARD_SPREAD, GUARD_EVIDENCE) },
	{ STATE_ERADICATION, STATE_RECOVERY, BY_ADVANCE, 0, true,
	    GUARDED(GUARD_ERADICATE_TASKS, GUARD_FIXES) },
	{ STATE_RECOVERY, STATE_VALIDATION, BY_ADVANCE, EFFECT_CHECK, true,
	    GUARDED(GUARD_RECOVER_TASKS, GUARD_RESTORED, GUARD_SOURCE) },
	{ STATE_VALIDATION, STATE_RESPONSE_ENDED, BY_ADVANCE, EFFECT_END, true,
	    GUARDED(GUARD_VALIDATE_TASKS, GUARD_CHECK_MADE, GUARD_CHECK_PASSED, GUARD_PROBES) },
	{ STATE_VALIDATION, STATE_CONTAINMENT, BY_ADVANCE, LOOP, false, GUARDED(GUARD_REASON) },
	{ STATE_RESPONSE_ENDED, STATE_REVIEW, BY_ADVANCE, 0, true, FREE },
	{ STATE_RESPONSE_ENDED, STATE_CONTAINMENT, BY_ADVANCE, LOOP, false, GUARDED(GUARD_REASON) },
	{ STATE_REVIEW, STATE_CLOSED, BY_ADVANCE, EFFECT_CLOSE | EFFECT_SEAL, true,
	    GUARDED(GUARD_WATCH, GUARD_PROBES, GUARD_TASKS, GUARD_DIRECTIONS, GUARD_CAUSE,
	    GUARD_LESSONS, GUARD_ACTIONS, GUARD_DUTIES) },
	{ STATE_REVIEW, STATE_CONTAINMENT, BY_ADVANCE, LOOP, false, GUARDED(GUARD_REASON) },

	{ STATE_VERIFYING, STATE_CLOSED_NOT_INCIDENT, BY_DISMISS, EFFECT_CLOSE | EFFECT_TELL, false,
	    GUARDED(GUARD_REASON) },
	{ STATE_INITIAL_RESPONSE, STATE_CLOSED_NOT_INCIDENT, BY_DISMISS, EFFECT_CLOSE | EFFECT_TELL,
	    false, GUARDED(GUARD_REASON) },
	{ STATE_OPTION_SELECTION, STATE_CLOSED_NOT_INCIDENT, BY_DISMISS, EFFECT_CLOSE | EFFECT_TELL,
	    false, GUARDED(GUARD_REASON) },
	{ STATE_CONTAINMENT, STATE_CLOSED_NOT_INCIDENT, BY_DISMISS, EFFECT_CLOSE | EFFECT_TELL,
	    false, GUARDED(GUARD_REASON) },

	{ STATE_RECEIVED, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_VERIFYING, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_INITIAL_RESPONSE, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_OPTION_SELECTION, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_CONTAINMENT, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_ERADICATION, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_RECOVERY, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_VALIDATION, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_RESPONSE_ENDED, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },
	{ STATE_REVIEW, STATE_DUPLICATE, BY_MERGE, EFFECT_CLOSE, false, FREE },

	{ STATE_CLOSED, STATE_CONTAINMENT, BY_REOPEN, EFFECT_REOPEN | LOOP, true,
	    GUARDED(GUARD_REASON) },
	{ STATE_CLOSED, STATE_VERIFYING, BY_REOPEN, EFFECT_REOPEN | EFFECT_UNEND, false,
	    GUARDED(GUARD_REASON) },
	{ STATE_CLOSED_NOT_INCIDENT, STATE_VERIFYING, BY_REOPEN, EFFECT_REOPEN, true,
	    GUARDED(GUARD_REASON) },
	{ STATE_DUPLICATE, STATE_VERIFYING, BY_REOPEN, EFFECT_REOPEN, true, GUARDED(GUARD_REASON) },
};

const char *
state_name(enum incident_state state)
{
	return state_names[state];
}

enum incident_state
state_of(const char *name)
{
	int state = 0;

	while (state < STATES && !str_eq(name, state_names[state]))
		state++;
	return (enum incident_state)state;
}

bool
state_is_closed(enum incident_state state)
{
	return state == STATE_CLOSED || state == STATE_CLOSED_NOT_INCIDENT || state ==
	    STATE_DUPLICATE;
}

int
state_step(enum incident_state state)
{
	if (state == STATE_RECEIVED)
		return 1;
	if (state <= STATE_OPTION_SELECTION)
		return 2;
	if (state <= STATE_VALIDATION)
		return 3;
	return state <= STATE_REVIEW ? 4 : 5;
}

const char *
guard_id(enum guard guard)
{
	return guard_ids[guard];
}

bool
guard_is_hard(enum guard guard)
{
	return guard == GUARD_REASON;
}

const struct transition *
transition_get(enum incident_state from, enum incident_state to)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].from == from && table[i].to == to)
			return &table[i];
	return NULL;
}

const struct transition *
transition_next(enum incident_state from, size_t *i)
{
	while (*i < ARRAY_LEN(table)) {
		const struct transition *t = &table[(*i)++];

		if (t->from == from)
			return t;
	}
	return NULL;
}

enum incident_state
state_reopened(enum incident_state from, bool was_confirmed)
{
	if (!state_is_closed(from))
		return STATES;
	return from == STATE_CLOSED && was_confirmed ? STATE_CONTAINMENT : STATE_VERIFYING;
}

size_t
transition_unmet(const struct transition *t, const int64_t missing[static GUARDS],
    enum guard ret_unmet[static TRANSITION_GUARDS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < t->guards; i++)
		if (missing[t->guard[i]] > 0)
			ret_unmet[n++] = t->guard[i];
	return n;
}

bool
dismissal_needs_second(int64_t level)
{
	return level == 1 || level == 2;
}

const char *const phase_names[] = { "priority", "identify", "contain", "eradicate", "recover",
	"validate", "watch", "review", NULL };

enum incident_state
phase_begins(const char *phase)
{
	static const enum incident_state begins[] = { STATE_INITIAL_RESPONSE, STATE_VERIFYING,
		STATE_CONTAINMENT, STATE_ERADICATION, STATE_RECOVERY, STATE_VALIDATION,
		STATE_RESPONSE_ENDED, STATE_REVIEW };

	for (size_t i = 0; phase_names[i] != NULL; i++)
		if (str_eq(phase, phase_names[i]))
			return begins[i];
	return STATES;
}
