/* SPDX-License-Identifier: Apache-2.0 */
/*
 * untar.h: members of a tar archive, one after the other, from any source.
 *
 * Read are the old form, ustar, GNU (long names) and pax (path, size).  Names are given as they
 * stand there: whoever uses one as a path looks at it first.
 */
#pragma once

#include "ingest/source.h"

#define UNTAR_NAME_MAX 4096 /* longer names are cut */

enum untar_kind { UNTAR_FILE, UNTAR_FOLDER, UNTAR_OTHER };

struct untar_member {
	enum untar_kind kind;  /* UNTAR_OTHER: links, devices: without content for us */
	const char *name;      /* without NUL and "/" at its end; until the next member */
	uint64_t size;
	int64_t mtime_s;       /* 0: not told */
};

struct untar;

/* Whether the source begins with a tar header whose sum is right; takes nothing. */
bool untar_is(struct source *source);

/* Reads ${source}, which stays the caller's. */
struct untar *untar_new(struct source *source);
void untar_free(struct untar *tar);

/* The next member, passing over what is left of the one before; false at the end or at a fault. */
bool untar_next(struct untar *tar, struct untar_member *ret);

/* Content of the member; less than ${len} only at its end or at a fault. */
size_t untar_read(struct untar *tar, uint8_t *out, size_t len);

/* Bytes read so far, of the archive. */
uint64_t untar_bytes(const struct untar *tar);

/* NULL, or a key as in source.fault; "ingest.unpack.damaged": no tar from here on, or cut off. */
const char *untar_fault(const struct untar *tar);
