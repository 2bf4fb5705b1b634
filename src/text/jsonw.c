/* SPDX-License-Identifier: Apache-2.0 */
#include "text/jsonw.h"

#include <assert.h>

#include "base/utf8.h"

/* How a byte below 0x80 is escaped: 0 as it is, 'u' as \u00XX, else after a backslash. */
static const char escape[128] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * Whether eight bytes may need a closer look: one of them is below 0x20, a
 * quote, a backslash or not ASCII.  Subtracting sets the top bit of a byte that
 * was too small; a borrow may raise a false alarm, never hide a true one.
 */
static inline bool
suspicious(const char *s)
{
	uint64_t v;

	memcpy(&v, s, sizeof(v));
	return ((v | (v - EACH(0x20)) | ((v ^ EACH(0x22)) - EACH(1)) | ((v ^ EACH(0x5c)) - EACH(1))) &
	    EACH(0x80)) != 0;
}

/* Length of the beginning of ${s} that stands in JSON as it is. */
static size_t
plain(const char *s, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	while (len - i >= 8 && !suspicious(s + i))
		i += 8;
	while (i < len) {
		unsigned char c = (unsigned char)s[i];
		size_t n = 1;

		if (c < 0x80 ? escape[c] != 0 : (n = utf8_decode(s + i, len - i, &cp)) == 0)
			break;
		i += n;
	}
	return i;
}

/* How many bytes escaped() writes. */
static size_t
escaped_len(const char *s, size_t len)
{
	size_t ret = 0, n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)s[i];

		n = 1;
		if (len - i >= 8 && !suspicious(s + i))
			ret += n = 8;
		else if (c < 0x80)
			ret += escape[c] == 0 ? 1 : escape[c] == 'u' ? 6 : 2;
		else if ((n = utf8_decode(s + i, len - i, &cp)) > 0)
			ret += n;
		else
			ret += 3 * (n = 1);
	}
	return ret;
}

static void
escaped(const char *s, size_t len, char *p)
{
	static const char digit[] = "0123456789abcdef";
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)s[i];

		n = 1;
		if (len - i >= 8 && !suspicious(s + i)) {
			memcpy(p, s + i, n = 8);
			p += 8;
		} else if (c < 0x80 && escape[c] == 0) {
			*p++ = (char)c;
		} else if (c < 0x80) {
			*p++ = '\\';
			*p++ = escape[c];
			if (escape[c] == 'u') {
				memcpy(p, "00", 2);
				p[2] = digit[c >> 4];
				p[3] = digit[c & 15];
				p += 4;
			}
		} else if ((n = utf8_decode(s + i, len - i, &cp)) > 0) {
			memcpy(p, s + i, n);
			p += n;
		} else {
			memcpy(p, "\xef\xbf\xbd", 3);
			p += 3;
			n = 1;
		}
	}
}

void
jsonw_quote(struct buf *out, const char *s, size_t len)
{
	size_t n = plain(s, len), size = n == len ? n : n + escaped_len(s + n, len - n);
	char *p = buf_extend(out, size + 2);

	if (p == NULL)
		return;
	p[0] = '"';
	if (n > 0)
		memcpy(p + 1, s, n);
	if (n < len)
		escaped(s + n, len - n, p + 1 + n);
	p[size + 1] = '"';
}

void
jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw)JSONW_INIT(out);
}

static bool
in_object(const struct jsonw *w)
{
	return w->depth > 0 && (w->object >> (w->depth - 1) & 1) != 0;
}

/* What stands before any value: a comma, unless a key has just seen to it. */
static void
before_value(struct jsonw *w)
{
	assert(in_object(w) == w->keyed);
	assert(w->depth > 0 || !w->comma);
	if (w->comma && !w->keyed)
		buf_addc(w->out, ',');
	w->comma = true;
	w->keyed = false;
}

static void
open_level(struct jsonw *w, bool object)
{
	before_value(w);
	assert(w->depth < JSONW_DEPTH_MAX);
	w->object &= ~(UINT64_C(1) << w->depth);
	w->object |= (uint64_t)object << w->depth;
	w->depth++;
	w->comma = false;
	buf_addc(w->out, object ? '{' : '[');
}

static void
close_level(struct jsonw *w, bool object)
{
	assert(w->depth > 0 && in_object(w) == object && !w->keyed);
	w->depth--;
	w->comma = true;
	buf_addc(w->out, object ? '}' : ']');
}

void
jsonw_object(struct jsonw *w)
{
	open_level(w, true);
}

void
jsonw_object_end(struct jsonw *w)
{
	close_level(w, true);
}

void
jsonw_array(struct jsonw *w)
{
	open_level(w, false);
}

void
jsonw_array_end(struct jsonw *w)
{
	close_level(w, false);
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_keyn(w, key, strlen(key));
}

void
jsonw_keyn(struct jsonw *w, const char *key, size_t len)
{
	assert(in_object(w) && !w->keyed);
	if (w->comma)
		buf_addc(w->out, ',');
	jsonw_quote(w->out, key, len);
	buf_addc(w->out, ':');
	w->keyed = true;
}

void
jsonw_stringn(struct jsonw *w, const char *s, size_t len)
{
	if (s == NULL) {
		jsonw_null(w);
		return;
	}
	before_value(w);
	jsonw_quote(w->out, s, len);
}

void
jsonw_string(struct jsonw *w, const char *s)
{
	jsonw_stringn(w, s, s == NULL ? 0 : strlen(s));
}

void
jsonw_int(struct jsonw *w, int64_t n)
{
	char digit[20];
	size_t at = sizeof(digit);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	before_value(w);
	do {
		digit[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (n < 0)
		digit[--at] = '-';
	buf_add(w->out, digit + at, sizeof(digit) - at);
}

void
jsonw_bool(struct jsonw *w, bool value)
{
	before_value(w);
	buf_adds(w->out, value ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	before_value(w);
	buf_add(w->out, "null", 4);
}

void
jsonw_raw(struct jsonw *w, const char *json, size_t len)
{
	if (json == NULL) {
		jsonw_null(w);
		return;
	}
	assert(len > 0);
	before_value(w);
	buf_add(w->out, json, len);
}

void
jsonw_kstring(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_string(w, s);
}

void
jsonw_kint(struct jsonw *w, const char *key, int64_t n)
{
	jsonw_key(w, key);
	jsonw_int(w, n);
}

void
jsonw_kbool(struct jsonw *w, const char *key, bool value)
{
	jsonw_key(w, key);
	jsonw_bool(w, value);
}

void
jsonw_knull(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_null(w);
}

void
jsonw_kraw(struct jsonw *w, const char *key, const char *json)
{
	jsonw_key(w, key);
	jsonw_raw(w, json, json == NULL ? 0 : strlen(json));
}

void
jsonw_kobject(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_object(w);
}

void
jsonw_karray(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_array(w);
}
