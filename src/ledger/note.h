/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.h: signed notes and their keys (C2SP signed-note, Ed25519).
 *
 * A note is text that ends in a newline, an empty line, and signature lines
 *	— <key name> <base64 of key id ‖ signature>
 * The key id is the first four bytes of SHA-256(name ‖ 0x0a ‖ 0x01 ‖ public key).
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define NOTE_NAME_MAX 128
#define NOTE_SIZE_MAX ((size_t)64 << 10)

struct note_key {
	char name[NOTE_NAME_MAX];
	uint8_t id[4];
	uint8_t public_key[32];
	uint8_t secret_key[64]; /* meaningful when has_secret */
	bool has_secret;
};

/* cleanup() helper: wipes the secret. */
void note_key_clear(struct note_key *key);

/*
 * Makes a new key named ${name} (no blank, no '+') and writes it to the new
 * file ${path}, mode 0600: PRIVATE+KEY+<name>+<id>+<base64 of 0x01 ‖ seed>.
 */
int note_key_create(const char *path, const char *name, struct err *err);

/* Reads a secret key file; ERR_BROKEN when it is not one. */
int note_key_load(const char *path, struct note_key *ret, struct err *err);

/* Reads "<name>+<id>+<base64 of 0x01 ‖ public key>"; ERR_INVALID when it is not that. */
int note_key_parse(const char *text, struct note_key *ret, struct err *err);

/* Writes that form, without newline. */
void note_key_text(const struct note_key *key, struct buf *out);

/* The same key under another name, which changes its id. */
void note_key_rename(struct note_key *key, const char *name);

/* Writes ${text}, which ends in a newline and has no empty line, as a note signed by ${key}. */
void note_sign(const struct note_key *key, const char *text, struct buf *out);

/*
 * Whether ${note} is well formed and has a good signature of ${key}; lines of
 * other keys are not looked at.  Returns the length of its text.
 * ERR_INVALID err.note.form; ERR_BROKEN err.note.other_key (no line of this
 * key) or err.note.signature.
 */
int note_check(const struct note_key *key, const char *note, size_t len, size_t *ret_text_len,
    struct err *err);

/* Standard base64 with padding, one spelling only; ${out} has room for 4 * (len + 2) / 3 + 1. */
char *note_base64(const void *data, size_t len, char *out);
bool note_unbase64(const char *text, size_t text_len, void *ret, size_t len);
