/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks through real sockets; the test program is its own khien-worker. */

#include "base/clock.h"
#include "mail/carrier.h"
#include "mail/courier.h"
#include "mail/hmac.h"
#include "os/file.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "testing.h"
#include "sink.h"

#define BODY "{\"tiêu_đề\":\"Báo cáo mới\"}"

static char dir[64], url[80];
static struct sink sink;
static pid_t sink_pid;

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-hook-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static void
serve(const char *mode)
{
	int port = 0;

	sink_stop(sink_pid);
	sink = (struct sink){ dir, mode };
	sink_pid = sink_start(&sink, sink_http, &port);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook?x=1", port);
}

static int
teardown(void **state)
{
	(void)state;
	sink_stop(sink_pid);
	sink_pid = 0;
	return file_remove_tree(dir, NULL);
}

static int points;

static int
allow(void *arg, struct err *err)
{
	(void)err;
	points++;
	return arg == NULL ? 0 : err_set(err, ERR_CONFLICT, "err.outbox.lost", NULL);
}

static enum courier_end
post(const char *to, const char *secret, bool refuse, struct err *why)
{
	struct courier_webhook webhook = { "0190-id", to, secret, BODY };
	struct courier_call call = { allow, refuse ? &points : NULL, -1 };

	points = 0;
	return courier_webhook(&webhook, &call, why);
}

static void
a_webhook_arrives_signed_and_with_its_key(void **state)
{
	cleanup(free_charp) char *text = NULL;
	char hex[SHA256_HEX_SIZE], line[128];

	(void)state;
	serve("200");
	assert_int_equal(post(url, "bí mật", false, NULL), COURIER_SENT);
	assert_int_equal(points, 1);
	assert_int_equal(sink_kept(dir, &text), 1);
	assert_true(str_starts(text, "POST /hook?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(text, "\r\nIdempotency-Key: \"0190-id\"\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n") + 4, BODY);
	snprintf(line, sizeof(line), "\r\nKhien-Signature: sha256=%s\r\n",
	    hmac_sha256_hex("bí mật", strlen("bí mật"), BODY, strlen(BODY), hex));
	assert_non_null(strstr(text, line));
}

static void
without_a_secret_it_is_not_signed(void **state)
{
	cleanup(free_charp) char *text = NULL;

	(void)state;
	serve("204");
	assert_int_equal(post(url, "", false, NULL), COURIER_SENT);
	assert_int_equal(sink_kept(dir, &text), 1);
	assert_null(strstr(text, "Khien-Signature"));
}

static void
every_answer_says_whether_it_was_taken(void **state)
{
	static const struct {
		const char *mode;
		enum courier_end end;
		const char *key;
	} cases[] = {
		{ "302", COURIER_REFUSED, "send.answer" }, /* not followed */
		{ "404", COURIER_REFUSED, "send.answer" },
		{ "429", COURIER_RETRY, "send.answer" },
		{ "500", COURIER_REFUSED, "send.answer" },
		{ "502", COURIER_UNKNOWN, "send.silent" },
		{ "503", COURIER_RETRY, "send.answer" },
		{ "drop", COURIER_UNKNOWN, "send.silent" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err why = { 0 };

		serve(cases[i].mode);
		print_message("%s\n", cases[i].mode);
		assert_int_equal(post(url, NULL, false, &why), cases[i].end);
		assert_string_equal(why.key, cases[i].key);
		/* One request each: nothing was repeated behind our back. */
		assert_int_equal(sink_kept(dir, NULL), (int)i + 1);
	}
}

static void
without_leave_nothing_whole_arrives(void **state)
{
	struct err why = { 0 };

	(void)state;
	serve("200");
	assert_int_equal(post(url, NULL, true, &why), COURIER_RETRY);
	assert_string_equal(why.key, "err.outbox.lost");
	usleep(200000);
	assert_int_equal(sink_kept(dir, NULL), 0);
}

static void
addresses_are_checked_and_nobody_there_is_told(void **state)
{
	static const struct {
		const char *url, *key;
		enum courier_end end;
	} cases[] = {
		{ "file:///etc/passwd", "err.url", COURIER_REFUSED },
		{ "gopher://127.0.0.1/", "err.url", COURIER_REFUSED },
		{ "http://u:p@127.0.0.1/", "err.url", COURIER_REFUSED },
		{ "http://127.0.0.1:1/", "send.connect", COURIER_RETRY },
		{ "http://khien.invalid/", "send.name", COURIER_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err why = { 0 };

		print_message("%s\n", cases[i].url);
		assert_int_equal(post(cases[i].url, NULL, false, &why), cases[i].end);
		assert_string_equal(why.key, cases[i].key);
		assert_int_equal(points, 0);
	}
}

/* RFC 4231, test cases 1, 2 and 6. */
static void
hmac_agrees_with_the_published_vectors(void **state)
{
	char hex[SHA256_HEX_SIZE], key[131];

	(void)state;
	memset(key, 0x0b, 20);
	assert_string_equal(hmac_sha256_hex(key, 20, "Hi There", 8, hex),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_string_equal(
	    hmac_sha256_hex("Jefe", 4, "what do ya want for nothing?", 28, hex),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	assert_string_equal(hmac_sha256_hex(key, 131,
				"Test Using Larger Than Block-Size Key - Hash Key First", 54, hex),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static const struct worker_kind kinds[] = {
	{ "send", CONFINE_NETWORK, { (size_t)512 << 20, 60, 0 }, 180, transfer_init, carrier_serve },
};

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(a_webhook_arrives_signed_and_with_its_key),
		T(without_a_secret_it_is_not_signed),
		T(every_answer_says_whether_it_was_taken),
		T(without_leave_nothing_whole_arrives),
		T(addresses_are_checked_and_nobody_there_is_told),
		cmocka_unit_test(hmac_agrees_with_the_published_vectors),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
