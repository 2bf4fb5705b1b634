/* SPDX-License-Identifier: Apache-2.0 */
/* quote.h: JSON strings, fast where nothing needs an escape; for this folder only. */
#pragma once

#include "text/jsonw.h"

#define QUOTE_ALL(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0 when one of eight bytes is a control character, '"', '\\' or beyond ASCII. */
static inline uint64_t
quote_special(uint64_t w)
{
	uint64_t quote = w ^ QUOTE_ALL('"'), slash = w ^ QUOTE_ALL('\\');

	/* x - 0x01… borrows into the top bit of a byte that is 0; x - 0x20… of one below 0x20. */
	return (w | ((w - QUOTE_ALL(0x20)) & ~w) | ((quote - QUOTE_ALL(1)) & ~quote) |
	    ((slash - QUOTE_ALL(1)) & ~slash)) & QUOTE_ALL(0x80);
}

/* Whether ${s} is ASCII that a JSON string holds as it is. */
static inline bool
quote_is_plain(const char *s, size_t len)
{
	uint64_t w, bad = 0;

	for (; len >= 8; s += 8, len -= 8) {
		memcpy(&w, s, 8);
		bad |= quote_special(w);
	}
	if (len == 0)
		return bad == 0;
	w = QUOTE_ALL('x');
	memcpy(&w, s, len);
	return (bad | quote_special(w)) == 0;
}

/* What quote_is_plain(). */
static inline void
quote_plain(struct buf *out, const char *s, size_t len)
{
	char *p = buf_extend(out, len + 2);

	if (p == NULL)
		return;
	p[0] = p[len + 1] = '"';
	memcpy(p + 1, s, len);
}

static inline void
quote(struct buf *out, const char *s, size_t len)
{
	if (quote_is_plain(s, len))
		quote_plain(out, s, len);
	else
		jsonw_quote(out, s, len);
}
