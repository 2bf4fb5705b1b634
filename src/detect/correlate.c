/* SPDX-License-Identifier: Apache-2.0 */
/* correlate.c: sliding windows over hits, per correlation and group; correlate_measure.c judges them. */
#include "detect/correlate.h"

#include <math.h>

#include "detect/correlate_part.h"

#define ABSENT      UINT32_MAX
#define PARTS_MAX   64
#define ENTRIES_MAX ((size_t)8 << 20)  /* hits of all windows together */
#define CARRY_MAX   ((size_t)1 << 22)
#define QUEUE_MAX   ((size_t)32 << 20) /* bytes of the hits a correlation puts off; beyond it those it has are fed */

/* A rule as part of a correlation. */
struct part {
	uint32_t corr, which;
};

/* A hit put off. */
struct put_off {
	int64_t time_ns;
	struct correlate_ref ref;
	uint32_t which;
	size_t at, len, nth;  /* its data in the queue's bytes; which one of the queue */
};

/*
 * The hits of a correlation that rests on one whose condition only the end of a window can
 * decide: what that one hands on lies back, so all are put off until the end and put in order.
 */
struct queue {
	bool used;
	struct put_off *hit;
	size_t hits, room;
	struct buf data;
};

struct correlate {
	const struct matcher *m;
	void (*fn)(void *arg, const struct correlate_detection *detection);
	void *arg;
	struct map *window;   /* per correlation: group as text to struct window * */
	struct part *part;
	uint32_t *part_of;    /* rules + 1 offsets into part */
	struct queue *queue;  /* per correlation */
	size_t entries;
	struct correlate_ref refs[CORRELATE_REFS];
	uint64_t fired, left_out;
	int depth;
};

/* ---- taking ---- */

static struct text
take_text(struct matcher_thread *t, const struct take *take)
{
	for (uint32_t i = 0; i < take->ids; i++)
		for (uint32_t v = thread_first(t, t->m->t.number[take->id + i]); v != 0; v = t->low[v - 1].next)
			if (t->event->value[v - 1].type != VALUE_NULL)
				return thread_text(t, v - 1);
	return (struct text){ NULL, 0 };
}

static void
add_part(struct buf *out, struct text text)
{
	uint32_t len = text.at == NULL ? ABSENT : (uint32_t)text.len;

	buf_add(out, &len, sizeof(len));
	if (text.at != NULL)
		buf_add(out, text.at, text.len);
}

void
correlate_take(struct matcher_thread *t, const struct event *event, uint32_t rule, struct buf *out)
{
	const struct variant *v = NULL;

	(void)event;
	for (size_t i = 0; v == NULL && i < t->hits; i++)
		if (t->hit[i].rule == rule)
			v = &t->m->t.variant[t->hit[i].variant];
	for (uint32_t i = 0; v != NULL && i < v->takes; i++)
		add_part(out, take_text(t, &t->m->t.take[v->take + i]));
}

/* What correlate_take() wrote, or what a correlation hands on. */
static size_t
read_parts(const void *data, size_t len, struct text *part)
{
	const char *p = data, *end = p + len;
	size_t n = 0;

	while (n < PARTS_MAX && (size_t)(end - p) >= sizeof(uint32_t)) {
		uint32_t size;

		memcpy(&size, p, sizeof(size));
		p += sizeof(size);
		if (size != ABSENT && size > (size_t)(end - p))
			break;
		part[n++] = size == ABSENT ? (struct text){ NULL, 0 } : (struct text){ p, size };
		if (size != ABSENT)
			p += size;
	}
	return n;
}

/* ---- windows ---- */

static void
window_free(void *p)
{
	struct window *w = p;

	map_clear(&w->tally, free);
	for (size_t i = 0; w->group != NULL && w->group[i] != NULL; i++)
		free(w->group[i]);
	buf_clear(&w->carry);
	free(w->group);
	free(w->sorted);
	free(w->start);
	free(w->entry);
	free(w->of_rule);
	free(w);
}

/* Values that have left the window. */
static void
forget_values(struct window *w)
{
	struct map live = MAP_INIT;
	struct map_slot *s;

	for (size_t i = 0; (s = map_next(&w->tally, &i)) != NULL;) {
		if (((struct tally *)s->value)->count > 0)
			map_put(&live, s->key, s->value);
		else
			free(s->value);
	}
	map_clear(&w->tally, NULL);
	w->tally = live;
}

static void
drop_first(struct correlate *c, struct window *w)
{
	struct entry *e = &w->entry[w->first];

	window_goes(w, e);
	w->first++;
	w->count--;
	c->entries--;
	if (--w->of_rule[e->which] == 0)
		w->rules_seen--;
	if (e->tally != NULL && --e->tally->count == 0 && --w->different * 2 + 1000 < w->tally.used)
		forget_values(w);
	w->sum -= e->number;
	if (w->count == 0) {
		w->first = 0;
		w->sum = 0;
		map_clear(&w->tally, free);
	}
}

static struct tally *
tally_of(struct window *w, const char *value)
{
	struct tally *t = map_get(&w->tally, value);

	if (t == NULL) {
		t = xcalloc(1, sizeof(*t));
		map_put(&w->tally, value, t);
	}
	if (t->count++ == 0)
		w->different++;
	return t;
}

static void
make_room(struct correlate *c, struct window *w)
{
	if (w->count == CORRELATE_WINDOW || (c->entries >= ENTRIES_MAX && w->count > 0)) {
		drop_first(c, w);
		c->left_out++;
	}
	if (w->first > 0 && w->first + w->count == w->room) {
		memmove(w->entry, w->entry + w->first, w->count * sizeof(*w->entry));
		w->first = 0;
	}
	if (w->first + w->count == w->room) {
		w->room = w->room == 0 ? 4 : w->room * 2;
		w->entry = xrealloc(w->entry, w->room * sizeof(*w->entry));
	}
}

static void
push(struct correlate *c, struct window *w, const struct entry *e)
{
	w->entry[w->first + w->count++] = *e;
	c->entries++;
	if (w->of_rule[e->which]++ == 0)
		w->rules_seen++;
	w->sum += e->number;
	window_came(w, e);
}

/* ---- detections ---- */

static void
hand_on(struct correlate *c, const struct corr_rec *r, const struct window *w, int64_t time_ns,
    struct correlate_ref ref)
{
	struct buf out = BUF_INIT((size_t)1 << 22);

	for (uint32_t i = 0; i < r->groups; i++)
		add_part(&out, (struct text){ w->group[i], strlen(w->group[i]) });
	buf_add(&out, buf_str(&w->carry), w->carry.len);
	if (++c->depth <= SIGMA_DEPTH_MAX && !out.full)
		correlate_feed(c, r->rule, time_ns, buf_str(&out), out.len, ref);
	c->depth--;
	buf_clear(&out);
}

static void
fire(struct correlate *c, const struct corr_rec *r, struct window *w, double count)
{
	struct correlate_detection d = { .rule = r->rule, .count = count, .groups = r->groups };
	const char **name;
	struct correlate_ref last = w->entry[w->first + w->count - 1].ref;

	if (c->fired == CORRELATE_DETECTIONS) {
		c->left_out++;
		while (w->count > 0)
			drop_first(c, w);
		return;
	}
	c->fired++;
	name = xcalloc(r->groups + 1, sizeof(*name));
	d.first_ns = w->entry[w->first].time_ns;
	d.last_ns = w->entry[w->first + w->count - 1].time_ns;
	for (size_t i = w->count > CORRELATE_REFS ? w->count - CORRELATE_REFS : 0; i < w->count; i++)
		c->refs[d.refs++] = w->entry[w->first + i].ref;
	d.ref = c->refs;
	for (uint32_t i = 0; i < r->groups; i++)
		name[i] = c->m->t.byte + c->m->t.number[r->group + i];
	d.group_name = name;
	d.group_value = (const char *const *)w->group;
	c->fn(c->arg, &d);
	free(name);
	while (w->count > 0)
		drop_first(c, w);
	hand_on(c, r, w, d.last_ns, last);
}

/*
 * Lets go what lies before the window that ends now.  Where the condition waits, the window
 * that began with the first hit is over when that one is let go.
 */
static void
slide(struct correlate *c, const struct corr_rec *r, struct window *w, int64_t now_ns)
{
	while (w->count > 0 && r->span_ns > 0 && now_ns - w->entry[w->first].time_ns > r->span_ns) {
		double n = window_waits(r) ? window_measure(r, w) : 0;

		if (window_waits(r) && window_holds(r, n))
			fire(c, r, w, n);
		else
			drop_first(c, w);
	}
}

/* ---- feeding ---- */

static struct text
slot_text(const struct correlate *c, const struct corr_rec *r, uint32_t which, uint32_t k,
    const struct text *part, size_t parts)
{
	uint32_t slot = c->m->t.number[r->slot + which * (r->groups + r->fields + r->carries) + k];

	return slot < parts ? part[slot] : (struct text){ NULL, 0 };
}

/* Adds a text as part of a key: without NUL, and so that two never read like one. */
static void
add_key(struct buf *key, struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char ch = text.at[i];

		if (ch == '\0' || ch == '\x01' || ch == '\x02') {
			buf_addc(key, '\x02');
			ch = (char)(ch + 'a');
		}
		buf_addc(key, ch);
	}
	buf_addc(key, '\x01');
}

/* The window of the group the hit belongs to; NULL when a field of the group is absent. */
static struct window *
window_of(struct correlate *c, uint32_t corr, uint32_t which, const struct text *part, size_t parts)
{
	const struct corr_rec *r = &c->m->t.corr[corr];
	struct buf key = BUF_INIT((size_t)1 << 22);
	struct window *w = NULL;
	bool whole = true;

	for (uint32_t k = 0; whole && k < r->groups; k++) {
		struct text text = slot_text(c, r, which, k, part, parts);

		whole = text.at != NULL;
		if (whole)
			add_key(&key, text);
	}
	if (whole && !key.full)
		w = map_get(&c->window[corr], buf_str(&key));
	if (whole && !key.full && w == NULL) {
		w = xcalloc(1, sizeof(*w));
		buf_init(&w->carry, CARRY_MAX);
		w->of_rule = xcalloc(r->refs + 1, sizeof(*w->of_rule));
		window_init(r, w);
		w->group = xcalloc(r->groups + 1, sizeof(*w->group));
		for (uint32_t k = 0; k < r->groups; k++) {
			struct text text = slot_text(c, r, which, k, part, parts);

			w->group[k] = xcalloc(1, text.len + 1);
			memcpy(w->group[k], text.at, text.len);
		}
		map_put(&c->window[corr], buf_str(&key), w);
	}
	buf_clear(&key);
	return w;
}

/* The counted value of a hit: false when it has none, and the hit does not count. */
static bool
take_value(struct correlate *c, const struct corr_rec *r, struct window *w, struct entry *e,
    const struct text *part, size_t parts)
{
	struct buf key = BUF_INIT((size_t)1 << 22);
	char number[64], *end;
	struct text text;
	bool good = true;

	for (uint32_t k = 0; good && k < r->fields; k++) {
		text = slot_text(c, r, e->which, r->groups + k, part, parts);
		good = text.at != NULL;
		if (good)
			add_key(&key, text);
	}
	if (good && r->type == SIGMA_VALUE_COUNT) {
		e->tally = tally_of(w, buf_str(&key));
	} else if (good && r->fields > 0) {
		good = text.len > 0 && text.len < sizeof(number);
		if (good) {
			memcpy(number, text.at, text.len);
			number[text.len] = '\0';
			e->number = strtod(number, &end);
			good = *end == '\0' && isfinite(e->number);
		}
	}
	buf_clear(&key);
	return good;
}

static void
feed_one(struct correlate *c, const struct part *p, int64_t time_ns, const struct text *part, size_t parts,
    struct correlate_ref ref)
{
	const struct corr_rec *r = &c->m->t.corr[p->corr];
	struct window *w = window_of(c, p->corr, p->which, part, parts);
	struct entry e = { .time_ns = time_ns, .ref = ref, .which = p->which };
	double n;

	if (w == NULL)
		return;
	if (w->count > 0 && time_ns < w->entry[w->first + w->count - 1].time_ns)
		e.time_ns = w->entry[w->first + w->count - 1].time_ns; /* put off, and more than a queue holds */
	slide(c, r, w, e.time_ns);
	make_room(c, w);
	if (!take_value(c, r, w, &e, part, parts))
		return;
	push(c, w, &e);
	buf_reset(&w->carry);
	for (uint32_t k = 0; k < r->carries; k++)
		add_part(&w->carry, slot_text(c, r, p->which, r->groups + r->fields + k, part, parts));
	if (window_waits(r))
		return;
	n = window_measure(r, w);
	if (window_holds(r, n))
		fire(c, r, w, n);
}

static int
compare_put_off(const void *a, const void *b)
{
	const struct put_off *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return (x->nth > y->nth) - (x->nth < y->nth);
}

static void
feed_put_off(struct correlate *c, uint32_t corr)
{
	struct queue *q = &c->queue[corr];
	struct text part[PARTS_MAX];

	if (q->hits > 0)
		qsort(q->hit, q->hits, sizeof(*q->hit), compare_put_off);
	for (size_t i = 0; i < q->hits; i++) {
		const struct put_off *h = &q->hit[i];
		size_t parts = read_parts(buf_str(&q->data) + h->at, h->len, part);

		feed_one(c, &(struct part){ corr, h->which }, h->time_ns, part, parts, h->ref);
	}
	q->hits = 0;
	buf_reset(&q->data);
}

static void
put_off(struct correlate *c, const struct part *p, int64_t time_ns, const void *data, size_t len,
    struct correlate_ref ref)
{
	struct queue *q = &c->queue[p->corr];

	if (q->data.len + len + q->hits * sizeof(*q->hit) > QUEUE_MAX)
		feed_put_off(c, p->corr);
	if (q->hits == q->room) {
		q->room = q->room == 0 ? 64 : q->room * 2;
		q->hit = xrealloc(q->hit, q->room * sizeof(*q->hit));
	}
	q->hit[q->hits] = (struct put_off){ time_ns, ref, p->which, q->data.len, len, q->hits };
	q->hits++;
	buf_add(&q->data, data, len);
}

void
correlate_feed(struct correlate *c, uint32_t rule, int64_t time_ns, const void *data, size_t len,
    struct correlate_ref ref)
{
	struct text part[PARTS_MAX];
	size_t parts = read_parts(data, len, part);

	for (uint32_t i = c->part_of[rule]; i < c->part_of[rule + 1]; i++)
		if (c->queue[c->part[i].corr].used)
			put_off(c, &c->part[i], time_ns, data, len, ref);
		else
			feed_one(c, &c->part[i], time_ns, part, parts, ref);
}

/* Correlations stand after those they rest on. */
static void
find_who_puts_off(struct correlate *c)
{
	for (uint32_t i = 0; i < c->m->t.corrs; i++) {
		const struct corr_rec *r = &c->m->t.corr[i];
		bool hands_on_late = window_waits(r) || c->queue[i].used;

		buf_init(&c->queue[i].data, QUEUE_MAX);
		for (uint32_t k = c->part_of[r->rule]; hands_on_late && k < c->part_of[r->rule + 1]; k++)
			c->queue[c->part[k].corr].used = true;
	}
}

struct correlate *
correlate_new(const struct matcher *m, void (*fn)(void *arg, const struct correlate_detection *detection),
    void *arg)
{
	struct correlate *c = xcalloc(1, sizeof(*c));
	uint32_t n = 0;

	*c = (struct correlate){ .m = m, .fn = fn, .arg = arg };
	c->window = xcalloc(m->t.corrs + 1, sizeof(*c->window));
	c->part_of = xcalloc(m->t.rules + 2, sizeof(*c->part_of));
	for (size_t i = 0; i < m->t.corrs; i++)
		n += m->t.corr[i].refs;
	c->part = xcalloc(n + 1, sizeof(*c->part));
	n = 0;
	for (uint32_t rule = 0; rule < m->t.rules; rule++) {
		c->part_of[rule] = n;
		for (uint32_t i = 0; m->t.rule[rule].feeds && i < m->t.corrs; i++)
			for (uint32_t k = 0; k < m->t.corr[i].refs; k++)
				if (m->t.number[m->t.corr[i].ref + k] == rule)
					c->part[n++] = (struct part){ i, k };
	}
	c->part_of[m->t.rules] = n;
	c->queue = xcalloc(m->t.corrs + 1, sizeof(*c->queue));
	find_who_puts_off(c);
	return c;
}

/* Windows of one correlation in the order of their first hit, whatever the order of the map. */
static int
compare_windows(const void *a, const void *b)
{
	const struct window *x = *(struct window *const *)a, *y = *(struct window *const *)b;
	const struct entry *ex = &x->entry[x->first], *ey = &y->entry[y->first];

	if (ex->time_ns != ey->time_ns)
		return ex->time_ns < ey->time_ns ? -1 : 1;
	if (ex->ref.file != ey->ref.file)
		return ex->ref.file < ey->ref.file ? -1 : 1;
	return (ex->ref.record > ey->ref.record) - (ex->ref.record < ey->ref.record);
}

static void
decide(struct correlate *c, uint32_t corr)
{
	const struct corr_rec *r = &c->m->t.corr[corr];
	struct window **open = xcalloc(c->window[corr].used + 1, sizeof(struct window *));
	struct map_slot *s;
	size_t n = 0;

	for (size_t i = 0; window_waits(r) && (s = map_next(&c->window[corr], &i)) != NULL;)
		if (((struct window *)s->value)->count > 0)
			open[n++] = s->value;
	qsort(open, n, sizeof(struct window *), compare_windows);
	for (size_t i = 0; i < n; i++)
		while (open[i]->count > 0) {
			double count = window_measure(r, open[i]);

			if (window_holds(r, count))
				fire(c, r, open[i], count);
			else if (r->span_ns == 0)
				break;
			else
				drop_first(c, open[i]);
		}
	free(open);
}

uint64_t
correlate_end(struct correlate *c)
{
	uint64_t left_out;

	for (uint32_t i = 0; i < c->m->t.corrs; i++) {
		feed_put_off(c, i);
		decide(c, i);
	}
	for (size_t i = 0; i < c->m->t.corrs; i++) {
		map_clear(&c->window[i], window_free);
		free(c->queue[i].hit);
		buf_clear(&c->queue[i].data);
	}
	free(c->window);
	free(c->queue);
	free(c->part);
	free(c->part_of);
	left_out = c->left_out;
	free(c);
	return left_out;
}
