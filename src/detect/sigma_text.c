/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_text.c: values with wildcards, and the modifiers that make other values of them. */
#include "base/utf8.h"
#include "detect/sigma_part.h"

#define PERCENT    258 /* begins or ends the name of a placeholder; only until expand() has seen it */
#define PLACES_MAX 6   /* options or placeholders of one value */
#define PLACE_NAME 100

struct sigma_text
sigma_text_parse(struct arena *arena, const char *value, bool placeholders)
{
	const char *escaped = placeholders ? "*?\\%" : "*?\\";
	size_t len = strlen(value);
	struct sigma_text t = { arena_alloc(arena, (len + 3) * sizeof(*t.unit)), 0 };

	for (size_t i = 0; i < len; i++) {
		if (value[i] == '\\' && i + 1 < len && strchr(escaped, value[i + 1]) != NULL)
			t.unit[t.len++] = (uint8_t)value[++i];
		else if (value[i] == '*' || value[i] == '?')
			t.unit[t.len++] = value[i] == '*' ? SIGMA_MANY : SIGMA_ONE;
		else if (value[i] == '%' && placeholders)
			t.unit[t.len++] = PERCENT;
		else
			t.unit[t.len++] = (uint8_t)value[i];
	}
	return t;
}

void
sigma_open(struct arena *arena, struct sigma_text *text, bool start, bool end)
{
	struct sigma_text t = { arena_alloc(arena, (text->len + 3) * sizeof(*t.unit)), 0 };

	if (start && (text->len == 0 || text->unit[0] != SIGMA_MANY))
		t.unit[t.len++] = SIGMA_MANY;
	for (size_t i = 0; i < text->len; i++)
		t.unit[t.len++] = text->unit[i];
	if (end && (t.len == 0 || t.unit[t.len - 1] != SIGMA_MANY))
		t.unit[t.len++] = SIGMA_MANY;
	*text = t;
}

static bool
is_plain(const struct sigma_text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->unit[i] >= SIGMA_MANY)
			return false;
	return true;
}

/* Letter, digit or underscore: what \b of an expression calls a word. */
static bool
is_word(uint16_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= 0x80 && c < 0x100);
}

/* A dash or slash with no word before it and one after it begins an option. */
static bool
begins_option(const struct sigma_text *t, size_t i)
{
	return (t->unit[i] == '-' || t->unit[i] == '/') && (i == 0 || !is_word(t->unit[i - 1])) &&
	    i + 1 < t->len && is_word(t->unit[i + 1]);
}

static const char *const dashes[] = { "-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95" };

/* Every dash in every position: all combinations, as one option may use one and the next another. */
static int
windash(struct sigma_reader *r, const struct yaml_node *node, const struct sigma_text *t,
    struct sigma_values *out)
{
	size_t at[PLACES_MAX], places = 0, n = 1;

	for (size_t i = 0; i < t->len; i++) {
		if (!begins_option(t, i))
			continue;
		if (places == PLACES_MAX)
			return sigma_refuse(r, node, "sigma.windash", NULL, NULL);
		at[places++] = i;
		n *= ARRAY_LEN(dashes);
	}
	out->text = arena_alloc(r->arena, n * sizeof(*out->text));
	out->count = n;
	r->items += n;
	if (r->items > SIGMA_ITEMS_MAX)
		return sigma_refuse(r, node, "sigma.items", NULL, NULL);
	for (size_t k = 0; k < n; k++) {
		struct sigma_text *to = &out->text[k];
		size_t next = 0, rest = k;

		to->unit = arena_alloc(r->arena, (t->len + 2 * places + 3) * sizeof(*to->unit));
		for (size_t i = 0; i < t->len; i++) {
			if (next == places || at[next] != i) {
				to->unit[to->len++] = t->unit[i];
				continue;
			}
			for (const char *d = dashes[rest % ARRAY_LEN(dashes)]; *d != '\0'; d++)
				to->unit[to->len++] = (uint8_t)*d;
			rest /= ARRAY_LEN(dashes);
			next++;
		}
	}
	return 0;
}

static struct sigma_text
wide(struct sigma_reader *r, const struct sigma_text *t, bool big, bool mark)
{
	struct sigma_text to = { arena_alloc(r->arena, (2 * t->len + 5) * sizeof(*to.unit)), 0 };
	char *s = arena_alloc(r->arena, t->len + 1);

	if (mark) {
		to.unit[to.len++] = 0xff;
		to.unit[to.len++] = 0xfe;
	}
	for (size_t i = 0; i < t->len; i++)
		s[i] = (char)t->unit[i];
	for (size_t i = 0; i < t->len;) {
		uint32_t c = (uint8_t)s[i];
		size_t n = utf8_decode(s + i, t->len - i, &c);
		uint32_t units[2] = { c, 0 };

		i += n == 0 ? 1 : n;
		if (c >= 0x10000) {
			units[0] = 0xd800 + ((c - 0x10000) >> 10);
			units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		for (int k = 0; k < (c >= 0x10000 ? 2 : 1); k++) {
			to.unit[to.len++] = (uint16_t)(big ? units[k] >> 8 : units[k] & 0xff);
			to.unit[to.len++] = (uint16_t)(big ? units[k] & 0xff : units[k] >> 8);
		}
	}
	return to;
}

/* RFC 4648 of ${shift} blanks and the text. */
static struct sigma_text
base64(struct sigma_reader *r, const struct sigma_text *t, size_t shift, bool pad)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = t->len + shift;
	struct sigma_text to = { arena_alloc(r->arena, (len / 3 * 4 + 8) * sizeof(*to.unit)), 0 };

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = 0;

		for (size_t k = 0; k < 3; k++)
			three = three << 8 |
			    (i + k < shift ? ' ' : i + k < len ? t->unit[i + k - shift] : 0);
		for (size_t k = 0; k < 4; k++) {
			if (i + k > len) {
				if (pad)
					to.unit[to.len++] = '=';
			} else {
				to.unit[to.len++] = (uint8_t)digit[three >> (18 - 6 * k) & 63];
			}
		}
	}
	return to;
}

/*
 * The three ways a text can lie in base64: what depends on its neighbours is cut off: 0, 2, 3
 * digits before, 0, 3, 2 after it (with padding counted).
 */
static struct sigma_text
base64_at(struct sigma_reader *r, const struct sigma_text *t, size_t shift)
{
	static const size_t start[] = { 0, 2, 3 }, end[] = { 0, 3, 2 };
	struct sigma_text whole = base64(r, t, shift, true), to;
	size_t cut = end[(t->len + shift) % 3];

	if (whole.len < start[shift] + cut)
		return (struct sigma_text){ whole.unit, 0 };
	to.len = whole.len - start[shift] - cut;
	to.unit = arena_alloc(r->arena, (to.len + 3) * sizeof(*to.unit));
	memcpy(to.unit, whole.unit + start[shift], to.len * sizeof(*to.unit));
	return to;
}

/* A placeholder: its units from ${from} to ${to}, and what stands for it. */
struct place {
	const struct sigma_list *list;
	size_t from, to;
};

/* The next placeholder from ${from} on; false when there is none. */
static bool
next_place(const struct sigma_text *t, size_t from, char name[static PLACE_NAME], struct place *ret)
{
	for (size_t i = from; i < t->len; i++) {
		size_t n = 0;

		if (t->unit[i] != PERCENT)
			continue;
		while (i + 1 + n < t->len && t->unit[i + 1 + n] < SIGMA_MANY && n < PLACE_NAME - 1) {
			name[n] = (char)t->unit[i + 1 + n];
			n++;
		}
		name[n] = '\0';
		if (n == 0 || i + 1 + n >= t->len || t->unit[i + 1 + n] != PERCENT)
			continue;
		*ret = (struct place){ .from = i, .to = i + n + 2 };
		return true;
	}
	return false;
}

/* ${t} from ${from} to ${to}, where a percent sign that begins no placeholder is one. */
static void
add_units(struct sigma_text *out, const struct sigma_text *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		out->unit[out->len++] = t->unit[i] == PERCENT ? '%' : t->unit[i];
}

/* ${t} with the ${k}th of all combinations of what its placeholders stand for. */
static struct sigma_text
expanded(struct sigma_reader *r, const struct sigma_text *t, const struct place *place, size_t places, size_t k)
{
	struct sigma_text in[PLACES_MAX], out = { NULL, 0 };
	size_t room = t->len + 3, at = 0;

	for (size_t i = 0; i < places; k /= place[i++].list->count) {
		in[i] = sigma_text_parse(r->arena, place[i].list->text[k % place[i].list->count], false);
		room += in[i].len;
	}
	out.unit = arena_alloc(r->arena, room * sizeof(*out.unit));
	for (size_t i = 0; i < places; i++) {
		add_units(&out, t, at, place[i].from);
		add_units(&out, &in[i], 0, in[i].len);
		at = place[i].to;
	}
	add_units(&out, t, at, t->len);
	return out;
}

/* Puts lists in place of every %name%; \% is a percent sign. */
static int
expand(struct sigma_reader *r, const struct yaml_node *node, const struct sigma_text *t,
    struct sigma_values *out)
{
	struct place place[PLACES_MAX], next;
	size_t places = 0, n = 1;
	char name[PLACE_NAME];

	for (size_t at = 0; next_place(t, at, name, &next); at = next.to) {
		next.list = map_get(&r->set->expand, name);
		if (next.list == NULL)
			return sigma_refuse(r, node, "sigma.expand", "name", name);
		if (places == PLACES_MAX)
			return sigma_refuse(r, node, "sigma.items", NULL, NULL);
		place[places++] = next;
		n *= next.list->count;
		if (r->items + n > SIGMA_ITEMS_MAX)
			return sigma_refuse(r, node, "sigma.items", NULL, NULL);
	}
	r->items += n;
	out->text = arena_alloc(r->arena, (n + 1) * sizeof(*out->text));
	for (out->count = 0; out->count < n; out->count++)
		out->text[out->count] = expanded(r, t, place, places, out->count);
	return 0;
}

enum change { WINDASH, EXPAND, BASE64, BASE64OFFSET, WIDE, WIDE_BE, WIDE_BOM, CHANGES };

static enum change
change_find(const char *name)
{
	static const struct {
		const char *name;
		enum change change;
	} names[] = { { "windash", WINDASH }, { "expand", EXPAND }, { "base64", BASE64 },
		{ "base64offset", BASE64OFFSET }, { "wide", WIDE }, { "utf16le", WIDE },
		{ "utf16be", WIDE_BE }, { "utf16", WIDE_BOM } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].change;
	return CHANGES;
}

static int
apply(struct sigma_reader *r, const struct yaml_node *node, enum change change,
    const struct sigma_text *t, struct sigma_values *out)
{
	if (change == WINDASH)
		return windash(r, node, t, out);
	if (change == EXPAND)
		return expand(r, node, t, out);
	if (!is_plain(t))
		return sigma_refuse(r, node, "sigma.wildcard", NULL, NULL);
	out->text = arena_alloc(r->arena, 3 * sizeof(*out->text));
	for (size_t k = 0; k < (change == BASE64OFFSET ? 3 : 1); k++) {
		struct sigma_text to = change == BASE64OFFSET ? base64_at(r, t, k)
		    : change == BASE64 ? base64(r, t, 0, true)
		    : wide(r, t, change == WIDE_BE, change == WIDE_BOM);

		/* Of a single byte no digit may be left, and nothing is found everywhere. */
		if (to.len > 0 || t->len == 0)
			out->text[out->count++] = to;
	}
	return 0;
}

int
sigma_transform(struct sigma_reader *r, const struct yaml_node *node, const char *name,
    struct sigma_values *values, bool *ret_known)
{
	enum change change = change_find(name);
	struct sigma_values all = { NULL, 0 };
	size_t room = 0;

	*ret_known = change != CHANGES;
	if (change == CHANGES)
		return 0;
	for (size_t i = 0; i < values->count; i++) {
		struct sigma_values some = { NULL, 0 };
		int failed = apply(r, node, change, &values->text[i], &some);

		if (failed != 0)
			return failed;
		if (all.count + some.count > room) {
			struct sigma_text *more;

			room = (all.count + some.count) * 2;
			more = arena_alloc(r->arena, room * sizeof(*more));
			if (all.count > 0)
				memcpy(more, all.text, all.count * sizeof(*more));
			all.text = more;
		}
		memcpy(all.text + all.count, some.text, some.count * sizeof(*all.text));
		all.count += some.count;
	}
	*values = all;
	return 0;
}
