/* SPDX-License-Identifier: Apache-2.0 */
/* fill.h: a form, its values and the case on their way into a document; for report/ only. */
#pragma once

#include "pack/form.h"
#include "pack/style.h"
#include "report/doc.h"

#define FILL_DEPTH 4 /* `each` inside `each` */
#define ROWS_MAX   5000 /* of one table, list or repetition */

struct fill {
	struct doc *doc;
	const struct pack_form *form;
	const struct pack_style *style;
	const struct json *values, *facts, *document;
	const char *variant;
	struct {
		const struct form_field *field; /* NULL: rows of facts */
		const struct json *item;
		size_t n; /* from 1 */
	} row[FILL_DEPTH];
	size_t rows;
	int heading[3]; /* the last number of each level */
	struct doc_section *section; /* where blocks go now */
	bool is_signed;              /* fill_tail() was here */
};

/* What a name stands for. */
struct fill_value {
	const char *text;  /* clean, in the document's arena; "" when nothing is known */
	const char *label; /* for a gap */
	bool required, is_asked;
	bool is_open; /* boxes are printed, and none is ticked */
};

/* A field, a column of the row being repeated, or a path into the case; printed by ${spec}. */
struct fill_value fill_value(struct fill *f, const char *name, const char *spec);

/* A value of that type as it is printed; "" when it says nothing. */
const char *fill_print(struct fill *f, const char *type, const struct form_choice *choice,
    size_t choices, const struct json *value, const struct json *words, const char *spec);

/* Adds the template's text to ${para}, gaps marked and noted. */
void fill_template(struct fill *f, struct doc_para *para, const char *text, unsigned flags);

/* The template as one string, gaps in brackets. */
const char *fill_string(struct fill *f, const char *text);

/* Adds what stands for a required thing that is missing, and notes it. */
void fill_gap(struct fill *f, struct doc_para *para, const char *id, const char *label);

/*
 * A paragraph for each line of the template's text, all like ${like} (whose runs are
 * ignored); nothing when the text is empty.
 */
void fill_paras(struct fill *f, struct doc_blocks *to, const struct doc_para *like,
    const char *text, unsigned flags);

/* Whether choice  is (among) the value. */
bool value_ticks(const struct json *value, const char *id);

/* Clean text of a string value of ${object}; "" when there is none. */
const char *fill_str(struct fill *f, const struct json *object, const char *key);

/* The local date ${iso} says, in the words of ${pattern} ({day}, {month}, {year}, {hour},
 * {minute}); "" when it is no date. */
const char *fill_date(struct fill *f, const char *iso, const char *pattern);

/* The blocks of the form (blocks.c), the frame of NĐ 30 before and after them (frame.c). */
void fill_blocks(struct fill *f, const struct form_blocks *blocks);
void fill_head(struct fill *f);
void fill_tail(struct fill *f);
void fill_header(struct fill *f, const char *kind);
void fill_sign(struct fill *f, const struct form_sign *sign, size_t signs, bool place_date);

/* An ordinary paragraph of the body; a line of a form: left, not indented. */
struct doc_para fill_body(const struct fill *f);
struct doc_para fill_line_like(const struct fill *f);

/* A new paragraph like , without its runs. */
struct doc_para *fill_add(struct fill *f, struct doc_blocks *to, const struct doc_para *like);

/* Tables (table.c). */
void fill_table(struct fill *f, const struct form_block *b);
void fill_grid(struct fill *f, const struct form_block *b);
/* What follows stands on pages of that way round. */
void fill_turn(struct fill *f, bool landscape);
