/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_direction.c: the leadership's page behind a one-time link: what happened,
 * what is asked, what it costs, what if not; three buttons; then the receipt.
 *
 * Holding the link is the right to see it, so the link is written nowhere: there
 * is no access log, no address of another site on the page, and the page is not
 * kept or indexed.
 */
#include "server/page_part.h"

static void
put_part(struct sheet *s, const char *class, const char *title, const char *text)
{
	if (*text == '\0')
		return;
	put(s->out, "<section class=\"part %s\"><h2>%s</h2><p>", class, say(s, title));
	html_lines(s->out, text);
	html_lit(s->out, "</p></section>");
}

/* "SC-2026-0007 · Mức 2 · Đang ứng cứu, khôi phục" and the title under it. */
static void
put_incident(struct sheet *s, const struct json *d)
{
	int64_t level = json_get_int(d, "incident_level", 0);
	const char *number[] = { "", "1", "2", "3", "4" };

	put(s->out, "<p class=\"hint\">%s", text_of(d, "incident_number"));
	if (level >= 1 && level <= 4)
		put(s->out, " · %s", say1(s, "page.level", "level", number[level]));
	put(s->out, " · %s</p><p><b>%s</b></p>", text_of(d, "incident_state_text"),
	    text_of(d, "incident_title"));
}

/*
 * What happened, in three sentences: when it was noticed and where it stands, and
 * what the one who asks says about it.
 */
static void
put_story(struct sheet *s, const struct json *d)
{
	const char *situation = text_of(d, "situation");

	put(s->out, "<section class=\"part\"><h2>%s</h2>", say(s, "page.direction.happened"));
	put_incident(s, d);
	put(s->out, "<p>%s ", say1(s, "page.direction.detected", "time",
	    page_time(s->p, json_get_str(d, "detected_at"))));
	html_lines(s->out, situation);
	html_lit(s->out, "</p></section>");
	put_part(s, "asked", "page.direction.asked", text_of(d, "question"));
	put_part(s, "", "page.direction.cost", text_of(d, "cost"));
	put_part(s, "", "page.direction.if_not", text_of(d, "if_not"));
}

static void
put_asker(struct sheet *s, const struct json *d)
{
	const char *name = text_of(d, "asked_by_name"), *phone = text_of(d, "asked_by_phone");

	put(s->out, "<p class=\"hint\">%s</p>", say1(s, "page.direction.sent", "time",
	    page_time(s->p, json_get_str(d, "asked_at"))));
	sheet_call(s, "call soft", *name == '\0' ? say(s, "page.call_us") :
	    say1(s, "page.direction.ask_back", "name", name),
	    *phone == '\0' ? text_of(d, "hotline") : phone);
}

static void
put_buttons(struct sheet *s, const struct json *d, const struct err *err)
{
	const char *due = json_get_str(d, "due_at");

	if (due != NULL)
		put(s->out, "<p class=\"due\">%s <b>%s</b></p>", say(s, "page.direction.due"),
		    page_time(s->p, due));
	put(s->out, "<label class=\"field\" for=\"words\"><span>%s</span>"
	    " <small>%s</small></label>", say(s, "page.direction.words"),
	    say(s, "page.direction.words_hint"));
	if (err != NULL)
		put(s->out, "<p class=\"wrong\" role=\"alert\" id=\"words-wrong\">%s</p>",
		    strcmp(err->field, "words") == 0 ? say(s, "page.direction.words_needed") :
		    page_err(s->p, err));
	put(s->out, "<textarea id=\"words\" name=\"words\" rows=\"2\""
	    " maxlength=\"4000\">\n%s</textarea>", page_field(s->p, "words"));
	put(s->out, "<div class=\"three\"><button name=\"answer\" value=\"approve\""
	    " class=\"yes\">%s</button>"
	    "<button name=\"answer\" value=\"refuse\" class=\"no\">%s</button>"
	    "<button name=\"answer\" value=\"other\" class=\"quiet\">%s</button></div></form>",
	    say(s, "page.answer.approve"), say(s, "page.answer.refuse"),
	    say(s, "page.answer.other"));
}

static void
put_receipt(struct sheet *s, const struct json *d)
{
	const char *answer = text_of(d, "answer"), *words = text_of(d, "words");

	put(s->out, "<div class=\"receipt\" role=\"status\"><p>%s</p><p class=\"big\">%s</p>",
	    say(s, "page.direction.received"),
	    say(s, arena_printf(s->p->arena, "page.answer.%s", answer)));
	if (*words != '\0') {
		html_lit(s->out, "<blockquote>");
		html_lines(s->out, words);
		html_lit(s->out, "</blockquote>");
	}
	put(s->out, "<p>%s · %s</p><p class=\"hint\">%s</p></div>", text_of(d, "asked_name"),
	    page_time(s->p, json_get_str(d, "answered_at")), say(s, "page.direction.told"));
}

static void
draw(struct page_request *p, struct http_response *res, const struct json *d, const struct err *err)
{
	const char *state = text_of(d, "state");
	struct sheet s;

	sheet_begin(&s, p, res, err == NULL ? 200 : 422, SHEET_FORM,
	    word(p->lang, "page.direction.title"), NULL);
	put(s.out, "<h1>%s</h1><p class=\"lead\">%s</p>", say(&s, "page.direction.title"),
	    say1(&s, "page.direction.to", "name", text_of(d, "asked_name")));
	if (strcmp(state, "answered") == 0)
		put_receipt(&s, d);
	else if (strcmp(state, "asked") != 0)
		put(s.out, "<div class=\"note\" role=\"status\"><p>%s</p></div>",
		    say(&s, "page.direction.withdrawn"));
	/*
	 * Around the story, so that the buttons stay in sight; sent to the page's own
	 * address: the link is not repeated in the page.
	 */
	if (strcmp(state, "asked") == 0)
		html_lit(s.out, "<form method=\"post\">");
	put_story(&s, d);
	if (strcmp(state, "asked") == 0)
		put_buttons(&s, d, err);
	put_asker(&s, d);
	sheet_end(&s, SHEET_FORM);
}

/* Used up, withdrawn, out of date or mistyped: the same words, and whom to call. */
static void
link_gone(struct page_request *p, struct http_response *res, const struct err *err)
{
	struct sheet s;

	if (err->kind != ERR_NOT_FOUND) {
		sheet_problem(p, res, err);
		return;
	}
	sheet_begin(&s, p, res, 404, SHEET_FORM, word(p->lang, "page.direction.title"), NULL);
	put(s.out, "<h1>%s</h1><p>%s</p>", say(&s, "page.direction.gone"),
	    say(&s, "page.direction.gone_why"));
	sheet_call(&s, "call", say(&s, "page.call_us"), text_of(s.agency, "hotline"));
	sheet_end(&s, SHEET_FORM);
}

void
page_direction(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *d = page_read(p, "direction see", "token", p->param[0],
	    &err);

	if (d == NULL)
		link_gone(p, res, &err);
	else
		draw(p, res, d, NULL);
}

void
page_direction_answer(struct page_request *p, struct http_response *res)
{
	cleanup(json_freep) struct json *answer = NULL, *d = NULL;
	cleanup(err_clear) struct err err = { 0 }, gone = { 0 };
	struct json *args = json_new_object();

	json_set_str(args, "token", p->param[0]);
	json_set_str(args, "answer", page_field(p, "answer"));
	if (*page_field(p, "words") != '\0')
		json_set_str(args, "words", page_field(p, "words"));
	if (page_call(p, "direction answer", args, false, &answer, &err) == 0) {
		http_see_other(res, p->http->path);
		return;
	}
	/* Pressed twice, or withdrawn meanwhile: the page as it now is says so. */
	d = page_read(p, "direction see", "token", p->param[0], &gone);
	if (d == NULL)
		link_gone(p, res, &err);
	else
		draw(p, res, d, strcmp(text_of(d, "state"), "asked") == 0 ? &err : NULL);
}
