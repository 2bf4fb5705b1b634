/* SPDX-License-Identifier: Apache-2.0 */
/* table.c: tables of values, and printed grids. */
#include "report/fill.h"

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
		if (cell->blocks.count == first && strchr(line, '{') != NULL)
			fill_paras(f, &cell->blocks, &like, b->empty.vi, DOC_ITALIC);
		if (cell->blocks.count == first)
			doc_para(f->doc, &cell->blocks, DOC_CELL, like.align, like.size);
	}
}

void
fill_grid(struct fill *f, const struct form_block *b)
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
	t->before = t->after = b->border ? 0 : 3; /* grids one after the other are one */
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
void
fill_turn(struct fill *f, bool landscape)
{
	if (f->section->landscape == landscape)
		return;
	if (f->section->blocks.count == 0)
		f->section->landscape = landscape;
	else
		f->section = doc_section(f->doc, landscape, false);
}

void
fill_table(struct fill *f, const struct form_block *b)
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
		fill_turn(f, true);
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
		struct doc_para like = fill_line_like(f);

		fill_gap(f, fill_add(f, &f->section->blocks, &like), field->id, field->label.vi);
	}
	if (b->landscape)
		fill_turn(f, was);
}
