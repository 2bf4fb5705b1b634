/* SPDX-License-Identifier: Apache-2.0 */
#include "text/words.h"

#include "os/embed.h"
#include "testing.h"
#include "text/json.h"

/* Loads every catalogue that travels in the program, as app does at start. */
static int
load_all(void **state)
{
	(void)state;
	for (int lang = 0; lang < WORDS_LANGS; lang++) {
		const struct embed *file;
		char prefix[32];
		size_t i = 0;

		snprintf(prefix, sizeof(prefix), "packs/words/%s/", lang_code(lang));
		while ((file = embed_next(prefix, &i)) != NULL) {
			struct err err = { 0 };

			if (words_load(lang, file->data, file->size, &err) != 0) {
				print_error("%s:%d: %s %s\n", file->name, err.line, err.key,
				    err.arg[0].value);
				return -1;
			}
		}
	}
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	words_clear();
	return 0;
}

/* Marks in ${seen} each {name} of ${text}, as one line per name in order of the alphabet. */
static void
placeholders(const char *text, char *out, size_t size)
{
	char names[16][32];
	size_t n = 0;

	for (const char *p = text; (p = strchr(p, '{')) != NULL; p++) {
		size_t len = strcspn(p, "}");
		bool known = false;

		assert_true(len < sizeof(names[0]) && n < ARRAY_LEN(names));
		memcpy(names[n], p + 1, len - 1);
		names[n][len - 1] = '\0';
		for (size_t i = 0; i < n; i++)
			known = known || strcmp(names[i], names[n]) == 0;
		n += !known;
	}
	qsort(names, n, sizeof(names[0]), (int (*)(const void *, const void *))strcmp);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strncat(out, names[i], size - strlen(out) - 1);
		strncat(out, " ", size - strlen(out) - 1);
	}
}

static int
missing_from(enum lang have, enum lang other)
{
	const char *key, *text;
	size_t i = 0;
	int bad = 0;

	while ((key = words_next(have, &i, &text)) != NULL) {
		if (!words_has(other, key)) {
			print_error("%s has no %s\n", lang_code(other), key);
			bad++;
		} else if (*text == '\0') {
			print_error("%s: %s is empty\n", lang_code(have), key);
			bad++;
		}
	}
	return bad;
}

static void
both_languages_say_the_same(void **state)
{
	const char *key, *text;
	size_t i = 0, keys = 0;
	int bad = 0;

	(void)state;
	bad += missing_from(LANG_VI, LANG_EN) + missing_from(LANG_EN, LANG_VI);
	while ((key = words_next(LANG_VI, &i, &text)) != NULL) {
		char vi[600], en[600];

		keys++;
		placeholders(text, vi, sizeof(vi));
		placeholders(word(LANG_EN, key), en, sizeof(en));
		if (strcmp(vi, en) != 0) {
			print_error("%s: vi takes %s, en takes %s\n", key, vi, en);
			bad++;
		}
	}
	assert_true(keys > 40);
	assert_int_equal(bad, 0);
}

/* A catalogue file of one language has its twin, with the very same keys. */
static void
files_come_in_pairs(void **state)
{
	const struct embed *file, *twin;
	size_t i = 0;

	(void)state;
	while ((file = embed_next("packs/words/", &i)) != NULL) {
		cleanup(json_freep) struct json *a = NULL, *b = NULL;
		char name[200];
		bool vi = str_starts(file->name, "packs/words/vi/");

		snprintf(name, sizeof(name), "packs/words/%s/%s", vi ? "en" : "vi",
		    file->name + strlen("packs/words/vi/"));
		twin = embed_get(name);
		if (twin == NULL)
			print_error("%s is missing\n", name);
		assert_non_null(twin);
		assert_int_equal(json_parse(file->data, file->size, &a, NULL), 0);
		assert_int_equal(json_parse(twin->data, twin->size, &b, NULL), 0);
		if (json_len(a) != json_len(b))
			print_error("%s: not the same keys in both languages\n", name);
		assert_int_equal(json_len(a), json_len(b));
	}
}

static void
a_word_falls_back_to_vietnamese_then_to_its_key(void **state)
{
	static const char vi[] = "{\"t.both\":\"hai\",\"t.vi\":\"một\"}";
	static const char en[] = "{\"t.both\":\"two\"}";

	(void)state;
	assert_int_equal(words_load(LANG_VI, vi, strlen(vi), NULL), 0);
	assert_int_equal(words_load(LANG_EN, en, strlen(en), NULL), 0);
	assert_string_equal(word(LANG_EN, "t.both"), "two");
	assert_string_equal(word(LANG_VI, "t.both"), "hai");
	assert_string_equal(word(LANG_EN, "t.vi"), "một");
	assert_string_equal(word(LANG_EN, "t.none"), "t.none");
	assert_string_equal(word_or(LANG_EN, "t.both", "x"), "two");
	assert_string_equal(word_or(LANG_EN, "t.none", "x"), "x");
	assert_null(word(LANG_EN, NULL));
	assert_int_equal(lang_of("en"), LANG_EN);
	assert_int_equal(lang_of("fr"), LANG_VI);
	assert_int_equal(lang_of(NULL), LANG_VI);
}

static void
arguments_are_filled_in(void **state)
{
	static const char file[] = "{\"t.a\":\"{n} báo cáo {what}, {none} {Not} {\",\"t.x\":\"mới\","
	    "\"arg.what\":\"khác\"}";
	static const char *const names[] = { "n", "what" };
	static const char *const two[] = { "2", "{n}" }, *const key[] = { "@t.x", "@t.no" };
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);

	(void)state;
	assert_int_equal(words_load(LANG_VI, file, strlen(file), NULL), 0);
	words_format(&b, LANG_VI, "t.a", names, two, 2);
	assert_string_equal(buf_str(&b), "2 báo cáo {n}, {none} {Not} {");
	buf_reset(&b);
	words_format(&b, LANG_VI, "t.a", names, key, 1);
	assert_string_equal(buf_str(&b), "mới báo cáo khác, {none} {Not} {");
	buf_reset(&b);
	words_format(&b, LANG_VI, "t.a", names, key, 2);
	assert_string_equal(buf_str(&b), "mới báo cáo @t.no, {none} {Not} {");
}

static void
an_error_tells_where_what_and_what_is_missing(void **state)
{
	static const char file[] = "{\"field.title\":\"Tên sự cố\",\"t.e\":\"{field} sai: {v}\","
	    "\"t.f\":\"Hãy sửa\",\"t.item\":\"Việc một\"}";
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(words_load(LANG_VI, file, strlen(file), NULL), 0);
	err_where(&err, "a.yaml", 3, 7);
	err_fail(&err, ERR_INVALID, "t.e", "title", "v", "x\x1b[2J\xff\n", NULL, NULL);
	words_err(&b, LANG_EN, &err);
	assert_string_equal(buf_str(&b),
	    "a.yaml:3:7: Tên sự cố sai: x\\x1b[2J\xef\xbf\xbd\\x0a");
	err_clear(&err);
	buf_reset(&b);

	err_set(&err, ERR_INVALID, "t.f", "title");
	err.list = strdup("[\"@t.item\",\"chữ\",3]");
	words_err(&b, LANG_VI, &err);
	assert_string_equal(buf_str(&b), "Tên sự cố: Hãy sửa\n- Việc một\n- chữ");
	err_clear(&err);
	buf_reset(&b);

	err_set(&err, ERR_INVALID, "t.e", "raw_name");
	words_err_text(&b, LANG_VI, &err);
	assert_string_equal(buf_str(&b), "raw_name sai: {v}");
	err_clear(&err);
}

static void
a_catalogue_that_is_not_flat_changes_nothing(void **state)
{
	static const char *const cases[] = { "{\"t.good\":\"x\",\"t.bad\":1}", "[\"t.good\"]",
		"{\"t.good\":\"x\"", "{\"t.good\":{\"a\":\"b\"}}", "null" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(words_load(LANG_VI, cases[i], strlen(cases[i]), NULL),
		    ERR_INVALID);
		assert_false(words_has(LANG_VI, "t.good"));
	}
}

TEST_MAIN(cmocka_unit_test_setup_teardown(both_languages_say_the_same, load_all, forget),
    cmocka_unit_test_setup_teardown(files_come_in_pairs, load_all, forget),
    cmocka_unit_test_setup_teardown(a_word_falls_back_to_vietnamese_then_to_its_key, NULL, forget),
    cmocka_unit_test_setup_teardown(arguments_are_filled_in, NULL, forget),
    cmocka_unit_test_setup_teardown(an_error_tells_where_what_and_what_is_missing, NULL, forget),
    cmocka_unit_test_setup_teardown(a_catalogue_that_is_not_flat_changes_nothing, NULL, forget))
