/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_key.h: what the keys of JSON logs mean.  A key is known by the objects it lies in; its
 * meaning is found once and remembered, since every event has the same ones.  Of src/ingest only.
 */
#pragma once

#include "ingest/parse.h"

enum json_role {
	JSON_FIELD,
	JSON_IGNORE,    /* name spaces of XML */
	JSON_DATA,      /* EventData.Data: an element or a list of them */
	JSON_DATA_NAME, /* within it: what the value is called */
	JSON_DATA_TEXT, /* within it: the value */
	JSON_JOURNAL_PRIORITY,
	JSON_JOURNAL_FACILITY,
	JSON_JOURNAL_TEXT, /* a text, or the bytes of one as a list */
};

struct json_key {
	struct json_key *chain;  /* of the same slot */
	struct json_key *parent; /* NULL: of the outermost object */
	struct json_key *after, *first; /* which key came after this one, and first within it, last time */
	const char *raw;         /* as it stands in the file, unescaped */
	uint32_t raw_len;
	const char *path;        /* with those it lies in: "Event.System.Level" */
	uint32_t path_len;
	const char *name;        /* of the field */
	uint32_t name_len, id;
	unsigned time_rank;      /* parse_time_rank */
	enum json_role role;
	bool is_plain;   /* stands in the file without escapes */
	bool is_second;          /* another key of the same meaning is better */
	bool is_journal;         /* systemd's journal alone has it */
	bool is_source;          /* of NXLog: the provider, under a name that fields of Windows have too */
};

struct json_keys *json_keys_new(const struct names *names);
void json_keys_free(struct json_keys *keys);

/* The outermost object, whose keys have no parent. */
struct json_key *json_keys_root(struct json_keys *keys);

/*
 * The key ${raw} in the object of ${parent}, that came after ${before}, or first (NULL).  An event with
 * more keys than can be kept gets ${parent} for them.
 */
struct json_key *json_key(struct json_keys *keys, struct json_key *parent, struct json_key *before,
    const char *raw, size_t len);

/* Which key it was that came there last time; NULL: none yet. */
static inline struct json_key *
json_key_guess(struct json_key *parent, struct json_key *before)
{
	struct json_key *guess = before != NULL ? before->after : parent->first;

	return guess != NULL && guess->parent == parent ? guess : NULL;
}

/* Forgets when there are too many; between events only. */
void json_keys_tidy(struct json_keys *keys);
