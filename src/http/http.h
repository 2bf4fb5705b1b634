/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h: what a request is and what an answer is, apart from the library that
 * carries them.  Nothing here knows a word of the product.
 *
 * One request is one call of begin() when its headers are complete, then its
 * body goes where begin() said, then one call of handle(), then end().  All of
 * it happens on one thread of the listener's pool.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "text/url.h"

#define HTTP_TARGET_MAX   4096        /* bytes of the request target; beyond: 414 */
#define HTTP_HEADERS_MAX  100         /* header lines; beyond: 431 */
#define HTTP_HEADER_BYTES ((size_t)16384) /* names and values together; beyond: 431 */
#define HTTP_SEGMENTS_MAX 16          /* parts of a path */
#define HTTP_ADDRESS_SIZE 64
#define HTTP_NONCE_SIZE   33

enum http_method {
	HTTP_GET,
	HTTP_HEAD, /* answered like GET; the body is not sent */
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER, /* any other method */
};

struct http_request;
struct http_response;

/*
 * Takes the next ${len} bytes of a body that is not kept whole.  To refuse the
 * rest it sets res.status; handle() is then not called.
 */
typedef void (*http_sink_fn)(struct http_request *req, struct http_response *res, const void *data,
    size_t len);

struct http_request {
	struct arena arena; /* ends with the request */
	enum http_method method;
	const char *method_name;
	const char *path;  /* as sent, without the query; starts with '/'.  When only refuse() is called: the */
	                   /* target as it came, cut at HTTP_TARGET_MAX bytes */
	const char *seg[HTTP_SEGMENTS_MAX]; /* its parts, decoded: UTF-8, no control characters, */
	size_t segs;                        /* never "", "." or ".."; none for "/" */
	struct url_params query;
	char address[HTTP_ADDRESS_SIZE]; /* the client's; behind a trusted proxy what it said */
	const char *host; /* what the client calls us; behind a trusted proxy what it said; may be NULL */
	bool is_tls;    /* to the client, as far as is known */
	bool is_public; /* came in by the listener for public pages */
	int64_t content_length; /* -1: not told beforehand */
	bool has_body;

	/* Set by begin(): the body is kept up to body_max bytes, or given to sink. */
	size_t body_max; /* 0: no body is taken; beyond: 413 */
	int64_t sink_max;
	http_sink_fn sink;
	struct buf body; /* NUL-terminated when body.data is set */

	char nonce[HTTP_NONCE_SIZE]; /* for http_nonce() */
	void *user;      /* the handler's own */
	void *transport; /* the listener's own */
};

enum http_cache {
	HTTP_NO_STORE,  /* the default: nothing personal stays in a cache */
	HTTP_REVALIDATE, /* may be kept, asked for again each time (with an ETag) */
	HTTP_IMMUTABLE, /* its name changes with its content */
};

#define HTTP_EXTRA_MAX 12

struct http_response {
	int status; /* 0: not answered yet */
	const char *type; /* Content-Type; constant or in the request's arena */
	struct buf body;  /* sent when data is NULL and fd is -1; its memory is handed over */
	const void *data; /* bytes that live as long as the program */
	size_t size;
	int fd;           /* a file to send, closed afterwards; -1: none */
	int64_t fd_size;
	enum http_cache cache;
	const char *csp;  /* another Content-Security-Policy than the one for data */
	bool is_framed;   /* our own pages may show it in a frame */
	struct {
		const char *name, *value;
	} extra[HTTP_EXTRA_MAX]; /* further headers */
	size_t extras;
};

struct http_handler {
	void *arg; /* for http_arg() */

	/*
	 * The headers are complete.  Says how the body is taken (body_max or
	 * sink), or answers at once by setting res.status: the body is then read
	 * and forgotten.
	 */
	void (*begin)(struct http_request *req, struct http_response *res);

	/* Everything is there: answer. */
	void (*handle)(struct http_request *req, struct http_response *res);

	/*
	 * The request is refused with ${status} before or instead of handle().
	 * Writes the answer a person reads; ${key} is a key of the catalogue with
	 * the argument {max} where it speaks of a limit.
	 */
	void (*refuse)(struct http_request *req, struct http_response *res, int status,
	    const char *key, int64_t max);

	/* Called once after begin(), also when the client went away: release req.user. */
	void (*end)(struct http_request *req);
};

/* The handler's arg of the listener a request came in by. */
void *http_arg(const struct http_request *req);

/* A request header's value, NULL when absent; ${name} in any case. */
const char *http_header(const struct http_request *req, const char *name);

/* A cookie's value as sent (no decoding), into the request's arena; NULL when absent. */
const char *http_cookie(struct http_request *req, const char *name);

/* The same out of the text of a Cookie header; NULL is allowed. */
const char *http_cookie_in(struct arena *arena, const char *header, const char *name);

/* Whether the Content-Type is ${type}, whatever its parameters and case. */
bool http_type_is(const struct http_request *req, const char *type);

/*
 * Splits a request target into path, segments and query.  False when it does
 * not start with '/', holds anything but printable ASCII, decodes badly, names
 * "." or "..", or has more parts than fit.
 */
bool http_target_parse(struct http_request *req, const char *target);

/* Random text for Content-Security-Policy, one per answer; made when first asked for. */
const char *http_nonce(struct http_request *req);

/* Adds a header; ${name} is constant, ${value} constant or in the request's arena.
 * A value with control characters is not added: no header can be smuggled in. */
void http_add_header(struct http_response *res, const char *name, const char *value);

/* Content-Disposition: attachment with ${name} (RFC 6266), whatever characters it has. */
void http_attachment(struct http_request *req, struct http_response *res, const char *name);

/* An answer whose body is text the caller adds to res.body. */
void http_answer(struct http_response *res, int status, const char *type);

/* 303 to ${location}, a path of this server in the request's arena. */
void http_see_other(struct http_response *res, const char *location);

/* The short name of a status: "Not Found". */
const char *http_reason(int status);

/* "GET" → HTTP_GET. */
enum http_method http_method_of(const char *name);
