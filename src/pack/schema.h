/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h: the one mechanism that checks packs: a table of fields says how a
 * YAML map becomes a C struct, and every fault is told with its place.
 */
#pragma once

#include "base/arena.h"
#include "pack/pack.h"
#include "text/yaml.h"

#define SCHEMA_STRING_MAX 400  /* bytes of an id, a name, a citation */
#define SCHEMA_TEXT_MAX   3000 /* bytes of a sentence or a paragraph */
#define SCHEMA_LIST_MAX   500  /* items of a list */

enum field_type {
	FIELD_STRING,  /* const char * */
	FIELD_ID,      /* const char *: letters, digits, _ . - */
	FIELD_CHOICE,  /* const char *, one of choices */
	FIELD_TEXT,    /* struct pack_text: a string, or a map of vi and en */
	FIELD_INT,     /* int within min..max */
	FIELD_LONG,    /* int64_t within min..max */
	FIELD_BOOL,    /* bool */
	FIELD_DATE,    /* int64_t, 00:00 local; untouched when null */
	FIELD_MONTHDAY, /* const char *: MM-DD */
	FIELD_IDS,     /* const char ** and size_t: a list, each an id (one of choices) */
	FIELD_TEXTS,   /* struct pack_text * and size_t */
	FIELD_STRUCT,  /* nested in place, by sub */
	FIELD_LIST,    /* array of structs by sub, and size_t */
	FIELD_CUSTOM,  /* read() does it */
};

enum {
	FIELD_REQUIRED = 1, /* must be there, and not empty */
	FIELD_COMPLETE = 2, /* the same, under --complete */
	FIELD_UNIQUE = 4,   /* list: items begin with const char *id, all different */
	FIELD_BOTH = 8,     /* text: in both languages */
	FIELD_TRUE = 16,    /* boolean: true when the file does not say */
};

struct schema_read;
struct schema;

struct schema_field {
	const char *name;
	enum field_type type;
	unsigned flags;
	size_t offset, count_offset;
	const char *const *choices; /* NULL-terminated, or NULL */
	const struct schema *sub;
	size_t place_offset;        /* int line, column of the value; 0 if not kept */
	int64_t min, max;           /* numbers; lists: number of items when max > 0 */
	void (*read)(struct schema_read *r, const struct yaml_node *node, void *out);
};

struct schema {
	const struct schema_field *field; /* name NULL at the end */
	size_t size;
	size_t line_offset;               /* int line, column; SCHEMA_NO_PLACE if it keeps none */
};

#define SCHEMA_NO_PLACE ((size_t)-1)

/* One file being read. */
struct schema_read {
	struct arena *arena; /* where what is read lives */
	const char *file;    /* for faults */
	const char *text;    /* the file itself,  bytes; NULL when nobody needs it */
	size_t text_len;
	bool complete;
	packs_check_fn fn; /* told each fault; may be NULL */
	void *user;
	size_t faults;
};

/* Fills ${out}, zeroed by the caller, from ${node}. Strings it does not set become "". */
void schema_fill(struct schema_read *r, const struct yaml_node *node, const struct schema *schema,
    void *out);

/* Tells a fault at ${line}, ${column}, with up to two named arguments. */
void schema_fault(struct schema_read *r, int line, int column, const char *key, const char *field,
    const char *name1, const char *value1, const char *name2, const char *value2);

/* Reads a list of ids into ${ret}; a single scalar counts as a list of one. */
void schema_ids(struct schema_read *r, const struct yaml_node *node,
    const struct schema_field *field, const char ***ret, size_t *ret_count);

/* The candidate (NULL at the end) most like ${word}; NULL when none is near. */
const char *schema_nearest(const char *word, const char *const *candidates);

/* A packs_check_fn that keeps the first fault in the struct err ${user}. */
void schema_keep_first(void *user, const struct err *err);
