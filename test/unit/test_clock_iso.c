/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/clock.h"
#include "testing.h"

/* The day is kept from call to call: every order of days and times must come out alike. */
static void
times_are_written_as_the_library_writes_them(void **state)
{
	static const int64_t ms[] = { 0, 1, 999, 86399999, 86400000, 86400001, INT64_C(951782399999),
		INT64_C(951782400000), INT64_C(1795339800000), INT64_C(1795339800007), 5, CLOCK_MS_MAX,
		CLOCK_MS_MAX - 86400000, INT64_C(1795357799999) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ms); i++) {
		for (size_t j = 0; j < ARRAY_LEN(ms); j++) {
			char out[CLOCK_TEXT_SIZE], expected[64];
			time_t s = ms[j] / 1000;
			struct tm tm;
			size_t n;

			clock_iso(ms[i], out);
			clock_iso(ms[j], out);
			gmtime_r(&s, &tm);
			n = strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
			snprintf(expected + n, sizeof(expected) - n, ".%03dZ", (int)(ms[j] % 1000));
			assert_string_equal(out, expected);
		}
	}
}

static void
times_read_back_are_the_same(void **state)
{
	char out[CLOCK_TEXT_SIZE];
	int64_t back;

	(void)state;
	for (int64_t ms = 0; ms < CLOCK_MS_MAX; ms += INT64_C(86399999) * 997 + 13) {
		assert_true(clock_parse(clock_iso(ms, out), &back));
		assert_int_equal(back, ms);
	}
}

static void
a_day_ends_with_its_last_millisecond(void **state)
{
	int64_t begins, ends, next;

	(void)state;
	assert_true(clock_parse("2026-11-20", &begins));
	assert_true(clock_parse("21/11/2026", &next));
	assert_true(clock_parse_end("2026-11-20", &ends));
	assert_int_equal(ends, next - 1);
	assert_true(clock_parse_end("20/11/2026", &ends));
	assert_int_equal(ends, next - 1);
	assert_true(clock_parse_end("2026-11-20 00:00", &ends));
	assert_int_equal(ends, begins);
	assert_true(clock_parse_end("2026-11-19T17:00:00Z", &ends));
	assert_int_equal(ends, begins);
	assert_true(clock_parse_end("9999-12-31", &ends));
	assert_in_range(ends, 0, CLOCK_MS_MAX);
	assert_false(clock_parse_end("2026-02-30", &ends));
}

TEST_MAIN(cmocka_unit_test(times_are_written_as_the_library_writes_them),
    cmocka_unit_test(times_read_back_are_the_same), cmocka_unit_test(a_day_ends_with_its_last_millisecond))
