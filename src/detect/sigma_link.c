/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_link.c: correlations find their rules, filters are joined to theirs. */
#include "detect/sigma_part.h"

struct linker {
	struct sigma_set *set;
	sigma_fault_fn fn;
	void *arg;
	uint8_t *state; /* of each rule: 0 not looked at, 1 being looked at, 2 good, 3 left out */
};

const char *
sigma_field_of(const struct sigma_correlation *c, size_t ref, const char *name)
{
	const struct sigma_about *about = &c->rule[ref]->about;

	for (size_t a = 0; a < c->aliases; a++) {
		const struct sigma_alias *alias = &c->alias[a];

		for (size_t i = 0; str_eq(alias->name, name) && i < alias->rules; i++)
			if (str_eq(alias->rule[i], about->id) || str_eq(alias->rule[i], about->name))
				return alias->field[i];
	}
	return name;
}

static void
fault(struct linker *l, const struct sigma_rule *rule, const char *key, const char *name)
{
	struct err err = { 0 };

	err_fail(&err, ERR_INVALID, key, NULL, "name", name, NULL, NULL);
	err_where(&err, rule->about.file, rule->about.line, 1);
	if (l->fn != NULL)
		l->fn(l->arg, &rule->about, &err);
	err_clear(&err);
}

/* The rule that ${from} calls ${ref}: by its id, by its name in the same file, by its name; or a fault, and NULL. */
static struct sigma_rule *
find(struct linker *l, const struct sigma_rule *from, const char *ref, const char *unknown)
{
	struct sigma_rule *rule = map_get(&l->set->by_id, ref);

	if (rule == NULL)
		rule = map_get(&l->set->by_name, sigma_place(&l->set->arena, ref, from->about.file));
	if (rule == NULL)
		rule = map_get(&l->set->by_name, ref);
	if (rule == NULL || rule == &sigma_several)
		fault(l, from, rule == NULL ? unknown : "sigma.name.several", ref);
	return rule == &sigma_several ? NULL : rule;
}

/* Whether an alias names a rule of the correlation. */
static bool
is_meant(const struct sigma_correlation *c, const char *name)
{
	for (size_t i = 0; i < c->rules; i++)
		if (str_eq(name, c->rule[i]->about.id) || str_eq(name, c->rule[i]->about.name))
			return true;
	return false;
}

/* What could never come true, or would count one event twice, is said. */
static bool
makes_sense(struct linker *l, const struct sigma_rule *rule)
{
	const struct sigma_correlation *c = rule->correlation;

	for (size_t i = 0; i < c->rules; i++)
		for (size_t k = 0; k < i; k++)
			if (c->rule[i] == c->rule[k]) {
				fault(l, rule, "sigma.correlation.twice", c->ref[i]);
				return false;
			}
	for (size_t a = 0; a < c->aliases; a++)
		for (size_t i = 0; i < c->alias[a].rules; i++)
			if (!is_meant(c, c->alias[a].rule[i])) {
				fault(l, rule, "sigma.correlation.alias.rule", c->alias[a].rule[i]);
				return false;
			}
	return true;
}

/* Goes down a chain of correlations; one that is its own part is refused. */
static bool
link_one(struct linker *l, struct sigma_rule *rule, size_t depth)
{
	struct sigma_correlation *c = rule->correlation;
	uint8_t *state = &l->state[rule->index];
	bool good = true;

	if (rule->kind != SIGMA_CORRELATION || *state >= 2)
		return *state != 3;
	if (*state == 1 || depth > SIGMA_DEPTH_MAX) {
		fault(l, rule, "sigma.correlation.circle", rule->about.title);
		*state = 3;
		return false;
	}
	*state = 1;
	if (c->rule == NULL)
		c->rule = arena_alloc(&l->set->arena, c->rules * sizeof(*c->rule));
	for (size_t i = 0; good && i < c->rules; i++) {
		if (!c->legacy)
			c->rule[i] = find(l, rule, c->ref[i], "sigma.correlation.unknown");
		if (c->rule[i] == NULL) {
			good = false;
		} else if (!link_one(l, c->rule[i], depth + 1)) {
			if (*state == 1)
				fault(l, rule, "sigma.correlation.unknown", c->ref[i]);
			good = false;
		}
	}
	good = good && makes_sense(l, rule);
	*state = good ? 2 : 3;
	return good;
}

static bool
source_fits(const struct sigma_about *filter, const struct sigma_about *rule)
{
	return (*filter->category == '\0' || str_eq(filter->category, rule->category)) &&
	    (*filter->product == '\0' || str_eq(filter->product, rule->product)) &&
	    (*filter->service == '\0' || str_eq(filter->service, rule->service));
}

static void
join(struct sigma_set *set, struct sigma_rule *rule, const struct sigma_rule *filter)
{
	struct sigma_reader r = { .set = set, .arena = &set->arena };
	struct sigma_expr *both = sigma_expr_new(&r, SIGMA_AND, 2);

	both->sub[0] = rule->expr;
	both->sub[1] = filter->expr;
	rule->expr = both;
	rule->filters++;
}

static void
apply_filter(struct linker *l, const struct sigma_rule *filter)
{
	bool any = filter->refs == 1 && str_eq(filter->ref[0], "any");
	size_t joined = 0;

	for (size_t i = 0; any && i < l->set->rules; i++) {
		struct sigma_rule *rule = l->set->rule[i];

		if (rule->kind != SIGMA_RULE || !source_fits(&filter->about, &rule->about))
			continue;
		if (rule->filters == SIGMA_FILTERS_MAX) {
			fault(l, filter, "sigma.filter.many", rule->about.title);
			return;
		}
		join(l->set, rule, filter);
		joined++;
	}
	for (size_t i = 0; !any && i < filter->refs; i++) {
		struct sigma_rule *rule = find(l, filter, filter->ref[i], "sigma.filter.unknown");

		if (rule == NULL)
			continue;
		if (rule != NULL && rule->kind == SIGMA_CORRELATION && rule->correlation->legacy)
			rule = rule->correlation->rule[0];
		if (rule->kind != SIGMA_RULE) {
			fault(l, filter, "sigma.filter.unknown", filter->ref[i]);
		} else if (!source_fits(&filter->about, &rule->about)) {
			fault(l, filter, "sigma.filter.source", rule->about.title);
		} else if (rule->filters == SIGMA_FILTERS_MAX) {
			fault(l, filter, "sigma.filter.many", rule->about.title);
		} else {
			join(l->set, rule, filter);
			joined++;
		}
	}
	if (any && joined == 0)
		fault(l, filter, "sigma.filter.unknown", "any");
}

void
sigma_link(struct sigma_set *set, sigma_fault_fn fn, void *arg)
{
	struct linker l = { set, fn, arg, xcalloc(set->rules + 1, 1) };
	size_t n = 0;

	for (size_t i = 0; i < set->rules; i++)
		set->rule[i]->index = (uint32_t)i;
	for (size_t i = 0; i < set->rules; i++)
		link_one(&l, set->rule[i], 0);
	for (size_t i = 0; i < set->rules; i++)
		if (l.state[i] != 3)
			set->rule[n++] = set->rule[i];
	set->rules = n;
	for (size_t i = 0; i < n; i++) {
		set->rule[i]->index = (uint32_t)i;
		set->correlations += set->rule[i]->kind == SIGMA_CORRELATION;
	}
	free(l.state);
	for (size_t i = 0; i < set->filters; i++)
		apply_filter(&l, set->filter[i]);
}
