/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_compile.c: a set of rules to tables, buckets and scans. */
#include "detect/matcher_witness.h"

/* ---- rules ---- */

static uint32_t
add_list(struct tables *t, const char *const *s, size_t n)
{
	uint32_t first;

	first = (uint32_t)t->numbers;
	(void)TABLE_ADD(t, number, n);
	for (size_t i = 0; i < n; i++)
		t->number[first + i] = table_text(t, s[i]);
	return first;
}

static void
add_rule(struct builder *b, const struct sigma_rule *rule)
{
	struct sigma_about about = rule->about;
	struct rule_rec r = { .line = about.line, .level = (uint8_t)about.level,
		.correlation = rule->kind == SIGMA_CORRELATION };
	const char **text;

	for (size_t i = 0; (text = about_text(&about, i)) != NULL; i++)
		r.text[i] = table_text(b->t, *text);
	r.tag = add_list(b->t, about.tag, r.tags = (uint32_t)about.tags);
	r.reference = add_list(b->t, about.reference, r.references = (uint32_t)about.references);
	r.falsepositive = add_list(b->t, about.falsepositive, r.falsepositives = (uint32_t)about.falsepositives);
	*TABLE_ADD(b->t, rule, 1) = r;
	b->rule_of[rule->index] = (uint32_t)b->t->rules;
}

static void
unmapped(struct builder *b, const struct sigma_rule *rule)
{
	const struct sigma_about *a = &rule->about;
	struct err err = { 0 };

	if (b->fn == NULL)
		return;
	err_fail(&err, ERR_NOT_FOUND, "detect.unmapped", NULL, "category", a->category, "product", a->product);
	err_arg(&err, "service", a->service);
	err_where(&err, a->file, a->line, 1);
	b->fn(b->arg, a, &err);
	err_clear(&err);
}

/* Whether every rule a correlation rests on is there. */
static bool
stands(struct builder *b, const struct sigma_rule *rule)
{
	const struct sigma_correlation *c = rule->correlation;
	struct err err = { 0 };

	for (size_t i = 0; i < c->rules; i++) {
		if (b->rule_of[c->rule[i]->index] != 0)
			continue;
		err_fail(&err, ERR_NOT_FOUND, "detect.without", NULL, "name", c->rule[i]->about.title, NULL,
		    NULL);
		err_where(&err, rule->about.file, rule->about.line, 1);
		/* A count that stands in the rule itself was told with it. */
		if (b->fn != NULL && !c->legacy)
			b->fn(b->arg, &rule->about, &err);
		err_clear(&err);
		return false;
	}
	return true;
}

/* Rules that only correlations are interested in have no voice of their own, if those are there to speak. */
static void
silence(struct builder *b)
{
	for (int generate = 0; generate < 2; generate++)
		for (size_t i = 0; i < b->set->rules; i++) {
			const struct sigma_correlation *c = b->set->rule[i]->correlation;

			if (c == NULL || b->rule_of[i] == 0 || c->generate != generate)
				continue;
			for (size_t k = 0; k < c->rules; k++)
				b->t->rule[b->rule_of[c->rule[k]->index] - 1].silent = !generate;
		}
}

static void
add_rules(struct builder *b, struct routing *routing)
{
	for (size_t i = 0; i < b->set->rules; i++) {
		const struct sigma_rule *rule = b->set->rule[i];

		if (rule->kind != SIGMA_RULE || !build_check(b, rule))
			continue;
		/* Only a rule that some pipeline knows gets a number. */
		if (!routing_add(routing, rule, (uint32_t)b->t->rules))
			unmapped(b, rule);
		else
			add_rule(b, rule);
	}
	/* Correlations of correlations come after those, however they are written. */
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < b->set->rules; i++) {
			const struct sigma_rule *rule = b->set->rule[i];
			bool ready = rule->kind == SIGMA_CORRELATION && b->rule_of[i] == 0;

			for (size_t k = 0; ready && k < rule->correlation->rules; k++)
				ready = b->rule_of[rule->correlation->rule[k]->index] != 0;
			if (!ready)
				continue;
			add_rule(b, rule);
			more = true;
		}
	}
	for (size_t i = 0; i < b->set->rules; i++)
		if (b->set->rule[i]->kind == SIGMA_CORRELATION && b->rule_of[i] == 0)
			stands(b, b->set->rule[i]);
	silence(b);
}

/* ---- buckets ---- */

/* A literal or a field, what it is a witness of, and of a literal the field it must stand in. */
struct pair {
	uint32_t key, variant, field;
};

struct pairs {
	struct pair *list;
	size_t count, room;
};

static void
pair_add(struct pairs *p, uint32_t key, uint32_t variant, uint32_t field)
{
	if (p->count == p->room) {
		p->room = p->room == 0 ? 256 : p->room * 2;
		p->list = xrealloc(p->list, p->room * sizeof(*p->list));
	}
	p->list[p->count++] = (struct pair){ key, variant, field };
}

static int
pair_compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->variant != y->variant)
		return x->variant < y->variant ? -1 : 1;
	return (x->field > y->field) - (x->field < y->field);
}

static void
pairs_sort(struct pairs *p)
{
	size_t n = 0;

	if (p->count > 1)
		qsort(p->list, p->count, sizeof(*p->list), pair_compare);
	for (size_t i = 0; i < p->count; i++)
		if (n == 0 || pair_compare(&p->list[n - 1], &p->list[i]) != 0)
			p->list[n++] = p->list[i];
	p->count = n;
}

struct bucketing {
	struct builder *b;
	struct witnesses w;
	struct witness *of;      /* of each variant */
	struct pairs literal, presence;
	struct scan_weights *weights;
};

/* Compiles the literals of a bucket, and lists for each of them its variants. */
static void
make_scan(struct bucketing *g, struct bucket *bucket)
{
	struct tables *t = g->b->t;
	const struct pairs *p = &g->literal;
	struct scan_literal *list = xcalloc(p->count, sizeof(*list));
	size_t n = 0, len;
	void *scan;

	for (size_t i = 0; i < p->count; i++) {
		const struct literal *l = witness_literal(&g->w, p->list[i].key);

		if (i > 0 && p->list[i].key == p->list[i - 1].key)
			continue;
		list[n++] = (struct scan_literal){ l->text, (uint32_t)l->len };
	}
	scan = scan_compile(list, n, g->weights, &len);
	bucket->scan = table_bytes(t, scan, len, SCAN_ALIGN);
	free(scan);
	free(list);
	bucket->literals = (uint32_t)n;
	g->b->m->literals += (uint32_t)n;
	bucket->literal = (uint32_t)t->numbers;
	(void)TABLE_ADD(t, number, n + 1);
	n = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (i == 0 || p->list[i].key != p->list[i - 1].key)
			t->number[bucket->literal + n++] = (uint32_t)t->numbers;
		(void)table_number(t, p->list[i].variant);
		(void)table_number(t, p->list[i].field);
	}
	t->number[bucket->literal + n] = (uint32_t)t->numbers;
}

/* Whether it has a character that no number, time, GUID, SID or row of bytes is written with. */
static bool
is_texty(const struct literal *l)
{
	static const char typed[] = "0123456789abcdefxs{}-:.tz";

	for (size_t i = 0; i < l->len; i++)
		if (l->text[i] == '\0' || strchr(typed, l->text[i]) == NULL)
			return true;
	return false;
}

static void
take_witness(struct bucketing *g, struct bucket *bucket, uint32_t variant, uint32_t *need)
{
	const struct witness *w = &g->of[variant];

	for (uint32_t i = 0; i < w->count; i++) {
		const struct sign *s = &w->sign[i];

		if (s->literal == WITNESS_PRESENCE) {
			pair_add(&g->presence, s->field, variant, 0);
			continue;
		}
		pair_add(&g->literal, s->literal, variant, s->field);
		if (s->field == 0)
			bucket->whole |= is_texty(witness_literal(&g->w, s->literal)) ? 1 : 2;
		else
			need[s->field / 32] |= 1u << s->field % 32;
	}
}

static void
make_bucket(struct bucketing *g, size_t n)
{
	struct tables *t = g->b->t;
	struct bucket bucket = t->bucket[n];
	size_t words = names_count(g->b->m->names) / 32 + 1;
	uint32_t *need = xcalloc(words, sizeof(*need));

	g->literal.count = g->presence.count = 0;
	bucket.open = (uint32_t)t->numbers;
	for (uint32_t i = 0; i < bucket.variants; i++) {
		uint32_t variant = t->number[bucket.variant + i];

		if (g->of[variant].count > 0) {
			take_witness(g, &bucket, variant, need);
			continue;
		}
		*TABLE_ADD(t, number, 1) = variant;
		bucket.opens++;
	}
	bucket.need = (uint32_t)t->numbers;
	memcpy(TABLE_ADD(t, number, words), need, words * sizeof(*need));
	pairs_sort(&g->presence);
	bucket.presence = (uint32_t)t->numbers;
	bucket.presences = (uint32_t)g->presence.count;
	for (size_t i = 0; i < g->presence.count; i++) {
		(void)table_number(t, g->presence.list[i].key);
		(void)table_number(t, g->presence.list[i].variant);
	}
	pairs_sort(&g->literal);
	if (g->literal.count > 0)
		make_scan(g, &bucket);
	t->bucket[n] = bucket;
	free(need);
}

void
build_buckets(struct builder *b)
{
	struct bucketing g = { .b = b, .weights = scan_weights_new() };

	witness_begin(&g.w, &b->arena, b->t, &b->tree);
	g.of = xcalloc(b->t->variants + 1, sizeof(*g.of));
	for (size_t i = 0; i < b->t->variants; i++) {
		g.of[i] = witness_of(&g.w, b->t->variant[i].root);
		b->t->variant[i].sure = g.of[i].sure;
		b->m->opens += g.of[i].count == 0;
	}
	for (uint32_t i = 0; i < witness_literals(&g.w); i++)
		scan_weigh(g.weights, &(struct scan_literal){ witness_literal(&g.w, i)->text,
		    (uint32_t)witness_literal(&g.w, i)->len });
	for (size_t i = 0; i < b->t->buckets; i++)
		make_bucket(&g, i);
	build_many(b, g.weights);
	scan_weights_free(g.weights);
	free(g.of);
	free(g.literal.list);
	free(g.presence.list);
	witness_end(&g.w);
}

struct matcher *
matcher_compile(const struct sigma_set *set, const struct pipelines *pipelines,
    const struct matcher_options *options, sigma_fault_fn fn, void *arg)
{
	struct matcher *m = xcalloc(1, sizeof(*m));
	struct builder b = { .m = m, .t = &m->t, .set = set, .fn = fn, .arg = arg };
	struct routing *routing;
	struct err err = { 0 };

	m->names = names_new();
	m->no_prefilter = options != NULL && options->no_prefilter;
	(void)TABLE_ADD(&m->t, byte, 1);
	(void)TABLE_ADD(&m->t, shown, 1);
	(void)TABLE_ADD(&m->t, code, 1);
	(void)TABLE_ADD(&b.tree, node, 1);
	b.rule_of = xcalloc(set->rules + 1, sizeof(*b.rule_of));
	b.wants = xcalloc(set->rules + 1, sizeof(*b.wants));
	routing = routing_new(&b, pipelines);
	add_rules(&b, routing);
	routing_done(routing);
	build_correlations(&b);
	arena_clear(&b.arena);
	build_buckets(&b);
	build_code(&b);
	m->fields = names_count(m->names);
	free(b.tree.node);
	free(b.tree.kid);
	free(b.rule_of);
	free(b.wants);
	free(b.item_slot);
	free(b.cost);
	arena_clear(&b.arena);
	/* Every expression was compiled once before. */
	if (matcher_finish(m, &err) != 0)
		abort();
	return m;
}

void
matcher_try_all(struct matcher *m)
{
	m->no_prefilter = true;
}
