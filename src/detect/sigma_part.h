/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_part.h: what the files that read Sigma share; for those only. */
#pragma once

#include "detect/sigma.h"
#include "text/yaml.h"

#define SIGMA_TOKENS_MAX 4000 /* words of one condition */

/* One document being read. */
struct sigma_reader {
	struct sigma_set *set;
	struct arena *arena; /* the set's */
	const char *file;
	struct err *err;
	const struct sigma_about *about;
	size_t items;        /* tests made so far */
	bool shares_id;      /* the id is not the document's own but a shared one */
};

/* Sets the fault of the document at ${node}'s place; returns ERR_INVALID. */
int sigma_refuse(struct sigma_reader *r, const struct yaml_node *node, const char *key, const char *name,
    const char *value);

/* A scalar as text: integers in decimal however they are written; NULL when null or no scalar. */
const char *sigma_scalar(struct sigma_reader *r, const struct yaml_node *node);

struct sigma_expr *sigma_expr_new(struct sigma_reader *r, enum sigma_op op, size_t subs);

/* A value as the rule writes it, with its wildcards and escapes; with ${placeholders} also those of expand. */
struct sigma_text sigma_text_parse(struct arena *arena, const char *value, bool placeholders);

/* What stands in by_name for a name that several rules have. */
extern struct sigma_rule sigma_several;

/* The key of a name within a file; a rule of the own file is meant before all others. */
const char *sigma_place(struct arena *arena, const char *name, const char *file);

/* Values on their way through a chain of modifiers. */
struct sigma_values {
	struct sigma_text *text;
	size_t count;
};

/* Applies windash, expand, base64 … to all values; other names are not ${ret_known} and change nothing. */
int sigma_transform(struct sigma_reader *r, const struct yaml_node *node, const char *name,
    struct sigma_values *values, bool *ret_known);

/* Adds SIGMA_MANY at an end that has none. */
void sigma_open(struct arena *arena, struct sigma_text *text, bool start, bool end);

/* field|modifiers: value(s) as an expression. ${key} is the whole key; "" for plain keywords. */
int sigma_item(struct sigma_reader *r, const char *key, const struct yaml_node *at,
    const struct yaml_node *value, struct sigma_expr **ret);

/* The named selections of a detection or filter. */
struct sigma_search {
	const char *name;
	struct sigma_expr *expr;
};

struct sigma_searches {
	struct sigma_search *search;
	size_t count;
};

/* All entries of ${map} but condition, timeframe and ${but}. */
int sigma_searches(struct sigma_reader *r, const struct yaml_node *map, const char *but,
    struct sigma_searches *ret);

/* A condition; ${ret_rest} gets what follows a "|" (legacy aggregation), or NULL. */
int sigma_condition(struct sigma_reader *r, const struct yaml_node *node,
    const struct sigma_searches *searches, struct sigma_expr **ret, const char **ret_rest);

/* correlation: ${node} of the document ${doc} */
int sigma_correlation(struct sigma_reader *r, const struct yaml_node *doc, const struct yaml_node *node,
    struct sigma_correlation **ret);

/* count(field) by group > n, after the "|" of a condition. */
int sigma_legacy(struct sigma_reader *r, const struct yaml_node *node, const char *text,
    const char *timeframe, struct sigma_correlation **ret);

/* "5m" in nanoseconds; 0 when it is none. */
int64_t sigma_span(const char *text);

/* A list of scalars, or one; NULL items are left out. */
const char **sigma_strings(struct sigma_reader *r, const struct yaml_node *node, size_t *ret_count);
