/* SPDX-License-Identifier: Apache-2.0 */
/* op_advance.c: from step to step, out of it when it was none, back into it when it comes again. */
#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define REASON(flags) { "reason", P_TEXT, (flags), 0, 4000, NULL }
#define SECOND_PARAM { "second_person", P_LINE, 0, 0, 64, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }
#define OCCURRED_PARAM { "occurred_at", P_TIME, PF_PAST, 0, 0, NULL }

static const struct param advance_params[] = {
	ID_PARAM,
	{ "to", P_ENUM, PF_REQUIRED | PF_POSITIONAL, 0, 0, state_names },
	REASON(0),
	{ "force", P_BOOL, 0, 0, 0, NULL },
	OCCURRED_PARAM,
	SECOND_PARAM,
	VERSION_PARAM,
	{ 0 },
};

static const struct param dismiss_params[] = {
	ID_PARAM, REASON(PF_REQUIRED), SECOND_PARAM, OCCURRED_PARAM, VERSION_PARAM, { 0 },
};

static const struct param reopen_params[] = {
	ID_PARAM, REASON(PF_REQUIRED), OCCURRED_PARAM, VERSION_PARAM, { 0 },
};

/* The arguments that all three share. */
static struct move
move_of(struct call *call, enum incident_state to, enum move_by by)
{
	return (struct move){ .to = to, .by = by, .reason = arg_text(call, "reason"),
		.force = arg_bool(call, "force"), .occurred_at =
		    arg_time(call, "occurred_at", SQL_NULL),
		.seen = arg_int(call, "version", -1) };
}

/* Somebody who could have dismissed it too, and is not the one who asks. */
static int
second_person(struct call *call, struct move *move)
{
	struct person person;

	if (!arg_has(call, "second_person"))
		return 0;
	if (person_arg(call, "second_person", &person) != 0)
		return call->err->kind;
	if ((person.rights & (RIGHT_HANDLE | RIGHT_DIRECT)) == 0)
		return call_fail(call, ERR_INVALID, "err.second_right", "second_person");
	move->second_person_id = person.id;
	return 0;
}

static int
step(struct call *call, enum incident_state to, enum move_by by)
{
	struct move move = move_of(call, to, by);
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || second_person(call, &move) != 0 ||
	    incident_move(call, &incident, &move) != 0)
		return call->err->kind;
	return incident_answer(call, incident.id);
}

static int
advance(struct call *call)
{
	enum incident_state to = state_of(arg_text(call, "to"));

	return step(call, to, to == STATE_CLOSED_NOT_INCIDENT ? BY_DISMISS : BY_ADVANCE);
}

static int
dismiss(struct call *call)
{
	return step(call, STATE_CLOSED_NOT_INCIDENT, BY_DISMISS);
}

static int
reopen(struct call *call)
{
	struct move move = move_of(call, STATES, BY_REOPEN);
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	move.to = state_reopened(state_of(incident.state), tx_int(call->tx,
	    "SELECT confirmed_at FROM incident WHERE id = ?", "t", incident.id) != SQL_NULL);
	if (move.to == STATES)
		return err_fail(call->err, ERR_STATE, "err.not_closed", NULL, "number",
		    incident.number, NULL, NULL);
	if (incident_move(call, &incident, &move) != 0)
		return call->err->kind;
	return incident_answer(call, incident.id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

const struct op ops_advance[] = {
	{ "incident advance", "POST", "/incidents/{id}/advance", RIGHTS, OP_WRITE, advance_params,
	    advance, NULL, "khien incident advance SC-2026-0001 containment" },
	{ "incident dismiss", "POST", "/incidents/{id}/dismiss", RIGHTS, OP_WRITE, dismiss_params,
	    dismiss, NULL, "khien incident dismiss SC-2026-0001 --reason \"Nhân viên cài phần mềm"
	    " mới\"" },
	{ "incident reopen", "POST", "/incidents/{id}/reopen", RIGHTS, OP_WRITE, reopen_params,
	    reopen, NULL, "khien incident reopen SC-2026-0001 --reason \"Tệp lại bị mã hóa\"" },
	{ 0 },
};
