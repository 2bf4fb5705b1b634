/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack.h: the rules of a release archive, in memory.
 *
 * Read are zip, tar, and tar packed with gzip or zstd, recognised by content.  Taken are regular
 * files named *.yml and *.yaml and one version.txt or sigma_version.txt at the top; everything
 * else is counted.  Nothing an archive says reaches the file system.
 *
 * Errors besides those of reading the file, all with {file}:
 *   ERR_INVALID "unpack.unknown"   none of these kinds
 *   ERR_INVALID "unpack.name"      a name that leaves the folder, or is no plain path ({name})
 *   ERR_INVALID "unpack.twice"     the same name twice ({name})
 *   ERR_INVALID "unpack.secret"    members that are encrypted ({name})
 *   ERR_BROKEN  "unpack.damaged"   ends too early, sums that do not fit ({name}, or "")
 *   ERR_TOO_LARGE "unpack.members", "unpack.files", "unpack.file" ({name}), "unpack.bytes" with {max}
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define UNPACK_ARCHIVE_MAX (INT64_C(128) << 20) /* bytes of the archive */
#define UNPACK_THROUGH_MAX (UINT64_C(4) << 30) /* bytes unpacked in all, of members left out too */
#define UNPACK_MEMBERS_MAX 200000
#define UNPACK_FILES_MAX   20000              /* rule files */
#define UNPACK_FILE_MAX    ((size_t)1 << 20)  /* bytes of one */
#define UNPACK_BYTES_MAX   ((size_t)96 << 20) /* bytes of all */
#define UNPACK_NAME_MAX    220                /* bytes of a path; what backups can hold as well */
#define UNPACK_DEPTH_MAX   6                  /* folders above a rule */

struct unpack_file {
	const char *name; /* plain relative path */
	const char *data; /* NUL behind it */
	size_t len;
};

struct unpacked {
	struct arena arena;
	struct unpack_file *file; /* in the order of their names (bytes) */
	size_t files, room;
	size_t bytes;
	size_t members;   /* all there were, but folders */
	size_t links;     /* symbolic and hard links, devices: never taken */
	const char *label; /* first line of the version file, or "" */
};

/* Reads the archive ${path}. The caller clears ${ret} also after a failure. */
int unpack_file(const char *path, struct unpacked *ret, struct err *err);

/* The same for a descriptor of a regular file (a memfd too), which stays the caller's. */
int unpack_fd(int fd, const char *name, struct unpacked *ret, struct err *err);

/* The rules of a folder. Links inside are counted, not followed. */
int unpack_folder(const char *path, struct unpacked *ret, struct err *err);

/*
 * Keeps what is meant to be used: when there are folders "rules" or "rules-…" at the top, or
 * below the one folder everything is in, only those, their names beginning there.  Returns how
 * many files were left out.
 */
size_t unpack_choose(struct unpacked *u);

void unpack_clear(struct unpacked *u);

/* For the readers of the kinds: whether the member is wanted, then its bytes. */
bool unpack_wants(const char *name);
int unpack_add(struct unpacked *u, const char *archive, const char *name, const char *data, size_t len,
    struct err *err);
int unpack_member(struct unpacked *u, const char *archive, const char **name, struct err *err);
int unpack_zip(int fd, const char *archive, struct unpacked *u, struct err *err);
int unpack_tar(int fd, const char *archive, struct unpacked *u, struct err *err);
