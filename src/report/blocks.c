/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.c: the blocks of a form's body, one after the other. */
#include <ctype.h>
#include <stdio.h>

#include "report/fill.h"

#define BOX_EMPTY   "☐ "
#define BOX_TICKED  "☑ "
#define ITEM_LEFT   5.0 /* mm: hanging of "- " */
#define ROWS_MAX    5000

static struct doc_para *
add_para(struct fill *f, struct doc_blocks *to, const struct doc_para *like)
{
	struct doc_para *p = doc_para(f->doc, to, like->role, like->align, like->size);
	struct doc_run *none = p->run;

	*p = *like;
	p->run = none;
	p->runs = p->room = 0;
	return p;
}

/* What stands in forms: left, no indent. */
static struct doc_para
form_para(const struct fill *f)
{
	struct doc_para like = fill_body(f);

	like.role = DOC_PLAIN;
	like.align = DOC_LEFT;
	like.first = 0;
	like.after = 3;
	if (!str_eq(f->form->layout, "nd30"))
		like.size = f->style->size.body - 1;
	return like;
}

static bool
ends_label(const char *label)
{
	return strchr(label, ':') != NULL;
}

/* "Label: value", or dots to the margin, or a gap. */
static void
add_line(struct fill *f, struct doc_blocks *to, const char *id)
{
	struct doc_para like = form_para(f), *p;
	struct fill_value v = fill_value(f, id, "");

	if (!v.is_asked)
		return;
	p = add_para(f, to, &like);
	doc_run(f->doc, p, v.label, 0);
	doc_run(f->doc, p, ends_label(v.label) ? " " : ": ", 0);
	if (*v.text != '\0')
		doc_run(f->doc, p, v.text, 0);
	else if (v.required)
		fill_gap(f, p, id, v.label);
	else
		p->leader = true;
}

static struct doc_table *
grid(struct fill *f, size_t columns)
{
	double width[8], each = doc_width(f->doc, f->section) / (double)columns;

	for (size_t i = 0; i < columns; i++)
		width[i] = each;
	return doc_table(f->doc, &f->section->blocks, columns, width, false);
}

static void
line_block(struct fill *f, const struct form_block *b)
{
	struct doc_table *t;
	struct doc_row *row;

	if (b->names_count == 1) {
		add_line(f, &f->section->blocks, b->names[0]);
		return;
	}
	t = grid(f, b->names_count);
	row = doc_row(f->doc, t);
	row->whole = true;
	for (size_t i = 0; i < b->names_count; i++)
		add_line(f, &row->cell[i].blocks, b->names[i]);
}

static const char *
label_of(struct fill *f, const struct form_block *b, const struct form_field *field)
{
	return *b->label.vi != '\0' ? fill_string(f, b->label.vi) : field->label.vi;
}

static void
add_label(struct fill *f, const struct form_block *b, const struct form_field *field)
{
	struct doc_para like = form_para(f), *p;
	const char *label;

	if (b->hide_label)
		return;
	label = label_of(f, b, field);
	like.keep_next = true;
	like.before = 3;
	p = add_para(f, &f->section->blocks, &like);
	doc_run(f->doc, p, label, 0);
	if (!ends_label(label))
		doc_run(f->doc, p, ":", 0);
}

static void
long_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	struct fill_value v = fill_value(f, b->field, "");
	struct doc_para like = form_para(f), *p;

	if (!v.is_asked)
		return;
	add_label(f, b, field);
	like.align = DOC_JUSTIFY;
	if (str_eq(f->form->layout, "nd30"))
		like = fill_body(f);
	if (*v.text == '\0' && v.required) {
		p = add_para(f, &f->section->blocks, &like);
		fill_gap(f, p, b->field, v.label);
	} else if (*v.text == '\0') {
		for (int i = 0; i < (field->lines > 0 && field->lines < 3 ? field->lines : 2); i++) {
			p = add_para(f, &f->section->blocks, &like);
			p->align = DOC_LEFT;
			p->first = 0;
			p->leader = true;
		}
	} else {
		fill_paras(f, &f->section->blocks, &like,
		    arena_printf(f->doc->arena, "{%s}", b->field), 0);
	}
}

static void
add_choice(struct fill *f, struct doc_blocks *to, const struct form_field *field,
    const struct form_choice *c)
{
	struct doc_para like = form_para(f), *p;
	char name[128];
	const char *words;
	bool ticked = value_ticks(json_get(f->values, field->id), c->id);

	snprintf(name, sizeof(name), "%s_text", field->id);
	words = fill_str(f, json_get(f->values, name), c->id);
	like.left = ITEM_LEFT;
	like.first = -ITEM_LEFT;
	p = add_para(f, to, &like);
	doc_run(f->doc, p, ticked ? BOX_TICKED : BOX_EMPTY, 0);
	doc_run(f->doc, p, c->text.vi, 0);
	if (!c->with_text)
		return;
	doc_run(f->doc, p, " ", 0);
	if (*words != '\0')
		doc_run(f->doc, p, words, 0);
	else if (ticked)
		fill_gap(f, p, arena_printf(f->doc->arena, "%s.%s", field->id, c->id), c->text.vi);
	else
		p->leader = true;
}

static void
check_bool(struct fill *f, const struct form_block *b, const struct form_field *field)
{
	struct doc_para like = form_para(f), *p = add_para(f, &f->section->blocks, &like);

	doc_run(f->doc, p, json_bool(json_get(f->values, field->id), false) ? BOX_TICKED : BOX_EMPTY,
	    0);
	doc_run(f->doc, p, label_of(f, b, field), 0);
}

static void
check_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	struct fill_value v = fill_value(f, b->field, "");
	size_t columns = b->columns > 1 ? (size_t)b->columns : 1;
	struct doc_table *t = NULL;
	struct doc_row *row = NULL;

	if (!v.is_asked)
		return;
	if (field->type == FORM_BOOL) {
		check_bool(f, b, field);
		return;
	}
	add_label(f, b, field);
	for (size_t i = 0; i < field->choices; i++) {
		if (columns == 1) {
			add_choice(f, &f->section->blocks, field, &field->choice[i]);
			continue;
		}
		if (t == NULL)
			t = grid(f, columns);
		if (i % columns == 0)
			row = doc_row(f->doc, t);
		row->whole = true;
		add_choice(f, &row->cell[i % columns].blocks, field, &field->choice[i]);
	}
	if (*v.text == '\0' && v.required) {
		struct doc_para like = form_para(f);

		fill_gap(f, add_para(f, &f->section->blocks, &like), b->field, v.label);
	}
}

/* ---- tables ----------------------------------------------------------------------- */

static void
cell_text(struct fill *f, struct doc_cell *cell, enum doc_role role, enum doc_align align,
    const char *text, unsigned flags)
{
	struct doc_para *p = doc_para(f->doc, &cell->blocks, role, align, f->style->size.table);

	doc_run(f->doc, p, text, flags);
}

static enum doc_align
align_of(const char *type)
{
	if (str_eq(type, "int") || str_eq(type, "money"))
		return DOC_RIGHT;
	return str_eq(type, "date") || str_eq(type, "time") || str_eq(type, "datetime") ||
	    str_eq(type, "bool") ? DOC_CENTER : DOC_LEFT;
}

/* The row of the value that belongs to a fixed row: by "row", else by its place. */
static const struct json *
fixed_row(const struct json *value, const struct form_field *field, size_t i)
{
	for (size_t k = 0; k < json_len(value); k++)
		if (str_eq(json_get_str(json_at(value, k), "row"), field->row[i].id))
			return json_at(value, k);
	return json_get(json_at(value, i), "row") == NULL ? json_at(value, i) : NULL;
}

static void
table_row(struct fill *f, const struct form_block *b, const struct form_field *field,
    struct doc_table *t, size_t i, const struct json *item)
{
	struct doc_row *row = doc_row(f->doc, t);
	size_t at = 0;

	if (b->number)
		cell_text(f, &row->cell[at++], DOC_CELL, DOC_CENTER,
		    arena_printf(f->doc->arena, "%zu", i + 1), 0);
	if (field->rows > 0)
		cell_text(f, &row->cell[at++], DOC_CELL, DOC_LEFT, field->row[i].text.vi, 0);
	for (size_t c = 0; c < field->columns; c++) {
		const struct form_column *col = &field->col[c];
		const char *text = fill_print(f, col->type, col->choice, col->choices,
		    json_get(item, col->id), NULL, "");
		struct doc_cell *cell = &row->cell[at++];

		if (*text == '\0' && col->required && item != NULL) {
			struct doc_para *p = doc_para(f->doc, &cell->blocks, DOC_CELL, DOC_LEFT,
			    f->style->size.table);

			fill_gap(f, p, arena_printf(f->doc->arena, "%s.%zu.%s", field->id, i + 1,
			    col->id), col->label.vi);
		} else {
			cell_text(f, cell, DOC_CELL, align_of(col->type), text, 0);
		}
	}
}

/* "**words**" are bold. */
static void
grid_cell(struct fill *f, const struct form_block *b, struct doc_cell *cell, const char *text,
    bool bold)
{
	struct doc_para like = { .role = DOC_CELL, .size = f->style->size.table, .line = 1,
		.align = str_eq(b->style, "center") ? DOC_CENTER : str_eq(b->style, "right") ?
		DOC_RIGHT : DOC_LEFT };

	while (text != NULL) {
		const char *line = text, *end = strchr(text, '\n');
		size_t first = cell->blocks.count;
		unsigned flags = bold ? DOC_BOLD : 0;

		text = end == NULL ? NULL : end + 1;
		line = end == NULL ? line : arena_strndup(f->doc->arena, line, (size_t)(end - line));
		if (str_starts(line, "**")) {
			size_t n = strlen(line);

			n -= n >= 4 && str_eq(line + n - 2, "**") ? 2 : 0;
			line = arena_strndup(f->doc->arena, line + 2, n < 2 ? 0 : n - 2);
			flags = DOC_BOLD;
		}
		fill_paras(f, &cell->blocks, &like, line, flags);
		if (cell->blocks.count == first)
			doc_para(f->doc, &cell->blocks, DOC_CELL, like.align, like.size);
	}
}

static void
grid_block(struct fill *f, const struct form_block *b)
{
	size_t n = b->grid.rows == 0 ? 0 : b->grid.row[0].count;
	double width[FORM_WIDTHS_MAX], sum = 0;
	struct doc_table *t;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		sum += width[i] = b->widths == n ? b->width[i] : 1;
	for (size_t i = 0; i < n; i++)
		width[i] *= doc_width(f->doc, f->section) / sum;
	t = doc_table(f->doc, &f->section->blocks, n, width, b->border);
	t->before = t->after = b->border ? 0 : 3;
	for (size_t r = 0; r < b->grid.rows; r++) {
		struct doc_row *row = doc_row(f->doc, t);

		row->header = b->bold_first && r == 0 && b->grid.rows > 1;
		row->whole = row->header || !b->border;
		for (size_t c = 0; c < n && c < b->grid.row[r].count; c++)
			grid_cell(f, b, &row->cell[c], b->grid.row[r].s[c], row->header);
	}
}

static struct doc_table *
new_table(struct fill *f, const struct form_block *b, const struct form_field *field)
{
	size_t n = field->columns + (b->number ? 1 : 0) + (field->rows > 0 ? 1 : 0), at = 0;
	double *width = arena_alloc(f->doc->arena, n * sizeof(*width)), sum = 0;
	struct doc_table *t;
	struct doc_row *head;

	for (size_t i = 0; i < n; i++)
		sum += width[i] = b->widths == n ? b->width[i] :
		    i == 0 && b->number ? 12.0 / (double)n : field->rows > 0 && i == 0 ? 25 : 15;
	for (size_t i = 0; i < n; i++)
		width[i] *= doc_width(f->doc, f->section) / sum;
	t = doc_table(f->doc, &f->section->blocks, n, width, true);
	t->before = t->after = 3;
	head = doc_row(f->doc, t);
	head->header = head->whole = true;
	if (b->number)
		cell_text(f, &head->cell[at++], DOC_HEAD_CELL, DOC_CENTER, f->style->word.serial,
		    DOC_BOLD);
	if (field->rows > 0)
		cell_text(f, &head->cell[at++], DOC_HEAD_CELL, DOC_CENTER, field->rows_label.vi,
		    DOC_BOLD);
	for (size_t c = 0; c < field->columns; c++)
		cell_text(f, &head->cell[at++], DOC_HEAD_CELL, DOC_CENTER, field->col[c].label.vi,
		    DOC_BOLD);
	return t;
}

/* A page of its own way round, when the one before is not empty. */
static void
turn(struct fill *f, bool landscape)
{
	if (f->section->landscape == landscape)
		return;
	if (f->section->blocks.count == 0)
		f->section->landscape = landscape;
	else
		f->section = doc_section(f->doc, landscape, false);
}

static void
table_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	const struct json *value = json_get(f->values, b->field);
	size_t rows = field->rows > 0 ? field->rows : json_len(value);
	bool was = f->section->landscape;
	struct doc_table *t;

	if (!form_asks(f->form, field, f->variant, f->values, f->facts))
		return;
	if (rows == 0 && !field->required && *b->empty.vi != '\0') {
		struct doc_para like = fill_body(f);

		fill_paras(f, &f->section->blocks, &like, b->empty.vi, 0);
		return;
	}
	if (b->landscape)
		turn(f, true);
	if (*b->label.vi != '\0') {
		struct doc_para like = fill_body(f);

		like.align = DOC_CENTER;
		like.first = 0;
		like.keep_next = true;
		fill_paras(f, &f->section->blocks, &like, b->label.vi, DOC_BOLD);
	}
	t = new_table(f, b, field);
	for (size_t i = 0; i < rows && i < ROWS_MAX; i++)
		table_row(f, b, field, t, i,
		    field->rows > 0 ? fixed_row(value, field, i) : json_at(value, i));
	if (field->required && !form_given(value)) {
		struct doc_para like = form_para(f);

		fill_gap(f, add_para(f, &f->section->blocks, &like), field->id, field->label.vi);
	}
	if (b->landscape)
		turn(f, was);
}

/* ---- the rest ----------------------------------------------------------------------- */

static void
list_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	const struct json *value = field == NULL ? form_fact(f->facts, b->field) :
	    json_get(f->values, b->field);
	struct doc_para like = fill_body(f);
	size_t n = json_len(value);

	if (field != NULL && !form_asks(f->form, field, f->variant, f->values, f->facts))
		return;
	if (field != NULL && *b->label.vi != '\0')
		add_label(f, b, field);
	if (n == 0 && field != NULL && field->required)
		fill_gap(f, add_para(f, &f->section->blocks, &like), field->id, field->label.vi);
	else if (n == 0 && *b->empty.vi != '\0')
		fill_paras(f, &f->section->blocks, &like, b->empty.vi, 0);
	like.role = DOC_ITEM;
	like.number = "-";
	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		const char *text = fill_print(f, "", field == NULL ? NULL : field->choice,
		    field == NULL ? 0 : field->choices, json_at(value, i), NULL, "");
		size_t len = strlen(text);
		struct doc_para *p = add_para(f, &f->section->blocks, &like);

		while (len > 0 && strchr(";. \n", text[len - 1]) != NULL)
			len--;
		doc_run(f->doc, p, arena_printf(f->doc->arena, "%.*s%s", (int)len, text,
		    i + 1 == n ? "." : ";"), 0);
	}
}

static const char *
roman(struct arena *arena, int n)
{
	static const char *const tens[] = { "", "X", "XX", "XXX", "XL", "L" };
	static const char *const ones[] = { "", "I", "II", "III", "IV", "V", "VI", "VII", "VIII",
		"IX" };

	return n < 60 ? arena_printf(arena, "%s%s.", tens[n / 10], ones[n % 10]) :
			arena_printf(arena, "%d.", n);
}

/* Points go by the Vietnamese alphabet: đ follows d, and there is no f, j, w, z. */
static const char *
point(struct arena *arena, int n)
{
	static const char *const letters[] = { "a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l",
		"m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "x", "y" };

	return n <= (int)ARRAY_LEN(letters) ? arena_printf(arena, "%s)", letters[n - 1]) :
					      arena_printf(arena, "%d)", n);
}

static void
heading_block(struct fill *f, const struct form_block *b)
{
	int level = b->level > 0 ? b->level : 1;
	struct doc_para like = fill_body(f), *p;
	struct arena *a = f->doc->arena;

	like.role = (enum doc_role)(DOC_HEADING1 + level - 1);
	like.before = level == 1 ? 6 : 2;
	like.keep_next = true;
	if (!str_eq(f->form->layout, "nd30")) {
		like.first = 0;
		like.align = DOC_LEFT;
		like.size = f->style->size.body - 1;
	}
	p = add_para(f, &f->section->blocks, &like);
	fill_template(f, p, b->heading.vi, DOC_BOLD);
	if (!b->numbered)
		return;
	f->heading[level - 1]++;
	for (int l = level; l < 3; l++)
		f->heading[l] = 0;
	p->number = level == 1 ? roman(a, f->heading[0]) :
	    level == 2 ? arena_printf(a, "%d.", f->heading[1]) : point(a, f->heading[2]);
}

static void
para_block(struct fill *f, const struct form_block *b)
{
	struct doc_para like = fill_body(f);
	unsigned flags = str_eq(b->style, "italic") ? DOC_ITALIC : str_eq(b->style, "bold") ?
	    DOC_BOLD : 0;

	if (str_eq(f->form->layout, "own"))
		like.size = f->style->size.body - 1;
	if (str_eq(b->style, "center") || str_eq(b->style, "right")) {
		like.align = *b->style == 'c' ? DOC_CENTER : DOC_RIGHT;
		like.first = 0;
	}
	if (str_eq(b->style, "note")) {
		like.role = DOC_NOTE;
		like.size = f->style->size.note;
		like.first = 0;
		like.after = 2;
		flags = DOC_ITALIC;
	}
	if (b->indent > 0) {
		like.left = b->indent;
		like.first = 0;
	}
	if (str_eq(f->form->layout, "plain"))
		like.first = 0;
	fill_paras(f, &f->section->blocks, &like, b->para.vi, flags);
}

static void
title_block(struct fill *f, const struct form_block *b)
{
	struct doc_para like = fill_body(f);

	like.role = DOC_TITLE;
	like.align = DOC_CENTER;
	like.size = f->style->size.type;
	like.first = 0;
	like.before = 6;
	like.after = 6;
	like.keep_next = true;
	fill_paras(f, &f->section->blocks, &like, b->title.vi, DOC_BOLD);
}

static void
each_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	const struct json *list = NULL;

	if (field != NULL && !form_asks(f->form, field, f->variant, f->values, f->facts))
		return;
	if (field == NULL && f->rows > 0)
		list = json_get(f->row[f->rows - 1].item, b->field);
	if (list == NULL)
		list = field != NULL ? json_get(f->values, b->field) : form_fact(f->facts, b->field);
	if (field != NULL && field->required && json_len(list) == 0) {
		struct doc_para like = fill_body(f);

		fill_gap(f, add_para(f, &f->section->blocks, &like), field->id, field->label.vi);
	}
	if (f->rows == FILL_DEPTH)
		return;
	f->rows++;
	for (size_t i = 0; i < json_len(list) && i < ROWS_MAX; i++) {
		f->row[f->rows - 1].field = field;
		f->row[f->rows - 1].item = json_at(list, i);
		f->row[f->rows - 1].n = i + 1;
		fill_blocks(f, &b->do_);
	}
	f->rows--;
}

static void
page_block(struct fill *f, const struct form_block *b)
{
	if (str_eq(b->page, "break"))
		doc_break(f->doc, &f->section->blocks);
	else
		turn(f, str_eq(b->page, "landscape"));
}

static void
annex_block(struct fill *f, const struct form_block *b)
{
	struct doc_para like = fill_body(f);

	f->section = doc_section(f->doc, b->landscape, true);
	memset(f->heading, 0, sizeof(f->heading));
	like.role = DOC_ANNEX;
	like.align = DOC_CENTER;
	like.size = f->style->size.annex;
	like.first = 0;
	like.keep_next = true;
	fill_paras(f, &f->section->blocks, &like, b->annex.vi, DOC_BOLD);
}

static void
rule_block(struct fill *f)
{
	struct doc_rule *r = doc_rule(f->doc, &f->section->blocks);

	r->width = doc_width(f->doc, f->section);
	r->before = 4;
	r->after = 6;
}

/* Whether the condition holds, for the row being repeated too. */
static bool
holds(struct fill *f, const char *condition)
{
	char name[96] = "";

	sscanf(condition + (*condition == '!'), "%95[^=]", name);
	for (size_t i = f->rows; i > 0; i--)
		if (json_get(f->row[i - 1].item, name) != NULL)
			return form_holds(NULL, condition, f->row[i - 1].item, NULL);
	return form_holds(f->form, condition, f->values, f->facts);
}

static void
one_block(struct fill *f, const struct form_block *b)
{
	switch (b->kind) {
	case BLOCK_TITLE: title_block(f, b); break;
	case BLOCK_HEADING: heading_block(f, b); break;
	case BLOCK_PARA: para_block(f, b); break;
	case BLOCK_LINE: line_block(f, b); break;
	case BLOCK_LONG: long_block(f, b); break;
	case BLOCK_CHECK: check_block(f, b); break;
	case BLOCK_TABLE: table_block(f, b); break;
	case BLOCK_EACH: each_block(f, b); break;
	case BLOCK_LIST: list_block(f, b); break;
	case BLOCK_IF: fill_blocks(f, holds(f, b->field) ? &b->then : &b->else_); break;
	case BLOCK_PAGE: page_block(f, b); break;
	case BLOCK_ANNEX: annex_block(f, b); break;
	case BLOCK_RULE: rule_block(f); break;
	case BLOCK_HEADER: fill_header(f, b->header); break;
	case BLOCK_SIGN: fill_sign(f, b->sign, b->signs, b->place_date); break;
	case BLOCK_GRID: grid_block(f, b); break;
	case BLOCK_KINDS: break;
	}
}

void
fill_blocks(struct fill *f, const struct form_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count && f->doc->text_bytes < DOC_TEXT_MAX; i++)
		if (form_variant(blocks->block[i].variant, blocks->block[i].variant_count, f->variant))
			one_block(f, &blocks->block[i]);
}
