/* SPDX-License-Identifier: Apache-2.0 */
/* op_periodic.c: what is written of a period as files: figures, Mẫu 05, the yearly plan. */
#include <unistd.h>

#include "app/app.h"
#include "app/document.h"
#include "app/facts.h"
#include "app/mau05.h"
#include "app/ops.h"
#include "app/paper.h"
#include "app/stat.h"
#include "app/stat_book.h"
#include "os/file.h"
#include "os/worker.h"
#include "store/blob.h"

#define ANSWER_MAX ((size_t)64 << 20)
#define FILE_MODE  0600
#define SHEET_MS   20000
#define YEAR_MIN   2015
#define YEAR_MAX   2100

#define PERIOD_PARAMS { "from", P_TIME, 0, 0, 0, NULL }, { "to", P_TIME, 0, 0, 0, NULL }
#define OUT_PARAM { "out", P_OUT, PF_REQUIRED, 0, 4000, NULL }

/* ---- the file that is asked for ------------------------------------------------------------- */

static const struct {
	const char *name, *media_type;
} formats[] = {
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "csv", "text/csv" }, { "json", "application/json" }, { "pdf", "application/pdf" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "html", "text/html" },
};

/*
 * The format said, else the one the file's name ends in; NULL after an error.  A browser names
 * no file: it gets the first.
 */
static const char *
format_of(struct call *c, const char *const choices[])
{
	const char *said = arg_text(c, "format"), *dot = strrchr(arg_text(c, "out"), '.');
	struct buf names = BUF_INIT(200);

	if (said == NULL && c->actor.kind != ACTOR_CONSOLE)
		said = choices[0];
	for (size_t i = 0; choices[i] != NULL; i++) {
		if (said != NULL ? strcmp(said, choices[i]) == 0 : dot != NULL &&
		    strcasecmp(dot + 1, choices[i]) == 0) {
			buf_clear(&names);
			return choices[i];
		}
		buf_printf(&names, "%s.%s", i == 0 ? "" : ", ", choices[i]);
	}
	err_fail(c->err, ERR_INVALID, "err.stat.format", "format", "formats", buf_str(&names), NULL,
	    NULL);
	buf_clear(&names);
	return NULL;
}

static int
write_out(struct call *c, const char *name, const char *format, const void *data, size_t len)
{
	if (file_replace(arg_text(c, "out"), data, len, FILE_MODE, c->err) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "file", arg_text(c, "out"));
	jsonw_kstring(c->out, "name", arena_printf(c->arena, "%s.%s", name, format));
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, format) == 0)
			jsonw_kstring(c->out, "media_type", formats[i].media_type);
	return 0;
}

/* The worker's document into the file; says what is missing in it. */
static int
print_out(struct call *c, const struct json *request, const char *name, const char *format)
{
	struct paper paper = { 0 };
	struct buf gaps = BUF_INIT(ANSWER_MAX);
	int kind = paper_render(c, request, &paper, c->err);

	if (kind == 0)
		kind = write_out(c, name, format, buf_str(&paper.bytes), paper.bytes.len);
	if (kind == 0 && json_get(paper.answer, "gaps") != NULL) {
		json_write(json_get(paper.answer, "gaps"), &gaps);
		jsonw_kraw(c->out, "gaps", buf_str(&gaps));
	}
	buf_clear(&gaps);
	if (kind == 0)
		paper_free(&paper);
	return kind;
}

static int
print_book(struct call *c, struct json *book, const char *name)
{
	struct json *request = json_new_object();
	int kind;

	json_set_str(request, "format", "xlsx");
	json_set(request, "book", book);
	kind = print_out(c, request, name, "xlsx");
	json_free(request);
	return kind;
}

/* Asks an operation of this file, which reads on one snapshot; its answer is freed by the caller. */
static struct json *
ask(struct call *c, const struct op *op, const struct json *args)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct json *found = NULL;

	if (op_call(c->app, &(struct op_request){ .op = op, .actor = c->actor, .lang = c->lang,
	    .args = args }, &answer, c->err) == 0)
		json_parse(buf_str(&answer), answer.len, &found, c->err);
	buf_clear(&answer);
	return found;
}

static void
out_json(struct call *c, const char *key, const struct json *value)
{
	struct buf text = BUF_INIT(ANSWER_MAX);

	json_write(value, &text);
	jsonw_kraw(c->out, key, buf_str(&text));
	buf_clear(&text);
}

/* The arguments of that name, for asking further. */
static struct json *
args_of(struct call *c, const char *const names[])
{
	struct json *args = json_new_object();

	for (size_t i = 0; names[i] != NULL; i++)
		if (json_get(c->args, names[i]) != NULL)
			json_set(args, names[i], json_clone(json_get(c->args, names[i])));
	return args;
}

static int64_t
first_day(struct call *c, int64_t to)
{
	int64_t from = 0;

	clock_parse(arena_printf(c->arena, "%d-01-01", clock_year(to)), &from);
	return from;
}

/* ---- statistics ----------------------------------------------------------------------------- */

static const char *const stat_formats[] = { "xlsx", "csv", NULL };
static const struct param export_params[] = {
	PERIOD_PARAMS, OUT_PARAM, { "format", P_ENUM, 0, 0, 0, stat_formats }, { 0 },
};
static const struct param period_params[] = { PERIOD_PARAMS, { 0 } };

static int
read_stat(struct call *c)
{
	int64_t to = arg_time(c, "to", c->now);
	struct json *stat = stat_make(c, arg_time(c, "from", first_day(c, to)), to);

	if (stat != NULL)
		out_json(c, "stat", stat);
	json_free(stat);
	return c->err->kind;
}

static const struct op stat_op = { "statistic read", NULL, NULL, RIGHT_READ, 0, period_params,
	read_stat, NULL, NULL };

static int
statistic_export(struct call *c)
{
	static const char *const passed[] = { "from", "to", NULL };
	const char *format = format_of(c, stat_formats), *name;
	cleanup(json_freep) struct json *args = args_of(c, passed);
	cleanup(json_freep) struct json *found = NULL;
	struct buf csv = BUF_INIT(ANSWER_MAX);
	const struct json *stat;
	int kind;

	if (format == NULL || (found = ask(c, &stat_op, args)) == NULL)
		return c->err->kind;
	stat = json_get(found, "stat");
	name = arena_printf(c->arena, "so-lieu_%s_%s", json_get_str(stat, "from"),
	    json_get_str(stat, "to"));
	if (str_eq(format, "xlsx"))
		return print_book(c, stat_book(c, stat), name);
	stat_csv(c, stat, &csv);
	kind = write_out(c, name, "csv", buf_str(&csv), csv.len);
	buf_clear(&csv);
	return kind;
}

/* ---- Mẫu 05 --------------------------------------------------------------------------------- */

static const char *const form_formats[] = { "docx", "pdf", "html", "xlsx", "json", NULL };
static const struct param mau05_params[] = {
	PERIOD_PARAMS, OUT_PARAM, { "format", P_ENUM, 0, 0, 0, form_formats },
	{ "proposals", P_TEXT, 0, 0, 8000, NULL },
	{ "merge", P_FILES, PF_POSITIONAL, 0, MAU05_FILES_MAX, NULL }, { 0 },
};
static const struct param mau05_read_params[] = {
	PERIOD_PARAMS, { "format", P_ENUM, 0, 0, 0, form_formats },
	{ "proposals", P_TEXT, 0, 0, 8000, NULL }, { "files", P_JSON, 0, 0, 0, NULL }, { 0 },
};

/* One file as {"name", "text"} or, a spreadsheet, {"name", "cells"}. */
static struct json *
read_upload(struct call *c, const struct upload *u)
{
	struct json *file = json_new_object(), *cells = NULL;
	cleanup(fd_closep) int fd = -1;
	cleanup(free_charp) char *data = NULL;
	struct buf answer = BUF_INIT(WORKER_FRAME_MAX);
	int64_t size;
	size_t len = 0;

	json_set_str(file, "name", u->name);
	if (u->size > (int64_t)MAU05_FILE_MAX) {
		err_fail(c->err, ERR_TOO_LARGE, "err.mau05.file", "merge", "file", u->name, "what",
		    "> 1 MiB");
	} else if (blob_open(c->app->blobs, u->sha256, &fd, &size, c->err) != 0) {
		/* told already */
	} else if (file_read_fd(fd, u->name, MAU05_FILE_MAX, &data, &len, c->err) == 0 &&
	    len > 1 && memcmp(data, "PK", 2) != 0) {
		json_set_str(file, "text", data);
	} else if (lseek(fd, 0, SEEK_SET) == 0 &&
	    worker_run("sheet", &fd, 1, "", 0, SHEET_MS, &answer, c->err) == 0 &&
	    json_parse(buf_str(&answer), answer.len, &cells, c->err) == 0) {
		json_set(file, "cells", cells);
	}
	buf_clear(&answer);
	return file;
}

static struct json *
read_uploads(struct call *c)
{
	struct json *files = json_new_object(), *items = json_new_array();

	for (size_t i = 0; i < c->uploads_count && c->err->kind == ERR_NONE; i++)
		json_append(items, read_upload(c, &c->uploads[i]));
	json_set(files, "items", items);
	return files;
}

static int
add_file(struct call *c, struct json *sum, const struct json *file, struct json *duplicates,
    struct json *conflicts)
{
	const char *name = json_get_str(file, "name"), *text = json_get_str(file, "text");
	struct json *data = NULL;
	int kind = text != NULL ? mau05_read(c, name, text, strlen(text), &data) :
	    mau05_read_cells(c, name, json_get(file, "cells"), &data);

	if (kind == 0)
		mau05_add(c, sum, data, name, duplicates, conflicts);
	json_free(data);
	return kind;
}

/* Own figures and those of the files; nothing at all when they contradict each other. */
static int
merge(struct call *c, struct json *sum, struct json *duplicates)
{
	const struct json *items = json_get(arg_json(c, "files"), "items");
	struct json *conflicts = json_new_array();
	struct buf list = BUF_INIT((size_t)256 << 10);

	for (size_t i = 0; i < json_len(items) && c->err->kind == ERR_NONE; i++)
		add_file(c, sum, json_at(items, i), duplicates, conflicts);
	json_del(sum, "parts");
	if (json_len(conflicts) > 0 && call_fail(c, ERR_STATE, "err.mau05.conflict", "merge") != 0 &&
	    c->err->list == NULL) {
		json_write(conflicts, &list);
		c->err->list = buf_take(&list);
	}
	json_free(conflicts);
	buf_clear(&list);
	return c->err->kind;
}

static bool
is_paper(const char *format)
{
	return str_eq(format, "docx") || str_eq(format, "pdf") || str_eq(format, "html");
}

/* "frame": what the layout engine is asked for. */
static int
out_frame(struct call *c, const struct json *data, int64_t from, int64_t to, const char *format)
{
	struct json *values = mau05_values(data);
	struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	struct facts_want want = { .form = "mau-05", .from_at = from, .to_at = to };

	if (document_form_frame(c, "mau-05", &want, values, format, &frame) == 0)
		jsonw_kraw(c->out, "frame", buf_str(&frame));
	buf_clear(&frame);
	json_free(values);
	return c->err->kind;
}

static int
read_mau05(struct call *c)
{
	int64_t to = arg_time(c, "to", c->now), from = arg_time(c, "from", first_day(c, to));
	struct json *data = mau05_own(c, from, to), *duplicates = json_new_array();

	if (data != NULL && arg_text(c, "proposals") != NULL)
		json_set_str(data, "proposals", arg_text(c, "proposals"));
	if (data != NULL && merge(c, data, duplicates) == 0) {
		out_json(c, "data", data);
		out_json(c, "duplicates", duplicates);
		if (is_paper(arg_text(c, "format")))
			out_frame(c, data, from, to, arg_text(c, "format"));
	}
	json_free(duplicates);
	json_free(data);
	return c->err->kind;
}

static const struct op mau05_op = { "form mau05 read", NULL, NULL, RIGHT_READ, 0, mau05_read_params,
	read_mau05, NULL, NULL };

static int
write_mau05(struct call *c, const struct json *found, const char *format)
{
	const struct json *data = json_get(found, "data");
	const char *name = arena_printf(c->arena, "mau-05_%s_%s", json_get_str(data, "from"),
	    json_get_str(data, "to"));
	struct buf text = BUF_INIT(ANSWER_MAX);
	int kind;

	if (is_paper(format))
		return print_out(c, json_get(found, "frame"), name, format);
	if (str_eq(format, "xlsx"))
		return print_book(c, mau05_book(data), name);
	json_write(data, &text);
	buf_addc(&text, '\n');
	kind = write_out(c, name, format, buf_str(&text), text.len);
	buf_clear(&text);
	return kind;
}

static int
form_mau05(struct call *c)
{
	static const char *const passed[] = { "from", "to", "proposals", NULL };
	const char *format = format_of(c, form_formats);
	cleanup(json_freep) struct json *args = args_of(c, passed);
	cleanup(json_freep) struct json *found = NULL;

	if (format == NULL)
		return c->err->kind;
	json_set_str(args, "format", format);
	json_set(args, "files", read_uploads(c));
	if (c->err->kind != ERR_NONE || (found = ask(c, &mau05_op, args)) == NULL ||
	    write_mau05(c, found, format) != 0)
		return c->err->kind;
	jsonw_kint(c->out, "attack_count",
	    json_get_int(json_get(json_get(found, "data"), "total"), "count", 0));
	out_json(c, "sources", json_get(json_get(found, "data"), "sources"));
	out_json(c, "duplicates", json_get(found, "duplicates"));
	return 0;
}

/* ---- the yearly plan ------------------------------------------------------------------------ */

static const char *const paper_formats[] = { "docx", "pdf", "html", NULL };
static const struct param plan_params[] = {
	{ "year", P_INT, 0, YEAR_MIN, YEAR_MAX, NULL }, { "parent_plan", P_LINE, 0, 0, 400, NULL },
	OUT_PARAM, { "format", P_ENUM, 0, 0, 0, paper_formats }, { 0 },
};
static const struct param plan_read_params[] = {
	{ "year", P_INT, 0, YEAR_MIN, YEAR_MAX, NULL }, { "parent_plan", P_LINE, 0, 0, 400, NULL },
	{ "format", P_ENUM, 0, 0, 0, paper_formats }, { 0 },
};

static int
read_plan(struct call *c)
{
	struct facts_want want = { .form = "ke-hoach-nam", .to_at = SQL_NULL };
	struct json *values = json_new_object();
	struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	int64_t year = arg_int(c, "year", clock_year(c->now));

	clock_parse(arena_printf(c->arena, "%lld-01-01", (long long)year), &want.from_at);
	if (arg_text(c, "parent_plan") != NULL) {
		json_set_str(values, "parent_plan", arg_text(c, "parent_plan"));
		json_set(values, "grounds", json_new_null());
	}
	if (document_form_frame(c, want.form, &want, values, arg_text(c, "format"), &frame) == 0)
		jsonw_kraw(c->out, "frame", buf_str(&frame));
	jsonw_kint(c->out, "year", year);
	buf_clear(&frame);
	json_free(values);
	return c->err->kind;
}

static const struct op plan_op = { "plan read", NULL, NULL, RIGHT_READ, 0, plan_read_params, read_plan,
	NULL, NULL };

static int
plan_export(struct call *c)
{
	static const char *const passed[] = { "year", "parent_plan", NULL };
	const char *format = format_of(c, paper_formats);
	cleanup(json_freep) struct json *args = args_of(c, passed);
	cleanup(json_freep) struct json *found = NULL;

	if (format == NULL)
		return c->err->kind;
	json_set_str(args, "format", format);
	if ((found = ask(c, &plan_op, args)) == NULL)
		return c->err->kind;
	return print_out(c, json_get(found, "frame"),
	    arena_printf(c->arena, "ke-hoach-ung-pho-su-co-%lld",
	    (long long)json_get_int(found, "year", 0)), format);
}

const struct op ops_periodic[] = {
	{ "statistic export", "GET", "/statistics/file", RIGHT_READ, OP_OUTSIDE, export_params,
	    statistic_export, NULL,
	    "khien statistic export --from 2026-01-01 --to 2026-06-30 --out so-lieu.xlsx" },
	{ "form mau05", "POST", "/forms/mau05", RIGHT_READ, OP_OUTSIDE, mau05_params, form_mau05, NULL,
	    "khien form mau05 --from 2026-01-01 --to 2026-06-14 --out mau-05.docx" },
	{ "plan export", "GET", "/plan/file", RIGHT_READ, OP_OUTSIDE, plan_params, plan_export, NULL,
	    "khien plan export --year 2027 --out ke-hoach-2027.docx" },
	{ 0 },
};
