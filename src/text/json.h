/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h: JSON values in memory: read, looked at, built, written canonically.
 *
 * A value has one owner.  json_parse and the json_new_* give it to the caller,
 * who frees it with json_free; json_set and json_append take it over.  What the
 * getters return belongs to the value it was taken from and lives as long.
 * For output that is only written once, use jsonw.h: it needs no tree.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define JSON_SIZE_MAX  ((size_t)16 << 20) /* bytes of one text */
#define JSON_DEPTH_MAX 64                 /* levels of arrays and objects */
#define JSON_INT_SAFE  INT64_C(9007199254740991) /* 2^53 - 1: exact in every reader */

struct json;

enum json_kind {
	JSON_KIND_NULL, /* also what a NULL pointer is */
	JSON_KIND_BOOL,
	JSON_KIND_INT,
	JSON_KIND_REAL,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
};

/*
 * Reads one JSON text (RFC 8259, any kind of value).  Refused, with the place
 * in err.line and err.column: anything else after it, a name twice in an
 * object, malformed UTF-8, U+0000, whole numbers outside int64 (ERR_INVALID
 * "err.json", argument reason); deeper than JSON_DEPTH_MAX ("err.json_depth",
 * max); longer than JSON_SIZE_MAX (ERR_TOO_LARGE "err.too_large", max).
 */
int json_parse(const char *data, size_t len, struct json **ret_value, struct err *err);

/*
 * A copy that json_parse() takes of what our own programs wrote: U+0000, which logs do hold, becomes
 * U+FFFD, and a whole number that is too long is cut, which is only ever the number of a damaged record.
 */
void json_tame(const char *data, size_t len, struct buf *out);

/*
 * A copy of what others wrote, for what their writers let through and json_parse() does not: a byte order
 * mark goes; U+0000 and halves of surrogates become U+FFFD; a byte of a text that is no UTF-8 is spelt out
 * ("\xe9"); a whole number beyond int64 becomes the text of its digits.  What is no JSON stays none.
 */
void json_mend(const char *data, size_t len, struct buf *out);

void json_free(struct json *value); /* NULL is fine */

/* For cleanup(json_freep). */
void json_freep(struct json **value);

/* Looking.  All accept NULL, and values of another kind, as "not there". */

enum json_kind json_kind(const struct json *value);

/* A member of an object, NULL when there is none. */
struct json *json_get(const struct json *object, const char *key);

/* An element of an array, NULL beyond its end. */
struct json *json_at(const struct json *array, size_t i);

/* Elements of an array, members of an object; else 0. */
size_t json_len(const struct json *value);

/* The text of a string, without NUL inside; NULL when it is not a string. */
const char *json_str(const struct json *value);
int64_t json_int(const struct json *value, int64_t otherwise);
bool json_bool(const struct json *value, bool otherwise);

const char *json_get_str(const struct json *object, const char *key);
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);

/*
 * Walks an object's members in the order they were written:
 *	void *it = NULL;
 *	while (json_next(object, &it, &key, &value)) ...
 * The object is not changed meanwhile.
 */
bool json_next(const struct json *object, void **it, const char **ret_key,
    struct json **ret_value);

/* Building.  Strings and keys are well-formed UTF-8 without NUL; others assert. */

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *s); /* NULL makes null */
struct json *json_new_int(int64_t n);
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
struct json *json_clone(const struct json *value); /* deep */

/* Takes over ${value}; a member of that name is replaced. */
void json_set(struct json *object, const char *key, struct json *value);
void json_append(struct json *array, struct json *value);
void json_set_str(struct json *object, const char *key, const char *s);
void json_set_int(struct json *object, const char *key, int64_t n);
void json_set_bool(struct json *object, const char *key, bool value);
void json_del(struct json *object, const char *key); /* nothing there is fine */

/* Writes ${value} without spaces, members in their own order; a real in shortest exact form. */
void json_write(const struct json *value, struct buf *out);

/*
 * Writes the canonical form: RFC 8785 over values without reals: names sorted
 * by UTF-16 code units, no spaces, the fewest escapes.  Equal values give equal
 * bytes.  ERR_INVALID "err.json_canonical" for a real or for a whole number
 * beyond +-JSON_INT_SAFE, which other readers would round; then ${out} holds an
 * unfinished text.
 */
int json_canonical(const struct json *value, struct buf *out, struct err *err);
