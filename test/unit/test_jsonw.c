/* SPDX-License-Identifier: Apache-2.0 */
#include "text/jsonw.h"

#include "base/utf8.h"
#include "testing.h"

static void
commas_and_nesting_are_the_writers_work(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);
	struct jsonw w = JSONW_INIT(&b);

	(void)state;
	jsonw_object(&w);
	jsonw_kstring(&w, "a", "x");
	jsonw_kint(&w, "b", -5);
	jsonw_karray(&w, "c");
	jsonw_bool(&w, true);
	jsonw_null(&w);
	jsonw_array(&w);
	jsonw_array_end(&w);
	jsonw_object(&w);
	jsonw_object_end(&w);
	jsonw_string(&w, NULL);
	jsonw_array_end(&w);
	jsonw_kraw(&w, "d", "[1]");
	jsonw_kraw(&w, "e", NULL);
	jsonw_kbool(&w, "f", false);
	jsonw_kobject(&w, "g");
	jsonw_knull(&w, "h");
	jsonw_object_end(&w);
	jsonw_object_end(&w);
	assert_string_equal(buf_str(&b), "{\"a\":\"x\",\"b\":-5,\"c\":[true,null,[],{},null],"
	    "\"d\":[1],\"e\":null,\"f\":false,\"g\":{\"h\":null}}");
	assert_int_equal(w.depth, 0);
}

static void
strings_are_escaped_and_repaired(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "\"\"" },
		{ "Sự cố", "\"Sự cố\"" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"" },
		{ "a\xff" "b", "\"a\xef\xbf\xbd" "b\"" },
		{ "\xe1\xbb", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(100);
		struct jsonw w = JSONW_INIT(&b);

		jsonw_string(&w, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].out);
	}
}

/* Long texts go in parts, and more slowly where a buffer is nearly full. */
static void
long_strings_are_whole_and_fit_exactly(void **state)
{
	static const struct { const char *in, *out; } piece[] = {
		{ "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz" }, { "x", "x" }, { "\"", "\\\"" },
		{ "\\", "\\\\" }, { "\x01", "\\u0001" }, { "\n", "\\n" }, { "\xc4\x91", "\xc4\x91" }, { "\xe1\xba\xbf", "\xe1\xba\xbf" },
		{ "\xf0\x9f\x9b\xa1", "\xf0\x9f\x9b\xa1" }, { "\xff", "\xef\xbf\xbd" }, { "~", "~" },
	};
	uint32_t seed = 7;

	(void)state;
	for (size_t most = 1; most < 3000; most += most < 40 ? 1 : 97) {
		cleanup(buf_clear) struct buf in = BUF_INIT(10000), out = BUF_INIT(40000), got = BUF_INIT(40000);

		buf_addc(&out, '"');
		while (in.len < most) {
			size_t k = (seed = seed * 1664525 + 1013904223) >> 16;

			k = most % 3 == 0 && k % 5 != 0 ? 2 + k % 3 : k % ARRAY_LEN(piece);
			buf_adds(&in, piece[k].in);
			buf_adds(&out, piece[k].out);
		}
		buf_addc(&out, '"');
		jsonw_quote(&got, in.data, in.len);
		assert_string_equal(buf_str(&got), buf_str(&out));
		for (size_t room = out.len; room + 1 >= out.len; room--) {
			cleanup(buf_clear) struct buf tight = BUF_INIT(room);

			jsonw_quote(&tight, in.data, in.len);
			assert_int_equal(tight.full, room < out.len);
			assert_true(tight.full || str_eq(buf_str(&tight), buf_str(&out)));
		}
	}
}

/* Strings are looked at sixteen bytes at a time: every byte in every place of the sixteen. */
static void
every_byte_is_seen_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t at = 0; at < 19; at++) {
		for (int byte = 1; byte < 256; byte++) {
			char text[20] = "aaaaaaaaaaaaaaaaaaa", expected[40], *e = expected;
			cleanup(buf_clear) struct buf b = BUF_INIT(100);

			text[at] = (char)byte;
			jsonw_quote(&b, text, 19);
			*e++ = '"';
			memset(e, 'a', at);
			e += at;
			if (byte >= 0x80)
				e += snprintf(e, 8, "%s", "\xef\xbf\xbd");
			else if (byte == '"' || byte == '\\')
				e += snprintf(e, 8, "%s", byte == '"' ? "\\\"" : "\\\\");
			else if (byte < 0x20)
				e += snprintf(e, 8, strchr("\b\t\n\f\r", byte) == NULL ? "\\u%04x" : "\\%c",
				    strchr("\b\t\n\f\r", byte) == NULL ? byte : "btn fr"[byte - 8]);
			else
				*e++ = (char)byte;
			memset(e, 'a', 18 - at);
			e[18 - at] = '"';
			e[19 - at] = '\0';
			assert_string_equal(buf_str(&b), expected);
		}
	}
}

static void
numbers_reach_both_ends(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100);
	struct jsonw w = JSONW_INIT(&b);

	(void)state;
	jsonw_array(&w);
	jsonw_int(&w, INT64_MIN);
	jsonw_int(&w, INT64_MAX);
	jsonw_int(&w, 0);
	jsonw_stringn(&w, "a\0b", 3);
	jsonw_array_end(&w);
	assert_string_equal(buf_str(&b),
	    "[-9223372036854775808,9223372036854775807,0,\"a\\u0000b\"]");
}

static void
a_full_buffer_stays_full(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(8);
	struct jsonw w = JSONW_INIT(&b);

	(void)state;
	jsonw_array(&w);
	for (int i = 0; i < 100; i++)
		jsonw_string(&w, "abc");
	jsonw_array_end(&w);
	assert_true(b.full);
	assert_true(b.len <= 8);
}

/* At every place of a text longer than what is written at once. */
static void
what_is_no_text_is_told(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} odd[] = { { "\xff", 1 }, { "", 1 }, { "\xe1\xbb", 2 }, { "\xed\xa0\x80", 3 }, { "\xc0\xaf", 2 },
		{ "\xe1\xbb\xb1", 3 }, { "\"", 1 }, { "\x01", 1 }, { "\xf0\x9f\x98\x80", 4 } };
	char text[1100];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(odd); k++) {
		for (size_t at = 0; at + odd[k].len <= sizeof(text); at++) {
			cleanup(buf_clear) struct buf b = BUF_INIT(8000);

			memset(text, 'a', sizeof(text));
			memcpy(text + at, odd[k].bytes, odd[k].len);
			assert_int_equal(jsonw_quote(&b, text, sizeof(text)), utf8_valid(text, sizeof(text)));
		}
	}
}

TEST_MAIN(cmocka_unit_test(commas_and_nesting_are_the_writers_work),
    cmocka_unit_test(strings_are_escaped_and_repaired),
    cmocka_unit_test(what_is_no_text_is_told),
    cmocka_unit_test(every_byte_is_seen_wherever_it_stands),
    cmocka_unit_test(long_strings_are_whole_and_fit_exactly),
    cmocka_unit_test(numbers_reach_both_ends), cmocka_unit_test(a_full_buffer_stays_full))
