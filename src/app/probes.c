/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probes.c: runs of a probe are machinery (table probe_run); only a change of
 * its state is a fact for the ledger, and a state that is no longer true opens
 * the task it was to prove.
 */
#include "app/probe.h"

#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/notify.h"
#include "app/visible.h"
#include "watch/probe.h"

#define UNTOLD_MAX 3 /* so many runs that could tell nothing, and what was known is stale */

/* ---- entering an answer: one write -------- */

static const char *const said_choices[] = { "true", "false", "cannot_tell", "expired", NULL };

static const struct param record_params[] = {
	{ "id", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "said", P_ENUM, PF_REQUIRED, 0, 0, said_choices },
	{ "key", P_LINE, 0, 0, 64, NULL },
	{ "value", P_LINE, 0, 0, 200, NULL },
	{ "took_ms", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

struct probe_row {
	const char *id, *incident_id, *task_id, *kind, *target, *state, *title;
	int64_t interval_s;
	bool is_stopped;
};

static bool
read_probe(struct call *call, const char *id, struct probe_row *ret)
{
	struct arena *a = call->arena;
	struct query q;
	bool found;

	query_open(&q, call->tx, "SELECT p.id, p.incident_id, p.task_id, p.kind, p.target, p.state,"
	    " t.title, p.interval_s, p.is_stopped FROM probe p LEFT JOIN task t ON t.id = p.task_id"
	    " WHERE p.id = ? AND p.agency_id = ?", "tt", id, call->agency_id);
	found = query_step(&q);
	if (found)
		*ret = (struct probe_row){ arena_strdup(a, query_text(&q, 0)),
			arena_strdup(a, query_text(&q, 1)), arena_strdup(a, query_text(&q, 2)),
			arena_strdup(a, query_text(&q, 3)), arena_strdup(a, query_text(&q, 4)),
			arena_strdup(a, query_text(&q, 5)), arena_strdup(a, query_text(&q, 6)),
			query_int(&q, 7), query_int(&q, 8) != 0 };
	query_close(&q);
	return found;
}

/* Counts the runs in a row that could tell nothing. */
static int64_t
record_run(struct call *call, const struct probe_row *p, const char *said, const char *detail)
{
	bool untold = str_eq(said, "cannot_tell");
	int64_t is_true = untold ? SQL_NULL : str_eq(said, "true");

	tx_exec(call->tx, "INSERT INTO probe_run (probe_id, ran_at, next_at, is_true, detail,"
	    " took_ms, failures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (probe_id) DO"
	    " UPDATE SET ran_at = ?2, next_at = ?3, is_true = ?4, detail = ?5, took_ms = ?6,"
	    " failures = CASE WHEN ?7 = 0 THEN 0 ELSE probe_run.failures + 1 END", "tiiotii", p->id,
	    call->now, call->now + p->interval_s * 1000, is_true, detail,
	    arg_int(call, "took_ms", 0), (int64_t)untold);
	return tx_int(call->tx, "SELECT failures FROM probe_run WHERE probe_id = ?", "t", p->id);
}

/* The state that follows from what was said; the present one when nothing changes. */
static const char *
next_state(const struct probe_row *p, const char *said, int64_t untold)
{
	if (!str_eq(said, "cannot_tell"))
		return said;
	return untold >= UNTOLD_MAX && str_eq(p->state, "true") ? "unknown" : p->state;
}

/* What the task claimed is no longer so. */
static void
reopen_task(struct call *call, const struct probe_row *p)
{
	if (p->task_id == NULL || tx_int(call->tx, "SELECT COUNT(*) FROM task WHERE id = ? AND"
	    " state = 'done'", "t", p->task_id) == 0)
		return;
	change_update(call, "task", p->task_id, -1, COLS(CT("state", "open"),
	    CI("done_at", SQL_NULL), CI("entered_at", SQL_NULL), CT("done_by_id", NULL)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = p->incident_id,
	    .kind = "task", .word = "timeline.task.reopened_by_probe", .occurred_at = SQL_NULL,
	    .told_at = SQL_NULL, .ref_table = "task", .ref_id = p->task_id,
	    .args = TIMELINE_ARGS("title", p->title) });
}

static void
tell_lead(struct call *call, const struct probe_row *p, const char *name, const char *detail)
{
	const char *lead = tx_text(call->tx, call->arena,
	    "SELECT lead_id FROM incident WHERE id = ?", "t", p->incident_id);
	const char *number = tx_text(call->tx, call->arena,
	    "SELECT number FROM incident WHERE id = ?", "t", p->incident_id);
	const char *const *args = WORDS_ARGS("number", number, "probe", name, "detail", detail,
	    "title", p->title == NULL ? "–" : p->title);

	if (lead != NULL)
		notify_account(call, lead, p->incident_id, arena_printf(call->arena,
		    "probe:%s:%lld", p->id, (long long)call->now),
		    words_vi(call, "mail.probe.subject", args),
		    words_vi(call, "mail.probe.body", args));
}

static int
record(struct call *call)
{
	const char *said = arg_text(call, "said"), *key = arg_text(call, "key"), *value =
	    arg_text(call, "value");
	const char *detail, *state, *name;
	struct probe_row p;
	bool red;

	if (!read_probe(call, arg_text(call, "id"), &p))
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", "id");
	if (p.is_stopped)
		return 0; /* stopped while it was asked */
	detail = key == NULL ? NULL : words_vi(call, key, WORDS_ARGS("value", value));
	state = next_state(&p, said, record_run(call, &p, said, detail));
	if (str_eq(state, p.state) || call->err->kind != ERR_NONE)
		return call->err->kind;
	name = p.target != NULL ? p.target : p.title != NULL ? p.title :
	    word(LANG_VI, "kind.person");
	red = str_eq(state, "false") || str_eq(state, "expired");
	change_update(call, "probe", p.id, -1, COLS(CT("state", state), CI("state_at", call->now),
	    CT("detail", detail)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = p.incident_id,
	    .kind = "probe", .word = arena_printf(call->arena, "timeline.probe.%s", state),
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "probe", .ref_id = p.id,
	    .args = TIMELINE_ARGS("probe", name, "detail", detail) });
	if (red) {
		reopen_task(call, &p);
		tell_lead(call, &p, name, detail == NULL ? "" : detail);
	}
	return call->err->kind;
}

/* Not in the table of operations: nobody can ask for it from outside. */
static const struct op record_op = { "probe record", NULL, NULL, RIGHT_LOCAL, OP_WRITE,
    record_params,
	record, NULL, "" };

static int
enter(struct app *app, const char *id, const struct actor *actor, const char *said,
    const struct probe_result *result, struct err *err)
{
	struct op_request request = { .op = &record_op, .actor = *actor, .lang = LANG_VI };
	struct buf out = BUF_INIT(10000);
	struct json *args = json_new_object();
	int ret;

	json_set_str(args, "id", id);
	json_set_str(args, "said", said);
	if (result != NULL) {
		json_set_str(args, "key", result->key);
		json_set_str(args, "value", result->value);
		json_set_int(args, "took_ms", result->took_ms);
	}
	request.args = args;
	request.actor.rights |= RIGHT_LOCAL; /* whoever got here may run the probe */
	ret = op_call(app, &request, &out, err);
	json_free(args);
	buf_clear(&out);
	return ret;
}

static const char *
said_of(enum probe_answer answer)
{
	return answer == PROBE_TRUE ? "true" : answer == PROBE_FALSE ? "false" : "cannot_tell";
}

/* ---- what is due -------- */

struct due {
	struct app *app;
	struct arena *arena;
	int64_t now;
	const char *one; /* this probe alone, due or not; NULL: all that are due */
	struct probe_task task[PROBE_BATCH_MAX];
	const char *id[PROBE_BATCH_MAX];
	size_t count;
	const char *expired[PROBE_BATCH_MAX];
	size_t expired_count;
};

#define DUE_SQL \
	"SELECT p.id, p.kind, p.target, p.expect FROM probe p JOIN incident i ON i.id =" \
	" p.incident_id LEFT JOIN probe_run r ON r.probe_id = p.id WHERE p.is_stopped = 0 AND" \
	" " INCIDENT_OPEN("i.state") " AND ((p.kind = 'person'" \
	" AND p.state = 'true' AND p.expires_at <= ?1) OR (p.kind <> 'person' AND" \
	" COALESCE(r.next_at, 0) <= ?1)) ORDER BY COALESCE(r.next_at, 0) LIMIT ?2"

static int
read_due(struct tx *tx, void *arg, struct err *err)
{
	struct due *due = arg;
	struct query q;

	due->count = due->expired_count = 0;
	if (due->one != NULL)
		query_open(&q, tx, "SELECT id, kind, target, expect FROM probe WHERE id = ?", "t",
		    due->one);
	else
		query_open(&q, tx, DUE_SQL, "ii", due->now, (int64_t)PROBE_BATCH_MAX);
	while (query_step(&q)) {
		const char *id = arena_strdup(due->arena, query_text(&q, 0));

		if (str_eq(query_text(&q, 1), "person")) {
			due->expired[due->expired_count++] = id;
			continue;
		}
		due->id[due->count] = id;
		due->task[due->count++] = (struct probe_task){ probe_kind_of(query_text(&q, 1)),
			arena_strdup(due->arena, query_text(&q, 2)),
			    arena_strdup(due->arena, query_text(&q, 3)),
			false };
	}
	query_close(&q);
	return err->kind;
}

/* So that no other process runs the same ones meanwhile. */
static int
claim(struct tx *tx, void *arg, struct err *err)
{
	struct due *due = arg;

	read_due(tx, due, err);
	for (size_t i = 0; i < due->count; i++)
		tx_exec(tx, "INSERT INTO probe_run (probe_id, ran_at, next_at) SELECT id, ?2, ?2 +"
		    " interval_s * 1000 FROM probe WHERE id = ?1 ON CONFLICT (probe_id) DO UPDATE"
		    " SET next_at = excluded.next_at", "ti", due->id[i], due->now);
	return err->kind;
}

static int
run_due(struct due *due, const struct actor *actor, int cancel_fd, struct err *err)
{
	struct probe_result results[PROBE_BATCH_MAX];
	int ret = 0;

	if (due->count > 0)
		ret = probe_run(due->task, due->count, cancel_fd, results, err);
	for (size_t i = 0; i < due->count && ret == 0; i++)
		ret = enter(due->app, due->id[i], actor, said_of(results[i].answer), &results[i],
		    err);
	for (size_t i = 0; i < due->expired_count && ret == 0; i++)
		ret = enter(due->app, due->expired[i], actor, "expired", NULL, err);
	return ret;
}

int
probe_run_due(struct app *app, int cancel_fd, bool *ret_did, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct due due = { .app = app, .arena = &arena, .now = app_now(app) };
	struct actor actor = actor_job("probe");
	int ret;

	*ret_did = false;
	/* Looking costs no write; only what is there is claimed. */
	ret = store_read(due.app->store, read_due, &due, err);
	if (ret == 0 && due.count > 0)
		ret = store_write(due.app->store, claim, &due, err);
	if (ret == 0 && due.count + due.expired_count > 0) {
		ret = run_due(&due, &actor, cancel_fd, err);
		*ret_did = ret == 0;
	}
	arena_clear(&arena);
	return ret;
}

int
probe_run_one(struct app *app, const char *id, const struct actor *actor, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct due due = { .app = app, .arena = &arena, .one = id };
	int ret = store_read(app->store, read_due, &due, err);

	due.expired_count = 0; /* a person's word is not run */
	if (ret == 0)
		ret = run_due(&due, actor, -1, err);
	arena_clear(&arena);
	return ret;
}
