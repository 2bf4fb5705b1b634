/* SPDX-License-Identifier: Apache-2.0 */
/*
 * playbook.h: the editions of a playbook: the shipped file, the agency's own
 * file, and the texts saved in Khiên, each with its version number.
 */
#pragma once

#include "app/packset.h"

/* One edition, opened for one operation. */
struct edition {
	const struct pack_playbook *playbook;
	const char *id, *state; /* shipped file draft in_force replaced withdrawn */
	const char *row_id;     /* of playbook_text; NULL for files */
	struct packs *own;      /* where a draft was read into */
};

/*
 * The id of the playbook an argument names by id or by code ("PB-01"): of those
 * in use, or of a text.  NULL and ERR_NOT_FOUND err.no_playbook with that field.
 */
const char *playbook_id_arg(struct call *call, const char *name);

/* Opens edition ${version} of ${id}; 0: the one in use now. ERR_NOT_FOUND err.no_edition. */
int edition_open(struct call *call, const char *id, int version, struct edition *ret);
void edition_close(struct edition *e);

/* "state", and "state_name" in the caller's language. */
void edition_out_state(struct call *call, const char *state);

/* The draft's number, 0 when there is none. */
int edition_draft(struct call *call, const char *id);

/* Above the numbers of all editions of ${id} there ever were. */
int edition_next(struct call *call, const char *id);

/*
 * Puts a draft in force from now on; the text that was, if any, is replaced.
 * The fields of a playbook must all be there.  ERR_INVALID in call->err names
 * what is missing, ERR_STATE err.playbook_state that it is no draft.
 */
int edition_put_in_force(struct call *call, struct edition *e);

/* The text of an edition as YAML, in the arena; NULL and an error when a file cannot be read. */
const char *edition_yaml(struct call *call, const struct edition *e);

/* "id", "code", "title", "version", … of a playbook, and how it was approved. */
void playbook_out_head(struct call *call, const struct pack_playbook *p);

void playbook_out_step(struct call *call, const struct pack_step *s); /* an object */

/* A playbook's YAML as one JSON value with the names and the order of the file. */
void yaml_as_json(struct jsonw *out, const char *yaml);

/*
 * The reverse: an object as a YAML file people can read.  Returns 0, or
 * ERR_INVALID err.playbook_values when it is nested too deep to be a playbook.
 */
int json_as_yaml(const struct json *value, struct buf *out, struct err *err);
