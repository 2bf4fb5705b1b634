/* SPDX-License-Identifier: Apache-2.0 */
/* What the scanner finds is what looking for each literal finds, whatever the literals and texts. */
#include "base/arena.h"
#include "detect/scan.h"
#include "testing.h"

#define LITERALS 600
#define TEXT     3000

static uint32_t state = 1;

static uint32_t
next(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

struct seen {
	bool found[LITERALS];
	const struct scan_literal *literal;
	const char *text;
};

static void
on_found(void *arg, uint32_t literal, size_t at, size_t len)
{
	struct seen *seen = arg;

	assert_true(literal < LITERALS);
	assert_int_equal(len, seen->literal[literal].len);
	assert_memory_equal(seen->text + at, seen->literal[literal].text, seen->literal[literal].len);
	seen->found[literal] = true;
}

/* Few different bytes, so that much is found; ${shortest} and ${longest} bytes each. */
static void
compare(uint32_t literals, uint32_t shortest, uint32_t longest, uint32_t letters)
{
	static char bytes[LITERALS][64], text[TEXT + SCAN_SLACK];
	struct scan_literal literal[LITERALS];
	struct scan_weights *weights = scan_weights_new();
	size_t len, found = 0;
	void *set;

	for (uint32_t i = 0; i < literals; i++) {
		literal[i] = (struct scan_literal){ bytes[i], shortest + next(longest - shortest + 1) };
		for (uint32_t k = 0; k < literal[i].len; k++)
			bytes[i][k] = (char)(next(letters) * 37);
		scan_weigh(weights, &literal[i]);
	}
	set = scan_compile(literal, literals, weights, &len);
	assert_int_equal(len % SCAN_ALIGN, 0);
	for (int round = 0; round < 20; round++) {
		size_t size = round < 10 ? (size_t)round : next(TEXT);
		struct seen seen = { { false }, literal, text };

		for (size_t i = 0; i < size; i++)
			text[i] = (char)(next(letters) * 37);
		/* What stands behind the text does not count. */
		memcpy(text + size, bytes[0] + literal[0].len / 2, SCAN_SLACK / 2);
		scan_run(set, text, size, on_found, &seen);
		for (uint32_t i = 0; i < literals; i++) {
			bool there = memmem(text, size, literal[i].text, literal[i].len) != NULL;

			assert_int_equal(seen.found[i], there);
			found += there;
		}
	}
	assert_true(found > 0);
	free(set);
	scan_weights_free(weights);
}

static void
finds_what_is_there(void **unused)
{
	(void)unused;
	for (uint32_t letters = 2; letters < 8; letters += 2)
		for (uint32_t shortest = 1; shortest < 9; shortest++) {
			compare(1 + next(20), shortest, shortest, letters < 4 || shortest > 3 ? 2 : letters);
			compare(LITERALS, shortest, shortest + 6, letters);
		}
}

static void
nothing_is_found_in_nothing(void **unused)
{
	struct scan_literal literal[] = { { "a", 1 }, { "abcd", 4 }, { "bc", 2 } };
	struct scan_weights *weights = scan_weights_new();
	char text[SCAN_SLACK] = "abcdefg";
	struct seen seen = { { false }, literal, text };
	size_t len;
	void *set = scan_compile(literal, 3, weights, &len);

	(void)unused;
	scan_run(set, text, 0, on_found, &seen);
	assert_false(seen.found[0] || seen.found[1] || seen.found[2]);
	scan_run(set, text, 3, on_found, &seen);
	assert_true(seen.found[0] && !seen.found[1] && seen.found[2]);
	free(set);
	scan_weights_free(weights);
}

TEST_MAIN(cmocka_unit_test(finds_what_is_there), cmocka_unit_test(nothing_is_found_in_nothing))
