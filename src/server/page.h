/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h: pages the server writes itself: the report form, the director's
 * answer, what is printed.  They work without JavaScript.
 *
 * One row of pages[] (server/page_table.c) a page.  What a page shows or does
 * goes through the table of operations like everything else: page_call().
 */
#pragma once

#include "app/op.h"
#include "http/http.h"
#include "text/html.h"
#include "text/url.h"

enum page_flag {
	PAGE_PUBLIC = 1, /* also on the listener for public pages */
	PAGE_FORM = 2, /* takes a form: multipart/form-data or application/x-www-form-urlencoded */
};

/* One turn of a page; everything lives as long as the request. */
struct page_request {
	struct app *app;
	struct http_request *http;
	struct arena *arena;
	enum lang lang;
	struct actor actor;      /* the account that is signed in, else nobody; with its address */
	bool signed_in;
	const char *param[4];    /* what stands for the {…}s of the pattern, in order */
	const struct url_params *form; /* fields of a POST; none for a GET */
	const struct upload *uploads;  /* files of a POST, kept in the blob store */
	size_t uploads_count;
};

struct page {
	enum http_method method; /* HTTP_GET answers HEAD too */
	const char *pattern;     /* "/bao-su-co/{code}" */
	unsigned flags;
	unsigned right;          /* RIGHT_PUBLIC: nobody is asked; else one who is signed in */
	void (*handle)(struct page_request *p, struct http_response *res);
};

/* pattern NULL at the end. */
extern const struct page pages[];

/*
 * Begins an HTML answer: type, a strict Content-Security-Policy with the nonce
 * http_nonce(p->http), and an empty res.body with room for a page.
 */
struct buf *page_html(struct page_request *p, struct http_response *res, int status);

/*
 * Calls the operation ${name} with ${args} (taken over; NULL: none) and, when
 * ${with_uploads}, the form's files.  The answer, parsed, is the caller's to
 * free.
 */
int page_call(struct page_request *p, const char *name, struct json *args, bool with_uploads,
    struct json **ret_answer, struct err *err);

/* Answers with a small page that says what is wrong. */
void page_problem(struct page_request *p, struct http_response *res, const struct err *err);

/* A field of the form, "" when absent. */
const char *page_field(const struct page_request *p, const char *name);
