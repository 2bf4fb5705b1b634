/* SPDX-License-Identifier: Apache-2.0 */
#include "report/zip.h"

#include <zlib.h>

#include "base/arena.h"

#define DOS_DATE 0x0021 /* 1980-01-01, the earliest a ZIP can say */
#define UTF8_NAME 0x0800
#define DEFLATE 8

static void
put16(struct buf *out, unsigned n)
{
	char b[2] = { (char)n, (char)(n >> 8) };

	buf_add(out, b, sizeof(b));
}

static void
put32(struct buf *out, size_t n)
{
	put16(out, (unsigned)(n & 0xffff));
	put16(out, (unsigned)(n >> 16 & 0xffff));
}

/* Raw deflate; the settings never change, so the bytes do not either. */
static char *
pack(const char *data, size_t len, size_t *ret_len)
{
	z_stream z = { 0 };
	uLong bound;
	char *out;

	if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	bound = deflateBound(&z, len);
	out = xmalloc(bound);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)bound;
	deflate(&z, Z_FINISH);
	*ret_len = z.total_out;
	deflateEnd(&z);
	return out;
}

/* What the local header and the directory say alike. */
static void
put_common(struct buf *out, const struct zip_part *p)
{
	put16(out, 20);
	put16(out, UTF8_NAME);
	put16(out, DEFLATE);
	put16(out, 0);
	put16(out, DOS_DATE);
	put32(out, p->crc);
	put32(out, p->packed);
	put32(out, p->size);
	put16(out, (unsigned)strlen(p->name));
	put16(out, 0);
}

void
zip_out_add(struct zip_out *zip, const char *name, const char *data, size_t len)
{
	struct zip_part *p = &zip->part[zip->parts++];
	char *packed;

	p->name = name;
	p->offset = zip->out->len;
	p->size = len;
	p->crc = (uint32_t)crc32(0, (const Bytef *)data, (uInt)len);
	packed = pack(data, len, &p->packed);
	put32(zip->out, 0x04034b50);
	put_common(zip->out, p);
	buf_adds(zip->out, name);
	buf_add(zip->out, packed, p->packed);
	free(packed);
}

void
zip_out_end(struct zip_out *zip)
{
	size_t at = zip->out->len, size;

	for (size_t i = 0; i < zip->parts; i++) {
		const struct zip_part *p = &zip->part[i];

		put32(zip->out, 0x02014b50);
		put16(zip->out, 20);
		put_common(zip->out, p);
		put16(zip->out, 0); /* comment */
		put16(zip->out, 0); /* disk */
		put16(zip->out, 0);
		put32(zip->out, 0);
		put32(zip->out, p->offset);
		buf_adds(zip->out, p->name);
	}
	size = zip->out->len - at;
	put32(zip->out, 0x06054b50);
	put32(zip->out, 0);
	put16(zip->out, (unsigned)zip->parts);
	put16(zip->out, (unsigned)zip->parts);
	put32(zip->out, size);
	put32(zip->out, at);
	put16(zip->out, 0);
}
