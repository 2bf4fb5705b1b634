/* SPDX-License-Identifier: Apache-2.0 */
/* address.h: network addresses as people write them: ADDR:PORT, [::1]:PORT, 10.0.0.0/8. */
#pragma once

#include "base/err.h"

#define ADDRESS_TEXT_SIZE 64 /* "[addr]:port" and NUL */

struct sockaddr;

/* A struct sockaddr_storage without <sys/socket.h>, whose names reach far (PF_…). */
struct address {
	_Alignas(8) unsigned char sa[128];
	unsigned len;
};

/* A block of addresses, IPv4 held as mapped IPv6. */
struct address_block {
	uint8_t bytes[16];
	unsigned prefix; /* of 128 bits */
};

/*
 * Reads "127.0.0.1:8686", "[::1]:8686", ":8686" (all of IPv4) or a port alone
 * (loopback).  Names are not looked up.  ERR_INVALID "http.listen_address"
 * with {address}.
 */
int address_parse(const char *text, struct address *ret, struct err *err);

bool address_is_loopback(const struct address *a);
bool address_is_any(const struct address *a);
int address_port(const struct address *a);

/* "127.0.0.1:8686"; returns ${out}. */
char *address_text(const struct sockaddr *sa, char out[static ADDRESS_TEXT_SIZE]);

/* The address alone, without port; a mapped IPv4 address as IPv4. Returns ${out}. */
char *address_host(const struct sockaddr *sa, char out[static ADDRESS_TEXT_SIZE]);

/* "10.0.0.0/8", "fd00::/8" or one address.  ERR_INVALID "http.proxy_address" with {address}. */
int address_block_parse(const char *text, struct address_block *ret, struct err *err);

/* Whether ${host}, an address as text, lies in one of the blocks; false when it is no address. */
bool address_in(const char *host, const struct address_block *block, size_t count);

/*
 * Under what name a client is counted: IPv4 as it is, IPv6 by its /64, because
 * one machine has all of that.  Returns ${out}.
 */
char *address_key(const char *host, char out[static ADDRESS_TEXT_SIZE]);
