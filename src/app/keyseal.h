/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyseal.h: the keys of a data directory in a box that only a passphrase opens.
 *
 * The box: "KHKEYS1\n", passes and memory in KiB of Argon2id (four bytes each,
 * least significant first), 16 bytes of salt, 24 of nonce; then the names and
 * contents as JSON {"name":"base64",…} under XChaCha20-Poly1305, the bytes before
 * it being its additional data.  Argon2id makes 64 bytes: the first half is the
 * key of the box, the second that of the seal over the list of files.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define KEYSEAL_BOX_MAX  ((size_t)2 << 20) /* bytes of a box */
#define KEYSEAL_KEY_SIZE 32

/* Seals all regular files of the folder ${dir} into ${out}.  Takes 64 MiB and some tenths of a second. */
int keyseal_make(const char *dir, const char *passphrase, struct buf *out,
    uint8_t ret_seal_key[static KEYSEAL_KEY_SIZE], struct err *err);

/*
 * Opens ${box} and writes its files into the folder ${dir} (NULL: nowhere), mode
 * 0600.  ERR_AUTH "err.backup.passphrase" for a wrong passphrase, ERR_BROKEN
 * "err.backup.keys" when it is no such box, or asks for more work than any box should.
 */
int keyseal_open(const void *box, size_t size, const char *passphrase, const char *dir,
    uint8_t ret_seal_key[static KEYSEAL_KEY_SIZE], struct err *err);

/* The seal over a list of files: 64 hex digits. */
char *keyseal_mark(const uint8_t seal_key[static KEYSEAL_KEY_SIZE], const void *list, size_t size,
    char ret[static 65]);
