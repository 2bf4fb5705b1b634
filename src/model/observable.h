/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observable.h: signs of an attack (addresses, names, hashes, files): found in
 * free text, checked, brought to one form, shown harmlessly.
 *
 * Text comes as people and other tools write it, defanged too: hxxp://,
 * 1.2.3[.]4, evil(.)com, a[at]b{dot}vn, evil [.] com, full-width forms.
 */
#pragma once

#include "base/err.h"

#define OBSERVABLE_SIZE      2049              /* the longest value and its NUL */
#define OBSERVABLE_TEXT_MAX  ((size_t)1 << 20) /* bytes looked at; the rest is not */
#define OBSERVABLE_FOUND_MAX 1000              /* different ones found in one text */

enum observable_type {
	OBSERVABLE_NONE,
	OBSERVABLE_IP,       /* v4 or v6 */
	OBSERVABLE_DOMAIN,
	OBSERVABLE_URL,      /* http, https, ftp */
	OBSERVABLE_EMAIL,
	OBSERVABLE_MD5,
	OBSERVABLE_SHA1,
	OBSERVABLE_SHA256,
	OBSERVABLE_FILENAME, /* a name, or a path as Windows or Unix writes it */
};

#define OBSERVABLE_TYPES 9

/* "ip", "domain", ...; "" for OBSERVABLE_NONE. */
const char *observable_type_name(enum observable_type type);

/* OBSERVABLE_NONE when there is no such name. */
enum observable_type observable_type_named(const char *name);

/* ${value} is in normal form and valid during the call only. */
typedef void (*observable_fn)(void *ctx, enum observable_type type, const char *value);

/*
 * Calls ${found} for each different observable in ${len} bytes of ${text}, in
 * order of appearance; returns how many.  Takes time in proportion to the
 * text.  A link is one observable: its host is not told apart (observable_host).
 * Doubtful things are left out: version numbers, section numbers and address
 * ranges are no addresses, a bare word with a dot is a domain only with a known
 * ending, and a file name only with a known extension.
 */
size_t observable_extract(const char *text, size_t len, observable_fn found, void *ctx);

/* What ${text} is when it is one observable and nothing else; else OBSERVABLE_NONE. */
enum observable_type observable_type_of(const char *text);

/*
 * Brings what a person entered to the form everything is compared in: defanged
 * forms undone, blanks around it dropped; hosts, domains and hashes in lower
 * case, final dots of hosts dropped, IPv6 compressed, the default port and the
 * fragment of a link dropped and an empty path made "/".  ERR_INVALID
 * "err.observable" (field value, argument type) when it is no ${type}; then
 * ${out} is not to be used.
 */
int observable_normalise(enum observable_type type, const char *in,
    char out[static OBSERVABLE_SIZE], struct err *err);

/*
 * Whether a normal IP belongs to an inside network and says nothing outside:
 * 10/8, 172.16/12, 192.168/16, 100.64/10, 169.254/16, 127/8, fc00::/7,
 * fe80::/10, ::1; or to nobody or everybody: 0/8, 224/3, ::, ff00::/8; and the IPv4 ones written as ::ffff:a.b.c.d.
 */
bool observable_is_private_ip(const char *ip);

/*
 * The host of a normal URL or e-mail address: its type, OBSERVABLE_IP or
 * OBSERVABLE_DOMAIN, and its normal form; OBSERVABLE_NONE when it is neither
 * (a bare machine name) or ${type} has no host.
 */
enum observable_type observable_host(enum observable_type type, const char *value,
    char out[static OBSERVABLE_SIZE]);

struct buf;

/* Adds a normal value so that no program makes a link of it: hxxp, [.], [@], [:]. */
void observable_defang(enum observable_type type, const char *value, struct buf *out);
