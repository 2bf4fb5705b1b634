/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matcher_witness.c: what must be found in an event before a rule can be true.
 *
 * A witness is a literal that stands in one value, or the presence of a field.  Of things
 * that must all hold the rarest is enough; of alternatives each needs its own; what must not
 * hold gives none.  It only ever lets too much through: candidates are evaluated.
 *
 * Values are scanned between marks of two bytes made of their field's number, so that a literal
 * that begins, ends or is the whole value is one of that field alone.
 */
#include "detect/matcher_witness.h"

#include "detect/lower.h"

#define ALTERNATIVES_MAX 3000
#define REGEX_LITERALS   32
#define LITERAL_MAX      200
#define WORD_MIN         6
#define SCORE_WORD       0.55 /* a little better than that a field is there */
#define SCORE_LEAST      0.6  /* of a text that stands for something */

struct literals {
	struct literal *list;
	uint32_t *slot; /* number + 1 by hash */
	size_t count, room, slots;
};

static uint64_t
hash_of(const char *s, size_t len)
{
	uint64_t h = 1469598103934665603u ^ len;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static void
rehash(struct literals *l)
{
	l->slots = l->slots == 0 ? 8192 : l->slots * 2;
	free(l->slot);
	l->slot = xcalloc(l->slots, sizeof(*l->slot));
	for (size_t i = 0; i < l->count; i++) {
		size_t at = hash_of(l->list[i].text, l->list[i].len) & (l->slots - 1);

		while (l->slot[at] != 0)
			at = (at + 1) & (l->slots - 1);
		l->slot[at] = (uint32_t)i + 1;
	}
}

/* What stands in very many events however few rules ask for it: a part of it tells nothing. */
static bool
is_common(const char *text, size_t len)
{
	static const char common[] = "c:\\windows\\system32\\\nc:\\windows\\syswow64\\\nc:\\program files (x86)\\\n"
	    "c:\\program files\\\nc:\\programdata\\\nc:\\users\\\n\\appdata\\local\\\n\\appdata\\roaming\\\n"
	    "\\device\\harddiskvolume\n.exe\"\n.dll\"\nhklm\\software\\microsoft\\windows\\currentversion\\\n"
	    "hklm\\system\\currentcontrolset\\services\\\n\\registry\\machine\\software\\microsoft\\windows\n"
	    "microsoft corporation\nmicrosoft-windows-\nmicrosoft\xc2\xae windows\xc2\xae operating system\n"
	    "nt authority\\system\nhttps://www.\n"
	    "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko)";

	return memmem(common, sizeof(common) - 1, text, len) != NULL;
}

static uint32_t
literal_of(struct witnesses *w, const char *text, size_t len, const char *inner, size_t inner_len)
{
	struct literals *l = w->literals;
	size_t at;

	if ((l->count + 1) * 2 > l->slots)
		rehash(l);
	for (at = hash_of(text, len) & (l->slots - 1); l->slot[at] != 0; at = (at + 1) & (l->slots - 1)) {
		struct literal *have = &l->list[l->slot[at] - 1];

		if (have->len == len && memcmp(have->text, text, len) == 0)
			return l->slot[at] - 1;
	}
	if (l->count == l->room) {
		l->room = l->room == 0 ? 4096 : l->room * 2;
		l->list = xrealloc(l->list, l->room * sizeof(*l->list));
	}
	l->list[l->count] = (struct literal){ arena_strndup(w->arena, text, len), len, 0,
		(uint32_t)len, is_common(inner, inner_len) };
	l->slot[at] = (uint32_t)++l->count;
	return (uint32_t)l->count - 1;
}

/* How telling a text is: long ones are, and those few rules ask for; the field's marks count too. */
static double
score_of(const struct literal *l)
{
	double n = l->shown > 24 ? 24 : l->shown;

	if (l->is_common)
		return SCORE_LEAST;
	for (uint32_t often = l->used; often > 1; often /= 2)
		n -= 1.2;
	return n < SCORE_LEAST ? SCORE_LEAST : n;
}

static struct witness
presence(struct witnesses *w, uint32_t field)
{
	struct witness ret = { .count = 1, .score = 0.5 };

	ret.sign = arena_alloc(w->arena, sizeof(*ret.sign));
	*ret.sign = (struct sign){ WITNESS_PRESENCE, field };
	return ret;
}

/* ${text} with the marks of ${field} where it is the beginning or the end of the value. */
static struct witness
literal(struct witnesses *w, const char *text, size_t len, uint32_t field, bool start, bool end)
{
	struct witness ret = { .count = 1 };
	char stack[512], mark[2];
	size_t n = 0;

	if (len > LITERAL_MAX) {
		/* The beginning of a long text is telling enough. */
		len = LITERAL_MAX;
		end = false;
	}
	witness_mark(field, mark);
	if (start) {
		memcpy(stack, mark, 2);
		n = 2;
	}
	memcpy(stack + n, text, len);
	n += len;
	if (end) {
		memcpy(stack + n, mark, 2);
		n += 2;
	}
	ret.sign = arena_alloc(w->arena, sizeof(*ret.sign));
	ret.sign->field = field;
	ret.sign->literal = literal_of(w, stack, n, text, len);
	/* A short value is one of few (GET, tcp, true), so it says little that it is the whole value. */
	ret.score = start && end && len < WORD_MIN ? SCORE_WORD : score_of(&w->literals->list[ret.sign->literal]);
	return ret;
}

/* Of a pattern the longest piece between wildcards. */
static struct witness
of_glob(struct witnesses *w, const struct item *item)
{
	const uint16_t *unit = (const uint16_t *)(const void *)(w->t->byte + item->text);
	size_t best = 0, best_at = 0;
	char text[200];

	for (size_t i = 0, run = 0; i <= item->len; i++) {
		if (i < item->len && unit[i] < SIGMA_MANY) {
			run++;
			continue;
		}
		if (run > best) {
			best = run;
			best_at = i - run;
		}
		run = 0;
	}
	if (best == 0)
		return item->field == 0 ? (struct witness){ 0 } : presence(w, item->field);
	if (best > sizeof(text))
		best = sizeof(text);
	for (size_t i = 0; i < best; i++)
		text[i] = (char)unit[best_at + i];
	return literal(w, text, best, item->field, item->field != 0 && best_at == 0,
	    item->field != 0 && best_at + best == item->len);
}

static struct witness
of_regex(struct witnesses *w, const struct item *item)
{
	struct regex_literal found[REGEX_LITERALS];
	size_t n = regex_literals(w->arena, w->t->byte + item->text, REGEX_LITERALS, found);
	struct witness ret = { .count = (uint32_t)n, .score = 100 };

	if (n == 0)
		return item->field == 0 ? (struct witness){ 0 } : presence(w, item->field);
	ret.sign = arena_alloc(w->arena, n * sizeof(*ret.sign));
	for (size_t i = 0; i < n; i++) {
		struct witness one = literal(w, found[i].text, found[i].len, item->field, false, false);

		ret.sign[i] = one.sign[0];
		ret.score = one.score < ret.score ? one.score : ret.score;
	}
	return ret;
}

static bool
is_routed(const struct tables *t, uint32_t field)
{
	for (size_t i = 0; field != 0 && i < t->routes; i++)
		if (t->route[i].field[0] == field || t->route[i].field[1] == field)
			return true;
	return false;
}

/* Whether the literal is all that the item asks: where it stands in its place, the item is true. */
static bool
is_exact(const struct witnesses *w, const struct item *item)
{
	const char *text = w->t->byte + item->text;

	if (item->kind > ITEM_CONTAINS || item->cased || item->field == 0 || item->field == FIELD_FORMAT ||
	    item->len == 0 || item->len > LITERAL_MAX)
		return false;
	for (uint32_t i = 0; i < item->len; i++)
		if ((unsigned char)text[i] >= WITNESS_MARK) /* as marks begin: of no text that is UTF-8 */
			return false;
	return true;
}

static struct witness
of_item(struct witnesses *w, const struct item *item)
{
	const char *text = w->t->byte + item->text;
	bool field = item->field != 0 && item->field != FIELD_FORMAT;
	char *low;
	size_t len = item->len;

	/* The bucket has seen to these already. */
	if (item->kind == ITEM_EQUALS && is_routed(w->t, item->field))
		return (struct witness){ 0 };
	if (item->kind == ITEM_REGEX)
		return of_regex(w, item);
	if (item->kind == ITEM_GLOB && !item->cased)
		return of_glob(w, item);
	if (item->kind > ITEM_CONTAINS) {
		bool absent = item->kind == ITEM_NULL || (item->kind == ITEM_EXISTS && item->number == 0) ||
		    item->kind == ITEM_FORMAT || !field;

		return absent ? (struct witness){ 0 } : presence(w, item->field);
	}
	if (item->cased) {
		low = arena_alloc(w->arena, LOWER_ROOM_UTF8(len));
		len = lower_utf8(text, len, low);
		text = low;
	}
	if (len == 0 && (!field || item->kind != ITEM_EQUALS))
		return field ? presence(w, item->field) : (struct witness){ 0 };
	return literal(w, text, len, item->field,
	    field && (item->kind == ITEM_EQUALS || item->kind == ITEM_STARTS),
	    field && (item->kind == ITEM_EQUALS || item->kind == ITEM_ENDS));
}

static struct witness
of_all(struct witnesses *w, const struct node *n)
{
	struct witness best = { 0 };

	for (uint32_t i = 0; i < n->count; i++) {
		struct witness one = witness_of(w, w->tree->kid[n->first + i]);

		if (one.count > 0 && (best.count == 0 || one.score > best.score))
			best = one;
	}
	return best;
}

static struct witness
of_any(struct witnesses *w, const struct node *n)
{
	struct witness ret = { .score = 100 };
	struct witness *part = xcalloc(n->count + 1, sizeof(*part));
	size_t total = 0;

	for (uint32_t i = 0; i < n->count; i++) {
		part[i] = witness_of(w, w->tree->kid[n->first + i]);
		total += part[i].count;
		if (part[i].count == 0 || total > ALTERNATIVES_MAX) {
			free(part);
			return (struct witness){ 0 };
		}
		ret.score = part[i].score < ret.score ? part[i].score : ret.score;
	}
	ret.sign = arena_alloc(w->arena, (total + 1) * sizeof(*ret.sign));
	ret.is_all = true;
	for (uint32_t i = 0; i < n->count; i++) {
		ret.is_all &= part[i].is_all;
		if (part[i].count > 0)
			memcpy(ret.sign + ret.count, part[i].sign, part[i].count * sizeof(*ret.sign));
		ret.count += part[i].count;
	}
	for (size_t many = total; many > 1; many /= 2)
		if (ret.score > SCORE_LEAST)
			ret.score = ret.score - 0.8 < SCORE_LEAST ? SCORE_LEAST : ret.score - 0.8;
	free(part);
	return ret;
}

struct witness
witness_of(struct witnesses *w, uint32_t node)
{
	const struct node *n = &w->tree->node[node];
	struct witness ret = { 0 };

	if (n->op == NODE_ITEM) {
		ret = of_item(w, &w->t->item[n->first]);
		ret.is_all = ret.count > 0 && is_exact(w, &w->t->item[n->first]);
		ret.sure = ret.is_all ? node : 0;
	} else if (n->op == NODE_AND) {
		ret = of_all(w, n);
		ret.is_all &= n->count == 1;
	} else if (n->op == NODE_OR) {
		ret = of_any(w, n);
		ret.sure = ret.is_all ? node : 0;
	}
	return ret;
}

/* Counts in how many places each literal is asked for. */
static void
count_node(struct witnesses *w, uint32_t node)
{
	const struct node *n = &w->tree->node[node];

	if (n->op == NODE_ITEM) {
		struct witness one = of_item(w, &w->t->item[n->first]);

		for (uint32_t i = 0; i < one.count; i++)
			if (one.sign[i].literal != WITNESS_PRESENCE)
				w->literals->list[one.sign[i].literal].used++;
	}
	for (uint32_t i = 0; n->op != NODE_ITEM && n->op != NODE_NOT && i < n->count; i++)
		count_node(w, w->tree->kid[n->first + i]);
}

void
witness_begin(struct witnesses *w, struct arena *arena, const struct tables *t, const struct trees *tree)
{
	*w = (struct witnesses){ .arena = arena, .t = t, .tree = tree, .literals = xcalloc(1, sizeof(*w->literals)) };
	for (size_t i = 0; i < t->variants; i++)
		count_node(w, t->variant[i].root);
}

const struct literal *
witness_literal(const struct witnesses *w, uint32_t id)
{
	return &w->literals->list[id];
}

size_t
witness_literals(const struct witnesses *w)
{
	return w->literals->count;
}

void
witness_end(struct witnesses *w)
{
	free(w->literals->list);
	free(w->literals->slot);
	free(w->literals);
}
