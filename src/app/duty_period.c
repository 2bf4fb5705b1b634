/* SPDX-License-Identifier: Apache-2.0 */
/* duty_period.c: the duties that come back every day, week, half year, year. */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "duty/period.h"
#include "duty/reminder.h"

#define MISSED_MAX 10 /* periods that went by unseen are opened, as late as they are */

/* Whoever joins the network sends the same to somebody else. */
static void
follow_membership(struct call *call, const struct duty_agency *agency,
    const struct pack_regulation *r, const struct pack_obligation *o)
{
	const char *recipients = duty_recipients(call->arena, agency, o);
	struct query q;

	query_open(&q, call->tx, "SELECT id FROM duty WHERE agency_id = ? AND profile = ? AND"
	    " obligation = ? AND incident_id IS NULL AND kind = 'calendar' AND recipients <> ? AND "
	    DUTY_UNFINISHED("state") " LIMIT 50", "tttt", call->agency_id, r->pack.id, o->id, recipients);
	while (query_step(&q))
		change_update(call, "duty", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("recipients", recipients)));
	query_close(&q);
}

static bool
has_key(struct call *call, const struct pack_regulation *r, const struct pack_obligation *o,
    const char *period)
{
	return tx_int(call->tx, "SELECT 1 FROM duty WHERE agency_id = ? AND key = ? AND " DUTY_BY_OTHERS, "tt",
	    call->agency_id, arena_printf(call->arena, "%s/%s/%s", period, r->pack.id, o->id)) == 1;
}

static void
open_period(struct call *call, const struct duty_agency *agency, const struct pack_regulation *r,
    const struct pack_obligation *o, const struct period *p)
{
	int64_t from = p->from_at < r->pack.from_ms ? r->pack.from_ms : p->from_at;

	if (has_key(call, r, o, p->name))
		return;
	duty_insert(call, &(struct duty_new){ .regulation = r, .obligation = o, .agency = agency,
	    .base = arena_strdup(call->arena, p->name), .instance = 1, .kind = DUTY_CALENDAR,
	    .from_at = from, .due_at = p->due_at, .sent_at = SQL_NULL, .acknowledged_at = SQL_NULL,
	    .period = arena_strdup(call->arena, p->name), .period_from_at = p->from_at,
	    .period_to_at = p->due_at });
}

/* Yesterday's backup cannot be made up for today: the day that went by stays as it is told. */
static void
supersede_before(struct call *call, const struct pack_regulation *r,
    const struct pack_obligation *o, int64_t due_at)
{
	struct query q;

	query_open(&q, call->tx, "SELECT id FROM duty WHERE agency_id = ? AND profile = ? AND"
	    " obligation = ? AND incident_id IS NULL AND period_to_at < ? AND "
	    DUTY_UNFINISHED("state") " LIMIT 50", "ttti", call->agency_id, r->pack.id, o->id, due_at);
	while (query_step(&q))
		change_update(call, "duty", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("state", "superseded"), CT("reason", word(LANG_VI, "duty.reason.next_period"))));
	query_close(&q);
}

static void
open_next(struct call *call, const struct duty_agency *agency, const struct pack_regulation *r,
    const struct pack_obligation *o)
{
	enum period_every every = period_every_of(o->calendar.every);
	struct period now, p;
	int64_t last;

	if (every == EVERIES)
		return;
	period_at(every, o->calendar.before, call->now, &now);
	if (has_key(call, r, o, now.name))
		return;
	if (every == EVERY_DAY || every == EVERY_WEEK) {
		supersede_before(call, r, o, now.due_at);
		open_period(call, agency, r, o, &now);
		return;
	}
	last = tx_int(call->tx, "SELECT MAX(period_to_at) FROM duty WHERE agency_id = ? AND profile = ?"
	    " AND obligation = ? AND incident_id IS NULL", "ttt", call->agency_id, r->pack.id, o->id);
	if (last == SQL_NULL) {
		open_period(call, agency, r, o, &now);
		return;
	}
	period_at(every, o->calendar.before, last + 1, &p);
	for (int i = 0; i < MISSED_MAX && p.due_at <= now.due_at; i++) {
		open_period(call, agency, r, o, &p);
		period_after(every, o->calendar.before, &p);
	}
}

void
duty_open_periods(struct call *call, const struct duty_agency *agency)
{
	const struct pack_regulation *r;
	const struct pack_obligation *o;
	size_t i = 0;

	while ((o = pack_obligation_next(call->app->packs, "calendar", call->now, &i, &r)) != NULL &&
	    call->err->kind == ERR_NONE)
		if (duty_concerns(agency, o) && !duty_is_off(agency, r->pack.id)) {
			open_next(call, agency, r, o);
			if (o->recipients_others_count > 0)
				follow_membership(call, agency, r, o);
		}
}
