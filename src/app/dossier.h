/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dossier.h: one incident as one archive that can be verified by itself: its
 * rows, its ledger entries with proofs, its evidence, the signed state of the
 * ledger.  doc/dossier-format.md says what is in it; khien-verify checks it.
 */
#pragma once

#include "ledger/note.h"
#include "store/store.h"

struct zip_list;

#define DOSSIER_ENTRIES_MAX     100000
#define DOSSIER_CHECKPOINTS_MAX 400 /* newest ones that consistency proofs are given for */

struct dossier_options {
	const char *agency_id, *incident_id;
	const char *blobs;          /* DIR/blobs */
	const struct note_key *key; /* with its secret part; used under the agency's name */
	int64_t at_ms;              /* stands in the checkpoint and in dossier.json */
	const char *readme;         /* DOC-TOI.txt: see dossier_readme() */
	/* Adds documents/…, the incident's papers in print; NULL: none. */
	int (*papers)(void *arg, struct tx *tx, struct zip_list *files, struct err *err);
	void *papers_arg;
};

/*
 * Writes the new file ${path}, durably, from one snapshot.  The same snapshot
 * and options give the same bytes.  Who may have it is the caller's matter.
 *	ERR_NOT_FOUND  there is no such incident
 *	ERR_BROKEN     rows, seal, head or evidence do not fit the ledger
 *	               (err.dossier.row, .seal, .evidence, err.ledger.head)
 *	ERR_TOO_LARGE  more than DOSSIER_ENTRIES_MAX entries
 *	ERR_CONFLICT   ${path} exists; ERR_FULL, ERR_IO
 */
int dossier_export(struct tx *tx, const struct dossier_options *options, const char *path,
    struct err *err);

/*
 * Adds the text of DOC-TOI.txt, in Vietnamese and then English, from the
 * catalogues (key dossier.readme).
 */
void dossier_readme(struct buf *out, const char *agency_name, const char *number, int64_t at_ms);

/*
 * The seal of a case: SHA-256 of the canonical JSON
 *	{"entries":[{"leaf":…,"seq":…},…],"format":"khien-seal-1","incident_id":…}
 * over all entries of the incident so far.  It goes to incident.seal in the
 * same transaction, whose own entry is the first that the seal does not cover.
 */
int dossier_seal(struct tx *tx, const char *agency_id, const char *incident_id,
    char ret_seal[static 65], struct err *err);
