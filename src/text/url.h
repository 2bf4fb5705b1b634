/* SPDX-License-Identifier: Apache-2.0 */
/* url.h: percent encoding, query strings and forms, absolute web addresses. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define URL_PARAMS_MAX 200                /* names in one query or form */
#define URL_FORM_MAX   ((size_t)1 << 20)  /* bytes of one query or form */
#define URL_MAX        2048               /* bytes of one address */
#define URL_HOST_MAX   255

/* Adds ${s} with all but letters, digits and - . _ ~ as %XX. */
void url_encode(struct buf *out, const char *s);

/* As url_encode, leaving '/' too: for the path of an address. */
void url_encode_path(struct buf *out, const char *s);

/*
 * Undoes %XX, and '+' as a space when ${form}.  The text belongs to ${arena}.
 * ERR_INVALID "err.url_encoding": a '%' without two hex digits, NUL, or what
 * comes out is not UTF-8.
 */
int url_decode(struct arena *arena, const char *s, size_t len, bool form, char **ret_text,
    struct err *err);

struct url_param {
	const char *name, *value; /* value "" when there was no '=' */
};

struct url_params {
	struct url_param *param;
	size_t count;
};

/*
 * Reads a query string (without '?') or an application/x-www-form-urlencoded
 * body; everything belongs to ${arena}.  A name may come more than once.
 * ERR_INVALID as url_decode; ERR_TOO_LARGE "err.too_large" (max) beyond
 * URL_FORM_MAX or URL_PARAMS_MAX.
 */
int url_params(struct arena *arena, const char *s, size_t len, struct url_params *ret_params,
    struct err *err);

/* The first value of that name, or NULL. */
const char *url_param(const struct url_params *params, const char *name);

struct url {
	bool tls;                     /* https */
	char host[URL_HOST_MAX + 1];  /* lower case; IPv6 without brackets */
	bool ipv6;
	int port;                     /* 80 or 443 when not given */
	char path[3 * URL_MAX + 2];   /* with query, "/" at least, bytes from 0x80 on as %XX */
};

/*
 * Takes an absolute http or https address apart; a #fragment is left out.
 * ERR_INVALID "err.url" for anything else, for a user name in it, spaces,
 * control characters, a bad port, a host that is neither a name, an IPv4 nor
 * a bracketed IPv6 address, or more than URL_MAX bytes.
 */
int url_split(const char *text, const char *field, struct url *ret_url, struct err *err);
