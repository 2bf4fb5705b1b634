/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h: the append-only record of everything that happened.
 *
 * One RFC 6962 tree per agency.  The leaf of an entry is
 *	SHA-256(0x00 ‖ header ‖ SHA-256(salt ‖ payload))
 * where header is the canonical JSON of {actor, agency, at, boot, incident,
 * mono, op, seq} (incident only when there is one), salt is 32 random bytes
 * and payload the canonical JSON of the change (app/change.h).  Erasing a
 * payload on order leaves its hash, and with it the tree, intact.
 * doc/ledger-format.md is the whole of it for an outsider.
 */
#pragma once

#include "store/store.h"

#define LEDGER_PAYLOAD_MAX ((size_t)8 << 20) /* bytes of one payload */

struct ledger_entry {
	const char *agency_id;
	int64_t at_ms; /* the product's now: differs from the machine's under a test clock */
	const char *actor;       /* "account:<id>", "reporter:<report id>", "console", "job:<kind>" … */
	const char *op;          /* name of the operation: "incident take" */
	const char *incident_id; /* NULL when it concerns none */
	const char *payload;     /* canonical JSON */
};

/*
 * Appends within the caller's transaction, so that the change and its entry
 * commit together, and returns its number.  Cost: one insert, one update.
 * ERR_TOO_LARGE for a payload beyond LEDGER_PAYLOAD_MAX, ERR_BROKEN when the
 * head is damaged.
 */
int ledger_append(struct tx *tx, const struct ledger_entry *entry, int64_t *ret_seq, struct err *err);

/*
 * Removes the payload and salt of entry ${seq}, on order; the hashes stay.  The
 * same transaction appends an entry whose payload names it in "erased":[seq, …]
 * and carries the images that are valid from now on of every row the erased
 * one carried; without that entry ledger_verify() finds the gap.
 * ERR_NOT_FOUND when there is no such entry or it is erased already.
 */
int ledger_erase(struct tx *tx, const char *agency_id, int64_t seq, struct err *err);

/* The last time and machine state recorded, for noticing a clock that went back. */
struct ledger_head {
	int64_t size, at_ms, mono_ms;
	char boot_id[37];
	char root[65];
};

/* Of a ledger without entries: size 0, the times 0, the root of the empty tree. */
int ledger_head_get(struct tx *tx, const char *agency_id, struct ledger_head *ret, struct err *err);
