/* SPDX-License-Identifier: Apache-2.0 */
/* api.c: one request of /api/v1 as one call of an operation. */
#include "server/api.h"

#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/utf8.h"
#include "http/address.h"
#include "os/file.h"
#include "server/form.h"
#include "server/server.h"

#define API_SEGS 2 /* "api", "v1" */

/* ---- which operation ------------------------------------------------------------- */

static bool
route_fits(const struct route *route, const struct http_request *req)
{
	if (route->segs != req->segs - API_SEGS)
		return false;
	for (size_t i = 0; i < route->segs; i++)
		if (!route->is_param[i] && strcmp(route->seg[i], req->seg[API_SEGS + i]) != 0)
			return false;
	return true;
}

/*
 * The route of this path and method; a path spelt out goes before one with
 * {param}s.  NULL: ${allow} has the methods the path does know, or stays empty.
 */
static const struct route *
find_route(const struct http_request *req, struct buf *allow)
{
	enum http_method method = req->method == HTTP_HEAD ? HTTP_GET : req->method;
	const struct route *route, *best = NULL;
	bool has_head;

	if (req->segs <= API_SEGS || strcmp(req->seg[1], "v1") != 0)
		return NULL;
	for (size_t i = 0; (route = route_next(&i)) != NULL;) {
		if (!route_fits(route, req))
			continue;
		/* Handing out a file is recorded: never for a question that wants none. */
		has_head = route->method == HTTP_GET && op_param_of(route->op, P_OUT) == NULL;
		if (route->method == method && (req->method != HTTP_HEAD || has_head)) {
			if (best == NULL || route->literals > best->literals)
				best = route;
		} else if (strstr(buf_str(allow), route->op->method) == NULL) {
			buf_printf(allow, "%s%s", allow->len == 0 ? "" : ", ", route->op->method);
			if (has_head)
				buf_adds(allow, ", HEAD");
		}
	}
	return best;
}

static const struct route *
need_route(struct http_request *req, struct http_response *res)
{
	struct buf allow = BUF_INIT(200);
	const struct route *route = find_route(req, &allow);
	struct err err = { 0 };

	/* The listener for public pages knows of nothing else. */
	if (route != NULL && req->is_public && route->op->right != RIGHT_PUBLIC)
		route = NULL;
	if (route == NULL && allow.len > 0 && !req->is_public) {
		err_fail(&err, ERR_USAGE, "err.method", NULL, "method", req->method_name, "choices",
		    buf_str(&allow));
		problem_as(req, res, 405, &err);
		http_add_header(res, "Allow", arena_strdup(&req->arena, buf_str(&allow)));
	} else if (route == NULL) {
		err_fail(&err, ERR_NOT_FOUND, "err.no_such_address", NULL, "path", req->path, NULL,
		    NULL);
		problem(req, res, &err);
	}
	err_clear(&err);
	buf_clear(&allow);
	return route;
}

/* ---- who may, and how often ----------------------------------------------------- */

static bool
is_public_write(const struct turn *turn)
{
	return turn->route->op->right == RIGHT_PUBLIC && (turn->route->op->flags & OP_WRITE) != 0;
}

static int
check_rate(struct http_request *req, struct turn *turn, struct err *err)
{
	char key[ADDRESS_TEXT_SIZE];

	if (turn->signed_in || turn->route->op->right != RIGHT_PUBLIC)
		return 0;
	if (is_public_write(turn))
		return server_limit_public(req, err);
	return server_peek(turn->server->miss, address_key(req->address, key), err);
}

static int
check_right(struct turn *turn, struct err *err)
{
	unsigned right = turn->route->op->right;

	if ((turn->actor.rights & right) == right)
		return 0;
	if (!turn->signed_in && turn->actor.kind == ACTOR_NOBODY)
		return err_set(err, ERR_AUTH, "err.auth", NULL);
	if (turn->session.must_change_password)
		return err_set(err, ERR_FORBIDDEN, "err.must_change_password", NULL);
	if (turn->session.must_set_totp)
		return err_set(err, ERR_FORBIDDEN, "err.must_set_totp", NULL);
	return err_set(err, ERR_FORBIDDEN, "err.forbidden", NULL);
}

static int
check_caller(struct http_request *req, struct turn *turn, struct err *err)
{
	int kind = server_origin(req, err);

	if (kind == 0 && turn->route->op->right != RIGHT_PUBLIC)
		kind = server_key(req, turn, err);
	if (kind == 0 && turn->actor.kind == ACTOR_NOBODY)
		kind = server_who(req, turn, err);
	/* What is open to everybody asks nobody; without the token the caller is nobody. */
	if (kind == ERR_FORBIDDEN && turn->route->op->right == RIGHT_PUBLIC &&
	    strcmp(err->key, "err.csrf") == 0) {
		err_clear(err);
		kind = 0;
	}
	if (kind == 0)
		kind = check_right(turn, err);
	return kind != 0 ? kind : check_rate(req, turn, err);
}

/* ---- the body -------------------------------------------------------------------- */

static void
form_sink(struct http_request *req, struct http_response *res, const void *data, size_t len)
{
	struct err err = { 0 };

	if (form_feed(turn_of(req)->form, data, len, &err) != 0)
		problem(req, res, &err);
	err_clear(&err);
}

/* Programs call what they send by several names. */
static bool
is_plain(const struct http_request *req)
{
	static const char *const types[] = { "application/json", "application/x-ndjson",
		"application/ndjson", "text/plain" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (http_type_is(req, types[i]))
			return true;
	return false;
}

/* The part of a form that is the body, as TheHive's clients call it. */
#define BODY_PART "_json"

/* A program's form: what it says in one part, files in others. */
static int
program_form(struct http_request *req, struct turn *turn, const char *type, struct err *err)
{
	req->sink = form_sink;
	req->sink_max = FORM_KEY_MAX;
	if (form_new(&req->arena, turn->server->app, type, FILE_KEY_MAX, &turn->form, err) == 0)
		form_with_body(turn->form, BODY_PART);
	return err->kind;
}

/* Decides how the body is taken. ERR_USAGE err.media_type for kinds that are not. */
static int
choose_body(struct http_request *req, struct turn *turn, struct err *err)
{
	const char *type = http_header(req, "Content-Type"), *coding = http_header(req, "Content-Encoding");
	const struct param *raw = op_param_of(turn->route->op, P_BODY);
	bool is_raw = raw != NULL;

	if (!req->has_body || req->method == HTTP_GET || req->method == HTTP_HEAD)
		return 0; /* a body nobody wants is refused by the listener */
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		return err_fail(err, ERR_USAGE, "err.media_type", NULL, "type", coding, "choices", "identity");
	if (is_raw ? is_plain(req) : http_type_is(req, "application/json")) {
		req->body_max = is_raw && (size_t)raw->max > BODY_MAX ? (size_t)raw->max : BODY_MAX;
		return 0;
	}
	if (is_raw && op_param_of(turn->route->op, P_FILES) != NULL && http_type_is(req, "multipart/form-data"))
		return program_form(req, turn, type, err);
	if (!is_raw && http_type_is(req, "multipart/form-data")) {
		req->sink = form_sink;
		req->sink_max = turn->signed_in ? FORM_MAX : FORM_PUBLIC_MAX;
		return form_new(&req->arena, turn->server->app, type,
		    turn->signed_in ? FILE_MAX : FILE_PUBLIC_MAX, &turn->form, err);
	}
	return err_fail(err, ERR_USAGE, "err.media_type", NULL, "type", type == NULL ? "–" : type,
	    "choices", is_raw ? "application/json, application/x-ndjson" :
	    "application/json, multipart/form-data");
}

/* TheHive 3's address is TheHive 4's. */
static void
alias(struct http_request *req)
{
	if (req->segs != API_SEGS || strcmp(req->seg[1], "alert") != 0)
		return;
	req->seg[1] = "v1";
	req->seg[2] = "alert";
	req->segs = API_SEGS + 1;
}

void
api_begin(struct http_request *req, struct http_response *res)
{
	struct turn *turn = turn_of(req);
	struct err err = { 0 };

	alias(req);
	turn->route = need_route(req, res);
	if (turn->route == NULL)
		return;
	if (check_caller(req, turn, &err) != 0)
		problem(req, res, &err);
	else if (choose_body(req, turn, &err) != 0)
		problem_as(req, res, strcmp(err.key, "err.media_type") == 0 ? 415 :
		    problem_status(&err), &err);
	err_clear(&err);
}

/* ---- arguments ------------------------------------------------------------------- */

static int
unknown_param(const char *name, struct err *err)
{
	return err_fail(err, ERR_USAGE, "err.unknown_param", NULL, "name", name, "param", name);
}

/* One text argument; a name that comes again makes a list. */
static int
add_text(struct json *args, const struct op *op, const char *name, const char *value,
    struct err *err)
{
	const struct param *p = op_param(op, name);
	struct json *before = json_get(args, name), *parsed = NULL;

	if (p != NULL && (p->type == P_OUT || p->type == P_IN || p->type == P_BODY))
		return unknown_param(name, err);
	if (p != NULL && p->type == P_JSON && *value != '\0') {
		if (json_parse(value, strlen(value), &parsed, err) != 0)
			return err->kind;
		json_set(args, name, parsed);
	} else if (before == NULL) {
		json_set_str(args, name, value);
	} else if (p == NULL || p->type != P_LIST) {
		return err_fail(err, ERR_USAGE, "err.param_twice", NULL, "name", name, NULL, NULL);
	} else if (json_kind(before) == JSON_KIND_ARRAY) {
		json_append(before, json_new_string(value));
	} else {
		parsed = json_new_array();
		json_append(parsed, json_clone(before));
		json_append(parsed, json_new_string(value));
		json_set(args, name, parsed);
	}
	return 0;
}

static int
add_texts(struct json *args, const struct op *op, const struct url_params *params,
    struct err *err)
{
	for (size_t i = 0; i < params->count; i++)
		if (add_text(args, op, params->param[i].name, params->param[i].value, err) != 0)
			return err->kind;
	return 0;
}

/* The JSON body becomes the arguments; paths of this machine never come from outside. */
static int
parse_body(const struct http_request *req, const struct op *op, struct json **ret, struct err *err)
{
	struct json *value;
	const char *key;
	void *it = NULL;

	if (req->body.len == 0)
		return 0;
	if (json_parse(req->body.data, req->body.len, &value, err) != 0) {
		err->kind = ERR_USAGE; /* not JSON at all: 400, not a wrong value */
		return err->kind;
	}
	json_free(*ret);
	*ret = value;
	if (json_kind(value) != JSON_KIND_OBJECT)
		return err_set(err, ERR_USAGE, "err.json_object", NULL);
	while (json_next(*ret, &it, &key, &value)) {
		const struct param *p = op_param(op, key);

		if (p != NULL && (p->type == P_OUT || p->type == P_IN))
			return unknown_param(key, err);
	}
	return 0;
}

/* The body itself is the argument: of programs, whose writers let more through than ours. */
static int
take_body(const char *body, size_t len, const struct param *p, struct json *args, struct err *err)
{
	struct buf text = BUF_INIT(JSON_SIZE_MAX);

	json_mend(body, len, &text);
	if (text.full)
		err_fail(err, ERR_TOO_LARGE, "err.too_large", p->name, "max", "16 MB", NULL, NULL);
	else if (!utf8_valid(buf_str(&text), text.len))
		err_set(err, ERR_INVALID, "err.utf8", p->name);
	else if (len > 0)
		json_set_str(args, p->name, buf_str(&text));
	buf_clear(&text);
	return err->kind;
}

/* Of a program's form the one part is all that is read. */
static int
add_fields(struct json *args, const struct op *op, struct form *form, struct err *err)
{
	const struct param *raw = op_param_of(op, P_BODY);
	const struct url_params *fields = form_fields(form);

	if (form_finish(form, err) != 0)
		return err->kind;
	if (raw == NULL)
		return add_texts(args, op, fields, err);
	for (size_t i = 0; i < fields->count && err->kind == ERR_NONE; i++)
		if (strcmp(fields->param[i].name, BODY_PART) == 0)
			take_body(fields->param[i].value, strlen(fields->param[i].value), raw, args, err);
	return err->kind;
}

static int
make_args(struct http_request *req, const struct turn *turn, struct json **ret, struct err *err)
{
	const struct route *route = turn->route;
	const struct param *raw = op_param_of(route->op, P_BODY);
	const char *key = http_header(req, "Idempotency-Key");

	*ret = json_new_object();
	if (raw != NULL && take_body(buf_str(&req->body), req->body.len, raw, *ret, err) != 0)
		return err->kind;
	if (raw == NULL && parse_body(req, route->op, ret, err) != 0)
		return err->kind;
	if (turn->form != NULL && add_fields(*ret, route->op, turn->form, err) != 0)
		return err->kind;
	if (add_texts(*ret, route->op, &req->query, err) != 0)
		return err->kind;
	if (key != NULL && op_param(route->op, "idempotency_key") != NULL)
		json_set_str(*ret, "idempotency_key", key);
	for (size_t i = 0; i < route->segs; i++)
		if (route->is_param[i])
			json_set_str(*ret, route->seg[i], req->seg[API_SEGS + i]);
	return 0;
}

static int
keep_files(struct http_request *req, const struct turn *turn, struct op_request *request,
    struct err *err)
{
	const struct param *p = op_param_of(request->op, P_FILES);
	bool is_program = op_param_of(request->op, P_BODY) != NULL; /* which names its files as it likes */
	struct upload *uploads;
	size_t count = turn->form == NULL ? 0 : form_files(turn->form);

	if (count == 0)
		return 0;
	if (p == NULL)
		return unknown_param(form_file_field(turn->form, 0), err);
	for (size_t i = 0; !is_program && i < count; i++)
		if (strcmp(form_file_field(turn->form, i), p->name) != 0)
			return unknown_param(form_file_field(turn->form, i), err);
	if (!is_program && p->max > 0 && (int64_t)count > p->max) {
		err_set(err, ERR_TOO_LARGE, "err.too_many_files", p->name);
		err_argi(err, "max", p->max);
		return ERR_TOO_LARGE;
	}
	uploads = arena_alloc(&req->arena, count * sizeof(*uploads));
	request->uploads = uploads;
	request->uploads_count = count;
	return form_keep(turn->form, uploads, err);
}

/* ---- the answer --------------------------------------------------------------------- */

/* A file an operation wrote for the caller: sent, and gone from the disk once it is open. */
static int
send_file(struct http_request *req, struct http_response *res, const char *path, struct err *err)
{
	static const char *const shown[] = { "image/png", "image/jpeg", "image/gif", "image/webp" };
	struct json *answer = NULL;
	struct stat st;
	const char *name, *type;
	int kind = file_open(path, O_RDONLY, 0, &res->fd, err);

	unlink(path);
	if (kind != 0)
		return kind;
	if (fstat(res->fd, &st) != 0)
		return err_set(err, ERR_IO, "err.internal", NULL);
	res->fd_size = st.st_size;
	json_parse(buf_str(&res->body), res->body.len, &answer, NULL);
	name = json_get_str(answer, "name");
	type = json_get_str(answer, "media_type");
	http_answer(res, 200, "application/octet-stream");
	/* What a sender claims is believed only where a browser can do no harm with it. */
	for (size_t i = 0; type != NULL && i < ARRAY_LEN(shown); i++)
		if (strcmp(type, shown[i]) == 0)
			res->type = shown[i];
	res->csp = "default-src 'none'; sandbox; frame-ancestors 'none'";
	http_attachment(req, res, name == NULL ? "khien" : name);
	json_free(answer);
	buf_clear(&res->body);
	return 0;
}

/* Where an operation may write the file it was asked for. */
static int
file_place(struct http_request *req, const struct turn *turn, const char **ret, struct err *err)
{
	char token[33];
	const char *dir = arena_printf(&req->arena, "%s/tmp", turn->server->app->dir);
	int kind = file_mkdir(dir, 0700, err);

	*ret = arena_printf(&req->arena, "%s/%s", dir, token_new(16, token));
	return kind;
}

static void
call_failed(struct http_request *req, struct http_response *res, const struct err *err)
{
	struct turn *turn = turn_of(req);

	problem(req, res, err);
	if (err->kind == ERR_NOT_FOUND && !turn->signed_in)
		server_missed(req);
}

void
api_handle(struct http_request *req, struct http_response *res)
{
	struct turn *turn = turn_of(req);
	const struct op *op = turn->route->op;
	const struct param *out = op_param_of(op, P_OUT);
	struct op_request request = { .op = op, .actor = turn->actor, .lang = turn->lang };
	struct json *args = NULL;
	const char *path = NULL;
	struct err err = { 0 };
	bool known = false;
	int kind = make_args(req, turn, &args, &err);

	if (kind == 0 && out != NULL && (kind = file_place(req, turn, &path, &err)) == 0)
		json_set_str(args, out->name, path);
	if (kind == 0)
		kind = keep_files(req, turn, &request, &err);
	if (kind == 0) {
		request.args = args;
		request.ret_known = &known;
		buf_init(&res->body, ANSWER_MAX);
		kind = op_call(turn->server->app, &request, &res->body, &err);
	}
	if (kind == 0 && path != NULL)
		kind = send_file(req, res, path, &err);
	else if (kind == 0)
		http_answer(res, (op->flags & OP_CREATED) != 0 && !known ? 201 : 200,
		    "application/json; charset=utf-8");
	else if (path != NULL)
		unlink(path);
	if (kind != 0)
		call_failed(req, res, &err);
	err_clear(&err);
	json_free(args);
}
