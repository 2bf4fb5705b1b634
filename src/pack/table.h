/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: short names for the rows of schema tables; for the files of pack/ only. */
#pragma once

#include "pack/schema.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define LIST_AT(type, member) \
	AT(type, member), .count_offset = offsetof(struct type, member##_count)
#define ARRAY_AT(type, member, count) \
	AT(type, member), .count_offset = offsetof(struct type, count)
#define PLACE(type) sizeof(struct type), offsetof(struct type, line)
#define PACK_PLACE(type) sizeof(struct type), offsetof(struct pack, line)
#define NO_PLACE(type) sizeof(struct type), SCHEMA_NO_PLACE
#define REQ FIELD_REQUIRED
#define FULL FIELD_COMPLETE
#define BOTH (FIELD_REQUIRED | FIELD_BOTH)

extern const char *const pack_certainties[];
extern const char *const pack_recipients[]; /* roles a paper goes to */

/* What every pack begins with; all pack structs have struct pack first. */
#define PACK_FIELDS                                                                       \
	{ "id", FIELD_ID, REQ, AT(pack, id) },                                            \
	{ "kind", FIELD_ID, REQ, AT(pack, kind) },                                        \
	{ "version", FIELD_INT, REQ, AT(pack, version), .min = 1, .max = 1000000 },       \
	{ "title", FIELD_TEXT, BOTH, AT(pack, title) },                                   \
	{ "valid_from", FIELD_DATE, 0, AT(pack, from_ms) },                               \
	{ "valid_to", FIELD_DATE, 0, AT(pack, to_ms) },                                   \
	{ "source", FIELD_STRING, REQ, AT(pack, source) },                                \
	{ "certainty", FIELD_CHOICE, REQ, AT(pack, certainty), .choices = pack_certainties }
