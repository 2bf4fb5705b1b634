/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/image.h"

#define DEPTH_MAX 64 /* as text/json.h */

struct scan {
	const char *p, *end;
	bool bad; /* stays: nothing is taken any more */
};

/* Where a walk through one object or array stands. */
struct level {
	bool entered;
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

/* What ends the plain part of a string. */
static const bool is_special[256] = {
	true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true,
	true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true,
	['"'] = true, ['\\'] = true,
};

/* A string; what is between the quotes. */
static bool
take_string(struct scan *s, struct span *ret)
{
	if (!take(s, '"'))
		return false;
	ret->at = s->p;
	for (;;) {
		while (s->p < s->end && !is_special[(unsigned char)*s->p])
			s->p++;
		if (s->p == s->end || *s->p == '"')
			break;
		/* A backslash, or a control character, which has no place here. */
		if (*s->p++ != '\\' || !skip_escape(s)) {
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

static int
compare(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool
skip_list(struct scan *s, char close, int depth)
{
	struct span name, last = { NULL, 0 };

	s->p++;
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return true;
	}
	for (;;) {
		if (close == '}') {
			if (!take_string(s, &name) || !take(s, ':'))
				return false;
			if (last.at != NULL && compare(last, name) >= 0) {
				s->bad = true;
				return false;
			}
			last = name;
		}
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

/*
 * Takes what stands before the next item of a list: its opening bracket or a
 * comma.  False when the list is closed, which is taken too, or bad.
 */
static bool
next_item(struct scan *s, struct level *level, char open, char close)
{
	bool first = !level->entered;

	level->entered = true;
	if (s->bad || (first && !take(s, open)))
		return false;
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return false;
	}
	return first || take(s, ',');
}

/* The next member's name; the scan stands at its value.  Names have to ascend. */
static bool
next_name(struct scan *s, struct level *level, struct span *ret)
{
	bool first = !level->entered;

	if (!next_item(s, level, '{', '}') || !take_string(s, ret) || !take(s, ':'))
		return false;
	if (!first && compare(level->name, *ret) >= 0) {
		s->bad = true;
		return false;
	}
	level->name = *ret;
	return true;
}

static bool
is_name(struct span name, const char *text)
{
	return name.len == strlen(text) && memcmp(name.at, text, name.len) == 0;
}

/* A row with its braces, and its id. */
static void
take_row(struct scan *s, struct span *ret_row, struct span *ret_id)
{
	struct level level = { 0 };
	struct span name;

	ret_row->at = s->p;
	while (next_name(s, &level, &name)) {
		if (is_name(name, "id"))
			take_string(s, ret_id);
		else
			skip_value(s, DEPTH_MAX);
	}
	ret_row->len = (size_t)(s->p - ret_row->at);
}

/* {"r":{…,"id":…,…},"t":…} */
static void
visit_row(struct scan *s, const struct image_visitor *v)
{
	struct level level = { 0 };
	struct span name, row = { NULL, 0 }, id = { NULL, 0 }, table = { NULL, 0 };

	while (next_name(s, &level, &name)) {
		if (is_name(name, "r"))
			take_row(s, &row, &id);
		else if (is_name(name, "t"))
			take_string(s, &table);
		else
			s->bad = true;
	}
	s->bad |= id.at == NULL || table.at == NULL;
	if (!s->bad)
		v->row(v->arg, table, id, row);
}

/* {"id":…,"t":…} */
static void
visit_del(struct scan *s, const struct image_visitor *v)
{
	struct level level = { 0 };
	struct span name, id = { NULL, 0 }, table = { NULL, 0 };

	while (next_name(s, &level, &name)) {
		if (is_name(name, "id"))
			take_string(s, &id);
		else if (is_name(name, "t"))
			take_string(s, &table);
		else
			s->bad = true;
	}
	s->bad |= id.at == NULL || table.at == NULL;
	if (!s->bad)
		v->del(v->arg, table, id);
}

static void
visit_erased(struct scan *s, const struct image_visitor *v)
{
	const char *from = s->p;
	int64_t n = 0;

	if (!skip_number(s) || *from == '-' || s->p - from > 18) {
		s->bad = true;
		return;
	}
	for (const char *p = from; p < s->p; p++)
		n = n * 10 + (*p - '0');
	v->erased(v->arg, n);
}

static void
each(struct scan *s, void (*visit)(struct scan *, const struct image_visitor *),
    const struct image_visitor *v)
{
	struct level level = { 0 };

	while (next_item(s, &level, '[', ']'))
		visit(s, v);
}

bool
image_scan(const char *payload, size_t len, const struct image_visitor *visitor)
{
	struct scan s = { payload, payload + len, false };
	struct level level = { 0 };
	struct span name;

	while (next_name(&s, &level, &name)) {
		if (is_name(name, "del"))
			each(&s, visit_del, visitor);
		else if (is_name(name, "erased"))
			each(&s, visit_erased, visitor);
		else if (is_name(name, "rows"))
			each(&s, visit_row, visitor);
		else
			skip_value(&s, DEPTH_MAX);
	}
	return !s.bad && s.p == s.end;
}

/* The next member with its value; false at the end or when bad. */
static bool
next_member(struct scan *s, struct level *level, struct span *ret_name, struct span *ret_value)
{
	if (!next_name(s, level, ret_name))
		return false;
	ret_value->at = s->p;
	skip_value(s, DEPTH_MAX);
	ret_value->len = (size_t)(s->p - ret_value->at);
	return !s->bad;
}

bool
image_member(struct span object, const char *name, struct span *ret_value)
{
	struct scan s = { object.at, object.at + object.len, false };
	struct level level = { 0 };
	struct span found;

	while (next_member(&s, &level, &found, ret_value))
		if (is_name(found, name))
			return true;
	return false;
}

bool
image_diff(struct span a, struct span b, struct span *ret_name)
{
	struct scan s = { a.at, a.at + a.len, false }, t = { b.at, b.at + b.len, false };
	struct level level_a = { 0 }, level_b = { 0 };
	struct span name_a, name_b, value_a = { NULL, 0 }, value_b = { NULL, 0 };
	bool more_a = next_member(&s, &level_a, &name_a, &value_a);
	bool more_b = next_member(&t, &level_b, &name_b, &value_b);

	while (more_a || more_b) {
		int order = !more_a ? 1 : !more_b ? -1 : compare(name_a, name_b);

		if (order != 0 || compare(value_a, value_b) != 0) {
			*ret_name = order <= 0 ? name_a : name_b;
			return true;
		}
		more_a = next_member(&s, &level_a, &name_a, &value_a);
		more_b = next_member(&t, &level_b, &name_b, &value_b);
	}
	return false;
}
