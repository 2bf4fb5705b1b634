/* SPDX-License-Identifier: Apache-2.0 */
/* op_document_file.c: a paper as a file: the signed one that came back, or printed anew. */
#include <fcntl.h>

#include "app/app.h"
#include "app/document.h"
#include "app/ops.h"
#include "app/paper.h"
#include "os/file.h"
#include "store/blob.h"

#define FRAME_MAX ((size_t)8 << 20)
#define FILE_MAX  ((size_t)64 << 20)

static const char *const formats[] = { "pdf", "docx", "html", "txt", "signed", NULL };

static const struct param export_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "format", P_ENUM, 0, 0, 0, formats },
	{ "out", P_OUT, PF_REQUIRED, 0, 4000, NULL },
	{ 0 },
};

static const char *
media_type(const char *format)
{
	static const char *const types[][2] = {
		{ "pdf", "application/pdf" },
		{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
		{ "html", "text/html" }, { "txt", "text/plain" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i][0], format) == 0)
			return types[i][1];
	return "application/octet-stream";
}

/* What the paper is, and the frame that prints it, from one snapshot. */
struct printing {
	struct call *call;
	struct document d;
	const struct json *typed; /* values that are not saved yet; NULL: as it is kept */
	const char *format; /* NULL: the caller did not say */
	struct buf frame;
};

/* The paper with what somebody is typing in the place of what is kept. */
static int
lay_over(struct call *c, struct document *d, const struct json *typed)
{
	cleanup(json_freep) struct json *values = NULL;
	cleanup(buf_clear) struct buf text = BUF_INIT(FRAME_MAX);
	const struct pack_form *form;

	if (document_form(c, d, &form) != 0 ||
	    json_parse(d->values_json, strlen(d->values_json), &values, c->err) != 0 ||
	    document_put(c, form, typed, values) != 0)
		return c->err->kind;
	json_write(values, &text);
	if (text.full)
		return call_fail(c, ERR_TOO_LARGE, "err.document.too_large", NULL);
	d->values_json = arena_strdup(c->arena, buf_str(&text));
	return 0;
}

static int
prepare(struct tx *tx, void *arg, struct err *err)
{
	struct printing *p = arg;
	struct call *c = p->call;
	struct err *outer = c->err;

	/* What looks rows up works on the call; for the while of this snapshot it is the call's. */
	c->tx = tx;
	c->err = err;
	if (document_arg(c, "id", &p->d) == 0) {
		/* The signed file is the document; a draft's print stands in for it until then. */
		if (p->format == NULL)
			p->format = p->d.signed_sha256 != NULL ? "signed" : "pdf";
		if (str_eq(p->format, "signed") && p->d.signed_sha256 == NULL)
			err_fail(err, ERR_NOT_FOUND, "err.document.not_signed", NULL, "number", p->d.number, NULL,
			    NULL);
		else if (!str_eq(p->format, "signed") &&
		    (p->typed == NULL || lay_over(c, &p->d, p->typed) == 0))
			document_frame(c, &p->d, p->format, &p->frame);
	}
	c->tx = NULL;
	c->err = outer;
	return err->kind;
}

/* The format a file's ending asks for; NULL when it says nothing. */
static const char *
format_of(const char *path)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');

	if (dot == NULL || (slash != NULL && dot < slash))
		return NULL;
	for (size_t i = 0; formats[i] != NULL; i++)
		if (strcmp(dot + 1, formats[i]) == 0)
			return formats[i];
	return NULL;
}

static int
choose_format(struct call *c, const char **ret)
{
	const char *path = arg_text(c, "out");
	const char *base = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;

	*ret = arg_text(c, "format");
	if (*ret == NULL)
		*ret = format_of(path);
	/* Over HTTP the path is one of ours and has no ending. */
	if (*ret == NULL && strchr(base, '.') != NULL)
		return call_fail(c, ERR_USAGE, "err.document.format", "out");
	return 0;
}

static int
write_signed(struct call *c, const struct document *d)
{
	cleanup(fd_closep) int fd = -1;
	cleanup(free_charp) char *data = NULL;
	size_t size;
	int64_t whole;

	if (blob_open(c->app->blobs, d->signed_sha256, &fd, &whole, c->err) != 0 ||
	    file_read_fd(fd, d->signed_name, FILE_MAX, &data, &size, c->err) != 0)
		return c->err->kind;
	return file_replace(arg_text(c, "out"), data, size, 0600, c->err);
}

static int
write_printed(struct call *c, struct printing *p)
{
	struct paper paper = { 0 };

	if (paper_render_frame(buf_str(&p->frame), p->frame.len, &paper, c->err) == 0) {
		file_replace(arg_text(c, "out"), buf_str(&paper.bytes), paper.bytes.len, 0600, c->err);
		paper_free(&paper);
	}
	return c->err->kind;
}

static int
document_export(struct call *c)
{
	struct printing p = { .call = c, .frame = BUF_INIT(FRAME_MAX) };
	bool is_signed;

	if (document_may_see(c) != 0 || choose_format(c, &p.format) != 0)
		return c->err->kind;
	if (store_read(c->app->store, prepare, &p, c->err) == 0) {
		is_signed = str_eq(p.format, "signed");
		if ((is_signed ? write_signed(c, &p.d) : write_printed(c, &p)) == 0) {
			jsonw_kstring(c->out, "number", p.d.number);
			jsonw_kstring(c->out, "name", is_signed ? p.d.signed_name :
			    arena_printf(c->arena, "%s-%s.%s", p.d.number, p.d.form, p.format));
			jsonw_kstring(c->out, "media_type", media_type(p.format));
			jsonw_kstring(c->out, "file", arg_text(c, "out"));
		}
	}
	buf_clear(&p.frame);
	return c->err->kind;
}

static const struct param preview_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "values", P_JSON, 0, 0, 0, NULL },
	{ "out", P_OUT, PF_REQUIRED, 0, 4000, NULL },
	{ 0 },
};

/* The page as it would be printed, for whoever is typing; nothing is kept. */
static int
document_preview(struct call *c)
{
	struct printing p = { .call = c, .format = "html", .frame = BUF_INIT(FRAME_MAX),
		.typed = json_get(c->args, "values") };

	if (document_may_write(c) == 0 && store_read(c->app->store, prepare, &p, c->err) == 0 &&
	    write_printed(c, &p) == 0) {
		jsonw_kstring(c->out, "number", p.d.number);
		jsonw_kstring(c->out, "name", arena_printf(c->arena, "%s.html", p.d.number));
		jsonw_kstring(c->out, "media_type", media_type(p.format));
		jsonw_kstring(c->out, "file", arg_text(c, "out"));
	}
	buf_clear(&p.frame);
	return c->err->kind;
}

const struct op ops_document_file[] = {
	{ "document export", "GET", "/documents/{id}/file", RIGHT_SELF, OP_OUTSIDE, export_params,
	    document_export, NULL, "khien document export VB-2026-0001 --format pdf --out bao-cao.pdf" },
	{ "document preview", "POST", "/documents/{id}/preview", RIGHT_SELF, OP_OUTSIDE, preview_params,
	    document_preview, NULL, "khien document preview VB-2026-0001 --values '{\"isp\":\"VNPT\"}'"
	    " --out xem-truoc.html" },
	{ 0 },
};
