/* SPDX-License-Identifier: Apache-2.0 */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"

#define ENV_MAX  16
#define FD_ABOVE 64 /* copies are made above the numbers the child will use */

/* Where the pieces of one start stand; all -1 when there is nothing to close. */
struct pipes {
	int in[2], out[2], err[2];
	int given[CHILD_FDS_MAX];
};

static void
pipes_close(struct pipes *p)
{
	int *pair[] = { p->in, p->out, p->err };

	for (size_t i = 0; i < ARRAY_LEN(pair); i++) {
		fd_closep(&pair[i][0]);
		fd_closep(&pair[i][1]);
	}
	for (size_t i = 0; i < CHILD_FDS_MAX; i++)
		fd_closep(&p->given[i]);
}

/* Moves ${fd} out of the way of the numbers dup2() will write to. */
static bool
lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, FD_ABOVE);

	if (high == -1)
		return false;
	fd_closep(fd);
	*fd = high;
	return true;
}

static bool
pipes_open(struct pipes *p, const struct child_options *o)
{
	int *pair[] = { p->in, p->out, p->err };

	for (size_t i = 0; i < ARRAY_LEN(pair); i++)
		if (pipe2(pair[i], O_CLOEXEC) == -1 || !lift(&pair[i][0]) || !lift(&pair[i][1]))
			return false;
	for (size_t i = 0; i < o->fd_count; i++)
		if ((p->given[i] = fcntl(o->fd[i], F_DUPFD_CLOEXEC, FD_ABOVE)) == -1)
			return false;
	return fcntl(p->in[1], F_SETFL, O_NONBLOCK) != -1 &&
	    fcntl(p->out[0], F_SETFL, O_NONBLOCK) != -1 &&
	    fcntl(p->err[0], F_SETFL, O_NONBLOCK) != -1;
}

static void
environment(const struct child_options *o, const char *env[static ENV_MAX])
{
	size_t n = 0;

	env[n++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	env[n++] = "LANG=C.UTF-8";
	for (size_t i = 0; o->env != NULL && o->env[i] != NULL && n + 1 < ENV_MAX; i++)
		env[n++] = o->env[i];
	env[n] = NULL;
}

/*
 * posix_spawn and not fork: the server has threads and a large memory, and
 * after fork() only async-signal-safe calls would be allowed.
 */
static int
spawn(const struct child_options *o, struct pipes *p, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	const char *env[ENV_MAX];
	sigset_t none, all;
	int errnum;

	environment(o, env);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_addchdir_np(&actions, o->dir == NULL ? "/" : o->dir);
	posix_spawn_file_actions_adddup2(&actions, p->in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, p->out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, p->err[1], 2);
	for (size_t i = 0; i < o->fd_count; i++)
		posix_spawn_file_actions_adddup2(&actions, p->given[i], 3 + (int)i);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3 + (int)o->fd_count);
	/* The prototype predates const; neither array is written to. */
	errnum = posix_spawn(ret_pid, o->argv[0], &actions, &attr, (char **)(uintptr_t)o->argv,
	    (char **)(uintptr_t)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

static int
start_failed(struct err *err, const char *program, int errnum)
{
	char reason[128];
	enum err_kind kind = errnum == ENOENT || errnum == EACCES ? ERR_NOT_FOUND : ERR_IO;

	return err_fail(err, kind, "err.child.start", NULL, "program", program, "reason",
	    strerror_r(errnum, reason, sizeof(reason)));
}

int
child_start(const struct child_options *options, struct child *ret_child, struct err *err)
{
	cleanup(pipes_close) struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 },
		{ -1, -1, -1, -1 } };
	struct child child = CHILD_INIT;
	int errnum;

	if (!pipes_open(&p, options))
		return start_failed(err, options->argv[0], errno);
	errnum = spawn(options, &p, &child.pid);
	if (errnum != 0)
		return start_failed(err, options->argv[0], errnum);
	child.pidfd = pidfd_open(child.pid, 0);
	if (child.pidfd == -1) {
		errnum = errno;
		child_kill(&child);
		return start_failed(err, options->argv[0], errnum);
	}
	child.in = fd_take(&p.in[1]);
	child.out = fd_take(&p.out[0]);
	child.err = fd_take(&p.err[0]);
	*ret_child = child;
	return 0;
}

/* Kills what is left of the group, then takes the leader's status: until then its number is ours. */
static int
reap(struct child *child)
{
	int status = 0;

	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR)
		;
	fd_closep(&child->pidfd);
	fd_closep(&child->in);
	fd_closep(&child->out);
	fd_closep(&child->err);
	child->pid = 0;
	return status;
}

void
child_kill(struct child *child)
{
	if (child->pid > 0)
		reap(child);
}

static int
left_ms(int64_t until_ms)
{
	int64_t left = until_ms - clock_mono_ms();

	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

enum child_end
child_finish(struct child *child, int timeout_ms, int *ret_code)
{
	struct pollfd gone = { .fd = child->pidfd, .events = POLLIN };
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	bool timed_out;
	int status, n;

	fd_closep(&child->in);
	while ((n = poll(&gone, 1, left_ms(until_ms))) == -1 && errno == EINTR)
		;
	timed_out = n <= 0;
	status = reap(child);
	*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	if (timed_out)
		return CHILD_TIMEOUT;
	return WIFEXITED(status) ? CHILD_EXITED : CHILD_KILLED;
}

ssize_t
child_write(struct child *child, const void *data, size_t size)
{
	struct timespec now = { 0, 0 };
	sigset_t pipe_set, before;
	ssize_t n;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	n = write(child->in, data, size);
	if (n == -1 && errno == EPIPE && !sigismember(&before, SIGPIPE)) {
		while (sigtimedwait(&pipe_set, NULL, &now) == -1 && errno == EINTR)
			;
		errno = EPIPE;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return n;
}

struct exchange {
	const char *in;
	size_t in_left;
	bool overflow;
};

static void
feed(struct child *child, struct exchange *x)
{
	ssize_t n = x->in_left == 0 ? 0 : child_write(child, x->in, x->in_left);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		x->in += n;
		x->in_left -= (size_t)n;
	}
	/* A child that reads no further is its own affair. */
	if (n == -1 || x->in_left == 0)
		fd_closep(&child->in);
}

/* Reads what is there; closes at the end.  False when ${to} is full. */
static bool
drain(int *fd, struct buf *to)
{
	char piece[16384];
	ssize_t n = read(*fd, piece, sizeof(piece));

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		fd_closep(fd);
		return true;
	}
	if ((size_t)n > to->max - to->len) {
		buf_add(to, piece, to->max - to->len);
		to->full = true;
		return false;
	}
	buf_add(to, piece, (size_t)n);
	return true;
}

int
child_run(const struct child_options *options, const void *in, size_t in_size, int timeout_ms,
    struct child_result *result, struct err *err)
{
	cleanup(child_kill) struct child child = CHILD_INIT;
	struct exchange x = { .in = in, .in_left = in_size };
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	int ret = child_start(options, &child, err);

	if (ret != 0)
		return ret;
	while ((child.out != -1 || child.err != -1) && !x.overflow && left_ms(until_ms) > 0) {
		struct pollfd fds[3] = { { child.in, POLLOUT, 0 }, { child.out, POLLIN, 0 },
			{ child.err, POLLIN, 0 } };

		if (poll(fds, 3, left_ms(until_ms)) <= 0)
			continue;
		if (fds[0].revents != 0)
			feed(&child, &x);
		if (fds[1].revents != 0)
			x.overflow = !drain(&child.out, &result->out);
		if (fds[2].revents != 0)
			drain(&child.err, &result->err);
	}
	result->end = child_finish(&child, x.overflow ? 0 : left_ms(until_ms), &result->code);
	if (x.overflow)
		result->end = CHILD_OVERFLOW;
	return 0;
}
