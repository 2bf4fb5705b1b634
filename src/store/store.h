/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h: SQL behind one interface.
 *
 * A write is a function that gets a transaction and may be run again; several
 * callers' functions may share one commit (group commit); one that fails takes
 * nothing of the others with it.  When store_write() returns 0 the change is on disk (WAL, synchronous=FULL).
 *
 * Errors of a transaction stick: after the first failed statement later ones
 * do nothing, and store_write() or store_read() returns that first error.
 *   ERR_CONFLICT  a UNIQUE rule was broken
 *   ERR_FULL      no room on the disk; nothing was written
 *   ERR_IO        the database could not be read, or is locked for long
 *   ERR_UNKNOWN   the commit itself failed: it is not known whether the change
 *                 is on disk.  From then on every write answers ERR_UNKNOWN
 *                 until the store is opened again.
 *   ERR_BROKEN    the file is not a database or is damaged
 */
#pragma once

#include <stdarg.h>

#include "base/err.h"

struct store;
struct tx;
struct sqlite3_stmt;
struct cached;
struct buf;

enum store_flag {
	STORE_CREATE = 1, /* make the file; it must not exist */
};

/*
 * Opens ${path} and brings its schema up to date.  Safe to use from several
 * threads and from several processes at the same time.
 */
int store_open(const char *path, unsigned flags, struct store **ret_store, struct err *err);

/* Waits for writers; NULL is allowed. */
void store_close(struct store *store);

typedef int (*store_fn)(struct tx *tx, void *arg, struct err *err);

/* Runs ${fn} in a durable write transaction.  A non-zero return undoes it. */
int store_write(struct store *store, store_fn fn, void *arg, struct err *err);

/* Runs ${fn} on one consistent snapshot. */
int store_read(struct store *store, store_fn fn, void *arg, struct err *err);

/*
 * Runs ${fn} on one snapshot with a connection of its own that has ${file}
 * closed against writes; for long reads (verify, export) that must not hold
 * one of the pool's connections.
 */
int store_scan(struct store *store, store_fn fn, void *arg, struct err *err);

/* Copies the whole database consistently to the new file ${path} while others go on writing. */
int store_backup(struct store *store, const char *path, struct err *err);

/* Moves what the write-ahead log holds into the database file; called now and then by the server. */
void store_checkpoint(struct store *store);

/* Whether writes were stopped by an ERR_UNKNOWN. */
bool store_is_stopped(const struct store *store);

/*
 * ---- statements ---------------------------------------------------------
 *
 * ${types} names the bound values in order: t text (const char *, NULL is SQL
 * NULL), i int64_t, o int64_t where INT64_MIN is NULL.  Statements are cached
 * by their text, so SQL is a constant or an arena string, never with values
 * pasted in.
 *
 *	struct query q;
 *	query_open(&q, tx, "SELECT id, name FROM division WHERE agency_id = ?", "t", agency);
 *	while (query_step(&q))
 *		use(query_text(&q, 0));
 *	if (query_close(&q) != 0) return ...;
 */
#define SQL_NULL INT64_MIN

enum query_type { QUERY_NULL, QUERY_INT, QUERY_TEXT, QUERY_OTHER };

/* Who keeps something with a query: see query_keep(). */
enum query_keeper { KEEP_IMAGE, KEEP_FIELDS, QUERY_KEEPERS };

struct query {
	struct tx *tx;
	struct sqlite3_stmt *stmt;
	struct cached *cached;
	void *own[QUERY_KEEPERS];
	bool row;
};

void query_open(struct query *q, struct tx *tx, const char *sql, const char *types, ...);
void query_vopen(struct query *q, struct tx *tx, const char *sql, const char *types, va_list ap);
bool query_step(struct query *q);
int query_close(struct query *q); /* 0, or the transaction's error kind */

const char *query_text(struct query *q, int column); /* NULL for SQL NULL; valid until the next step */
size_t query_size(struct query *q, int column);
int64_t query_int(struct query *q, int column);
int64_t query_opt(struct query *q, int column); /* SQL_NULL for SQL NULL */
enum query_type query_type(struct query *q, int column);
int query_columns(struct query *q);

/* All of one column at once: text, size and number as the three above say. */
struct query_cell {
	enum query_type type;
	int64_t number;   /* of QUERY_INT */
	const char *text; /* of QUERY_TEXT and QUERY_OTHER; valid until the next step */
	size_t size;
};
struct query_cell query_cell(struct query *q, int column);

/*
 * Where to keep what was worked out from the columns of this SQL text: by malloc(), freed
 * with the prepared statement (or the query, where that is not kept), NULL at first.
 */
void **query_keep(struct query *q, enum query_keeper who);
const char *query_name(struct query *q, int column);

/* Whether the table has that column for whole numbers; its name and this are known before the first step. */
bool query_is_number(struct query *q, int column);

/* One statement without rows.  Returns 0 or the transaction's error kind. */
int tx_exec(struct tx *tx, const char *sql, const char *types, ...);

/* A value bound by position, for statements made from tables. */
struct value {
	const char *text; /* NULL: the number counts */
	int64_t number;   /* SQL_NULL is SQL NULL */
};
int tx_execv(struct tx *tx, const char *sql, const struct value *values, size_t n);

/* Texts are not copied: they stay until the query is closed. */
void query_openv(struct query *q, struct tx *tx, const char *sql, const struct value *values, size_t n);

/* Rows changed by the last tx_exec(). */
int64_t tx_changes(struct tx *tx);

/* The first row's first column: SQL_NULL, or NULL, when there is none.
 * tx_text() answers into ${arena}. */
struct arena;
int64_t tx_int(struct tx *tx, const char *sql, const char *types, ...);
char *tx_text(struct tx *tx, struct arena *arena, const char *sql, const char *types, ...);

/* Where the transaction's first error is; fill it to make the transaction fail. */
struct err *tx_err(struct tx *tx);
