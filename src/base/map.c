/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/arena.h"

/*
 * FNV-1a by eight bytes: most keys are SQL texts.  Keys from outside are bounded in
 * number by their readers.
 */
static uint64_t
hash_of(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037), part;
	size_t len = strlen(key);

	for (; len >= sizeof(part); key += sizeof(part), len -= sizeof(part)) {
		memcpy(&part, key, sizeof(part));
		h = (h ^ part) * UINT64_C(1099511628211);
		h ^= h >> 32;
	}
	if (len > 0) {
		part = 0;
		memcpy(&part, key, len);
		h = (h ^ part) * UINT64_C(1099511628211);
		h ^= h >> 32;
	}
	return h ^ h >> 29;
}

static struct map_slot *
find(struct map_slot *slot, size_t size, const char *key, uint64_t hash)
{
	size_t i = hash & (size - 1);

	while (slot[i].key != NULL && (slot[i].hash != hash || strcmp(slot[i].key, key) != 0))
		i = (i + 1) & (size - 1);
	return &slot[i];
}

static void
grow(struct map *map)
{
	size_t size = map->size == 0 ? 16 : map->size * 2;
	struct map_slot *slot = xcalloc(size, sizeof(*slot));

	for (size_t i = 0; i < map->size; i++)
		if (map->slot[i].key != NULL)
			*find(slot, size, map->slot[i].key, map->slot[i].hash) = map->slot[i];
	free(map->slot);
	map->slot = slot;
	map->size = size;
}

void *
map_get(const struct map *map, const char *key)
{
	if (map->size == 0)
		return NULL;
	return find(map->slot, map->size, key, hash_of(key))->value;
}

void *
map_put(struct map *map, const char *key, void *value)
{
	struct map_slot *slot;
	uint64_t hash = hash_of(key);
	void *before;

	if ((map->used + 1) * 4 > map->size * 3)
		grow(map);
	slot = find(map->slot, map->size, key, hash);
	before = slot->value;
	if (slot->key == NULL) {
		slot->key = xstrdup(key);
		slot->hash = hash;
		map->used++;
	}
	slot->value = value;
	return before;
}

void
map_clear(struct map *map, void (*free_value)(void *))
{
	for (size_t i = 0; i < map->size; i++) {
		if (map->slot[i].key == NULL)
			continue;
		if (free_value != NULL)
			free_value(map->slot[i].value);
		free(map->slot[i].key);
	}
	free(map->slot);
	*map = (struct map)MAP_INIT;
}

struct map_slot *
map_next(const struct map *map, size_t *i)
{
	while (*i < map->size) {
		struct map_slot *slot = &map->slot[(*i)++];

		if (slot->key != NULL)
			return slot;
	}
	return NULL;
}
