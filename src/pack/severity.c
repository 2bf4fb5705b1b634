/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/severity.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"

#define UNKNOWN      "unknown"
#define SENTENCE_MAX 2000 /* bytes of a filled-in reason */

/* Three values: what the answers say, and what they leave open. */
enum tri { NO, DOUBT, YES };

struct scorer {
	struct arena *arena;
	const struct pack_severity *severity;
	const struct pack_questions *questions;
	const struct severity_answer *answer;
	size_t answers;
	struct severity_answer result[4]; /* what the groups before have found */
	size_t results;
};

static bool
in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, word, len) == 0 && (p[len] == ',' || p[len] == '\0'))
			return true;
	}
	return false;
}

static bool
is_number(const char *text, int64_t *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	return *end == '\0' && errno == 0;
}

/* What was said to ${part}; NULL when nothing was. */
static const char *
answer_of(const struct scorer *s, const char *part)
{
	for (size_t i = 0; i < s->answers; i++)
		if (strcmp(s->answer[i].part, part) == 0)
			return s->answer[i].value;
	for (size_t i = 0; i < s->results; i++)
		if (strcmp(s->result[i].part, part) == 0)
			return s->result[i].value;
	return NULL;
}

static int64_t
limit_of(const struct scorer *s, const struct pack_cond *c)
{
	for (size_t i = 0; *c->threshold != '\0' && i < s->severity->thresholds; i++)
		if (strcmp(s->severity->threshold[i].id, c->threshold) == 0)
			return s->severity->threshold[i].value;
	return c->number;
}

static bool
compare(enum pack_cond_op op, int64_t value, int64_t limit)
{
	switch (op) {
	case COND_OVER:
		return value > limit;
	case COND_AT_LEAST:
		return value >= limit;
	case COND_UNDER:
		return value < limit;
	default:
		return value <= limit;
	}
}

static enum tri
eval_leaf(const struct scorer *s, const struct pack_cond *c)
{
	const char *said = answer_of(s, c->answer);
	size_t chosen = 0;
	int64_t number;

	if (said == NULL)
		return NO;
	if (strcmp(said, UNKNOWN) == 0)
		return DOUBT;
	if (c->op >= COND_OVER)
		return is_number(said, &number) && compare(c->op, number, limit_of(s, c)) ? YES : NO;
	for (size_t i = 0; i < c->values; i++)
		chosen += in_list(said, c->value[i]);
	if (c->op == COND_COUNT)
		return (int64_t)chosen >= limit_of(s, c) ? YES : NO;
	return chosen > 0 ? YES : NO;
}

static enum tri
eval(const struct scorer *s, const struct pack_cond *c)
{
	enum tri ret = c->op == COND_ALL ? YES : NO;

	if (c->op > COND_NOT)
		return eval_leaf(s, c);
	for (size_t i = 0; i < c->subs; i++) {
		enum tri t = eval(s, &c->sub[i]);

		if (c->op == COND_NOT)
			ret = t == DOUBT ? DOUBT : t == YES ? NO : YES;
		else if (c->op == COND_ALL ? t < ret : t > ret)
			ret = t;
	}
	return ret;
}

/* An answer as people read it. */
static void
add_answer(struct buf *b, const struct scorer *s, const char *name, const char *said,
    const char *lang)
{
	const struct pack_part *part = pack_questions_part(s->questions, name);
	size_t before = b->len;

	if (strcmp(said, UNKNOWN) == 0) {
		buf_adds(b, pack_say(&s->questions->unknown, lang));
		return;
	}
	for (size_t i = 0; part != NULL && i < part->choices; i++) {
		if (!in_list(said, part->choice[i].id))
			continue;
		if (b->len > before)
			buf_adds(b, ", ");
		buf_adds(b, pack_say(&part->choice[i].text, lang));
	}
	if (b->len == before)
		buf_adds(b, said);
}

static void
add_name(struct buf *b, const struct scorer *s, const char *name, const char *lang)
{
	const char *said = answer_of(s, name);

	for (size_t i = 0; i < s->severity->thresholds; i++) {
		if (strcmp(s->severity->threshold[i].id, name) == 0) {
			buf_printf(b, "%d", s->severity->threshold[i].value);
			return;
		}
	}
	add_answer(b, s, name, said == NULL ? UNKNOWN : said, lang);
}

static const char *
fill(const struct scorer *s, const char *text, const char *lang)
{
	struct buf b = BUF_INIT(SENTENCE_MAX);
	const char *ret;

	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		const char *end = strchr(text + plain, '}');
		char name[64];

		buf_add(&b, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		if (end == NULL || (size_t)(end - text) >= sizeof(name)) {
			buf_addc(&b, *text++);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(end - text - 1), text + 1);
		add_name(&b, s, name, lang);
		text = end + 1;
	}
	ret = arena_strdup(s->arena, buf_str(&b));
	buf_clear(&b);
	return ret;
}

/* Puts ${reason} where {reason} stands. */
static const char *
wrap(const struct scorer *s, const char *around, const char *reason)
{
	const char *at = strstr(around, "{reason}");

	if (at == NULL)
		return arena_printf(s->arena, "%s %s", around, reason);
	return arena_printf(s->arena, "%.*s%s%s", (int)(at - around), around, reason,
	    at + strlen("{reason}"));
}

static void
add_reason(const struct scorer *s, struct severity_reasons *why, const char *rule,
    const char *value, const struct pack_text *because, bool doubt)
{
	struct severity_reason *r = &why->reason[why->count++];

	*r = (struct severity_reason){ .rule = rule, .value = value, .doubt = doubt };
	r->text.vi = fill(s, because->vi, "vi");
	r->text.en = fill(s, because->en, "en");
	if (doubt) {
		r->text.vi = wrap(s, s->severity->doubt.vi, r->text.vi);
		r->text.en = wrap(s, s->severity->doubt.en, r->text.en);
	}
}

/* Reasons of every rule that fires, in the order of the table; else of "otherwise". */
static struct severity_reasons
fire(const struct scorer *s, const struct pack_group *g)
{
	struct severity_reasons why = { NULL, 0 };

	why.reason = arena_alloc(s->arena, (g->rules + 1) * sizeof(*why.reason));
	for (size_t i = 0; i < g->rules; i++) {
		const struct pack_rule *rule = &g->rule[i];
		enum tri t = eval(s, &rule->when);

		if (t == YES || (t == DOUBT && rule->doubt))
			add_reason(s, &why, rule->id, rule->value, &rule->because, t == DOUBT);
	}
	if (why.count == 0)
		add_reason(s, &why, "otherwise", g->otherwise, &g->because, false);
	return why;
}

/* Keeps the reasons that speak for ${value}. */
static void
keep(struct severity_reasons *why, const char *value)
{
	size_t n = 0;

	for (size_t i = 0; i < why->count; i++)
		if (strcmp(why->reason[i].value, value) == 0)
			why->reason[n++] = why->reason[i];
	why->count = n;
}

/* The highest level is the smallest number, one digit. */
static const char *
highest(const struct severity_reasons *why)
{
	const char *best = why->reason[0].value;

	for (size_t i = 1; i < why->count; i++)
		if (strcmp(why->reason[i].value, best) < 0)
			best = why->reason[i].value;
	return best;
}

const char *
severity_trigger_name(enum severity_trigger trigger)
{
	switch (trigger) {
	case SEVERITY_IMMEDIATE:
		return "immediate";
	case SEVERITY_24H:
		return "24h";
	case SEVERITY_72H:
		return "72h";
	case SEVERITY_LOG_ONLY:
		return "log_only";
	}
	return NULL;
}

static unsigned
triggers(const struct severity_reasons *why)
{
	unsigned set = 0;

	for (size_t i = 0; i < why->count; i++)
		for (unsigned t = SEVERITY_IMMEDIATE; t <= SEVERITY_LOG_ONLY; t *= 2)
			if (str_eq(why->reason[i].value,
				severity_trigger_name((enum severity_trigger)t)))
				set |= t;
	return set;
}

static bool
choices_valid(const struct pack_part *part, const char *value, bool many)
{
	size_t items = 1, known = 0;

	for (const char *p = value; *p != '\0'; p++)
		items += *p == ',';
	for (size_t i = 0; i < part->choices; i++)
		known += in_list(value, part->choice[i].id);
	return known == items && (many || items == 1);
}

static bool
value_valid(const struct pack_part *part, const char *value)
{
	int64_t number;

	if (strcmp(value, UNKNOWN) == 0)
		return true;
	if (strcmp(part->kind, "yes_no") == 0)
		return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
	if (strcmp(part->kind, "number") == 0)
		return is_number(value, &number) && number >= part->min && number <= part->max;
	return choices_valid(part, value, strcmp(part->kind, "choices") == 0);
}

static int
check_answers(const struct scorer *s, struct err *err)
{
	if (s->answers > SEVERITY_ANSWERS_MAX)
		return err_set(err, ERR_INVALID, "severity.answers", NULL);
	for (size_t i = 0; i < s->answers; i++) {
		const struct severity_answer *a = &s->answer[i];
		const struct pack_part *part = pack_questions_part(s->questions, a->part);

		if (part == NULL)
			return err_fail(err, ERR_INVALID, "severity.answer_unknown", a->part,
			    "part", a->part, NULL, NULL);
		if (!value_valid(part, a->value))
			return err_fail(err, ERR_INVALID, "severity.answer_value", a->part, "part",
			    a->part, "value", a->value);
		for (size_t j = 0; j < i; j++)
			if (strcmp(s->answer[j].part, a->part) == 0)
				return err_fail(err, ERR_INVALID, "severity.answer_twice", a->part,
				    "part", a->part, NULL, NULL);
	}
	return 0;
}

static void
found(struct scorer *s, const char *name, const char *value)
{
	s->result[s->results++] = (struct severity_answer){ name, value };
}

int
severity_score(struct arena *arena, const struct pack_severity *severity,
    const struct pack_questions *questions, const struct severity_answer *answer, size_t count,
    struct severity_result *ret, struct err *err)
{
	struct scorer s = { arena, severity, questions, answer, count, { { NULL, NULL } }, 0 };
	struct severity_result r = { .pack_id = severity->pack.id };
	const char *level;

	if (check_answers(&s, err) != 0)
		return ERR_INVALID;
	r.pack_version = severity->pack.version;

	/* Each group may ask what those before it found. */
	r.type_why = fire(&s, &severity->type_rules);
	r.type = r.type_why.reason[0].value;
	keep(&r.type_why, r.type);
	found(&s, "result.type", r.type);

	r.beyond_why = fire(&s, &severity->beyond_rules);
	r.beyond = strcmp(r.beyond_why.reason[0].value, "yes") == 0;
	found(&s, "result.beyond", r.beyond ? "yes" : "no");

	r.level_why = fire(&s, &severity->level_rules);
	level = highest(&r.level_why);
	r.level = level[0] - '0';
	keep(&r.level_why, level);
	found(&s, "result.level", level);

	r.class_why = fire(&s, &severity->class_rules);
	r.law_class = r.class_why.reason[0].value;
	keep(&r.class_why, r.law_class);
	found(&s, "result.class", r.law_class);

	r.trigger_why = fire(&s, &severity->report_rules);
	r.triggers = triggers(&r.trigger_why);
	*ret = r;
	return 0;
}
