/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_eval.c: whether a rule is true of an event; every answer is given once per event. */
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include "base/utf8.h"
#include "detect/find.h"
#include "detect/matcher_part.h"

/*
 * Where what follows a run of any length may begin behind ${from}; SIZE_MAX: nowhere.  Never in the middle
 * of a character: what is left of it would count as one or two more.
 */
static size_t
next_place(const uint16_t *p, size_t n, const char *s, size_t len, size_t from)
{
	const char *at;
	uint32_t c;
	size_t step = (unsigned char)s[from] < 0x80 ? 1 : utf8_decode(s + from, len - from, &c);

	from += step == 0 ? 1 : step;
	if (n == 0 || p[0] >= 0x80)
		return from;
	at = memchr(s + from, p[0], len - from);
	return at == NULL ? SIZE_MAX : (size_t)(at - s);
}

/* Wildcards: after a mismatch the last run of any length takes one character more. */
static bool
glob(const uint16_t *p, size_t n, const char *s, size_t len)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (k < len) {
		if (i < n && p[i] == SIGMA_MANY) {
			star = ++i;
			from = k;
		} else if (i < n && p[i] == SIGMA_ONE) {
			uint32_t c;
			size_t step = utf8_decode(s + k, len - k, &c);

			i++;
			k += step == 0 ? 1 : step;
		} else if (i < n && p[i] == (uint8_t)s[k]) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star;
			from = next_place(p + i, n - i, s, len, from);
			if (from == SIZE_MAX)
				return false;
			k = from;
		} else {
			return false;
		}
	}
	while (i < n && p[i] == SIGMA_MANY)
		i++;
	return i == n;
}

/* A number in decimal or 0x…, whole. */
static bool
number_of(const struct event_value *v, struct text text, double *ret)
{
	char copy[64], *end;

	if (v->type == VALUE_INT || v->type == VALUE_UINT || v->type == VALUE_HEX || v->type == VALUE_REAL) {
		*ret = v->type == VALUE_INT ? (double)v->number : v->type == VALUE_REAL ? v->real
		    : (double)v->bits;
		return true;
	}
	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	/* strtod(3) would also take blanks before it, and inf and nan. */
	if (strchr("+-.0123456789", *copy) == NULL || strpbrk(copy, "nN") != NULL)
		return false;
	*ret = strtod(copy, &end);
	return end == copy + text.len;
}

static bool
in_net(const struct item *item, const uint8_t *net, struct text text)
{
	char copy[64];
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
	unsigned whole = item->bits / 8, rest = item->bits % 8;

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	/* The interface behind an address (fe80::1%12) is no part of it. */
	copy[strcspn(copy, "%")] = '\0';
	if (strchr(copy, ':') == NULL) {
		/* IPv4 lies in IPv6 where it is mapped, not in ::/0. */
		if (item->bits < 96 || inet_pton(AF_INET, copy, address + 12) != 1)
			return false;
	} else if (inet_pton(AF_INET6, copy, address) != 1) {
		return false;
	}
	return memcmp(address, net, whole) == 0 &&
	    (rest == 0 || (address[whole] ^ net[whole]) >> (8 - rest) == 0);
}

static bool
read_time(const struct event_value *v, struct text text, struct tm *ret)
{
	char copy[40];
	time_t at;

	memset(ret, 0, sizeof(*ret));
	if (v->type == VALUE_TIME) {
		at = (time_t)(v->number / 10000000 - (v->number % 10000000 < 0));
		return gmtime_r(&at, ret) != NULL;
	}
	if (text.len < 16)
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)(text.len < 39 ? text.len : 39), text.at);
	if (sscanf(copy, "%4d-%2d-%2d%*1[T ]%2d:%2d", &ret->tm_year, &ret->tm_mon, &ret->tm_mday, &ret->tm_hour,
		&ret->tm_min) != 5)
		return false;
	ret->tm_year -= 1900;
	ret->tm_mon -= 1;
	at = timegm(ret);
	return gmtime_r(&at, ret) != NULL;
}

static bool
time_fits(const struct item *item, const struct event_value *v, struct text text)
{
	struct tm tm;
	char week[8];
	int n = 0;

	if (!read_time(v, text, &tm))
		return false;
	switch ((enum sigma_part)item->part) {
	case SIGMA_MINUTE:
		n = tm.tm_min;
		break;
	case SIGMA_HOUR:
		n = tm.tm_hour;
		break;
	case SIGMA_DAY:
		n = tm.tm_mday;
		break;
	case SIGMA_WEEK:
		strftime(week, sizeof(week), "%V", &tm);
		n = atoi(week);
		break;
	case SIGMA_MONTH:
		n = tm.tm_mon + 1;
		break;
	case SIGMA_YEAR:
		n = tm.tm_year + 1900;
		break;
	}
	return item->number == n;
}

static bool
place_fits(enum sigma_place place, struct text s, struct text part)
{
	if (part.len > s.len)
		return false;
	switch (place) {
	case SIGMA_START:
		return memcmp(s.at, part.at, part.len) == 0;
	case SIGMA_END:
		return memcmp(s.at + s.len - part.len, part.at, part.len) == 0;
	case SIGMA_INSIDE:
		return find(s.at, s.len, part.at, part.len) != NULL;
	default:
		return s.len == part.len && memcmp(s.at, part.at, part.len) == 0;
	}
}

/* Any value of the other field. */
static bool
field_fits(struct matcher_thread *t, const struct item *item, uint32_t value)
{
	for (uint32_t o = thread_first(t, item->other); o != 0; o = t->low[o - 1].next) {
		if (t->event->value[o - 1].type == VALUE_NULL)
			continue;
		/* Asking for the second may move the first. */
		(void)(item->cased ? thread_text(t, value) : thread_lower(t, value));
		(void)(item->cased ? thread_text(t, o - 1) : thread_lower(t, o - 1));
		if (item->cased ? place_fits(item->place, thread_text(t, value), thread_text(t, o - 1))
		    : place_fits(item->place, thread_lower(t, value), thread_lower(t, o - 1)))
			return true;
	}
	return false;
}

static bool
compare(uint8_t kind, double n, double limit)
{
	return kind == ITEM_LESS ? n < limit : kind == ITEM_LESS_EQ ? n <= limit
	    : kind == ITEM_MORE ? n > limit : n >= limit;
}

/* The last byte tells most texts apart; comparing all of them is a call. */
static inline bool
same(const char *at, const char *text, size_t n)
{
	return n == 0 || (at[n - 1] == text[n - 1] && memcmp(at, text, n) == 0);
}

static inline bool
text_fits(enum item_kind kind, const char *text, size_t n, struct text s)
{
	switch (kind) {
	case ITEM_EQUALS:
		return s.len == n && same(s.at, text, n);
	case ITEM_STARTS:
		return s.len >= n && same(s.at, text, n);
	case ITEM_ENDS:
		return s.len >= n && same(s.at + s.len - n, text, n);
	case ITEM_CONTAINS:
		return find(s.at, s.len, text, n) != NULL;
	default:
		return glob((const uint16_t *)(const void *)text, n, s.at, s.len);
	}
}

static bool
value_fits(struct matcher_thread *t, const struct item *item, uint32_t value)
{
	const struct event_value *v = &t->event->value[value];
	bool limited = false, found;
	double n;

	if (v->type == VALUE_NULL)
		return false;
	if (item->kind <= ITEM_GLOB)
		return text_fits(item->kind, t->m->t.byte + item->text, item->len,
		    item->cased ? thread_text(t, value) : thread_lower(t, value));
	switch (item->kind) {
	case ITEM_ANY:
		return true;
	case ITEM_REGEX:
		/* The text as it is is seldom needed: most expressions lack one of their pieces. */
		found = regex_may(t->m->regex[item->other], thread_lower(t, value)) &&
		    regex_find(t->m->regex[item->other], t->regex, thread_text(t, value), &limited);
		t->count.limited += limited;
		return found;
	case ITEM_CIDR:
		return in_net(item, (const uint8_t *)t->m->t.byte + item->text, thread_text(t, value));
	case ITEM_FIELD:
		return field_fits(t, item, value);
	case ITEM_TIME:
		return time_fits(item, v, thread_text(t, value));
	default:
		return number_of(v, thread_text(t, value), &n) && compare(item->kind, n, item->number);
	}
}

/* Absent, null, or an element with nothing in it, which is how Windows writes that there is no value. */
static bool
is_null(const struct matcher_thread *t, uint32_t first)
{
	for (uint32_t v = first; v != 0; v = t->low[v - 1].next) {
		const struct event_value *value = &t->event->value[v - 1];

		if (value->type != VALUE_NULL &&
		    ((value->type != VALUE_TEXT && value->type != VALUE_UTF16) || value->len > 0))
			return false;
	}
	return true;
}

uint32_t
eval_item(struct matcher_thread *t, const struct item *item, bool *ret_true)
{
	uint32_t first = item->field == FIELD_FORMAT ? 0 : thread_first(t, item->field);

	*ret_true = false;
	if (item->kind == ITEM_FORMAT) {
		*ret_true = t->event->format != NULL && strlen(t->event->format) == item->len &&
		    memcmp(t->event->format, t->m->t.byte + item->text, item->len) == 0;
		return 0;
	}
	if (item->kind == ITEM_NULL || item->kind == ITEM_EXISTS) {
		*ret_true = item->kind == ITEM_NULL ? is_null(t, first) : (first != 0) == (item->number != 0);
		return *ret_true ? first : 0;
	}
	if (item->field == 0) {
		for (uint32_t i = 0; i < t->event->values; i++)
			if (value_fits(t, item, i)) {
				*ret_true = true;
				return i + 1;
			}
		return 0;
	}
	for (uint32_t v = first; v != 0; v = t->low[v - 1].next)
		if (value_fits(t, item, v - 1)) {
			*ret_true = true;
			return v;
		}
	return 0;
}

bool
eval_known(struct matcher_thread *t, uint32_t item)
{
	bool ret;

	if (t->answer[item] >> 1 == t->gen)
		return (t->answer[item] & 1) != 0;
	eval_item(t, &t->m->t.item[item], &ret);
	t->answer[item] = t->gen << 1 | ret;
	return ret;
}

/* eval_item() of what stands in the step. */
static inline bool
text_true(struct matcher_thread *t, const struct step *s)
{
	const char *text = (const char *)(s + 1);

	for (uint32_t v = thread_first(t, s->of); v != 0; v = t->low[v - 1].next)
		if (t->event->value[v - 1].type != VALUE_NULL && text_fits(s->kind, text, s->len, thread_lower(t, v - 1)))
			return true;
	return false;
}

/* Kept apart, as what it needs would cost every step. */
static __attribute__((noinline)) bool
item_true(struct matcher_thread *t, uint32_t item)
{
	bool ret;

	eval_item(t, &t->m->t.item[item], &ret);
	return ret;
}

static inline bool
remember(struct matcher_thread *t, const struct step *s, bool ret)
{
	if (s->known)
		t->answer[s->answer] = t->gen << 1 | ret;
	return ret;
}

bool
eval_step(struct matcher_thread *t, const struct step *s)
{
	const struct step *end = step_next(s);
	bool ret;

	if (s->known && t->answer[s->answer] >> 1 == t->gen)
		return (t->answer[s->answer] & 1) != 0;
	if (s->op == STEP_TEXT)
		return remember(t, s, text_true(t, s));
	if (s->op == STEP_ITEM)
		return remember(t, s, item_true(t, s->answer));
	if (s->op == STEP_NOT)
		return remember(t, s, !eval_step(t, s + 1));
	if (s->op == STEP_AGAIN)
		return eval_step(t, step_at(t->m, s->of));
	if (s->op == STEP_MANY && eval_many(t, s->of))
		return remember(t, s, true);
	ret = s->op == STEP_ALL;
	for (const struct step *kid = s + 1; kid != end; kid = step_next(kid))
		if ((kid->op == STEP_TEXT && !kid->known ? text_true(t, kid) : eval_step(t, kid)) != ret)
			return remember(t, s, !ret);
	return remember(t, s, ret);
}

bool
eval_rule(struct matcher_thread *t, const struct variant *variant)
{
	return eval_step(t, step_at(t->m, variant->root));
}
