/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matcher_route.c: from what a rule calls its log source to buckets of rules.
 *
 * Every pipeline has up to two fields that tell sources apart best.  What a rule needs them to
 * be comes from the pipeline and from the rule's own expression; a table over their values
 * then names the bucket of every event.  Cells with the same rules share a bucket.
 */
#include <stdio.h>

#include "detect/lower.h"
#include "detect/matcher_part.h"

#define VALUES_MAX 4000    /* different values of a routing field */

/* The values a routing field may have for a variant; any: all. */
struct values {
	bool any;
	uint32_t *item; /* numbers of items of kind EQUALS, not cased */
	size_t count;
};

struct placed {
	uint32_t variant;
	struct values value[2];
};

struct pipe {
	const struct pack_pipeline *pack;
	uint32_t field[2];
	struct placed *placed;
	size_t count, room;
	uint32_t *of_item[2]; /* value number by item, 0: none */
	uint32_t distinct[2];
};

struct routing {
	struct builder *b;
	struct pipe *pipe;
	size_t pipes;
	struct map cells; /* list of variants as text, to bucket + 1 */
};

struct routing *
routing_new(struct builder *b, const struct pipelines *pipelines)
{
	struct routing *r = xcalloc(1, sizeof(*r));

	r->b = b;
	r->pipes = pipelines_count(pipelines);
	r->pipe = xcalloc(r->pipes + 1, sizeof(*r->pipe));
	for (size_t i = 0; i < r->pipes; i++) {
		struct pipe *p = &r->pipe[i];

		p->pack = pipelines_at(pipelines, i);
		for (size_t k = 0; k < p->pack->route_count && k < 2; k++)
			p->field[k] = names_add(b->m->names, p->pack->route[k], strlen(p->pack->route[k]));
	}
	return r;
}

/* ---- which values of a field an expression needs ---- */

/* Items that differ only in what they show are the same value. */
static bool
contains(const struct tables *t, const struct values *v, uint32_t item)
{
	const struct item *it = &t->item[item];

	for (size_t i = 0; i < v->count; i++) {
		const struct item *other = &t->item[v->item[i]];

		if (it->len == other->len && memcmp(t->byte + it->text, t->byte + other->text, it->len) == 0)
			return true;
	}
	return false;
}

static struct values needs(struct builder *b, uint32_t node, uint32_t field);

/* All of several: the parts' common values, as any part's values are necessary. */
static struct values
needs_all(struct builder *b, const struct node *n, uint32_t field)
{
	struct values ret = { true, NULL, 0 };

	for (uint32_t i = 0; i < n->count; i++) {
		struct values v = needs(b, b->tree.kid[n->first + i], field);

		if (v.any)
			continue;
		if (ret.any) {
			ret = v;
			continue;
		}
		for (size_t k = ret.count; k-- > 0;)
			if (!contains(b->t, &v, ret.item[k]))
				ret.item[k] = ret.item[--ret.count];
	}
	return ret;
}

static struct values
needs_any(struct builder *b, const struct node *n, uint32_t field)
{
	struct values ret = { false, NULL, 0 };
	size_t room = 0;

	for (uint32_t i = 0; i < n->count; i++) {
		struct values v = needs(b, b->tree.kid[n->first + i], field);

		if (v.any || ret.count > VALUES_MAX)
			return (struct values){ true, NULL, 0 };
		for (size_t k = 0; k < v.count; k++) {
			if (contains(b->t, &ret, v.item[k]))
				continue;
			if (ret.count == room) {
				uint32_t *more;

				room = room == 0 ? 8 : room * 2;
				more = arena_alloc(&b->arena, room * sizeof(*more));
				if (ret.count > 0)
					memcpy(more, ret.item, ret.count * sizeof(*more));
				ret.item = more;
			}
			ret.item[ret.count++] = v.item[k];
		}
	}
	return ret;
}

static struct values
needs(struct builder *b, uint32_t node, uint32_t field)
{
	const struct node *n = &b->tree.node[node];
	struct values ret = { true, NULL, 0 };

	if (n->op == NODE_AND)
		return needs_all(b, n, field);
	if (n->op == NODE_OR)
		return needs_any(b, n, field);
	if (n->op == NODE_ITEM) {
		const struct item *item = &b->t->item[n->first];

		if (item->field != field || item->kind != ITEM_EQUALS || item->cased)
			return ret;
		ret = (struct values){ false, arena_alloc(&b->arena, sizeof(*ret.item)), 1 };
		ret.item[0] = n->first;
	}
	return ret;
}

/* ---- log sources ---- */

static void
place(struct routing *r, struct pipe *p, const struct sigma_rule *rule, uint32_t number,
    const struct pack_log_source *category, const struct pack_log_source *service)
{
	const struct pack_when *when[16];
	const struct pack_log_source *source[] = { category, service };
	struct renames names = { { NULL, NULL, p->pack->field }, { 0, 0, p->pack->fields } };
	struct variant *v;
	struct placed *placed;
	uint32_t root;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(source); i++) {
		if (source[i] == NULL)
			continue;
		names.list[i] = source[i]->field;
		names.count[i] = source[i]->fields;
		for (size_t k = 0; k < source[i]->whens && n < ARRAY_LEN(when); k++)
			when[n++] = &source[i]->when[k];
	}
	root = build_expr(r->b, rule->expr, &names, when, n, p->field);
	v = TABLE_ADD(r->b->t, variant, 1);
	v->rule = number;
	v->root = root;
	if (p->count == p->room) {
		p->room = p->room == 0 ? 256 : p->room * 2;
		p->placed = xrealloc(p->placed, p->room * sizeof(*p->placed));
	}
	placed = &p->placed[p->count++];
	*placed = (struct placed){ .variant = (uint32_t)r->b->t->variants - 1 };
	for (int i = 0; i < 2; i++)
		placed->value[i] = p->field[i] == 0 ? (struct values){ true, NULL, 0 }
		    : needs(r->b, root, p->field[i]);
	build_takes(r->b, rule, v - r->b->t->variant, &names);
}

static bool
product_fits(const struct pipe *p, const struct pack_log_source *s, const struct sigma_about *a)
{
	const char *product = *s->product != '\0' ? s->product : p->pack->product;

	return *a->product == '\0' || str_eq(product, a->product);
}

/* The service an entry of a category lies in, or the rule names. */
static bool
place_category(struct routing *r, struct pipe *p, const struct sigma_rule *rule, uint32_t number,
    const struct pack_log_source *c)
{
	const struct sigma_about *a = &rule->about;
	const char *want = *c->service != '\0' ? c->service : a->service;
	bool placed = false;

	if (*a->service != '\0' && !str_eq(want, a->service))
		return false;
	if (*want == '\0') {
		place(r, p, rule, number, c, NULL);
		return true;
	}
	for (size_t i = 0; i < p->pack->services; i++) {
		const struct pack_log_source *s = &p->pack->service[i];

		if (!str_eq(s->service, want) || !product_fits(p, s, a))
			continue;
		place(r, p, rule, number, c, s);
		placed = true;
	}
	return placed;
}

static bool
place_in(struct routing *r, struct pipe *p, const struct sigma_rule *rule, uint32_t number)
{
	const struct sigma_about *a = &rule->about;
	bool placed = false;

	if (*a->category == '\0' && *a->service == '\0') {
		if (!p->pack->whole || !str_eq(p->pack->product, a->product))
			return false;
		place(r, p, rule, number, NULL, NULL);
		return true;
	}
	for (size_t i = 0; *a->category != '\0' && i < p->pack->categories; i++) {
		const struct pack_log_source *c = &p->pack->category[i];

		if (str_eq(c->category, a->category) && product_fits(p, c, a))
			placed = place_category(r, p, rule, number, c) || placed;
	}
	for (size_t i = 0; *a->category == '\0' && i < p->pack->services; i++) {
		const struct pack_log_source *s = &p->pack->service[i];

		if (!str_eq(s->service, a->service) || !product_fits(p, s, a))
			continue;
		place(r, p, rule, number, NULL, s);
		placed = true;
	}
	return placed;
}

bool
routing_add(struct routing *r, const struct sigma_rule *rule, uint32_t number)
{
	bool placed = false;

	for (size_t i = 0; i < r->pipes; i++)
		placed = place_in(r, &r->pipe[i], rule, number) || placed;
	return placed;
}

/* ---- cells and buckets ---- */

/* Numbers the values of one routing field and makes the table that finds them. */
static void
make_words(struct routing *r, struct pipe *p, int k, struct route *route)
{
	struct tables *t = r->b->t;
	uint32_t size = 4, n = 0;

	p->of_item[k] = arena_alloc(&r->b->arena, (t->items + 1) * sizeof(*p->of_item[k]));
	for (size_t i = 0; i < p->count; i++) {
		struct values *values = &p->placed[i].value[k];

		if (n + values->count > VALUES_MAX) {
			*values = (struct values){ true, NULL, 0 };
			r->b->none_given = true;
		}
		for (size_t v = 0; v < values->count; v++) {
			uint32_t *of = &p->of_item[k][values->item[v]];

			if (*of == 0)
				*of = ++n;
		}
	}
	while (size < n * 3)
		size *= 2;
	route->word[k] = (uint32_t)t->words;
	route->words[k] = size;
	(void)TABLE_ADD(t, word, size);
	p->distinct[k] = 0;
	for (uint32_t item = 0; item < t->items; item++) {
		const struct item *it = &t->item[item];
		uint32_t h, at;
		struct word *w;

		if (p->of_item[k][item] == 0)
			continue;
		h = word_hash(t->byte + it->text, it->len);
		at = h & (size - 1);
		for (; (w = &t->word[route->word[k] + at])->id != 0; at = (at + 1) & (size - 1))
			if (w->hash == h && w->len == it->len &&
			    memcmp(t->byte + w->text, t->byte + it->text, it->len) == 0)
				break;
		if (w->id == 0)
			*w = (struct word){ h, it->text, it->len, ++p->distinct[k] };
		p->of_item[k][item] = w->id;
	}
	route->count[k] = p->distinct[k];
}

/* The variants of each cell, in a list per cell. */
struct cell {
	uint32_t *variant;
	uint32_t count, room;
};

static void
cell_add(struct cell *c, uint32_t variant)
{
	if (c->count > 0 && c->variant[c->count - 1] == variant)
		return;
	if (c->count == c->room) {
		c->room = c->room == 0 ? 8 : c->room * 2;
		c->variant = xrealloc(c->variant, c->room * sizeof(*c->variant));
	}
	c->variant[c->count++] = variant;
}

static void
fill_cells(const struct pipe *p, struct cell *cell)
{
	size_t width = p->distinct[1] + 1;

	for (size_t i = 0; i < p->count; i++) {
		const struct values *a = &p->placed[i].value[0], *b = &p->placed[i].value[1];
		size_t rows = a->any ? p->distinct[0] + 1 : a->count;
		size_t columns = b->any ? width : b->count;

		for (size_t y = 0; y < rows; y++)
			for (size_t x = 0; x < columns; x++) {
				size_t row = a->any ? y : p->of_item[0][a->item[y]];
				size_t column = b->any ? x : p->of_item[1][b->item[x]];

				cell_add(&cell[row * width + column], p->placed[i].variant);
			}
	}
}

/* The bucket with exactly these variants. */
static uint32_t
bucket_of(struct routing *r, const struct cell *c)
{
	struct tables *t = r->b->t;
	char *key = xcalloc(c->count + 1, 10), *at = key;
	struct bucket *bucket;
	uintptr_t known;

	for (uint32_t i = 0; i < c->count; i++)
		at += snprintf(at, 10, "%08x.", (unsigned)c->variant[i]);
	known = (uintptr_t)map_get(&r->cells, key);
	if (known == 0) {
		bucket = TABLE_ADD(t, bucket, 1);
		bucket->variant = (uint32_t)t->numbers;
		bucket->variants = c->count;
		if (c->count > 0)
			memcpy(TABLE_ADD(t, number, c->count), c->variant, c->count * sizeof(*c->variant));
		known = t->buckets;
		map_put(&r->cells, key, (void *)known);
	}
	free(key);
	return (uint32_t)known - 1;
}

static void
make_cells(struct routing *r, struct pipe *p, struct route *route)
{
	size_t cells = (size_t)(p->distinct[0] + 1) * (p->distinct[1] + 1);
	struct cell *cell = xcalloc(cells, sizeof(*cell));
	uint32_t *bucket = xcalloc(cells, sizeof(*bucket));

	fill_cells(p, cell);
	for (size_t i = 0; i < cells; i++) {
		bucket[i] = bucket_of(r, &cell[i]);
		free(cell[i].variant);
	}
	route->cell = (uint32_t)r->b->t->numbers;
	memcpy(TABLE_ADD(r->b->t, number, cells), bucket, cells * sizeof(*bucket));
	free(cell);
	free(bucket);
}

static void
make_gate(struct builder *b, const struct pack_pipeline *pack, struct route *route)
{
	route->gate = (uint32_t)b->t->conds;
	route->gates = (uint32_t)pack->gates;
	for (size_t i = 0; i < pack->gates; i++) {
		const struct pack_when *w = &pack->gate[i];
		bool any = w->values == 1 && str_eq(w->value[0], "*");
		struct cond c = { .values = any ? 0 : (uint32_t)w->values };
		uint32_t *text = xcalloc(2 * w->values + 1, sizeof(*text));

		c.field = str_eq(w->field, "format") ? FIELD_FORMAT
		    : names_add(b->m->names, w->field, strlen(w->field));
		for (size_t k = 0; k < w->values; k++) {
			char *low = xcalloc(1, LOWER_ROOM_UTF8(strlen(w->value[k])));

			lower_utf8(w->value[k], strlen(w->value[k]), low);
			low[strlen(w->value[k])] = '\0';
			text[2 * k] = table_text(b->t, low);
			text[2 * k + 1] = (uint32_t)strlen(low);
			free(low);
		}
		c.value = (uint32_t)b->t->numbers;
		memcpy(TABLE_ADD(b->t, number, 2 * w->values), text, 2 * w->values * sizeof(*text));
		*TABLE_ADD(b->t, cond, 1) = c;
		free(text);
	}
}

void
routing_done(struct routing *r)
{
	for (size_t i = 0; i < r->pipes; i++) {
		struct pipe *p = &r->pipe[i];
		struct route route = { 0 };

		if (p->count > 0) {
			make_gate(r->b, p->pack, &route);
			for (int k = 0; k < 2; k++) {
				route.field[k] = p->field[k];
				make_words(r, p, k, &route);
			}
			make_cells(r, p, &route);
			*TABLE_ADD(r->b->t, route, 1) = route;
		}
		free(p->placed);
	}
	map_clear(&r->cells, NULL);
	free(r->pipe);
	free(r);
}
