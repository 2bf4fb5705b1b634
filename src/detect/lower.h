/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower.h: texts in small letters, which is how case is made not to count: Unicode's simple
 * mapping, one character to one.  Bytes that are no UTF-8 stay as they are.
 */
#pragma once

#include "base/base.h"

/* Room that may be needed for ${len} bytes or units; part of it is only scratch. */
#define LOWER_ROOM_UTF8(len)  ((len) + (len) / 2 + 32)
#define LOWER_ROOM_UTF16(units) ((units) * 3 + 32)

/* Writes ${s} in small letters to ${out}; returns the bytes written. */
size_t lower_utf8(const char *s, size_t len, char *out);

/* The same from little-endian UTF-16, which need not be aligned; lone surrogates become U+FFFD. */
size_t lower_utf16(const void *units, size_t count, char *out);

uint32_t lower_char(uint32_t c);
