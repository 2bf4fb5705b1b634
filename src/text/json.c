/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "text/jsonw.h"

/* struct json is Jansson's json_t under another name, so that no one else needs its header. */
static json_t *
in(const struct json *value)
{
	return (json_t *)(uintptr_t)value;
}

static struct json *
out_of(json_t *value)
{
	return (struct json *)value;
}

static struct json *
made(json_t *value)
{
	/* Fails on malformed UTF-8, which the contract rules out, or without memory. */
	assert(value != NULL);
	return out_of(value);
}

/* Jansson counts its depth only up to a limit of its own, 2048, by recursion. */
static bool
depth_fits(const char *data, size_t len, int *ret_line, int *ret_column)
{
	int line = 1, column = 1, depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++, column++) {
		char c = data[i];

		if (quoted && c == '\\' && i + 1 < len) {
			i++, column++;
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else if (c == '\n')
			line++, column = 0;
		else if (!quoted && (c == '[' || c == '{') && ++depth > JSON_DEPTH_MAX)
			break;
		else if (!quoted && (c == ']' || c == '}'))
			depth--;
	}
	*ret_line = line;
	*ret_column = column;
	return depth <= JSON_DEPTH_MAX;
}

int
json_parse(const char *data, size_t len, struct json **ret_value, struct err *err)
{
	json_error_t error;
	json_t *value;
	int line, column;

	if (len > JSON_SIZE_MAX)
		return err_fail(err, ERR_TOO_LARGE, "err.too_large", NULL, "max", "16 MB",
		    NULL, NULL);
	if (!depth_fits(data, len, &line, &column)) {
		err_where(err, NULL, line, column);
		err_set(err, ERR_INVALID, "err.json_depth", NULL);
		err_argi(err, "max", JSON_DEPTH_MAX);
		return ERR_INVALID;
	}
	value = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (value == NULL) {
		err_where(err, NULL, error.line, error.column);
		return err_fail(err, ERR_INVALID, "err.json", NULL, "reason", error.text,
		    NULL, NULL);
	}
	*ret_value = out_of(value);
	return 0;
}

void
json_free(struct json *value)
{
	json_decref(in(value));
}

void
json_freep(struct json **value)
{
	json_free(*value);
	*value = NULL;
}

enum json_kind
json_kind(const struct json *value)
{
	if (value == NULL)
		return JSON_KIND_NULL;
	switch (json_typeof(in(value))) {
	case JSON_OBJECT:
		return JSON_KIND_OBJECT;
	case JSON_ARRAY:
		return JSON_KIND_ARRAY;
	case JSON_STRING:
		return JSON_KIND_STRING;
	case JSON_INTEGER:
		return JSON_KIND_INT;
	case JSON_REAL:
		return JSON_KIND_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_KIND_BOOL;
	case JSON_NULL:
		break;
	}
	return JSON_KIND_NULL;
}

struct json *
json_get(const struct json *object, const char *key)
{
	return out_of(json_object_get(in(object), key));
}

struct json *
json_at(const struct json *array, size_t i)
{
	return out_of(json_array_get(in(array), i));
}

size_t
json_len(const struct json *value)
{
	return json_is_array(in(value)) ? json_array_size(in(value)) : json_object_size(in(value));
}

const char *
json_str(const struct json *value)
{
	return json_string_value(in(value));
}

int64_t
json_int(const struct json *value, int64_t otherwise)
{
	return json_is_integer(in(value)) ? json_integer_value(in(value)) : otherwise;
}

bool
json_bool(const struct json *value, bool otherwise)
{
	return json_is_boolean(in(value)) ? json_is_true(in(value)) : otherwise;
}

const char *
json_get_str(const struct json *object, const char *key)
{
	return json_str(json_get(object, key));
}

int64_t
json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
	return json_int(json_get(object, key), otherwise);
}

bool
json_get_bool(const struct json *object, const char *key, bool otherwise)
{
	return json_bool(json_get(object, key), otherwise);
}

bool
json_next(const struct json *object, void **it, const char **ret_key, struct json **ret_value)
{
	*it = *it == NULL ? json_object_iter(in(object)) : json_object_iter_next(in(object), *it);
	if (*it == NULL)
		return false;
	*ret_key = json_object_iter_key(*it);
	*ret_value = out_of(json_object_iter_value(*it));
	return true;
}

struct json *
json_new_object(void)
{
	return made(json_object());
}

struct json *
json_new_array(void)
{
	return made(json_array());
}

struct json *
json_new_string(const char *s)
{
	return made(s == NULL ? json_null() : json_string(s));
}

struct json *
json_new_int(int64_t n)
{
	return made(json_integer(n));
}

struct json *
json_new_bool(bool value)
{
	return made(json_boolean(value));
}

struct json *
json_new_null(void)
{
	return made(json_null());
}

struct json *
json_clone(const struct json *value)
{
	return made(json_deep_copy(in(value)));
}

void
json_set(struct json *object, const char *key, struct json *value)
{
	int failed = json_object_set_new(in(object), key, in(value));

	assert(failed == 0);
	(void)failed;
}

void
json_append(struct json *array, struct json *value)
{
	int failed = json_array_append_new(in(array), in(value));

	assert(failed == 0);
	(void)failed;
}

void
json_set_str(struct json *object, const char *key, const char *s)
{
	json_set(object, key, json_new_string(s));
}

void
json_set_int(struct json *object, const char *key, int64_t n)
{
	json_set(object, key, json_new_int(n));
}

void
json_set_bool(struct json *object, const char *key, bool value)
{
	json_set(object, key, json_new_bool(value));
}

void
json_del(struct json *object, const char *key)
{
	json_object_del(in(object), key);
}

static int
write_chunk(const char *data, size_t len, void *out)
{
	buf_add(out, data, len);
	return 0;
}

void
json_write(const struct json *value, struct buf *out)
{
	json_dump_callback(in(value), write_chunk, out, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* ---- canonical form ---- */

struct member {
	const char *key;
	json_t *value;
};

/*
 * UTF-16 code unit order.  UTF-8 bytes have the order of code points, which
 * differs only here: characters from U+10000 (lead byte F0 and up) are written
 * with surrogates, D800..DFFF, and so come before U+E000..U+FFFF (EE and EF).
 */
static int
by_utf16(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct member *)a)->key;
	const unsigned char *y = (const unsigned char *)((const struct member *)b)->key;

	while (*x == *y && *x != '\0')
		x++, y++;
	if (*x >= 0xee && *y >= 0xee && (*x >= 0xf0) != (*y >= 0xf0))
		return *x >= 0xf0 ? -1 : 1;
	return (int)*x - (int)*y;
}

static int canonical(json_t *value, struct jsonw *w);

static int
canonical_object(json_t *object, struct jsonw *w)
{
	size_t count = json_object_size(object), n = 0;
	struct member *member = xcalloc(count, sizeof(*member));
	int ret = 0;

	for (void *it = json_object_iter(object); it != NULL;
	    it = json_object_iter_next(object, it))
		member[n++] = (struct member){ json_object_iter_key(it),
			json_object_iter_value(it) };
	qsort(member, count, sizeof(*member), by_utf16);
	jsonw_object(w);
	for (n = 0; n < count && ret == 0; n++) {
		jsonw_key(w, member[n].key);
		ret = canonical(member[n].value, w);
	}
	if (ret == 0)
		jsonw_object_end(w);
	free(member);
	return ret;
}

static int
canonical_array(json_t *array, struct jsonw *w)
{
	int ret = 0;

	jsonw_array(w);
	for (size_t i = 0; i < json_array_size(array) && ret == 0; i++)
		ret = canonical(json_array_get(array, i), w);
	if (ret == 0)
		jsonw_array_end(w);
	return ret;
}

static int
canonical(json_t *value, struct jsonw *w)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return w->depth == JSONW_DEPTH_MAX ? ERR_INVALID : canonical_object(value, w);
	case JSON_ARRAY:
		return w->depth == JSONW_DEPTH_MAX ? ERR_INVALID : canonical_array(value, w);
	case JSON_STRING:
		jsonw_stringn(w, json_string_value(value), json_string_length(value));
		return 0;
	case JSON_INTEGER:
		if (json_integer_value(value) > JSON_INT_SAFE ||
		    json_integer_value(value) < -JSON_INT_SAFE)
			return ERR_INVALID;
		jsonw_int(w, json_integer_value(value));
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		jsonw_bool(w, json_is_true(value));
		return 0;
	case JSON_NULL:
		jsonw_null(w);
		return 0;
	case JSON_REAL:
		break;
	}
	return ERR_INVALID;
}

int
json_canonical(const struct json *value, struct buf *out, struct err *err)
{
	struct jsonw w = JSONW_INIT(out);

	if (value == NULL) {
		jsonw_null(&w);
		return 0;
	}
	if (canonical(in(value), &w) != 0)
		return err_set(err, ERR_INVALID, "err.json_canonical", NULL);
	return 0;
}

void
json_tame(const char *data, size_t len, struct buf *out)
{
	bool in_text = false;
	size_t digits = 0;

	buf_reset(out);
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		digits = !in_text && c >= '0' && c <= '9' ? digits + 1 : 0;
		if (digits > 18)
			continue;
		if (in_text && c == '\\' && i + 1 < len) {
			bool is_nul = len - i >= 6 && memcmp(data + i, "\\u0000", 6) == 0;

			buf_adds(out, is_nul ? "\\ufffd" : "");
			buf_add(out, data + i, is_nul ? 0 : 2);
			i += is_nul ? 5 : 1;
			continue;
		}
		if (c == '"')
			in_text = !in_text;
		buf_addc(out, c);
	}
}

/* The code unit of an escape "\uXXXX"; -1 when there is none. */
static int32_t
escaped_unit(const char *s, size_t len)
{
	char hex[5] = { 0 };

	if (len < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	memcpy(hex, s + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? (int32_t)strtol(hex, NULL, 16) : -1;
}

/* What begins with a backslash; returns how much of it was taken. */
static size_t
mend_escape(const char *s, size_t len, struct buf *out)
{
	int32_t unit = escaped_unit(s, len), low;

	if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
		buf_adds(out, "\\ufffd");
		return 6;
	}
	if (unit >= 0xd800 && unit <= 0xdbff) {
		low = escaped_unit(s + 6, len - 6);
		if (low >= 0xdc00 && low <= 0xdfff) {
			buf_add(out, s, 12);
			return 12;
		}
		buf_adds(out, "\\ufffd");
		return 6;
	}
	buf_add(out, s, len < 2 ? len : 2);
	return len < 2 ? len : 2;
}

/* What begins with a minus or a digit; returns its length. */
static size_t
mend_number(const char *s, size_t len, struct buf *out)
{
	char digits[24];
	size_t n = 0, whole = s[0] == '-';
	bool is_long;

	while (n < len && s[n] != '\0' && strchr("+-.0123456789Ee", s[n]) != NULL)
		n++;
	while (whole < n && s[whole] >= '0' && s[whole] <= '9')
		whole++;
	is_long = whole == n && n >= sizeof(digits);
	if (whole == n && n >= 19 && !is_long) {
		snprintf(digits, sizeof(digits), "%.*s", (int)n, s);
		errno = 0;
		(void)strtoll(digits, NULL, 10);
		is_long = errno == ERANGE;
	}
	buf_adds(out, is_long ? "\"" : "");
	buf_add(out, s, n);
	buf_adds(out, is_long ? "\"" : "");
	return n;
}

void
json_mend(const char *data, size_t len, struct buf *out)
{
	bool in_text = false;
	size_t i = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	buf_reset(out);
	while (i < len) {
		char c = data[i];
		size_t n = utf8_length(data + i, len - i);

		if (in_text && c == '\\') {
			i += mend_escape(data + i, len - i, out);
			continue;
		}
		if (!in_text && (c == '-' || (c >= '0' && c <= '9'))) {
			i += mend_number(data + i, len - i, out);
			continue;
		}
		/* A line ends in no text: what is broken in one line does not reach the next. */
		in_text = c == '"' ? !in_text : in_text && c != '\n';
		if (n == 0 && in_text)
			buf_printf(out, "\\\\x%02x", (unsigned char)c);
		else
			buf_add(out, data + i, n == 0 ? 1 : n);
		i += n == 0 ? 1 : n;
	}
}
