/* SPDX-License-Identifier: Apache-2.0 */
/* document_print.c: a paper, or a form that is none, as what the layout engine is asked for. */
#include <stdio.h>

#include "app/app.h"
#include "app/document.h"
#include "app/facts.h"
#include "pack/style.h"

static void
put_lines(struct json *to, const char *key, const char *lines)
{
	struct json *list = json_new_array();

	while (lines != NULL && *lines != '\0') {
		size_t n = strcspn(lines, "\n");
		char *line = xmalloc(n + 1);

		memcpy(line, lines, n);
		line[n] = '\0';
		if (n > 0)
			json_append(list, json_new_string(line));
		free(line);
		lines += n + (lines[n] != '\0');
	}
	json_set(to, key, list);
}

static void
put_grounds(struct call *call, struct json *to, const struct pack_form *form, const char *basis,
    int64_t at)
{
	struct buf text = BUF_INIT((size_t)64 << 10);
	struct jsonw w = JSONW_INIT(&text);
	struct json *parsed = NULL;

	jsonw_object(&w);
	document_grounds(call, form, basis, at, &w);
	jsonw_object_end(&w);
	if (json_parse(buf_str(&text), text.len, &parsed, NULL) == 0)
		json_set(to, "grounds", json_clone(json_get(parsed, "grounds")));
	json_free(parsed);
	buf_clear(&text);
}

/* The agency's column of the frame, and the title of its head for KT., TL. */
static void
put_agency(struct call *call, struct json *to)
{
	struct query q;

	query_open(&q, call->tx, "SELECT name, parent_name, place FROM agency WHERE id = ?", "t",
	    call->agency_id);
	if (query_step(&q)) {
		json_set_str(to, "agency_name", query_text(&q, 0));
		json_set_str(to, "agency_parent", query_text(&q, 1));
		json_set_str(to, "place", query_text(&q, 2));
	}
	query_close(&q);
	query_open(&q, call->tx, "SELECT title FROM account WHERE agency_id = ? AND is_disabled = 0 AND"
	    " ' ' || roles || ' ' LIKE '% director %' ORDER BY created_at, id LIMIT 1", "t",
	    call->agency_id);
	if (query_step(&q))
		json_set_str(to, "head_title", query_text(&q, 0));
	query_close(&q);
}

/* When grounds have to be in force: on the paper's day, else today. */
static int64_t
ground_at(const struct call *call, const char *doc_date)
{
	int64_t at;

	return doc_date != NULL && clock_parse(doc_date, &at) ? at : call->now;
}

/* Where nobody is written to there is no "above". */
static void
drop_as_above(struct json *head)
{
	const struct json *list = json_get(head, "distribution");
	struct json *kept;

	if (json_len(json_get(head, "recipients")) > 0 ||
	    !str_eq(json_str(json_at(list, 0)), word(LANG_VI, "document.as_above")))
		return;
	kept = json_new_array();
	for (size_t i = 1; i < json_len(list); i++)
		json_append(kept, json_clone(json_at(list, i)));
	json_set(head, "distribution", kept);
}

/* A form with a field "distribution" or "grounds" says them itself: a plan has no "Kính gửi". */
static struct json *
head_of(struct call *call, const struct document *d, const struct pack_form *form,
    const struct json *facts, const struct json *values)
{
	struct json *head = json_new_object();
	const char *now = json_str(form_fact(facts, "now.datetime"));

	put_agency(call, head);
	json_set_str(head, "doc_number", d->doc_number);
	json_set_str(head, "doc_date", d->doc_date);
	json_set_str(head, "symbol", d->doc_symbol != NULL ? d->doc_symbol : document_symbol(call, form));
	json_set_str(head, "urgency", d->urgency);
	json_set_str(head, "signer_name", d->signer_name);
	json_set_str(head, "signer_title", d->signer_title);
	json_set_str(head, "authority", d->authority);
	put_lines(head, "recipients", d->recipients);
	put_lines(head, "distribution", d->distribution);
	drop_as_above(head);
	if (json_len(json_get(values, "distribution")) > 0)
		json_set(head, "distribution", json_clone(json_get(values, "distribution")));
	put_grounds(call, head, form, d->basis, ground_at(call, d->doc_date));
	if (json_len(json_get(values, "grounds")) > 0 && form_field(form, "grounds") != NULL &&
	    form_asks(form, form_field(form, "grounds"), d->variant, values, facts))
		json_set(head, "grounds", json_clone(json_get(values, "grounds")));
	json_set_bool(head, "is_draft", d->state == DOC_DRAFT);
	json_set_str(head, "now", now);
	return head;
}

/* The agency's own style; the shipped one is the engine's to know. */
static const char *
own_style(struct call *call)
{
	const struct pack_style *style = pack_style(call->app->packs, call->now);

	return style != NULL && style->pack.own ? style->text_yaml : NULL;
}

static void
write_frame(const struct pack_form *form, const char *style, const char *variant, const char *format,
    const struct json *values, const struct json *facts, struct json *head, struct buf *ret)
{
	struct jsonw w = JSONW_INIT(ret);
	struct buf part = BUF_INIT(ret->max);
	const struct { const char *key; const struct json *value; } parts[] = {
		{ "values", values }, { "facts", facts }, { "document", head },
	};

	jsonw_object(&w);
	jsonw_kstring(&w, "form", form->text_yaml);
	if (style != NULL)
		jsonw_kstring(&w, "style", style);
	jsonw_kstring(&w, "variant", variant == NULL ? "" : variant);
	jsonw_kstring(&w, "format", format);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		buf_reset(&part);
		json_write(parts[i].value, &part);
		jsonw_kraw(&w, parts[i].key, buf_str(&part));
	}
	jsonw_object_end(&w);
	buf_clear(&part);
}

int
document_frame(struct call *call, const struct document *d, const char *format, struct buf *ret)
{
	cleanup(json_freep) struct json *facts = document_facts(call, d);
	cleanup(json_freep) struct json *values = NULL;
	cleanup(json_freep) struct json *kept = NULL;
	cleanup(json_freep) struct json *head = NULL;
	const struct pack_form *form;

	if (facts == NULL || document_form(call, d, &form) != 0 ||
	    json_parse(d->values_json, strlen(d->values_json), &values, call->err) != 0)
		return call->err->kind;
	kept = facts_for(facts, form->text_yaml);
	head = head_of(call, d, form, facts, values);
	write_frame(form, own_style(call), d->variant, format, values, kept, head, ret);
	return ret->full ? call_fail(call, ERR_TOO_LARGE, "err.document.too_large", NULL) :
	    call->err->kind;
}

int
document_form_frame(struct call *call, const char *form_id, const struct facts_want *want,
    const struct json *values, const char *format, struct buf *ret)
{
	const struct pack_form *form = pack_form(call->app->packs, form_id, call->now);
	cleanup(json_freep) struct json *facts = NULL;
	cleanup(json_freep) struct json *filled = NULL;
	cleanup(json_freep) struct json *head = NULL;
	struct document d = { .state = DOC_DRAFT };
	struct signer signer = { 0 };
	const char *key;
	struct json *value;
	void *it = NULL;

	if (form == NULL)
		return err_fail(call->err, ERR_NOT_FOUND, "err.document.no_form", "form", "form", form_id, NULL,
		    NULL);
	if (signer_default(call, &signer) != 0 || (facts = facts_make(call, want)) == NULL)
		return call->err->kind;
	d.signer_name = signer.name;
	d.signer_title = signer.title;
	d.distribution = document_distribution(call);
	if (document_basis(call, form, NULL, "", call->now, &d.basis) != 0)
		return call->err->kind;
	filled = document_fill(form, form->variants_count > 0 ? form->variants[0] : "", facts);
	while (json_next(values, &it, &key, &value))
		json_set(filled, key, json_clone(value));
	head = head_of(call, &d, form, facts, filled);
	write_frame(form, own_style(call), form->variants_count > 0 ? form->variants[0] : NULL, format,
	    filled, facts, head, ret);
	return ret->full ? call_fail(call, ERR_TOO_LARGE, "err.document.too_large", NULL) :
	    call->err->kind;
}
