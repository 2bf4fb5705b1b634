/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool.c: records in the order of time, from memory and from runs in a file. */
#include "hunt/spool.h"

#include "testing.h"

#define RECORDS 5000

struct reading {
	int64_t last_ns;
	uint32_t last; /* number of the one before */
	size_t count, stop;
};

static bool
check(void *arg, int64_t time_ns, const char *data, size_t len)
{
	struct reading *r = arg;
	uint32_t number;

	assert_true(len >= sizeof(number));
	memcpy(&number, data, sizeof(number));
	assert_int_equal(len, sizeof(number) + number % 97);
	for (size_t i = sizeof(number); i < len; i++)
		assert_int_equal((unsigned char)data[i], number % 251);
	assert_true(r->count == 0 || time_ns > r->last_ns || (time_ns == r->last_ns && number > r->last));
	r->last_ns = time_ns;
	r->last = number;
	r->count++;
	return r->stop == 0 || r->count < r->stop;
}

static void
fill(struct spool *s)
{
	for (uint32_t i = 0; i < RECORDS; i++) {
		char data[128];

		memcpy(data, &i, sizeof(i));
		memset(data + sizeof(i), (int)(i % 251), i % 97);
		/* Few different times, some before 1970: equal ones keep their order. */
		assert_int_equal(spool_add(s, (int64_t)(i * 7919 % 100) - 50, data, sizeof(i) + i % 97, NULL), 0);
	}
	assert_int_equal(spool_count(s), RECORDS);
}

static void
read_back(size_t run, size_t stop)
{
	struct spool *s = spool_new(run);
	struct reading r = { .stop = stop };

	fill(s);
	assert_int_equal(spool_read(s, check, &r, NULL), 0);
	assert_int_equal(r.count, stop == 0 ? RECORDS : stop);
	spool_free(s);
}

static void
in_memory(void **state)
{
	(void)state;
	read_back(0, 0);
}

static void
in_runs(void **state)
{
	(void)state;
	read_back(4096, 0);
	read_back(1 << 16, 0);
}

static void
stops_when_told(void **state)
{
	(void)state;
	read_back(4096, 17);
	read_back(0, 17);
}

static void
nothing_to_read(void **state)
{
	struct spool *s = spool_new(0);
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(spool_read(s, check, &r, NULL), 0);
	assert_int_equal(r.count, 0);
	spool_free(s);
	spool_free(NULL);
}

static void
no_place_for_the_file(void **state)
{
	struct spool *s = spool_new(4096);
	struct err err = { 0 };
	char data[2048] = "";
	int failed = 0;

	(void)state;
	setenv("TMPDIR", "/nonexistent", 1);
	for (int i = 0; i < 8 && failed == 0; i++)
		failed = spool_add(s, i, data, sizeof(data), &err);
	unsetenv("TMPDIR");
	assert_int_equal(failed, ERR_NOT_FOUND);
	assert_string_equal(err.key, "err.system.missing");
	spool_free(s);
}

TEST_MAIN(
	cmocka_unit_test(in_memory),
	cmocka_unit_test(in_runs),
	cmocka_unit_test(stops_when_told),
	cmocka_unit_test(nothing_to_read),
	cmocka_unit_test(no_place_for_the_file)
)
