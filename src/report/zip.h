/* SPDX-License-Identifier: Apache-2.0 */
/* zip.h: a ZIP written into memory, whose bytes depend on its content alone: no times, no owners. */
#pragma once

#include "base/buf.h"

#define ZIP_PARTS_MAX 24

struct zip_part {
	const char *name;
	size_t offset, packed, size;
	uint32_t crc;
};

struct zip_out {
	struct buf *out;
	struct zip_part part[ZIP_PARTS_MAX];
	size_t parts;
};

/* Adds a member, deflated; ${name} lives until zip_out_end(). */
void zip_out_add(struct zip_out *zip, const char *name, const char *data, size_t len);

/* Writes the directory.  What did not fit shows as out->full. */
void zip_out_end(struct zip_out *zip);
