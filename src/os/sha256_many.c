/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256_many.c: many hashes at once, two side by side where the processor has the SHA
 * instructions: each of these waits for the one before, so a second text costs little
 * more than the first (doc/decisions/0011).  Elsewhere one after the other, by OpenSSL.
 */
#include "os/sha256.h"

static void
one_by_one(const struct sha256_job *job, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sha256(job[i].data, job[i].len, job[i].ret);
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <endian.h>
#include <immintrin.h>
#include <stdatomic.h>

#define BLOCK 64
#define LANES 2
#define WITH_SHA __attribute__((target("sha,sse4.1")))
#define INLINE_SHA static inline __attribute__((always_inline, target("sha,sse4.1")))

static const _Alignas(16) uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* A text under way; the state in the order of the instructions: words a b e f and c d g h. */
struct lane {
	__m128i abef, cdgh;
	const uint8_t *at;    /* the blocks to come, first of the text, then of its end */
	size_t blocks;
	size_t tail_blocks;   /* still to come after these */
	uint8_t *ret;         /* NULL: the lane is empty */
	uint8_t tail[2 * BLOCK];
};

INLINE_SHA __m128i
load(const uint8_t *at)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), big_endian);
}

/* Four rounds of a lane. */
INLINE_SHA void
rounds(__m128i *abef, __m128i *cdgh, __m128i words, size_t i)
{
	__m128i sum = _mm_add_epi32(words,
	    _mm_load_si128((const __m128i *)(const void *)&constants[4 * i]));

	*cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
	*abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* The four words of the schedule that follow these sixteen. */
INLINE_SHA __m128i
follow(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
	return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1),
	    _mm_alignr_epi8(w3, w2, 4)), w3);
}

#define ROUNDS(w, i) \
	do { \
		rounds(&a0, &c0, w##_0, (i)); \
		rounds(&a1, &c1, w##_1, (i)); \
	} while (0)
#define FOLLOW(w, x, y, z) \
	do { \
		w##_0 = follow(w##_0, x##_0, y##_0, z##_0); \
		w##_1 = follow(w##_1, x##_1, y##_1, z##_1); \
	} while (0)

/* ${n} blocks of each lane. */
static WITH_SHA void
compress(struct lane *zero, struct lane *one, size_t n)
{
	__m128i a0 = zero->abef, c0 = zero->cdgh, a1 = one->abef, c1 = one->cdgh;
	const uint8_t *p = zero->at, *q = one->at;

	for (size_t b = 0; b < n; b++, p += BLOCK, q += BLOCK) {
		__m128i w_0 = load(p), x_0 = load(p + 16), y_0 = load(p + 32), z_0 = load(p + 48);
		__m128i w_1 = load(q), x_1 = load(q + 16), y_1 = load(q + 32), z_1 = load(q + 48);
		const __m128i a0_before = a0, c0_before = c0, a1_before = a1, c1_before = c1;

		for (size_t i = 0; i < 12; i += 4) {
			ROUNDS(w, i);
			FOLLOW(w, x, y, z);
			ROUNDS(x, i + 1);
			FOLLOW(x, y, z, w);
			ROUNDS(y, i + 2);
			FOLLOW(y, z, w, x);
			ROUNDS(z, i + 3);
			FOLLOW(z, w, x, y);
		}
		ROUNDS(w, 12);
		ROUNDS(x, 13);
		ROUNDS(y, 14);
		ROUNDS(z, 15);
		a0 = _mm_add_epi32(a0, a0_before);
		c0 = _mm_add_epi32(c0, c0_before);
		a1 = _mm_add_epi32(a1, a1_before);
		c1 = _mm_add_epi32(c1, c1_before);
	}
	zero->abef = a0, zero->cdgh = c0, zero->at = p;
	one->abef = a1, one->cdgh = c1, one->at = q;
}

/* The end of a text: what fills no block, a bit, nothing, and the length in bits. */
static WITH_SHA void
begin(struct lane *lane, const struct sha256_job *job)
{
	size_t rest = job->len % BLOCK, size = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	uint64_t bits = htobe64((uint64_t)job->len * 8);

	lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
	lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
	memset(lane->tail, 0, size);
	if (rest > 0)
		memcpy(lane->tail, (const uint8_t *)job->data + job->len - rest, rest);
	lane->tail[rest] = 0x80;
	memcpy(lane->tail + size - sizeof(bits), &bits, sizeof(bits));
	lane->at = job->data;
	lane->blocks = job->len / BLOCK;
	lane->tail_blocks = size / BLOCK;
	lane->ret = job->ret;
}

static WITH_SHA void
end(struct lane *lane)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i feba = _mm_shuffle_epi32(lane->abef, 0x1b), dchg = _mm_shuffle_epi32(lane->cdgh, 0xb1);
	__m128i abcd = _mm_blend_epi16(feba, dchg, 0xf0), efgh = _mm_alignr_epi8(dchg, feba, 8);

	_mm_storeu_si128((__m128i *)(void *)lane->ret, _mm_shuffle_epi8(abcd, big_endian));
	_mm_storeu_si128((__m128i *)(void *)(lane->ret + 16), _mm_shuffle_epi8(efgh, big_endian));
	lane->ret = NULL;
}

/* Makes the lane have blocks to come: the end of its text, or the next text.  False: there is none. */
static bool
refill(struct lane *lane, const struct sha256_job **next, const struct sha256_job *last)
{
	while (lane->blocks == 0) {
		if (lane->ret != NULL && lane->tail_blocks > 0) {
			lane->at = lane->tail;
			lane->blocks = lane->tail_blocks;
			lane->tail_blocks = 0;
			continue;
		}
		if (lane->ret != NULL)
			end(lane);
		if (*next == last)
			return false;
		begin(lane, (*next)++);
	}
	return true;
}

static void
side_by_side(const struct sha256_job *job, size_t n)
{
	const struct sha256_job *last = job + n;
	struct lane lane[LANES], idle;

	lane[0].blocks = lane[1].blocks = 0;
	lane[0].ret = lane[1].ret = NULL;
	for (;;) {
		bool zero = refill(&lane[0], &job, last), one = refill(&lane[1], &job, last);
		struct lane *a = zero ? &lane[0] : &lane[1], *b = zero && one ? &lane[1] : &idle;
		size_t blocks;

		if (!zero && !one)
			return;
		/* Beside the last one its own blocks are hashed once more, for nobody. */
		if (b == &idle) {
			idle.abef = a->abef, idle.cdgh = a->cdgh, idle.at = a->at;
			idle.blocks = a->blocks;
		}
		blocks = a->blocks < b->blocks ? a->blocks : b->blocks;
		compress(a, b, blocks);
		a->blocks -= blocks;
		b->blocks -= blocks;
	}
}

static bool
ask_processor(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 29)) != 0;
}

/* Asking is slow in a virtual machine, which answers itself: once. */
static bool
has_sha(void)
{
	enum { NOT_ASKED, NO, YES };
	static atomic_int known;

	if (atomic_load(&known) == NOT_ASKED)
		atomic_store(&known, ask_processor() ? YES : NO);
	return atomic_load(&known) == YES;
}

void
sha256_many(const struct sha256_job *job, size_t n)
{
	if (n > 1 && has_sha())
		side_by_side(job, n);
	else
		one_by_one(job, n);
}

#else

void
sha256_many(const struct sha256_job *job, size_t n)
{
	one_by_one(job, n);
}

#endif
