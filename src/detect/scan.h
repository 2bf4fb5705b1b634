/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h: any number of literals found in one pass over bytes.
 *
 * Of each literal four neighbouring bytes that few others have are chosen.  A bit set says of four
 * bytes of the text whether they may be some literal's; where they may, a table names the literals that
 * are compared.  Of short literals the first bytes are looked at, sixteen places at a time.  Compiling
 * takes milliseconds for ten thousand literals, and the result is flat bytes that refer to nothing
 * outside: they can be kept and read back as they are.
 */
#pragma once

#include "base/base.h"

#define SCAN_SLACK 24 /* bytes that must be readable behind a text; what they are does not matter */
#define SCAN_ALIGN 8  /* of compiled bytes */

struct scan_literal {
	const char *text;
	uint32_t len;     /* at least 1 */
};

/* How often four bytes stand in literals: what rules ask for often, logs have often. */
struct scan_weights;
struct scan_weights *scan_weights_new(void);
void scan_weigh(struct scan_weights *weights, const struct scan_literal *literal);
void scan_weights_free(struct scan_weights *weights); /* NULL is allowed */

/* Compiles the literals; the caller frees what is returned. */
void *scan_compile(const struct scan_literal *literal, size_t count, const struct scan_weights *weights,
    size_t *ret_len);

/* Tells ${fn} the number of each literal found, where it begins and its length, each time it is found. */
typedef void (*scan_found_fn)(void *arg, uint32_t literal, size_t at, size_t len);
void scan_run(const void *compiled, const char *text, size_t len, scan_found_fn fn, void *arg);
