/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_event.c: one event through gates, bucket, scan and evaluation. */
#include "detect/lower.h"
#include "detect/matcher_witness.h"

#define SCRATCH_MAX ((size_t)1 << 28) /* texts of one event; its values are bounded by who reads it */

struct matcher_thread *
matcher_thread_new(const struct matcher *m)
{
	struct matcher_thread *t = xcalloc(1, sizeof(*t));

	t->m = m;
	t->slots = names_count(m->names) + 1;
	t->slot = xcalloc(t->slots, sizeof(*t->slot));
	t->lows = EVENT_VALUES_MAX;
	t->low = xcalloc(t->lows, sizeof(*t->low));
	t->span = xcalloc(t->lows, sizeof(*t->span));
	t->answer = xcalloc(m->answers + 1, sizeof(*t->answer));
	t->open = xcalloc(m->t.routes + 1, sizeof(*t->open));
	t->variant_gen = xcalloc(m->t.variants + 1, sizeof(*t->variant_gen));
	t->candidate = xcalloc(m->t.variants + 1, sizeof(*t->candidate));
	t->hits_room = 64;
	t->hit = xcalloc(t->hits_room, sizeof(*t->hit));
	buf_init(&t->scratch, SCRATCH_MAX);
	thread_lower_room(t, 1 << 16);
	t->regex = regex_thread_new();
	return t;
}

void
matcher_thread_free(struct matcher_thread *t)
{
	if (t == NULL)
		return;
	free(t->slot);
	free(t->low);
	free(t->span);
	free(t->answer);
	free(t->open);
	free(t->variant_gen);
	free(t->candidate);
	free(t->hit);
	free(t->lower);
	buf_clear(&t->scratch);
	regex_thread_free(t->regex);
	free(t);
}

void
matcher_count(const struct matcher_thread *t, struct matcher_count *ret)
{
	*ret = t->count;
}

void
thread_lower_grow(struct matcher_thread *t, size_t more)
{
	t->lower_room = (t->lower_len + more) * 2;
	t->lower = xrealloc(t->lower, t->lower_room);
}

struct text
thread_text(struct matcher_thread *t, uint32_t value)
{
	const struct event_value *v = &t->event->value[value];
	struct low *low = &t->low[value];

	if (v->type == VALUE_TEXT)
		return (struct text){ v->len == 0 ? "" : v->data, v->len };
	if (low->text_gen != t->gen) {
		size_t from = t->scratch.len;
		struct text text = event_text(v, &t->scratch);

		low->text_gen = t->gen;
		low->text_at = (uint32_t)from;
		low->text_len = (uint32_t)text.len;
	}
	return (struct text){ buf_str(&t->scratch) + low->text_at, low->text_len };
}

#define MARKS 4 /* bytes of the marks around a value */

/* Adds the value in small letters to what is collected, with room for the marks around it. */
static inline void
append(struct matcher_thread *t, uint32_t value, bool marked)
{
	const struct event_value *v = &t->event->value[value];
	struct low *low = &t->low[value];
	struct text text = { v->data, v->len };
	bool is_utf16 = v->type == VALUE_UTF16;
	size_t n;

	if (!is_utf16 && v->type != VALUE_TEXT)
		text = thread_text(t, value);
	thread_lower_room(t, MARKS + (is_utf16 ? LOWER_ROOM_UTF16(text.len / 2) : LOWER_ROOM_UTF8(text.len)));
	if (marked) {
		witness_mark(v->id, t->lower + t->lower_len);
		t->lower_len += 2;
	}
	low->gen = t->gen;
	low->at = (uint32_t)t->lower_len;
	n = is_utf16 ? lower_utf16(text.at, text.len / 2, t->lower + t->lower_len)
	    : lower_utf8(text.at, text.len, t->lower + t->lower_len);
	low->len = (uint32_t)n;
	t->lower_len += n;
	if (marked) {
		witness_mark(v->id, t->lower + t->lower_len);
		t->lower_len += 2;
	}
}

void
thread_lower_add(struct matcher_thread *t, uint32_t value)
{
	append(t, value, false);
}

/* Generations tell what is of this event; when they run out everything is forgotten. */
static void
next_generation(struct matcher_thread *t)
{
	if (++t->gen < UINT32_MAX >> 1)
		return;
	memset(t->slot, 0, t->slots * sizeof(*t->slot));
	memset(t->low, 0, t->lows * sizeof(*t->low));
	memset(t->answer, 0, t->m->answers * sizeof(*t->answer));
	memset(t->variant_gen, 0, t->m->t.variants * sizeof(*t->variant_gen));
	t->gen = 1;
}

/* Which values have which name. */
static void
begin(struct matcher_thread *t, const struct event *event)
{
	next_generation(t);
	t->event = event;
	t->lower_len = 0;
	buf_reset(&t->scratch);
	t->hits = 0;
	if (event->values > t->lows) {
		t->low = xrealloc(t->low, event->values * sizeof(*t->low));
		t->span = xrealloc(t->span, event->values * sizeof(*t->span));
		memset(t->low + t->lows, 0, (event->values - t->lows) * sizeof(*t->low));
		t->lows = event->values;
	}
	for (uint32_t i = event->values; i-- > 0;) {
		uint32_t id = event->value[i].id;

		if (id == 0 || id >= t->slots)
			continue;
		t->low[i].next = thread_first(t, id);
		t->slot[id] = (struct slot){ t->gen, i + 1 };
	}
}

static bool
is_one_of(const struct matcher_thread *t, const struct cond *c, struct text s)
{
	for (uint32_t i = 0; i < c->values; i++) {
		const uint32_t *want = t->m->t.number + c->value + 2 * i;

		if (want[1] == s.len && memcmp(t->m->t.byte + want[0], s.at, s.len) == 0)
			return true;
	}
	return false;
}

static bool
cond_fits(struct matcher_thread *t, const struct cond *c)
{
	uint32_t first = thread_first(t, c->field);

	if (first == 0)
		return false;
	if (c->values == 0)
		return t->event->value[first - 1].type != VALUE_NULL;
	return is_one_of(t, c, thread_lower(t, first - 1));
}

static bool
format_fits(const struct matcher_thread *t, const struct route *route)
{
	for (uint32_t k = 0; k < route->gates; k++) {
		const struct cond *c = &t->m->t.cond[route->gate + k];
		const char *format = t->format == NULL ? "" : t->format;

		if (c->field == FIELD_FORMAT && c->values > 0 && !is_one_of(t, c, (struct text){ format, strlen(format) }))
			return false;
	}
	return true;
}

/* Most routes are of other formats than that of the file under way. */
static void
open_routes(struct matcher_thread *t, const char *format)
{
	t->format = format;
	t->opens = 0;
	for (uint32_t i = 0; i < t->m->t.routes; i++)
		if (format_fits(t, &t->m->t.route[i]))
			t->open[t->opens++] = i;
}

static bool
is_open(struct matcher_thread *t, const struct route *route)
{
	for (uint32_t k = 0; k < route->gates; k++) {
		const struct cond *c = &t->m->t.cond[route->gate + k];

		if (c->field != FIELD_FORMAT && !cond_fits(t, c))
			return false;
	}
	return true;
}

/* The number of the field's value among those that rules ask for; 0: none of them. */
static uint32_t
word_of(struct matcher_thread *t, const struct route *route, int k)
{
	uint32_t first = route->field[k] == 0 ? 0 : thread_first(t, route->field[k]), h;
	struct text s;

	if (first == 0 || t->event->value[first - 1].type == VALUE_NULL)
		return 0;
	s = thread_lower(t, first - 1);
	h = word_hash(s.at, s.len);
	for (uint32_t at = h;; at++) {
		const struct word *w = &t->m->t.word[route->word[k] + (at & (route->words[k] - 1))];

		if (w->id == 0)
			return 0;
		if (w->hash == h && w->len == s.len && memcmp(t->m->t.byte + w->text, s.at, s.len) == 0)
			return w->id;
	}
}

static void
propose(struct matcher_thread *t, uint32_t variant)
{
	if (t->variant_gen[variant] == t->gen)
		return;
	t->variant_gen[variant] = t->gen;
	t->candidate[t->candidates++] = variant;
}

/* The value that is scanned at ${at}. */
static const struct span_of *
span_at(const struct matcher_thread *t, size_t at)
{
	size_t low = 0, high = t->spans;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (t->span[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &t->span[low];
}

/*
 * Whether a literal stands where it says: its marks where those of the value are, its text between them.
 * What is scanned may hold the bytes of a mark in other places.
 */
static bool
is_in_place(const struct matcher_thread *t, const struct span_of *span, size_t at, size_t len)
{
	const char *text = t->scanned + at;
	size_t end = span + 1 < t->span + t->spans ? span[1].at : t->scanned_len;
	bool starts = (unsigned char)text[0] >= WITNESS_MARK;
	bool ends = len >= 2 && (unsigned char)text[len - 2] >= WITNESS_MARK && (!starts || len > 2);

	return (starts ? at == span->at : at >= span->at + 2) && (ends ? at + len == end : at + len <= end - 2);
}

static void
found(void *arg, uint32_t id, size_t at, size_t len)
{
	struct matcher_thread *t = arg;
	const struct tables *tables = &t->m->t;
	const uint32_t *list = tables->number + t->bucket->literal + id;
	const struct span_of *span = span_at(t, at);
	bool in_place = is_in_place(t, span, at, len);

	for (uint32_t i = list[0]; i < list[1]; i += 2) {
		uint32_t variant = tables->number[i], field = tables->number[i + 1];
		uint32_t sure = tables->variant[variant].sure;

		if (field != 0 && field != span->field)
			continue;
		propose(t, variant);
		if (sure != 0 && in_place)
			t->answer[sure - 1] = t->gen << 1 | 1;
	}
}

/* Written with the few characters that is_texty() in matcher_compile.c knows. */
static bool
is_typed(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_UINT || type == VALUE_HEX || type == VALUE_GUID ||
	    type == VALUE_SID || type == VALUE_TIME || type == VALUE_BYTES;
}

/* The values that matter here, each between the marks of its field, in one scan. */
static void
scan(struct matcher_thread *t, const struct bucket *b)
{
	const uint32_t *need = t->m->t.number + b->need;
	const struct event *e = t->event;
	size_t from = t->lower_len;

	t->spans = 0;
	for (uint32_t i = 0; i < e->values; i++) {
		uint32_t id = e->value[i].id;

		if (id > t->m->fields)
			id = 0;
		if ((id == 0 || (need[id / 32] >> id % 32 & 1) == 0) &&
		    (b->whole == 0 || (b->whole == 1 && is_typed(e->value[i].type))))
			continue;
		if (e->value[i].type == VALUE_NULL)
			continue;
		t->span[t->spans++] = (struct span_of){ (uint32_t)(t->lower_len - from), id };
		append(t, i, true);
	}
	if (t->lower_len == from)
		return;
	t->bucket = b;
	t->scanned_len = t->lower_len - from;
	t->count.scanned++;
	t->count.bytes += t->lower_len - from;
	thread_lower_room(t, SCAN_SLACK);
	t->scanned = t->lower + from;
	scan_run(t->m->t.byte + b->scan, t->lower + from, t->lower_len - from, found, t);
}

static void
choose(struct matcher_thread *t, const struct bucket *b)
{
	const uint32_t *number = t->m->t.number;

	for (uint32_t i = 0; t->m->no_prefilter && i < b->variants; i++)
		propose(t, number[b->variant + i]);
	if (t->m->no_prefilter)
		return;
	for (uint32_t i = 0; i < b->opens; i++)
		propose(t, number[b->open + i]);
	for (uint32_t i = 0; i < b->presences; i++)
		if (thread_first(t, number[b->presence + 2 * i]) != 0)
			propose(t, number[b->presence + 2 * i + 1]);
	if (b->scan != 0)
		scan(t, b);
}

static void
add_hit(struct matcher_thread *t, uint32_t rule, uint32_t variant)
{
	size_t at = t->hits;

	if (t->hits == t->hits_room) {
		t->hits_room *= 2;
		t->hit = xrealloc(t->hit, t->hits_room * sizeof(*t->hit));
	}
	/* Few hits: put in place, the lowest variant of a rule only. */
	while (at > 0 && (t->hit[at - 1].rule > rule ||
	    (t->hit[at - 1].rule == rule && t->hit[at - 1].variant > variant))) {
		t->hit[at] = t->hit[at - 1];
		at--;
	}
	t->hit[at] = (struct hit){ rule, variant };
	t->hits++;
}

bool
matcher_event(struct matcher_thread *t, const struct event *event, matcher_hit_fn fn, void *arg)
{
	const struct tables *tables = &t->m->t;
	bool known = false;

	begin(t, event);
	t->count.events++;
	t->candidates = 0;
	if (t->format != event->format || t->count.events == 1)
		open_routes(t, event->format);
	for (size_t i = 0; i < t->opens; i++) {
		const struct route *route = &tables->route[t->open[i]];
		uint32_t cell;

		if (!is_open(t, route))
			continue;
		cell = word_of(t, route, 0) * (route->count[1] + 1) + word_of(t, route, 1);
		known = true;
		choose(t, &tables->bucket[tables->number[route->cell + cell]]);
	}
	t->count.candidates += t->candidates;
	for (size_t i = 0; i < t->candidates; i++) {
		const struct variant *v = &tables->variant[t->candidate[i]];

		/* Rules lie far apart in memory: the next ones are on their way while this one is looked at. */
		if (i + 2 < t->candidates)
			__builtin_prefetch(step_at(t->m, tables->variant[t->candidate[i + 2]].root));
		if (i + 5 < t->candidates)
			__builtin_prefetch(&tables->variant[t->candidate[i + 5]]);
		if (eval_rule(t, v))
			add_hit(t, v->rule, t->candidate[i]);
	}
	for (size_t i = 0; i < t->hits; i++) {
		if (i > 0 && t->hit[i - 1].rule == t->hit[i].rule)
			continue;
		t->count.hits++;
		fn(arg, t, event, t->hit[i].rule);
	}
	return known;
}
