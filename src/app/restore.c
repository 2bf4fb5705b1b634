/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore.c: reading a backup.  One pass: everything is written into a folder
 * of its own inside the target while it is hashed, then compared with the list
 * and the list with its mark; only then it is moved to where it belongs, the
 * database last, since a folder without it is no data directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/backup.h"
#include "app/keyseal.h"
#include "base/id.h"
#include "os/file.h"
#include "os/tar.h"

#define CHUNK    ((size_t)1 << 20)
#define WORK     ".restore-" /* and a token: what is not finished */
#define HEAD_MAX 65536
#define DEPTH_MAX 12 /* "/" in a name; more than a backup ever has */

struct reader {
	const char *file, *dir;
	struct arena arena;
	struct backup_summary *sum;
	struct err *err;
	struct tar_in tar;
	struct tar_member member;
	struct buf list;                 /* as the list has to be */
	char last[TAR_NAME_SIZE];        /* the member before, for the order */
	char keys_sha256[SHA256_HEX_SIZE];
	char *work, *data;               /* work folder; CHUNK */
	int64_t total;
	bool made_dir;
};

static int
broken(struct reader *r, const char *key, const char *name)
{
	return err_fail(r->err, ERR_BROKEN, key, NULL, "file", r->file, "name", name);
}

static int
sys_fail(struct reader *r, const char *path)
{
	return err_sys(r->err, file_err_kind(errno) == ERR_FULL ? ERR_FULL : ERR_IO, path, errno);
}

static const char *
in_work(struct reader *r, const char *name)
{
	return arena_printf(&r->arena, "%s/%s", r->work, name);
}

/* ---- the target ------------------------------------------------------------------- */

/* Empty, but for what a restore that was killed left behind: that is removed. */
static int
check_empty(struct reader *r)
{
	DIR *d = opendir(r->dir);
	struct dirent *entry;
	bool other = false;

	if (d == NULL)
		return errno == ENOENT ? 0 : sys_fail(r, r->dir);
	while ((entry = readdir(d)) != NULL)
		other |= !str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..") &&
		    !str_starts(entry->d_name, WORK);
	rewinddir(d);
	while (!other && (entry = readdir(d)) != NULL)
		if (str_starts(entry->d_name, WORK))
			file_remove_tree(arena_printf(&r->arena, "%s/%s", r->dir, entry->d_name), NULL);
	closedir(d);
	return !other ? 0 : err_fail(r->err, ERR_STATE, "err.backup.not_empty", NULL, "path", r->dir, NULL, NULL);
}

static int
begin_target(struct reader *r)
{
	static const char *const folder[] = { "", "/archive", "/blobs", "/keys", "/packs", "/rules" };
	char token[17];
	int ret = check_empty(r);

	if (ret != 0)
		return ret;
	r->made_dir = !file_exists(r->dir);
	if ((ret = file_mkdir(r->dir, 0700, r->err)) != 0)
		return ret;
	r->work = arena_printf(&r->arena, "%s/" WORK "%s", r->dir, token_new(8, token));
	for (size_t i = 0; i < ARRAY_LEN(folder) && ret == 0; i++)
		ret = file_mkdir(arena_printf(&r->arena, "%s%s", r->work, folder[i]), 0700, r->err);
	return ret;
}

static void
drop_target(struct reader *r)
{
	if (r->work != NULL)
		file_remove_tree(r->work, NULL);
	if (r->made_dir)
		rmdir(r->dir);
}

/* One flush for all files instead of one each. */
static int
flush(struct reader *r)
{
	cleanup(fd_closep) int fd = open(r->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd == -1 || syncfs(fd) == -1 ? sys_fail(r, r->work) : 0;
}

static int
move_into_place(struct reader *r)
{
	static const char *const part[] = { "archive", "blobs", "keys", "packs", "rules", BACKUP_DB };

	if (flush(r) != 0)
		return r->err->kind;
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		if (i + 1 == ARRAY_LEN(part) && file_sync_dir(r->dir, r->err) != 0)
			break;
		if (rename(in_work(r, part[i]), arena_printf(&r->arena, "%s/%s", r->dir, part[i])) == -1) {
			sys_fail(r, r->dir);
			break;
		}
	}
	/* Back to an empty folder: what was moved is moved back under the folder that goes. */
	for (size_t i = 0; r->err->kind != ERR_NONE && i < ARRAY_LEN(part); i++)
		rename(arena_printf(&r->arena, "%s/%s", r->dir, part[i]), in_work(r, part[i]));
	if (r->err->kind == ERR_NONE)
		rmdir(r->work);
	return r->err->kind != ERR_NONE ? r->err->kind : file_sync_dir(r->dir, r->err);
}

/* ---- members ------------------------------------------------------------------------ */

/* The next member; ERR_BROKEN when the archive ends here. */
static int
next(struct reader *r)
{
	bool end;
	int ret = tar_in_next(&r->tar, &r->member, &end, r->err);

	return ret == 0 && end ? broken(r, "err.tar.cut", "") : ret;
}

/* Reads the member under way into ${out}. */
static int
read_text(struct reader *r, struct buf *out)
{
	size_t n = 1;

	if ((uint64_t)r->member.size > out->max)
		return broken(r, "err.backup.member", r->member.name);
	while (n > 0 && r->err->kind == ERR_NONE)
		if (tar_in_data(&r->tar, r->data, CHUNK, &n, r->err) == 0)
			buf_add(out, r->data, n);
	return r->err->kind;
}

static int
note_member(struct reader *r, struct sha256 *h, const char *want)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	sha256_end(h, hash);
	hex_encode(hash, sizeof(hash), hex);
	if (want != NULL && strcmp(hex, want) != 0)
		return broken(r, "err.backup.content", r->member.name);
	backup_list_add(&r->list, hex, r->member.name);
	r->sum->files++;
	return r->list.full ? broken(r, "err.backup.member", r->member.name) : 0;
}

/* A member of that name and at most that size, noted for the list. */
static int
expect_text(struct reader *r, const char *name, struct buf *out)
{
	struct sha256 h;

	if (next(r) != 0)
		return r->err->kind;
	if (!str_eq(r->member.name, name))
		return broken(r, "err.backup.other", r->member.name);
	if (read_text(r, out) != 0)
		return r->err->kind;
	sha256_init(&h);
	sha256_add(&h, buf_str(out), out->len);
	return note_member(r, &h, NULL);
}

/* blobs/ab/cdef…: the hash in ${out}. */
static bool
blob_name(const char *name, char out[static SHA256_HEX_SIZE])
{
	const char *xx;

	if (!str_starts(name, "blobs/"))
		return false;
	xx = name + strlen("blobs/");
	if (strlen(xx) != 65 || xx[2] != '/' || strspn(xx, "0123456789abcdef") != 2 ||
	    strspn(xx + 3, "0123456789abcdef") != 62)
		return false;
	memcpy(out, xx, 2);
	memcpy(out + 2, xx + 3, 63);
	return true;
}

/* Where the member under way belongs; its hash, when its name says it, in ${ret_want}. */
static int
place(struct reader *r, char ret_want[static SHA256_HEX_SIZE])
{
	const char *name = r->member.name;
	int depth = 0;

	ret_want[0] = '\0';
	if (strcmp(name, r->last) <= 0)
		return broken(r, "err.backup.order", name);
	snprintf(r->last, sizeof(r->last), "%s", name);
	for (const char *p = name; *p != '\0'; p++)
		depth += *p == '/';
	if (depth > DEPTH_MAX)
		return broken(r, "err.backup.member", name);
	if (!blob_name(name, ret_want) && !str_eq(name, BACKUP_DB) && !str_starts(name, "packs/") &&
	    !str_starts(name, "archive/") && !str_starts(name, "rules/"))
		return broken(r, "err.backup.member", name);
	return 0;
}

static int
make_parent(struct reader *r, const char *path)
{
	char *parent = arena_strdup(&r->arena, path), *slash = strrchr(parent, '/');
	struct stat st;

	*slash = '\0';
	if (stat(parent, &st) == 0)
		return 0;
	for (char *p = parent + strlen(r->work) + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(parent, 0700);
		*p = '/';
	}
	return mkdir(parent, 0700) == -1 && errno != EEXIST ? sys_fail(r, parent) : 0;
}

/* In a folder that is ours alone only a name used as file and as folder can be in the way. */
static int
create(struct reader *r, const char *path, mode_t mode, int *ret_fd)
{
	*ret_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (*ret_fd != -1)
		return 0;
	return errno == ENOTDIR || errno == EEXIST || errno == EISDIR ?
	    broken(r, "err.backup.order", r->member.name) : sys_fail(r, path);
}

static int
extract_to(struct reader *r, int fd, struct sha256 *h)
{
	size_t n = r->member.size > 0;

	while (n > 0) {
		int errnum;

		if (tar_in_data(&r->tar, r->data, CHUNK, &n, r->err) != 0)
			return r->err->kind;
		sha256_add(h, r->data, n);
		if ((errnum = fd_write_all(fd, r->data, n)) != 0) {
			errno = errnum;
			return sys_fail(r, r->work);
		}
		if (r->sum->progress != NULL)
			r->sum->progress(r->sum->arg, r->tar.bytes, r->total);
	}
	return 0;
}

static int
extract(struct reader *r)
{
	cleanup(fd_closep) int fd = -1;
	struct arena kept = r->arena;
	char want[SHA256_HEX_SIZE];
	struct sha256 h;
	const char *path;
	int ret;

	r->arena = (struct arena)ARENA_INIT;
	sha256_init(&h);
	path = in_work(r, r->member.name);
	ret = place(r, want);
	if (ret == 0)
		ret = make_parent(r, path);
	if (ret == 0)
		ret = create(r, path, want[0] != '\0' ? 0400 : 0600, &fd);
	if (ret == 0)
		ret = extract_to(r, fd, &h);
	if (ret == 0)
		ret = note_member(r, &h, want[0] != '\0' ? want : NULL);
	arena_clear(&r->arena);
	r->arena = kept;
	return ret;
}

/* ---- the whole ------------------------------------------------------------------------ */

static int
read_head(struct reader *r)
{
	cleanup(json_freep) struct json *head = NULL;
	struct buf text = BUF_INIT(HEAD_MAX);
	int64_t format;
	int ret = expect_text(r, BACKUP_HEAD, &text);

	/* What is no archive from its first byte on was hardly ever a backup. */
	if (ret == ERR_BROKEN && str_starts(r->err->key, "err.tar.")) {
		err_clear(r->err);
		ret = broken(r, "err.backup.none", "");
	}
	if (ret == 0 && json_parse(buf_str(&text), text.len, &head, NULL) != 0)
		ret = broken(r, "err.backup.member", BACKUP_HEAD);
	buf_clear(&text);
	if (ret != 0)
		return ret;
	format = json_get_int(head, "format", 0);
	if (format != BACKUP_FORMAT)
		return broken(r, format > BACKUP_FORMAT ? "err.backup.newer" : "err.backup.member", BACKUP_HEAD);
	r->sum->entries = json_get_int(head, "entries", 0);
	r->sum->made_at = json_get_int(head, "made_at_ms", 0);
	snprintf(r->keys_sha256, sizeof(r->keys_sha256), "%s",
	    str_empty(json_get_str(head, "keys_sha256")) ? "" : json_get_str(head, "keys_sha256"));
	return 0;
}

static int
read_keys(struct reader *r, const char *passphrase, uint8_t seal_key[static KEYSEAL_KEY_SIZE])
{
	struct buf box = BUF_INIT(KEYSEAL_BOX_MAX);
	char hex[SHA256_HEX_SIZE];
	int ret = expect_text(r, BACKUP_KEYS, &box);

	/* Damage is told from a wrong passphrase by this alone. */
	if (ret == 0 && !str_eq(sha256_hex(buf_str(&box), box.len, hex), r->keys_sha256))
		ret = broken(r, "err.backup.keys", BACKUP_KEYS);
	if (ret == 0) {
		ret = keyseal_open(buf_str(&box), box.len, passphrase, in_work(r, "keys"), seal_key, r->err);
		if (ret == ERR_BROKEN)
			err_arg(r->err, "file", r->file);
	}
	buf_clear(&box);
	return ret;
}

/* The line of the list at offset ${at} names what differs. */
static int
list_differs(struct reader *r, size_t at)
{
	char name[TAR_NAME_SIZE] = BACKUP_LIST;
	size_t line = at;

	while (line > 0 && r->list.data[line - 1] != '\n')
		line--;
	if (line + 66 < r->list.len)
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(r->list.data + line + 66, "\n"),
		    r->list.data + line + 66);
	return broken(r, "err.backup.content", name);
}

static int
check_list(struct reader *r)
{
	size_t at = 0, n = 1;

	if (r->last[0] == '\0' || (uint64_t)r->member.size != r->list.len)
		return broken(r, "err.backup.list", BACKUP_LIST);
	while (n > 0) {
		if (tar_in_data(&r->tar, r->data, CHUNK, &n, r->err) != 0)
			return r->err->kind;
		for (size_t i = 0; i < n; i++)
			if (r->data[i] != r->list.data[at + i])
				return list_differs(r, at + i);
		at += n;
	}
	return 0;
}

static int
check_mark(struct reader *r, const uint8_t seal_key[static KEYSEAL_KEY_SIZE])
{
	struct buf text = BUF_INIT(65);
	struct tar_member extra;
	char mark[66];
	bool end = false;
	int ret = next(r);

	if (ret == 0 && !str_eq(r->member.name, BACKUP_MARK))
		ret = broken(r, "err.backup.member", r->member.name);
	if (ret == 0)
		ret = read_text(r, &text);
	keyseal_mark(seal_key, r->list.data, r->list.len, mark);
	if (ret == 0 && (text.len != 65 || strncmp(text.data, mark, 64) != 0))
		ret = broken(r, "err.backup.mark", BACKUP_LIST);
	buf_clear(&text);
	if (ret == 0)
		ret = tar_in_next(&r->tar, &extra, &end, r->err);
	return ret == 0 && !end ? broken(r, "err.backup.member", extra.name) : ret;
}

static int
read_all(struct reader *r, const char *passphrase)
{
	uint8_t seal_key[KEYSEAL_KEY_SIZE], hash[SHA256_SIZE];

	if (read_head(r) != 0 || read_keys(r, passphrase, seal_key) != 0)
		return r->err->kind;
	for (;;) {
		if (next(r) != 0)
			return r->err->kind;
		if (str_eq(r->member.name, BACKUP_LIST))
			break;
		if (extract(r) != 0)
			return r->err->kind;
	}
	if (check_list(r) != 0 || check_mark(r, seal_key) != 0)
		return r->err->kind;
	sha256_end(&r->tar.whole, hash);
	hex_encode(hash, sizeof(hash), r->sum->sha256);
	r->sum->bytes = r->tar.bytes;
	return 0;
}

/* What was restored is a database this program can use. */
static int
try_database(struct reader *r)
{
	struct store *store = NULL;

	if (!file_exists(in_work(r, BACKUP_DB)))
		return broken(r, "err.backup.list", BACKUP_DB);
	if (store_open(in_work(r, BACKUP_DB), 0, &store, r->err) == 0)
		store_close(store);
	return r->err->kind;
}

static int
restore(struct reader *r, const char *passphrase)
{
	cleanup(fd_closep) int fd = -1;
	struct stat st;
	int ret = file_open(r->file, O_RDONLY, 0, &fd, r->err);

	if (ret == 0)
		ret = begin_target(r);
	if (ret != 0)
		return ret;
	r->total = fstat(fd, &st) == 0 ? st.st_size : 0;
	tar_in_begin(&r->tar, fd, r->file);
	if (read_all(r, passphrase) != 0 || try_database(r) != 0)
		return r->err->kind;
	return move_into_place(r);
}

int
backup_restore(const char *file, const char *passphrase, const char *dir,
    struct backup_summary *ret, struct err *err)
{
	struct err own = { 0 };
	struct reader r = { .file = file, .dir = dir, .sum = ret, .err = &own,
	    .list = BUF_INIT(BACKUP_LIST_MAX), .data = xmalloc(CHUNK) };
	int kind;

	ret->files = ret->bytes = ret->entries = 0;
	kind = restore(&r, passphrase);
	if (kind != 0)
		drop_target(&r);
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	buf_clear(&r.list);
	arena_clear(&r.arena);
	free(r.data);
	return kind;
}
