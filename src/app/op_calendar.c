/* SPDX-License-Identifier: Apache-2.0 */
/* op_calendar.c: everything that is due, as a list and as a file other calendars read; days off. */
#include <stdio.h>

#include "app/app.h"
#include "app/calendar.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/visible.h"
#include "duty/period.h"
#include "os/file.h"

#define DAY_MS  INT64_C(86400000)
#define AHEAD   (400 * DAY_MS) /* so that every yearly duty shows once */
#define ICS_MAX ((size_t)8 << 20)

static struct calendar_ask
ask_of(struct call *c)
{
	int64_t from = arg_time(c, "from", 0);

	return (struct calendar_ask){ .tx = c->tx, .arena = c->arena, .packs = c->app->packs, .call = c,
		.agency_id = c->agency_id, .lang = lang_code(c->lang), .now = c->now, .from_at = from,
		.to_at = arg_time(c, "to", (from > c->now ? from : c->now) + AHEAD),
		.is_daily = arg_bool(c, "daily") };
}

static void
out_time(struct call *c, const char *name, int64_t ms)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(c->out, name, ms == SQL_NULL ? NULL : clock_iso(ms, iso));
}

static void
out_item(struct call *c, const struct calendar_item *item)
{
	jsonw_object(c->out);
	jsonw_kstring(c->out, "kind", item->kind);
	jsonw_kstring(c->out, "id", item->id);
	jsonw_kstring(c->out, "key", item->key);
	jsonw_kstring(c->out, "incident_id", item->incident_id);
	jsonw_kstring(c->out, "incident_number", item->incident_number);
	jsonw_kstring(c->out, "profile", item->profile);
	jsonw_kstring(c->out, "obligation", item->obligation);
	jsonw_kstring(c->out, "title", out_said(c, item->title));
	jsonw_kstring(c->out, "state", item->state);
	jsonw_kstring(c->out, "basis", item->basis);
	jsonw_kstring(c->out, "certainty", item->certainty);
	out_time(c, "from_at", item->from_at);
	out_time(c, "due_at", item->due_at);
	out_time(c, "send_by_at", item->send_by_at);
	jsonw_kbool(c->out, "is_off_day", item->is_off_day);
	jsonw_kbool(c->out, "is_provisional", item->is_provisional);
	jsonw_kbool(c->out, "is_overdue", c->now > item->red_at);
	jsonw_kbool(c->out, "is_foreseen", item->id == NULL);
	jsonw_object_end(c->out);
}

static const struct param list_params[] = {
	{ "from", P_TIME, 0, 0, 0, NULL },
	{ "to", P_TIME, 0, 0, 0, NULL },
	{ "daily", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int
calendar_list(struct call *c)
{
	struct calendar_ask ask = ask_of(c);
	struct calendar calendar;

	calendar_read(&ask, &calendar);
	jsonw_karray(c->out, "items");
	for (size_t i = 0; i < calendar.n; i++)
		out_item(c, &calendar.item[i]);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", calendar.more);
	return c->err->kind;
}

static const struct param export_params[] = {
	{ "ics", P_OUT, PF_REQUIRED, 0, 0, NULL },
	{ "from", P_TIME, 0, 0, 0, NULL },
	{ "to", P_TIME, 0, 0, 0, NULL },
	{ "daily", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int
calendar_export(struct call *c)
{
	static const char *const names[] = { "agency" };
	const char *agency = tx_text(c->tx, c->arena, "SELECT COALESCE(short_name, name) FROM agency"
	    " WHERE id = ?", "t", c->agency_id), *path = arg_text(c, "ics");
	struct calendar_ask ask = ask_of(c);
	struct buf out = BUF_INIT(ICS_MAX), name = BUF_INIT(1000);
	struct calendar calendar;

	calendar_read(&ask, &calendar);
	words_format(&name, c->lang, "calendar.name", names, (const char *const[]){ agency }, 1);
	calendar_ics(&ask, &calendar, buf_str(&name), setting_text(c, "public.url"), &out);
	if (out.full)
		call_fail(c, ERR_TOO_LARGE, "err.answer_too_large", NULL);
	else if (file_replace(path, out.data, out.len, 0644, c->err) == 0) {
		jsonw_kint(c->out, "events", (int64_t)calendar.n);
		jsonw_kstring(c->out, "name", "khien.ics");
		jsonw_kstring(c->out, "media_type", "text/calendar; charset=utf-8");
		jsonw_kstring(c->out, "file", path);
	}
	buf_clear(&out);
	buf_clear(&name);
	return c->err->kind;
}

/* ---- days off ------------------------------------------------------------------------------ */

static const struct param holiday_params[] = {
	{ "year", P_INT, 0, 2000, 2200, NULL },
	{ 0 },
};

static int
holiday_list(struct call *c)
{
	int year = (int)arg_int(c, "year", clock_year(c->now));
	const struct pack_holidays *h;
	char date[16];

	jsonw_karray(c->out, "items");
	for (size_t i = 0; (h = pack_holidays_next(c->app->packs, &i)) != NULL;) {
		for (size_t k = 0; k < h->days; k++) {
			struct local_date d = local_date_of(h->day[k].date_ms);

			if (d.year != year)
				continue;
			snprintf(date, sizeof(date), "%04d-%02d-%02d", d.year % 10000, d.month, d.day);
			jsonw_object(c->out);
			jsonw_kstring(c->out, "date", date);
			jsonw_kstring(c->out, "kind", h->day[k].kind);
			jsonw_kstring(c->out, "title", pack_say(&h->day[k].title, lang_code(c->lang)));
			jsonw_kstring(c->out, "certainty", h->day[k].certainty);
			jsonw_kstring(c->out, "source", h->pack.source);
			jsonw_object_end(c->out);
		}
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static const char *const columns[] = { "due_at", "kind", "incident_number", "obligation", "title",
	"certainty", NULL };
static const char *const holiday_columns[] = { "date", "kind", "title", "certainty", NULL };

const struct op ops_calendar[] = {
	{ "calendar", "GET", "/calendar/ics", RIGHT_READ, 0, export_params, calendar_export, NULL,
	    "khien calendar --ics lich.ics" },
	{ "calendar list", "GET", "/calendar", RIGHT_READ, 0, list_params, calendar_list, columns,
	    "khien calendar list --from 2026-12-01 --to 2026-12-31" },
	{ "holiday list", "GET", "/holidays", RIGHT_READ, 0, holiday_params, holiday_list,
	    holiday_columns, "khien holiday list --year 2027" },
	{ 0 },
};
