/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions from any bytes, in a rule with five selections: the tree that is made of one must be true
 * for the same events as a second, simpler reading of the same words says, for all 32 of them; and
 * the compiled rule finds an event exactly when the tree does.
 */
#include <stdio.h>
#include <strings.h>

#include "detect/matcher.h"

#define SELECTIONS 5

static const char *const selection[SELECTIONS] = { "a", "b", "sel_1", "sel_2", "_n" };

static const char pipeline[] =
    "id: t\nkind: pipeline\nversion: 1\ntitle: {vi: t, en: t}\nsource: t\ncertainty: verified\n"
    "product: x\nwhole: true\ngate: {g: \"*\"}\nroute: [EventID]\n"
    "categories:\n  - {category: p, when: {EventID: 1}}\n";

/* ---- the second reading ----------------------------------------------------------------- */

struct reading {
	const char *at;
	char token[300];
	unsigned event;  /* bit n: selection n holds */
	unsigned depth;
	bool bad;
};

static void
next(struct reading *r)
{
	size_t n;

	while (*r->at == ' ')
		r->at++;
	n = *r->at == '(' || *r->at == ')' ? 1 : strcspn(r->at, " ()");
	if (n >= sizeof(r->token)) {
		r->bad = true;
		n = 0;
	}
	memcpy(r->token, r->at, n);
	r->token[n] = '\0';
	r->at += n;
}

static bool
is(const struct reading *r, const char *word)
{
	return strcasecmp(r->token, word) == 0;
}

/* The word after the one under way. */
static bool
of_follows(const struct reading *r)
{
	struct reading ahead = *r;

	next(&ahead);
	return is(&ahead, "of");
}

static bool
like(const char *pattern, const char *name)
{
	if (*pattern == '*')
		return like(pattern + 1, name) || (*name != '\0' && like(pattern, name + 1));
	return *pattern == *name && (*pattern == '\0' || like(pattern + 1, name + 1));
}

static bool
quantified(struct reading *r)
{
	bool all = is(r, "all"), them, any = false, every = true;
	unsigned n = 0, stars = 0;

	next(r);
	next(r);
	them = is(r, "them");
	for (const char *p = r->token; *p != '\0'; p++)
		stars += *p == '*';
	if (stars > 6) { /* like() is for short patterns */
		r->bad = true;
		return false;
	}
	for (int i = 0; i < SELECTIONS; i++) {
		bool holds = (r->event >> i & 1) != 0;

		if (selection[i][0] == '_' || (!them && !like(r->token, selection[i])))
			continue;
		n++;
		any |= holds;
		every &= holds;
	}
	r->bad |= n == 0;
	next(r);
	return all ? every : any;
}

static bool disjunction(struct reading *r);

static bool
term(struct reading *r)
{
	bool value = false;

	if (++r->depth > 200)
		r->bad = true;
	if (r->bad) {
		r->depth--;
		return false;
	}
	if (is(r, "not")) {
		next(r);
		value = !term(r);
	} else if (strcmp(r->token, "(") == 0) {
		next(r);
		value = disjunction(r);
		r->bad |= strcmp(r->token, ")") != 0;
		next(r);
	} else if ((is(r, "1") || is(r, "any") || is(r, "all")) && of_follows(r)) {
		value = quantified(r);
	} else {
		int i = 0;

		while (i < SELECTIONS && strcmp(r->token, selection[i]) != 0)
			i++;
		r->bad |= i == SELECTIONS;
		value = i < SELECTIONS && (r->event >> i & 1) != 0;
		next(r);
	}
	r->depth--;
	return value;
}

static bool
conjunction(struct reading *r)
{
	bool value = term(r);

	while (!r->bad && is(r, "and")) {
		next(r);
		value &= term(r);
	}
	return value;
}

static bool
disjunction(struct reading *r)
{
	bool value = conjunction(r);

	while (!r->bad && is(r, "or")) {
		next(r);
		value |= conjunction(r);
	}
	return value;
}

/* ---- the tree, and the matcher ------------------------------------------------------------- */

static bool
holds(const struct sigma_expr *e, unsigned event)
{
	switch (e->op) {
	case SIGMA_AND:
		for (size_t i = 0; i < e->subs; i++)
			if (!holds(e->sub[i], event))
				return false;
		return true;
	case SIGMA_OR:
		for (size_t i = 0; i < e->subs; i++)
			if (holds(e->sub[i], event))
				return true;
		return false;
	case SIGMA_NOT:
		return !holds(e->sub[0], event);
	case SIGMA_ITEM:
	default:
		return (event >> (e->item->field[1] - '1') & 1) != 0;
	}
}

static void
count(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	(void)thread;
	(void)event;
	(void)rule;
	++*(size_t *)arg;
}

static size_t
hits(const struct matcher *m, struct matcher_thread *t, unsigned event)
{
	static const char *const name[] = { "f1", "f2", "f3", "f4", "f5", "g", "EventID" };
	struct event_value value[7];
	struct event e = { .value = value, .values = 7, .format = "test", .time_ns = INT64_MIN };
	size_t n = 0;

	for (unsigned i = 0; i < 7; i++) {
		const char *text = i >= SELECTIONS ? "1" : (event >> i & 1) != 0 ? "word" : "other";

		value[i] = (struct event_value){ .id = names_find(matcher_names(m), name[i], strlen(name[i])),
			.name = name[i], .name_len = (uint32_t)strlen(name[i]), .type = VALUE_TEXT, .data = text,
			.len = (uint32_t)strlen(text) };
	}
	matcher_event(t, &e, count, &n);
	return n;
}

static void
check(const struct sigma_set *set, const char *condition, bool compiled)
{
	struct pipelines *pipelines = NULL;
	struct matcher *m = NULL;
	struct matcher_thread *t = NULL;

	if (compiled) {
		if (pipelines_add(&pipelines, pipeline, sizeof(pipeline) - 1, "t", NULL) != 0)
			abort();
		m = matcher_compile(set, pipelines, &(struct matcher_options){ false }, NULL, NULL);
		t = matcher_thread_new(m);
	}
	for (unsigned event = 0; event < 1u << SELECTIONS; event++) {
		struct reading r = { .at = condition, .event = event };
		bool tree = holds(set->rule[0]->expr, event), second;

		next(&r);
		second = disjunction(&r);
		if (!r.bad && r.token[0] == '\0' && tree != second)
			abort();
		if (compiled && (hits(m, t, event) > 0) != tree)
			abort();
	}
	matcher_thread_free(t);
	matcher_free(m);
	pipelines_free(pipelines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf rule = BUF_INIT(1 << 20), condition = BUF_INIT(1 << 20);
	struct sigma_set *set = sigma_set_new();
	bool legacy = memchr(data, '|', size) != NULL;

	buf_adds(&rule, "title: t\nid: 1\nlogsource: {product: x, category: p}\ndetection:\n");
	for (int i = 0; i < SELECTIONS; i++)
		buf_printf(&rule, "  %s: {f%d: word}\n", selection[i], i + 1);
	buf_adds(&rule, "  condition: '");
	for (size_t i = 0; i < size; i++) {
		char c = data[i] < ' ' || data[i] >= 0x7f ? ' ' : (char)data[i];

		buf_addc(&condition, c);
		buf_addc(&rule, c);
		if (c == '\'')
			buf_addc(&rule, c);
	}
	buf_adds(&rule, "'\n");
	if (sigma_read(set, buf_str(&rule), rule.len, "f", NULL, NULL) == 1 && !legacy) {
		sigma_link(set, NULL, NULL);
		check(set, buf_str(&condition), size % 8 == 0 && size < 200);
	}
	sigma_set_free(set);
	buf_clear(&rule);
	buf_clear(&condition);
	return 0;
}
