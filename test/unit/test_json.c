/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json.h"

#include "base/arena.h"
#include "testing.h"

static struct json *
parse(const char *text)
{
	struct json *value = NULL;

	assert_int_equal(json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static void
members_are_found_by_kind(void **state)
{
	cleanup(json_freep) struct json *o = parse("{\"s\":\"chữ\",\"i\":-7,\"b\":true,"
	    "\"a\":[1,\"x\"],\"n\":null,\"r\":1.5}");

	(void)state;
	assert_string_equal(json_get_str(o, "s"), "chữ");
	assert_null(json_get_str(o, "i"));
	assert_null(json_get_str(o, "none"));
	assert_int_equal(json_get_int(o, "i", 0), -7);
	assert_int_equal(json_get_int(o, "s", 9), 9);
	assert_int_equal(json_get_int(o, "r", 9), 9);
	assert_true(json_get_bool(o, "b", false));
	assert_true(json_get_bool(o, "n", true));
	assert_int_equal(json_len(json_get(o, "a")), 2);
	assert_string_equal(json_str(json_at(json_get(o, "a"), 1)), "x");
	assert_null(json_at(json_get(o, "a"), 2));
	assert_null(json_at(json_get(o, "s"), 0));
	assert_int_equal(json_len(o), 6);
	assert_int_equal(json_kind(json_get(o, "r")), JSON_KIND_REAL);
	assert_int_equal(json_kind(json_get(o, "n")), JSON_KIND_NULL);
	assert_int_equal(json_kind(NULL), JSON_KIND_NULL);
	assert_null(json_get(NULL, "x"));
	assert_int_equal(json_len(NULL), 0);
}

static void
members_come_in_written_order(void **state)
{
	cleanup(json_freep) struct json *o = parse("{\"z\":1,\"a\":2,\"m\":3}");
	char order[4] = "";
	const char *key;
	struct json *value;
	void *it = NULL;

	(void)state;
	while (json_next(o, &it, &key, &value))
		order[json_int(value, 0) - 1] = *key;
	assert_string_equal(order, "zam");
	it = NULL;
	assert_false(json_next(NULL, &it, &key, &value));
}

static void
what_is_not_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *key;
		int line;
	} cases[] = {
		{ "", "err.json", 1 },
		{ "{", "err.json", 1 },
		{ "{\"a\":1,\"a\":2}", "err.json", 1 },
		{ "[1,]", "err.json", 1 },
		{ "[1] x", "err.json", 1 },
		{ "{\n\"a\":\n tru}", "err.json", 3 },
		{ "[\"\xff\"]", "err.json", 1 },
		{ "[\"\\u0000\"]", "err.json", 1 },
		{ "[\"\\ud800\"]", "err.json", 1 },
		{ "[9223372036854775808]", "err.json", 1 },
		{ "[01]", "err.json", 1 },
		{ "[NaN]", "err.json", 1 },
		{ "// c\n[]", "err.json", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json *value = NULL;
		struct err err = { 0 };

		assert_int_equal(json_parse(cases[i].text, strlen(cases[i].text), &value, &err),
		    ERR_INVALID);
		assert_null(value);
		assert_string_equal(err.key, cases[i].key);
		assert_int_equal(err.line, cases[i].line);
		assert_string_equal(err.arg[0].name, "reason");
	}
}

static void
depth_and_size_have_limits(void **state)
{
	char text[2 * (JSON_DEPTH_MAX + 1) + 1] = "";
	struct json *value = NULL;
	struct err err = { 0 };
	char *big;

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	value = parse(text);
	json_freep(&value);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_int_equal(json_parse(text, sizeof(text) - 1, &value, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.json_depth");
	assert_int_equal(err.column, JSON_DEPTH_MAX + 1);
	value = parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"]");
	json_freep(&value);

	big = xmalloc(JSON_SIZE_MAX + 1);
	memset(big, ' ', JSON_SIZE_MAX + 1);
	assert_int_equal(json_parse(big, JSON_SIZE_MAX + 1, &value, NULL), ERR_TOO_LARGE);
	free(big);
}

static void
canonical_form_is_rfc_8785(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "null", "null" },
		{ " { \"b\" : 1 , \"a\" : [ true , -0 , \"x\" ] } ", "{\"a\":[true,0,\"x\"],\"b\":1}" },
		/* RFC 8785 §3.2.3: order by UTF-16 code units */
		{ "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,"
		  "\"\\u0080\":6,\"\\u00f6\":7}",
		  "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
		  "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}" },
		{ "\"\\u000f\\n\\u0041\\/\\u20ac\\u007f\"", "\"\\u000f\\nA/\xe2\x82\xac\x7f\"" },
		{ "{\"\":1,\"a\":2,\"aa\":3}", "{\"\":1,\"a\":2,\"aa\":3}" },
		{ "[9007199254740991,-9007199254740991]", "[9007199254740991,-9007199254740991]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(json_freep) struct json *value = parse(cases[i].in);
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);

		assert_int_equal(json_canonical(value, &b, NULL), 0);
		assert_string_equal(buf_str(&b), cases[i].out);
	}
}

static void
canonical_form_refuses_what_others_would_round(void **state)
{
	static const char *const cases[] = { "1.5", "1e3", "[1,{\"a\":2.0}]", "9007199254740992",
		"-9007199254740992" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(json_freep) struct json *value = parse(cases[i]);
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);
		struct err err = { 0 };

		assert_int_equal(json_canonical(value, &b, &err), ERR_INVALID);
		assert_string_equal(err.key, "err.json_canonical");
	}
}

static uint32_t seed = 12345;

static uint32_t
roll(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static struct json *
anything(int depth)
{
	static const char *const texts[] = { "", "a", "ắ", "\xef\xac\xb3", "\xf0\x9f\x98\x80",
		"\"\\", "\n\x01", "a\xf0\x9f\x98\x80", "a\xee\x80\x80", "b" };
	struct json *value;
	uint32_t kind = roll(depth > 3 ? 4 : 6);

	if (kind == 0)
		return json_new_null();
	if (kind == 1)
		return json_new_bool(roll(2) == 1);
	if (kind == 2)
		return json_new_int((int64_t)roll(UINT32_MAX) - 1000);
	if (kind == 3)
		return json_new_string(texts[roll(ARRAY_LEN(texts))]);
	value = kind == 4 ? json_new_array() : json_new_object();
	for (uint32_t n = roll(6); n > 0; n--)
		if (kind == 4)
			json_append(value, anything(depth + 1));
		else
			json_set(value, texts[roll(ARRAY_LEN(texts))], anything(depth + 1));
	return value;
}

static void
canonical_form_is_a_fixed_point(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		cleanup(json_freep) struct json *value = anything(0), *again = NULL;
		cleanup(buf_clear) struct buf one = BUF_INIT(100000), two = BUF_INIT(100000),
		    plain = BUF_INIT(100000);

		assert_int_equal(json_canonical(value, &one, NULL), 0);
		json_write(value, &plain);
		again = parse(buf_str(&plain));
		assert_int_equal(json_canonical(again, &two, NULL), 0);
		assert_string_equal(buf_str(&two), buf_str(&one));
		json_freep(&again);
		again = parse(buf_str(&one));
		buf_reset(&two);
		assert_int_equal(json_canonical(again, &two, NULL), 0);
		assert_string_equal(buf_str(&two), buf_str(&one));
	}
}

static void
values_can_be_built_and_changed(void **state)
{
	cleanup(json_freep) struct json *o = json_new_object(), *copy = NULL;
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);

	(void)state;
	json_set_str(o, "s", "một");
	json_set_str(o, "s", "hai");
	json_set_str(o, "null", NULL);
	json_set_int(o, "i", 3);
	json_set_bool(o, "b", true);
	json_set(o, "a", json_new_array());
	json_append(json_get(o, "a"), json_new_int(1));
	copy = json_clone(o);
	json_append(json_get(copy, "a"), json_new_int(2));
	json_del(o, "i");
	json_del(o, "none");
	json_write(o, &b);
	assert_string_equal(buf_str(&b), "{\"s\":\"hai\",\"null\":null,\"b\":true,\"a\":[1]}");
	assert_int_equal(json_len(json_get(copy, "a")), 2);
	json_free(NULL);
}

static void
what_others_write_is_mended(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}" },
		{ "{\"a\":\"x\\u0000y\",\"b\":\"\\\\u0000\"}", "{\"a\":\"x\\ufffdy\",\"b\":\"\\\\u0000\"}" },
		{ "[\"\\ud83d\\ude00 \\ud83d \\ude00 \\ud83d\\u0041\"]", "[\"\\ud83d\\ude00 \\ufffd \\ufffd \\ufffd\\u0041\"]" },
		{ "[\"Truy c\xe9p \xe1\xba\xadp\"]", "[\"Truy c\\\\xe9p \xe1\xba\xadp\"]" },
		{ "[9223372036854775807,-9223372036854775808,1.5e3]", "[9223372036854775807,-9223372036854775808,1.5e3]" },
		{ "[9223372036854775808,18446744073709551615]", "[\"9223372036854775808\",\"18446744073709551615\"]" },
		{ "[99999999999999999999999999999999]", "[\"99999999999999999999999999999999\"]" },
		{ "\"a\n\xe9", "\"a\n\xe9" }, /* outside of texts nothing is mended */
		{ "\"\\", "\"\\" }, { "\"\\ud83d", "\"\\ufffd" }, { "", "" },
	};
	cleanup(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_mend(rows[i].in, strlen(rows[i].in), &out);
		assert_string_equal(buf_str(&out), rows[i].out);
	}
}

TEST_MAIN(cmocka_unit_test(members_are_found_by_kind),
    cmocka_unit_test(what_others_write_is_mended),
    cmocka_unit_test(members_come_in_written_order),
    cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
    cmocka_unit_test(depth_and_size_have_limits), cmocka_unit_test(canonical_form_is_rfc_8785),
    cmocka_unit_test(canonical_form_refuses_what_others_would_round),
    cmocka_unit_test(canonical_form_is_a_fixed_point),
    cmocka_unit_test(values_can_be_built_and_changed))
