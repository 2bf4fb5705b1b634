/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/hmac.h"

#include "base/id.h"

#define BLOCK 64 /* bytes SHA-256 works on at a time */

/* One of the two hashes: over the key mixed with ${pad}, then over ${data}. */
static void
keyed(const uint8_t key[static BLOCK], uint8_t pad, const void *data, size_t len,
    uint8_t ret[static SHA256_SIZE])
{
	uint8_t block[BLOCK];
	struct sha256 h;

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	sha256_init(&h);
	sha256_add(&h, block, sizeof(block));
	sha256_add(&h, data, len);
	sha256_end(&h, ret);
}

char *
hmac_sha256_hex(const void *key, size_t key_len, const void *data, size_t len,
    char ret[static SHA256_HEX_SIZE])
{
	uint8_t block[BLOCK] = { 0 }, inner[SHA256_SIZE], outer[SHA256_SIZE];

	if (key_len > BLOCK)
		sha256(key, key_len, block);
	else if (key_len > 0)
		memcpy(block, key, key_len);
	keyed(block, 0x36, data, len, inner);
	keyed(block, 0x5c, inner, sizeof(inner), outer);
	return hex_encode(outer, sizeof(outer), ret);
}
