/* SPDX-License-Identifier: Apache-2.0 */
/* hunt.c: commands that read logs and rules; khien-hunt, which stands beside khien, does the work. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/rules.h"
#include "cli/cli.h"
#include "os/file.h"

#define REQUEST_FD 3

static const char *const levels[] = { "informational", "low", "medium", "high", "critical", NULL };

const struct param hunt_params[] = {
	{ "path", P_LIST, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "rules", P_LIST, 0, 0, 0, NULL },
	{ "shipped", P_BOOL, 0, 0, 0, NULL },
	{ "incident", P_LINE, 0, 0, 40, NULL },
	{ "level", P_ENUM, 0, 0, 0, levels },
	{ "tag", P_LIST, 0, 0, 0, NULL },
	{ "from", P_TIME, 0, 0, 0, NULL },
	{ "to", P_TIME, 0, 0, 0, NULL },
	{ "ioc", P_LIST, 0, 0, 0, NULL },
	{ "json", P_OUT, 0, 0, 0, NULL },
	{ "csv", P_OUT, 0, 0, 0, NULL },
	{ "timeline", P_OUT, 0, 0, 0, NULL },
	{ "html", P_OUT, 0, 0, 0, NULL },
	{ "threads", P_INT, 0, 1, 256, NULL },
	{ "pipeline", P_LIST, 0, 0, 0, NULL },
	{ "expand", P_LIST, 0, 0, 0, NULL },
	{ "no_prefilter", P_BOOL, 0, 0, 0, NULL },
	{ "no_cache", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

const struct param rules_check_params[] = {
	{ "dir", P_LIST, PF_POSITIONAL, 0, 0, NULL },
	{ "strict", P_BOOL, 0, 0, 0, NULL },
	{ "pipeline", P_LIST, 0, 0, 0, NULL },
	{ "expand", P_LIST, 0, 0, 0, NULL },
	{ 0 },
};

const struct param rules_list_params[] = {
	{ "rules", P_LIST, 0, 0, 0, NULL },
	{ "shipped", P_BOOL, 0, 0, 0, NULL },
	{ "level", P_ENUM, 0, 0, 0, levels },
	{ "tag", P_LIST, 0, 0, 0, NULL },
	{ 0 },
};

const struct param rules_show_params[] = {
	{ "rule", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "rules", P_LIST, 0, 0, 0, NULL },
	{ 0 },
};

const struct param rules_test_params[] = {
	{ "dir", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "rules", P_LIST, 0, 0, 0, NULL },
	{ "pipeline", P_LIST, 0, 0, 0, NULL },
	{ 0 },
};

const struct param logs_dump_params[] = {
	{ "file", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "xml", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

const struct param logs_stat_params[] = {
	{ "file", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

/* The rules that were imported there, beside the shipped ones. */
static int
add_edition(const struct cli *cli, struct json *args, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct app *app = NULL;
	const char *folder;
	int failed = app_open(cli->data, &app, err);

	folder = failed != 0 ? NULL : rules_folder_now(app, &arena);
	if (folder != NULL && !file_exists(folder))
		failed = err_fail(err, ERR_NOT_FOUND, "rules.no_folder", NULL, "folder", folder, NULL, NULL);
	else if (folder != NULL)
		json_set_str(args, "edition", folder);
	arena_clear(&arena);
	app_close(app);
	return failed;
}

static int
request(const struct cli *cli, struct buf *out, struct err *err)
{
	struct jsonw w = JSONW_INIT(out);
	struct json *args = json_clone(cli->args);
	int failed = 0;

	if (cli->data_given) {
		json_set_str(args, "data", cli->data);
		failed = add_edition(cli, args, err);
	}
	jsonw_object(&w);
	jsonw_kstring(&w, "command", cli->op->name);
	jsonw_kstring(&w, "lang", lang_code(cli->lang));
	jsonw_kbool(&w, "json", cli->json);
	jsonw_key(&w, "args");
	json_write(args, out);
	buf_addc(out, '}');
	json_free(args);
	return failed;
}

/* Puts the request where khien-hunt reads it. */
static int
pass(const struct buf *text, struct err *err)
{
	int fd = memfd_create("khien-hunt", 0), failed;

	if (fd < 0)
		return err_sys(err, ERR_IO, "memfd", errno);
	failed = fd_write_all(fd, text->data, text->len);
	if (failed == 0 && lseek(fd, 0, SEEK_SET) != 0)
		failed = errno;
	if (failed == 0 && fd != REQUEST_FD && (dup2(fd, REQUEST_FD) < 0 || close(fd) != 0))
		failed = errno;
	return failed == 0 ? 0 : err_sys(err, ERR_IO, "memfd", failed);
}

int
cli_run_hunt(struct cli *cli)
{
	char path[PATH_MAX + 16], *argv[] = { path, NULL };
	struct buf text = BUF_INIT((size_t)16 << 20);
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (json_get(cli->args, "incident") != NULL)
		return cli_run_hunt_case(cli);
	path[n < 0 ? 0 : n] = '\0';
	*(strrchr(path, '/') == NULL ? path : strrchr(path, '/')) = '\0';
	strcat(path, "/khien-hunt");
	fflush(stdout);
	if (request(cli, &text, &cli->err) == 0 && text.full)
		err_set(&cli->err, ERR_USAGE, "err.usage.too_many_files", NULL);
	else if (cli->err.kind == 0 && pass(&text, &cli->err) == 0)
		execv(path, argv);
	buf_clear(&text);
	if (cli->err.kind == 0)
		err_fail(&cli->err, ERR_IO, "hunt.program", NULL, "program", path, "reason", strerror(errno));
	return cli_fail(cli, &cli->err);
}
