/* SPDX-License-Identifier: Apache-2.0 */
#include "app/alarm.h"
#include "app/background.h"

#include <poll.h>
#include <stdio.h>

#include "app/alert_tell.h"
#include "app/duty.h"
#include "app/document.h"
#include "app/document_mail.h"
#include "app/escalation.h"
#include "app/evidence.h"
#include "app/hunt.h"
#include "app/notify.h"
#include "app/packset.h"
#include "app/probe.h"
#include "app/rules.h"
#include "app/search.h"
#include "app/setting.h"
#include "base/log.h"
#include "mail/courier.h"
#include "work/scheduler.h"

#define ONCE_MAX 10000

struct background {
	struct app *app;
	struct work *work;
	bool is_once; /* one thread does everything once: whoever waits keeps the others waiting */
	/* The lane's own that keeps the search index. */
	bool is_behind, is_tidying;
	int followed;
	/* Duties were looked at on that local day, under these packs. */
	int64_t seen_day;
	const struct packs *seen_packs;
};

static int64_t
now(void *arg)
{
	return app_now(arg);
}

static void
trouble(void *arg, const char *what, const struct err *err)
{
	struct buf text = BUF_INIT(4000);

	(void)arg;
	words_err(&text, LANG_EN, err);
	log_warning("%s: %s", what, buf_str(&text));
	buf_clear(&text);
}

/* ---- messages ------------------------------------------------------------------ */

/* One delivery: what the courier needs to ask before the last byte. */
struct delivery {
	struct outbox_point *point;
};

static int
pass_point(void *arg, struct err *err)
{
	return outbox_point(((struct delivery *)arg)->point, err);
}

/* Settings of the moment, read in a snapshot of their own. */
struct wanted {
	const char *const *names;
	const char **values;
	size_t n;
	struct arena *arena;
	const char *agency_id;
};

static int
read_settings(struct tx *tx, void *arg, struct err *err)
{
	struct wanted *w = arg;

	for (size_t i = 0; i < w->n; i++)
		w->values[i] = setting_read(tx, w->arena, w->agency_id, w->names[i]);
	return err->kind;
}

static enum outbox_outcome
send_mail(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	static const char *const names[] = { "mail.url", "mail.user", "mail.password", "mail.from" };
	struct background *b = arg;
	struct arena arena = ARENA_INIT;
	const char *v[ARRAY_LEN(names)] = { "", "", "", "" };
	struct wanted wanted = { names, v, ARRAY_LEN(names), &arena, item->agency_id };
	struct delivery delivery = { point };
	struct courier_call call = { pass_point, &delivery, work_cancel_fd(b->work) };
	enum outbox_outcome outcome = OUTBOX_RETRY;

	if (store_read(b->app->store, read_settings, &wanted, why) == 0) {
		/* A password only goes over TLS; without one, TLS is taken where it is offered. */
		struct mail_settings mail_settings = { .url = v[0], .user = v[1], .password = v[2], .from = v[3],
		    .tls = *v[2] != '\0' ? MAIL_TLS_REQUIRED : MAIL_TLS_IF_OFFERED };
		struct courier_mail mail = { .id = item->id, .date_ms = item->created_at,
		    .to = item->recipient, .subject = item->subject, .text = item->body };

		if (mail_settings_check(&mail_settings, why) == 0)
			outcome = (enum outbox_outcome)courier_mail(&mail_settings, &mail, &call, why);
	}
	arena_clear(&arena);
	return outcome;
}

static enum outbox_outcome
send_document(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	struct background *b = arg;

	return document_mail(b->app, item, point, work_cancel_fd(b->work), why);
}

static enum outbox_outcome
send_webhook(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	static const char *const names[] = { "webhook.secret" };
	struct background *b = arg;
	struct arena arena = ARENA_INIT;
	const char *v[1] = { "" };
	struct wanted wanted = { names, v, 1, &arena, item->agency_id };
	struct delivery delivery = { point };
	struct courier_call call = { pass_point, &delivery, work_cancel_fd(b->work) };
	enum outbox_outcome outcome = OUTBOX_RETRY;

	if (store_read(b->app->store, read_settings, &wanted, why) == 0)
		outcome = (enum outbox_outcome)courier_webhook(&(struct courier_webhook){ .id = item->id,
		    .url = item->recipient, .secret = v[0], .body = item->body }, &call, why);
	arena_clear(&arena);
	return outcome;
}

/* ---- jobs: each runs an operation, so that it is checked and recorded like any other ---- */

static int
run_op(struct background *b, const char *name, const char *kind, const char *args_json, struct err *err)
{
	struct json *args = NULL;
	int failed = json_parse(args_json, strlen(args_json), &args, err);

	return failed != 0 ? failed : op_call_job(b->app, name, kind, args, err);
}

static int
job_escalation_look(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	return run_op(arg, "escalation look", job->kind, job->args_json, err);
}

static int
job_alert_tell(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	return run_op(arg, "alert tell", job->kind, job->args_json, err);
}

static int
job_evidence_remove(struct work *work, const struct job *job, void *arg, struct err *err)
{
	struct background *b = arg;

	(void)work;
	return evidence_remove(b->app, job, err);
}

static int
lane_documents(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct background *b = arg;

	(void)work;
	return document_settle(b->app, ret_did, err);
}

static int
lane_probes(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct background *b = arg;

	return probe_run_due(b->app, work_cancel_fd(work), ret_did, err);
}

static int
lane_hunts(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct background *b = arg;

	return hunt_run_due(b->app, work_cancel_fd(work), ret_did, err);
}

/*
 * The search index follows what was written, some of it at a time: whoever searches
 * does not wait for more than the last moment's.  After many times it is tidied, when
 * nothing else was written for a while.
 */
#define FOLLOW_MS 100
#define UNTIDY    64

static int
lane_search(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct background *b = arg;
	struct pollfd stop = { .fd = work_cancel_fd(work), .events = POLLIN };
	bool did = false;
	int ret;

	if (!b->is_once && !b->is_behind && !b->is_tidying && poll(&stop, 1, FOLLOW_MS) != 0)
		return 0;
	ret = search_follow(b->app, &did, &b->is_behind, err);
	b->followed += did;
	if (ret == 0 && !did && (b->is_tidying || b->followed > UNTIDY)) {
		ret = search_tidy(b->app, !b->is_tidying, &b->is_tidying, err);
		b->followed = 0;
	}
	*ret_did = b->is_behind || b->is_tidying;
	return ret;
}

struct last_checkpoint {
	const char *agency_id;
	int64_t made_at, size, head, hours;
};

static int
read_last_checkpoint(struct tx *tx, void *arg, struct err *err)
{
	struct last_checkpoint *last = arg;
	struct arena arena = ARENA_INIT;

	last->made_at = tx_int(tx, "SELECT MAX(at_ms) FROM ledger_checkpoint WHERE agency_id = ?", "t",
	    last->agency_id);
	last->size = tx_int(tx, "SELECT MAX(size) FROM ledger_checkpoint WHERE agency_id = ?", "t",
	    last->agency_id);
	last->head = tx_int(tx, "SELECT size FROM ledger_head WHERE agency_id = ?", "t", last->agency_id);
	last->hours = strtoll(setting_read(tx, &arena, last->agency_id, "checkpoint.hours"), NULL, 10);
	arena_clear(&arena);
	return err->kind;
}

/* A checkpoint when something was entered since the last one and that is old enough. */
static int
tick_checkpoint(struct work *work, void *arg, struct err *err)
{
	struct background *b = arg;
	struct last_checkpoint last = { .agency_id = b->app->agency_id };

	if (store_read(b->app->store, read_last_checkpoint, &last, err) != 0)
		return err->kind;
	if (last.head == SQL_NULL || last.size == last.head || (last.made_at != SQL_NULL &&
	    work_now(work) - last.made_at < last.hours * 3600000))
		return 0;
	return run_op(b, "ledger checkpoint", "checkpoint", "{}", err);
}

static int
job_duty_evaluate(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	return run_op(arg, "duty evaluate", job->kind, job->args_json, err);
}

/* Another day, other packs, a program that starts: what is owed is looked at again. */
static int
tick_duties(struct work *work, void *arg, struct err *err)
{
	struct background *b = arg;
	int64_t day = (work_now(work) + CLOCK_LOCAL_S * INT64_C(1000)) / INT64_C(86400000);
	const struct packs *packs;

	if (packset_watch(b->app, err) != 0)
		return err->kind;
	packs = b->app->packs;
	if (b->seen_day == day && b->seen_packs == packs)
		return 0;
	if (run_op(b, "duty evaluate", "duty", "{}", err) != 0)
		return err->kind;
	b->seen_day = day;
	b->seen_packs = packs;
	return 0;
}

static int
tick_alarms(struct work *work, void *arg, struct err *err)
{
	(void)work;
	return alarm_ring(((struct background *)arg)->app, err);
}

struct morning {
	struct app *app;
	int64_t now;
	bool is_due;
};

static int
read_morning(struct tx *tx, void *arg, struct err *err)
{
	struct morning *m = arg;
	struct arena arena = ARENA_INIT;

	m->is_due = duty_morning_is_due(tx, &arena, m->app->packs, m->app->agency_id, m->now);
	arena_clear(&arena);
	return err->kind;
}

static int
tick_morning(struct work *work, void *arg, struct err *err)
{
	struct background *b = arg;
	struct morning m = { b->app, work_now(work), false };

	if (store_read(b->app->store, read_morning, &m, err) != 0 || !m.is_due)
		return err->kind;
	return run_op(b, "duty morning", "morning", "{}", err);
}

/* What was sent or done long ago is in the ledger; its machinery may go. */
#define KEEP_MS (INT64_C(90) * 86400000)

static int
forget(struct tx *tx, void *arg, struct err *err)
{
	int64_t before = *(const int64_t *)arg - KEEP_MS;

	outbox_forget(tx, before);
	job_forget(tx, before);
	return err->kind;
}

static int
tick_forget(struct work *work, void *arg, struct err *err)
{
	int64_t at = work_now(work);

	return store_write(((struct background *)arg)->app->store, forget, &at, err);
}

static int
tick_sweep(struct work *work, void *arg, struct err *err)
{
	struct app *app = ((struct background *)arg)->app;

	(void)work;
	return rules_sweep(app, err) != 0 ? err->kind : evidence_sweep(app, err);
}

static struct background *
make(struct app *app)
{
	struct background *b = xcalloc(1, sizeof(*b));

	b->app = app;
	b->work = work_new(&(struct work_options){ .store = app->store, .now = now, .now_arg = app,
	    .trouble = trouble });
	work_add_sender(b->work, "mail", send_mail, b);
	work_add_sender(b->work, "webhook", send_webhook, b);
	work_add_sender(b->work, DOCUMENT_MAIL, send_document, b);
	work_add_job(b->work, &(struct job_kind){ ESCALATION_LOOK_JOB, job_escalation_look, b, 20 });
	work_add_job(b->work, &(struct job_kind){ ALERT_TELL_JOB, job_alert_tell, b, 20 });
	work_add_job(b->work, &(struct job_kind){ EVIDENCE_REMOVE_JOB, job_evidence_remove, b, 20 });
	work_add_job(b->work, &(struct job_kind){ DUTY_EVALUATE_JOB, job_duty_evaluate, b, 20 });
	work_add_lane(b->work, "probes", lane_probes, b);
	work_add_lane(b->work, "hunts", lane_hunts, b);
	work_add_lane(b->work, "documents", lane_documents, b);
	work_add_lane(b->work, "search", lane_search, b);
	work_add_tick(b->work, "checkpoint", 60000, tick_checkpoint, b);
	work_add_tick(b->work, "duties", 2000, tick_duties, b);
	work_add_tick(b->work, "alarms", 2000, tick_alarms, b);
	work_add_tick(b->work, "morning", 5000, tick_morning, b);
	work_add_tick(b->work, "sweep", 24 * 3600000, tick_sweep, b);
	work_add_tick(b->work, "forget", 24 * 3600000, tick_forget, b);
	return b;
}

static void
kick(void *arg)
{
	work_kick(arg);
}

int
background_start(struct app *app, struct background **ret, struct err *err)
{
	struct background *b = make(app);
	int failed = work_start(b->work, err);

	if (failed != 0) {
		background_stop(b);
		return failed;
	}
	app->kick_arg = b->work;
	app->kick = kick;
	*ret = b;
	return 0;
}

void
background_stop(struct background *b)
{
	if (b == NULL)
		return;
	b->app->kick = NULL;
	work_free(b->work);
	free(b);
}

int
background_run_once(struct app *app, int64_t *ret_pieces, int64_t *ret_failures, struct err *err)
{
	struct background *b = make(app);
	struct work_done done = { 0 };
	int ret;

	b->is_once = true;
	ret = work_run_once(b->work, ONCE_MAX, &done, err);
	*ret_pieces = done.pieces;
	*ret_failures = done.failures;
	background_stop(b);
	return ret;
}
