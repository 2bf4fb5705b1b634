/* SPDX-License-Identifier: Apache-2.0 */
#include "app/duty.h"

#include "app/app.h"
#include "app/change.h"

#define UNFINISHED "state IN ('pending', 'drafting', 'waiting_signature', 'numbered')"

enum day_kind
duty_day_kind(const void *arg, int64_t at_ms)
{
	const char *said = pack_holiday(arg, at_ms);

	return str_eq(said, "off") ? DAY_OFF : str_eq(said, "working") ? DAY_WORKING : DAY_AS_USUAL;
}

/* When the duty is due, counted from ${from}; SQL_NULL when the law names no time. */
static int64_t
due_at(struct call *call, const struct pack_due *due, int64_t from)
{
	enum deadline_unit unit;

	if (str_eq(due->kind, "at_once"))
		return from;
	if (!str_eq(due->kind, "within") || !deadline_unit_of(due->unit, &unit))
		return SQL_NULL;
	return deadline_after(from, due->count, unit, duty_day_kind, call->app->packs).due_at;
}

static bool
concerns(const struct pack_obligation *o, bool is_member)
{
	return o->provisional && !str_eq(o->trigger, "notice_received") &&
	    (is_member || !o->members_only);
}

/* Returns when it is due. */
static int64_t
open_duty(struct call *call, const char *incident_id, const struct pack_regulation *r,
    const struct pack_obligation *o, int64_t from)
{
	int64_t due = due_at(call, &o->due, from);

	change_insert(call, "duty", NULL, COLS(CT("incident_id", incident_id),
	    CT("profile", r->pack.id),
	    CT("profile_version", arena_printf(call->arena, "%d", r->pack.version)),
	    CT("obligation", o->id), CT("title", pack_say(&o->what, "vi")), CT("basis", o->basis),
	    CT("certainty", o->certainty), CI("is_provisional", 1), CT("state", "pending"),
	    CI("clock_from_at", from), CI("due_at", due)));
	return due;
}

static bool
is_open_already(struct call *call, const char *incident_id, const struct pack_regulation *r,
    const struct pack_obligation *o)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM duty WHERE incident_id = ? AND profile = ?"
	    " AND obligation = ? AND state NOT IN ('cancelled', 'superseded')", "ttt", incident_id,
	    r->pack.id, o->id) > 0;
}

static void
tell(struct call *call, const char *incident_id, const char *word, int64_t count, int64_t due,
    const char *text)
{
	char when[CLOCK_TEXT_SIZE] = "";

	if (due != INT64_MAX)
		clock_vi(due, when);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "duty",
	    .word = word, .text = text, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("count", arena_printf(call->arena, "%lld", (long long)count),
		"due", when) });
}

void
duty_open_provisional(struct call *call, const char *incident_id, int64_t detected_at,
    int64_t received_at)
{
	bool is_member = tx_int(call->tx, "SELECT is_network_member FROM agency WHERE id = ?", "t",
	    call->agency_id) == 1;
	int64_t count = 0, nearest = INT64_MAX, due;
	const struct pack_regulation *r;

	for (size_t i = 0; (r = pack_regulation_next(call->app->packs, detected_at, &i)) != NULL;) {
		for (size_t k = 0; k < r->obligations; k++) {
			const struct pack_obligation *o = &r->obligation[k];

			if (!concerns(o, is_member) || is_open_already(call, incident_id, r, o))
				continue;
			due = open_duty(call, incident_id, r, o,
			    str_eq(o->due.clock, "received") ? received_at : detected_at);
			count++;
			if (due != SQL_NULL && due < nearest)
				nearest = due;
		}
	}
	if (count > 0)
		tell(call, incident_id, nearest == INT64_MAX ? "timeline.duty_open" :
		    "timeline.duty_open_due", count, nearest, NULL);
}

/* The ids of the incident's duties that match ${where}, ended by NULL. */
static const char **
duties_where(struct call *call, const char *incident_id, const char *where, size_t *ret_count)
{
	const char *sql = arena_printf(call->arena,
	    "SELECT id FROM duty WHERE incident_id = ? AND %s ORDER BY id LIMIT 200", where);
	const char **ids = arena_alloc(call->arena, 201 * sizeof(*ids));
	struct query q;

	*ret_count = 0;
	query_open(&q, call->tx, sql, "t", incident_id);
	while (query_step(&q) && *ret_count < 200)
		ids[(*ret_count)++] = arena_strdup(call->arena, query_text(&q, 0));
	query_close(&q);
	return ids;
}

void
duty_confirm(struct call *call, const char *incident_id)
{
	size_t n;
	const char **ids = duties_where(call, incident_id, "is_provisional = 1 AND " UNFINISHED, &n);

	for (size_t i = 0; i < n; i++)
		change_update(call, "duty", ids[i], -1, COLS(CI("is_provisional", 0)));
	if (n > 0)
		tell(call, incident_id, "timeline.duty_confirm", (int64_t)n, INT64_MAX, NULL);
}

void
duty_drop(struct call *call, const char *incident_id, const char *reason)
{
	size_t n;
	const char **ids = duties_where(call, incident_id, UNFINISHED, &n);

	for (size_t i = 0; i < n; i++)
		change_update(call, "duty", ids[i], -1, COLS(CT("state", "cancelled"),
		    CT("reason", reason)));
	if (n > 0)
		tell(call, incident_id, "timeline.duty_drop", (int64_t)n, INT64_MAX, reason);
}
