/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#define BLOCK_SIZE ((size_t)8192)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

static void
out_of_memory(void)
{
	fputs("khien: out of memory\n", stderr);
	abort();
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size == 0 ? 1 : size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	p = realloc(p, size == 0 ? 1 : size);
	if (p == NULL)
		out_of_memory();
	return p;
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->block;
	size_t need = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	void *p;

	if (need < size)
		out_of_memory();
	if (block == NULL || block->size - block->used < need) {
		size_t room = need > BLOCK_SIZE / 2 ? need : BLOCK_SIZE;

		block = xcalloc(1, sizeof(*block) + room);
		block->size = room;
		/* A big piece goes behind the current block, whose rest stays in use. */
		if (room == need && arena->block != NULL) {
			block->next = arena->block->next;
			arena->block->next = block;
		} else {
			block->next = arena->block;
			arena->block = block;
		}
	}
	p = block->data + block->used;
	block->used += need;
	arena->total += need;
	return p;
}

char *
arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char text[512], *out;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		out_of_memory();
	out = arena_alloc(arena, (size_t)len + 1);
	/* Formatting costs more than copying: again only what did not fit. */
	if ((size_t)len < sizeof(text))
		memcpy(out, text, (size_t)len + 1);
	else
		vsnprintf(out, (size_t)len + 1, fmt, again);
	va_end(again);
	return out;
}

void
arena_clear(struct arena *arena)
{
	while (arena->block != NULL) {
		struct arena_block *next = arena->block->next;

		free(arena->block);
		arena->block = next;
	}
	arena->total = 0;
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->block;

	if (kept != NULL && kept->size == BLOCK_SIZE) {
		arena->block = kept->next;
		memset(kept->data, 0, kept->used);
		kept->used = 0;
		kept->next = NULL;
	} else {
		kept = NULL;
	}
	arena_clear(arena);
	arena->block = kept;
}
