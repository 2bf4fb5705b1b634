/* SPDX-License-Identifier: Apache-2.0 */
/* problem.c: answers that say what is wrong and what to do. */
#include <stdio.h>

#include "server/api.h"
#include "server/server.h"
#include "text/html.h"

int
problem_status(const struct err *err)
{
	switch (err->kind) {
	case ERR_NONE:
		return 500;
	case ERR_USAGE:
		return 400;
	case ERR_INVALID:
		return 422;
	case ERR_AUTH:
		return 401;
	case ERR_FORBIDDEN:
		return 403;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
	case ERR_STATE:
		return 409;
	case ERR_TOO_LARGE:
		return 413;
	case ERR_TOO_MANY:
		return 429;
	case ERR_FULL:
		return 507;
	case ERR_IO:
	case ERR_UNKNOWN:
		return 503;
	case ERR_BROKEN:
		break;
	}
	return 500;
}

static const char *
title(enum lang lang, int status, char key[static 32])
{
	snprintf(key, 32, "problem.%d", status);
	return word(lang, words_has(LANG_VI, key) ? key : "problem.500");
}

/* The items of err.list; one that begins with '@' is a key of the catalogue. */
static void
write_list(struct jsonw *w, enum lang lang, const struct err *err)
{
	struct json *list = NULL;

	if (err->list == NULL || json_parse(err->list, strlen(err->list), &list, NULL) != 0)
		return;
	jsonw_karray(w, err->kind == ERR_CONFLICT ? "changes" : "missing");
	for (size_t i = 0; i < json_len(list); i++) {
		const char *item = json_str(json_at(list, i));

		jsonw_string(w, item != NULL && *item == '@' ? word(lang, item + 1) : item);
	}
	jsonw_array_end(w);
	json_free(list);
}

/* Whether who asks reads errors as TheHive tells them. */
static bool
is_thehive(const struct turn *turn)
{
	return turn != NULL && turn->route != NULL && (turn->route->op->flags & OP_THEHIVE) != 0;
}

static void
write_json(struct buf *out, enum lang lang, int status, const struct err *err, bool with_message)
{
	struct buf text = BUF_INIT(16384);
	struct jsonw w = JSONW_INIT(out);
	char key[32], type[96];

	snprintf(type, sizeof(type), "urn:khien:error:%s",
	    str_starts(err->key, "err.") ? err->key + 4 : err->key);
	words_err_text(&text, lang, err);
	jsonw_object(&w);
	jsonw_kstring(&w, "type", type);
	jsonw_kstring(&w, "title", title(lang, status, key));
	jsonw_kint(&w, "status", status);
	jsonw_kstring(&w, "detail", buf_str(&text));
	if (with_message)
		jsonw_kstring(&w, "message", buf_str(&text));
	if (err->field[0] != '\0')
		jsonw_kstring(&w, "field", err->field);
	if (err->line > 0)
		jsonw_kint(&w, "line", err->line);
	if (err->column > 0)
		jsonw_kint(&w, "column", err->column);
	write_list(&w, lang, err);
	jsonw_object_end(&w);
	buf_clear(&text);
}

static void
write_page(struct http_request *req, struct buf *out, enum lang lang, int status,
    const struct err *err)
{
	struct buf text = BUF_INIT(16384);
	char key[32];

	words_err_text(&text, lang, err);
	html_lit(out, "<!doctype html><html lang=\"");
	html_attr(out, lang_code(lang));
	html_lit(out, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
	    " content=\"width=device-width, initial-scale=1\"><title>");
	html_text(out, title(lang, status, key));
	html_lit(out, "</title><style nonce=\"");
	html_attr(out, http_nonce(req));
	html_lit(out,
	    "\">body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;"
	    "padding:0 1.25rem;color:#1c2b33;background:#fff}h1{font-size:1.5rem;line-height:1.25}"
	    "a{color:#00696b}@media(prefers-color-scheme:dark){body{color:#e3e9ec;background:#"
	    "14191c}"
	    "a{color:#5fd0c5}}</style></head><body><main><h1>");
	html_text(out, title(lang, status, key));
	html_lit(out, "</h1><p>");
	html_lines(out, buf_str(&text));
	html_lit(out, "</p><p><a href=\"/bao-su-co\">");
	html_text(out, word(lang, "problem.to_report"));
	html_lit(out, "</a></p></main></body></html>\n");
	buf_clear(&text);
}

static const char *
err_value(const struct err *err, const char *name)
{
	for (size_t i = 0; i < err->args; i++)
		if (strcmp(err->arg[i].name, name) == 0)
			return err->arg[i].value;
	return NULL;
}

/* Who asked for a page reads one; also where the request was not understood as far as its turn. */
static bool
is_for_readers(const struct http_request *req, const struct turn *turn)
{
	if (turn == NULL)
		return !str_starts(req->path, "/api/");
	return turn->kind == TURN_PAGE || turn->kind == TURN_STATIC;
}

void
problem_as(struct http_request *req, struct http_response *res, int status, const struct err *err)
{
	struct turn *turn = turn_of(req);
	enum lang lang = turn == NULL ? server_lang(req) : turn->lang;

	buf_reset(&res->body);
	if (res->body.max < 65536)
		buf_init(&res->body, 65536);
	if (is_for_readers(req, turn)) {
		http_answer(res, status, "text/html; charset=utf-8");
		res->csp = page_csp(req);
		write_page(req, &res->body, lang, status, err);
	} else {
		if (is_thehive(turn) && status == 422)
			status = 400;
		http_answer(res, status, "application/problem+json; charset=utf-8");
		write_json(&res->body, lang, status, err, is_thehive(turn));
	}
	if (err->kind == ERR_TOO_MANY && err_value(err, "seconds") != NULL)
		http_add_header(res, "Retry-After",
		    arena_strdup(&req->arena, err_value(err, "seconds")));
}

void
problem(struct http_request *req, struct http_response *res, const struct err *err)
{
	problem_as(req, res, problem_status(err), err);
}

const char *
page_csp(struct http_request *req)
{
	const char *nonce = http_nonce(req);

	return arena_printf(&req->arena, "default-src 'none'; script-src 'self' 'nonce-%s';"
	    " style-src 'self' 'nonce-%s'; img-src 'self' data: blob:; font-src 'self';"
	    " connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none';"
	    " form-action 'self'; frame-ancestors 'none'", nonce, nonce);
}
