/* SPDX-License-Identifier: Apache-2.0 */
#include "app/rules.h"

#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

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
