/* SPDX-License-Identifier: Apache-2.0 */
#include "app/notify.h"

#include "app/alarm.h"
#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "work/outbox.h"

#define BODY_MAX 20000

static bool
has_mail(struct call *call)
{
	return !str_empty(setting_text(call, "mail.url"));
}

void
notify_account(struct call *call, const char *account_id, const char *incident_id, const char *key,
    const char *subject, const char *body)
{
	const char *address;

	if (!has_mail(call))
		return;
	address = tx_text(call->tx, call->arena, "SELECT email FROM account WHERE id = ? AND"
	    " is_disabled = 0", "t", account_id);
	if (str_empty(address))
		return;
	outbox_put(call->tx, call->agency_id, incident_id, "mail", address, subject, body,
	    arena_printf(call->arena, "%s:%s", key, account_id), call->now);
}

int
notify_role(struct call *call, const char *role, const char *incident_id, const char *key,
    const char *subject, const char *body)
{
	struct query q;
	int told = 0;

	query_open(&q, call->tx, "SELECT id FROM account WHERE agency_id = ? AND is_disabled = 0 AND"
	    " email <> '' AND ' ' || roles || ' ' LIKE '% ' || ? || ' %'", "tt", call->agency_id, role);
	while (query_step(&q)) {
		notify_account(call, arena_strdup(call->arena, query_text(&q, 0)), incident_id, key, subject, body);
		told++;
	}
	query_close(&q);
	return told;
}

/* What a message about a report says; never the reporter's name: mail is read over shoulders. */
struct report_words {
	const char *number, *incident, *title, *told, *url;
};

static struct report_words
report_words(struct call *call, const char *incident_id, const char *report_id)
{
	struct report_words w = { 0 };
	char when[CLOCK_TEXT_SIZE];
	struct query q;

	query_open(&q, call->tx, "SELECT r.number, i.number, i.title, r.told_at, i.is_restricted FROM"
	    " report r JOIN incident i ON i.id = ? WHERE r.id = ?", "tt", incident_id, report_id);
	if (query_step(&q)) {
		w.number = arena_strdup(call->arena, query_text(&q, 0));
		w.incident = arena_strdup(call->arena, query_text(&q, 1));
		w.title = query_int(&q, 4) != 0 ? "" : arena_strdup(call->arena, query_text(&q, 2));
		w.told = arena_strdup(call->arena, clock_vi(query_int(&q, 3), when));
	}
	query_close(&q);
	w.url = arena_printf(call->arena, "%s/su-co/%s", setting_text(call, "public.url"), w.incident);
	return w;
}

static const char *
webhook_body(struct call *call, const char *event, const struct report_words *w)
{
	struct buf body = BUF_INIT(BODY_MAX);
	struct jsonw json = JSONW_INIT(&body);
	char iso[CLOCK_TEXT_SIZE];
	const char *result;

	jsonw_object(&json);
	jsonw_kstring(&json, "event", event);
	jsonw_kstring(&json, "report", w->number);
	jsonw_kstring(&json, "incident", w->incident);
	jsonw_kstring(&json, "title", w->title);
	jsonw_kstring(&json, "time", clock_iso(call->now, iso));
	jsonw_kstring(&json, "url", w->url);
	jsonw_object_end(&json);
	result = arena_strdup(call->arena, buf_str(&body));
	buf_clear(&body);
	return result;
}

static void
webhook(struct call *call, const char *url, const char *event, const char *incident_id,
    const char *key, const struct report_words *w)
{
	if (!str_empty(url))
		outbox_put(call->tx, call->agency_id, incident_id, "webhook", url, NULL,
		    webhook_body(call, event, w), arena_printf(call->arena, "%s:webhook", key), call->now);
}

/* Returns how many were told. */
static int
tell_report(struct call *call, const char *incident_id, const char *report_id, bool mail,
    const char *hook)
{
	static const char *const names[] = { "number", "incident", "title", "told", "url", "minutes" };
	struct report_words w = report_words(call, incident_id, report_id);
	const char *values[] = { w.number, w.incident, w.title, w.told, w.url,
		setting_text(call, "notify.escalate_minutes") };
	const char *key = arena_printf(call->arena, "report:%s:told", report_id), *subject, *body;
	int told = 0;

	if (mail) {
		subject = words_with(call, LANG_VI, "mail.report.subject", names, values, ARRAY_LEN(names));
		body = words_with(call, LANG_VI, "mail.report.body", names, values, ARRAY_LEN(names));
		told += notify_role(call, "netadmin", incident_id, key, subject, body);
		told += notify_role(call, "substitute", incident_id, key, subject, body);
	}
	webhook(call, hook, "report.new", incident_id, key, &w);
	return told + !str_empty(hook);
}

void
notify_report(struct call *call, const char *incident_id, const char *report_id)
{
	const char *hook = setting_text(call, "webhook.url");
	bool mail = has_mail(call);

	/* That nobody could be told is said where the one who looks will see it. */
	if ((!mail && str_empty(hook)) || tell_report(call, incident_id, report_id, mail, hook) == 0)
		change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id,
		    .kind = "message", .word = "timeline.told_nobody", .occurred_at = SQL_NULL,
		    .told_at = SQL_NULL, .ref_table = "report", .ref_id = report_id });
}

int64_t
notify_escalate_at(struct call *call)
{
	return call->now + strtoll(setting_text(call, "notify.escalate_minutes"), NULL, 10) * 60000;
}

int
notify_escalate(struct call *call, const char *incident_id, const char *report_id)
{
	static const char *const names[] = { "number", "incident", "title", "told", "url" };
	struct report_words w;
	const char *values[ARRAY_LEN(names)], *key;
	int told;

	alarm_set(call, "report", report_id, SQL_NULL);
	/* Taken, merged or dismissed meanwhile: nobody is called. */
	if (tx_int(call->tx, "SELECT COUNT(*) FROM report r JOIN incident i ON i.id = r.incident_id"
	    " WHERE r.id = ? AND r.taken_at IS NULL AND i.state = 'received'", "t", report_id) == 0)
		return 0;
	w = report_words(call, incident_id, report_id);
	values[0] = w.number, values[1] = w.incident, values[2] = w.title, values[3] = w.told, values[4] = w.url;
	/* The incident is in the key: one that was moved and waits again is told of again. */
	key = arena_printf(call->arena, "report:%s:escalated:%s", report_id, incident_id);
	told = notify_role(call, "office_chief", incident_id, key,
	    words_with(call, LANG_VI, "mail.escalate.subject", names, values, ARRAY_LEN(names)),
	    words_with(call, LANG_VI, "mail.escalate.body", names, values, ARRAY_LEN(names)));
	webhook(call, setting_text(call, "webhook.url"), "report.escalated", incident_id, key, &w);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "message",
	    .word = told > 0 ? "timeline.escalated" : "timeline.escalated_nobody",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "report", .ref_id = report_id });
	return call->err->kind;
}
