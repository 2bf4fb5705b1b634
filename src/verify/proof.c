/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs in a Merkle tree (RFC 9162). */
#include "verify/verify.h"

#include <sodium.h>
#include <string.h>

static void
hash_node(const uint8_t *left, const uint8_t *right, uint8_t *ret)
{
	uint8_t data[1 + 2 * HASH] = { 1 };

	memcpy(data + 1, left, HASH);
	memcpy(data + 1 + HASH, right, HASH);
	crypto_hash_sha256(ret, data, sizeof(data));
}

/* RFC 9162 §2.1.3.2 */
bool
check_inclusion(uint64_t index, uint64_t size, const uint8_t *leaf, uint8_t proof[][HASH], size_t n,
    const uint8_t *root)
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[HASH];

	if (index >= size)
		return false;
	memcpy(r, leaf, HASH);
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn) {
			hash_node(proof[i], r, r);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1, sn >>= 1)
				continue;
		} else {
			hash_node(r, proof[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, HASH) == 0;
}

/* RFC 9162 §2.1.4.2; 0 < first < second */
bool
check_consistency(uint64_t first, uint64_t second, const uint8_t *first_root, uint8_t proof[][HASH],
    size_t n, const uint8_t *second_root)
{
	uint64_t fn = first - 1, sn = second - 1;
	uint8_t fr[HASH], sr[HASH];
	size_t i = 0;

	for (; (fn & 1) == 1; fn >>= 1, sn >>= 1)
		continue;
	if (fn != 0 && n == 0)
		return false;
	memcpy(fr, fn == 0 ? first_root : proof[i++], HASH);
	memcpy(sr, fr, HASH);
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn) {
			hash_node(proof[i], fr, fr);
			hash_node(proof[i], sr, sr);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1, sn >>= 1)
				continue;
		} else {
			hash_node(sr, proof[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, first_root, HASH) == 0 && memcmp(sr, second_root, HASH) == 0;
}

/* Array of hashes in hex; the number of them, or -1. */
int
read_hashes(const json_t *list, uint8_t ret[PROOF_MAX][HASH])
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > PROOF_MAX)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!unhex(json_string_value(json_array_get(list, i)), ret[i], HASH))
			return -1;
	return (int)n;
}
