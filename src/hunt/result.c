/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/result.h"

#include <stdio.h>

#define SERIES_MAX 500 /* groups of one rule on one host; further hits go to the nearest */

void
result_init(struct result *r, const struct rules *rules)
{
	*r = (struct result){ .rules = rules };
	r->rule = xcalloc(rules->count, sizeof(*r->rule));
	for (uint32_t i = 0; i < rules->count; i++) {
		r->rule[i].first_ns = INT64_MAX;
		r->rule[i].last_ns = INT64_MIN;
	}
}

static const char *
shown_name(struct result *r, struct hit_part name)
{
	char *out = arena_alloc(&r->arena, name.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] != '\0')
			out[n++] = name.at[i];
	out[n] = '\0';
	return out;
}

static uint32_t
host_id(struct result *r, struct hit_part name)
{
	char key[HIT_HOST_KEY];
	uintptr_t id = (uintptr_t)map_get(&r->host_ids, hit_host_key(name.at, name.len, key));

	if (id == 0 && r->hosts >= HOSTS_MAX) {
		name.len = 0;
		id = (uintptr_t)map_get(&r->host_ids, hit_host_key(name.at, 0, key));
	}
	if (id != 0)
		return (uint32_t)id - 1;
	if (r->hosts == r->hosts_room) {
		r->hosts_room = r->hosts_room == 0 ? 64 : r->hosts_room * 2;
		r->host = xrealloc(r->host, r->hosts_room * sizeof(*r->host));
	}
	r->host[r->hosts] = (struct host_sum){ .name = shown_name(r, name),
	    .first_ns = INT64_MAX, .last_ns = INT64_MIN };
	r->hosts++;
	map_put(&r->host_ids, key, (void *)(uintptr_t)r->hosts);
	return (uint32_t)r->hosts - 1;
}

static void
widen(int64_t *first, int64_t *last, int64_t t)
{
	if (t < *first)
		*first = t;
	if (t > *last)
		*last = t;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void
count_time(struct result *r, int64_t time_ns, enum sigma_level level)
{
	int64_t at = floor_div(time_ns, HIST_STEP_NS);
	size_t i;

	if (r->hist_room == 0) {
		r->hist_room = 262144;
		r->hist = xcalloc(r->hist_room, sizeof(*r->hist));
	}
	for (i = (uint64_t)at * UINT64_C(0x9e3779b97f4a7c15) >> 46;; i = (i + 1) & (r->hist_room - 1)) {
		struct hist_step *h = &r->hist[i];
		uint64_t used = 0;

		for (unsigned l = 0; l < SIGMA_LEVELS; l++)
			used += h->count[l];
		if (used == 0 && r->hists == HIST_MAX)
			return;
		if (used == 0)
			r->hists++;
		else if (h->at != at)
			continue;
		h->at = at;
		h->count[level]++;
		return;
	}
}

static void
count_sums(struct result *r, const struct hit *hit, uint32_t host)
{
	const struct rule_view *rule = &r->rules->rule[hit->rule];
	struct host_sum *h = &r->host[host];
	struct rule_sum *s = &r->rule[hit->rule];

	r->total++;
	r->level[rule->level]++;
	for (unsigned t = 0; t < TACTICS; t++)
		if ((rule->tactics & UINT32_C(1) << t) != 0)
			r->tactic[t]++;
	h->total++;
	h->count[rule->level]++;
	h->tactics |= rule->tactics;
	s->count++;
	if (hit->time_ns == HIT_NO_TIME)
		return;
	widen(&h->first_ns, &h->last_ns, hit->time_ns);
	widen(&s->first_ns, &s->last_ns, hit->time_ns);
	count_time(r, hit->time_ns, rule->level);
}

static struct group *
group_new(struct result *r, const struct hit *hit, uint32_t host, const char *subject)
{
	struct buf sample = BUF_INIT(HIT_TEXT_MAX);
	struct group *g = arena_alloc(&r->arena, sizeof(*g));

	hit_pack(hit, &sample);
	*g = (struct group){ .rule = hit->rule, .host = host, .subject = subject, .first_ns = hit->time_ns,
	    .last_ns = hit->time_ns, .number = r->groups };
	if (sample.len < 8192) {
		g->sample_len = sample.len;
		g->sample = memcpy(arena_alloc(&r->arena, sample.len + 1), sample.data, sample.len);
	}
	buf_clear(&sample);
	if (r->groups == r->groups_room) {
		r->groups_room = r->groups_room == 0 ? 256 : r->groups_room * 2;
		r->group = xrealloc(r->group, r->groups_room * sizeof(*r->group));
	}
	r->group[r->groups++] = g;
	return g;
}

/* How far ${t} is from the group's stretch; 0 inside. */
static uint64_t
distance(const struct group *g, int64_t t)
{
	if (t == HIT_NO_TIME || g->first_ns == HIT_NO_TIME)
		return t == g->first_ns ? 0 : UINT64_MAX;
	if (t < g->first_ns)
		return (uint64_t)g->first_ns - (uint64_t)t;
	return t > g->last_ns ? (uint64_t)t - (uint64_t)g->last_ns : 0;
}

/* Two groups that a hit between them has joined; what the later holds goes to the earlier. */
static void
join_next(struct group *g)
{
	struct group *n = g->next;

	while (n != NULL && n->first_ns != HIT_NO_TIME && g->first_ns != HIT_NO_TIME &&
	    distance(g, n->first_ns) <= (uint64_t)GROUP_GAP_NS) {
		if (n->last_ns > g->last_ns)
			g->last_ns = n->last_ns;
		g->count += n->count;
		for (uint32_t i = 0; i < n->refs && g->refs < GROUP_REFS; i++)
			g->ref[g->refs++] = n->ref[i];
		n->count = 0; /* result_finish() leaves it out */
		g->next = n = n->next;
	}
}

/* The group of a series the hit belongs to; ${any}: the nearest, however far. NULL: none. */
static struct group *
nearest(struct group *first, int64_t t, bool any)
{
	struct group *best = NULL;
	uint64_t least = UINT64_MAX;
	size_t length = 0;

	for (struct group *g = first; g != NULL; g = g->next, length++) {
		uint64_t d = distance(g, t);

		if (d < least || best == NULL) {
			least = d;
			best = g;
		}
	}
	return any || length >= SERIES_MAX || least <= (uint64_t)GROUP_GAP_NS ? best : NULL;
}

/* Six characters, as a key of a map has no NUL; printf() takes longer than all else here. */
static char *
put_number(char *p, uint32_t n)
{
	for (int i = 0; i < 6; i++, n >>= 6)
		*p++ = (char)('0' + (n & 63));
	return p;
}

/* NULL when there are too many groups. */
static struct group *
group_of(struct result *r, const struct hit *hit, uint32_t host, struct group **ret_first)
{
	char key[2 * 6 + HIT_SHORT_MAX + 8], *subject = put_number(put_number(key, hit->rule), host);
	struct group *first, *g, **at;
	size_t most = sizeof(key) - 2 * 6 - 1, n = hit->subject.len < most ? hit->subject.len : most;

	if (n > 0)
		memcpy(subject, hit->subject.at, n);
	subject[n] = '\0';
	first = map_get(&r->series, key);
	g = first == NULL ? NULL : nearest(first, hit->time_ns, r->groups >= GROUPS_MAX);
	if (g == NULL && r->groups < GROUPS_MAX) {
		g = group_new(r, hit, host, arena_strdup(&r->arena, subject));
		r->rule[hit->rule].hosts += first == NULL;
		for (at = &first; *at != NULL && (*at)->first_ns < g->first_ns; at = &(*at)->next)
			continue;
		g->next = *at;
		*at = g;
		map_put(&r->series, key, first);
	}
	*ret_first = first;
	return g;
}

void
result_add(struct result *r, const struct hit *hit)
{
	uint32_t host = host_id(r, hit->host);
	struct group *first, *g = group_of(r, hit, host, &first);
	int64_t start = hit->first_ns != HIT_NO_TIME ? hit->first_ns : hit->time_ns;

	count_sums(r, hit, host);
	if (g == NULL) {
		r->ungrouped++;
		return;
	}
	g->count++;
	if (hit->time_ns != HIT_NO_TIME && g->first_ns != HIT_NO_TIME) {
		widen(&g->first_ns, &g->last_ns, start);
		widen(&g->first_ns, &g->last_ns, hit->time_ns);
	}
	if (g->refs < GROUP_REFS)
		g->ref[g->refs++] = (struct hit_ref){ hit->file, hit->record };
	for (g = first; g != NULL; g = g->next)
		join_next(g);
}

void
result_clear(struct result *r)
{
	for (size_t i = 0; i < r->stories; i++)
		free(r->story[i].group);
	free(r->story);
	free(r->hist);
	free(r->rule);
	free(r->host);
	free(r->group);
	map_clear(&r->series, NULL);
	map_clear(&r->host_ids, NULL);
	arena_clear(&r->arena);
	*r = (struct result){ 0 };
}
