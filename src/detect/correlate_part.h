/* SPDX-License-Identifier: Apache-2.0 */
/* correlate_part.h: the window of a correlation and how it is judged.  Of correlate*.c only. */
#pragma once

#include "base/map.h"
#include "detect/correlate.h"
#include "detect/matcher_part.h"

/* One hit in a window. */
struct entry {
	int64_t time_ns;
	struct correlate_ref ref;
	uint32_t which;       /* of the correlation's rules */
	double number;        /* value_sum, _avg, _percentile */
	struct tally *tally;  /* value_count */
};

/* How often a value is in the window. */
struct tally {
	size_t count;
};

struct window {
	struct entry *entry;  /* a queue: from first to first + count */
	size_t first, count, room;
	struct map tally;     /* values to struct tally * */
	size_t different;
	size_t *of_rule;      /* hits per rule of the correlation */
	size_t rules_seen;
	long double sum;
	double *sorted;       /* value_percentile, _median: the numbers in their order; else NULL */
	size_t sorted_room;
	uint64_t *start;      /* temporal_ordered: with which hit the latest sequence up to each rule began; 0: none */
	uint64_t came;        /* hits numbered for that, from 1 on */
	char **group;
	struct buf carry;     /* of the last hit, what is handed on beside the group */
};

/* Prepares what the type of the correlation needs; the window has no hits. */
void window_init(const struct corr_rec *r, struct window *w);

/* A hit came in as the last, the first one is about to go: for what is kept in order. */
void window_came(struct window *w, const struct entry *e);
void window_goes(struct window *w, const struct entry *e);

/* Events, different values, rules that came, sum …, by the type of the correlation; the window has hits. */
double window_measure(const struct corr_rec *r, const struct window *w);

/* Whether that satisfies the condition; without one all rules must have come. */
bool window_holds(const struct corr_rec *r, double n);

/* Whether more hits could undo the condition, so that a window must be over before it is judged. */
bool window_waits(const struct corr_rec *r);
