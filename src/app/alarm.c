/* SPDX-License-Identifier: Apache-2.0 */
#include "app/alarm.h"

#include "app/app.h"
#include "ledger/row.h"

#define DUE_MAX  100 /* in one look; the next is soon */
#define LATER_MS INT64_C(60000)

#define OF_ONE " WHERE id = ? AND agency_id = ?"
#define ALARM(table, op, job) { table, op, job, \
	"SELECT id FROM " table " WHERE agency_id = ? AND " ROW_ALARM " <= ? ORDER BY " ROW_ALARM " LIMIT ?", \
	"UPDATE " table " SET " ROW_ALARM " = ?" OF_ONE, \
	"UPDATE " table " SET " ROW_ALARM " = ?" OF_ONE " AND " ROW_ALARM " <= ?" }

static const struct alarm {
	const char *table, *op, *job; /* the operation's one argument has the name of the table */
	const char *due, *set, *put_off;
} alarms[] = {
	ALARM("duty", "duty remind", "duty.remind"),
	ALARM("report", "report escalate", "report.escalate"),
};

void
alarm_set(struct call *call, const char *table, const char *id, int64_t at)
{
	size_t i = 0;

	while (strcmp(alarms[i].table, table) != 0)
		if (++i == ARRAY_LEN(alarms))
			abort();
	tx_exec(call->tx, alarms[i].set, "ott", at, id, call->agency_id);
}

struct due {
	struct app *app;
	const struct alarm *alarm;
	struct arena *arena;
	const char *id[DUE_MAX];
	size_t n;
};

static int
read_due(struct tx *tx, void *arg, struct err *err)
{
	struct due *due = arg;
	struct query q;

	query_open(&q, tx, due->alarm->due, "tii", due->app->agency_id, app_now_tx(due->app, tx),
	    (int64_t)DUE_MAX);
	while (query_step(&q))
		due->id[due->n++] = arena_strdup(due->arena, query_text(&q, 0));
	query_close(&q);
	return err->kind;
}

static int
call_one(struct app *app, const struct alarm *alarm, const char *id, struct err *err)
{
	struct json *args = json_new_object();

	json_set_str(args, alarm->table, id);
	return op_call_job(app, alarm->op, alarm->job, args, err);
}

struct later {
	struct app *app;
	const struct alarm *alarm;
	const char *id;
};

static int
put_off(struct tx *tx, void *arg, struct err *err)
{
	const struct later *l = arg;
	int64_t now = app_now_tx(l->app, tx);

	(void)err;
	return tx_exec(tx, l->alarm->put_off, "itti", now + LATER_MS, l->id, l->app->agency_id, now);
}

static int
ring(struct app *app, const struct alarm *alarm, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct due due = { .app = app, .alarm = alarm, .arena = &arena };
	int ret = store_read(app->store, read_due, &due, err);

	for (size_t i = 0; ret == 0 && i < due.n; i++) {
		struct err own = { 0 };

		if (call_one(app, alarm, due.id[i], &own) != 0)
			store_write(app->store, put_off, &(struct later){ app, alarm, due.id[i] }, NULL);
		if (own.kind != ERR_NONE && err->kind == ERR_NONE)
			*err = own;
		else
			err_clear(&own);
	}
	arena_clear(&arena);
	return ret;
}

int
alarm_ring(struct app *app, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(alarms); i++)
		if (ring(app, &alarms[i], err) != 0)
			break;
	return err->kind;
}
