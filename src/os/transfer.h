/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h: one mail handed over by SMTP, or one HTTP request, by libcurl.
 *
 * Only khien-worker links this: libcurl brings twenty libraries and 5 MB
 * (doc/decisions/0004-sending-in-the-worker.md).
 */
#pragma once

#include "base/buf.h"

/* Before the first transfer, while there is one thread. False when libcurl cannot start. */
bool transfer_init(void);

enum transfer_end {
	TRANSFER_DONE,    /* the other side said yes: it has the mail; or an HTTP answer came */
	TRANSFER_RETRY,   /* surely not delivered; may work later */
	TRANSFER_REFUSED, /* surely not delivered, and will not be */
	TRANSFER_UNKNOWN, /* the last byte was given away and no answer came */
};

enum transfer_fault {
	TRANSFER_NO_FAULT,
	TRANSFER_URL,     /* not an address this can use */
	TRANSFER_NAME,    /* the host's name was not found */
	TRANSFER_CONNECT, /* nobody listens there, or no way there; result.errnum says which */
	TRANSFER_TLS,     /* no TLS, or its certificate does not verify */
	TRANSFER_AUTH,    /* user name or password refused */
	TRANSFER_ANSWER,  /* the other side said no: code and answer */
	TRANSFER_SILENT,  /* the connection broke or the time was over */
	TRANSFER_STOPPED, /* ${point} said no */
};

struct transfer_result {
	enum transfer_end end;
	enum transfer_fault fault;
	int errnum;       /* of connect(), 0 if none */
	bool timed_out;
	int code;         /* the last SMTP reply's or the HTTP status, 0 if none came */
	char answer[200]; /* the last SMTP reply, or curl's words; printable UTF-8 */
	struct buf body;  /* of an HTTP answer; born by the caller with its maximum, then cut */
	bool is_whole;    /* the body came to its end */
};

/*
 * Called when everything but the last byte has been handed over; false: break
 * off, and the other side does not have it.
 */
typedef bool (*transfer_point_fn)(void *arg);

enum transfer_tls {
	TRANSFER_TLS_REQUIRED,   /* STARTTLS or smtps, with a certificate that verifies */
	TRANSFER_TLS_IF_OFFERED, /* STARTTLS with any certificate, else plain; smtps verifies */
	TRANSFER_TLS_NEVER,      /* a mail server on this machine or cable */
};

struct transfer_mail {
	const char *url; /* smtp://host:port or smtps://host:port */
	const char *user, *password; /* NULL: without */
	enum transfer_tls tls;
	const char *from, *to;
	const char *data; /* the whole message, CR LF */
	size_t size;
	int timeout_ms;
};

void transfer_mail(const struct transfer_mail *mail, transfer_point_fn point, void *arg,
    struct transfer_result *result);

struct transfer_http {
	const char *url; /* http or https; redirects are not followed */
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
	const char *data; /* POST; NULL: GET */
	size_t size;      /* more than 0 with POST */
	bool is_unverified; /* any certificate will do */
	int timeout_ms;
};

/* TRANSFER_DONE whatever the status: the caller judges result.code. */
void transfer_http(const struct transfer_http *http, transfer_point_fn point, void *arg,
    struct transfer_result *result);
