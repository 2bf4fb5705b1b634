/* SPDX-License-Identifier: Apache-2.0 */
/* pdf.c: flows a document into pages. */
#include <stdio.h>

#include "base/clock.h"
#include "report/write.h"

#define PAD_X       5.4  /* points: inside a cell with borders, as word processors have it */
#define PAD_X_BARE  1.0
#define PAD_Y       2.0
#define BORDER      0.5
#define HEADER_AT   10.0 /* mm from the top edge to the page number */

enum piece_kind { PIECE_LINE, PIECE_RULE, PIECE_BOX, PIECE_ROW, PIECE_BREAK };

struct row;

/* What is never parted by itself: a line, a rule, a row (which may be, by its own rules). */
struct piece {
	enum piece_kind kind;
	double before, height, after;
	bool keep_next;
	struct type_line line;
	double x, width; /* rule, box */
	struct row *row;
	const char *outline;
};

struct stack {
	struct piece *piece;
	size_t count, room, next; /* next: the first that was not drawn */
};

struct table {
	double *width;
	size_t columns;
	bool border;
	struct row *header[4];
	size_t headers;
	double header_height;
};

struct row {
	struct table *table;
	struct stack *cell;
	double height;
	bool header, whole;
};

struct flow {
	struct doc *doc;
	struct type *type;
	const struct doc_section *section;
	struct stack pending;
	double page_width, page_height, top, bottom, left, y;
	int number, pages; /* as printed; of all */
	bool open, fresh;  /* a page is being drawn; nothing is on it yet */
	bool too_long;
	struct row **header; /* of all tables so far */
	size_t headers;
};

static struct piece *
push(struct stack *s)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 4 : s->room * 2;
		s->piece = xrealloc(s->piece, s->room * sizeof(*s->piece));
	}
	s->piece[s->count] = (struct piece){ 0 };
	return &s->piece[s->count++];
}

static void free_row(struct row *row);

static void
free_stack(struct stack *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->piece[i].kind == PIECE_LINE)
			type_line_clear(&s->piece[i].line);
		else if (s->piece[i].kind == PIECE_ROW && !s->piece[i].row->header)
			free_row(s->piece[i].row);
	}
	free(s->piece);
	*s = (struct stack){ 0 };
}

static void
free_row(struct row *row)
{
	for (size_t i = 0; i < row->table->columns; i++)
		free_stack(&row->cell[i]);
	free(row->cell);
	free(row);
}

/* ---- from blocks to pieces ------------------------------------------------------- */

/* The first two and the last two lines of a paragraph stay together. */
static void
push_para(struct flow *f, struct stack *s, const struct doc_para *para, double width)
{
	struct type_line *line;
	size_t n;

	type_lines(f->type, para, width, &line, &n);
	for (size_t i = 0; i < n; i++) {
		struct piece *p = push(s);

		p->line = line[i];
		p->height = line[i].height;
		p->before = i == 0 ? para->before : 0;
		p->after = i + 1 == n ? para->after : 0;
		p->keep_next = (i == 0 && n > 1) || i + 2 == n ||
		    (para->keep_next && i + 3 > n);
		if (i == 0 && para->role >= DOC_HEADING1 && para->role <= DOC_HEADING3)
			p->outline = doc_para_text(f->doc, para);
	}
	free(line);
}

static void
push_rule(struct flow *f, struct stack *s, const struct doc_rule *rule, double width)
{
	struct piece *p = push(s);
	double w = rule_length(f->type, rule, width);

	p->kind = PIECE_RULE;
	p->before = rule->before;
	p->after = rule->after;
	p->height = 1;
	p->width = w;
	p->x = rule->align == DOC_CENTER ? (width - w) / 2 : rule->left * TYPE_MM;
	if (s->count > 1)
		s->piece[s->count - 2].keep_next = true;
}

static void
push_box(struct flow *f, struct stack *s, const struct doc_box *box, double width)
{
	struct doc_run run = { box->text, DOC_BOLD | DOC_RED, 0 };
	struct doc_para para = { .align = DOC_CENTER, .size = box->size, .line = 1, .run = &run,
		.runs = 1 };
	struct piece *p = push(s);
	struct type_line *line;
	size_t n;

	p->kind = PIECE_BOX;
	p->before = box->before;
	p->after = box->after;
	p->width = box->width * TYPE_MM;
	p->height = box->height * TYPE_MM;
	p->x = (width - p->width) / 2;
	type_lines(f->type, &para, p->width + 40, &line, &n);
	p->line = line[0];
	for (size_t i = 1; i < n; i++)
		type_line_clear(&line[i]);
	free(line);
}

static void
push_block(struct flow *f, struct stack *s, const struct doc_block *b, double width)
{
	switch (b->kind) {
	case DOC_PARA: push_para(f, s, b->para, width); break;
	case DOC_RULE: push_rule(f, s, b->rule, width); break;
	case DOC_BOX: push_box(f, s, b->box, width); break;
	case DOC_BREAK: push(s)->kind = PIECE_BREAK; break;
	case DOC_TABLE: break;
	}
}

static double
stack_height(const struct stack *s)
{
	double h = 0;

	for (size_t i = s->next; i < s->count; i++)
		h += (i == s->next ? 0 : s->piece[i].before) + s->piece[i].height +
		    s->piece[i].after;
	return h;
}

static double
pad_x(const struct table *t)
{
	return t->border ? PAD_X : PAD_X_BARE;
}

static double
pad_y(const struct table *t)
{
	return t->border ? PAD_Y : 0;
}

static struct row *
new_row(struct flow *f, struct table *t, const struct doc_row *from)
{
	struct row *row = xcalloc(1, sizeof(*row));

	row->table = t;
	row->header = from->header;
	row->whole = from->whole;
	row->cell = xcalloc(t->columns, sizeof(*row->cell));
	for (size_t c = 0; c < t->columns; c++) {
		const struct doc_blocks *b = &from->cell[c].blocks;
		double h;

		for (size_t i = 0; i < b->count; i++)
			push_block(f, &row->cell[c], &b->block[i], t->width[c] - 2 * pad_x(t));
		h = stack_height(&row->cell[c]) + 2 * pad_y(t);
		row->height = h > row->height ? h : row->height;
	}
	return row;
}

/* ---- pages ------------------------------------------------------------------------- */

static void
draw_number(struct flow *f)
{
	char text[16];
	struct doc_run run = { text, 0, 0 };
	struct doc_para para = { .align = DOC_CENTER, .size = f->doc->page_size, .line = 1,
		.run = &run, .runs = 1 };
	struct type_line *line;
	size_t n;

	snprintf(text, sizeof(text), "%d", f->number);
	type_lines(f->type, &para, f->page_width - f->left - f->doc->right * TYPE_MM, &line, &n);
	type_draw(f->type, &line[0], f->left, HEADER_AT * TYPE_MM);
	type_lines_free(line, n);
}

static void
end_page(struct flow *f)
{
	if (f->open)
		type_page_end(f->type);
	f->open = false;
}

static void
begin_page(struct flow *f)
{
	end_page(f);
	f->page_width = (f->section->landscape ? 297 : 210) * TYPE_MM;
	f->page_height = (f->section->landscape ? 210 : 297) * TYPE_MM;
	f->top = f->doc->top * TYPE_MM;
	f->bottom = f->page_height - f->doc->bottom * TYPE_MM;
	f->left = f->doc->left * TYPE_MM;
	f->y = f->top;
	f->number++;
	f->pages++;
	f->open = f->fresh = true;
	if (f->pages > DOC_PAGES_MAX)
		f->too_long = true;
	type_page(f->type, f->page_width, f->page_height);
	if (f->number > 1)
		draw_number(f);
}

/* Draws one line, rule or box with its top at ${y}. */
static void
draw(struct flow *f, const struct piece *p, double x, double y)
{
	double middle = y + p->height / 2;

	if (p->kind == PIECE_LINE) {
		type_draw(f->type, &p->line, x, y);
	} else if (p->kind == PIECE_RULE) {
		type_stroke(f->type, x + p->x, middle, x + p->x + p->width, middle, 0.75);
	} else if (p->kind == PIECE_BOX) {
		type_frame(f->type, x + p->x, y, p->width, p->height, 1, true);
		type_draw(f->type, &p->line, x + p->x - 20, middle - p->line.height / 2);
	}
}

/* Of one cell what fits into ${room}; returns the height used. At least one when ${force}. */
static double
draw_cell(struct flow *f, struct stack *s, double x, double y, double room, bool force)
{
	double used = 0;
	size_t first = s->next;

	while (s->next < s->count) {
		const struct piece *p = &s->piece[s->next];
		double before = s->next == first ? 0 : p->before;

		if (used + before + p->height > room && !(force && s->next == first))
			break;
		draw(f, p, x, y + used + before);
		used += before + p->height + p->after;
		s->next++;
	}
	return used;
}

static void
draw_borders(struct flow *f, const struct table *t, double y, double height)
{
	double x = f->left;

	for (size_t c = 0; t->border && c < t->columns; c++) {
		type_frame(f->type, x, y, t->width[c], height, BORDER, false);
		x += t->width[c];
	}
}

/* The row, or what of it fits; true when all of it has been drawn. */
static bool
draw_row(struct flow *f, struct row *row, double room, bool force)
{
	struct table *t = row->table;
	double x = f->left + pad_x(t), tallest = 0;
	bool done = true;

	for (size_t c = 0; c < t->columns; c++) {
		double down = row->header ? (row->height - 2 * pad_y(t) -
		    stack_height(&row->cell[c])) / 2 : 0;
		double used = draw_cell(f, &row->cell[c], x, f->y + pad_y(t) + down,
		    room - 2 * pad_y(t) - down, force) + down;

		tallest = used > tallest ? used : tallest;
		done = done && row->cell[c].next == row->cell[c].count;
		x += t->width[c];
	}
	tallest += 2 * pad_y(t);
	if (done && row->cell[0].next > 0 && tallest < row->height && room >= row->height &&
	    row->header)
		tallest = row->height;
	draw_borders(f, t, f->y, tallest);
	f->y += tallest;
	f->fresh = false;
	return done;
}

static void
draw_header(struct flow *f, struct table *t)
{
	/* A header taller than a third of the page is not repeated. */
	if (t->header_height > (f->bottom - f->top) / 3)
		return;
	for (size_t i = 0; i < t->headers; i++) {
		for (size_t c = 0; c < t->columns; c++)
			t->header[i]->cell[c].next = 0;
		draw_row(f, t->header[i], f->bottom - f->y, true);
	}
	f->fresh = true; /* what is below it counts */
}

static void
next_page(struct flow *f, const struct piece *p)
{
	begin_page(f);
	if (p != NULL && p->kind == PIECE_ROW && !p->row->header)
		draw_header(f, p->row->table);
}

static void
place_row(struct flow *f, struct piece *p)
{
	struct row *row = p->row;
	double page = f->bottom - f->top;
	/* A tall row is parted where there is room for some lines of it. */
	bool breaks = !row->whole && (row->height > page / 2 ||
	    (row->height > page / 4 && f->bottom - f->y > page / 5));

	if (f->y + row->height > f->bottom + 0.01 && !f->fresh && !breaks)
		next_page(f, p);
	while (!draw_row(f, row, f->bottom - f->y, f->fresh) && !f->too_long)
		next_page(f, p);
}

static void
place(struct flow *f, struct piece *p)
{
	double before = f->fresh ? 0 : p->before;

	if (p->kind == PIECE_BREAK) {
		if (!f->fresh)
			begin_page(f);
		return;
	}
	if (p->kind == PIECE_ROW) {
		f->y += before;
		place_row(f, p);
		f->y += p->after;
		return;
	}
	if (f->y + before + p->height > f->bottom + 0.01 && !f->fresh) {
		begin_page(f);
		before = 0;
	}
	f->y += before;
	if (p->outline != NULL)
		type_outline(f->type, p->outline, f->pages, f->y);
	draw(f, p, f->left, f->y);
	f->y += p->height + p->after;
	f->fresh = false;
}

/* Pieces that stay together, from ${from}: how many, and how tall. 0: the end is not known yet. */
static size_t
chain(const struct stack *s, size_t from, bool complete, double *ret_height)
{
	double h = 0;
	size_t i = from;

	for (; i < s->count; i++) {
		h += (i == from ? 0 : s->piece[i].before) + s->piece[i].height;
		if (!s->piece[i].keep_next || s->piece[i].kind == PIECE_BREAK)
			break;
		h += s->piece[i].after;
	}
	*ret_height = h;
	if (i == s->count)
		return complete ? i - from : 0;
	return i - from + 1;
}

/* Places what is known to belong together; ${complete}: nothing follows. */
static void
flush(struct flow *f, bool complete)
{
	struct stack *s = &f->pending;
	size_t at = 0, n;
	double height;

	while (at < s->count && !f->too_long && (n = chain(s, at, complete, &height)) > 0) {
		double before = f->fresh ? 0 : s->piece[at].before;

		if (!f->fresh && f->y + before + height > f->bottom + 0.01 &&
		    height <= f->bottom - f->top && (n > 1 || s->piece[at].kind != PIECE_ROW))
			next_page(f, &s->piece[at]);
		for (size_t i = 0; i < n; i++) {
			struct piece *p = &s->piece[at + i];

			place(f, p);
			if (p->kind == PIECE_LINE || p->kind == PIECE_BOX)
				type_line_clear(&p->line);
			else if (p->kind == PIECE_ROW && !p->row->header)
				free_row(p->row);
		}
		at += n;
	}
	if (at > 0)
		memmove(s->piece, s->piece + at, (s->count - at) * sizeof(*s->piece));
	s->count -= at;
}

/* Header rows are drawn on every page of their table; they go with the document. */
static void
keep_header(struct flow *f, struct row *row)
{
	if ((f->headers & (f->headers - 1)) == 0)
		f->header = xrealloc(f->header, (f->headers == 0 ? 1 : f->headers * 2) *
		    sizeof(struct row *));
	f->header[f->headers++] = row;
}

static void
push_table(struct flow *f, const struct doc_table *from)
{
	struct table *t = arena_alloc(f->doc->arena, sizeof(*t));

	t->columns = from->columns;
	t->border = from->border;
	t->width = arena_alloc(f->doc->arena, t->columns * sizeof(*t->width));
	for (size_t c = 0; c < t->columns; c++)
		t->width[c] = from->width[c] * TYPE_MM;
	for (size_t i = 0; i < from->rows && !f->too_long; i++) {
		struct row *row = new_row(f, t, &from->row[i]);
		struct piece *p = push(&f->pending);

		p->kind = PIECE_ROW;
		p->row = row;
		p->height = row->height;
		p->before = i == 0 ? from->before : 0;
		p->after = i + 1 == from->rows ? from->after : 0;
		row->header = row->header && t->headers < ARRAY_LEN(t->header);
		p->keep_next = row->header || (from->keep_next && i + 1 == from->rows);
		if (row->header) {
			t->header[t->headers++] = row;
			t->header_height += row->height;
			keep_header(f, row);
		}
		flush(f, false);
	}
}

static void
flow_section(struct flow *f, const struct doc_section *section)
{
	f->section = section;
	if (section->restart)
		f->number = 0;
	begin_page(f);
	for (size_t i = 0; i < section->blocks.count && !f->too_long; i++) {
		const struct doc_block *b = &section->blocks.block[i];

		if (b->kind == DOC_TABLE)
			push_table(f, b->table);
		else
			push_block(f, &f->pending, b, doc_width(f->doc, section) * TYPE_MM);
		flush(f, false);
	}
	flush(f, true);
}

int
write_pdf(struct doc *doc, struct type *type, struct buf *ret, struct err *err)
{
	struct flow f = { .doc = doc, .type = type };
	char created[CLOCK_TEXT_SIZE];

	if (!type_pdf_begin(type, ret, doc->title, doc->author, clock_iso(doc->created_ms, created)))
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	for (size_t i = 0; i < doc->sections; i++)
		flow_section(&f, &doc->section[i]);
	end_page(&f);
	free_stack(&f.pending);
	for (size_t i = 0; i < f.headers; i++)
		free_row(f.header[i]);
	free(f.header);
	if (!type_pdf_end(type))
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	if (!f.too_long)
		return 0;
	err_set(err, ERR_TOO_LARGE, "err.paper.pages", NULL);
	err_argi(err, "max", DOC_PAGES_MAX);
	return ERR_TOO_LARGE;
}
