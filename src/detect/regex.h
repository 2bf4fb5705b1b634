/* SPDX-License-Identifier: Apache-2.0 */
/* regex.h: regular expressions of rules; every search has a limit of steps and memory. */
#pragma once

#include "base/err.h"
#include "event/event.h"

struct regex;
struct regex_thread; /* what one thread needs for any number of expressions */

/* ERR_INVALID "detect.regex" {reason} {offset}. */
int regex_compile(const char *pattern, bool ignorecase, bool multiline, bool dotall, struct regex **ret,
    struct err *err);
void regex_free(struct regex *regex); /* NULL is allowed */

struct regex_thread *regex_thread_new(void);
void regex_thread_free(struct regex_thread *thread); /* NULL is allowed */

/*
 * Whether the expression may be found in bytes that are ${low} in small letters (detect/lower.h); and whether
 * it is found in those bytes, of which regex_may() said so.  ${ret_limited} becomes true when it was given up.
 */
bool regex_may(const struct regex *regex, struct text low);
bool regex_find(const struct regex *regex, struct regex_thread *thread, struct text text, bool *ret_limited);

/*
 * Texts of which one stands in everything the expression finds, in small letters: up to ${max}
 * alternatives into ${ret}, each in an arena.  0 when none can be said.
 */
struct regex_literal {
	const char *text;
	size_t len;
};
struct arena;
size_t regex_literals(struct arena *arena, const char *pattern, size_t max, struct regex_literal *ret);

/*
 * Of each alternative of the whole expression the pieces that stand, one behind the other, in what it
 * finds, in small letters: a byte with the length and the bytes of each, then 0; after the last
 * alternative 0 again.  In the arena; NULL when nothing can be said.  ${ret_all}: the expression says
 * nothing else, only .* between them.
 */
const char *regex_pieces(struct arena *arena, const char *pattern, size_t *ret_len, bool *ret_all);
