/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/images.h"

#include "base/arena.h"
#include "ledger/row.h"
#include "os/sha256.h"

void
image_key(struct span table, struct span id, uint8_t ret[static IMAGE_HASH])
{
	uint8_t hash[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, table.at, table.len);
	sha256_add(&h, "", 1);
	sha256_add(&h, id.at, id.len);
	sha256_end(&h, hash);
	memcpy(ret, hash, IMAGE_HASH);
}

/*
 * Images written before ROW_STAMP was left out of them carry it.  Returns the bytes
 * before it, of which ${ret_rest} is what follows; all when it is not there.
 */
static size_t
before_stamp(struct span row, struct span *ret_rest)
{
	static const char member[] = ",\"" ROW_STAMP "\":";
	const char *end = row.at + row.len, *at = memmem(row.at, row.len, member, sizeof(member) - 1);
	const char *rest = at == NULL ? end : at + sizeof(member) - 1;

	while (rest < end && *rest >= '0' && *rest <= '9')
		rest++;
	*ret_rest = (struct span){ rest, (size_t)(end - rest) };
	return at == NULL ? row.len : (size_t)(at - row.at);
}

void
image_hash(struct span row, uint8_t ret[static IMAGE_HASH])
{
	uint8_t hash[SHA256_SIZE];
	struct sha256 h;
	struct span rest;

	sha256_init(&h);
	sha256_add(&h, row.at, before_stamp(row, &rest));
	sha256_add(&h, rest.at, rest.len);
	sha256_end(&h, hash);
	memcpy(ret, hash, IMAGE_HASH);
}

/* The keys are hashes already: their first bytes spread well enough. */
static struct image_slot *
find(const struct images *images, const uint8_t key[static IMAGE_HASH])
{
	uint64_t h;
	size_t at;

	memcpy(&h, key, sizeof(h));
	at = (size_t)h & (images->size - 1);
	while (images->slot[at].seq != 0 && memcmp(images->slot[at].row, key, IMAGE_HASH) != 0)
		at = (at + 1) & (images->size - 1);
	return &images->slot[at];
}

static void
grow(struct images *images)
{
	struct images old = *images;

	images->size = old.size == 0 ? 1024 : old.size * 2;
	images->slot = xcalloc(images->size, sizeof(*images->slot));
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i].seq != 0)
			*find(images, old.slot[i].row) = old.slot[i];
	free(old.slot);
}

struct image_slot *
images_get(const struct images *images, const uint8_t key[static IMAGE_HASH])
{
	struct image_slot *slot = images->size == 0 ? NULL : find(images, key);

	return slot == NULL || slot->seq == 0 ? NULL : slot;
}

struct image_slot *
images_put(struct images *images, const uint8_t key[static IMAGE_HASH])
{
	struct image_slot *slot;

	if (images->used * 5 >= images->size * 4)
		grow(images);
	slot = find(images, key);
	if (slot->seq == 0) {
		memcpy(slot->row, key, IMAGE_HASH);
		images->used++;
	}
	return slot;
}

void
images_clear(struct images *images)
{
	free(images->slot);
	*images = (struct images)IMAGES_INIT;
}
