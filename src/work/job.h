/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h: what must happen later, as rows of table job.
 *
 *	waiting --take--> waiting, leased --done--> done
 *	   ^                     |--fail--> waiting, after a pause; failed after the last attempt
 *	   |--cancel--> cancelled
 *
 * A job runs at least once: a process that dies gives its lease back by dying,
 * and the job runs again.  What a job changes in the database happens exactly
 * once when it calls job_done() in the same transaction.
 */
#pragma once

#include "base/arena.h"
#include "base/id.h"
#include "store/store.h"

struct job {
	char id[ID_SIZE];
	const char *agency_id, *kind, *args_json, *key;
	int64_t due_at, created_at;
	int64_t attempts; /* this one included */
};

/*
 * Asks for ${kind} at ${due_at} (product time), in the transaction of its
 * cause.  ${key} says what the job is about: a second job of the same key,
 * whatever became of the first, is not made.  Returns 0 or the transaction's
 * error.
 */
int job_put(struct tx *tx, const char *agency_id, const char *kind, const char *args_json,
    const char *key, int64_t due_at);

/* Takes a waiting job back, also one that is being carried out: its job_done() then fails. */
int job_cancel(struct tx *tx, const char *key);

/* Moves a waiting job to another time; nothing when it is not waiting. */
int job_move(struct tx *tx, const char *key, int64_t due_at);

/*
 * Completes the job within the caller's transaction.  ERR_CONFLICT "err.job.lost"
 * when it was cancelled, or leased to somebody else: then what the transaction
 * did must not stand.
 */
int job_done(struct tx *tx, const struct job *job);

/*
 * Leases the job that has been due longest, of a kind that ${knows} accepts.
 * ${ret_job} is NULL when none is due; otherwise it lives in ${arena}.
 * ${now} is product time.
 */
typedef bool (*job_knows_fn)(void *arg, const char *kind);
int job_take(struct store *store, int64_t now, job_knows_fn knows, void *knows_arg,
    struct arena *arena, struct job **ret_job, struct err *err);

/* A job that takes long keeps its lease; ERR_CONFLICT "err.job.lost" as job_done(). */
int job_renew(struct store *store, const struct job *job, struct err *err);

/* Gives a leased job back after a failure, to be run again after a pause, or as failed. */
int job_fail(struct store *store, const struct job *job, bool is_last, const struct err *why,
    struct err *err);

/* Frees the jobs of processes that are gone. */
int job_recover(struct store *store, struct err *err);

/* Removes jobs that were done or cancelled and made before ${before_at}; with them their keys. */
int job_forget(struct tx *tx, int64_t before_at);
