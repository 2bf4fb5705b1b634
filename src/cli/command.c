/* SPDX-License-Identifier: Apache-2.0 */
/* command.c: operations on a data directory, and what only the command line does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/background.h"
#include "app/backup.h"
#include "app/upload.h"
#include "app/version.h"
#include "cli/cli.h"
#include "os/file.h"
#include "server/serve.h"
#include "text/multipart.h"

#define ANSWER_MAX ((size_t)64 << 20)
#define FILE_MAX   (INT64_C(1) << 40)

/* ---- operations --------------------------------------------------------------------- */

static int
read_upload(struct app *app, const char *path, struct upload *ret, struct err *err)
{
	struct upload_writer *w = NULL;
	cleanup(fd_closep) int fd = -1;
	char name[sizeof(ret->name)], *data = xmalloc(1 << 20);
	ssize_t n = 0;
	int failed;

	multipart_filename(path, name);
	failed = file_open(path, O_RDONLY, 0, &fd, err);
	if (failed == 0)
		failed = upload_begin(app, name, "", FILE_MAX, &w, err);
	while (failed == 0 && (n = read(fd, data, 1 << 20)) > 0)
		failed = upload_write(w, data, (size_t)n, err);
	if (failed == 0 && n < 0)
		failed = err_sys(err, ERR_IO, path, errno);
	if (failed == 0)
		failed = upload_keep(w, ret, err);
	else
		upload_drop(w);
	free(data);
	return failed;
}

static int
call(struct cli *cli, struct app *app, struct buf *out)
{
	struct op_request request = { .op = cli->op, .actor = actor_console(), .lang = cli->lang,
	    .args = cli->args };
	struct upload *uploads = xcalloc(cli->files_count, sizeof(*uploads));
	int ret = 0;

	for (size_t i = 0; i < cli->files_count && ret == 0; i++)
		ret = read_upload(app, cli->files[i], &uploads[i], &cli->err);
	request.uploads = uploads;
	request.uploads_count = cli->files_count;
	if (ret == 0)
		ret = op_call(app, &request, out, &cli->err);
	free(uploads);
	return ret;
}

/* An answer that says "ok": false is an answer, and means that what was asked does not hold. */
static bool
holds(const struct buf *out)
{
	struct json *value = NULL;
	bool ok;

	if (json_parse(buf_str(out), out->len, &value, NULL) != 0)
		return true;
	ok = json_get_bool(value, "ok", true);
	json_free(value);
	return ok;
}

int
cli_run_op(struct cli *cli)
{
	struct buf out = BUF_INIT(ANSWER_MAX);
	struct app *app = NULL;
	int status = 0;

	if (app_open(cli->data, &app, &cli->err) != 0 || call(cli, app, &out) != 0)
		status = cli_fail(cli, &cli->err);
	else
		cli_show(cli, buf_str(&out), out.len);
	if (status == 0 && !holds(&out))
		status = 1;
	app_close(app);
	buf_clear(&out);
	return status;
}

/* ---- init, serve, work ------------------------------------------------------------------ */

static const char *
text_arg(const struct cli *cli, const char *name)
{
	const char *text = json_get_str(cli->args, name);

	return str_empty(text) ? NULL : text;
}

static bool
bool_arg(const struct cli *cli, const char *name)
{
	const char *text = json_get_str(cli->args, name);

	return text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "1") == 0);
}

static const struct param init_params[] = {
	{ "name", P_LINE, 0, 0, 0, NULL },
	{ "sample", P_BOOL, 0, 0, 0, NULL },
	{ "test_clock", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int
run_init(struct cli *cli)
{
	struct app_init init = { .dir = cli->data, .agency_name = text_arg(cli, "name"),
	    .sample = bool_arg(cli, "sample"), .test_clock = bool_arg(cli, "test_clock") };
	struct buf out = BUF_INIT(ANSWER_MAX);
	int status = 0;

	if (app_init(&init, &out, cli->lang, &cli->err) != 0)
		status = cli_fail(cli, &cli->err);
	else
		cli_show(cli, buf_str(&out), out.len);
	buf_clear(&out);
	return status;
}

static const struct param serve_params[] = {
	{ "listen", P_LINE, 0, 0, 0, NULL },
	{ "public_listen", P_LINE, 0, 0, 0, NULL },
	{ "tls_cert", P_IN, 0, 0, 0, NULL },
	{ "tls_key", P_IN, 0, 0, 0, NULL },
	{ "tls_self_signed", P_BOOL, 0, 0, 0, NULL },
	{ "trusted_proxy", P_LIST, 0, 0, 0, NULL },
	{ "threads", P_INT, 0, 1, 64, NULL },
	{ "public_per_minute", P_INT, 0, 0, 1000000, NULL },
	{ 0 },
};

/* 0 on the command line is "no limit", which serve_options calls -1. */
static int
public_rate(const char *text)
{
	int n = text == NULL ? 0 : atoi(text);

	return text != NULL && n <= 0 ? -1 : n;
}

static int
run_serve(struct cli *cli)
{
	const struct json *proxies = json_get(cli->args, "trusted_proxy");
	struct serve_options options = {
		.listen = text_arg(cli, "listen") == NULL ? "127.0.0.1:8686" : text_arg(cli, "listen"),
		.public_listen = text_arg(cli, "public_listen"),
		.tls_cert = text_arg(cli, "tls_cert"), .tls_key = text_arg(cli, "tls_key"),
		.tls_self_signed = bool_arg(cli, "tls_self_signed"), .lang = cli->lang,
		.threads = text_arg(cli, "threads") == NULL ? 0 : atoi(text_arg(cli, "threads")),
		.public_per_minute = public_rate(text_arg(cli, "public_per_minute")),
	};
	struct app *app = NULL;
	int status = 0;

	for (size_t i = 0; i < json_len(proxies) && i < SERVE_PROXIES_MAX; i++)
		options.trusted_proxy[i] = json_str(json_at(proxies, i));
	if (app_open(cli->data, &app, &cli->err) != 0 || server_run(app, &options, &cli->err) != 0)
		status = cli_fail(cli, &cli->err);
	app_close(app);
	return status;
}

static int
run_work(struct cli *cli)
{
	struct app *app = NULL;
	int64_t pieces = 0, failures = 0;
	int status = 0;

	if (app_open(cli->data, &app, &cli->err) != 0 ||
	    background_run_once(app, &pieces, &failures, &cli->err) != 0)
		status = cli_fail(cli, &cli->err);
	else if (cli->json)
		printf("{\"pieces\":%lld,\"failures\":%lld}\n", (long long)pieces, (long long)failures);
	else
		printf("%s: %lld\n%s: %lld\n", word(cli->lang, "cli.work_done"), (long long)pieces,
		    word(cli->lang, "cli.work_failed"), (long long)failures);
	app_close(app);
	return status != 0 ? status : failures > 0;
}

/* ---- packs ---------------------------------------------------------------------------------- */

static const struct param pack_params[] = {
	{ "dir", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "complete", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

struct pack_faults {
	const struct cli *cli;
	struct jsonw *w;
};

static void
pack_fault(void *user, const struct err *err)
{
	struct pack_faults *f = user;
	struct buf text = BUF_INIT(100000);

	if (!f->cli->json) {
		words_err(&text, f->cli->lang, err);
		printf("%s\n", buf_str(&text));
	} else {
		words_err_text(&text, f->cli->lang, err);
		jsonw_object(f->w);
		jsonw_kstring(f->w, "file", err->file);
		jsonw_kint(f->w, "line", err->line);
		jsonw_kint(f->w, "column", err->column);
		jsonw_kstring(f->w, "error", err->key);
		jsonw_kstring(f->w, "detail", buf_str(&text));
		jsonw_object_end(f->w);
	}
	buf_clear(&text);
}

static int
run_pack_check(struct cli *cli)
{
	struct buf out = BUF_INIT(ANSWER_MAX);
	struct jsonw w = JSONW_INIT(&out);
	struct pack_faults faults = { cli, &w };
	struct packs_checked checked = { 0 };

	jsonw_object(&w);
	jsonw_karray(&w, "faults");
	if (packs_check(text_arg(cli, "dir"), bool_arg(cli, "complete"), pack_fault, &faults, &checked,
	    &cli->err) != 0) {
		buf_clear(&out);
		return cli_fail(cli, &cli->err);
	}
	if (checked.files == 0) {
		buf_clear(&out);
		err_fail(&cli->err, ERR_NOT_FOUND, "err.no_packs", NULL, "path", text_arg(cli, "dir"), NULL, NULL);
		return cli_fail(cli, &cli->err);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "files", (int64_t)checked.files);
	jsonw_kbool(&w, "ok", checked.faults == 0);
	jsonw_object_end(&w);
	if (cli->json)
		puts(buf_str(&out));
	else
		printf("%zu %s, %zu %s\n", checked.files, word(cli->lang, "cli.files"), checked.faults,
		    word(cli->lang, "cli.faults"));
	buf_clear(&out);
	return checked.faults > 0;
}

/* ---- backup ------------------------------------------------------------------------------------ */

static const struct param backup_params[] = {
	{ "file", P_OUT, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "passphrase", P_LINE, PF_REQUIRED | PF_SECRET, 0, 0, NULL },
	{ 0 },
};

static const struct param restore_params[] = {
	{ "file", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "passphrase", P_LINE, PF_REQUIRED | PF_SECRET, 0, 0, NULL },
	{ 0 },
};

static int
show_backup(struct cli *cli, const struct backup_summary *s)
{
	char iso[CLOCK_TEXT_SIZE], json[400];
	int n = snprintf(json, sizeof(json),
	    "{\"files\":%lld,\"bytes\":%lld,\"entries\":%lld,\"sha256\":\"%s\",\"time\":\"%s\"}",
	    (long long)s->files, (long long)s->bytes, (long long)s->entries, s->sha256,
	    clock_iso(s->made_at, iso));

	cli_show(cli, json, (size_t)n);
	return 0;
}

/* On a terminal, how far it is; nothing in a log or a pipe. */
static void
show_progress(void *arg, int64_t done, int64_t total)
{
	int64_t percent = total <= 0 || done > total ? 100 : done * 100 / total;
	int64_t *shown = arg;

	if (percent == *shown)
		return;
	*shown = percent;
	fprintf(stderr, "\r%3lld %%%s", (long long)percent, percent == 100 ? "\r     \r" : "");
	fflush(stderr);
}

static int
run_backup_self(struct cli *cli)
{
	int64_t shown = -1;
	struct backup_summary summary = { .progress = isatty(2) ? show_progress : NULL, .arg = &shown };
	struct app *app = NULL;
	int status = 0;

	if (app_open(cli->data, &app, &cli->err) != 0 ||
	    backup_self(app, text_arg(cli, "file"), text_arg(cli, "passphrase"), &summary, &cli->err) != 0)
		status = cli_fail(cli, &cli->err);
	else
		show_backup(cli, &summary);
	app_close(app);
	return status;
}

static int
run_backup_restore(struct cli *cli)
{
	int64_t shown = -1;
	struct backup_summary summary = { .progress = isatty(2) ? show_progress : NULL, .arg = &shown };

	if (backup_restore(text_arg(cli, "file"), text_arg(cli, "passphrase"), cli->data,
	    &summary, &cli->err) != 0)
		return cli_fail(cli, &cli->err);
	return show_backup(cli, &summary);
}

/* ---- the rest ------------------------------------------------------------------------------------ */

static int
run_man(struct cli *cli)
{
	struct buf out = BUF_INIT(ANSWER_MAX);

	cli_manual(&out, cli->lang);
	fputs(buf_str(&out), stdout);
	buf_clear(&out);
	return 0;
}

static int
run_version(struct cli *cli)
{
	printf(cli->json ? "{\"version\":\"%s\"}\n" : "khien %s\n", KHIEN_VERSION);
	return 0;
}

const struct command commands[] = {
	{ { "backup restore", NULL, NULL, 0, 0, restore_params, NULL, NULL,
	    "khien backup restore khien.bak --data ./khoi-phuc" }, run_backup_restore },
	{ { "backup self", NULL, NULL, 0, 0, backup_params, NULL, NULL,
	    "khien backup self khien.bak --passphrase @mat-khau.txt" }, run_backup_self },
	{ { "hunt", NULL, NULL, 0, 0, hunt_params, NULL, NULL,
	    "khien hunt ./nhat-ky --html ket-qua.html" }, cli_run_hunt },
	{ { "init", NULL, NULL, 0, 0, init_params, NULL, NULL,
	    "khien init --data ./data --sample" }, run_init },
	{ { "logs dump", NULL, NULL, 0, 0, logs_dump_params, NULL, NULL,
	    "khien logs dump Security.evtx --xml" }, cli_run_hunt },
	{ { "logs stat", NULL, NULL, 0, 0, logs_stat_params, NULL, NULL,
	    "khien logs stat Security.evtx" }, cli_run_hunt },
	{ { "man", NULL, NULL, 0, 0, NULL, NULL, NULL, "khien man | man -l -" }, run_man },
	{ { "pack check", NULL, NULL, 0, 0, pack_params, NULL, NULL,
	    "khien pack check packs --complete" }, run_pack_check },
	{ { "rules check", NULL, NULL, 0, 0, rules_check_params, NULL, NULL,
	    "khien rules check ./sigma/rules" }, cli_run_hunt },
	{ { "rules list", NULL, NULL, 0, 0, rules_list_params, NULL, NULL,
	    "khien rules list --level high" }, cli_run_hunt },
	{ { "rules show", NULL, NULL, 0, 0, rules_show_params, NULL, NULL,
	    "khien rules show c4cc3ef2-9042-4f46-a3fe-2dd45dc0e070" }, cli_run_hunt },
	{ { "rules test", NULL, NULL, 0, 0, rules_test_params, NULL, NULL,
	    "khien rules test test/rules" }, cli_run_hunt },
	{ { "serve", NULL, NULL, 0, 0, serve_params, NULL, NULL,
	    "khien serve --data ./data --listen 127.0.0.1:8686" }, run_serve },
	{ { "version", NULL, NULL, 0, 0, NULL, NULL, NULL, "khien version" }, run_version },
	{ { "work run", NULL, NULL, 0, 0, NULL, NULL, NULL, "khien work run --data ./data" }, run_work },
};
const size_t commands_count = ARRAY_LEN(commands);
