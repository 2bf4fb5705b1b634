/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "os/file.h"

#define READ_AHEAD ((size_t)64 << 10)

/* What stands before each record, in memory and in the file. */
struct head {
	int64_t time_ns;
	uint32_t len, pad;
};

/* A sorted part of the file, being read. */
struct run {
	off_t at, end;
	char *data;
	size_t pos, len, room;
	struct head head;
	bool done;
};

struct spool {
	char *data;
	size_t len, limit;
	size_t *index; /* where records begin */
	size_t records, records_room;
	uint64_t count;
	int fd;
	bool is_given; /* the file is somebody else's */
	off_t size;
	struct run *run;
	size_t runs;
};

struct spool *
spool_new(size_t run)
{
	struct spool *s = xcalloc(1, sizeof(*s));

	s->limit = run == 0 ? SPOOL_RUN : run;
	s->fd = -1;
	return s;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->runs; i++)
		free(s->run[i].data);
	if (!s->is_given)
		fd_closep(&s->fd);
	free(s->run);
	free(s->data);
	free(s->index);
	free(s);
}

void
spool_use(struct spool *s, int fd)
{
	s->fd = fd;
	s->is_given = true;
}

uint64_t
spool_count(const struct spool *s)
{
	return s->count;
}

static struct head
head_at(const struct spool *s, size_t i)
{
	struct head head;

	memcpy(&head, s->data + s->index[i], sizeof(head));
	return head;
}

static int
by_time(const void *a, const void *b, void *arg)
{
	const char *data = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	struct head h, k;

	memcpy(&h, data + x, sizeof(h));
	memcpy(&k, data + y, sizeof(k));
	if (h.time_ns != k.time_ns)
		return h.time_ns < k.time_ns ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
sort(struct spool *s)
{
	if (s->records > 1)
		qsort_r(s->index, s->records, sizeof(*s->index), by_time, s->data);
}

static int
open_file(struct spool *s, struct err *err)
{
	const char *dir = getenv("TMPDIR");

	if (str_empty(dir))
		dir = "/var/tmp";
	s->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0) {
		cleanup(free_charp) char *name = xmalloc(strlen(dir) + 20);

		/* Not every file system makes files without a name. */
		snprintf(name, strlen(dir) + 20, "%s/khien-XXXXXX", dir);
		s->fd = mkostemp(name, O_CLOEXEC);
		if (s->fd >= 0)
			unlink(name);
	}
	return s->fd >= 0 ? 0 : err_sys(err, file_err_kind(errno), dir, errno);
}

/* Writes what is in memory as one more run. */
static int
flush(struct spool *s, struct err *err)
{
	char *out;
	size_t n = 0;
	int failed = 0;

	if (s->records == 0)
		return 0;
	if (s->fd < 0 && (failed = open_file(s, err)) != 0)
		return failed;
	sort(s);
	out = xmalloc(s->len);
	for (size_t i = 0; i < s->records; i++) {
		size_t len = sizeof(struct head) + head_at(s, i).len;

		memcpy(out + n, s->data + s->index[i], len);
		n += len;
	}
	failed = fd_write_all(s->fd, out, n);
	free(out);
	if (failed != 0)
		return err_sys(err, file_err_kind(failed), "spool", failed);
	s->run = xrealloc(s->run, (s->runs + 1) * sizeof(*s->run));
	s->run[s->runs++] = (struct run){ .at = s->size, .end = s->size + (off_t)n };
	s->size += (off_t)n;
	s->len = s->records = 0;
	return 0;
}

int
spool_add(struct spool *s, int64_t time_ns, const void *data, size_t len, struct err *err)
{
	struct head head = { time_ns, (uint32_t)len, 0 };
	int failed = 0;

	if (s->len + sizeof(head) + len > s->limit && (failed = flush(s, err)) != 0)
		return failed;
	if (s->data == NULL)
		s->data = xmalloc(s->limit + SPOOL_RECORD_MAX + sizeof(head));
	if (s->records == s->records_room) {
		s->records_room = s->records_room == 0 ? 1024 : s->records_room * 2;
		s->index = xrealloc(s->index, s->records_room * sizeof(*s->index));
	}
	if (len > SPOOL_RECORD_MAX)
		head.len = (uint32_t)SPOOL_RECORD_MAX;
	s->index[s->records++] = s->len;
	memcpy(s->data + s->len, &head, sizeof(head));
	if (head.len > 0)
		memcpy(s->data + s->len + sizeof(head), data, head.len);
	s->len += sizeof(head) + head.len;
	s->count++;
	return 0;
}

/* Makes at least ${need} bytes of the run be in memory. */
static bool
fill(struct spool *s, struct run *r, size_t need)
{
	ssize_t n;

	if (r->len - r->pos >= need)
		return true;
	if (r->pos > 0)
		memmove(r->data, r->data + r->pos, r->len - r->pos);
	r->len -= r->pos;
	r->pos = 0;
	if (r->room < need || r->room == 0) {
		r->room = need > READ_AHEAD ? need : READ_AHEAD;
		r->data = xrealloc(r->data, r->room);
	}
	while (r->len < need && r->at < r->end) {
		size_t want = r->room - r->len;

		if ((off_t)want > r->end - r->at)
			want = (size_t)(r->end - r->at);
		n = pread(s->fd, r->data + r->len, want, r->at);
		if (n <= 0)
			return false;
		r->len += (size_t)n;
		r->at += n;
	}
	return r->len >= need;
}

/* Brings the run's next record into memory. */
static bool
next(struct spool *s, struct run *r)
{
	if (r->pos == r->len && r->at == r->end) {
		r->done = true;
		return true;
	}
	if (!fill(s, r, sizeof(r->head)))
		return false;
	memcpy(&r->head, r->data + r->pos, sizeof(r->head));
	return fill(s, r, sizeof(r->head) + r->head.len);
}

int
spool_read(struct spool *s, bool (*fn)(void *arg, int64_t time_ns, const char *data, size_t len),
    void *arg, struct err *err)
{
	int failed;

	if (s->runs == 0) {
		sort(s);
		for (size_t i = 0; i < s->records; i++) {
			struct head head = head_at(s, i);

			if (!fn(arg, head.time_ns, s->data + s->index[i] + sizeof(head), head.len))
				break;
		}
		return 0;
	}
	if ((failed = flush(s, err)) != 0)
		return failed;
	for (size_t i = 0; i < s->runs; i++)
		if (!next(s, &s->run[i]))
			return err_sys(err, ERR_IO, "spool", EIO);
	for (;;) {
		struct run *first = NULL;

		/* Earlier runs hold what was added earlier, so the first of equal times wins. */
		for (size_t i = 0; i < s->runs; i++)
			if (!s->run[i].done && (first == NULL || s->run[i].head.time_ns < first->head.time_ns))
				first = &s->run[i];
		if (first == NULL || !fn(arg, first->head.time_ns,
		    first->data + first->pos + sizeof(first->head), first->head.len))
			return 0;
		first->pos += sizeof(first->head) + first->head.len;
		if (!next(s, first))
			return err_sys(err, ERR_IO, "spool", EIO);
	}
}
