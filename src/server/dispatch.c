/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c: which part of the server a request is for, who sends it, in which language. */
#include <stdio.h>
#include <strings.h>

#include "app/key.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/address.h"
#include "os/sock.h"
#include "server/form.h"
#include "server/server.h"

enum lang
server_lang(struct http_request *req)
{
	const struct turn *turn = turn_of(req);
	const char *asked = url_param(&req->query, "lang");
	const char *list = http_header(req, "Accept-Language");

	/* In the API "lang" may be an operation's own parameter. */
	if (asked != NULL && (turn == NULL || turn->kind == TURN_PAGE || turn->kind == TURN_STATIC))
		return lang_of(asked);
	/* Browsers write the languages in the order of liking. */
	while (list != NULL && *list != '\0') {
		list += strspn(list, " ,\t");
		if (strncasecmp(list, "vi", 2) == 0)
			return LANG_VI;
		if (strncasecmp(list, "en", 2) == 0)
			return LANG_EN;
		list += strcspn(list, ",");
	}
	return LANG_VI;
}

static bool
is_reading(const struct http_request *req)
{
	return req->method == HTTP_GET || req->method == HTTP_HEAD;
}

/* Takes as long wherever the first difference stands. */
static bool
same_secret(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differs = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

static void
touch(struct turn *turn)
{
	const struct session *s = &turn->session;
	struct err err = { 0 };

	if (clock_wall_ms() - s->seen_at < SESSION_TOUCH_MS ||
	    rate_take(turn->server->touch, s->id, clock_mono_ms()) != 0)
		return;
	if (session_touch(turn->server->app, s, &err) != 0)
		log_warning("session: the time of use could not be noted: %s", err.key);
	err_clear(&err);
}

int
server_who(struct http_request *req, struct turn *turn, struct err *err)
{
	const char *token = req->is_public ? NULL : http_cookie(req, COOKIE_NAME);
	const char *csrf = http_header(req, "X-CSRF-Token");
	struct err none = { 0 };
	int kind;

	if (token == NULL)
		return 0;
	kind = session_find(turn->server->app, token, &turn->session, &none);
	if (kind == ERR_AUTH) {
		err_clear(&none);
		return 0;
	}
	if (kind != 0) {
		*err = none;
		return kind;
	}
	if (!is_reading(req) && (csrf == NULL || !same_secret(csrf, turn->session.csrf)))
		return err_set(err, ERR_FORBIDDEN, "err.csrf", NULL);
	turn->signed_in = true;
	turn->actor = turn->session.actor;
	snprintf(turn->actor.address, sizeof(turn->actor.address), "%s", req->address);
	touch(turn);
	return 0;
}

/* The token of "Authorization: Bearer …"; NULL when there is none. */
static const char *
bearer(const struct http_request *req)
{
	const char *value = http_header(req, "Authorization");

	if (value == NULL || strncasecmp(value, "Bearer ", strlen("Bearer ")) != 0)
		return NULL;
	value += strlen("Bearer ");
	return value + strspn(value, " ");
}

int
server_key(struct http_request *req, struct turn *turn, struct err *err)
{
	struct server *server = turn->server;
	const char *token = req->is_public ? NULL : bearer(req);
	char key[ADDRESS_TEXT_SIZE];
	struct err none = { 0 };
	int kind;

	if (token == NULL)
		return 0;
	if ((kind = server_peek(server->miss, address_key(req->address, key), err)) != 0)
		return kind;
	kind = key_find(server->app, token, &turn->actor, err);
	if (kind == ERR_AUTH)
		server_missed(req);
	if (kind != 0 || (kind = server_limit(server->intake, turn->actor.id, err)) != 0)
		return kind;
	snprintf(turn->actor.address, sizeof(turn->actor.address), "%s", req->address);
	if (rate_take(server->touch, turn->actor.id, clock_mono_ms()) == 0 &&
	    key_touch(server->app, &turn->actor, &none) != 0)
		log_warning("key: the time of use could not be noted: %s", none.key);
	err_clear(&none);
	return 0;
}

/* The part of "https://host:port" behind the scheme; "null" stays, and fits nothing. */
static const char *
authority(const char *origin)
{
	const char *slashes = strstr(origin, "://");

	return slashes == NULL ? origin : slashes + 3;
}

int
server_origin(struct http_request *req, struct err *err)
{
	const char *origin = http_header(req, "Origin");
	const char *site = http_header(req, "Sec-Fetch-Site");

	if (is_reading(req))
		return 0;
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return err_set(err, ERR_FORBIDDEN, "err.origin", NULL);
	/* The host alone: a proxy that ends TLS and is not named as one hides the scheme. */
	if (origin != NULL && (req->host == NULL || strcasecmp(authority(origin), req->host) != 0))
		return err_set(err, ERR_FORBIDDEN, "err.origin", NULL);
	return 0;
}

static int
too_many(int64_t wait_ms, struct err *err)
{
	if (wait_ms == 0)
		return 0;
	err_set(err, ERR_TOO_MANY, "err.too_many", NULL);
	err_argi(err, "seconds", (wait_ms + 999) / 1000);
	return ERR_TOO_MANY;
}

int
server_limit(struct rate *rate, const char *key, struct err *err)
{
	return too_many(rate == NULL ? 0 : rate_take(rate, key, clock_mono_ms()), err);
}

/*
 * Whoever can open connections on this machine itself can also write to the disk
 * behind Khiên; and behind a proxy that nobody named, everybody comes from here.
 * A limit would slow the one down and shut the others out.
 */
int
server_limit_public(struct http_request *req, struct err *err)
{
	struct server *server = turn_of(req)->server;
	char key[ADDRESS_TEXT_SIZE];

	if (server->create_spares_local && sock_is_loopback(req->address))
		return 0;
	return server_limit(server->create, address_key(req->address, key), err);
}

int
server_peek(struct rate *rate, const char *key, struct err *err)
{
	return too_many(rate == NULL ? 0 : rate_peek(rate, key, clock_mono_ms()), err);
}

void
server_missed(struct http_request *req)
{
	struct rate *rate = turn_of(req)->server->miss;
	char key[ADDRESS_TEXT_SIZE];

	if (rate != NULL)
		rate_take(rate, address_key(req->address, key), clock_mono_ms());
}

static enum turn_kind
kind_of(const struct http_request *req)
{
	if (req->segs < 2 || strcmp(req->seg[0], "api") != 0)
		return TURN_STATIC;
	/* What senders for TheHive 3 call /api/v1/alert. */
	if (req->segs == 2 && strcmp(req->seg[1], "alert") == 0)
		return TURN_API;
	if (req->segs == 3 && strcmp(req->seg[2], "session") == 0)
		return TURN_SESSION;
	if (req->segs == 3 && strcmp(req->seg[2], "openapi.json") == 0)
		return TURN_OPENAPI;
	return TURN_API;
}

static bool
method_is_known(struct http_request *req, struct http_response *res, const char *allow)
{
	struct err err = { 0 };

	if (is_reading(req))
		return true;
	err_fail(&err, ERR_USAGE, "err.method", NULL, "method", req->method_name, "choices", allow);
	problem_as(req, res, 405, &err);
	http_add_header(res, "Allow", allow);
	err_clear(&err);
	return false;
}

static void
begin(struct http_request *req, struct http_response *res)
{
	struct turn *turn = arena_alloc(&req->arena, sizeof(*turn));

	turn->server = http_arg(req);
	turn->kind = kind_of(req);
	req->user = turn;
	snprintf(turn->actor.address, sizeof(turn->actor.address), "%s", req->address);
	turn->actor.sees = SEES_NOTHING;
	if (turn->kind == TURN_STATIC && page_find(req, res, turn) == 0 && turn->page != NULL)
		turn->kind = TURN_PAGE;
	turn->lang = server_lang(req);
	if (res->status != 0)
		return;
	switch (turn->kind) {
	case TURN_API:
		api_begin(req, res);
		break;
	case TURN_SESSION:
		sign_begin(req, res);
		break;
	case TURN_PAGE:
		page_begin(req, res);
		break;
	case TURN_OPENAPI:
	case TURN_STATIC:
		method_is_known(req, res, "GET, HEAD");
		break;
	}
}

static void
openapi_handle(struct http_request *req, struct http_response *res)
{
	http_answer(res, 200, "application/json; charset=utf-8");
	buf_init(&res->body, ANSWER_MAX);
	openapi_write(&res->body, turn_of(req)->lang);
}

static void
handle(struct http_request *req, struct http_response *res)
{
	switch (turn_of(req)->kind) {
	case TURN_API:
		api_handle(req, res);
		break;
	case TURN_SESSION:
		sign_handle(req, res);
		break;
	case TURN_PAGE:
		page_handle(req, res);
		break;
	case TURN_OPENAPI:
		openapi_handle(req, res);
		break;
	case TURN_STATIC:
		static_handle(req, res);
		break;
	}
}

static void
refuse(struct http_request *req, struct http_response *res, int status, const char *key,
    int64_t max)
{
	struct err err = { 0 };

	err_set(&err,
	    status == 413   ? ERR_TOO_LARGE
	    : status >= 500 ? ERR_IO
			    : ERR_USAGE,
	    key, NULL);
	if (max > 0)
		err_argi(&err, "max", max);
	problem_as(req, res, status, &err);
	err_clear(&err);
}

static void
end(struct http_request *req)
{
	struct turn *turn = turn_of(req);

	if (turn != NULL)
		form_drop(turn->form);
}

struct http_handler
server_handler(struct server *server)
{
	return (struct http_handler){ server, begin, handle, refuse, end };
}
