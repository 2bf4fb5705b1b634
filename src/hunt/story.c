/* SPDX-License-Identifier: Apache-2.0 */
/* story.c: how much each thing weighs, and what happened one after the other. */
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "hunt/result.h"

#define SAID_MAX 6 /* signs told one by one */
#define LOOKED_AT_MAX 2000 /* groups of one story that are looked at for telling it */

static const double weight[SIGMA_LEVELS] = {
	[SIGMA_NONE] = 5, [SIGMA_INFORMATIONAL] = 2, [SIGMA_LOW] = 10, [SIGMA_MEDIUM] = 30,
	[SIGMA_HIGH] = 55, [SIGMA_CRITICAL] = 80,
};

static unsigned
bits(uint32_t set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

static double
bounded(double score)
{
	return score > 100 ? 100 : score < 0 ? 0 : score;
}

/* Drops groups that were joined into others. */
static void
drop_joined(struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->groups; i++)
		if (r->group[i]->count > 0)
			r->group[n++] = r->group[i];
	r->groups = n;
}

static int
by_host_time(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int
by_score(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return by_host_time(a, b);
}

static int
host_by_score(const struct result *r, uint32_t a, uint32_t b)
{
	const struct host_sum *x = &r->host[a], *y = &r->host[b];

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int
story_by_score(const void *a, const void *b, void *arg)
{
	const struct story *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->host != y->host)
		return host_by_score(arg, x->host, y->host);
	return x->first_ns < y->first_ns ? -1 : x->first_ns > y->first_ns;
}

static int
by_step(const void *a, const void *b)
{
	const struct hist_step *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void
sort_hist(struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->hist_room; i++)
		for (unsigned l = 0; l < SIGMA_LEVELS; l++)
			if (r->hist[i].count[l] > 0) {
				r->hist[n++] = r->hist[i];
				break;
			}
	if (n > 1)
		qsort(r->hist, n, sizeof(*r->hist), by_step);
	r->hists = n;
	r->hist_room = 0;
}

/*
 * The level gives most of a group's weight; that other tactics of an attack were seen on the
 * machine within the same story adds to it, that the rule fires on most machines takes from it.
 */
static void
score_story(struct result *r, struct story *s)
{
	unsigned others = bits(s->tactics);
	double best = 0, rest = 0;

	for (size_t i = 0; i < s->groups; i++) {
		struct group *g = s->group[i];
		const struct rule_sum *sum = &r->rule[g->rule];
		double score = weight[r->rules->rule[g->rule].level];

		if (score >= weight[SIGMA_MEDIUM] && others > 1)
			score += 4 * (others > 6 ? 5 : others - 1);
		if (r->hosts >= 5 && sum->hosts * 2 > r->hosts)
			score *= 0.7;
		g->score = bounded(score);
		if (g->score > sum->score)
			r->rule[g->rule].score = g->score;
		rest += g->score > best ? best : g->score;
		best = g->score > best ? g->score : best;
	}
	s->score = bounded(best + 3 * log2(1 + rest / 30));
	if (s->score > r->host[s->host].score)
		r->host[s->host].score = s->score;
}

static void
story_add(struct result *r, size_t from, size_t to)
{
	struct story *s;

	if ((r->stories & (r->stories - 1)) == 0)
		r->story = xrealloc(r->story, (r->stories == 0 ? 1 : r->stories * 2) * sizeof(*r->story));
	s = &r->story[r->stories++];
	*s = (struct story){ .host = r->group[from]->host, .first_ns = r->group[from]->first_ns,
	    .last_ns = r->group[from]->last_ns, .groups = to - from };
	s->group = xcalloc(to - from, sizeof(struct group *));
	for (size_t i = from; i < to; i++) {
		s->group[i - from] = r->group[i];
		s->tactics |= r->rules->rule[r->group[i]->rule].tactics;
		if (r->rules->rule[r->group[i]->rule].level > s->level)
			s->level = r->rules->rule[r->group[i]->rule].level;
		if (r->group[i]->last_ns > s->last_ns)
			s->last_ns = r->group[i]->last_ns;
	}
	score_story(r, s);
}

void
result_finish(struct result *r)
{
	size_t from = 0;
	int64_t last = INT64_MIN;

	drop_joined(r);
	sort_hist(r);
	if (r->groups == 0)
		return;
	qsort(r->group, r->groups, sizeof(struct group *), by_host_time);
	for (size_t i = 0; i < r->groups; i++) {
		const struct group *g = r->group[i];

		if (i > from && (g->host != r->group[from]->host || (last != HIT_NO_TIME &&
		    g->first_ns > last && (uint64_t)g->first_ns - (uint64_t)last > (uint64_t)STORY_GAP_NS) ||
		    (last == HIT_NO_TIME && g->first_ns != HIT_NO_TIME))) {
			story_add(r, from, i);
			from = i;
			last = INT64_MIN;
		}
		if (g->last_ns > last)
			last = g->last_ns;
	}
	story_add(r, from, r->groups);
	qsort_r(r->story, r->stories, sizeof(*r->story), story_by_score, r);
	qsort(r->group, r->groups, sizeof(struct group *), by_score);
}

/* ---- words -------------------------------------------------------------------------------- */

char *
result_when(int64_t time_ns, char out[static HIT_TIME_SIZE])
{
	char when[CLOCK_TEXT_SIZE];

	*out = '\0';
	if (time_ns == HIT_NO_TIME || time_ns == INT64_MAX || time_ns < 0)
		return out;
	snprintf(out, HIT_TIME_SIZE, "%s", clock_vi(time_ns / 1000000, when));
	return out;
}

/* What is told: the weightiest signs, in the order they began, each rule once. */
static size_t
choose(const struct result *r, const struct story *s, struct group *said[SAID_MAX], uint64_t count[SAID_MAX],
    size_t *ret_rules)
{
	size_t n = 0;

	*ret_rules = 0;
	for (size_t i = 0; i < s->groups && i < LOOKED_AT_MAX; i++) {
		struct group *g = s->group[i];
		bool again = false;
		size_t k;

		for (size_t j = 0; j < i && !again; j++)
			again = s->group[j]->rule == g->rule && strcmp(s->group[j]->subject, g->subject) == 0;
		for (k = 0; k < n && again; k++)
			if (said[k]->rule == g->rule && strcmp(said[k]->subject, g->subject) == 0)
				count[k] += g->count;
		if (again)
			continue;
		++*ret_rules;
		if (n < SAID_MAX) {
			said[n] = g;
			count[n++] = g->count;
			continue;
		}
		k = 0;
		for (size_t j = 1; j < n; j++)
			if (said[j]->score < said[k]->score)
				k = j;
		if (said[k]->score >= g->score)
			continue;
		memmove(said + k, said + k + 1, (n - k - 1) * sizeof(said[0]));
		memmove(count + k, count + k + 1, (n - k - 1) * sizeof(count[0]));
		said[n - 1] = g;
		count[n - 1] = g->count;
	}
	(void)r;
	return n;
}

static void
say_when(const struct story *s, const char *host, enum lang lang, struct buf *out)
{
	char first[HIT_TIME_SIZE], last[HIT_TIME_SIZE], hour[8];
	const char *const names[] = { "host", "from", "to" };
	const char *values[] = { host, first, last };

	result_when(s->first_ns, first);
	result_when(s->last_ns, last);
	/* On one day the day is said once: "14:30 22/11/2026" begins with the hour. */
	if (strlen(first) > 6 && strcmp(first + 6, last + 6) == 0 && strcmp(first, last) != 0) {
		snprintf(hour, sizeof(hour), "%.5s", first);
		values[1] = hour;
	}
	words_format(out, lang, *first == '\0' ? "hunt.story.timeless" : strcmp(first, last) == 0 ?
	    "hunt.story.moment" : "hunt.story.span", names, values, 3);
}

void
story_say(const struct result *r, const struct story *s, enum lang lang, struct buf *out)
{
	struct group *said[SAID_MAX];
	uint64_t count[SAID_MAX];
	size_t all, n = choose(r, s, said, count, &all);
	const char *host = r->host[s->host].name;
	char number[24];
	const char *const names[] = { "count" }, *const values[] = { number };

	say_when(s, *host == '\0' ? word(lang, "hunt.host.none") : host, lang, out);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s%s", i == 0 ? "" : "; ", r->rules->rule[said[i]->rule].shown);
		if (*said[i]->subject != '\0')
			buf_printf(out, " (%s)", said[i]->subject);
		if (count[i] > 1) {
			snprintf(number, sizeof(number), "%llu", (unsigned long long)count[i]);
			buf_addc(out, ' ');
			words_format(out, lang, "hunt.story.times", names, values, 1);
		}
	}
	if (all > n) {
		snprintf(number, sizeof(number), "%zu", all - n);
		words_format(out, lang, "hunt.story.more", names, values, 1);
	}
}
