/* SPDX-License-Identifier: Apache-2.0 */
/* verify_part.h: what the two halves of verify share; for this folder only. */
#pragma once

#include "ledger/verify.h"

struct verifier {
	const struct ledger_verify *want;
	struct ledger_report *report;
	struct tx *tx;
	const char *agency_id; /* the one under way */
	int64_t total, done;
	bool outside_met; /* the outside checkpoint was this or an earlier agency's */
	int64_t *erased;  /* entries of this agency without payload; verifier_rows() looks for the orders */
	size_t erased_count;
};

/* Counts a fault and keeps it if it is among the first; NULL for what it has not. */
struct fault_at {
	int64_t seq, from;
	const char *table, *id, *column;
};
void verifier_fault(struct verifier *v, enum ledger_fault_kind kind, const struct fault_at *at);

void verifier_progress(struct verifier *v);

/* Recomputes one agency's entries and tree; compares checkpoints and head. */
void verifier_tree(struct verifier *v);

/* Compares the projection tables of one agency with the images in its entries. */
void verifier_rows(struct verifier *v);

/* Rows of agencies that have no ledger, and credentials of no account. */
void verifier_strays(struct verifier *v);
