/* SPDX-License-Identifier: Apache-2.0 */
/* set.h: what a set of packs is made of; for the files of pack/ only. */
#pragma once

#include "base/map.h"
#include "pack/kinds.h"

struct pack_entry {
	enum pack_kind kind;
	struct pack *pack; /* the struct of its kind, which begins with this */
	const char *path;  /* for faults */
};

struct packs {
	struct arena arena;
	struct pack_entry *entry; /* ordered by kind, id, beginning, version */
	size_t entries, room;
	struct map english; /* Vietnamese sentence to const char *: pack/say.h */
};

/* The next entry of ${kind}, whenever it holds; NULL at the end. ${i} starts at 0. */
const struct pack_entry *set_next(const struct packs *p, enum pack_kind kind, size_t *i);

/* Fills the map of sentences. */
void set_learn(struct packs *p);

/* Compares packs with each other and finds references to what is not there. */
void set_cross_check(struct schema_read *r, const struct packs *p);
