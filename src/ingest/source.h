/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h: bytes from a file, unpacked on the way.
 *
 * A source lies on another one, which it owns.  Reading never fails with an error: what cannot be
 * had ends the source, and ${fault} says why.
 */
#pragma once

#include "base/base.h"

#define SOURCE_HEAD ((size_t)128 << 10) /* what source_peek can look at */
#define SOURCE_LOOK ((size_t)8 << 10)   /* what it reads at least */

struct source {
	/* At most ${len} bytes; 0 at the end or at a fault. */
	size_t (*read)(struct source *source, uint8_t *out, size_t len);
	/* Passes over ${len} bytes that are there, without reading them; NULL: this kind cannot. */
	bool (*skip)(struct source *source, uint64_t len);
	/* How many zeros follow that take no room on the disk: a hole in the file; NULL: not known. */
	uint64_t (*hole)(struct source *source);
	void (*close)(struct source *source); /* what is the kind's own; NULL: nothing */
	struct source *below;
	const char *fault; /* catalogue key, NULL: none so far */
	bool is_done;      /* its own kind has nothing more */
	uint8_t *head;     /* read ahead by source_peek */
	size_t head_len, head_pos;
	uint64_t bytes;    /* that this source has read from its own kind */
};

/* Reads ${fd}, which it takes over. */
struct source *source_file(int fd);

/* The same of a file that can be moved about in, at most ${len} bytes of it. */
struct source *source_stretch(int fd, uint64_t len);

/*
 * What ${below} unpacks to; several members or frames in one file are one text.  Unpacking more
 * than SOURCE_FREE bytes and SOURCE_RATIO times what was read ends with ingest.unpack.bomb.
 */
#define SOURCE_FREE  ((uint64_t)1 << 30)
#define SOURCE_RATIO 400
struct source *source_gzip(struct source *below);
struct source *source_zstd(struct source *below);

/*
 * Puts what unpacks ${source} on top of it, twice at most (a packed file packed again);
 * ${ret_packing} (may be NULL): "gzip", "zstd", or NULL.
 */
struct source *source_packed(struct source *source, const char **ret_packing);

/* Fills ${out}; less than ${len} only at the end. */
size_t source_read(struct source *source, uint8_t *out, size_t len);

/* How many bytes follow that are a hole in the file: zeros that need not be read; 0 where that is not known. */
uint64_t source_hole(struct source *source);

/*
 * Passes over ${len} bytes, which must be there, without reading them; false when that cannot be done, and nothing
 * is passed over then.
 */
bool source_skip(struct source *source, uint64_t len);

/* The next bytes without taking them: at most SOURCE_HEAD, and only before the first source_read. */
size_t source_peek(struct source *source, size_t len, const uint8_t **ret_data);

/* Gives what was peeked at, ${ret_len} bytes in SOURCE_HEAD of memory, as the caller's own; reading goes on behind it. */
uint8_t *source_take_head(struct source *source, size_t *ret_len);

void source_free(struct source *source); /* NULL is allowed */

/* For the kinds: whether that much more would be a bomb; sets the fault then. */
bool source_is_bomb(struct source *source, uint64_t unpacked);

/* For the kinds: reads once from the one below, whose fault becomes this one's. */
size_t source_refill(struct source *source, uint8_t *out, size_t len);
