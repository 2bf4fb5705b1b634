/* SPDX-License-Identifier: Apache-2.0 */
/* gzip.c: RFC 1952, unpacked as it is read. */
#include <zlib.h>

#include "base/arena.h"
#include "ingest/source.h"

#define IN_BLOCK ((size_t)64 << 10)

struct gzip_source {
	struct source base;
	z_stream z;
	bool begun; /* a member is under way */
	uint8_t in[IN_BLOCK];
};

static void
damaged(struct gzip_source *g)
{
	if (g->base.fault == NULL)
		g->base.fault = "ingest.unpack.damaged";
}

/* False at the end of the file, or when it is cut off within a member. */
static bool
refill(struct gzip_source *g)
{
	if (g->z.avail_in > 0)
		return true;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)source_refill(&g->base, g->in, sizeof(g->in));
	if (g->z.avail_in == 0 && g->begun)
		damaged(g);
	return g->z.avail_in > 0;
}

/* Behind a member: another one, the end, or zeros up to the end of a block of tape. */
static bool
next_member(struct gzip_source *g)
{
	while (refill(g)) {
		while (g->z.avail_in > 0 && *g->z.next_in == 0) {
			g->z.next_in++;
			g->z.avail_in--;
		}
		if (g->z.avail_in == 0)
			continue;
		if (inflateReset(&g->z) != Z_OK) {
			damaged(g);
			return false;
		}
		g->begun = true;
		return true;
	}
	return false;
}

static size_t
gzip_read(struct source *source, uint8_t *out, size_t len)
{
	struct gzip_source *g = (struct gzip_source *)source;
	int rc;

	if (len > (1u << 30))
		len = 1u << 30;
	g->z.next_out = out;
	g->z.avail_out = (uInt)len;
	while (g->z.avail_out == len && source->fault == NULL) {
		if (g->begun ? !refill(g) : !next_member(g))
			break;
		rc = inflate(&g->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			g->begun = false;
		else if (rc != Z_OK && rc != Z_BUF_ERROR)
			damaged(g);
	}
	len -= g->z.avail_out;
	return source_is_bomb(source, source->bytes + len) ? 0 : len;
}

static void
gzip_close(struct source *source)
{
	inflateEnd(&((struct gzip_source *)source)->z);
}

struct source *
source_gzip(struct source *below)
{
	struct gzip_source *g = xcalloc(1, sizeof(*g));

	g->base.read = gzip_read;
	g->base.close = gzip_close;
	g->base.below = below;
	if (inflateInit2(&g->z, 15 + 16) != Z_OK) /* 16: with the head of gzip */
		damaged(g);
	return &g->base;
}
