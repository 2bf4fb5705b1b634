/* SPDX-License-Identifier: Apache-2.0 */
/* store.c: group commit, the pool of reading connections, migrations. */
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/arena.h"
#include "os/embed.h"
#include "store/driver.h"

#define READERS_MAX 16
#define BATCH_MAX   64

/* One caller waiting for the commit that carries its change. */
struct request {
	struct request *next;
	store_fn fn;
	void *arg;
	struct err *err;
	bool done;
};

struct store {
	char *path;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct request *first, **last; /* queue of writers */
	bool leading;                  /* somebody is committing */
	struct conn *writer, *checkpointer;
	pthread_mutex_t checkpoint_lock;
	struct conn *reader[READERS_MAX]; /* idle ones */
	size_t readers;
	atomic_bool stopped;
};

/* ---- writing --------------------------------------------------------------- */

/* Gives the shared failure to each caller that thought it had succeeded. */
static void
share_failure(struct request *batch, const struct err *failure)
{
	for (struct request *r = batch; r != NULL; r = r->next) {
		if (r->err->kind != ERR_NONE)
			continue;
		*r->err = *failure;
		r->err->list = NULL;
	}
}

/* Runs one function; its error goes to the caller's. */
static void
run_one(struct conn *conn, struct request *r)
{
	struct err own = { 0 };
	struct tx tx = { conn, &own, 0 };
	int ret = r->fn(&tx, r->arg, &own);

	if (ret != 0 && own.kind == ERR_NONE)
		err_set(&own, ret, "err.failed", NULL);
	*r->err = own;
}

/* The same in a savepoint of its own, so that its failure takes nothing of the others with it. */
static void
run_apart(struct conn *conn, struct request *r)
{
	struct err ignored = { 0 };

	if (conn_control(conn, "SAVEPOINT one", r->err) == 0) {
		run_one(conn, r);
		if (r->err->kind != ERR_NONE)
			conn_control(conn, "ROLLBACK TO one", &ignored);
		conn_control(conn, "RELEASE one", r->err->kind == ERR_NONE ? r->err : &ignored);
	}
	err_clear(&ignored);
}

/* The same in a transaction of its own. */
static void
run_alone(struct store *store, struct request *r)
{
	err_clear(r->err);
	if (atomic_load(&store->stopped)) {
		err_set(r->err, ERR_UNKNOWN, "err.writes_stopped", NULL);
		return;
	}
	if (conn_begin_write(store->writer, r->err) != 0)
		return;
	run_one(store->writer, r);
	if (r->err->kind != ERR_NONE)
		conn_rollback(store->writer);
	else if (conn_commit(store->writer, r->err) == ERR_UNKNOWN)
		atomic_store(&store->stopped, true);
}

/* When the disk is full or fails, the database may end the whole transaction by itself. */
static bool
may_have_ended(const struct err *err)
{
	return err->kind == ERR_FULL || err->kind == ERR_IO;
}

/*
 * Runs them all within the open transaction.  Savepoints cost a copy of every page
 * that is touched, and nearly all changes succeed: so first without.  When one of
 * several fails, all is undone and run again, each apart; and when a savepoint may
 * have been lost with its transaction, each alone.  True: there is something to commit.
 */
static bool
run_batch(struct store *store, struct request *batch, struct err *err)
{
	struct conn *conn = store->writer;
	struct request *r = batch;
	bool any = false;

	while (r != NULL) {
		run_one(conn, r);
		if (r->err->kind != ERR_NONE)
			break;
		r = r->next;
	}
	if (r == NULL)
		return true;
	if (r == batch && r->next == NULL)
		return false;
	err_clear(r->err);
	conn_rollback(conn);
	if (conn_begin_write(conn, err) != 0) {
		share_failure(batch, err);
		return false;
	}
	for (r = batch; r != NULL; r = r->next) {
		run_apart(conn, r);
		any |= r->err->kind == ERR_NONE;
		if (may_have_ended(r->err))
			break;
	}
	if (r == NULL)
		return any;
	conn_rollback(conn);
	for (r = batch; r != NULL; r = r->next)
		run_alone(store, r);
	return false;
}

static void
commit_batch(struct store *store, struct request *batch)
{
	struct err err = { 0 };

	if (atomic_load(&store->stopped)) {
		err_set(&err, ERR_UNKNOWN, "err.writes_stopped", NULL);
		share_failure(batch, &err);
		return;
	}
	if (conn_begin_write(store->writer, &err) != 0) {
		share_failure(batch, &err);
		err_clear(&err);
		return;
	}
	if (!run_batch(store, batch, &err)) {
		conn_rollback(store->writer);
		err_clear(&err);
		return;
	}
	if (conn_commit(store->writer, &err) != 0) {
		if (err.kind == ERR_UNKNOWN)
			atomic_store(&store->stopped, true);
		share_failure(batch, &err);
	}
	err_clear(&err);
}

/*
 * Commits what is queued; the lock is held on entry and exit.  One batch only, then
 * whoever waits first leads the next: the caller's own change is in this one, and
 * its client should not wait for those of others.
 */
static void
lead(struct store *store)
{
	struct request *batch = store->first, *end = batch;

	for (int n = 1; n < BATCH_MAX && end->next != NULL; n++)
		end = end->next;
	store->first = end->next;
	if (store->first == NULL)
		store->last = &store->first;
	end->next = NULL;
	store->leading = true;
	pthread_mutex_unlock(&store->lock);
	commit_batch(store, batch);
	pthread_mutex_lock(&store->lock);
	for (struct request *r = batch, *next; r != NULL; r = next) {
		next = r->next;
		r->done = true;
	}
	store->leading = false;
	pthread_cond_broadcast(&store->changed);
}

int
store_write(struct store *store, store_fn fn, void *arg, struct err *err)
{
	struct err own = { 0 };
	struct request r = { .fn = fn, .arg = arg, .err = &own };
	int ret;

	pthread_mutex_lock(&store->lock);
	*store->last = &r;
	store->last = &r.next;
	while (!r.done) {
		if (!store->leading)
			lead(store);
		else
			pthread_cond_wait(&store->changed, &store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	ret = own.kind;
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	return ret;
}

/* ---- reading --------------------------------------------------------------- */

static int
run_read(struct conn *conn, store_fn fn, void *arg, struct err *err)
{
	struct err own = { 0 };
	struct tx tx = { conn, &own, 0 };
	int ret;

	if (conn_begin_read(conn, &own) == 0) {
		ret = fn(&tx, arg, &own);
		if (ret != 0 && own.kind == ERR_NONE)
			err_set(&own, ret, "err.failed", NULL);
		conn_rollback(conn);
	}
	ret = own.kind;
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	return ret;
}

int
store_read(struct store *store, store_fn fn, void *arg, struct err *err)
{
	struct conn *conn = NULL;
	int ret;

	pthread_mutex_lock(&store->lock);
	if (store->readers > 0)
		conn = store->reader[--store->readers];
	pthread_mutex_unlock(&store->lock);
	if (conn == NULL && (ret = conn_open(store->path, CONN_READ, &conn, err)) != 0)
		return ret;
	ret = run_read(conn, fn, arg, err);
	pthread_mutex_lock(&store->lock);
	if (store->readers < READERS_MAX) {
		store->reader[store->readers++] = conn;
		conn = NULL;
	}
	pthread_mutex_unlock(&store->lock);
	conn_close(conn);
	return ret;
}

int
store_scan(struct store *store, store_fn fn, void *arg, struct err *err)
{
	struct conn *conn;
	int ret = conn_open(store->path, CONN_READ, &conn, err);

	if (ret != 0)
		return ret;
	ret = run_read(conn, fn, arg, err);
	conn_close(conn);
	return ret;
}

/* ---- opening --------------------------------------------------------------- */

static int
schema_version(struct conn *conn, struct err *err)
{
	struct tx tx = { conn, err, 0 };

	return (int)tx_int(&tx, "SELECT value FROM schema_version", "");
}

/* Applies the numbered files that are newer than the database, all or none. */
static int
migrate(struct conn *conn, struct err *err)
{
	const struct embed *file;
	struct tx tx = { conn, err, 0 };
	int have, newest = 0;

	if (conn_begin_write(conn, err) != 0 ||
	    conn_script(conn, "CREATE TABLE IF NOT EXISTS schema_version (value BIGINT NOT NULL)", err) != 0)
		goto out;
	if (tx_int(&tx, "SELECT COUNT(*) FROM schema_version", "") == 0)
		tx_exec(&tx, "INSERT INTO schema_version (value) VALUES (0)", "");
	have = schema_version(conn, err);
	for (size_t i = 0; (file = embed_next("src/store/migrations/", &i)) != NULL;) {
		newest = atoi(strrchr(file->name, '/') + 1);
		if (newest > have && conn_script(conn, file->data, err) != 0)
			goto out;
	}
	if (have > newest) {
		err_set(err, ERR_BROKEN, "err.schema_newer", NULL);
		goto out;
	}
	if (conn_setup(conn, err) == 0 && have < newest)
		tx_exec(&tx, "UPDATE schema_version SET value = ?", "i", (int64_t)newest);
	if (err->kind == ERR_NONE)
		return conn_commit(conn, err);
out:
	conn_rollback(conn);
	return err->kind;
}

int
store_open(const char *path, unsigned flags, struct store **ret_store, struct err *err)
{
	struct err own = { 0 };
	struct store *store;
	struct conn *conn;
	int ret;

	ret = conn_open(path, (flags & STORE_CREATE) != 0 ? CONN_CREATE : 0, &conn, &own);
	if (ret == 0 && (ret = migrate(conn, &own)) != 0)
		conn_close(conn);
	if (ret != 0) {
		if (err != NULL && err->kind == ERR_NONE)
			*err = own;
		else
			err_clear(&own);
		return ret;
	}
	store = xcalloc(1, sizeof(*store));
	store->path = xstrdup(path);
	store->writer = conn;
	store->last = &store->first;
	pthread_mutex_init(&store->lock, NULL);
	pthread_mutex_init(&store->checkpoint_lock, NULL);
	pthread_cond_init(&store->changed, NULL);
	*ret_store = store;
	return 0;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	pthread_mutex_lock(&store->lock);
	while (store->leading)
		pthread_cond_wait(&store->changed, &store->lock);
	pthread_mutex_unlock(&store->lock);
	while (store->readers > 0)
		conn_close(store->reader[--store->readers]);
	conn_close(store->checkpointer);
	conn_close(store->writer);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->checkpoint_lock);
	pthread_mutex_destroy(&store->lock);
	free(store->path);
	free(store);
}

/* ---- the rest ---------------------------------------------------------------- */

/*
 * A failed flush of the database file may have dropped pages that the log still
 * holds; a later success would let the log be overwritten.  So it stops writes
 * as a failed commit does, and opening again replays the log.
 */
void
store_checkpoint(struct store *store)
{
	struct err err = { 0 };

	if (atomic_load(&store->stopped))
		return;
	pthread_mutex_lock(&store->checkpoint_lock);
	if (store->checkpointer == NULL)
		conn_open(store->path, 0, &store->checkpointer, &err);
	if (store->checkpointer != NULL && conn_checkpoint(store->checkpointer, &err) == ERR_IO)
		atomic_store(&store->stopped, true);
	pthread_mutex_unlock(&store->checkpoint_lock);
	err_clear(&err);
}

int
store_backup(struct store *store, const char *path, struct err *err)
{
	struct conn *conn;
	int ret = conn_open(store->path, 0, &conn, err);

	if (ret != 0)
		return ret;
	ret = conn_backup(conn, path, err);
	conn_close(conn);
	return ret;
}

bool
store_is_stopped(const struct store *store)
{
	return atomic_load(&store->stopped);
}
