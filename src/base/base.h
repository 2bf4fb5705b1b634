/* SPDX-License-Identifier: Apache-2.0 */
/* base.h: the few macros every file uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define MUST_CHECK __attribute__((warn_unused_result))

/* Releases a local when it leaves its scope: cleanup(buf_clear) struct buf b = ... */
#define cleanup(fn) __attribute__((cleanup(fn)))

static inline bool
str_eq(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static inline bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* NULL and "" are both "nothing was said". */
static inline bool
str_empty(const char *s)
{
	return s == NULL || *s == '\0';
}

/* cleanup() helpers. */
static inline void
free_charp(char **p)
{
	free(*p);
	*p = NULL;
}
