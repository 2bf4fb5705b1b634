/* SPDX-License-Identifier: Apache-2.0 */
/* Probes through real sockets; the test program is its own khien-worker. */
#include "watch/probe.h"

#include <errno.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "os/file.h"
#include "os/sock.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "testing.h"
#include "sink.h"
#include "watch/prober.h"

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-probe-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

static struct probe_result
ask(enum probe_kind kind, const char *target, const char *expect)
{
	struct probe_task task = { kind, target, expect, false };
	struct probe_result result;
	struct err err = { 0 };

	assert_int_equal(probe_check(probe_kind_name(kind), target, expect, &err), 0);
	assert_int_equal(probe_run(&task, 1, -1, &result, &err), 0);
	print_message("%s %s: %d %s %s\n", probe_kind_name(kind), target, result.answer, result.key,
	    result.value);
	return result;
}

static void
assert_answer(struct probe_result r, enum probe_answer answer, const char *key)
{
	assert_int_equal(r.answer, answer);
	assert_string_equal(r.key, key);
}

static void
targets_and_expectations_are_checked(void **state)
{
	static const struct {
		const char *kind, *target, *expect, *key;
	} cases[] = {
		{ "tcp_open", "10.0.0.5:445", NULL, NULL },
		{ "tcp_closed", "[::1]:3389", NULL, NULL },
		{ "tcp_open", "may-chu.so.example.vn:22", "", NULL },
		{ "http_status", "https://so.example.vn/", "200", NULL },
		{ "http_status", "https://so.example.vn/", "4xx", NULL },
		{ "http_no_text", "http://so.example.vn/a?b", "hacked by", NULL },
		{ "confirm", NULL, NULL, NULL },
		{ "ping", "10.0.0.5", NULL, "err.probe.kind" },
		{ "tcp_open", NULL, NULL, "err.probe.target" },
		{ "tcp_open", "10.0.0.5", NULL, "err.probe.target" },
		{ "tcp_open", "10.0.0.5:", NULL, "err.probe.target" },
		{ "tcp_open", "10.0.0.5:0", NULL, "err.probe.target" },
		{ "tcp_open", "10.0.0.5:70000", NULL, "err.probe.target" },
		{ "tcp_open", "10.0.0.5:80/x", NULL, "err.probe.target" },
		{ "tcp_open", "a@10.0.0.5:80", NULL, "err.probe.target" },
		{ "tcp_open", "-oX:80; id", NULL, "err.probe.target" },
		{ "http_status", "file:///etc/passwd", "200", "err.url" },
		{ "http_status", "https://so.example.vn/", "", "err.probe.status" },
		{ "http_status", "https://so.example.vn/", "999", "err.probe.status" },
		{ "http_status", "https://so.example.vn/", "2x0", "err.probe.status" },
		{ "http_text", "https://so.example.vn/", "", "err.probe.text" },
		{ "http_text", "https://so.example.vn/", "\xff", "err.probe.text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		int ret = probe_check(cases[i].kind, cases[i].target, cases[i].expect, &err);

		print_message("%s %s\n", cases[i].kind, cases[i].target);
		assert_int_equal(ret, cases[i].key == NULL ? 0 : ERR_INVALID);
		assert_string_equal(err.key, cases[i].key == NULL ? "" : cases[i].key);
	}
}

static void
an_open_port_and_a_closed_one_are_told_apart(void **state)
{
	char open_at[32], closed_at[32];
	int port = 0, other = 0;
	int fd = sink_listen(0, &port), gone = sink_listen(0, &other);

	(void)state;
	close(gone);
	snprintf(open_at, sizeof(open_at), "127.0.0.1:%d", port);
	snprintf(closed_at, sizeof(closed_at), "localhost:%d", other);
	assert_answer(ask(PROBE_TCP_OPEN, open_at, NULL), PROBE_TRUE, "probe.open");
	assert_answer(ask(PROBE_TCP_CLOSED, open_at, NULL), PROBE_FALSE, "probe.open");
	assert_answer(ask(PROBE_TCP_OPEN, closed_at, NULL), PROBE_FALSE, "probe.refused");
	assert_answer(ask(PROBE_TCP_CLOSED, closed_at, NULL), PROBE_TRUE, "probe.refused");
	close(fd);
}

/* A listener whose queue is full drops what comes, like a firewall. */
static void
silence_is_closed_and_takes_no_longer_than_it_may(void **state)
{
	struct probe_task tasks[PROBE_BATCH_MAX];
	struct probe_result results[PROBE_BATCH_MAX];
	struct sockaddr_in sa = { .sin_family = AF_INET };
	char target[32];
	int port = 0, fill[8];
	cleanup(fd_closep) int fd = sink_listen(0, &port);
	int64_t began_ms = clock_mono_ms();

	(void)state;
	listen(fd, 0);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons((uint16_t)port);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(fill[i], (struct sockaddr *)&sa, sizeof(sa));
	}
	snprintf(target, sizeof(target), "127.0.0.1:%d", port);
	/* Sixteen slow ones at once take the time of one. */
	for (size_t i = 0; i < PROBE_BATCH_MAX; i++)
		tasks[i] = (struct probe_task){ i % 2 == 0 ? PROBE_TCP_CLOSED : PROBE_TCP_OPEN, target,
			NULL, false };
	assert_int_equal(probe_run(tasks, PROBE_BATCH_MAX, -1, results, NULL), 0);
	for (size_t i = 0; i < PROBE_BATCH_MAX; i++)
		assert_answer(results[i], i % 2 == 0 ? PROBE_TRUE : PROBE_FALSE, "probe.silent");
	assert_in_range(clock_mono_ms() - began_ms, PROBE_TIMEOUT_MS - 100, PROBE_TIMEOUT_MS + 2500);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		close(fill[i]);
}

static void
pages_are_compared_by_status_and_text(void **state)
{
	static const struct {
		const char *mode;
		enum probe_kind kind;
		const char *expect;
		enum probe_answer answer;
		const char *key;
	} cases[] = {
		{ "200", PROBE_HTTP_STATUS, "200", PROBE_TRUE, "probe.status" },
		{ "200", PROBE_HTTP_STATUS, "2xx", PROBE_TRUE, "probe.status" },
		{ "503", PROBE_HTTP_STATUS, "200", PROBE_FALSE, "probe.status" },
		{ "302", PROBE_HTTP_STATUS, "302", PROBE_TRUE, "probe.status" },
		{ "200", PROBE_HTTP_TEXT, "Cổng thông tin", PROBE_TRUE, "probe.text_found" },
		{ "200", PROBE_HTTP_TEXT, "cong thong tin", PROBE_FALSE, "probe.text_missing" },
		{ "200", PROBE_HTTP_NO_TEXT, "hacked by", PROBE_TRUE, "probe.text_missing" },
		{ "200", PROBE_HTTP_NO_TEXT, "ok ok", PROBE_FALSE, "probe.text_found" },
		{ "drop", PROBE_HTTP_STATUS, "200", PROBE_FALSE, "probe.broken" },
		{ "drop", PROBE_HTTP_NO_TEXT, "hacked by", PROBE_CANNOT_TELL, "probe.broken" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sink sink = { dir, cases[i].mode };
		char url[64];
		int port = 0;
		pid_t pid = sink_start(&sink, sink_http, &port);
		struct probe_result r;

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
		r = ask(cases[i].kind, url, cases[i].expect);
		sink_stop(pid);
		assert_answer(r, cases[i].answer, cases[i].key);
		if (cases[i].kind == PROBE_HTTP_STATUS && str_eq(r.key, "probe.status"))
			assert_string_equal(r.value, cases[i].mode);
	}
}

/* A web server with a certificate that nobody vouches for: openssl's own. */
static pid_t
start_tls(int port)
{
	char script[600];
	pid_t pid;

	snprintf(script, sizeof(script),
	    "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 2 "
	    "-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null && "
	    "exec openssl s_server -quiet -accept 127.0.0.1:%d -key k -cert c -www >/dev/null 2>&1",
	    dir, port);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 100 && sock_try("127.0.0.1", port, 1000) != SOCK_OPEN; i++)
		usleep(100000);
	return pid;
}

static void
a_certificate_nobody_vouches_for_leaves_it_open(void **state)
{
	struct probe_task tasks[2] = { { PROBE_HTTP_STATUS, NULL, "200", false },
		{ PROBE_HTTP_STATUS, NULL, "200", true } };
	struct probe_result results[2];
	char url[64];
	int port = 0;
	pid_t pid;

	(void)state;
	close(sink_listen(0, &port));
	pid = start_tls(port);
	snprintf(url, sizeof(url), "https://localhost:%d/", port);
	tasks[0].target = tasks[1].target = url;
	assert_int_equal(probe_run(tasks, 1, -1, results, NULL), 0);
	assert_int_equal(probe_run(tasks + 1, 1, -1, results + 1, NULL), 0);
	sink_stop(pid);
	print_message("%s %s\n", results[0].key, results[0].value);
	assert_answer(results[0], PROBE_CANNOT_TELL, "probe.tls");
	assert_answer(results[1], PROBE_TRUE, "probe.status");
}

static void
what_does_not_answer_proves_nothing_about_its_pages(void **state)
{
	(void)state;
	assert_answer(ask(PROBE_HTTP_STATUS, "http://127.0.0.1:1/", "200"), PROBE_FALSE,
	    "probe.refused");
	assert_answer(ask(PROBE_HTTP_NO_TEXT, "http://127.0.0.1:1/", "hacked"), PROBE_CANNOT_TELL,
	    "probe.refused");
	assert_answer(ask(PROBE_TCP_CLOSED, "khien.invalid:80", NULL), PROBE_CANNOT_TELL,
	    "probe.no_name");
	assert_answer(ask(PROBE_HTTP_STATUS, "http://khien.invalid/", "200"), PROBE_CANNOT_TELL,
	    "probe.no_name");
}

/* In a network namespace of its own there is nothing but a loopback that is down. */
static void
a_machine_that_is_cut_off_itself_cannot_tell(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct probe_task tasks[] = {
			{ PROBE_TCP_CLOSED, "10.1.2.3:445", NULL, false },
			{ PROBE_TCP_OPEN, "10.1.2.3:445", NULL, false },
			{ PROBE_HTTP_STATUS, "http://10.1.2.3/", "200", false },
		};
		struct probe_result r[ARRAY_LEN(tasks)];

		if (unshare(CLONE_NEWNET) == -1)
			_exit(77);
		if (sock_network_is_up() || probe_run(tasks, ARRAY_LEN(tasks), -1, r, NULL) != 0)
			_exit(1);
		for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
			if (r[i].answer != PROBE_CANNOT_TELL || !str_eq(r[i].key, "probe.no_way"))
				_exit(2 + (int)i);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77) {
		print_message("not allowed to make a network namespace\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void
answers_of_connect_are_read_as_what_they_prove(void **state)
{
	static const struct {
		int errnum;
		enum sock_answer answer;
	} cases[] = {
		{ 0, SOCK_OPEN }, { ECONNREFUSED, SOCK_REFUSED }, { ETIMEDOUT, SOCK_SILENT },
		{ EHOSTUNREACH, SOCK_UNREACHABLE }, { ENETUNREACH, SOCK_NO_WAY },
		{ EPERM, SOCK_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(sock_answer_of(cases[i].errnum), cases[i].answer);
	assert_true(sock_is_loopback("127.8.0.1") && sock_is_loopback("::1") &&
	    sock_is_loopback("localhost"));
	assert_false(sock_is_loopback("10.0.0.1") || sock_is_loopback("128.0.0.1"));
}

static void
a_stop_calls_off_the_batch(void **state)
{
	cleanup(fd_closep) int stop = eventfd(1, EFD_CLOEXEC);
	struct sink sink = { dir, "hang" };
	char url[64];
	int port = 0;
	pid_t pid = sink_start(&sink, sink_http, &port);
	struct probe_task task = { PROBE_HTTP_STATUS, url, "200", false };
	struct probe_result result;
	int64_t began_ms = clock_mono_ms();

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	assert_int_equal(probe_run(&task, 1, stop, &result, NULL), ERR_IO);
	assert_int_equal(result.answer, PROBE_CANNOT_TELL);
	assert_true(clock_mono_ms() - began_ms < 3000);
	sink_stop(pid);
}

static void
a_persons_word_holds_until_it_expires(void **state)
{
	(void)state;
	assert_true(probe_confirmed(1000, 999));
	assert_false(probe_confirmed(1000, 1000));
}

static const struct worker_kind kinds[] = {
	{ "probe", CONFINE_NETWORK, { (size_t)1 << 30, 30, 0 }, 30, transfer_init, prober_serve },
};

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(targets_and_expectations_are_checked),
		T(an_open_port_and_a_closed_one_are_told_apart),
		T(silence_is_closed_and_takes_no_longer_than_it_may),
		T(pages_are_compared_by_status_and_text),
		T(a_certificate_nobody_vouches_for_leaves_it_open),
		T(what_does_not_answer_proves_nothing_about_its_pages),
		T(a_machine_that_is_cut_off_itself_cannot_tell),
		T(answers_of_connect_are_read_as_what_they_prove),
		T(a_stop_calls_off_the_batch),
		T(a_persons_word_holds_until_it_expires),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
