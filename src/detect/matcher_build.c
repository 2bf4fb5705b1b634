/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_build.c: trees of rules into tables of nodes and items. */
#include "detect/lower.h"
#include "detect/matcher_part.h"
#include "detect/sigma_part.h"

#define SORT_MAX  200 /* parts of one AND */
#define COST_MANY 40

size_t
build_field(struct builder *b, const struct renames *names, const char *field,
    uint32_t ret[static FIELD_NAMES])
{
	for (size_t l = 0; l < ARRAY_LEN(names->list); l++)
		for (size_t i = 0; i < names->count[l]; i++) {
			const struct pack_rename *r = &names->list[l][i];
			size_t n = 0;

			if (!str_eq(r->from, field))
				continue;
			for (; n < r->tos && n < FIELD_NAMES; n++)
				ret[n] = names_add(b->m->names, r->to[n], strlen(r->to[n]));
			return n;
		}
	ret[0] = names_add(b->m->names, field, strlen(field));
	return 1;
}

static uint64_t
hash(const void *data, size_t len, uint64_t h)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h ^ h >> 31;
}

static size_t
text_bytes(const struct item *item)
{
	return item_has_number(item) ? 0 : item->kind == ITEM_GLOB ? 2 * (size_t)item->len : item->len;
}

/* Compares all but where texts lie. */
static bool
same(const struct tables *t, const struct item *a, const struct item *b, const char *text)
{
	if (a->kind != b->kind || a->cased != b->cased || a->place != b->place || a->part != b->part ||
	    a->flags != b->flags || a->bits != b->bits || a->field != b->field || a->other != b->other)
		return false;
	if (item_has_number(a))
		return a->number == b->number;
	return a->len == b->len && memcmp(t->byte + a->text, text, text_bytes(a)) == 0;
}

static void
grow_slots(struct builder *b)
{
	size_t old = b->item_slots;
	uint32_t *from = b->item_slot;

	b->item_slots = old == 0 ? 4096 : old * 4;
	b->item_slot = xcalloc(2 * b->item_slots, sizeof(*b->item_slot));
	for (size_t i = 0; i < old; i++) {
		size_t at = from[2 * i + 1] & (b->item_slots - 1);

		if (from[2 * i] == 0)
			continue;
		while (b->item_slot[2 * at] != 0)
			at = (at + 1) & (b->item_slots - 1);
		b->item_slot[2 * at] = from[2 * i];
		b->item_slot[2 * at + 1] = from[2 * i + 1];
	}
	free(from);
}

static uint32_t
add_shown(struct tables *t, const char *s)
{
	size_t len = strlen(s) + 1, at = t->showns;

	if (len == 1)
		return 0;
	memcpy(TABLE_ADD(t, shown, len), s, len);
	return (uint32_t)at;
}

/* The number of the item, made when there is none like it.  ${text} is kept beside it. */
static uint32_t
intern(struct builder *b, struct item *item, const void *text, const char *shown)
{
	uint64_t h = hash(text, text_bytes(item), 1469598103934665603u);
	uint32_t key[] = { item->kind, item->cased, item->place, item->part, item->flags, item->field,
		item->other };
	size_t at;

	h = hash(key, sizeof(key), h);
	if (item_has_number(item))
		h = hash(&item->number, sizeof(item->number), h);
	if (b->t->items * 2 >= b->item_slots)
		grow_slots(b);
	for (at = h & (b->item_slots - 1); b->item_slot[2 * at] != 0; at = (at + 1) & (b->item_slots - 1)) {
		uint32_t n = b->item_slot[2 * at] - 1;
		const struct item *other = &b->t->item[n];

		if (b->item_slot[2 * at + 1] == (uint32_t)h && same(b->t, other, item, text) &&
		    strcmp(b->t->shown + other->shown, shown) == 0)
			return n;
	}
	if (!item_has_number(item)) {
		item->text = table_bytes(b->t, text, text_bytes(item), item->kind == ITEM_GLOB ? 2 : 1);
		table_bytes(b->t, "", 1, 1);
	}
	item->shown = add_shown(b->t, shown);
	*TABLE_ADD(b->t, item, 1) = *item;
	b->item_slot[2 * at] = (uint32_t)b->t->items;
	b->item_slot[2 * at + 1] = (uint32_t)h;
	return (uint32_t)b->t->items - 1;
}

/* About how long it takes to say whether a node is true. */
static uint32_t
cost_of(const struct builder *b, const struct node *n)
{
	const struct item *item = &b->t->item[n->first];
	uint64_t sum = 1;

	if (n->op == NODE_ITEM)
		return item->field == 0 ? 200 : item->kind <= ITEM_ENDS ? 1 : item->kind == ITEM_CONTAINS ? 6
		    : item->kind == ITEM_REGEX ? 60 : item->kind == ITEM_GLOB ? 20 : 3;
	for (uint32_t i = 0; i < n->count; i++)
		sum += b->cost[b->tree.kid[n->first + i]];
	/* Many texts are looked for together (matcher_many.c). */
	if (n->op == NODE_OR && sum > COST_MANY && sum <= n->count * UINT64_C(12) + 1)
		return COST_MANY;
	return sum > 1000000 ? 1000000 : (uint32_t)sum;
}

static uint32_t
node_new(struct builder *b, enum node_op op, uint32_t first, uint32_t count)
{
	struct node *n = TABLE_ADD(&b->tree, node, 1);

	n->op = op & 0x7f;
	n->first = first;
	n->count = count;
	if (b->tree.nodes > b->costs) {
		b->costs = b->tree.nodes * 2;
		b->cost = xrealloc(b->cost, b->costs * sizeof(*b->cost));
	}
	b->cost[b->tree.nodes - 1] = cost_of(b, n);
	return (uint32_t)b->tree.nodes - 1;
}

/* Of what must all hold the cheapest is asked first; what costs the same stays in the rule's order. */
static void
sort_kids(const struct builder *b, uint32_t *kid, size_t n)
{
	for (size_t i = 1; i < n && n <= SORT_MAX; i++)
		for (size_t k = i; k > 0 && b->cost[kid[k]] < b->cost[kid[k - 1]]; k--) {
			uint32_t swap = kid[k];

			kid[k] = kid[k - 1];
			kid[k - 1] = swap;
		}
}

static uint32_t
group(struct builder *b, enum node_op op, uint32_t *kid, size_t n)
{
	uint32_t first = (uint32_t)b->tree.kids;

	if (op == NODE_AND)
		sort_kids(b, kid, n);

	if (n == 1 && op != NODE_NOT)
		return kid[0];
	if (n > 0)
		memcpy(TABLE_ADD(&b->tree, kid, n), kid, n * sizeof(*kid));
	return node_new(b, op, first, (uint32_t)n);
}

/* Small letters of a text with wildcards; letters of several bytes between wildcards count too. */
static size_t
lower_units(struct builder *b, const struct sigma_text *text, bool cased, uint16_t *out)
{
	char *from = arena_alloc(&b->arena, text->len + 1);
	char *to = arena_alloc(&b->arena, LOWER_ROOM_UTF8(text->len));
	size_t n = 0;

	for (size_t i = 0; i < text->len;) {
		size_t run = 0, len;

		if (text->unit[i] >= SIGMA_MANY) {
			out[n++] = text->unit[i++];
			continue;
		}
		while (i + run < text->len && text->unit[i + run] < SIGMA_MANY) {
			from[run] = (char)text->unit[i + run];
			run++;
		}
		len = cased ? run : lower_utf8(from, run, to);
		for (size_t k = 0; k < len; k++)
			out[n++] = (uint8_t)(cased ? from : to)[k];
		i += run;
	}
	return n;
}

/* *text*, text*, *text, text: most values are one of these. */
static enum item_kind
shape(const uint16_t *unit, size_t len, size_t *ret_from, size_t *ret_len)
{
	size_t stars = 0, ones = 0;
	bool start = len > 0 && unit[0] == SIGMA_MANY, end = len > 1 && unit[len - 1] == SIGMA_MANY;

	for (size_t i = 0; i < len; i++) {
		stars += unit[i] == SIGMA_MANY;
		ones += unit[i] == SIGMA_ONE;
	}
	*ret_from = start;
	*ret_len = len - (size_t)(start + end);
	if (stars > 0 && stars == len)
		return ITEM_ANY;
	if (ones > 0 || stars > (size_t)(start + end))
		return ITEM_GLOB;
	return start && end ? ITEM_CONTAINS : start ? ITEM_ENDS : end ? ITEM_STARTS : ITEM_EQUALS;
}

static uint32_t
text_item(struct builder *b, const struct sigma_item *from, struct item *item)
{
	uint16_t *unit = arena_alloc(&b->arena, (from->text.len * 2 + 32) * sizeof(*unit));
	size_t n = lower_units(b, &from->text, from->cased, unit), at, len;
	char *bytes = arena_alloc(&b->arena, n + 1);

	item->cased = from->cased;
	item->kind = (uint8_t)shape(unit, n, &at, &len);
	if (item->kind == ITEM_GLOB) {
		item->len = (uint32_t)n;
		return intern(b, item, unit, from->shown);
	}
	for (size_t i = 0; item->kind != ITEM_ANY && i < len; i++)
		bytes[i] = (char)unit[at + i];
	item->len = item->kind == ITEM_ANY ? 0 : (uint32_t)len;
	return intern(b, item, bytes, from->shown);
}

static uint32_t
other_item(struct builder *b, const struct sigma_item *from, struct item *item)
{
	static const uint8_t kinds[] = { [SIGMA_REGEX] = ITEM_REGEX, [SIGMA_CIDR] = ITEM_CIDR,
		[SIGMA_NULL] = ITEM_NULL, [SIGMA_EXISTS] = ITEM_EXISTS, [SIGMA_LESS] = ITEM_LESS,
		[SIGMA_LESS_EQ] = ITEM_LESS_EQ, [SIGMA_MORE] = ITEM_MORE, [SIGMA_MORE_EQ] = ITEM_MORE_EQ,
		[SIGMA_FIELD] = ITEM_FIELD, [SIGMA_TIME] = ITEM_TIME };

	item->kind = kinds[from->test];
	item->cased = from->cased;
	if (item_has_number(item))
		item->number = from->number;
	if (from->test == SIGMA_REGEX) {
		item->flags = (uint8_t)((from->multiline ? 1 : 0) | (from->dotall ? 2 : 0));
		item->len = (uint32_t)strlen(from->regex);
		return intern(b, item, from->regex, from->shown);
	}
	item->place = (uint8_t)from->place;
	if (from->test == SIGMA_CIDR) {
		item->bits = (uint8_t)from->bits;
		item->len = sizeof(from->net);
		return intern(b, item, from->net, from->shown);
	}
	item->part = (uint8_t)from->part;
	return intern(b, item, "", from->shown);
}

/* A field with several names in events: any of them; absent only when all are.  So may be the one it is like. */
static uint32_t
leaf(struct builder *b, const struct sigma_item *from, const struct renames *names)
{
	uint32_t id[FIELD_NAMES] = { 0 }, other[FIELD_NAMES] = { 0 }, kid[FIELD_NAMES * FIELD_NAMES];
	size_t n = from->field == NULL ? 1 : build_field(b, names, from->field, id);
	size_t others = from->test == SIGMA_FIELD ? build_field(b, names, from->other, other) : 1;
	bool absent = from->test == SIGMA_NULL || (from->test == SIGMA_EXISTS && from->number == 0);

	for (size_t i = 0; i < n * others; i++) {
		struct item item = { .field = id[i / others], .other = other[i % others] };
		uint32_t number = from->test == SIGMA_TEXT ? text_item(b, from, &item)
		    : other_item(b, from, &item);

		kid[i] = node_new(b, NODE_ITEM, number, 0);
	}
	return group(b, absent ? NODE_AND : NODE_OR, kid, n * others);
}

/* Trees share nodes, so what was made is remembered by the node's address. */
struct made {
	const struct sigma_expr *expr;
	uint32_t node;
};

struct memo {
	struct made *made;
	size_t used, size;
};

static struct made *
made_find(struct made *made, size_t size, const struct sigma_expr *expr)
{
	size_t at = ((uintptr_t)expr >> 4) * 0x9e3779b1u & (size - 1);

	while (made[at].expr != NULL && made[at].expr != expr)
		at = (at + 1) & (size - 1);
	return &made[at];
}

static void
made_put(struct memo *memo, const struct sigma_expr *expr, uint32_t node)
{
	if (memo->used * 2 >= memo->size) {
		size_t size = memo->size == 0 ? 64 : memo->size * 2;
		struct made *more = xcalloc(size, sizeof(*more));

		for (size_t i = 0; i < memo->size; i++)
			if (memo->made[i].expr != NULL)
				*made_find(more, size, memo->made[i].expr) = memo->made[i];
		free(memo->made);
		memo->made = more;
		memo->size = size;
	}
	*made_find(memo->made, memo->size, expr) = (struct made){ expr, node };
	memo->used++;
}

static uint32_t
build(struct builder *b, struct memo *memo, const struct sigma_expr *e, const struct renames *names)
{
	struct made *made = memo->size == 0 ? NULL : made_find(memo->made, memo->size, e);
	uint32_t node, *kid;

	if (made != NULL && made->expr != NULL)
		return made->node;
	if (e->op == SIGMA_ITEM) {
		node = leaf(b, e->item, names);
	} else {
		kid = xcalloc(e->subs + 1, sizeof(*kid));
		for (size_t i = 0; i < e->subs; i++)
			kid[i] = build(b, memo, e->sub[i], names);
		node = group(b, e->op == SIGMA_AND ? NODE_AND : e->op == SIGMA_OR ? NODE_OR : NODE_NOT, kid,
		    e->subs);
		free(kid);
	}
	if (e->selection != NULL && b->tree.node[node].name == 0)
		b->tree.node[node].name = table_text(b->t, e->selection);
	made_put(memo, e, node);
	return node;
}

static uint32_t
when_node(struct builder *b, const struct pack_when *when, const uint32_t routed[static 2])
{
	uint32_t kid[64], ret;
	size_t n = 0;
	bool given = true;

	for (size_t i = 0; i < when->values && n < ARRAY_LEN(kid); i++) {
		bool format = str_eq(when->field, "format");
		struct sigma_item from = { .field = when->field, .shown = "" };
		struct item item = { .kind = ITEM_FORMAT };

		from.text = sigma_text_parse(&b->arena, when->value[i], false);
		item.field = format ? FIELD_FORMAT : names_add(b->m->names, when->field, strlen(when->field));
		item.len = (uint32_t)strlen(when->value[i]);
		kid[n++] = node_new(b, NODE_ITEM,
		    format ? intern(b, &item, when->value[i], "") : text_item(b, &from, &item), 0);
		given = given && !format && item.kind == ITEM_EQUALS &&
		    (item.field == routed[0] || item.field == routed[1]);
	}
	ret = group(b, NODE_OR, kid, n);
	b->tree.node[ret].given = given && n > 0;
	return ret;
}

uint32_t
build_expr(struct builder *b, const struct sigma_expr *expr, const struct renames *names,
    const struct pack_when *const *when, size_t whens, const uint32_t routed[static 2])
{
	struct memo memo = { NULL, 0, 0 };
	uint32_t kid[16];
	size_t n = 0;

	for (size_t i = 0; i < whens && n < ARRAY_LEN(kid) - 1; i++)
		kid[n++] = when_node(b, when[i], routed);
	kid[n++] = build(b, &memo, expr, names);
	free(memo.made);
	return group(b, NODE_AND, kid, n);
}

static bool
check_expr(struct builder *b, const struct sigma_rule *rule, const struct sigma_expr *e)
{
	struct regex *regex = NULL;
	struct err err = { 0 };
	bool good;

	if (e->op != SIGMA_ITEM) {
		for (size_t i = 0; i < e->subs; i++)
			if (!check_expr(b, rule, e->sub[i]))
				return false;
		return true;
	}
	if (e->item->test != SIGMA_REGEX)
		return true;
	good = regex_compile(e->item->regex, !e->item->cased, e->item->multiline, e->item->dotall, &regex,
	    &err) == 0;
	regex_free(regex);
	if (!good) {
		err_where(&err, rule->about.file, e->item->line, 1);
		if (b->fn != NULL)
			b->fn(b->arg, &rule->about, &err);
	}
	err_clear(&err);
	return good;
}

bool
build_check(struct builder *b, const struct sigma_rule *rule)
{
	return check_expr(b, rule, rule->expr);
}
