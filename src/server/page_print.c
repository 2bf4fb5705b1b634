/* SPDX-License-Identifier: Apache-2.0 */
/* page_print.c: what hangs on the wall and lies on the desk: the poster, the blank slip. */
#include "server/page_part.h"
#include "text/qr.h"

#define LINES_TOLD 3
#define LINES_DONE 2

/* The agency's name as documents carry it (NĐ 30/2020, Phụ lục I): the superior above, small. */
static void
put_agency(struct sheet *s)
{
	const char *parent = text_of(s->agency, "parent_name");

	html_lit(s->out, "<header class=\"agency\">");
	if (*parent != '\0')
		put(s->out, "<p>%s</p>", parent);
	put(s->out, "<p><b>%s</b></p></header>", text_of(s->agency, "name"));
}

void
page_poster(struct page_request *p, struct http_response *res)
{
	const char *url, *hotline;
	struct sheet s;

	sheet_begin(&s, p, res, 200, SHEET_PRINT, word(p->lang, "page.poster.title"), NULL);
	url = arena_printf(p->arena, "%s/bao-su-co", sheet_public_url(&s));
	hotline = text_of(s.agency, "hotline");
	if (str_empty(text_of(s.agency, "public_url")))
		put(s.out, "<p class=\"warn\">%s</p>", say1(&s, "page.poster.no_url", "url", url));
	html_lit(s.out, "<article class=\"page poster\">");
	put_agency(&s);
	put(s.out, "<h1>%s</h1><p class=\"sub\">%s</p>", say(&s, "page.poster.title"),
	    say(&s, "page.poster.sub"));
	put(s.out, "<figure role=\"img\" aria-label=\"%s\">",
	    say1(&s, "page.poster.qr", "url", url));
	qr_svg(s.out, url, true);
	put(s.out, "<figcaption>%s</figcaption></figure><p class=\"url\">%s</p>",
	    say(&s, "page.poster.scan"), url);
	if (*hotline != '\0')
		put(s.out, "<p class=\"or\">%s</p><p class=\"tel\">%s</p>",
		    say(&s, "page.poster.call"), hotline);
	put(s.out, "<ul><li>%s</li><li>%s</li><li>%s</li></ul><p class=\"calm\">%s</p></article>",
	    say(&s, "page.poster.keep"), say(&s, "page.poster.touch"), say(&s, "page.poster.note"),
	    say(&s, "page.poster.calm"));
	sheet_end(&s, SHEET_PRINT);
}

/* The field "text" as a QR code: an SVG element alone. By POST, as the text may be a secret link. */
void
page_qr(struct page_request *p, struct http_response *res)
{
	struct err err = { 0 };
	struct buf *out = page_html(p, res, 200);

	http_answer(res, 200, "image/svg+xml");
	if (!qr_svg(out, page_field(p, "text"), false)) {
		err_set(&err, ERR_INVALID, "err.required", "text");
		page_problem(p, res, &err);
		err_clear(&err);
	}
}

/* ---- the slip -------------------------------------------------------------------------- */

static void
put_blank(struct sheet *s, const char *key)
{
	put(s->out, "<p class=\"blank\"><span>%s</span><i></i></p>", say(s, key));
}

static void
put_ruled(struct sheet *s, const char *key, int lines)
{
	put(s->out, "<div class=\"ruled\"><p>%s</p>", say(s, key));
	for (int i = 0; i < lines; i++)
		html_lit(s->out, "<i></i>");
	html_lit(s->out, "</div>");
}

static void
put_boxes(struct sheet *s, const struct json *symptoms)
{
	const struct json *items = json_get(symptoms, "items");

	put(s->out, "<p class=\"what\">%s</p><ul class=\"boxes\">", say(s, "page.slip.what"));
	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *symptom = json_at(items, i), *asks = json_get(symptom, "ask");

		put(s->out, "<li><i></i><span>%s", text_of(symptom, "title"));
		for (size_t k = 0; k < json_len(asks); k++)
			put(s->out, "<small><i></i>%s</small>", text_of(json_at(asks, k), "text"));
		html_lit(s->out, "</span></li>");
	}
	html_lit(s->out, "</ul>");
}

void
page_slip(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err ignored = { 0 };
	cleanup(json_freep) struct json *symptoms = page_read(p, "symptom list", NULL, NULL,
	    &ignored);
	struct sheet s;

	sheet_begin(&s, p, res, 200, SHEET_PRINT, word(p->lang, "page.slip.title"), NULL);
	html_lit(s.out, "<article class=\"page slip\">");
	put_agency(&s);
	put(s.out, "<h1>%s</h1><p class=\"sub\">%s", say(&s, "page.slip.title"),
	    say(&s, "page.slip.sub"));
	if (*text_of(s.agency, "hotline") != '\0')
		put(s.out, " <b>%s</b>", text_of(s.agency, "hotline"));
	put(s.out, "</p><p class=\"secret\">%s</p><div class=\"two\">",
	    say(&s, "page.form.secret"));
	put_blank(&s, "page.slip.name");
	put_blank(&s, "page.slip.division");
	put_blank(&s, "page.slip.phone");
	put_blank(&s, "page.slip.when");
	html_lit(s.out, "</div>");
	put_blank(&s, "page.slip.machine");
	put_boxes(&s, symptoms);
	put_ruled(&s, "page.slip.description", LINES_TOLD);
	put_ruled(&s, "page.slip.done", LINES_DONE);
	put(s.out, "<p class=\"blank\"><span>%s</span><i></i></p><p class=\"calm\">%s</p>",
	    say(&s, "page.slip.photo"), say(&s, "page.slip.calm"));
	put(s.out, "<div class=\"office\"><p><b>%s</b></p><div class=\"two\">",
	    say(&s, "page.slip.office"));
	put_blank(&s, "page.slip.taken_at");
	put_blank(&s, "page.slip.taken_by");
	put_blank(&s, "page.slip.entered_at");
	put_blank(&s, "page.slip.number");
	html_lit(s.out, "</div></div></article>");
	sheet_end(&s, SHEET_PRINT);
}
