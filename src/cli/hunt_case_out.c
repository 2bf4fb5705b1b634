/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_case_out.c: the files khien hunt --incident writes, from what was kept. */
#include <errno.h>
#include <unistd.h>

#include "app/rules.h"
#include "cli/hunt_case.h"
#include "os/file.h"

#define ROWS_MS     600000
#define REQUEST_MAX ((size_t)4 << 20)

/* A name in the data directory for a file on its way. */
static char *
way_name(const struct hunting *h, const char *ending)
{
	size_t size = strlen(h->app->dir) + strlen(ending) + 60;
	char *name = xmalloc(size);

	snprintf(name, size, "%s/tmp/%ld.%s", h->app->dir, (long)getpid(), ending);
	unlink(name);
	return name;
}

/* To ${path}, or to standard output for "-"; the other file may be on another disk. */
static int
copy_file(const char *name, const char *path, struct err *err)
{
	cleanup(free_charp) char *chunk = xmalloc(1 << 16);
	bool is_stdout = strcmp(path, "-") == 0, ok = true;
	FILE *in = fopen(name, "re"), *out = is_stdout ? stdout : fopen(path, "we");
	size_t n;

	if (in == NULL || out == NULL)
		err_sys(err, file_err_kind(errno), in == NULL ? name : path, errno);
	while (err->kind == 0 && ok && (n = fread(chunk, 1, 1 << 16, in)) > 0)
		ok = fwrite(chunk, 1, n, out) == n;
	if (err->kind == 0 && (!ok || ferror(in)))
		err_sys(err, file_err_kind(errno), path, errno);
	if (in != NULL)
		fclose(in);
	if (!is_stdout && out != NULL && fclose(out) != 0 && err->kind == 0)
		err_sys(err, file_err_kind(errno), path, errno);
	return err->kind;
}

/* The file of an operation into the data directory, where it is only for a while. */
static int
fetch(struct hunting *h, const char *op, const char *name)
{
	struct json *args = case_id(h);

	json_set_str(args, "file", name);
	return case_call(h, op, args, false, NULL);
}

static int
write_file(struct hunting *h, const char *op, const char *path)
{
	cleanup(free_charp) char *name = way_name(h, "out");

	if (path != NULL && fetch(h, op, name) == 0)
		copy_file(name, path, &h->cli->err);
	unlink(name);
	return h->cli->err.kind;
}

/* Titles as readers of this language know them, as far as the summary names the rules. */
static struct json *
titles_of(const struct json *hunt)
{
	const struct json *groups = json_get(json_get(hunt, "summary"), "groups");
	struct json *titles = json_new_object();

	for (size_t i = 0; i < json_len(groups); i++)
		json_set_str(titles, json_get_str(json_at(groups, i), "rule_id"), json_get_str(json_at(groups, i), "title"));
	return titles;
}

/* khien-hunt writes rows of what was kept; NULL: not wanted. */
static int
make_rows(struct hunting *h, const struct json *hunt, const char *from, const char *csv, const char *timeline)
{
	struct buf request = BUF_INIT(REQUEST_MAX), said = BUF_INIT(1000);
	struct json *all = json_new_object(), *args = json_new_object();
	struct err why = { 0 };

	json_set_str(args, "from", from);
	if (csv != NULL)
		json_set_str(args, "csv", csv);
	if (timeline != NULL)
		json_set_str(args, "timeline", timeline);
	json_set(args, "titles", titles_of(hunt));
	json_set_str(all, "command", "hunt rows");
	json_set_str(all, "lang", lang_code(h->cli->lang));
	json_set_bool(all, "json", true);
	json_set(all, "args", args);
	json_write(all, &request);
	if (rules_child(request.data, request.len, ROWS_MS, &said, &why) != 0)
		err_fail(&h->cli->err, (enum err_kind)why.kind, "err.hunt.rows", NULL, "reason",
		    why.args > 0 ? why.arg[0].value : "khien-hunt", NULL, NULL);
	json_free(all);
	buf_clear(&request);
	buf_clear(&said);
	return h->cli->err.kind;
}

static int
write_rows(struct hunting *h, const struct json *hunt, const char *csv, const char *timeline)
{
	cleanup(free_charp) char *from = way_name(h, "json"), *rows = way_name(h, "csv"), *line = way_name(h, "line");

	if (fetch(h, "hunt detections", from) == 0 &&
	    make_rows(h, hunt, from, csv == NULL ? NULL : rows, timeline == NULL ? NULL : line) == 0) {
		if (csv != NULL)
			copy_file(rows, csv, &h->cli->err);
		if (timeline != NULL && h->cli->err.kind == 0)
			copy_file(line, timeline, &h->cli->err);
	}
	unlink(from);
	unlink(rows);
	unlink(line);
	return h->cli->err.kind;
}

int
case_write(struct hunting *h, const struct json *hunt, bool *ret_taken)
{
	static const char *const names[] = { "json", "html", "csv", "timeline" };
	const char *path[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path[i] = json_get_str(h->cli->args, names[i]);
		path[i] = str_empty(path[i]) ? NULL : path[i];
		*ret_taken = *ret_taken || str_eq(path[i], "-");
	}
	if (write_file(h, "hunt detections", path[0]) == 0)
		write_file(h, "hunt page", path[1]);
	if (h->cli->err.kind == 0 && (path[2] != NULL || path[3] != NULL))
		write_rows(h, hunt, path[2], path[3]);
	return h->cli->err.kind;
}
