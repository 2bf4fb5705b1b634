/* SPDX-License-Identifier: Apache-2.0 */
/* text.c: a document as plain text, for e-mail and SMS. */
#include "report/write.h"

struct out {
	struct buf *b;
	bool one_line;
	bool blank; /* an empty line is wanted before what comes next */
};

static void
end_line(struct out *o)
{
	buf_addc(o->b, o->one_line ? ' ' : '\n');
}

static void
put_para(struct out *o, const struct doc_para *p)
{
	if (p->runs == 0)
		return;
	if (o->blank && !o->one_line && o->b->len > 0)
		buf_addc(o->b, '\n');
	o->blank = p->after >= 5;
	if (p->number != NULL)
		buf_printf(o->b, "%s ", p->number);
	for (size_t i = 0; i < p->runs; i++)
		buf_adds(o->b, p->run[i].text);
	if (p->leader)
		buf_adds(o->b, "…");
	end_line(o);
}

static void put_blocks(struct out *o, const struct doc_blocks *blocks);

/* A cell on one line. */
static void
put_cell(struct out *o, const struct doc_blocks *blocks)
{
	bool first = true;

	for (size_t i = 0; i < blocks->count; i++) {
		const struct doc_para *p = blocks->block[i].para;

		if (blocks->block[i].kind != DOC_PARA || p->runs == 0)
			continue;
		if (!first)
			buf_addc(o->b, ' ');
		first = false;
		for (size_t k = 0; k < p->runs; k++)
			buf_adds(o->b, p->run[k].text);
	}
}

static void
put_table(struct out *o, const struct doc_table *t)
{
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			if (!t->border) {
				put_blocks(o, &t->row[r].cell[c].blocks);
				continue;
			}
			if (c > 0)
				buf_adds(o->b, " | ");
			put_cell(o, &t->row[r].cell[c].blocks);
		}
		if (t->border)
			end_line(o);
	}
	o->blank = true;
}

static void
put_blocks(struct out *o, const struct doc_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++) {
		const struct doc_block *b = &blocks->block[i];

		if (b->kind == DOC_PARA) {
			put_para(o, b->para);
		} else if (b->kind == DOC_TABLE) {
			put_table(o, b->table);
		} else if (b->kind == DOC_BOX) {
			buf_adds(o->b, b->box->text);
			end_line(o);
		}
	}
}

int
write_text(struct doc *doc, bool one_line, struct buf *ret, struct err *err)
{
	struct out o = { .b = ret, .one_line = one_line };

	for (size_t i = 0; i < doc->sections; i++)
		put_blocks(&o, &doc->section[i].blocks);
	while (ret->len > 0 && strchr(" \n", ret->data[ret->len - 1]) != NULL)
		ret->data[--ret->len] = '\0';
	return ret->full ? err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL) : 0;
}
