/* SPDX-License-Identifier: Apache-2.0 */
/* grounds_part.h: what kinds.c and check.c know of legal instruments; for the files of pack/ only. */
#pragma once

#include "pack/grounds.h"
#include "pack/set.h"

extern const struct schema_field pack_grounds_fields[];

/* Gives the regulations the ends of their instruments. */
void grounds_end(struct packs *p);

/* Instruments that name what replaced them name one that is there. */
void grounds_check(struct schema_read *r, const struct packs *p, const struct pack_grounds *grounds);
