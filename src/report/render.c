/* SPDX-License-Identifier: Apache-2.0 */
#include "report/render.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "os/embed.h"
#include "report/fill.h"
#include "report/write.h"
#include "report/xlsx.h"

#define STYLE "packs/style/nd30.yaml"

static int
bad(struct err *err, const char *what)
{
	return err_fail(err, ERR_INVALID, "err.paper.request", NULL, "what", what, NULL, NULL);
}

static int
read_form(struct arena *arena, const struct json *request, const struct pack_form **ret_form,
    const struct pack_style **ret_style, struct err *err)
{
	const char *form = json_get_str(request, "form"), *style = json_get_str(request, "style");
	const struct embed *shipped = embed_get(STYLE);
	int ret;

	if (form == NULL || (style == NULL && shipped == NULL))
		return bad(err, "form");
	ret = form_parse(arena, form, strlen(form), "form", ret_form, err);
	if (ret != 0)
		return ret;
	return style != NULL ? style_parse(arena, style, strlen(style), "style", ret_style, err) :
			       style_parse(arena, shipped->data, shipped->size, STYLE, ret_style, err);
}

static void
set_page(struct doc *doc, const struct pack_style *s)
{
	doc->font = s->font;
	doc->top = s->page.top;
	doc->bottom = s->page.bottom;
	doc->left = s->page.left;
	doc->right = s->page.right;
	doc->page_size = s->size.page;
	doc->body_size = s->size.body;
	doc->line = s->spacing.line / 100.0;
}

/* The document's own date, else when it is looked at: never the clock. */
static int64_t
date_of(const struct json *document)
{
	const char *date = json_get_str(document, "doc_date"), *now = json_get_str(document, "now");
	int64_t ms = 0;

	if ((date == NULL || !clock_parse(date, &ms)) && now != NULL)
		clock_parse(now, &ms);
	return ms;
}

static bool
is_mail(const struct pack_form *form, const char *variant)
{
	if (form->plain_variants_count > 0)
		return form_variant(form->plain_variants, form->plain_variants_count, variant);
	return str_eq(variant, "e-mail") || str_eq(variant, "sms");
}

/* The form as it is laid out in this variant: mail and SMS have no frame. */
static struct pack_form
as_laid(const struct pack_form *form, const char *variant)
{
	struct pack_form copy = *form;

	if (is_mail(form, variant)) {
		copy.layout = "plain";
		copy.signature = "none";
	}
	return copy;
}

static void
build(struct fill *f)
{
	const char *type = fill_string(f, f->form->type_name.vi);
	const char *subject = fill_string(f, f->form->subject.vi);
	struct arena *a = f->doc->arena;

	f->section = doc_section(f->doc, false, false);
	f->doc->title = *type == '\0' ? subject : arena_printf(a, "%s %s", type, subject);
	f->doc->author = fill_str(f, f->document, "agency_name");
	if (str_eq(f->form->layout, "nd30"))
		fill_head(f);
	fill_blocks(f, &f->form->body);
	fill_tail(f);
}

static int
write_doc(struct doc *doc, struct type *type, const char *format, const struct json *request,
    const char *variant, struct buf *ret, struct err *err)
{
	if (str_eq(format, "pdf"))
		return write_pdf(doc, type, ret, err);
	if (str_eq(format, "docx"))
		return write_docx(doc, type, ret, err);
	if (str_eq(format, "html"))
		return write_html(doc, json_get_str(request, "sheet"), ret, err);
	if (str_eq(format, "txt"))
		return write_text(doc, str_eq(variant, "sms"), ret, err);
	return bad(err, "format");
}

static const char *
media_type(const char *format)
{
	static const char *const types[][2] = { { "pdf", "application/pdf" },
		{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
		{ "html", "text/html; charset=utf-8" }, { "txt", "text/plain; charset=utf-8" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" } };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(types[i][0], format))
			return types[i][1];
	return "application/octet-stream";
}

static struct json *
answer_of(const struct doc *doc, const char *format, const struct buf *bytes)
{
	struct json *answer = json_new_object(), *gaps = json_new_array();

	for (size_t i = 0; i < doc->gaps; i++) {
		struct json *gap = json_new_object();

		json_set_str(gap, "field", doc->gap[i].id);
		json_set_str(gap, "label", doc->gap[i].label);
		json_append(gaps, gap);
	}
	json_set(answer, "gaps", gaps);
	json_set_str(answer, "title", doc->title);
	json_set_str(answer, "media_type", media_type(format));
	if (str_eq(format, "txt"))
		json_set_int(answer, "chars", (int64_t)utf8_count(buf_str(bytes)));
	return answer;
}

static int
render_form(struct arena *arena, const struct json *request, struct type *type,
    struct json **ret_answer, struct buf *ret, struct err *err)
{
	const char *variant = json_get_str(request, "variant"), *format = json_get_str(request,
	    "format");
	const struct pack_form *form = NULL;
	const struct pack_style *style = NULL;
	struct doc doc = { .arena = arena };
	struct pack_form laid;
	struct fill fill = { .doc = &doc, .values = json_get(request, "values"),
		.facts = json_get(request, "facts"), .document = json_get(request, "document"),
		.variant = variant == NULL ? "" : variant };
	int failed = read_form(arena, request, &form, &style, err);

	if (failed != 0)
		return failed;
	if (*fill.variant != '\0' && (form->variants_count == 0 ||
	    !form_variant(form->variants, form->variants_count, variant)))
		return err_fail(err, ERR_INVALID, "err.paper.variant", NULL, "form", form->pack.id,
		    "variant", variant);
	laid = as_laid(form, fill.variant);
	fill.form = &laid;
	fill.style = style;
	set_page(&doc, style);
	doc.created_ms = date_of(fill.document);
	build(&fill);
	if (doc.text_bytes >= DOC_TEXT_MAX)
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	failed = write_doc(&doc, type, format, request, fill.variant, ret, err);
	if (failed == 0)
		*ret_answer = answer_of(&doc, format, ret);
	return failed;
}

int
render(const struct json *request, struct type *type, struct json **ret_answer,
    struct buf *ret, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int failed;

	if (str_eq(json_get_str(request, "format"), "xlsx")) {
		failed = write_xlsx(json_get(request, "book"), ret, err);
		if (failed == 0) {
			*ret_answer = json_new_object();
			json_set_str(*ret_answer, "media_type", media_type("xlsx"));
		}
	} else {
		failed = render_form(&arena, request, type, ret_answer, ret, err);
	}
	arena_clear(&arena);
	return failed;
}
