/* SPDX-License-Identifier: Apache-2.0 */
/* document_sketch.c: first texts for a person to go on with, written from the facts. */
#include <stdio.h>

#include "app/document_part.h"

/* Where the brace at ${p} is closed; NULL when it is not. */
static const char *
close_of(const char *p)
{
	int depth = 0;

	for (; *p != '\0' && *p != '\n'; p++) {
		depth += *p == '{';
		depth -= *p == '}';
		if (depth == 0)
			return p;
	}
	return NULL;
}

/* 1.234.567 */
static void
say_number(struct buf *out, int64_t n)
{
	char digits[24];
	size_t len;

	snprintf(digits, sizeof(digits), "%lld", (long long)n);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && len > 4 && digits[i - 1] != '-')
			buf_addc(out, '.');
		buf_addc(out, digits[i]);
	}
}

/* As it stands in a sentence: days and times as people write them. */
static bool
say_fact(struct buf *out, const struct json *fact)
{
	const char *text = json_str(fact);
	size_t before = out->len;

	if (json_kind(fact) == JSON_KIND_INT) {
		say_number(out, json_int(fact, 0));
	} else if (text != NULL && document_is_datetime(text)) {
		buf_printf(out, "%.5s %.2s/%.2s/%.4s", text + 11, text + 8, text + 5, text);
	} else if (text != NULL && document_is_day(text)) {
		buf_printf(out, "%.2s/%.2s/%.4s", text + 8, text + 5, text);
	} else if (json_kind(fact) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_len(fact); i++) {
			if (out->len > before)
				buf_adds(out, ", ");
			document_say(json_at(fact, i), out);
		}
	} else {
		return document_say(fact, out);
	}
	return out->len > before;
}

static bool say_line(struct buf *out, const char *from, const char *to, const struct json *facts);

/* {list|…}: a line for each item that has what the line asks for. */
static bool
say_items(struct buf *out, const char *from, const char *to, const struct json *list)
{
	size_t before = out->len, whole;

	for (size_t i = 0; i < json_len(list); i++) {
		whole = out->len;
		if (out->len > before)
			buf_addc(out, '\n');
		if (!say_line(out, from, to, json_at(list, i)) && out->data != NULL)
			out->data[out->len = whole] = '\0';
	}
	return out->len > before;
}

static bool
say_place(struct buf *out, const char *from, const char *to, const struct json *facts)
{
	size_t len = (size_t)(to - from), name = strcspn(from, "|}:?");
	char path[100];

	if (name > len)
		name = len;
	if (name == 0 || name >= sizeof(path))
		return false;
	memcpy(path, from, name);
	path[name] = '\0';
	if (from[name] == '|')
		return say_items(out, from + name + 1, to, form_fact(facts, path));
	/* {name?} may be missing without the line. */
	return say_fact(out, form_fact(facts, path)) || memchr(from + name, '?', len - name) != NULL;
}

/* False when a fact it needs is not known; then what was added does not count. */
static bool
say_line(struct buf *out, const char *from, const char *to, const struct json *facts)
{
	for (const char *p = from; p < to; p++) {
		const char *end = *p == '{' ? close_of(p) : NULL;

		if (end == NULL || end >= to) {
			buf_addc(out, *p);
			continue;
		}
		if (!say_place(out, p + 1, end, facts))
			return false;
		p = end;
	}
	return true;
}

struct json *
document_sketch(const char *sketch, const struct json *facts)
{
	struct buf text = BUF_INIT(DOCUMENT_FIELD_MAX);
	struct json *value = NULL;
	size_t whole;

	for (const char *p = sketch; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		whole = text.len;
		if (text.len > 0)
			buf_addc(&text, '\n');
		if ((len == 0 || !say_line(&text, p, p + len, facts)) && text.data != NULL)
			text.data[text.len = whole] = '\0';
		p += len + (p[len] != '\0');
	}
	if (text.len > 0 && !text.full)
		value = json_new_string(text.data);
	buf_clear(&text);
	return value;
}
