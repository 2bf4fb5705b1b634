/* SPDX-License-Identifier: Apache-2.0 */
/* names.c: field names as numbers. */
#include "event/event.h"

struct names {
	struct arena arena;
	struct name {
		const char *text;
		size_t len;
	} *name; /* name[0] is nobody's */
	uint32_t count, room;
	uint32_t *slot; /* ids by hash; 0: free */
	size_t slots;   /* a power of two, more than twice the names */
};

static uint64_t
hash_of(const char *s, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len, w;

	for (; len >= 8; s += 8, len -= 8) {
		memcpy(&w, s, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	w = 0;
	memcpy(&w, s, len);
	h = (h ^ w) * 0xff51afd7ed558ccdu;
	return h ^ h >> 29;
}

static uint32_t *
find(const struct names *names, const char *text, size_t len)
{
	size_t at = hash_of(text, len) & (names->slots - 1);

	for (;; at = (at + 1) & (names->slots - 1)) {
		const struct name *n = &names->name[names->slot[at]];

		if (names->slot[at] == 0 || (n->len == len && memcmp(n->text, text, len) == 0))
			return &names->slot[at];
	}
}

static void
grow(struct names *names)
{
	names->room = names->room == 0 ? 256 : names->room * 2;
	names->name = xrealloc(names->name, names->room * sizeof(*names->name));
	names->name[0] = (struct name){ "", 0 };
	names->slots = (size_t)names->room * 4;
	free(names->slot);
	names->slot = xcalloc(names->slots, sizeof(*names->slot));
	for (uint32_t i = 1; i <= names->count; i++)
		*find(names, names->name[i].text, names->name[i].len) = i;
}

struct names *
names_new(void)
{
	struct names *names = xcalloc(1, sizeof(*names));

	grow(names);
	return names;
}

void
names_free(struct names *names)
{
	if (names == NULL)
		return;
	arena_clear(&names->arena);
	free(names->name);
	free(names->slot);
	free(names);
}

uint32_t
names_add(struct names *names, const char *text, size_t len)
{
	uint32_t *slot = find(names, text, len);

	if (*slot != 0)
		return *slot;
	if (names->count + 1 == names->room) {
		grow(names);
		slot = find(names, text, len);
	}
	names->name[++names->count] = (struct name){ arena_strndup(&names->arena, text, len), len };
	return *slot = names->count;
}

uint32_t
names_find(const struct names *names, const char *text, size_t len)
{
	return names == NULL ? 0 : *find(names, text, len);
}

const char *
names_text(const struct names *names, uint32_t id)
{
	return names->name[id].text;
}

uint32_t
names_count(const struct names *names)
{
	return names->count;
}
