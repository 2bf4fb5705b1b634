/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load [-c CONNECTIONS] [-s SECONDS] [-X METHOD] [-H HEADER]… [-d BODY] PORT PATH…
 *
 * Asks 127.0.0.1:PORT for the paths in turn over connections that stay open, one
 * request under way on each, and prints one line of JSON: requests, errors,
 * per_s, p50_ms, p99_ms, max_ms, bytes (of one answer).  "%n" in the body is a running number.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#define CONNECTIONS_MAX 1024
#define SAMPLES_MAX     8000000
#define HEAD_MAX        65536

struct conn {
	int fd;
	int64_t sent_ns;
	char head[HEAD_MAX]; /* head of the answer and what came with it */
	size_t len, left;    /* left: bytes of the body still to come */
	bool in_body;
};

struct load {
	const char *method, *body;
	struct buf headers, request;
	char **path;
	size_t paths, connections;
	uint16_t port;
	int64_t number;
	uint32_t *sample_us;
	size_t samples, errors, bytes;
};

static void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
add_body(struct load *load, struct buf *out)
{
	const char *mark = load->body == NULL ? NULL : strstr(load->body, "%n");

	if (load->body == NULL)
		return;
	if (mark == NULL) {
		buf_adds(out, load->body);
		return;
	}
	buf_add(out, load->body, (size_t)(mark - load->body));
	buf_printf(out, "%lld", (long long)load->number);
	buf_adds(out, mark + 2);
}

static void
ask(struct load *load, struct conn *conn)
{
	struct buf body = BUF_INIT(HEAD_MAX);

	load->number++;
	add_body(load, &body);
	buf_reset(&load->request);
	buf_printf(&load->request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s", load->method,
	    load->path[(size_t)load->number % load->paths], load->port, buf_str(&load->headers));
	if (load->body != NULL)
		buf_printf(&load->request, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.len);
	buf_adds(&load->request, "\r\n");
	buf_add(&load->request, buf_str(&body), body.len);
	buf_clear(&body);
	conn->len = 0;
	conn->in_body = false;
	conn->sent_ns = clock_mono_ns();
	if (send(conn->fd, load->request.data, load->request.len, MSG_NOSIGNAL) != (ssize_t)load->request.len)
		die("send");
}

static void
answered(struct load *load, struct conn *conn)
{
	if (load->samples < SAMPLES_MAX)
		load->sample_us[load->samples++] = (uint32_t)((clock_mono_ns() - conn->sent_ns) / 1000);
	if (strncmp(conn->head, "HTTP/1.1 2", 10) != 0 && load->errors++ == 0)
		fprintf(stderr, "load: %.2000s\n", conn->head);
	ask(load, conn);
}

/* Takes what has come; the answer is whole when nothing is left. */
static void
take(struct load *load, struct conn *conn)
{
	static char rest[1 << 18];
	char *into = conn->in_body ? rest : conn->head + conn->len;
	size_t room = conn->in_body ? sizeof(rest) : sizeof(conn->head) - 1 - conn->len;
	ssize_t n = recv(conn->fd, into, room, 0);
	const char *end, *length;

	if (n <= 0)
		die("recv");
	if (conn->in_body) {
		conn->left -= (size_t)n;
	} else {
		conn->len += (size_t)n;
		conn->head[conn->len] = '\0';
		end = strstr(conn->head, "\r\n\r\n");
		if (end == NULL)
			return;
		length = strcasestr(conn->head, "\r\nContent-Length:");
		if (length == NULL || length > end)
			die("an answer without a length");
		load->bytes = (size_t)strtoull(length + 17, NULL, 10);
		conn->in_body = true;
		conn->left = load->bytes - (conn->len - (size_t)(end + 4 - conn->head));
	}
	if (conn->left == 0)
		answered(load, conn);
}

static int
connect_one(const struct load *load)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(load->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return fd;
}

static int64_t
run(struct load *load, int64_t seconds)
{
	struct conn *conn = xcalloc(load->connections, sizeof(*conn));
	struct epoll_event event[64];
	int ep = epoll_create1(EPOLL_CLOEXEC);
	int64_t started = clock_mono_ns(), end = started + seconds * INT64_C(1000000000);

	for (size_t i = 0; i < load->connections; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &conn[i] };

		conn[i].fd = connect_one(load);
		if (epoll_ctl(ep, EPOLL_CTL_ADD, conn[i].fd, &e) != 0)
			die("epoll_ctl");
		ask(load, &conn[i]);
	}
	while (clock_mono_ns() < end) {
		int n = epoll_wait(ep, event, ARRAY_LEN(event), 100);

		for (int i = 0; i < n; i++)
			take(load, event[i].data.ptr);
	}
	started = clock_mono_ns() - started;
	for (size_t i = 0; i < load->connections; i++)
		close(conn[i].fd);
	close(ep);
	free(conn);
	return started;
}

static int
by_time(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double
at(const struct load *load, size_t percent)
{
	return load->samples == 0 ? 0 : load->sample_us[(load->samples - 1) * percent / 100] / 1e3;
}

int
main(int argc, char **argv)
{
	struct load load = { .method = "GET", .connections = 1, .headers = BUF_INIT(HEAD_MAX),
		.request = BUF_INIT((size_t)2 * HEAD_MAX) };
	int64_t seconds = 5, took;

	for (int o; (o = getopt(argc, argv, "c:s:X:H:d:")) != -1;) {
		if (o == 'c')
			load.connections = strtoul(optarg, NULL, 10);
		else if (o == 's')
			seconds = atoll(optarg);
		else if (o == 'X')
			load.method = optarg;
		else if (o == 'H')
			buf_printf(&load.headers, "%s\r\n", optarg);
		else if (o == 'd')
			load.body = optarg;
		else
			return 2;
	}
	if (argc - optind < 2 || load.connections < 1 || load.connections > CONNECTIONS_MAX)
		return 2;
	load.port = (uint16_t)strtoul(argv[optind], NULL, 10);
	load.path = argv + optind + 1;
	load.paths = (size_t)(argc - optind - 1);
	load.sample_us = xcalloc(SAMPLES_MAX, sizeof(uint32_t));
	took = run(&load, seconds);
	qsort(load.sample_us, load.samples, sizeof(uint32_t), by_time);
	printf("{\"requests\":%zu,\"errors\":%zu,\"per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
	    "\"max_ms\":%.3f,\"bytes\":%zu}\n", load.samples, load.errors,
	    (double)load.samples * 1e9 / (double)took, at(&load, 50), at(&load, 99), at(&load, 100),
	    load.bytes);
	free(load.sample_us);
	buf_clear(&load.headers);
	buf_clear(&load.request);
	return load.errors > 0;
}
