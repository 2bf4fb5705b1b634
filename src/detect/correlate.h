/* SPDX-License-Identifier: Apache-2.0 */
/*
 * correlate.h: correlations over the hits of rules, in the order of time.
 *
 * While events are read, each hit of a rule that matcher_feeds() goes through
 * correlate_take(), which writes what correlations need of the event (group-by and counted
 * fields) as bytes.  Those are kept with the time, put in order of time when reading is over,
 * and fed.  Windows slide: a detection comes when the window that ends at a hit satisfies the
 * condition, and its hits are then used up.
 */
#pragma once

#include "detect/matcher.h"

/* Adds the bytes for a hit of ${rule} to ${out}, within a matcher_hit_fn. */
void correlate_take(struct matcher_thread *thread, const struct event *event, uint32_t rule,
    struct buf *out);

/* A hit, in the caller's numbers. */
struct correlate_ref {
	uint64_t record;
	uint32_t file, host;
};

struct correlate_detection {
	uint32_t rule;           /* of the correlation */
	int64_t first_ns, last_ns;
	const struct correlate_ref *ref; /* the hits it rests on; of very many the last CORRELATE_REFS */
	size_t refs;
	double count;            /* events, different values, sum … that satisfied the condition */
	const char *const *group_name, *const *group_value; /* group-by */
	size_t groups;
};

#define CORRELATE_REFS       1000
#define CORRELATE_WINDOW     100000
#define CORRELATE_DETECTIONS 1000000 /* of all correlations: those upon others can double with every level */

struct correlate;

struct correlate *correlate_new(const struct matcher *matcher,
    void (*fn)(void *arg, const struct correlate_detection *detection), void *arg);

/*
 * Feeds one hit; ${time_ns} never falls from call to call.  ${data}: what correlate_take()
 * wrote.
 */
void correlate_feed(struct correlate *correlate, uint32_t rule, int64_t time_ns, const void *data,
    size_t len, struct correlate_ref ref);

/*
 * Conditions that only the end can decide (lt, lte, eq, neq) are decided; then all is freed.
 * Returns how much was left out because it was more than the limits: hits that fell out of a window of
 * CORRELATE_WINDOW before their time, and detections beyond CORRELATE_DETECTIONS.
 */
uint64_t correlate_end(struct correlate *correlate);
