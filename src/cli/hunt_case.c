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

#include "app/upload.h"
#include "base/utf8.h"
#include "cli/hunt_case.h"
#include "os/file.h"
#include "os/beside.h"
#include "text/multipart.h"

#define FILE_MAX   (INT64_C(1) << 40)
#define NAME_MAX_BYTES  200 /* of an item of a list of arguments */
#define BESIDE_NAME_MAX 200
#define RULES_NAME_MAX  400
#define LOOK_NS    250000000L

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* ---- files ------------------------------------------------------------------------------------ */

static int
check_options(struct cli *cli)
{
	if (json_get(cli->args, "threads") != NULL)
		return err_set(&cli->err, ERR_USAGE, "err.hunt.threads", NULL);
	if (json_len(json_get(cli->args, "ioc")) > HUNT_LISTS_MAX) {
		err_set(&cli->err, ERR_USAGE, "err.hunt.lists", NULL);
		err_argi(&cli->err, "max", HUNT_LISTS_MAX);
		return ERR_USAGE;
	}
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
	beside_drop(&h->walk);
	for (size_t i = 0; i < h->walk.faults && err->kind == 0; i++) {
		case_say(h, stderr, "hunt.case.skipped", ARGS("name", h->walk.fault[i].shown, "reason",
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

/* ---- rules -------------------------------------------------------------------------------------- */

/* Other rules than those in force are compiled here, so that what is wrong with them is told at once. */
static bool
names_rules(const struct json *args)
{
	static const char *const names[] = { "rules", "shipped", "pipeline", "expand", "no_cache" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (json_get(args, names[i]) != NULL)
			return true;
	return false;
}

/* The paths of an option as they are from everywhere; whoever compiles stands in another folder. */
static void
make_absolute(struct json *asked, const struct json *args, const char *name, struct err *err)
{
	const struct json *paths = json_get(args, name);
	struct json *list = json_new_array();

	for (size_t i = 0; i < json_len(paths) && err->kind == 0; i++) {
		cleanup(free_charp) char *real = realpath(json_str(json_at(paths, i)), NULL);

		if (real == NULL)
			err_sys(err, file_err_kind(errno), json_str(json_at(paths, i)), errno);
		else
			json_append(list, json_new_string(real));
	}
	if (json_len(list) > 0)
		json_set(asked, name, list);
	else
		json_free(list);
}

/* Where the rules are from, for people: the words of the command line. */
static void
name_rules(const struct hunting *h, const struct json *args, struct json *ret)
{
	static const char *const options[] = { "rules", "pipeline", "expand" };
	struct buf text = BUF_INIT(4000);
	struct arena arena = ARENA_INIT;
	const char *shown;
	bool shipped = json_len(json_get(args, "rules")) == 0 || json_get(args, "shipped") != NULL;

	if (shipped)
		buf_adds(&text, word(h->cli->lang, "hunt.case.shipped"));
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		for (size_t k = 0; k < json_len(json_get(args, options[i])); k++)
			buf_printf(&text, "%s%s%s", text.len == 0 ? "" : ", ", i == 0 ? "" : i == 1 ? "--pipeline " : "--expand ",
			    json_str(json_at(json_get(args, options[i]), k)));
	shown = arena_printf(&arena, "%.*s", (int)utf8_cut(buf_str(&text), RULES_NAME_MAX), buf_str(&text));
	json_set_str(ret, "rules_name", shown);
	arena_clear(&arena);
	buf_clear(&text);
}

static int
make_rules(struct hunting *h, struct json *ret)
{
	static const char *const plain[] = { "shipped", "expand", "no_cache" };
	const struct json *args = h->cli->args;
	struct err *err = &h->cli->err;
	struct json *asked = json_new_object();
	struct hunt_set set;

	make_absolute(asked, args, "rules", err);
	make_absolute(asked, args, "pipeline", err);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (json_get(args, plain[i]) != NULL)
			json_set(asked, plain[i], json_clone(json_get(args, plain[i])));
	if (err->kind == 0 && isatty(STDERR_FILENO)) {
		case_say(h, stderr, "hunt.case.rules", NULL);
		fputc('\n', stderr);
	}
	if (err->kind == 0 && hunt_rules_make(h->app, lang_code(h->cli->lang), asked, &set, err) == 0) {
		json_set_str(ret, "rules_set", set.key);
		name_rules(h, args, ret);
	}
	json_free(asked);
	return err->kind;
}

/* ---- files into the blob store ---------------------------------------------------------------------- */

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

/* Names of files may be any bytes: what is no line of text goes under a name made of it. */
static bool
is_name(const char *text, size_t max)
{
	size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return len <= max && utf8_valid(text, len);
}

/* What goes to the operation as it was said, and what was left out on the way. */
static void
pass_on(const struct hunting *h, struct json *args)
{
	static const char *const same[] = { "level", "from", "to", "tag", "no_prefilter" };
	const struct walk_names *beside = &h->walk.beside;
	struct json *names = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (json_get(h->cli->args, same[i]) != NULL)
			json_set(args, same[i], json_clone(json_get(h->cli->args, same[i])));
	/* Like a hunt without incident: all rules, unless it was said otherwise. */
	if (json_get(args, "level") == NULL)
		json_set_str(args, "level", "none");
	for (size_t i = 0; i < beside->count && i < ARRAY_LEN(beside->name); i++)
		if (is_name(beside->name[i], BESIDE_NAME_MAX))
			json_append(names, json_new_string(beside->name[i]));
	json_set_int(args, "left_out", (int64_t)beside->count);
	json_set(args, "left_out_names", names);
}

static void
store_one(struct hunting *h, const char *path, const char *shown, struct json *names)
{
	struct upload *upload = &h->uploads[h->uploads_count++];

	if (store_file(h, path, upload) == 0)
		json_append(names, json_new_string(is_name(shown, NAME_MAX_BYTES) ? shown : upload->name));
}

static void
store_all(struct hunting *h, struct json *names)
{
	const struct json *lists = json_get(h->cli->args, "ioc");
	char count[24];

	if (isatty(STDERR_FILENO)) {
		case_say(h, stderr, "hunt.case.store", ARGS("count", case_count((int64_t)h->walk.files, count)));
		fputc('\n', stderr);
	}
	h->uploads = xcalloc(h->walk.files + json_len(lists), sizeof(*h->uploads));
	for (size_t i = 0; i < h->walk.files && h->cli->err.kind == 0; i++)
		store_one(h, h->walk.file[i].path, h->walk.file[i].shown, names);
	for (size_t i = 0; i < json_len(lists) && h->cli->err.kind == 0; i++) {
		const char *path = json_str(json_at(lists, i)), *slash = strrchr(path, '/');

		store_one(h, path, slash == NULL ? path : slash + 1, names);
	}
}

/* Many files become evidence some at a time, before the hunt, which then finds them there. */
static void
enter(struct hunting *h, const char *incident, const struct json *names)
{
	for (size_t i = 0; i < h->walk.files && h->walk.files > HUNT_BATCH && h->cli->err.kind == 0; i += HUNT_BATCH) {
		size_t n = h->walk.files - i < HUNT_BATCH ? h->walk.files - i : HUNT_BATCH;
		struct json *args = json_new_object(), *some = json_new_array();

		for (size_t k = 0; k < n; k++)
			json_append(some, json_clone(json_at(names, i + k)));
		json_set(args, "names", some);
		json_set_str(args, "id", incident);
		case_call_with(h, "hunt upload", args, i, n, NULL);
	}
}

static int
start(struct hunting *h)
{
	const char *incident = json_get_str(h->cli->args, "incident");
	bool is_new = strcmp(incident, "new") == 0;
	struct json *args = json_new_object(), *names = json_new_array(), *answer = NULL;

	if (names_rules(h->cli->args))
		make_rules(h, args);
	json_set(args, "names", names);
	if (h->cli->err.kind == 0)
		store_all(h, names);
	pass_on(h, args);
	json_set_int(args, "lists", (int64_t)json_len(json_get(h->cli->args, "ioc")));
	if (!is_new) {
		json_set_str(args, "id", incident);
		enter(h, incident, names);
	}
	if (h->cli->err.kind != 0) {
		json_free(args);
		return h->cli->err.kind;
	}
	if (case_call(h, is_new ? "hunt open" : "hunt start", args, true, &answer) == 0)
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
	case_say(h, stderr, key, ARGS("percent", case_count(size <= 0 ? 100 : bytes * 100 / size, percent), "events",
	    case_count(json_get_int(p, "events", 0), events), "hits", case_count(json_get_int(p, "hits", 0), hits)));
	fflush(stderr);
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
		if (case_call(h, "hunt show", case_id(h), false, ret_hunt) != 0 ||
		    !str_eq(json_get_str(*ret_hunt, "state"), "waiting"))
			break;
		show_progress(h, *ret_hunt);
		if (interrupted && !asked) {
			asked = true;
			case_call(h, "hunt cancel", case_id(h), false, NULL);
		}
		nanosleep(&pause, NULL);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	return h->cli->err.kind;
}

static int
finish(struct hunting *h, const struct json *hunt)
{
	const char *state = json_get_str(hunt, "state");
	bool taken = false;

	if (str_eq(state, "cancelled"))
		return err_set(&h->cli->err, ERR_STATE, "err.hunt.cancelled", NULL);
	if (!str_eq(state, "done"))
		return err_fail(&h->cli->err, ERR_IO, "hunt.case.failed", NULL, "number", json_get_str(hunt, "number"),
		    "reason", json_get_str(hunt, "error"));
	if (case_write(h, hunt, &taken) != 0)
		return h->cli->err.kind;
	case_tell(h, hunt, taken ? stderr : stdout);
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
