/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar.h: a plain tar archive of regular files (POSIX ustar; sizes from 8 GiB on
 * in the binary form every reader of today knows), written and read in one
 * pass, however large.
 *
 * Errors, with {file} the archive: writing ERR_FULL and ERR_IO "err.system";
 * reading ERR_BROKEN "err.tar.cut" (ends too early), "err.tar.header" (not a
 * header, or one that does not fit its checksum; {at} bytes from the start),
 * "err.tar.member" (anything but a regular file with a plain relative name;
 * {name}), "err.tar.trailing" (something follows the end).
 */
#pragma once

#include "base/err.h"
#include "os/sha256.h"

#define TAR_NAME_SIZE 257 /* 255 bytes, "/" and NUL */

struct tar_out {
	int fd;           /* stays the caller's */
	const char *path; /* for messages */
	int64_t bytes;    /* written so far */
	int64_t left;     /* of the member under way */
	struct sha256 whole;
};

void tar_out_begin(struct tar_out *tar, int fd, const char *path);

/* ${mtime} in seconds.  ERR_INVALID "err.tar.name" for a name that is no plain
 * relative path of at most 255 bytes (about 100 without a "/"). */
int tar_out_member(struct tar_out *tar, const char *name, int64_t size, unsigned mode, int64_t mtime,
    struct err *err);

/* Content, in pieces, together exactly the size announced. */
int tar_out_data(struct tar_out *tar, const void *data, size_t len, struct err *err);

/* Ends the archive; ${ret_sha256} is of all its bytes. */
int tar_out_end(struct tar_out *tar, char ret_sha256[static SHA256_HEX_SIZE], struct err *err);

struct tar_in {
	int fd;           /* stays the caller's */
	const char *path; /* for messages */
	int64_t bytes;    /* read so far */
	int64_t left;     /* of the member under way */
	unsigned pad;
	struct sha256 whole;
};

struct tar_member {
	char name[TAR_NAME_SIZE];
	int64_t size;
};

void tar_in_begin(struct tar_in *tar, int fd, const char *path);

/* The next member, the rest of the one before having been read; *${ret_end} at
 * the end, after which nothing may follow. */
int tar_in_next(struct tar_in *tar, struct tar_member *ret, bool *ret_end, struct err *err);

/* At most ${max} bytes of the member's content; *${ret_len} is 0 when all was read. */
int tar_in_data(struct tar_in *tar, void *data, size_t max, size_t *ret_len, struct err *err);

/* Whether ${name} is a relative path of printable UTF-8 without empty parts, "." and "..". */
bool tar_name_ok(const char *name);
