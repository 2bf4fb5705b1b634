/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h: the Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): growing it, its
 * root, proofs that a leaf is in it and that it only grew, and checking them.
 *
 * A hash of a proof stands for a range of leaves; which ranges a proof needs
 * depends on the numbers alone.  So who has all leaves takes the hashes at
 * once (tree_proof_of), and who has them streaming past picks them up on the
 * way (proof.h).
 */
#pragma once

#include "os/sha256.h"

#define TREE_HASH      SHA256_SIZE
#define TREE_PEAKS_MAX 63 /* sizes up to 2^63 - 1 */
#define TREE_PROOF_MAX 128

/* A tree that only grows, as the roots of its perfect subtrees, largest first. */
struct tree {
	uint64_t size; /* leaves */
	unsigned peaks;
	uint8_t peak[TREE_PEAKS_MAX][TREE_HASH];
};

#define TREE_INIT { 0, 0, { { 0 } } }

/* The hash of a leaf's data, SHA-256(0x00 ‖ data), and of an inner node, SHA-256(0x01 ‖ left ‖ right). */
void tree_hash_leaf(const void *data, size_t len, uint8_t ret[static TREE_HASH]);
void tree_hash_node(const uint8_t left[static TREE_HASH], const uint8_t right[static TREE_HASH],
    uint8_t ret[static TREE_HASH]);

/* Told of each perfect subtree when it is complete: leaves [index << level, (index + 1) << level). */
typedef void (*tree_node_fn)(void *arg, unsigned level, uint64_t index,
    const uint8_t hash[static TREE_HASH]);

/* Adds one leaf hash. ${node} may be NULL. */
void tree_append(struct tree *tree, const uint8_t leaf[static TREE_HASH], tree_node_fn node, void *arg);

/* The root; of the empty tree SHA-256 of nothing. */
void tree_root(const struct tree *tree, uint8_t ret[static TREE_HASH]);

/* The peaks as hex, one after the other, and back; reading is false unless the
 * text is exactly what a tree of ${size} leaves has.  ${out} has room for
 * TREE_PEAKS_TEXT bytes. */
#define TREE_PEAKS_TEXT (TREE_PEAKS_MAX * 2 * TREE_HASH + 1)
char *tree_peaks_text(const struct tree *tree, char *out);
bool tree_of_peaks(uint64_t size, const char *text, struct tree *ret);

/* Leaves [from, to) whose subtree's root a proof contains. */
struct tree_range {
	uint64_t from, to;
};

/* The ranges of the proof that leaf ${index} is in a tree of ${size}; index < size. Returns how many. */
size_t tree_inclusion(uint64_t index, uint64_t size, struct tree_range ret[static TREE_PROOF_MAX]);

/* The ranges of the proof that a tree of ${size} begins with that of ${old}; 0 < old <= size. */
size_t tree_consistency(uint64_t old, uint64_t size, struct tree_range ret[static TREE_PROOF_MAX]);

/* The root of the subtree over leaves [from, to) of ${leaf}. */
void tree_range_root(const uint8_t leaf[][TREE_HASH], struct tree_range range,
    uint8_t ret[static TREE_HASH]);

/* Whether ${proof} shows that ${leaf} is at ${index} of the tree (RFC 9162 §2.1.3.2). */
bool tree_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH],
    const uint8_t proof[][TREE_HASH], size_t n, const uint8_t root[static TREE_HASH]);

/* Whether ${proof} shows that the new tree begins with the old one (RFC 9162
 * §2.1.4.2).  Every tree begins with the empty one, which takes no proof. */
bool tree_check_consistency(uint64_t old, uint64_t size, const uint8_t old_root[static TREE_HASH],
    const uint8_t root[static TREE_HASH], const uint8_t proof[][TREE_HASH], size_t n);
