/* SPDX-License-Identifier: Apache-2.0 */
/*
 * static.c: the web app, out of the program itself.
 *
 * Names under assets/ change with their content and are kept for ever; the
 * rest is asked for again.  A path that is no file is one of the app's own
 * routes and gets index.html, whose placeholder becomes the nonce of this
 * answer.
 */
#include <stdio.h>

#include "os/embed.h"
#include "server/server.h"

#define ROOT        "web/dist/"
#define PLACEHOLDER "__CSP_NONCE__"
#define PATH_MAX_LEN 300

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".html", "text/html; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".webp", "image/webp" },
	{ ".jpg", "image/jpeg" },
	{ ".woff2", "font/woff2" },
	{ ".json", "application/json; charset=utf-8" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *
type_of(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i].ending);

		if (len > n && strcmp(name + len - n, types[i].ending) == 0)
			return types[i].type;
	}
	return NULL;
}

/* The name in the program of what the path asks for; NULL when it is too long. */
static const char *
name_of(const struct http_request *req, char out[static PATH_MAX_LEN])
{
	size_t len = (size_t)snprintf(out, PATH_MAX_LEN, ROOT);

	for (size_t i = 0; i < req->segs; i++) {
		int n =
		    snprintf(out + len, PATH_MAX_LEN - len, "%s%s", i == 0 ? "" : "/", req->seg[i]);

		if (n < 0 || (size_t)n >= PATH_MAX_LEN - len)
			return NULL;
		len += (size_t)n;
	}
	return out;
}

static bool
takes_gzip(const struct http_request *req)
{
	const char *accept = http_header(req, "Accept-Encoding");
	const char *gzip = accept == NULL ? NULL : strstr(accept, "gzip");

	return gzip != NULL && strncmp(gzip + 4, ";q=0", 4) != 0;
}

/* Tells whether the client has it already. The tag is the content's own hash, by place. */
static bool
is_known(struct http_request *req, struct http_response *res, const struct embed *file)
{
	const char *seen = http_header(req, "If-None-Match");
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const unsigned char *p = file->data;
	const char *tag;

	for (size_t i = 0; i < file->size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	tag = arena_printf(&req->arena, "\"%016llx\"", (unsigned long long)hash);
	http_add_header(res, "ETag", tag);
	return seen != NULL && strstr(seen, tag) != NULL;
}

static void
send_file(struct http_request *req, struct http_response *res, const char *name,
    const struct embed *file)
{
	char packed[PATH_MAX_LEN + 4];
	const struct embed *gz;

	http_answer(res, 200, type_of(name) == NULL ? "application/octet-stream" : type_of(name));
	res->cache = str_starts(name, ROOT "assets/") ? HTTP_IMMUTABLE : HTTP_REVALIDATE;
	snprintf(packed, sizeof(packed), "%s.gz", name);
	gz = embed_get(packed);
	if (gz != NULL) {
		http_add_header(res, "Vary", "Accept-Encoding");
		if (takes_gzip(req)) {
			http_add_header(res, "Content-Encoding", "gzip");
			file = gz;
		}
	}
	if (res->cache == HTTP_REVALIDATE && is_known(req, res, file)) {
		res->status = 304;
		return;
	}
	res->data = file->data;
	res->size = file->size;
}

static void
send_app(struct http_request *req, struct http_response *res, const struct embed *index)
{
	const char *p = index->data, *next;

	http_answer(res, 200, "text/html; charset=utf-8");
	res->csp = page_csp(req);
	buf_init(&res->body, ANSWER_MAX);
	while ((next = strstr(p, PLACEHOLDER)) != NULL) {
		buf_add(&res->body, p, (size_t)(next - p));
		buf_adds(&res->body, http_nonce(req));
		p = next + sizeof(PLACEHOLDER) - 1;
	}
	buf_adds(&res->body, p);
}

static void
not_found(struct http_request *req, struct http_response *res)
{
	struct err err = { 0 };

	err_fail(&err, ERR_NOT_FOUND, "err.no_such_address", NULL, "path", req->path, NULL, NULL);
	problem(req, res, &err);
	err_clear(&err);
}

void
static_handle(struct http_request *req, struct http_response *res)
{
	char path[PATH_MAX_LEN];
	const char *name = name_of(req, path);
	const struct embed *index = embed_get(ROOT "index.html");
	const struct embed *file = name == NULL || req->segs == 0 ? NULL : embed_get(name);
	const char *last = req->segs == 0 ? "" : req->seg[req->segs - 1];

	if (req->is_public && req->segs == 0)
		http_see_other(res, "/bao-su-co");
	else if (file != NULL && file != index)
		send_file(req, res, name, file);
	/* A name with an ending was meant as a file; the app's own routes have none. */
	else if (req->is_public || index == NULL || (file == NULL && type_of(last) != NULL))
		not_found(req, res);
	else
		send_app(req, res, index);
}
