/* SPDX-License-Identifier: Apache-2.0 */
/* duty_remind.c: reminders of a clock before and when it runs out, and the morning's mail. */
#include <stdio.h>

#include "app/alarm.h"
#include "app/app.h"
#include "app/calendar.h"
#include "app/change.h"
#include "app/led.h"
#include "app/notify.h"
#include "app/setting.h"
#include "duty/period.h"
#include "duty/reminder.h"
#include "ledger/row.h"

#define DAY_MS     INT64_C(86400000)
#define ROUTINE_MS (14 * DAY_MS) /* what comes back more often has no reminders of its own */
#define BODY_MAX   20000
#define LINES_MAX  12
#define SOON_MS    (7 * DAY_MS)

/* ---- setting them -------------------------------------------------------------------------- */

int64_t
duty_remind_at(const struct call *call, enum duty_kind kind, int64_t from_at, int64_t due_at,
    int64_t last)
{
	struct reminder next, gone;

	if (kind == DUTY_CALENDAR) {
		if (from_at == SQL_NULL || due_at - from_at < ROUTINE_MS)
			return SQL_NULL;
		/* A duty of the year that opens in its last month does not remind of the spring. */
		if (last == 0 && reminder_reached(kind, from_at, due_at, call->now, &gone) && !gone.is_red)
			last = gone.step;
	}
	return reminder_next(kind, from_at, due_at, (int)last, &next) ? next.at : SQL_NULL;
}

void
duty_remind_set(struct call *call, const char *duty_id, enum duty_kind kind, int64_t from_at,
    int64_t due_at)
{
	alarm_set(call, "duty", duty_id, duty_remind_at(call, kind, from_at, due_at, 0));
}

/* ---- one reminder ----------------------------------------------------------------------------- */

struct reminded {
	const char *id, *incident_id, *title, *basis, *number, *incident, *lead_id;
	enum duty_state state;
	enum duty_kind kind;
	int64_t from_at, due_at, last;
	struct reminder now;
};

static bool
load(struct call *call, const char *duty_id, struct reminded *r)
{
	struct query q;
	bool found;

	*r = (struct reminded){ 0 };
	query_open(&q, call->tx, "SELECT d.id, d.incident_id, d.title, d.basis, i.number, CASE WHEN"
	    " i.is_restricted = 1 THEN '' ELSE i.title END, i.lead_id, d.state, d.kind, d.clock_from_at,"
	    " d.due_at, COALESCE(d.reminded, 0), d.obligation FROM duty d LEFT JOIN incident i ON i.id ="
	    " d.incident_id WHERE d.id = ? AND d.agency_id = ?", "tt", duty_id, call->agency_id);
	found = query_step(&q);
	if (found) {
		r->id = arena_strdup(call->arena, query_text(&q, 0));
		r->incident_id = arena_strdup(call->arena, query_text(&q, 1));
		r->title = arena_printf(call->arena, "%s %s", query_text(&q, 12), query_text(&q, 2));
		r->basis = arena_strdup(call->arena, query_text(&q, 3));
		r->number = arena_strdup(call->arena, query_text(&q, 4));
		r->incident = arena_strdup(call->arena, query_text(&q, 5));
		r->lead_id = arena_strdup(call->arena, query_text(&q, 6));
		r->state = duty_state_of(query_text(&q, 7));
		r->kind = duty_kind_of(query_text(&q, 8));
		r->from_at = query_opt(&q, 9);
		r->due_at = query_opt(&q, 10);
		r->last = query_int(&q, 11);
	}
	query_close(&q);
	return found;
}

static void
mail(struct call *call, const struct reminded *r)
{
	static const char *const names[] = { "title", "basis", "due", "incident", "step", "url" };
	const char *suffix = r->kind == DUTY_AT_ONCE ? (r->now.is_red ? "late" : "at_once") :
	    r->now.is_red ? "over" : "percent";
	const char *base = setting_text(call, "public.url"), *key, *subject, *body, *values[6];
	char when[CLOCK_TEXT_SIZE];

	values[0] = r->title;
	values[1] = r->basis == NULL ? "" : r->basis;
	values[2] = clock_vi(r->due_at, when);
	values[3] = r->number == NULL ? word(LANG_VI, "calendar.no_incident") :
	    arena_printf(call->arena, "%s %s", r->number, r->incident);
	values[4] = arena_printf(call->arena, "%d", r->now.step);
	values[5] = r->number == NULL ? arena_printf(call->arena, "%s/thoi-han", base) :
	    arena_printf(call->arena, "%s/su-co/%s", base, r->number);
	subject = words_with(call, LANG_VI, arena_printf(call->arena, "mail.duty.subject.%s", suffix),
	    names, values, ARRAY_LEN(names));
	body = words_with(call, LANG_VI, "mail.duty.body", names, values, ARRAY_LEN(names));
	/* The due time is in the key: a clock that was moved reminds again. */
	key = arena_printf(call->arena, "duty:%s:%d:%lld", r->id, r->now.step, (long long)r->due_at);
	notify_role(call, "netadmin", r->incident_id, key, subject, body);
	if (r->lead_id != NULL)
		notify_account(call, r->lead_id, r->incident_id, key, subject, body);
	if (r->now.is_red)
		notify_role(call, "substitute", r->incident_id, key, subject, body);
}

int
duty_remind(struct call *call, const char *duty_id)
{
	struct reminded r;
	bool reached;

	if (!load(call, duty_id, &r))
		return call->err->kind;
	if (!duty_is_unfinished(r.state) || r.due_at == SQL_NULL) {
		alarm_set(call, "duty", r.id, SQL_NULL);
		return call->err->kind;
	}
	reached = reminder_reached(r.kind, r.from_at, r.due_at, call->now, &r.now);
	if (reached && r.now.step > r.last) {
		change_update(call, "duty", r.id, -1, COLS(CI("reminded", r.now.step)));
		mail(call, &r);
		if (r.now.is_red && r.incident_id != NULL)
			change_timeline(call, &(struct timeline_entry){ .incident_id = r.incident_id,
			    .kind = "duty", .word = "timeline.duty_red", .occurred_at = SQL_NULL,
			    .told_at = SQL_NULL, .ref_table = "duty", .ref_id = r.id,
			    .args = TIMELINE_ARGS("title", r.title) });
		r.last = r.now.step;
	}
	alarm_set(call, "duty", r.id, duty_remind_at(call, r.kind, r.from_at, r.due_at, r.last));
	return call->err->kind;
}

/* ---- the morning -------------------------------------------------------------------------------- */

/* Kept outside the ledger: the last local day it went, as 20261123. */
#define MORNING "morning"

static int64_t
day_number(int64_t ms)
{
	struct local_date d = local_date_of(ms);

	return d.year * 10000 + d.month * 100 + d.day;
}

/* Milliseconds into the local day; -1: switched off. */
static int64_t
morning_time(const char *setting)
{
	int hour, minute;

	if (str_empty(setting) || sscanf(setting, "%2d:%2d", &hour, &minute) != 2)
		return -1;
	return (hour * 60 + minute) * INT64_C(60000);
}

bool
duty_morning_is_due(struct tx *tx, struct arena *arena, const struct packs *packs,
    const char *agency_id, int64_t now)
{
	struct local_date d = local_date_of(now);
	int64_t start = local_date_ms(d.year, d.month, d.day);
	int64_t time = morning_time(setting_read(tx, arena, agency_id, "mail.morning"));

	if (time < 0 || now < start + time || !deadline_is_working_day(now, duty_day_kind, packs))
		return false;
	return tx_int(tx, "SELECT COUNT(*) FROM counter WHERE agency_id = ? AND name = ? AND year = 0"
	    " AND value >= ?", "tti", agency_id, MORNING, day_number(now)) == 0;
}

/* "14:30 22/11/2026 SC-2026-0001 D03 Thông báo sự cố", and how it stands. */
static void
add_line(struct call *call, enum lang lang, const struct calendar_item *item, struct buf *out)
{
	static const char *const names[] = { "due", "title", "incident", "send_by", "days" };
	int64_t late = duty_late_days(item->clock, item->due_at, SQL_NULL, call->now);
	char when[CLOCK_TEXT_SIZE], send[CLOCK_TEXT_SIZE];
	const char *title = item->is_restricted ? "" : item->title;
	const char *values[] = { clock_vi(item->due_at, when),
		item->obligation == NULL ? title : arena_printf(call->arena, "%s %s", item->obligation,
		    item->title),
		item->incident_number == NULL ? "" : arena_printf(call->arena, "%s: ",
		    item->incident_number), clock_vi(item->send_by_at, send),
		arena_printf(call->arena, "%lld", (long long)late) };
	const char *key = call->now > item->red_at ? "mail.morning.line_late" : item->is_off_day &&
	    item->send_by_at < item->due_at ? "mail.morning.line_off" : "mail.morning.line";

	if (call->now > item->red_at && strcmp(item->kind, "duty") != 0)
		key = "mail.morning.line_over";
	words_format(out, lang, key, names, values, ARRAY_LEN(names));
}

static const char *
body_of(struct call *call, enum lang lang, const struct calendar *calendar, size_t *ret_count)
{
	static const char *const names[] = { "count", "url" };
	struct buf text = BUF_INIT(BODY_MAX);
	const char *values[] = { "", arena_printf(call->arena, "%s/thoi-han",
	    setting_text(call, "public.url")) };
	const char *ret;
	size_t n = 0;

	for (size_t i = 0; i < calendar->n; i++)
		if (strcmp(calendar->item[i].kind, "task") != 0 && n++ < LINES_MAX)
			add_line(call, lang, &calendar->item[i], &text);
	if (n > LINES_MAX) {
		values[0] = arena_printf(call->arena, "%zu", n - LINES_MAX);
		words_format(&text, lang, "mail.morning.more", names, values, ARRAY_LEN(names));
	}
	words_format(&text, lang, n == 0 ? "mail.morning.nothing" : "mail.morning.end", names, values,
	    ARRAY_LEN(names));
	ret = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	*ret_count = n;
	return ret;
}

static void
send_to(struct call *call, const char *account_id, enum lang lang, const struct calendar *calendar)
{
	static const char *const names[] = { "date", "count" };
	struct local_date d = local_date_of(call->now);
	size_t count;
	const char *body = body_of(call, lang, calendar, &count);
	const char *values[] = { arena_printf(call->arena, "%02d/%02d/%04d", d.day, d.month, d.year),
		arena_printf(call->arena, "%zu", count) };

	notify_account(call, account_id, NULL, arena_printf(call->arena, "morning:%lld",
	    (long long)day_number(call->now)), words_with(call, lang, count == 0 ?
	    "mail.morning.subject_nothing" : "mail.morning.subject", names, values, ARRAY_LEN(names)), body);
}

int
duty_morning(struct call *call)
{
	struct calendar_ask ask = { .tx = call->tx, .arena = call->arena, .packs = call->app->packs,
		.agency_id = call->agency_id, .lang = "vi", .now = call->now, .from_at = 0,
		.to_at = call->now + SOON_MS };
	struct calendar calendar;
	struct query q;

	if (!duty_morning_is_due(call->tx, call->arena, call->app->packs, call->agency_id, call->now))
		return call->err->kind;
	calendar_read(&ask, &calendar);
	query_open(&q, call->tx, "SELECT id, lang FROM account WHERE agency_id = ? AND is_disabled = 0 AND"
	    " email IS NOT NULL AND (' ' || roles || ' ' LIKE '% netadmin %' OR ' ' || roles || ' ' LIKE"
	    " '% substitute %') ORDER BY id", "t", call->agency_id);
	while (query_step(&q))
		send_to(call, arena_strdup(call->arena, query_text(&q, 0)), lang_of(query_text(&q, 1)),
		    &calendar);
	query_close(&q);
	tx_exec(call->tx, "INSERT INTO counter (agency_id, name, year, value) VALUES (?1, ?2, 0, ?3)"
	    " ON CONFLICT (agency_id, name, year) DO UPDATE SET value = ?3", "tti", call->agency_id,
	    MORNING, day_number(call->now));
	return call->err->kind;
}
