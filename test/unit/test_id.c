/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <stdio.h>

#include "testing.h"

static void
hex_is_the_same_at_every_length(void **state)
{
	unsigned char bytes[80], back[80];
	char hex[2 * sizeof(bytes) + 1], want[2 * sizeof(bytes) + 1] = "";

	(void)state;
	for (int round = 0; round < 256; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (unsigned char)(round + (int)i * 7);
			snprintf(want + 2 * i, 3, "%02x", bytes[i]);
		}
		for (size_t len = 0; len <= sizeof(bytes); len++) {
			assert_ptr_equal(hex_encode(bytes, len, hex), hex);
			assert_int_equal(strlen(hex), 2 * len);
			assert_memory_equal(hex, want, 2 * len);
			assert_true(hex_decode(hex, back, len));
			assert_memory_equal(back, bytes, len);
		}
	}
}

static void
what_is_not_hex_is_not_read(void **state)
{
	char hex[65];
	unsigned char back[32];

	(void)state;
	for (size_t at = 0; at < 64; at++) {
		for (int c = 1; c < 256; c++) {
			bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');

			memset(hex, 'a', 64);
			hex[64] = '\0';
			hex[at] = (char)c;
			assert_int_equal(hex_decode(hex, back, 32), good);
		}
	}
}

static void
ids_are_valid_and_their_own(void **state)
{
	char one[ID_SIZE], two[ID_SIZE];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(id_valid(id_new(1700000000000, one)));
		id_new(1700000000000, two);
		assert_string_not_equal(one, two);
	}
	one[3] = 'g';
	assert_false(id_valid(one));
	assert_false(id_valid(""));
}

TEST_MAIN(cmocka_unit_test(hex_is_the_same_at_every_length),
    cmocka_unit_test(what_is_not_hex_is_not_read), cmocka_unit_test(ids_are_valid_and_their_own))
