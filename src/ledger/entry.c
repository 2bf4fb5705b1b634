/* SPDX-License-Identifier: Apache-2.0 */
/* entry.c: appending to the ledger, inside the transaction of the change. */
#include <stdio.h>

#include "base/clock.h"
#include "base/id.h"
#include "ledger/header.h"
#include "ledger/ledger.h"

/* Both programs on one directory may write: the head is read anew each time, under the write lock. */
static int
load_tree(struct tx *tx, const char *agency_id, struct tree *ret, bool *ret_exists)
{
	struct query q;
	bool damaged = false;

	ret->size = 0;
	ret->peaks = 0;
	query_open(&q, tx, "SELECT size, peaks FROM ledger_head WHERE agency_id = ?", "t", agency_id);
	*ret_exists = query_step(&q);
	if (*ret_exists)
		damaged = query_type(&q, 0) != QUERY_INT || query_int(&q, 0) < 0 ||
		    query_type(&q, 1) != QUERY_TEXT ||
		    !tree_of_peaks((uint64_t)query_int(&q, 0), query_text(&q, 1), ret);
	if (query_close(&q) != 0)
		return tx_err(tx)->kind;
	return damaged ? err_set(tx_err(tx), ERR_BROKEN, "err.ledger.head", NULL) : 0;
}

static void
store_head(struct tx *tx, const struct tree *tree, const struct ledger_header *h, bool exists)
{
	char peaks[TREE_PEAKS_TEXT], root_hex[SHA256_HEX_SIZE];
	uint8_t root[TREE_HASH];

	tree_root(tree, root);
	hex_encode(root, sizeof(root), root_hex);
	tree_peaks_text(tree, peaks);
	if (exists)
		tx_exec(tx, "UPDATE ledger_head SET size = ?, root = ?, peaks = ?, at_ms = ?,"
		    " mono_ms = ?, boot_id = ? WHERE agency_id = ?", "ittiitt", (int64_t)tree->size,
		    root_hex, peaks, h->at_ms, h->mono_ms, h->boot, h->agency);
	else
		tx_exec(tx, "INSERT INTO ledger_head (agency_id, size, root, peaks, at_ms, mono_ms,"
		    " boot_id) VALUES (?, ?, ?, ?, ?, ?, ?)", "tittiit", h->agency,
		    (int64_t)tree->size, root_hex, peaks, h->at_ms, h->mono_ms, h->boot);
}

int
ledger_append(struct tx *tx, const struct ledger_entry *entry, int64_t *ret_seq, struct err *err)
{
	struct ledger_header h = {
		.actor = entry->actor, .agency = entry->agency_id, .boot = clock_boot_id(),
		.op = entry->op, .incident = entry->incident_id,
		.at_ms = entry->at_ms, .mono_ms = clock_mono_ms(),
	};
	cleanup(buf_clear) struct buf header = BUF_INIT(64 << 10);
	struct tree tree;
	uint8_t salt[LEDGER_SALT], payload_hash[TREE_HASH], leaf[TREE_HASH];
	char salt_hex[65], hash_hex[65], leaf_hex[65];
	size_t len = strlen(entry->payload);
	bool exists;
	int ret = load_tree(tx, entry->agency_id, &tree, &exists);

	if (ret != 0)
		return ret;
	h.seq = (int64_t)tree.size;
	header_json(&h, &header);
	if (header.full || len > LEDGER_PAYLOAD_MAX)
		return err_fail(err, ERR_TOO_LARGE, "err.too_large", NULL, "max", "8 MB", NULL, NULL);
	random_bytes(salt, sizeof(salt));
	header_payload_hash(salt, entry->payload, len, payload_hash);
	header_leaf(header.data, header.len, payload_hash, leaf);
	tree_append(&tree, leaf, NULL, NULL);
	tx_exec(tx, "INSERT INTO ledger_entry (agency_id, seq, at_ms, mono_ms, boot_id, actor, op,"
	    " incident_id, salt, payload, payload_hash, leaf) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
	    "tiiitttttttt", h.agency, h.seq, h.at_ms, h.mono_ms, h.boot, h.actor, h.op, h.incident,
	    hex_encode(salt, sizeof(salt), salt_hex), entry->payload,
	    hex_encode(payload_hash, TREE_HASH, hash_hex), hex_encode(leaf, TREE_HASH, leaf_hex));
	store_head(tx, &tree, &h, exists);
	*ret_seq = h.seq;
	return tx_err(tx)->kind;
}

int
ledger_erase(struct tx *tx, const char *agency_id, int64_t seq, struct err *err)
{
	int ret = tx_exec(tx, "UPDATE ledger_entry SET payload = NULL, salt = ''"
	    " WHERE agency_id = ? AND seq = ? AND payload IS NOT NULL", "ti", agency_id, seq);

	if (ret == 0 && tx_changes(tx) == 0)
		return err_set(err, ERR_NOT_FOUND, "err.ledger.no_entry", NULL);
	return ret;
}

int
ledger_head_get(struct tx *tx, const char *agency_id, struct ledger_head *ret, struct err *err)
{
	struct query q;

	(void)err; /* the transaction's own error is the only one */
	*ret = (struct ledger_head){ 0 };
	sha256_hex("", 0, ret->root);
	query_open(&q, tx, "SELECT size, at_ms, mono_ms, boot_id, root FROM ledger_head"
	    " WHERE agency_id = ?", "t", agency_id);
	if (query_step(&q)) {
		ret->size = query_int(&q, 0);
		ret->at_ms = query_int(&q, 1);
		ret->mono_ms = query_int(&q, 2);
		snprintf(ret->boot_id, sizeof(ret->boot_id), "%s", query_text(&q, 3));
		snprintf(ret->root, sizeof(ret->root), "%s", query_text(&q, 4));
	}
	return query_close(&q);
}
