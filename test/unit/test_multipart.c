/* SPDX-License-Identifier: Apache-2.0 */
#include "text/multipart.h"

#include "base/arena.h"
#include "base/buf.h"
#include "testing.h"

#define TYPE "multipart/form-data; boundary=XyZ"

struct trace {
	struct buf out;
	int refuse_at; /* the data call that fails, from 1; 0: none */
	int calls;
};

static int
on_begin(void *ctx, const struct multipart_part *part, struct err *err)
{
	struct trace *t = ctx;

	(void)err;
	buf_printf(&t->out, "(%s|%s|%s:", part->name, part->filename == NULL ? "-" : part->filename,
	    part->type);
	return 0;
}

static int
on_data(void *ctx, const void *data, size_t len, struct err *err)
{
	struct trace *t = ctx;

	if (++t->calls == t->refuse_at)
		return err_set(err, ERR_TOO_LARGE, "err.too_large", NULL);
	buf_add(&t->out, data, len);
	return 0;
}

static int
on_end(void *ctx, struct err *err)
{
	struct trace *t = ctx;

	(void)err;
	buf_addc(&t->out, ')');
	return 0;
}

static const struct multipart_ops ops = { on_begin, on_data, on_end };

/* Feeds ${body} in pieces of ${step} bytes, each its own allocation for the sanitizer to watch. */
static int
run(const char *type, const char *body, size_t len, size_t step, struct trace *t, struct err *err)
{
	struct multipart m;
	int ret = multipart_init(&m, type, &ops, t, err);

	for (size_t i = 0; i < len && ret == 0; i += step) {
		size_t n = len - i < step ? len - i : step;
		char *piece = memcpy(xmalloc(n), body + i, n);

		ret = multipart_feed(&m, piece, n, err);
		free(piece);
	}
	return ret == 0 ? multipart_finish(&m, err) : ret;
}

static void
parts_are_the_same_however_they_are_cut(void **state)
{
	static const struct {
		const char *body, *out;
	} cases[] = {
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nmột\r\n--XyZ--\r\n",
		  "(a|-|:một)" },
		{ "preamble\r\n--XyZ \t\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--XyZ\r\n"
		  "content-type: image/png\r\nCONTENT-DISPOSITION:form-data;filename=\"x.png\";name=\"f\""
		  "\r\n\r\n\r\r\n\r\n-\r\n--\r\n--Xy\r\n--XyY\r\r\n--XyZ--epilogue\r\n--XyZ\r\n",
		  "(a|-|:)(f|x.png|image/png:\r\r\n\r\n-\r\n--\r\n--Xy\r\n--XyY\r)" },
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\thư mục\\a\\\"b%22.exe\""
		  "\r\n\r\nx\r\n--XyZ--", "(f|a_b_.exe|:x)" },
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--XyZ--",
		  "(f|tep|:)" },
		{ "--XyZ--", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step <= strlen(cases[i].body); step++) {
			struct trace t = { BUF_INIT(10000), 0, 0 };

			assert_int_equal(run(TYPE, cases[i].body, strlen(cases[i].body), step, &t,
			    NULL), 0);
			assert_string_equal(buf_str(&t.out), cases[i].out);
			buf_clear(&t.out);
		}
}

static void
a_body_cut_off_anywhere_is_an_error(void **state)
{
	static const char body[] = "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nxx\r\n"
	    "--XyZ\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nyy\r\n--XyZ--";

	(void)state;
	for (size_t len = 0; len < strlen(body); len++) {
		struct trace t = { BUF_INIT(10000), 0, 0 };
		struct err err = { 0 };

		assert_int_equal(run(TYPE, body, len, 7, &t, &err), ERR_INVALID);
		assert_string_equal(err.key, "err.multipart");
		buf_clear(&t.out);
	}
}

static void
malformed_parts_are_refused(void **state)
{
	static const char *const heads[] = {
		"Content-Disposition: form-data\r\n",
		"Content-Disposition: attachment; name=\"a\"\r\n",
		"Content-Disposition: form-data; name=\"a\r\n",
		"Content-Disposition: form-data; name=\"a\" x\r\n",
		"Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n",
		"Content-Disposition: form-data; name=\"\xff\"\r\n",
		"Content-Disposition: form-data; name=\"a\tb\"\r\n",
		"Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n",
		"X: y\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct trace t = { BUF_INIT(10000), 0, 0 };
		char body[500];

		snprintf(body, sizeof(body), "--XyZ\r\n%s\r\nx\r\n--XyZ--\r\n", heads[i]);
		if (run(TYPE, body, strlen(body), 5, &t, NULL) != ERR_INVALID)
			print_error("taken: %s", heads[i]);
		assert_int_equal(run(TYPE, body, strlen(body), 5, &t, NULL), ERR_INVALID);
		assert_string_equal(buf_str(&t.out), "");
	}
}

static void
only_form_data_with_a_boundary_is_taken(void **state)
{
	static const char *const bad[] = { NULL, "", "text/plain", "multipart/form-data",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
		"multipart/mixed; boundary=a", "multipart/form-data; boundary=a\"b",
		"multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a; boundary=b",
		"multipart/form-data; boundary=\"a\r\n\"", "multipart/form-datax; boundary=a",
		"multipart/form-data; boundary="
		"0123456789012345678901234567890123456789012345678901234567890123456789x" };
	static const char *const good[] = { "Multipart/Form-Data ; Boundary=\"XyZ\"; charset=utf-8",
		"multipart/form-data; charset=utf-8; boundary=XyZ;" };
	struct trace t = { BUF_INIT(100), 0, 0 };
	struct multipart m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(multipart_init(&m, bad[i], &ops, &t, NULL), ERR_INVALID);
		assert_int_equal(multipart_feed(&m, "x", 1, NULL), ERR_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(run(good[i], "--XyZ--", 7, 3, &t, NULL), 0);
}

static void
limits_hold(void **state)
{
	cleanup(buf_clear) struct buf body = BUF_INIT(1000000);
	struct trace t = { BUF_INIT(100000), 0, 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < MULTIPART_PARTS_MAX; i++)
		buf_adds(&body, "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n");
	buf_adds(&body, "--XyZ--");
	assert_int_equal(run(TYPE, body.data, body.len, 100, &t, NULL), 0);
	body.len -= 2;
	buf_adds(&body, "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XyZ--");
	assert_int_equal(run(TYPE, body.data, body.len, 100, &t, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "err.multipart_parts");
	err_clear(&err);

	buf_reset(&body);
	buf_adds(&body, "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nX: ");
	while (body.len < 5000)
		buf_addc(&body, 'x');
	assert_int_equal(run(TYPE, body.data, body.len, 100, &t, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "err.multipart_header");
	assert_string_equal(err.arg[0].value, "4096");
	buf_clear(&t.out);
}

static void
a_callback_can_end_the_reading(void **state)
{
	static const char body[] = "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nxxxx"
	    "\r\n--XyZ--";
	struct trace t = { BUF_INIT(1000), 2, 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(run(TYPE, body, strlen(body), 1, &t, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "err.too_large");
	assert_int_equal(t.calls, 2);
	assert_string_equal(buf_str(&t.out), "(a|-|:x");
	buf_clear(&t.out);
}

static void
file_names_are_made_safe(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "báo cáo.docx", "báo cáo.docx" },
		{ "../../etc/passwd", "passwd" },
		{ "C:\\Users\\a\\x.exe", "x.exe" },
		{ "..", "tep" },
		{ "", "tep" },
		{ "/", "tep" },
		{ "a/", "tep" },
		{ " .htaccess. ", "htaccess" },
		{ "a\r\nb\x1b[1m", "ab[1m" },
		{ "<img src=x>:\"|?*", "_img src=x______" },
		{ "a\xe2\x80\xae" "gpj.exe", "agpj.exe" },
		{ "x\xff\xc0y", "x__y" },
		{ "tep\xe2\x80\x8b.txt", "tep.txt" },
	};
	char out[MULTIPART_FILE_SIZE], in[2000] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(multipart_filename(cases[i].in, out), cases[i].out);
	for (int i = 0; i < 100; i++)
		strcat(in, "ố");
	strcat(in, ".docx");
	multipart_filename(in, out);
	assert_int_equal(strlen(out), 38 * 3 + 5);
	assert_string_equal(out + 38 * 3, ".docx");
	memset(in, 'a', sizeof(in) - 1);
	in[3] = '.';
	assert_int_equal(strlen(multipart_filename(in, out)), 120);
}

TEST_MAIN(cmocka_unit_test(parts_are_the_same_however_they_are_cut),
    cmocka_unit_test(a_body_cut_off_anywhere_is_an_error),
    cmocka_unit_test(malformed_parts_are_refused),
    cmocka_unit_test(only_form_data_with_a_boundary_is_taken), cmocka_unit_test(limits_hold),
    cmocka_unit_test(a_callback_can_end_the_reading), cmocka_unit_test(file_names_are_made_safe))
