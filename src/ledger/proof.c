/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"

#include "base/arena.h"

struct proof_node {
	uint64_t index;
	uint8_t level; /* + 1; 0: free */
	bool have;
	uint8_t hash[TREE_HASH];
};

static struct proof_node *
find(const struct proofs *proofs, unsigned level, uint64_t index)
{
	uint64_t mixed = (index * 64 + level) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(mixed >> 20) & (proofs->size - 1);

	while (proofs->node[at].level != 0 &&
	    (proofs->node[at].level != level + 1 || proofs->node[at].index != index))
		at = (at + 1) & (proofs->size - 1);
	return &proofs->node[at];
}

static void
want_node(struct proofs *proofs, unsigned level, uint64_t index)
{
	struct proof_node *node;

	if (proofs->used * 2 >= proofs->size) {
		struct proofs old = *proofs;

		proofs->size = old.size == 0 ? 256 : old.size * 2;
		proofs->node = xcalloc(proofs->size, sizeof(*proofs->node));
		for (size_t i = 0; i < old.size; i++)
			if (old.node[i].level != 0)
				*find(proofs, old.node[i].level - 1U, old.node[i].index) = old.node[i];
		free(old.node);
	}
	node = find(proofs, level, index);
	if (node->level != 0)
		return;
	node->level = (uint8_t)(level + 1);
	node->index = index;
	proofs->used++;
}

/* A range is one perfect subtree, or the right edge of the tree, made of several peaks. */
static bool
is_perfect(struct tree_range range)
{
	uint64_t n = range.to - range.from;

	return (n & (n - 1)) == 0 && range.from % n == 0;
}

void
proofs_want(struct proofs *proofs, struct tree_range range, uint64_t size)
{
	unsigned level;

	if (!is_perfect(range) && range.to == size)
		return; /* the peaks have it */
	level = (unsigned)__builtin_ctzll(range.to - range.from);
	want_node(proofs, level, range.from >> level);
}

static void
keep(void *arg, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	struct proofs *proofs = arg;
	struct proof_node *node = proofs->size == 0 ? NULL : find(proofs, level, index);

	if (node == NULL || node->level == 0)
		return;
	memcpy(node->hash, hash, TREE_HASH);
	node->have = true;
}

void
proofs_leaf(struct proofs *proofs, const uint8_t leaf[static TREE_HASH])
{
	tree_append(&proofs->tree, leaf, keep, proofs);
}

bool
proofs_get(const struct proofs *proofs, struct tree_range range, uint8_t ret[static TREE_HASH])
{
	struct tree edge = { .size = range.to - range.from };
	uint64_t from = proofs->tree.size;

	if (is_perfect(range)) {
		unsigned level = (unsigned)__builtin_ctzll(range.to - range.from);
		const struct proof_node *node = proofs->size == 0 ? NULL :
		    find(proofs, level, range.from >> level);

		if (node == NULL || !node->have)
			return false;
		memcpy(ret, node->hash, TREE_HASH);
		return true;
	}
	if (range.to != proofs->tree.size)
		return false;
	/* The last peaks, as many as cover the range. */
	while (from > range.from) {
		from &= from - 1;
		edge.peaks++;
	}
	if (from != range.from)
		return false;
	memcpy(edge.peak, proofs->tree.peak[proofs->tree.peaks - edge.peaks],
	    edge.peaks * (size_t)TREE_HASH);
	tree_root(&edge, ret);
	return true;
}

void
proofs_clear(struct proofs *proofs)
{
	free(proofs->node);
	*proofs = (struct proofs)PROOFS_INIT;
}
