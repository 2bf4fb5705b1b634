/* SPDX-License-Identifier: Apache-2.0 */
/* head.h: what the lines of a request's head may be, and what a proxy says in them. */
#pragma once

#include "http/address.h"
#include "http/http.h"

struct head {
	size_t lines, bytes;
	unsigned lengths, hosts, encodings;
	bool bad_name, bad_encoding;
};

/* Takes the next line; ${value} may be NULL. */
void head_add(struct head *head, const char *name, const char *value);

/*
 * 0, or the status of the refusal: 431 beyond the limits of http.h; 400 for
 * what a proxy before us could read otherwise than we do: two lengths, a length
 * beside chunks, names that are no names, two hosts or (HTTP/1.1) none
 * (RFC 9112 §6.3, "request smuggling").
 */
int head_check(const struct head *head, const char *version);

/*
 * The client's address out of X-Forwarded-For: the last one in ${list} that is
 * not one of the proxies themselves.  ${address} is left as far as it could be
 * believed: something that is no address ends the looking.
 */
void head_forwarded(const char *list, const struct address_block *proxy, size_t proxies,
    char address[static HTTP_ADDRESS_SIZE]);
