/* SPDX-License-Identifier: Apache-2.0 */
/*
 * images.h: the last image of every row, as hashes: 40 bytes a row whatever its
 * size, so that a large ledger can be compared with its tables in little memory.
 */
#pragma once

#include "ledger/image.h"

#define IMAGE_HASH 16 /* bytes of SHA-256 that are kept */

struct image_slot {
	uint8_t row[IMAGE_HASH];  /* of table and id */
	uint8_t image[IMAGE_HASH];
	int64_t seq : 62;         /* entry of the last image + 1; 0: free */
	uint64_t deleted : 1, seen : 1;
};

struct images {
	struct image_slot *slot;
	size_t used, size;
};

#define IMAGES_INIT { NULL, 0, 0 }

/* The key of a row, and the hash of an image. */
void image_key(struct span table, struct span id, uint8_t ret[static IMAGE_HASH]);
void image_hash(struct span row, uint8_t ret[static IMAGE_HASH]);

/* The slot of a row; NULL when no image was put. */
struct image_slot *images_get(const struct images *images, const uint8_t key[static IMAGE_HASH]);

/* The slot of a row, made when there is none; valid until the next call. */
struct image_slot *images_put(struct images *images, const uint8_t key[static IMAGE_HASH]);

void images_clear(struct images *images);
