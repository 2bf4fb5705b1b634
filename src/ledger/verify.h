/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h: does the ledger hold?  Everything is recomputed from the entries:
 * their hashes, the tree, every checkpoint, the head, and then the tables,
 * whose rows must be the last images the entries carry.
 */
#pragma once

#include "ledger/note.h"
#include "store/store.h"

enum ledger_fault_kind {
	FAULT_NONE,
	FAULT_TYPE,         /* seq, column: a value of another type than was written */
	FAULT_MISSING,      /* seq: this entry, and perhaps some after it, is not there */
	FAULT_ORDER,        /* seq: this number is there twice */
	FAULT_PAYLOAD,      /* seq: payload or salt is not what was hashed */
	FAULT_PAYLOAD_HASH, /* seq: the stored hash of the payload is not the payload's */
	FAULT_HEADER,       /* seq: time, actor, operation, incident or leaf hash was changed */
	FAULT_FORM,         /* seq: the payload is not what an operation writes */
	FAULT_ERASED,       /* seq: the payload is gone and no later entry says on what order */
	FAULT_HEAD,         /* column: the head does not fit the entries; no column: it is not there */
	FAULT_CHECKPOINT_NOTE, /* seq (its size): the signed text is not valid */
	FAULT_CHECKPOINT_ROW,  /* seq (its size), column: a column says other than the signed text */
	FAULT_CHECKPOINT_ROOT, /* seq (its size), from: entries [from, seq) were rewritten */
	FAULT_CHECKPOINT_SIZE, /* seq (its size): fewer entries are there than were signed */
	FAULT_OUTSIDE_NOTE,    /* the checkpoint kept outside is not valid, or not of this key */
	FAULT_OUTSIDE_ORIGIN,  /* … is another ledger's */
	FAULT_OUTSIDE_SIZE,    /* seq (its size): this ledger is an older copy */
	FAULT_OUTSIDE_ROOT,    /* seq (its size), from: history was rewritten */
	FAULT_ROW_CHANGED,  /* table, id, column, seq of the last image */
	FAULT_ROW_ADDED,    /* table, id: no entry made this row */
	FAULT_ROW_REMOVED,  /* table, id, seq of the last image */
	FAULT_ROW_DELETED,  /* table, id, seq: deleted by that entry, and there again */
	FAULT_CREDENTIAL,   /* table credential, id: not what the account's row was recorded with */
};

#define FAULT_NAME_MAX 72

struct ledger_fault {
	enum ledger_fault_kind kind;
	int64_t seq, from; /* -1: none */
	char agency_id[FAULT_NAME_MAX];
	char table[FAULT_NAME_MAX], id[FAULT_NAME_MAX], column[FAULT_NAME_MAX]; /* "": none */
};

/* The catalogue key of a fault's sentence ("ledger.fault.…"). */
const char *ledger_fault_key(const struct ledger_fault *fault);

/* Sets ${err} to that sentence with its arguments, ERR_BROKEN. */
int ledger_fault_err(const struct ledger_fault *fault, struct err *err);

struct ledger_verify {
	const char *agency_id;      /* NULL: all */
	const struct note_key *key; /* the public part is enough; used under each agency's name */
	const char *outside;        /* text of a checkpoint kept outside, or NULL */
	/* The projection tables, NULL at the end.  NULL: only the tree is verified. */
	const char *const *tables;
	/* Called now and then with entries read, of how many; may be NULL. */
	void (*progress)(void *arg, int64_t done, int64_t total);
	/* Called for each fault, in the order found; may be NULL. */
	void (*fault)(void *arg, const struct ledger_fault *fault);
	void *arg;
};

#define LEDGER_FAULTS_KEPT 20

struct ledger_report {
	int64_t agencies, entries, erased, checkpoints, rows;
	int64_t faults;     /* all of them */
	int64_t entries_ns; /* time for reading the entries and verifying their tree … */
	int64_t tree_ns;    /* processor time of it for hashes and tree, without reading the database */
	int64_t rows_ns;    /* time for comparing the tables */
	struct ledger_fault fault[LEDGER_FAULTS_KEPT]; /* the first ones */
};

/*
 * Verifies one snapshot.  Returns 0 when all holds; ERR_BROKEN, with the first
 * fault's sentence in ${err}, when it does not; another error when it could
 * not be read to the end.  ${ret} is filled as far as it went.
 */
int ledger_verify(struct store *store, const struct ledger_verify *verify,
    struct ledger_report *ret, struct err *err);

/* The same inside a transaction that is open already. */
int ledger_verify_tx(struct tx *tx, const struct ledger_verify *verify,
    struct ledger_report *ret, struct err *err);

/*
 * What account.credential_digest has to be: SHA-256 of the canonical JSON
 * {"account_id":…,"password_hash":…,"totp_secret":…}, members that are NULL
 * left out, as lower-case hex.  Returns ${ret}.
 */
char *ledger_credential_digest(const char *account_id, const char *password_hash,
    const char *totp_secret, char ret[static 65]);
