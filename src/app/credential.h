/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credential.h: passwords (Argon2id, RFC 9106: 19 MiB, two passes) and the rows
 * of table credential, which the ledger covers only by their digest:
 * account.credential_digest = SHA-256 of the canonical JSON of the row.
 *
 * At most two passwords are worked on at a time in a process; others wait.
 */
#pragma once

#include "app/op.h"

#define PASSWORD_MIN       10  /* characters */
#define PASSWORD_MAX       200 /* bytes */
#define PASSWORD_HASH_SIZE 128

/* ERR_INVALID (err.password_short, err.password_long) for ${field}. */
int password_check(const char *password, const char *field, struct err *err);

/* Takes about 25 ms. ERR_TOO_MANY when eight others wait already. */
int password_hash(const char *password, char ret[static PASSWORD_HASH_SIZE], struct err *err);

/* Whether it fits; ${hash} NULL or "" takes the same time and never fits.
 * ERR_AUTH (err.sign_in) when not, ERR_TOO_MANY as above. */
int password_verify(const char *password, const char *hash, struct err *err);

/* 16 letters and digits in groups, about 80 bits; ${out} has room for 24. */
char *password_new(char *out);

/*
 * Writes the account's secrets (either may be NULL: none) and the digest into
 * its row.  The account exists.
 */
int credential_set(struct call *call, const char *account_id, const char *hash, const char *totp_secret);
