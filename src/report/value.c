/* SPDX-License-Identifier: Apache-2.0 */
/* value.c: one value as it is printed. */
#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "report/fill.h"

struct moment {
	int year, month, day, hour, minute;
	bool has_date, has_time;
};

/* Dates are local; a time with an offset is made local. */
static bool
read_moment(const char *text, struct moment *ret)
{
	char local[CLOCK_TEXT_SIZE];
	int64_t ms;

	*ret = (struct moment){ 0 };
	if (text == NULL)
		return false;
	if (strlen(text) == 5 && text[2] == ':' &&
	    sscanf(text, "%2d:%2d", &ret->hour, &ret->minute) == 2) {
		ret->has_time = ret->hour >= 0 && ret->hour < 24 && ret->minute >= 0 &&
		    ret->minute < 60;
		return ret->has_time;
	}
	if (strlen(text) < 10 || text[4] != '-' || !clock_parse(text, &ms))
		return false;
	ret->has_date = true;
	ret->has_time = strlen(text) > 10;
	return sscanf(clock_vi(ms, local), "%d:%d %d/%d/%d", &ret->hour, &ret->minute, &ret->day,
	    &ret->month, &ret->year) == 5;
}

static const char *
number_of(struct fill *f, const struct moment *m, const char *name)
{
	struct arena *a = f->doc->arena;

	/* NĐ 30/2020, Phụ lục I: days below ten and the months 1 and 2 get a zero. */
	if (str_eq(name, "day"))
		return arena_printf(a, "%02d", m->day);
	if (str_eq(name, "month"))
		return arena_printf(a, m->month <= 2 ? "%02d" : "%d", m->month);
	if (str_eq(name, "year"))
		return arena_printf(a, "%d", m->year);
	if (str_eq(name, "hour"))
		return arena_printf(a, "%02d", m->hour);
	return str_eq(name, "minute") ? arena_printf(a, "%02d", m->minute) : "";
}

static const char *
in_words(struct fill *f, const struct moment *m, const char *pattern)
{
	struct buf out = BUF_INIT(400);
	struct form_slot slot;
	const char *text;

	for (; form_slot(pattern, &slot); pattern = slot.end) {
		buf_add(&out, pattern, (size_t)(slot.start - pattern));
		buf_adds(&out, number_of(f, m, slot.name));
	}
	buf_adds(&out, pattern);
	text = arena_strdup(f->doc->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

const char *
fill_date(struct fill *f, const char *iso, const char *pattern)
{
	struct moment m;

	return read_moment(iso, &m) ? in_words(f, &m, pattern) : "";
}

/* ${type} "date", "time", "datetime"; "" takes what the text says. */
static const char *
print_moment(struct fill *f, const char *text, const char *type, const char *spec)
{
	const struct style_words *w = &f->style->word;
	struct arena *a = f->doc->arena;
	struct moment m;
	const char *date;

	if (!read_moment(text, &m))
		return text == NULL ? "" : doc_clean(a, text, strlen(text));
	if (str_eq(spec, "hour") || (!m.has_date && str_eq(spec, "full")))
		return in_words(f, &m, w->hour);
	if (str_eq(spec, "full") && m.has_time)
		return in_words(f, &m, w->date_hour);
	if (str_eq(spec, "long") || str_eq(spec, "full"))
		return in_words(f, &m, w->date_long);
	date = arena_printf(a, "%02d/%02d/%04d", m.day, m.month, m.year);
	if (str_eq(spec, "short"))
		return arena_printf(a, "%02d/%02d/%02d", m.day, m.month, m.year % 100);
	if (str_eq(type, "date") || str_eq(spec, "date") || (!m.has_time && m.has_date))
		return date;
	if (str_eq(type, "time") || !m.has_date)
		return arena_printf(a, "%02d:%02d", m.hour, m.minute);
	return arena_printf(a, "%02d:%02d %s", m.hour, m.minute, date);
}

/* 1.234.567 */
static const char *
print_int(struct fill *f, int64_t n, const char *spec)
{
	char digits[32], out[48];
	size_t len, at = 0;

	if (str_eq(spec, "pad"))
		return arena_printf(f->doc->arena, "%02lld", (long long)n);
	snprintf(digits, sizeof(digits), "%llu",
	    n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n);
	len = strlen(digits);
	if (n < 0)
		out[at++] = '-';
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = '.';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return arena_strdup(f->doc->arena, out);
}

static const char *
clean(struct fill *f, const struct json *value)
{
	const char *s = json_str(value);
	struct json *copy;
	struct buf out = BUF_INIT(200);

	if (s != NULL)
		return doc_clean(f->doc->arena, s, strlen(s));
	if (json_kind(value) == JSON_KIND_INT)
		return print_int(f, json_int(value, 0), "");
	if (json_kind(value) == JSON_KIND_BOOL)
		return json_bool(value, false) ? f->style->word.yes : f->style->word.no;
	if (json_kind(value) != JSON_KIND_REAL)
		return "";
	copy = json_clone(value);
	json_write(copy, &out);
	json_free(copy);
	s = arena_strdup(f->doc->arena, buf_str(&out));
	buf_clear(&out);
	return s;
}

/* A choice in words, with the person's own words behind it. */
static const char *
print_choice(struct fill *f, const struct form_choice *choice, size_t choices,
    const struct json *value, const struct json *words)
{
	const char *id = json_str(value), *more;
	const struct form_choice *c = NULL;

	if (json_kind(value) == JSON_KIND_INT)
		id = arena_printf(f->doc->arena, "%lld", (long long)json_int(value, 0));
	for (size_t i = 0; i < choices; i++)
		if (str_eq(choice[i].id, id))
			c = &choice[i];
	if (c == NULL)
		return clean(f, value);
	more = fill_str(f, words, c->id);
	return *more == '\0' ? c->text.vi : arena_printf(f->doc->arena, "%s %s", c->text.vi, more);
}

/* Objects of the case by what names them. */
static const char *
print_object(struct fill *f, const struct json *object)
{
	static const char *const names[] = { "name", "title", "text", "value", "number", NULL };

	for (int i = 0; names[i] != NULL; i++)
		if (form_given(json_get(object, names[i])))
			return clean(f, json_get(object, names[i]));
	return "";
}

static const char *
print_list(struct fill *f, const struct form_choice *choice, size_t choices,
    const struct json *value, const struct json *words, const char *between)
{
	struct buf out = BUF_INIT(DOC_TEXT_MAX);
	const char *text;

	for (size_t i = 0; i < json_len(value); i++) {
		const struct json *item = json_at(value, i);

		text = json_kind(item) == JSON_KIND_OBJECT ? print_object(f, item) :
		    print_choice(f, choice, choices, item, words);
		if (*text == '\0')
			continue;
		if (out.len > 0)
			buf_adds(&out, between);
		buf_adds(&out, text);
	}
	text = arena_strdup(f->doc->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

/* By type; ${type} "" for what the case holds, whose shape says what it is. */
static const char *
print(struct fill *f, const char *type, const struct form_choice *choice, size_t choices,
    const struct json *value, const struct json *words, const char *spec)
{
	const char *s = json_str(value);

	if (str_eq(spec, "count"))
		return print_int(f, (int64_t)json_len(value), "");
	if (json_kind(value) == JSON_KIND_ARRAY)
		return print_list(f, choice, choices, value, words,
		    str_eq(type, "ips") || str_eq(type, "domains") ? ", " : "; ");
	if (json_kind(value) == JSON_KIND_OBJECT)
		return print_object(f, value);
	if (str_starts(type, "choice"))
		return print_choice(f, choice, choices, value, words);
	if (json_kind(value) == JSON_KIND_INT && str_eq(type, "money"))
		return arena_printf(f->doc->arena, "%s %s", print_int(f, json_int(value, 0), spec),
		    f->style->word.currency);
	if (json_kind(value) == JSON_KIND_INT)
		return print_int(f, json_int(value, 0), spec);
	if (s != NULL && (str_eq(type, "date") || str_eq(type, "time") || str_eq(type, "datetime") ||
	    (*type == '\0' && (strlen(s) == 5 || strlen(s) >= 10) && strlen(s) <= 30)))
		return print_moment(f, s, type, spec);
	return clean(f, value);
}

/* Upper case of Vietnamese letters: the two blocks they lie in, and Latin-1. */
static uint32_t
upper(uint32_t c)
{
	if (c < 0x80)
		return (uint32_t)toupper((int)c);
	if (c >= 0xe0 && c <= 0xfe && c != 0xf7)
		return c - 32;
	if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x1ea0 && c <= 0x1ef9))
		return c & ~UINT32_C(1);
	if (c == 0x1a1 || c == 0x1b0)
		return c - 1;
	return c;
}

static const char *
raise_case(struct fill *f, const char *text, bool all)
{
	size_t len = strlen(text), n = 0, step;
	char *out = arena_alloc(f->doc->arena, len * 2 + 1);

	for (size_t i = 0; i < len; i += step) {
		uint32_t c;

		step = utf8_decode(text + i, len - i, &c);
		if (step == 0)
			break;
		n += utf8_encode(all || i == 0 ? upper(c) : c, out + n);
	}
	return out;
}

bool
value_ticks(const struct json *value, const char *id)
{
	char number[24];

	if (json_kind(value) == JSON_KIND_INT) {
		snprintf(number, sizeof(number), "%lld", (long long)json_int(value, 0));
		return str_eq(number, id);
	}
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_len(value); i++)
		if (str_eq(json_str(json_at(value, i)), id))
			return true;
	return str_eq(json_str(value), id);
}

/* Every choice with its box: "☐ Cấp độ 1  ☑ Cấp độ 2". */
static const char *
print_boxes(struct fill *f, const struct form_choice *choice, size_t choices,
    const struct json *value, const struct json *words)
{
	struct buf out = BUF_INIT(20000);
	const char *text;

	for (size_t i = 0; i < choices; i++) {
		const char *more = fill_str(f, words, choice[i].id);

		buf_printf(&out, "%s%s\u00a0%s%s%s", i == 0 ? "" : "   ",
		    value_ticks(value, choice[i].id) ? "☑" : "☐", choice[i].text.vi,
		    *more == '\0' ? "" : " ", more);
	}
	text = arena_strdup(f->doc->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

const char *
fill_print(struct fill *f, const char *type, const struct form_choice *choice, size_t choices,
    const struct json *value, const struct json *words, const char *spec)
{
	const char *text;

	if (str_eq(spec, "check") && choices > 0)
		return print_boxes(f, choice, choices, value, words);
	text = form_given(value) ? print(f, type, choice, choices, value, words, spec) : "";

	/* What was left when the unprintable went: a blank must not look like an answer. */
	if (text[strspn(text, " \n")] == '\0')
		return "";
	if (str_eq(spec, "upper") || str_eq(spec, "first"))
		return raise_case(f, text, *spec == 'u');
	return text;
}

const char *
fill_str(struct fill *f, const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return form_given(value) ? clean(f, value) : "";
}
