/* SPDX-License-Identifier: Apache-2.0 */
/* map.h: strings to pointers, open addressing; keys are copied, values are the caller's. */
#pragma once

#include "base/base.h"

struct map_slot {
	char *key; /* NULL: free */
	uint64_t hash;
	void *value;
};

struct map {
	struct map_slot *slot;
	size_t used, size;
};

#define MAP_INIT { NULL, 0, 0 }

/* The value, or NULL. */
void *map_get(const struct map *map, const char *key);

/* Sets ${key}; returns the value it had before, or NULL. ${value} is not NULL. */
void *map_put(struct map *map, const char *key, void *value);

/* Frees the keys; each value first goes to ${free_value} when that is not NULL. */
void map_clear(struct map *map, void (*free_value)(void *));

/* Walks all pairs in no order: for (size_t i = 0; (s = map_next(&m, &i)) != NULL;) */
struct map_slot *map_next(const struct map *map, size_t *i);
