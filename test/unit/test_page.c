/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "server/page_form.h"
#include "text/qr.h"

static void
texts_are_escaped_and_markup_is_not(void **state)
{
	struct buf out = BUF_INIT(1000);

	(void)state;
	put(&out, "<p title=\"%s\">%s</p>", "a\"b'", "<script>&");
	assert_string_equal(buf_str(&out),
	    "<p title=\"a&quot;b&#39;\">&lt;script&gt;&amp;</p>");
	buf_reset(&out);
	put(&out, "<b>%s</b>", "%s %d");
	assert_string_equal(buf_str(&out), "<b>%s %d</b>");
	buf_clear(&out);
}

static void
a_box_is_ticked_when_its_value_was_sent(void **state)
{
	struct url_param param[] = { { "symptoms", "phishing" }, { "symptoms", "other" },
		{ "when", "now" } };
	const struct url_params form = { param, 3 };
	const struct page_request p = { .form = &form };

	(void)state;
	assert_true(form_has(&p, "symptoms", "phishing"));
	assert_true(form_has(&p, "symptoms", "other"));
	assert_false(form_has(&p, "symptoms", "now"));
	assert_false(form_has(&p, "asked", "other"));
}

static void
a_time_is_written_as_offices_do(void **state)
{
	struct arena arena = ARENA_INIT;
	const struct page_request p = { .arena = &arena };

	(void)state;
	assert_string_equal(page_time(&p, "2026-11-22T07:30:00.000Z"), "14:30 22/11/2026");
	assert_string_equal(page_time(&p, NULL), "");
	assert_string_equal(page_time(&p, "soon"), "");
	arena_clear(&arena);
}

/* Modules a side of the drawing with its quiet zone, 0 when there is none. */
static int
side_of(const char *text, bool correct)
{
	struct buf out = BUF_INIT(1 << 20);
	int side = 0;

	if (qr_svg(&out, text, correct))
		assert_int_equal(sscanf(buf_str(&out), "<svg xmlns=\"http://www.w3.org/2000/svg\""
		    " viewBox=\"0 0 %d", &side), 1);
	else
		assert_int_equal(out.len, 0);
	buf_clear(&out);
	return side;
}

static void
a_qr_code_grows_with_its_text_and_its_correction(void **state)
{
	char longest[QR_TEXT_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[QR_TEXT_MAX + 1] = '\0';
	/* ISO/IEC 18004, bytes of versions 1 and 2: 14 and 26 at M, 11 and 20 at Q. */
	assert_int_equal(side_of("https://a.vn/b", false), 21 + 8);
	assert_int_equal(side_of("https://a.vn/b", true), 25 + 8);
	assert_int_equal(side_of("", false), 0);
	assert_int_equal(side_of(longest, false), 0);
	longest[QR_TEXT_MAX] = '\0';
	assert_true(side_of(longest, true) > 100);
}

/* The finder pattern: seven black modules in the first row, behind the quiet zone. */
static void
a_qr_code_begins_with_its_finder(void **state)
{
	struct buf out = BUF_INIT(1 << 20);

	(void)state;
	assert_true(qr_svg(&out, "https://a.vn/b", false));
	assert_non_null(strstr(buf_str(&out), "<path d=\"M4 4h7v1h-7z"));
	buf_clear(&out);
}

TEST_MAIN(cmocka_unit_test(texts_are_escaped_and_markup_is_not),
    cmocka_unit_test(a_box_is_ticked_when_its_value_was_sent),
    cmocka_unit_test(a_time_is_written_as_offices_do),
    cmocka_unit_test(a_qr_code_grows_with_its_text_and_its_correction),
    cmocka_unit_test(a_qr_code_begins_with_its_finder))
