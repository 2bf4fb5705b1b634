/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: the checks every text from outside passes (RFC 3629). */
#pragma once

#include "base/base.h"

/* Whether ${len} bytes are well-formed UTF-8 without NUL: no overlong forms, no surrogates. */
bool utf8_valid(const char *s, size_t len);

/* How many of the ${len} bytes the character at ${s} takes; 0 when it is malformed or ${len} is 0. */
static inline size_t
utf8_length(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = len == 0 ? 0 : p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n < 2)
		return n;
	if (n > len || (p[1] & 0xc0) != 0x80 || (n > 2 && (p[2] & 0xc0) != 0x80) ||
	    (n > 3 && (p[3] & 0xc0) != 0x80))
		return 0;
	/* Overlong, a surrogate, beyond the last: the second byte tells. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return n;
}

/* Decodes the character at ${s}; returns its length in bytes, 0 when malformed or ${len} is 0. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp);

/* Writes ${cp} to ${out} (room for 4); returns the number of bytes. */
size_t utf8_encode(uint32_t cp, char *out);

/* The largest length <= ${max} that does not cut a character of the string ${s}. */
size_t utf8_cut(const char *s, size_t max);

/* Number of characters in a well-formed string. */
size_t utf8_count(const char *s);
