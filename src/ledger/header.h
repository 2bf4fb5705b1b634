/* SPDX-License-Identifier: Apache-2.0 */
/* header.h: the bytes of an entry that are hashed; one place for writing and for checking. */
#pragma once

#include "base/buf.h"
#include "ledger/tree.h"

#define LEDGER_SALT 32

struct ledger_header {
	const char *actor, *agency, *boot, *op;
	const char *incident; /* NULL: none */
	int64_t at_ms, mono_ms, seq;
};

/* Writes the canonical JSON of ${header}: {"actor":…,"agency":…,"at":…,"boot":…,["incident":…,]
 * "mono":…,"op":…,"seq":…}. */
void header_json(const struct ledger_header *header, struct buf *out);

/* SHA-256(salt ‖ payload). */
void header_payload_hash(const uint8_t salt[static LEDGER_SALT], const char *payload, size_t len,
    uint8_t ret[static TREE_HASH]);

/* SHA-256(0x00 ‖ header ‖ payload hash). */
void header_leaf(const char *header, size_t len, const uint8_t payload_hash[static TREE_HASH],
    uint8_t ret[static TREE_HASH]);
