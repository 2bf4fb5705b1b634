/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/head.h"

#define THREADS                                                                                    \
	16 /* more than cores: a durable write waits for the disk, several share one flush */
#define CONNECTIONS     1000
#define TIMEOUT_S       30
#define MIN_BYTES_S     4096
#define CONN_MEMORY     ((size_t)65536) /* beyond our own limits, so that we write the answer */
#define DRAIN_MAX       (INT64_C(64) << 20) /* of a refused body, so that the client reads why */
#if defined(__SANITIZE_ADDRESS__)
#define STACK_SIZE      ((size_t)2 << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_SIZE      ((size_t)2 << 20)
#endif
#endif
#ifndef STACK_SIZE
#define STACK_SIZE      ((size_t)512 << 10) /* untouched pages cost nothing */
#endif

/* One connection, from accept to close. */
struct conn {
	struct conn *next, **link;
	int fd;
	_Atomic int64_t deadline_ms; /* monotonic */
};

struct http_listener {
	struct MHD_Daemon *daemon;
	struct http_handler handler;
	struct address_block *proxy;
	size_t proxies;
	bool is_public, is_tls;
	int64_t timeout_ms, min_bytes_s;
	char address[ADDRESS_TEXT_SIZE];
	int fd; /* the listening socket once nobody is accepted any more; else -1 */
	atomic_bool stopping;
	atomic_size_t busy;
	pthread_mutex_t lock; /* guards the list; held while a socket is shut down */
	struct conn *conns;
};

/* One request and its answer. */
struct exchange {
	struct http_request req;
	struct http_response res;
	struct http_listener *listener;
	struct MHD_Connection *mhd;
	struct conn *conn;
	const char *target;   /* NULL: too long */
	const char *target_at; /* where it stood, to find a NUL byte inside it */
	size_t target_len;
	int64_t taken;        /* bytes of the body so far */
	bool started, begun, refused, close;
};

static void
conn_grant(struct exchange *x, int64_t bytes)
{
	struct http_listener *l = x->listener;

	if (x->conn == NULL)
		return;
	atomic_store(&x->conn->deadline_ms,
	    bytes < 0 ? INT64_MAX
		      : clock_mono_ms() + l->timeout_ms + bytes / l->min_bytes_s * 1000);
}

static void
on_connection(void *cls, struct MHD_Connection *mhd, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct http_listener *l = cls;
	struct conn *conn = *context;

	pthread_mutex_lock(&l->lock);
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		conn = xcalloc(1, sizeof(*conn));
		conn->fd =
		    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		atomic_init(&conn->deadline_ms, clock_mono_ms() + l->timeout_ms);
		conn->next = l->conns;
		conn->link = &l->conns;
		if (conn->next != NULL)
			conn->next->link = &conn->next;
		l->conns = conn;
		*context = conn;
	} else if (conn != NULL) {
		*conn->link = conn->next;
		if (conn->next != NULL)
			conn->next->link = conn->link;
		free(conn);
		*context = NULL;
	}
	pthread_mutex_unlock(&l->lock);
}

void
http_listener_tick(struct http_listener *l)
{
	int64_t now = clock_mono_ms();

	pthread_mutex_lock(&l->lock);
	for (struct conn *c = l->conns; c != NULL; c = c->next)
		if (atomic_load(&c->deadline_ms) < now)
			shutdown(c->fd, SHUT_RDWR); /* its thread sees the end and closes */
	pthread_mutex_unlock(&l->lock);
}

/* The request line was read; what is returned comes back as *con_cls. */
static void *
on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
	struct exchange *x = xcalloc(1, sizeof(*x));
	const union MHD_ConnectionInfo *info;

	x->listener = cls;
	x->mhd = mhd;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	x->conn = info == NULL ? NULL : info->socket_context;
	x->req.transport = x;
	x->req.content_length = -1;
	x->res.fd = -1;
	x->target_at = target;
	x->target_len = strlen(target);
	x->req.path = arena_strndup(&x->req.arena, target, strnlen(target, HTTP_TARGET_MAX));
	if (x->target_len <= HTTP_TARGET_MAX)
		x->target = x->req.path;
	return x;
}

void *
http_arg(const struct http_request *req)
{
	const struct exchange *x = req->transport;

	return x->listener->handler.arg;
}

const char *
http_header(const struct http_request *req, const char *name)
{
	const struct exchange *x = req->transport;

	return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

static void
res_clear(struct http_response *res)
{
	buf_clear(&res->body);
	if (res->fd >= 0)
		close(res->fd);
	*res = (struct http_response){ .fd = -1 };
}

/* Puts the answer that says why in the place of any other; the rest of the body is forgotten. */
static void
refuse(struct exchange *x, int status, const char *key, int64_t max)
{
	res_clear(&x->res);
	buf_init(&x->res.body, 65536);
	x->refused = true;
	x->listener->handler.refuse(&x->req, &x->res, status, key, max);
	if (x->res.status == 0)
		x->res.status = status;
}

static enum MHD_Result
check_line(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	head_add(cls, name, value);
	return MHD_YES;
}

/* Whether the request can be read at all; if not, the answer is there. */
static bool
check_head(struct exchange *x, const char *version)
{
	struct head head = { 0 };
	const char *length;
	int status;

	MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, check_line, &head);
	status = head_check(&head, version);
	if (status == 431) {
		refuse(x, 431, "http.headers_too_large", (int64_t)HTTP_HEADER_BYTES);
		return false;
	}
	if (x->target == NULL) {
		refuse(x, 414, "http.target_too_long", HTTP_TARGET_MAX);
		return false;
	}
	/* A NUL byte ends the target for us, not for whoever else reads it. */
	if (status != 0 || (uintptr_t)version - (uintptr_t)x->target_at != x->target_len + 1) {
		refuse(x, 400, "http.bad_request", 0);
		x->close = true;
		return false;
	}
	length = http_header(&x->req, "Content-Length");
	if (length != NULL) {
		errno = 0;
		x->req.content_length = strtoll(length, NULL, 10);
		if (errno != 0 || x->req.content_length < 0)
			x->req.content_length = INT64_MAX;
	}
	x->req.has_body = x->req.content_length > 0 || head.encodings > 0;
	return true;
}

static void
who_is_it(struct exchange *x)
{
	struct http_listener *l = x->listener;
	const char *list, *proto, *host;
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(x->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info != NULL && info->client_addr != NULL)
		address_host(info->client_addr, x->req.address);
	x->req.is_public = l->is_public;
	x->req.is_tls = l->is_tls;
	x->req.host = http_header(&x->req, "Host");
	if (l->proxies == 0 || !address_in(x->req.address, l->proxy, l->proxies))
		return;
	list = http_header(&x->req, "X-Forwarded-For");
	proto = http_header(&x->req, "X-Forwarded-Proto");
	host = http_header(&x->req, "X-Forwarded-Host");
	if (host != NULL)
		x->req.host = host;
	if (list != NULL)
		head_forwarded(list, l->proxy, l->proxies, x->req.address);
	x->req.is_tls |= proto != NULL && strcasecmp(proto, "https") == 0;
}

/* Whether the body that is announced has a taker and fits; if not, the answer is there. */
static void
check_body(struct exchange *x)
{
	struct http_request *req = &x->req;
	int64_t max = req->sink != NULL ? req->sink_max : (int64_t)req->body_max;

	if (!req->has_body)
		return;
	if (max == 0)
		refuse(x, 400, "http.no_body_wanted", 0);
	else if (req->content_length > max)
		refuse(x, 413, "http.body_too_large", max);
	buf_init(&req->body, req->body_max);
}

static void
begin(struct exchange *x, const char *method, const char *version)
{
	struct http_request *req = &x->req;

	x->started = true;
	atomic_fetch_add(&x->listener->busy, 1);
	req->method_name = arena_strdup(&req->arena, method);
	req->method = http_method_of(method);
	who_is_it(x);
	if (!check_head(x, version))
		return;
	if (!http_target_parse(req, x->target)) {
		refuse(x, 400, "http.bad_target", 0);
		return;
	}
	x->begun = true;
	buf_init(&x->res.body, 65536);
	x->listener->handler.begin(req, &x->res);
	x->refused = x->res.status != 0;
	if (!x->refused)
		check_body(x);
}

static void
take_body(struct exchange *x, const char *data, size_t len)
{
	struct http_request *req = &x->req;

	x->taken += (int64_t)len;
	if (x->refused)
		return;
	if (req->sink != NULL) {
		if (x->taken > req->sink_max) {
			refuse(x, 413, "http.body_too_large", req->sink_max);
			return;
		}
		req->sink(req, &x->res, data, len);
		x->refused = x->res.status != 0;
		return;
	}
	buf_add(&req->body, data, len);
	if (req->body.full)
		refuse(x, 413, "http.body_too_large", (int64_t)req->body_max);
}

#define CSP_DATA "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

static const char *const cache_header[] = {
	[HTTP_NO_STORE] = "no-store",
	[HTTP_REVALIDATE] = "private, no-cache",
	[HTTP_IMMUTABLE] = "public, max-age=31536000, immutable",
};

static void
add_headers(struct exchange *x, struct MHD_Response *mr)
{
	struct http_response *res = &x->res;

	if (res->type != NULL)
		MHD_add_response_header(mr, "Content-Type", res->type);
	MHD_add_response_header(mr, "Cache-Control", cache_header[res->cache]);
	MHD_add_response_header(mr, "Content-Security-Policy",
	    res->csp == NULL ? CSP_DATA : res->csp);
	MHD_add_response_header(mr, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(mr, "X-Frame-Options", res->is_framed ? "SAMEORIGIN" : "DENY");
	/* Not no-referrer: with it browsers send "Origin: null" with our own forms. */
	MHD_add_response_header(mr, "Referrer-Policy", "same-origin");
	MHD_add_response_header(mr, "Permissions-Policy",
	    "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
	MHD_add_response_header(mr, "Cross-Origin-Resource-Policy", "same-origin");
	if (x->req.is_tls) {
		MHD_add_response_header(mr, "Cross-Origin-Opener-Policy", "same-origin");
		MHD_add_response_header(mr, "Strict-Transport-Security", "max-age=31536000");
	}
	for (size_t i = 0; i < res->extras; i++)
		MHD_add_response_header(mr, res->extra[i].name, res->extra[i].value);
	if (x->close || atomic_load(&x->listener->stopping))
		MHD_add_response_header(mr, "Connection", "close");
}

/* Hands the answer over to the library; what it holds is the library's from here on. */
static enum MHD_Result
send_answer(struct exchange *x)
{
	struct http_response *res = &x->res;
	struct MHD_Response *mr;
	int64_t size;
	enum MHD_Result ret;

	if (res->fd >= 0) {
		size = res->fd_size;
		mr = MHD_create_response_from_fd64((uint64_t)size, res->fd);
		res->fd = mr == NULL ? res->fd : -1;
	} else if (res->data != NULL) {
		size = (int64_t)res->size;
		mr = MHD_create_response_from_buffer(res->size, (void *)(uintptr_t)res->data,
		    MHD_RESPMEM_PERSISTENT);
	} else {
		size_t len = res->body.len;
		char *data = buf_take(&res->body);

		size = (int64_t)len;
		mr = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
		if (mr == NULL)
			free(data);
	}
	if (mr == NULL)
		return MHD_NO;
	add_headers(x, mr);
	conn_grant(x, size);
	ret = MHD_queue_response(x->mhd, (unsigned)res->status, mr);
	MHD_destroy_response(mr);
	return ret;
}

static enum MHD_Result
answer(struct exchange *x)
{
	conn_grant(x, -1); /* the time the work takes is not the client's */
	if (!x->refused)
		x->listener->handler.handle(&x->req, &x->res);
	if (x->res.status == 0 || x->res.body.full)
		refuse(x, 500, "http.internal", 0);
	return send_answer(x);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *data, size_t *size, void **context)
{
	struct exchange *x = *context;

	(void)cls;
	(void)mhd;
	(void)url;
	if (!x->started) {
		const char *expect;

		begin(x, method, version);
		expect = http_header(&x->req, "Expect");
		/* A client that waits for permission, or would send for minutes, is told now. */
		if (x->close || (x->refused && x->req.has_body &&
		    (expect != NULL || x->req.content_length > DRAIN_MAX))) {
			x->close = true;
			return send_answer(x);
		}
		conn_grant(x, x->req.content_length > 0 ? x->req.content_length : 0);
		return MHD_YES;
	}
	if (*size > 0) {
		take_body(x, data, *size);
		*size = 0;
		if (x->req.content_length < 0)
			conn_grant(x, 0); /* chunks: each one has its time */
		return x->refused && x->taken > DRAIN_MAX ? MHD_NO : MHD_YES;
	}
	return answer(x);
}

static void
on_completed(void *cls, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *context;
	struct http_listener *l = cls;

	(void)mhd;
	(void)code;
	if (x == NULL)
		return;
	if (x->begun && l->handler.end != NULL)
		l->handler.end(&x->req);
	if (x->started)
		atomic_fetch_sub(&l->busy, 1);
	/* Waiting for the next request, and its head, may take as long again. */
	conn_grant(x, l->timeout_ms / 1000 * l->min_bytes_s);
	res_clear(&x->res);
	buf_clear(&x->req.body);
	arena_clear(&x->req.arena);
	free(x);
	*context = NULL;
}

/* Paths and queries are decoded by http_target_parse, strictly and once. */
static size_t
leave_escaped(void *cls, struct MHD_Connection *mhd, char *s)
{
	(void)cls;
	(void)mhd;
	return strlen(s);
}

static int
bind_socket(const struct address *address, int *ret_fd, struct err *err)
{
	char text[ADDRESS_TEXT_SIZE];
	const struct sockaddr *sa = (const struct sockaddr *)address->sa;
	int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int errnum;

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
		if (sa->sa_family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){!address_is_any(address)},
			    sizeof(int));
		if (bind(fd, sa, address->len) == 0 && listen(fd, 512) == 0) {
			*ret_fd = fd;
			return 0;
		}
	}
	errnum = errno;
	if (fd >= 0)
		close(fd);
	return err_fail(err, ERR_IO, "http.bind", NULL, "address", address_text(sa, text), "reason",
	    strerror(errnum));
}

static struct MHD_Daemon *
start(struct http_listener *l, const struct http_options *o, int fd)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
	unsigned threads = o->threads == 0 ? THREADS : o->threads;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, NULL },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (l->is_tls) {
		flags |= MHD_USE_TLS;
		tls[0].ptr_value = xstrdup(o->tls_cert);
		tls[1].ptr_value = xstrdup(o->tls_key);
		tls[2].ptr_value = xstrdup("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
	} else {
		tls[0] = tls[3];
	}
	struct MHD_Daemon *daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, threads,
	    MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE,
	    MHD_OPTION_CONNECTION_LIMIT, o->connections == 0 ? CONNECTIONS : o->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->per_address,
	    MHD_OPTION_CONNECTION_TIMEOUT, o->timeout_s == 0 ? TIMEOUT_S : o->timeout_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONN_MEMORY,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, l,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, l,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
	    MHD_OPTION_ARRAY, tls, MHD_OPTION_END);

	for (size_t i = 0; i < ARRAY_LEN(tls) - 1; i++)
		free(tls[i].ptr_value);
	return daemon;
}

int
http_listen(const struct http_options *o, const struct http_handler *handler,
    struct http_listener **ret, struct err *err)
{
	struct http_listener *l;
	struct address bound = { .len = sizeof(bound.sa) };
	int fd = -1, kind = bind_socket(&o->address, &fd, err);

	if (kind != 0)
		return kind;
	getsockname(fd, (struct sockaddr *)bound.sa, &bound.len);
	l = xcalloc(1, sizeof(*l));
	l->handler = *handler;
	l->is_public = o->is_public;
	l->is_tls = o->tls_cert != NULL;
	l->timeout_ms = INT64_C(1000) * (o->timeout_s == 0 ? TIMEOUT_S : o->timeout_s);
	l->min_bytes_s = o->min_bytes_s == 0 ? MIN_BYTES_S : o->min_bytes_s;
	l->fd = -1;
	l->proxies = o->proxies;
	l->proxy = xcalloc(o->proxies, sizeof(*l->proxy));
	if (o->proxies > 0)
		memcpy(l->proxy, o->proxy, o->proxies * sizeof(*l->proxy));
	address_text((const struct sockaddr *)bound.sa, l->address);
	pthread_mutex_init(&l->lock, NULL);
	l->daemon = start(l, o, fd);
	if (l->daemon == NULL) {
		close(fd);
		err_fail(err, ERR_IO, "http.start", NULL, "address", l->address, NULL, NULL);
		http_listener_stop(l);
		return ERR_IO;
	}
	*ret = l;
	return 0;
}

const char *
http_listener_address(const struct http_listener *l)
{
	return l->address;
}

bool
http_listener_is_tls(const struct http_listener *l)
{
	return l->is_tls;
}

void
http_listener_quiesce(struct http_listener *l)
{
	if (atomic_exchange(&l->stopping, true))
		return;
	l->fd = MHD_quiesce_daemon(l->daemon);
}

size_t
http_listener_busy(const struct http_listener *l)
{
	return atomic_load(&l->busy);
}

void
http_listener_stop(struct http_listener *l)
{
	if (l == NULL)
		return;
	if (l->daemon != NULL)
		MHD_stop_daemon(l->daemon);
	if (l->fd >= 0)
		close(l->fd);
	pthread_mutex_destroy(&l->lock);
	free(l->proxy);
	free(l);
}
