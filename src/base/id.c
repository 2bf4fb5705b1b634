/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>

void
random_bytes(void *out, size_t len)
{
	unsigned char *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len < 256 ? len : 256, 0);

		if (n <= 0)
			abort(); /* EINTR cannot happen below 257 bytes; no randomness, no ids */
		p += n;
		len -= (size_t)n;
	}
}

char *
hex_encode(const void *data, size_t len, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(const char *hex, void *ret_data, size_t len)
{
	unsigned char *out = ret_data;

	if (strnlen(hex, 2 * len + 1) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/*
 * The 12 bits after the version hold a counter that starts at a random value
 * below half its range in each new millisecond (RFC 9562 §6.2, method 1); when
 * it overflows, the millisecond is borrowed from the future.
 */
char *
id_new(int64_t ms, char out[static ID_SIZE])
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int64_t last_ms;
	static unsigned counter;
	unsigned char b[16];
	char hex[33];
	int64_t at = ms;
	unsigned count;

	random_bytes(b, sizeof(b));
	pthread_mutex_lock(&lock);
	if (ms > last_ms || ms < last_ms - 1000) {
		last_ms = ms;
		counter = (unsigned)(b[6] << 8 | b[7]) & 0x7ff;
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
	at = last_ms;
	count = counter;
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(at >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | count >> 8);
	b[7] = (unsigned char)count;
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	hex_encode(b, sizeof(b), hex);
	snprintf(out, ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return out;
}

bool
id_valid(const char *s)
{
	if (strnlen(s, ID_SIZE) != ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < ID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : hex_value(s[i]) < 0 || (s[i] >= 'A' && s[i] <= 'F'))
			return false;
	}
	return true;
}

char *
code_new(size_t chars, char *out)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char *p = out;

	for (size_t i = 0; i < chars; i++) {
		unsigned char b;

		random_bytes(&b, 1);
		if (i > 0 && i % 4 == 0)
			*p++ = '-';
		*p++ = alphabet[b & 31];
	}
	*p = '\0';
	return out;
}

char *
token_new(size_t bytes, char *out)
{
	unsigned char raw[64];

	if (bytes > sizeof(raw))
		abort();
	random_bytes(raw, bytes);
	return hex_encode(raw, bytes, out);
}
