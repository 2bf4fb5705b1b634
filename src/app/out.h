/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out.h: rows of a query as JSON.  The column's name says how it is written:
 *	x_at        ISO 8601 time           x_json   as it is, named x
 *	is_x, needs_x, must_x, under_x, produces_x   true or false
 *	x_list      words separated by spaces, as an array named x
 *	x_word      a catalogue key, as its text in the caller's language, named x
 *	x_said      words copied from a pack, in the caller's language where it has them, named x
 * agency_id is left out.  NULL stays null.
 */
#pragma once

#include "app/op.h"

/* The fields of the current row into the open object. */
void out_fields(struct call *call, struct query *q);

/*
 * A row keeps the words of a pack it had when it was made, in Vietnamese: they are what was
 * approved, or what was owed.  A reader of English gets the pack's own English for them.
 * NULL stays NULL.
 */
const char *out_said(struct call *call, const char *text);

/* "key": [ {…}, … ] of all rows; returns their number. */
size_t out_rows(struct call *call, const char *key, const char *sql, const char *types, ...);

/*
 * The first row's fields into the open object; false (and ERR_NOT_FOUND with
 * ${field} as its field, unless NULL) when there is none.
 */
bool out_row(struct call *call, const char *field, const char *sql, const char *types, ...);

/* limit and offset of a list, from the arguments; the SQL asks for limit + 1. */
#define PARAMS_PAGE \
	{ "limit", P_INT, 0, 1, 200, NULL }, { "offset", P_INT, 0, 0, 1000000, NULL }
int64_t page_limit(const struct call *call);
int64_t page_offset(const struct call *call);

/* As out_rows, at most ${limit} of the rows, then "more": true or false. */
size_t out_page(struct call *call, const char *key, int64_t limit, const char *sql,
    const char *types, ...);

/* A WHERE clause made from the arguments that were given. */
struct filter {
	struct buf sql;
	struct value value[40];
	size_t n;
};
void filter_init(struct filter *f, const char *sql);
void filter_clear(struct filter *f);
void filter_sql(struct filter *f, const char *sql);
void filter_text(struct filter *f, const char *sql, const char *value); /* nothing when NULL */
void filter_int(struct filter *f, const char *sql, int64_t value);      /* nothing when SQL_NULL */
void filter_visible(struct filter *f, const struct call *call);         /* " AND " VISIBLE */
size_t out_filtered(struct call *call, const char *key, int64_t limit, const struct filter *f);

/*
 * The page of "items" that begins at the argument offset, then "more", out of the rows
 * of several queries, one after the other.  Once ${more} is true the others need not be
 * made.  ${row} writes one row into the open object, NULL: out_fields().  Clears the
 * filter, which carries no LIMIT of its own.
 */
struct out_page {
	int64_t skip, left;
	bool more;
};
void out_page_begin(struct call *call, int64_t limit, struct out_page *ret);
void out_page_add(struct call *call, struct out_page *page, struct filter *f,
    void (*row)(struct call *call, struct query *q));
void out_page_end(struct call *call, const struct out_page *page);

/* The same of queries that are there already; a later one is asked only when it is needed. */
void out_parts(struct call *call, struct filter *part, size_t n, int64_t limit,
    void (*row)(struct call *call, struct query *q));
