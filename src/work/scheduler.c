/* SPDX-License-Identifier: Apache-2.0 */
#include "work/scheduler.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "os/file.h"

#define KINDS_MAX     64
#define LANES_MAX     12
#define TICKS_MAX     16
#define LOOK_MS       1000 /* other processes cannot kick us */
#define REST_MS       INT64_C(30)
#define TROUBLE_MS    5000 /* a lane whose store fails does not spin */
#define STACK_SIZE    ((size_t)512 << 10)
#define RECOVER_MS    10000
#define CHECKPOINT_MS 500 /* the log stays short, and is written over instead of growing */

struct lane {
	struct work *work;
	const char *name;
	work_lane_fn fn;
	void *arg;
	outbox_fn send; /* of a sender */
	pthread_t thread;
	uint64_t seen; /* kicks */
};

struct tick {
	const char *name;
	int64_t every_ms, next_ms; /* monotonic */
	work_tick_fn fn;
	void *arg;
};

struct work {
	struct work_options o;
	struct job_kind kind[KINDS_MAX];
	struct lane lane[LANES_MAX];
	struct tick tick[TICKS_MAX];
	size_t kinds, lanes, ticks, started;
	int cancel_fd;
	pthread_mutex_t mutex;
	/* Apart: a kick wakes nobody who rests; with all of them it cost more than many a write. */
	pthread_cond_t kicked, stopped;
	uint64_t kicks;
	bool stopping;
	atomic_int_fast64_t failures;
};

static void
trouble(struct work *work, const char *what, struct err *err)
{
	atomic_fetch_add(&work->failures, 1);
	if (work->o.trouble != NULL)
		work->o.trouble(work->o.trouble_arg, what, err);
	err_clear(err);
}

/* ---- the built-in lanes and ticks -------------------------------------------- */

static const struct job_kind *
kind_of(struct work *work, const char *name)
{
	for (size_t i = 0; i < work->kinds; i++)
		if (str_eq(work->kind[i].name, name))
			return &work->kind[i];
	return NULL;
}

static bool
knows(void *arg, const char *kind)
{
	return kind_of(arg, kind) != NULL;
}

static int
done(struct tx *tx, void *arg, struct err *err)
{
	const struct job *job = arg;
	int64_t waiting = tx_int(tx, "SELECT COUNT(*) FROM job WHERE id = ? AND state = 'waiting'",
	    "t", job->id);

	(void)err;
	/* Its own transaction completed it, or somebody cancelled it: both are fine. */
	return waiting == 1 ? job_done(tx, job) : 0;
}

static int
run_jobs(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	const struct job_kind *kind;
	struct job *job = NULL;
	struct err why = { 0 };
	int ret = job_take(work->o.store, work_now(work), knows, work, &arena, &job, err);

	(void)arg;
	if (ret != 0 || job == NULL)
		return ret;
	*ret_did = true;
	kind = kind_of(work, job->kind);
	if (kind->run(work, job, kind->arg, &why) == 0) {
		err_clear(&why);
		return store_write(work->o.store, done, job, err);
	}
	ret = job_fail(work->o.store, job, job->attempts >= kind->attempts_max, &why, err);
	trouble(work, job->kind, &why);
	return ret;
}

static int
run_sender(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct lane *lane = arg;
	struct outbox_result result;
	int ret = outbox_send_one(work->o.store, lane->name, work_now(work), lane->send, lane->arg,
	    &result, err);

	*ret_did = result.did;
	if (result.did && result.outcome != OUTBOX_SENT)
		trouble(work, lane->name, &result.why);
	return ret;
}

static int
recover(struct work *work, void *arg, struct err *err)
{
	int ret = job_recover(work->o.store, err);

	(void)arg;
	return ret != 0 ? ret : outbox_recover(work->o.store, err);
}

static int
checkpoint(struct work *work, void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	store_checkpoint(work->o.store);
	return 0;
}

/* ---- making it -------------------------------------------------------------- */

static struct lane *
new_lane(struct work *work, const char *name, void *arg)
{
	struct lane *lane = &work->lane[work->lanes++];

	assert(work->lanes <= LANES_MAX && work->started == 0);
	lane->work = work;
	lane->name = name;
	lane->arg = arg;
	return lane;
}

struct work *
work_new(const struct work_options *options)
{
	struct work *work = xcalloc(1, sizeof(*work));
	pthread_condattr_t attr;

	work->o = *options;
	work->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&work->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&work->kicked, &attr);
	pthread_cond_init(&work->stopped, &attr);
	pthread_condattr_destroy(&attr);
	work_add_lane(work, "job", run_jobs, NULL);
	work_add_tick(work, "recover", RECOVER_MS, recover, NULL);
	work_add_tick(work, "checkpoint", CHECKPOINT_MS, checkpoint, NULL);
	return work;
}

void
work_free(struct work *work)
{
	if (work == NULL)
		return;
	work_stop(work);
	fd_closep(&work->cancel_fd);
	pthread_cond_destroy(&work->kicked);
	pthread_cond_destroy(&work->stopped);
	pthread_mutex_destroy(&work->mutex);
	free(work);
}

struct store *
work_store(struct work *work)
{
	return work->o.store;
}

int64_t
work_now(struct work *work)
{
	return work->o.now(work->o.now_arg);
}

void
work_add_job(struct work *work, const struct job_kind *kind)
{
	assert(work->kinds < KINDS_MAX && kind_of(work, kind->name) == NULL);
	work->kind[work->kinds++] = *kind;
}

void
work_add_sender(struct work *work, const char *kind, outbox_fn send, void *arg)
{
	new_lane(work, kind, arg)->send = send;
}

void
work_add_lane(struct work *work, const char *name, work_lane_fn fn, void *arg)
{
	new_lane(work, name, arg)->fn = fn;
}

void
work_add_tick(struct work *work, const char *name, int64_t every_ms, work_tick_fn fn, void *arg)
{
	assert(work->ticks < TICKS_MAX);
	work->tick[work->ticks++] = (struct tick){ name, every_ms, 0, fn, arg };
}

/* ---- running it ------------------------------------------------------------- */

static void
run_ticks(struct work *work)
{
	int64_t mono_ms = clock_mono_ms();

	for (size_t i = 0; i < work->ticks; i++) {
		struct tick *t = &work->tick[i];
		struct err err = { 0 };

		if (t->next_ms > mono_ms)
			continue;
		t->next_ms = mono_ms + t->every_ms;
		if (t->fn(work, t->arg, &err) != 0)
			trouble(work, t->name, &err);
		err_clear(&err);
	}
}

static int
run_lane(struct lane *lane, bool *ret_did, struct err *err)
{
	*ret_did = false;
	if (lane->send != NULL)
		return run_sender(lane->work, lane, ret_did, err);
	return lane->fn(lane->work, lane->arg, ret_did, err);
}

/* Waits with the mutex held until ${until_ns}, for a stop or, when ${kicks} too, for a kick. */
static void
wait_until(struct lane *lane, int64_t until_ns, bool kicks)
{
	struct work *work = lane->work;
	struct timespec until = { until_ns / 1000000000, until_ns % 1000000000 };

	while (!work->stopping && !(kicks && work->kicks != lane->seen) &&
	    pthread_cond_timedwait(kicks ? &work->kicked : &work->stopped, &work->mutex, &until) == 0)
		;
}

/*
 * Until the next kick, at most ${ms}; but a lane that found nothing rests for
 * REST_MS, so that a thousand writes a second do not mean a thousand looks.
 * False when it is time to stop.
 */
static bool
pause_lane(struct lane *lane, int64_t ms)
{
	struct work *work = lane->work;
	int64_t now_ns = clock_mono_ns();
	bool go_on;

	pthread_mutex_lock(&work->mutex);
	if (ms > 0) {
		wait_until(lane, now_ns + REST_MS * 1000000, false);
		wait_until(lane, now_ns + ms * 1000000, true);
	}
	lane->seen = work->kicks;
	go_on = !work->stopping;
	pthread_mutex_unlock(&work->mutex);
	return go_on;
}

static void *
lane_main(void *arg)
{
	struct lane *lane = arg;
	bool is_first = lane == &lane->work->lane[0];
	int64_t pause_ms;

	do {
		struct err err = { 0 };
		bool did = false;

		if (is_first)
			run_ticks(lane->work);
		pause_ms = LOOK_MS;
		if (run_lane(lane, &did, &err) != 0) {
			trouble(lane->work, lane->name, &err);
			pause_ms = TROUBLE_MS;
		} else if (did) {
			pause_ms = 0;
		}
		err_clear(&err);
	} while (pause_lane(lane, pause_ms));
	return NULL;
}

int
work_start(struct work *work, struct err *err)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int errnum = 0;

	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	while (errnum == 0 && work->started < work->lanes) {
		struct lane *lane = &work->lane[work->started];

		errnum = pthread_create(&lane->thread, &attr, lane_main, lane);
		work->started += errnum == 0;
	}
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (errnum == 0)
		return 0;
	work_stop(work);
	return err_sys(err, ERR_IO, "pthread_create", errnum);
}

void
work_kick(struct work *work)
{
	pthread_mutex_lock(&work->mutex);
	work->kicks++;
	pthread_cond_broadcast(&work->kicked);
	pthread_mutex_unlock(&work->mutex);
}

int
work_cancel_fd(struct work *work)
{
	return work->cancel_fd;
}

void
work_stop(struct work *work)
{
	pthread_mutex_lock(&work->mutex);
	work->stopping = true;
	pthread_cond_broadcast(&work->kicked);
	pthread_cond_broadcast(&work->stopped);
	pthread_mutex_unlock(&work->mutex);
	eventfd_write(work->cancel_fd, 1);
	for (size_t i = 0; i < work->started; i++)
		pthread_join(work->lane[i].thread, NULL);
	work->started = 0;
}

int
work_run_once(struct work *work, int64_t max, struct work_done *ret_done, struct err *err)
{
	struct work_done sum = { 0, 0 };
	int64_t failures = atomic_load(&work->failures);
	bool did_any = true;

	assert(work->started == 0);
	run_ticks(work);
	while (did_any && sum.pieces < max) {
		did_any = false;
		for (size_t i = 0; i < work->lanes; i++) {
			bool did = false;
			int ret = run_lane(&work->lane[i], &did, err);

			if (ret != 0)
				return ret;
			did_any |= did;
			sum.pieces += did;
		}
	}
	sum.failures = atomic_load(&work->failures) - failures;
	*ret_done = sum;
	return 0;
}
