/* SPDX-License-Identifier: Apache-2.0 */
/* worker_main.c: the worker's own side; apart, so that khien links no libseccomp. */
#include "os/worker.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "os/file.h"

static bool
read_all(void *to, size_t size)
{
	char *p = to;

	while (size > 0) {
		ssize_t n = read(STDIN_FILENO, p, size);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

bool
worker_read(struct buf *ret_frame)
{
	unsigned char head[4];
	char piece[16384];
	size_t size;

	buf_reset(ret_frame);
	if (!read_all(head, sizeof(head)))
		return false;
	size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (size > WORKER_FRAME_MAX || size > ret_frame->max)
		return false;
	for (; size > 0; size -= size < sizeof(piece) ? size : sizeof(piece)) {
		size_t n = size < sizeof(piece) ? size : sizeof(piece);

		if (!read_all(piece, n))
			return false;
		buf_add(ret_frame, piece, n);
	}
	return true;
}

bool
worker_write(const void *data, size_t size)
{
	unsigned char head[4] = { (unsigned char)(size >> 24), (unsigned char)(size >> 16),
		(unsigned char)(size >> 8), (unsigned char)size };

	return size <= WORKER_FRAME_MAX && fd_write_all(STDOUT_FILENO, head, sizeof(head)) == 0 &&
	    fd_write_all(STDOUT_FILENO, data, size) == 0;
}

_Noreturn void
worker_main(const struct worker_kind *kinds, size_t count, int argc, char **argv)
{
	struct err err = { 0 };

	for (size_t i = 0; argc == 2 && i < count; i++) {
		const struct worker_kind *k = &kinds[i];

		if (!str_eq(k->name, argv[1]))
			continue;
		alarm((unsigned)k->time_s);
		if (k->prepare != NULL && !k->prepare()) {
			fprintf(stderr, "khien-worker %s: prepare\n", k->name);
			_exit(1);
		}
		if (confine(k->confine, &k->limits, &err) != 0) {
			fprintf(stderr, "khien-worker %s: %s %s\n", k->name, err.key, err.arg[0].value);
			_exit(1);
		}
		/* No exit handlers: they might want what was given up. */
		_exit(k->serve());
	}
	fprintf(stderr, "khien-worker is started by khien.\n");
	exit(2);
}
