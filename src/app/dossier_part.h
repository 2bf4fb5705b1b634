/* SPDX-License-Identifier: Apache-2.0 */
/* dossier_part.h: what gathering and writing a dossier share; for dossier*.c only. */
#pragma once

#include "app/dossier.h"
#include "app/zipfile.h"
#include "base/arena.h"
#include "ledger/images.h"
#include "ledger/proof.h"

struct dossier {
	struct tx *tx;
	const struct dossier_options *want;
	struct err *err;
	struct arena arena;
	char *number, *seal;   /* of the incident; seal NULL: not sealed */
	struct images images;  /* last images of rows that belong to the incident, or did */
	int64_t *seq;          /* entries that go in; ascending */
	size_t entries;
	int64_t seal_seq;      /* the entry that carried the seal first, -1: none */
	int64_t size;          /* of the ledger */
	struct proofs proofs;
	int64_t *point;        /* sizes that get a consistency proof; ascending */
	size_t points;
	struct zip_list files;
};

/* Chooses the entries, checks the rows against them and adds dossier.json. */
int dossier_gather(struct dossier *d);

/* Everything else that goes in, the manifest last. */
int dossier_files(struct dossier *d);

/* Writes the seal's JSON over entries before ${before}. */
void dossier_seal_json(struct tx *tx, const char *agency_id, const char *incident_id,
    int64_t before, struct buf *out);
