/* SPDX-License-Identifier: Apache-2.0 */
#include "app/calendar.h"

#include "app/app.h"
#include "app/visible.h"
#include "base/map.h"
#include "duty/period.h"
#include "duty/reminder.h"
#include "text/ics.h"

#define DAY_MS  INT64_C(86400000)

static struct calendar_item *
add(struct calendar *c)
{
	if (c->n == CALENDAR_MAX) {
		c->more = true;
		return NULL;
	}
	return &c->item[c->n++];
}

/* ---- what has a row --------------------------------------------------------------------- */

/* A reader's eyes, or an actor that sees all. */
static struct call
eyes(const struct calendar_ask *ask)
{
	struct call all = { .agency_id = ask->agency_id, .actor = actor_job("calendar") };

	return ask->call != NULL ? *ask->call : all;
}

#define COLUMNS(kind, alias, title, due, state, provisional) \
	"SELECT '" kind "', " alias ".id, " alias ".version, i.id, i.number, " title ", " due ", " state ", " \
	provisional ", COALESCE(i.is_restricted, 0)"
#define WINDOW(due) " AND " due " >= ? AND " due " < ?"

#define DUTY_SQL \
	COLUMNS("duty", "d", "d.title", "d.due_at", "d.state", "d.is_provisional") \
	", d.key, d.clock_from_at, d.kind, d.basis, d.certainty, d.profile, d.obligation, d.period" \
	" FROM duty d LEFT JOIN incident i ON i.id = d.incident_id WHERE d.agency_id = ? AND " \
	DUTY_UNFINISHED("d.state") WINDOW("d.due_at") " AND (d.incident_id IS NULL OR " VISIBLE ")" \
	" ORDER BY d.due_at LIMIT 2001"

#define OTHER(kind, table, title, due, state, where) \
	COLUMNS(kind, "x", title, due, state, "0") " FROM " table " x JOIN incident i ON i.id = x.incident_id" \
	" WHERE x.agency_id = ?" where WINDOW(due) " AND " VISIBLE " ORDER BY " due " LIMIT 500"

static const char *const others_sql[] = {
	OTHER("task", "task", "x.title", "x.due_at", "x.state", " AND x.state = 'open'"),
	OTHER("direction", "direction", "x.question", "x.due_at", "x.state", " AND x.state = 'asked'"),
	OTHER("corrective", "corrective_action", "x.title", "x.due_at", "x.state", " AND x.state = 'open'"),
};

static const char watch_sql[] = COLUMNS("watch", "i", "i.title", "i.watch_until_at", "i.state", "0")
	" FROM incident i WHERE i.agency_id = ? AND i.state = 'response_ended'"
	WINDOW("i.watch_until_at") " AND " VISIBLE " ORDER BY i.watch_until_at LIMIT 500";

/* Does it come back so often that nobody writes it into a calendar? */
static bool
is_routine(const char *kind, const char *period)
{
	return str_eq(kind, "calendar") && period != NULL && strlen(period) == 10;
}

static struct calendar_item *
take(const struct calendar_ask *ask, struct calendar *c, struct query *q)
{
	struct calendar_item *item = add(c);

	if (item == NULL)
		return NULL;
	*item = (struct calendar_item){ .kind = arena_strdup(ask->arena, query_text(q, 0)),
		.id = arena_strdup(ask->arena, query_text(q, 1)), .version = query_int(q, 2),
		.incident_id = arena_strdup(ask->arena, query_text(q, 3)),
		.incident_number = arena_strdup(ask->arena, query_text(q, 4)),
		.title = arena_strdup(ask->arena, query_text(q, 5)), .due_at = query_int(q, 6),
		.state = arena_strdup(ask->arena, query_text(q, 7)),
		.is_provisional = query_int(q, 8) != 0, .is_restricted = query_int(q, 9) != 0,
		.from_at = SQL_NULL, .clock = DUTY_KINDS };
	item->key = item->id;
	item->send_by_at = item->red_at = item->due_at;
	return item;
}

static int64_t
window_from(const struct calendar_ask *ask)
{
	return ask->from_at <= ask->now ? 0 : ask->from_at;
}

static void
read_duties(const struct calendar_ask *ask, struct calendar *c)
{
	struct call all = eyes(ask), *seen = &all;
	struct query q;

	query_open(&q, ask->tx, DUTY_SQL, "tii" VISIBLE_TYPES, ask->agency_id, window_from(ask),
	    ask->to_at, VISIBLE_ARGS(seen));
	while (query_step(&q)) {
		struct calendar_item *item;

		if (!ask->is_daily && is_routine(query_text(&q, 12), query_text(&q, 17)))
			continue;
		if ((item = take(ask, c, &q)) == NULL)
			break;
		if (query_text(&q, 10) != NULL)
			item->key = arena_strdup(ask->arena, query_text(&q, 10));
		item->from_at = query_opt(&q, 11);
		item->clock = duty_kind_of(query_text(&q, 12));
		item->basis = arena_strdup(ask->arena, query_text(&q, 13));
		item->certainty = arena_strdup(ask->arena, query_text(&q, 14));
		item->profile = arena_strdup(ask->arena, query_text(&q, 15));
		item->obligation = arena_strdup(ask->arena, query_text(&q, 16));
	}
	query_close(&q);
}

static void
read_others(const struct calendar_ask *ask, struct calendar *c)
{
	struct call all = eyes(ask), *seen = &all;
	struct query q;

	for (size_t i = 0; i <= ARRAY_LEN(others_sql); i++) {
		query_open(&q, ask->tx, i < ARRAY_LEN(others_sql) ? others_sql[i] : watch_sql,
		    "tii" VISIBLE_TYPES, ask->agency_id, window_from(ask), ask->to_at, VISIBLE_ARGS(seen));
		while (query_step(&q) && take(ask, c, &q) != NULL)
			;
		query_close(&q);
	}
}

/* Warnings and decisions with a time; what an order asks for is a duty. */
static void
read_incoming(const struct calendar_ask *ask, struct calendar *c)
{
	static const char sql[] = COLUMNS("incoming", "n", "n.number || ': ' || n.issuer", "n.due_at",
	    "n.state", "0") " FROM incoming n LEFT JOIN incident i ON i.id = n.incident_id WHERE"
	    " n.agency_id = ? AND n.state IN ('received', 'verified') AND n.kind NOT IN ('order', 'request')"
	    WINDOW("n.due_at") " AND ((n.incident_id IS NULL AND ? >= 1) OR " VISIBLE ") ORDER BY n.due_at"
	    " LIMIT 500";
	struct call all = eyes(ask), *seen = &all;
	struct query q;

	query_open(&q, ask->tx, sql, "tiii" VISIBLE_TYPES, ask->agency_id, window_from(ask), ask->to_at,
	    (int64_t)seen->actor.sees, VISIBLE_ARGS(seen));
	while (query_step(&q) && take(ask, c, &q) != NULL)
		;
	query_close(&q);
}

/* Addresses are looked at again every year; one never verified is due now. */
static void
read_contacts(const struct calendar_ask *ask, struct calendar *c)
{
	struct query q;

	query_open(&q, ask->tx, "SELECT id, version, name, verified_on FROM contact WHERE agency_id = ?"
	    " AND is_retired = 0 ORDER BY id LIMIT 500", "t", ask->agency_id);
	while (query_step(&q)) {
		struct calendar_item *item;
		int64_t on, due = ask->now;

		if (query_text(&q, 3) != NULL && clock_parse(query_text(&q, 3), &on)) {
			struct local_date d = local_date_of(on);

			due = local_date_ms(d.year + 1, d.month, d.day);
		}
		if (due < window_from(ask) || due >= ask->to_at || (item = add(c)) == NULL)
			continue;
		*item = (struct calendar_item){ .kind = "contact", .id = arena_strdup(ask->arena,
		    query_text(&q, 0)), .version = query_int(&q, 1), .title = arena_strdup(ask->arena,
		    query_text(&q, 2)), .due_at = due, .send_by_at = due, .red_at = due, .state = "open",
		    .from_at = SQL_NULL, .clock = DUTY_KINDS };
		item->key = item->id;
	}
	query_close(&q);
}

/* ---- what is foreseen --------------------------------------------------------------------- */

static void
foresee(const struct calendar_ask *ask, struct calendar *c, struct map *keys,
    const struct pack_regulation *r, const struct pack_obligation *o)
{
	enum period_every every = period_every_of(o->calendar.every);
	struct period p;

	if (every == EVERIES || every == EVERY_DAY || every == EVERY_WEEK)
		return;
	for (period_at(every, o->calendar.before, ask->now, &p); p.due_at < ask->to_at;
	    period_after(every, o->calendar.before, &p)) {
		const char *key = arena_printf(ask->arena, "%s/%s/%s", p.name, r->pack.id, o->id);
		struct calendar_item *item;

		if (p.due_at >= r->pack.to_ms)
			return;
		if (p.due_at < ask->from_at || map_get(keys, key) != NULL)
			continue;
		if ((item = add(c)) == NULL)
			return;
		*item = (struct calendar_item){ .kind = "duty", .key = key, .title = pack_say(&o->what,
		    ask->lang), .state = "pending", .basis = o->basis, .certainty = o->certainty,
		    .profile = r->pack.id, .obligation = o->id, .from_at = p.from_at, .due_at = p.due_at,
		    .send_by_at = p.due_at, .red_at = p.due_at, .clock = DUTY_CALENDAR };
	}
}

/* The periods that have a row already, whatever became of it. */
static void
read_keys(const struct calendar_ask *ask, struct map *keys)
{
	static char there;
	struct query q;

	query_open(&q, ask->tx, "SELECT key FROM duty WHERE agency_id = ? AND incident_id IS NULL AND"
	    " kind = 'calendar' AND due_at >= ?", "ti", ask->agency_id,
	    ask->from_at < ask->now ? ask->from_at : ask->now);
	while (query_step(&q))
		if (query_text(&q, 0) != NULL)
			map_put(keys, query_text(&q, 0), &there);
	query_close(&q);
}

static void
read_foreseen(const struct calendar_ask *ask, struct calendar *c)
{
	struct map keys = MAP_INIT;
	struct duty_agency agency;
	const struct pack_regulation *r;
	const struct pack_obligation *o;
	size_t i = 0;

	duty_agency_read(ask->tx, ask->arena, ask->agency_id, &agency);
	read_keys(ask, &keys);
	while ((o = pack_obligation_next(ask->packs, "calendar", ask->now, &i, &r)) != NULL)
		if (duty_concerns(&agency, o) && !duty_is_off(&agency, r->pack.id))
			foresee(ask, c, &keys, r, o);
	map_clear(&keys, NULL);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int
by_due(const void *a, const void *b)
{
	const struct calendar_item *x = a, *y = b;

	if (x->due_at != y->due_at)
		return x->due_at < y->due_at ? -1 : 1;
	return strcmp(x->key, y->key);
}

void
calendar_read(const struct calendar_ask *ask, struct calendar *ret)
{
	*ret = (struct calendar){ .item = arena_alloc(ask->arena, CALENDAR_MAX * sizeof(*ret->item)) };
	read_duties(ask, ret);
	read_foreseen(ask, ret);
	if (!ask->is_brief) {
		read_others(ask, ret);
		read_contacts(ask, ret);
		read_incoming(ask, ret);
	}
	for (size_t i = 0; i < ret->n; i++) {
		struct calendar_item *item = &ret->item[i];
		struct deadline d;

		if (strcmp(item->kind, "duty") != 0)
			continue;
		d = deadline_at(item->from_at == SQL_NULL ? item->due_at : item->from_at, item->due_at,
		    duty_day_kind, ask->packs);
		item->send_by_at = d.send_by_at;
		item->is_off_day = d.is_off_day;
		item->red_at = duty_red_at(item->clock, item->due_at);
	}
	if (ret->n > 0)
		qsort(ret->item, ret->n, sizeof(*ret->item), by_due);
}

/* ---- as a file --------------------------------------------------------------------------------- */

static const char *
describe(const struct calendar_ask *ask, const struct calendar_item *item)
{
	enum lang lang = lang_of(ask->lang);
	struct buf text = BUF_INIT(8000);
	char when[CLOCK_TEXT_SIZE];
	const char *ret;

	if (item->incident_number != NULL)
		buf_printf(&text, "%s: %s\n", word(lang, "field.incident"), item->incident_number);
	buf_printf(&text, "%s: %s\n", word(lang, "field.due_at"), clock_vi(item->due_at, when));
	if (item->is_off_day && item->send_by_at < item->due_at)
		words_format(&text, lang, "calendar.off_day", (const char *const[]){ "time" },
		    (const char *const[]){ clock_vi(item->send_by_at, when) }, 1);
	if (!str_empty(item->basis))
		buf_printf(&text, "%s: %s\n", word(lang, "field.basis"), item->basis);
	if (!str_empty(item->certainty) && !str_eq(item->certainty, "verified"))
		buf_printf(&text, "%s: %s\n", word(lang, "field.certainty"),
		    word(lang, arena_printf(ask->arena, "certainty.%s", item->certainty)));
	if (item->is_provisional)
		buf_printf(&text, "%s\n", word(lang, "calendar.provisional"));
	ret = arena_strdup(ask->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

static const char *
summary_of(const struct calendar_ask *ask, const struct calendar_item *item)
{
	const char *what = item->title;

	if (item->obligation != NULL)
		what = arena_printf(ask->arena, "%s %s", item->obligation, item->title);
	else
		what = arena_printf(ask->arena, "%s: %s", word(lang_of(ask->lang),
		    arena_printf(ask->arena, "calendar.kind.%s", item->kind)), what);
	return item->incident_number == NULL ? what :
	    arena_printf(ask->arena, "%s: %s", item->incident_number, what);
}

void
calendar_ics(const struct calendar_ask *ask, const struct calendar *calendar, const char *name,
    const char *url, struct buf *out)
{
	ics_begin(out, "-//Khien//Khien//VI", name);
	for (size_t i = 0; i < calendar->n; i++) {
		const struct calendar_item *item = &calendar->item[i];
		bool is_long = item->from_at != SQL_NULL && item->due_at - item->from_at > 2 * DAY_MS;

		ics_event(out, &(struct ics_event){
		    .uid = arena_printf(ask->arena, "%s@%s.khien", item->key, ask->agency_id),
		    .stamp_ms = ask->now, .at_ms = item->due_at, .sequence = item->version,
		    .summary = summary_of(ask, item), .description = describe(ask, item),
		    .url = str_empty(url) ? NULL : item->incident_number == NULL ?
		        arena_printf(ask->arena, "%s/thoi-han", url) :
		        arena_printf(ask->arena, "%s/su-co/%s", url, item->incident_number),
		    .category = word(lang_of(ask->lang), arena_printf(ask->arena, "calendar.kind.%s",
		        item->kind)),
		    .is_tentative = item->is_provisional || item->id == NULL,
		    .alarm_minutes = is_long ? 1440 : 60 });
	}
	ics_end(out);
}
