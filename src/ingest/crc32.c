/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

/*
 * Folding by carry-less multiplication: V. Gopal et al., "Fast CRC Computation for Generic Polynomials
 * Using PCLMULQDQ Instruction", Intel, 2009; the constants are those of the reflected polynomial.
 * ${len} is a multiple of 16 and at least 64; ${state} is the inverted sum, in and out.
 */
__attribute__((target("pclmul,sse4.1"))) static uint32_t
fold(uint32_t state, const uint8_t *p, size_t len)
{
	const __m128i k1k2 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
	const __m128i k3k4 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
	const __m128i k5 = _mm_set_epi64x(0, 0x0163cd6124), poly = _mm_set_epi64x(0x01f7011641, 0x01db710641);
	const __m128i low = _mm_setr_epi32(~0, 0, ~0, 0);
	__m128i x[4], t;

	for (int i = 0; i < 4; i++)
		x[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
	x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)state));
	for (p += 64, len -= 64; len >= 64; p += 64, len -= 64) {
		for (int i = 0; i < 4; i++) {
			t = _mm_clmulepi64_si128(x[i], k1k2, 0x00);
			x[i] = _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x[i], k1k2, 0x11), t),
			    _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)));
		}
	}
	for (int i = 1; i < 4; i++) {
		t = _mm_clmulepi64_si128(x[0], k3k4, 0x00);
		x[0] = _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x[0], k3k4, 0x11), t), x[i]);
	}
	for (; len >= 16; p += 16, len -= 16) {
		t = _mm_clmulepi64_si128(x[0], k3k4, 0x00);
		x[0] = _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x[0], k3k4, 0x11), t),
		    _mm_loadu_si128((const __m128i *)(const void *)p));
	}
	/* 128 bits to 64, to 32. */
	t = _mm_clmulepi64_si128(x[0], k3k4, 0x10);
	x[0] = _mm_xor_si128(_mm_srli_si128(x[0], 8), t);
	t = _mm_srli_si128(x[0], 4);
	x[0] = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(x[0], low), k5, 0x00), t);
	t = _mm_clmulepi64_si128(_mm_and_si128(x[0], low), poly, 0x10);
	t = _mm_clmulepi64_si128(_mm_and_si128(t, low), poly, 0x00);
	return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x[0], t), 1);
}

static bool
can_fold(void)
{
	return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}
#else
static uint32_t
fold(uint32_t state, const uint8_t *p, size_t len)
{
	(void)p;
	(void)len;
	return state;
}

static bool
can_fold(void)
{
	return false;
}
#endif

uint32_t
crc32_of(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t whole = len & ~(size_t)15;

	if (whole >= 64 && can_fold()) {
		crc = ~fold(~crc, p, whole);
		p += whole;
		len -= whole;
	}
	return len == 0 ? crc : (uint32_t)crc32_z(crc, p, len);
}
