/* SPDX-License-Identifier: Apache-2.0 */
/* tls.h: the server's certificate and key: given by the agency, or made and kept here. */
#pragma once

#include "base/err.h"

#define TLS_FINGERPRINT_SIZE 96 /* "AB:CD:…", 32 bytes */

struct tls_files {
	char *cert, *key; /* PEM; owned */
	char fingerprint[TLS_FINGERPRINT_SIZE]; /* SHA-256 of the first certificate */
};

void tls_files_clear(struct tls_files *files);

/*
 * Reads a certificate chain and its key.  ERR_INVALID "http.tls_cert",
 * "http.tls_key" or "http.tls_pair" (they do not belong together) with {file}
 * and {reason}; what file_read says for files that cannot be read.
 */
int tls_load(const char *cert_path, const char *key_path, struct tls_files *ret, struct err *err);

/*
 * Loads ${dir}/tls.crt and ${dir}/tls.key, making them when they are not there:
 * ECDSA P-256, five years, for this machine's name, localhost and ${host} (an
 * address; NULL or one that means all: none).  The key is mode 0600.
 */
int tls_self_signed(const char *dir, const char *host, struct tls_files *ret, struct err *err);
