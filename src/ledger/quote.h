/* SPDX-License-Identifier: Apache-2.0 */
/* quote.h: JSON strings, fast where nothing needs an escape; for this folder only. */
#pragma once

#include "text/jsonw.h"

/* Whether ${s} is printable ASCII without quote and backslash. */
static inline bool
quote_is_plain(const char *s, size_t len)
{
	unsigned bad = 0;

	/* No early end: the compiler makes wide instructions of this. */
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		bad |= (unsigned)((c < 0x20) | (c >= 0x7f) | (c == '"') | (c == '\\'));
	}
	return bad == 0;
}

static inline void
quote(struct buf *out, const char *s, size_t len)
{
	if (!quote_is_plain(s, len)) {
		jsonw_quote(out, s, len);
		return;
	}
	buf_addc(out, '"');
	buf_add(out, s, len);
	buf_addc(out, '"');
}
