/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.c: the SQLite driver: connections, statements, what is special to SQLite. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "store/driver.h"
#include "store/find.h"
#include "store/store.h"
#include "store/walbuf.h"

#define BUSY_TIMEOUT_MS 10000

struct cached {
	sqlite3_stmt *stmt;
	void *keep[QUERY_KEEPERS];
	bool busy;
};

struct conn {
	sqlite3 *db;
	struct map statements; /* SQL text to struct cached */
};

static int
fail(struct conn *conn, int rc, struct err *err)
{
	enum err_kind kind = ERR_IO;
	const char *key = "err.database";

	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		kind = ERR_CONFLICT;
		key = "err.exists";
		break;
	case SQLITE_FULL:
		kind = ERR_FULL;
		key = "err.full";
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		kind = ERR_BROKEN;
		key = "err.database_damaged";
		break;
	case SQLITE_BUSY:
		key = "err.database_busy";
		break;
	}
	/* SQLite maps a disk that is full for the shared-memory file to an I/O error. */
	if (rc == SQLITE_IOERR_SHMSIZE)
		kind = ERR_FULL, key = "err.full";
	return err_fail(err, kind, key, NULL, "reason",
	    conn->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(conn->db), NULL, NULL);
}

static const char *vfs_name;

static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_initialize();
	vfs_name = walbuf_register();
}

int
conn_open(const char *path, unsigned flags, struct conn **ret, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char setup[] =
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
	    "PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
	    "PRAGMA cell_size_check = ON;";
	struct conn *conn;
	int rc;

	pthread_once(&once, configure);
	if ((flags & CONN_CREATE) != 0) {
		int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd == -1)
			return err_sys(err, errno == ENOSPC ? ERR_FULL : ERR_IO, path, errno);
		close(fd);
	}
	conn = xcalloc(1, sizeof(*conn));
	rc = sqlite3_open_v2(path, &conn->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
	    vfs_name);
	if (rc == SQLITE_CANTOPEN && access(path, R_OK | W_OK) != 0) {
		int kind = errno == EACCES || errno == EROFS ? err_sys(err, ERR_IO, path, errno) :
		    err_fail(err, ERR_NOT_FOUND, "err.no_data_dir", NULL, "path", path, NULL, NULL);

		conn_close(conn);
		return kind;
	}
	/* A commit writes some forty pages for ten rows: small ones make it small.  A file keeps its size. */
	if (rc == SQLITE_OK && (flags & CONN_CREATE) != 0)
		rc = sqlite3_exec(conn->db, "PRAGMA page_size = 2048", NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(conn->db, 1);
		sqlite3_busy_timeout(conn->db, BUSY_TIMEOUT_MS);
		sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		rc = sqlite3_exec(conn->db, setup, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK && (flags & CONN_READ) != 0)
		rc = sqlite3_exec(conn->db, "PRAGMA query_only = ON", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		int kind = fail(conn, rc, err);

		conn_close(conn);
		return kind;
	}
	*ret = conn;
	return 0;
}

static void
free_kept(void *keep[QUERY_KEEPERS])
{
	for (int i = 0; i < QUERY_KEEPERS; i++) {
		free(keep[i]);
		keep[i] = NULL;
	}
}

static void
free_cached(void *value)
{
	struct cached *cached = value;

	sqlite3_finalize(cached->stmt);
	free_kept(cached->keep);
	free(cached);
}

void
conn_close(struct conn *conn)
{
	if (conn == NULL)
		return;
	map_clear(&conn->statements, free_cached);
	sqlite3_close(conn->db);
	free(conn);
}

int
conn_script(struct conn *conn, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(conn, rc, err);
}

/* As conn_script() for one statement that is run again and again: parsed once. */
static int
run_often(struct conn *conn, const char *sql)
{
	struct cached *cached = map_get(&conn->statements, sql);
	int rc;

	if (cached == NULL) {
		cached = xcalloc(1, sizeof(*cached));
		map_put(&conn->statements, sql, cached);
	}
	if (cached->stmt == NULL && (rc = sqlite3_prepare_v3(conn->db, sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &cached->stmt, NULL)) != SQLITE_OK)
		return rc;
	rc = sqlite3_step(cached->stmt);
	sqlite3_reset(cached->stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
conn_control(struct conn *conn, const char *sql, struct err *err)
{
	int rc = run_often(conn, sql);

	return rc == SQLITE_OK ? 0 : fail(conn, rc, err);
}

int
conn_begin_write(struct conn *conn, struct err *err)
{
	return conn_control(conn, "BEGIN IMMEDIATE", err);
}

int
conn_begin_read(struct conn *conn, struct err *err)
{
	return conn_control(conn, "BEGIN", err);
}

int
conn_commit(struct conn *conn, struct err *err)
{
	int rc = run_often(conn, "COMMIT");

	if (rc == SQLITE_OK)
		return 0;
	/* A failed flush may or may not have left the commit on the disk. */
	if ((rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_SHMSIZE)
		err_fail(err, ERR_UNKNOWN, "err.unknown_outcome", NULL, "reason",
		    sqlite3_errmsg(conn->db), NULL, NULL);
	else
		fail(conn, rc, err);
	conn_rollback(conn);
	return err == NULL ? ERR_IO : err->kind;
}

void
conn_rollback(struct conn *conn)
{
	if (!sqlite3_get_autocommit(conn->db))
		run_often(conn, "ROLLBACK");
}

int
conn_checkpoint(struct conn *conn, struct err *err)
{
	int rc, frames = 0, before;

	/* Nobody waits for this; what was written meanwhile is soon copied, too. */
	do {
		before = frames;
		rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, NULL);
	} while (rc == SQLITE_OK && frames > before + 1024);
	/* A log that never starts over by itself is made to; writers wait while the little
	 * that is left is copied. */
	if (rc == SQLITE_OK && frames > 16384)
		rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED)
		return 0;
	return fail(conn, rc, err);
}

int
conn_backup(struct conn *conn, const char *path, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(conn->db, "VACUUM INTO ?", -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : fail(conn, rc, err);
}

int
conn_setup(struct conn *conn, struct err *err)
{
	return conn_script(conn, find_tables_sql, err);
}

/* ---- statements ---------------------------------------------------------- */

static bool
stuck(struct tx *tx)
{
	return tx->err->kind != ERR_NONE;
}

/* The cached statement of this text, or a fresh one when that one is in use. */
static sqlite3_stmt *
prepare(struct tx *tx, const char *sql, struct cached **ret_cached)
{
	struct conn *conn = tx->conn;
	struct cached *cached = map_get(&conn->statements, sql);
	sqlite3_stmt *stmt = NULL;
	int rc;

	*ret_cached = NULL;
	if (cached != NULL && !sqlite3_stmt_busy(cached->stmt) && !cached->busy) {
		*ret_cached = cached;
		cached->busy = true;
		return cached->stmt;
	}
	rc = sqlite3_prepare_v3(conn->db, sql, -1,
	    cached == NULL ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL);
	if (rc != SQLITE_OK) {
		fail(conn, rc, tx->err);
		return NULL;
	}
	if (cached == NULL) {
		cached = xcalloc(1, sizeof(*cached));
		cached->stmt = stmt;
		cached->busy = true;
		map_put(&conn->statements, sql, cached);
		*ret_cached = cached;
	}
	return stmt;
}

/* ${life}: SQLITE_STATIC when the texts stay until the statement is closed. */
static int
bind(sqlite3_stmt *stmt, const char *types, sqlite3_destructor_type life, va_list ap)
{
	int rc = SQLITE_OK;

	for (int i = 1; types[i - 1] != '\0' && rc == SQLITE_OK; i++) {
		if (types[i - 1] == 't') {
			const char *text = va_arg(ap, const char *);

			rc = text == NULL ? sqlite3_bind_null(stmt, i) :
			    sqlite3_bind_text(stmt, i, text, -1, life);
		} else {
			int64_t value = va_arg(ap, int64_t);

			rc = types[i - 1] == 'o' && value == SQL_NULL ? sqlite3_bind_null(stmt, i) :
			    sqlite3_bind_int64(stmt, i, value);
		}
	}
	return rc;
}

static void
open_with(struct query *q, struct tx *tx, const char *sql, const char *types,
    sqlite3_destructor_type life, va_list ap)
{
	int rc;

	*q = (struct query){ .tx = tx };
	if (stuck(tx))
		return;
	q->stmt = prepare(tx, sql, &q->cached);
	if (q->stmt == NULL)
		return;
	rc = bind(q->stmt, types, life, ap);
	if (rc != SQLITE_OK)
		fail(tx->conn, rc, tx->err);
}

void
query_vopen(struct query *q, struct tx *tx, const char *sql, const char *types, va_list ap)
{
	open_with(q, tx, sql, types, SQLITE_TRANSIENT, ap);
}

void
query_open(struct query *q, struct tx *tx, const char *sql, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	query_vopen(q, tx, sql, types, ap);
	va_end(ap);
}

bool
query_step(struct query *q)
{
	int rc;

	q->row = false;
	if (q->stmt == NULL || stuck(q->tx))
		return false;
	rc = sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		q->row = true;
	else if (rc != SQLITE_DONE)
		fail(q->tx->conn, rc, q->tx->err);
	return q->row;
}

int
query_close(struct query *q)
{
	if (q->stmt != NULL) {
		if (q->cached != NULL) {
			sqlite3_reset(q->stmt);
			sqlite3_clear_bindings(q->stmt);
			q->cached->busy = false;
		} else {
			sqlite3_finalize(q->stmt);
			free_kept(q->own);
		}
		q->stmt = NULL;
	}
	return q->tx->err->kind;
}

const char *
query_text(struct query *q, int column)
{
	return q->row ? (const char *)sqlite3_column_text(q->stmt, column) : NULL;
}

size_t
query_size(struct query *q, int column)
{
	return q->row ? (size_t)sqlite3_column_bytes(q->stmt, column) : 0;
}

int64_t
query_int(struct query *q, int column)
{
	return q->row ? sqlite3_column_int64(q->stmt, column) : 0;
}

int64_t
query_opt(struct query *q, int column)
{
	if (!q->row || sqlite3_column_type(q->stmt, column) == SQLITE_NULL)
		return SQL_NULL;
	return sqlite3_column_int64(q->stmt, column);
}

static enum query_type
type_of(int type)
{
	return type == SQLITE_NULL ? QUERY_NULL
	    : type == SQLITE_INTEGER ? QUERY_INT
	    : type == SQLITE_TEXT ? QUERY_TEXT : QUERY_OTHER;
}

enum query_type
query_type(struct query *q, int column)
{
	return q->row ? type_of(sqlite3_column_type(q->stmt, column)) : QUERY_NULL;
}

int
query_columns(struct query *q)
{
	return q->stmt == NULL ? 0 : sqlite3_column_count(q->stmt);
}

struct query_cell
query_cell(struct query *q, int column)
{
	struct query_cell cell = { .type = QUERY_NULL };
	sqlite3_value *value;

	if (!q->row)
		return cell;
	/* Only this thread uses the connection, so that a value not protected will do. */
	value = sqlite3_column_value(q->stmt, column);
	cell.type = type_of(sqlite3_value_type(value));
	if (cell.type == QUERY_INT) {
		cell.number = sqlite3_value_int64(value);
	} else if (cell.type != QUERY_NULL) {
		cell.text = (const char *)sqlite3_value_text(value);
		cell.size = (size_t)sqlite3_value_bytes(value);
	}
	return cell;
}

void **
query_keep(struct query *q, enum query_keeper who)
{
	return q->cached == NULL ? &q->own[who] : &q->cached->keep[who];
}

bool
query_is_number(struct query *q, int column)
{
	const char *type = q->stmt == NULL ? NULL : sqlite3_column_decltype(q->stmt, column);

	return type != NULL && strstr(type, "INT") != NULL;
}

const char *
query_name(struct query *q, int column)
{
	return q->stmt == NULL ? NULL : sqlite3_column_name(q->stmt, column);
}

int
tx_exec(struct tx *tx, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;

	va_start(ap, types);
	open_with(&q, tx, sql, types, SQLITE_STATIC, ap);
	va_end(ap);
	while (query_step(&q))
		continue;
	tx->changes = stuck(tx) ? 0 : sqlite3_changes64(tx->conn->db);
	return query_close(&q);
}

void
query_openv(struct query *q, struct tx *tx, const char *sql, const struct value *values, size_t n)
{
	int rc = SQLITE_OK;

	query_open(q, tx, sql, "");
	for (size_t i = 0; i < n && q->stmt != NULL && rc == SQLITE_OK; i++) {
		if (values[i].text != NULL)
			rc = sqlite3_bind_text(q->stmt, (int)i + 1, values[i].text, -1, SQLITE_STATIC);
		else if (values[i].number == SQL_NULL)
			rc = sqlite3_bind_null(q->stmt, (int)i + 1);
		else
			rc = sqlite3_bind_int64(q->stmt, (int)i + 1, values[i].number);
	}
	if (rc != SQLITE_OK)
		fail(tx->conn, rc, tx->err);
}

int
tx_execv(struct tx *tx, const char *sql, const struct value *values, size_t n)
{
	struct query q;

	query_openv(&q, tx, sql, values, n);
	while (query_step(&q))
		continue;
	tx->changes = stuck(tx) ? 0 : sqlite3_changes64(tx->conn->db);
	return query_close(&q);
}

int64_t
tx_changes(struct tx *tx)
{
	return tx->changes;
}

int64_t
tx_int(struct tx *tx, const char *sql, const char *types, ...)
{
	struct query q;
	int64_t value = SQL_NULL;
	va_list ap;

	va_start(ap, types);
	open_with(&q, tx, sql, types, SQLITE_STATIC, ap);
	va_end(ap);
	if (query_step(&q))
		value = query_opt(&q, 0);
	query_close(&q);
	return value;
}

char *
tx_text(struct tx *tx, struct arena *arena, const char *sql, const char *types, ...)
{
	struct query q;
	char *value = NULL;
	va_list ap;

	va_start(ap, types);
	open_with(&q, tx, sql, types, SQLITE_STATIC, ap);
	va_end(ap);
	if (query_step(&q))
		value = arena_strdup(arena, query_text(&q, 0));
	query_close(&q);
	return value;
}

struct err *
tx_err(struct tx *tx)
{
	return tx->err;
}
