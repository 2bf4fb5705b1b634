/* SPDX-License-Identifier: Apache-2.0 */
/* A text is found where memmem(3) finds it, at every place and length, and nothing is read behind the end. */
#include "testing.h"

#include "base/arena.h"
#include "detect/find.h"

#define MOST 80

static uint32_t seed = 1;

static uint32_t
next(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void
a_text_is_found_where_it_is_first(void **state)
{
	size_t there = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t len = next(MOST), n = next(i % 2 == 0 ? 4 : 40);
		char *hay = xmalloc(len + 1), *needle = xmalloc(n + 1);
		const char *want;

		/* Few letters, so that beginnings and ends stand in many places. */
		for (size_t k = 0; k < len; k++)
			hay[k] = (char)('a' + next(2 + i % 3));
		for (size_t k = 0; k < n; k++)
			needle[k] = (char)('a' + next(2 + i % 3));
		if (n <= len && i % 5 == 0)
			memcpy(needle, hay + next((uint32_t)(len - n + 1)), n);
		hay = xrealloc(hay, len > 0 ? len : 1);
		needle = xrealloc(needle, n > 0 ? n : 1);
		want = memmem(hay, len, needle, n);
		assert_ptr_equal(find(hay, len, needle, n), want);
		there += want != NULL;
		free(hay);
		free(needle);
	}
	assert_in_range(there, 50000, 190000);
}

TEST_MAIN(cmocka_unit_test(a_text_is_found_where_it_is_first))
