/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.h: the whole data directory in one file, consistent while it is in
 * use, and back again.
 *
 * The file is a plain tar archive, so that what is in it can be had without
 * Khiên.  Its members, in this order:
 *	khien-backup.json  what it is: format, version, agency, time, entries of the ledger,
 *	                   SHA-256 of the next
 *	keys.sealed        the keys under a passphrase (app/keyseal.h)
 *	archive/… blobs/… khien.db packs/… rules/…   in the order of their names (bytes)
 *	SHA256SUMS         all of the above, as sha256sum -c reads it
 *	SHA256SUMS.mark    BLAKE2b of that list under a key from the passphrase
 * Blobs are stored under their SHA-256, not compressed: evidence mostly is already.
 */
#pragma once

#include "app/app.h"

struct backup_summary {
	/* Set by the caller: told of bytes done and, about, of how many; may be NULL. */
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;

	int64_t files, bytes, entries; /* bytes: of the file; entries: of the ledger */
	char sha256[65];               /* of the file */
	int64_t made_at;
};

#define BACKUP_PASSPHRASE_MIN 8 /* characters */

/*
 * Writes ${file}, which must not exist (ERR_CONFLICT "err.backup.exists").
 * Beside it room for the database is needed once more for a while.  Blobs are
 * checked against their names on the way: ERR_BROKEN names the first that does
 * not fit ("err.blob.broken") or that held evidence is without
 * ("err.backup.missing").  ERR_INVALID for a short passphrase and for a file in
 * packs/, rules/ or archive/ that is not a regular file ("err.backup.odd_file").
 * Interrupted or failed, it leaves no ${file}.
 */
int backup_self(struct app *app, const char *file, const char *passphrase,
    struct backup_summary *ret, struct err *err);

/*
 * Makes the data directory ${dir}, which must not exist or be empty (ERR_STATE
 * "err.backup.not_empty"), from ${file}.  ERR_AUTH "err.backup.passphrase" when
 * the passphrase is wrong; ERR_BROKEN when the file is damaged, cut off or
 * was edited ("err.backup.*" and "err.tar.*" with {file} and {name}).  Then ${dir}
 * is left as it was.
 */
int backup_restore(const char *file, const char *passphrase, const char *dir,
    struct backup_summary *ret, struct err *err);

/* ---- what both halves share ----------------------------------------------------- */

#define BACKUP_HEAD  "khien-backup.json"
#define BACKUP_KEYS  "keys.sealed"
#define BACKUP_DB    "khien.db"
#define BACKUP_LIST  "SHA256SUMS"
#define BACKUP_MARK  "SHA256SUMS.mark"
#define BACKUP_FORMAT 1
#define BACKUP_LIST_MAX ((size_t)1 << 30) /* bytes: seven million blobs */

/* One line of the list. */
void backup_list_add(struct buf *list, const char *sha256, const char *name);
