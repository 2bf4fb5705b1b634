/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/engine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "hunt/engine_part.h"
#include "hunt/sift.h"

#define PROGRESS_NS 200000000L

static atomic_bool interrupted;

/* The first signal ends reading; the next ends the program as usual. */
static void
on_signal(int number)
{
	(void)number;
	atomic_store(&interrupted, true);
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const char *
engine_file(const void *engine, uint32_t file)
{
	const struct engine *e = engine;

	return e->walk->file[file].shown;
}

/* ---- faults ------------------------------------------------------------------------------ */

void
engine_fault(struct engine *e, uint32_t file, const char *key, const char *text, uint64_t offset,
    uint64_t bytes)
{
	for (size_t i = e->faults; i > 0 && key != NULL && e->fault[i - 1].file == file; i--) {
		struct engine_fault *f = &e->fault[i - 1];

		if (f->key == NULL || strcmp(f->key, key) != 0)
			continue;
		f->parts++;
		f->bytes += bytes;
		return;
	}
	if (e->faults == ENGINE_FAULTS_MAX)
		return;
	if (e->faults == e->faults_room) {
		e->faults_room = e->faults_room == 0 ? 16 : e->faults_room * 2;
		e->fault = xrealloc(e->fault, e->faults_room * sizeof(*e->fault));
	}
	e->fault[e->faults++] = (struct engine_fault){ .file = file, .key = key,
	    .text = text == NULL ? NULL : arena_strdup(&e->arena, text), .parts = 1, .bytes = bytes,
	    .offset = offset };
}

/* Under take; faults of results in order are added under order, so both take it. */
static void
refuse_file(struct engine *e, uint32_t file, const struct err *err)
{
	struct buf text = BUF_INIT(10000);

	words_err_text(&text, e->options->lang, err);
	pthread_mutex_lock(&e->state->order);
	engine_fault(e, file, NULL, buf_str(&text), 0, e->walk->file[file].size);
	e->sum.files_refused++;
	pthread_mutex_unlock(&e->state->order);
	buf_clear(&text);
}

/* ---- taking pieces -------------------------------------------------------------------------- */

static int
open_file(const struct engine *e, uint32_t file, struct ingest **ret, bool *ret_gone, struct err *err)
{
	const struct hunt_hands *hands = e->options->hands;
	int fd;

	if (hands == NULL)
		return sift_open(&e->walk->file[file], ret, err);
	fd = hands->open(hands->arg, file);
	*ret_gone = fd == HUNT_GONE;
	return *ret_gone ? 0 : sift_open_fd(&e->walk->file[file], fd, hands->newest_ms, ret, err);
}

/* Opens the next file that can be read; false when there is none. Under take. */
static bool
open_next(struct engine *e)
{
	struct state *s = e->state;

	while (s->next_file < e->walk->files && s->source == NULL) {
		uint32_t file = (uint32_t)s->next_file;
		struct err err = { 0 };
		struct ingest *in = NULL;
		bool gone = false;
		int failed = open_file(e, file, &in, &gone, &err);

		if (gone)
			continue;
		s->next_file++;
		if (failed == 0) {
			s->source = xcalloc(1, sizeof(*s->source));
			*s->source = (struct source){ .in = in, .file = file, .users = 1 };
			e->sum.files_read++;
		} else {
			refuse_file(e, file, &err);
			atomic_fetch_add(&s->bytes, e->walk->file[file].size);
		}
		err_clear(&err);
	}
	return s->source != NULL;
}

/* Under take. */
static void
unuse(struct source *source)
{
	if (--source->users > 0)
		return;
	ingest_close(source->in);
	free(source);
}

bool
engine_take(struct worker *w)
{
	struct engine *e = w->engine;
	struct state *s = e->state;
	bool taken = false;

	pthread_mutex_lock(&s->take);
	while (!atomic_load(&s->stop) && !taken && open_next(e)) {
		uint64_t now;

		taken = ingest_next(s->source->in, &w->piece);
		now = ingest_bytes(s->source->in);
		atomic_fetch_add(&s->bytes, now - s->source->counted);
		s->source->counted = now;
		if (taken) {
			w->source = s->source;
			w->source->users++;
			w->part->number = s->next_number++;
		} else {
			unuse(s->source);
			s->source = NULL;
		}
	}
	pthread_mutex_unlock(&s->take);
	return taken;
}

void
engine_release(struct worker *w)
{
	pthread_mutex_lock(&w->engine->state->take);
	unuse(w->source);
	pthread_mutex_unlock(&w->engine->state->take);
}

/* ---- putting results in order ------------------------------------------------------------------ */

static struct result_part *
part_new(void)
{
	struct result_part *p = xcalloc(1, sizeof(*p));

	buf_init(&p->json, OUT_MAX);
	buf_init(&p->csv, OUT_MAX);
	buf_init(&p->hits, OUT_MAX);
	buf_init(&p->feed, OUT_MAX);
	buf_init(&p->skipped, OUT_MAX);
	return p;
}

static void
part_free(struct result_part *p)
{
	buf_clear(&p->json);
	buf_clear(&p->csv);
	buf_clear(&p->hits);
	buf_clear(&p->feed);
	buf_clear(&p->skipped);
	seen_clear(&p->seen);
	free(p);
}

/* Writes all results that are in turn. Under order. */
static void
commit_ready(struct engine *e)
{
	struct state *s = e->state;

	s->committing = true;
	for (struct result_part *p; (p = s->ring[s->done % RING]) != NULL;) {
		s->ring[s->done % RING] = NULL;
		pthread_mutex_unlock(&s->order);
		engine_commit(e, p);
		pthread_mutex_lock(&s->order);
		p->next = s->free;
		s->free = p;
		s->done++;
		pthread_cond_broadcast(&s->moved);
	}
	s->committing = false;
	pthread_cond_broadcast(&s->moved);
}

void
engine_hand_in(struct worker *w)
{
	struct state *s = w->engine->state;

	pthread_mutex_lock(&s->order);
	while (w->part->number >= s->done + RING)
		pthread_cond_wait(&s->moved, &s->order);
	s->ring[w->part->number % RING] = w->part;
	if (!s->committing)
		commit_ready(w->engine);
	w->part = s->free;
	if (w->part != NULL)
		s->free = w->part->next;
	pthread_mutex_unlock(&s->order);
	if (w->part == NULL)
		w->part = part_new();
}

void
engine_hand_in_part(struct worker *w)
{
	struct state *s = w->engine->state;

	pthread_mutex_lock(&s->order);
	while (s->done != w->part->number || s->committing)
		pthread_cond_wait(&s->moved, &s->order);
	s->committing = true;
	pthread_mutex_unlock(&s->order);
	engine_commit(w->engine, w->part);
	pthread_mutex_lock(&s->order);
	s->committing = false;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->order);
}

/* ---- threads --------------------------------------------------------------------------------- */

void
engine_progress(const struct engine *e)
{
	const struct hunt_hands *hands = e->options->hands;
	struct state *s = e->state;
	int64_t now_ms = hands == NULL ? 0 : clock_mono_ms();

	if (hands == NULL || now_ms < s->told_ms + PROGRESS_NS / 1000000)
		return;
	s->told_ms = now_ms;
	hands->progress(hands->arg, atomic_load(&s->bytes), atomic_load(&s->events), atomic_load(&s->hits));
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	while (engine_take(w)) {
		engine_piece(w);
		engine_release(w);
		engine_hand_in(w);
		engine_progress(w->engine);
	}
	atomic_fetch_sub(&w->engine->state->running, 1);
	return NULL;
}

static void
worker_init(struct worker *w, struct engine *e)
{
	w->engine = e;
	w->reader = ingest_thread_new(matcher_names(e->matcher));
	w->matcher = matcher_thread_new(e->matcher);
	w->part = part_new();
	buf_init(&w->text, HIT_TEXT_MAX);
	buf_init(&w->scratch, (size_t)8 << 20);
}

static void
worker_clear(struct worker *w)
{
	struct matcher_count c = { 0 }, *sum = &w->engine->sum.count;

	matcher_count(w->matcher, &c);
	sum->events += c.events;
	sum->scanned += c.scanned;
	sum->bytes += c.bytes;
	sum->candidates += c.candidates;
	sum->hits += c.hits;
	sum->limited += c.limited;
	ingest_thread_free(w->reader);
	matcher_thread_free(w->matcher);
	ingest_piece_clear(&w->piece);
	part_free(w->part);
	buf_clear(&w->text);
	buf_clear(&w->scratch);
}

static void
show_progress(const struct engine *e, int64_t start_ms)
{
	struct state *s = e->state;
	uint64_t bytes = atomic_load(&s->bytes), total = e->walk->bytes;
	uint64_t events = atomic_load(&s->events);
	int64_t ms = clock_mono_ms() - start_ms;
	char percent[8], count[24], hits[24], rate[24];
	const char *const names[] = { "percent", "events", "hits", "rate" };
	const char *const values[] = { percent, count, hits, rate };
	struct buf line = BUF_INIT(1000);

	snprintf(percent, sizeof(percent), "%u", total == 0 || bytes >= total ? 100 : (unsigned)(bytes * 100 / total));
	snprintf(count, sizeof(count), "%llu", (unsigned long long)events);
	snprintf(hits, sizeof(hits), "%llu", (unsigned long long)atomic_load(&s->hits));
	snprintf(rate, sizeof(rate), "%llu", (unsigned long long)(ms <= 0 ? 0 : events * 1000 / (uint64_t)ms));
	words_format(&line, e->options->lang, "hunt.progress", names, values, ARRAY_LEN(names));
	fprintf(stderr, "\r\033[K%s", buf_str(&line));
	fflush(stderr);
	buf_clear(&line);
}

/* Until the last thread ends; at a terminal it is told how far they are. */
static void
watch(struct engine *e, int64_t start_ms)
{
	struct state *s = e->state;
	bool terminal = isatty(STDERR_FILENO);
	struct timespec step = { 0, 2000000 };
	int64_t shown = start_ms;

	while (atomic_load(&s->running) > 0) {
		nanosleep(&step, NULL);
		if (step.tv_nsec < PROGRESS_NS / 10)
			step.tv_nsec *= 2;
		if (atomic_load(&interrupted))
			atomic_store(&s->stop, true);
		if (terminal && clock_mono_ms() - shown >= PROGRESS_NS / 1000000) {
			show_progress(e, start_ms);
			shown = clock_mono_ms();
		}
	}
	if (terminal && shown != start_ms)
		fprintf(stderr, "\r\033[K");
}

static unsigned
cores(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static void
state_clear(struct state *s)
{
	for (struct result_part *p = s->free, *next; p != NULL; p = next) {
		next = p->next;
		part_free(p);
	}
	if (s->source != NULL)
		unuse(s->source);
	pthread_mutex_destroy(&s->take);
	pthread_mutex_destroy(&s->order);
	pthread_cond_destroy(&s->moved);
	err_clear(&s->err);
	free(s->worker);
}

static void
run_threads(struct engine *e, struct state *s)
{
	int64_t start = clock_mono_ms();
	unsigned started = 0;

	s->workers = e->options->hands != NULL ? 1 : e->options->threads == 0 ? cores() : e->options->threads;
	s->worker = xcalloc(s->workers, sizeof(*s->worker));
	for (unsigned i = 0; i < s->workers; i++)
		worker_init(&s->worker[i], e);
	atomic_store(&s->running, s->workers);
	for (; started < s->workers && e->options->hands == NULL; started++)
		if (pthread_create(&s->worker[started].thread, NULL, work, &s->worker[started]) != 0)
			break;
	/* The system gives no more threads: those there are do the work, or this one alone. */
	atomic_fetch_sub(&s->running, s->workers - started);
	if (started == 0) {
		atomic_store(&s->running, 1);
		work(&s->worker[0]);
	}
	if (started > 0)
		watch(e, start);
	for (unsigned i = 0; i < started; i++)
		pthread_join(s->worker[i].thread, NULL);
	for (unsigned i = 0; i < s->workers; i++)
		worker_clear(&s->worker[i]);
}

static int
by_file(const void *a, const void *b)
{
	const struct engine_fault *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int
engine_run(struct engine *e, struct err *err)
{
	struct state s = { .next_file = 0 };
	int64_t start = clock_mono_ns();
	int failed = 0;

	pthread_mutex_init(&s.take, NULL);
	pthread_mutex_init(&s.order, NULL);
	pthread_cond_init(&s.moved, NULL);
	e->state = &s;
	e->feed = spool_new(0);
	if (e->options->hands == NULL)
		catch_signals();
	else
		spool_use(e->feed, e->options->hands->spool_fd);
	run_threads(e, &s);
	e->sum.stopped = atomic_load(&s.stop) && s.err.kind == 0;
	if (e->faults > 1)
		qsort(e->fault, e->faults, sizeof(*e->fault), by_file);
	if (s.err.kind != 0) {
		failed = s.err.kind;
		if (err != NULL) {
			*err = s.err;
			s.err = (struct err){ 0 };
		}
	} else {
		failed = engine_correlate(e, err);
	}
	e->sum.bytes = atomic_load(&s.bytes);
	e->sum.events = e->seen.events;
	e->sum.pieces = s.done;
	e->sum.seconds = (double)(clock_mono_ns() - start) / 1e9;
	spool_free(e->feed);
	e->feed = NULL;
	state_clear(&s);
	e->state = NULL;
	return failed;
}

void
engine_clear(struct engine *e)
{
	seen_names_clear(&e->names);
	seen_clear(&e->seen);
	free(e->fault);
	arena_clear(&e->arena);
}
