/* SPDX-License-Identifier: Apache-2.0 */
#include "model/observable.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "testing.h"

static void
note(void *ctx, enum observable_type type, const char *value)
{
	struct buf *b = ctx;

	if (b->len > 0)
		buf_adds(b, " | ");
	buf_printf(b, "%s %s", observable_type_name(type), value);
}

#define MD5    "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct {
	const char *text, *found;
} cases[] = {
	/* addresses */
	{ "Máy 192.168.1.5 kết nối tới 203.0.113.9:8080.", "ip 192.168.1.5 | ip 203.0.113.9" },
	{ "1.2.3.4", "ip 1.2.3.4" },
	{ "(1.2.3.4), [5.6.7.8]; <9.9.9.9>", "ip 1.2.3.4 | ip 5.6.7.8 | ip 9.9.9.9" },
	{ "IP:1.2.3.4,IP=5.6.7.8", "ip 1.2.3.4 | ip 5.6.7.8" },
	{ "tới 1.2.3.4.Sau đó", "ip 1.2.3.4" },
	{ "http 1.2.3.4/evil.exe", "ip 1.2.3.4" },
	{ "từ 10.0.0.1-10.0.0.20", "ip 10.0.0.1 | ip 10.0.0.20" },
	{ "Windows 10.0.19045.3803", "" },
	{ "bản 10.0.19045.3803 và 1.2.3.4.5 và 256.1.1.1 và 1.2.3", "" },
	{ "phiên bản 1.2.3.4, version: 2.3.4.5, mục 1.2.3.4, v1.2.3.4", "" },
	{ "máy 01.02.03.04", "" },
	{ "dải 10.0.0.0/8 và 192.168.1.0/24", "" },
	{ "1.2.3[.]4 5[.]6[.]7[.]8 9(.)9(.)9(.)9 8{.}8{.}8{.}8", "ip 1.2.3.4 | ip 5.6.7.8 | ip 9.9.9.9 | ip 8.8.8.8" },
	{ "phiên bản 1[.]2[.]3[.]4", "ip 1.2.3.4" },
	{ "１.２.３.４ và 5．6．7．8", "ip 1.2.3.4 | ip 5.6.7.8" },
	{ "2001:DB8:0:0::1 và [fe80::1]:443", "ip 2001:db8::1 | ip fe80::1" },
	{ "IP:2001:db8::2. Hết", "ip 2001:db8::2" },
	{ "::1 và ::ffff:1.2.3.4", "ip ::1 | ip 1.2.3.4" },
	{ "2001[:]db8[:][:]7", "ip 2001:db8::7" },
	{ "2001:db8::/32", "" },
	{ "lúc 14:30:05 ngày 22/11/2026, 2026-11-22T14:30:05", "" },
	{ "MAC 00:11:22:33:44:55 hoặc 00:11:22:33:44:55:66:77", "" },
	{ "std::string a::b dead::beef", "" },

	/* domains */
	{ "Trang khanhhoa.gov.vn bị thay đổi", "domain khanhhoa.gov.vn" },
	{ "KHANHHOA.GOV.VN.", "domain khanhhoa.gov.vn" },
	{ "“so-khcn.khanhhoa.gov.vn”, (evil.com)", "domain so-khcn.khanhhoa.gov.vn | domain evil.com" },
	{ "evil[.]com evil(.)net evil{.}org evil[dot]info evil(DOT)xyz evil [.] top",
	  "domain evil.com | domain evil.net | domain evil.org | domain evil.info | domain evil.xyz | "
	  "domain evil.top" },
	{ "hxxp.com hxxp[.]net", "domain hxxp.com | domain hxxp.net" },
	{ "evil[.]khonglaten evil[.]zip", "domain evil.khonglaten | domain evil.zip" },
	{ "tới evil.com.Sau đó", "domain evil.com" },
	{ "evil.com/a/b.exe rồi", "domain evil.com" },
	{ "evil.com:8080/x và evil.net:443", "domain evil.com | domain evil.net" },
	{ "*.khanhhoa.gov.vn và _dmarc.khanhhoa.gov.vn", "domain khanhhoa.gov.vn | domain _dmarc.khanhhoa.gov.vn" },
	{ "xn--vit-ena.vn a.xn--p1ai", "domain xn--vit-ena.vn | domain a.xn--p1ai" },
	{ "t.me/nhom và bit.ly/abc", "domain t.me | domain bit.ly" },
	{ "abcdefghij234567abcdefghij234567abcdefghij234567abcdefgh.onion",
	  "domain abcdefghij234567abcdefghij234567abcdefghij234567abcdefgh.onion" },
	{ "dc01.sokhcn.local", "domain dc01.sokhcn.local" },
	{ "evil．com evil。net ｅｖｉｌ.org", "domain evil.com | domain evil.net | domain evil.org" },
	{ "e\xe2\x80\x8bvil.com", "domain evil.com" },
	{ "www.install.sh evil-1.co", "domain www.install.sh | domain evil-1.co" },
	{ "vỡ.com đ.vn gov.vn com.vn co.uk", "" },
	{ "xong.la chua.to v.v. TP.HCM ThS.Nguyễn P.KT Q.1 3.5 1.500.000 a.b e.g. i.e. Đ.5", "" },
	{ "ASP.NET, VB.net và Node.js, java.io", "" },
	{ "-evil.com- evil-.com .com ..vn a..com", "domain evil.com" },
	{ "Quyết định 05/2017/QĐ-TTg, 53/2022/NĐ-CP, số 12/TB-SKHCN ngày 01.02.2026", "" },
	{ "Hôm nay trời đẹp.Ngày mai cũng vậy,anh em nghỉ.", "" },

	/* links */
	{ "Bấm vào https://Evil.COM/Đăng-nhập?a=1#x.", "url https://evil.com/Đăng-nhập?a=1" },
	{ "hxxp://evil[.]com/a hXXps[:]//evil[.]net:443/b h**p://x.org hxxps[://]y.org fxp://z.org/f",
	  "url http://evil.com/a | url https://evil.net/b | url http://x.org/ | url https://y.org/ | "
	  "url ftp://z.org/f" },
	{ "(xem http://a.vn/x_(y)) và [http://b.vn/]", "url http://a.vn/x_(y) | url http://b.vn/" },
	{ "<a href=\"http://a.vn/?q=1&b=2\">", "url http://a.vn/?q=1&b=2" },
	{ "“http://a.vn/x”, ‘http://b.vn’...", "url http://a.vn/x | url http://b.vn/" },
	{ "http://a.vn/1,http://a.vn/2;http://a.vn/3!", "url http://a.vn/1 | url http://a.vn/2 | url http://a.vn/3" },
	{ "http://1.2.3.4:8080/x.exe http://[2001:DB8::1]/ http://u:p@evil.com/ http://maychu/x",
	  "url http://1.2.3.4:8080/x.exe | url http://[2001:db8::1]/ | url http://u:p@evil.com/ | "
	  "url http://maychu/x" },
	{ "http://evil.com:80 HTTP://EVIL.COM http://evil.com./#f", "url http://evil.com/" },
	{ "http:// https://. http://a..b/ http://a.vn:99999/ xhttp://", "" },
	{ "http://evil.com/a[.]b/c", "url http://evil.com/a.b/c" },

	/* mail */
	{ "Thư từ ke.xau+1@Evil.COM.", "email ke.xau+1@evil.com" },
	{ "a[@]evil[.]com b[at]evil(.)vn c (at) evil [dot] net <d@e.org>",
	  "email a@evil.com | email b@evil.vn | email c@evil.net | email d@e.org" },
	{ "mailto:x@evil.com?subject=y", "email x@evil.com" },
	{ "a@b, @nguoi.dung, icon@2x.png, a@@b.vn", "" },

	/* hashes */
	{ "MD5: " MD5 ", SHA1=" SHA1 "; sha256:" SHA256 ".", "md5 " MD5 " | sha1 " SHA1 " | sha256 " SHA256 },
	{ "D41D8CD98F00B204E9800998ECF8427E", "md5 " MD5 },
	{ "x" MD5 " " MD5 "0 12345678901234567890123456789012 0190f6c1-7a5e-7b3c-9c1d-2f4e6a8b0c1d", "" },

	/* files */
	{ "Tệp baocao.docx đã bị mã hóa thành baocao.docx.lockbit", "filename baocao.docx | filename baocao.docx.lockbit" },
	{ "mở tệp báo_cáo-2026.xlsm, “Thông báo lương.docx” và 'hoa don.pdf.exe'",
	  "filename báo_cáo-2026.xlsm | filename Thông báo lương.docx | filename hoa don.pdf.exe" },
	{ "_readme.txt install.sh a.b.zip invoice[.]exe",
	  "filename _readme.txt | filename install.sh | filename a.b.zip | filename invoice.exe" },
	{ "*.docx .exe đuôi .lockbit", "" },
	{ "C:\\Users\\Nguyễn An\\Tải về\\hóa đơn.exe được chạy", "filename C:\\Users\\Nguyễn An\\Tải về\\hóa đơn.exe" },
	{ "\"C:\\Program Files (x86)\\a.dll\", D:\\b\\c.ps1.", "filename C:\\Program Files (x86)\\a.dll | filename D:\\b\\c.ps1" },
	{ "thư mục C:\\Windows\\Temp và \\\\may01\\chung\\x.bat nữa", "filename C:\\Windows\\Temp | filename \\\\may01\\chung\\x.bat" },
	{ "C:\\a\\x.exe và D:\\b\\y.dll", "filename C:\\a\\x.exe | filename D:\\b\\y.dll" },
	{ "%TEMP%\\x.exe uploads/shell.php", "filename x.exe | filename shell.php" },
	{ "/var/www/html/shell.php, /etc/passwd và /home/an/.ssh/authorized_keys.",
	  "filename /var/www/html/shell.php | filename /etc/passwd | filename /home/an/.ssh/authorized_keys" },
	{ "và/hoặc 24/7 km/h C: \\ / // ///", "" },

	/* together */
	{ "evil.com EVIL.com evil[.]com 1.2.3.4 1.2.3.4", "domain evil.com | ip 1.2.3.4" },
	{ "Ngày 22/11/2026, máy PC-05 (10.1.2.3) tải hxxp://evil[.]com/a.exe, tạo C:\\Temp\\a.exe (MD5 " MD5
	  ") và gửi thư cho x@evil.com", "ip 10.1.2.3 | url http://evil.com/a.exe | filename C:\\Temp\\a.exe | md5 " MD5
	  " | email x@evil.com" },
	{ "", "" },
	{ "\xff\xfe" "evil.com\x00\x01" "1.2.3.4", "domain evil.com" },
};

static void
text_gives_what_is_in_it(void **state)
{
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(10000);

		observable_extract(cases[i].text, strlen(cases[i].text), note, &b);
		if (strcmp(buf_str(&b), cases[i].found) == 0)
			continue;
		print_error("%s\n  gave     %s\n  not      %s\n", cases[i].text, buf_str(&b),
		    cases[i].found);
		bad++;
	}
	assert_int_equal(bad, 0);
}

/* Whatever was found is what it is said to be, alone, defanged and defanged again. */
static void
check_found(void *ctx, enum observable_type type, const char *value)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(3 * OBSERVABLE_SIZE);
	char out[OBSERVABLE_SIZE];

	(void)ctx;
	assert_int_equal(observable_normalise(type, value, out, NULL), 0);
	assert_string_equal(out, value);
	observable_defang(type, value, &b);
	assert_int_equal(observable_normalise(type, buf_str(&b), out, NULL), 0);
	assert_string_equal(out, value);
	if (type != OBSERVABLE_FILENAME)
		assert_int_equal(observable_type_of(buf_str(&b)), type);
}

static void
normal_forms_are_fixed_points_and_survive_defanging(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		observable_extract(cases[i].text, strlen(cases[i].text), check_found, NULL);
}

static void
single_values_are_normalised_or_refused(void **state)
{
	static const struct {
		enum observable_type type;
		const char *in, *out; /* NULL: refused */
	} rows[] = {
		{ OBSERVABLE_IP, " 1.2.3[.]4 \n", "1.2.3.4" },
		{ OBSERVABLE_IP, "[2001:0DB8::0001]", "2001:db8::1" },
		{ OBSERVABLE_IP, "1.2.3", NULL },
		{ OBSERVABLE_IP, "1.2.3.4 5.6.7.8", NULL },
		{ OBSERVABLE_IP, "[1.2.3.4]", NULL },
		{ OBSERVABLE_IP, "", NULL },
		{ OBSERVABLE_DOMAIN, "Evil[.]COM.", "evil.com" },
		{ OBSERVABLE_DOMAIN, "may01", NULL },
		{ OBSERVABLE_DOMAIN, "evil.123", NULL },
		{ OBSERVABLE_DOMAIN, "-a.com", NULL },
		{ OBSERVABLE_DOMAIN, "a b.com", NULL },
		{ OBSERVABLE_DOMAIN, "evil.com/x", NULL },
		{ OBSERVABLE_URL, "hxxps[:]//Evil[.]com", "https://evil.com/" },
		{ OBSERVABLE_URL, "https://evil.com:443?x#y", "https://evil.com/?x" },
		{ OBSERVABLE_URL, "evil.com/x", NULL },
		{ OBSERVABLE_URL, "javascript:alert(1)", NULL },
		{ OBSERVABLE_URL, "http://a b/", NULL },
		{ OBSERVABLE_URL, "http://1.2.3.456/", NULL },
		{ OBSERVABLE_EMAIL, "A.B[at]Evil.com", "A.B@evil.com" },
		{ OBSERVABLE_EMAIL, "a..b@evil.com", NULL },
		{ OBSERVABLE_EMAIL, "a@evil", NULL },
		{ OBSERVABLE_MD5, "D41D8CD98F00B204E9800998ECF8427E", MD5 },
		{ OBSERVABLE_MD5, SHA1, NULL },
		{ OBSERVABLE_SHA1, SHA1, SHA1 },
		{ OBSERVABLE_SHA256, SHA256 " ", SHA256 },
		{ OBSERVABLE_SHA256, "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL },
		{ OBSERVABLE_FILENAME, " báo cáo.docx ", "báo cáo.docx" },
		{ OBSERVABLE_FILENAME, "a\nb", NULL },
		{ OBSERVABLE_FILENAME, "a<b", NULL },
		{ OBSERVABLE_FILENAME, "..", NULL },
		{ OBSERVABLE_NONE, "x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[OBSERVABLE_SIZE] = "";
		struct err err = { 0 };
		int ret = observable_normalise(rows[i].type, rows[i].in, out, &err);

		if ((ret == 0) != (rows[i].out != NULL))
			print_error("%s: %s\n", rows[i].in, out);
		assert_int_equal(ret, rows[i].out == NULL ? ERR_INVALID : 0);
		if (ret == 0)
			assert_string_equal(out, rows[i].out);
		else
			assert_string_equal(err.key, "err.observable");
	}
}

static void
the_type_of_one_value_is_told(void **state)
{
	static const struct {
		const char *in;
		enum observable_type type;
	} rows[] = {
		{ "1.2.3.4", OBSERVABLE_IP }, { " ::1 ", OBSERVABLE_IP }, { "evil[.]com", OBSERVABLE_DOMAIN },
		{ "evil.co", OBSERVABLE_DOMAIN }, { "evil[.]zip", OBSERVABLE_DOMAIN },
		{ "evil.zip", OBSERVABLE_FILENAME }, { "hxxp://a.vn", OBSERVABLE_URL },
		{ "a@b.vn", OBSERVABLE_EMAIL }, { MD5, OBSERVABLE_MD5 }, { SHA1, OBSERVABLE_SHA1 },
		{ SHA256, OBSERVABLE_SHA256 }, { "hóa đơn.exe", OBSERVABLE_FILENAME },
		{ "C:\\Windows\\Temp", OBSERVABLE_FILENAME }, { "/tmp/x", OBSERVABLE_FILENAME },
		{ "\\\\may01\\x", OBSERVABLE_FILENAME }, { "chào anh", OBSERVABLE_NONE },
		{ "", OBSERVABLE_NONE }, { "a.b", OBSERVABLE_NONE }, { "1.2.3.4 và 5", OBSERVABLE_NONE },
		{ "may01", OBSERVABLE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (observable_type_of(rows[i].in) != rows[i].type)
			print_error("%s\n", rows[i].in);
		assert_int_equal(observable_type_of(rows[i].in), rows[i].type);
	}
	for (int type = 0; type < OBSERVABLE_TYPES; type++)
		assert_int_equal(observable_type_named(observable_type_name(type)), type);
	assert_int_equal(observable_type_named("sha512"), OBSERVABLE_NONE);
	assert_int_equal(observable_type_named(NULL), OBSERVABLE_NONE);
}

static void
inside_addresses_are_known(void **state)
{
	static const char *const inside[] = { "0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1",
		"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.9.9",
		"192.168.0.1", "100.64.0.1", "100.127.255.255", "169.254.1.1", "127.0.0.1", "fc00::1",
		"fdff::1", "fe80::1", "febf::1", "::1", "::ffff:10.0.0.1" };
	static const char *const outside[] = { "9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1",
		"192.167.0.1", "192.169.0.1", "100.63.0.1", "100.128.0.1", "169.253.0.1", "128.0.0.1",
		"2001:db8::1", "fec0::1", "fe00::1", "::2", "::ffff:8.8.8.8", "8.8.8.8", "x", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		assert_true(observable_is_private_ip(inside[i]));
	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		assert_false(observable_is_private_ip(outside[i]));
}

static void
values_are_shown_harmlessly(void **state)
{
	static const struct {
		enum observable_type type;
		const char *value, *shown;
	} rows[] = {
		{ OBSERVABLE_IP, "1.2.3.4", "1[.]2[.]3[.]4" },
		{ OBSERVABLE_IP, "2001:db8::1", "2001[:]db8[:][:]1" },
		{ OBSERVABLE_DOMAIN, "a.gov.vn", "a[.]gov[.]vn" },
		{ OBSERVABLE_URL, "https://u:p@a.vn:81/x.y?z", "hxxps[:]//u:p@a[.]vn:81/x.y?z" },
		{ OBSERVABLE_URL, "http://[2001:db8::1]/", "hxxp[:]//[2001:db8::1]/" },
		{ OBSERVABLE_EMAIL, "a.b@c.vn", "a[.]b[@]c[.]vn" },
		{ OBSERVABLE_MD5, MD5, MD5 },
		{ OBSERVABLE_FILENAME, "a.exe", "a.exe" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(1000);

		observable_defang(rows[i].type, rows[i].value, &b);
		assert_string_equal(buf_str(&b), rows[i].shown);
	}
}

static void
hosts_are_told_apart(void **state)
{
	static const struct {
		enum observable_type type, host_type;
		const char *value, *host;
	} rows[] = {
		{ OBSERVABLE_URL, OBSERVABLE_DOMAIN, "https://u@a.vn:81/x@y", "a.vn" },
		{ OBSERVABLE_URL, OBSERVABLE_IP, "http://1.2.3.4/", "1.2.3.4" },
		{ OBSERVABLE_URL, OBSERVABLE_IP, "http://[2001:db8::1]:81/", "2001:db8::1" },
		{ OBSERVABLE_URL, OBSERVABLE_NONE, "http://maychu/", "" },
		{ OBSERVABLE_EMAIL, OBSERVABLE_DOMAIN, "x@a.vn", "a.vn" },
		{ OBSERVABLE_MD5, OBSERVABLE_NONE, MD5, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char host[OBSERVABLE_SIZE] = "";

		assert_int_equal(observable_host(rows[i].type, rows[i].value, host), rows[i].host_type);
		if (rows[i].host_type != OBSERVABLE_NONE)
			assert_string_equal(host, rows[i].host);
	}
}

static void
found_are_no_more_than_the_limit(void **state)
{
	cleanup(buf_clear) struct buf text = BUF_INIT(OBSERVABLE_TEXT_MAX), out = BUF_INIT(1000000);

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, "10.0.%d.%d ", i / 250, i % 250);
	assert_int_equal(observable_extract(text.data, text.len, note, &out), OBSERVABLE_FOUND_MAX);
}

/* Texts made so that a scanner that looks too far ahead, again and again, stands still. */
static void
hostile_text_takes_no_longer(void **state)
{
	static const char *const pieces[] = { "a", ".", "a.", "http://", "http://!", "http:// ",
		"https:https:", "C:\\", "C:\\a ", "/a", "đ/", "\"a ", "“a ", "[", "[.", "1:", "::", "a:a:",
		"1.2.3.4", "1.2.3.4 ", "@", "a@", "_a_", "(.)", "hxxp", "\xff", "d41d8cd9", "a.com/", ",http" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		cleanup(buf_clear) struct buf text = BUF_INIT(OBSERVABLE_TEXT_MAX + 100);
		cleanup(buf_clear) struct buf out = BUF_INIT(1000000);
		int64_t start = clock_mono_ms(), took;

		while (text.len < OBSERVABLE_TEXT_MAX)
			buf_adds(&text, pieces[i]);
		observable_extract(text.data, text.len, note, &out);
		took = clock_mono_ms() - start;
		if (took > 2000)
			print_error("%s: %lld ms\n", pieces[i], (long long)took);
		assert_true(took <= 2000);
	}
}

TEST_MAIN(cmocka_unit_test(text_gives_what_is_in_it),
    cmocka_unit_test(normal_forms_are_fixed_points_and_survive_defanging),
    cmocka_unit_test(single_values_are_normalised_or_refused),
    cmocka_unit_test(the_type_of_one_value_is_told), cmocka_unit_test(inside_addresses_are_known),
    cmocka_unit_test(values_are_shown_harmlessly), cmocka_unit_test(hosts_are_told_apart),
    cmocka_unit_test(found_are_no_more_than_the_limit), cmocka_unit_test(hostile_text_takes_no_longer))
