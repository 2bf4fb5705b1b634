/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body gives the same parts whether it comes at once or in small pieces.
 * Input: the Content-Type up to the first newline, then a byte for the size of
 * the pieces, then the body.
 */
#include <assert.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
on_begin(void *ctx, const struct multipart_part *part, struct err *err)
{
	(void)err;
	assert(utf8_valid(part->name, strlen(part->name)));
	assert(utf8_valid(part->type, strlen(part->type)));
	if (part->filename != NULL) {
		assert(utf8_valid(part->filename, strlen(part->filename)));
		assert(part->filename[0] != '\0' && part->filename[0] != '.');
		assert(strlen(part->filename) <= 120 && strpbrk(part->filename, "/\\\r\n") == NULL);
	}
	buf_printf(ctx, "(%s|%s|%s:", part->name, part->filename == NULL ? "" : part->filename,
	    part->type);
	return 0;
}

static int
on_data(void *ctx, const void *data, size_t len, struct err *err)
{
	(void)err;
	assert(len > 0);
	buf_add(ctx, data, len);
	return 0;
}

static int
on_end(void *ctx, struct err *err)
{
	(void)err;
	buf_adds(ctx, ")");
	return 0;
}

static int
run(const char *type, const uint8_t *body, size_t size, size_t step, struct buf *out)
{
	static const struct multipart_ops ops = { on_begin, on_data, on_end };
	struct multipart m;
	int ret = multipart_init(&m, type, &ops, out, NULL);

	for (size_t i = 0; i < size && ret == 0; i += step)
		ret = multipart_feed(&m, body + i, size - i < step ? size - i : step, NULL);
	return ret == 0 ? multipart_finish(&m, NULL) : ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(buf_clear) struct buf whole = BUF_INIT(1 << 22), pieces = BUF_INIT(1 << 22);
	const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
	char type[200];
	size_t len, step;
	int ret, again;

	if (line == NULL || line + 1 == data + size || line - data >= (ptrdiff_t)sizeof(type))
		return 0;
	len = (size_t)(line - data);
	memcpy(type, data, len);
	type[len] = '\0';
	step = (size_t)line[1] % 16 + 1;
	data = line + 2;
	size -= len + 2;
	ret = run(type, data, size, size == 0 ? 1 : size, &whole);
	again = run(type, data, size, step, &pieces);
	assert(ret == again);
	assert(whole.len == pieces.len && memcmp(buf_str(&whole), buf_str(&pieces), whole.len) == 0);
	return 0;
}
