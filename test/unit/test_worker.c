/* SPDX-License-Identifier: Apache-2.0 */
/* The test program is its own worker, with kinds khien-worker does not have. */
#include "os/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "testing.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

static int
echo(void)
{
	struct buf frame = BUF_INIT(1 << 20);

	while (worker_read(&frame))
		if (!worker_write(frame.data, frame.len))
			return 1;
	return 0;
}

static int
read_given(void)
{
	char text[16];
	ssize_t n = read(3, text, sizeof(text));

	return n > 0 && worker_write(text, (size_t)n) ? 0 : 1;
}

static int
opens(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	return worker_write(fd == -1 ? "refused" : "opened", fd == -1 ? 7 : 6) ? 0 : 1;
}

static int
connects(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return worker_write(fd == -1 ? "refused" : "opened", fd == -1 ? 7 : 6) ? 0 : 1;
}

static int
forks(void)
{
	return fork() == -1 ? 1 : 0;
}

static int
hangs(void)
{
	worker_write("before", 6);
	for (;;)
		poll(NULL, 0, 1000);
	return 0;
}

static int
lies(void)
{
	return fd_write_all(1, "\xff\xff\xff\xff", 4);
}

static int
crashes(void)
{
	worker_write("before", 6);
	abort();
}

static int
eats(void)
{
	for (;;)
		memset(malloc(1 << 20), 1, 1 << 20);
	return 0;
}

#define SMALL { (size_t)64 << 20, 5, 0 }

static const struct worker_kind kinds[] = {
	{ "echo", CONFINE_DESCRIPTORS, SMALL, 30, NULL, echo },
	{ "given", CONFINE_DESCRIPTORS, SMALL, 30, NULL, read_given },
	{ "opens", CONFINE_DESCRIPTORS, SMALL, 30, NULL, opens },
	{ "connects", CONFINE_DESCRIPTORS, SMALL, 30, NULL, connects },
	{ "forks", CONFINE_DESCRIPTORS, SMALL, 30, NULL, forks },
	{ "hangs", CONFINE_DESCRIPTORS, SMALL, 30, NULL, hangs },
	{ "sleeps", CONFINE_DESCRIPTORS, SMALL, 1, NULL, hangs },
	{ "lies", CONFINE_DESCRIPTORS, SMALL, 30, NULL, lies },
	{ "crashes", CONFINE_DESCRIPTORS, SMALL, 30, NULL, crashes },
	{ "eats", CONFINE_DESCRIPTORS, SMALL, 30, NULL, eats },
};

static void
frames_of_all_sizes_come_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 70000, 1000000 };
	cleanup(worker_freep) struct worker *worker = NULL;
	cleanup(buf_clear) struct buf answer = BUF_INIT(1 << 20);
	cleanup(free_charp) char *data = malloc(1000000);

	(void)state;
	memset(data, 'k', 1000000);
	assert_int_equal(worker_start("echo", NULL, 0, 20000, -1, &worker, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		assert_int_equal(worker_put(worker, data, sizes[i], NULL), 0);
		assert_int_equal(worker_get(worker, &answer, NULL), 0);
		assert_int_equal(answer.len, sizes[i]);
		assert_memory_equal(buf_str(&answer), data, sizes[i]);
	}
}

static void
a_worker_reads_the_descriptor_it_was_given(void **state)
{
	cleanup(fd_closep) int fd = open("/proc/sys/kernel/ostype", O_RDONLY | O_CLOEXEC);
	cleanup(buf_clear) struct buf answer = BUF_INIT(100);

	(void)state;
	assert_int_equal(worker_run("given", &fd, 1, "", 0, 5000, &answer, NULL), 0);
	assert_string_equal(buf_str(&answer), "Linux\n");
}

static void
a_hostile_worker_gets_nothing_and_costs_its_job_only(void **state)
{
	static const struct {
		const char *kind, *answer, *key, *reason;
	} cases[] = {
		{ "opens", "refused", NULL, NULL },
		{ "connects", "refused", NULL, NULL },
		{ "forks", NULL, "err.worker.crashed", "signal 31 (SYS)" },
		{ "lies", NULL, "err.worker.crashed", "frame too large" },
		{ "nonsense", NULL, "err.worker.crashed", "khien-worker is started by khien." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(buf_clear) struct buf answer = BUF_INIT(100);
		struct err err = { 0 };
		int ret = worker_run(cases[i].kind, NULL, 0, "", 0, 5000, &answer, &err);

		print_message("%s: %s %s\n", cases[i].kind, err.key, err.arg[1].value);
		if (cases[i].answer != NULL) {
			assert_int_equal(ret, 0);
			assert_string_equal(buf_str(&answer), cases[i].answer);
			continue;
		}
		assert_int_equal(ret, ERR_IO);
		assert_string_equal(err.key, cases[i].key);
		assert_string_equal(err.arg[1].value, cases[i].reason);
	}
}

static void
memory_is_limited(void **state)
{
	cleanup(buf_clear) struct buf answer = BUF_INIT(100);
	struct err err = { 0 };

	(void)state;
	/* Its shadow memory leaves no room for a limit, and ours is not to be eaten. */
	if (UNDER_ASAN)
		skip();
	assert_int_equal(worker_run("eats", NULL, 0, "", 0, 20000, &answer, &err), ERR_IO);
	assert_string_equal(err.arg[1].value, "signal 11 (SEGV)");
}

static void
what_was_said_before_a_stop_or_a_crash_is_still_heard(void **state)
{
	cleanup(worker_freep) struct worker *worker = NULL;
	cleanup(buf_clear) struct buf answer = BUF_INIT(100);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(worker_start("hangs", NULL, 0, 20000, -1, &worker, NULL), 0);
	usleep(300000);
	worker_stop(worker);
	assert_int_equal(worker_get(worker, &answer, NULL), 0);
	assert_string_equal(buf_str(&answer), "before");
	assert_int_equal(worker_get(worker, &answer, &err), ERR_IO);
	assert_string_equal(err.arg[1].value, "signal 9 (KILL)");
	err_clear(&err);
	worker_freep(&worker);
	assert_int_equal(worker_start("crashes", NULL, 0, 20000, -1, &worker, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, &err), ERR_IO);
	assert_string_equal(err.arg[1].value, "signal 6 (ABRT)");
}

static void
waiting_ends_by_time_by_cancel_and_by_the_worker_itself(void **state)
{
	cleanup(worker_freep) struct worker *worker = NULL;
	cleanup(buf_clear) struct buf answer = BUF_INIT(100);
	cleanup(fd_closep) int cancel = eventfd(0, EFD_CLOEXEC);
	int64_t began_ms = clock_mono_ms();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(worker_start("hangs", NULL, 0, 500, -1, &worker, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, &err), ERR_IO);
	assert_string_equal(err.key, "err.worker.timeout");
	worker_freep(&worker);
	err_clear(&err);
	assert_int_equal(worker_start("hangs", NULL, 0, 20000, cancel, &worker, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, NULL), 0);
	assert_int_equal(eventfd_write(cancel, 1), 0);
	assert_int_equal(worker_get(worker, &answer, &err), ERR_IO);
	assert_string_equal(err.key, "err.worker.cancelled");
	worker_freep(&worker);
	err_clear(&err);
	assert_int_equal(worker_start("sleeps", NULL, 0, 20000, -1, &worker, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, NULL), 0);
	assert_int_equal(worker_get(worker, &answer, &err), ERR_IO);
	assert_string_equal(err.arg[1].value, "signal 14 (ALRM)");
	assert_true(clock_mono_ms() - began_ms < 10000);
}

static void
a_missing_worker_is_named(void **state)
{
	struct worker *worker = NULL;
	struct err err = { 0 };

	(void)state;
	worker_set_program("/nonexistent/khien-worker");
	assert_int_equal(worker_start("echo", NULL, 0, 500, -1, &worker, &err), ERR_NOT_FOUND);
	assert_string_equal(err.key, "err.child.start");
	assert_null(worker);
	worker_set_program("/proc/self/exe");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_all_sizes_come_back),
		cmocka_unit_test(a_worker_reads_the_descriptor_it_was_given),
		cmocka_unit_test(a_hostile_worker_gets_nothing_and_costs_its_job_only),
		cmocka_unit_test(memory_is_limited),
		cmocka_unit_test(what_was_said_before_a_stop_or_a_crash_is_still_heard),
		cmocka_unit_test(waiting_ends_by_time_by_cancel_and_by_the_worker_itself),
		cmocka_unit_test(a_missing_worker_is_named),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
