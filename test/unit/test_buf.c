/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "testing.h"

static void
it_holds_its_maximum_and_no_more(void **state)
{
	(void)state;
	for (size_t max = 0; max < 600; max += 7) {
		cleanup(buf_clear) struct buf b = BUF_INIT(max);

		for (size_t i = 0; i < max; i++)
			buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(b.len, max);
		assert_int_equal(strlen(buf_str(&b)), max);
		assert_false(b.full);
		buf_add(&b, "", 0);
		assert_false(b.full);
		buf_adds(&b, "z");
		assert_true(b.full);
		assert_int_equal(b.len, max);
	}
}

static void
what_does_not_fit_leaves_what_is_there(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(10);

	(void)state;
	buf_adds(&b, "12345");
	assert_null(buf_room(&b, 6));
	assert_false(b.full);
	buf_printf(&b, "%s", "6789ab");
	assert_true(b.full);
	assert_string_equal(buf_str(&b), "12345");
	buf_addc(&b, '6');
	assert_null(buf_extend(&b, 1));
	assert_null(buf_room(&b, 1));
	assert_string_equal(buf_str(&b), "12345");
	buf_reset(&b);
	buf_printf(&b, "%05d%s", 42, "vwxyz");
	assert_false(b.full);
	assert_string_equal(buf_str(&b), "00042vwxyz");
}

static void
room_counts_once_it_is_told(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	char *p;

	(void)state;
	for (size_t n = 1; n < 5000; n = n * 3 + 1) {
		size_t before = b.len;

		p = buf_room(&b, n);
		assert_non_null(p);
		memset(p, 'x', n);
		assert_int_equal(b.len, before);
		buf_end(&b, p + n / 2);
		assert_int_equal(b.len, before + n / 2);
		assert_int_equal(strlen(buf_str(&b)), b.len);
	}
}

static void
what_is_printed_may_be_long(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	size_t len = 0;

	(void)state;
	for (int n = 0; n < 400; n++) {
		buf_printf(&b, "%*d", n, 7);
		len += n == 0 ? 1 : (size_t)n;
		assert_int_equal(b.len, len);
		assert_int_equal(b.data[len - 1], '7');
	}
	assert_int_equal(strlen(buf_str(&b)), len);
}

TEST_MAIN(cmocka_unit_test(it_holds_its_maximum_and_no_more),
    cmocka_unit_test(what_does_not_fit_leaves_what_is_there),
    cmocka_unit_test(room_counts_once_it_is_told), cmocka_unit_test(what_is_printed_may_be_long))
