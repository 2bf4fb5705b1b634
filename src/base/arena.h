/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h: memory with one lifetime, freed at once.  One per request, batch or
 * loaded pack set; passed as the first parameter.  Memory is zeroed.  Running
 * out of memory ends the process: callers bound what they keep, and input is
 * bounded before it gets here.
 */
#pragma once

#include "base/base.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* newest first */
	size_t total;              /* bytes handed out, for tests and limits */
};

#define ARENA_INIT { NULL, 0 }

void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *s);           /* NULL stays NULL */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Frees everything; the arena is empty and usable again. */
void arena_clear(struct arena *arena);

/* The same, keeping a block: for an arena that is filled again at once, and often. */
void arena_reset(struct arena *arena);

/* malloc, calloc, realloc, strdup that end the process when memory is gone. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
