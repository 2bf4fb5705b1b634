/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/image.h"

#define DEPTH_MAX 64 /* as text/json.h */

struct scan {
	const char *p, *end;
	bool bad;
	bool first;
	struct span name; /* the last one, to see that names ascend */
};

static bool skip_value(struct scan *s, int depth);

static bool
take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c) {
		s->bad = true;
		return false;
	}
	s->p++;
	return true;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* One escape after its backslash. */
static bool
skip_escape(struct scan *s)
{
	if (s->p == s->end)
		return false;
	if (*s->p != 'u')
		return strchr("\"\\bfnrt", *s->p++) != NULL;
	if (s->end - s->p < 5 || !is_hex(s->p[1]) || !is_hex(s->p[2]) || !is_hex(s->p[3]) ||
	    !is_hex(s->p[4]))
		return false;
	s->p += 5;
	return true;
}

/* A string; what is between the quotes. */
static bool
take_string(struct scan *s, struct span *ret)
{
	if (!take(s, '"'))
		return false;
	ret->at = s->p;
	while (s->p < s->end && *s->p != '"') {
		unsigned char c = (unsigned char)*s->p++;

		if (c < 0x20 || (c == '\\' && !skip_escape(s))) {
			s->bad = true;
			return false;
		}
	}
	ret->len = (size_t)(s->p - ret->at);
	return take(s, '"');
}

static bool
skip_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0) {
		s->bad = true;
		return false;
	}
	s->p += len;
	return true;
}

/* Whole numbers only: canonical payloads have no others. */
static bool
skip_number(struct scan *s)
{
	const char *from;

	if (s->p < s->end && *s->p == '-')
		s->p++;
	from = s->p;
	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	s->bad |= s->p == from || (*from == '0' && s->p - from > 1) || (*from == '0' && from[-1] == '-');
	return !s->bad;
}

static bool
skip_list(struct scan *s, char close, int depth)
{
	struct span name;

	s->p++;
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return true;
	}
	for (;;) {
		if (close == '}' && (!take_string(s, &name) || !take(s, ':')))
			return false;
		if (!skip_value(s, depth))
			return false;
		if (s->p == s->end || *s->p != ',')
			return take(s, close);
		s->p++;
	}
}

static bool
skip_value(struct scan *s, int depth)
{
	struct span text;

	if (s->p == s->end || depth == 0) {
		s->bad = true;
		return false;
	}
	switch (*s->p) {
	case '{':
		return skip_list(s, '}', depth - 1);
	case '[':
		return skip_list(s, ']', depth - 1);
	case '"':
		return take_string(s, &text);
	case 't':
		return skip_word(s, "true");
	case 'f':
		return skip_word(s, "false");
	case 'n':
		return skip_word(s, "null");
	default:
		return skip_number(s);
	}
}

static bool
take_value(struct scan *s, struct span *ret)
{
	ret->at = s->p;
	if (!skip_value(s, DEPTH_MAX))
		return false;
	ret->len = (size_t)(s->p - ret->at);
	return true;
}

/* Begins to walk the object or array that ${text} is. */
static struct scan
walk(struct span text, char open)
{
	struct scan s = { text.at, text.at + text.len, false, true, { "", 0 } };

	take(&s, open);
	return s;
}

/* At the end of the list: nothing may follow. */
static bool
at_close(struct scan *s, char close)
{
	if (s->bad || s->p == s->end) {
		s->bad = true;
		return true;
	}
	if (*s->p != close)
		return false;
	s->bad = s->p + 1 != s->end;
	return true;
}

static int
compare(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The next member; names have to ascend.  False at the end or when bad. */
static bool
next_member(struct scan *s, struct span *ret_name, struct span *ret_value)
{
	if (at_close(s, '}'))
		return false;
	if (!s->first && !take(s, ','))
		return false;
	if (!take_string(s, ret_name) || !take(s, ':') || !take_value(s, ret_value))
		return false;
	if (!s->first && compare(s->name, *ret_name) >= 0)
		s->bad = true;
	s->first = false;
	s->name = *ret_name;
	return !s->bad;
}

static bool
next_item(struct scan *s, struct span *ret_value)
{
	if (at_close(s, ']'))
		return false;
	if (!s->first && !take(s, ','))
		return false;
	s->first = false;
	return take_value(s, ret_value);
}

static bool
is_name(struct span name, const char *text)
{
	return name.len == strlen(text) && memcmp(name.at, text, name.len) == 0;
}

bool
image_member(struct span object, const char *name, struct span *ret_value)
{
	struct scan s = walk(object, '{');
	struct span found;

	while (next_member(&s, &found, ret_value))
		if (is_name(found, name))
			return true;
	return false;
}

/* A string value without its quotes. */
static bool
unquote(struct span *value)
{
	if (value->len < 2 || value->at[0] != '"')
		return false;
	value->at++;
	value->len -= 2;
	return true;
}

/* {"r":{…,"id":…,…},"t":…} */
static bool
visit_row(struct span item, const struct image_visitor *v)
{
	struct scan s = walk(item, '{');
	struct span name, value, row = { NULL, 0 }, table = { NULL, 0 }, id;

	while (next_member(&s, &name, &value)) {
		if (is_name(name, "r"))
			row = value;
		else if (is_name(name, "t"))
			table = value;
		else
			return false;
	}
	if (s.bad || row.at == NULL || table.at == NULL || !unquote(&table) ||
	    !image_member(row, "id", &id) || !unquote(&id))
		return false;
	v->row(v->arg, table, id, row);
	return true;
}

/* {"id":…,"t":…} */
static bool
visit_del(struct span item, const struct image_visitor *v)
{
	struct scan s = walk(item, '{');
	struct span name, value, id = { NULL, 0 }, table = { NULL, 0 };

	while (next_member(&s, &name, &value)) {
		if (is_name(name, "id"))
			id = value;
		else if (is_name(name, "t"))
			table = value;
		else
			return false;
	}
	if (s.bad || id.at == NULL || table.at == NULL || !unquote(&table) || !unquote(&id))
		return false;
	v->del(v->arg, table, id);
	return true;
}

static bool
visit_erased(struct span item, const struct image_visitor *v)
{
	int64_t n = 0;

	if (item.len == 0 || item.len > 18)
		return false;
	for (size_t i = 0; i < item.len; i++) {
		if (item.at[i] < '0' || item.at[i] > '9')
			return false;
		n = n * 10 + (item.at[i] - '0');
	}
	v->erased(v->arg, n);
	return true;
}

static bool
each(struct span list, bool (*visit)(struct span, const struct image_visitor *),
    const struct image_visitor *v)
{
	struct scan s;
	struct span item;

	if (list.at == NULL)
		return true;
	s = walk(list, '[');
	while (next_item(&s, &item))
		if (!visit(item, v))
			return false;
	return !s.bad;
}

bool
image_scan(const char *payload, size_t len, const struct image_visitor *visitor)
{
	struct scan s = walk((struct span){ payload, len }, '{');
	struct span name, value, del = { NULL, 0 }, erased = { NULL, 0 }, rows = { NULL, 0 };

	while (next_member(&s, &name, &value)) {
		if (is_name(name, "del"))
			del = value;
		else if (is_name(name, "erased"))
			erased = value;
		else if (is_name(name, "rows"))
			rows = value;
	}
	return !s.bad && each(rows, visit_row, visitor) && each(del, visit_del, visitor) &&
	    each(erased, visit_erased, visitor);
}

bool
image_diff(struct span a, struct span b, struct span *ret_name)
{
	struct scan s = walk(a, '{'), t = walk(b, '{');
	struct span name_a, name_b, value_a, value_b;
	bool more_a = next_member(&s, &name_a, &value_a), more_b = next_member(&t, &name_b, &value_b);

	while (more_a || more_b) {
		int order = !more_a ? 1 : !more_b ? -1 : compare(name_a, name_b);

		if (order != 0 || compare(value_a, value_b) != 0) {
			*ret_name = order <= 0 ? name_a : name_b;
			return true;
		}
		more_a = next_member(&s, &name_a, &value_a);
		more_b = next_member(&t, &name_b, &value_b);
	}
	return false;
}
