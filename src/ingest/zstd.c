/* SPDX-License-Identifier: Apache-2.0 */
/* zstd.c: RFC 8878, unpacked as it is read. */
#include <zstd.h>

#include "base/arena.h"
#include "ingest/source.h"

#define IN_BLOCK   ((size_t)128 << 10)
#define WINDOW_LOG 27 /* 128 MiB: what zstd unpacks without being asked twice; few frames want that much */

struct zstd_source {
	struct source base;
	ZSTD_DStream *stream;
	ZSTD_inBuffer in;
	bool begun; /* a frame is under way */
	uint8_t block[IN_BLOCK];
};

static void
damaged(struct zstd_source *z)
{
	if (z->base.fault == NULL)
		z->base.fault = "ingest.unpack.damaged";
}

static bool
refill(struct zstd_source *z)
{
	if (z->in.pos < z->in.size)
		return true;
	z->in = (ZSTD_inBuffer){ z->block, source_refill(&z->base, z->block, sizeof(z->block)), 0 };
	return z->in.size > 0;
}

static size_t
zstd_read(struct source *source, uint8_t *out, size_t len)
{
	struct zstd_source *z = (struct zstd_source *)source;
	ZSTD_outBuffer to = { out, len, 0 };

	while (to.pos == 0 && source->fault == NULL) {
		bool has_input = refill(z);
		size_t rc;

		if (!has_input && !z->begun)
			break;
		rc = ZSTD_decompressStream(z->stream, &to, &z->in);
		if (ZSTD_isError(rc) || (!has_input && to.pos == 0 && rc != 0))
			damaged(z);
		z->begun = rc != 0;
	}
	return source_is_bomb(source, source->bytes + to.pos) ? 0 : to.pos;
}

static void
zstd_close(struct source *source)
{
	ZSTD_freeDStream(((struct zstd_source *)source)->stream);
}

struct source *
source_zstd(struct source *below)
{
	struct zstd_source *z = xcalloc(1, sizeof(*z));

	z->base.read = zstd_read;
	z->base.close = zstd_close;
	z->base.below = below;
	z->stream = ZSTD_createDStream();
	if (z->stream == NULL ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG)))
		damaged(z);
	return &z->base;
}
