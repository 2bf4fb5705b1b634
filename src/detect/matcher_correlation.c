/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_correlation.c: what correlations need of their rules' events. */
#include "detect/matcher_part.h"

#define WANTED_MAX 64

static size_t
want(const char **list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], name))
			return n;
	if (n < WANTED_MAX)
		list[n++] = name;
	return n;
}

static uint32_t
position(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], name))
			return (uint32_t)i;
	return UINT32_MAX;
}

/*
 * The fields that all correlations over a rule ask for, in an order that stays the same; also those they
 * themselves are asked for by what rests on them.  Of a correlation without those it is grouped by.
 */
static const struct wants *
wanted(struct builder *b, const struct sigma_rule *rule)
{
	const struct sigma_correlation *own = rule->correlation;
	struct wants *w = &b->wants[rule->index];
	const char *list[WANTED_MAX];
	size_t n = 0;

	/* Few sets have any, and this is asked for every rule. */
	for (size_t i = 0; b->set->correlations > 0 && !w->known && i < b->set->rules; i++) {
		const struct sigma_correlation *c = b->set->rule[i]->correlation;

		for (size_t r = 0; c != NULL && r < c->rules; r++) {
			const struct wants *above;

			if (c->rule[r] != rule)
				continue;
			for (size_t k = 0; k < c->groups; k++)
				n = want(list, n, sigma_field_of(c, r, c->group[k]));
			for (size_t k = 0; k < c->fields; k++)
				n = want(list, n, sigma_field_of(c, r, c->field[k]));
			above = wanted(b, b->set->rule[i]);
			for (size_t k = 0; k < above->names; k++)
				n = want(list, n, sigma_field_of(c, r, above->name[k]));
		}
	}
	if (!w->known)
		w->name = arena_alloc(&b->arena, (n + 1) * sizeof(*w->name));
	for (size_t i = 0; !w->known && i < n; i++)
		if (own == NULL || position(own->group, own->groups, list[i]) == UINT32_MAX)
			w->name[w->names++] = list[i];
	w->known = true;
	return w;
}

void
build_takes(struct builder *b, const struct sigma_rule *rule, size_t variant, const struct renames *names)
{
	const struct wants *w = wanted(b, rule);

	b->t->variant[variant].take = (uint32_t)b->t->takes;
	b->t->variant[variant].takes = (uint32_t)w->names;
	for (size_t i = 0; i < w->names; i++) {
		uint32_t id[FIELD_NAMES];
		size_t ids = build_field(b, names, w->name[i], id);
		struct take take = { (uint32_t)b->t->numbers, (uint32_t)ids };

		memcpy(TABLE_ADD(b->t, number, ids), id, ids * sizeof(*id));
		*TABLE_ADD(b->t, take, 1) = take;
	}
}

/* Where a field is in what a rule's hit brings: of a correlation its groups, then what it carries. */
static uint32_t
slot_of(struct builder *b, const struct sigma_rule *rule, const char *name)
{
	const struct sigma_correlation *c = rule->correlation;
	const struct wants *w = wanted(b, rule);
	uint32_t at = c == NULL ? UINT32_MAX : position(c->group, c->groups, name);

	if (at == UINT32_MAX && (at = position(w->name, w->names, name)) != UINT32_MAX && c != NULL)
		at += (uint32_t)c->groups;
	return at;
}

/* The group and counted fields of a correlation, and those it carries, in what its rules' hits bring. */
static void
add_slots(struct builder *b, const struct sigma_correlation *c, size_t ref, const struct wants *carry)
{
	for (size_t k = 0; k < c->groups + c->fields + carry->names; k++) {
		const char *name = k < c->groups ? c->group[k] : k < c->groups + c->fields ? c->field[k - c->groups]
		    : carry->name[k - c->groups - c->fields];

		(void)table_number(b->t, slot_of(b, c->rule[ref], sigma_field_of(c, ref, name)));
	}
}

static uint32_t
add_names(struct builder *b, const char *const *name, size_t n)
{
	uint32_t first = (uint32_t)b->t->numbers;

	(void)TABLE_ADD(b->t, number, n);
	for (size_t i = 0; i < n; i++)
		b->t->number[first + i] = table_text(b->t, name[i]);
	return first;
}

static void
add_correlation(struct builder *b, const struct sigma_rule *rule)
{
	const struct sigma_correlation *c = rule->correlation;
	const struct wants *carry = wanted(b, rule);
	struct corr_rec r = { .rule = b->rule_of[rule->index] - 1, .type = (uint8_t)c->type,
		.generate = c->generate, .legacy = c->legacy, .bounds = (uint8_t)c->bounds,
		.percentile = c->percentile, .span_ns = c->span_ns, .refs = (uint32_t)c->rules,
		.groups = (uint32_t)c->groups, .fields = (uint32_t)c->fields };

	r.carries = (uint32_t)carry->names;
	for (size_t i = 0; i < c->bounds; i++)
		r.bound[i] = (struct bound){ .cmp = c->bound[i].cmp, .number = c->bound[i].number };
	r.ref = (uint32_t)b->t->numbers;
	for (size_t i = 0; i < c->rules; i++)
		(void)table_number(b->t, b->rule_of[c->rule[i]->index] - 1);
	r.group = add_names(b, c->group, c->groups);
	r.field = add_names(b, c->field, c->fields);
	r.slot = (uint32_t)b->t->numbers;
	for (size_t i = 0; i < c->rules; i++)
		add_slots(b, c, i, carry);
	*TABLE_ADD(b->t, corr, 1) = r;
	for (size_t i = 0; i < c->rules; i++)
		b->t->rule[b->rule_of[c->rule[i]->index] - 1].feeds = 1;
}

/* In the order of their numbers: after those they rest on. */
void
build_correlations(struct builder *b)
{
	const struct sigma_rule **of = xcalloc(b->t->rules + 1, sizeof(*of));

	for (size_t i = 0; i < b->set->rules; i++)
		if (b->set->rule[i]->kind == SIGMA_CORRELATION && b->rule_of[i] != 0)
			of[b->rule_of[i] - 1] = b->set->rule[i];
	for (size_t i = 0; i < b->t->rules; i++)
		if (of[i] != NULL)
			add_correlation(b, of[i]);
	free(of);
}
