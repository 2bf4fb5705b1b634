/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.c: the blocks of a form's body, one after the other. */
#include <ctype.h>
#include <stdio.h>

#include "report/fill.h"

#define BOX_EMPTY   "☐ "
#define BOX_TICKED  "☑ "
#define ITEM_LEFT   5.0 /* mm: hanging of "- " */

struct doc_para *
fill_add(struct fill *f, struct doc_blocks *to, const struct doc_para *like)
{
	struct doc_para *p = doc_para(f->doc, to, like->role, like->align, like->size);
	struct doc_run *none = p->run;

	*p = *like;
	p->run = none;
	p->runs = p->room = 0;
	return p;
}

/* What stands in forms: left, no indent. */
struct doc_para
fill_line_like(const struct fill *f)
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
	struct doc_para like = fill_line_like(f), *p;
	struct fill_value v = fill_value(f, id, "");

	if (!v.is_asked)
		return;
	p = fill_add(f, to, &like);
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
	struct doc_para like = fill_line_like(f), *p;
	const char *label;

	if (b->hide_label)
		return;
	label = label_of(f, b, field);
	like.keep_next = true;
	like.before = 3;
	p = fill_add(f, &f->section->blocks, &like);
	doc_run(f->doc, p, label, 0);
	if (!ends_label(label))
		doc_run(f->doc, p, ":", 0);
}

static void
long_block(struct fill *f, const struct form_block *b)
{
	const struct form_field *field = form_field(f->form, b->field);
	struct fill_value v = fill_value(f, b->field, "");
	struct doc_para like = fill_line_like(f), *p;

	if (!v.is_asked)
		return;
	add_label(f, b, field);
	like.align = DOC_JUSTIFY;
	if (str_eq(f->form->layout, "nd30"))
		like = fill_body(f);
	if (*v.text == '\0' && v.required) {
		p = fill_add(f, &f->section->blocks, &like);
		fill_gap(f, p, b->field, v.label);
	} else if (*v.text == '\0') {
		for (int i = 0; i < (field->lines > 0 && field->lines < 3 ? field->lines : 2); i++) {
			p = fill_add(f, &f->section->blocks, &like);
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
	struct doc_para like = fill_line_like(f), *p;
	char name[128];
	const char *words;
	bool ticked = value_ticks(json_get(f->values, field->id), c->id);

	snprintf(name, sizeof(name), "%s_text", field->id);
	words = fill_str(f, json_get(f->values, name), c->id);
	like.left = ITEM_LEFT;
	like.first = -ITEM_LEFT;
	p = fill_add(f, to, &like);
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
	struct doc_para like = fill_line_like(f), *p = fill_add(f, &f->section->blocks, &like);

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
		struct doc_para like = fill_line_like(f);

		fill_gap(f, fill_add(f, &f->section->blocks, &like), b->field, v.label);
	}
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
		fill_gap(f, fill_add(f, &f->section->blocks, &like), field->id, field->label.vi);
	else if (n == 0 && *b->empty.vi != '\0')
		fill_paras(f, &f->section->blocks, &like, b->empty.vi, 0);
	like.role = DOC_ITEM;
	like.number = "-";
	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		const char *text = fill_print(f, "", field == NULL ? NULL : field->choice,
		    field == NULL ? 0 : field->choices, json_at(value, i), NULL, "");
		size_t len = strlen(text);
		struct doc_para *p = fill_add(f, &f->section->blocks, &like);

		while (len > 0 && strchr(";. \n", text[len - 1]) != NULL)
			len--;
		doc_run(f->doc, p, arena_printf(f->doc->arena, "%.*s%s", (int)len, text,
		    i + 1 == n ? "." : ";"), 0);
	}
}

static const char *
roman(struct arena *arena, int n)
{
	static const char *const ones[] = { "", "I", "II", "III", "IV", "V", "VI", "VII", "VIII",
		"IX" };

	/* No body has forty parts; one that had would be counted plainly. */
	return n < 40 ? arena_printf(arena, "%.*s%s.", n / 10, "XX" "X", ones[n % 10]) :
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
	p = fill_add(f, &f->section->blocks, &like);
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

		fill_gap(f, fill_add(f, &f->section->blocks, &like), field->id, field->label.vi);
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
		fill_turn(f, str_eq(b->page, "landscape"));
}

static void
annex_block(struct fill *f, const struct form_block *b)
{
	struct doc_para like;

	/* What goes with a document comes after its signature. */
	fill_tail(f);
	like = fill_body(f);
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
	case BLOCK_TABLE: fill_table(f, b); break;
	case BLOCK_EACH: each_block(f, b); break;
	case BLOCK_LIST: list_block(f, b); break;
	case BLOCK_IF: fill_blocks(f, holds(f, b->field) ? &b->then : &b->else_); break;
	case BLOCK_PAGE: page_block(f, b); break;
	case BLOCK_ANNEX: annex_block(f, b); break;
	case BLOCK_RULE: rule_block(f); break;
	case BLOCK_HEADER: fill_header(f, b->header); break;
	case BLOCK_SIGN: fill_sign(f, b->sign, b->signs, b->place_date); break;
	case BLOCK_GRID: fill_grid(f, b); break;
	case BLOCK_KINDS: break;
	}
}

void
fill_blocks(struct fill *f, const struct form_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count && f->doc->text_bytes < DOC_TEXT_MAX; i++) {
		const struct form_block *b = &blocks->block[i];
		bool last = i + 1 == blocks->count || blocks->block[i + 1].kind != BLOCK_GRID;

		if (!form_variant(b->variant, b->variant_count, f->variant))
			continue;
		one_block(f, b);
		if (b->kind == BLOCK_GRID && b->grid.rows > 0 && last)
			f->section->blocks.block[f->section->blocks.count - 1].table->after = 4;
	}
}
