/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduler.h: what makes due things happen, in the server and for
 * "khien work run".
 *
 * Lanes are threads: one for jobs and ticks, one for each kind of message, and
 * those the application adds (probes).  A lane that waits for a slow mail
 * server keeps no other waiting.  Each looks for due work when it is kicked
 * and at least once a second, because another process may have written.
 */
#pragma once

#include "work/job.h"
#include "work/outbox.h"

struct work;

struct work_options {
	struct store *store;
	int64_t (*now)(void *arg); /* product time */
	void *now_arg;
	/* Told of every failure, from any lane; may be NULL. ${what} is a lane, a job kind, a tick. */
	void (*trouble)(void *arg, const char *what, const struct err *err);
	void *trouble_arg;
};

struct work *work_new(const struct work_options *options);
void work_free(struct work *work); /* stops first; NULL is allowed */

struct store *work_store(struct work *work);
int64_t work_now(struct work *work); /* product time */

/*
 * A kind of job.  ${run} returns 0, and has called job_done() in a transaction
 * of its own or leaves that to the lane; or it fails, and is run again after a
 * pause, ${attempts_max} times in all.
 */
struct job_kind {
	const char *name;
	int (*run)(struct work *work, const struct job *job, void *arg, struct err *err);
	void *arg;
	int attempts_max;
};

/* All before work_start() or work_run_once(); the strings live as long as the work. */
void work_add_job(struct work *work, const struct job_kind *kind);
void work_add_sender(struct work *work, const char *kind, outbox_fn send, void *arg);

/* A lane of the application's own: does one due piece; ${ret_did} says whether there was one. */
typedef int (*work_lane_fn)(struct work *work, void *arg, bool *ret_did, struct err *err);
void work_add_lane(struct work *work, const char *name, work_lane_fn fn, void *arg);

/* Something short to be done every so often, by the machine's clock. */
typedef int (*work_tick_fn)(struct work *work, void *arg, struct err *err);
void work_add_tick(struct work *work, const char *name, int64_t every_ms, work_tick_fn fn,
    void *arg);

/* Starts the lanes. Recovering what dead processes left and store_checkpoint() are built in. */
int work_start(struct work *work, struct err *err);

/* Something new may be due; any thread, also before work_start(). Cheap. */
void work_kick(struct work *work);

/* Becomes readable when the work is asked to stop; for worker_start() and poll(). */
int work_cancel_fd(struct work *work);

/* Asks the lanes to stop, calls off what they wait for, joins them. */
void work_stop(struct work *work);

struct work_done {
	int64_t pieces, failures;
};

/*
 * Without threads: does everything that is due now, until nothing is, at most
 * ${max} pieces; each tick once.  What failed waits for its pause and counts
 * as a failure.  ERR_* only when the store fails.
 */
int work_run_once(struct work *work, int64_t max, struct work_done *ret_done, struct err *err);
