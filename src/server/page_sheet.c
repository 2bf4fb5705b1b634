/* SPDX-License-Identifier: Apache-2.0 */
/* page_sheet.c: papers of a case: the transfer record, the playbook, the day log. */
#include <stdio.h>

#include "base/clock.h"
#include "server/page_part.h"

#define DOTS "…………………………………………"
#define LOG_MAX 10000 /* lines of one day log */

static void
put_heading(struct sheet *s, const char *title, const char *under)
{
	const char *parent = text_of(s->agency, "parent_name");

	html_lit(s->out, "<header class=\"agency\">");
	if (*parent != '\0')
		put(s->out, "<p>%s</p>", parent);
	put(s->out, "<p><b>%s</b></p></header><h1>%s</h1>", text_of(s->agency, "name"), title);
	if (*under != '\0')
		put(s->out, "<p class=\"sub\">%s</p>", under);
}

/* A row of a two-column table; nothing when there is nothing to say. */
static void
put_row(struct sheet *s, const char *key, const char *value)
{
	if (str_empty(value))
		return;
	put(s->out, "<tr><th scope=\"row\">%s</th><td>", say(s, key));
	html_lines(s->out, value);
	html_lit(s->out, "</td></tr>");
}

static const char *
time_of(struct sheet *s, const struct json *object, const char *key)
{
	return page_time(s->p, json_get_str(object, key));
}

static const char *
number_of(struct sheet *s, const struct json *object, const char *key)
{
	return arena_printf(s->p->arena, "%lld", (long long)json_get_int(object, key, 0));
}

static const char *
joined(struct sheet *s, const char *a, const char *b)
{
	if (str_empty(a) || str_empty(b))
		return str_empty(a) ? b : a;
	return arena_printf(s->p->arena, "%s, %s", a, b);
}

/* Who signs is never left out: what is not known is written by hand. */
static void
put_person(struct sheet *s, const char *key, const char *name, const char *post)
{
	put_row(s, key, *name == '\0' ? DOTS : joined(s, name, post));
}

/* ---- the transfer record ---------------------------------------------------------------- */

static void
put_piece(struct sheet *s, const struct json *t)
{
	const char *size = json_kind(json_get(t, "size")) != JSON_KIND_INT ? NULL :
	    say1(s, "page.transfer.bytes", "count", number_of(s, t, "size"));

	put(s->out, "<h2>%s</h2><table>", say(s, "page.transfer.piece"));
	put_row(s, "page.transfer.number", text_of(t, "number"));
	put_row(s, "page.transfer.name", text_of(t, "name"));
	put_row(s, "page.transfer.form", say(s, arena_printf(s->p->arena, "evidence.form.%s",
	    text_of(t, "form"))));
	put_row(s, "page.transfer.description", text_of(t, "description"));
	put_row(s, "page.transfer.device", joined(s, text_of(t, "device"), text_of(t, "serial")));
	put_row(s, "page.transfer.size", size);
	html_lit(s->out, "<tr class=\"hash\">");
	put(s->out, "<th scope=\"row\">SHA-256</th><td>%s</td></tr>",
	    str_empty(text_of(t, "sha256")) ?
	    say(s, "page.transfer.no_hash") : text_of(t, "sha256"));
	put_row(s, "page.transfer.collected", joined(s, time_of(s, t, "collected_at"),
	    text_of(t, "collected_place")));
	put_row(s, "page.transfer.method", text_of(t, "method"));
	html_lit(s->out, "</table>");
}

static void
put_party(struct sheet *s, const struct json *t, const char *title, const char *name,
    const char *post, const char *confirmed)
{
	const char *at = time_of(s, t, confirmed);

	put(s->out, "<div><p><b>%s</b></p><p class=\"hint\">%s</p>", say(s, title),
	    say(s, "page.transfer.sign"));
	if (*at != '\0')
		put(s->out, "<p class=\"confirmed\">%s</p>",
		    say1(s, "page.transfer.confirmed", "time", at));
	put(s->out, "<p class=\"signer\"><b>%s</b><br>%s</p></div>", text_of(t, name),
	    text_of(t, post));
}

static void
draw_transfer(struct sheet *s, const struct json *t)
{
	put_heading(s, say(s, "page.transfer.title"), arena_printf(s->p->arena, "%s · %s",
	    text_of(t, "incident_number"), text_of(t, "incident_title")));
	put(s->out, "<p>%s</p><table>", say(s, "page.transfer.intro"));
	put_row(s, "page.transfer.at", time_of(s, t, "acted_at"));
	put_row(s, "page.transfer.place", text_of(t, "place"));
	put_person(s, "page.transfer.from", text_of(t, "from_name"), text_of(t, "from_title"));
	put_person(s, "page.transfer.to", text_of(t, "to_name"), text_of(t, "to_title"));
	put_row(s, "page.transfer.reason", text_of(t, "reason"));
	put_row(s, "page.transfer.state", say(s, arena_printf(s->p->arena, "page.transfer.state.%s",
	    text_of(t, "state"))));
	html_lit(s->out, "</table>");
	put_piece(s, t);
	put(s->out, "<p>%s</p><p class=\"blank\"><span>%s</span><i></i></p>",
	    say(s, "page.transfer.checked"), say(s, "page.transfer.seal"));
	put(s->out, "<p class=\"hint\">%s</p><div class=\"signs\">",
	    say(s, "page.transfer.copies"));
	put_party(s, t, "page.transfer.giver", "from_name", "from_title", "from_confirmed_at");
	put_party(s, t, "page.transfer.taker", "to_name", "to_title", "to_confirmed_at");
	html_lit(s->out, "</div>");
}

void
page_transfer(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *t = page_read(p, "custody show", "id", p->param[0], &err);
	struct sheet s;

	if (t == NULL) {
		sheet_problem(p, res, &err);
		return;
	}
	sheet_begin(&s, p, res, 200, SHEET_PRINT, word(p->lang, "page.transfer.title"), NULL);
	html_lit(s.out, "<article class=\"page\">");
	draw_transfer(&s, t);
	html_lit(s.out, "</article>");
	sheet_end(&s, SHEET_PRINT);
}

/* ---- the playbook -------------------------------------------------------------------------- */

static void
put_texts(struct sheet *s, const struct json *list, const char *title)
{
	if (json_len(list) == 0)
		return;
	put(s->out, "<h2>%s</h2><ul>", say(s, title));
	for (size_t i = 0; i < json_len(list); i++)
		put(s->out, "<li>%s</li>", json_str(json_at(list, i)));
	html_lit(s->out, "</ul>");
}

/* "Quản trị mạng · 15 phút · bắt buộc · cần phê duyệt" */
static void
put_step_marks(struct sheet *s, const struct json *step)
{
	static const char *const marks[] = { "is_mandatory", "needs_approval",
	    "produces_evidence" };
	int64_t minutes = json_get_int(step, "max_minutes", 0);

	put(s->out, "<small>%s",
	    say(s, arena_printf(s->p->arena, "role.%s", text_of(step, "role"))));
	if (minutes > 0)
		put(s->out, " · %s",
		    say1(s, "page.playbook.minutes", "count", number_of(s, step, "max_minutes")));
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (json_get_bool(step, marks[i], false))
			put(s->out, " · %s",
			    say(s, arena_printf(s->p->arena, "page.playbook.%s", marks[i])));
	html_lit(s->out, "</small>");
}

static void
put_phase(struct sheet *s, const struct json *phase)
{
	const struct json *steps = json_get(phase, "steps");

	if (json_len(steps) == 0)
		return;
	put(s->out, "<h2>%s</h2><ol class=\"todo\">", text_of(phase, "title"));
	for (size_t i = 0; i < json_len(steps); i++) {
		const struct json *step = json_at(steps, i);

		put(s->out, "<li><i></i><div><b>%s</b>", text_of(step, "text"));
		if (*text_of(step, "why") != '\0')
			put(s->out, "<p>%s</p>", text_of(step, "why"));
		if (*text_of(step, "undo_text") != '\0')
			put(s->out, "<p>%s</p>",
			    say1(s, "page.playbook.undo", "text", text_of(step, "undo_text")));
		put_step_marks(s, step);
		html_lit(s->out, "</div></li>");
	}
	html_lit(s->out, "</ol>");
}

/* "2026-01-05" as offices write it. */
static const char *
day_of(struct sheet *s, const char *date)
{
	if (strlen(date) != 10)
		return date;
	return arena_printf(s->p->arena, "%.2s/%.2s/%.4s", date + 8, date + 5, date);
}

static void
put_approval(struct sheet *s, const struct json *approved)
{
	if (json_kind(approved) != JSON_KIND_OBJECT) {
		put(s->out, "<p class=\"stamp\"><b>%s</b></p>",
		    say(s, "page.playbook.not_approved"));
		return;
	}
	put(s->out, "<p class=\"stamp\"><b>%s</b> %s %s %s, %s</p>",
	    say(s, "page.playbook.approved"),
	    text_of(approved, "doc_number"), say(s, "page.playbook.of_day"),
	    day_of(s, text_of(approved, "doc_date")), text_of(approved, "signer"));
}

static void
draw_playbook(struct sheet *s, const struct json *b)
{
	const struct json *phases = json_get(b, "phases");

	put_heading(s, text_of(b, "title"), arena_printf(s->p->arena, "%s · %s", text_of(b, "code"),
	    say1(s, "page.playbook.version", "version", number_of(s, b, "version"))));
	put_approval(s, json_get(b, "approved"));
	put_texts(s, json_get(b, "signs"), "page.playbook.signs");
	put_texts(s, json_get(b, "do_now"), "page.playbook.do_now");
	put_texts(s, json_get(b, "do_not"), "page.playbook.do_not");
	if (*text_of(b, "power_why") != '\0')
		put(s->out, "<h2>%s</h2><p>%s</p>", say(s, "page.playbook.power"),
		    text_of(b, "power_why"));
	for (size_t i = 0; i < json_len(phases); i++)
		put_phase(s, json_at(phases, i));
	put_texts(s, json_get(b, "evidence"), "page.playbook.evidence");
	put_texts(s, json_get(b, "notify_extra"), "page.playbook.notify");
	put_texts(s, json_get(b, "escalation_triggers"), "page.playbook.escalate");
	put_texts(s, json_get(b, "forms"), "page.playbook.forms");
	put_texts(s, json_get(b, "sources"), "page.playbook.sources");
}

void
page_playbook(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *b = page_read(p, "playbook show", "id", p->param[0], &err);
	struct sheet s;

	if (b == NULL) {
		sheet_problem(p, res, &err);
		return;
	}
	sheet_begin(&s, p, res, 200, SHEET_PRINT, text_of(b, "title"), NULL);
	html_lit(s.out, "<article class=\"page\">");
	draw_playbook(&s, b);
	html_lit(s.out, "</article>");
	sheet_end(&s, SHEET_PRINT);
}

/* ---- the day log ------------------------------------------------------------------------------ */

static void
put_line(struct sheet *s, const struct json *entry, size_t number)
{
	const char *nr = arena_printf(s->p->arena, "%zu", number);

	put(s->out, "<tr><td>%s</td><td>%s", nr, time_of(s, entry, "occurred_at"));
	if (json_get_bool(entry, "is_late", false))
		put(s->out, "<small>%s</small>",
		    say1(s, "page.log.late", "time", time_of(s, entry, "entered_at")));
	html_lit(s->out, "</td><td>");
	html_lines(s->out, text_of(entry, "text"));
	put(s->out, "</td><td>%s</td></tr>", *text_of(entry, "actor_name") != '\0' ?
	    text_of(entry, "actor_name") : say(s, arena_printf(s->p->arena, "page.actor.%s",
	    text_of(entry, "actor_kind"))));
}

static struct json *
timeline_page(struct page_request *p, size_t offset, struct err *err)
{
	struct json *args = json_new_object(), *answer = NULL;

	json_set_str(args, "id", p->param[0]);
	json_set_str(args, "order", "oldest");
	json_set_int(args, "limit", 200);
	json_set_int(args, "offset", (int64_t)offset);
	return page_call(p, "timeline list", args, false, &answer, err) == 0 ? answer : NULL;
}

/* All lines, two hundred at a time. */
static void
put_log(struct sheet *s)
{
	struct err err = { 0 };
	bool more = true;

	put(s->out, "<table class=\"log\"><thead><tr><th>%s</th><th>%s</th>"
	    "<th>%s</th><th>%s</th></tr></thead><tbody>",
	    say(s, "page.log.nr"), say(s, "page.log.time"), say(s, "page.log.what"),
	    say(s, "page.log.who"));
	for (size_t n = 0; more && n < LOG_MAX;) {
		struct json *page = timeline_page(s->p, n, &err);
		const struct json *items = json_get(page, "items");

		for (size_t i = 0; i < json_len(items); i++)
			put_line(s, json_at(items, i), ++n);
		more = json_len(items) > 0 && json_get_bool(page, "more", false);
		json_free(page);
	}
	html_lit(s->out, "</tbody></table>");
	if (err.kind != 0)
		put(s->out, "<p class=\"warn\">%s</p>", page_err(s->p, &err));
	err_clear(&err);
}

/*
 * What ties the paper to the ledger: whoever keeps the sheet can later show that
 * nothing before it was rewritten.  Only for those who may read the ledger.
 */
static void
put_checkpoint(struct sheet *s)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *ledger = NULL;
	const struct json *at;
	struct json *args;

	if ((s->p->actor.rights & RIGHT_INSPECT) == 0)
		return;
	args = json_new_object();
	json_set_int(args, "limit", 1);
	if (page_call(s->p, "ledger list", args, false, &ledger, &err) != 0)
		return;
	put(s->out, "<h2>%s</h2><p class=\"hash\">%s<br>%s</p>", say(s, "page.log.ledger"),
	    say1(s, "page.log.size", "count", number_of(s, ledger, "size")),
	    text_of(ledger, "root"));
	at = json_get(ledger, "checkpoint");
	if (json_kind(at) != JSON_KIND_OBJECT)
		return;
	put(s->out, "<p>%s</p><pre>%s</pre>",
	    say1(s, "page.log.checkpoint", "time", time_of(s, at, "made_at")), text_of(at, "note"));
}

static void
draw_day_log(struct sheet *s, const struct json *i)
{
	int64_t level = json_get_int(i, "level", 0);

	put_heading(s, say(s, "page.log.title"),
	    arena_printf(s->p->arena, "%s · %s", text_of(i, "number"), text_of(i, "title")));
	html_lit(s->out, "<table>");
	put_row(s, "page.log.state",
	    say(s, arena_printf(s->p->arena, "state.%s", text_of(i, "state"))));
	put_row(s, "page.log.level", level > 0 ? number_of(s, i, "level") :
	    say(s, "page.log.no_level"));
	put_row(s, "page.log.detected", time_of(s, i, "detected_at"));
	put_row(s, "page.log.lead", text_of(i, "lead_name"));
	put_row(s, "page.log.tlp",
	    say(s, arena_printf(s->p->arena, "page.tlp.%s", text_of(i, "tlp"))));
	html_lit(s->out, "</table>");
	put_log(s);
	put_checkpoint(s);
	put(s->out, "<div class=\"signs\"><div></div><div><p><b>%s</b></p><p class=\"hint\">%s</p>"
	    "<p class=\"signer\"></p></div></div>", say(s, "page.log.writer"),
	    say(s, "page.transfer.sign"));
}

void
page_day_log(struct page_request *p, struct http_response *res)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *incident = page_read(p, "incident show", "id",
	    p->param[0], &err);
	struct sheet s;

	if (incident == NULL) {
		sheet_problem(p, res, &err);
		return;
	}
	sheet_begin(&s, p, res, 200, SHEET_PRINT, word(p->lang, "page.log.title"), NULL);
	html_lit(s.out, "<article class=\"page\">");
	draw_day_log(&s, incident);
	html_lit(s.out, "</article>");
	sheet_end(&s, SHEET_PRINT);
}
