/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h: YAML text to a small tree of nodes with their places, for packs and
 * rules.  Only plain data is taken: anchors, aliases, tags and keys that are
 * not scalars are refused, so a small file cannot grow into a large tree.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define YAML_SIZE_MAX  ((size_t)1 << 20) /* bytes of one file */
#define YAML_DEPTH_MAX 16                /* nested maps and lists */
#define YAML_NODES_MAX 100000            /* nodes of one file, keys included */

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml_node {
	enum yaml_kind kind;
	int line, column;        /* from 1, in characters */
	bool quoted;             /* scalar: not plain, so never null, a number or a boolean */
	const char *text;        /* scalar: UTF-8 without NUL */
	size_t count;            /* map: pairs; list: items */
	struct yaml_node **key;  /* map: scalars, all different, in file order */
	struct yaml_node **item; /* map: values; list: items */
};

struct yaml_stream {
	struct yaml_node **doc; /* one root per document; an empty document is a null scalar */
	size_t count;
};

/*
 * Reads ${len} bytes at ${data} into ${arena}.  ${name} stands as the file in
 * errors.  Returns 0, ERR_TOO_LARGE or ERR_INVALID (keys yaml.*) with file,
 * line and column; ${ret} is then untouched.
 */
int yaml_parse(struct arena *arena, const char *data, size_t len, const char *name,
    struct yaml_stream *ret, struct err *err);

/* The value of ${key} in ${map}; NULL when absent or ${map} is not a map (or NULL). */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Whether ${node} is plain null (Null, NULL), ~ or nothing. NULL is not. */
bool yaml_is_null(const struct yaml_node *node);

/* Plain true or false, also with a capital or in capitals; ${ret} is set to false when it is neither. */
bool yaml_bool(const struct yaml_node *node, bool *ret);

/* A plain decimal integer that fits. */
bool yaml_int(const struct yaml_node *node, int64_t *ret);
