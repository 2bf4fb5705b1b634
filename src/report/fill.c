/* SPDX-License-Identifier: Apache-2.0 */
/* fill.c: names to values, templates to paragraphs. */
#include "report/fill.h"

#include <stdio.h>

static bool
column_value(struct fill *f, size_t depth, const char *name, const char *spec,
    struct fill_value *ret)
{
	const struct form_field *field = f->row[depth].field;
	const struct json *item = f->row[depth].item, *value = json_get(item, name);
	const struct form_column *col = field == NULL ? NULL : form_column(field, name);

	if (str_eq(name, "n"))
		ret->text = arena_printf(f->doc->arena, "%zu", f->row[depth].n);
	else if (str_eq(name, "item"))
		ret->text = fill_print(f, "", NULL, 0, item, NULL, spec);
	else if (col != NULL) {
		ret->text = fill_print(f, col->type, col->choice, col->choices, value, NULL, spec);
		ret->label = col->label.vi;
		ret->required = col->required;
	} else if (value != NULL)
		ret->text = fill_print(f, "", NULL, 0, value, NULL, spec);
	else
		return false;
	return true;
}

static const struct json *
words_of(struct fill *f, const char *id)
{
	char name[128];

	snprintf(name, sizeof(name), "%s_text", id);
	return json_get(f->values, name);
}

struct fill_value
fill_value(struct fill *f, const char *name, const char *spec)
{
	struct fill_value v = { .text = "", .label = name, .is_asked = true };
	const struct form_field *field;
	const struct json *value;

	for (size_t i = f->rows; i > 0; i--)
		if (column_value(f, i - 1, name, spec, &v))
			return v;
	field = form_field(f->form, name);
	if (field != NULL) {
		v.label = field->label.vi;
		v.required = field->required;
		v.is_asked = form_asks(f->form, field, f->variant, f->values, f->facts);
		if (v.is_asked)
			v.text = fill_print(f, field->type_text, field->choice, field->choices,
			    json_get(f->values, name), words_of(f, name), spec);
		v.is_open = str_eq(spec, "check") && !form_given(json_get(f->values, name));
		return v;
	}
	value = str_starts(name, "document.") ? form_fact(f->document, name + strlen("document.")) :
	    form_fact(f->facts, name);
	v.required = strchr(name, '.') != NULL;
	v.text = fill_print(f, "", NULL, 0, value, NULL, spec);
	return v;
}

/* "Họ và tên (*):" is asked for as "Họ và tên". */
static const char *
bare_label(struct fill *f, const char *label)
{
	size_t n = strlen(label);

	while (n > 0 && strchr(" :*().", label[n - 1]) != NULL &&
	    (label[n - 1] != ')' || (n >= 3 && strncmp(label + n - 3, "(*)", 3) == 0)))
		n -= label[n - 1] == ')' ? 3 : 1;
	return n == 0 ? label : arena_strndup(f->doc->arena, label, n);
}

void
fill_gap(struct fill *f, struct doc_para *para, const char *id, const char *label)
{
	label = bare_label(f, label);
	doc_gap(f->doc, id, label);
	doc_run(f->doc, para, arena_printf(f->doc->arena, "[%s: %s]", f->style->word.missing, label),
	    DOC_GAP);
}

static void
add_slot(struct fill *f, struct doc_para *para, const struct form_slot *slot, unsigned flags)
{
	struct fill_value v = fill_value(f, slot->name, slot->spec);

	if (*v.text != '\0')
		doc_run(f->doc, para, v.text, flags);
	if (slot->optional || !v.is_asked || (*v.text != '\0' && !v.is_open))
		return;
	if (v.is_open)
		doc_run(f->doc, para, " ", flags);
	if (v.required)
		fill_gap(f, para, slot->name, v.label);
	else if (!v.is_open)
		doc_run(f->doc, para, "……", flags);
}

/* Text of the form itself; "{{" is one brace. */
static void
add_literal(struct fill *f, struct doc_para *para, const char *text, size_t len, unsigned flags)
{
	char *copy = arena_strndup(f->doc->arena, text, len), *brace = copy;

	while ((brace = strstr(brace, "{{")) != NULL) {
		memmove(brace, brace + 1, strlen(brace));
		brace++;
	}
	doc_run(f->doc, para, doc_clean(f->doc->arena, copy, strlen(copy)), flags);
}

void
fill_template(struct fill *f, struct doc_para *para, const char *text, unsigned flags)
{
	struct form_slot slot;

	for (; form_slot(text, &slot); text = slot.end) {
		add_literal(f, para, text, (size_t)(slot.start - text), flags);
		if (slot.name[0] != '\0')
			add_slot(f, para, &slot, flags);
	}
	add_literal(f, para, text, strlen(text), flags);
}

const char *
fill_string(struct fill *f, const char *text)
{
	struct doc_para para = { 0 };

	fill_template(f, &para, text, 0);
	return doc_para_text(f->doc, &para);
}

/* The next line of ${run}'s text from ${at}; ends the paragraph when a line break follows. */
static size_t
add_line(struct fill *f, struct doc_para *para, const struct doc_run *run, size_t at)
{
	size_t n = strcspn(run->text + at, "\n");

	doc_run(f->doc, para, n == strlen(run->text + at) ? run->text + at :
	    arena_strndup(f->doc->arena, run->text + at, n), run->flags);
	return at + n;
}

void
fill_paras(struct fill *f, struct doc_blocks *to, const struct doc_para *like, const char *text,
    unsigned flags)
{
	struct doc_para all = { 0 }, *p = NULL;

	fill_template(f, &all, text, flags);
	for (size_t i = 0; i < all.runs; i++) {
		const struct doc_run *run = &all.run[i];

		for (size_t at = 0; run->text[at] != '\0';) {
			if (run->text[at] == '\n') {
				p = NULL; /* empty lines make no empty paragraphs */
				at++;
				continue;
			}
			if (p == NULL) {
				p = doc_para(f->doc, to, like->role, like->align, like->size);
				p->left = like->left;
				p->first = like->first;
				p->before = like->before;
				p->after = like->after;
				p->line = like->line;
				p->keep_next = like->keep_next;
				p->number = like->number;
			}
			at = add_line(f, p, run, at);
		}
	}
	/* Counted once more by the copies. */
	for (size_t i = 0; i < all.runs; i++)
		f->doc->text_bytes -= strlen(all.run[i].text);
}

struct doc_para
fill_body(const struct fill *f)
{
	const struct style_spacing *s = &f->style->spacing;

	return (struct doc_para){ .role = DOC_BODY, .align = DOC_JUSTIFY,
		.size = f->style->size.body, .first = s->indent / 10.0, .after = s->gap,
		.line = s->line / 100.0 };
}
