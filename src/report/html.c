/* SPDX-License-Identifier: Apache-2.0 */
/* html.c: a document as one HTML page; looks come from classes only (paper.css). */
#include "os/embed.h"
#include "report/write.h"
#include "text/html.h"

#define SHEET "web/public-page/paper.css"

struct out {
	struct buf *b;
	const struct doc *doc;
};

static void
put_run(struct out *o, const struct doc_run *run)
{
	if (run->flags & DOC_GAP)
		html_lit(o->b, "<mark>");
	if (run->flags & DOC_BOLD)
		html_lit(o->b, "<b>");
	if (run->flags & DOC_ITALIC)
		html_lit(o->b, "<i>");
	html_lines(o->b, run->text);
	if (run->flags & DOC_ITALIC)
		html_lit(o->b, "</i>");
	if (run->flags & DOC_BOLD)
		html_lit(o->b, "</b>");
	if (run->flags & DOC_GAP)
		html_lit(o->b, "</mark>");
}

static const char *
size_class(const struct out *o, double size)
{
	if (size >= o->doc->body_size - 0.5)
		return "";
	return size < 11.5 ? " s11" : size < 12.5 ? " s12" : " s13";
}

static const char *
indent_class(const struct doc_para *p)
{
	return p->left < 2 ? "" : p->left < 8 ? " in1" : p->left < 18 ? " in2" :
	    p->left < 36 ? " in3" : " in4";
}

static void
put_para(struct out *o, const struct doc_para *p)
{
	static const struct {
		const char *tag, *name;
	} roles[DOC_ROLES] = {
		[DOC_BODY] = { "p", "body" }, [DOC_PLAIN] = { "p", "plain" },
		[DOC_TITLE] = { "h1", "title" }, [DOC_SUBJECT] = { "p", "subject" },
		[DOC_HEADING1] = { "h2", "h" }, [DOC_HEADING2] = { "h3", "h" },
		[DOC_HEADING3] = { "h4", "h" }, [DOC_ITEM] = { "p", "item" },
		[DOC_GROUND] = { "p", "ground" }, [DOC_NOTE] = { "p", "note" },
		[DOC_CELL] = { "p", "cell" }, [DOC_HEAD_CELL] = { "p", "cell" },
		[DOC_FRAME] = { "p", "frame" }, [DOC_ANNEX] = { "h1", "annex" },
	};
	static const char *const aligns[] = { "", " c", " r", " j" };
	const char *tag = roles[p->role].tag;

	buf_printf(o->b, "<%s class=\"%s%s%s%s%s%s%s\">", tag, roles[p->role].name, aligns[p->align],
	    indent_class(p), p->first <= 0 ? " flat" : "",
	    p->before > 20 ? " sign" : p->before >= 5 ? " gap6" : "", size_class(o, p->size),
	    p->leader ? " lead" : "");
	if (p->leader)
		html_lit(o->b, "<span>");
	if (p->number != NULL) {
		struct doc_run run = { p->number, p->runs > 0 ? p->run[0].flags & 3 : 0, 0 };

		put_run(o, &run);
		html_lit(o->b, " ");
	}
	for (size_t i = 0; i < p->runs; i++)
		put_run(o, &p->run[i]);
	if (p->leader)
		html_lit(o->b, "</span>");
	buf_printf(o->b, "</%s>\n", tag);
}

static void
put_rule(struct out *o, const struct doc_rule *r)
{
	buf_printf(o->b, "<hr class=\"%s\">\n", r->of == NULL ? "full" : r->part >= 1 ? "most" :
	    r->size < 13 ? "some" : "few");
}

static void put_blocks(struct out *o, const struct doc_blocks *blocks);

static void
put_table(struct out *o, const struct doc_table *t)
{
	double all = 0;
	bool head = false;

	for (size_t c = 0; c < t->columns; c++)
		all += t->width[c];
	buf_printf(o->b, "<table%s><colgroup>", t->border ? " class=\"grid\"" : "");
	for (size_t c = 0; c < t->columns; c++)
		buf_printf(o->b, "<col width=\"%d%%\">", (int)(t->width[c] * 100 / all + 0.5));
	html_lit(o->b, "</colgroup>");
	for (size_t i = 0; i < t->rows; i++) {
		const struct doc_row *row = &t->row[i];

		if (i == 0 || row->header != head)
			buf_adds(o->b, i == 0 ? row->header ? "<thead>" : "<tbody>" :
			    row->header ? "</tbody><thead>" : "</thead><tbody>");
		head = row->header;
		html_lit(o->b, "<tr>");
		for (size_t c = 0; c < t->columns; c++) {
			buf_adds(o->b, head ? "<th scope=\"col\">" : "<td>");
			put_blocks(o, &row->cell[c].blocks);
			buf_adds(o->b, head ? "</th>" : "</td>");
		}
		html_lit(o->b, "</tr>\n");
	}
	if (t->rows > 0)
		buf_adds(o->b, head ? "</thead>" : "</tbody>");
	html_lit(o->b, "</table>\n");
}

static void
put_blocks(struct out *o, const struct doc_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++) {
		const struct doc_block *b = &blocks->block[i];

		switch (b->kind) {
		case DOC_PARA: put_para(o, b->para); break;
		case DOC_TABLE: put_table(o, b->table); break;
		case DOC_RULE: put_rule(o, b->rule); break;
		case DOC_BOX:
			html_lit(o->b, "<p class=\"box\">");
			html_text(o->b, b->box->text);
			html_lit(o->b, "</p>\n");
			break;
		case DOC_BREAK: html_lit(o->b, "<div class=\"brk\"></div>\n"); break;
		}
	}
}

int
write_html(struct doc *doc, const char *sheet, struct buf *ret, struct err *err)
{
	const struct embed *css = embed_get(SHEET);
	struct out o = { ret, doc };

	html_lit(ret, "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\"><title>");
	html_text(ret, doc->title);
	html_lit(ret, "</title>");
	if (sheet != NULL) {
		html_lit(ret, "<link rel=\"stylesheet\" href=\"");
		html_attr(ret, sheet);
		html_lit(ret, "\">");
	} else if (css != NULL) {
		html_lit(ret, "<style>");
		buf_add(ret, css->data, css->size);
		html_lit(ret, "</style>");
	}
	html_lit(ret, "</head><body>\n");
	for (size_t i = 0; i < doc->sections; i++) {
		buf_printf(ret, "<article class=\"sheet%s\">\n", doc->section[i].landscape ? " wide" : "");
		put_blocks(&o, &doc->section[i].blocks);
		html_lit(ret, "</article>\n");
	}
	html_lit(ret, "</body></html>\n");
	return ret->full ? err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL) : 0;
}
