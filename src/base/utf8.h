/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: the checks every text from outside passes (RFC 3629). */
#pragma once

#include "base/base.h"

/* Whether ${len} bytes are well-formed UTF-8 without NUL: no overlong forms, no surrogates. */
bool utf8_valid(const char *s, size_t len);

/* Decodes the character at ${s}; returns its length in bytes, 0 when malformed or ${len} is 0. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp);

/* Writes ${cp} to ${out} (room for 4); returns the number of bytes. */
size_t utf8_encode(uint32_t cp, char *out);

/* The largest length <= ${max} that does not cut a character of the string ${s}. */
size_t utf8_cut(const char *s, size_t max);

/* Number of characters in a well-formed string. */
size_t utf8_count(const char *s);
