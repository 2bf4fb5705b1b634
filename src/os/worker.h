/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h: khien-worker, the confined process that does one kind of job: how
 * it is asked (by khien) and how it answers (in the worker itself).
 *
 * A worker is started as "khien-worker KIND", gets the descriptors of its job
 * as 3, 4, … and talks on its standard input and output in frames: four bytes
 * of length, most significant first, then that many bytes, at most
 * WORKER_FRAME_MAX.  It confines itself before it reads the first frame.  A
 * worker that crashes, hangs or writes nonsense costs its job and nothing
 * else: the one who asked gets an error and asks a new worker.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "os/confine.h"

#define WORKER_FRAME_MAX ((size_t)16 << 20)
#define WORKER_FDS_MAX   4

/* ---- the side that asks ---------------------------------------------------- */

/*
 * Which program is started: khien-worker in the folder of the running program,
 * unless another path was set here, before threads start.
 */
void worker_set_program(const char *path);

struct worker;

/*
 * Starts a worker of ${kind}; ${fds} (may be NULL when ${count} is 0) stay the
 * caller's.  The whole exchange has ${timeout_ms}, and is called off at once
 * when ${cancel_fd} (-1: none) becomes readable.
 * Errors of this and of the next three: ERR_NOT_FOUND or ERR_IO
 * "err.child.start"; ERR_IO "err.worker.timeout", "err.worker.cancelled",
 * "err.worker.crashed" with {kind} and {reason}.
 */
int worker_start(const char *kind, const int *fds, size_t count, int timeout_ms, int cancel_fd,
    struct worker **ret_worker, struct err *err);

/* Sends one frame. */
int worker_put(struct worker *worker, const void *data, size_t size, struct err *err);

/* Waits for one frame; ${ret_frame} is emptied first and holds at most its own maximum. */
int worker_get(struct worker *worker, struct buf *ret_frame, struct err *err);

/*
 * Waits at most ${wait_ms} for the worker to say something, or to end: true when worker_get() has
 * something to tell.  Also true when the exchange is called off or its time is over.
 */
bool worker_wait(struct worker *worker, int wait_ms);

/* Gives a worker that is asked again more time, from now. */
void worker_set_timeout(struct worker *worker, int timeout_ms);

/* From now on only the time limit counts, not the cancelling descriptor. */
void worker_ignore_cancel(struct worker *worker);

/*
 * Stops it where it stands.  Frames it had written before can still be had by
 * worker_get(), which then tells the end instead of waiting: what it said it
 * was about to do is known even when the answer is not.
 */
void worker_stop(struct worker *worker);

/* Ends the exchange: the worker reads end of file and leaves, or is killed. NULL is allowed. */
void worker_free(struct worker *worker);

/* For cleanup(worker_freep). */
void worker_freep(struct worker **worker);

/* One question, one answer, one process. */
int worker_run(const char *kind, const int *fds, size_t count, const void *request, size_t size,
    int timeout_ms, struct buf *ret_answer, struct err *err);

/* ---- the worker's side ------------------------------------------------------- */

/* Reads and writes the frames of the one who asks. */
bool worker_read(struct buf *ret_frame); /* false at the end, or when it is not a frame */
bool worker_write(const void *data, size_t size);

struct worker_kind {
	const char *name;
	enum confine_kind confine;
	struct confine_limits limits;
	int time_s;                      /* it ends itself after this, whoever waits */
	bool (*prepare)(void);           /* before confinement: opens what it will need; may be NULL */
	int (*serve)(void);              /* confined: frames in, frames out; returns the exit status */
};

/* main() of a worker: picks the kind by argv[1], confines, serves.  Does not return. */
_Noreturn void worker_main(const struct worker_kind *kinds, size_t count, int argc, char **argv);
