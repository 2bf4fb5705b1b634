/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of expressions before they are searched for. */
#include "testing.h"

#include "base/arena.h"
#include "detect/lower.h"
#include "detect/regex.h"

/* Pieces as "a b|c": one space behind the other, alternatives apart. */
static const char *
pieces(struct arena *arena, const char *pattern)
{
	size_t len, n = 0;
	bool all;
	const char *p = regex_pieces(arena, pattern, &len, &all);
	char *ret = arena_alloc(arena, 1000);

	if (p == NULL)
		return "?";
	for (; *p != 0; p++) {
		for (; *p != 0; p += 1 + *p) {
			memcpy(ret + n, p + 1, (size_t)*p);
			n += (size_t)*p;
			ret[n++] = ' ';
		}
		ret[n - 1] = '|';
	}
	ret[n - 1] = '\0';
	return ret;
}

static void
pieces_follow_each_other(void **state)
{
	static const char *const want[][2] = {
		{ "\\+.*\\+.*\\+", "+ + +" }, { "Set-.*Ex.{1,9}ab", "set- ex ab" }, { "\\w+`(\\w+|-|.)`[\\w+|\\s]", "` `" },
		{ "ab?c+d*e", "a c e" }, { "x(foo)y", "x foo y" }, { "x(foo)?y", "x y" }, { "x(a|b)y", "x y" },
		{ "one.*two|three", "one two|three" }, { "a|.*", "?" }, { "a(?=b)c", "?" },
		{ "^\\d{2}:end$", ":end" }, { "a{0,3}b{2,}", "b" }, { "\\x41b", "?" }, { "(?i)AbC", "abc" }, { "\xc4\x91x", "x" },
		{ "(a.*b|c)d", "d" }, { "a(?:b(?:cd)d)e", "a cd e" },
	};
	struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(pieces(&arena, want[i][0]), want[i][1]);
	arena_clear(&arena);
}

static bool
finds(const char *pattern, bool ignorecase, const char *text)
{
	struct regex_thread *t = regex_thread_new();
	struct arena arena = ARENA_INIT;
	struct regex *regex = NULL;
	bool limited = false, found;
	char *low = arena_alloc(&arena, LOWER_ROOM_UTF8(strlen(text)));
	size_t n = lower_utf8(text, strlen(text), low);

	assert_int_equal(regex_compile(pattern, ignorecase, false, false, &regex, NULL), 0);
	found = regex_may(regex, (struct text){ low, n }) &&
	    regex_find(regex, t, (struct text){ text, strlen(text) }, &limited);
	assert_false(limited);
	regex_free(regex);
	regex_thread_free(t);
	arena_clear(&arena);
	return found;
}

static void
what_pieces_decide_is_right(void **state)
{
	(void)state;
	assert_true(finds("ab.*ba|x{3}", true, "aBBa"));
	assert_false(finds("ab.*ba|x{3}", true, "aba"));
	assert_false(finds("ab.*ba", true, "baab"));
	assert_true(finds("ab.*ba|x{3}", true, "..xxx"));
	assert_false(finds("ab.*ba|x{3}", true, ""));
	/* Letters as they are written, lines, and other letters with the same small ones. */
	assert_false(finds("Ab.*c", false, "ab c"));
	assert_true(finds("Ab.*c", false, "Ab c"));
	assert_false(finds("a.*b", true, "a\nb"));
	assert_true(finds("\\+.*\\+", false, "1+2+3"));
	assert_true(finds("k.*k", true, "\xe2\x84\xaa K"));
	assert_false(finds("k.*k", false, "\xe2\x84\xaa k"));
	assert_false(finds("a.*+b", true, "a b"));
	assert_true(finds("a.*?b", true, "a b"));
	/* As long as can be found, and a byte less; letters of several bytes count as one. */
	assert_true(finds("[a-f]{4}\\d", true, "..ABCD7"));
	assert_true(finds("[a-f]{4}\\d", true, "abcd7"));
	assert_false(finds("[a-f]{4}\\d", true, "bcd7"));
	assert_true(finds("\\w{3}$", false, "ab_"));
	assert_false(finds("....", false, "\xc4\x91\xc4\x91\xc4\x91"));
	assert_true(finds("...", false, "\xc4\x91\xc4\x91\xc4\x91"));
	assert_true(finds("(?=abc)a?", false, "abc"));
	assert_true(finds("x*", false, ""));
	/* Backtracking would take its time over this one. */
	assert_true(finds("\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+", false,
	    "aaaaaaaaaaaaaaaaaaaa+aaaaaaaaaaaa+a+a+a+aaaaaaaaa+aaaaaaaaa+aaaaaaaa+a+a+aa+a+aa+aaaaaaaaaaaaa+aaaa"));
}

TEST_MAIN(cmocka_unit_test(pieces_follow_each_other), cmocka_unit_test(what_pieces_decide_is_right))
