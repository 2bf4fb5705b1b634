/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c: /api/v1/session: sign in, who am I, sign out. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/address.h"
#include "server/server.h"

#define SIGN_BODY_MAX 4096

void
sign_begin(struct http_request *req, struct http_response *res)
{
	static const char allow[] = "GET, HEAD, POST, DELETE";
	struct turn *turn = turn_of(req);
	struct err err = { 0 };

	if (req->is_public) {
		err_fail(&err, ERR_NOT_FOUND, "err.no_such_address", NULL, "path", req->path, NULL,
		    NULL);
		problem(req, res, &err);
	} else if (req->method == HTTP_POST) {
		/* A session that is open already needs no token here: a new one begins. */
		if (server_origin(req, &err) != 0)
			problem(req, res, &err);
		else if (!http_type_is(req, "application/json")) {
			err_fail(&err, ERR_USAGE, "err.media_type", NULL, "type",
			    http_header(req, "Content-Type") == NULL
				? "–"
				: http_header(req, "Content-Type"),
			    "choices", "application/json");
			problem_as(req, res, 415, &err);
		}
		req->body_max = SIGN_BODY_MAX;
	} else if (req->method == HTTP_GET || req->method == HTTP_HEAD ||
		   req->method == HTTP_DELETE) {
		if (server_origin(req, &err) != 0 || server_who(req, turn, &err) != 0)
			problem(req, res, &err);
		else if (!turn->signed_in) {
			err_set(&err, ERR_AUTH, "err.auth", NULL);
			problem(req, res, &err);
		}
	} else {
		err_fail(&err, ERR_USAGE, "err.method", NULL, "method", req->method_name, "choices",
		    allow);
		problem_as(req, res, 405, &err);
		http_add_header(res, "Allow", allow);
	}
	err_clear(&err);
}

static void
set_cookie(struct http_request *req, struct http_response *res, const char *token)
{
	http_add_header(res, "Set-Cookie",
	    arena_printf(&req->arena,
		COOKIE_NAME "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", token,
		*token == '\0' ? 0LL : (long long)(SESSION_LIFE_MS / 1000),
		req->is_tls ? "; Secure" : ""));
}

static void
answer_session(struct http_request *req, struct http_response *res, int status,
    const struct session *session)
{
	struct err err = { 0 };

	buf_init(&res->body, ANSWER_MAX);
	if (session_describe(turn_of(req)->server->app, session, &res->body, &err) == 0)
		http_answer(res, status, "application/json; charset=utf-8");
	else
		problem(req, res, &err);
	err_clear(&err);
}

/*
 * Guessing meets three limits: one name from one address, one address, one
 * name.  The last is the widest, so that whoever wants to keep somebody out by
 * guessing badly needs many addresses, and then keeps him out for seconds.
 */
static int
sign_limit(struct http_request *req, const char *login, const char *pair, struct err *err)
{
	struct server *server = turn_of(req)->server;
	char key[ADDRESS_TEXT_SIZE];
	int kind = server_limit(server->pair, pair, err);

	if (kind == 0)
		kind = server_limit(server->address, address_key(req->address, key), err);
	return kind != 0 ? kind : server_limit(server->login, login, err);
}

static void
sign_in(struct http_request *req, struct http_response *res, const struct json *body)
{
	struct server *server = turn_of(req)->server;
	struct sign_in in = { json_get_str(body, "login"), json_get_str(body, "password"),
		json_get_str(body, "totp"), req->address, http_header(req, "User-Agent") };
	char token[SESSION_TOKEN_SIZE], key[ADDRESS_TEXT_SIZE];
	const char *pair;
	struct session session;
	struct err err = { 0 };
	int kind = 0;

	if (str_empty(in.login) || str_empty(in.password))
		kind = err_set(
		    &err, ERR_INVALID, "err.required", str_empty(in.login) ? "login" : "password");
	if (kind == 0) {
		pair =
		    arena_printf(&req->arena, "%s\n%s", address_key(req->address, key), in.login);
		kind = sign_limit(req, in.login, pair, &err);
		if (kind == 0)
			kind = session_open(server->app, &in, token, &session, &err);
		if (kind == ERR_AUTH)
			log_warning("sign-in refused for \"%s\" from %s: %s", in.login,
			    req->address, err.key);
		if (kind == ERR_TOO_MANY && err.args == 0)
			err_argi(&err, "seconds", 1);
		if (kind == 0) {
			rate_forget(server->pair, pair);
			set_cookie(req, res, token);
			answer_session(req, res, 201, &session);
		}
	}
	if (kind != 0)
		problem(req, res, &err);
	explicit_bzero(token, sizeof(token));
	err_clear(&err);
}

static void
handle_post(struct http_request *req, struct http_response *res)
{
	struct json *body = NULL;
	struct err err = { 0 };
	const char *key;
	struct json *value;
	void *it = NULL;
	int kind = json_parse(buf_str(&req->body), req->body.len, &body, &err);

	if (kind != 0)
		problem_as(req, res, 400, &err);
	else if (json_kind(body) != JSON_KIND_OBJECT) {
		kind = err_set(&err, ERR_USAGE, "err.json_object", NULL);
		problem(req, res, &err);
	}
	while (kind == 0 && json_next(body, &it, &key, &value)) {
		if (strcmp(key, "login") != 0 && strcmp(key, "password") != 0 &&
		    strcmp(key, "totp") != 0) {
			kind = err_fail(
			    &err, ERR_USAGE, "err.unknown_param", NULL, "name", key, "param", key);
			problem(req, res, &err);
		}
	}
	if (kind == 0)
		sign_in(req, res, body);
	json_free(body);
	err_clear(&err);
}

static void
sign_out(struct http_request *req, struct http_response *res)
{
	struct turn *turn = turn_of(req);
	struct err err = { 0 };

	turn->session.actor = turn->actor;
	if (session_close(turn->server->app, &turn->session, &err) != 0) {
		problem(req, res, &err);
	} else {
		http_answer(res, 204, NULL);
		set_cookie(req, res, "");
	}
	err_clear(&err);
}

void
sign_handle(struct http_request *req, struct http_response *res)
{
	if (req->method == HTTP_POST)
		handle_post(req, res);
	else if (req->method == HTTP_DELETE)
		sign_out(req, res);
	else
		answer_session(req, res, 200, &turn_of(req)->session);
}
