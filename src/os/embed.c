/* SPDX-License-Identifier: Apache-2.0 */
#include "os/embed.h"

extern const struct embed embed_table[];
extern const uint64_t embed_count;

const struct embed *
embed_get(const char *name)
{
	size_t low = 0, high = embed_count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(name, embed_table[mid].name);

		if (order == 0)
			return &embed_table[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct embed *
embed_next(const char *prefix, size_t *i)
{
	for (; *i < embed_count; (*i)++)
		if (str_starts(embed_table[*i].name, prefix))
			return &embed_table[(*i)++];
	return NULL;
}
