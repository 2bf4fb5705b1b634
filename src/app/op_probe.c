/* SPDX-License-Identifier: Apache-2.0 */
/* op_probe.c: proofs that a containment or a recovery still holds. */
#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/probe.h"
#include "app/workable.h"
#include "watch/probe.h"

#define CONFIRMED_MS INT64_C(86400000) /* a person's word holds a day unless said otherwise */

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

static const char *const kinds[] = { "tcp_open", "tcp_closed", "http_status", "http_text",
	"http_no_text", "person", NULL };

#define COLUMNS \
	"SELECT p.id, p.version, p.incident_id, p.task_id, t.title AS task_title_said, t.state AS" \
	" task_state, p.kind, p.target, p.expect, p.interval_s, p.state, p.state_at, p.detail," \
	" p.expires_at, p.confirmed_by_id, a.name AS confirmed_by_name, p.is_stopped, r.ran_at," \
	" CASE WHEN p.kind = 'person' THEN p.expires_at ELSE r.next_at END AS next_at," \
	" r.detail AS last_detail, r.took_ms, CASE WHEN p.is_stopped = 0 AND p.state IN" \
	" ('false', 'expired') THEN 1 ELSE 0 END AS is_red FROM probe p LEFT JOIN task t ON" \
	" t.id = p.task_id LEFT JOIN account a ON a.id = p.confirmed_by_id LEFT JOIN probe_run r" \
	" ON r.probe_id = p.id"

static int
out_probe(struct call *call, const char *id)
{
	if (call->err->kind == ERR_NONE)
		out_row(call, "id", COLUMNS " WHERE p.id = ?", "t", id);
	return call->err->kind;
}

/* How a probe is called in the timeline. */
static const char *
probe_name(struct call *call, const char *id)
{
	const char *name = tx_text(call->tx, call->arena,
	    "SELECT COALESCE(p.target, t.title) FROM probe p LEFT JOIN task t ON t.id = p.task_id"
	    " WHERE p.id = ?", "t", id);

	return name != NULL ? name : "@kind.person";
}

static void
tell(struct call *call, const char *incident_id, const char *id, const char *key, const char *text,
    const char *until)
{
	const char *kind = tx_text(call->tx, call->arena, "SELECT kind FROM probe WHERE id = ?",
	    "t", id);

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "probe",
	    .word = key, .text = text, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "probe", .ref_id = id, .args = TIMELINE_ARGS("probe", probe_name(call, id),
	    "kind", arena_printf(call->arena, "@kind.%s", kind), "until", until) });
}

/* ---- add -------- */

static const struct param add_params[] = {
	ID_PARAM,
	{ "kind", P_ENUM, PF_REQUIRED, 0, 0, kinds },
	{ "target", P_LINE, 0, 0, 500, NULL },
	{ "expect", P_LINE, 0, 0, PROBE_TEXT_MAX, NULL },
	{ "task", P_ID, 0, 0, 0, NULL },
	{ "interval_s", P_INT, 0, 30, 86400, NULL },
	{ "expires_at", P_TIME, 0, 0, 0, NULL },
	{ 0 },
};

static int
check_new(struct call *call, const struct incident *incident)
{
	const char *kind = arg_text(call, "kind"), *task = arg_text(call, "task");

	if (task != NULL && tx_int(call->tx,
	    "SELECT COUNT(*) FROM task WHERE id = ? AND incident_id = ?",
	    "tt", task, incident->id) == 0)
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", "task");
	if (arg_has(call, "expires_at") && !str_eq(kind, "person"))
		return call_fail(call, ERR_INVALID, "err.probe_expires", "expires_at");
	if (arg_time(call, "expires_at", INT64_MAX) <= call->now)
		return call_fail(call, ERR_INVALID, "err.time_past", "expires_at");
	if (!str_eq(kind, "person"))
		return probe_check(kind, arg_text(call, "target"), arg_text(call, "expect"),
		    call->err);
	if (task == NULL && !arg_has(call, "target"))
		return call_fail(call, ERR_INVALID, "err.probe_person", "target");
	return 0;
}

static int
add(struct call *call)
{
	int64_t until = arg_time(call, "expires_at", SQL_NULL);
	bool said = until != SQL_NULL; /* the person who adds it confirms it */
	char text[CLOCK_TEXT_SIZE];
	struct incident incident;
	const char *id;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0 ||
	    check_new(call, &incident) != 0)
		return call->err->kind;
	id = change_insert(call, "probe", NULL, COLS(CT("incident_id", incident.id),
	    CT("task_id", arg_text(call, "task")), CT("kind", arg_text(call, "kind")),
	    CT("target", arg_text(call, "target")), CT("expect", arg_text(call, "expect")),
	    CI("interval_s", arg_int(call, "interval_s", setting_int(call, "probe.interval_s"))),
	    CT("state", said ? "true" : "unknown"), CI("state_at", said ? call->now : SQL_NULL),
	    CI("expires_at", until), CT("confirmed_by_id",
	    said && call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL)));
	tell(call, incident.id, id, "timeline.probe.added", NULL, NULL);
	if (said)
		tell(call, incident.id, id, "timeline.probe.confirmed", NULL,
		    clock_vi(until, text));
	return out_probe(call, id);
}

static const struct param list_params[] = { ID_PARAM, { 0 } };

static int
list(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	out_rows(call, "items", COLUMNS " WHERE p.incident_id = ? ORDER BY p.is_stopped, p.id", "t",
	    incident.id);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

/* ---- run: without a transaction around the waiting -------- */

struct run {
	struct call *call;
	const char *id;
	bool is_person, is_stopped;
};

static int
may_run(struct tx *tx, void *arg, struct err *err)
{
	struct run *run = arg;
	struct call inside = *run->call;
	struct incident incident;

	inside.tx = tx;
	inside.err = err;
	if (owned_arg(&inside, "id", "probe", &incident, &run->id) != 0 ||
	    incident_workable(&inside, &incident) != 0)
		return err->kind;
	run->is_person = tx_int(tx, "SELECT COUNT(*) FROM probe WHERE id = ? AND kind = 'person'",
	    "t", run->id) > 0;
	run->is_stopped = tx_int(tx, "SELECT is_stopped FROM probe WHERE id = ?", "t", run->id) ==
	    1;
	return err->kind;
}

static int
show_run(struct tx *tx, void *arg, struct err *err)
{
	struct run *run = arg;
	struct call inside = *run->call;

	inside.tx = tx;
	inside.err = err;
	return out_probe(&inside, run->id);
}

static const struct param run_params[] = { ID_PARAM, { 0 } };

static int
run_now(struct call *call)
{
	struct run run = { .call = call };

	if (store_read(call->app->store, may_run, &run, call->err) != 0)
		return call->err->kind;
	if (run.is_person)
		return call_fail(call, ERR_STATE, "err.probe_by_person", NULL);
	if (run.is_stopped)
		return call_fail(call, ERR_STATE, "err.probe_stopped", NULL);
	if (probe_run_one(call->app, run.id, &call->actor, call->err) != 0)
		return call->err->kind;
	return store_read(call->app->store, show_run, &run, call->err);
}

/* ---- a person's word; the end -------- */

static const struct param confirm_params[] = {
	ID_PARAM,
	{ "expires_at", P_TIME, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static int
confirm(struct call *call)
{
	int64_t until = arg_time(call, "expires_at", call->now + CONFIRMED_MS);
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL, *id;
	char text[CLOCK_TEXT_SIZE];
	struct incident incident;

	if (owned_arg(call, "id", "probe", &incident, &id) != 0 ||
	    incident_workable(call, &incident) != 0)
		return call->err->kind;
	if (tx_int(call->tx, "SELECT COUNT(*) FROM probe WHERE id = ? AND kind = 'person' AND"
	    " is_stopped = 0", "t", id) == 0)
		return call_fail(call, ERR_STATE, "err.probe_not_person", NULL);
	if (until <= call->now)
		return call_fail(call, ERR_INVALID, "err.time_past", "expires_at");
	change_update(call, "probe", id, -1, COLS(CT("state", "true"), CI("state_at", call->now),
	    CI("expires_at", until), CT("confirmed_by_id", by),
	    CT("detail", arg_text(call, "note"))));
	tell(call, incident.id, id, "timeline.probe.confirmed", arg_text(call, "note"),
	    clock_vi(until, text));
	return out_probe(call, id);
}

static const struct param stop_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

static int
stop(struct call *call)
{
	struct incident incident;
	const char *id;

	if (owned_arg(call, "id", "probe", &incident, &id) != 0)
		return call->err->kind;
	if (tx_int(call->tx, "SELECT is_stopped FROM probe WHERE id = ?", "t", id) == 1)
		return call_fail(call, ERR_STATE, "err.probe_stopped", NULL);
	change_update(call, "probe", id, -1, COLS(CI("is_stopped", 1)));
	tell(call, incident.id, id, "timeline.probe.stopped", arg_text(call, "reason"), NULL);
	return out_probe(call, id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "kind", "target", "state", "state_at", "task_title",
	"next_at", "id", NULL };

const struct op ops_probe[] = {
	{ "probe add", "POST", "/incidents/{id}/probes", RIGHTS, OP_WRITE | OP_CREATED, add_params,
	    add, NULL, "khien probe add SC-2026-0001 --kind tcp_closed --target 192.0.2.10:445" },
	{ "probe list", "GET", "/incidents/{id}/probes", RIGHT_READ, 0, list_params, list, columns,
	    "khien probe list SC-2026-0001" },
	{ "probe run", "POST", "/probes/{id}/run", RIGHTS, OP_OUTSIDE, run_params, run_now, NULL,
	    "khien probe run 019a…" },
	{ "probe confirm", "POST", "/probes/{id}/confirm", RIGHTS, OP_WRITE, confirm_params,
	    confirm, NULL, "khien probe confirm 019a… --expires-at \"17:00 24/11/2026\"" },
	{ "probe stop", "POST", "/probes/{id}/stop", RIGHTS, OP_WRITE, stop_params, stop, NULL,
	    "khien probe stop 019a… --reason \"Máy đã thanh lý\"" },
	{ 0 },
};
