/* SPDX-License-Identifier: Apache-2.0 */
/* http_client.h: one HTTP request over a real socket, as bytes, for tests. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

static struct sockaddr_in client_to; /* where requests go */

/* What came back: status, head and body in one static buffer. */
static struct {
	int status;
	char head[16384];
	struct buf body;
} answer = { .body = BUF_INIT((size_t)64 << 20) };

static inline void
client_send(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

/* Reads until the server closes, at most ${wait_ms} of silence. */
static inline int
client_receive(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char piece[65536];
	char *end;

	buf_reset(&answer.body);
	answer.status = 0;
	answer.head[0] = '\0';
	while (poll(&p, 1, wait_ms) > 0) {
		ssize_t n = recv(fd, piece, sizeof(piece), 0);

		if (n <= 0)
			break;
		buf_add(&answer.body, piece, (size_t)n);
	}
	close(fd);
	end = strstr(buf_str(&answer.body), "\r\n\r\n");
	if (end != NULL && (size_t)(end - answer.body.data) < sizeof(answer.head)) {
		size_t head = (size_t)(end - answer.body.data);

		memcpy(answer.head, answer.body.data, head);
		answer.head[head] = '\0';
		answer.body.len -= head + 4;
		memmove(answer.body.data, end + 4, answer.body.len);
		answer.body.data[answer.body.len] = '\0';
		answer.status =
		    strncmp(answer.head, "HTTP/1.1 ", 9) == 0 ? atoi(answer.head + 9) : 0;
	}
	return answer.status;
}

/*
 * Sends ${method} ${path} with the header lines ${headers} (each ended by CR LF)
 * and ${len} bytes of body from ${from} ("127.0.0.1"); returns the status.
 */
static inline int
client_ask(const char *from, const char *method, const char *path, const char *headers,
    const char *body, size_t len)
{
	struct sockaddr_in source = { .sin_family = AF_INET };
	struct buf head = BUF_INIT(65536);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, from, &source.sin_addr);
	if (bind(fd, (struct sockaddr *)&source, sizeof(source)) != 0 ||
	    connect(fd, (struct sockaddr *)&client_to, sizeof(client_to)) != 0) {
		close(fd);
		return -1;
	}
	buf_printf(&head, "%s %s HTTP/1.1\r\nHost: khien.test\r\nConnection: close\r\n%s", method,
	    path, headers);
	if (body != NULL)
		buf_printf(&head, "Content-Length: %zu\r\n", len);
	buf_adds(&head, "\r\n");
	client_send(fd, head.data, head.len);
	if (body != NULL)
		client_send(fd, body, len);
	buf_clear(&head);
	return client_receive(fd, 10000);
}
