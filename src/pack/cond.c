/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/cond.h"

static const struct {
	const char *name;
	enum pack_cond_op op;
} leaves[] = {
	{ "is", COND_IS },
	{ "has", COND_HAS },
	{ "count", COND_COUNT },
	{ "over", COND_OVER },
	{ "at_least", COND_AT_LEAST },
	{ "under", COND_UNDER },
	{ "at_most", COND_AT_MOST },
};

static void
fault(struct schema_read *r, const struct yaml_node *node, const char *key, const char *value)
{
	schema_fault(r, node->line, node->column, key, "when", "value", value, NULL, NULL);
}

static void
read_branch(struct schema_read *r, const struct yaml_node *node, const char *name,
    struct pack_cond *c)
{
	const struct yaml_node *sub = yaml_get(node, name);
	size_t n = sub->kind == YAML_LIST ? sub->count : 1;

	c->op = *name == 'n' ? COND_NOT : name[1] == 'l' ? COND_ALL : COND_ANY;
	if (node->count != 1)
		fault(r, node, "pack.cond_form", name);
	if ((c->op == COND_NOT) == (sub->kind == YAML_LIST) || n == 0) {
		fault(r, sub, "pack.cond_form", name);
		return;
	}
	c->sub = arena_alloc(r->arena, n * sizeof(*c->sub));
	c->subs = n;
	for (size_t i = 0; i < n; i++)
		cond_read(r, c->op == COND_NOT ? sub : sub->item[i], &c->sub[i]);
}

/* A number that stands in the rule, or the name of a threshold. */
static void
read_number(struct schema_read *r, const struct yaml_node *node, struct pack_cond *c)
{
	if (node->kind != YAML_SCALAR)
		fault(r, node, "pack.cond_number", "");
	else if (!yaml_int(node, &c->number))
		c->threshold = arena_strdup(r->arena, node->text);
}

static void
read_leaf(struct schema_read *r, const struct yaml_node *node, const struct yaml_node *answer,
    struct pack_cond *c)
{
	static const struct schema_field values = { .name = "when", .min = 1, .max = 40 };
	const struct yaml_node *arg = NULL, *least = yaml_get(node, "at_least");
	size_t i = 0;

	c->answer = answer->kind == YAML_SCALAR ? arena_strdup(r->arena, answer->text) : "";
	while (i < ARRAY_LEN(leaves) && (arg = yaml_get(node, leaves[i].name)) == NULL)
		i++;
	if (arg == NULL) {
		fault(r, node, "pack.cond_form", c->answer);
		return;
	}
	c->op = leaves[i].op;
	if (node->count != (c->op == COND_COUNT ? 3u : 2u))
		fault(r, node, "pack.cond_form", leaves[i].name);
	if (c->op <= COND_COUNT)
		schema_ids(r, arg, &values, &c->value, &c->values);
	else
		read_number(r, arg, c);
	if (c->op == COND_COUNT && least != NULL)
		read_number(r, least, c);
	else if (c->op == COND_COUNT)
		fault(r, node, "pack.cond_form", "at_least");
}

void
cond_read(struct schema_read *r, const struct yaml_node *node, void *out)
{
	static const char *const branches[] = { "all", "any", "not" };
	struct pack_cond *c = out;
	const struct yaml_node *answer = yaml_get(node, "answer");

	/* What could not be read never holds: an "any" of nothing. */
	*c = (struct pack_cond){ .op = COND_ANY, .answer = "", .threshold = "" };
	c->line = node->line;
	c->column = node->column;
	for (size_t i = 0; i < ARRAY_LEN(branches); i++) {
		if (yaml_get(node, branches[i]) != NULL) {
			read_branch(r, node, branches[i], c);
			return;
		}
	}
	if (answer == NULL)
		fault(r, node, "pack.cond_form", "answer");
	else
		read_leaf(r, node, answer, c);
}
