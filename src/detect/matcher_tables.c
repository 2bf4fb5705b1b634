/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_tables.c: growing tables, and what a matcher has beside them. */
#include "base/arena.h"
#include "detect/matcher_part.h"

void
table_room(void **table, size_t *count, size_t *room, size_t size, size_t more)
{
	if (*count + more > *room || *table == NULL) {
		*room = (*count + more) * 2 + 64;
		*table = xrealloc(*table, *room * size);
	}
	if (more > 0)
		memset((char *)*table + *count * size, 0, more * size);
	*count += more;
}

uint32_t
table_bytes(struct tables *t, const void *data, size_t len, size_t align)
{
	size_t pad = (align - t->bytes % align) % align;
	uint32_t at = (uint32_t)(t->bytes + pad);
	char *to = TABLE_ADD(t, byte, pad + len);

	if (len > 0)
		memcpy(to + pad, data, len);
	return at;
}

uint32_t
table_text(struct tables *t, const char *s)
{
	return s == NULL || *s == '\0' ? 0 : table_bytes(t, s, strlen(s) + 1, 1);
}

uint32_t
table_number(struct tables *t, uint32_t n)
{
	*TABLE_ADD(t, number, 1) = n;
	return (uint32_t)t->numbers - 1;
}

const char **
about_text(struct sigma_about *a, size_t i)
{
	const char **all[] = { &a->id, &a->name, &a->title, &a->status, &a->description, &a->author,
		&a->date, &a->modified, &a->title_vi, &a->title_en, &a->advice_vi, &a->advice_en,
		&a->playbook, &a->file, &a->category, &a->product, &a->service };

	_Static_assert(ARRAY_LEN(all) == ARRAY_LEN(((struct rule_rec *)0)->text), "one for each");
	return i < ARRAY_LEN(all) ? all[i] : NULL;
}

static const char **
list(struct matcher *m, const char ***next, uint32_t at, uint32_t n)
{
	const char **ret = *next;

	for (uint32_t i = 0; i < n; i++)
		*(*next)++ = m->t.byte + m->t.number[at + i];
	return ret;
}

static void
finish_about(struct matcher *m)
{
	size_t n = 0;
	const char **next;

	for (size_t i = 0; i < m->t.rules; i++)
		n += m->t.rule[i].tags + m->t.rule[i].references + m->t.rule[i].falsepositives;
	m->strings = next = xcalloc(n + 1, sizeof(*next));
	m->about = xcalloc(m->t.rules + 1, sizeof(*m->about));
	for (size_t i = 0; i < m->t.rules; i++) {
		const struct rule_rec *r = &m->t.rule[i];
		struct sigma_about *a = &m->about[i];
		const char **text;

		for (size_t k = 0; (text = about_text(a, k)) != NULL; k++)
			*text = m->t.byte + r->text[k];
		a->line = r->line;
		a->level = (enum sigma_level)r->level;
		a->tag = list(m, &next, r->tag, r->tags);
		a->tags = r->tags;
		a->reference = list(m, &next, r->reference, r->references);
		a->references = r->references;
		a->falsepositive = list(m, &next, r->falsepositive, r->falsepositives);
		a->falsepositives = r->falsepositives;
	}
}

static int
finish_regex(struct matcher *m, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < m->t.items; i++)
		n += m->t.item[i].kind == ITEM_REGEX;
	m->regex = xcalloc(n + 1, sizeof(struct regex *));
	for (size_t i = 0; i < m->t.items; i++) {
		struct item *item = &m->t.item[i];

		if (item->kind != ITEM_REGEX)
			continue;
		item->other = (uint32_t)m->regexes;
		if (regex_compile(m->t.byte + item->text, !item->cased, (item->flags & 1) != 0,
			(item->flags & 2) != 0, &m->regex[m->regexes++], err) != 0)
			return ERR_BROKEN;
	}
	return 0;
}

int
matcher_finish(struct matcher *m, struct err *err)
{
	finish_about(m);
	return finish_regex(m, err);
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->regexes; i++)
		regex_free(m->regex[i]);
	free(m->regex);
	free(m->about);
	free(m->strings);
	names_free(m->names);
#define X(type, name) if (m->cached == NULL) free(m->t.name);
	MATCHER_TABLES(X)
#undef X
	free(m->cached);
	free(m);
}

struct names *
matcher_names(const struct matcher *m)
{
	return m->names;
}

uint32_t
matcher_rules(const struct matcher *m)
{
	return (uint32_t)m->t.rules;
}

const struct sigma_about *
matcher_about(const struct matcher *m, uint32_t rule)
{
	return &m->about[rule];
}

bool
matcher_silent(const struct matcher *m, uint32_t rule)
{
	return m->t.rule[rule].silent != 0;
}

bool
matcher_is_correlation(const struct matcher *m, uint32_t rule)
{
	return m->t.rule[rule].correlation != 0;
}

bool
matcher_feeds(const struct matcher *m, uint32_t rule)
{
	return m->t.rule[rule].feeds != 0;
}

void
matcher_stat(const struct matcher *m, struct matcher_stat *ret)
{
	*ret = (struct matcher_stat){ .variants = (uint32_t)m->t.variants, .buckets = (uint32_t)m->t.buckets,
		.literals = m->literals, .open = m->opens };
	for (size_t i = 0; i < m->t.rules; i++) {
		ret->rules += m->t.rule[i].correlation == 0;
		ret->correlations += m->t.rule[i].correlation != 0;
	}
#define X(type, name) ret->bytes += m->t.name##s * sizeof(type);
	MATCHER_TABLES(X)
#undef X
	for (size_t i = 0; i < m->t.buckets; i++)
		ret->databases += m->t.bucket[i].scan != 0;
}
