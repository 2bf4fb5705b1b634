/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fold.h"

#include "testing.h"

static void
searching_ignores_case_and_diacritics(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "Sự cố mã độc", "su co ma doc" },
		{ "ĐƯỜNG TRUYỀN", "duong truyen" },
		{ "Ðường đi", "duong di" }, /* U+00D0, as old keyboards type it */
		{ "hoà", "hoa" },
		{ "hòa", "hoa" },
		{ "ho\x61\xcc\x80", "hoa" },
		{ "NGUYE\xcc\x82\xcc\x83N", "nguyen" },
		{ "u\xcc\x9b\xcc\xa3", "u" },
		{ "àảãáạăằẳẵắặâầẩẫấậ", "aaaaaaaaaaaaaaaaa" },
		{ "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬ", "aaaaaaaaaaaaaaaaa" },
		{ "èẻẽéẹêềểễếệÈẺẼÉẸÊỀỂỄẾỆ", "eeeeeeeeeeeeeeeeeeeeee" },
		{ "ìỉĩíịÌỈĨÍỊ", "iiiiiiiiii" },
		{ "òỏõóọôồổỗốộơờởỡớợ", "ooooooooooooooooo" },
		{ "ÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢ", "ooooooooooooooooo" },
		{ "ùủũúụưừửữứựÙỦŨÚỤƯỪỬỮỨỰ", "uuuuuuuuuuuuuuuuuuuuuu" },
		{ "ỳỷỹýỵỲỶỸÝỴ", "yyyyyyyyyy" },
		{ "  Phòng \t\n Kỹ\xc2\xa0thuật ", "phong ky thuat" },
		{ "SC-2026-0007", "sc-2026-0007" },
		{ "ＡＢ９", "ab9" },
		{ "Привет", "Привет" },
		{ ("a\xff" "b\xe1"), "ab" },
		{ "Zoë Ñandú Çö × ÷ ß", "zoe nandu co × ÷ ß" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);

		fold_search(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].out);
	}
}

static void
a_word_begins_as_it_folds(void **state)
{
	static const char *const words[] = { "chuộc", "CHUỘC", "Đường", "Ðường", "ho\x61\xcc\x80", "ＡＢ９",
		"NGUYE\xcc\x82\xcc\x83N", "SC-2026-0007", "Привет", ("a\xff" "b\xe1"), "\xcc\x80x", "\ttab", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);
		size_t len = strlen(words[i]);

		fold_search(&b, words[i]);
		assert_true(fold_begins(words[i], len, ""));
		assert_true(fold_begins(words[i], len, buf_str(&b)));
		buf_addc(&b, 'q');
		assert_false(fold_begins(words[i], len, buf_str(&b)));
		for (size_t n = b.len - 1; n > 0; n--) {
			char last = b.data[n - 1];

			if ((b.data[n] & 0xc0) == 0x80)
				continue;
			b.data[n] = '\0';
			assert_true(fold_begins(words[i], len, b.data));
			b.data[n - 1] = (char)(last ^ 1);
			assert_false(fold_begins(words[i], len, b.data));
		}
	}
	assert_false(fold_begins("tiền", strlen("ti"), "tien"));
	assert_false(fold_begins("tệp", strlen("tệp"), "tien"));
	assert_false(fold_begins("a\xc2\xa0" "b", 4, "ab"));
}

static void
key(char *out, size_t size, void (*make)(struct buf *, const char *), const char *text)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);

	make(&b, text);
	assert_true(b.len < size);
	memcpy(out, buf_str(&b), b.len + 1);
}

static void
assert_rising(void (*make)(struct buf *, const char *), const char *const *texts, size_t n)
{
	char one[200], two[200];

	for (size_t i = 0; i + 1 < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			key(one, sizeof(one), make, texts[i]);
			key(two, sizeof(two), make, texts[j]);
			if (strcmp(one, two) >= 0)
				print_error("%s (%s), %s (%s)\n", texts[i], one, texts[j], two);
			assert_true(strcmp(one, two) < 0);
		}
}

static void
sorting_follows_the_dictionary(void **state)
{
	static const char *const texts[] = { "", "2", "a", "à", "ả", "ã", "á", "ạ", "an", "ă", "ằ",
		"â", "ấm", "b", "ca", "cá", "cha", "da", "đa", "e", "ê", "f", "g", "ha", "hoa mai",
		"hoa mơ", "hòa an", "hoan", "i", "ma", "mà", "mả", "mã", "má", "mạ", "mác", "o",
		"ô", "ơ", "p", "u", "ư", "v", "x", "y", "z", "Привет" };

	(void)state;
	assert_rising(fold_sort_key, texts, ARRAY_LEN(texts));
}

static void
names_sort_by_given_name(void **state)
{
	static const char *const names[] = { "Lê Thị An", "Trần Văn An", "Nguyễn Văn Anh",
		"Nguyễn Ánh", "Lê Văn Ánh", "Nguyễn Văn Bình", "Phạm Văn Bình", "Đỗ Dũng",
		"Hồ Đức", "Nguyễn Thị Hoa", "Nguyễn Thị Minh Hoa", "Bùi Hòa", "Bùi Thị Hòa" };

	(void)state;
	assert_rising(fold_name_key, names, ARRAY_LEN(names));
}

static void
spellings_of_one_text_have_one_key(void **state)
{
	static const char *const pairs[][2] = { { "hoà", "hòa" }, { "HÒA", "hòa" },
		{ "Nguye\xcc\x82\xcc\x83n", "Nguyễn" }, { "u\xcc\x9b\xcc\xa3", "ự" },
		{ "a\xcc\x86\xcc\x81", "ắ" }, { "a - b", "a b" }, { "Ðức", "Đức" } };
	char one[200], two[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		key(one, sizeof(one), fold_sort_key, pairs[i][0]);
		key(two, sizeof(two), fold_sort_key, pairs[i][1]);
		assert_string_equal(one, two);
	}
}

TEST_MAIN(cmocka_unit_test(searching_ignores_case_and_diacritics),
    cmocka_unit_test(a_word_begins_as_it_folds),
    cmocka_unit_test(sorting_follows_the_dictionary), cmocka_unit_test(names_sort_by_given_name),
    cmocka_unit_test(spellings_of_one_text_have_one_key))
