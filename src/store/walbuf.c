/* SPDX-License-Identifier: Apache-2.0 */
#include "store/walbuf.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MAX ((size_t)120 << 10) /* SQLite writes less than 128 kB at a time */
#define GROW     ((sqlite3_int64)1 << 20)

/*
 * What a log holds back lies behind SQLite's own file object.  Frames are read by
 * others only once the shared index names them, which is after the sync of their
 * commit; the writer's own reads, and whatever asks for the size, write first.
 */
struct held {
	const sqlite3_io_methods *real;
	sqlite3_io_methods own;
	char *data;
	size_t len;
	sqlite3_int64 at;   /* where data belongs in the file */
	sqlite3_int64 size; /* of the file, as far as known: at least that */
};

static sqlite3_vfs vfs;
static sqlite3_vfs *base;

static struct held *
held_of(sqlite3_file *file)
{
	return (struct held *)(void *)((char *)file + ((size_t)base->szOsFile + 15) / 16 * 16);
}

/*
 * Where a log grows with each commit its sync writes the file's own data too and waits
 * twice: 0.6 ms and not 0.3.  So it grows by a megabyte of zeros, which are no frames,
 * behind its end at ${end}: what lies there is nobody's.  Without room it does not.
 */
static void
grow(sqlite3_file *file, struct held *h, sqlite3_int64 end)
{
	static const char zeros[1 << 16];
	sqlite3_int64 to = (end / GROW + 1) * GROW, at = end;

	while (at < to) {
		int n = to - at < (sqlite3_int64)sizeof(zeros) ? (int)(to - at) : (int)sizeof(zeros);

		if (h->real->xWrite(file, zeros, n, at) != SQLITE_OK) {
			h->real->xTruncate(file, end);
			to = end;
			break;
		}
		at += n;
	}
	h->size = to;
}

static int
flush(sqlite3_file *file)
{
	struct held *h = held_of(file);
	sqlite3_int64 end = h->at + (sqlite3_int64)h->len;
	int rc = SQLITE_OK;

	if (h->len > 0)
		rc = h->real->xWrite(file, h->data, (int)h->len, h->at);
	if (h->len > 0 && rc == SQLITE_OK && end > h->size)
		grow(file, h, end);
	/* After a failure the commit is undone and its frames are written anew. */
	h->len = 0;
	return rc;
}

static int
wal_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
	struct held *h = held_of(file);
	int rc = SQLITE_OK;

	if (h->len > 0 && (at != h->at + (sqlite3_int64)h->len || h->len + (size_t)n > HELD_MAX))
		rc = flush(file);
	if (rc != SQLITE_OK)
		return rc;
	if (h->data == NULL)
		h->data = malloc(HELD_MAX);
	if (h->data == NULL || (size_t)n > HELD_MAX)
		return h->real->xWrite(file, data, n, at);
	if (h->len == 0)
		h->at = at;
	memcpy(h->data + h->len, data, (size_t)n);
	h->len += (size_t)n;
	return SQLITE_OK;
}

static int
wal_read(sqlite3_file *file, void *data, int n, sqlite3_int64 at)
{
	int rc = flush(file);

	return rc == SQLITE_OK ? held_of(file)->real->xRead(file, data, n, at) : rc;
}

static int
wal_sync(sqlite3_file *file, int flags)
{
	int rc = flush(file);

	return rc == SQLITE_OK ? held_of(file)->real->xSync(file, flags) : rc;
}

static int
wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = flush(file);

	held_of(file)->size = 0;
	return rc == SQLITE_OK ? held_of(file)->real->xTruncate(file, size) : rc;
}

static int
wal_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	int rc = flush(file);

	return rc == SQLITE_OK ? held_of(file)->real->xFileSize(file, ret_size) : rc;
}

static int
wal_close(sqlite3_file *file)
{
	struct held *h = held_of(file);

	flush(file);
	free(h->data);
	h->data = NULL;
	return h->real->xClose(file);
}

static int
open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	int rc = base->xOpen(base, name, file, flags, ret_flags);
	struct held *h;

	(void)self;
	if (rc != SQLITE_OK || file->pMethods == NULL || (flags & SQLITE_OPEN_WAL) == 0)
		return rc;
	h = held_of(file);
	*h = (struct held){ .real = file->pMethods, .own = *file->pMethods };
	if (h->real->xFileSize(file, &h->size) != SQLITE_OK)
		h->size = 0;
	h->own.xClose = wal_close;
	h->own.xRead = wal_read;
	h->own.xWrite = wal_write;
	h->own.xTruncate = wal_truncate;
	h->own.xSync = wal_sync;
	h->own.xFileSize = wal_size;
	file->pMethods = &h->own;
	return rc;
}

const char *
walbuf_register(void)
{
	base = sqlite3_vfs_find(NULL);
	if (base == NULL)
		return NULL;
	vfs = *base;
	vfs.zName = "khien";
	vfs.szOsFile = (base->szOsFile + 15) / 16 * 16 + (int)sizeof(struct held);
	vfs.xOpen = open_file;
	return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : NULL;
}
