/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint.h: what the tree was at a moment, signed (C2SP tlog-checkpoint):
 *	khien/<agency id>
 *	<size>
 *	<base64 of the root>
 *	time <RFC 3339, UTC, milliseconds>
 *	<empty line, signature lines>
 * The line with the time is an extension line of that format.
 */
#pragma once

#include "ledger/note.h"
#include "ledger/tree.h"
#include "store/store.h"

struct checkpoint {
	char origin[NOTE_NAME_MAX];
	uint64_t size;
	uint8_t root[TREE_HASH];
	int64_t at_ms; /* SQL_NULL: the note has no time */
};

/* The first line of an agency's checkpoints, and its key's name. Returns ${out}. */
char *checkpoint_origin(const char *agency_id, char out[static NOTE_NAME_MAX]);

/* Writes ${cp} as a note signed by ${key}. */
void checkpoint_sign(const struct checkpoint *cp, const struct note_key *key, struct buf *out);

/*
 * Reads ${note} and checks its signature.  Besides note_check()'s errors:
 * ERR_INVALID err.checkpoint.form.
 */
int checkpoint_check(const char *note, size_t len, const struct note_key *key,
    struct checkpoint *ret, struct err *err);

/*
 * Signs the ledger's present head as of ${at_ms}, keeps the checkpoint, and
 * writes the note to ${out}.  The key is used under the agency's name.
 * ERR_STATE err.ledger.empty when there is no entry yet.
 */
int ledger_checkpoint_make(struct tx *tx, const char *agency_id, const struct note_key *key,
    int64_t at_ms, struct buf *out, struct err *err);
