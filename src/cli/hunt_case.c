/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt_case.c: khien hunt --incident: files into the evidence of an incident, searched as the
 * server does it (by this process, or by a server that is quicker), and told.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/hunt.h"
#include "app/upload.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "os/file.h"
#include "os/walk.h"
#include "text/multipart.h"

#define ANSWER_MAX ((size_t)32 << 20)
#define FILE_MAX   (INT64_C(1) << 40)
#define LOOK_NS    250000000L
#define GROUPS     30 /* told on the terminal */
#define STORIES    5

struct hunting {
	struct cli *cli;
	struct app *app;
	struct walk walk;
	struct upload *uploads;
	char id[40];
	int cancel_fd;
	atomic_bool ended;
	pthread_t thread;
	struct err work_err;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* Prints a text of the catalogue with name, value … NULL filled in. */
static void
say(const struct hunting *h, FILE *out, const char *key, const char *const *args)
{
	const char *names[8], *values[8];
	struct buf text = BUF_INIT(20000);
	size_t n = 0;

	for (; args != NULL && args[2 * n] != NULL && n < 8; n++) {
		names[n] = args[2 * n];
		values[n] = args[2 * n + 1];
	}
	words_format(&text, h->cli->lang, key, names, values, n);
	fputs(buf_str(&text), out);
	buf_clear(&text);
}
#define ARGS(...) (const char *const[]){ __VA_ARGS__, NULL }

static const char *
count_text(int64_t n, char out[static 24])
{
	snprintf(out, 24, "%lld", (long long)n);
	return out;
}

/* ---- files ------------------------------------------------------------------------------------ */

static int
check_options(struct cli *cli)
{
	static const char *const other[] = { "rules", "shipped", "tag", "from", "to", "ioc", "csv", "timeline",
		"threads", "pipeline", "expand", "no_prefilter", "no_cache" };

	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (json_get(cli->args, other[i]) != NULL)
			return err_fail(&cli->err, ERR_USAGE, "err.hunt.option", NULL, "option", other[i], NULL, NULL);
	return cli->data_given || access(cli->data, F_OK) == 0 ? 0 :
	    err_set(&cli->err, ERR_USAGE, "err.hunt.data", NULL);
}

static int
find_files(struct hunting *h)
{
	const struct json *path = json_get(h->cli->args, "path");
	struct err *err = &h->cli->err;

	for (size_t i = 0; i < json_len(path) && err->kind == 0; i++)
		walk_add(&h->walk, json_str(json_at(path, i)), err);
	for (size_t i = 0; i < h->walk.faults && err->kind == 0; i++) {
		say(h, stderr, "hunt.case.skipped", ARGS("name", h->walk.fault[i].shown, "reason",
		    h->walk.fault[i].reason));
		fputc('\n', stderr);
	}
	if (err->kind == 0 && h->walk.files == 0)
		err_set(err, ERR_USAGE, "err.hunt.no_files", NULL);
	if (err->kind == 0 && h->walk.files > HUNTER_FILES_MAX) {
		err_set(err, ERR_TOO_LARGE, "err.hunt.files", NULL);
		err_argi(err, "max", HUNTER_FILES_MAX);
	}
	return err->kind;
}

static int
store_file(struct hunting *h, const char *path, struct upload *ret)
{
	cleanup(free_charp) char *data = xmalloc(1 << 20);
	cleanup(fd_closep) int fd = -1;
	struct err *err = &h->cli->err;
	struct upload_writer *w = NULL;
	char name[sizeof(ret->name)];
	ssize_t n = 0;

	multipart_filename(path, name);
	if (file_open(path, O_RDONLY, 0, &fd, err) == 0)
		upload_begin(h->app, name, "", FILE_MAX, &w, err);
	while (err->kind == 0 && ((n = read(fd, data, 1 << 20)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			upload_write(w, data, (size_t)n, err);
	if (err->kind == 0 && n < 0)
		err_sys(err, ERR_IO, path, errno);
	if (err->kind != 0) {
		upload_drop(w);
		return err->kind;
	}
	return upload_keep(w, ret, err);
}

/* One call of an operation; the parsed answer is the caller's. */
static int
call(struct hunting *h, const char *name, struct json *args, bool with_files, struct json **ret)
{
	struct buf out = BUF_INIT(ANSWER_MAX);
	struct op_request request = { .op = op_get(name), .actor = actor_console(), .lang = h->cli->lang,
	    .args = args, .uploads = with_files ? h->uploads : NULL,
	    .uploads_count = with_files ? h->walk.files : 0 };
	int failed = op_call(h->app, &request, &out, &h->cli->err);

	if (failed == 0 && ret != NULL)
		failed = json_parse(buf_str(&out), out.len, ret, &h->cli->err);
	buf_clear(&out);
	json_free(args);
	return failed;
}

static int
start(struct hunting *h)
{
	const char *incident = json_get_str(h->cli->args, "incident"), *level = json_get_str(h->cli->args, "level");
	bool is_new = strcmp(incident, "new") == 0;
	struct json *args = json_new_object(), *names = json_new_array(), *answer = NULL;
	char count[24];

	if (isatty(STDERR_FILENO)) {
		say(h, stderr, "hunt.case.store", ARGS("count", count_text((int64_t)h->walk.files, count)));
		fputc('\n', stderr);
	}
	h->uploads = xcalloc(h->walk.files, sizeof(*h->uploads));
	json_set(args, "names", names);
	for (size_t i = 0; i < h->walk.files && h->cli->err.kind == 0; i++) {
		const char *shown = h->walk.file[i].shown;
		bool fits = strlen(shown) <= HUNTER_NAME_MAX && utf8_valid(shown, strlen(shown));

		store_file(h, h->walk.file[i].path, &h->uploads[i]);
		json_append(names, json_new_string(fits ? shown : h->uploads[i].name));
	}
	if (!is_new)
		json_set_str(args, "id", incident);
	if (!str_empty(level))
		json_set_str(args, "level", level);
	if (h->cli->err.kind != 0) {
		json_free(args);
		return h->cli->err.kind;
	}
	if (call(h, is_new ? "hunt open" : "hunt start", args, true, &answer) == 0)
		snprintf(h->id, sizeof(h->id), "%s", json_get_str(answer, "id"));
	json_free(answer);
	return h->cli->err.kind;
}

/* ---- waiting ----------------------------------------------------------------------------------- */

/* Carries out what is due until the hunt has ended; a server beside does the same. */
static void *
work(void *arg)
{
	struct hunting *h = arg;
	struct timespec pause = { 0, LOOK_NS };
	bool did;

	while (!atomic_load(&h->ended) && h->work_err.kind == 0) {
		did = false;
		hunt_run_due(h->app, h->cancel_fd, &did, &h->work_err);
		if (!did)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

static void
show_progress(const struct hunting *h, const struct json *hunt)
{
	const struct json *p = json_get(hunt, "progress");
	const char *phase = json_get_str(p, "phase");
	int64_t size = json_get_int(hunt, "size", 0), bytes = json_get_int(p, "bytes", 0);
	char key[60], percent[24], events[24], hits[24];

	if (phase == NULL || !isatty(STDERR_FILENO))
		return;
	snprintf(key, sizeof(key), "hunt.case.%s", phase);
	fputs("\r\033[K", stderr);
	say(h, stderr, key, ARGS("percent", count_text(size <= 0 ? 100 : bytes * 100 / size, percent), "events",
	    count_text(json_get_int(p, "events", 0), events), "hits", count_text(json_get_int(p, "hits", 0), hits)));
	fflush(stderr);
}

static struct json *
id_args(const struct hunting *h)
{
	struct json *args = json_new_object();

	json_set_str(args, "id", h->id);
	return args;
}

static int
wait_end(struct hunting *h, struct json **ret_hunt)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct timespec pause = { 0, LOOK_NS };
	bool asked = false;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (h->cli->err.kind == 0) {
		json_freep(ret_hunt);
		if (call(h, "hunt show", id_args(h), false, ret_hunt) != 0 ||
		    !str_eq(json_get_str(*ret_hunt, "state"), "waiting"))
			break;
		show_progress(h, *ret_hunt);
		if (interrupted && !asked) {
			asked = true;
			call(h, "hunt cancel", id_args(h), false, NULL);
		}
		nanosleep(&pause, NULL);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	return h->cli->err.kind;
}

/* ---- what is told ---------------------------------------------------------------------------------- */

/* Terminals must not be told what to do by what stands in a log. */
static void
put(FILE *out, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, out);
}

static void
tell_groups(const struct hunting *h, const struct json *groups, FILE *out)
{
	char key[40], count[24];

	for (size_t i = 0; i < json_len(groups) && i < GROUPS; i++) {
		const struct json *g = json_at(groups, i);

		snprintf(key, sizeof(key), "hunt.level.%.20s", json_get_str(g, "level"));
		fprintf(out, "  [%s] ", word(h->cli->lang, key));
		put(out, json_get_str(g, "title"));
		fputs(" · ", out);
		put(out, *json_get_str(g, "host") == '\0' ? word(h->cli->lang, "hunt.host.none") : json_get_str(g, "host"));
		fputs(" · ", out);
		say(h, out, "hunt.case.times", ARGS("count", count_text(json_get_int(g, "count", 0), count)));
		fputc('\n', out);
	}
}

static void
tell(const struct hunting *h, const struct json *hunt, FILE *out)
{
	const struct json *summary = json_get(hunt, "summary"), *gaps = json_get(hunt, "gaps");
	const struct json *stories = json_get(summary, "stories");
	char n[5][24];

	say(h, out, "hunt.case.head", ARGS("number", json_get_str(hunt, "number"), "incident",
	    json_get_str(hunt, "incident_number") == NULL ? "–" : json_get_str(hunt, "incident_number")));
	fputc('\n', out);
	say(h, out, "hunt.case.sum", ARGS("files", count_text(json_get_int(hunt, "files", 0), n[0]), "events",
	    count_text(json_get_int(hunt, "events", 0), n[1]), "rules", count_text(json_get_int(hunt, "rules", 0), n[2]),
	    "detections", count_text(json_get_int(hunt, "detections", 0), n[3]), "alerts",
	    count_text(json_get_int(hunt, "alerts", 0), n[4])));
	fputc('\n', out);
	if (json_get_int(hunt, "detections", 0) == 0)
		fprintf(out, "%s\n", word(h->cli->lang, "hunt.case.none"));
	for (size_t i = 0; i < json_len(stories) && i < STORIES; i++) {
		fprintf(out, "%s", i == 0 ? "\n" : "");
		put(out, json_get_str(json_at(stories, i), "text"));
		fputc('\n', out);
	}
	if (json_len(json_get(summary, "groups")) > 0)
		fputc('\n', out);
	tell_groups(h, json_get(summary, "groups"), out);
	fprintf(out, "\n%s\n", word(h->cli->lang, "hunt.gaps"));
	for (size_t i = 0; i < json_len(gaps); i++) {
		fprintf(out, "  %s ", json_get_bool(json_at(gaps, i), "grave", false) ? "!" : "-");
		put(out, json_get_str(json_at(gaps, i), "text"));
		fputc('\n', out);
	}
}

/* The file of an operation, to ${path}, which may be there already, or to standard output. */
static int
write_file(struct hunting *h, const char *op, const char *path)
{
	size_t size = strlen(path) + strlen(h->app->dir) + 40;
	cleanup(free_charp) char *name = xmalloc(size);
	struct json *args = id_args(h);
	cleanup(free_charp) char *chunk = xmalloc(1 << 16);
	bool to_stdout = strcmp(path, "-") == 0;
	FILE *in;
	size_t n;

	if (to_stdout)
		snprintf(name, size, "%s/tmp/%ld.out", h->app->dir, (long)getpid());
	else
		snprintf(name, size, "%s.%ld", path, (long)getpid());
	json_set_str(args, "file", name);
	if (call(h, op, args, false, NULL) == 0 && !to_stdout && rename(name, path) != 0)
		err_sys(&h->cli->err, file_err_kind(errno), path, errno);
	if (h->cli->err.kind == 0 && to_stdout && (in = fopen(name, "re")) != NULL) {
		while ((n = fread(chunk, 1, 1 << 16, in)) > 0)
			fwrite(chunk, 1, n, stdout);
		fclose(in);
	}
	unlink(name);
	return h->cli->err.kind;
}

static int
finish(struct hunting *h, const struct json *hunt)
{
	const char *json = json_get_str(h->cli->args, "json"), *html = json_get_str(h->cli->args, "html");
	const char *state = json_get_str(hunt, "state");
	bool taken = str_eq(json, "-") || str_eq(html, "-");

	if (str_eq(state, "cancelled"))
		return err_set(&h->cli->err, ERR_STATE, "err.hunt.cancelled", NULL);
	if (!str_eq(state, "done"))
		return err_fail(&h->cli->err, ERR_IO, "hunt.case.failed", NULL, "number", json_get_str(hunt, "number"),
		    "reason", json_get_str(hunt, "error"));
	if (!str_empty(json) && write_file(h, "hunt detections", json) != 0)
		return h->cli->err.kind;
	if (!str_empty(html) && write_file(h, "hunt page", html) != 0)
		return h->cli->err.kind;
	tell(h, hunt, taken ? stderr : stdout);
	return 0;
}

static void
search(struct hunting *h)
{
	struct json *hunt = NULL;
	int code;

	h->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	code = pthread_create(&h->thread, NULL, work, h);
	if (code != 0) {
		err_sys(&h->cli->err, ERR_IO, "pthread_create", code);
	} else {
		wait_end(h, &hunt);
		atomic_store(&h->ended, true);
		if (h->cli->err.kind != 0)
			eventfd_write(h->cancel_fd, 1);
		pthread_join(h->thread, NULL);
	}
	if (h->cli->err.kind == 0)
		finish(h, hunt);
	json_free(hunt);
	fd_closep(&h->cancel_fd);
	err_clear(&h->work_err);
}

int
cli_run_hunt_case(struct cli *cli)
{
	struct hunting h = { .cli = cli, .cancel_fd = -1 };
	int status = 0;

	if (check_options(cli) == 0 && find_files(&h) == 0 && app_open(cli->data, &h.app, &cli->err) == 0 &&
	    start(&h) == 0)
		search(&h);
	if (cli->err.kind != 0)
		status = cli_fail(cli, &cli->err);
	app_close(h.app);
	free(h.uploads);
	walk_clear(&h.walk);
	return status;
}
