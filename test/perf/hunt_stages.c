/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt_stages RULES… -- PATH…: where the time of a hunt goes, on one thread, warm.
 *
 * Each pass does one stage more than the one before: reading bytes, cutting pieces, parsing,
 * matching.  Scanning and evaluating are timed within matching by wrapping the calls (--wrap).
 * What bounds a stage is measured beside it: reading files with read(2) alone, passing over bytes
 * once.  Output is the rest of a whole hunt, see hunt.mjs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "detect/load.h"
#include "detect/matcher_part.h"
#include "os/walk.h"
#include "ingest/ingest.h"

struct pass {
	struct matcher_thread *matcher; /* NULL: parsing only */
	uint64_t events, bytes, hits;
};

static uint64_t scan_ticks, eval_ticks, scanned;
static bool evaluating; /* texts that a rule looks for in a value are part of evaluating */

void __real_scan_run(const void *compiled, const char *text, size_t len, scan_found_fn fn, void *arg);
void __wrap_scan_run(const void *compiled, const char *text, size_t len, scan_found_fn fn, void *arg);
bool __real_eval_rule(struct matcher_thread *t, const struct variant *variant);
bool __wrap_eval_rule(struct matcher_thread *t, const struct variant *variant);

void
__wrap_scan_run(const void *compiled, const char *text, size_t len, scan_found_fn fn, void *arg)
{
	uint64_t start = __rdtsc();

	__real_scan_run(compiled, text, len, fn, arg);
	if (evaluating)
		return;
	scan_ticks += __rdtsc() - start;
	scanned += len;
}

bool
__wrap_eval_rule(struct matcher_thread *t, const struct variant *variant)
{
	uint64_t start = __rdtsc();
	bool ret;

	evaluating = true;
	ret = __real_eval_rule(t, variant);
	evaluating = false;
	eval_ticks += __rdtsc() - start;
	return ret;
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
on_hit(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	struct pass *p = arg;

	(void)thread;
	(void)event;
	(void)rule;
	p->hits++;
}

static void
on_event(void *arg, const struct event *event)
{
	struct pass *p = arg;

	p->events++;
	p->bytes += event->raw_len;
	if (p->matcher != NULL)
		matcher_event(p->matcher, event, on_hit, p);
}

static void
on_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	(void)arg;
	(void)offset;
	(void)len;
	(void)key;
}

/* Seconds for a byte that is looked at once, eight at a time, from a cache that holds it. */
static double
touch(void)
{
	static volatile uint64_t block[1 << 13]; /* as if somebody wrote to it */
	static volatile uint64_t sum;
	double start = cpu_seconds();
	uint64_t s = 0;

	for (int round = 0; round < 20000; round++)
		for (size_t i = 0; i < ARRAY_LEN(block); i++)
			s += block[i] ^ (uint64_t)round;
	sum = s;
	(void)sum;
	return (cpu_seconds() - start) / 20000 / sizeof(block);
}

static uint64_t
read_plainly(const struct walk *walk)
{
	static char block[1 << 20];
	uint64_t bytes = 0;
	ssize_t n;

	for (size_t i = 0; i < walk->files; i++) {
		int fd = open(walk->file[i].path, O_RDONLY);

		while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
			bytes += (uint64_t)n;
		if (fd >= 0)
			close(fd);
	}
	return bytes;
}

/* ${reader} NULL: pieces are cut and dropped. */
static void
read_pieces(const struct walk *walk, struct ingest_thread *reader, struct pass *p)
{
	const struct ingest_sink sink = { p, on_event, on_skipped };
	struct ingest_piece piece = { 0 };

	for (size_t i = 0; i < walk->files; i++) {
		struct ingest *in;
		struct err err = { 0 };

		if (ingest_open(walk->file[i].path, NULL, &in, &err) != 0) {
			err_clear(&err);
			continue;
		}
		while (ingest_next(in, &piece))
			if (reader != NULL)
				ingest_parse(in, &piece, reader, &sink);
		ingest_close(in);
	}
	ingest_piece_clear(&piece);
}

static void
tell(const char *stage, double seconds, uint64_t events, uint64_t bytes)
{
	printf("%s %.4f %llu %llu\n", stage, seconds, (unsigned long long)events, (unsigned long long)bytes);
}

static void
run(const struct walk *walk, const struct matcher *matcher)
{
	struct ingest_thread *reader = ingest_thread_new(matcher_names(matcher));
	struct pass parse = { 0 }, match = { .matcher = matcher_thread_new(matcher) };
	double at = cpu_seconds(), next, matching, tick;
	struct matcher_count count;
	uint64_t bytes, ticks;

	bytes = read_plainly(walk);
	next = cpu_seconds();
	tell("read2", next - at, 0, bytes);
	at = next;
	read_pieces(walk, NULL, NULL);
	next = cpu_seconds();
	tell("cut", next - at, 0, bytes);
	at = next;
	read_pieces(walk, reader, &parse);
	next = cpu_seconds();
	tell("parse", next - at, parse.events, parse.bytes);
	at = next;
	ticks = __rdtsc();
	read_pieces(walk, reader, &match);
	ticks = __rdtsc() - ticks;
	matching = cpu_seconds() - at;
	tick = matching / (double)ticks;
	tell("match", matching, match.events, match.bytes);
	tell("scan", (double)scan_ticks * tick, match.events, scanned);
	tell("evaluate", (double)eval_ticks * tick, match.events, 0);

	printf("touch %.6g\n", touch());
	matcher_count(match.matcher, &count);
	printf("candidates %llu %llu\n", (unsigned long long)count.candidates, (unsigned long long)count.hits);
	matcher_thread_free(match.matcher);
	ingest_thread_free(reader);
}

int
main(int argc, char **argv)
{
	struct detect_load load = { .path = (const char *const *)argv + 1, .cache_dir = detect_cache_dir() };
	struct walk walk = { 0 };
	struct matcher *matcher;
	struct err err = { 0 };
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		load.paths++;
	load.shipped = load.paths == 0;
	if (detect_load(&load, NULL, NULL, &matcher, NULL, &err) != 0)
		return 1;
	while (++i < argc)
		if (walk_add(&walk, argv[i], &err) != 0)
			return 1;
	run(&walk, matcher);
	matcher_free(matcher);
	walk_clear(&walk);
	return 0;
}
