/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h: a growing byte buffer that is born with a maximum.  Reaching it is an
 * ordinary error that stays (buf.full); later additions do nothing, and the
 * one who uses the result checks once.
 */
#pragma once

#include "base/base.h"

struct buf {
	char *data; /* NUL-terminated when not NULL */
	size_t len, cap, max; /* cap: with the NUL, at most max + 1 */
	bool full;
};

#define BUF_INIT(limit) { NULL, 0, 0, (limit), false }

void buf_init(struct buf *buf, size_t max);
void buf_clear(struct buf *buf); /* frees; the maximum stays */
void buf_reset(struct buf *buf); /* empties, keeps the memory */

/*
 * Where up to ${most} more bytes can be written, for the caller who then tells by
 * buf_end() how far he wrote; NULL when they might be beyond the maximum, which is
 * not yet to be full.
 */
char *buf_grow(struct buf *buf, size_t most);

static inline char *
buf_room(struct buf *buf, size_t most)
{
	return buf->cap - buf->len > most && !buf->full ? buf->data + buf->len : buf_grow(buf, most);
}

static inline void
buf_end(struct buf *buf, char *end)
{
	buf->len = (size_t)(end - buf->data);
	*end = '\0';
}

static inline void
buf_add(struct buf *buf, const void *data, size_t len)
{
	char *p = buf_room(buf, len);

	buf->full = buf->full || p == NULL;
	if (p == NULL)
		return;
	if (len > 0)
		memcpy(p, data, len);
	buf_end(buf, p + len);
}

static inline void
buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

/*
 * Makes the text  bytes longer and returns where they are, for the caller
 * to fill at once; NULL when that would be beyond the maximum.
 */
char *buf_extend(struct buf *buf, size_t len);

void buf_adds(struct buf *buf, const char *s);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The text so far, never NULL. */
const char *buf_str(const struct buf *buf);

/* Hands the memory over to the caller, who frees it; never NULL. */
char *buf_take(struct buf *buf);
