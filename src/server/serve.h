/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h: "khien serve": the listeners, the parts behind them, and how they stop. */
#pragma once

#include "app/app.h"

#define SERVE_PROXIES_MAX 32

struct serve_options {
	const char *listen;        /* NULL: 127.0.0.1:8686 */
	const char *public_listen; /* plain HTTP, public pages only; NULL: none */
	const char *tls_cert, *tls_key; /* PEM files; both or neither */
	bool tls_self_signed;      /* a certificate of our own, kept in DIR/keys */
	const char *trusted_proxy[SERVE_PROXIES_MAX + 1]; /* addresses or blocks whose X-Forwarded-*
	                                                     are believed; NULL at the end */
	unsigned threads;          /* 0: 16 */
	/* What one address may send in without signing in, a minute.  0: 30, this machine
	 * itself as often as it likes; -1: no limit. */
	int public_per_minute;
	enum lang lang;            /* of what is printed */
	/* Called once everything answers, before the waiting; may be NULL. */
	void (*ready)(void *arg, const char *address);
	void *ready_arg;
};

/*
 * Serves until SIGINT or SIGTERM (or server_stop()), then finishes what is under
 * way.  Prints the addresses and the line "ready" on standard output; tells
 * systemd when it asked to be told.  ERR_USAGE "serve.tls_needed" for an
 * address beyond this machine without TLS, "serve.tls_both"; ERR_INVALID for an
 * address or certificate that is none; ERR_IO "http.bind".
 */
int server_run(struct app *app, const struct serve_options *options, struct err *err);

/* Makes server_run() return, from any thread; for tests. */
void server_stop(void);
