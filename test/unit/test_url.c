/* SPDX-License-Identifier: Apache-2.0 */
#include "text/url.h"

#include "testing.h"

static void
encoding_and_decoding_agree(void **state)
{
	cleanup(arena_clear) struct arena a = ARENA_INIT;
	cleanup(buf_clear) struct buf b = BUF_INIT(1000);
	char *text;

	(void)state;
	url_encode(&b, "a b/ố?&=+%~_.-");
	assert_string_equal(buf_str(&b), "a%20b%2F%E1%BB%91%3F%26%3D%2B%25~_.-");
	assert_int_equal(url_decode(&a, buf_str(&b), b.len, false, &text, NULL), 0);
	assert_string_equal(text, "a b/ố?&=+%~_.-");
	buf_reset(&b);
	url_encode_path(&b, "/a b");
	assert_string_equal(buf_str(&b), "/a%20b");
	assert_int_equal(url_decode(&a, "a+b", 3, false, &text, NULL), 0);
	assert_string_equal(text, "a+b");
}

static void
bad_encoding_is_refused(void **state)
{
	static const char *const cases[] = { "%", "%4", "a%zz", "%00", "%ff", "%c0%80", "\xff",
		"%ed%a0%80", "%-1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(arena_clear) struct arena a = ARENA_INIT;
		struct err err = { 0 };
		char *text = NULL;

		assert_int_equal(url_decode(&a, cases[i], strlen(cases[i]), true, &text, &err),
		    ERR_INVALID);
		assert_string_equal(err.key, "err.url_encoding");
		assert_null(text);
	}
}

static void
forms_are_read_in_order(void **state)
{
	static const char form[] = "a=1&&b=m%E1%BB%99t+hai&c&=x&a=2&d=&e==f&";
	cleanup(arena_clear) struct arena a = ARENA_INIT;
	struct url_params p;

	(void)state;
	assert_int_equal(url_params(&a, form, strlen(form), &p, NULL), 0);
	assert_int_equal(p.count, 7);
	assert_string_equal(url_param(&p, "a"), "1");
	assert_string_equal(p.param[4].value, "2");
	assert_string_equal(url_param(&p, "b"), "một hai");
	assert_string_equal(url_param(&p, "c"), "");
	assert_string_equal(url_param(&p, ""), "x");
	assert_string_equal(url_param(&p, "d"), "");
	assert_string_equal(url_param(&p, "e"), "=f");
	assert_null(url_param(&p, "f"));
	assert_int_equal(url_params(&a, "", 0, &p, NULL), 0);
	assert_int_equal(p.count, 0);
}

static void
forms_have_limits(void **state)
{
	cleanup(arena_clear) struct arena a = ARENA_INIT;
	struct url_params p;
	char *big = xmalloc(URL_FORM_MAX + 1);

	(void)state;
	memset(big, 'a', URL_FORM_MAX + 1);
	assert_int_equal(url_params(&a, big, URL_FORM_MAX, &p, NULL), 0);
	assert_int_equal(url_params(&a, big, URL_FORM_MAX + 1, &p, NULL), ERR_TOO_LARGE);
	memset(big, '&', URL_PARAMS_MAX);
	assert_int_equal(url_params(&a, big, URL_PARAMS_MAX - 1, &p, NULL), 0);
	assert_int_equal(url_params(&a, big, URL_PARAMS_MAX, &p, NULL), ERR_TOO_LARGE);
	free(big);
}

static void
addresses_are_taken_apart(void **state)
{
	static const struct {
		const char *in, *host, *path;
		int port;
		bool tls, ipv6;
	} cases[] = {
		{ "http://a.vn", "a.vn", "/", 80, false, false },
		{ "HTTPS://Khanhhoa.GOV.vn:8443/a/b?c=d#e", "khanhhoa.gov.vn", "/a/b?c=d", 8443, true,
		  false },
		{ "https://10.0.0.1?x", "10.0.0.1", "/?x", 443, true, false },
		{ "http://[2001:DB8::1]:81/", "2001:db8::1", "/", 81, false, true },
		{ "http://[::1]", "::1", "/", 80, false, true },
		{ "http://localhost:/x", "localhost", "/x", 80, false, false },
		{ "http://a.vn/đơn", "a.vn", "/%C4%91%C6%A1n", 80, false, false },
		{ "http://a.vn./", "a.vn.", "/", 80, false, false },
		{ "http://a.vn/x@y", "a.vn", "/x@y", 80, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url url;

		assert_int_equal(url_split(cases[i].in, NULL, &url, NULL), 0);
		assert_string_equal(url.host, cases[i].host);
		assert_string_equal(url.path, cases[i].path);
		assert_int_equal(url.port, cases[i].port);
		assert_int_equal(url.tls, cases[i].tls);
		assert_int_equal(url.ipv6, cases[i].ipv6);
	}
}

static void
what_is_no_web_address_is_refused(void **state)
{
	static const char *const cases[] = { "", "a.vn", "//a.vn", "ftp://a.vn", "http://", "http:///x",
		"http://u@a.vn/", "http://u:p@a.vn/", "http://a.vn:0/", "http://a.vn:65536/",
		"http://a.vn:x/", "http://a.vn:80x/", "http://a b/", "http://a.vn/\n", "http://a..vn/",
		"http://.a/", "http://[::1", "http://[::g]/", "http://[::1]x/", "http://999.1.1.1/",
		"http://1.2.3/", "http://a.vn\\@b.vn/", "http://đ.vn/", "http://a.vn/\xff",
		"http://a%2e.vn/", "http://a.vn:000080/", "javascript:alert(1)", "http://[]/" };
	char big[URL_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		struct url url;

		if (url_split(cases[i], "webhook", &url, &err) == 0)
			print_error("%s was taken\n", cases[i]);
		assert_string_equal(err.key, "err.url");
		assert_string_equal(err.field, "webhook");
	}
	memset(big, 'a', sizeof(big));
	memcpy(big, "http://a/", 9);
	big[URL_MAX + 1] = '\0';
	assert_int_equal(url_split(big, NULL, &(struct url){ 0 }, NULL), ERR_INVALID);
	big[URL_MAX] = '\0';
	assert_int_equal(url_split(big, NULL, &(struct url){ 0 }, NULL), 0);
}

TEST_MAIN(cmocka_unit_test(encoding_and_decoding_agree), cmocka_unit_test(bad_encoding_is_refused),
    cmocka_unit_test(forms_are_read_in_order), cmocka_unit_test(forms_have_limits),
    cmocka_unit_test(addresses_are_taken_apart),
    cmocka_unit_test(what_is_no_web_address_is_refused))
