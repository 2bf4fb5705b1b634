/* SPDX-License-Identifier: Apache-2.0 */
/* kinds.h: the kinds of packs, each with its table of fields. */
#pragma once

#include "pack/schema.h"

enum pack_kind {
	KIND_PLAYBOOK,
	KIND_TYPES,
	KIND_QUESTIONS,
	KIND_SEVERITY,
	KIND_SYMPTOMS,
	KIND_REGULATION,
	KIND_CHECKLIST,
	KIND_HOLIDAYS,
	KIND_FORM,
	KIND_GROUNDS,
	KIND_STYLE,
	KIND_BODIES,
	KIND_PIPELINE,
	KINDS,
};

/* The value of `kind:`. */
const char *kind_name(enum pack_kind kind);

/* The kind of that name, or -1. ${ret_near} gets the nearest name, or NULL. */
int kind_find(const char *name, const char **ret_near);

/*
 * Reads the map ${node} as a pack of ${kind} into ${r}->arena; faults are
 * counted and told.  Never NULL: what could not be read is empty.
 */
struct pack *kind_read(struct schema_read *r, enum pack_kind kind, const struct yaml_node *node);

/*
 * Reads one file of  alone into : 0, or the first fault (pack.*, yaml.*) with its
 * place;  stands as the file.
 */
int kind_parse(struct arena *arena, enum pack_kind kind, const char *data, size_t len,
    const char *name, const struct pack **ret, struct err *err);
