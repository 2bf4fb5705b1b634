/* SPDX-License-Identifier: Apache-2.0 */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

_Static_assert(sizeof(((struct address *)0)->sa) == sizeof(struct sockaddr_storage), "room");

static int
bad_address(const char *key, const char *text, struct err *err)
{
	return err_fail(err, ERR_INVALID, key, NULL, "address", text, NULL, NULL);
}

static bool
parse_port(const char *text, in_port_t *ret)
{
	unsigned long port = 0;

	if (*text == '\0' || strlen(text) > 5)
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		port = port * 10 + (unsigned long)(*p - '0');
	}
	if (port > 65535)
		return false;
	*ret = htons((in_port_t)port);
	return true;
}

static bool
fill(const char *host, in_port_t port, struct address *ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = port };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = port };

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		memcpy(ret->sa, &in, sizeof(in));
		ret->len = sizeof(in);
		return true;
	}
	if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
		memcpy(ret->sa, &in6, sizeof(in6));
		ret->len = sizeof(in6);
		return true;
	}
	return false;
}

int
address_parse(const char *text, struct address *ret, struct err *err)
{
	char host[ADDRESS_TEXT_SIZE];
	const char *colon = strrchr(text, ':');
	const char *start = text;
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	in_port_t port;

	if (!parse_port(colon == NULL ? text : colon + 1, &port) || len >= sizeof(host))
		return bad_address("http.listen_address", text, err);
	if (len >= 2 && start[0] == '[' && start[len - 1] == ']') {
		start++;
		len -= 2;
	} else if (memchr(text, ':', len) != NULL) {
		/* An IPv6 address without brackets: where it ends cannot be told. */
		return bad_address("http.listen_address", text, err);
	}
	memcpy(host, start, len);
	host[len] = '\0';
	if (len == 0)
		strcpy(host, colon == NULL ? "127.0.0.1" : "0.0.0.0");
	if (!fill(host, port, ret))
		return bad_address("http.listen_address", text, err);
	return 0;
}

/* The address as 16 bytes, IPv4 mapped. */
static bool
to_bytes(const struct sockaddr *sa, uint8_t out[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		memcpy(out, mapped, sizeof(mapped));
		memcpy(out + 12, &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		memcpy(out, &in6.sin6_addr, 16);
		return true;
	}
	return false;
}

static bool
is_mapped(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

bool
address_is_loopback(const struct address *a)
{
	static const uint8_t one[16] = { [15] = 1 };
	uint8_t bytes[16];

	if (!to_bytes((const struct sockaddr *)a->sa, bytes))
		return false;
	return (is_mapped(bytes) && bytes[12] == 127) || memcmp(bytes, one, 16) == 0;
}

bool
address_is_any(const struct address *a)
{
	static const uint8_t zero[16];
	uint8_t bytes[16];

	if (!to_bytes((const struct sockaddr *)a->sa, bytes))
		return false;
	return (is_mapped(bytes) && memcmp(bytes + 12, zero, 4) == 0) ||
	       memcmp(bytes, zero, 16) == 0;
}

int
address_port(const struct address *a)
{
	if (((const struct sockaddr *)a->sa)->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, a->sa, sizeof(in6));
		return ntohs(in6.sin6_port);
	}
	struct sockaddr_in in;

	memcpy(&in, a->sa, sizeof(in));
	return ntohs(in.sin_port);
}

char *
address_host(const struct sockaddr *sa, char out[static ADDRESS_TEXT_SIZE])
{
	uint8_t bytes[16];

	out[0] = '\0';
	if (!to_bytes(sa, bytes))
		return out;
	if (is_mapped(bytes))
		inet_ntop(AF_INET, bytes + 12, out, ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT_SIZE);
	return out;
}

char *
address_text(const struct sockaddr *sa, char out[static ADDRESS_TEXT_SIZE])
{
	char host[ADDRESS_TEXT_SIZE];
	struct address a = { .len = sizeof(struct sockaddr_in6) };

	memcpy(a.sa, sa,
	    sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	address_host(sa, host);
	snprintf(out, ADDRESS_TEXT_SIZE, strchr(host, ':') != NULL ? "[%.46s]:%d" : "%.46s:%d",
	    host, address_port(&a));
	return out;
}

static bool
host_bytes(const char *host, uint8_t out[16])
{
	struct address a;

	return fill(host, 0, &a) && to_bytes((const struct sockaddr *)a.sa, out);
}

int
address_block_parse(const char *text, struct address_block *ret, struct err *err)
{
	char host[ADDRESS_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	struct address_block block = { .prefix = 128 };
	in_port_t bits;
	unsigned base;

	if (len >= sizeof(host))
		return bad_address("http.proxy_address", text, err);
	memcpy(host, text, len);
	host[len] = '\0';
	if (!host_bytes(host, block.bytes))
		return bad_address("http.proxy_address", text, err);
	base = strchr(host, ':') == NULL ? 96 : 0;
	if (slash != NULL) {
		if (!parse_port(slash + 1, &bits) || ntohs(bits) > 128 - base)
			return bad_address("http.proxy_address", text, err);
		block.prefix = base + ntohs(bits);
	}
	*ret = block;
	return 0;
}

static bool
block_has(const struct address_block *block, const uint8_t bytes[16])
{
	unsigned whole = block->prefix / 8, rest = block->prefix % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (memcmp(block->bytes, bytes, whole) != 0)
		return false;
	return rest == 0 || ((block->bytes[whole] ^ bytes[whole]) & mask) == 0;
}

bool
address_in(const char *host, const struct address_block *block, size_t count)
{
	uint8_t bytes[16];

	if (!host_bytes(host, bytes))
		return false;
	for (size_t i = 0; i < count; i++)
		if (block_has(&block[i], bytes))
			return true;
	return false;
}

char *
address_key(const char *host, char out[static ADDRESS_TEXT_SIZE])
{
	uint8_t bytes[16];

	if (!host_bytes(host, bytes)) {
		snprintf(out, ADDRESS_TEXT_SIZE, "%.40s", host);
		return out;
	}
	if (is_mapped(bytes)) {
		inet_ntop(AF_INET, bytes + 12, out, ADDRESS_TEXT_SIZE);
		return out;
	}
	memset(bytes + 8, 0, 8);
	inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT_SIZE - 4);
	strcat(out, "/64");
	return out;
}
