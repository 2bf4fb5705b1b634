/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/id.h"

/* A part of the path: text without control characters that names no other place. */
static const char *
decode_segment(struct arena *arena, const char *s, size_t len)
{
	char *out;

	if (url_decode(arena, s, len, false, &out, NULL) != 0)
		return NULL;
	for (const char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return NULL;
	return strcmp(out, ".") == 0 || strcmp(out, "..") == 0 ? NULL : out;
}

static bool
split_path(struct http_request *req)
{
	const char *p = req->path + 1;

	while (*p != '\0') {
		size_t len = strcspn(p, "/");
		const char *seg;

		if (len == 0 || req->segs == HTTP_SEGMENTS_MAX)
			return false;
		seg = decode_segment(&req->arena, p, len);
		if (seg == NULL)
			return false;
		req->seg[req->segs++] = seg;
		p += len;
		if (*p == '/')
			p++;
	}
	return true;
}

bool
http_target_parse(struct http_request *req, const char *target)
{
	size_t path_len = strcspn(target, "?");

	if (*target != '/')
		return false;
	for (const char *p = target; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			return false;
	req->path = arena_strndup(&req->arena, target, path_len);
	req->segs = 0;
	req->query = (struct url_params){ 0 };
	if (!split_path(req))
		return false;
	if (target[path_len] == '\0')
		return true;
	target += path_len + 1;
	return url_params(&req->arena, target, strlen(target), &req->query, NULL) == 0;
}

const char *
http_cookie_in(struct arena *arena, const char *p, const char *name)
{
	size_t len = strlen(name);

	while (p != NULL && *p != '\0') {
		p += strspn(p, " \t;");
		if (strncmp(p, name, len) == 0 && p[len] == '=')
			return arena_strndup(arena, p + len + 1, strcspn(p + len + 1, "; \t"));
		p = strchr(p, ';');
	}
	return NULL;
}

const char *
http_cookie(struct http_request *req, const char *name)
{
	return http_cookie_in(&req->arena, http_header(req, "Cookie"), name);
}

bool
http_type_is(const struct http_request *req, const char *type)
{
	const char *value = http_header(req, "Content-Type");
	size_t len = strlen(type);

	if (value == NULL || strncasecmp(value, type, len) != 0)
		return false;
	value += len;
	value += strspn(value, " \t");
	return *value == '\0' || *value == ';';
}

const char *
http_nonce(struct http_request *req)
{
	if (req->nonce[0] == '\0')
		token_new((HTTP_NONCE_SIZE - 1) / 2, req->nonce);
	return req->nonce;
}

void
http_add_header(struct http_response *res, const char *name, const char *value)
{
	if (value == NULL || res->extras == HTTP_EXTRA_MAX)
		return;
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return;
	res->extra[res->extras].name = name;
	res->extra[res->extras++].value = value;
}

void
http_attachment(struct http_request *req, struct http_response *res, const char *name)
{
	struct buf value = BUF_INIT(2048);

	buf_adds(&value, "attachment; filename=\"");
	for (const char *p = name; *p != '\0'; p++) {
		bool plain = isalnum((unsigned char)*p) || strchr("._- ()", *p) != NULL;

		/* One '_' for a character of several bytes. */
		if (((unsigned char)*p & 0xc0) != 0x80)
			buf_addc(&value, plain ? *p : '_');
	}
	buf_adds(&value, "\"; filename*=UTF-8''");
	for (const char *p = name; *p != '\0'; p++) {
		if (isalnum((unsigned char)*p) || strchr("._-", *p) != NULL)
			buf_addc(&value, *p);
		else
			buf_printf(&value, "%%%02X", (unsigned char)*p);
	}
	http_add_header(res, "Content-Disposition",
	    value.full ? "attachment" : arena_strdup(&req->arena, buf_str(&value)));
	buf_clear(&value);
}

void
http_answer(struct http_response *res, int status, const char *type)
{
	res->status = status;
	res->type = type;
}

void
http_see_other(struct http_response *res, const char *location)
{
	res->status = 303;
	http_add_header(res, "Location", location);
}

static const struct {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

const char *
http_reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Unknown";
}

enum http_method
http_method_of(const char *name)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
		"OPTIONS" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum http_method)i;
	return HTTP_OTHER;
}
