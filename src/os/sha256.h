/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.h: SHA-256 (FIPS 180-4) with the processor's own instructions where it has them. */
#pragma once

#include "base/base.h"

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65 /* lower-case hex and NUL */

/* A hash under way; a plain value: it may be copied and needs no release. */
struct sha256 {
	_Alignas(uint64_t) unsigned char state[112];
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t len);
void sha256_end(struct sha256 *h, uint8_t ret[static SHA256_SIZE]);

/* All at once. */
void sha256(const void *data, size_t len, uint8_t ret[static SHA256_SIZE]);

/* The hashes of ${n} texts, each to its ${ret}: faster than one after the other. */
struct sha256_job {
	const void *data;
	size_t len;
	uint8_t *ret; /* SHA256_SIZE bytes; no part of any of the texts */
};
void sha256_many(const struct sha256_job *job, size_t n);

/* All at once, as lower-case hex. Returns ${ret}. */
char *sha256_hex(const void *data, size_t len, char ret[static SHA256_HEX_SIZE]);
