/* SPDX-License-Identifier: Apache-2.0 */
/* test_ioc.c: lists of indicators in every form, and where they stand in values. */
#include "hunt/ioc.h"

#include <stdio.h>

#include "testing.h"

static char found[4000];

static void
on_found(void *arg, enum indicator kind, const char *indicator, const struct event_value *value,
    struct text text)
{
	(void)arg;
	(void)value;
	(void)text;
	snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s:%s", *found == '\0' ? "" : " ",
	    indicator_name(kind), indicator);
}

/* What a list finds in a text, "kind:indicator …". */
static const char *
search(const char *list, const char *text)
{
	struct iocs iocs = { 0 };
	struct buf scratch = BUF_INIT(1 << 20);
	struct event_value value = { .type = VALUE_TEXT, .len = (uint32_t)strlen(text), .data = text };
	struct event event = { .value = &value, .values = 1 };

	*found = '\0';
	assert_int_equal(iocs_read_bytes(&iocs, list, strlen(list), "list", NULL), 0);
	iocs_ready(&iocs);
	iocs_event(&iocs, &event, &scratch, on_found, NULL);
	buf_clear(&scratch);
	iocs_clear(&iocs);
	return found;
}

static void
whole_words_only(void **state)
{
	(void)state;
	assert_string_equal(search("xau.vn\n", "ping xau.vn"), "domain:xau.vn");
	assert_string_equal(search("xau.vn\n", "a.b.XAU.vn."), "domain:xau.vn");
	assert_string_equal(search("xau.vn\n", "khongxau.vn xau.vn.example xau-vn"), "");
	assert_string_equal(search("loader.exe\n", "C:\\Temp\\LOADER.EXE -x"), "filename:loader.exe");
	assert_string_equal(search("loader.exe\n", "downloader.exe loader.exec"), "");
	assert_string_equal(search("d41d8cd98f00b204e9800998ecf8427e\n", "MD5=D41D8CD98F00B204E9800998ECF8427E,SHA1=0"),
	    "md5:d41d8cd98f00b204e9800998ecf8427e");
	assert_string_equal(search("d41d8cd98f00b204e9800998ecf8427e\n", "0d41d8cd98f00b204e9800998ecf8427e"), "");
}

static void
addresses_in_any_spelling(void **state)
{
	(void)state;
	assert_string_equal(search("203.0.113.7\n", "203.0.113.7:443"), "ip:203.0.113.7");
	assert_string_equal(search("203.0.113.7\n", "203.0.113.77 1203.0.113.7 3.0.113.7"), "");
	assert_string_equal(search("10.1.0.0/16\n", "from 10.1.200.9 to 10.2.0.1"), "ip:10.1.0.0/16");
	assert_string_equal(search("2001:db8::5\n", "2001:0DB8:0:0:0:0:0:5"), "ip:2001:db8::5");
	assert_string_equal(search("203.0.113.7\n", "::ffff:203.0.113.7"), "ip:203.0.113.7");
	assert_string_equal(search("203[.]0.113.7:443\n", "203.0.113.7"), "ip:203.0.113.7");
	assert_string_equal(search("[2001:db8::5]:443\n", "2001:db8::5"), "ip:2001:db8::5");
	/* The whole world is no indicator. */
	assert_string_equal(search("0.0.0.0/0\nxau.vn\n", "8.8.8.8"), "");
}

static void
links_and_paths(void **state)
{
	(void)state;
	assert_string_equal(search("hxxp://xau[.]vn/a\n", "GET http://XAU.vn/a/b.php?c=1"), "url:http://xau.vn/a");
	assert_string_equal(search("http://xau.vn/a\n", "http://xau.vn/abc"), "");
	assert_string_equal(search("xau[.]vn/a\n", "https://xau.vn/a?b=1"), "url:xau.vn/a");
	assert_string_equal(search("xau.vn/a\n", "https://khongxau.vn/a xau.vn/ab"), "");
	assert_string_equal(search("xau.vn:8080\n", "xau.vn"), "domain:xau.vn");
	assert_string_equal(search("*.xau.vn\n", "a.xau.vn"), "domain:xau.vn");
	assert_string_equal(search(".xau.vn\n", "a.xau.vn"), "domain:xau.vn");
	assert_string_equal(search("C:\\Users\\Public\\la.exe\n", "\"c:/users/public/LA.EXE\" /s"),
	    "filename:c:/users/public/la.exe");
}

static void
every_form_of_list(void **state)
{
	(void)state;
	assert_string_equal(search("\xef\xbb\xbf# ghi chu\r\n\r\n  xau.vn ; 2026\r\n", "xau.vn"), "domain:xau.vn");
	assert_string_equal(search("Type;Value\nmd5;d41d8cd98f00b204e9800998ecf8427e\n",
	    "d41d8cd98f00b204e9800998ecf8427e"), "md5:d41d8cd98f00b204e9800998ecf8427e");
	assert_string_equal(search("value,note\n\"xau.vn\",\"see lanh.vn, \"\"quoted\"\"\"\n", "xau.vn lanh.vn"),
	    "domain:xau.vn");
	assert_string_equal(search("[\"xau.vn\",\"203.0.113.7\"]", "203.0.113.7"), "ip:203.0.113.7");
	assert_string_equal(search("{\"Event\":{\"Attribute\":[{\"type\":\"filename|md5\",\"value\":"
	    "\"a.exe|d41d8cd98f00b204e9800998ecf8427e\"},{\"type\":\"domain\",\"value\":\"lanh.vn\",\"deleted\":true}]}}",
	    "a.exe d41d8cd98f00b204e9800998ecf8427e lanh.vn"),
	    "filename:a.exe md5:d41d8cd98f00b204e9800998ecf8427e");
	assert_string_equal(search("{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":"
	    "\"[domain-name:value = 'xau.vn' AND url:value != 'http://lanh.vn/x']\"},"
	    "{\"type\":\"file\",\"name\":\"la.exe\",\"hashes\":{\"MD5\":\"d41d8cd98f00b204e9800998ecf8427e\"}}]}",
	    "xau.vn la.exe http://lanh.vn/x"), "domain:xau.vn filename:la.exe");
}

/* What a pattern compares otherwise is not looked for, and neither is it passed over in silence. */
static void
patterns_of_stix(void **state)
{
	static const char list[] = "[{\"type\":\"indicator\",\"pattern\":\"[ ipv4-addr:value IN ('1.2.3.4' , '1.2.3.5')] "
	    "FOLLOWEDBY [ipv4-addr:value ISSUBSET '10.0.0.0/8' AND domain-name:value NOT = 'lanh.vn']\"},"
	    "{\"type\":\"indicator\",\"pattern\":\"[url:value LIKE 'http://xau%' OR url:value != 'http://lanh.vn/x' OR "
	    "file:hashes.'SHA-512' = 'ab']\"}]";
	struct iocs iocs = { 0 };

	(void)state;
	assert_string_equal(search(list, "1.2.3.5 1.2.3.6 10.1.1.1 lanh.vn"), "ip:1.2.3.5 ip:10.0.0.0/8");
	assert_int_equal(iocs_read_bytes(&iocs, list, strlen(list), "list", NULL), 0);
	assert_int_equal(iocs.nets, 3);
	assert_int_equal(iocs.count, 0);
	assert_int_equal(iocs.not_understood, 4);
	iocs_clear(&iocs);
}

static void
nothing_in_it(void **state)
{
	static const char *const lists[] = { "", "\n\n#\n", "không có gì\n", "{\"a\":1}", "value\n\n", "[]" };
	struct iocs iocs = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		assert_int_equal(iocs_read_bytes(&iocs, lists[i], strlen(lists[i]), "list", &err), ERR_INVALID);
		assert_string_equal(err.key, "hunt.ioc.none");
		err_clear(&err);
	}
	assert_int_equal(iocs_read_bytes(&iocs, "{\"a\":", 5, "list", &err), ERR_INVALID);
	assert_string_equal(err.file, "list");
	err_clear(&err);
	iocs_clear(&iocs);
}

TEST_MAIN(cmocka_unit_test(whole_words_only), cmocka_unit_test(addresses_in_any_spelling),
    cmocka_unit_test(links_and_paths), cmocka_unit_test(every_form_of_list),
    cmocka_unit_test(patterns_of_stix), cmocka_unit_test(nothing_in_it))
