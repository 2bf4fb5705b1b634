/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page.h"

#include "http/address.h"
#include "server/form.h"
#include "server/server.h"

/* Whether the path is of the pattern; what stands for its {…}s goes to ${param}. */
static bool
page_fits(const struct page *page, const struct http_request *req,
    const char *param[static TURN_PARAMS_MAX])
{
	const char *p = page->pattern;
	size_t params = 0;

	for (size_t i = 0; i < req->segs; i++) {
		size_t len;

		if (*p != '/' || p[1] == '\0')
			return false;
		len = strcspn(++p, "/");
		if (*p == '{') {
			if (params == TURN_PARAMS_MAX)
				return false;
			param[params++] = req->seg[i];
		} else if (strlen(req->seg[i]) != len || strncmp(req->seg[i], p, len) != 0) {
			return false;
		}
		p += len;
	}
	return *p == '\0' || (req->segs == 0 && strcmp(p, "/") == 0);
}

int
page_find(struct http_request *req, struct http_response *res, struct turn *turn)
{
	enum http_method method = req->method == HTTP_HEAD ? HTTP_GET : req->method;
	const char *allow = NULL;
	struct err err = { 0 };

	for (const struct page *page = pages; page->pattern != NULL; page++) {
		if ((req->is_public && (page->flags & PAGE_PUBLIC) == 0) ||
		    !page_fits(page, req, turn->param))
			continue;
		if (page->method == method) {
			turn->page = page;
			return 0;
		}
		if (allow != NULL &&
		    strcmp(allow, page->method == HTTP_GET ? "POST" : "GET, HEAD") == 0)
			allow = "GET, HEAD, POST";
		else
			allow = page->method == HTTP_GET ? "GET, HEAD" : "POST";
	}
	if (allow == NULL)
		return 0;
	err_fail(&err, ERR_USAGE, "err.method", NULL, "method", req->method_name, "choices", allow);
	problem_as(req, res, 405, &err);
	http_add_header(res, "Allow", allow);
	err_clear(&err);
	return 405;
}

static void
page_sink(struct http_request *req, struct http_response *res, const void *data, size_t len)
{
	struct err err = { 0 };

	if (form_feed(turn_of(req)->form, data, len, &err) != 0)
		problem(req, res, &err);
	err_clear(&err);
}

static int
page_body(struct http_request *req, struct turn *turn, struct err *err)
{
	const char *type = http_header(req, "Content-Type");

	if (!req->has_body || (turn->page->flags & PAGE_FORM) == 0)
		return 0;
	if (http_type_is(req, "application/x-www-form-urlencoded")) {
		req->body_max = BODY_MAX;
		return 0;
	}
	if (http_type_is(req, "multipart/form-data")) {
		req->sink = page_sink;
		req->sink_max = turn->signed_in ? FORM_MAX : FORM_PUBLIC_MAX;
		return form_new(&req->arena, turn->server->app, type,
		    turn->signed_in ? FILE_MAX : FILE_PUBLIC_MAX, &turn->form, err);
	}
	return err_fail(err, ERR_USAGE, "err.media_type", NULL, "type", type == NULL ? "–" : type,
	    "choices", "multipart/form-data, application/x-www-form-urlencoded");
}

/* Before the body: what is sent too often is not even stored. */
static int
page_limit(struct http_request *req, const struct turn *turn, struct err *err)
{
	char key[ADDRESS_TEXT_SIZE];

	if (turn->page->method != HTTP_GET)
		return server_limit_public(req, err);
	return turn->param[0] == NULL ? 0 :
	    server_peek(turn->server->miss, address_key(req->address, key), err);
}

/* Who sends it. A public page asks nobody, and takes a form as nobody's. */
static int
page_who(struct http_request *req, struct turn *turn, struct err *err)
{
	unsigned right = turn->page->right;
	int kind = server_origin(req, err);

	if (kind == 0)
		kind = server_who(req, turn, err);
	if (kind == ERR_FORBIDDEN && strcmp(err->key, "err.csrf") == 0 && right == RIGHT_PUBLIC) {
		err_clear(err);
		kind = 0;
	}
	if (kind == 0 && (turn->actor.rights & right) != right)
		kind = err_set(err, turn->signed_in ? ERR_FORBIDDEN : ERR_AUTH,
		    turn->signed_in ? "err.forbidden" : "err.auth", NULL);
	if (kind == 0 && !turn->signed_in)
		kind = page_limit(req, turn, err);
	return kind;
}

void
page_begin(struct http_request *req, struct http_response *res)
{
	struct turn *turn = turn_of(req);
	struct err err = { 0 };

	if (page_who(req, turn, &err) != 0)
		problem(req, res, &err);
	else if (page_body(req, turn, &err) != 0)
		problem_as(req, res, strcmp(err.key, "err.media_type") == 0 ? 415 :
		    problem_status(&err), &err);
	err_clear(&err);
}

/* The form's fields and files, whichever of the two encodings it came in. */
static int
read_form(struct http_request *req, struct turn *turn, struct page_request *p, struct err *err)
{
	struct url_params *params = arena_alloc(&req->arena, sizeof(*params));
	struct upload *uploads;
	int kind;

	p->form = params;
	if (turn->form == NULL)
		return req->body.len == 0 ? 0 :
		    url_params(&req->arena, req->body.data, req->body.len, params, err);
	kind = form_finish(turn->form, err);
	if (kind != 0)
		return kind;
	p->form = form_fields(turn->form);
	p->uploads_count = form_files(turn->form);
	uploads = arena_alloc(&req->arena, (p->uploads_count + 1) * sizeof(*uploads));
	p->uploads = uploads;
	return form_keep(turn->form, uploads, err);
}

void
page_handle(struct http_request *req, struct http_response *res)
{
	struct turn *turn = turn_of(req);
	struct page_request p = { .app = turn->server->app, .http = req, .arena = &req->arena,
		.lang = turn->lang, .actor = turn->actor, .signed_in = turn->signed_in };
	struct err err = { 0 };

	memcpy(p.param, turn->param, sizeof(p.param));
	if (read_form(req, turn, &p, &err) != 0)
		problem(req, res, &err);
	else
		turn->page->handle(&p, res);
	err_clear(&err);
}

struct buf *
page_html(struct page_request *p, struct http_response *res, int status)
{
	http_answer(res, status, "text/html; charset=utf-8");
	res->csp = page_csp(p->http);
	buf_clear(&res->body);
	buf_init(&res->body, ANSWER_MAX);
	return &res->body;
}

int
page_call(struct page_request *p, const char *name, struct json *args, bool with_uploads,
    struct json **ret_answer, struct err *err)
{
	struct op_request request = { .op = op_get(name), .actor = p->actor, .lang = p->lang,
		.args = args };
	struct buf out = BUF_INIT(ANSWER_MAX);
	int kind = 0;

	if (with_uploads) {
		request.uploads = p->uploads;
		request.uploads_count = p->uploads_count;
	}
	if (request.op == NULL)
		kind = err_set(err, ERR_NOT_FOUND, "err.internal", NULL);
	if (kind == 0)
		kind = op_call(p->app, &request, &out, err);
	if (kind == 0)
		kind = json_parse(buf_str(&out), out.len, ret_answer, err);
	if (kind == ERR_NOT_FOUND && !p->signed_in)
		server_missed(p->http);
	json_free(args);
	buf_clear(&out);
	return kind;
}

void
page_problem(struct page_request *p, struct http_response *res, const struct err *err)
{
	problem(p->http, res, err);
}

const char *
page_field(const struct page_request *p, const char *name)
{
	const char *value = url_param(p->form, name);

	return value == NULL ? "" : value;
}
