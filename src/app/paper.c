/* SPDX-License-Identifier: Apache-2.0 */
#include "app/paper.h"

#include <pthread.h>
#include <time.h>

#include "app/app.h"
#include "os/worker.h"
#include "pack/style.h"

#define RENDER_MS 20000 /* for one document; the largest allowed takes a tenth */

/* A place for a worker; the worker is its holder's alone. */
struct place {
	struct worker *worker; /* NULL: not started, or lost */
	bool is_taken;
};

/* One that waits; the place is put into its hands. */
struct waiter {
	pthread_cond_t given;
	struct place *place;
	struct waiter *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct place places[PAPER_WORKERS];
static struct waiter *first, **last = &first;
static int render_ms = RENDER_MS, wait_ms = PAPER_WAIT_MS;

void
paper_limits(int render, int wait)
{
	if (render > 0)
		render_ms = render;
	if (wait > 0)
		wait_ms = wait;
}

/* ---- whose turn it is ------------------------------------------------------------------- */

/* A free place, a warm one rather than an empty one; NULL: all have work. */
static struct place *
free_place(void)
{
	struct place *empty = NULL;

	for (size_t i = 0; i < PAPER_WORKERS; i++) {
		if (places[i].is_taken)
			continue;
		if (places[i].worker != NULL)
			return &places[i];
		if (empty == NULL)
			empty = &places[i];
	}
	return empty;
}

static void
leave_queue(struct waiter *w)
{
	struct waiter **at = &first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (*at == NULL)
		last = at;
}

/* With the lock held: waits in the queue until a place is handed over, or for too long. */
static struct place *
wait_turn(void)
{
	struct waiter w = { .place = NULL };
	struct timespec until;
	pthread_condattr_t clock;
	int late = 0;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w.given, &clock);
	pthread_condattr_destroy(&clock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += wait_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	*last = &w;
	last = &w.next;
	while (w.place == NULL && late == 0)
		late = pthread_cond_timedwait(&w.given, &lock, &until);
	if (w.place == NULL)
		leave_queue(&w);
	pthread_cond_destroy(&w.given);
	return w.place;
}

static struct place *
take_place(void)
{
	struct place *p;

	pthread_mutex_lock(&lock);
	/* Nobody passes those who wait already. */
	p = first == NULL ? free_place() : NULL;
	if (p == NULL)
		p = wait_turn();
	if (p != NULL)
		p->is_taken = true;
	pthread_mutex_unlock(&lock);
	return p;
}

/* To the one who waits longest, else free. */
static void
give_back(struct place *p)
{
	struct waiter *w;

	pthread_mutex_lock(&lock);
	w = first;
	p->is_taken = w != NULL;
	if (w != NULL) {
		leave_queue(w);
		w->place = p;
		pthread_cond_signal(&w->given);
	}
	pthread_mutex_unlock(&lock);
}

/* ---- asking -------------------------------------------------------------------------------- */

/* The error the worker told, as if it had happened here. */
static int
told(const struct json *e, struct err *err)
{
	enum err_kind kind = (enum err_kind)json_get_int(e, "kind", ERR_IO);
	const char *key = json_get_str(e, "key"), *name, *file = json_get_str(e, "file");
	struct json *value;
	void *it = NULL;

	err_set(err, kind, key == NULL ? "err.worker.crashed" : key, json_get_str(e, "field"));
	while (err != NULL && json_next(json_get(e, "args"), &it, &name, &value))
		err_arg(err, name, json_str(value) == NULL ? "" : json_str(value));
	if (!str_empty(file))
		err_where(err, file, (int)json_get_int(e, "line", 0),
		    (int)json_get_int(e, "column", 0));
	return kind;
}

static int
ask(struct place *p, const char *request, size_t len, struct paper *ret, struct err *err)
{
	struct buf head = BUF_INIT(WORKER_FRAME_MAX);
	int failed = p->worker != NULL ? 0 :
	    worker_start("render", NULL, 0, render_ms, -1, &p->worker, err);

	if (failed == 0) {
		worker_set_timeout(p->worker, render_ms);
		failed = worker_put(p->worker, request, len, err);
	}
	if (failed == 0)
		failed = worker_get(p->worker, &head, err);
	if (failed == 0)
		failed = worker_get(p->worker, &ret->bytes, err);
	if (failed == 0)
		failed = json_parse(head.data, head.len, &ret->answer, err);
	buf_clear(&head);
	/* What is half read is of no use to the next. */
	if (failed != 0 && p->worker != NULL) {
		worker_stop(p->worker);
		worker_free(p->worker);
		p->worker = NULL;
	}
	return failed;
}

static int
ask_somebody(const char *request, size_t len, struct paper *ret, struct err *err)
{
	struct place *p = take_place();
	bool was_warm;
	int failed;

	if (p == NULL)
		return err_set(err, ERR_TOO_MANY, "err.paper.busy", NULL);
	was_warm = p->worker != NULL;
	failed = ask(p, request, len, ret, err);
	/* One that was kept may have left after its last answer: that says nothing about this. */
	if (failed == ERR_IO && was_warm && !str_eq(err->key, "err.worker.timeout")) {
		err_clear(err);
		failed = ask(p, request, len, ret, err);
	}
	give_back(p);
	return failed;
}

int
paper_render_frame(const char *request, size_t len, struct paper *ret, struct err *err)
{
	struct err why = { 0 };
	int failed;

	*ret = (struct paper){ .bytes = BUF_INIT(WORKER_FRAME_MAX) };
	failed = ask_somebody(request, len, ret, &why);
	if (failed == 0 && json_get(ret->answer, "error") != NULL)
		failed = told(json_get(ret->answer, "error"), &why);
	if (failed == 0)
		return 0;
	if (err != NULL && err->kind == ERR_NONE)
		*err = why;
	else
		err_clear(&why);
	paper_free(ret);
	return failed;
}

int
paper_render(struct call *call, const struct json *request, struct paper *ret, struct err *err)
{
	const struct pack_style *style = pack_style(call->app->packs, call->now);
	cleanup(json_freep) struct json *copy = json_clone(request);
	cleanup(buf_clear) struct buf text = BUF_INIT(WORKER_FRAME_MAX);

	if (json_get(copy, "style") == NULL && style != NULL && style->pack.own)
		json_set_str(copy, "style", style->text_yaml);
	json_write(copy, &text);
	if (text.full)
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	return paper_render_frame(text.data, text.len, ret, err);
}

void
paper_free(struct paper *paper)
{
	json_free(paper->answer);
	buf_clear(&paper->bytes);
	paper->answer = NULL;
}

void
paper_stop(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < PAPER_WORKERS; i++) {
		if (places[i].is_taken)
			continue;
		worker_free(places[i].worker);
		places[i].worker = NULL;
	}
	pthread_mutex_unlock(&lock);
}
