/* SPDX-License-Identifier: Apache-2.0 */
/* page_part.h: what the server's own pages share: the writer, the frame, times, answers. */
#pragma once

#include "server/page.h"

/*
 * Markup with text in it: ${fmt} is a literal with %s only, and each text is
 * escaped for an element's content or a quoted attribute.
 */
#define put(out, ...) page_put_((out), "" __VA_ARGS__)
void page_put_(struct buf *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A page being written. */
struct sheet {
	struct page_request *p;
	struct buf *out;
	enum lang lang;
	struct json *agency; /* "agency show": name, hotline; NULL when it could not be read */
};

/* The catalogue's text in the page's language. */
const char *say(const struct sheet *s, const char *key);

/* The same with one argument filled in; in the request's arena. */
const char *say1(const struct sheet *s, const char *key, const char *name, const char *value);

enum sheet_kind {
	SHEET_FORM,  /* for a phone */
	SHEET_PRINT, /* A4, black on white */
};

/*
 * Begins a page whose title is ${title}, up to the open <main>; the agency's
 * name is read on the way.  ${head} is more markup for the head, NULL: none.
 */
void sheet_begin(struct sheet *s, struct page_request *p, struct http_response *res, int status,
    enum sheet_kind kind, const char *title, const char *head);
void sheet_end(struct sheet *s, enum sheet_kind kind);

/* "https://baocao.example.vn": the setting public.url, else the address that was asked for. */
const char *sheet_public_url(struct sheet *s);

/* The hotline as a link for telephones: only digits and '+' of it go into the link. */
void sheet_call(struct sheet *s, const char *class, const char *label, const char *number);

/* A path of this server with "?lang=en" when the page was asked for in English. */
const char *page_link(const struct page_request *p, const char *path);

/* "14:30 22/11/2026" of an ISO time; "" when there is none. In the request's arena. */
const char *page_time(const struct page_request *p, const char *iso);

/* Text of a member of an answer, "" when there is none. */
const char *text_of(const struct json *object, const char *key);

/*
 * An error as a sentence in the page's language, in the request's arena.  It stands
 * at its field, so it does not begin with the field's name.
 */
const char *page_err(const struct page_request *p, const struct err *err);

/* Calls an operation with one text argument (NULL: none); NULL and ${err} filled when it fails. */
struct json *page_read(struct page_request *p, const char *op, const char *name, const char *value,
    struct err *err);

/* Answers with a small page of the agency's look that says why not. */
void sheet_problem(struct page_request *p, struct http_response *res, const struct err *err);

/* ---- the pages, for the table ----------------------------------------------------- */

void page_file(struct page_request *p, struct http_response *res);
void page_form(struct page_request *p, struct http_response *res);
void page_form_send(struct page_request *p, struct http_response *res);
void page_status(struct page_request *p, struct http_response *res);
void page_status_answer(struct page_request *p, struct http_response *res);
void page_direction(struct page_request *p, struct http_response *res);
void page_direction_answer(struct page_request *p, struct http_response *res);
void page_poster(struct page_request *p, struct http_response *res);
void page_slip(struct page_request *p, struct http_response *res);
void page_qr(struct page_request *p, struct http_response *res);
void page_transfer(struct page_request *p, struct http_response *res);
void page_playbook(struct page_request *p, struct http_response *res);
void page_hunt(struct page_request *p, struct http_response *res);
void page_day_log(struct page_request *p, struct http_response *res);
