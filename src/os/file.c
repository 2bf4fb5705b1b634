/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/id.h"

#define PATH_SIZE 4096
#define TREE_DEPTH_MAX 64 /* descriptors held while removing */

void
fd_closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int
fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

enum err_kind
file_err_kind(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_CONFLICT;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}

static int
fail(struct err *err, const char *path, int errnum)
{
	return err_sys(err, file_err_kind(errnum), path, errnum);
}

int
file_open(const char *path, int flags, mode_t mode, int *ret_fd, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	struct stat st;

	/* O_NONBLOCK: opening a pipe would otherwise wait for its other end. */
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, mode);
	if (fd == -1 && errno == ELOOP)
		return err_fail(err, ERR_INVALID, "err.file.not_regular", NULL, "file", path, NULL, NULL);
	if (fd == -1 || fstat(fd, &st) == -1)
		return fail(err, path, errno);
	if (!S_ISREG(st.st_mode))
		return err_fail(err, ERR_INVALID, "err.file.not_regular", NULL, "file", path, NULL, NULL);
	*ret_fd = fd_take(&fd);
	return 0;
}

static int
too_large(struct err *err, const char *name, size_t max)
{
	int ret = err_fail(err, ERR_TOO_LARGE, "err.file.too_large", NULL, "file", name, NULL, NULL);

	err_argi(err, "max", (int64_t)max);
	return ret;
}

int
file_read_fd(int fd, const char *name, size_t max, char **ret_data, size_t *ret_size,
    struct err *err)
{
	cleanup(free_charp) char *data = NULL;
	size_t size = 0, room = 0;
	bool is_known; /* what the system makes up, as in /proc, has no size */
	struct stat st;

	is_known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
	if (is_known && (uint64_t)st.st_size <= max)
		room = (size_t)st.st_size + 2; /* more than there is: so the first read finds the end */
	for (;;) {
		ssize_t n;

		if (size + 1 >= room)
			room = room < 4096 ? 4096 : room * 2;
		data = xrealloc(data, room + 1);
		n = read(fd, data + size, room - size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return fail(err, name, errno);
		size += (size_t)n;
		if (size > max)
			return too_large(err, name, max);
		if (n == 0 || (is_known && size < room))
			break;
	}
	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	data = NULL;
	return 0;
}

int
file_read(const char *path, size_t max, char **ret_data, size_t *ret_size, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	int ret = file_open(path, O_RDONLY, 0, &fd, err);

	return ret != 0 ? ret : file_read_fd(fd, path, max, ret_data, ret_size, err);
}

int
fd_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The folder part of ${path} into ${out}; "." when there is none. */
static int
parent_of(const char *path, char out[static PATH_SIZE], struct err *err)
{
	size_t len = strlen(path);
	const char *slash;

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len >= PATH_SIZE)
		return fail(err, path, ENAMETOOLONG);
	memcpy(out, path, len);
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		strcpy(out, ".");
	else
		out[slash == out ? 1 : slash - out] = '\0';
	return 0;
}

int
file_sync_dir(const char *path, struct err *err)
{
	cleanup(fd_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || fsync(fd) == -1)
		return fail(err, path, errno);
	return 0;
}

int
file_sync_parent(const char *path, struct err *err)
{
	char parent[PATH_SIZE];
	int ret = parent_of(path, parent, err);

	return ret != 0 ? ret : file_sync_dir(parent, err);
}

static int
write_flushed(const char *path, const void *data, size_t size, mode_t mode)
{
	cleanup(fd_closep) int fd = -1;
	int errnum;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd == -1)
		return errno;
	errnum = fd_write_all(fd, data, size);
	/* open() let the umask take bits away; the caller's mode is meant. */
	if (errnum == 0 && (fchmod(fd, mode) == -1 || fsync(fd) == -1))
		errnum = errno;
	/* Over a network close() reports what write() did not. */
	if (close(fd_take(&fd)) == -1 && errnum == 0)
		errnum = errno;
	return errnum;
}

static int
put(const char *path, const void *data, size_t size, mode_t mode, unsigned flags, struct err *err)
{
	char temp[PATH_SIZE], token[17];
	int errnum;

	if (snprintf(temp, sizeof(temp), "%s.%s.new", path, token_new(8, token)) >= PATH_SIZE)
		return fail(err, path, ENAMETOOLONG);
	errnum = write_flushed(temp, data, size, mode);
	if (errnum == 0 && renameat2(AT_FDCWD, temp, AT_FDCWD, path, flags) == -1)
		errnum = errno;
	/* Some network file systems know no RENAME_NOREPLACE; link() refuses the same way. */
	if (errnum == EINVAL && flags != 0)
		errnum = link(temp, path) == -1 ? errno : (unlink(temp), 0);
	if (errnum != 0) {
		unlink(temp);
		return fail(err, path, errnum);
	}
	if (file_sync_parent(path, NULL) != 0)
		return err_sys(err, ERR_UNKNOWN, path, EIO);
	return 0;
}

int
file_replace(const char *path, const void *data, size_t size, mode_t mode, struct err *err)
{
	return put(path, data, size, mode, 0, err);
}

int
file_create(const char *path, const void *data, size_t size, mode_t mode, struct err *err)
{
	return put(path, data, size, mode, RENAME_NOREPLACE, err);
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
file_mkdir(const char *path, mode_t mode, struct err *err)
{
	char parent[PATH_SIZE];
	int ret;

	if (is_dir(path))
		return 0;
	ret = parent_of(path, parent, err);
	if (ret == 0 && !str_eq(parent, path) && !is_dir(parent))
		ret = file_mkdir(parent, mode, err);
	if (ret != 0)
		return ret;
	/* Somebody else may have made it in between: that is as good. */
	if (mkdir(path, mode) == -1 && (errno != EEXIST || !is_dir(path)))
		return fail(err, path, errno);
	return file_sync_dir(parent, err);
}

bool
file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int remove_at(int parent_fd, const char *name, dev_t device, int depth);

/* Empties the open folder; takes ${fd}. Returns 0 or an errno. */
static int
empty_dir(int fd, dev_t device, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int errnum = 0;

	if (dir == NULL) {
		errnum = errno;
		close(fd);
		return errnum;
	}
	while (errnum == 0 && (errno = 0, entry = readdir(dir)) != NULL)
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			errnum = remove_at(dirfd(dir), entry->d_name, device, depth + 1);
	if (errnum == 0)
		errnum = errno;
	closedir(dir);
	return errnum;
}

/* ${device} 0: the first one decides. */
static int
remove_at(int parent_fd, const char *name, dev_t device, int depth)
{
	struct stat st;
	int fd, errnum;

	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : errno;
	if (!S_ISDIR(st.st_mode))
		return unlinkat(parent_fd, name, 0) == -1 && errno != ENOENT ? errno : 0;
	if (depth > TREE_DEPTH_MAX)
		return ELOOP;
	if (device != 0 && st.st_dev != device)
		return EXDEV;
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno;
	errnum = empty_dir(fd, st.st_dev, depth);
	if (errnum == 0 && unlinkat(parent_fd, name, AT_REMOVEDIR) == -1 && errno != ENOENT)
		errnum = errno;
	return errnum;
}

int
file_remove_tree(const char *path, struct err *err)
{
	int errnum = remove_at(AT_FDCWD, path, 0, 0);

	return errnum == 0 ? 0 : fail(err, path, errnum);
}

int
file_lock(const char *path, bool wait, int *ret_fd, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	int ret = file_open(path, O_RDWR | O_CREAT, 0600, &fd, err);

	if (ret != 0)
		return ret;
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) == -1) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return fail(err, path, errno);
		return err_fail(err, ERR_CONFLICT, "err.file.locked", NULL, "file", path, NULL, NULL);
	}
	*ret_fd = fd_take(&fd);
	return 0;
}
