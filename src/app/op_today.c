/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_today.c: what there is to do now, and every deadline.  This is the page
 * everybody opens first and polls, so each part is one walk along an index made
 * for it that stops after a few rows.
 */
#include "app/alert.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/visible.h"
#include "model/state.h"

#define ITEMS_MAX     10
#define DEADLINES_MAX 20
#define COUNT_ENDS    200
#define COUNT_MAX     "200" /* where counting ends: nobody reads a larger number as more work */
#define SOON_MS       (7 * INT64_C(86400000))
#define DAY_MS        INT64_C(86400000)

/* ---- parts -------------------------------------------------------------------------------------- */

/*
 * One kind of thing that waits: its first rows, and how many there are.  Who sees
 * almost everything walks along the things; who sees a few incidents goes from those.
 */
struct part {
	const char *key, *items[2], *count[2]; /* [0] wide, [1] narrow */
	const char *count_seen;                /* wide, when nothing is asked of the incident; or NULL */
};

/* The incidents of a reader who sees few: division, account, account. */
#define MINE \
	"(SELECT vs.incident_id FROM scope_item vs WHERE vs.kind = 'division' AND vs.ref_id = ?" \
	" UNION SELECT va.incident_id FROM incident_access va WHERE va.account_id = ?" \
	" UNION SELECT vl.id FROM incident vl WHERE vl.lead_id = ?)"
#define MINE_TYPES "ttt"
#define MINE_ARGS(c) (c)->actor.division_id, (c)->actor.id, (c)->actor.id

#define WIDE(table) \
	table " x CROSS JOIN incident i WHERE i.id = x.incident_id AND " VISIBLE " AND x.agency_id = ?"
/* The agency is compared so that no index of its own draws the walk away from the incident's. */
#define NARROW(table) \
	MINE " m CROSS JOIN incident i CROSS JOIN " table " x WHERE i.id = m.incident_id AND" \
	" x.incident_id = i.id AND " VISIBLE " AND x.agency_id || '' = ?"

#define ITEMS(columns, from, where, order) \
	"SELECT " columns ", i.id AS incident_id, i.number AS incident_number," \
	" i.title AS incident_title FROM " from where " ORDER BY " order " LIMIT 11"
#define COUNT(from, where) \
	"SELECT COUNT(*) FROM (SELECT 1 FROM " from where " LIMIT " COUNT_MAX ") n"
/*
 * The same without a look at each incident: only at those that the reader may not see.
 * Its arguments are the agency, the time, how much the reader sees, and twice who that is.
 */
#define COUNT_SEEN(table, where) \
	"SELECT COUNT(*) FROM (SELECT 1 FROM " table " x WHERE x.agency_id = ?" where " AND (? = 2 OR NOT" \
	" EXISTS (SELECT 1 FROM incident h WHERE CAST(h.id AS TEXT) = x.incident_id AND" \
	" h.is_restricted = 1 AND (h.lead_id IS NULL OR h.lead_id <> ?) AND NOT EXISTS (SELECT 1 FROM" \
	" incident_access va WHERE va.incident_id = h.id AND va.account_id = ?))) LIMIT " COUNT_MAX ") n"

/*
 * Where a time is compared as "+ 0", its index would be the wrong one: it is to be
 * chosen by the order of the rows, which is what lets the walk stop early.
 *
 * The arguments are MINE's when narrow, VISIBLE's, the agency and the time up to
 * which it looks.
 */
#define PART(key, columns, table, where, order) \
	{ key, { ITEMS(columns, WIDE(table), where, order), ITEMS(columns, NARROW(table), where, order) }, \
	    { COUNT(WIDE(table), where), COUNT(NARROW(table), where) }, COUNT_SEEN(table, where) }

static bool
is_narrow(const struct call *c)
{
	return c->actor.sees < SEES_OPEN;
}

/* Opens a query that is wide or narrow, as the reader is. */
static void
open_part(struct call *c, struct query *q, const char *const sql[2], int64_t until)
{
	if (is_narrow(c))
		query_open(q, c->tx, sql[1], MINE_TYPES VISIBLE_TYPES "ti", MINE_ARGS(c), VISIBLE_ARGS(c),
		    c->agency_id, until);
	else
		query_open(q, c->tx, sql[0], VISIBLE_TYPES "ti", VISIBLE_ARGS(c), c->agency_id, until);
}

#define WAITING " AND x.taken_at IS NULL AND i.state = 'received' AND x.entered_at + 0 <= ?"

#define WAITING_COLUMNS \
	"x.id, x.number, x.channel, x.symptoms AS symptoms_list, x.description, x.place, x.urgency," \
	" x.told_at, x.entered_at"
/* With the time of the oldest, which is that of all where fewer are counted than might be. */
#define COUNT_WAITING(from) \
	"SELECT COUNT(*), MIN(n.entered_at) FROM (SELECT x.entered_at FROM " from WAITING " LIMIT " \
	COUNT_MAX ") n"

static const struct part waiting_reports = { "reports_waiting",
	{ ITEMS(WAITING_COLUMNS, WIDE("report"), WAITING, "x.urgency, x.entered_at"),
	    ITEMS(WAITING_COLUMNS, NARROW("report"), WAITING, "x.urgency, x.entered_at") },
	{ COUNT_WAITING(WIDE("report")), COUNT_WAITING(NARROW("report")) }, NULL };

static const char *const oldest_report[2] = {
	ITEMS("x.entered_at", WIDE("report"), WAITING, "x.entered_at"),
	ITEMS("x.entered_at", NARROW("report"), WAITING, "x.entered_at"),
};

static const struct part due_tasks = PART("tasks_due",
    "x.id, x.title, x.phase, x.role, x.is_mandatory, x.assignee_id,"
    " (SELECT a.name FROM account a WHERE a.id = x.assignee_id) AS assignee_name, x.due_at",
    "task", " AND x.state = 'open' AND x.due_at <= ?", "x.due_at");

static const struct part waiting_directions = PART("directions_waiting",
    "x.id, x.question, x.channel, COALESCE((SELECT a.name FROM account a WHERE a.id = x.asked_id),"
    " x.asked_name) AS asked_name, x.asked_at, x.due_at",
    "direction", " AND x.state = 'asked' AND x.asked_at <= ?", "x.asked_at");

static const struct part red_probes = PART("probes_red",
    "x.id, x.kind, x.target, x.expect, x.state, x.state_at, x.detail, x.task_id",
    "probe", " AND x.is_stopped = 0 AND x.state IN ('false', 'expired')"
    " AND COALESCE(x.state_at, 0) <= ?", "x.state_at");

static const struct part due_actions = PART("actions_due",
    "x.id, x.title, x.owner_id, COALESCE((SELECT a.name FROM account a WHERE a.id = x.owner_id),"
    " x.owner_name) AS owner_name, x.due_at",
    "corrective_action", " AND x.state = 'open' AND x.due_at <= ?", "x.due_at");

static const struct part suggested_help = PART("escalations_suggested",
    "x.id, x.target, x.reason, x.triggers AS triggers_list, x.suggested_at",
    "escalation", " AND x.state = 'suggested' AND x.suggested_at <= ?", "x.suggested_at");

/* ${ret_oldest}: of the reports that wait, of those that were counted. */
static int64_t
count_part(struct call *c, const struct part *part, int64_t until, int64_t *ret_oldest)
{
	struct query q;
	int64_t count = 0;

	if (part->count_seen != NULL && !is_narrow(c))
		query_open(&q, c->tx, part->count_seen, "tiitt", c->agency_id, until,
		    (int64_t)c->actor.sees, c->actor.id, c->actor.id);
	else
		open_part(c, &q, part->count, until);
	*ret_oldest = SQL_NULL;
	if (query_step(&q)) {
		count = query_int(&q, 0);
		if (part == &waiting_reports)
			*ret_oldest = query_opt(&q, 1);
	}
	query_close(&q);
	return count;
}

/* When the report that waits longest came in; SQL_NULL when none does. */
static int64_t
oldest(struct call *c)
{
	int64_t at = SQL_NULL;
	struct query q;

	open_part(c, &q, oldest_report, CLOCK_MS_MAX);
	if (query_step(&q))
		at = query_int(&q, 0);
	query_close(&q);
	return at;
}

/* Writes the part as {"count","items"} into the open object and answers how many there are. */
static int64_t
out_part(struct call *c, const struct part *part, int64_t until)
{
	char iso[CLOCK_TEXT_SIZE];
	int64_t n = 0, since = SQL_NULL;
	struct query q;

	jsonw_kobject(c->out, part->key);
	jsonw_karray(c->out, "items");
	open_part(c, &q, part->items, until);
	while (query_step(&q) && n++ < ITEMS_MAX) {
		jsonw_object(c->out);
		out_fields(c, &q);
		jsonw_object_end(c->out);
	}
	query_close(&q);
	jsonw_array_end(c->out);
	if (n > ITEMS_MAX || (n > 0 && part == &waiting_reports))
		n = count_part(c, part, until, &since);
	jsonw_kint(c->out, "count", n);
	if (part == &waiting_reports) {
		if (n == COUNT_ENDS)
			since = oldest(c);
		jsonw_kstring(c->out, "oldest_at", since == SQL_NULL ? NULL : clock_iso(since, iso));
	}
	jsonw_object_end(c->out);
	return n;
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

/* Papers from authorities that wait to be checked or answered, the nearest due first. */
static int64_t
out_incoming(struct call *c)
{
#define INCOMING_OPEN \
	" FROM incoming n LEFT JOIN incident i ON i.id = n.incident_id WHERE n.agency_id = ? AND n.state IN" \
	" ('received', 'verified') AND ((n.incident_id IS NULL AND ? >= 1) OR " VISIBLE ")"
	int64_t count;

	jsonw_kobject(c->out, "incoming_open");
	count = tx_int(c->tx, "SELECT COUNT(*) FROM (SELECT 1" INCOMING_OPEN " LIMIT " COUNT_MAX ") n",
	    "ti" VISIBLE_TYPES, c->agency_id, (int64_t)c->actor.sees, VISIBLE_ARGS(c));
	jsonw_kint(c->out, "count", count);
	out_rows(c, "items", "SELECT n.id, n.number, n.kind, n.issuer, n.doc_number, n.state, n.due_at,"
	    " n.incident_id, i.number AS incident_number" INCOMING_OPEN " ORDER BY n.due_at IS NULL,"
	    " n.due_at, n.id LIMIT ?", "ti" VISIBLE_TYPES "i", c->agency_id, (int64_t)c->actor.sees,
	    VISIBLE_ARGS(c), (int64_t)ITEMS_MAX);
	jsonw_object_end(c->out);
	return count;
}

/* High and critical alerts nobody has looked at, and since when. */
static int64_t
out_alerts(struct call *c)
{
#define ALERTS_URGENT \
	" FROM alert a WHERE a.agency_id = ? AND a.state = 'new' AND a.level IN ('critical', 'high') AND NOT " \
	ALERT_MUTED " AND " ALERT_VISIBLE
	int64_t count, since;
	char iso[CLOCK_TEXT_SIZE];

	count = tx_int(c->tx, "SELECT COUNT(*) FROM (SELECT 1" ALERTS_URGENT " LIMIT " COUNT_MAX ") n",
	    "t" ALERT_VISIBLE_TYPES, c->agency_id, ALERT_VISIBLE_ARGS(c));
	since = count == 0 ? SQL_NULL : tx_int(c->tx, "SELECT MIN(a.received_at)" ALERTS_URGENT,
	    "t" ALERT_VISIBLE_TYPES, c->agency_id, ALERT_VISIBLE_ARGS(c));
	jsonw_kobject(c->out, "alerts_urgent");
	jsonw_kint(c->out, "count", count);
	jsonw_kstring(c->out, "oldest_at", since == SQL_NULL ? NULL : clock_iso(since, iso));
	jsonw_object_end(c->out);
	return count;
}

/* ---- deadlines ---------------------------------------------------------------------------------- */

#define ITEM(kind, alias, title, due, provisional) \
	"SELECT '" kind "' AS kind, " alias ".id AS id, i.id AS incident_id, i.number AS number, " title \
	" AS title, " due " AS due_at, " provisional " AS provisional FROM "

#define DUTY_OPEN \
	" AND " DUTY_UNFINISHED("x.state") \
	" AND x.due_at IS NOT NULL"
/* Of what comes back by the calendar: not every day and week, and not long before. */
#define PERIODIC_SOON \
	" AND (x.incident_id IS NOT NULL OR (x.due_at < ? AND COALESCE(length(x.period), 0) <> 10))"
#define TASK_OPEN " AND x.state = 'open' AND x.due_at IS NOT NULL"
#define WATCHED " AND i.agency_id = ? AND i.state = 'response_ended' AND i.watch_until_at IS NOT NULL"
#define BY_DUE " ORDER BY due_at, id LIMIT ? OFFSET ?"

/* [0] wide, with the duties of no incident (the yearly reports); [1] narrow. */
static const char *const deadlines_sql[2] = {
	ITEM("duty", "x", "x.title", "x.due_at", "x.is_provisional")
	"duty x LEFT JOIN incident i ON i.id = x.incident_id WHERE (x.incident_id IS NULL OR " VISIBLE ")"
	" AND x.agency_id = ?" DUTY_OPEN PERIODIC_SOON " UNION ALL "
	ITEM("task", "x", "x.title", "x.due_at", "0") WIDE("task") TASK_OPEN " UNION ALL "
	ITEM("watch", "i", "i.title", "i.watch_until_at", "0") "incident i WHERE " VISIBLE WATCHED BY_DUE,
	ITEM("duty", "x", "x.title", "x.due_at", "x.is_provisional") NARROW("duty") DUTY_OPEN
	" UNION ALL " ITEM("task", "x", "x.title", "x.due_at", "0") NARROW("task") TASK_OPEN
	" UNION ALL " ITEM("watch", "i", "i.title", "i.watch_until_at", "0")
	MINE " m CROSS JOIN incident i WHERE i.id = m.incident_id AND " VISIBLE WATCHED BY_DUE,
};

static void
open_deadlines(struct call *c, struct query *q, int64_t until, int64_t limit, int64_t offset)
{
#define ARM_TYPES VISIBLE_TYPES "t"
#define ARM(c) VISIBLE_ARGS(c), (c)->agency_id
	if (is_narrow(c))
		query_open(q, c->tx, deadlines_sql[1], MINE_TYPES ARM_TYPES MINE_TYPES ARM_TYPES
		    MINE_TYPES ARM_TYPES "ii", MINE_ARGS(c), ARM(c), MINE_ARGS(c), ARM(c), MINE_ARGS(c),
		    ARM(c), limit, offset);
	else
		query_open(q, c->tx, deadlines_sql[0], ARM_TYPES "i" ARM_TYPES ARM_TYPES "ii", ARM(c), until,
		    ARM(c), ARM(c), limit, offset);
}

/* Writes the items of one page into the open array; whether there are more. */
static bool
out_deadlines(struct call *c, int64_t until, int64_t limit, int64_t offset, int64_t *ret_count)
{
	char iso[CLOCK_TEXT_SIZE];
	struct query q;
	int64_t n = 0;
	bool more;

	open_deadlines(c, &q, until, limit + 1, offset);
	for (; n < limit && query_step(&q); n++) {
		jsonw_object(c->out);
		jsonw_kstring(c->out, "kind", query_text(&q, 0));
		jsonw_kstring(c->out, "id", query_text(&q, 1));
		jsonw_kstring(c->out, "incident_id", query_text(&q, 2));
		jsonw_kstring(c->out, "incident_number", query_text(&q, 3));
		jsonw_kstring(c->out, "title", out_said(c, query_text(&q, 4)));
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
	more = out_deadlines(c, CLOCK_MS_MAX, page_limit(c), page_offset(c), &count);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", more);
	return c->err->kind;
}

/* ---- today ---------------------------------------------------------------------------------------- */

#define OPEN_SQL(from, where) \
	"SELECT i.id, i.version, i.number, i.title, i.state, i.type, i.level, i.beyond, i.is_restricted," \
	" i.tlp, i.lead_id, a.name AS lead_name, i.detected_at, i.received_at, i.updated_at," \
	" i.watch_until_at, i.loop_count, (SELECT COUNT(*) FROM task t WHERE t.incident_id = i.id AND" \
	" t.state = 'open') AS open_tasks FROM " from " LEFT JOIN account a ON a.id = i.lead_id" \
	" WHERE " where VISIBLE " AND i.agency_id = ?" \
	" AND " INCIDENT_OPEN("i.state") " AND i.updated_at + 0 <= ?" \
	" ORDER BY i.updated_at DESC LIMIT 50"

static const char *const open_sql[2] = { OPEN_SQL("incident i", ""),
	OPEN_SQL(MINE " m CROSS JOIN incident i", "i.id = m.incident_id AND ") };

static int64_t
out_open_incidents(struct call *c)
{
	struct query q;
	int64_t n = 0;

	open_part(c, &q, open_sql, CLOCK_MS_MAX);
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
	waiting += out_part(c, &suggested_help, CLOCK_MS_MAX);
	waiting += out_alerts(c);
	waiting += out_incoming(c);
	waiting += out_outbox(c);
	jsonw_karray(c->out, "deadlines");
	out_deadlines(c, c->now + 2 * SOON_MS, DEADLINES_MAX, 0, &n);
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
