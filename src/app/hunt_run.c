/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_run.c: the job of a hunt: rules compiled, the worker asked, the answer settled. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "app/app.h"
#include "app/hunt_settle.h"
#include "app/hunt_talk.h"
#include "os/file.h"

#define ATTEMPTS_MAX  5  /* of a job that our own side cannot do: no room, no program */

struct run {
	struct app *app;
	struct arena *arena;
	const struct job *job;
	const char *id;
	int cancel_fd;
	bool is_wanted;          /* it waits, as far as was seen */
	char state[16];
	struct hunt_asked asked;
	struct hunt_item *item;  /* lists of indicators first */
	size_t items, lists;
	int64_t size, newest_ms, renewed_ms;
	/* The progress that is noted next. */
	const char *phase;
	int64_t bytes, events, hits;
};

static int
read_hunt(struct tx *tx, void *arg, struct err *err)
{
	struct run *r = arg;
	struct arena *a = r->arena;
	struct query q;

	r->items = r->lists = 0;
	r->is_wanted = false;
	query_open(&q, tx, "SELECT level, lang, size, from_at, to_at, tags_json, rules_set, no_prefilter,"
	    " left_out_json FROM hunt WHERE id = ? AND state = 'waiting'", "t", r->id);
	if (query_step(&q)) {
		r->is_wanted = true;
		r->size = query_int(&q, 2);
		r->asked = (struct hunt_asked){ .level = arena_strdup(a, query_text(&q, 0)),
		    .lang = arena_strdup(a, query_text(&q, 1)), .from_at = query_opt(&q, 3),
		    .to_at = query_opt(&q, 4), .tags_json = arena_strdup(a, query_text(&q, 5)),
		    .rules_set = arena_strdup(a, query_text(&q, 6)), .no_prefilter = query_int(&q, 7) != 0,
		    .left_out_json = arena_strdup(a, query_text(&q, 8)) };
	}
	query_close(&q);
	r->item = arena_alloc(a, (HUNTER_FILES_MAX + HUNTER_LISTS_MAX) * sizeof(*r->item));
	query_open(&q, tx, "SELECT f.name, f.sha256, f.size, COALESCE(e.collected_at, h.requested_at),"
	    " f.purpose IS NOT NULL FROM hunt_file f JOIN hunt h ON h.id = f.hunt_id"
	    " LEFT JOIN evidence e ON e.id = f.evidence_id"
	    " WHERE f.hunt_id = ? ORDER BY f.purpose IS NULL, f.position", "t", r->id);
	while (query_step(&q) && r->items < HUNTER_FILES_MAX + HUNTER_LISTS_MAX) {
		struct hunt_item *i = &r->item[r->items++];

		*i = (struct hunt_item){ .name = arena_strdup(a, query_text(&q, 0)),
		    .sha256 = arena_strdup(a, query_text(&q, 1)), .size = query_int(&q, 2),
		    .collected_at = query_int(&q, 3), .is_list = query_int(&q, 4) != 0 };
		r->lists += i->is_list;
		if (!i->is_list && i->collected_at > r->newest_ms)
			r->newest_ms = i->collected_at;
	}
	query_close(&q);
	return err->kind;
}

/* Notes how far it is, and sees whether it is still wanted. */
static int
note(struct tx *tx, void *arg, struct err *err)
{
	struct run *r = arg;

	r->is_wanted = tx_int(tx, "SELECT COUNT(*) FROM hunt WHERE id = ? AND state = 'waiting'", "t", r->id) == 1;
	if (r->is_wanted)
		tx_exec(tx, "INSERT INTO hunt_progress (hunt_id, at, phase, bytes, events, hits) VALUES"
		    " (?, ?, ?, ?, ?, ?) ON CONFLICT (hunt_id) DO UPDATE SET at = excluded.at,"
		    " phase = excluded.phase, bytes = excluded.bytes, events = excluded.events, hits = excluded.hits",
		    "titiii", r->id, clock_wall_ms(), r->phase, r->bytes, r->events, r->hits);
	return err->kind;
}

static bool
progress(void *arg, int64_t bytes, int64_t events, int64_t hits)
{
	struct run *r = arg;
	int64_t now_ms = clock_mono_ms();

	r->bytes = bytes;
	r->events = events;
	r->hits = hits;
	/* What cannot be noted now is noted the next time. */
	store_write(r->app->store, note, r, NULL);
	if (now_ms - r->renewed_ms > 60000) {
		r->renewed_ms = now_ms;
		if (job_renew(r->app->store, r->job, NULL) == ERR_CONFLICT)
			r->is_wanted = false;
	}
	return r->is_wanted;
}

/* ---- the job ----------------------------------------------------------------------------------------- */

static int
search(struct run *r, struct hunt_answer *answer, struct err *err)
{
	cleanup(fd_closep) int rules = -1;
	int failed;

	struct hunt_set set;

	answer->started_at = app_now(r->app);
	r->phase = "rules";
	r->renewed_ms = clock_mono_ms();
	if (!progress(r, 0, 0, 0))
		return err_set(err, ERR_STATE, "err.hunt.cancelled", NULL);
	failed = r->asked.rules_set != NULL ?
	    hunt_rules_find(r->app, r->asked.lang, r->asked.rules_set, &set, err) :
	    hunt_rules_make(r->app, r->asked.lang, NULL, &set, err);
	if (failed == 0) {
		snprintf(answer->rules_version, sizeof(answer->rules_version), "%s", set.key);
		answer->rules = set.loaded;
		failed = hunt_rules_open(r->app, &set, &rules, err);
	}
	r->phase = "reading";
	if (failed == 0)
		failed = hunt_talk(&(struct hunt_talk){ .app = r->app, .arena = r->arena,
		    .asked = &r->asked, .file = r->item, .files = r->items, .lists = r->lists, .size = r->size,
		    .newest_ms = r->newest_ms,
		    .rules_fd = rules, .cancel_fd = r->cancel_fd, .progress = progress, .arg = r }, answer, err);
	r->phase = "settling";
	if (failed == 0)
		progress(r, r->size, r->events, r->hits);
	return failed;
}

static bool
is_called_off(const struct run *r)
{
	struct pollfd fd = { r->cancel_fd, POLLIN, 0 };

	return r->cancel_fd >= 0 && poll(&fd, 1, 0) == 1;
}

static int
complete(struct tx *tx, void *arg, struct err *err)
{
	const struct job *job = arg;

	(void)err;
	/* Cancelled meanwhile, or given to somebody else: then it is not ours to complete. */
	return tx_int(tx, "SELECT COUNT(*) FROM job WHERE id = ? AND state = 'waiting'", "t", job->id) == 1 ?
	    job_done(tx, job) : 0;
}

/*
 * Why it did not work decides what becomes of it: the worker's fault ends the hunt; a server that
 * stops, and a disk without room, leave it for later.
 */
static int
unsuccessful(struct run *r, const struct err *why, struct err *err)
{
	bool is_ours = why->kind == ERR_FULL || why->kind == ERR_UNKNOWN || str_starts(why->key, "err.store");
	bool is_over = str_eq(why->key, "err.hunt.cancelled") || str_eq(why->key, "err.hunt.ended");

	if (is_called_off(r) || (is_ours && r->job->attempts < ATTEMPTS_MAX))
		return job_fail(r->app->store, r->job, false, why, err);
	if (!is_over && hunt_fail(r->app, r->id, why, err) != 0)
		return err->kind;
	return store_write(r->app->store, complete, (void *)(uintptr_t)r->job, err);
}

static int
run_job(struct run *r, struct err *err)
{
	struct hunt_answer answer = { .summary = NULL };
	struct err why = { 0 };
	int failed = store_read(r->app->store, read_hunt, r, err);

	if (failed != 0)
		return failed;
	if (!r->is_wanted)
		return store_write(r->app->store, complete, (void *)(uintptr_t)r->job, err);
	failed = search(r, &answer, &why);
	if (failed == 0)
		failed = hunt_settle(r->app, r->id, &answer, &why);
	if (failed == 0)
		failed = store_write(r->app->store, complete, (void *)(uintptr_t)r->job, err);
	else
		failed = unsuccessful(r, &why, err);
	hunt_answer_clear(&answer);
	err_clear(&why);
	return failed;
}

static bool
knows(void *arg, const char *kind)
{
	(void)arg;
	return strcmp(kind, HUNT_JOB) == 0;
}

int
hunt_run_due(struct app *app, int cancel_fd, bool *ret_did, struct err *err)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	struct run r = { .app = app, .arena = &arena, .cancel_fd = cancel_fd };
	struct json *args = NULL;
	struct job *job = NULL;
	int failed = job_take(app->store, app_now(app), knows, NULL, &arena, &job, err);

	if (failed != 0 || job == NULL)
		return failed;
	*ret_did = true;
	r.job = job;
	failed = json_parse(job->args_json, strlen(job->args_json), &args, err);
	r.id = json_get_str(args, "id");
	if (failed == 0 && r.id != NULL)
		failed = run_job(&r, err);
	json_free(args);
	return failed;
}
