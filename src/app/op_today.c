/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_today.c: what there is to do now, and every deadline.  This is the page
 * everybody opens first and polls, so each part is one walk along an index made
 * for it that stops after a few rows.
 */
#include "app/ops.h"
#include "app/out.h"
#include "app/visible.h"
#include "model/state.h"

#define ITEMS_MAX     10
#define DEADLINES_MAX 20
#define INCIDENTS_MAX 50
#define COUNT_MAX     "1000" /* nobody reads a larger number as more work */
#define SOON_MS       (7 * INT64_C(86400000))
#define DAY_MS        INT64_C(86400000)

/* ---- parts -------------------------------------------------------------------------------------- */

/* One kind of thing that waits: its first rows, and how many there are. */
struct part {
	const char *key, *items, *count;
};

/*
 * Joined so that the walk begins at the thing itself and looks up its incident; the
 * arguments are VISIBLE's, the agency and the time up to which the part looks.
 */
#define PART(key, columns, from, where, order) \
	{ key, \
	    "SELECT " columns ", i.id AS incident_id, i.number AS incident_number," \
	    " i.title AS incident_title FROM " from where " ORDER BY " order " LIMIT 11", \
	    "SELECT COUNT(*) FROM (SELECT 1 FROM " from where " LIMIT " COUNT_MAX ") n" }

#define OF(table, alias) \
	table " " alias " CROSS JOIN incident i WHERE i.id = " alias ".incident_id AND " VISIBLE \
	" AND " alias ".agency_id = ?"

static const struct part waiting_reports = PART("reports_waiting",
    "x.id, x.number, x.channel, x.symptoms AS symptoms_list, x.description, x.place, x.told_at,"
    " x.entered_at",
    OF("report", "x"), " AND x.taken_at IS NULL AND x.entered_at <= ?", "x.entered_at");

static const struct part due_tasks = PART("tasks_due",
    "x.id, x.title, x.phase, x.role, x.is_mandatory, x.assignee_id,"
    " (SELECT a.name FROM account a WHERE a.id = x.assignee_id) AS assignee_name, x.due_at",
    OF("task", "x"), " AND x.state = 'open' AND x.due_at <= ?", "x.due_at");

static const struct part waiting_directions = PART("directions_waiting",
    "x.id, x.question, x.channel, COALESCE((SELECT a.name FROM account a WHERE a.id = x.asked_id),"
    " x.asked_name) AS asked_name, x.asked_at, x.due_at",
    OF("direction", "x"), " AND x.state = 'asked' AND x.asked_at <= ?", "x.asked_at");

static const struct part red_probes = PART("probes_red",
    "x.id, x.kind, x.target, x.expect, x.state, x.state_at, x.detail, x.task_id",
    OF("probe", "x"), " AND x.is_stopped = 0 AND x.state IN ('false', 'expired')"
    " AND COALESCE(x.state_at, 0) <= ?", "x.state_at");

static const struct part due_actions = PART("actions_due",
    "x.id, x.title, x.owner_id, COALESCE((SELECT a.name FROM account a WHERE a.id = x.owner_id),"
    " x.owner_name) AS owner_name, x.due_at",
    OF("corrective_action", "x"), " AND x.state = 'open' AND x.due_at <= ?", "x.due_at");

/*
 * Writes the part as {"count","items"} into the open object and answers how many there
 * are.
 */
static int64_t
out_part(struct call *c, const struct part *part, int64_t until)
{
	int64_t n = 0, count;
	struct query q;

	jsonw_kobject(c->out, part->key);
	jsonw_karray(c->out, "items");
	query_open(&q, c->tx, part->items, VISIBLE_TYPES "ti", VISIBLE_ARGS(c), c->agency_id, until);
	while (query_step(&q) && n++ < ITEMS_MAX) {
		jsonw_object(c->out);
		out_fields(c, &q);
		jsonw_object_end(c->out);
	}
	query_close(&q);
	jsonw_array_end(c->out);
	count = n <= ITEMS_MAX ? n : tx_int(c->tx, part->count, VISIBLE_TYPES "ti", VISIBLE_ARGS(c),
	    c->agency_id, until);
	jsonw_kint(c->out, "count", count);
	if (part == &waiting_reports) {
		char iso[CLOCK_TEXT_SIZE];
		int64_t oldest = count == 0 ? SQL_NULL : tx_int(c->tx, "SELECT x.entered_at FROM "
		    OF("report", "x") " AND x.taken_at IS NULL ORDER BY x.entered_at LIMIT 1",
		    VISIBLE_TYPES "t", VISIBLE_ARGS(c), c->agency_id);

		jsonw_kstring(c->out, "oldest_at", oldest == SQL_NULL ? NULL : clock_iso(oldest, iso));
	}
	jsonw_object_end(c->out);
	return count;
}

/* Messages that could not be sent; their recipients are for those who work on incidents. */
static int64_t
out_outbox(struct call *c)
{
	bool may = call_may(c, RIGHT_HANDLE) || call_may(c, RIGHT_ADMIN);
	int64_t count = 0;

	jsonw_kobject(c->out, "outbox_trouble");
	if (may)
		count = tx_int(c->tx, "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE agency_id = ? AND"
		    " state IN ('failed', 'unknown') LIMIT " COUNT_MAX ") n", "t", c->agency_id);
	jsonw_kint(c->out, "count", count);
	out_rows(c, "items", "SELECT o.id, o.kind, o.recipient, o.subject, o.state, o.error, o.created_at,"
	    " o.incident_id, i.number AS incident_number FROM outbox o LEFT JOIN incident i"
	    " ON i.id = o.incident_id WHERE o.agency_id = ? AND o.state IN ('failed', 'unknown')"
	    " AND (o.incident_id IS NULL OR " VISIBLE ") ORDER BY o.created_at DESC LIMIT ?",
	    "t" VISIBLE_TYPES "i", c->agency_id, VISIBLE_ARGS(c), may ? (int64_t)ITEMS_MAX : (int64_t)0);
	jsonw_object_end(c->out);
	return count;
}

/* ---- deadlines ---------------------------------------------------------------------------------- */

#define ITEM(kind, alias, title, due, provisional) \
	"SELECT '" kind "' AS kind, " alias ".id AS id, i.id AS incident_id, i.number AS number, " title \
	" AS title, " due " AS due_at, " provisional " AS provisional FROM "

static const char deadlines_sql[] =
    ITEM("duty", "d", "d.title", "d.due_at", "d.is_provisional")
    "duty d LEFT JOIN incident i ON i.id = d.incident_id WHERE d.agency_id = ? AND d.state IN"
    " ('pending', 'drafting', 'waiting_signature', 'numbered') AND d.due_at IS NOT NULL"
    " AND (d.incident_id IS NULL OR " VISIBLE ") UNION ALL "
    ITEM("task", "t", "t.title", "t.due_at", "0")
    "task t CROSS JOIN incident i WHERE i.id = t.incident_id AND t.agency_id = ?"
    " AND t.state = 'open' AND t.due_at IS NOT NULL AND " VISIBLE " UNION ALL "
    ITEM("watch", "i", "i.title", "i.watch_until_at", "0")
    "incident i WHERE i.agency_id = ? AND i.state = 'response_ended' AND i.watch_until_at IS NOT NULL"
    " AND " VISIBLE " ORDER BY due_at, id LIMIT ? OFFSET ?";

/* Writes the items of one page into the open array; whether there are more. */
static bool
out_deadlines(struct call *c, int64_t limit, int64_t offset, int64_t *ret_count)
{
	char iso[CLOCK_TEXT_SIZE];
	struct query q;
	int64_t n = 0;
	bool more;

	query_open(&q, c->tx, deadlines_sql, "t" VISIBLE_TYPES "t" VISIBLE_TYPES "t" VISIBLE_TYPES "ii",
	    c->agency_id, VISIBLE_ARGS(c), c->agency_id, VISIBLE_ARGS(c), c->agency_id, VISIBLE_ARGS(c),
	    limit + 1, offset);
	for (; n < limit && query_step(&q); n++) {
		jsonw_object(c->out);
		jsonw_kstring(c->out, "kind", query_text(&q, 0));
		jsonw_kstring(c->out, "id", query_text(&q, 1));
		jsonw_kstring(c->out, "incident_id", query_text(&q, 2));
		jsonw_kstring(c->out, "incident_number", query_text(&q, 3));
		jsonw_kstring(c->out, "title", query_text(&q, 4));
		jsonw_kstring(c->out, "due_at", clock_iso(query_int(&q, 5), iso));
		jsonw_kbool(c->out, "provisional", query_int(&q, 6) != 0);
		jsonw_object_end(c->out);
	}
	more = n == limit && query_step(&q);
	query_close(&q);
	*ret_count = n;
	return more;
}

static const struct param deadline_params[] = { PARAMS_PAGE, { 0 } };

static int
deadline_list(struct call *c)
{
	int64_t count;
	bool more;

	jsonw_karray(c->out, "items");
	more = out_deadlines(c, page_limit(c), page_offset(c), &count);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", more);
	return c->err->kind;
}

/* ---- today ---------------------------------------------------------------------------------------- */

#define OPEN_SQL \
	"SELECT i.id, i.version, i.number, i.title, i.state, i.type, i.level, i.beyond, i.is_restricted," \
	" i.tlp, i.lead_id, a.name AS lead_name, i.detected_at, i.received_at, i.updated_at," \
	" i.watch_until_at, i.loop_count, (SELECT COUNT(*) FROM task t WHERE t.incident_id = i.id AND" \
	" t.state = 'open') AS open_tasks FROM incident i LEFT JOIN account a ON a.id = i.lead_id" \
	" WHERE i.agency_id = ? AND i.state NOT IN ('closed', 'closed_not_incident', 'duplicate') AND " \
	VISIBLE " ORDER BY i.updated_at DESC LIMIT ?"

static int64_t
out_open_incidents(struct call *c)
{
	struct query q;
	int64_t n = 0;

	query_open(&q, c->tx, OPEN_SQL, "t" VISIBLE_TYPES "i", c->agency_id, VISIBLE_ARGS(c),
	    (int64_t)INCIDENTS_MAX);
	jsonw_karray(c->out, "incidents");
	while (query_step(&q)) {
		jsonw_object(c->out);
		out_fields(c, &q);
		jsonw_kint(c->out, "step", state_step(state_of(query_text(&q, 4))));
		jsonw_object_end(c->out);
		n++;
	}
	jsonw_array_end(c->out);
	query_close(&q);
	return n;
}

/* The last moment of the local day. */
static int64_t
end_of_day(int64_t now)
{
	int64_t local = now + CLOCK_LOCAL_S * INT64_C(1000);

	return local - local % DAY_MS + DAY_MS - 1 - CLOCK_LOCAL_S * INT64_C(1000);
}

static int
today(struct call *c)
{
	int64_t waiting = 0, n;

	waiting += out_part(c, &waiting_reports, CLOCK_MS_MAX);
	waiting += out_part(c, &due_tasks, end_of_day(c->now));
	waiting += out_part(c, &waiting_directions, CLOCK_MS_MAX);
	waiting += out_part(c, &red_probes, CLOCK_MS_MAX);
	waiting += out_part(c, &due_actions, c->now + SOON_MS);
	waiting += out_outbox(c);
	jsonw_karray(c->out, "deadlines");
	out_deadlines(c, DEADLINES_MAX, 0, &n);
	jsonw_array_end(c->out);
	waiting += n;
	waiting += out_open_incidents(c);
	jsonw_kbool(c->out, "quiet", waiting == 0);
	return c->err->kind;
}

static const char *const deadline_columns[] = { "due_at", "kind", "incident_number", "title",
	"provisional", NULL };

const struct op ops_today[] = {
	{ "today", "GET", "/today", RIGHT_READ, 0, NULL, today, NULL, "khien today" },
	{ "deadline list", "GET", "/deadlines", RIGHT_READ, 0, deadline_params, deadline_list,
	    deadline_columns, "khien deadline list" },
	{ 0 },
};
