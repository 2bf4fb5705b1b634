/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page_form.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/id.h"
#include "os/embed.h"
#include "server/form.h"
#include "server/server.h"

#define ICONS    "web/public-page/icons.svg"
#define KEY_SIZE 33

/* The form being drawn. */
struct drawing {
	struct sheet s;
	const struct err *err;
	const char *message;   /* of err */
	struct json *symptoms; /* "symptom list" */
};

bool
form_has(const struct page_request *p, const char *name, const char *value)
{
	for (size_t i = 0; i < p->form->count; i++)
		if (strcmp(p->form->param[i].name, name) == 0 &&
		    strcmp(p->form->param[i].value, value) == 0)
			return true;
	return false;
}

/* ---- what is wrong, at its place ------------------------------------------------------ */

/* Where on the page an error of the operation is shown: the field's own id, else "top". */
static const char *
place_of(const struct err *err)
{
	static const char *const shown[][2] = {
		{ "symptoms", "symptoms" }, { "description", "symptoms" }, { "place", "place" },
		{ "system", "place" }, { "occurred_at", "when" }, { "done", "done" },
		    { "files", "files" },
		{ "contact_name", "contact" }, { "contact_division", "contact" },
		{ "contact_phone", "contact" }, { "contact_email", "contact" },
	};

	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		if (strcmp(err->field, shown[i][0]) == 0)
			return shown[i][1];
	return "top";
}

static bool
is_wrong(const struct drawing *d, const char *place)
{
	return d->err != NULL && strcmp(place_of(d->err), place) == 0;
}

static void
put_wrong(struct drawing *d, const char *place)
{
	if (is_wrong(d, place))
		put(d->s.out, "<p class=\"wrong\" id=\"%s-wrong\">%s</p>", place, d->message);
}

static void
put_summary(struct drawing *d)
{
	const char *place;

	if (d->err == NULL)
		return;
	place = place_of(d->err);
	put(d->s.out, "<div class=\"note wrong\" role=\"alert\" tabindex=\"-1\""
	    " id=\"top-wrong\"><h2>%s</h2>", say(&d->s, "page.form.not_sent"));
	if (strcmp(place, "top") == 0)
		put(d->s.out, "<p>%s</p>", d->message);
	else
		put(d->s.out, "<p><a href=\"#%s\">%s</a></p>", place, d->message);
	put(d->s.out, "<p>%s</p></div>", say(&d->s, "page.form.kept"));
}

/* ---- 1: what is strange --------------------------------------------------------------- */

static void
put_icon(struct drawing *d, const char *icon)
{
	const struct embed *set = embed_get(ICONS);
	const char *mark = arena_printf(d->s.p->arena, "id=\"%s\"", icon);

	if (set == NULL || strstr(set->data, mark) == NULL)
		icon = "help-circle";
	put(d->s.out, "<svg aria-hidden=\"true\"><use href=\"#%s\"/></svg>", icon);
}

/* What is asked about a symptom once it is chosen. */
static void
put_asks(struct drawing *d, const struct json *symptom, const char *id)
{
	const struct json *asks = json_get(symptom, "ask");

	if (json_len(asks) == 0)
		return;
	put(d->s.out, "<div class=\"asks\" role=\"group\" aria-label=\"%s\"><p>%s</p>",
	    text_of(symptom, "title"), say(&d->s, "page.form.asks"));
	for (size_t i = 0; i < json_len(asks); i++) {
		const struct json *ask = json_at(asks, i);
		const char *value = arena_printf(d->s.p->arena, "%s.%s", id, text_of(ask, "id"));

		put(d->s.out, "<label class=\"tick\"><input type=\"checkbox\" name=\"asked\""
		    " value=\"%s\"", value);
		if (form_has(d->s.p, "asked", value))
			html_lit(d->s.out, " checked");
		put(d->s.out, "> <span>%s</span></label>", text_of(ask, "text"));
	}
	html_lit(d->s.out, "</div>");
}

static void
put_tile(struct drawing *d, const struct json *symptom)
{
	const char *id = text_of(symptom, "id");

	put(d->s.out, "<input type=\"checkbox\" name=\"symptoms\" value=\"%s\" id=\"s-%s\""
	    " aria-describedby=\"p-%s\"", id, id, id);
	if (form_has(d->s.p, "symptoms", id))
		html_lit(d->s.out, " checked");
	put(d->s.out, "><label class=\"tile\" for=\"s-%s\">", id);
	put_icon(d, text_of(symptom, "icon"));
	put(d->s.out, "<span><b>%s</b><small id=\"p-%s\">%s</small></span><i"
	    " aria-hidden=\"true\"></i></label>",
	    text_of(symptom, "title"), id, text_of(symptom, "plain"));
	put_asks(d, symptom, id);
}

static void
put_legend(struct drawing *d, const char *number, const char *key, const char *hint)
{
	put(d->s.out, "<legend><span class=\"nr\" aria-hidden=\"true\">%s</span> %s"
	    " <small>%s</small></legend>", number, say(&d->s, key), say(&d->s, hint));
}

static void
put_text(struct drawing *d, const char *name, const char *max, const char *label, const char *hint)
{
	put(d->s.out, "<label class=\"field\" for=\"%s\"><span>%s</span></label>"
	    "<textarea id=\"%s\" name=\"%s\" rows=\"3\" maxlength=\"%s\""
	    " placeholder=\"%s\">\n%s</textarea>",
	    name, say(&d->s, label), name, name, max, say(&d->s, hint), page_field(d->s.p, name));
}

static void
put_what(struct drawing *d)
{
	const struct json *items = json_get(d->symptoms, "items");

	html_lit(d->s.out, "<fieldset id=\"symptoms\"");
	if (is_wrong(d, "symptoms"))
		html_lit(d->s.out, " aria-describedby=\"symptoms-wrong\"");
	html_lit(d->s.out, ">");
	put_legend(d, "1", "page.form.what", "page.form.what_hint");
	put_wrong(d, "symptoms");
	html_lit(d->s.out, "<div class=\"tiles\">");
	for (size_t i = 0; i < json_len(items); i++)
		put_tile(d, json_at(items, i));
	html_lit(d->s.out, "</div>");
	put_text(d, "description", "4000", "page.form.description", "page.form.description_hint");
	html_lit(d->s.out, "</fieldset>");
}

/* ---- 2: where, since when -------------------------------------------------------------- */

static void
put_line(struct drawing *d, const char *name, const char *type, const char *label, const char *hint,
    const char *more)
{
	put(d->s.out, "<label class=\"field\" for=\"%s\"><span>%s</span> <small>%s</small></label>"
	    "<input type=\"%s\" id=\"%s\" name=\"%s\" maxlength=\"120\" value=\"%s\"", name,
	    say(&d->s, label), str_empty(hint) ? "" : say(&d->s, hint), type, name, name,
	    page_field(d->s.p, name));
	if (more != NULL)
		put(d->s.out, " autocomplete=\"%s\"", more);
	html_lit(d->s.out, ">");
}

static void
put_when(struct drawing *d)
{
	static const char *const values[] = { "now", "today", "yesterday", "other" };
	const char *when = page_field(d->s.p, "when");
	char today[CLOCK_TEXT_SIZE];

	clock_iso(app_now(d->s.p->app) + (int64_t)CLOCK_LOCAL_S * 1000, today);
	today[10] = '\0';
	put(d->s.out, "<div class=\"when\" role=\"radiogroup\" id=\"when\" aria-label=\"%s\"><p"
	    " class=\"field\">%s</p>", say(&d->s, "page.form.when"), say(&d->s, "page.form.when"));
	put_wrong(d, "when");
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		bool on = strcmp(*when == '\0' ? "now" : when, values[i]) == 0;

		put(d->s.out, "<input type=\"radio\" name=\"when\" value=\"%s\" id=\"w-%s\"",
		    values[i], values[i]);
		if (on)
			html_lit(d->s.out, " checked");
		put(d->s.out, "><label class=\"chip\" for=\"w-%s\">%s</label>", values[i],
		    say(&d->s, arena_printf(d->s.p->arena, "page.form.when.%s", values[i])));
	}
	put(d->s.out, "<div class=\"date\"><label class=\"field\" for=\"date\">%s</label>"
	    "<input type=\"date\" id=\"date\" name=\"date\" max=\"%s\" value=\"%s\"></div>",
	    say(&d->s, "page.form.date"), today, page_field(d->s.p, "date"));
	put(d->s.out, "<div class=\"time\"><label class=\"field\" for=\"time\"><span>%s</span>"
	    " <small>%s</small>"
	    "</label><input type=\"time\" id=\"time\" name=\"time\" value=\"%s\"></div></div>",
	    say(&d->s, "page.form.time"), say(&d->s, "page.form.time_hint"),
	    page_field(d->s.p, "time"));
}

static void
put_where(struct drawing *d)
{
	html_lit(d->s.out, "<fieldset id=\"place\">");
	put_legend(d, "2", "page.form.where", "page.form.optional");
	put_wrong(d, "place");
	put_line(d, "system", "text", "page.form.system", "page.form.unknown", NULL);
	put_line(d, "where", "text", "page.form.place", NULL, NULL);
	put_when(d);
	html_lit(d->s.out, "</fieldset>");
}

/* ---- 3: done, pictures, contact ----------------------------------------------------------- */

static void
put_files(struct drawing *d)
{
	char mb[16], all[16];

	snprintf(mb, sizeof(mb), "%d", (int)(FILE_PUBLIC_MAX >> 20));
	snprintf(all, sizeof(all), "%d", (int)(FORM_PUBLIC_MAX >> 20));
	html_lit(d->s.out, "<div id=\"files\">");
	put(d->s.out, "<label class=\"field\" for=\"f\"><span>%s</span> <small>%s</small></label>",
	    say(&d->s, "page.form.files"), say1(&d->s, "page.form.files_hint", "mb", mb));
	put_wrong(d, "files");
	put(d->s.out, "<input type=\"file\" id=\"f\" name=\"files\" multiple data-one=\"%s\""
	    " data-all=\"%s\""
	    " aria-describedby=\"f-say\"><p id=\"f-say\" class=\"hint\" aria-live=\"polite\">",
	    mb, all);
	if (d->err != NULL && d->s.p->uploads_count > 0)
		put(d->s.out, "%s", say(&d->s, "page.form.files_again"));
	html_lit(d->s.out, "</p></div>");
}

static void
put_rest(struct drawing *d)
{
	html_lit(d->s.out, "<fieldset id=\"rest\">");
	put_legend(d, "3", "page.form.rest", "page.form.optional");
	html_lit(d->s.out, "<div id=\"done-box\">");
	put_wrong(d, "done");
	put_text(d, "done", "3000", "page.form.done", "page.form.done_hint");
	html_lit(d->s.out, "</div>");
	put_files(d);
	put(d->s.out, "<div id=\"contact-box\"><p class=\"field\">%s</p><p class=\"hint\">%s</p>",
	    say(&d->s, "page.form.contact"), say(&d->s, "page.form.contact_hint"));
	put_wrong(d, "contact");
	put_line(d, "contact_name", "text", "page.form.name", NULL, "name");
	put_line(d, "contact_division", "text", "page.form.division", NULL, "organization");
	put_line(d, "contact", "text", "page.form.reach", NULL, "tel");
	html_lit(d->s.out, "</div></fieldset>");
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* Words the script shows: it has none of its own. */
static void
put_script_words(struct drawing *d)
{
	static const char *const keys[] = { "sending", "offline", "queued", "queue_sent",
	    "queue_failed",
		"draft", "draft_drop", "too_large", "all_too_large", "failed", "files_many" };

	html_lit(d->s.out, "<div id=\"say\" class=\"say\" role=\"status\" aria-live=\"polite\"");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *key = arena_printf(d->s.p->arena, "page.script.%s", keys[i]);

		put(d->s.out, " data-%s=\"%s\"", keys[i], say(&d->s, key));
	}
	html_lit(d->s.out, "></div>");
}

static void
put_intro(struct drawing *d)
{
	put(d->s.out, "<h1>%s</h1><p class=\"lead\">%s</p>", say(&d->s, "page.form.title"),
	    say(&d->s, "page.form.lead"));
	sheet_call(&d->s, "call", say(&d->s, "page.form.urgent"), text_of(d->s.agency, "hotline"));
	put(d->s.out, "<p class=\"secret\">%s</p>", say(&d->s, "page.form.secret"));
}

static void
put_lookup(struct drawing *d)
{
	put(d->s.out, "<form class=\"lookup\" method=\"get\" action=\"/bao-su-co\"><label"
	    " class=\"field\""
	    " for=\"ma\">%s</label><div><input type=\"text\" id=\"ma\" name=\"ma\""
	    " maxlength=\"40\" required"
	    " autocapitalize=\"characters\" autocomplete=\"off\" spellcheck=\"false\""
	    " placeholder=\"%s\">",
	    say(&d->s, "page.form.have_code"), say(&d->s, "page.form.code_like"));
	if (url_param(&d->s.p->http->query, "lang") != NULL)
		put(d->s.out, "<input type=\"hidden\" name=\"lang\" value=\"%s\">",
		    lang_code(d->s.lang));
	put(d->s.out, "<button class=\"quiet\">%s</button></div></form>"
	    "<p class=\"more\"><a href=\"/in/phieu\">%s</a> · <a href=\"/in/to-dan\">%s</a></p>",
	    say(&d->s, "page.form.look"), say(&d->s, "page.form.slip"),
	    say(&d->s, "page.form.poster"));
}

/* The key makes a form that is sent twice one report; a new form has a new one. */
static void
put_key(struct drawing *d)
{
	const char *key = page_field(d->s.p, "idempotency_key");
	char fresh[KEY_SIZE];

	put(d->s.out, "<input type=\"hidden\" name=\"idempotency_key\" autocomplete=\"off\""
	    " value=\"%s\">", *key != '\0' ? key : token_new((KEY_SIZE - 1) / 2, fresh));
}

void
form_draw(struct page_request *p, struct http_response *res, const struct err *err)
{
	struct drawing d = { .err = err, .message = err == NULL ? NULL : page_err(p, err) };
	const struct embed *icons = embed_get(ICONS);
	struct err ignored = { 0 };

	d.symptoms = page_read(p, "symptom list", NULL, NULL, &ignored);
	err_clear(&ignored);
	sheet_begin(&d.s, p, res, err == NULL ? 200 : problem_status(err), SHEET_FORM,
	    word(p->lang, "page.form.title"), NULL);
	if (icons != NULL)
		buf_add(d.s.out, icons->data, icons->size);
	put_summary(&d);
	put_intro(&d);
	put_script_words(&d);
	put(d.s.out, "<form id=\"report\" method=\"post\" enctype=\"multipart/form-data\""
	    " action=\"%s\">", page_link(p, "/bao-su-co"));
	put_key(&d);
	put_what(&d);
	put_where(&d);
	put_rest(&d);
	put(d.s.out, "<div class=\"send\"><button>%s</button></div></form>",
	    say(&d.s, "page.form.send"));
	put_lookup(&d);
	sheet_end(&d.s, SHEET_FORM);
	json_free(d.symptoms);
}
