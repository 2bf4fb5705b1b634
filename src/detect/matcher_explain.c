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
explain_step(struct explainer *x, const struct step *s, uint32_t name)
{
	bool is_item = s->op == STEP_TEXT || s->op == STEP_ITEM;

	if (s->op == STEP_AGAIN)
		s = step_at(x->t->m, s->of);
	if (x->told == x->max || s->op == STEP_NOT || (!is_item && !eval_step(x->t, s)))
		return;
	if (s->name != 0)
		name = s->name;
	if (is_item)
		explain_item(x, s->answer, name);
	for (const struct step *kid = s + 1; !is_item && kid < step_next(s); kid = step_next(kid))
		explain_step(x, kid, name);
}

size_t
matcher_explain(struct matcher_thread *t, const struct event *event, uint32_t rule, size_t max,
    void (*fn)(void *arg, const struct matcher_reason *reason), void *arg)
{
	struct explainer x = { t, max, 0, fn, arg };

	(void)event;
	for (size_t i = 0; i < t->hits; i++)
		if (t->hit[i].rule == rule) {
			explain_step(&x, step_at(t->m, t->m->t.variant[t->hit[i].variant].root), 0);
			break;
		}
	return x.told;
}
