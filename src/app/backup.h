/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.h: the whole data directory in one file, consistent while it is in
 * use, and back again.  Keys are sealed under a passphrase (Argon2id,
 * XChaCha20-Poly1305); the rest is as it is.
 */
#pragma once

#include "app/app.h"

struct backup_summary {
	int64_t files, bytes, entries; /* entries: of the ledger */
	char sha256[65];               /* of the file */
	int64_t made_at;
};

/*
 * Writes ${file}, which must not exist (ERR_CONFLICT).  Blobs are checked
 * against their names on the way: ERR_BROKEN names the first that does not fit.
 * Interrupted or failed, it leaves no file.
 */
int backup_self(struct app *app, const char *file, const char *passphrase,
    struct backup_summary *ret, struct err *err);

/*
 * Makes the data directory ${dir}, which must not exist or be empty
 * (ERR_STATE), from ${file}.  ERR_AUTH when the passphrase is wrong,
 * ERR_BROKEN when the file is damaged; then ${dir} is left as it was.
 */
int backup_restore(const char *file, const char *passphrase, const char *dir,
    struct backup_summary *ret, struct err *err);
