/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonw.h: writes JSON straight into a buffer, without a tree in between.
 *
 * The caller says what comes next; commas and escapes are the writer's work.
 * Calling in an order that is not JSON (a value in an object without its key,
 * an end that closes nothing) is a fault of the program and asserts.  A buffer
 * that is full stays full: look at buf.full once, at the end.
 */
#pragma once

#include "base/buf.h"

#define JSONW_DEPTH_MAX 64

struct jsonw {
	struct buf *out;
	uint64_t object; /* bit n: level n is an object, not an array */
	unsigned depth;
	bool comma;      /* the next item is not the first of its level */
	bool keyed;      /* a key was written and waits for its value */
};

#define JSONW_INIT(buf) { (buf), 0, 0, false, false }

void jsonw_init(struct jsonw *w, struct buf *out);

void jsonw_object(struct jsonw *w);
void jsonw_object_end(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_array_end(struct jsonw *w);

/* The name of the next value; only inside an object. */
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_keyn(struct jsonw *w, const char *key, size_t len);
void jsonw_quoted_key(struct jsonw *w, const char *key, size_t len); /* with its quotes and colon */

/* NULL becomes null. Malformed UTF-8 becomes U+FFFD, one for each bad byte. */
void jsonw_string(struct jsonw *w, const char *s);
void jsonw_stringn(struct jsonw *w, const char *s, size_t len);
void jsonw_int(struct jsonw *w, int64_t n);
void jsonw_bool(struct jsonw *w, bool value);
void jsonw_null(struct jsonw *w);

/* One value that is JSON already, taken as it is; NULL becomes null. */
void jsonw_raw(struct jsonw *w, const char *json, size_t len);

/* Key and value in one call, for the most usual case. */
void jsonw_kstring(struct jsonw *w, const char *key, const char *s);
void jsonw_kint(struct jsonw *w, const char *key, int64_t n);
void jsonw_kbool(struct jsonw *w, const char *key, bool value);
void jsonw_knull(struct jsonw *w, const char *key);
void jsonw_kraw(struct jsonw *w, const char *key, const char *json);
void jsonw_kobject(struct jsonw *w, const char *key);
void jsonw_karray(struct jsonw *w, const char *key);

/* Writes ${s} as a quoted JSON string, by itself; whether all of it was well-formed UTF-8 without NUL. */
bool jsonw_quote(struct buf *out, const char *s, size_t len);
