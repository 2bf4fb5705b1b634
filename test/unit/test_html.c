/* SPDX-License-Identifier: Apache-2.0 */
#include "text/html.h"

#include "testing.h"

static void
nothing_from_outside_becomes_markup(void **state)
{
	static const struct {
		const char *in, *text, *attr, *lines;
	} cases[] = {
		{ "<b a='1'>\"&amp;", "&lt;b a=&#39;1&#39;&gt;&quot;&amp;amp;",
		  "&lt;b a=&#39;1&#39;&gt;&quot;&amp;amp;", "&lt;b a=&#39;1&#39;&gt;&quot;&amp;amp;" },
		{ "một\r\nhai\tba", "một\nhai\tba", "một&#10;hai&#9;ba", "một<br>hai\tba" },
		{ "a\x01\x7f\xff\xc2\x85z", "a����z", "a����z", "a����z" },
		{ "\xc0\xbcscript", "��script", "��script", "��script" },
		{ "", "", "", "" },
		{ NULL, "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);

		html_text(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].text);
		buf_reset(&b);
		html_attr(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].attr);
		buf_reset(&b);
		html_lines(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].lines);
	}
}

static void
literals_are_markup(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);

	(void)state;
	html_lit(&b, "<p title=\"");
	html_attr(&b, "\" onload=\"x");
	html_lit(&b, "\">");
	html_int(&b, -3);
	html_textn(&b, "<<", 1);
	html_lit(&b, "</p>");
	assert_string_equal(buf_str(&b), "<p title=\"&quot; onload=&quot;x\">-3&lt;</p>");
}

TEST_MAIN(cmocka_unit_test(nothing_from_outside_becomes_markup),
    cmocka_unit_test(literals_are_markup))
