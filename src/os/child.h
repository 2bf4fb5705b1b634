/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h: runs an outside program without a shell.
 *
 * The caller builds argv in code and puts "--" before data.  A child gets only
 * the descriptors named, an environment of a few fixed names, no signal state
 * of ours, and a process group of its own, which is killed as a whole when the
 * child ends or its time is over: nothing it started stays behind.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

#define CHILD_FDS_MAX 4

struct child_options {
	const char *const *argv; /* NULL-terminated; argv[0] is the program's path, never searched for */
	const char *const *env;  /* "NAME=value", NULL-terminated, added to PATH and LANG; may be NULL */
	const char *dir;         /* working folder; NULL is "/" */
	int fd[CHILD_FDS_MAX];   /* given to the child as 3, 4, …; the caller keeps his own */
	size_t fd_count;
};

/* A running child and our ends of its standard streams, -1 once closed. */
struct child {
	pid_t pid; /* 0: none */
	int pidfd;
	int in, out, err;
};

#define CHILD_INIT { 0, -1, -1, -1, -1 }

enum child_end {
	CHILD_EXITED,   /* code is its exit status */
	CHILD_KILLED,   /* code is the signal */
	CHILD_TIMEOUT,  /* it was stopped because its time was over */
	CHILD_OVERFLOW, /* it was stopped because it wrote more than allowed */
};

/*
 * Starts it with pipes on its standard streams; our ends do not block.
 * ERR_NOT_FOUND when there is no such program, ERR_IO; key "err.child.start"
 * with {program} and {reason}.
 */
int child_start(const struct child_options *options, struct child *ret_child, struct err *err);

/* write() to its input without a SIGPIPE when it reads no further: then -1 and EPIPE. */
ssize_t child_write(struct child *child, const void *data, size_t size);

/*
 * Waits for its end, at most ${timeout_ms} and then kills it, with its group,
 * and closes our ends.  ${ret_code} as in enum child_end.
 */
enum child_end child_finish(struct child *child, int timeout_ms, int *ret_code);

/* cleanup(child_kill): kills it with its group, waits, closes; nothing when there is none. */
void child_kill(struct child *child);

struct child_result {
	enum child_end end;
	int code;
	struct buf out, err; /* what it wrote; err is cut at its maximum, without being an error */
};

/*
 * Runs it to its end: writes ${in} to it, collects its output up to the
 * maximum that the two buffers of ${result} were born with, stops it after
 * ${timeout_ms}.  0 whenever it ran, however it ended: the caller looks at
 * end and code.  The caller clears the buffers.
 */
int child_run(const struct child_options *options, const void *in, size_t in_size, int timeout_ms,
    struct child_result *result, struct err *err);
