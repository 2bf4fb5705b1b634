/* SPDX-License-Identifier: Apache-2.0 */
/* regex.c: PCRE2 (pcre2api(3)). */
#include "detect/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "detect/find.h"

/* Steps of backtracking on one value, and KiB of heap; rules that are meant well need a thousandth. */
#define MATCH_LIMIT 300000
#define DEPTH_LIMIT 20000
#define HEAP_KIB    8192
#define STACK_MAX   ((size_t)512 << 10)
#define PATTERN_MAX ((size_t)1 << 16)

/*
 * PCRE2 10.42 compiled for texts that may be no UTF-8 (PCRE2_MATCH_INVALID_UTF) does not find \S, \W and \D
 * in letters of several bytes when it runs as machine code: only the interpreter gets those texts.
 */
struct regex {
	pcre2_code *code;  /* for UTF-8 */
	pcre2_code *loose; /* for other bytes */
	bool fast;         /* code is machine code, too */
	uint32_t least;    /* characters of what it finds */
	char *pieces;   /* regex_pieces(); NULL: none are known */
	bool is_pieces; /* it asks for these and nothing else */
};

struct regex_thread {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static bool
has_letters(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] >= 'a' && s[i] <= 'z')
			return true;
	return false;
}

static void
keep_pieces(struct regex *regex, const char *pattern, bool ignorecase)
{
	struct arena arena = ARENA_INIT;
	size_t len;
	bool all;
	const char *pieces = regex_pieces(&arena, pattern, &len, &all);

	if (pieces != NULL) {
		regex->pieces = memcpy(xmalloc(len), pieces, len);
		regex->is_pieces = all && (ignorecase || !has_letters(pieces, len));
	}
	arena_clear(&arena);
}

int
regex_compile(const char *pattern, bool ignorecase, bool multiline, bool dotall, struct regex **ret,
    struct err *err)
{
	uint32_t flags = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | (ignorecase ? PCRE2_CASELESS : 0) |
	    (multiline ? PCRE2_MULTILINE : 0) | (dotall ? PCRE2_DOTALL : 0);
	PCRE2_SIZE offset = 0;
	int code;
	pcre2_code *compiled = strlen(pattern) > PATTERN_MAX ? NULL
	    : pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &code, &offset, NULL);

	if (compiled == NULL) {
		PCRE2_UCHAR reason[160] = "too long";

		if (strlen(pattern) <= PATTERN_MAX)
			pcre2_get_error_message(code, reason, sizeof(reason));
		err_fail(err, ERR_INVALID, "detect.regex", NULL, "reason", (const char *)reason, NULL, NULL);
		err_argi(err, "offset", (int64_t)offset);
		return ERR_INVALID;
	}
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->code = compiled;
	/* Where there is no compiler for this machine the interpreter does it. */
	(*ret)->fast = pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == 0;
	pcre2_pattern_info(compiled, PCRE2_INFO_MINLENGTH, &(*ret)->least);
	(*ret)->loose = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    flags | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
	if ((*ret)->loose == NULL)
		abort();
	keep_pieces(*ret, pattern, ignorecase);
	return 0;
}

void
regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_code_free(regex->code);
	pcre2_code_free(regex->loose);
	free(regex->pieces);
	free(regex);
}

struct regex_thread *
regex_thread_new(void)
{
	struct regex_thread *t = xcalloc(1, sizeof(*t));

	t->data = pcre2_match_data_create(1, NULL);
	t->context = pcre2_match_context_create(NULL);
	if (t->data == NULL || t->context == NULL)
		abort();
	pcre2_set_match_limit(t->context, MATCH_LIMIT);
	pcre2_set_depth_limit(t->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(t->context, HEAP_KIB);
	t->stack = pcre2_jit_stack_create(32 << 10, STACK_MAX, NULL);
	if (t->stack != NULL)
		pcre2_jit_stack_assign(t->context, NULL, t->stack);
	return t;
}

void
regex_thread_free(struct regex_thread *t)
{
	if (t == NULL)
		return;
	pcre2_match_data_free(t->data);
	pcre2_match_context_free(t->context);
	pcre2_jit_stack_free(t->stack);
	free(t);
}

/* Whether of one alternative all pieces are there, one behind the other. */
static bool
has_pieces(const struct regex *regex, struct text low)
{
	const unsigned char *p = (const unsigned char *)regex->pieces;

	for (; *p != 0; p++) {
		const char *at = low.at;
		size_t left = low.len;

		for (; *p != 0; p += 1 + *p) {
			const char *found = at == NULL ? NULL : find(at, left, (const char *)p + 1, *p);

			if (found != NULL)
				left -= (size_t)(found - at) + *p;
			at = found == NULL ? NULL : found + *p;
		}
		if (at != NULL)
			return true;
	}
	return false;
}

/* Nothing in it that letters' kinds, or ends of lines, could make a difference with. */
static bool
is_plain(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] >= 0x80 || ((unsigned char)text.at[i] < 0x20 && text.at[i] != '\t'))
			return false;
	return true;
}

static bool
is_ascii(struct text text)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + sizeof(word) <= text.len; i += sizeof(word)) {
		memcpy(&word, text.at + i, sizeof(word));
		all |= word;
	}
	for (; i < text.len; i++)
		all |= (unsigned char)text.at[i];
	return (all & UINT64_C(0x8080808080808080)) == 0;
}

bool
regex_may(const struct regex *regex, struct text low)
{
	return low.len >= regex->least && (regex->pieces == NULL || has_pieces(regex, low));
}

bool
regex_find(const struct regex *regex, struct regex_thread *t, struct text text, bool *ret_limited)
{
	bool ascii;
	int n;

	if (regex->is_pieces && is_plain(text))
		return true;
	/* The library's own look at whether it is UTF-8, and at what it was called with, takes longer than most searches. */
	ascii = is_ascii(text);
	n = ascii && regex->fast ? pcre2_jit_match(regex->code, (PCRE2_SPTR)text.at, text.len, 0, 0, t->data, t->context)
	    : pcre2_match(regex->code, (PCRE2_SPTR)text.at, text.len, 0, ascii ? PCRE2_NO_UTF_CHECK : 0, t->data,
	    t->context);
	if (n <= PCRE2_ERROR_UTF8_ERR1 && n >= PCRE2_ERROR_UTF8_ERR21)
		n = pcre2_match(regex->loose, (PCRE2_SPTR)text.at, text.len, 0, 0, t->data, t->context);
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		*ret_limited = true;
	return n >= 0;
}
