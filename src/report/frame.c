/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c: what surrounds the body of a document: NĐ 30/2020, Phụ lục I. */
#include <stdio.h>

#include "report/fill.h"

#define LEFT_PART   0.39 /* of the width: the agency's column */
#define SIGN_ROOM   58   /* points for signature and seal */
#define NBSP8       "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0"
#define RULE_MAX    60.0 /* mm: under a subject of several lines */

static struct doc_para *
centred(struct fill *f, struct doc_blocks *to, double size, const char *text, unsigned flags)
{
	struct doc_para *p = doc_para(f->doc, to, DOC_FRAME, DOC_CENTER, size);

	doc_run(f->doc, p, text, flags);
	return p;
}

static void
line_under(struct fill *f, struct doc_blocks *to, const char *text, double size, unsigned flags,
    double part)
{
	struct doc_rule *r = doc_rule(f->doc, to);

	r->of = text;
	r->size = size;
	r->flags = flags;
	r->part = part;
	r->width = RULE_MAX;
	r->before = 1.5;
	r->after = 3;
}

static void
put_motto(struct fill *f, struct doc_blocks *to)
{
	const struct style_sizes *size = &f->style->size;
	const struct style_words *word = &f->style->word;

	centred(f, to, size->national, word->national, DOC_BOLD);
	centred(f, to, size->motto, word->motto, DOC_BOLD);
	line_under(f, to, word->motto, size->motto, DOC_BOLD, 1);
}

static const char *
upper(struct fill *f, const char *key)
{
	return fill_print(f, "line", NULL, 0, json_get(f->document, key), NULL, "upper");
}

static void
put_agency(struct fill *f, struct doc_blocks *to)
{
	const char *parent = upper(f, "agency_parent"), *name = upper(f, "agency_name");
	double size = f->style->size.agency;

	if (*parent != '\0')
		centred(f, to, size, parent, 0);
	if (*name == '\0') {
		struct doc_para *p = doc_para(f->doc, to, DOC_FRAME, DOC_CENTER, size);

		fill_gap(f, p, "document.agency_name", "agency.name");
		return;
	}
	centred(f, to, size, name, DOC_BOLD);
	line_under(f, to, name, size, DOC_BOLD, 0.4);
}

/* "05/BC-STC"; room for the clerk's number while there is none. */
static void
put_number(struct fill *f, struct doc_blocks *to)
{
	const char *number = fill_str(f, f->document, "doc_number");
	const char *symbol = fill_str(f, f->document, "symbol");
	struct arena *a = f->doc->arena;

	if (strlen(number) == 1)
		number = arena_printf(a, "0%s", number);
	if (*number == '\0')
		number = NBSP8;
	centred(f, to, f->style->size.number, arena_printf(a, "%s %s%s%s", f->style->word.number,
	    number, *symbol == '\0' || strchr(number, '/') != NULL ? "" : "/", strchr(number, '/') !=
	    NULL ? "" : symbol), 0);
}

/* With room for day and month while the document has no date. */
static const char *
place_date(struct fill *f)
{
	struct buf out = BUF_INIT(1000);
	const char *pattern = f->style->word.place_date, *text;
	const char *date = json_get_str(f->document, "doc_date"), *now = json_get_str(f->document,
	    "now");
	struct form_slot slot;

	for (; form_slot(pattern, &slot); pattern = slot.end) {
		buf_add(&out, pattern, (size_t)(slot.start - pattern));
		if (str_eq(slot.name, "place"))
			buf_adds(&out, fill_str(f, f->document, "place"));
		else if (date != NULL || str_eq(slot.name, "year"))
			buf_adds(&out, fill_date(f, date != NULL ? date : now,
			    arena_strndup(f->doc->arena, slot.start, (size_t)(slot.end - slot.start))));
		else
			buf_adds(&out, "\u00a0\u00a0\u00a0\u00a0\u00a0");
	}
	buf_adds(&out, pattern);
	text = arena_strdup(f->doc->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

static void
put_urgency(struct fill *f, struct doc_blocks *to)
{
	const char *id = json_get_str(f->document, "urgency");

	for (size_t i = 0; i < f->style->urgencies; i++) {
		const struct style_urgency *u = &f->style->urgency[i];

		if (str_eq(u->id, id) || str_eq(u->text, id))
			doc_box(f->doc, to, &(struct doc_box){ .text = u->text, .width = u->width,
			    .height = u->height, .size = f->style->size.urgency, .before = 4,
			    .after = 2 });
	}
}

static struct doc_table *
two_columns(struct fill *f, double left)
{
	double all = doc_width(f->doc, f->section), width[2] = { all * left, all * (1 - left) };

	return doc_table(f->doc, &f->section->blocks, 2, width, false);
}

void
fill_header(struct fill *f, const char *kind)
{
	struct doc_row *row;
	struct doc_table *t;

	if (str_eq(kind, "motto")) {
		put_motto(f, &f->section->blocks);
		return;
	}
	t = two_columns(f, LEFT_PART);
	row = doc_row(f->doc, t);
	row->whole = true;
	put_agency(f, &row->cell[0].blocks);
	put_motto(f, &row->cell[1].blocks);
	t->after = 6;
}

static void
put_title(struct fill *f)
{
	const struct style_sizes *size = &f->style->size;
	struct doc_blocks *to = &f->section->blocks;
	const char *type = fill_string(f, f->form->type_name.vi);
	struct doc_para like = { .role = DOC_SUBJECT, .align = DOC_CENTER, .size = size->subject,
		.line = 1, .keep_next = true }, *p;
	size_t first;

	if (*type != '\0') {
		p = doc_para(f->doc, to, DOC_TITLE, DOC_CENTER, size->type);
		doc_run(f->doc, p, type, DOC_BOLD);
		p->before = 10;
		p->keep_next = true;
	}
	first = to->count;
	fill_paras(f, to, &like, f->form->subject.vi, DOC_BOLD);
	if (to->count == first)
		return;
	line_under(f, to, doc_para_text(f->doc, to->block[first].para), size->subject, DOC_BOLD, 0.4);
	to->block[to->count - 1].rule->after = 8;
}

/* One addressee on the line itself; several below, their hyphens under the colon. */
static void
put_addressees(struct fill *f)
{
	const struct json *list = json_get(f->document, "recipients");
	const char *to_word = f->style->word.to;
	size_t n = json_len(list);
	struct doc_para *p;

	if (n == 0)
		return;
	p = doc_para(f->doc, &f->section->blocks, DOC_FRAME, n == 1 ? DOC_CENTER : DOC_LEFT,
	    f->style->size.to);
	p->before = 6;
	p->after = n == 1 ? 8 : 0;
	p->left = n == 1 ? 0 : 25;
	p->keep_next = true;
	doc_run(f->doc, p, to_word, 0);
	for (size_t i = 0; i < n; i++) {
		const char *name = fill_print(f, "", NULL, 0, json_at(list, i), NULL, "");

		if (n == 1) {
			doc_run(f->doc, p, arena_printf(f->doc->arena, " %s", name), 0);
			return;
		}
		p = doc_para(f->doc, &f->section->blocks, DOC_FRAME, DOC_LEFT, f->style->size.to);
		p->left = 48;
		p->first = -3.5;
		p->number = "-";
		p->keep_next = true;
		p->after = i + 1 == n ? 8 : 0;
		doc_run(f->doc, p, arena_printf(f->doc->arena, "%s%s", name, i + 1 == n ? "." : ";"),
		    0);
	}
}

/* Căn cứ: one a line, ";" and at last "." (document.grounds, those accepted, go first). */
static void
put_grounds(struct fill *f)
{
	const struct json *given = json_get(f->document, "grounds");
	size_t n = given != NULL ? json_len(given) : f->form->grounds;

	for (size_t i = 0; i < n; i++) {
		struct doc_para like = fill_body(f);
		const char *text = given != NULL ?
		    fill_print(f, "", NULL, 0, json_at(given, i), NULL, "") :
		    fill_string(f, f->form->ground[i].text.vi);
		size_t len = strlen(text);
		struct doc_para *p = doc_para(f->doc, &f->section->blocks, DOC_GROUND, like.align,
		    like.size);

		while (len > 0 && strchr(";., ", text[len - 1]) != NULL)
			len--;
		p->first = like.first;
		p->after = like.after;
		p->line = like.line;
		doc_run(f->doc, p, arena_printf(f->doc->arena, "%.*s%s", (int)len, text,
		    i + 1 == n ? "." : ";"), DOC_ITALIC);
	}
}

void
fill_head(struct fill *f)
{
	struct doc_table *t = two_columns(f, LEFT_PART);
	struct doc_row *row = doc_row(f->doc, t);
	bool letter = str_eq(f->form->doc_type, "CV");

	row->whole = true;
	put_agency(f, &row->cell[0].blocks);
	put_motto(f, &row->cell[1].blocks);
	row = doc_row(f->doc, t);
	row->whole = true;
	put_number(f, &row->cell[0].blocks);
	centred(f, &row->cell[1].blocks, f->style->size.place, place_date(f), DOC_ITALIC);
	if (letter) {
		struct doc_para *p = centred(f, &row->cell[0].blocks, f->style->size.about,
		    f->style->word.about, 0);

		doc_run(f->doc, p, " ", 0);
		fill_template(f, p, f->form->subject.vi, 0);
		p->before = 6;
	}
	put_urgency(f, &row->cell[0].blocks);
	t->after = 6;
	if (!letter)
		put_title(f);
	put_addressees(f);
	put_grounds(f);
}

/* ---- the end ------------------------------------------------------------------------ */

static void
add_signature(struct fill *f, struct doc_blocks *to, const char *note, const char *name)
{
	double size = f->style->size.signature;
	struct doc_para *p;

	if (*note != '\0')
		centred(f, to, size - 1, note, DOC_ITALIC);
	p = centred(f, to, size, *name == '\0' ? "\u00a0" : name, DOC_BOLD);
	p->before = SIGN_ROOM;
}

/* No page of signatures alone: the end of what is signed comes along. */
static void
keep_last(struct fill *f)
{
	struct doc_blocks *b = &f->section->blocks;

	if (b->count > 0 && b->block[b->count - 1].kind == DOC_PARA)
		b->block[b->count - 1].para->keep_next = true;
	else if (b->count > 0 && b->block[b->count - 1].kind == DOC_TABLE)
		b->block[b->count - 1].table->keep_next = true;
}

void
fill_sign(struct fill *f, const struct form_sign *sign, size_t signs, bool with_date)
{
	double width[3], all = doc_width(f->doc, f->section);
	size_t columns = signs < 2 ? 2 : signs;
	struct doc_table *t;
	struct doc_row *row;

	keep_last(f);
	for (size_t i = 0; i < columns; i++)
		width[i] = signs == 1 ? all * (i == 0 ? 0.42 : 0.58) : all / (double)columns;
	t = doc_table(f->doc, &f->section->blocks, columns, width, false);
	t->before = 6;
	row = doc_row(f->doc, t);
	row->whole = true;
	for (size_t i = 0; i < signs; i++) {
		struct doc_blocks *to = &row->cell[columns - signs + i].blocks;
		struct doc_para *p;

		if (with_date && i + 1 == signs)
			centred(f, to, f->style->size.place, place_date(f), DOC_ITALIC);
		p = doc_para(f->doc, to, DOC_FRAME, DOC_CENTER, f->style->size.signature);
		fill_template(f, p, sign[i].title.vi, DOC_BOLD);
		add_signature(f, to, sign[i].note.vi, fill_string(f, sign[i].name.vi));
	}
}

/* "KT. GIÁM ĐỐC" above "PHÓ GIÁM ĐỐC"; by default the head's own title alone. */
static void
put_authority(struct fill *f, struct doc_blocks *to)
{
	const char *id = json_get_str(f->document, "authority"), *title = upper(f, "signer_title");
	const char *head = upper(f, "head_title"), *prefix = "";
	double size = f->style->size.signature;

	if (*head == '\0')
		head = f->style->word.head;
	for (size_t i = 0; i < f->style->authorities; i++)
		if (str_eq(f->style->authority[i].id, id) || str_eq(f->style->authority[i].text, id))
			prefix = f->style->authority[i].text;
	if (*prefix == '\0') {
		centred(f, to, size, *title == '\0' ? head : title, DOC_BOLD);
		return;
	}
	centred(f, to, size, arena_printf(f->doc->arena, "%s %s", prefix, head), DOC_BOLD);
	/* "Q. GIÁM ĐỐC" is one line: who acts as head has no other title. */
	if (*title != '\0' && !str_eq(title, head))
		centred(f, to, size, title, DOC_BOLD);
}

static void
put_signature(struct fill *f, struct doc_blocks *to)
{
	const char *name = fill_str(f, f->document, "signer_name");
	struct doc_para *p;

	put_authority(f, to);
	if (*name != '\0') {
		add_signature(f, to, "", name);
		return;
	}
	p = doc_para(f->doc, to, DOC_FRAME, DOC_CENTER, f->style->size.signature);
	p->before = SIGN_ROOM;
	fill_gap(f, p, "document.signer_name", f->style->word.signer);
}

static void
put_place(struct fill *f, struct doc_blocks *to, const char *text, bool last)
{
	struct doc_para *p = doc_para(f->doc, to, DOC_FRAME, DOC_LEFT, f->style->size.distribution);
	size_t len = strlen(text);

	while (len > 0 && strchr(";. ", text[len - 1]) != NULL)
		len--;
	p->number = "-";
	p->left = 2.2;
	p->first = -2.2;
	doc_run(f->doc, p, arena_printf(f->doc->arena, "%.*s%s", (int)len, text, last ? "." : ";"), 0);
}

/* "Như trên" first when somebody was addressed, the archive last. */
static void
put_distribution(struct fill *f, struct doc_blocks *to)
{
	const struct style_words *w = &f->style->word;
	const struct json *list = json_get(f->document, "distribution");
	size_t n = json_len(list);
	const char *first = n == 0 ? "" : fill_print(f, "", NULL, 0, json_at(list, 0), NULL, "");
	const char *last = n == 0 ? "" : fill_print(f, "", NULL, 0, json_at(list, n - 1), NULL, "");
	struct doc_para *p = doc_para(f->doc, to, DOC_FRAME, DOC_LEFT,
	    f->style->size.distribution_head);

	doc_run(f->doc, p, w->distribution, DOC_BOLD | DOC_ITALIC);
	if (json_len(json_get(f->document, "recipients")) > 0 && !str_starts(first, w->as_above))
		put_place(f, to, w->as_above, false);
	for (size_t i = 0; i < n; i++)
		put_place(f, to, fill_print(f, "", NULL, 0, json_at(list, i), NULL, ""),
		    i + 1 == n && str_starts(last, w->archive_mark));
	if (!str_starts(last, w->archive_mark))
		put_place(f, to, w->archive, true);
}

/* The body ends with "./.". */
static void
end_body(struct fill *f)
{
	struct doc_blocks *b = &f->section->blocks;
	struct doc_para *p;
	struct doc_run *run;
	size_t len;

	if (b->count == 0 || b->block[b->count - 1].kind != DOC_PARA)
		return;
	p = b->block[b->count - 1].para;
	if (p->runs == 0 || (p->run[p->runs - 1].flags & DOC_GAP) || p->role == DOC_NOTE)
		return;
	run = &p->run[p->runs - 1];
	len = strlen(run->text);
	if (len >= 3 && str_eq(run->text + len - 3, f->style->word.end))
		return;
	while (len > 0 && strchr(";.: ", run->text[len - 1]) != NULL)
		len--;
	run->text = arena_printf(f->doc->arena, "%.*s%s", (int)len, run->text, f->style->word.end);
}

void
fill_tail(struct fill *f)
{
	bool nd30 = str_eq(f->form->layout, "nd30"), head = str_eq(f->form->signature, "head");
	bool asked = json_len(json_get(f->document, "distribution")) > 0;
	struct doc_table *t;
	struct doc_row *row;

	if (f->is_signed)
		return;
	f->is_signed = true;
	if (nd30)
		end_body(f);
	if (str_eq(f->form->signature, "none"))
		return;
	if (!head)
		fill_sign(f, f->form->signer, f->form->signers, false);
	if (!head && !asked)
		return;
	keep_last(f);
	t = two_columns(f, 0.48);
	t->before = 8;
	row = doc_row(f->doc, t);
	row->whole = true;
	if (nd30 || asked)
		put_distribution(f, &row->cell[0].blocks);
	if (head)
		put_signature(f, &row->cell[1].blocks);
}
