/* SPDX-License-Identifier: Apache-2.0 */
#include "app/rules.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/id.h"
#include "os/child.h"
#include "os/file.h"

const char *
rules_folder(struct tx *tx, struct arena *arena, const struct app *app)
{
	const char *sha256 = tx_text(tx, arena, "SELECT sha256 FROM rule_edition WHERE agency_id = ? AND"
	    " used_at IS NOT NULL ORDER BY used_at DESC LIMIT 1", "t", app->agency_id);

	return sha256 == NULL ? NULL : arena_printf(arena, "%s/rules/%s", app->dir, sha256);
}

struct asked {
	struct app *app;
	struct arena *arena;
	const char *folder;
};

static int
ask(struct tx *tx, void *arg, struct err *err)
{
	struct asked *a = arg;

	a->folder = rules_folder(tx, a->arena, a->app);
	return err->kind;
}

const char *
rules_folder_now(struct app *app, struct arena *arena)
{
	struct asked a = { app, arena, NULL };

	return store_read(app->store, ask, &a, NULL) == 0 ? a.folder : NULL;
}

/* ---- what nobody knows of -------------------------------------------------------------------- */

#define EDITION_NAME 16
#define STAGED       ".rules-"
#define SWEEP_AGE_S  (24 * 3600)

/* A folder of editions on its way out: in the transaction only its name changes, for it may be large. */
struct orphan {
	const char *path, *name, *to;
};

static int
put_aside(struct tx *tx, void *arg, struct err *err)
{
	const struct orphan *o = arg;

	if (tx_int(tx, "SELECT COUNT(*) FROM rule_edition WHERE sha256 = ?", "t", o->name) == 0 &&
	    err->kind == ERR_NONE && rename(o->path, o->to) != 0)
		return err_sys(err, file_err_kind(errno), o->path, errno);
	return err->kind;
}

static bool
is_old(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_mtime < time(NULL) - SWEEP_AGE_S;
}

/* Tells ${fn} of every entry of a folder; one that is not there has none. */
static void
each(struct app *app, const char *dir, void (*fn)(struct app *app, const char *dir, const char *name, struct err *err),
    struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d != NULL && err->kind == ERR_NONE && (entry = readdir(d)) != NULL)
		fn(app, dir, entry->d_name, err);
	if (d != NULL)
		closedir(d);
}

static void
sweep_edition(struct app *app, const char *dir, const char *name, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *path = arena_printf(&arena, "%s/%s", dir, name);
	char token[17];

	if (strlen(name) == EDITION_NAME && strspn(name, "0123456789abcdef") == EDITION_NAME && is_old(path))
		store_write(app->store, put_aside, &(struct orphan){ path, name, arena_printf(&arena,
		    "%s/" STAGED "%s", app->dir, token_new(8, token)) }, err);
	arena_clear(&arena);
}

static void
sweep_staged(struct app *app, const char *dir, const char *name, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *path = arena_printf(&arena, "%s/%s", dir, name);

	(void)app;
	if (str_starts(name, STAGED) && is_old(path))
		file_remove_tree(path, err);
	arena_clear(&arena);
}

int
rules_sweep(struct app *app, struct err *err)
{
	struct arena arena = ARENA_INIT;

	each(app, arena_printf(&arena, "%s/rules", app->dir), sweep_edition, err);
	each(app, app->dir, sweep_staged, err);
	arena_clear(&arena);
	return err->kind;
}

/* ---- khien-hunt ------------------------------------------------------------------------- */

static int
request_fd(const char *request, size_t len, int *ret_fd, struct err *err)
{
	int fd = memfd_create("khien-hunt", MFD_CLOEXEC);

	if (fd < 0 || fd_write_all(fd, request, len) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		fd_closep(&fd);
		return err_sys(err, ERR_IO, "memfd", errno);
	}
	*ret_fd = fd;
	return 0;
}

/* What it said on standard error, told again. */
static int
failed(const struct child_result *r, struct err *err)
{
	struct json *said = NULL;
	const char *reason;

	if (r->end == CHILD_TIMEOUT)
		return err_set(err, ERR_TOO_LARGE, "rules.child.time", NULL);
	if (json_parse(buf_str(&r->err), r->err.len, &said, NULL) != 0)
		reason = r->err.len == 0 ? "khien-hunt" : buf_str(&r->err);
	else
		reason = json_get_str(said, "detail");
	err_fail(err, ERR_INVALID, "rules.child", NULL, "reason", reason == NULL ? "khien-hunt" : reason, NULL,
	    NULL);
	if (json_get_str(said, "file") != NULL)
		err_where(err, json_get_str(said, "file"), (int)json_get_int(said, "line", 0),
		    (int)json_get_int(said, "column", 0));
	json_free(said);
	return ERR_INVALID;
}

int
rules_child(const char *request, size_t len, int timeout_ms, struct buf *out, struct err *err)
{
	char path[PATH_MAX + 16];
	const char *argv[] = { path, NULL };
	struct child_options options = { .argv = argv, .fd_count = 1 };
	struct child_result r = { .out = BUF_INIT(out->max), .err = BUF_INIT(64000) };
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	int ret;

	path[n < 0 ? 0 : n] = '\0';
	*(strrchr(path, '/') == NULL ? path : strrchr(path, '/')) = '\0';
	strcat(path, "/khien-hunt");
	ret = request_fd(request, len, &options.fd[0], err);
	if (ret == 0) {
		ret = child_run(&options, NULL, 0, timeout_ms, &r, err);
		fd_closep(&options.fd[0]);
	}
	if (ret == 0 && (r.end != CHILD_EXITED || r.code != 0))
		ret = failed(&r, err);
	if (ret == 0)
		buf_add(out, buf_str(&r.out), r.out.len);
	buf_clear(&r.out);
	buf_clear(&r.err);
	return ret;
}
