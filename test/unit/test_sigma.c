/* SPDX-License-Identifier: Apache-2.0 */
/* Every value form, modifier and condition form of Sigma, and what is refused. */
#include "sigma_case.h"

static void
values_ignore_case_and_know_wildcards(void **state)
{
	(void)state;
	assert_true(is_true("    a: Word", "a=wORD"));
	assert_false(is_true("    a: word", "a=words"));
	assert_true(is_true("    a: wo*", "a=words"));
	assert_true(is_true("    a: 'w?rd'", "a=word"));
	assert_true(is_true("    a: 'w?rd'", "a=wộrd"));
	assert_false(is_true("    a: 'w?rd'", "a=wrd"));
	assert_true(is_true("    a: 'a*c*e'", "a=abcde"));
	assert_false(is_true("    a: 'a*c*e'", "a=abcdef"));
	/* A character of three bytes is one, also where a run of any length ends before it. */
	assert_false(is_true("    a: '*??yb'", "a=ễyb"));
	assert_true(is_true("    a: '*??yb'", "a=xễyb"));
	assert_true(is_true("    a: 'x\\*y'", "a=x*y"));
	assert_false(is_true("    a: 'x\\*y'", "a=xzy"));
	assert_true(is_true("    a: 'c:\\dir\\\\*'", "a=C:\\dir\\file"));
	assert_true(is_true("    a: CƠ-QUAN-ĐỨC", "a=cơ-quan-đức"));
	assert_true(is_true("    a: [one, two]", "a=two"));
	assert_true(is_true("    a: 4", "a=4"));
	assert_true(is_true("    a: 0x10", "a=16"));
	assert_true(is_true("    a: '0x10'", "a=0x10"));
	assert_true(is_true("    a: 0X10", "a=0x10")); /* in YAML 1.1 a text */
}

static void
absent_null_and_empty_differ(void **state)
{
	(void)state;
	assert_true(is_true("    a: null", "b=1"));
	assert_true(is_true("    a: null", "a=\\n"));
	assert_false(is_true("    a: null", "a=1"));
	assert_true(is_true("    a: ''", "a="));
	assert_false(is_true("    a: ''", "b=1"));
	assert_true(is_true("    a|exists: true", "a=1"));
	assert_false(is_true("    a|exists: true", "b=1"));
	assert_true(is_true("    a|exists: false", "b=1"));
	assert_true(is_true("    a|exists: True", "a=1"));
	assert_false(is_true("    a|exists: False", "a=1"));
}

static void
modifiers_change_what_is_compared(void **state)
{
	(void)state;
	assert_true(is_true("    a|contains: or", "a=wORd"));
	assert_true(is_true("    a|startswith: wo", "a=WOrd"));
	assert_false(is_true("    a|startswith: or", "a=word"));
	assert_true(is_true("    a|endswith: rd", "a=woRD"));
	assert_true(is_true("    a|contains|all: [w, d]", "a=word"));
	assert_false(is_true("    a|contains|all: [w, x]", "a=word"));
	assert_true(is_true("    a|cased: Word", "a=Word"));
	assert_false(is_true("    a|cased: Word", "a=word"));
	assert_true(is_true("    a|contains|cased: or", "a=word"));
	assert_false(is_true("    a|contains|cased: OR", "a=word"));
	assert_true(is_true("    a|neq: x", "a=y"));
	assert_false(is_true("    a|neq: x", "a=X"));
	assert_false(is_true("    a|neq: [x, y]", "a=y"));
}

static void
expressions_are_searched_in_the_value_as_it_is(void **state)
{
	(void)state;
	assert_true(is_true("    a|re: 'W.r+d'", "a=aWorrdz"));
	assert_false(is_true("    a|re: 'W.rd'", "a=word"));
	assert_true(is_true("    a|re|i: 'W.rd'", "a=word"));
	assert_true(is_true("    a|re: '(?i)KEY(s|board)'", "a=\xe2\x84\xaa" "eyboard"));
	assert_true(is_true("    a|re: '^(?!x).*y$'", "a=wy"));
	assert_false(is_true("    a|re: '^(?!x).*y$'", "a=xwy"));
	assert_true(is_true("    a|re: '(abc|def)gh{0,2}'", "a=defg"));
	assert_true(is_true("    a|re: 'ab?c[de]+f'", "a=acdef"));
	/* Letters of several bytes, and bytes that are no letters. */
	assert_true(is_true("    a|re: '^\\S+x$'", "a=Đứcx"));
	assert_true(is_true("    a|re: 'u=\\W\\D'", "a=u=ễn"));
	assert_true(is_true("    a|re: 'x\\Sy$'", "a=\xffxễy"));
	assert_false(is_true("    a|re: '^\\S+y$'", "a=x\\sễy"));
	/* A brace that is no quantifier is a character, and what follows it counts. */
	assert_true(is_true("    a|re: 'ab{1|cd'", "a=xcdx"));
	assert_true(is_true("    a|re: 'ab{1x|cd}'", "a=xcd}"));
}

static void
encodings_are_applied_in_order(void **state)
{
	(void)state;
	assert_true(is_true("    a|base64: foobar", "a=Zm9vYmFy"));
	assert_true(is_true("    a|base64offset|contains: foobar", "a=eHhmb29iYXI="));
	assert_true(is_true("    a|base64offset|contains: foobar", "a=eGZvb2Jhcg=="));
	assert_false(is_true("    a|base64offset|contains: foobar", "a=eGZvb2Jbcg=="));
	assert_false(is_true("    a|base64offset|contains: x", "a=@@@@"));
	assert_true(is_true("    a|wide|base64: ab", "a=YQBiAA=="));
	assert_true(is_true("    a|utf16be|base64: ab", "a=AGEAYg=="));
	assert_true(is_true("    a|utf16|base64: a", "a=//5hAA=="));
}

static void
placeholders_stand_for_lists(void **state)
{
	(void)state;
	assert_true(is_true("    a|expand: 'x%list%y'", "a=xOney"));
	assert_true(is_true("    a|expand: 'x%list%y'", "a=xt--oy"));
	assert_true(is_true("    a|contains|expand: '%list%/%list%'", "a=-two/one-"));
	assert_false(is_true("    a|contains|expand: '%list%/%list%'", "a=-two/three-"));
	/* A percent sign behind a backslash is one, and so is one that begins no name. */
	assert_true(is_true("    a|expand: '\\%plain%list%'", "a=%plainone"));
	assert_true(is_true("    a|expand: '50% x\\%'", "a=50%\\sx%"));
	assert_true(is_true("    a|expand: 'd\\\\%list%'", "a=d\\one"));
	assert_true(is_true("    a: '\\%list%'", "a=\\%list%"));
}

static void
dashes_of_options_stand_for_each_other(void **state)
{
	(void)state;
	assert_true(is_true("    a|windash|contains: ' -enc '", "a=p\\s/ENC\\sx"));
	assert_true(is_true("    a|windash|contains: ' -enc '", "a=p\\s–enc\\sx"));
	assert_true(is_true("    a|windash|contains: ' -a -b '", "a=p\\s-a\\s/b\\sx"));
	assert_false(is_true("    a|windash|contains: 'x-enc'", "a=x/enc"));
}

static void
numbers_addresses_and_times_are_compared_as_such(void **state)
{
	(void)state;
	assert_true(is_true("    a|lt: 10", "a=9"));
	assert_false(is_true("    a|lt: 10", "a=10"));
	assert_true(is_true("    a|lte: 10", "a=10"));
	assert_true(is_true("    a|gt: 10", "a=0x10"));
	assert_true(is_true("    a|gte: 1.5", "a=1.5"));
	assert_false(is_true("    a|gt: 1", "a=many"));
	assert_false(is_true("    a|gt: 1", "a=infinity"));
	assert_false(is_true("    a|gt: 1", "a=-inf"));
	assert_false(is_true("    a|gt: 1", "a=\\s7"));
	assert_true(is_true("    a|lt: 1", "a=-7.5e1"));
	assert_true(is_true("    a|cidr: 10.0.0.0/8", "a=10.9.8.7"));
	assert_false(is_true("    a|cidr: 10.0.0.0/9", "a=10.128.0.1"));
	assert_true(is_true("    a|cidr: '2001:db8::/33'", "a=2001:db8:7fff::1"));
	assert_false(is_true("    a|cidr: '2001:db8::/33'", "a=2001:db8:8000::1"));
	assert_true(is_true("    a|cidr: 10.0.0.0/8", "a=::ffff:10.1.1.1"));
	assert_true(is_true("    a|cidr: '::ffff:10.0.0.0/104'", "a=10.1.1.1"));
	assert_true(is_true("    a|cidr: 0.0.0.0/0", "a=10.1.1.1"));
	assert_false(is_true("    a|cidr: '::/0'", "a=10.1.1.1"));
	assert_true(is_true("    a|cidr: '::/0'", "a=fe80::1"));
	assert_true(is_true("    a|cidr: fe80::/10", "a=fe80::1%12"));
	assert_true(is_true("    a|hour: 22", "a=2026-11-20T22:15:00Z"));
	assert_true(is_true("    a|minute: 15", "a=2026-11-20\\s22:15:00"));
	assert_true(is_true("    a|week: 47", "a=2026-11-20T22:15:00Z"));
	assert_false(is_true("    a|year: 2025", "a=2026-11-20T22:15:00Z"));
}

static void
fields_are_compared_with_each_other(void **state)
{
	(void)state;
	assert_true(is_true("    a|fieldref: b", "a=Same b=sAME"));
	assert_false(is_true("    a|fieldref: b", "a=same b=other"));
	assert_false(is_true("    a|fieldref: b", "a=same"));
	assert_false(is_true("    a|fieldref|startswith: b", "a=same b=\\n"));
	assert_true(is_true("    a|fieldref|startswith: b", "a=sameness b=same"));
	assert_true(is_true("    a|fieldref|endswith: b", "a=verysame b=same"));
	assert_true(is_true("    a|fieldref|contains: b", "a=xsamex b=SAME"));
}

static void
keywords_are_looked_for_everywhere(void **state)
{
	(void)state;
	assert_true(is_true("    - mimi", "q=xMIMIx"));
	assert_true(is_true("    - a: 1\n    - mimi", "q=xMIMIx"));
	assert_true(is_true("    - a: 1\n    - mimi", "a=1"));
	assert_true(is_true("    '|all': [one, two]", "q=one w=two"));
	assert_false(is_true("    '|all': [one, two]", "q=one w=three"));
	assert_true(is_true("    a: x", "a=y a=x"));
}

static bool
condition(const char *condition, const char *event)
{
	char yaml[2000], text[200];

	snprintf(yaml, sizeof(yaml), "title: r\nlogsource: {product: x}\ndetection:\n  sel_a: {a: 1}\n"
	    "  sel_b: {b: 1}\n  other: {c: 1}\n  _hidden: {d: 1}\n  condition: %s\n", condition);
	snprintf(text, sizeof(text), "all=1 %s", event);
	return str_eq(titles_of(yaml, text), "r");
}

static void
conditions_have_precedence_and_quantities(void **state)
{
	(void)state;
	assert_true(condition("sel_a or sel_b and other", "a=1"));
	assert_false(condition("(sel_a or sel_b) and other", "a=1"));
	assert_true(condition("not sel_a and sel_b", "b=1"));
	assert_true(condition("not (sel_a and sel_b)", "b=1"));
	assert_true(condition("NOT not sel_a", "a=1"));
	assert_true(condition("1 of sel_*", "b=1"));
	assert_true(condition("any of sel_*", "b=1"));
	assert_false(condition("all of sel_*", "b=1"));
	assert_true(condition("all of sel_* and not 1 of oth*", "a=1 b=1"));
	assert_true(condition("all of them", "a=1 b=1 c=1"));
	assert_false(condition("1 of them", "d=1"));
	assert_true(condition("1 of _*", "d=1"));
	assert_true(condition("all of s*_a", "a=1"));
	assert_true(condition("[sel_a, sel_b and other]", "a=1"));
	assert_true(condition("_hidden", "d=1"));
}

static const char *
fault_of(const char *yaml, int *ret_line)
{
	static struct fault_seen fault;

	fault = (struct fault_seen){ 0 };
	matcher_free(compile_text(yaml, false, &fault));
	if (ret_line != NULL)
		*ret_line = fault.line;
	return fault.key;
}

static void
what_cannot_be_meant_is_refused_with_its_line(void **state)
{
	static const struct { const char *items, *key; int line; } cases[] = {
		{ "    a|containz: x", "sigma.modifier", 5 },
		{ "    b: 1\n    a|re|base64: x", "sigma.combination", 6 },
		{ "    a|lt: many", "sigma.number", 5 },
		{ "    a|cidr: 10.0.0.0/40", "sigma.cidr", 5 },
		{ "    a|exists: maybe", "sigma.exists", 5 },
		{ "    a|base64: 'x*'", "sigma.wildcard", 5 },
		{ "    a|contains|expand: '%who%'", "sigma.expand", 5 },
		{ "    a|contains: null", "sigma.null", 5 },
		{ "    a: []", "sigma.empty", 5 },
		{ "    a|re: '(x'", "detect.regex", 5 },
	};
	int line;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(fault_of(rule_of(cases[i].items), &line), cases[i].key);
		assert_int_equal(line, cases[i].line);
	}
	assert_string_equal(fault_of("title: r\n", NULL), "sigma.missing");
	assert_string_equal(fault_of("title: r\nlevel: worst\n", NULL), "sigma.level");
	assert_string_equal(fault_of("title: r\nlevel: High\n", NULL), "sigma.missing");
	assert_string_equal(fault_of("title: r\nlevel: [high]\n", NULL), "sigma.level");
	assert_string_equal(fault_of("title: r\nlogsource: {product: x}\ndetection:\n  s:\n  condition: s\n",
	    &line), "sigma.empty");
	assert_int_equal(line, 4);
	assert_string_equal(fault_of("title: r\nlogsource: {product: z}\ndetection:\n  s: {a: 1}\n"
	    "  condition: s\n", NULL), "detect.unmapped");
	assert_string_equal(fault_of("title: r\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n"
	    "  condition: 1 of x*\n", &line), "sigma.condition.none");
	assert_int_equal(line, 5);
	assert_string_equal(fault_of("title: r\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n"
	    "  condition: s and t\n", NULL), "sigma.condition.name");
	assert_string_equal(fault_of("title: r\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n"
	    "  condition: s | near t\n", NULL), "sigma.aggregation");
	assert_string_equal(fault_of("title: r\n\tx: [\n", NULL), "yaml.syntax");
}

static void
hostile_conditions_end(void **state)
{
	static const char head[] = "title: r\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n  condition: ";
	struct buf yaml = BUF_INIT(1 << 20);

	(void)state;
	buf_adds(&yaml, head);
	for (int i = 0; i < 5000; i++)
		buf_addc(&yaml, '(');
	assert_string_equal(fault_of(buf_str(&yaml), NULL), "sigma.condition.long");
	buf_reset(&yaml);
	buf_adds(&yaml, head);
	for (int i = 0; i < 3000; i++)
		buf_adds(&yaml, "1 of them or ");
	buf_adds(&yaml, "s\n");
	assert_string_equal(fault_of(buf_str(&yaml), NULL), "sigma.condition.long");
	buf_clear(&yaml);
}

static void
documents_of_old_files_share_parts(void **state)
{
	static const char yaml[] = "action: global\ntitle: g\nid: i\ndetection:\n  condition: s\n---\n"
	    "logsource: {product: x}\ndetection:\n  s: {a: 1}\n---\n"
	    "title: h\nlogsource: {product: x}\ndetection:\n  s: {b: 1}\n---\naction: reset\n";

	(void)state;
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=1"), "g h");
}

static void
filters_and_fields_of_log_sources_apply(void **state)
{
	static const char yaml[] = "title: r\nid: r1\nlogsource: {product: x, category: p}\ndetection:\n"
	    "  s: {Image: tool}\n  condition: s\n---\n"
	    "title: f\nlogsource: {product: x}\nfilter:\n  rules: [r1]\n  u: {User: admin}\n"
	    "  condition: not u\n";
	static const char other[] = "title: r\nlogsource: {product: x, category: p}\ndetection:\n"
	    "  s: {Image|fieldref: Name}\n  condition: s\n";

	(void)state;
	assert_string_equal(titles_of(yaml, "all=1 Channel=One EventID=1 Image=tool"), "r");
	assert_string_equal(titles_of(yaml, "all=1 Channel=one EventID=2 Program=tool"), "r");
	assert_string_equal(titles_of(yaml, "all=1 Channel=one EventID=2 Image=tool"), "");
	assert_string_equal(titles_of(yaml, "all=1 Channel=two EventID=1 Image=tool"), "");
	assert_string_equal(titles_of(yaml, "all=1 Channel=one EventID=3 Image=tool"), "");
	assert_string_equal(titles_of(yaml, "all=1 Channel=one EventID=1 Image=tool User=ADMIN"), "");
	assert_string_equal(titles_of(yaml, "Channel=one EventID=1 Image=tool"), "");
	/* Compared with a field of two names: with either. */
	assert_string_equal(titles_of(other, "all=1 Channel=one EventID=2 Program=x First=x"), "r");
	assert_string_equal(titles_of(other, "all=1 Channel=one EventID=2 Program=x First=y Second=x"), "r");
	assert_string_equal(titles_of(other, "all=1 Channel=one EventID=2 Program=x First=y Second=z"), "");
}

/* A selection that a condition names twice is kept once. */
static void
selections_may_be_named_often(void **state)
{
	static const char yaml[] = "title: r\nlogsource: {product: x}\ndetection:\n  s: {a: 1, b|contains: x}\n"
	    "  t: {c: 1}\n  u: {d: 1}\n  condition: (s and t) or (s and not u) or (not s and u)\n";

	(void)state;
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=wxy c=1 d=1"), "r");
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=wxy"), "r");
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=wxy d=1"), "");
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=wy d=1"), "r");
	assert_string_equal(titles_of(yaml, "all=1 a=1 b=wy c=1"), "");
}

/* More values of a field than buckets are made for: rules are asked all they say. */
static void
values_beyond_those_of_buckets_count(void **state)
{
	struct buf yaml = BUF_INIT(1 << 20);

	(void)state;
	buf_adds(&yaml, "title: many\nlogsource: {product: x}\ndetection:\n  s:\n    EventID:\n");
	for (int i = 0; i < 4000; i++)
		buf_printf(&yaml, "      - %d\n", 10000 + i);
	buf_adds(&yaml, "  condition: s\n---\ntitle: r\nlogsource: {product: x, category: p}\ndetection:\n"
	    "  s: {Image: tool}\n  condition: s\n");
	assert_string_equal(titles_of(buf_str(&yaml), "all=1 Channel=one EventID=12345 Image=tool"), "many");
	assert_string_equal(titles_of(buf_str(&yaml), "all=1 Channel=one EventID=1 Image=tool"), "r");
	assert_string_equal(titles_of(buf_str(&yaml), "all=1 Channel=one EventID=3 Image=tool"), "");
	assert_string_equal(titles_of(buf_str(&yaml), "all=1 Channel=one EventID=9 Image=tool"), "");
	buf_clear(&yaml);
}

/* Values are scanned between marks made of bytes that no UTF-8 has; logs may have them. */
static void
bytes_between_values_are_no_part_of_them(void **state)
{
	static const char digits[] = "['0bc', '1bc', '2bc', '3bc', '4bc', '5bc', '6bc', '7bc', '8bc', '9bc']";
	struct buf rule = BUF_INIT(20000), event = BUF_INIT(2000);
	char value[40];

	(void)state;
	for (int c = 1; c < 256; c++) {
		if (strchr(" \\", c) != NULL)
			continue;
		snprintf(value, sizeof(value), "a=x-word\xf8%cy b=1", c);
		assert_false(is_true("    a|endswith: -word", value));
		snprintf(value, sizeof(value), "a=y\xf8%cword-x b=1", c);
		assert_false(is_true("    a|startswith: word-", value));
		snprintf(value, sizeof(value), "a=y\xf8%cword-x\xf8%c b=1", c, c);
		assert_false(is_true("    a: word-x", value));
	}
	/* The second byte of a mark is the field's number, which may be a digit. */
	buf_adds(&rule, "title: r\nlogsource: {product: x}\ndetection:\n  s:\n");
	for (int i = 0; i < 60; i++) {
		buf_printf(&rule, "    - f%d|contains: %s\n", i, digits);
		buf_printf(&event, "f%d=bc ", i);
	}
	buf_adds(&rule, "  condition: s\n");
	buf_adds(&event, "all=1");
	assert_string_equal(titles_of(buf_str(&rule), buf_str(&event)), "");
	buf_clear(&rule);
	buf_clear(&event);
}

TEST_MAIN(cmocka_unit_test(values_ignore_case_and_know_wildcards),
    cmocka_unit_test(absent_null_and_empty_differ), cmocka_unit_test(modifiers_change_what_is_compared),
    cmocka_unit_test(expressions_are_searched_in_the_value_as_it_is),
    cmocka_unit_test(encodings_are_applied_in_order),
    cmocka_unit_test(placeholders_stand_for_lists), cmocka_unit_test(dashes_of_options_stand_for_each_other),
    cmocka_unit_test(numbers_addresses_and_times_are_compared_as_such),
    cmocka_unit_test(fields_are_compared_with_each_other),
    cmocka_unit_test(keywords_are_looked_for_everywhere),
    cmocka_unit_test(conditions_have_precedence_and_quantities),
    cmocka_unit_test(what_cannot_be_meant_is_refused_with_its_line),
    cmocka_unit_test(bytes_between_values_are_no_part_of_them),
    cmocka_unit_test(hostile_conditions_end), cmocka_unit_test(documents_of_old_files_share_parts),
    cmocka_unit_test(filters_and_fields_of_log_sources_apply),
    cmocka_unit_test(selections_may_be_named_often), cmocka_unit_test(values_beyond_those_of_buckets_count))
