/* SPDX-License-Identifier: Apache-2.0 */
#include "text/yaml.h"

#include "base/buf.h"
#include "testing.h"

/* Writes the tree as {key=value,...} and [item,...]. */
static void
show(struct buf *b, const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR) {
		buf_adds(b, yaml_is_null(n) ? "NULL" : n->text);
		return;
	}
	buf_addc(b, n->kind == YAML_MAP ? '{' : '[');
	for (size_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_addc(b, ',');
		if (n->kind == YAML_MAP)
			buf_printf(b, "%s=", n->key[i]->text);
		show(b, n->item[i]);
	}
	buf_addc(b, n->kind == YAML_MAP ? '}' : ']');
}

static void
text_becomes_the_tree_or_an_error_with_its_place(void **state)
{
	static const struct {
		const char *in, *out, *key;
		int line, column;
	} cases[] = {
		{ "a: 1\nb: [x, 'y']\nc: {d: ~}\n", "{a=1,b=[x,y],c={d=NULL}}", NULL, 0, 0 },
		{ "a: \"\"\nb:\n", "{a=,b=NULL}", NULL, 0, 0 },
		{ "một: hai\n---\n- ba\n", "{một=hai};[ba]", NULL, 0, 0 },
		{ "", "", NULL, 0, 0 },
		{ "# only a remark\n", "", NULL, 0, 0 },
		{ "\xef\xbb\xbf" "a: b\n", "{a=b}", NULL, 0, 0 },
		{ "\xef\xbb\xbf" "a: b\nc: d\n", "{a=b,c=d}", NULL, 0, 0 },
		{ "a: NULL\nb: Null\nc: nUll\n", "{a=NULL,b=NULL,c=nUll}", NULL, 0, 0 },
		{ "a: |\n  one\n  two\n", "{a=one\ntwo\n}", NULL, 0, 0 },
		{ "a: 1\nb: 2\n a: 3\n", NULL, "yaml.syntax", 3, 3 },
		{ "a: 1\nb: 2\na: 3\n", NULL, "yaml.duplicate", 3, 1 },
		{ "a: {b: 1, \"b\": 2}\n", NULL, "yaml.duplicate", 1, 11 },
		{ "a: &x 1\nb: *x\n", NULL, "yaml.anchor", 1, 4 },
		{ "b: *x\n", NULL, "yaml.anchor", 1, 4 },
		{ "b: &x [1]\n", NULL, "yaml.anchor", 1, 4 },
		{ "a: !!str 1\n", NULL, "yaml.tag", 1, 4 },
		{ "a: !<tag:x> {b: 1}\n", NULL, "yaml.tag", 1, 4 },
		{ "? [a]\n: 1\n", NULL, "yaml.key", 1, 3 },
		{ "a: \"\\0\"\n", NULL, "yaml.utf8", 1, 4 },
		{ "a: b\nc: \xff\n", NULL, "yaml.utf8", 2, 4 },
		{ "a: [1\n", NULL, "yaml.syntax", 2, 1 },
		{ "\ta: 1\n", NULL, "yaml.syntax", 1, 1 },
		{ "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL,
		    0, 0 },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", NULL, "yaml.depth", 1, 17 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct yaml_stream s = { NULL, 0 };
		struct buf b = BUF_INIT(4096);
		struct err err = { 0 };
		int ret = yaml_parse(&arena, cases[i].in, strlen(cases[i].in), "f", &s, &err);

		print_message("%s", cases[i].in);
		for (size_t d = 0; d < s.count; d++) {
			if (d > 0)
				buf_addc(&b, ';');
			show(&b, s.doc[d]);
		}
		assert_int_equal(ret != 0, cases[i].key != NULL);
		assert_string_equal(err.key, cases[i].key == NULL ? "" : cases[i].key);
		if (cases[i].out != NULL)
			assert_string_equal(buf_str(&b), cases[i].out);
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.column, cases[i].column);
		assert_string_equal(err.file, ret == 0 ? "" : "f");
		buf_clear(&b);
		arena_clear(&arena);
		err_clear(&err);
	}
}

static void
nul_bytes_and_sizes_have_limits(void **state)
{
	struct arena arena = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };
	struct err err = { 0 };
	char *big = xcalloc(1, YAML_SIZE_MAX + 1);

	(void)state;
	assert_int_equal(yaml_parse(&arena, "a: \0b", 5, "f", &s, &err), ERR_INVALID);
	assert_string_equal(err.key, "yaml.utf8");
	assert_int_equal(err.column, 4);
	err_clear(&err);

	memset(big, '#', YAML_SIZE_MAX + 1);
	assert_int_equal(yaml_parse(&arena, big, YAML_SIZE_MAX, "f", &s, &err), 0);
	assert_int_equal(yaml_parse(&arena, big, YAML_SIZE_MAX + 1, "f", &s, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "yaml.size");
	err_clear(&err);

	/* 99,999 items and the list are at the limit; one more is beyond it. */
	for (size_t i = 0; i < 2 * (size_t)YAML_NODES_MAX; i += 2)
		memcpy(big + i, i == 0 ? "[1" : ",1", 2);
	strcpy(big + 2 * ((size_t)YAML_NODES_MAX - 1), "]");
	assert_int_equal(yaml_parse(&arena, big, strlen(big), "f", &s, &err), 0);
	assert_int_equal(s.doc[0]->count, YAML_NODES_MAX - 1);
	strcpy(big + 2 * ((size_t)YAML_NODES_MAX - 1), ",1]");
	assert_int_equal(yaml_parse(&arena, big, strlen(big), "f", &s, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "yaml.nodes");
	err_clear(&err);
	arena_clear(&arena);
	free(big);
}

static void
scalars_are_read_by_what_they_say_and_how(void **state)
{
	static const struct {
		const char *in;
		bool null, boolean, number;
		int64_t value;
	} cases[] = {
		{ "x: 12", false, false, true, 12 },
		{ "x: -7", false, false, true, -7 },
		{ "x: 0", false, false, true, 0 },
		{ "x: 007", false, false, false, 0 },
		{ "x: '12'", false, false, false, 0 },
		{ "x: 9223372036854775807", false, false, true, INT64_MAX },
		{ "x: 9223372036854775808", false, false, false, 0 },
		{ "x: 1.5", false, false, false, 0 },
		{ "x: true", false, true, false, 1 },
		{ "x: false", false, true, false, 0 },
		{ "x: \"true\"", false, false, false, 0 },
		{ "x: yes", false, false, false, 0 },
		{ "x: null", true, false, false, 0 },
		{ "x: ''", false, false, false, 0 },
		{ "x: [1]", false, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct yaml_stream s;
		const struct yaml_node *x;
		int64_t value = 0;
		bool flag = false;

		print_message("%s\n", cases[i].in);
		assert_int_equal(
		    yaml_parse(&arena, cases[i].in, strlen(cases[i].in), "f", &s, NULL), 0);
		x = yaml_get(s.doc[0], "x");
		assert_non_null(x);
		assert_null(yaml_get(s.doc[0], "y"));
		assert_int_equal(yaml_is_null(x), cases[i].null);
		assert_int_equal(yaml_bool(x, &flag), cases[i].boolean);
		assert_int_equal(yaml_int(x, &value), cases[i].number);
		assert_int_equal(cases[i].boolean ? flag : value, cases[i].value);
		arena_clear(&arena);
	}
}

TEST_MAIN(cmocka_unit_test(text_becomes_the_tree_or_an_error_with_its_place),
    cmocka_unit_test(nul_bytes_and_sizes_have_limits),
    cmocka_unit_test(scalars_are_read_by_what_they_say_and_how))
