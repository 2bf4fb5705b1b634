/* SPDX-License-Identifier: Apache-2.0 */
/* Small letters by many at once are those of one after the other, whatever stands where. */
#include "testing.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "detect/lower.h"

#define MOST 70

static uint32_t seed = 1;

static uint32_t
next(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static uint32_t
character(uint32_t strange)
{
	static const uint32_t odd[] = { 0x110, 0x1ea4, 0x130, 0x212a, 0x17f, 0xff21, 0x10400, 0x4e2d, 0x80, 0xd7ff };

	return next(100) < strange ? odd[next(ARRAY_LEN(odd))] : 1 + next(0x7f);
}

static void
compare(size_t count, uint32_t strange)
{
	char *utf8 = xmalloc(4 * MOST), want[4 * MOST], *got = xmalloc(LOWER_ROOM_UTF16(2 * MOST));
	uint8_t *utf16 = xmalloc(4 * MOST);
	size_t n8 = 0, n16 = 0, wanted = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t c = character(strange), high = c < 0x10000 ? c : 0xd800 + ((c - 0x10000) >> 10);

		n8 += utf8_encode(c, utf8 + n8);
		utf16[n16++] = (uint8_t)high;
		utf16[n16++] = (uint8_t)(high >> 8);
		if (c >= 0x10000) {
			utf16[n16++] = (uint8_t)(0xdc00 + (c & 0x3ff));
			utf16[n16++] = (uint8_t)((0xdc00 + (c & 0x3ff)) >> 8);
		}
		wanted += utf8_encode(lower_char(c), want + wanted);
	}
	/* Nothing is read behind the end. */
	utf8 = xrealloc(utf8, n8 + 1);
	utf16 = xrealloc(utf16, n16 + 1);
	assert_int_equal(lower_utf8(utf8, n8, got), wanted);
	assert_memory_equal(got, want, wanted);
	assert_int_equal(lower_utf16(utf16, n16 / 2, got), wanted);
	assert_memory_equal(got, want, wanted);
	free(utf8);
	free(utf16);
	free(got);
}

static void
many_at_once_are_one_after_the_other(void **state)
{
	(void)state;
	for (size_t count = 0; count < MOST; count++)
		for (uint32_t round = 0; round < 60; round++)
			compare(count, round % 3 == 0 ? 0 : round % 3 == 1 ? 3 : 40);
}

TEST_MAIN(cmocka_unit_test(many_at_once_are_one_after_the_other))
