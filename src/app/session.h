/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h: who is signed in.  The browser holds a random token, the database
 * its SHA-256: a copy of the database opens no session.
 *
 * Sessions run by the machine's own clock, also where there is a test clock: a
 * drill that moves the time signs nobody out.  Every request reads the session
 * and the account anew, so what is revoked or changed holds at once.
 */
#pragma once

#include "app/op.h"
#include "base/id.h"

#define SESSION_TOKEN_SIZE 65
#define SESSION_IDLE_MS    INT64_C(43200000)  /* 12 hours */
#define SESSION_LIFE_MS    INT64_C(604800000) /* 7 days */
#define SESSION_TOUCH_MS   INT64_C(300000)    /* seen_at is no more exact than this */
#define SESSION_MAX        20                 /* per account; the oldest gives way */

struct session {
	char id[ID_SIZE];
	char csrf[33];
	enum lang lang;
	int64_t seen_at;
	/* What must be done before anything else; until then the rights are RIGHT_SELF only. */
	bool must_change_password, must_set_totp;
	struct actor actor;
};

struct sign_in {
	const char *login, *password;
	const char *totp;    /* NULL or "": not given */
	const char *address, *agent;
};

/*
 * Checks the password, and the code where the account has one set up, and opens
 * a session; recorded in the ledger.  Takes about 25 ms whether the name exists
 * or not.  ERR_AUTH "err.sign_in" (wrong name or password, or disabled),
 * "err.totp_required" or "err.totp_code" (field totp; only after a right
 * password); ERR_TOO_MANY when too many passwords are being checked.
 */
int session_open(struct app *app, const struct sign_in *in,
    char ret_token[static SESSION_TOKEN_SIZE], struct session *ret, struct err *err);

/* The session of a token. ERR_AUTH "err.auth" when there is none, or no longer. */
int session_find(struct app *app, const char *token, struct session *ret, struct err *err);

/* Notes that the session is in use; a durable write, so only once in SESSION_TOUCH_MS. */
int session_touch(struct app *app, const struct session *session, struct err *err);

/* Signs out; recorded in the ledger. */
int session_close(struct app *app, const struct session *session, struct err *err);

/* Writes {"csrf":…,"account":{…},…}: what the web app knows about who it works for. */
int session_describe(struct app *app, const struct session *session, struct buf *out,
    struct err *err);
