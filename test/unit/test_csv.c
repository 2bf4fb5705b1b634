/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"

#include "testing.h"

static void
fields_are_quoted_when_they_must_be(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "Sự cố", "Sự cố" },
		{ "a,b", "\"a,b\"" },
		{ "a;b", "\"a;b\"" },
		{ "nói \"to\"", "\"nói \"\"to\"\"\"" },
		{ "hai\ndòng", "\"hai\ndòng\"" },
		{ " x", "\" x\"" },
		{ "a\xff", "a\xef\xbf\xbd" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);
		struct csv csv;

		csv_init(&csv, &b, false);
		csv_text(&csv, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].out);
	}
}

static void
formulas_are_disarmed_and_numbers_are_not(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "=1+1", "'=1+1" },
		{ "+84 123", "'+84 123" },
		{ "-x", "'-x" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\r=1", "\"'\r=1\"" },
		{ "＝1", "'＝1" },
		{ "=cmd|' /C calc'!A0,\"x\"", "\"'=cmd|' /C calc'!A0,\"\"x\"\"\"" },
		{ "a=1", "a=1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);
		struct csv csv;

		csv_init(&csv, &b, false);
		csv_text(&csv, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].out);
		buf_reset(&b);
		csv_init(&csv, &b, false);
		csv_int(&csv, -5);
		assert_string_equal(buf_str(&b), "-5");
	}
}

static void
rows_end_with_crlf_after_the_mark(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);
	struct csv csv;

	(void)state;
	csv_init(&csv, &b, true);
	csv.separator = ';';
	csv_text(&csv, "Tên");
	csv_int(&csv, 2);
	csv_row_end(&csv);
	csv_text(&csv, NULL);
	csv_text(&csv, "y");
	csv_row_end(&csv);
	assert_string_equal(buf_str(&b), "\xef\xbb\xbfTên;2\r\n;y\r\n");
}

TEST_MAIN(cmocka_unit_test(fields_are_quoted_when_they_must_be),
    cmocka_unit_test(formulas_are_disarmed_and_numbers_are_not),
    cmocka_unit_test(rows_end_with_crlf_after_the_mark))
