/* SPDX-License-Identifier: Apache-2.0 */
/* duty.c: carries out what the plan says: opens, firms, moves, drops. */
#include "app/duty.h"

#include "app/app.h"
#include "app/change.h"

#define ACTIONS_MAX 64

/* ---- one duty -------------------------------------------------------------------------- */

static const char *
key_of(struct call *call, const struct duty_new *d)
{
	const char *key = arena_printf(call->arena, "%s/%s/%s", d->base, d->regulation->pack.id,
	    d->obligation->id);

	return d->instance > 1 ? arena_printf(call->arena, "%s/%d", key, d->instance) : key;
}

static const char *
state_of(const struct duty_new *d)
{
	return d->acknowledged_at != SQL_NULL && d->sent_at != SQL_NULL ? "acknowledged" :
	    d->sent_at != SQL_NULL ? "sent" : "pending";
}

const char *
duty_insert(struct call *call, const struct duty_new *d)
{
	const struct pack_obligation *o = d->obligation;
	const char *key = key_of(call, d), *id = NULL;
	bool done = d->sent_at != SQL_NULL;

	/* A request that found its incident later takes its duty along.  Those an incident owes for
	 * its own sake were seen by who says that this one is missing. */
	if (!str_eq(d->base, d->incident_id))
		id = tx_text(call->tx, call->arena, "SELECT id FROM duty WHERE agency_id = ? AND key = ?"
		    " AND " DUTY_BY_OTHERS, "tt", call->agency_id, key);
	if (id != NULL) {
		change_update(call, "duty", id, -1, COLS(CT("incident_id", d->incident_id)));
		return id;
	}
	id = change_insert(call, "duty", NULL, COLS(CT("incident_id", d->incident_id),
	    CT("profile", d->regulation->pack.id),
	    CT("profile_version", arena_printf(call->arena, "%d", d->regulation->pack.version)),
	    CT("obligation", o->id), CT("title", pack_say(&o->what, "vi")), CT("basis", o->basis),
	    CT("certainty", o->certainty), CI("is_provisional", d->is_provisional),
	    CT("state", state_of(d)), CI("clock_from_at", d->from_at), CI("due_at", d->due_at),
	    CI("done_at", done ? call->now : SQL_NULL), CT("kind", duty_kind_name(d->kind)),
	    CT("recipients", duty_recipients(call->arena, d->agency, o)),
	    CT("form", *o->form == '\0' ? NULL : o->form), CT("period", d->period),
	    CI("period_from_at", d->period_from_at), CI("period_to_at", d->period_to_at),
	    CT("key", key), CI("sent_at", d->sent_at),
	    CI("acknowledged_at", done ? d->acknowledged_at : SQL_NULL), CI("opened_at", call->now),
	    CI("remind_at", done ? SQL_NULL : duty_remind_at(call, d->kind, d->from_at, d->due_at, 0))));
	return id;
}

/* ---- what the plan says -------------------------------------------------------------------- */

/* What one evaluation did, for the timeline. */
struct told {
	struct call *call;
	const char *incident_id;
	int64_t opened, provisional, firmed, dropped, moved, nearest;
	const char *titles, *dropped_titles, *reason;
};

static const char *
listed(struct told *t, const char *list, const struct duty_rule *r)
{
	const struct duty_source *s = r->source;

	return arena_printf(t->call->arena, "%s%s%s %s", list == NULL ? "" : list,
	    list == NULL ? "" : "; ", s->obligation->id, pack_say(&s->obligation->what, "vi"));
}

static void
note_opened(struct told *t, const struct duty_action *a)
{
	if (a->at != DUTY_NEVER)
		return; /* done as it opened: nobody has anything to do */
	t->opened++;
	t->provisional += a->is_provisional;
	t->titles = listed(t, t->titles, a->rule);
	if (a->due_at != DUTY_NEVER && a->due_at < t->nearest)
		t->nearest = a->due_at;
}

static void
open_one(struct told *t, const struct duty_agency *agency, const struct duty_action *a)
{
	const struct duty_source *s = a->rule->source;

	duty_insert(t->call, &(struct duty_new){ .regulation = s->regulation,
	    .obligation = s->obligation, .agency = agency, .incident_id = t->incident_id,
	    .base = *a->request != '\0' ? a->request : t->incident_id, .instance = a->instance,
	    .kind = a->rule->kind, .is_provisional = a->is_provisional, .from_at = a->from_at,
	    .due_at = a->due_at, .sent_at = a->at, .acknowledged_at = a->acknowledged_at,
	    .period_from_at = SQL_NULL, .period_to_at = SQL_NULL });
	note_opened(t, a);
}

static void
reopen(struct told *t, const struct duty_action *a)
{
	struct call *call = t->call;
	bool done = a->at != DUTY_NEVER;
	enum duty_state state = done && a->acknowledged_at != DUTY_NEVER ? DUTY_ACKNOWLEDGED :
	    done ? DUTY_SENT : DUTY_PENDING;

	change_update(call, "duty", a->row->id, -1, COLS(CT("state", duty_state_name(state)),
	    CT("reason", NULL), CI("is_provisional", a->is_provisional),
	    CI("clock_from_at", a->from_at), CI("due_at", a->due_at), CI("sent_at", a->at),
	    CI("done_at", done ? call->now : SQL_NULL),
	    CI("acknowledged_at", done ? a->acknowledged_at : SQL_NULL), CI("reminded", SQL_NULL)));
	if (!done)
		duty_remind_set(call, a->row->id, a->rule->kind, a->from_at, a->due_at);
	note_opened(t, a);
}

static void
fall_away(struct told *t, const struct duty_action *a)
{
	const char *reason = word(LANG_VI, a->reason);

	change_update(t->call, "duty", a->row->id, -1, COLS(
	    CT("state", a->kind == ACTION_DROP ? "cancelled" : "superseded"), CT("reason", reason)));
	t->dropped++;
	t->dropped_titles = listed(t, t->dropped_titles, a->rule);
	t->reason = reason;
}

static void
send(struct call *call, const struct duty_action *a)
{
	bool acknowledged = a->acknowledged_at != DUTY_NEVER;

	if (a->kind == ACTION_ACKNOWLEDGE)
		change_update(call, "duty", a->row->id, -1, COLS(CT("state", "acknowledged"),
		    CI("acknowledged_at", a->acknowledged_at)));
	else
		change_update(call, "duty", a->row->id, -1, COLS(
		    CT("state", acknowledged ? "acknowledged" : "sent"), CI("sent_at", a->at),
		    CI("done_at", call->now), CI("acknowledged_at", a->acknowledged_at)));
}

static void
carry_out(struct told *t, const struct duty_agency *agency, const struct duty_action *a)
{
	struct call *call = t->call;

	switch (a->kind) {
	case ACTION_OPEN:
		open_one(t, agency, a);
		break;
	case ACTION_REOPEN:
		reopen(t, a);
		break;
	case ACTION_FIRM:
		change_update(call, "duty", a->row->id, -1, COLS(CI("is_provisional", 0)));
		t->firmed += duty_is_unfinished(a->row->state);
		break;
	case ACTION_MOVE:
		change_update(call, "duty", a->row->id, -1, COLS(CI("clock_from_at", a->from_at),
		    CI("due_at", a->due_at), CI("reminded", SQL_NULL)));
		duty_remind_set(call, a->row->id, a->rule->kind, a->from_at, a->due_at);
		t->moved++;
		break;
	case ACTION_DROP:
	case ACTION_SUPERSEDE:
		fall_away(t, a);
		break;
	case ACTION_SEND:
	case ACTION_ACKNOWLEDGE:
		send(call, a);
		break;
	}
}

/* ---- what is told of it ------------------------------------------------------------------------ */

static void
tell(struct call *call, const char *incident_id, const char *word_key, int64_t count, int64_t due,
    const char *text)
{
	char when[CLOCK_TEXT_SIZE] = "";

	if (due != INT64_MAX)
		clock_vi(due, when);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "duty",
	    .word = word_key, .text = text, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("count", arena_printf(call->arena, "%lld", (long long)count),
		"due", when) });
}

static const char *
opened_word(const struct told *t)
{
	bool provisional = t->provisional == t->opened;

	if (t->nearest == INT64_MAX)
		return provisional ? "timeline.duty_open" : "timeline.duty_new";
	return provisional ? "timeline.duty_open_due" : "timeline.duty_new_due";
}

static void
tell_all(const struct told *t)
{
	if (t->incident_id == NULL)
		return;
	if (t->opened > 0)
		tell(t->call, t->incident_id, opened_word(t), t->opened, t->nearest, t->titles);
	if (t->firmed > 0)
		tell(t->call, t->incident_id, "timeline.duty_confirm", t->firmed, INT64_MAX, NULL);
	if (t->moved > 0)
		tell(t->call, t->incident_id, "timeline.duty_move", t->moved, INT64_MAX, NULL);
	if (t->dropped > 0)
		tell(t->call, t->incident_id, "timeline.duty_drop", t->dropped, INT64_MAX,
		    arena_printf(t->call->arena, "%s (%s)", t->reason, t->dropped_titles));
}

void
duty_evaluate(struct call *call, const char *incident_id)
{
	struct duty_action *actions = arena_alloc(call->arena, ACTIONS_MAX * sizeof(*actions));
	struct told told = { .call = call, .incident_id = incident_id, .nearest = INT64_MAX };
	struct duty_agency agency;
	size_t n;

	if (call->err->kind != ERR_NONE)
		return;
	if (call->change->opened_id != NULL && str_eq(call->change->opened_id, incident_id))
		call->change->opened_id = NULL;
	duty_agency_read(call->tx, call->arena, call->agency_id, &agency);
	n = duty_differs(call->tx, call->arena, call->app->packs, call->agency_id, &agency,
	    call->now, incident_id, actions, ACTIONS_MAX);
	for (size_t i = 0; i < n && call->err->kind == ERR_NONE; i++)
		carry_out(&told, &agency, &actions[i]);
	tell_all(&told);
	if (incident_id == NULL)
		duty_open_periods(call, &agency);
}

/* ---- a change of the agency's own point of contact ---------------------------------------------- */

void
duty_contact_changed(struct call *call)
{
	const struct pack_regulation *r;
	const struct pack_obligation *o;
	struct duty_agency agency;
	size_t at = 0;

	duty_agency_read(call->tx, call->arena, call->agency_id, &agency);
	while ((o = pack_obligation_next(call->app->packs, "contact_changed", call->now, &at, &r)) != NULL) {
		struct duty_rule rule = { .kind = duty_kind_of(o->due.kind), .count = o->due.count };

		/* One that is still to be told of takes this change with it. */
		if (!duty_concerns(&agency, o) || duty_is_off(&agency, r->pack.id) ||
		    tx_int(call->tx, "SELECT COUNT(*) FROM duty WHERE agency_id = ? AND profile = ? AND"
		    " obligation = ? AND incident_id IS NULL AND " DUTY_UNFINISHED("state"), "ttt",
		    call->agency_id, r->pack.id, o->id) > 0)
			continue;
		if (rule.kind == DUTY_WITHIN && !deadline_unit_of(o->due.unit, &rule.unit))
			continue;
		duty_insert(call, &(struct duty_new){ .regulation = r, .obligation = o,
		    .agency = &agency, .base = arena_printf(call->arena, "%lld", (long long)call->now),
		    .instance = 1, .kind = rule.kind, .from_at = call->now,
		    .due_at = duty_due(&rule, call->now, duty_day_kind, call->app->packs),
		    .sent_at = SQL_NULL, .acknowledged_at = SQL_NULL, .period_from_at = SQL_NULL,
		    .period_to_at = SQL_NULL });
	}
}
