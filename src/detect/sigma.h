/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigma.h: Sigma rules, correlations and filters (specification 2.1.0) as trees.
 *
 * A set collects documents from any number of files; a document that cannot be taken is told
 * with file, line and reason, and the others of its file are taken all the same.  After the
 * last file sigma_link() joins correlations and filters to the rules they name.
 *
 * Beyond the specification a document may have a map khien: with what a responder is told:
 *	khien:
 *	  title: {vi: …, en: …}
 *	  advice: {vi: …, en: …}
 *	  playbook: PB-01
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

#define SIGMA_VALUE_MAX  ((size_t)1 << 16) /* bytes of one value */
#define SIGMA_ITEMS_MAX  20000             /* tests of one rule, after every expansion */
#define SIGMA_FILTERS_MAX 200              /* filters of one rule */
#define SIGMA_DEPTH_MAX  50                /* parentheses, nots and correlations inside each other */

enum sigma_kind { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_FILTER };

enum sigma_level { SIGMA_NONE, SIGMA_INFORMATIONAL, SIGMA_LOW, SIGMA_MEDIUM, SIGMA_HIGH, SIGMA_CRITICAL,
	SIGMA_LEVELS };

/* "informational" … "critical"; "" for SIGMA_NONE. */
const char *sigma_level_name(enum sigma_level level);
/* SIGMA_LEVELS when there is none of that name. */
enum sigma_level sigma_level_find(const char *name);

/* What everything that can be detected says about itself.  Strings are never NULL. */
struct sigma_about {
	const char *id, *name, *title, *status, *description, *author, *date, *modified;
	const char *title_vi, *title_en, *advice_vi, *advice_en, *playbook; /* khien: */
	const char *file;
	int line;
	enum sigma_level level;
	const char *const *tag, *const *reference, *const *falsepositive;
	size_t tags, references, falsepositives;
	const char *category, *product, *service; /* logsource; "" when not said */
};

/*
 * A text to compare with: bytes, or one of the two wildcards.  Wide or odd bytes that a
 * modifier made are bytes like all others.
 */
#define SIGMA_MANY 256 /* any run of characters */
#define SIGMA_ONE  257 /* exactly one character */
struct sigma_text {
	uint16_t *unit;
	size_t len;
};

enum sigma_test {
	SIGMA_TEXT,   /* the whole value is like text */
	SIGMA_REGEX,  /* text is an expression found in the value */
	SIGMA_CIDR,
	SIGMA_NULL,   /* the field is absent, or has no value */
	SIGMA_EXISTS,
	SIGMA_LESS, SIGMA_LESS_EQ, SIGMA_MORE, SIGMA_MORE_EQ, /* number */
	SIGMA_FIELD,  /* like the field other, at ${place} */
	SIGMA_TIME,   /* ${part} of a time equals number */
};

enum sigma_part { SIGMA_MINUTE, SIGMA_HOUR, SIGMA_DAY, SIGMA_WEEK, SIGMA_MONTH, SIGMA_YEAR };
enum sigma_place { SIGMA_WHOLE, SIGMA_START, SIGMA_END, SIGMA_INSIDE };

struct sigma_item {
	const char *field;        /* NULL: keyword, some value of the event */
	enum sigma_test test;
	bool cased;               /* letters as they are; else case does not count */
	bool multiline, dotall;   /* SIGMA_REGEX; cased is true unless the modifier i was given */
	struct sigma_text text;   /* SIGMA_TEXT */
	const char *regex;        /* SIGMA_REGEX */
	const char *other;        /* SIGMA_FIELD */
	enum sigma_place place;
	enum sigma_part part;
	double number;
	uint8_t net[16];          /* SIGMA_CIDR: IPv6; IPv4 as ::ffff:0:0/96 */
	unsigned bits;            /* of 128 */
	const char *shown;        /* field|modifiers: value, as the rule has it */
	int line;
};

enum sigma_op { SIGMA_AND, SIGMA_OR, SIGMA_NOT, SIGMA_ITEM };

/* Trees share nodes: a selection that is named twice is there once. */
struct sigma_expr {
	enum sigma_op op;
	const char *selection;    /* name, when the node is a whole selection; else NULL */
	struct sigma_expr **sub;
	size_t subs;              /* AND of none is true, OR of none is false */
	struct sigma_item *item;
};

enum sigma_count {
	SIGMA_EVENT_COUNT, SIGMA_VALUE_COUNT, SIGMA_TEMPORAL, SIGMA_TEMPORAL_ORDERED,
	SIGMA_VALUE_SUM, SIGMA_VALUE_AVG, SIGMA_VALUE_PERCENTILE, SIGMA_VALUE_MEDIAN,
};

enum sigma_cmp { SIGMA_GT, SIGMA_GTE, SIGMA_LT, SIGMA_LTE, SIGMA_EQ, SIGMA_NEQ, SIGMA_CMPS };

/* group-by names that stand for different fields in different rules. */
struct sigma_alias {
	const char *name;
	const char **rule, **field;
	size_t rules;
};

struct sigma_correlation {
	enum sigma_count type;
	const char **ref;         /* rules: by id or name, as written */
	struct sigma_rule **rule; /* after sigma_link() */
	size_t rules;
	const char **group;
	size_t groups;
	const char **field;       /* of value_*; several count as one value */
	size_t fields;
	int64_t span_ns;          /* 0: the whole time (legacy count without timeframe) */
	struct { enum sigma_cmp cmp; double number; } bound[SIGMA_CMPS];
	size_t bounds;            /* all hold; none: temporal, all rules */
	double percentile;
	struct sigma_alias *alias;
	size_t aliases;
	bool generate;
	bool legacy;              /* "| count() by": belongs to the one rule it stands in */
};

struct sigma_rule {
	enum sigma_kind kind;
	struct sigma_about about;
	uint32_t index;           /* in the set, without filters */
	struct sigma_expr *expr;  /* rule; filter: what must hold as well */
	struct sigma_correlation *correlation;
	const char **ref;         /* filter: the rules it is for; "any" alone: all */
	size_t refs;
	size_t filters;           /* joined to it */
};

struct sigma_set {
	struct arena arena;
	struct sigma_rule **rule; /* rules and correlations */
	size_t rules, room, correlations;
	struct sigma_rule **filter;
	size_t filters, filters_room;
	struct map by_id;
	struct map by_name;       /* also by name and file (sigma_place); a name of several gives sigma_several */
	struct map expand;        /* placeholder name (without %) to struct sigma_list * */
};

struct sigma_list {
	const char **text;
	size_t count;
};

struct sigma_set *sigma_set_new(void);
void sigma_set_free(struct sigma_set *set); /* NULL is allowed */

/* Gives the values of %${name}%; before the first file is read.  Without them a rule that asks is refused. */
void sigma_expand(struct sigma_set *set, const char *name, const char *const *text, size_t count);

/*
 * Told each document that is not taken: err has file, line and a key sigma.* or yaml.*; ${about}
 * is what is known of the rule, or NULL.
 */
typedef void (*sigma_fault_fn)(void *arg, const struct sigma_about *about, const struct err *err);

/* Reads one file of ${len} bytes; returns how many documents were taken. ${fn} may be NULL. */
size_t sigma_read(struct sigma_set *set, const char *data, size_t len, const char *file,
    sigma_fault_fn fn, void *arg);

/* What ${name}, a field of a correlation, is called in its ${ref}th rule. */
const char *sigma_field_of(const struct sigma_correlation *c, size_t ref, const char *name);

/*
 * Once, after the last file: correlations find their rules (a name nobody has and circles are
 * faults; the correlation leaves the set), filters are added to the rules they name.
 */
void sigma_link(struct sigma_set *set, sigma_fault_fn fn, void *arg);
