/* SPDX-License-Identifier: Apache-2.0 */
#include "report/unzip.h"
#include "report/xlsx.h"
#include "report/zip.h"
#include "testing.h"

static struct json *
parsed(const char *text)
{
	struct json *value = NULL;

	assert_int_equal(json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static void
written(const char *book_text, struct buf *out)
{
	struct json *book = parsed(book_text);

	assert_int_equal(write_xlsx(book, out, NULL), 0);
	json_free(book);
}

static const char *
cell(const struct json *cells, size_t row, size_t column)
{
	return json_str(json_at(json_at(json_get(cells, "rows"), row), column));
}

static void
what_is_written_is_read_back(void **state)
{
	struct buf out = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	const char *book = "{\"title\": \"Sổ\", \"sheets\": [{\"name\": \"Mẫu [05]\", \"widths\": [30, 10],"
	    " \"rows\": [[{\"v\": \"Tên\", \"s\": \"head\"}, {\"v\": 12, \"s\": \"cell\"}], [],"
	    " [\"<b>&\\\"'\", null, \"=1+1\", \"a\\nb\"]]}]}";
	struct json *cells = NULL;

	(void)state;
	written(book, &out);
	written(book, &again);
	assert_int_equal(out.len, again.len);
	assert_memory_equal(out.data, again.data, out.len);
	assert_int_equal(read_xlsx(out.data, out.len, &cells, NULL), 0);
	assert_int_equal(json_len(json_get(cells, "rows")), 3);
	assert_string_equal(cell(cells, 0, 0), "Tên");
	assert_string_equal(cell(cells, 0, 1), "12");
	assert_int_equal(json_len(json_at(json_get(cells, "rows"), 1)), 0);
	assert_string_equal(cell(cells, 2, 0), "<b>&\"'");
	assert_string_equal(cell(cells, 2, 1), "");
	assert_string_equal(cell(cells, 2, 2), "=1+1");
	assert_string_equal(cell(cells, 2, 3), "a\nb");
	json_free(cells);
	buf_clear(&out);
	buf_clear(&again);
}

/* What XML cannot hold is left out; long texts are cut between characters. */
static void
hostile_texts_make_a_valid_file(void **state)
{
	struct json *book = parsed("{\"title\": \"\", \"sheets\": [{\"name\": \"\", \"rows\": [[]]}]}");
	struct buf out = BUF_INIT(1 << 22), text = BUF_INIT(400000);
	struct json *cells = NULL, *row = json_at(json_get(json_at(json_get(book, "sheets"), 0), "rows"), 0);

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "ữ");
	json_append(row, json_new_string("\x01\x1f\xef\xbf\xbf]]>\xe2\x80\xae<!--"));
	json_append(row, json_new_string(buf_str(&text)));
	assert_int_equal(write_xlsx(book, &out, NULL), 0);
	assert_int_equal(read_xlsx(out.data, out.len, &cells, NULL), 0);
	assert_string_equal(cell(cells, 0, 0), "]]>\xe2\x80\xae<!--");
	assert_true(strlen(cell(cells, 0, 1)) > 30000 && strlen(cell(cells, 0, 1)) % 3 == 0);
	json_free(cells);
	json_free(book);
	buf_clear(&out);
	buf_clear(&text);
}

static struct json *
sheet_of(const char *sheet, const char *strings)
{
	struct buf out = BUF_INIT(1 << 20);
	struct zip_out zip = { .out = &out };
	struct json *cells = NULL;

	zip_out_add(&zip, "xl/worksheets/sheet1.xml", sheet, strlen(sheet));
	zip_out_add(&zip, "xl/sharedStrings.xml", strings, strlen(strings));
	zip_out_end(&zip);
	assert_int_equal(read_xlsx(out.data, out.len, &cells, NULL), 0);
	buf_clear(&out);
	return cells;
}

static void
what_other_programs_write_is_read(void **state)
{
	struct json *cells = sheet_of("<?xml version=\"1.0\"?><x:worksheet><x:sheetData>"
	    "<x:row r=\"2\"><x:c r=\"B2\" t=\"s\"><x:v>1</x:v></x:c><x:c r=\"C2\"><x:f>SUM(A1)</x:f><x:v>7</x:v>"
	    "</x:c><x:c r=\"ZZ2\"><x:v>9</x:v></x:c><x:c r=\"D2\" t=\"str\"><x:v>&#x110;&lt;</x:v></x:c></x:row>"
	    "<x:row r=\"9999\"><x:c r=\"A9999\"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>",
	    "<sst><si><t>không</t></si><si><r><t>Tổng </t></r><r><t>số</t></r><rPh><t>x</t></rPh></si></sst>");

	(void)state;
	assert_int_equal(json_len(json_get(cells, "rows")), 2);
	assert_string_equal(cell(cells, 1, 1), "Tổng số");
	assert_string_equal(cell(cells, 1, 2), "7");
	assert_string_equal(cell(cells, 1, 3), "Đ<");
	assert_int_equal(json_len(json_at(json_get(cells, "rows"), 1)), 4);
	json_free(cells);
}

static void
what_is_none_is_refused(void **state)
{
	static const char *const none[] = { "", "PK", "PK\5\6", "{}", "PK\3\4 not a sheet at all" };
	struct buf out = BUF_INIT(1 << 20);
	struct json *cells = NULL;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		err_clear(&err);
		assert_int_equal(read_xlsx(none[i], strlen(none[i]), &cells, &err), ERR_INVALID);
		assert_string_equal(err.key, "err.sheet");
	}
	/* Cut at every place, or one byte changed: read whole or not at all. */
	written("{\"sheets\": [{\"name\": \"a\", \"rows\": [[\"một\", 2]]}]}", &out);
	for (size_t len = 0; len < out.len; len++)
		assert_int_equal(read_xlsx(out.data, len, &cells, NULL), ERR_INVALID);
	for (size_t i = 0; i < out.len; i++) {
		cells = NULL;
		out.data[i] ^= 0x55;
		if (read_xlsx(out.data, out.len, &cells, NULL) == 0) {
			assert_string_equal(cell(cells, 0, 0), "một");
			json_free(cells);
		}
		out.data[i] ^= 0x55;
	}
	buf_clear(&out);
	err_clear(&err);
}

/* A small file that unpacks to more than anybody sends. */
static void
a_bomb_is_refused(void **state)
{
	size_t size = (size_t)12 << 20;
	char *blanks = malloc(size);
	struct buf out = BUF_INIT(1 << 20), member = BUF_INIT((size_t)8 << 20);
	struct zip_out zip = { .out = &out };
	struct json *cells = NULL;

	(void)state;
	memset(blanks, ' ', size);
	zip_out_add(&zip, "xl/worksheets/sheet1.xml", blanks, size);
	zip_out_end(&zip);
	assert_true(out.len < 100000);
	assert_false(unzip_member(out.data, out.len, "xl/worksheets/sheet1.xml", &member));
	assert_int_equal(read_xlsx(out.data, out.len, &cells, NULL), ERR_INVALID);
	assert_false(unzip_member(out.data, out.len, "xl/workbook.xml", &member));
	free(blanks);
	buf_clear(&member);
	buf_clear(&out);
}

static void
a_book_without_sheets_is_none(void **state)
{
	struct json *book = parsed("{\"sheets\": []}");
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(write_xlsx(book, &out, NULL), ERR_TOO_LARGE);
	json_free(book);
	book = parsed("{\"sheets\": [{\"name\": \"a\", \"rows\": [[\"b\"]]}]}");
	assert_int_equal(write_xlsx(book, &out, NULL), ERR_TOO_LARGE);
	json_free(book);
	buf_clear(&out);
}

TEST_MAIN(cmocka_unit_test(what_is_written_is_read_back),
    cmocka_unit_test(hostile_texts_make_a_valid_file),
    cmocka_unit_test(what_other_programs_write_is_read), cmocka_unit_test(what_is_none_is_refused),
    cmocka_unit_test(a_bomb_is_refused), cmocka_unit_test(a_book_without_sheets_is_none))
