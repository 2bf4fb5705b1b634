/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail through real sockets to a mail server that fails where it is told to;
 * the test program is its own khien-worker.  What lies in the server's folder
 * was delivered, whatever this side believes.
 */
#include <sys/eventfd.h>

#include "base/clock.h"
#include "mail/carrier.h"
#include "mail/courier.h"
#include "os/file.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "testing.h"
#include "sink.h"
#include "work/scheduler.h"

#define NOW INT64_C(1790000000000)

static char dir[64], box[96];
static struct sink sink;
static pid_t sink_pid;
static char url[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-mail-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(box, sizeof(box), "%s/box", dir);
	return file_mkdir(box, 0700, NULL);
}

static void
serve(const char *mode)
{
	int port = 0;

	sink_stop(sink_pid);
	sink = (struct sink){ box, mode };
	sink_pid = sink_start(&sink, sink_smtp, &port);
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", port);
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
	(void)arg;
	(void)err;
	points++;
	return 0;
}

static int
forbid(void *arg, struct err *err)
{
	(void)arg;
	points++;
	return err_set(err, ERR_CONFLICT, "err.outbox.lost", NULL);
}

static enum courier_end
send_mail(int (*point)(void *arg, struct err *err), int cancel_fd, struct err *why)
{
	struct mail_settings settings = { .url = url, .from = "khien@so.example.org",
		.from_name = "Khiên", .tls = MAIL_TLS_IF_OFFERED };
	struct courier_mail mail = { .id = "0190-id", .date_ms = NOW, .to = "quantri@so.example.org",
		.subject = "Báo cáo mới: máy tính lạ", .text = "Có báo cáo mới.\n.\nHết.\n" };
	struct courier_call call = { point, NULL, cancel_fd };

	points = 0;
	return courier_mail(&settings, &mail, &call, why);
}

static void
a_mail_arrives_whole_with_a_stable_id(void **state)
{
	cleanup(free_charp) char *text = NULL;

	(void)state;
	serve("ok");
	assert_int_equal(send_mail(allow, -1, NULL), COURIER_SENT);
	assert_int_equal(points, 1);
	assert_int_equal(sink_kept(box, &text), 1);
	assert_non_null(strstr(text, "Message-ID: <0190-id@so.example.org>\r\n"));
	assert_non_null(strstr(text, "To: "));
	assert_non_null(strstr(text, "quantri@so.example.org"));
}

static void
every_failure_says_whether_the_mail_may_have_left(void **state)
{
	static const struct {
		const char *mode;
		enum courier_end end;
		int points, kept;
		const char *key, *answer;
	} cases[] = {
		{ "greet421", COURIER_RETRY, 0, 0, "send.answer", "421 too busy" },
		{ "mail550", COURIER_RETRY, 0, 0, "send.answer", "550 no such sender" },
		{ "rcpt450", COURIER_RETRY, 0, 0, "send.answer", "450 try later" },
		{ "rcpt550", COURIER_REFUSED, 0, 0, "send.answer", "550 no such user" },
		{ "drop_rcpt", COURIER_RETRY, 0, 0, "send.broken", NULL },
		{ "data451", COURIER_RETRY, 1, 0, "send.answer", "451 disk full" },
		{ "data554", COURIER_REFUSED, 1, 0, "send.answer", "554 looks like spam" },
		{ "drop_end", COURIER_UNKNOWN, 1, 1, "send.silent", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err why = { 0 };

		serve(cases[i].mode);
		print_message("%s\n", cases[i].mode);
		assert_int_equal(send_mail(allow, -1, &why), cases[i].end);
		assert_int_equal(points, cases[i].points);
		assert_int_equal(sink_kept(box, NULL), cases[i].kept);
		assert_string_equal(why.key, cases[i].key);
		assert_string_equal(why.arg[0].name, "host");
		if (cases[i].answer != NULL)
			assert_string_equal(why.arg[2].value, cases[i].answer);
	}
}

/* The connection breaks in the middle of the message: whether or not we noticed in time. */
static void
a_mail_cut_in_the_middle_is_never_called_sent(void **state)
{
	enum courier_end end;

	(void)state;
	serve("drop_data");
	end = send_mail(allow, -1, NULL);
	assert_true(end == COURIER_RETRY || end == COURIER_UNKNOWN);
	assert_int_equal(end == COURIER_UNKNOWN, points == 1);
	assert_int_equal(sink_kept(box, NULL), 0);
}

static void
without_leave_the_last_byte_does_not_go(void **state)
{
	struct err why = { 0 };

	(void)state;
	serve("ok");
	assert_int_equal(send_mail(forbid, -1, &why), COURIER_RETRY);
	assert_string_equal(why.key, "err.outbox.lost");
	assert_int_equal(points, 1);
	usleep(200000);
	assert_int_equal(sink_kept(box, NULL), 0);
}

static void
nobody_there_no_name_and_no_tls_are_told_apart(void **state)
{
	struct mail_settings settings = { .from = "khien@so.example.org",
		.tls = MAIL_TLS_REQUIRED };
	struct courier_mail mail = { .id = "id", .date_ms = NOW, .to = "quantri@so.example.org",
		.subject = "s", .text = "t\n" };
	struct courier_call call = { allow, NULL, -1 };
	struct { const char *url, *key; } cases[] = {
		{ "smtp://127.0.0.1:1", "send.connect" },
		{ "smtp://mail.khien.invalid:25", "send.name" },
		{ url, "send.tls" },
	};

	(void)state;
	serve("ok");
	points = 0;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err why = { 0 };

		settings.url = cases[i].url;
		print_message("%s\n", cases[i].url);
		assert_int_equal(courier_mail(&settings, &mail, &call, &why), COURIER_RETRY);
		assert_string_equal(why.key, cases[i].key);
	}
	assert_int_equal(points, 0);
	assert_int_equal(sink_kept(box, NULL), 0);
}

/*
 * The transfer itself, in this process: the courier lets no password out
 * without TLS, and a server here would need a certificate the machine trusts.
 */
static void
a_password_is_shown_and_its_refusal_is_told(void **state)
{
	static const struct {
		const char *mode, *password;
		enum transfer_end end;
		enum transfer_fault fault;
		int kept;
	} cases[] = {
		{ "auth535", "bí mật", TRANSFER_RETRY, TRANSFER_AUTH, 0 },
		{ "auth", "sai", TRANSFER_RETRY, TRANSFER_AUTH, 0 },
		{ "auth", NULL, TRANSFER_RETRY, TRANSFER_ANSWER, 0 },
		{ "auth", "bí mật", TRANSFER_DONE, TRANSFER_NO_FAULT, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct transfer_result result = { .body = BUF_INIT(100) };

		serve(cases[i].mode);
		struct transfer_mail mail = { .url = url, .tls = TRANSFER_TLS_NEVER,
			.user = cases[i].password == NULL ? NULL : "khien",
			.password = cases[i].password, .from = "a@example.org",
			.to = "b@example.org", .data = "Subject: s\r\n\r\nt\r\n", .size = 17,
			.timeout_ms = 5000 };

		transfer_mail(&mail, NULL, NULL, &result);
		print_message("%s: %s\n", cases[i].mode, result.answer);
		assert_int_equal(result.end, cases[i].end);
		assert_int_equal(result.fault, cases[i].fault);
		assert_int_equal(sink_kept(box, NULL), cases[i].kept);
	}
}

static void
a_stop_calls_off_what_has_not_left(void **state)
{
	cleanup(fd_closep) int stop = eventfd(1, EFD_CLOEXEC);
	int64_t began_ms = clock_mono_ms();
	struct err why = { 0 };

	(void)state;
	serve("hang_rcpt");
	assert_int_equal(send_mail(allow, stop, &why), COURIER_RETRY);
	assert_string_equal(why.key, "err.worker.cancelled");
	assert_true(clock_mono_ms() - began_ms < 3000);
}

static void
bad_settings_and_addresses_are_named(void **state)
{
	static const struct {
		struct mail_settings settings;
		const char *key;
	} cases[] = {
		{ { .url = "http://mail.example.org", .from = "a@example.org" }, "err.mail.url" },
		{ { .url = "smtp://mail.example.org/x", .from = "a@example.org" }, "err.mail.url" },
		{ { .url = "smtp://u:p@mail.example.org", .from = "a@example.org" }, "err.mail.url" },
		{ { .url = "smtp://mail.example.org:99999", .from = "a@example.org" },
		    "err.mail.url" },
		{ { .url = "smtp://", .from = "a@example.org" }, "err.mail.url" },
		{ { .url = "smtp://m.example.org", .from = "a@example.org>\r\nX: y" }, "err.email" },
		{ { .url = "smtp://m.example.org", .from = "a@example.org", .password = "p",
		      .tls = MAIL_TLS_IF_OFFERED },
		    "err.mail.password" },
		{ { .url = "smtps://m.example.org:465", .from = "a@example.org", .password = "p" },
		    NULL },
		{ { .url = "smtp://10.0.0.1", .from = "a@example.org" }, NULL },
	};
	struct mail_settings good = { .url = "smtp://127.0.0.1:1", .from = "a@example.org" };
	struct courier_mail bad = { .id = "id", .date_ms = NOW,
		.to = "x@example.org\r\nRCPT TO:<y@example.org>", .subject = "s", .text = "t" };
	struct courier_call call = { allow, NULL, -1 };
	struct err why = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		print_message("%s\n", cases[i].settings.url);
		if (cases[i].key == NULL) {
			assert_int_equal(mail_settings_check(&cases[i].settings, &err), 0);
			continue;
		}
		assert_int_equal(mail_settings_check(&cases[i].settings, &err), ERR_INVALID);
		assert_string_equal(err.key, cases[i].key);
	}
	assert_int_equal(courier_mail(&good, &bad, &call, &why), COURIER_REFUSED);
	assert_string_equal(why.key, "err.email");
}

/* ---- the outbox over it, and kill -9 ------------------------------------------------ */

static struct store *store;

static int
commit_point(void *arg, struct err *err)
{
	return outbox_point(arg, err);
}

static enum outbox_outcome
by_courier(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	struct mail_settings settings = { .url = url, .from = "khien@so.example.org",
		.tls = MAIL_TLS_NEVER };
	struct courier_mail mail = { .id = item->id, .date_ms = item->created_at, .to = item->recipient,
		.subject = item->subject, .text = item->body };
	struct courier_call call = { commit_point, point, -1 };

	(void)arg;
	return (enum outbox_outcome)courier_mail(&settings, &mail, &call, why);
}

static int
put(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return outbox_put(tx, "a", NULL, "mail", "quantri@so.example.org", "s", "text\n", arg, NOW);
}

static int
count(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	*(int64_t *)arg = tx_int(tx, "SELECT COUNT(*) FROM outbox WHERE state = 'sent'", "") * 100 +
	    tx_int(tx, "SELECT COUNT(*) FROM outbox WHERE state = 'unknown'", "");
	return 0;
}

/* Sends in a process of its own and kills it after ${us}. */
static void
send_and_kill(const char *db, useconds_t us)
{
	struct outbox_result result;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (store_open(db, 0, &store, NULL) == 0)
			outbox_send_one(store, "mail", NOW, by_courier, NULL, &result, NULL);
		_exit(0);
	}
	usleep(us);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	usleep(30000); /* its worker, if it had been given leave, ends */
}

static void
killed_anywhere_a_mail_is_delivered_at_most_once(void **state)
{
	enum { ROUNDS = 24 };
	char db[96];
	struct outbox_result result;
	int sent = 0, unknown = 0, saved = 0;

	(void)state;
	serve("ok");
	snprintf(db, sizeof(db), "%s/khien.db", dir);
	for (int i = 0; i < ROUNDS; i++) {
		char key[16];
		int64_t end;

		unlink(db);
		assert_int_equal(store_open(db, STORE_CREATE, &store, NULL), 0);
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(store_write(store, put, key, NULL), 0);
		store_close(store);
		/* From before the start of the worker to after the last answer. */
		send_and_kill(db, (useconds_t)(i * 1500));
		assert_int_equal(store_open(db, 0, &store, NULL), 0);
		assert_int_equal(outbox_recover(store, NULL), 0);
		do
			assert_int_equal(outbox_send_one(store, "mail", NOW, by_courier, NULL, &result,
			    NULL), 0);
		while (result.did);
		assert_int_equal(store_read(store, count, &end, NULL), 0);
		store_close(store);
		/* Either it is known to have been sent, and was; or it is not known, and a person is asked. */
		assert_true(end == 100 || end == 1);
		assert_true(end == 100 ? sink_kept(box, NULL) == 1 : sink_kept(box, NULL) <= 1);
		sent += end == 100;
		unknown += end == 1;
		saved += end == 1 && sink_kept(box, NULL) == 1;
		file_remove_tree(box, NULL);
		file_mkdir(box, 0700, NULL);
	}
	print_message("%d sent, %d unknown (%d of them delivered)\n", sent, unknown, saved);
	assert_true(sent > 0);
}

static void
killed_at_the_worst_moment_it_is_not_sent_again_by_itself(void **state)
{
	static const struct {
		const char *mode;
		int64_t end; /* sent * 100 + unknown */
		int kept_then, kept_at_last;
	} cases[] = { { "hang_rcpt", 100, 0, 1 }, { "hang_end", 1, 1, 1 } };
	struct outbox_result result;
	char db[96], key[] = "k";
	int64_t end;

	(void)state;
	snprintf(db, sizeof(db), "%s/khien.db", dir);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		serve(cases[i].mode);
		unlink(db);
		assert_int_equal(store_open(db, STORE_CREATE, &store, NULL), 0);
		assert_int_equal(store_write(store, put, key, NULL), 0);
		store_close(store);
		send_and_kill(db, 700000);
		assert_int_equal(sink_kept(box, NULL), cases[i].kept_then);
		serve("ok");
		assert_int_equal(store_open(db, 0, &store, NULL), 0);
		assert_int_equal(outbox_recover(store, NULL), 0);
		assert_int_equal(outbox_send_one(store, "mail", NOW, by_courier, NULL, &result, NULL),
		    0);
		assert_int_equal(store_read(store, count, &end, NULL), 0);
		store_close(store);
		assert_int_equal(end, cases[i].end);
		assert_int_equal(sink_kept(box, NULL), cases[i].kept_at_last);
		file_remove_tree(box, NULL);
		file_mkdir(box, 0700, NULL);
	}
}

static const struct worker_kind kinds[] = {
	{ "send", CONFINE_NETWORK, { (size_t)512 << 20, 60, 0 }, 180, transfer_init, carrier_serve },
};

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(a_mail_arrives_whole_with_a_stable_id),
		T(every_failure_says_whether_the_mail_may_have_left),
		T(a_mail_cut_in_the_middle_is_never_called_sent),
		T(without_leave_the_last_byte_does_not_go),
		T(nobody_there_no_name_and_no_tls_are_told_apart),
		T(a_password_is_shown_and_its_refusal_is_told),
		T(a_stop_calls_off_what_has_not_left),
		T(bad_settings_and_addresses_are_named),
		T(killed_at_the_worst_moment_it_is_not_sent_again_by_itself),
		T(killed_anywhere_a_mail_is_delivered_at_most_once),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
