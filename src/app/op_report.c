/* SPDX-License-Identifier: Apache-2.0 */
/* op_report.c: from "something is strange" to somebody who has taken it. */
#include <stdio.h>

#include "app/alarm.h"
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/evidence.h"
#include "app/incident.h"
#include "app/notify.h"
#include "app/observe.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/search.h"
#include "app/visible.h"
#include "base/id.h"
#include "base/utf8.h"
#include "ledger/row.h"
#include "model/state.h"

#define CODE_CHARS 8

static const char *const channels[] = { "web", "phone", "message", "paper", "in_person", "email", "sensor", NULL };
static const char *const langs[] = { "vi", "en", NULL };

/* ---- symptoms and the card ------------------------------------------------------- */

static void
out_texts(struct call *c, const char *key, const struct pack_text *text, size_t n)
{
	jsonw_karray(c->out, key);
	for (size_t i = 0; i < n; i++)
		jsonw_string(c->out, pack_say(&text[i], lang_code(c->lang)));
	jsonw_array_end(c->out);
}

static void
out_card(struct call *c, const char *playbook_id)
{
	const struct pack_playbook *p = str_empty(playbook_id) ? NULL :
	    pack_playbook(c->app->packs, playbook_id, c->now);

	if (p == NULL)
		p = pack_playbook_for_type(c->app->packs, "", c->now);
	jsonw_key(c->out, "card");
	if (p == NULL) {
		jsonw_null(c->out);
		return;
	}
	jsonw_object(c->out);
	jsonw_kstring(c->out, "playbook", p->pack.id);
	jsonw_kstring(c->out, "title", pack_say(&p->pack.title, lang_code(c->lang)));
	out_texts(c, "do_now", p->do_now_staff, p->do_now_staff_count);
	out_texts(c, "do_not", p->do_not_staff, p->do_not_staff_count);
	jsonw_object_end(c->out);
}

static int
symptom_list(struct call *c)
{
	const struct pack_symptoms *pack = pack_symptoms(c->app->packs, c->now);
	const char *lang = lang_code(c->lang);

	jsonw_karray(c->out, "items");
	for (size_t i = 0; pack != NULL && i < pack->symptoms; i++) {
		const struct pack_symptom *s = &pack->symptom[i];

		jsonw_object(c->out);
		jsonw_kstring(c->out, "id", s->id);
		jsonw_kstring(c->out, "icon", s->icon);
		jsonw_kstring(c->out, "title", pack_say(&s->title, lang));
		jsonw_kstring(c->out, "plain", pack_say(&s->plain, lang));
		jsonw_kstring(c->out, "playbook", s->playbook);
		jsonw_kstring(c->out, "type", s->type);
		jsonw_karray(c->out, "ask");
		for (size_t k = 0; k < s->asks; k++) {
			jsonw_object(c->out);
			jsonw_kstring(c->out, "id", s->ask[k].id);
			jsonw_kstring(c->out, "text", pack_say(&s->ask[k].text, lang));
			jsonw_object_end(c->out);
		}
		jsonw_array_end(c->out);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

/* ---- report new -------------------------------------------------------------------- */

static const struct param new_params[] = {
	{ "symptoms", P_LIST, 0, 0, 0, NULL },
	{ "description", P_TEXT, 0, 0, 8000, NULL },
	{ "place", P_LINE, 0, 0, 300, NULL },
	{ "system", P_LINE, 0, 0, 160, NULL },
	{ "occurred_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "done", P_TEXT, 0, 0, 4000, NULL },
	{ "contact_name", P_LINE, 0, 0, 120, NULL },
	{ "contact_division", P_LINE, 0, 0, 160, NULL },
	{ "contact_phone", P_LINE, 0, 0, 60, NULL },
	{ "contact_email", P_LINE, 0, 0, 120, NULL },
	{ "anonymous", P_BOOL, 0, 0, 0, NULL },
	{ "idempotency_key", P_LINE, 0, 0, 80, NULL },
	{ "lang", P_ENUM, 0, 0, 0, langs },
	{ "files", P_FILES, 0, 0, 10, NULL },
	{ "channel", P_ENUM, PF_HANDLER, 0, 0, channels },
	{ "told_at", P_TIME, PF_HANDLER | PF_PAST, 0, 0, NULL },
	{ "incident", P_ID, PF_HANDLER, 0, 0, NULL },
	{ "title", P_LINE, PF_HANDLER, 0, 200, NULL },
	{ 0 },
};

#define ANSWER "r.code, r.number, r.told_at, a.hotline, '/bao-su-co/' || r.code AS status_url"

/* ${card}: the playbook that says what to do meanwhile; NULL: none of its own. */
static int
out_report_answer(struct call *c, const char *report_id, const char *card)
{
	out_row(c, NULL, call_may(c, RIGHT_HANDLE) ? "SELECT r.id, r.incident_id, i.number AS incident_number, "
	    ANSWER " FROM report r JOIN incident i ON i.id = r.incident_id JOIN agency a ON a.id = r.agency_id"
	    " WHERE r.id = ?" :
	    "SELECT " ANSWER " FROM report r JOIN agency a ON a.id = r.agency_id WHERE r.id = ?", "t", report_id);
	out_card(c, card);
	return c->err->kind;
}

/* "Tệp bị đổi tên · Máy kế toán 3", or the beginning of what was said. */
static const char *
make_title(struct call *c, const struct pack_symptom *symptom)
{
	const char *place = arg_text(c, "place"), *text = arg_text(c, "description");
	const char *head = symptom != NULL ? pack_say(&symptom->title, "vi") : NULL;

	if (arg_has(c, "title"))
		return arg_text(c, "title");
	if (head == NULL && text != NULL)
		head = arena_printf(c->arena, "%.*s", (int)utf8_cut(text, 80 < strcspn(text, "\r\n") ? 80 :
		    strcspn(text, "\r\n")), text);
	if (str_empty(head))
		head = word(LANG_VI, "report.untitled");
	return place == NULL ? head : arena_printf(c->arena, "%s · %.*s", head, (int)utf8_cut(place, 100), place);
}

static void
attach_files(struct call *c, const char *incident_id, const char *report_id, int64_t told_at)
{
	const char *by = arg_bool(c, "anonymous") ? NULL : arg_text(c, "contact_name");

	for (size_t i = 0; i < c->uploads_count; i++)
		evidence_insert(c, &(struct evidence_new){ .incident_id = incident_id,
		    .report_id = report_id, .upload = &c->uploads[i],
		    .kind = str_starts(c->uploads[i].media_type, "image/") ? "photo" : "file",
		    .form = "copy", .collected_by = by != NULL ? by : word(LANG_VI, "report.reporter"),
		    .place = arg_text(c, "place"), .method = word(LANG_VI, "report.sent_with"),
		    .collected_at = told_at });
}

static const char *
insert_report(struct call *c, const char *number, const char *incident_id,
    const char *symptoms, const struct pack_symptom *symptom, int64_t told_at, bool taken)
{
	bool anonymous = arg_bool(c, "anonymous"), local = call_may(c, RIGHT_HANDLE);
	const char *system_id = !arg_has(c, "system") ? NULL : tx_text(c->tx, c->arena, "SELECT id FROM"
	    " info_system WHERE agency_id = ?1 AND (id = ?2 OR name = ?2)", "tt", c->agency_id,
	    arg_text(c, "system"));
	const char *place = arg_text(c, "place");
	char code[CODE_CHARS + CODE_CHARS / 4 + 1];

	if (place == NULL && system_id == NULL)
		place = arg_text(c, "system");
	else if (system_id == NULL && arg_has(c, "system"))
		place = arena_printf(c->arena, "%s; %s", place, arg_text(c, "system"));
	return change_insert(c, "report", NULL, COLS(CT("number", number),
	    CT("code", code_new(CODE_CHARS, code)), CT("incident_id", incident_id),
	    CT("channel", local && arg_has(c, "channel") ? arg_text(c, "channel") :
	        local && c->actor.kind == ACTOR_CONSOLE ? "phone" : "web"),
	    CT("symptoms", symptoms == NULL ? "" : symptoms), CT("description", arg_text(c, "description")),
	    CT("place", place), CT("system_id", system_id), CT("done", arg_text(c, "done")),
	    CT("contact_name", anonymous ? NULL : arg_text(c, "contact_name")),
	    CT("contact_division", anonymous ? NULL : arg_text(c, "contact_division")),
	    CT("contact_phone", anonymous ? NULL : arg_text(c, "contact_phone")),
	    CT("contact_email", anonymous ? NULL : arg_text(c, "contact_email")),
	    CI("is_anonymous", anonymous), CI("occurred_at", arg_time(c, "occurred_at", SQL_NULL)),
	    CI("told_at", told_at), CI("entered_at", c->now),
	    CT("idempotency_key", arg_text(c, "idempotency_key")),
	    CI("taken_at", taken ? c->now : SQL_NULL),
	    CT("card", symptom == NULL ? NULL : symptom->playbook),
	    CI("urgency", symptom == NULL ? 99 : symptom->rank),
	    CI(ROW_ALARM, taken ? SQL_NULL : notify_escalate_at(c)),
	    CT("lang", arg_has(c, "lang") ? arg_text(c, "lang") : lang_code(c->lang))));
}

/* Whoever is not signed in acts as the reporter of this report from here on. */
static void
as_reporter(struct call *c, const char *report_id)
{
	if (c->actor.kind != ACTOR_NOBODY)
		return;
	c->actor.kind = ACTOR_REPORTER;
	snprintf(c->actor.id, sizeof(c->actor.id), "%s", report_id);
}

static int
report_new(struct call *c)
{
	int64_t told_at = arg_time(c, "told_at", c->now), noticed_at;
	const char *symptoms = arg_list(c, "symptoms", ' ');
	const struct pack_symptom *symptom = symptoms_leading(c, symptoms);
	const char *incident_id, *report_id, *number, *incident_number, *before;
	struct incident existing = { 0 };
	bool taken;

	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	before = arg_has(c, "idempotency_key") ? tx_text(c->tx, c->arena, "SELECT id FROM report WHERE"
	    " agency_id = ? AND idempotency_key = ?", "tt", c->agency_id, arg_text(c, "idempotency_key")) : NULL;
	if (before != NULL)
		return out_report_answer(c, before, tx_text(c->tx, c->arena, "SELECT card FROM report WHERE id = ?",
		    "t", before));
	if (symptom == NULL && !arg_has(c, "description"))
		return call_fail(c, ERR_INVALID, "err.report_empty", "description");
	noticed_at = arg_time(c, "occurred_at", told_at);
	if (noticed_at > told_at && arg_has(c, "told_at"))
		return err_fail(c->err, ERR_INVALID, "err.time_order", "told_at", "other",
		    "@field.occurred_at", NULL, NULL);
	if (arg_has(c, "incident")) {
		if (incident_arg(c, "incident", &existing) != 0)
			return c->err->kind;
		incident_id = existing.id;
	} else {
		incident_id = incident_insert(c, &(struct incident_new){ .title = make_title(c, symptom),
		    .occurred_at = SQL_NULL, .detected_at = noticed_at < told_at ? noticed_at : told_at },
		    &incident_number);
	}
	taken = existing.id != NULL && existing.taken_at != SQL_NULL;
	number = number_next(c, "BC");
	report_id = insert_report(c, number, incident_id, symptoms, symptom, told_at, taken);
	as_reporter(c, report_id);
	attach_files(c, incident_id, report_id, told_at);
	change_timeline(c, &(struct timeline_entry){ .incident_id = incident_id, .kind = "report",
	    .word = "timeline.report", .occurred_at = noticed_at, .told_at = told_at,
	    .ref_table = "report", .ref_id = report_id, .text = arg_text(c, "description"),
	    .args = TIMELINE_ARGS("number", number) });
	observe_text(c, incident_id, arg_text(c, "description"), "report");
	if (!taken)
		notify_report(c, incident_id, report_id);
	duty_evaluate(c, incident_id);
	return c->err->kind != ERR_NONE ? c->err->kind :
	    out_report_answer(c, report_id, symptom == NULL ? NULL : symptom->playbook);
}

/* ---- the reporter's page ---------------------------------------------------------------- */

/* What people make of a code read aloud: no dash, small letters, O for 0, I or L for 1. */
static const char *
plain_code(struct call *c, const char *said)
{
	char code[CODE_CHARS + CODE_CHARS / 4 + 1];
	size_t n = 0, chars = 0;

	for (; *said != '\0'; said++) {
		char ch = *said >= 'a' && *said <= 'z' ? (char)(*said - 32) : *said;

		if (ch == ' ' || ch == '-')
			continue;
		if (chars == CODE_CHARS)
			return "";
		if (chars > 0 && chars % 4 == 0)
			code[n++] = '-';
		code[n++] = ch == 'O' ? '0' : ch == 'I' || ch == 'L' ? '1' : ch;
		chars++;
	}
	return arena_strndup(c->arena, code, n);
}

/* The report of that public code; numbers can be guessed, so they do not open this door. */
static const char *
public_report(struct call *c)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM report WHERE agency_id = ? AND"
	    " code = ?", "tt", c->agency_id, plain_code(c, arg_text(c, "code")));

	if (id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.report_code", "code");
	return id;
}

static const struct param code_params[] = {
	{ "code", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 40, NULL }, { 0 },
};

static int
report_status(struct call *c)
{
	const char *id = public_report(c), *state;
	char key[32];
	int step;

	if (id == NULL)
		return c->err->kind;
	state = tx_text(c->tx, c->arena, "SELECT i.state FROM report r JOIN incident i ON"
	    " i.id = r.incident_id WHERE r.id = ?", "t", id);
	step = state_step(state_of(state));
	snprintf(key, sizeof(key), "step.%d", step);
	out_row(c, "code", "SELECT r.code, r.told_at AS received_at, r.taken_at, CASE WHEN r.taken_at"
	    " IS NULL THEN a.hotline END AS hotline, a.name AS agency FROM report r JOIN agency a ON"
	    " a.id = r.agency_id WHERE r.id = ?", "t", id);
	jsonw_kint(c->out, "step", step);
	jsonw_kstring(c->out, "step_text", word(c->lang, key));
	jsonw_kbool(c->out, "closed", step == 5);
	out_rows(c, "messages", "SELECT direction, text, sent_at FROM report_message WHERE report_id = ?"
	    " ORDER BY sent_at, id", "t", id);
	out_card(c, tx_text(c->tx, c->arena, "SELECT card FROM report WHERE id = ?", "t", id));
	return c->err->kind;
}

static const struct param answer_params[] = {
	{ "code", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 40, NULL },
	{ "text", P_TEXT, PF_REQUIRED, 0, 4000, NULL },
	{ 0 },
};

#define MESSAGES_MAX 200

static int
message(struct call *c, const char *report_id, const char *direction, const char *timeline)
{
	const char *incident_id = tx_text(c->tx, c->arena, "SELECT incident_id FROM report WHERE id = ?",
	    "t", report_id);

	if (tx_int(c->tx, "SELECT COUNT(*) FROM report_message WHERE report_id = ?", "t", report_id) >=
	    MESSAGES_MAX)
		return call_fail(c, ERR_TOO_MANY, "err.too_many_messages", NULL);
	change_insert(c, "report_message", NULL, COLS(CT("report_id", report_id),
	    CT("incident_id", incident_id), CT("direction", direction), CT("text", arg_text(c, "text")),
	    CI("sent_at", c->now), CT("author_id", c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL)));
	change_timeline(c, &(struct timeline_entry){ .incident_id = incident_id, .kind = "message",
	    .word = timeline, .occurred_at = SQL_NULL, .told_at = SQL_NULL, .text = arg_text(c, "text"),
	    .ref_table = "report", .ref_id = report_id });
	return c->err->kind;
}

static int
report_answer(struct call *c)
{
	const char *id = public_report(c);

	if (id == NULL)
		return c->err->kind;
	as_reporter(c, id);
	if (message(c, id, "in", "timeline.reporter_answer") != 0)
		return c->err->kind;
	return report_status(c);
}

static const struct param ask_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "text", P_TEXT, PF_REQUIRED, 0, 4000, NULL },
	{ 0 },
};

static int
report_ask(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "report", &i, &id) != 0 || message(c, id, "out", "timeline.ask") != 0)
		return c->err->kind;
	duty_evaluate(c, i.id);
	jsonw_kstring(c->out, "id", id);
	return c->err->kind;
}

/* ---- the inbox ------------------------------------------------------------------------------ */

#define REPORT_COLUMNS \
	"r.id, r.version, r.number, r.code, r.channel, r.symptoms AS symptoms_list, r.description," \
	" r.place, r.system_id, s.name AS system_name, r.done, r.contact_name, r.contact_division," \
	" r.contact_phone, r.contact_email, r.is_anonymous, r.occurred_at, r.told_at, r.entered_at," \
	" r.taken_at, t.name AS taken_by, r.urgency, r.card, r.incident_id, i.number AS incident_number," \
	" i.title AS incident_title, i.state AS incident_state, i.level AS incident_level," \
	" i.version AS incident_version," \
	" (SELECT COUNT(*) FROM evidence e WHERE e.report_id = r.id) AS files"
#define REPORT_FROM \
	" FROM report r JOIN incident i ON i.id = r.incident_id LEFT JOIN info_system s ON" \
	" s.id = r.system_id LEFT JOIN account t ON t.id = r.taken_by_id WHERE 1 = 1"

static const char *const report_states[] = { "waiting", "taken", "all", NULL };

static const struct param list_params[] = {
	{ "state", P_ENUM, 0, 0, 0, report_states },
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "q", P_LINE, 0, 0, 0, NULL },
	PARAMS_PAGE,
	{ 0 },
};

/* The report whose code was typed, as it stands on the reporter's slip; NULL when it is none. */
static const char *
the_code(struct call *c)
{
	return !arg_has(c, "q") ? NULL : tx_text(c->tx, c->arena, "SELECT id FROM report WHERE agency_id ="
	    " ? AND code = ?", "tt", c->agency_id, plain_code(c, arg_text(c, "q")));
}

/* One part of the inbox in its own order, along an index made for it. */
static void
inbox_part(struct call *c, struct filter *f, bool waiting, const char *incident_id,
    const char *match, const char *id)
{
	filter_init(f, "SELECT " REPORT_COLUMNS REPORT_FROM);
	filter_sql(f, waiting ? " AND r.taken_at IS NULL" : " AND r.taken_at IS NOT NULL");
	filter_text(f, " AND r.agency_id = ?", c->agency_id);
	filter_visible(f, c);
	filter_text(f, " AND r.incident_id = ?", incident_id);
	filter_text(f, " AND r.id = ?", id);
	if (match != NULL) {
		filter_sql(f, " AND ");
		filter_text(f, find_condition, match);
	}
	filter_sql(f, waiting ? " ORDER BY r.urgency, r.told_at DESC" : " ORDER BY r.told_at DESC");
}

/* Those that wait for somebody, the most urgent first; then the others, the newest first. */
static int
report_list(struct call *c)
{
	const char *state = arg_has(c, "state") ? arg_text(c, "state") : "all";
	bool waiting = strcmp(state, "taken") != 0, taken = strcmp(state, "waiting") != 0;
	struct incident i = { 0 };
	struct filter part[2 * FIND_PARTS];
	const char *match[FIND_PARTS] = { NULL }, *code = the_code(c);
	size_t n = 0;

	if (arg_has(c, "incident") && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	for (int w = 0; w < FIND_PARTS && arg_has(c, "q") && code == NULL; w++)
		match[w] = search_words(c, "q", (enum find_words)w);
	for (int w = 0; w < FIND_PARTS && waiting; w++)
		if (match[w] != NULL || (w == 0 && (code != NULL || !arg_has(c, "q"))))
			inbox_part(c, &part[n++], true, i.id, match[w], code);
	for (int w = 0; w < FIND_PARTS && taken; w++)
		if (match[w] != NULL || (w == 0 && (code != NULL || !arg_has(c, "q"))))
			inbox_part(c, &part[n++], false, i.id, match[w], code);
	out_parts(c, part, n, page_limit(c), NULL);
	return c->err->kind;
}

static const struct param id_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }, { 0 },
};

static int
report_show(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "report", &i, &id) != 0)
		return c->err->kind;
	out_row(c, "id", "SELECT " REPORT_COLUMNS REPORT_FROM " AND r.id = ?", "t", id);
	out_rows(c, "messages", "SELECT m.direction, m.text, m.sent_at, a.name AS author FROM"
	    " report_message m LEFT JOIN account a ON a.id = m.author_id WHERE m.report_id = ?"
	    " ORDER BY m.sent_at, m.id", "t", id);
	out_rows(c, "evidence", "SELECT id, number, name, kind, size, media_type, sha256, state FROM"
	    " evidence WHERE report_id = ? ORDER BY number", "t", id);
	return c->err->kind;
}

static const struct param move_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "incident", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

/* Where somebody is already it is taken with the move; where nobody is it waits again, from now on. */
static void
move_to(struct call *c, const char *id, const struct incident *from, const struct incident *to)
{
	bool waits = to->taken_at == SQL_NULL, waited = from->taken_at == SQL_NULL;
	const char *by = c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : to->lead_id;

	if (waits == waited)
		change_update(c, "report", id, -1, COLS(CT("incident_id", to->id)));
	else
		change_update(c, "report", id, -1, COLS(CT("incident_id", to->id),
		    CI("taken_at", waits ? SQL_NULL : c->now), CT("taken_by_id", waits ? NULL : by)));
	if (waits && !waited)
		alarm_set(c, "report", id, notify_escalate_at(c));
}

/* The report goes to another incident; what was already said there and here stays. */
static int
report_move(struct call *c)
{
	struct incident from, to;
	const char *id;

	if (owned_arg(c, "id", "report", &from, &id) != 0 || incident_arg(c, "incident", &to) != 0)
		return c->err->kind;
	move_to(c, id, &from, &to);
	change_timeline(c, &(struct timeline_entry){ .incident_id = to.id, .kind = "report",
	    .word = "timeline.report_moved_here", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .text = arg_text(c, "reason"), .ref_table = "report", .ref_id = id,
	    .args = TIMELINE_ARGS("from", from.number) });
	change_timeline(c, &(struct timeline_entry){ .incident_id = from.id, .kind = "report",
	    .word = "timeline.report_moved_away", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .text = arg_text(c, "reason"), .ref_table = "report", .ref_id = id,
	    .args = TIMELINE_ARGS("to", to.number) });
	jsonw_kstring(c->out, "id", id);
	jsonw_kstring(c->out, "incident_id", to.id);
	jsonw_kstring(c->out, "incident_number", to.number);
	return c->err->kind;
}

/* ---- nobody took it --------------------------------------------------------------------------- */

static const struct param escalate_params[] = {
	{ "report", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

static int
report_escalate(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "report", "report", &i, &id) != 0)
		return c->err->kind;
	notify_escalate(c, i.id, id);
	jsonw_kstring(c->out, "id", id);
	return c->err->kind;
}

static const char *const report_columns[] = { "number", "code", "told_at", "incident_title", "place",
	"incident_number", "incident_state", NULL };
static const char *const symptom_columns[] = { "id", "title", "plain", NULL };

const struct op ops_report[] = {
	{ "symptom list", "GET", "/symptoms", RIGHT_PUBLIC, 0, NULL, symptom_list, symptom_columns,
	    "khien symptom list" },
	{ "report new", "POST", "/reports", RIGHT_PUBLIC, OP_WRITE | OP_CREATED, new_params, report_new,
	    NULL, "khien report new --symptoms ransom_note --place \"Máy kế toán 3\" --channel phone" },
	{ "report status", "GET", "/reports/{code}", RIGHT_PUBLIC, 0, code_params, report_status, NULL,
	    "khien report status 7K3M-Q2XW" },
	{ "report answer", "POST", "/reports/{code}/answer", RIGHT_PUBLIC, OP_WRITE, answer_params,
	    report_answer, NULL, "khien report answer 7K3M-Q2XW --text \"Máy ở tầng 2\"" },
	{ "report list", "GET", "/reports", RIGHT_READ | RIGHT_HANDLE, OP_FINDS, list_params, report_list,
	    report_columns, "khien report list --state waiting" },
	{ "report show", "GET", "/reports/{id}/record", RIGHT_READ | RIGHT_HANDLE, 0, id_params,
	    report_show, NULL, "khien report show BC-2026-0001" },
	{ "report ask", "POST", "/reports/{id}/ask", RIGHT_HANDLE, OP_WRITE, ask_params, report_ask,
	    NULL, "khien report ask BC-2026-0001 --text \"Anh/chị đã bấm vào liên kết chưa?\"" },
	{ "report move", "POST", "/reports/{id}/move", RIGHT_HANDLE, OP_WRITE, move_params, report_move,
	    NULL, "khien report move BC-2026-0002 --incident SC-2026-0001" },
	{ "report escalate", NULL, NULL, RIGHT_LOCAL, OP_WRITE, escalate_params, report_escalate, NULL,
	    "khien report escalate BC-2026-0001" },
	{ 0 },
};
