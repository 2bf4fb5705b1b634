/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h: files that are whole or not there, and descriptors that are closed.
 *
 * Errors of all functions here, unless said otherwise (key "err.system" with
 * the path as {what}):
 *   ERR_NOT_FOUND  there is no such file or folder
 *   ERR_CONFLICT   it exists already
 *   ERR_FULL       no room on the disk, or quota used up
 *   ERR_IO         anything else the system refused; nothing was changed
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

/* cleanup(fd_closep) int fd = -1: closes when the scope ends; -1 is nothing. */
void fd_closep(int *fd);

/* Hands the descriptor over: returns *${fd} and leaves -1. */
int fd_take(int *fd);

/* The error kind an errno of the file system stands for. */
enum err_kind file_err_kind(int errnum);

/*
 * open() with O_CLOEXEC, O_NOFOLLOW and O_NOCTTY added: a symbolic link in the
 * last place is refused.  Opening something that is not a regular file (a
 * pipe would block, a device would act) is ERR_INVALID, key "err.file.not_regular".
 */
int file_open(const char *path, int flags, mode_t mode, int *ret_fd, struct err *err);

/*
 * The whole content, followed by a NUL byte that is not counted; the caller
 * frees ${ret_data}.  More than ${max} bytes: ERR_TOO_LARGE,
 * key "err.file.too_large" with {file} and {max}.
 */
int file_read(const char *path, size_t max, char **ret_data, size_t *ret_size, struct err *err);

/* The same from where ${fd} stands to its end; ${name} is for the message. */
int file_read_fd(int fd, const char *name, size_t max, char **ret_data, size_t *ret_size,
    struct err *err);

/* Writes all of it, going on after short writes.  Returns 0 or an errno. */
int fd_write_all(int fd, const void *data, size_t size);

/*
 * Makes ${path} hold ${data}, whole or not at all, also when the power fails:
 * written beside, flushed, renamed, folder flushed.  An older file of that
 * name is replaced, a symbolic link too (not what it points to).
 * ERR_UNKNOWN when only the last flush failed: the new content is visible, but
 * may not outlive a power failure.
 */
int file_replace(const char *path, const void *data, size_t size, mode_t mode, struct err *err);

/* The same, but ERR_CONFLICT when ${path} exists. */
int file_create(const char *path, const void *data, size_t size, mode_t mode, struct err *err);

/* Makes the folder and those above it that are missing, flushed into their parents. 0 if it exists. */
int file_mkdir(const char *path, mode_t mode, struct err *err);

/* Flushes a folder, so that names made or removed in it survive a power failure. */
int file_sync_dir(const char *path, struct err *err);

/* Flushes the folder ${path} lies in. */
int file_sync_parent(const char *path, struct err *err);

/*
 * Removes a file or a folder with all it holds, never following a symbolic
 * link and never leaving its file system.  0 also when there is nothing.
 */
int file_remove_tree(const char *path, struct err *err);

/* Whether ${path} exists, whatever it is. */
bool file_exists(const char *path);

/*
 * Takes the exclusive lock of the lock file ${path}, made when missing; it is
 * held until ${ret_fd} is closed or the process ends.  Without ${wait} a lock
 * somebody else holds is ERR_CONFLICT, key "err.file.locked" with {file}.
 */
int file_lock(const char *path, bool wait, int *ret_fd, struct err *err);
