/* SPDX-License-Identifier: Apache-2.0 */
#include "os/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "testing.h"

/* Runs /bin/sh -c ${script}; the tests, not the program, use a shell. */
static void
run(const char *script, const char *in, int timeout_ms, size_t out_max, struct child_result *result)
{
	const char *argv[] = { "/bin/sh", "-c", script, "--", "a b", "$(id)", NULL };
	struct child_options options = { .argv = argv };

	*result = (struct child_result){ 0 };
	buf_init(&result->out, out_max);
	buf_init(&result->err, 100);
	assert_int_equal(child_run(&options, in, in == NULL ? 0 : strlen(in), timeout_ms, result,
	    NULL), 0);
}

static void
clear(struct child_result *result)
{
	buf_clear(&result->out);
	buf_clear(&result->err);
}

static void
arguments_arrive_as_they_are_and_status_comes_back(void **state)
{
	cleanup(clear) struct child_result r;

	(void)state;
	run("printf '%s|%s' \"$1\" \"$2\"; echo oops >&2; exit 3", NULL, 5000, 100, &r);
	assert_int_equal(r.end, CHILD_EXITED);
	assert_int_equal(r.code, 3);
	assert_string_equal(buf_str(&r.out), "a b|$(id)");
	assert_string_equal(buf_str(&r.err), "oops\n");
}

static void
much_goes_in_and_out_without_a_deadlock(void **state)
{
	cleanup(clear) struct child_result r;
	cleanup(free_charp) char *in = malloc(1000001);

	(void)state;
	memset(in, 'x', 1000000);
	in[1000000] = '\0';
	run("cat", in, 20000, 2000000, &r);
	assert_int_equal(r.end, CHILD_EXITED);
	assert_int_equal(r.out.len, 1000000);
	assert_memory_equal(r.out.data, in, 1000000);
}

static void
a_child_that_ignores_its_input_does_not_end_us(void **state)
{
	cleanup(clear) struct child_result r;
	cleanup(free_charp) char *in = malloc(1000001);

	(void)state;
	memset(in, 'x', 1000000);
	in[1000000] = '\0';
	run("exec 0<&-; sleep 0.1; echo done", in, 5000, 100, &r);
	assert_int_equal(r.end, CHILD_EXITED);
	assert_string_equal(buf_str(&r.out), "done\n");
}

static void
time_and_output_are_bounded(void **state)
{
	cleanup(clear) struct child_result slow, loud;
	int64_t began_ms = clock_mono_ms();

	(void)state;
	run("trap '' TERM; sleep 30", NULL, 200, 100, &slow);
	assert_int_equal(slow.end, CHILD_TIMEOUT);
	run("exec yes", NULL, 20000, 5000, &loud);
	assert_int_equal(loud.end, CHILD_OVERFLOW);
	assert_int_equal(loud.out.len, 5000);
	assert_true(clock_mono_ms() - began_ms < 5000);
}

static void
what_the_child_started_goes_with_it(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & exit 0", NULL };
	struct child_options options = { .argv = argv, .fd_count = 1 };
	cleanup(clear) struct child_result r = { .out = BUF_INIT(10), .err = BUF_INIT(10) };
	struct pollfd end = { .events = POLLIN };
	int both[2];

	(void)state;
	assert_int_equal(pipe2(both, O_CLOEXEC), 0);
	options.fd[0] = both[1];
	assert_int_equal(child_run(&options, NULL, 0, 5000, &r, NULL), 0);
	assert_int_equal(r.end, CHILD_EXITED);
	/* As long as anybody holds the other end there is nothing to see here. */
	close(both[1]);
	end.fd = both[0];
	assert_int_equal(poll(&end, 1, 5000), 1);
	assert_int_equal(end.revents, POLLHUP);
	close(both[0]);
}

static void
only_named_descriptors_and_variables_arrive(void **state)
{
	cleanup(fd_closep) int secret = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	cleanup(fd_closep) int given = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
	const char *argv[] = { "/bin/sh", "-c", "ls /proc/self/fd | tr '\\n' ' '; pwd; env",
		NULL };
	const char *env[] = { "GIVEN=1", NULL };
	struct child_options options = { .argv = argv, .env = env, .fd = { given }, .fd_count = 1 };
	struct child_result r = { 0 };

	(void)state;
	assert_true(secret >= 0 && given >= 0);
	setenv("SECRET", "1", 1);
	buf_init(&r.out, 1000);
	buf_init(&r.err, 1000);
	assert_int_equal(child_run(&options, NULL, 0, 5000, &r, NULL), 0);
	/* 0 1 2, ours as 3, and the one ls reads the folder with. */
	assert_non_null(strstr(buf_str(&r.out), "0 1 2 3 4 /\n"));
	assert_null(strstr(buf_str(&r.out), "SECRET"));
	assert_non_null(strstr(buf_str(&r.out), "GIVEN=1\n"));
	clear(&r);
}

static void
a_missing_program_and_a_signal_are_told_apart(void **state)
{
	const char *argv[] = { "/nonexistent/restic", "--", NULL };
	struct child_options options = { .argv = argv };
	struct child child = CHILD_INIT;
	struct err err = { 0 };
	cleanup(clear) struct child_result r;

	(void)state;
	assert_int_equal(child_start(&options, &child, &err), ERR_NOT_FOUND);
	assert_string_equal(err.key, "err.child.start");
	assert_string_equal(err.arg[0].value, "/nonexistent/restic");
	assert_int_equal(child.pid, 0);
	run("kill -SEGV $$", NULL, 5000, 10, &r);
	assert_int_equal(r.end, CHILD_KILLED);
	assert_int_equal(r.code, SIGSEGV);
}

TEST_MAIN(cmocka_unit_test(arguments_arrive_as_they_are_and_status_comes_back),
    cmocka_unit_test(much_goes_in_and_out_without_a_deadlock),
    cmocka_unit_test(a_child_that_ignores_its_input_does_not_end_us),
    cmocka_unit_test(time_and_output_are_bounded),
    cmocka_unit_test(what_the_child_started_goes_with_it),
    cmocka_unit_test(only_named_descriptors_and_variables_arrive),
    cmocka_unit_test(a_missing_program_and_a_signal_are_told_apart))
