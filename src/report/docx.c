/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docx.c: a document as WordprocessingML (ECMA-376): styles for every role,
 * real tables, lists and heading numbers, the page number in the header.
 */
#include <math.h>

#include "report/docx_part.h"
#include "report/write.h"
#include "text/html.h"

#define DOCX_MAX ((size_t)64 << 20) /* bytes of the text part */
#define ROW_SHORT 400 /* bytes of a cell */

struct out {
	struct buf *b;
	struct doc *doc;
	struct type *type;
	const struct doc_para *exemplar[DOC_ROLES];
	size_t restarts; /* times the numbers of headings began again */
};

/* ---- runs -------------------------------------------------------------------------- */

static void
put_text(struct out *o, const char *text)
{
	html_lit(o->b, "<w:t xml:space=\"preserve\">");
	for (;;) {
		size_t n = strcspn(text, "\n");

		html_textn(o->b, text, n);
		text += n;
		if (*text == '\0')
			break;
		html_lit(o->b, "</w:t><w:br/><w:t xml:space=\"preserve\">");
		text++;
	}
	html_lit(o->b, "</w:t>");
}

static void
toggle(struct out *o, const char *tag, bool is, bool was)
{
	if (is != was)
		buf_printf(o->b, is ? "<w:%s/>" : "<w:%s w:val=\"0\"/>", tag);
}

/* ${style}: the flags the style gives already. */
static void
put_run(struct out *o, const struct doc_run *run, double size, double style_size, unsigned style)
{
	double wanted = run->size > 0 ? run->size : size;

	html_lit(o->b, "<w:r>");
	html_lit(o->b, "<w:rPr>");
	toggle(o, "b", (run->flags & DOC_BOLD) != 0, (style & DOC_BOLD) != 0);
	toggle(o, "i", (run->flags & DOC_ITALIC) != 0, (style & DOC_ITALIC) != 0);
	if (run->flags & DOC_RED)
		html_lit(o->b, "<w:color w:val=\"D00000\"/>");
	if (fabs(wanted - style_size) > 0.01)
		buf_printf(o->b, "<w:sz w:val=\"%ld\"/><w:szCs w:val=\"%ld\"/>", lround(wanted * 2),
		    lround(wanted * 2));
	if (run->flags & DOC_GAP)
		html_lit(o->b, "<w:highlight w:val=\"yellow\"/>");
	html_lit(o->b, "</w:rPr>");
	/* An empty w:rPr says nothing. */
	if (o->b->len > 15 && memcmp(o->b->data + o->b->len - 15, "<w:rPr></w:rPr>", 15) == 0)
		o->b->len -= 15;
	put_text(o, run->text);
	html_lit(o->b, "</w:r>");
}

/* Number and level of a heading that Word counts itself; false for one that is written out. */
static bool
counted(const struct out *o, const struct doc_para *p, size_t *ret_num, int *ret_level)
{
	*ret_num = 2 + o->restarts;
	*ret_level = p->role == DOC_HEADING2 ? 1 : 0;
	if (p->number != NULL && strcmp(p->number, "-") == 0)
		*ret_num = 1;
	else if (p->role != DOC_HEADING1 && p->role != DOC_HEADING2)
		return false;
	return p->number != NULL;
}

static void
put_properties(struct out *o, const struct doc_para *p, double width)
{
	const struct doc_para *s = o->exemplar[p->role];
	size_t num;
	int level;

	buf_printf(o->b, "<w:pPr><w:pStyle w:val=\"%s\"/>", docx_style(p->role));
	if (p->keep_next)
		html_lit(o->b, "<w:keepNext/>");
	if (counted(o, p, &num, &level))
		buf_printf(o->b, "<w:numPr><w:ilvl w:val=\"%d\"/><w:numId w:val=\"%zu\"/></w:numPr>",
		    level, num);
	if (p->leader)
		buf_printf(o->b, "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"%ld\"/>"
		    "</w:tabs>", lround(width * TWIP_MM) - 20);
	if (p->before != s->before || p->after != s->after || p->line != s->line)
		docx_spacing(o->b, p->before, p->after, p->line);
	/* A numbering level has indents of its own, so that these are said again. */
	if (p->left != s->left || p->first != s->first || p->number != NULL)
		docx_indent(o->b, p->left, p->first);
	if (p->align != s->align)
		buf_printf(o->b, "<w:jc w:val=\"%s\"/>", docx_align(p->align));
	html_lit(o->b, "</w:pPr>");
}

static void
put_para(struct out *o, const struct doc_para *p, double width)
{
	const struct doc_para *s = o->exemplar[p->role];
	unsigned style = s->runs > 0 ? s->run[0].flags & (DOC_BOLD | DOC_ITALIC) : 0;
	size_t num;
	int level;

	html_lit(o->b, "<w:p>");
	put_properties(o, p, width);
	if (p->number != NULL && !counted(o, p, &num, &level)) {
		struct doc_run run = { p->number, p->runs > 0 ? p->run[0].flags & 3 : 0, 0 };

		put_run(o, &run, p->size, s->size, style);
		run.text = " ";
		put_run(o, &run, p->size, s->size, style);
	}
	for (size_t i = 0; i < p->runs; i++)
		put_run(o, &p->run[i], p->size, s->size, style);
	if (p->leader)
		html_lit(o->b, "<w:r><w:tab/></w:r>");
	html_lit(o->b, "</w:p>");
}

/* ---- rules, boxes, tables ------------------------------------------------------------ */

/* A paragraph of nothing but height: between tables, and where a cell must end. */
static void
put_spacer(struct out *o, double points, bool keep_next)
{
	long h = lround(points * 20);

	buf_printf(o->b, "<w:p><w:pPr>%s<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"%ld\" "
	    "w:lineRule=\"exact\"/><w:rPr><w:sz w:val=\"2\"/></w:rPr></w:pPr></w:p>",
	    keep_next ? "<w:keepNext/>" : "", h < 20 ? 20 : h);
}

/* The border above an empty paragraph, indented to the right length. */
static void
put_rule(struct out *o, const struct doc_rule *r, double width)
{
	double w = rule_length(o->type, r, width * TYPE_MM) / TYPE_MM;
	double left = r->align == DOC_CENTER ? (width - w) / 2 : r->left;

	buf_printf(o->b, "<w:p><w:pPr><w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" "
	    "w:color=\"auto\"/></w:pBdr><w:spacing w:before=\"%ld\" w:after=\"%ld\" w:line=\"20\" "
	    "w:lineRule=\"exact\"/><w:ind w:left=\"%ld\" w:right=\"%ld\"/><w:rPr><w:sz w:val=\"2\"/>"
	    "</w:rPr></w:pPr></w:p>", lround(r->before * 20), lround(r->after * 20),
	    lround(left * TWIP_MM), lround((width - left - w) * TWIP_MM));
}

static void
put_box(struct out *o, const struct doc_box *box)
{
	static const char *const sides[] = { "top", "left", "bottom", "right" };
	long w = lround(box->width * TWIP_MM), h = lround(box->height * TWIP_MM);
	struct doc_run run = { box->text, DOC_BOLD | DOC_RED, box->size };

	put_spacer(o, box->before, true);
	buf_printf(o->b, "<w:tbl><w:tblPr><w:tblW w:w=\"%ld\" w:type=\"dxa\"/><w:jc w:val=\"center\"/>"
	    "<w:tblBorders>", w);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		buf_printf(o->b, "<w:%s w:val=\"single\" w:sz=\"8\" w:space=\"0\" "
		    "w:color=\"D00000\"/>", sides[i]);
	buf_printf(o->b, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>"
	    "<w:gridCol w:w=\"%ld\"/></w:tblGrid><w:tr><w:trPr><w:trHeight w:val=\"%ld\" "
	    "w:hRule=\"exact\"/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"%ld\" w:type=\"dxa\"/>"
	    "<w:vAlign w:val=\"center\"/></w:tcPr><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>",
	    w, h, w);
	put_run(o, &run, box->size, 0, 0);
	html_lit(o->b, "</w:p></w:tc></w:tr></w:tbl>");
	put_spacer(o, box->after, false);
}

static void put_block(struct out *o, const struct doc_block *b, double width);

static void
put_cell(struct out *o, const struct doc_table *t, const struct doc_row *row, size_t c)
{
	const struct doc_blocks *b = &row->cell[c].blocks;
	double pad = t->border ? 3.8 : 0.7;

	buf_printf(o->b, "<w:tc><w:tcPr><w:tcW w:w=\"%ld\" w:type=\"dxa\"/>",
	    lround(t->width[c] * TWIP_MM));
	if (row->header)
		html_lit(o->b, "<w:vAlign w:val=\"center\"/>");
	html_lit(o->b, "</w:tcPr>");
	for (size_t i = 0; i < b->count; i++)
		put_block(o, &b->block[i], t->width[c] - pad);
	if (b->count == 0)
		html_lit(o->b, "<w:p/>");
	html_lit(o->b, "</w:tc>");
}

/* Rows of a few lines stay whole, as in the PDF; long ones part. */
static bool
is_short(const struct doc_table *t, const struct doc_row *row)
{
	for (size_t c = 0; c < t->columns; c++) {
		const struct doc_blocks *b = &row->cell[c].blocks;
		size_t bytes = 0;

		for (size_t i = 0; i < b->count; i++)
			for (size_t r = 0; b->block[i].kind == DOC_PARA && r < b->block[i].para->runs; r++)
				bytes += strlen(b->block[i].para->run[r].text);
		if (bytes > ROW_SHORT)
			return false;
	}
	return true;
}

static void
put_table(struct out *o, const struct doc_table *t)
{
	double all = 0;

	for (size_t c = 0; c < t->columns; c++)
		all += t->width[c];
	if (t->before > 0)
		put_spacer(o, t->before, true);
	buf_printf(o->b, "<w:tbl><w:tblPr><w:tblStyle w:val=\"%s\"/><w:tblW w:w=\"%ld\" "
	    "w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>",
	    t->border ? "TableGrid" : "TableNormal", lround(all * TWIP_MM));
	for (size_t c = 0; c < t->columns; c++)
		buf_printf(o->b, "<w:gridCol w:w=\"%ld\"/>", lround(t->width[c] * TWIP_MM));
	html_lit(o->b, "</w:tblGrid>");
	for (size_t i = 0; i < t->rows; i++) {
		const struct doc_row *row = &t->row[i];
		bool whole = row->whole || is_short(t, row);

		html_lit(o->b, "<w:tr>");
		if (whole || row->header)
			buf_printf(o->b, "<w:trPr>%s%s</w:trPr>", whole ? "<w:cantSplit/>" : "",
			    row->header ? "<w:tblHeader/>" : "");
		for (size_t c = 0; c < t->columns; c++)
			put_cell(o, t, row, c);
		html_lit(o->b, "</w:tr>");
	}
	html_lit(o->b, "</w:tbl>");
	put_spacer(o, t->after, t->keep_next);
}

static void
put_block(struct out *o, const struct doc_block *b, double width)
{
	switch (b->kind) {
	case DOC_PARA: put_para(o, b->para, width); break;
	case DOC_TABLE: put_table(o, b->table); break;
	case DOC_RULE: put_rule(o, b->rule, width); break;
	case DOC_BOX: put_box(o, b->box); break;
	case DOC_BREAK: html_lit(o->b, "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>"); break;
	}
}

/* ---- sections ---------------------------------------------------------------------- */

static void
put_section(struct out *o, const struct doc_section *s, bool first)
{
	const struct doc *d = o->doc;

	html_lit(o->b, "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/>"
	    "<w:type w:val=\"nextPage\"/>");
	buf_printf(o->b, "<w:pgSz w:w=\"%d\" w:h=\"%d\"%s/>", s->landscape ? 16838 : 11906,
	    s->landscape ? 11906 : 16838, s->landscape ? " w:orient=\"landscape\"" : "");
	buf_printf(o->b, "<w:pgMar w:top=\"%ld\" w:right=\"%ld\" w:bottom=\"%ld\" w:left=\"%ld\" "
	    "w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>", lround(d->top * TWIP_MM),
	    lround(d->right * TWIP_MM), lround(d->bottom * TWIP_MM), lround(d->left * TWIP_MM));
	if (first || s->restart)
		html_lit(o->b, "<w:pgNumType w:start=\"1\"/><w:titlePg/>");
	html_lit(o->b, "</w:sectPr>");
}

static void
see_blocks(struct out *o, const struct doc_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++) {
		const struct doc_block *b = &blocks->block[i];

		if (b->kind == DOC_PARA && (o->exemplar[b->para->role] == NULL ||
		    (o->exemplar[b->para->role]->runs == 0 && b->para->runs > 0)))
			o->exemplar[b->para->role] = b->para;
		for (size_t r = 0; b->kind == DOC_TABLE && r < b->table->rows; r++)
			for (size_t c = 0; c < b->table->columns; c++)
				see_blocks(o, &b->table->row[r].cell[c].blocks);
	}
}

static void
put_document(struct out *o)
{
	const struct doc *d = o->doc;

	html_lit(o->b, XML_HEAD "<w:document " NS_W " " NS_R "><w:body>");
	for (size_t i = 0; i < d->sections; i++) {
		const struct doc_section *s = &d->section[i];

		o->restarts += s->restart ? 1 : 0;
		for (size_t k = 0; k < s->blocks.count; k++)
			put_block(o, &s->blocks.block[k], doc_width(d, s));
		if (i + 1 == d->sections) {
			put_section(o, s, i == 0);
			break;
		}
		html_lit(o->b, "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" "
		    "w:lineRule=\"exact\"/>");
		put_section(o, s, i == 0);
		html_lit(o->b, "</w:pPr></w:p>");
	}
	html_lit(o->b, "</w:body></w:document>");
}

int
write_docx(struct doc *doc, struct type *type, struct buf *ret, struct err *err)
{
	cleanup(buf_clear) struct buf part = BUF_INIT(DOCX_MAX);
	struct out o = { .b = &part, .doc = doc, .type = type };
	struct zip_out zip = { .out = ret };

	for (size_t i = 0; i < doc->sections; i++)
		see_blocks(&o, &doc->section[i].blocks);
	docx_package(&zip);
	docx_core(&part, doc);
	zip_out_add(&zip, "docProps/core.xml", part.data, part.len);
	buf_reset(&part);
	docx_header(&part, doc);
	zip_out_add(&zip, "word/header1.xml", part.data, part.len);
	buf_reset(&part);
	docx_styles(&part, doc, o.exemplar);
	zip_out_add(&zip, "word/styles.xml", part.data, part.len);
	buf_reset(&part);
	put_document(&o);
	if (part.full)
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	zip_out_add(&zip, "word/document.xml", part.data, part.len);
	buf_reset(&part);
	docx_numbering(&part, doc, o.restarts);
	zip_out_add(&zip, "word/numbering.xml", part.data, part.len);
	zip_out_end(&zip);
	return ret->full ? err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL) : 0;
}
