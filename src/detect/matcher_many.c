/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matcher_many.c: alternatives that ask one field for many texts: all of them in one pass over it.
 *
 * Evaluating such a node answers every item of it, so that what comes after (why a rule was true,
 * other rules that ask the same) finds the answers there.
 */
#include "detect/matcher_witness.h"

#define MANY_LEAST 6 /* fewer texts are looked for one by one */
#define NUMBER_MAX 0xffffffu

/* ---- compiling ---- */

struct asked {
	uint32_t field, item;
};

struct asking {
	struct asked *list;
	size_t count, room;
	struct made *made;
	size_t mades, mades_room;
};

/* A scan in byte: rules ask the same in each of their log sources. */
struct made {
	uint64_t hash;
	uint32_t at;
	size_t len;
};

static void
collect(struct asking *a, const struct builder *b, const struct node *n)
{
	for (uint32_t i = 0; i < n->count; i++) {
		const struct node *kid = &b->tree.node[b->tree.kid[n->first + i]];
		const struct item *item = &b->t->item[kid->first];

		if (kid->op == NODE_OR && kid->name == 0)
			collect(a, b, kid);
		if (kid->op != NODE_ITEM || item->kind != ITEM_CONTAINS || item->cased || item->field == 0 ||
		    item->len == 0)
			continue;
		if (a->count == a->room) {
			a->room = a->room == 0 ? 64 : a->room * 2;
			a->list = xrealloc(a->list, a->room * sizeof(*a->list));
		}
		a->list[a->count++] = (struct asked){ item->field, kid->first };
	}
}

static int
asked_compare(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static uint64_t
hash_of(const unsigned char *p, size_t len)
{
	uint64_t h = 1469598103934665603u ^ len;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static uint32_t
keep_scan(struct tables *t, struct asking *a, const void *scan, size_t len)
{
	struct made made = { hash_of(scan, len), 0, len };

	for (size_t i = 0; i < a->mades; i++)
		if (a->made[i].hash == made.hash && a->made[i].len == len &&
		    memcmp(t->byte + a->made[i].at, scan, len) == 0)
			return a->made[i].at;
	if (a->mades == a->mades_room) {
		a->mades_room = a->mades_room == 0 ? 256 : a->mades_room * 2;
		a->made = xrealloc(a->made, a->mades_room * sizeof(*a->made));
	}
	made.at = table_bytes(t, scan, len, SCAN_ALIGN);
	a->made[a->mades++] = made;
	return made.at;
}

/* The number of the scan made of a part of what is asked, before which ${next} others come. */
static uint32_t
make_many(struct tables *t, struct asking *a, const struct asked *list, size_t n,
    const struct scan_weights *weights, uint32_t next)
{
	struct scan_literal *literal = xcalloc(n, sizeof(*literal));
	struct many many = { .field = list[0].field, .item = (uint32_t)t->numbers, .items = (uint32_t)n, .next = next };
	size_t len;
	void *scan;

	for (size_t i = 0; i < n; i++) {
		const struct item *item = &t->item[list[i].item];

		literal[i] = (struct scan_literal){ t->byte + item->text, item->len };
	}
	scan = scan_compile(literal, n, weights, &len);
	many.scan = keep_scan(t, a, scan, len);
	free(scan);
	free(literal);
	for (size_t i = 0; i < n; i++)
		(void)table_number(t, list[i].item);
	*TABLE_ADD(t, many, 1) = many;
	return (uint32_t)t->manys - 1;
}

static void
take_node(struct builder *b, struct node *n, struct asking *a, const struct scan_weights *weights)
{
	uint32_t many = 0;
	size_t count = 0;

	a->count = 0;
	collect(a, b, n);
	if (a->count < MANY_LEAST)
		return;
	qsort(a->list, a->count, sizeof(*a->list), asked_compare);
	for (size_t i = 0; i < a->count; i++)
		if (i == 0 || asked_compare(&a->list[i], &a->list[i - 1]) != 0)
			a->list[count++] = a->list[i];
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from; to < count && a->list[to].field == a->list[from].field; to++)
			;
		if (to - from >= MANY_LEAST)
			many = make_many(b->t, a, a->list + from, to - from, weights, many);
	}
	if (many <= NUMBER_MAX)
		n->many = many & NUMBER_MAX;
}

void
build_many(struct builder *b, const struct scan_weights *weights)
{
	struct asking a = { .list = NULL };

	(void)TABLE_ADD(b->t, many, 1);
	for (uint32_t i = 0; i < b->tree.nodes; i++)
		if (b->tree.node[i].op == NODE_OR)
			take_node(b, &b->tree.node[i], &a, weights);
	free(a.list);
	free(a.made);
}

/* ---- evaluating ---- */

struct looking {
	struct matcher_thread *t;
	const uint32_t *item;
	bool found;
};

static void
is_there(void *arg, uint32_t literal, size_t at, size_t len)
{
	struct looking *l = arg;

	(void)at;
	(void)len;
	l->t->answer[l->item[literal]] = l->t->gen << 1 | 1;
	l->found = true;
}

bool
eval_many(struct matcher_thread *t, uint32_t first)
{
	const struct tables *tables = &t->m->t;
	bool found = false;

	for (uint32_t i = first; i != 0; i = tables->many[i].next) {
		const struct many *many = &tables->many[i];
		struct looking l = { t, tables->number + many->item, false };

		for (uint32_t k = 0; k < many->items; k++)
			t->answer[l.item[k]] = t->gen << 1;
		for (uint32_t v = thread_first(t, many->field); v != 0; v = t->low[v - 1].next) {
			struct text text;

			if (t->event->value[v - 1].type == VALUE_NULL)
				continue;
			thread_lower(t, v - 1);
			thread_lower_room(t, SCAN_SLACK);
			text = thread_lower(t, v - 1);
			scan_run(tables->byte + many->scan, text.at, text.len, is_there, &l);
		}
		found |= l.found;
	}
	return found;
}
