/* SPDX-License-Identifier: Apache-2.0 */
/* Each deed is tried by a process that has confined itself; its end tells. */
#include "os/confine.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "testing.h"

#define DONE    42 /* the deed succeeded */
#define REFUSED 43

typedef bool (*deed_fn)(void);

static int passed_fd;
static char escape[64], victim[64]; /* a file of its own for whoever runs the same test beside */

static void
name_files(void)
{
	snprintf(escape, sizeof(escape), "/tmp/khien-confine-escape-%d", (int)getpid());
	snprintf(victim, sizeof(victim), "/tmp/khien-confine-victim-%d", (int)getpid());
}

/* DONE, REFUSED, or 1000 plus the signal that ended it. */
static int
outcome(enum confine_kind kind, deed_fn deed)
{
	static const struct confine_limits limits = { (size_t)512 << 20, 2, 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (confine(kind, &limits, NULL) != 0)
			_exit(1);
		_exit(deed() ? DONE : REFUSED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static bool
reads_given_descriptor(void)
{
	char text[8];
	char *copy = malloc(100000);

	memset(copy, 1, 100000);
	free(copy);
	return read(passed_fd, text, sizeof(text)) > 0 && lseek(passed_fd, 0, SEEK_SET) == 0;
}

static bool
opens_file(void)
{
	return open("/etc/passwd", O_RDONLY) != -1;
}

static bool
writes_file(void)
{
	return open(escape, O_WRONLY | O_CREAT, 0600) != -1;
}

static bool
opens_data(void)
{
	return open("/proc/self/environ", O_RDONLY) != -1 || open("/root", O_RDONLY) != -1 ||
	    open("/var/log", O_RDONLY) != -1;
}

static bool
reads_device(void)
{
	return open("/dev/urandom", O_RDONLY) != -1;
}

static bool
makes_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) != -1;
}

static bool
makes_local_socket(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}

static bool
listens(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd != -1 && listen(fd, 1) == 0;
}

static bool
connects(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* Nobody listens there, which is an answer all the same. */
	return fd != -1 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 &&
	    errno == ECONNREFUSED;
}

static bool
resolves(void)
{
	struct addrinfo *list = NULL;

	return getaddrinfo("localhost", "80", NULL, &list) == 0;
}

static bool
forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid != -1;
}

static void *
nothing(void *arg)
{
	return arg;
}

static bool
starts_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool
executes(void)
{
	return execl("/bin/true", "true", (char *)NULL) != -1;
}

static bool
makes_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0) != MAP_FAILED;
}

static bool
signals_parent(void)
{
	return kill(getppid(), SIGTERM) == 0;
}

static bool
removes_file(void)
{
	return unlink(victim) == 0;
}

static bool
burns_processor(void)
{
	for (volatile uint64_t i = 0;; i++)
		;
	return true;
}

static void
descriptors_only_means_what_it_says(void **state)
{
	static const struct {
		const char *name;
		deed_fn deed;
		int outcome;
	} cases[] = {
		{ "reads what it was given", reads_given_descriptor, DONE },
		{ "opens a file", opens_file, REFUSED },
		{ "writes a file", writes_file, REFUSED },
		{ "makes a socket", makes_socket, REFUSED },
		{ "makes a local socket", makes_local_socket, 1000 + SIGSYS },
		{ "forks", forks, 1000 + SIGSYS },
		{ "starts a thread", starts_thread, 1000 + SIGSYS },
		{ "executes", executes, 1000 + SIGSYS },
		{ "makes code", makes_code, 1000 + SIGSYS },
		{ "signals its parent", signals_parent, 1000 + SIGSYS },
		{ "removes a file", removes_file, 1000 + SIGSYS },
	};

	(void)state;
	name_files();
	passed_fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].name);
		assert_int_equal(outcome(CONFINE_DESCRIPTORS, cases[i].deed), cases[i].outcome);
	}
	close(passed_fd);
}

static void
network_may_ask_others_and_nothing_else(void **state)
{
	static const struct {
		const char *name;
		deed_fn deed;
		int outcome;
	} cases[] = {
		{ "reads names and certificates", opens_file, DONE },
		{ "reads a device it may", reads_device, DONE },
		{ "connects", connects, DONE },
		{ "resolves a name", resolves, DONE },
		{ "starts a thread", starts_thread, DONE },
		{ "writes a file", writes_file, REFUSED },
		{ "removes a file", removes_file, REFUSED },
		{ "listens", listens, 1000 + SIGSYS },
		{ "forks", forks, 1000 + SIGSYS },
		{ "executes", executes, 1000 + SIGSYS },
		{ "signals its parent", signals_parent, REFUSED },
	};

	(void)state;
	name_files();
	assert_int_equal(file_replace(victim, "x", 1, 0600, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].name);
		assert_int_equal(outcome(CONFINE_NETWORK, cases[i].deed), cases[i].outcome);
	}
	assert_true(file_exists(victim));
	unlink(victim);
	assert_false(file_exists(escape));
}

static void
landlock_keeps_the_data_out_of_reach_where_the_kernel_has_it(void **state)
{
	(void)state;
	if (confine_landlock_abi() == 0) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(outcome(CONFINE_NETWORK, opens_data), REFUSED);
}

static void
processor_time_is_limited(void **state)
{
	int end;

	(void)state;
	end = outcome(CONFINE_DESCRIPTORS, burns_processor);
	/* Soft and hard limit are one: SIGXCPU or, a moment later, SIGKILL. */
	assert_true(end == 1000 + SIGXCPU || end == 1000 + SIGKILL);
}

TEST_MAIN(cmocka_unit_test(descriptors_only_means_what_it_says),
    cmocka_unit_test(network_may_ask_others_and_nothing_else),
    cmocka_unit_test(landlock_keeps_the_data_out_of_reach_where_the_kernel_has_it),
    cmocka_unit_test(processor_time_is_limited))
