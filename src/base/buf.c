/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

void
buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf)BUF_INIT(max);
}

void
buf_clear(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->full = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

char *
buf_grow(struct buf *buf, size_t most)
{
	size_t cap = buf->cap < 256 ? 256 : buf->cap, need = buf->len + most + 1;

	if (buf->full || most > buf->max - buf->len)
		return NULL;
	if (need > buf->cap) {
		while (cap < need)
			cap *= 2;
		if (cap - 1 > buf->max)
			cap = buf->max + 1;
		buf->data = xrealloc(buf->data, cap);
		buf->cap = cap;
	}
	return buf->data + buf->len;
}

char *
buf_extend(struct buf *buf, size_t len)
{
	char *p = buf_room(buf, len);

	if (p != NULL)
		buf_end(buf, p + len);
	else
		buf->full = true;
	return p;
}

void
buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	size_t left = buf->full ? 0 : buf->cap - buf->len;
	va_list ap;
	int len;
	char *p;

	va_start(ap, fmt);
	len = vsnprintf(left > 0 ? buf->data + buf->len : NULL, left, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < left) {
		buf->len += (size_t)len;
		return;
	}
	if (left > 0)
		buf->data[buf->len] = '\0';
	if (len < 0)
		return;
	p = buf_extend(buf, (size_t)len);
	if (p == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

char *
buf_take(struct buf *buf)
{
	char *data = buf->data == NULL ? xstrdup("") : buf->data;

	buf_init(buf, buf->max);
	return data;
}
