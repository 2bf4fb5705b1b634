/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c: Vectorscan. */
#include "detect/scan.h"

#include <hs.h>

#include "base/arena.h"

struct scan_set {
	hs_database_t *db;
};

struct scan_scratch {
	hs_scratch_t *scratch;
};

struct scan_set *
scan_compile(const char *const *literal, const size_t *len, const unsigned *id, size_t count)
{
	unsigned *flags = xcalloc(count + 1, sizeof(*flags));
	hs_compile_error_t *error = NULL;
	struct scan_set *set;
	hs_database_t *db;

	for (size_t i = 0; i < count; i++)
		flags[i] = HS_FLAG_SINGLEMATCH;
	if (hs_compile_lit_multi(literal, flags, id, len, (unsigned)count, HS_MODE_BLOCK, NULL, &db,
		&error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		free(flags);
		return NULL;
	}
	free(flags);
	set = xcalloc(1, sizeof(*set));
	set->db = db;
	return set;
}

void
scan_free(struct scan_set *set)
{
	if (set == NULL)
		return;
	hs_free_database(set->db);
	free(set);
}

void
scan_prepare(const struct scan_set *set, struct scan_scratch **scratch)
{
	if (*scratch == NULL)
		*scratch = xcalloc(1, sizeof(**scratch));
	if (hs_alloc_scratch(set->db, &(*scratch)->scratch) != HS_SUCCESS)
		abort();
}

void
scan_scratch_free(struct scan_scratch *scratch)
{
	if (scratch == NULL)
		return;
	hs_free_scratch(scratch->scratch);
	free(scratch);
}

struct teller {
	void (*fn)(void *arg, unsigned id);
	void *arg;
};

static int
tell(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	const struct teller *t = arg;

	(void)from;
	(void)to;
	(void)flags;
	t->fn(t->arg, id);
	return 0;
}

void
scan_run(const struct scan_set *set, struct scan_scratch *scratch, const char *data, size_t len,
    void (*fn)(void *arg, unsigned id), void *arg)
{
	struct teller t = { fn, arg };

	/* The only faults there are come from wrong use. */
	if (hs_scan(set->db, data, (unsigned)len, 0, scratch->scratch, tell, &t) != HS_SUCCESS)
		abort();
}

size_t
scan_size(const struct scan_set *set)
{
	size_t size = 0;

	hs_database_size(set->db, &size);
	return size;
}

char *
scan_save(const struct scan_set *set, size_t *ret_len)
{
	char *data = NULL;

	if (hs_serialize_database(set->db, &data, ret_len) != HS_SUCCESS)
		abort();
	return data;
}

struct scan_set *
scan_load(const char *data, size_t len)
{
	struct scan_set *set;
	hs_database_t *db;

	if (hs_deserialize_database(data, len, &db) != HS_SUCCESS)
		return NULL;
	set = xcalloc(1, sizeof(*set));
	set->db = db;
	return set;
}
