/* SPDX-License-Identifier: Apache-2.0 */
/*
 * courier.h: hands a mail or a webhook to the outside, through a confined
 * worker of kind "send" (mail/carrier.h), and says how it ended.
 *
 * The worker stops before the last byte and asks; ${point} of the call is
 * asked in turn, and only when it returned 0 may the last byte go out.  So a
 * worker, or a server, that dies before that has surely delivered nothing.
 */
#pragma once

#include "base/err.h"
#include "text/mime.h"

enum courier_end { /* the same four as enum outbox_outcome, in the same order */
	COURIER_SENT,
	COURIER_RETRY,
	COURIER_REFUSED,
	COURIER_UNKNOWN,
};

struct courier_call {
	int (*point)(void *arg, struct err *err); /* 0: go on */
	void *arg;
	int cancel_fd; /* calls it off before the point, when readable; -1: none */
};

enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_IF_OFFERED, MAIL_TLS_NEVER };

struct mail_settings {
	const char *url;             /* smtp://host[:port] or smtps://host[:port] */
	const char *user, *password; /* NULL or "": without */
	const char *from;            /* address */
	const char *from_name;       /* may be NULL */
	/*
	 * REQUIRED: smtps or STARTTLS, with a certificate the machine trusts.
	 * IF_OFFERED: STARTTLS with any certificate, else plain; never with a password.
	 */
	enum mail_tls tls;
};

/*
 * ERR_INVALID: "err.mail.url" (field url), "err.email" (field from),
 * "err.mail.password" (field password): a password only goes over TLS.
 */
int mail_settings_check(const struct mail_settings *settings, struct err *err);

struct courier_mail {
	const char *id; /* stays the same when it is sent again: the Message-ID comes from it */
	int64_t date_ms;
	const char *to, *subject;
	const char *text; /* lines ended by \n */
	const struct mime_file *files; /* attached; all together about 5 MB at most */
	size_t files_count;
};

/* ${why} is filled unless SENT: a key "send.…" with {host}, {code}, {answer} where known. */
enum courier_end courier_mail(const struct mail_settings *settings, const struct courier_mail *mail,
    const struct courier_call *call, struct err *why);

struct courier_webhook {
	const char *id; /* Idempotency-Key: the same when it is sent again */
	const char *url;    /* http or https */
	const char *secret; /* NULL or "": unsigned */
	const char *body;   /* JSON */
};

/*
 * POSTs the body.  With a secret, header Khien-Signature is "sha256=" and the
 * HMAC-SHA256 of the body in hex.  2xx is SENT; 408, 425, 429, 503 say the
 * request was not carried out: RETRY; 502 and 504 speak of somebody behind:
 * UNKNOWN; every other answer, redirects too, is REFUSED.
 */
enum courier_end courier_webhook(const struct courier_webhook *webhook,
    const struct courier_call *call, struct err *why);
