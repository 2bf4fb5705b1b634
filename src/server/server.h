/* SPDX-License-Identifier: Apache-2.0 */
/* server.h: what the parts of the server share: the server, one turn, answers that say why not. */
#pragma once

#include "app/app.h"
#include "app/session.h"
#include "http/http.h"
#include "http/rate.h"

#define ANSWER_MAX      ((size_t)32 << 20) /* bytes of one JSON or HTML answer */
#define BODY_MAX        ((size_t)1 << 20)  /* of a JSON body or a plain form */
#define FILE_PUBLIC_MAX (INT64_C(20) << 20)
#define FORM_PUBLIC_MAX (INT64_C(64) << 20)
#define FILE_KEY_MAX    (INT64_C(8) << 20)  /* of a program with a key */
#define FORM_KEY_MAX    (INT64_C(32) << 20)
#define FILE_MAX        (INT64_C(4) << 30)
#define FORM_MAX        (INT64_C(4) << 30)

#define COOKIE_NAME     "khien"

struct server {
	struct app *app;
	struct rate *create; /* public writing, per address; NULL: no limit */
	bool create_spares_local;
	struct rate *miss;   /* public reading of what is not there: guessed codes */
	struct rate *pair, *address, *login; /* sign-in: by both, by address, by name */
	struct rate *touch;  /* notes of a session's use, per session or key */
	struct rate *intake; /* alerts handed in, per key */
};

struct route;
struct page;
struct form;
struct http_listener;

enum turn_kind { TURN_STATIC, TURN_API, TURN_SESSION, TURN_OPENAPI, TURN_PAGE };

#define TURN_PARAMS_MAX 4

/* One request on its way through the server; in the request's arena. */
struct turn {
	struct server *server;
	enum turn_kind kind;
	enum lang lang;
	bool signed_in;         /* session is set, and the request proved to be its owner's */
	struct session session;
	struct actor actor;
	const struct route *route;
	const struct page *page;
	const char *param[TURN_PARAMS_MAX]; /* what stands for the {…}s of the path, in order */
	struct form *form;      /* a multipart body */
};

static inline struct turn *
turn_of(const struct http_request *req)
{
	return req->user;
}

/* The language asked for: ?lang=, Accept-Language, else Vietnamese. */
enum lang server_lang(struct http_request *req);

/*
 * Who holds the key of an "Authorization: Bearer" header (app/key.h), into turn->actor; nobody
 * when there is none or the request came in by the public listener.  ERR_AUTH err.key;
 * ERR_TOO_MANY.
 */
int server_key(struct http_request *req, struct turn *turn, struct err *err);

/*
 * Finds the session of the request's cookie and whether this request may use it:
 * not on the public listener; when it changes something, only with the session's
 * token in X-CSRF-Token (ERR_FORBIDDEN err.csrf).  Without a cookie, or with one
 * that is no longer good, the actor is nobody.
 */
int server_who(struct http_request *req, struct turn *turn, struct err *err);

/* ERR_FORBIDDEN err.origin when a changing request says it comes from another site. */
int server_origin(struct http_request *req, struct err *err);

/* 0, or ERR_TOO_MANY err.too_many with {seconds}; takes one from ${rate}. NULL: no limit. */
int server_limit(struct rate *rate, const char *key, struct err *err);

/* The same for public writing, which is limited by address. */
int server_limit_public(struct http_request *req, struct err *err);

/* As server_limit, without taking one. */
int server_peek(struct rate *rate, const char *key, struct err *err);

/* Somebody unknown asked for what is not there: guessing codes meets a limit, a slip does not. */
void server_missed(struct http_request *req);

/* The HTTP status an error stands for. */
int problem_status(const struct err *err);

/*
 * Answers with an error: RFC 9457 problem details, or a small page when the
 * request is for one (turn kinds static and page).
 */
void problem(struct http_request *req, struct http_response *res, const struct err *err);

/* The same with another status than the error's own. */
void problem_as(struct http_request *req, struct http_response *res, int status,
    const struct err *err);

/* The Content-Security-Policy of pages, with this answer's nonce; in the request's arena. */
const char *page_csp(struct http_request *req);

/* ---- the parts ------------------------------------------------------------------ */

/* Makes the routes out of the table of operations; once, before threads. */
void api_init(void);

void api_begin(struct http_request *req, struct http_response *res);
void api_handle(struct http_request *req, struct http_response *res);

/* /api/v1/session */
void sign_begin(struct http_request *req, struct http_response *res);
void sign_handle(struct http_request *req, struct http_response *res);

/* The OpenAPI 3.1 document, texts in ${lang}. */
void openapi_write(struct buf *out, enum lang lang);

void static_handle(struct http_request *req, struct http_response *res);

/* Finds the page of the request's path: 0 found, or the status of the refusal. */
int page_find(struct http_request *req, struct http_response *res, struct turn *turn);
void page_begin(struct http_request *req, struct http_response *res);
void page_handle(struct http_request *req, struct http_response *res);

/* The handler of all listeners; ${server} is its arg. */
struct http_handler server_handler(struct server *server);
