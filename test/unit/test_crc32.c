/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/crc32.h"

#include "testing.h"

/* Bit by bit, as the standard has it. */
static uint32_t
slowly(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0u;

	for (; len > 0; len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static void
the_check_value_comes_out(void **state)
{
	(void)state;
	assert_int_equal(crc32_of(0, "123456789", 9), 0xcbf43926u);
	assert_int_equal(crc32_of(0, "", 0), 0);
}

static void
every_length_and_place_gives_what_bits_give(void **state)
{
	static uint8_t data[700];
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
	for (size_t at = 0; at < 20; at++)
		for (size_t len = 0; len + at <= sizeof(data); len += 1 + len / 40)
			assert_int_equal(crc32_of(0, data + at, len), slowly(data + at, len));
}

static void
pieces_go_on_from_each_other(void **state)
{
	static uint8_t data[1000];

	(void)state;
	memset(data, 0xa5, sizeof(data));
	for (size_t cut = 0; cut <= sizeof(data); cut += 37)
		assert_int_equal(crc32_of(crc32_of(0, data, cut), data + cut, sizeof(data) - cut),
		    slowly(data, sizeof(data)));
}

TEST_MAIN(cmocka_unit_test(the_check_value_comes_out),
    cmocka_unit_test(every_length_and_place_gives_what_bits_give),
    cmocka_unit_test(pieces_go_on_from_each_other))
