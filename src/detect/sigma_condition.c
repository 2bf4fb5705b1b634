/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigma_condition.c: or < and < not < (1|any|all) of (them|pattern) < ( )
 */
#include <strings.h>

#include "detect/sigma_part.h"

struct parser {
	struct sigma_reader *r;
	const struct yaml_node *node;
	const struct sigma_searches *searches;
	const char *at;
	const char *word; /* the word being looked at, not ended by NUL */
	size_t len;
	size_t words, depth;
};

/* Looks at the next word: a name, a parenthesis, a bar, or nothing at the end. */
static void
advance(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
	p->word = p->at;
	p->len = *p->at == '\0' ? 0 : strchr("()|", *p->at) != NULL ? 1 : strcspn(p->at, " \t\r\n()|");
	p->at += p->len;
	p->words++;
}

static bool
is(const struct parser *p, const char *word)
{
	return p->len == strlen(word) && strncasecmp(p->word, word, p->len) == 0;
}

static int
refuse(struct parser *p, const char *key)
{
	char word[100];
	size_t n = p->len < sizeof(word) - 1 ? p->len : sizeof(word) - 1;

	memcpy(word, p->word, n);
	word[n] = '\0';
	return sigma_refuse(p->r, p->node, key, "word", word);
}

static bool
fits(const char *pattern, size_t len, const char *name)
{
	const char *star = memchr(pattern, '*', len);
	size_t before, rest;

	if (star == NULL)
		return strlen(name) == len && memcmp(name, pattern, len) == 0;
	before = (size_t)(star - pattern);
	if (strncmp(name, pattern, before) != 0)
		return false;
	rest = len - before - 1;
	for (name += before;; name++) {
		if (fits(star + 1, rest, name))
			return true;
		if (*name == '\0')
			return false;
	}
}

/* Whether "x of" means this selection; ${len} 0 is them. */
static bool
is_meant(const struct sigma_search *s, const char *pattern, size_t len)
{
	if (len == 0)
		return s->name[0] != '_';
	return fits(pattern, len, s->name) && (s->name[0] != '_' || pattern[0] == '_');
}

static int
read_of(struct parser *p, bool all, struct sigma_expr **ret)
{
	const struct sigma_searches *s = p->searches;
	bool them = is(p, "them");
	size_t stars = 0;
	struct sigma_expr *e;

	for (size_t i = 0; i < p->len; i++)
		stars += p->word[i] == '*';
	if (p->len == 0 || stars > 4)
		return refuse(p, "sigma.condition.syntax");
	p->words += s->count;
	e = sigma_expr_new(p->r, all ? SIGMA_AND : SIGMA_OR, s->count);
	e->subs = 0;
	for (size_t i = 0; i < s->count; i++)
		if (is_meant(&s->search[i], p->word, them ? 0 : p->len))
			e->sub[e->subs++] = s->search[i].expr;
	if (e->subs == 0)
		return refuse(p, "sigma.condition.none");
	advance(p);
	*ret = e;
	return 0;
}

static int read_or(struct parser *p, struct sigma_expr **ret);

static int
read_name(struct parser *p, struct sigma_expr **ret)
{
	bool one = is(p, "1") || is(p, "any"), all = is(p, "all");
	const struct parser before = *p;

	if (p->len > 0 && p->word[0] >= '0' && p->word[0] <= '9') {
		advance(p);
		if (is(p, "of") && !one)
			return refuse(p, "sigma.condition.quantity");
		*p = before;
	}
	if (one || all) {
		advance(p);
		if (is(p, "of")) {
			advance(p);
			return read_of(p, all, ret);
		}
		*p = before;
	}
	for (size_t i = 0; i < p->searches->count; i++)
		if (strlen(p->searches->search[i].name) == p->len &&
		    memcmp(p->searches->search[i].name, p->word, p->len) == 0) {
			*ret = p->searches->search[i].expr;
			advance(p);
			return 0;
		}
	return refuse(p, p->len == 0 || strchr("()|", *p->word) != NULL ? "sigma.condition.syntax"
	    : "sigma.condition.name");
}

static int
read_not(struct parser *p, struct sigma_expr **ret)
{
	int failed;

	if (p->words > SIGMA_TOKENS_MAX || p->depth == SIGMA_DEPTH_MAX)
		return refuse(p, "sigma.condition.long");
	p->depth++;
	if (is(p, "not")) {
		*ret = sigma_expr_new(p->r, SIGMA_NOT, 1);
		advance(p);
		failed = read_not(p, &(*ret)->sub[0]);
	} else if (is(p, "(")) {
		advance(p);
		failed = read_or(p, ret);
		if (failed == 0 && !is(p, ")"))
			failed = refuse(p, "sigma.condition.syntax");
		if (failed == 0)
			advance(p);
	} else {
		failed = read_name(p, ret);
	}
	p->depth--;
	return failed;
}

/* A chain of ${word}: any number of parts, whatever the list's room. */
static int
read_chain(struct parser *p, const char *word, enum sigma_op op,
    int (*part)(struct parser *, struct sigma_expr **), struct sigma_expr **ret)
{
	struct sigma_expr *e = NULL, *sub;
	size_t room = 0, n = 0;

	for (;;) {
		int failed = part(p, &sub);

		if (failed != 0)
			return failed;
		if (n == room) {
			struct sigma_expr *more = sigma_expr_new(p->r, op, room = n == 0 ? 4 : n * 2);

			if (n > 0)
				memcpy(more->sub, e->sub, n * sizeof(*e->sub));
			e = more;
		}
		e->sub[n++] = sub;
		if (!is(p, word))
			break;
		advance(p);
	}
	e->subs = n;
	*ret = n == 1 ? sub : e;
	return 0;
}

static int
read_and(struct parser *p, struct sigma_expr **ret)
{
	return read_chain(p, "and", SIGMA_AND, read_not, ret);
}

static int
read_or(struct parser *p, struct sigma_expr **ret)
{
	return read_chain(p, "or", SIGMA_OR, read_and, ret);
}

static int
read_one(struct sigma_reader *r, const struct yaml_node *node, const struct sigma_searches *searches,
    struct sigma_expr **ret, const char **ret_rest)
{
	struct parser p = { .r = r, .node = node, .searches = searches };
	int failed;

	if (node->kind != YAML_SCALAR || *node->text == '\0')
		return sigma_refuse(r, node, "sigma.condition.missing", NULL, NULL);
	p.at = node->text;
	advance(&p);
	failed = read_or(&p, ret);
	if (failed != 0)
		return failed;
	if (is(&p, "|") && ret_rest != NULL)
		*ret_rest = arena_strdup(r->arena, p.at);
	else if (p.len != 0)
		return refuse(&p, "sigma.condition.syntax");
	return 0;
}

int
sigma_condition(struct sigma_reader *r, const struct yaml_node *node,
    const struct sigma_searches *searches, struct sigma_expr **ret, const char **ret_rest)
{
	*ret_rest = NULL;
	if (node->kind != YAML_LIST)
		return read_one(r, node, searches, ret, ret_rest);
	if (node->count == 0)
		return sigma_refuse(r, node, "sigma.condition.missing", NULL, NULL);
	if (node->count == 1)
		return read_one(r, node->item[0], searches, ret, ret_rest);
	*ret = sigma_expr_new(r, SIGMA_OR, node->count);
	for (size_t i = 0; i < node->count; i++) {
		int failed = read_one(r, node->item[i], searches, &(*ret)->sub[i], NULL);

		if (failed != 0)
			return failed;
	}
	return 0;
}
