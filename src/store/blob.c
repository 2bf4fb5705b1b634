/* SPDX-License-Identifier: Apache-2.0 */
#include "store/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/id.h"
#include "os/file.h"
#include "os/sha256.h"

#define PATH_SIZE 4096
#define TMP       "tmp-" /* beside the folders of two hex digits */

struct blob_writer {
	char dir[PATH_SIZE - 128];
	char tmp[PATH_SIZE];
	int fd;
	int64_t size, max;
	struct sha256 hash;
	bool failed; /* something was not written: no commit */
};

/* DIR/ab/cdef…; false when ${sha256} is not a hash, and so cannot be a path either. */
static bool
path_of(const char *dir, const char *sha256, char out[static PATH_SIZE])
{
	if (strspn(sha256, "0123456789abcdef") != 64 || sha256[64] != '\0')
		return false;
	return snprintf(out, PATH_SIZE, "%s/%.2s/%s", dir, sha256, sha256 + 2) < PATH_SIZE;
}

static int
sys_fail(struct err *err, const char *path)
{
	return err_sys(err, file_err_kind(errno), path, errno);
}

int
blob_begin(const char *dir, int64_t max, struct blob_writer **ret, struct err *err)
{
	struct blob_writer *w = xcalloc(1, sizeof(*w));
	char token[33];
	int code = file_mkdir(dir, 0700, err);

	if (code == 0 && strlen(dir) >= sizeof(w->dir))
		code = err_sys(err, ERR_IO, dir, ENAMETOOLONG);
	if (code == 0) {
		strcpy(w->dir, dir);
		snprintf(w->tmp, sizeof(w->tmp), "%s/" TMP "%s", dir, token_new(16, token));
		code = file_open(w->tmp, O_WRONLY | O_CREAT | O_EXCL, 0600, &w->fd, err);
	}
	if (code != 0) {
		free(w);
		return code;
	}
	w->max = max;
	sha256_init(&w->hash);
	*ret = w;
	return 0;
}

int
blob_write(struct blob_writer *w, const void *data, size_t len, struct err *err)
{
	int errnum;

	if (len > (uint64_t)(w->max - w->size)) {
		w->failed = true;
		err_set(err, ERR_TOO_LARGE, "err.blob.too_large", NULL);
		err_argi(err, "max", w->max);
		return ERR_TOO_LARGE;
	}
	errnum = fd_write_all(w->fd, data, len);
	if (errnum != 0) {
		w->failed = true;
		return err_sys(err, file_err_kind(errnum), w->tmp, errnum);
	}
	sha256_add(&w->hash, data, len);
	w->size += (int64_t)len;
	return 0;
}

void
blob_abort(struct blob_writer *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	unlink(w->tmp);
	free(w);
}

/* Gives the flushed file its name, and flushes the name. */
static int
publish(struct blob_writer *w, const char *sha256, struct err *err)
{
	char path[PATH_SIZE], folder[PATH_SIZE];
	int ret;

	path_of(w->dir, sha256, path);
	snprintf(folder, sizeof(folder), "%s/%.2s", w->dir, sha256);
	if ((ret = file_mkdir(folder, 0700, err)) != 0)
		return ret;
	/* link() and not rename(): a file that is there already is never replaced. */
	if (link(w->tmp, path) == -1) {
		if (errno != EEXIST)
			return sys_fail(err, path);
		/* Somebody else had the same content; it has to be whole to stand for ours. */
		if ((ret = blob_verify(w->dir, sha256, w->size, err)) != 0)
			return ret;
	}
	return file_sync_dir(folder, err);
}

int
blob_commit(struct blob_writer *w, char ret_sha256[static BLOB_HASH_SIZE], int64_t *ret_size,
    struct err *err)
{
	uint8_t hash[SHA256_SIZE];
	int ret = 0;

	if (w->failed)
		ret = err_set(err, ERR_IO, "err.blob.incomplete", NULL);
	else if (fchmod(w->fd, 0400) == -1 || fsync(w->fd) == -1)
		ret = sys_fail(err, w->tmp);
	if (ret == 0) {
		sha256_end(&w->hash, hash);
		hex_encode(hash, sizeof(hash), ret_sha256);
		*ret_size = w->size;
		ret = publish(w, ret_sha256, err);
	}
	blob_abort(w);
	return ret;
}

static int
broken(struct err *err, const char *sha256)
{
	return err_fail(err, ERR_BROKEN, "err.blob.broken", NULL, "sha256", sha256, NULL, NULL);
}

/* Hashes what ${fd} holds from its beginning, and goes back there. */
static int
check_content(int fd, const char *sha256, int64_t *ret_size, struct err *err)
{
	cleanup(free_charp) char *data = xmalloc((size_t)1 << 18);
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];
	struct sha256 h;
	ssize_t n;

	*ret_size = 0;
	sha256_init(&h);
	while ((n = read(fd, data, (size_t)1 << 18)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return sys_fail(err, sha256);
		sha256_add(&h, data, (size_t)n);
		*ret_size += n;
	}
	sha256_end(&h, hash);
	if (!str_eq(hex_encode(hash, sizeof(hash), hex), sha256))
		return broken(err, sha256);
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : sys_fail(err, sha256);
}

int
blob_open(const char *dir, const char *sha256, int *ret_fd, int64_t *ret_size, struct err *err)
{
	char path[PATH_SIZE];
	cleanup(fd_closep) int fd = -1;
	int ret;

	if (!path_of(dir, sha256, path))
		return err_fail(err, ERR_NOT_FOUND, "err.blob.missing", NULL, "sha256", sha256,
		    NULL, NULL);
	if (!file_exists(path))
		return err_fail(err, ERR_NOT_FOUND, "err.blob.missing", NULL, "sha256", sha256,
		    NULL, NULL);
	ret = file_open(path, O_RDONLY, 0, &fd, err);
	if (ret == 0)
		ret = check_content(fd, sha256, ret_size, err);
	if (ret == 0)
		*ret_fd = fd_take(&fd);
	return ret;
}

int
blob_verify(const char *dir, const char *sha256, int64_t size, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	int64_t found;
	int ret = blob_open(dir, sha256, &fd, &found, err);

	return ret == 0 && found != size ? broken(err, sha256) : ret;
}

bool
blob_exists(const char *dir, const char *sha256)
{
	char path[PATH_SIZE];

	return path_of(dir, sha256, path) && file_exists(path);
}

int
blob_remove(const char *dir, const char *sha256, struct err *err)
{
	char path[PATH_SIZE];

	if (!path_of(dir, sha256, path))
		return 0;
	if (unlink(path) == -1)
		return errno == ENOENT ? 0 : sys_fail(err, path);
	return file_sync_parent(path, err);
}

static bool
is_old_file(const char *path, int64_t age_s)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && time(NULL) - st.st_mtime >= age_s;
}

int
blob_sweep(const char *dir, int64_t age_s, struct err *err)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (d == NULL)
		return errno == ENOENT ? 0 : sys_fail(err, dir);
	while ((entry = readdir(d)) != NULL) {
		if (!str_starts(entry->d_name, TMP) ||
		    snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) >= PATH_SIZE)
			continue;
		if (is_old_file(path, age_s))
			unlink(path);
	}
	closedir(d);
	return 0;
}

/* Those of one folder, whose two letters begin their names. */
static int
each_in(const char *dir, const char *two, int64_t age_s, blob_fn fn, void *arg, struct err *err)
{
	char path[PATH_SIZE], file[PATH_SIZE], sha256[BLOB_HASH_SIZE];
	struct dirent *entry;
	int ret = 0;
	DIR *d;

	if (snprintf(path, sizeof(path), "%s/%s", dir, two) >= PATH_SIZE)
		return 0;
	d = opendir(path);
	if (d == NULL)
		return errno == ENOENT ? 0 : sys_fail(err, path);
	while (ret == 0 && (entry = readdir(d)) != NULL) {
		if (strlen(entry->d_name) != BLOB_HASH_SIZE - 3)
			continue;
		snprintf(sha256, sizeof(sha256), "%.2s%.62s", two, entry->d_name);
		if (path_of(dir, sha256, file) && is_old_file(file, age_s))
			ret = fn(arg, sha256);
	}
	closedir(d);
	return ret;
}

int
blob_each(const char *dir, int64_t age_s, blob_fn fn, void *arg, struct err *err)
{
	char two[3];
	int ret = 0;

	for (int i = 0; i < 256 && ret == 0; i++) {
		snprintf(two, sizeof(two), "%02x", i);
		ret = each_in(dir, two, age_s, fn, arg, err);
	}
	return ret;
}
