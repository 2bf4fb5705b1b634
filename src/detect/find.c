/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/find.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

const char *
find(const char *hay, size_t len, const char *needle, size_t n)
{
	if (n == 0)
		return hay;
	if (n > len)
		return NULL;
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8(needle[0]), last = _mm_set1_epi8(needle[n - 1]);
	size_t i = 0;

	for (; i + n <= len; i += 16) {
		if (i + n - 1 + 16 > len) {
			if (len < n - 1 + 16)
				break;
			i = len - (n - 1 + 16); /* the last sixteen, some of them once more */
		}
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(hay + i));
		__m128i z = _mm_loadu_si128((const __m128i *)(const void *)(hay + i + n - 1));
		unsigned at = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first),
		    _mm_cmpeq_epi8(z, last)));

		for (; at != 0; at &= at - 1)
			if (memcmp(hay + i + __builtin_ctz(at), needle, n) == 0)
				return hay + i + __builtin_ctz(at);
	}
	for (; i + n <= len; i++)
		if (hay[i] == needle[0] && memcmp(hay + i, needle, n) == 0)
			return hay + i;
	return NULL;
#else
	return memmem(hay, len, needle, n);
#endif
}
