/* SPDX-License-Identifier: Apache-2.0 */
/* page_status.c: what became of a report: the code, the card, five plain steps, messages. */
#include <stdio.h>

#include "server/page_part.h"

#define STEPS 5
#define REFRESH \
	"<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>"

/* ---- the parts ---------------------------------------------------------------------- */

static void
put_thanks(struct sheet *s, const struct json *report)
{
	bool fresh = url_param(&s->p->http->query, "moi") != NULL;

	put(s->out, "<div class=\"code\">");
	if (fresh)
		put(s->out, "<h1>%s</h1>", say(s, "page.status.thanks"));
	else
		put(s->out, "<h1>%s</h1>", say(s, "page.status.title"));
	put(s->out, "<p>%s</p><p class=\"big\">%s</p><p>%s</p></div>", say(s, "page.status.code"),
	    text_of(report, "code"), say(s, "page.status.keep_code"));
	sheet_call(s, "call", say(s, "page.status.call"), text_of(report, "hotline"));
}

static void
put_list(struct sheet *s, const struct json *card, const char *key, const char *class,
    const char *title, const char *sign)
{
	const struct json *lines = json_get(card, key);

	if (json_len(lines) == 0)
		return;
	put(s->out, "<section class=\"card %s\"><h2><span aria-hidden=\"true\">%s</span>"
	    " %s</h2><ul>", class, sign, say(s, title));
	for (size_t i = 0; i < json_len(lines); i++)
		put(s->out, "<li>%s</li>", json_str(json_at(lines, i)));
	html_lit(s->out, "</ul></section>");
}

static void
put_card(struct sheet *s, const struct json *report)
{
	const struct json *card = json_get(report, "card");

	html_lit(s->out, "<div class=\"cards\">");
	put_list(s, card, "do_now", "do", "page.status.do_now", "✓");
	put_list(s, card, "do_not", "dont", "page.status.do_not", "✕");
	html_lit(s->out, "</div>");
}

/* Done, present and coming differ in sign, words and weight; colour only helps. */
static void
put_steps(struct sheet *s, const struct json *report)
{
	static const char *const states[] = { "past", "here", "next" };
	static const char *const signs[] = { "✓", "➤", "○" };
	int64_t now = json_get_int(report, "step", 1);
	bool closed = json_get_bool(report, "closed", false);
	struct arena *a = s->p->arena;

	put(s->out, "<section><h2>%s</h2><ol class=\"steps\">", say(s, "page.status.steps"));
	for (int64_t step = 1; step <= STEPS; step++) {
		size_t k = step < now || (closed && step == now) ? 0 : step == now ? 1 : 2;

		put(s->out, "<li class=\"%s\"", states[k]);
		if (step == now)
			html_lit(s->out, " aria-current=\"step\"");
		put(s->out, "><i aria-hidden=\"true\">%s</i> <span><b>%s</b>", signs[k],
		    say(s, arena_printf(a, "step.%d", (int)step)));
		/* What has not come yet needs no word. */
		if (k < 2)
			put(s->out, " <small>%s</small>",
			    say(s, arena_printf(a, "page.step.%s", states[k])));
		html_lit(s->out, "</span></li>");
	}
	html_lit(s->out, "</ol><p class=\"hint\">");
	put(s->out, "%s", say1(s, "page.status.received", "time", page_time(s->p,
	    json_get_str(report, "received_at"))));
	if (json_get_str(report, "taken_at") != NULL)
		put(s->out, " %s", say1(s, "page.status.taken", "time", page_time(s->p,
		    json_get_str(report, "taken_at"))));
	else if (!closed)
		put(s->out, " %s", say(s, "page.status.not_taken"));
	html_lit(s->out, "</p></section>");
}

static void
put_messages(struct sheet *s, const struct json *report)
{
	const struct json *messages = json_get(report, "messages");

	if (json_len(messages) == 0)
		return;
	put(s->out, "<section><h2>%s</h2><ul class=\"talk\">", say(s, "page.status.messages"));
	for (size_t i = 0; i < json_len(messages); i++) {
		const struct json *m = json_at(messages, i);
		bool mine = strcmp(text_of(m, "direction"), "in") == 0;

		put(s->out, "<li class=\"%s\"><small><b>%s</b> %s</small><p>", mine ? "mine" :
		    "theirs", say(s, mine ? "page.status.you" : "page.status.admin"),
		    page_time(s->p, json_get_str(m, "sent_at")));
		html_lines(s->out, text_of(m, "text"));
		html_lit(s->out, "</p></li>");
	}
	html_lit(s->out, "</ul></section>");
}

/*
 * Without a script the page loads itself again and would take away what is being
 * written: the box then stands on a page of its own, which does not.
 */
static void
put_answer(struct sheet *s, const char *code, bool open, const struct err *err)
{
	const char *path = arena_printf(s->p->arena, "/bao-su-co/%s", code);

	if (!open)
		put(s->out, "<noscript><p><a class=\"button quiet\""
		    " href=\"%s?nhan=1#nhan\">%s</a></p></noscript>", path,
		    say(s, "page.status.write"));
	put(s->out, "<form class=\"answer\" id=\"nhan\" method=\"post\" action=\"%s\"",
	    page_link(s->p, path));
	if (!open)
		html_lit(s->out, " hidden data-open");
	put(s->out, "><label class=\"field\" for=\"text\">%s</label>", say(s, "page.status.write"));
	if (err != NULL)
		put(s->out, "<p class=\"wrong\" role=\"alert\">%s</p>", page_err(s->p, err));
	put(s->out, "<textarea id=\"text\" name=\"text\" rows=\"3\" maxlength=\"4000\""
	    " required>\n%s</textarea>"
	    "<p class=\"hint\">%s</p><button>%s</button></form>", page_field(s->p, "text"),
	    say(s, "page.form.secret"), say(s, "page.status.send"));
}

static void
draw(struct page_request *p, struct http_response *res, const struct json *report,
    const struct err *err)
{
	bool open = err != NULL || url_param(&p->http->query, "nhan") != NULL;
	bool closed = json_get_bool(report, "closed", false);
	struct sheet s;

	sheet_begin(&s, p, res, err == NULL ? 200 : 422, SHEET_FORM,
	    word(p->lang, "page.status.title"), open || closed ? NULL : REFRESH);
	html_lit(s.out, "<div id=\"now\" data-again>");
	put_thanks(&s, report);
	put_card(&s, report);
	put_messages(&s, report);
	put_steps(&s, report);
	html_lit(s.out, "</div>");
	put_answer(&s, text_of(report, "code"), open, err);
	put(s.out, "<p class=\"more\"><button type=\"button\" class=\"quiet\" data-print"
	    " hidden>%s</button>"
	    " <a href=\"%s\">%s</a></p>", say(&s, "page.print_now"), page_link(p, "/bao-su-co"),
	    say(&s, "page.status.another"));
	sheet_end(&s, SHEET_FORM);
}

/* ---- the turns ------------------------------------------------------------------------ */

static void
not_found(struct page_request *p, struct http_response *res, const struct err *err)
{
	struct sheet s;

	/* Too long or of strange characters is mistyped as well. */
	if (err->kind != ERR_NOT_FOUND && err->kind != ERR_INVALID) {
		sheet_problem(p, res, err);
		return;
	}
	sheet_begin(&s, p, res, 404, SHEET_FORM, word(p->lang, "page.status.no_code"), NULL);
	put(s.out, "<h1>%s</h1><p>%s</p>", say(&s, "page.status.no_code"), page_err(p, err));
	put(s.out, "<form class=\"lookup\" method=\"get\" action=\"/bao-su-co\"><label"
	    " class=\"field\" for=\"ma\">%s"
	    "</label><div><input type=\"text\" id=\"ma\" name=\"ma\" maxlength=\"40\" required"
	    " autofocus"
	    " autocapitalize=\"characters\" autocomplete=\"off\" spellcheck=\"false\""
	    " value=\"%s\"><button>%s</button>"
	    "</div></form>", say(&s, "page.form.have_code"), strcmp(p->param[0], "-") == 0 ? "" :
	    p->param[0], say(&s, "page.form.look"));
	sheet_call(&s, "call", say(&s, "page.call_us"), text_of(s.agency, "hotline"));
	put(s.out, "<p class=\"more\"><a href=\"%s\">%s</a></p>", page_link(p, "/bao-su-co"),
	    say(&s, "page.to_form"));
	sheet_end(&s, SHEET_FORM);
}

void
page_status(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *report = page_read(p, "report status", "code",
	    p->param[0], &err);

	if (report == NULL)
		not_found(p, res, &err);
	else
		draw(p, res, report, NULL);
}

void
page_status_answer(struct page_request *p, struct http_response *res)
{
	cleanup(json_freep) struct json *answer = NULL, *report = NULL;
	cleanup(err_clear) struct err err = { 0 }, gone = { 0 };
	struct json *args = json_new_object();

	json_set_str(args, "code", p->param[0]);
	json_set_str(args, "text", page_field(p, "text"));
	if (page_call(p, "report answer", args, false, &answer, &err) == 0) {
		http_see_other(res, page_link(p, arena_printf(p->arena, "/bao-su-co/%s",
		    text_of(answer, "code"))));
		return;
	}
	report = page_read(p, "report status", "code", p->param[0], &gone);
	if (report == NULL)
		not_found(p, res, &err);
	else
		draw(p, res, report, &err);
}
