/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tree.h"

#include <assert.h>

#include "base/id.h"

void
tree_hash_leaf(const void *data, size_t len, uint8_t ret[static TREE_HASH])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, "\x00", 1);
	sha256_add(&h, data, len);
	sha256_end(&h, ret);
}

void
tree_hash_node(const uint8_t left[static TREE_HASH], const uint8_t right[static TREE_HASH],
    uint8_t ret[static TREE_HASH])
{
	uint8_t data[1 + 2 * TREE_HASH] = { 1 };

	memcpy(data + 1, left, TREE_HASH);
	memcpy(data + 1 + TREE_HASH, right, TREE_HASH);
	sha256(data, sizeof(data), ret);
}

void
tree_append(struct tree *tree, const uint8_t leaf[static TREE_HASH], tree_node_fn node, void *arg)
{
	uint8_t hash[TREE_HASH];
	uint64_t index = tree->size;

	memcpy(hash, leaf, TREE_HASH);
	if (node != NULL)
		node(arg, 0, index, hash);
	/* Every one bit at the low end is a finished subtree as big as the one just made. */
	for (unsigned level = 0; (index & 1) != 0; level++) {
		index >>= 1;
		tree->peaks--;
		tree_hash_node(tree->peak[tree->peaks], hash, hash);
		if (node != NULL)
			node(arg, level + 1, index, hash);
	}
	assert(tree->peaks < TREE_PEAKS_MAX);
	memcpy(tree->peak[tree->peaks++], hash, TREE_HASH);
	tree->size++;
}

void
tree_root(const struct tree *tree, uint8_t ret[static TREE_HASH])
{
	unsigned i = tree->peaks;

	if (i == 0) {
		sha256("", 0, ret);
		return;
	}
	memcpy(ret, tree->peak[--i], TREE_HASH);
	while (i > 0)
		tree_hash_node(tree->peak[--i], ret, ret);
}

char *
tree_peaks_text(const struct tree *tree, char *out)
{
	return hex_encode(tree->peak, tree->peaks * (size_t)TREE_HASH, out);
}

bool
tree_of_peaks(uint64_t size, const char *text, struct tree *ret)
{
	unsigned peaks = (unsigned)__builtin_popcountll(size);
	size_t len = peaks * (size_t)TREE_HASH;

	if (peaks > TREE_PEAKS_MAX)
		return false;
	ret->size = size;
	ret->peaks = peaks;
	return hex_decode(text, ret->peak, len);
}

/* The largest power of two below ${n}; n > 1. */
static uint64_t
split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static void
reverse(struct tree_range *range, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct tree_range swap = range[i];

		range[i] = range[n - 1 - i];
		range[n - 1 - i] = swap;
	}
}

size_t
tree_inclusion(uint64_t index, uint64_t size, struct tree_range ret[static TREE_PROOF_MAX])
{
	uint64_t from = 0, to = size;
	size_t n = 0;

	/* PATH(m, D[n]) from the root down; the proof itself goes upwards. */
	while (to - from > 1) {
		uint64_t middle = from + split(to - from);

		if (index < middle) {
			ret[n++] = (struct tree_range){ middle, to };
			to = middle;
		} else {
			ret[n++] = (struct tree_range){ from, middle };
			from = middle;
		}
	}
	reverse(ret, n);
	return n;
}

size_t
tree_consistency(uint64_t old, uint64_t size, struct tree_range ret[static TREE_PROOF_MAX])
{
	uint64_t from = 0, to = size;
	bool known = true; /* the verifier has the old root itself */
	size_t n = 0;

	/* SUBPROOF(m, D[n], b) from the root down. */
	while (to != old) {
		uint64_t middle = from + split(to - from);

		if (old <= middle) {
			ret[n++] = (struct tree_range){ middle, to };
			to = middle;
		} else {
			ret[n++] = (struct tree_range){ from, middle };
			from = middle;
			known = false;
		}
	}
	if (!known)
		ret[n++] = (struct tree_range){ from, to };
	reverse(ret, n);
	return n;
}

void
tree_range_root(const uint8_t leaf[][TREE_HASH], struct tree_range range,
    uint8_t ret[static TREE_HASH])
{
	struct tree tree = TREE_INIT;

	for (uint64_t i = range.from; i < range.to; i++)
		tree_append(&tree, leaf[i], NULL, NULL);
	tree_root(&tree, ret);
}

bool
tree_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH],
    const uint8_t proof[][TREE_HASH], size_t n, const uint8_t root[static TREE_HASH])
{
	uint64_t fn = index, sn;
	uint8_t r[TREE_HASH];

	if (index >= size)
		return false;
	sn = size - 1;
	memcpy(r, leaf, TREE_HASH);
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			tree_hash_node(proof[i], r, r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_hash_node(r, proof[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, TREE_HASH) == 0;
}

bool
tree_check_consistency(uint64_t old, uint64_t size, const uint8_t old_root[static TREE_HASH],
    const uint8_t root[static TREE_HASH], const uint8_t proof[][TREE_HASH], size_t n)
{
	uint8_t fr[TREE_HASH], sr[TREE_HASH];
	uint64_t fn = old - 1, sn = size - 1;
	size_t i = 0;

	if (old > size)
		return false;
	if (old == 0 || old == size)
		return n == 0 && (old == 0 || memcmp(old_root, root, TREE_HASH) == 0);
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	/* The old tree is a perfect subtree of the new one: its root is the start. */
	if (fn == 0)
		memcpy(fr, old_root, TREE_HASH);
	else if (n > 0)
		memcpy(fr, proof[i++], TREE_HASH);
	else
		return false;
	memcpy(sr, fr, TREE_HASH);
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			tree_hash_node(proof[i], fr, fr);
			tree_hash_node(proof[i], sr, sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_hash_node(sr, proof[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, TREE_HASH) == 0 && memcmp(sr, root, TREE_HASH) == 0;
}
