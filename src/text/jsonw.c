/* SPDX-License-Identifier: Apache-2.0 */
#include "text/jsonw.h"

#include <assert.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

/* How a byte below 0x80 is escaped: 0 as it is, 'u' as \u00XX, else after a backslash. */
static const char escape[128] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

#define ROW 16 /* bytes looked at together */

/* How many of ${len} bytes, at most ROW, stand in JSON as they are; ROW bytes are copied where there are so many. */
static inline size_t
plain(const char *s, size_t len, char *p)
{
	size_t i = 0;

#ifdef __SSE2__
	if (len >= ROW) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
		/* Compared as signed: what is not ASCII is below a blank too. */
		__m128i odd = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(' ')),
		    _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		unsigned at = (unsigned)_mm_movemask_epi8(odd);

		_mm_storeu_si128((__m128i *)(void *)p, v);
		return at == 0 ? ROW : (size_t)__builtin_ctz(at);
	}
#endif
	for (; i < len && i < ROW && (unsigned char)s[i] < 0x80 && escape[(unsigned char)s[i]] == 0; i++)
		p[i] = s[i];
	return i;
}

/* A byte below 0x80 that does not stand as it is. */
static char *
escaped(unsigned char c, char *p)
{
	static const char digit[] = "0123456789abcdef";

	*p++ = '\\';
	*p++ = escape[c];
	return escape[c] != 'u' ? p : mempcpy(p, (const char[]){ '0', '0', digit[c >> 4], digit[c & 15] }, 4);
}

static bool
is_more(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The character at ${s}, which is not ASCII; how many bytes of ${s} it takes.  ${bad} when it is none. */
static inline size_t
wide(const char *s, size_t len, char **p, bool *bad)
{
	unsigned char c = (unsigned char)s[0];
	uint32_t cp;
	size_t n;

	/* Vietnamese is written with these two; what else there is takes longer. */
	if (c >= 0xc2 && c < 0xe0 && len > 1 && is_more(s[1])) {
		memcpy(*p, s, 2);
		*p += 2;
		return 2;
	}
	if (c > 0xe0 && c < 0xed && len > 2 && is_more(s[1]) && is_more(s[2])) {
		memcpy(*p, s, 3);
		*p += 3;
		return 3;
	}
	n = utf8_decode(s, len, &cp);
	*p = mempcpy(*p, n > 0 ? s : "\xef\xbf\xbd", n > 0 ? n : 3);
	*bad |= n == 0;
	return n > 0 ? n : 1;
}

#define LONGEST 6 /* bytes for one: \u00XX */
#define AT_ONCE ((size_t)1024)

/* What begins before ${until}, from ${pos} on; the end of what was written. */
static char *
quoted(const char *s, size_t len, size_t until, size_t *pos, char *p, bool *bad)
{
	size_t i = *pos;

	while (i < until) {
		size_t n = plain(s + i, len - i, p);

		i += n;
		p += n;
		while (n < ROW && i < until && (unsigned char)s[i] >= 0x80)
			i += wide(s + i, len - i, &p, bad);
		if (n < ROW && i < until && escape[(unsigned char)s[i]] != 0) {
			*bad |= s[i] == '\0';
			p = escaped((unsigned char)s[i++], p);
		}
	}
	*pos = i;
	return p;
}

bool
jsonw_quote(struct buf *out, const char *s, size_t len)
{
	char small[LONGEST * AT_ONCE + ROW + 2];
	bool bad = false;
	size_t i = 0;

	do {
		size_t until = len - i > AT_ONCE ? i + AT_ONCE : len;
		/* In place if there is room for the worst; else elsewhere first, as it may be less. */
		char *room = buf_room(out, LONGEST * (until - i) + ROW + 2), *p = room == NULL ? small : room;

		if (i == 0)
			*p++ = '"';
		p = quoted(s, len, until, &i, p, &bad);
		if (i == len)
			*p++ = '"';
		if (room != NULL)
			buf_end(out, p);
		else
			buf_add(out, small, (size_t)(p - small));
	} while (i < len && !out->full);
	return !bad;
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
static inline void
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
jsonw_quoted_key(struct jsonw *w, const char *key, size_t len)
{
	char *p;

	assert(in_object(w) && !w->keyed);
	p = buf_extend(w->out, len + w->comma);
	if (p != NULL)
		memcpy(w->comma ? mempcpy(p, ",", 1) : p, key, len);
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
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	    "8081828384858687888990919293949596979899";
	char digit[20];
	size_t at = sizeof(digit);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	before_value(w);
	for (; rest >= 10; rest /= 100) {
		at -= 2;
		memcpy(digit + at, pairs + 2 * (rest % 100), 2);
	}
	if (rest > 0 || at == sizeof(digit))
		digit[--at] = (char)('0' + rest);
	if (n < 0)
		digit[--at] = '-';
	buf_add(w->out, digit + at, sizeof(digit) - at);
}

void
jsonw_bool(struct jsonw *w, bool value)
{
	before_value(w);
	buf_add(w->out, value ? "true" : "false", value ? 4 : 5);
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
