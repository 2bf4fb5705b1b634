/* SPDX-License-Identifier: Apache-2.0 */
/* driver.h: what store.c asks of a database driver; for this folder only. */
#pragma once

#include "store/store.h"

struct conn;

/* One transaction under way; the error sticks. */
struct tx {
	struct conn *conn;
	struct err *err;
	int64_t changes;
};

enum conn_flag { CONN_CREATE = 1, CONN_READ = 2 };

int conn_open(const char *path, unsigned flags, struct conn **ret, struct err *err);
void conn_close(struct conn *conn);

/* Statements without values: schema and transaction control. */
int conn_script(struct conn *conn, const char *sql, struct err *err);

/* One statement of transaction control, which is kept for the next time. */
int conn_control(struct conn *conn, const char *sql, struct err *err);

int conn_begin_write(struct conn *conn, struct err *err);
int conn_begin_read(struct conn *conn, struct err *err);

/* ERR_UNKNOWN when the outcome is not known; otherwise a failure means "not written". */
int conn_commit(struct conn *conn, struct err *err);
void conn_rollback(struct conn *conn);

/* Copies finished pages from the log to the file. ERR_IO means the disk failed. */
int conn_checkpoint(struct conn *conn, struct err *err);
int conn_backup(struct conn *conn, const char *path, struct err *err);

/* Driver-specific schema (text search), made after the common one. */
int conn_setup(struct conn *conn, struct err *err);
