/* SPDX-License-Identifier: Apache-2.0 */
/* regex.c: PCRE2 (pcre2api(3)). */
#include "detect/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

/* Steps of backtracking on one value, and KiB of heap; rules that are meant well need a thousandth. */
#define MATCH_LIMIT 300000
#define DEPTH_LIMIT 20000
#define HEAP_KIB    8192
#define STACK_MAX   ((size_t)512 << 10)
#define PATTERN_MAX ((size_t)1 << 16)

struct regex {
	pcre2_code *code;
};

struct regex_thread {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

int
regex_compile(const char *pattern, bool ignorecase, bool multiline, bool dotall, struct regex **ret,
    struct err *err)
{
	uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
	    (ignorecase ? PCRE2_CASELESS : 0) | (multiline ? PCRE2_MULTILINE : 0) |
	    (dotall ? PCRE2_DOTALL : 0);
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
	/* Where there is no compiler for this machine the interpreter does it. */
	pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->code = compiled;
	return 0;
}

void
regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_code_free(regex->code);
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

bool
regex_find(const struct regex *regex, struct regex_thread *t, const char *s, size_t len, bool *ret_limited)
{
	int n = pcre2_match(regex->code, (PCRE2_SPTR)s, len, 0, 0, t->data, t->context);

	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		*ret_limited = true;
	return n >= 0;
}
