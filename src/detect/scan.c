/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/arena.h"

#define WEIGHT_BITS 16
#define BITS_LEAST  10
#define BITS_MOST   16  /* of what tells which grams there are: 64 KiB */
#define STRIDE_MOST 4
#define FILTER_MOST 160 /* literals; of more, a filter lets too many places through */
#define SMALL_SET   16
#define SHARES      8   /* literals of a filter are sorted into: a bit for each */
#define LEADING     3   /* bytes from a gram of theirs on that it looks at */

enum { WIDE, PAIR, SINGLE, WIDTHS }; /* literals of at least wide_from() bytes, of two, of one */
static const uint32_t width[WIDTHS] = { 4, 2, 1 }; /* of a gram */
static const uint32_t mask[WIDTHS] = { UINT32_MAX, 0xffff, 0xff };

/* One literal at one gram; those of a gram lie together. */
struct entry {
	uint32_t literal, text;  /* text: from the beginning of the compiled bytes */
	uint16_t len, before;    /* before: of its bytes, those before the gram */
	uint32_t last;           /* of its gram */
	uint32_t head, tail;     /* its first and last four bytes, where it has so many: most differ in them already */
};

struct slot {
	uint32_t gram, entry;    /* entry + 1 from the beginning of its index; 0: free */
};

/*
 * Which shares of the short literals a place may begin: of each of the next bytes what its lower and
 * its upper half allow, sixteen places at a time.  (The method is known as Teddy, from Hyperscan.)
 */
struct filter {
	uint8_t low[LEADING][16], high[LEADING][16];
};

/*
 * Of one width.  Every ${stride}th place of a text is looked at, so each literal is there with as many
 * grams, of which one falls on such a place; 0: every place, by a filter.  Places of data are counted
 * from the beginning of all.
 */
struct index {
	uint32_t entries, stride, shift, slot_shift, slot_mask;
	uint32_t mark; /* bytes by hash: 0, or a bit for each gram that is there; or a filter */
	uint32_t slot, entry;
};

struct compiled {
	struct index index[WIDTHS];
};

struct scan_weights {
	uint32_t count[1 << WEIGHT_BITS];
};

static inline uint32_t
load(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t
mix(uint32_t gram)
{
	return gram * 0x9e3779b1u;
}

/* One of eight bits, from those of the product that do not tell the place. */
static inline char
tag(uint32_t gram)
{
	return (char)(1 << (mix(gram) >> 8 & 7));
}

/* ---- compiling --------------------------------------------------------------------------- */

struct scan_weights *
scan_weights_new(void)
{
	return xcalloc(1, sizeof(struct scan_weights));
}

void
scan_weights_free(struct scan_weights *w)
{
	free(w);
}

void
scan_weigh(struct scan_weights *w, const struct scan_literal *l)
{
	for (uint32_t i = 0; i + 4 <= l->len; i++)
		w->count[mix(load(l->text + i)) >> (32 - WEIGHT_BITS)]++;
}

static uint32_t
gram_of(const char *p, int k)
{
	uint32_t gram = 0;

	memcpy(&gram, p, width[k]);
	return gram;
}

/* Where the gram begins that the fewest literals have, of every ${stride}th from ${from}. */
static uint32_t
rarest(const struct scan_literal *l, const struct scan_weights *w, uint32_t from, uint32_t stride)
{
	uint32_t best = from, least = UINT32_MAX;

	for (uint32_t i = from; i + 4 <= l->len; i += stride) {
		uint32_t n = w->count[mix(load(l->text + i)) >> (32 - WEIGHT_BITS)];

		if (n <= least) {
			least = n;
			best = i;
		}
	}
	return best;
}

struct pick {
	uint32_t gram, literal;
	uint16_t before;
	uint8_t width;
};

static int
by_gram(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	if (x->width != y->width)
		return x->width < y->width ? -1 : 1;
	if (x->gram != y->gram)
		return x->gram < y->gram ? -1 : 1;
	return x->literal < y->literal ? -1 : x->literal > y->literal;
}

/* How literals are told apart, and looked for. */
struct plan {
	uint32_t wide_from; /* bytes */
	uint32_t stride;    /* for wide ones */
	bool filters;       /* for the others */
};

/*
 * Few short ones are for the filter, and where there are few at all, all of them; many short ones are
 * looked for as the wide ones are, closer together.
 */
static struct plan
plan_for(const struct scan_literal *l, size_t n)
{
	struct plan plan = { 3 + STRIDE_MOST, STRIDE_MOST, true };
	size_t few = 0;

	if (n <= SMALL_SET)
		plan.wide_from = UINT32_MAX;
	for (size_t i = 0; i < n; i++)
		few += l[i].len < plan.wide_from;
	if (few <= FILTER_MOST)
		return plan;
	plan.wide_from = 4;
	plan.filters = false;
	for (size_t i = 0; i < n; i++)
		while (l[i].len >= plan.wide_from && l[i].len < 3 + plan.stride)
			plan.stride /= 2;
	return plan;
}

static uint8_t
width_of(const struct scan_literal *l, const struct plan *plan)
{
	return l->len >= plan->wide_from ? WIDE : l->len >= 2 ? PAIR : SINGLE;
}

static struct pick *
pick(const struct scan_literal *l, size_t n, const struct scan_weights *w, const struct plan *plan,
    size_t *ret_n)
{
	struct pick *p = xcalloc(n * plan->stride + 1, sizeof(*p));
	size_t picks = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t k = width_of(&l[i], plan);

		for (uint32_t from = 0; from < (k == WIDE ? plan->stride : 1); from++) {
			uint32_t stride = k == WIDE ? plan->stride : 1;
			uint32_t at = l[i].len >= 4 ? rarest(&l[i], w, from, stride) : 0;

			p[picks++] = (struct pick){ gram_of(l[i].text + at, k), (uint32_t)i, (uint16_t)at, k };
		}
	}
	qsort(p, picks, sizeof(*p), by_gram);
	*ret_n = picks;
	return p;
}

/* Room behind what there is, in whole words, zeroed. */
static uint32_t
more(char **data, size_t *len, size_t size)
{
	size_t at = *len, end = (at + size + SCAN_ALIGN - 1) / SCAN_ALIGN * SCAN_ALIGN;

	*data = xrealloc(*data, end);
	memset(*data + at, 0, end - at);
	*len = end;
	return (uint32_t)at;
}

static uint32_t
log2_over(size_t n)
{
	uint32_t bits = 1;

	while ((size_t)1 << bits < n)
		bits++;
	return bits;
}

static void
put(char *data, const struct index *x, uint32_t gram, uint32_t entry)
{
	struct slot *slot = (struct slot *)(void *)(data + x->slot);
	uint32_t at = mix(gram) >> x->slot_shift;

	while (slot[at].entry != 0 && slot[at].gram != gram)
		at = (at + 1) & x->slot_mask;
	if (slot[at].entry == 0)
		slot[at] = (struct slot){ gram, entry + 1 };
}

/* Neighbours in order begin alike, so they share a bit. */
static void
put_filter(struct filter *f, const char *text, size_t len, size_t i, size_t n)
{
	uint8_t bit = (uint8_t)(1 << (i * SHARES / n));

	for (uint32_t k = 0; k < LEADING; k++) {
		if (k < len) {
			f->low[k][text[k] & 15] |= bit;
			f->high[k][(uint8_t)text[k] >> 4] |= bit;
			continue;
		}
		for (int c = 0; c < 16; c++) {
			f->low[k][c] |= bit;
			f->high[k][c] |= bit;
		}
	}
}

/* ${text}: where the literal's bytes lie already. */
static struct index
make_index(char **data, size_t *len, const struct pick *p, size_t n, uint32_t stride,
    const struct scan_literal *l, const uint32_t *text)
{
	uint32_t bits = log2_over(n) + 4, slots = log2_over(n * 2);
	struct index x = { .entries = (uint32_t)n, .stride = stride };
	struct entry *entry;

	bits = bits < BITS_LEAST ? BITS_LEAST : bits > BITS_MOST ? BITS_MOST : bits;
	x.shift = 32 - bits;
	x.slot_shift = 32 - slots;
	x.slot_mask = (1u << slots) - 1;
	x.mark = more(data, len, stride == 0 ? sizeof(struct filter) : (size_t)1 << bits);
	x.slot = more(data, len, sizeof(struct slot) << slots);
	x.entry = more(data, len, n * sizeof(*entry));
	entry = (struct entry *)(void *)(*data + x.entry);
	for (size_t i = 0; i < n; i++) {
		entry[i] = (struct entry){ .literal = p[i].literal, .text = text[p[i].literal],
			.len = (uint16_t)l[p[i].literal].len, .before = p[i].before,
			.last = i + 1 == n || p[i + 1].gram != p[i].gram,
			.head = l[p[i].literal].len >= 4 ? load(l[p[i].literal].text) : 0,
			.tail = l[p[i].literal].len >= 4 ? load(l[p[i].literal].text + l[p[i].literal].len - 4) : 0 };
		put(*data, &x, p[i].gram, (uint32_t)i);
		if (stride == 0)
			put_filter((struct filter *)(void *)(*data + x.mark), l[p[i].literal].text + p[i].before,
			    l[p[i].literal].len - p[i].before, i, n);
		else
			(*data)[x.mark + (mix(p[i].gram) >> x.shift)] |= tag(p[i].gram);
	}
	return x;
}

void *
scan_compile(const struct scan_literal *l, size_t count, const struct scan_weights *w, size_t *ret_len)
{
	struct compiled head = { 0 };
	struct plan plan = plan_for(l, count);
	size_t picks;
	struct pick *p = pick(l, count, w, &plan, &picks);
	uint32_t *text = xcalloc(count + 1, sizeof(*text));
	char *data = NULL;
	size_t len = 0;

	more(&data, &len, sizeof(head));
	for (size_t i = 0; i < count; i++) {
		text[i] = more(&data, &len, l[i].len);
		memcpy(data + text[i], l[i].text, l[i].len);
	}
	for (size_t from = 0, to; from < picks; from = to) {
		for (to = from; to < picks && p[to].width == p[from].width; to++)
			;
		head.index[p[from].width] = make_index(&data, &len, p + from, to - from,
		    p[from].width == WIDE ? plan.stride : plan.filters ? 0 : 1, l, text);
	}
	memcpy(data, &head, sizeof(head));
	free(text);
	free(p);
	*ret_len = len;
	return data;
}

/* ---- running ------------------------------------------------------------------------------- */

struct scan {
	const char *data, *text;
	size_t len;
	scan_found_fn fn;
	void *arg;
};

/* Whether the literal stands around the gram at ${at}.  Up to eight bytes are known by their ends. */
static inline bool
stands(const struct scan *s, const struct entry *e, size_t at)
{
	const char *from;

	if (e->before > at || at - e->before + e->len > s->len)
		return false;
	from = s->text + (at - e->before);
	if (e->len >= 4 && (load(from) != e->head || load(from + e->len - 4) != e->tail))
		return false;
	return (e->len >= 4 && e->len <= 8) || memcmp(from, s->data + e->text, e->len) == 0;
}

/* The gram at ${at} may be some literal's. */
static void
look(const struct scan *s, const struct index *x, uint32_t gram, size_t at)
{
	const struct slot *slot = (const struct slot *)(const void *)(s->data + x->slot);
	const struct entry *e;
	uint32_t i = mix(gram) >> x->slot_shift;

	while (slot[i].entry != 0 && slot[i].gram != gram)
		i = (i + 1) & x->slot_mask;
	if (slot[i].entry == 0)
		return;
	e = (const struct entry *)(const void *)(s->data + x->entry) + slot[i].entry - 1;
	for (;; e++) {
		if (stands(s, e, at))
			s->fn(s->arg, e->literal, at - e->before, e->len);
		if (e->last)
			return;
	}
}

/* Looks closer where the gram has its mark. */
static inline void
try(const struct scan *s, const struct index *x, const char *mark, uint32_t gram, size_t at)
{
	if ((mark[mix(gram) >> x->shift] & tag(gram)) != 0)
		look(s, x, gram, at);
}

/* The bytes of ${wide} at every ${stride}th place; both are known where this is inlined. */
static inline __attribute__((always_inline)) void
pass(const struct scan *s, const struct index *x, uint32_t wide, uint32_t bytes, size_t stride)
{
	const char *mark = s->data + x->mark;
	const uint32_t shift = x->shift;
	const size_t end = s->len < bytes ? 0 : s->len - bytes + 1;
	size_t i = 0;

	for (; i + 3 * stride < end; i += 4 * stride) {
		uint32_t a = load(s->text + i) & wide, b = load(s->text + i + stride) & wide;
		uint32_t c = load(s->text + i + 2 * stride) & wide, d = load(s->text + i + 3 * stride) & wide;

		if ((mark[mix(a) >> shift] | mark[mix(b) >> shift] | mark[mix(c) >> shift] |
		    mark[mix(d) >> shift]) == 0)
			continue;
		try(s, x, mark, a, i);
		try(s, x, mark, b, i + stride);
		try(s, x, mark, c, i + 2 * stride);
		try(s, x, mark, d, i + 3 * stride);
	}
	for (; i < end; i += stride)
		try(s, x, mark, load(s->text + i) & wide, i);
}

/* Where a filter allows it, one place at a time. */
static void
pass_filter(const struct scan *s, const struct index *x, uint32_t wide)
{
	const struct filter *f = (const struct filter *)(const void *)(s->data + x->mark);

	for (size_t i = 0; i < s->len; i++) {
		uint8_t share = UINT8_MAX;

		for (uint32_t k = 0; k < LEADING; k++) {
			uint8_t c = (uint8_t)s->text[i + k];

			share &= f->low[k][c & 15] & f->high[k][c >> 4];
		}
		if (share != 0)
			look(s, x, load(s->text + i) & wide, i);
	}
}

#if defined(__x86_64__)
__attribute__((target("ssse3"))) static void
pass_filter_16(const struct scan *s, const struct index *x, uint32_t wide)
{
	const struct filter *f = (const struct filter *)(const void *)(s->data + x->mark);
	const __m128i half = _mm_set1_epi8(15), none = _mm_setzero_si128();
	__m128i low[LEADING], high[LEADING];

	for (int k = 0; k < LEADING; k++) {
		low[k] = _mm_loadu_si128((const __m128i *)(const void *)f->low[k]);
		high[k] = _mm_loadu_si128((const __m128i *)(const void *)f->high[k]);
	}
	for (size_t i = 0; i < s->len; i += 16) {
		__m128i share = _mm_set1_epi8(-1);
		unsigned at;

		for (int k = 0; k < LEADING; k++) {
			__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(s->text + i + k));
			__m128i a = _mm_shuffle_epi8(low[k], _mm_and_si128(c, half));
			__m128i b = _mm_shuffle_epi8(high[k], _mm_and_si128(_mm_srli_epi16(c, 4), half));

			share = _mm_and_si128(share, _mm_and_si128(a, b));
		}
		at = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(share, none)) & 0xffff;
		for (; at != 0; at &= at - 1) {
			size_t place = i + (size_t)__builtin_ctz(at);

			look(s, x, load(s->text + place) & wide, place);
		}
	}
}
#endif

static void
run_filter(const struct scan *s, const struct index *x, uint32_t wide)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("ssse3")) {
		pass_filter_16(s, x, wide);
		return;
	}
#endif
	pass_filter(s, x, wide);
}

void
scan_run(const void *compiled, const char *text, size_t len, scan_found_fn fn, void *arg)
{
	const struct compiled *c = compiled;
	const struct scan s = { compiled, text, len, fn, arg };
	const struct index *x = &c->index[WIDE];

	if (x->entries > 0 && x->stride == 4)
		pass(&s, x, mask[WIDE], width[WIDE], 4);
	else if (x->entries > 0 && x->stride == 2)
		pass(&s, x, mask[WIDE], width[WIDE], 2);
	else if (x->entries > 0)
		pass(&s, x, mask[WIDE], width[WIDE], 1);
	for (x = &c->index[PAIR]; x < c->index + WIDTHS; x++) {
		if (x->entries > 0 && x->stride == 0)
			run_filter(&s, x, mask[x - c->index]);
		else if (x->entries > 0)
			pass(&s, x, mask[x - c->index], width[x - c->index], 1);
	}
}
