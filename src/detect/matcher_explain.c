/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_explain.c: why a rule was true, for those that were. */
#include "detect/matcher_part.h"

struct explainer {
	struct matcher_thread *t;
	size_t max, told;
	void (*fn)(void *arg, const struct matcher_reason *reason);
	void *arg;
};

static void
explain_item(struct explainer *x, uint32_t number, uint32_t name)
{
	const struct tables *tables = &x->t->m->t;
	const struct item *item = &tables->item[number];
	struct matcher_reason r = { .selection = tables->byte + name, .pattern = tables->shown + item->shown,
		.text = { "", 0 }, .field = "" };
	uint32_t value;
	bool is_true;

	/* Conditions of the log source say nothing about the rule. */
	if (item->shown == 0 || !eval_known(x->t, number))
		return;
	value = eval_item(x->t, item, &is_true);
	if (!is_true)
		return;
	if (value != 0) {
		r.value = &x->t->event->value[value - 1];
		r.text = thread_text(x->t, value - 1);
	}
	if (item->field != 0)
		r.field = names_text(x->t->m->names, item->field);
	else if (value != 0 && r.value->id != 0)
		r.field = names_text(x->t->m->names, r.value->id);
	x->told++;
	x->fn(x->arg, &r);
}

static void
explain_node(struct explainer *x, uint32_t n, uint32_t name)
{
	const struct node *node = &x->t->m->t.node[n & ~KID_ITEM];

	if ((n & KID_ITEM) != 0 && x->told < x->max)
		explain_item(x, n & ~KID_ITEM, name);
	if ((n & KID_ITEM) != 0)
		return;
	if (x->told == x->max || node->op == NODE_NOT || !eval_node(x->t, n))
		return;
	if (node->name != 0)
		name = node->name;
	if (node->op == NODE_ITEM)
		explain_item(x, node->first, name);
	for (uint32_t i = 0; node->op != NODE_ITEM && i < node->count; i++)
		explain_node(x, x->t->m->t.kid[node->first + i], name);
}

size_t
matcher_explain(struct matcher_thread *t, const struct event *event, uint32_t rule, size_t max,
    void (*fn)(void *arg, const struct matcher_reason *reason), void *arg)
{
	struct explainer x = { t, max, 0, fn, arg };

	(void)event;
	for (size_t i = 0; i < t->hits; i++)
		if (t->hit[i].rule == rule) {
			explain_node(&x, t->m->t.variant[t->hit[i].variant].root, 0);
			break;
		}
	return x.told;
}
