/* SPDX-License-Identifier: Apache-2.0 */
/* id.h: UUIDv7 identifiers (RFC 9562 §5.7), random bytes and codes people can say aloud. */
#pragma once

#include "base/base.h"

#define ID_SIZE 37 /* 36 characters and NUL */

/* Fills ${out} with bytes of the kernel's random source; never fails. */
void random_bytes(void *out, size_t len);

/*
 * A new UUIDv7 for wall time ${ms}.  Ids made by one process in one
 * millisecond still sort in the order they were made.  Returns ${out}.
 */
char *id_new(int64_t ms, char out[static ID_SIZE]);

/* Whether ${s} has the form of a UUID in lower case. */
bool id_valid(const char *s);

/*
 * ${chars} characters of Crockford's base 32 without I, L, O, U (5 random
 * bits each), in groups of four: "7K3M-Q2XW".  ${out} has room for
 * chars + chars / 4 + 1 bytes.  Returns ${out}.
 */
char *code_new(size_t chars, char *out);

/* ${bytes} random bytes as lower-case hex; ${out} has room for 2 * bytes + 1. Returns ${out}. */
char *token_new(size_t bytes, char *out);

/* Lower-case hex of ${len} bytes; ${out} has room for 2 * len + 1. Returns ${out}. */
char *hex_encode(const void *data, size_t len, char *out);

/* False unless ${hex} is exactly 2 * ${len} lower-case hex digits: a byte has one spelling only. */
bool hex_decode(const char *hex, void *ret_data, size_t len);
