/* SPDX-License-Identifier: Apache-2.0 */
/* correlate_measure.c: what a window amounts to, and whether that is what a correlation asks for. */
#include <math.h>

#include "detect/correlate_part.h"

void
window_init(const struct corr_rec *r, struct window *w)
{
	if (r->type == SIGMA_VALUE_PERCENTILE || r->type == SIGMA_VALUE_MEDIAN) {
		w->sorted_room = 4;
		w->sorted = xcalloc(w->sorted_room, sizeof(*w->sorted));
	}
	if (r->type == SIGMA_TEMPORAL_ORDERED)
		w->start = xcalloc(r->refs + 1, sizeof(*w->start));
}

/* Where ${number} stands among the first ${n}, or would stand. */
static size_t
place_of(const struct window *w, size_t n, double number)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (w->sorted[middle] < number)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

void
window_came(struct window *w, const struct entry *e)
{
	if (w->sorted != NULL) {
		size_t had = w->count - 1, at = place_of(w, had, e->number);

		if (had == w->sorted_room) {
			w->sorted_room *= 2;
			w->sorted = xrealloc(w->sorted, w->sorted_room * sizeof(*w->sorted));
		}
		memmove(w->sorted + at + 1, w->sorted + at, (had - at) * sizeof(*w->sorted));
		w->sorted[at] = e->number;
	}
	if (w->start != NULL) {
		w->came++;
		w->start[e->which] = e->which == 0 ? w->came : w->start[e->which - 1];
	}
}

void
window_goes(struct window *w, const struct entry *e)
{
	if (w->sorted != NULL) {
		size_t at = place_of(w, w->count, e->number);

		memmove(w->sorted + at, w->sorted + at + 1, (w->count - at - 1) * sizeof(*w->sorted));
	}
}

/* Nearest rank. */
static double
percentile(const struct window *w, double p)
{
	size_t rank = (size_t)ceil(p / 100 * (double)w->count);

	return w->sorted[rank == 0 ? 0 : rank - 1];
}

/* Between the two in the middle where no single one is. */
static double
median(const struct window *w)
{
	return (w->sorted[(w->count - 1) / 2] + w->sorted[w->count / 2]) / 2;
}

/* How many of the rules follow each other in their order, from the first on. */
static size_t
in_order(const struct window *w, size_t rules)
{
	while (rules > 0 && w->start[rules - 1] <= w->came - w->count)
		rules--;
	return rules;
}

double
window_measure(const struct corr_rec *r, const struct window *w)
{
	switch ((enum sigma_count)r->type) {
	case SIGMA_EVENT_COUNT:
		return (double)w->count;
	case SIGMA_VALUE_COUNT:
		return (double)w->different;
	case SIGMA_TEMPORAL:
		return (double)w->rules_seen;
	case SIGMA_TEMPORAL_ORDERED:
		return (double)in_order(w, r->refs);
	case SIGMA_VALUE_SUM:
		return (double)w->sum;
	case SIGMA_VALUE_AVG:
		return (double)(w->sum / (long double)w->count);
	case SIGMA_VALUE_PERCENTILE:
		return percentile(w, r->percentile);
	case SIGMA_VALUE_MEDIAN:
		return median(w);
	}
	return 0;
}

bool
window_holds(const struct corr_rec *r, double n)
{
	if (r->bounds == 0)
		return n >= r->refs;
	for (int i = 0; i < r->bounds; i++) {
		double limit = r->bound[i].number;
		bool good = false;

		switch ((enum sigma_cmp)r->bound[i].cmp) {
		case SIGMA_GT:
			good = n > limit;
			break;
		case SIGMA_GTE:
			good = n >= limit;
			break;
		case SIGMA_LT:
			good = n < limit;
			break;
		case SIGMA_LTE:
			good = n <= limit;
			break;
		case SIGMA_EQ:
			good = n == limit;
			break;
		default:
			good = n != limit;
			break;
		}
		if (!good)
			return false;
	}
	return true;
}

bool
window_waits(const struct corr_rec *r)
{
	for (int i = 0; i < r->bounds; i++)
		if (r->bound[i].cmp != SIGMA_GT && r->bound[i].cmp != SIGMA_GTE)
			return true;
	return false;
}
