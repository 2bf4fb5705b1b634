/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job.h"

#include "base/clock.h"
#include "work/lease.h"

int
job_put(struct tx *tx, const char *agency_id, const char *kind, const char *args_json,
    const char *key, int64_t due_at)
{
	char id[ID_SIZE];
	int64_t wall_ms = clock_wall_ms();

	return tx_exec(tx,
	    "INSERT INTO job (id, agency_id, kind, args_json, key, due_at, state, created_at) "
	    "VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT (key) DO NOTHING",
	    "tttttii", id_new(wall_ms, id), agency_id, kind, args_json, key, due_at, wall_ms);
}

int
job_cancel(struct tx *tx, const char *key)
{
	return tx_exec(tx, "UPDATE job SET state = 'cancelled' WHERE key = ? AND state = 'waiting'",
	    "t", key);
}

int
job_move(struct tx *tx, const char *key, int64_t due_at)
{
	return tx_exec(tx, "UPDATE job SET due_at = ? WHERE key = ? AND state = 'waiting'", "it",
	    due_at, key);
}

int
job_done(struct tx *tx, const struct job *job)
{
	char owner[LEASE_OWNER_SIZE];
	int ret = tx_exec(tx,
	    "UPDATE job SET state = 'done', lease_owner = NULL, lease_until_at = NULL, error = NULL "
	    "WHERE id = ? AND state = 'waiting' AND lease_owner = ?",
	    "tt", job->id, lease_owner(owner));

	if (ret == 0 && tx_changes(tx) != 1)
		ret = err_fail(tx_err(tx), ERR_CONFLICT, "err.job.lost", NULL, "kind", job->kind,
		    NULL, NULL);
	return ret;
}

struct take {
	struct arena *arena;
	int64_t now;
	job_knows_fn knows;
	void *knows_arg;
	struct job *job;
};

static struct job *
read_job(struct arena *arena, struct query *q)
{
	struct job *job = arena_alloc(arena, sizeof(*job));

	memcpy(job->id, query_text(q, 0), ID_SIZE);
	job->agency_id = arena_strdup(arena, query_text(q, 1));
	job->kind = arena_strdup(arena, query_text(q, 2));
	job->args_json = arena_strdup(arena, query_text(q, 3));
	job->key = arena_strdup(arena, query_text(q, 4));
	job->due_at = query_int(q, 5);
	job->attempts = query_int(q, 6) + 1;
	job->created_at = query_int(q, 7);
	return job;
}

static int
find(struct tx *tx, void *arg, struct err *err)
{
	struct take *t = arg;
	int64_t wall_ms = clock_wall_ms();
	struct query q;

	(void)err;
	t->job = NULL;
	query_open(&q, tx,
	    "SELECT id, agency_id, kind, args_json, key, due_at, attempts, created_at FROM job "
	    "WHERE state = 'waiting' AND due_at <= ? AND " LEASE_IS_OVER " ORDER BY due_at, id",
	    "iii", t->now, wall_ms, wall_ms + LEASE_FAR_MS);
	while (t->job == NULL && query_step(&q))
		if (t->knows(t->knows_arg, query_text(&q, 2)))
			t->job = read_job(t->arena, &q);
	return query_close(&q);
}

static int
lease(struct tx *tx, void *arg, struct err *err)
{
	struct take *t = arg;
	char owner[LEASE_OWNER_SIZE];
	/* Looks again: another process may have been quicker. */
	int ret = find(tx, arg, err);

	if (ret != 0 || t->job == NULL)
		return ret;
	return tx_exec(tx,
	    "UPDATE job SET lease_owner = ?, lease_until_at = ?, attempts = ? WHERE id = ?", "tiit",
	    lease_owner(owner), clock_wall_ms() + LEASE_MS, t->job->attempts, t->job->id);
}

int
job_take(struct store *store, int64_t now, job_knows_fn knows, void *knows_arg,
    struct arena *arena, struct job **ret_job, struct err *err)
{
	struct take t = { arena, now, knows, knows_arg, NULL };
	int ret = store_read(store, find, &t, err);

	if (ret == 0 && t.job != NULL)
		ret = store_write(store, lease, &t, err);
	if (ret == 0)
		*ret_job = t.job;
	return ret;
}

struct fail {
	const struct job *job;
	bool is_last;
	const struct err *why;
};

static int
give_back(struct tx *tx, void *arg, struct err *err)
{
	struct fail *f = arg;
	char owner[LEASE_OWNER_SIZE], reason[REASON_SIZE];

	(void)err;
	return tx_exec(tx,
	    "UPDATE job SET state = ?, lease_owner = NULL, lease_until_at = ?, error = ? "
	    "WHERE id = ? AND state = 'waiting' AND lease_owner = ?",
	    "tittt", f->is_last ? "failed" : "waiting",
	    clock_wall_ms() + lease_pause_ms(f->job->attempts), reason_write(f->why, reason),
	    f->job->id, lease_owner(owner));
}

int
job_fail(struct store *store, const struct job *job, bool is_last, const struct err *why,
    struct err *err)
{
	struct fail f = { job, is_last, why };

	return store_write(store, give_back, &f, err);
}

static int
renew(struct tx *tx, void *arg, struct err *err)
{
	const struct job *job = arg;
	char owner[LEASE_OWNER_SIZE];

	tx_exec(tx, "UPDATE job SET lease_until_at = ? WHERE id = ? AND state = 'waiting' AND lease_owner = ?",
	    "itt", clock_wall_ms() + LEASE_MS, job->id, lease_owner(owner));
	if (err->kind == ERR_NONE && tx_changes(tx) != 1)
		err_fail(err, ERR_CONFLICT, "err.job.lost", NULL, "kind", job->kind, NULL, NULL);
	return err->kind;
}

int
job_renew(struct store *store, const struct job *job, struct err *err)
{
	return store_write(store, renew, (void *)(uintptr_t)job, err);
}

/* The owners of leased jobs that are gone, at most so many at a time. */
#define GONE_MAX 16

struct recover {
	char owner[GONE_MAX][LEASE_OWNER_SIZE];
	size_t count;
};

static int
find_gone(struct tx *tx, void *arg, struct err *err)
{
	struct recover *r = arg;
	struct query q;

	(void)err;
	r->count = 0;
	query_open(&q, tx,
	    "SELECT DISTINCT lease_owner FROM job WHERE state = 'waiting' AND lease_owner IS NOT NULL",
	    "");
	while (query_step(&q) && r->count < GONE_MAX)
		if (lease_is_gone(query_text(&q, 0)) && query_size(&q, 0) < LEASE_OWNER_SIZE)
			strcpy(r->owner[r->count++], query_text(&q, 0));
	return query_close(&q);
}

static int
free_gone(struct tx *tx, void *arg, struct err *err)
{
	struct recover *r = arg;
	int ret = 0;

	(void)err;
	for (size_t i = 0; ret == 0 && i < r->count; i++)
		ret = tx_exec(tx,
		    "UPDATE job SET lease_owner = NULL, lease_until_at = NULL "
		    "WHERE state = 'waiting' AND lease_owner = ?",
		    "t", r->owner[i]);
	return ret;
}

int
job_recover(struct store *store, struct err *err)
{
	struct recover r;
	int ret = store_read(store, find_gone, &r, err);

	if (ret == 0 && r.count > 0)
		ret = store_write(store, free_gone, &r, err);
	return ret;
}

int
job_forget(struct tx *tx, int64_t before_at)
{
	return tx_exec(tx, "DELETE FROM job WHERE state IN ('done', 'cancelled') AND created_at < ?",
	    "i", before_at);
}
