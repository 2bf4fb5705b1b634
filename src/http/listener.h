/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h: one address the program answers on, with its own threads.
 *
 * Every connection has a time by which it must have got on: a request's head
 * within timeout_s, its body at min_bytes_s or faster, the answer taken at
 * that speed too.  http_listener_tick() ends those that have not, so that a
 * client sending one byte a second holds nothing for long.
 */
#pragma once

#include "http/address.h"
#include "http/http.h"

struct http_listener;

struct http_options {
	struct address address;
	bool is_public;         /* told to the handler in req.is_public */
	const char *tls_cert;   /* PEM; NULL: plain HTTP */
	const char *tls_key;
	const struct address_block *proxy; /* whose X-Forwarded-* are believed; copied */
	size_t proxies;
	unsigned threads;       /* 0: 16 */
	unsigned connections;   /* at the same time; 0: 1000 */
	unsigned per_address;   /* of them from one address; 0: no limit */
	unsigned timeout_s;     /* 0: 30 */
	unsigned min_bytes_s;   /* 0: 4096 */
};

/*
 * Binds and starts answering.  ${handler} is copied, its arg must outlive the
 * listener.  ERR_IO "http.bind" with {address} and {reason}; ERR_IO
 * "http.start" when the threads or TLS could not be set up.
 */
int http_listen(const struct http_options *options, const struct http_handler *handler,
    struct http_listener **ret, struct err *err);

/* "127.0.0.1:8686", with the true port when 0 was asked for. */
const char *http_listener_address(const struct http_listener *l);
bool http_listener_is_tls(const struct http_listener *l);

/* Ends connections that are past their time; to be called about every second. */
void http_listener_tick(struct http_listener *l);

/* Accepts nobody any more; what is under way goes on and is the last on its connection. */
void http_listener_quiesce(struct http_listener *l);

/* Requests whose answer is not sent yet. */
size_t http_listener_busy(const struct http_listener *l);

/* Ends all connections and threads and frees; NULL is allowed. */
void http_listener_stop(struct http_listener *l);
