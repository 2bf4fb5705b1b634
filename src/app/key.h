/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.h: keys of programs that hand something in.  A key is 256 random bits, shown once when it is
 * made; the database holds its SHA-256.  It may do what RIGHT_INTAKE lets it and nothing else,
 * and sees nothing.  Keys run by the machine's own clock, as sessions do.
 */
#pragma once

#include "app/op.h"

#define KEY_MARK        "khien_" /* every key begins so: whoever finds one knows what it is */
#define KEY_TOKEN_CHARS (sizeof(KEY_MARK) - 1 + 64)
#define KEY_PREFIX_SIZE 13 /* what is kept readable: the mark and six characters */

/* Who holds that key. ERR_AUTH err.key when it is none, revoked or past its day. */
int key_find(struct app *app, const char *token, struct actor *ret, struct err *err);

/* Notes that a key was used, and from where; a durable write, so not each time. */
int key_touch(struct app *app, const struct actor *actor, struct err *err);
