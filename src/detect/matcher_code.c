/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_code.c: trees of rules to steps, each rule's one behind the other. */
#include "detect/matcher_part.h"

struct coder {
	struct builder *b;
	uint32_t *asked;    /* times that each item is */
	bool *together;     /* items that a many answers */
	uint32_t *parents;  /* of each node */
	bool *sure;         /* nodes */
	uint32_t *at;       /* where a node is in code; 0: nowhere yet */
	uint32_t *answer;   /* of a node + 1; 0: none */
};

static void
count(struct coder *c)
{
	const struct trees *tree = &c->b->tree;
	const struct tables *t = c->b->t;

	for (size_t i = 1; i < tree->nodes; i++) {
		const struct node *n = &tree->node[i];

		if (n->op == NODE_ITEM)
			c->asked[n->first]++;
		for (uint32_t k = 0; n->op != NODE_ITEM && k < n->count; k++)
			c->parents[tree->kid[n->first + k]]++;
	}
	for (size_t i = 0; i < t->variants; i++) {
		c->parents[t->variant[i].root]++;
		c->sure[t->variant[i].sure] = true;
	}
	for (size_t i = 1; i < t->manys; i++)
		for (uint32_t k = 0; k < t->many[i].items; k++)
			c->together[t->number[t->many[i].item + k]] = true;
}

static struct step *
add_step(struct builder *b, enum step_op op, size_t text)
{
	size_t words = (sizeof(struct step) + text + sizeof(uint32_t) - 1) / sizeof(uint32_t);
	struct step *s = (struct step *)(void *)TABLE_ADD(b->t, code, words);

	s->op = (uint8_t)op;
	s->words = (uint32_t)words;
	return s;
}

/* A text in a field, letters of either case: what nearly all are. */
static bool
is_text(const struct item *item)
{
	return item->kind <= ITEM_CONTAINS && !item->cased && item->field != 0 && item->field != FIELD_FORMAT;
}

/*
 * Looking for a text anywhere takes longer than asking whether that was done, if it may have been; looking at
 * one end does not.
 */
static void
add_item(struct coder *c, const struct node *n)
{
	const struct item *item = &c->b->t->item[n->first];
	bool text = is_text(item), often = c->asked[n->first] > 1 || c->together[n->first];
	struct step *s = add_step(c->b, text ? STEP_TEXT : STEP_ITEM, text ? item->len : 0);

	s->name = n->name;
	s->answer = n->first;
	s->known = text ? item->kind == ITEM_CONTAINS && often : true;
	if (!text)
		return;
	s->kind = item->kind;
	s->of = item->field;
	s->len = item->len;
	if (item->len > 0)
		memcpy(s + 1, c->b->t->byte + item->text, item->len);
}

static void
add_node(struct coder *c, uint32_t number)
{
	static const uint8_t ops[] = { [NODE_AND] = STEP_ALL, [NODE_OR] = STEP_ANY, [NODE_NOT] = STEP_NOT };
	const struct trees *tree = &c->b->tree;
	const struct node *n = &tree->node[number];
	struct tables *t = c->b->t;
	uint32_t at = (uint32_t)t->codes;
	struct step *s;

	if (n->op == NODE_ITEM) {
		add_item(c, n);
	} else if (c->at[number] != 0) {
		add_step(c->b, STEP_AGAIN, 0)->of = c->at[number];
	} else {
		c->at[number] = at;
		s = add_step(c->b, n->many != 0 ? STEP_MANY : ops[n->op], 0);
		s->name = n->name;
		s->of = n->many;
		s->known = c->parents[number] > 1 || c->sure[number] || n->many != 0;
		if (s->known) {
			s->answer = c->b->m->answers++;
			c->answer[number] = s->answer + 1;
		}
		for (uint32_t i = 0; i < n->count; i++) {
			uint32_t kid = tree->kid[n->first + i];

			if (n->op != NODE_AND || !tree->node[kid].given || c->b->none_given)
				add_node(c, kid);
		}
		s = (struct step *)(void *)(t->code + at);
		s->words = (uint32_t)(t->codes - at);
	}
}

/* What the scan says of an item is of use where that is looked up. */
static uint32_t
sure_answer(const struct coder *c, uint32_t node)
{
	const struct node *n = &c->b->tree.node[node];

	return node == 0 ? 0 : n->op == NODE_ITEM ? n->first + 1 : c->answer[node];
}

void
build_code(struct builder *b)
{
	size_t nodes = b->tree.nodes + 1, items = b->t->items + 1;
	struct coder c = { .b = b, .asked = xcalloc(items, sizeof(*c.asked)), .together = xcalloc(items, sizeof(bool)),
		.parents = xcalloc(nodes, sizeof(*c.parents)), .sure = xcalloc(nodes, sizeof(bool)),
		.at = xcalloc(nodes, sizeof(*c.at)), .answer = xcalloc(nodes, sizeof(*c.answer)) };

	count(&c);
	b->m->answers = (uint32_t)b->t->items;
	for (size_t i = 0; i < b->t->variants; i++) {
		uint32_t at = (uint32_t)b->t->codes;

		add_node(&c, b->t->variant[i].root);
		b->t->variant[i].root = at;
		b->t->variant[i].sure = sure_answer(&c, b->t->variant[i].sure);
	}
	free(c.asked);
	free(c.together);
	free(c.parents);
	free(c.sure);
	free(c.at);
	free(c.answer);
}
