/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.h: hashes for many proofs picked up while the leaves stream past once,
 * in memory that grows with the proofs and not with the tree.
 *
 * Ask for the ranges first, then give every leaf, then take the hashes.
 */
#pragma once

#include "ledger/tree.h"

struct proof_node;

struct proofs {
	struct tree tree; /* what was given so far */
	struct proof_node *node;
	size_t used, size;
};

#define PROOFS_INIT { TREE_INIT, NULL, 0, 0 }

/* Remembers that the root over ${range} of a tree of ${size} leaves is wanted;
 * the range is one that tree_inclusion() or tree_consistency() named. */
void proofs_want(struct proofs *proofs, struct tree_range range, uint64_t size);

void proofs_leaf(struct proofs *proofs, const uint8_t leaf[static TREE_HASH]);

/* The root over a range that was wanted, after all leaves; false when it was not. */
bool proofs_get(const struct proofs *proofs, struct tree_range range,
    uint8_t ret[static TREE_HASH]);

void proofs_clear(struct proofs *proofs);
