/* SPDX-License-Identifier: Apache-2.0 */
#include "os/worker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "os/child.h"
#include "os/file.h"

#define END_MS 200 /* for a worker to leave after its last frame */

struct worker {
	char kind[32];
	struct child child;
	int64_t until_ms;
	int cancel_fd;
	bool stopped;
};

static char program[PATH_MAX];

void
worker_set_program(const char *path)
{
	snprintf(program, sizeof(program), "%s", path);
}

static void
find_program(char out[static PATH_MAX + 16])
{
	ssize_t n;

	if (program[0] != '\0') {
		strcpy(out, program);
		return;
	}
	n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	out[n < 0 ? 0 : n] = '\0';
	*(strrchr(out, '/') == NULL ? out : strrchr(out, '/')) = '\0';
	strcat(out, "/khien-worker");
}

int
worker_start(const char *kind, const int *fds, size_t count, int timeout_ms, int cancel_fd,
    struct worker **ret_worker, struct err *err)
{
	char path[PATH_MAX + 16];
	const char *argv[] = { path, kind, NULL };
	struct child_options options = { .argv = argv, .fd_count = count };
	struct worker *worker = xcalloc(1, sizeof(*worker));
	int ret;

	find_program(path);
	for (size_t i = 0; i < count; i++)
		options.fd[i] = fds[i];
	snprintf(worker->kind, sizeof(worker->kind), "%s", kind);
	worker->child = (struct child)CHILD_INIT;
	worker->cancel_fd = cancel_fd;
	worker_set_timeout(worker, timeout_ms);
	ret = child_start(&options, &worker->child, err);
	if (ret != 0) {
		free(worker);
		return ret;
	}
	*ret_worker = worker;
	return 0;
}

void
worker_set_timeout(struct worker *worker, int timeout_ms)
{
	worker->until_ms = clock_mono_ms() + timeout_ms;
}

void
worker_ignore_cancel(struct worker *worker)
{
	worker->cancel_fd = -1;
}

static int
fail(struct worker *worker, struct err *err, const char *key, const char *reason)
{
	return err_fail(err, ERR_IO, key, NULL, "kind", worker->kind, "reason", reason);
}

/* How a worker that stopped talking ended, in its last words or by its signal. */
static int
crashed(struct worker *worker, struct err *err)
{
	char reason[160] = "";
	ssize_t n = worker->child.err == -1 ? 0 : read(worker->child.err, reason, sizeof(reason) - 1);
	int code;
	enum child_end end;

	if (worker->child.pid == 0)
		return fail(worker, err, "err.worker.crashed", "");
	reason[n > 0 ? n : 0] = '\0';
	reason[strcspn(reason, "\n")] = '\0';
	end = child_finish(&worker->child, END_MS, &code);
	if (end == CHILD_KILLED)
		snprintf(reason, sizeof(reason), "signal %d (%s)", code, sigabbrev_np(code));
	else if (reason[0] == '\0')
		snprintf(reason, sizeof(reason), "exit %d", code);
	return fail(worker, err, "err.worker.crashed", reason);
}

/* Waits until ${fd} is ready: 0, or the error that stands instead. */
static int
wait_for(struct worker *worker, int fd, short events, struct err *err)
{
	struct pollfd fds[2] = { { fd, events, 0 }, { worker->cancel_fd, POLLIN, 0 } };
	int64_t left_ms;

	for (;;) {
		left_ms = worker->stopped ? 0 : worker->until_ms - clock_mono_ms();
		if (worker->stopped)
			fds[1].fd = -1;
		if (poll(fds, 2, left_ms < 0 ? 0 : (int)left_ms) == -1 && errno != EINTR)
			return fail(worker, err, "err.worker.crashed", "poll");
		if (fds[0].revents != 0)
			return 0;
		if (fds[1].revents != 0)
			return fail(worker, err, "err.worker.cancelled", "");
		if (left_ms <= 0)
			return fail(worker, err, "err.worker.timeout", "");
	}
}

static int
put_all(struct worker *worker, const void *data, size_t size, struct err *err)
{
	const char *p = data;
	int ret = 0;

	while (size > 0 && (ret = wait_for(worker, worker->child.in, POLLOUT, err)) == 0) {
		/* A piece of a pipe's size never waits. */
		size_t piece = size < 4096 ? size : 4096;
		ssize_t n = child_write(&worker->child, p, piece);

		/* One that reads no further may have spoken before: worker_get() tells. */
		if (n == -1 && errno == EPIPE)
			return 0;
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return crashed(worker, err);
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
	return ret;
}

int
worker_put(struct worker *worker, const void *data, size_t size, struct err *err)
{
	unsigned char head[4] = { (unsigned char)(size >> 24), (unsigned char)(size >> 16),
		(unsigned char)(size >> 8), (unsigned char)size };
	int ret;

	if (size > WORKER_FRAME_MAX)
		return err_fail(err, ERR_TOO_LARGE, "err.worker.frame", NULL, "kind", worker->kind,
		    NULL, NULL);
	if (worker->child.in == -1)
		return crashed(worker, err);
	ret = put_all(worker, head, sizeof(head), err);
	return ret != 0 ? ret : put_all(worker, data, size, err);
}

static int
get_all(struct worker *worker, unsigned char *to, size_t size, struct err *err)
{
	while (size > 0) {
		ssize_t n;
		int ret = wait_for(worker, worker->child.out, POLLIN, err);

		if (ret != 0)
			return ret;
		n = read(worker->child.out, to, size);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			return crashed(worker, err);
		if (n > 0) {
			to += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

bool
worker_wait(struct worker *worker, int wait_ms)
{
	struct pollfd fds[2] = { { worker->child.out, POLLIN, 0 }, { worker->cancel_fd, POLLIN, 0 } };
	int64_t left_ms = worker->until_ms - clock_mono_ms();

	if (left_ms <= 0 || worker->child.out == -1)
		return true;
	return poll(fds, 2, left_ms < wait_ms ? (int)left_ms : wait_ms) > 0;
}

int
worker_get(struct worker *worker, struct buf *ret_frame, struct err *err)
{
	unsigned char head[4], piece[16384];
	size_t size;
	int ret;

	buf_reset(ret_frame);
	if (worker->child.out == -1)
		return crashed(worker, err);
	ret = get_all(worker, head, sizeof(head), err);
	if (ret != 0)
		return ret;
	size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (size > WORKER_FRAME_MAX || size > ret_frame->max)
		return fail(worker, err, "err.worker.crashed", "frame too large");
	while (size > 0 && ret == 0) {
		size_t n = size < sizeof(piece) ? size : sizeof(piece);

		ret = get_all(worker, piece, n, err);
		if (ret == 0)
			buf_add(ret_frame, piece, n);
		size -= n;
	}
	return ret;
}

void
worker_stop(struct worker *worker)
{
	if (worker->child.pid > 0)
		kill(-worker->child.pid, SIGKILL);
	/* Once it is dead its pipe holds all it ever said. */
	if (worker->child.pidfd != -1) {
		struct pollfd gone = { worker->child.pidfd, POLLIN, 0 };

		while (poll(&gone, 1, 5000) == -1 && errno == EINTR)
			;
	}
	worker->stopped = true;
}

void
worker_free(struct worker *worker)
{
	int code;

	if (worker == NULL)
		return;
	if (worker->child.pid > 0)
		child_finish(&worker->child, worker->stopped ? 0 : END_MS, &code);
	free(worker);
}

void
worker_freep(struct worker **worker)
{
	worker_free(*worker);
	*worker = NULL;
}

int
worker_run(const char *kind, const int *fds, size_t count, const void *request, size_t size,
    int timeout_ms, struct buf *ret_answer, struct err *err)
{
	cleanup(worker_freep) struct worker *worker = NULL;
	int ret = worker_start(kind, fds, count, timeout_ms, -1, &worker, err);

	if (ret == 0)
		ret = worker_put(worker, request, size, err);
	if (ret == 0)
		ret = worker_get(worker, ret_answer, err);
	return ret;
}
