/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matcher_part.h: a compiled matcher, for the files of the matcher only.
 *
 * It is a handful of tables that refer to each other by number, so that the cache can write
 * them as they are.  Strings are offsets into ${byte}; 0 is "".
 */
#pragma once

#include "detect/matcher.h"
#include "detect/regex.h"
#include "detect/scan.h"

enum item_kind {
	ITEM_EQUALS, ITEM_STARTS, ITEM_ENDS, ITEM_CONTAINS, ITEM_GLOB, ITEM_ANY, ITEM_REGEX, ITEM_CIDR,
	ITEM_NULL, ITEM_EXISTS, ITEM_LESS, ITEM_LESS_EQ, ITEM_MORE, ITEM_MORE_EQ, ITEM_FIELD, ITEM_TIME,
	ITEM_FORMAT,
};

/* One test on one field; the same test of several rules is there once. */
struct item {
	uint8_t kind, cased, place, part;
	uint8_t flags;             /* regex: 1 multiline, 2 dotall; exists: 1 wanted */
	uint8_t bits;
	uint16_t reserved;
	uint32_t field;            /* 0: keyword */
	uint32_t other;            /* field compared with; regex: number */
	union {
		struct {
			uint32_t text, len;/* bytes; GLOB: units of 16 bits, len in units; CIDR: the address */
		};
		double number;     /* of those that item_has_number() */
	};
	uint32_t shown;            /* in shown */
	uint32_t pad;
};

static inline bool
item_has_number(const struct item *item)
{
	return item->kind == ITEM_EXISTS || item->kind == ITEM_TIME ||
	    (item->kind >= ITEM_LESS && item->kind <= ITEM_MORE_EQ);
}

/*
 * What a rule asks, as it is walked: a step for each test and each group of tests, groups before their parts,
 * all of a rule one behind the other in ${code}.  Memory is what evaluating waits for, so what nearly all tests
 * are, a text in small letters, lies behind its step.
 */
enum step_op {
	STEP_ALL, STEP_ANY, STEP_NOT,
	STEP_MANY,                 /* ANY, of which many knows a part */
	STEP_TEXT,                 /* its own item: EQUALS to CONTAINS */
	STEP_ITEM,                 /* any other */
	STEP_AGAIN,                /* what stands elsewhere already */
};

struct step {
	uint8_t op, kind;          /* kind: TEXT: of item */
	uint8_t known;             /* its answer is looked up, and remembered */
	uint8_t reserved;
	uint32_t len;              /* TEXT: bytes that follow */
	uint32_t words;            /* of it and its parts */
	uint32_t of;               /* TEXT: field; MANY: into many; AGAIN: into code */
	uint32_t name;             /* of the selection, or 0 */
	uint32_t answer;           /* TEXT, ITEM: the item; others: where it is remembered, after those of items */
};

/* Texts that alternatives ask one field for. */
struct many {
	uint32_t scan;             /* compiled literals, in byte */
	uint32_t field;
	uint32_t item, items;      /* that each literal stands for, into number */
	uint32_t next;             /* the many of another field of the same node, or 0 */
};

/* A rule in one of the ways its log source is found. */
struct variant {
	uint32_t rule, root;       /* root: into code; while compiling, a node */
	uint32_t take, takes;      /* what correlations need: entries of take */
	uint32_t sure;             /* answer + 1 that is true where one of its witnesses stands; while compiling, a
	                              node; 0: none */
};

/* One text for correlations: the first of these fields that is there. */
struct take {
	uint32_t id, ids;          /* into number */
};

struct rule_rec {
	uint32_t text[17];         /* strings of sigma_about, in the order of about_text() */
	uint32_t tag, tags, reference, references, falsepositive, falsepositives; /* into number */
	int32_t line;
	uint8_t level, correlation, silent, feeds;
};

struct bound {
	uint32_t cmp, reserved;
	double number;
};

struct corr_rec {
	uint32_t rule;
	uint8_t type, generate, legacy, bounds;
	struct bound bound[6];
	double percentile;
	int64_t span_ns;
	uint32_t ref, refs;        /* rules, into number */
	uint32_t group, groups;    /* names, into number */
	uint32_t field, fields;
	uint32_t carries;          /* further fields, which correlations that rest on it ask for */
	uint32_t slot;             /* refs times (groups, fields, carries): where in the rule's takes; into number */
};

struct cond {
	uint32_t field;            /* FIELD_FORMAT: event.format */
	uint32_t value, values;    /* pairs of a lower-case string and its length, into number; 0 values: there,
	                              whatever it is */
};
#define FIELD_FORMAT UINT32_MAX

/* Values of a routing field, to numbers from 1. */
struct word {
	uint32_t hash, text, len, id;
};

struct route {
	uint32_t gate, gates;      /* into cond */
	uint32_t field[2];         /* 0: not used */
	uint32_t word[2], words[2];/* hash tables, powers of two, into word */
	uint32_t count[2];         /* different values */
	uint32_t cell;             /* (count[0] + 1) * (count[1] + 1) buckets, into number */
};

struct bucket {
	uint32_t variant, variants;/* all, into number, ascending */
	uint32_t open, opens;      /* those without a witness */
	uint32_t presence, presences; /* pairs of field and variant, by field */
	uint32_t literal, literals;/* literals + 1 offsets into number of lists of pairs: variant, its field or 0; ids
	                              of the scan */
	uint32_t scan;             /* compiled literals, in byte; 0: none */
	uint32_t need;             /* bit set over fields of what is scanned, into number */
	uint32_t whole;            /* every text is scanned: 1; numbers, times and the like too: 2 */
};

/* name, type, table, count */
#define MATCHER_TABLES(X) \
	X(char, byte) X(char, shown) X(uint32_t, number) X(struct item, item) X(uint32_t, code) \
	X(struct variant, variant) X(struct take, take) X(struct rule_rec, rule) X(struct corr_rec, corr) \
	X(struct cond, cond) X(struct word, word) X(struct route, route) X(struct bucket, bucket) \
	X(struct many, many)

#define X(type, name) type *name; size_t name##s, name##_room;
struct tables {
	MATCHER_TABLES(X)
};
#undef X

struct matcher {
	struct tables t;
	struct names *names;
	struct sigma_about *about;
	const char **strings;      /* lists of about */
	struct regex **regex;      /* by item.other */
	size_t regexes;
	uint32_t fields;           /* names_count() when compiled */
	uint32_t answers;          /* of items and of steps */
	uint32_t literals, opens;
	bool no_prefilter;
	char *cached;              /* what the tables lie in, when read from the cache; else each is its own */
};

/* Makes room for ${n} more of a table and returns the first of them, zeroed. */
#define TABLE_ADD(t, name, n) \
	(table_room((void **)&(t)->name, &(t)->name##s, &(t)->name##_room, sizeof(*(t)->name), (n)), \
	    (t)->name + (t)->name##s - (n))
/* Never leaves a table without memory, so that the first of none is a place too. */
void table_room(void **table, size_t *count, size_t *room, size_t size, size_t more);

uint32_t table_text(struct tables *t, const char *s);
uint32_t table_bytes(struct tables *t, const void *data, size_t len, size_t align);
uint32_t table_number(struct tables *t, uint32_t n);

/* The strings of an about by number, for writing and reading; NULL beyond the last. */
const char **about_text(struct sigma_about *about, size_t i);

/* Fills what is not in tables: abouts, expressions, names.  ERR_BROKEN when tables lie. */
int matcher_finish(struct matcher *m, struct err *err);

/* Of values of routing fields, as struct word keeps it. */
static inline uint32_t
word_hash(const char *s, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len, w;

	for (; len >= sizeof(w); s += sizeof(w), len -= sizeof(w)) {
		memcpy(&w, s, sizeof(w));
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (w = 0; len > 0; len--)
		w = w << 8 | (unsigned char)s[len - 1];
	h = (h ^ w) * 0xff51afd7ed558ccdu;
	return (uint32_t)(h >> 32);
}

/* ---- compiling ---- */

enum node_op {
	NODE_AND, NODE_OR, NODE_NOT, NODE_ITEM,
};

/* A rule as a tree, or what several of its parts share; node 0 is none. */
struct node {
	uint32_t op : 7;
	uint32_t given : 1;        /* where the rule is in a bucket, that bucket sees to it */
	uint32_t many : 24;        /* OR: the many that knows a part of it, or 0 */
	uint32_t name;             /* of the selection, or 0 */
	uint32_t first, count;     /* into kid; ITEM: first is the item */
};

struct trees {
	struct node *node;
	uint32_t *kid;
	size_t nodes, node_room, kids, kid_room;
};

/* Fields that correlations ask of a rule. */
struct wants {
	const char **name;
	size_t names;
	bool known;
};

struct builder {
	struct wants *wants;       /* of each rule of the set, once somebody asked */
	struct matcher *m;
	struct tables *t;
	struct trees tree;
	const struct sigma_set *set;
	sigma_fault_fn fn;
	void *arg;
	uint32_t *item_slot;       /* hash table of items, for finding equal ones */
	size_t item_slots;
	uint32_t *rule_of;         /* of the set's rules: number in the matcher + 1, 0 left out */
	uint32_t *cost;            /* of each node */
	bool none_given;           /* buckets hold variants that they do not see to */
	size_t costs;
	struct arena arena;        /* until compiling is over */
};

/* A field of a rule in the fields of events. */
struct renames {
	const struct pack_rename *list[3]; /* the nearest first */
	size_t count[3];
};

/* The ids of a rule's field: at most FIELD_NAMES. */
#define FIELD_NAMES 8
size_t build_field(struct builder *b, const struct renames *names, const char *field,
    uint32_t ret[static FIELD_NAMES]);

/*
 * The expression in those names, with further conditions, of which those on ${routed} fields are given;
 * returns the root.
 */
uint32_t build_expr(struct builder *b, const struct sigma_expr *expr, const struct renames *names,
    const struct pack_when *const *when, size_t whens, const uint32_t routed[static 2]);

/* Numbers of expressions that could not be compiled leave their rule out: says so and returns false. */
bool build_check(struct builder *b, const struct sigma_rule *rule);

/* All variants of a rule in all pipelines; false when no pipeline knows its log source. */
struct routing;
struct routing *routing_new(struct builder *b, const struct pipelines *pipelines);
bool routing_add(struct routing *r, const struct sigma_rule *rule, uint32_t number);
void routing_done(struct routing *r); /* makes cells and buckets; frees */

/* Chooses witnesses for the variants and compiles the scans. */
void build_buckets(struct builder *b);

/* Makes one scan of nodes that ask a field for many texts. */
void build_many(struct builder *b, const struct scan_weights *weights);

/* Trees to code; the last thing that is made. */
void build_code(struct builder *b);

/* What correlations over the rule need of its events, in the variant's names. */
void build_takes(struct builder *b, const struct sigma_rule *rule, size_t variant,
    const struct renames *names);
void build_correlations(struct builder *b);

/* ---- one thread ---- */

struct hit {
	uint32_t rule, variant;
};

struct low {
	uint32_t gen, at, len;     /* in lower; len of the value in small letters */
	uint32_t text_gen, text_at, text_len;
	uint32_t next;             /* next value of the same name + 1 */
};

/* A value in what is scanned: where it begins, and its field. */
struct span_of {
	uint32_t at, field;
};

struct slot {
	uint32_t gen, first;       /* first value of that name + 1 */
};

struct matcher_thread {
	const struct matcher *m;
	const struct event *event;
	struct slot *slot;
	uint32_t slots;
	struct low *low;
	uint32_t lows;
	struct span_of *span;      /* room for lows */
	size_t spans;
	const char *scanned;       /* all of them; in lower */
	size_t scanned_len;
	char *lower;
	size_t lower_len, lower_room;
	struct buf scratch;
	uint32_t gen;
	uint32_t *answer;          /* 2 * gen + answer */
	uint32_t *variant_gen;
	uint32_t *candidate;
	size_t candidates;
	struct hit *hit;
	size_t hits, hits_room;
	const struct bucket *bucket;
	const char *format;        /* of the event before; what routes are open to it: */
	uint32_t *open;
	size_t opens;
	struct regex_thread *regex;
	struct matcher_count count;
};

/* Values in small letters and as they are; valid until the next event. */
void thread_lower_add(struct matcher_thread *t, uint32_t value);

static inline struct text
thread_lower(struct matcher_thread *t, uint32_t value)
{
	const struct low *low = &t->low[value];

	if (low->gen != t->gen)
		thread_lower_add(t, value);
	return (struct text){ t->lower + low->at, low->len };
}

struct text thread_text(struct matcher_thread *t, uint32_t value);
void thread_lower_grow(struct matcher_thread *t, size_t more);

static inline void
thread_lower_room(struct matcher_thread *t, size_t more)
{
	if (t->lower_len + more > t->lower_room)
		thread_lower_grow(t, more);
}

/* First value + 1 of a field. */
static inline uint32_t
thread_first(const struct matcher_thread *t, uint32_t field)
{
	return field < t->slots && t->slot[field].gen == t->gen ? t->slot[field].first : 0;
}

bool eval_rule(struct matcher_thread *t, const struct variant *variant);
bool eval_step(struct matcher_thread *t, const struct step *step);
/* Whether an item is true, asked once an event. */
bool eval_known(struct matcher_thread *t, uint32_t item);
/* Answers the items of a STEP_MANY that it can find together; whether one of them is true. */
bool eval_many(struct matcher_thread *t, uint32_t many);
/* The first value that makes the item true + 1; 0 and ${ret_true} when no value is needed. */
uint32_t eval_item(struct matcher_thread *t, const struct item *item, bool *ret_true);

static inline const struct step *
step_at(const struct matcher *m, uint32_t code)
{
	return (const struct step *)(const void *)(m->t.code + code);
}

/* The step behind it and its parts, and its first part: a group has no text. */
static inline const struct step *
step_next(const struct step *step)
{
	return (const struct step *)(const void *)((const uint32_t *)(const void *)step + step->words);
}
