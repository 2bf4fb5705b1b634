/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c: writing a backup; restore.c reads it. */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/keyseal.h"
#include "app/version.h"
#include "base/id.h"
#include "base/utf8.h"
#include "os/file.h"
#include "os/tar.h"
#include "store/blob.h"

#define CHUNK      ((size_t)1 << 20)
#define PART       ".part"
#define PART_AGE_S 86400
#define DEPTH_MAX  10
#define HEX        64

/* One backup under way. */
struct writer {
	struct app *app;
	struct arena arena;
	struct backup_summary *sum;
	struct err *err;
	struct tar_out tar;
	struct buf list;
	struct buf held;     /* hashes that evidence needs, in order, HEX bytes each */
	size_t held_at;
	char *data;          /* CHUNK */
	char *db;            /* the copy's path until it is gone */
	int64_t db_size, total;
};

void
backup_list_add(struct buf *list, const char *sha256, const char *name)
{
	buf_adds(list, sha256);
	buf_adds(list, "  ");
	buf_adds(list, name);
	buf_addc(list, '\n');
}

static int
sys_fail(struct writer *w, const char *path)
{
	return err_sys(w->err, file_err_kind(errno), path, errno);
}

/* ---- members -------------------------------------------------------------------- */

static int
member_done(struct writer *w, const char *name, struct sha256 *h, const char *want)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	sha256_end(h, hash);
	hex_encode(hash, sizeof(hash), hex);
	if (want != NULL && strcmp(hex, want) != 0)
		return err_fail(w->err, ERR_BROKEN, "err.blob.broken", NULL, "sha256", want, NULL, NULL);
	backup_list_add(&w->list, hex, name);
	w->sum->files++;
	return w->list.full ? err_set(w->err, ERR_TOO_LARGE, "err.backup.too_many", NULL) : 0;
}

static int
add_text(struct writer *w, const char *name, const void *data, size_t len)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, data, len);
	if (tar_out_member(&w->tar, name, (int64_t)len, 0600, w->sum->made_at / 1000, w->err) != 0 ||
	    tar_out_data(&w->tar, data, len, w->err) != 0)
		return w->err->kind;
	return member_done(w, name, &h, NULL);
}

/* A file that becomes shorter meanwhile would leave a hole; it is none of ours then. */
static int
changed(struct writer *w, const char *path)
{
	return err_fail(w->err, ERR_CONFLICT, "err.backup.changed", NULL, "file", path, NULL, NULL);
}

/* Copies what ${fd} holds; ${want} is the hash it must have, or NULL. */
static int
add_fd(struct writer *w, const char *name, int fd, unsigned mode, const char *want)
{
	struct sha256 h;
	struct stat st;

	sha256_init(&h);
	if (fstat(fd, &st) == -1)
		return sys_fail(w, name);
	if (tar_out_member(&w->tar, name, st.st_size, mode, w->sum->made_at / 1000, w->err) != 0)
		return w->err->kind;
	for (int64_t left = st.st_size; left > 0;) {
		ssize_t n = read(fd, w->data, (uint64_t)left < CHUNK ? (size_t)left : CHUNK);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return sys_fail(w, name);
		if (n == 0)
			return changed(w, name);
		sha256_add(&h, w->data, (size_t)n);
		if (tar_out_data(&w->tar, w->data, (size_t)n, w->err) != 0)
			return w->err->kind;
		left -= n;
		if (w->sum->progress != NULL)
			w->sum->progress(w->sum->arg, w->tar.bytes, w->total);
	}
	return member_done(w, name, &h, want);
}

static int
add_file(struct writer *w, const char *name, const char *path, unsigned mode, const char *want)
{
	cleanup(fd_closep) int fd = -1;

	if (file_open(path, O_RDONLY, 0, &fd, w->err) != 0)
		return w->err->kind;
	return add_fd(w, name, fd, mode, want);
}

/* ---- folders ----------------------------------------------------------------------- */

struct names {
	char **name; /* in the arena, but for the array */
	size_t count, room;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in ${path}, sorted as they will stand in the archive; a folder gets its "/" for that. */
static int
list_folder(struct writer *w, const char *path, struct names *ret)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	struct stat st;

	if (d == NULL)
		return errno == ENOENT ? 0 : sys_fail(w, path);
	while (w->err->kind == ERR_NONE && (entry = readdir(d)) != NULL) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue; /* gone again */
		if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
			err_fail(w->err, ERR_INVALID, "err.backup.odd_file", NULL, "file",
			    arena_printf(&w->arena, "%s/%s", path, entry->d_name), NULL, NULL);
			break;
		}
		if (ret->count == ret->room)
			ret->name = xrealloc(ret->name, (ret->room = ret->room * 2 + 64) * sizeof(*ret->name));
		ret->name[ret->count++] = arena_printf(&w->arena, "%s%s", entry->d_name,
		    S_ISDIR(st.st_mode) ? "/" : "");
	}
	closedir(d);
	if (ret->count > 0)
		qsort(ret->name, ret->count, sizeof(*ret->name), by_name);
	return w->err->kind;
}

static int
add_folder(struct writer *w, const char *name, int depth)
{
	struct names names = { 0 };
	const char *path = arena_printf(&w->arena, "%s/%s", w->app->dir, name);
	int ret = list_folder(w, path, &names);

	for (size_t i = 0; i < names.count && ret == 0; i++) {
		const char *child = arena_printf(&w->arena, "%s%s", name, names.name[i]);
		size_t len = strlen(child);

		if (child[len - 1] != '/')
			ret = add_file(w, child, arena_printf(&w->arena, "%s/%s", w->app->dir, child), 0600, NULL);
		else if (depth < DEPTH_MAX)
			ret = add_folder(w, child, depth + 1);
		else
			ret = err_fail(w->err, ERR_INVALID, "err.backup.odd_file", NULL, "file", path, NULL, NULL);
	}
	free(names.name);
	return ret;
}

/* ---- blobs -------------------------------------------------------------------------- */

static int
missing(struct writer *w, const char *hash)
{
	char sha256[HEX + 1];

	snprintf(sha256, sizeof(sha256), "%.*s", HEX, hash);
	return err_fail(w->err, ERR_BROKEN, "err.backup.missing", NULL, "sha256", sha256, NULL, NULL);
}

/* Held evidence whose hash comes before ${hash} (NULL: all that is left) was not among the blobs. */
static int
held_until(struct writer *w, const char *hash)
{
	const char *next;

	if (w->held_at == w->held.len)
		return 0;
	next = w->held.data + w->held_at;
	if (hash == NULL || strncmp(next, hash, HEX) < 0)
		return missing(w, next);
	if (strncmp(next, hash, HEX) == 0)
		w->held_at += HEX;
	return 0;
}

/* One of the 256 folders; what is no blob (a writer that died left it) is not copied. */
static int
add_blobs_of(struct writer *w, const char *xx)
{
	struct arena kept = w->arena;
	struct names names = { 0 };
	char hash[HEX + 1], name[80];
	int ret;

	w->arena = (struct arena)ARENA_INIT;
	ret = list_folder(w, arena_printf(&w->arena, "%s/%s", w->app->blobs, xx), &names);
	for (size_t i = 0; i < names.count && ret == 0; i++) {
		const char *rest = names.name[i];

		if (strlen(rest) != HEX - 2 || strspn(rest, "0123456789abcdef") != HEX - 2)
			continue;
		snprintf(hash, sizeof(hash), "%s%s", xx, rest);
		snprintf(name, sizeof(name), "blobs/%s/%s", xx, rest);
		if ((ret = held_until(w, hash)) == 0)
			ret = add_file(w, name, arena_printf(&w->arena, "%s/%s/%s", w->app->blobs, xx, rest), 0400, hash);
	}
	free(names.name);
	arena_clear(&w->arena);
	w->arena = kept;
	return ret;
}

static int
add_blobs(struct writer *w)
{
	int ret = 0;

	for (int i = 0; i < 256 && ret == 0; i++) {
		char xx[3];

		snprintf(xx, sizeof(xx), "%02x", i);
		ret = add_blobs_of(w, xx);
	}
	return ret == 0 ? held_until(w, NULL) : ret;
}

/* Bytes of all blobs, for the progress alone. */
static int64_t
blobs_size(struct writer *w)
{
	char path[4096];
	int64_t sum = 0;

	for (int i = 0; i < 256; i++) {
		struct dirent *entry;
		struct stat st;
		DIR *d;

		snprintf(path, sizeof(path), "%s/%02x", w->app->blobs, i);
		if ((d = opendir(path)) == NULL)
			continue;
		while ((entry = readdir(d)) != NULL)
			if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
				sum += st.st_size;
		closedir(d);
	}
	return sum;
}

/* ---- the database --------------------------------------------------------------------- */

static int
look_into_copy(struct tx *tx, void *arg, struct err *err)
{
	struct writer *w = arg;
	struct query q;

	w->sum->entries = tx_int(tx, "SELECT COUNT(*) FROM ledger_entry", "");
	query_open(&q, tx, "SELECT DISTINCT sha256 FROM evidence WHERE state = 'held' AND sha256 IS NOT NULL"
	    " ORDER BY sha256", "");
	while (query_step(&q))
		if (query_size(&q, 0) == HEX)
			buf_add(&w->held, query_text(&q, 0), HEX);
	query_close(&q);
	return w->held.full ? err_set(err, ERR_TOO_LARGE, "err.backup.too_many", NULL) : err->kind;
}

/*
 * Copies the database beside ${file} and reads from the copy which blobs have to
 * be there.  Blobs are listed later, so every one the copy knows is on the disk.
 */
static int
copy_database(struct writer *w, const char *file)
{
	struct store *copy = NULL;
	char token[17];
	struct stat st;

	w->db = arena_printf(&w->arena, "%s.%s" PART, file, token_new(8, token));
	if (store_backup(w->app->store, w->db, w->err) != 0 ||
	    store_open(w->db, 0, &copy, w->err) != 0)
		return w->err->kind;
	store_read(copy, look_into_copy, w, w->err);
	store_close(copy);
	if (w->err->kind == ERR_NONE && stat(w->db, &st) == 0)
		w->db_size = st.st_size;
	return w->err->kind;
}

static void
drop_copy(struct writer *w)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; w->db != NULL && i < ARRAY_LEN(suffix); i++)
		unlink(arena_printf(&w->arena, "%s%s", w->db, suffix[i]));
	w->db = NULL;
}

/* Copies of backups to ${file} that were killed a day ago or longer. */
static void
sweep(struct writer *w, const char *file)
{
	const char *slash = strrchr(file, '/'), *base = slash == NULL ? file : slash + 1;
	const char *dir = slash == NULL ? "." : arena_strndup(&w->arena, file, (size_t)(slash - file) + 1);
	DIR *d = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		const char *rest = entry->d_name + strlen(base);

		if (!str_starts(entry->d_name, base) || rest[0] != '.' || strlen(rest) < 17 + strlen(PART) ||
		    strspn(rest + 1, "0123456789abcdef") != 16 || !str_starts(rest + 17, PART))
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    time(NULL) - st.st_mtime >= PART_AGE_S)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
}

/* ---- the file --------------------------------------------------------------------------- */

static int
add_head(struct writer *w, const struct buf *box)
{
	struct buf text = BUF_INIT(4096);
	struct jsonw j = JSONW_INIT(&text);
	char iso[CLOCK_TEXT_SIZE], hex[SHA256_HEX_SIZE];
	int ret;

	jsonw_object(&j);
	jsonw_kint(&j, "format", BACKUP_FORMAT);
	jsonw_kstring(&j, "made_by", "khien " KHIEN_VERSION);
	jsonw_kstring(&j, "agency_id", w->app->agency_id);
	jsonw_kstring(&j, "made_at", clock_iso(w->sum->made_at, iso));
	jsonw_kint(&j, "made_at_ms", w->sum->made_at);
	jsonw_kint(&j, "entries", w->sum->entries);
	jsonw_kstring(&j, "keys_sha256", sha256_hex(box->data, box->len, hex));
	jsonw_object_end(&j);
	buf_addc(&text, '\n');
	ret = add_text(w, BACKUP_HEAD, text.data, text.len);
	buf_clear(&text);
	return ret;
}

static int
add_head_and_keys(struct writer *w, const char *passphrase, uint8_t seal_key[static KEYSEAL_KEY_SIZE])
{
	struct buf box = BUF_INIT(KEYSEAL_BOX_MAX);
	int ret = keyseal_make(arena_printf(&w->arena, "%s/keys", w->app->dir), passphrase, &box, seal_key,
	    w->err);

	if (ret == 0)
		ret = add_head(w, &box);
	if (ret == 0)
		ret = add_text(w, BACKUP_KEYS, box.data, box.len);
	buf_clear(&box);
	return ret;
}

/* The list of all that came before, its mark, and the end. */
static int
finish(struct writer *w, const uint8_t seal_key[static KEYSEAL_KEY_SIZE])
{
	char mark[66];
	size_t len = w->list.len;
	int64_t at = w->sum->made_at / 1000;

	keyseal_mark(seal_key, w->list.data, len, mark);
	strcat(mark, "\n");
	if (tar_out_member(&w->tar, BACKUP_LIST, (int64_t)len, 0600, at, w->err) != 0 ||
	    tar_out_data(&w->tar, w->list.data, len, w->err) != 0 ||
	    tar_out_member(&w->tar, BACKUP_MARK, 65, 0600, at, w->err) != 0 ||
	    tar_out_data(&w->tar, mark, 65, w->err) != 0 ||
	    tar_out_end(&w->tar, w->sum->sha256, w->err) != 0)
		return w->err->kind;
	w->sum->bytes = w->tar.bytes;
	return 0;
}

static int
fill(struct writer *w, const char *passphrase)
{
	uint8_t seal_key[KEYSEAL_KEY_SIZE];

	if (add_head_and_keys(w, passphrase, seal_key) != 0 || add_folder(w, "archive/", 0) != 0 ||
	    add_blobs(w) != 0 || add_file(w, BACKUP_DB, w->db, 0600, NULL) != 0 ||
	    add_folder(w, "packs/", 0) != 0 || add_folder(w, "rules/", 0) != 0)
		return w->err->kind;
	return finish(w, seal_key);
}

/*
 * A file without a name, which appears whole by linkat(): whatever happens
 * before that, nothing is there.  Where the file system cannot, a name beside.
 */
static int
open_out(struct writer *w, const char *file, char **ret_temp, int *ret_fd)
{
	const char *slash = strrchr(file, '/');
	const char *dir = slash == NULL ? "." : arena_strndup(&w->arena, file, (size_t)(slash - file) + 1);
	char token[17];

	*ret_temp = NULL;
	*ret_fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (*ret_fd != -1)
		return 0;
	*ret_temp = arena_printf(&w->arena, "%s.%s" PART, file, token_new(8, token));
	return file_open(*ret_temp, O_WRONLY | O_CREAT | O_EXCL, 0600, ret_fd, w->err);
}

static int
publish(struct writer *w, const char *file, const char *temp, int fd)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (fsync(fd) == -1)
		return sys_fail(w, file);
	if (temp == NULL ? linkat(AT_FDCWD, self, AT_FDCWD, file, AT_SYMLINK_FOLLOW) == -1 :
	    link(temp, file) == -1)
		return errno == EEXIST ? err_fail(w->err, ERR_CONFLICT, "err.backup.exists", NULL, "file", file,
		    NULL, NULL) : sys_fail(w, file);
	return file_sync_parent(file, w->err);
}

static int
write_file(struct writer *w, const char *file, const char *passphrase)
{
	cleanup(fd_closep) int fd = -1;
	char *temp;
	int ret = open_out(w, file, &temp, &fd);

	if (ret == 0) {
		tar_out_begin(&w->tar, fd, file);
		ret = fill(w, passphrase);
	}
	if (ret == 0)
		ret = publish(w, file, temp, fd);
	if (temp != NULL)
		unlink(temp);
	return ret;
}

int
backup_self(struct app *app, const char *file, const char *passphrase,
    struct backup_summary *ret, struct err *err)
{
	struct err own = { 0 };
	struct writer w = { .app = app, .sum = ret, .err = &own, .list = BUF_INIT(BACKUP_LIST_MAX),
	    .held = BUF_INIT(BACKUP_LIST_MAX) };
	int kind;

	if (utf8_count(passphrase) < BACKUP_PASSPHRASE_MIN) {
		err_set(err, ERR_INVALID, "err.password_short", "passphrase");
		err_argi(err, "min", BACKUP_PASSPHRASE_MIN);
		return ERR_INVALID;
	}
	if (file_exists(file))
		return err_fail(err, ERR_CONFLICT, "err.backup.exists", NULL, "file", file, NULL, NULL);
	ret->files = ret->bytes = ret->entries = 0;
	ret->made_at = app_now(app);
	w.data = xmalloc(CHUNK);
	sweep(&w, file);
	if (copy_database(&w, file) == 0) {
		w.total = w.db_size + (ret->progress == NULL ? 0 : blobs_size(&w));
		write_file(&w, file, passphrase);
	}
	drop_copy(&w);
	kind = own.kind;
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	buf_clear(&w.list);
	buf_clear(&w.held);
	arena_clear(&w.arena);
	free(w.data);
	return kind;
}
