/* SPDX-License-Identifier: Apache-2.0 */
#include "text/mime.h"

#include "testing.h"

static const char *const to[] = { "quantri@skhcn.example.gov.vn", "pgd@skhcn.example.gov.vn" };

static struct mime_message
message(void)
{
	return (struct mime_message){ .message_id = "1.khien@skhcn.example.gov.vn",
		.date_ms = INT64_C(1795332600000), /* 2026-11-22 14:30:00 +07 */
		.from_name = "Khiên", .from = "khien@skhcn.example.gov.vn", .to = to, .to_count = 1,
		.subject = "New report", .text = "One\nline\n" };
}

static void
a_plain_message_goes_as_it_is(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	struct mime_message m = message();

	(void)state;
	m.from_name = NULL;
	m.to_count = 2;
	m.in_reply_to = "0.khien@skhcn.example.gov.vn";
	assert_int_equal(mime_build(&m, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "Date: Sun, 22 Nov 2026 14:30:00 +0700\r\n"
	    "Message-ID: <1.khien@skhcn.example.gov.vn>\r\n"
	    "In-Reply-To: <0.khien@skhcn.example.gov.vn>\r\n"
	    "References: <0.khien@skhcn.example.gov.vn>\r\n"
	    "From: khien@skhcn.example.gov.vn\r\n"
	    "To: quantri@skhcn.example.gov.vn,\r\n pgd@skhcn.example.gov.vn\r\n"
	    "Subject: New report\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
	    "One\r\nline\r\n\r\n");
}

static void
vietnamese_is_encoded_in_head_and_body(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	struct mime_message m = message();

	(void)state;
	m.subject = "Báo cáo mới chưa ai nhận: máy tính phòng Kỹ thuật mã hóa hết tệp";
	m.text = "Có báo cáo\nmới";
	assert_int_equal(mime_build(&m, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "\r\nFrom: =?UTF-8?B?S2hpw6pu?=\r\n <khien@skhcn.example.gov.vn>\r\n"));
	assert_non_null(strstr(buf_str(&b),
	    "\r\nSubject: =?UTF-8?B?QsOhbyBjw6FvIG3hu5tpIGNoxrBhIGFpIG5o4bqtbjogbcOheSB0?=\r\n "
	    "=?UTF-8?B?w61uaCBwaMOybmcgS+G7uSB0aHXhuq10IG3DoyBow7NhIGjhur90?=\r\n "
	    "=?UTF-8?B?IHThu4dw?=\r\n"));
	/* base64 of "Có báo cáo\r\nmới" */
	assert_non_null(strstr(buf_str(&b),
	    "base64\r\n\r\nQ8OzIGLDoW8gY8Ohbw0KbeG7m2k=\r\n"));
}

static void
lines_stay_short(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(1000000);
	char subject[MIME_SUBJECT_MAX + 1] = "", text[5000];
	struct mime_file file = { "Biên bản bàn giao chứng cứ số 0007 năm 2026 (bản sao).pdf",
		"application/pdf", text, sizeof(text) };
	struct mime_message m = message();
	const char *line, *end;

	(void)state;
	while (strlen(subject) < 390)
		strcat(subject, "ắ");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	m.subject = subject;
	m.from_name = subject;
	m.text = text;
	m.files = &file;
	m.files_count = 1;
	assert_int_equal(mime_build(&m, &b, NULL), 0);
	for (line = buf_str(&b); *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end - line <= 78);
		for (const char *p = line; p < end; p++)
			assert_true(*p >= 0x20 && *p < 0x7f);
	}
}

static void
files_come_as_attachments(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	struct mime_file files[] = { { "điểm.txt", "text/plain", "abc", 3 }, { "b", NULL, "", 0 } };
	struct mime_message m = message();

	(void)state;
	m.text = "--=_khien_7f3a\n";
	m.files = files;
	m.files_count = 2;
	assert_int_equal(mime_build(&m, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "Content-Type: multipart/mixed; boundary=\"=_khien_7f3a\""
	    "\r\n\r\n--=_khien_7f3a\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nLS09X2toaWVuXzdmM2ENCg==\r\n"
	    "\r\n--=_khien_7f3a\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment;\r\n filename*0*=utf-8''%C4%91i%E1%BB%83m.txt\r\n\r\n"
	    "YWJj\r\n\r\n--=_khien_7f3a\r\nContent-Type: application/octet-stream\r\n"));
	assert_non_null(strstr(buf_str(&b), "\r\n--=_khien_7f3a--\r\n"));
}

static void
names_that_need_quotes_get_them(void **state)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(100000);
	struct mime_message m = message();

	(void)state;
	m.from_name = "So KH&CN, \"Khien\"";
	assert_int_equal(mime_build(&m, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "From: \"So KH&CN, \\\"Khien\\\"\"\r\n <"));
}

static void
nothing_can_add_a_header(void **state)
{
	static const char *const evil[] = { "a\r\nBcc: x@y.vn", "a\nb", "a\rb", "a\x01", "a\xe2\x80\xa8z" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(evil); i++)
		for (int where = 0; where < 6; where++) {
			cleanup(buf_clear) struct buf b = BUF_INIT(100000);
			struct mime_file file = { "a", where == 5 ? evil[i] : NULL, "", 0 };
			struct mime_message m = message();
			struct err err = { 0 };

			if (where == 0)
				m.subject = evil[i];
			if (where == 1)
				m.from_name = evil[i];
			if (where == 2)
				m.message_id = evil[i];
			if (where == 3)
				m.in_reply_to = evil[i];
			if (where == 4)
				file.name = evil[i];
			m.files = &file;
			m.files_count = 1;
			assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
			assert_string_equal(err.key, "err.text");
			assert_int_equal(b.len, 0);
		}
}

static void
what_is_missing_or_too_much_is_said(void **state)
{
	static const char *const bad_to[] = { "a@b" };
	cleanup(buf_clear) struct buf b = BUF_INIT(100);
	char subject[MIME_SUBJECT_MAX + 2];
	struct mime_message m = message();
	struct err err = { 0 };

	(void)state;
	m.to_count = 0;
	assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.required");
	assert_string_equal(err.field, "to");
	err_clear(&err);
	m = message();
	m.to = bad_to;
	assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.email");
	err_clear(&err);
	m = message();
	m.subject = "";
	assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
	assert_string_equal(err.field, "subject");
	err_clear(&err);
	memset(subject, 'a', sizeof(subject));
	subject[sizeof(subject) - 1] = '\0';
	m.subject = subject;
	assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.too_long");
	err_clear(&err);
	m = message();
	m.text = "\xff";
	assert_int_equal(mime_build(&m, &b, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.utf8");
	err_clear(&err);
	m = message();
	assert_int_equal(mime_build(&m, &b, &err), ERR_TOO_LARGE);
}

static void
addresses_are_checked(void **state)
{
	static const char *const good[] = { "a@b.vn", "nguyen.van-a+x@so.khanhhoa.gov.vn", "A_1@x-y.com" };
	static const char *const bad[] = { NULL, "", "a", "@b.vn", "a@", "a@b", "a@b.", "a@.b.vn",
		"a@-b.vn", "a@b-.vn", "a@b.vn-", "a..b@c.vn", ".a@c.vn", "a.@c.vn", "a b@c.vn",
		"a@b.vn\r\nX", "<a@b.vn>", "a@b@c.vn", "đ@b.vn", "a@đ.vn", "a@b..vn", "a\"@b.vn",
		"a,b@c.vn", "a@b.v", "a@b_c.vn",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.vn" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(mime_address_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (mime_address_valid(bad[i]))
			print_error("taken: %s\n", bad[i]);
		assert_false(mime_address_valid(bad[i]));
	}
}

static void
base64_is_read_as_it_is_sent(void **state)
{
	static const struct { const char *text, *bytes; } good[] = {
		{ "", "" }, { "TQ==", "M" }, { "TUE=", "MA" }, { "TUFV", "MAU" }, { "TUE", "MA" }, { "TU\r\nFV\n", "MAU" },
		{ "-_-_", "\xfb\xff\xbf" }, { "+/+/", "\xfb\xff\xbf" },
	};
	static const char *const bad[] = { "T", "TUFVT", "TQ==TQ==", "T@==", "TUFV;", "Tế" };
	struct buf out = BUF_INIT(100), small = BUF_INIT(2);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		buf_reset(&out);
		assert_true(mime_unbase64(good[i].text, &out));
		assert_string_equal(buf_str(&out), good[i].bytes);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		buf_reset(&out);
		assert_false(mime_unbase64(bad[i], &out));
	}
	assert_false(mime_unbase64("TUFV", &small));
	assert_true(small.full);
	buf_clear(&out);
	buf_clear(&small);
}

TEST_MAIN(cmocka_unit_test(base64_is_read_as_it_is_sent), cmocka_unit_test(a_plain_message_goes_as_it_is),
    cmocka_unit_test(vietnamese_is_encoded_in_head_and_body), cmocka_unit_test(lines_stay_short),
    cmocka_unit_test(files_come_as_attachments), cmocka_unit_test(names_that_need_quotes_get_them),
    cmocka_unit_test(nothing_can_add_a_header), cmocka_unit_test(what_is_missing_or_too_much_is_said),
    cmocka_unit_test(addresses_are_checked))
