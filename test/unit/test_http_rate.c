/* SPDX-License-Identifier: Apache-2.0 */
#include "http/rate.h"

#include <stdio.h>

#include "testing.h"

static void
a_burst_is_given_then_one_at_a_time(void **state)
{
	struct rate *rate = rate_new(100, 3, 1000);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(rate, "a", 5000), 0);
	assert_int_equal(rate_take(rate, "a", 5000), 1000);
	assert_int_equal(rate_take(rate, "a", 5400), 600);
	assert_int_equal(rate_take(rate, "b", 5400), 0);
	assert_int_equal(rate_peek(rate, "a", 6000), 0);
	assert_int_equal(rate_take(rate, "a", 6000), 0);
	assert_int_equal(rate_take(rate, "a", 6000), 1000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(rate, "a", 60000), 0);
	assert_int_not_equal(rate_take(rate, "a", 60000), 0);
	rate_free(rate);
}

static void
what_turned_out_well_is_forgotten(void **state)
{
	struct rate *rate = rate_new(100, 1, 1000);

	(void)state;
	assert_int_equal(rate_take(rate, "a", 5000), 0);
	assert_int_not_equal(rate_take(rate, "a", 5000), 0);
	rate_forget(rate, "a");
	assert_int_equal(rate_take(rate, "a", 5000), 0);
	rate_forget(rate, "never seen");
	rate_free(rate);
}

/* A flood of keys pushes out whoever waits least; it never refuses a newcomer. */
static void
many_keys_neither_grow_nor_refuse_strangers(void **state)
{
	struct rate *rate = rate_new(64, 5, 1000);
	char key[32];

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(rate_take(rate, "guesser", 5000), 0);
	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(rate_take(rate, key, 5000), 0);
	}
	assert_int_not_equal(rate_take(rate, "guesser", 5000), 0);
	rate_free(rate);
}

TEST_MAIN(cmocka_unit_test(a_burst_is_given_then_one_at_a_time),
    cmocka_unit_test(what_turned_out_well_is_forgotten),
    cmocka_unit_test(many_keys_neither_grow_nor_refuse_strangers))
