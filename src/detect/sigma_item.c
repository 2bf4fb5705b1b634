/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_item.c: field|modifier|modifier: value(s). */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "detect/sigma_part.h"

#define MODIFIERS_MAX 12

/* What the modifiers of a key ask for. */
struct key {
	const char *field; /* NULL: keyword */
	const char *modifier[MODIFIERS_MAX];
	size_t modifiers;
	enum sigma_test test;
	bool all, neq, cased, ignorecase, multiline, dotall;
	bool starts, ends, inside;
	enum sigma_part part;
};

static bool
set_test(struct key *k, enum sigma_test test)
{
	if (k->test != SIGMA_TEXT)
		return false;
	k->test = test;
	return true;
}

static const struct {
	const char *name;
	enum sigma_test test;
	enum sigma_part part;
} tests[] = {
	{ "re", SIGMA_REGEX, 0 }, { "cidr", SIGMA_CIDR, 0 }, { "exists", SIGMA_EXISTS, 0 },
	{ "lt", SIGMA_LESS, 0 }, { "lte", SIGMA_LESS_EQ, 0 }, { "gt", SIGMA_MORE, 0 },
	{ "gte", SIGMA_MORE_EQ, 0 }, { "fieldref", SIGMA_FIELD, 0 },
	{ "minute", SIGMA_TIME, SIGMA_MINUTE }, { "hour", SIGMA_TIME, SIGMA_HOUR },
	{ "day", SIGMA_TIME, SIGMA_DAY }, { "week", SIGMA_TIME, SIGMA_WEEK },
	{ "month", SIGMA_TIME, SIGMA_MONTH }, { "year", SIGMA_TIME, SIGMA_YEAR },
};

static bool
is_transform(const char *name)
{
	static const char *const names[] = { "windash", "expand", "base64", "base64offset", "wide",
		"utf16", "utf16le", "utf16be" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* One modifier; 0 when it is not known, -1 when it cannot stand beside another. */
static int
take_modifier(struct key *k, const char *name)
{
	struct { const char *name; bool *flag; } flags[] = {
		{ "all", &k->all }, { "neq", &k->neq }, { "cased", &k->cased },
		{ "i", &k->ignorecase }, { "ignorecase", &k->ignorecase },
		{ "m", &k->multiline }, { "multiline", &k->multiline },
		{ "s", &k->dotall }, { "dotall", &k->dotall },
		{ "contains", &k->inside }, { "startswith", &k->starts }, { "endswith", &k->ends },
	};

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (strcmp(flags[i].name, name) == 0) {
			*flags[i].flag = true;
			return 1;
		}
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		if (strcmp(tests[i].name, name) == 0) {
			k->part = tests[i].part;
			return set_test(k, tests[i].test) ? 1 : -1;
		}
	return is_transform(name);
}

static bool
fits(const struct key *k)
{
	bool place = k->starts || k->ends || k->inside;
	size_t transforms = 0;

	for (size_t i = 0; i < k->modifiers; i++)
		transforms += is_transform(k->modifier[i]);
	if (k->test == SIGMA_EXISTS)
		return k->modifiers == 1;
	if ((k->ignorecase || k->multiline || k->dotall) && k->test != SIGMA_REGEX)
		return false;
	if (k->test == SIGMA_REGEX)
		return transforms == 0;
	if (k->test == SIGMA_FIELD)
		return transforms == 0 && k->starts + k->ends + k->inside <= 1;
	return k->test == SIGMA_TEXT || (!place && transforms == 0 && !k->cased);
}

static int
split(struct sigma_reader *r, const char *key, const struct yaml_node *at, struct key *ret)
{
	char *copy = arena_strdup(r->arena, key), *next;

	*ret = (struct key){ .test = SIGMA_TEXT };
	next = strchr(copy, '|');
	if (next != NULL)
		*next++ = '\0';
	ret->field = *copy == '\0' ? NULL : copy;
	while (next != NULL) {
		char *name = next;
		int known;

		next = strchr(name, '|');
		if (next != NULL)
			*next++ = '\0';
		if (ret->modifiers == MODIFIERS_MAX)
			return sigma_refuse(r, at, "sigma.modifiers", "key", key);
		ret->modifier[ret->modifiers++] = name;
		known = take_modifier(ret, name);
		if (known == 0)
			return sigma_refuse(r, at, "sigma.modifier", "name", name);
		if (known < 0)
			return sigma_refuse(r, at, "sigma.combination", "key", key);
	}
	if (!fits(ret))
		return sigma_refuse(r, at, "sigma.combination", "key", key);
	return 0;
}

static struct sigma_expr *
leaf(struct sigma_reader *r, const struct key *k, const char *key, const char *value, int line,
    struct sigma_item **ret)
{
	struct sigma_expr *e = sigma_expr_new(r, SIGMA_ITEM, 0);
	struct sigma_item *item = arena_alloc(r->arena, sizeof(*item));

	*item = (struct sigma_item){ .field = k->field, .test = k->test, .cased = k->cased, .line = line };
	item->shown = *key == '\0' ? arena_strdup(r->arena, value)
	    : arena_printf(r->arena, "%s: %s", key, value);
	r->items++;
	e->item = item;
	*ret = item;
	return e;
}

static int
number(struct sigma_reader *r, const struct yaml_node *node, const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	if (*text == '\0' || *end != '\0')
		return sigma_refuse(r, node, "sigma.number", "value", text);
	return 0;
}

/* RFC 4632, RFC 4291: an address and the number of leading bits that count. */
static int
cidr(struct sigma_reader *r, const struct yaml_node *node, const char *text, struct sigma_item *item)
{
	char address[64];
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	bool four = memchr(text, ':', len) == NULL;
	unsigned most = four ? 32 : 128;
	char *end;
	unsigned long bits = slash == NULL ? most : strtoul(slash + 1, &end, 10);

	if (len >= sizeof(address) || (slash != NULL && (end == slash + 1 || *end != '\0')) || bits > most)
		return sigma_refuse(r, node, "sigma.cidr", "value", text);
	memcpy(address, text, len);
	address[len] = '\0';
	memset(item->net, 0, sizeof(item->net));
	if (four)
		item->net[10] = item->net[11] = 0xff;
	if (inet_pton(four ? AF_INET : AF_INET6, address, item->net + (four ? 12 : 0)) != 1)
		return sigma_refuse(r, node, "sigma.cidr", "value", text);
	item->bits = (unsigned)bits + (four ? 96 : 0);
	return 0;
}

static void
regex(struct sigma_reader *r, const struct key *k, const char *text, struct sigma_item *item)
{
	item->regex = k->starts ? arena_printf(r->arena, "\\A(?:%s)", text)
	    : k->ends && !k->inside ? arena_printf(r->arena, "(?:%s)\\z", text) : text;
	item->cased = !k->ignorecase;
	item->multiline = k->multiline;
	item->dotall = k->dotall;
}

static int
fill(struct sigma_reader *r, const struct key *k, const struct yaml_node *node, const char *text,
    struct sigma_item *item)
{
	switch (k->test) {
	case SIGMA_REGEX:
		regex(r, k, text, item);
		return 0;
	case SIGMA_CIDR:
		return cidr(r, node, text, item);
	case SIGMA_FIELD:
		item->other = text;
		item->place = k->starts ? SIGMA_START : k->ends ? SIGMA_END
		    : k->inside ? SIGMA_INSIDE : SIGMA_WHOLE;
		return 0;
	case SIGMA_TIME:
		item->part = k->part;
		return number(r, node, text, &item->number);
	case SIGMA_EXISTS:
		item->number = strcasecmp(text, "true") == 0;
		if (item->number == 0 && strcasecmp(text, "false") != 0)
			return sigma_refuse(r, node, "sigma.exists", "value", text);
		return 0;
	default:
		return number(r, node, text, &item->number);
	}
}

static bool
has(const struct key *k, const char *modifier)
{
	for (size_t i = 0; i < k->modifiers; i++)
		if (strcmp(k->modifier[i], modifier) == 0)
			return true;
	return false;
}

/* A text goes through the chain in its order and may come out as several. */
static int
texts(struct sigma_reader *r, const struct key *k, const char *key, const struct yaml_node *node,
    const char *text, struct sigma_expr **ret)
{
	struct sigma_text one = sigma_text_parse(r->arena, text, has(k, "expand"));
	struct sigma_values v = { &one, 1 };

	for (size_t i = 0; i < k->modifiers; i++) {
		const char *m = k->modifier[i];
		bool inside = strcmp(m, "contains") == 0, known;
		bool starts = strcmp(m, "startswith") == 0, ends = strcmp(m, "endswith") == 0;
		int failed = sigma_transform(r, node, m, &v, &known);

		if (failed != 0)
			return failed;
		for (size_t n = 0; (inside || starts || ends) && n < v.count; n++)
			sigma_open(r->arena, &v.text[n], inside || ends, inside || starts);
	}
	*ret = sigma_expr_new(r, SIGMA_OR, v.count);
	for (size_t i = 0; i < v.count; i++) {
		struct sigma_item *item;

		if (k->field == NULL)
			sigma_open(r->arena, &v.text[i], true, true);
		(*ret)->sub[i] = leaf(r, k, key, text, node->line, &item);
		item->text = v.text[i];
	}
	if (v.count == 1)
		*ret = (*ret)->sub[0];
	return 0;
}

static int
scalar(struct sigma_reader *r, const struct key *k, const char *key, const struct yaml_node *node,
    struct sigma_expr **ret)
{
	const char *text = sigma_scalar(r, node);
	struct sigma_item *item;

	if (node->kind != YAML_SCALAR)
		return sigma_refuse(r, node, "sigma.value", "key", key);
	if (r->items > SIGMA_ITEMS_MAX)
		return sigma_refuse(r, node, "sigma.items", NULL, NULL);
	if (text == NULL) {
		if (k->field == NULL || k->modifiers > (size_t)(k->neq + k->all))
			return sigma_refuse(r, node, "sigma.null", "key", key);
		*ret = leaf(r, k, key, "null", node->line, &item);
		item->test = SIGMA_NULL;
		return 0;
	}
	if (strlen(text) > SIGMA_VALUE_MAX)
		return sigma_refuse(r, node, "sigma.long", "key", key);
	if (k->field == NULL && k->test != SIGMA_TEXT && k->test != SIGMA_REGEX)
		return sigma_refuse(r, node, "sigma.combination", "key", key);
	if (k->test == SIGMA_TEXT)
		return texts(r, k, key, node, text, ret);
	*ret = leaf(r, k, key, text, node->line, &item);
	return fill(r, k, node, text, item);
}

int
sigma_item(struct sigma_reader *r, const char *key, const struct yaml_node *at,
    const struct yaml_node *value, struct sigma_expr **ret)
{
	struct sigma_expr *e, *not;
	struct key k;
	int failed = split(r, key, at, &k);

	if (failed == 0 && value->kind == YAML_LIST) {
		if (value->count == 0)
			return sigma_refuse(r, at, "sigma.empty", "name", key);
		e = sigma_expr_new(r, k.all ? SIGMA_AND : SIGMA_OR, value->count);
		for (size_t i = 0; failed == 0 && i < value->count; i++)
			failed = scalar(r, &k, key, value->item[i], &e->sub[i]);
	} else if (failed == 0) {
		failed = scalar(r, &k, key, value, &e);
	}
	if (failed != 0)
		return failed;
	if (k.neq) {
		not = sigma_expr_new(r, SIGMA_NOT, 1);
		not->sub[0] = e;
		e = not;
	}
	*ret = e;
	return 0;
}
