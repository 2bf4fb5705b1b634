/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "base/utf8.h"
#include "model/observable_private.h"

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* What a character stands for when it is only another shape of it: 0 for nothing at all. */
static uint32_t
plain_shape(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		return cp - 0xfee0; /* full width */
	if (cp == 0x3002 || cp == 0xff61)
		return '.';
	if (cp == 0xad || (cp >= 0x200b && cp <= 0x200f) || cp == 0x2060 || cp == 0xfeff)
		return 0;
	if ((cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || (cp >= 0x7f && cp <= 0xa0))
		return ' ';
	return cp;
}

static void
clean(const char *text, size_t len, struct buf *out)
{
	size_t n, from = 0;
	uint32_t cp, shape;
	char bytes[4];

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &cp);
		shape = n == 0 ? ' ' : plain_shape(cp);
		if (n != 0 && shape == cp)
			continue;
		buf_add(out, text + from, i - from);
		if (shape != 0)
			buf_add(out, bytes, utf8_encode(shape, bytes));
		n = n == 0 ? 1 : n;
		from = i + n;
	}
	buf_add(out, text + from, len - from);
}

/* What people put in brackets instead of what it stands for. */
static const struct {
	const char *text, *means;
	bool word; /* blanks around it are part of the disguise */
} disguises[] = {
	{ ".", "\x01", true }, { "dot", "\x01", true }, { "chấm", "\x01", true },
	{ "@", "@", true }, { "at", "@", true }, { "a còng", "@", true },
	{ "://", "://", false }, { ":", ":", false }, { "/", "/", false }, { "//", "//", false },
};

/*
 * The bytes a bracketed form at ${s} takes, with its row in ${ret_row}; else 0.
 * ${s} ends with NUL, which no comparison passes.
 */
static size_t
disguise(const char *s, size_t *ret_row)
{
	static const char open[] = "[({", close[] = "])}";
	char end = close[strchr(open, *s) - open];
	size_t blank = s[1] == ' ';

	for (size_t row = 0; row < ARRAY_LEN(disguises); row++) {
		size_t n = strlen(disguises[row].text), at = 1 + blank + n;

		if (strncasecmp(s + 1 + blank, disguises[row].text, n) != 0)
			continue;
		at += s[at] == ' ';
		if (s[at] != end)
			continue;
		*ret_row = row;
		return at + 1;
	}
	return 0;
}

/* hxxp, hXXp, h**p, fxp and the like before a colon: the bytes it takes, else 0. */
static size_t
disguised_scheme(const char *s, const char **ret_scheme)
{
	size_t n = 0;

	if ((*s == 'h' || *s == 'H') && s[1] != '\0' && strchr("xXtT*_", s[1]) != NULL &&
	    s[2] != '\0' && strchr("xXtT*_", s[2]) != NULL && (s[3] == 'p' || s[3] == 'P')) {
		n = s[4] == 's' || s[4] == 'S' ? 5 : 4;
		*ret_scheme = n == 5 ? "https" : "http";
	} else if (strncasecmp(s, "fxp", 3) == 0) {
		n = 3;
		*ret_scheme = "ftp";
	}
	if (n > 0 && s[n] != '\0' && strchr("[({", s[n]) != NULL)
		return s[n + 1] == ':' ? n : 0;
	return n > 0 && s[n] == ':' ? n : 0;
}

/* Undoes the bracketed form of ${n} bytes at ${i}; returns the bytes used up. */
static size_t
undo(const struct buf *in, size_t i, size_t n, size_t row, struct buf *out)
{
	if (disguises[row].word && out->len > 1 && out->data[out->len - 1] == ' ' &&
	    alnum(out->data[out->len - 2]))
		out->data[--out->len] = '\0';
	buf_adds(out, disguises[row].means);
	if (disguises[row].word && in->data[i + n] == ' ' && alnum(in->data[i + n + 1]))
		n++;
	return n;
}

void
observable_refang(const char *text, size_t len, struct buf *out)
{
	cleanup(buf_clear) struct buf in = BUF_INIT(3 * len);
	const char *scheme;
	size_t row, n;

	clean(text, len, &in);
	for (size_t i = 0; i < in.len; i += n) {
		const char *s = in.data + i;

		n = *s == '[' || *s == '(' || *s == '{' ? disguise(s, &row) : 0;
		if (n > 0) {
			n = undo(&in, i, n, row, out);
			continue;
		}
		n = i == 0 || !alnum(s[-1]) ? disguised_scheme(s, &scheme) : 0;
		if (n > 0) {
			buf_adds(out, scheme);
			continue;
		}
		buf_addc(out, *s);
		n = 1;
	}
}
