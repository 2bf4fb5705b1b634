/* SPDX-License-Identifier: Apache-2.0 */
/* Every beginning of two bytes with every third and fourth that matters, against RFC 3629 as it is written. */
#include "base/utf8.h"

#include "testing.h"

static bool
within(unsigned char c, unsigned char from, unsigned char to)
{
	return c >= from && c <= to;
}

/* The syntax of section 4, line by line. */
static size_t
by_the_book(const unsigned char *p, size_t len)
{
	static const unsigned char line[][8] = {
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
	};

	if (len > 0 && p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(line); i++) {
		size_t n = line[i][4];
		bool fits = len >= n && within(p[0], line[i][0], line[i][1]) && within(p[1], line[i][2], line[i][3]);

		for (size_t k = 2; fits && k < n; k++)
			fits = within(p[k], 0x80, 0xbf);
		if (fits)
			return n;
	}
	return 0;
}

static void
length_is_by_the_book(void **state)
{
	static const unsigned char edge[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };

	(void)state;
	for (unsigned head = 0; head < 0x10000; head++)
		for (size_t e = 0; e < ARRAY_LEN(edge) * ARRAY_LEN(edge); e++)
			for (size_t len = 0; len <= 4; len++) {
				const unsigned char p[4] = { (unsigned char)(head >> 8), (unsigned char)head,
					edge[e / ARRAY_LEN(edge)], edge[e % ARRAY_LEN(edge)] };

				if (utf8_length((const char *)p, len) != by_the_book(p, len))
					fail_msg("%02x %02x %02x %02x, %zu bytes", p[0], p[1], p[2], p[3], len);
			}
}

static void
what_is_written_is_read(void **state)
{
	char text[4];
	uint32_t back;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		size_t n = utf8_encode(cp, text);

		if (cp >= 0xd800 && cp <= 0xdfff) {
			assert_int_equal(utf8_decode(text, n, &back), 0);
			continue;
		}
		if (utf8_decode(text, n, &back) != n || back != cp)
			fail_msg("U+%04X", cp);
		if (utf8_valid(text, n) != (cp != 0))
			fail_msg("U+%04X is not judged right", cp);
	}
}

TEST_MAIN(cmocka_unit_test(length_is_by_the_book), cmocka_unit_test(what_is_written_is_read))
