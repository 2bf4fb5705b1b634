/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <endian.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight digits at once: each half of a byte in a byte of its own, the first in the lowest. */
static void
encode_four(const unsigned char *p, char *out)
{
	uint32_t four;
	uint64_t w;

	memcpy(&four, p, sizeof(four));
	w = le32toh(four);
	w = (w | w << 16) & UINT64_C(0x0000ffff0000ffff);
	w = (w | w << 8) & UINT64_C(0x00ff00ff00ff00ff);
	w = (w >> 4 & UINT64_C(0x000f000f000f000f)) | (w & UINT64_C(0x000f000f000f000f)) << 8;
	w += EACH('0') + ((w + EACH(6)) >> 4 & EACH(1)) * ('a' - '0' - 10);
	w = htole64(w);
	memcpy(out, &w, sizeof(w));
}

#ifdef __SSE2__
/* The same of sixteen bytes. */
static void
encode_sixteen(const unsigned char *p, char *out)
{
	const __m128i half = _mm_set1_epi8(15), nine = _mm_set1_epi8(9), zero = _mm_set1_epi8('0'),
	    letter = _mm_set1_epi8('a' - '0' - 10);
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i high = _mm_and_si128(_mm_srli_epi16(v, 4), half), low = _mm_and_si128(v, half);
	__m128i digits[2] = { _mm_unpacklo_epi8(high, low), _mm_unpackhi_epi8(high, low) };

	for (int i = 0; i < 2; i++)
		_mm_storeu_si128((__m128i *)(void *)(out + 16 * i), _mm_add_epi8(_mm_add_epi8(digits[i], zero),
		    _mm_and_si128(_mm_cmpgt_epi8(digits[i], nine), letter)));
}
#endif

char *
hex_encode(const void *data, size_t len, char *out)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *p = data;
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= len; i += 16)
		encode_sixteen(p + i, out + 2 * i);
#endif
	for (; i + 4 <= len; i += 4)
		encode_four(p + i, out + 2 * i);
	for (; i < len; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Eight digits at once, the first in the lowest byte; false when one is none. */
static bool
decode_eight(uint64_t w, uint32_t *ret)
{
	uint64_t digit = w ^ EACH(0x30), letter = w ^ EACH(0x60), is_digit, is_letter;

	if ((w & EACH(0x80)) != 0)
		return false;
	/* No sum below carries into the next byte: its operands are less than 0x80. */
	is_digit = ~(digit + EACH(0x80 - 10));
	is_letter = ~(letter + EACH(0x80 - 7)) & (letter + EACH(0x7f));
	if (((is_digit | is_letter) & EACH(0x80)) != EACH(0x80))
		return false;
	w = (w & EACH(0x0f)) + 9 * (is_letter >> 7 & EACH(1));
	w = (w << 4 | w >> 8) & UINT64_C(0x00ff00ff00ff00ff);
	w = (w | w >> 8) & UINT64_C(0x0000ffff0000ffff);
	*ret = (uint32_t)(w | w >> 16);
	return true;
}

bool
hex_decode(const char *hex, void *ret_data, size_t len)
{
	unsigned char *out = ret_data;
	size_t n = 2 * len, i = 0;

	if (strnlen(hex, n + 1) != n)
		return false;
	for (; i < n; i += 8) {
		uint64_t w = EACH('0');
		uint32_t four;

		memcpy(&w, hex + i, n - i < 8 ? n - i : 8);
		if (!decode_eight(le64toh(w), &four))
			return false;
		four = htole32(four);
		memcpy(out + i / 2, &four, n - i < 8 ? (n - i) / 2 : 4);
	}
	return true;
}

/* Random bytes of an id, which is no secret: one question to the kernel is enough for many. */
static void
some_bytes(unsigned char ret[static 16])
{
	static _Thread_local unsigned char pool[256];
	static _Thread_local size_t left;

	if (left == 0) {
		random_bytes(pool, sizeof(pool));
		left = sizeof(pool);
	}
	left -= 16;
	memcpy(ret, pool + left, 16);
}

/* Where one clock stands. */
struct stand {
	int64_t ms, used;
	unsigned counter;
};

#define NEAR_MS 60000

/*
 * The product's clock may be a test clock far from the machine's, and ids are made by
 * both in turn: each keeps its own stand, so that its ids go on ascending.
 */
static struct stand *
stand_of(int64_t ms)
{
	static struct stand stands[2];
	static int64_t uses;
	struct stand *s = stands[0].used < stands[1].used ? &stands[0] : &stands[1];

	for (int i = 0; i < 2; i++)
		if (ms - stands[i].ms <= NEAR_MS && stands[i].ms - ms <= NEAR_MS)
			s = &stands[i];
	s->used = ++uses;
	return s;
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
	unsigned char b[16];
	struct stand *s;
	char hex[33], *p = out;
	int64_t at;
	unsigned count;

	some_bytes(b);
	pthread_mutex_lock(&lock);
	s = stand_of(ms);
	if (ms > s->ms || ms < s->ms - 1000) {
		s->ms = ms;
		s->counter = (unsigned)(b[6] << 8 | b[7]) & 0x7ff;
	} else if (++s->counter > 0xfff) {
		s->ms++;
		s->counter = 0;
	}
	at = s->ms;
	count = s->counter;
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(at >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | count >> 8);
	b[7] = (unsigned char)count;
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	hex_encode(b, sizeof(b), hex);
	for (int i = 0; i <= 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			*p++ = '-';
		*p++ = hex[i];
	}
	return out;
}

bool
id_valid(const char *s)
{
	if (strnlen(s, ID_SIZE) != ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < ID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !is_hex(s[i]))
			return false;
	}
	return true;
}

char *
code_new(size_t chars, char *out)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char b[64];
	char *p = out;

	if (chars > sizeof(b))
		abort();
	random_bytes(b, chars);
	for (size_t i = 0; i < chars; i++) {
		if (i > 0 && i % 4 == 0)
			*p++ = '-';
		*p++ = alphabet[b[i] & 31];
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
