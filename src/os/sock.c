/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "os/file.h"

enum sock_answer
sock_answer_of(int errnum)
{
	switch (errnum) {
	case 0:
		return SOCK_OPEN;
	case ECONNREFUSED:
	case ECONNRESET:
		return SOCK_REFUSED;
	case ETIMEDOUT:
		return SOCK_SILENT;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		return SOCK_UNREACHABLE;
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return SOCK_NO_WAY;
	default:
		return SOCK_ERROR;
	}
}

static enum sock_answer
try_address(const struct addrinfo *ai, int64_t until_ms)
{
	cleanup(fd_closep) int fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
	struct pollfd ready = { fd, POLLOUT, 0 };
	int64_t left_ms;
	int errnum = 0, n;
	socklen_t len = sizeof(errnum);

	if (fd == -1)
		return sock_answer_of(errno);
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return SOCK_OPEN;
	if (errno != EINPROGRESS)
		return sock_answer_of(errno);
	do {
		left_ms = until_ms - clock_mono_ms();
		n = poll(&ready, 1, left_ms < 0 ? 0 : (int)left_ms);
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		return SOCK_SILENT;
	if (n == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) == -1)
		return SOCK_ERROR;
	return sock_answer_of(errnum);
}

enum sock_answer
sock_try(const char *host, int port, int timeout_ms)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list, *ai;
	enum sock_answer best = SOCK_ERROR;
	int64_t until_ms;
	char service[8];
	int count = 0;

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &list) != 0)
		return SOCK_NO_NAME;
	for (ai = list; ai != NULL; ai = ai->ai_next)
		count++;
	until_ms = clock_mono_ms() + timeout_ms;
	for (ai = list; ai != NULL && best != SOCK_OPEN; ai = ai->ai_next, count--) {
		/* Each of those left gets its share of the time left. */
		int64_t now_ms = clock_mono_ms(), share_ms = (until_ms - now_ms) / count;
		enum sock_answer answer = try_address(ai, now_ms + (share_ms < 0 ? 0 : share_ms));

		if (answer < best)
			best = answer;
	}
	freeaddrinfo(list);
	return best;
}

bool
sock_network_is_up(void)
{
	struct ifaddrs *list, *i;
	bool up = false;

	/* Unable to ask is no reason to call it down. */
	if (getifaddrs(&list) == -1)
		return true;
	for (i = list; i != NULL; i = i->ifa_next)
		up |= (i->ifa_flags & IFF_LOOPBACK) == 0 && (i->ifa_flags & IFF_UP) != 0 &&
		    (i->ifa_flags & IFF_RUNNING) != 0;
	freeifaddrs(list);
	return up;
}

bool
sock_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return str_eq(host, "localhost");
}
