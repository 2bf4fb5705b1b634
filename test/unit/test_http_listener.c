/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "testing.h"
#include "base/clock.h"

#define BODY_MAX 1000
#define SINK_MAX 100000

static struct http_listener *listener;
static struct sockaddr_in where;
static atomic_int begun, ended;
static atomic_llong sunk;

static void
echo_sink(struct http_request *req, struct http_response *res, const void *data, size_t len)
{
	(void)req;
	sunk += (long long)len;
	if (memchr(data, '!', len) != NULL)
		http_answer(res, 422, "text/plain");
}

static void
echo_begin(struct http_request *req, struct http_response *res)
{
	begun++;
	if (req->segs > 0 && str_eq(req->seg[0], "refused"))
		http_answer(res, 403, "text/plain");
	else if (req->segs > 0 && str_eq(req->seg[0], "sink")) {
		req->sink = echo_sink;
		req->sink_max = SINK_MAX;
	} else {
		req->body_max = BODY_MAX;
	}
}

/* Says what arrived: "GET 2 a|b| q=1 [body]" */
static void
echo_handle(struct http_request *req, struct http_response *res)
{
	http_answer(res, 200, "text/plain; charset=utf-8");
	if (req->segs > 0 && str_eq(req->seg[0], "slow"))
		usleep(300000);
	buf_printf(&res->body, "%s %zu ", req->method_name, req->segs);
	for (size_t i = 0; i < req->segs; i++)
		buf_printf(&res->body, "%s|", req->seg[i]);
	for (size_t i = 0; i < req->query.count; i++)
		buf_printf(
		    &res->body, " %s=%s", req->query.param[i].name, req->query.param[i].value);
	buf_printf(&res->body, " [%s] from %s%s", buf_str(&req->body), req->address,
	    req->is_tls ? " by TLS" : "");
	if (http_cookie(req, "k") != NULL)
		buf_printf(&res->body, " cookie %s", http_cookie(req, "k"));
	buf_printf(&res->body, " as %s", req->host);
}

static void
echo_refuse(struct http_request *req, struct http_response *res, int status, const char *key,
    int64_t max)
{
	(void)req;
	http_answer(res, status, "text/plain");
	buf_printf(&res->body, "%s %lld", key, (long long)max);
}

static void
echo_end(struct http_request *req)
{
	(void)req;
	ended++;
}

static const struct http_handler echo = { NULL, echo_begin, echo_handle, echo_refuse, echo_end };

static int
open_listener(void **state)
{
	struct http_options options = { .timeout_s = 1, .min_bytes_s = 1000000, .threads = 2 };
	struct address_block proxy[2];
	struct err err = { 0 };
	struct address address;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	begun = ended = 0;
	sunk = 0;
	assert_int_equal(address_parse("127.0.0.1:0", &options.address, &err), 0);
	assert_int_equal(address_block_parse("127.0.0.2", &proxy[0], &err), 0);
	assert_int_equal(address_block_parse("10.0.0.0/8", &proxy[1], &err), 0);
	options.proxy = proxy;
	options.proxies = 2;
	assert_int_equal(http_listen(&options, &echo, &listener, &err), 0);
	assert_int_equal(address_parse(http_listener_address(listener), &address, &err), 0);
	memcpy(&where, address.sa, sizeof(where));
	return 0;
}

static int
close_listener(void **state)
{
	(void)state;
	http_listener_stop(listener);
	listener = NULL;
	assert_int_equal(begun, ended);
	return 0;
}

static int
connect_from(const char *from)
{
	struct sockaddr_in source = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (from != NULL) {
		inet_pton(AF_INET, from, &source.sin_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&source, sizeof(source)), 0);
	}
	assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	return fd;
}

static void
send_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* refused and closed: the answer tells */
		p += n;
		len -= (size_t)n;
	}
}

/* The answer has as much body as its head says. */
static bool
is_whole(const char *answer)
{
	const char *length = strstr(answer, "Content-Length: ");
	const char *body = length == NULL ? NULL : strstr(length, "\r\n\r\n");

	return body != NULL && strlen(body + 4) >= strtoul(length + 16, NULL, 10);
}

/* Everything until the server closes, or, with ${first}, one answer is whole, or nothing came for ${wait_ms}. */
static const char *
receive_some(int fd, int wait_ms, bool first)
{
	static char answer[65536];
	size_t len = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (len < sizeof(answer) - 1 && poll(&p, 1, wait_ms) > 0) {
		ssize_t n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
		answer[len] = '\0';
		if (first && is_whole(answer))
			break;
	}
	answer[len] = '\0';
	close(fd);
	return answer;
}

static const char *
receive(int fd, int wait_ms)
{
	return receive_some(fd, wait_ms, false);
}

/* The server would leave the connection open for another request: one answer is enough. */
static const char *
ask_n(const void *request, size_t len)
{
	int fd = connect_from(NULL);

	send_all(fd, request, len);
	shutdown(fd, SHUT_WR);
	return receive_some(fd, 3000, true);
}

static const char *
ask(const char *request)
{
	return ask_n(request, strlen(request));
}

static int
status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

#define H " HTTP/1.1\r\nHost: x\r\n"

static void
requests_are_understood_or_refused_with_the_fitting_status(void **state)
{
	static const struct {
		const char *request, *contains;
		int status;
	} cases[] = {
	    {"GET /a/b" H "\r\n", "GET 2 a|b| []", 200}, {"GET /" H "\r\n", "GET 0  []", 200},
	    {"GET /s%E1%BB%B1%20c%E1%BB%91?t=%C4%91%E1%BB%8F+1&u" H "\r\n",
		"sự cố| t=đỏ 1 u=", 200},
	    {"GET /a%2Fb" H "\r\n", "GET 1 a/b|", 200}, {"GET /a/" H "\r\n", "GET 1 a|", 200},
	    {"POST /" H "Content-Length: 3\r\n\r\nxyz", "[xyz]", 200},
	    {"POST /" H "Transfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n", "[xyz]", 200},
	    {"GET /" H "Cookie: a=b; k=v1; c\r\n\r\n", "cookie v1", 200},
	    {"GET /" H "Cookie: kk=1;xk=2\r\n\r\n", "127.0.0.1", 200},
	    {"BREW /" H "\r\n", "BREW 0", 200}, {"GET /%" H "\r\n", "http.bad_target", 400},
	    {"GET /%4" H "\r\n", "http.bad_target", 400},
	    {"GET /%zz" H "\r\n", "http.bad_target", 400},
	    {"GET /%00" H "\r\n", "http.bad_target", 400},
	    {"GET /a%0d%0ab" H "\r\n", "http.bad_target", 400},
	    {"GET /%ff" H "\r\n", "http.bad_target", 400},
	    {"GET /%C0%AF" H "\r\n", "http.bad_target", 400},
	    {"GET /\xe1\xbb\xb1" H "\r\n", "http.bad_target", 400},
	    {"GET /?q=%ff" H "\r\n", "http.bad_target", 400},
	    {"GET /../etc/passwd" H "\r\n", "http.bad_target", 400},
	    {"GET /a/%2e%2e/b" H "\r\n", "http.bad_target", 400},
	    {"GET /a//b" H "\r\n", "http.bad_target", 400},
	    {"GET http://x/" H "\r\n", "http.bad_target", 400},
	    {"OPTIONS *" H "\r\n", "http.bad_target", 400},
	    {"GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17" H "\r\n", "http.bad_target", 400},
	    {"GET / HTTP/1.1\r\n\r\n", "http.bad_request", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "http.bad_request", 400},
	    {"POST /" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nxyz", "http.bad_request",
		400},
	    {"POST /" H
	     "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n",
		"http.bad_request", 400},
	    {"POST /" H "Transfer-Encoding: gzip\r\n\r\n", "http.bad_request", 400},
	    {"POST /" H "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
		"http.body_too_large 1000", 413},
	    {"POST /" H "Content-Length: 99999999999999\r\n\r\n", "http.body_too_large 1000", 413},
	    {"POST /" H "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n", "too_large", 413},
	    {"POST /sink" H "Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n", "100000",
		413},
	    {"POST /sink" H "Content-Length: 4\r\n\r\nab!c", "", 422},
	    {"POST /refused" H "Content-Length: 4\r\n\r\nabcd", "", 403},
	    {"GET /\r\n\r\n", "", 0},	     /* HTTP/0.9: closed without a word */
	    {"\r\n\r\n\x16\x03\x01", "", 0}, /* TLS to a plain port */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *answer = ask(cases[i].request);

		print_message("%.60s\n", cases[i].request);
		if (cases[i].status != 0)
			assert_int_equal(status_of(answer), cases[i].status);
		else
			assert_int_not_equal(status_of(answer), 200);
		assert_non_null(strstr(answer, cases[i].contains));
	}
	assert_int_equal(status_of(ask("GET /after" H "\r\n")), 200);
}

static void
a_nul_byte_is_not_the_end_of_a_path(void **state)
{
	static const char in_path[] = "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char in_query[] = "GET /a?b=\0c HTTP/1.1\r\nHost: x\r\n\r\n";

	(void)state;
	assert_int_equal(status_of(ask_n(in_path, sizeof(in_path) - 1)), 400);
	assert_int_equal(status_of(ask_n(in_query, sizeof(in_query) - 1)), 400);
}

static void
large_heads_are_refused_by_name(void **state)
{
	struct buf head = BUF_INIT(1 << 20);
	const char *answer;

	(void)state;
	buf_adds(&head, "GET /");
	while (head.len < HTTP_TARGET_MAX + 100)
		buf_adds(&head, "aaaaaaaaaa");
	buf_adds(&head, H "\r\n");
	assert_int_equal(status_of(ask(buf_str(&head))), 414);

	buf_reset(&head);
	buf_adds(&head, "GET /" H);
	for (int i = 0; i < HTTP_HEADERS_MAX; i++)
		buf_printf(&head, "X-%d: 1\r\n", i);
	buf_adds(&head, "\r\n");
	answer = ask(buf_str(&head));
	assert_int_equal(status_of(answer), 431);
	assert_non_null(strstr(answer, "http.headers_too_large"));

	buf_reset(&head);
	buf_adds(&head, "GET /" H "X: ");
	while (head.len < HTTP_HEADER_BYTES + 100)
		buf_adds(&head, "aaaaaaaaaa");
	buf_adds(&head, "\r\n\r\n");
	assert_int_equal(status_of(ask(buf_str(&head))), 431);

	/* Beyond the connection's memory the library answers before us. */
	buf_reset(&head);
	buf_adds(&head, "GET /" H "X: ");
	while (head.len < 300000)
		buf_adds(&head, "aaaaaaaaaa");
	buf_adds(&head, "\r\n\r\n");
	assert_int_not_equal(status_of(ask(buf_str(&head))), 200);
	assert_int_equal(status_of(ask("GET /after" H "\r\n")), 200);
	buf_clear(&head);
}

static void
a_refused_body_is_read_so_that_the_client_sees_why(void **state)
{
	struct buf body = BUF_INIT(1 << 20);
	const char *answer;

	(void)state;
	buf_printf(&body, "POST /" H "Content-Length: 300000\r\n\r\n");
	for (int i = 0; i < 30000; i++)
		buf_adds(&body, "0123456789");
	answer = ask_n(body.data, body.len);
	assert_int_equal(status_of(answer), 413);

	buf_reset(&body);
	buf_adds(&body, "POST /" H "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 200; i++)
		buf_adds(&body, "a\r\n0123456789\r\n");
	buf_adds(&body, "0\r\n\r\n");
	assert_int_equal(status_of(ask(buf_str(&body))), 413);
	buf_clear(&body);
}

static void
a_body_that_is_cut_off_is_never_handled(void **state)
{
	int fd = connect_from(NULL);
	const char *answer;

	(void)state;
	send_all(fd, "POST /sink" H "Content-Length: 50\r\n\r\nhalf", 50);
	shutdown(fd, SHUT_WR);
	answer = receive(fd, 3000);
	assert_int_not_equal(status_of(answer), 200);
	assert_int_equal(status_of(ask("GET /after" H "\r\n")), 200);
}

static void
requests_on_one_connection_are_answered_in_order(void **state)
{
	static const char requests[] = "GET /one" H "\r\nPOST /two" H "Content-Length: 2\r\n\r\nabGET /three" H
	    "Connection: close\r\n\r\n";
	int fd = connect_from(NULL);
	const char *answer, *one, *two, *three;

	(void)state;
	send_all(fd, requests, sizeof(requests) - 1);
	answer = receive(fd, 3000);
	one = strstr(answer, "one|");
	two = strstr(answer, "two| [ab]");
	three = strstr(answer, "three|");
	assert_non_null(one);
	assert_non_null(two);
	assert_non_null(three);
	assert_true(one < two && two < three);
}

static void
every_answer_carries_the_protecting_headers(void **state)
{
	static const char *const requests[] = { "GET /" H "\r\n", "GET /%zz" H "\r\n",
		"POST /refused" H "Content-Length: 1\r\n\r\nx" };
	static const char *const headers[] = { "Content-Security-Policy: default-src 'none'",
		"X-Content-Type-Options: nosniff", "Referrer-Policy: same-origin",
		"frame-ancestors 'none'", "Permissions-Policy: ", "Cache-Control: no-store" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const char *answer = ask(requests[i]);

		for (size_t j = 0; j < ARRAY_LEN(headers); j++)
			assert_non_null(strstr(answer, headers[j]));
		assert_null(strstr(answer, "Strict-Transport-Security"));
		assert_null(strstr(answer, "Set-Cookie"));
	}
}

static void
head_is_get_without_a_body(void **state)
{
	const char *answer = ask("HEAD /a" H "\r\n");

	(void)state;
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Content-Length: "));
	assert_null(strstr(answer, "a|"));
}

static void
forwarded_addresses_are_believed_from_named_proxies_only(void **state)
{
	static const struct {
		const char *from, *headers, *contains;
	} cases[] = {
		{ NULL, "X-Forwarded-For: 9.9.9.9\r\n", "from 127.0.0.1" },
		{ NULL, "X-Forwarded-Proto: https\r\n", "from 127.0.0.1" },
		{ NULL, "X-Forwarded-Host: khien.vn\r\n", " as x" },
		{ "127.0.0.2", "X-Forwarded-Host: khien.vn\r\n", " as khien.vn" },
		{ "127.0.0.2", "X-Forwarded-For: 9.9.9.9\r\n", "from 9.9.9.9" },
		{ "127.0.0.2", "X-Forwarded-For: 6.6.6.6, 9.9.9.9, 10.1.1.1\r\n", "from 9.9.9.9" },
		{ "127.0.0.2", "X-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\n",
		    "from 2001:db8::1 by TLS" },
		{ "127.0.0.2", "X-Forwarded-For: 9.9.9.9, <b>\r\n", "from 127.0.0.2" },
		{ "127.0.0.2", "", "from 127.0.0.2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf request = BUF_INIT(4096);
		int fd = connect_from(cases[i].from);
		const char *answer;

		buf_printf(&request, "GET /" H "%sConnection: close\r\n\r\n", cases[i].headers);
		send_all(fd, request.data, request.len);
		answer = receive(fd, 3000);
		buf_clear(&request);
		print_message("%s\n", cases[i].headers);
		assert_non_null(strstr(answer, cases[i].contains));
		if (strstr(cases[i].contains, "TLS") == NULL)
			assert_null(strstr(answer, "by TLS"));
	}
}

/* A byte now and then keeps the library's own timeout away; the deadline ends it. */
static void
slow_clients_are_ended_and_disturb_nobody(void **state)
{
	int fd = connect_from(NULL), slow_body = connect_from(NULL);
	int64_t start = clock_mono_ms();
	bool ended_head = false, ended_body = false;

	(void)state;
	send_all(slow_body, "POST /sink" H "Content-Length: 90\r\n\r\n", 52);
	while (clock_mono_ms() - start < 6000 && !(ended_head && ended_body)) {
		struct pollfd p[2] = {
		    {.fd = fd, .events = POLLIN}, {.fd = slow_body, .events = POLLIN}};

		send(fd, "G", 1, MSG_NOSIGNAL);
		send(slow_body, "x", 1, MSG_NOSIGNAL);
		assert_int_equal(status_of(ask("GET /between" H "\r\n")), 200);
		http_listener_tick(listener);
		poll(p, 2, 100);
		ended_head |= p[0].revents != 0;
		ended_body |= p[1].revents != 0;
		usleep(100000);
	}
	assert_true(ended_head);
	assert_true(ended_body);
	assert_true(clock_mono_ms() - start >= 900);
	close(fd);
	close(slow_body);
}

static void
stopping_finishes_what_is_under_way(void **state)
{
	int fd = connect_from(NULL), late;
	const char *answer;

	(void)state;
	send_all(fd, "GET /slow" H "\r\n", sizeof("GET /slow" H "\r\n") - 1);
	usleep(100000);
	assert_int_equal(http_listener_busy(listener), 1);
	http_listener_quiesce(listener);
	answer = receive(fd, 3000);
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Connection: close"));
	for (int i = 0; i < 100 && http_listener_busy(listener) != 0; i++)
		usleep(10000);
	assert_int_equal(http_listener_busy(listener), 0);
	late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	http_listener_stop(listener);
	listener = NULL;
	assert_int_not_equal(connect(late, (struct sockaddr *)&where, sizeof(where)), 0);
	close(late);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_listener, close_listener)

TEST_MAIN(T(requests_are_understood_or_refused_with_the_fitting_status),
    T(a_nul_byte_is_not_the_end_of_a_path), T(large_heads_are_refused_by_name),
    T(a_refused_body_is_read_so_that_the_client_sees_why),
    T(a_body_that_is_cut_off_is_never_handled), T(requests_on_one_connection_are_answered_in_order),
    T(every_answer_carries_the_protecting_headers), T(head_is_get_without_a_body),
    T(forwarded_addresses_are_believed_from_named_proxies_only),
    T(slow_clients_are_ended_and_disturb_nobody), T(stopping_finishes_what_is_under_way))
