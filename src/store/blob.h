/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob.h: files by their SHA-256 under DIR/blobs/ab/cdef…, written beside,
 * flushed, renamed, mode 0400, never replaced.  A file that is there already
 * is the same file.
 */
#pragma once

#include "base/err.h"

#define BLOB_HASH_SIZE 65 /* lower-case hex and NUL */

struct blob_writer;

/* Begins a new blob of at most ${max} bytes under ${dir} (the blobs folder). */
int blob_begin(const char *dir, int64_t max, struct blob_writer **ret, struct err *err);

/* ERR_TOO_LARGE beyond the maximum, ERR_FULL, ERR_IO. The writer stays to be ended. */
int blob_write(struct blob_writer *w, const void *data, size_t len, struct err *err);

/* Makes it durable and frees the writer, also on failure. */
int blob_commit(struct blob_writer *w, char ret_sha256[static BLOB_HASH_SIZE], int64_t *ret_size,
    struct err *err);

/* Forgets what was written and frees the writer; NULL is allowed. */
void blob_abort(struct blob_writer *w);

/* Opens for reading after checking the whole content against its name:
 * ERR_BROKEN when it does not match, ERR_NOT_FOUND.  The caller closes ${ret_fd}. */
int blob_open(const char *dir, const char *sha256, int *ret_fd, int64_t *ret_size, struct err *err);

/* Reads and compares without opening for the caller. */
int blob_verify(const char *dir, const char *sha256, int64_t size, struct err *err);

/* Whether there is a file of that name, without reading it. */
bool blob_exists(const char *dir, const char *sha256);

/* Removes a disposed blob; 0 also when it is gone already. */
int blob_remove(const char *dir, const char *sha256, struct err *err);

/* Removes what writers that died left behind longer than ${age_s} seconds ago. */
int blob_sweep(const char *dir, int64_t age_s, struct err *err);

/*
 * Tells ${fn} of every blob that was written longer than ${age_s} seconds ago, until it
 * returns another error kind than 0, which is returned.
 */
typedef int (*blob_fn)(void *arg, const char *sha256);
int blob_each(const char *dir, int64_t age_s, blob_fn fn, void *arg, struct err *err);
