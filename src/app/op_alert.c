/* SPDX-License-Identifier: Apache-2.0 */
/* op_alert.c: alerts listed, grouped, looked at; what is known of each rule. */
#include <stdio.h>

#include "app/alert.h"
#include "app/alert_file.h"
#include "app/app.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/search.h"
#include "model/observable.h"

#define NEAR_MS     (24 * INT64_C(3600000)) /* what else happened on that host */
#define NEAR_MAX    10
#define MATCHES_MAX 5
#define NOISY_MIN   5  /* verdicts before a rule is called noisy */
#define NOISY_SHARE 80 /* percent of them false or harmless */

static const char *const states[] = { "new", "acknowledged", "merged", "closed", "open", "all", NULL };
static const char *const levels[] = { "critical", "high", "medium", "low", "informational", NULL };
static const char *const verdicts[] = { "true_positive", "false_positive", "benign", "none", NULL };
static const char *const muted_choices[] = { "no", "only", "all", NULL };
static const char *const sorts[] = { "urgency", "newest", "count", NULL };
static const char *const group_by[] = { "rule", "host", NULL };

#define FILTER_PARAMS \
	{ "state", P_LIST, 0, 0, 0, states }, { "level", P_LIST, 0, 0, 0, levels }, \
	{ "source", P_LINE, 0, 0, 60, NULL }, { "rule", P_LINE, 0, 0, 200, NULL }, \
	{ "host", P_LINE, 0, 0, 200, NULL }, { "user", P_LINE, 0, 0, 200, NULL }, \
	{ "incident", P_ID, 0, 0, 0, NULL }, { "hunt", P_ID, 0, 0, 0, NULL }, \
	{ "mute", P_ID, 0, 0, 0, NULL }, { "verdict", P_ENUM, 0, 0, 0, verdicts }, \
	{ "muted", P_ENUM, 0, 0, 0, muted_choices }, { "q", P_LINE, 0, 0, 100, NULL }, \
	{ "from", P_TIME, 0, 0, 0, NULL }, { "to", P_TIME, 0, 0, 0, NULL }

/* ---- what is asked for ------------------------------------------------------------------ */

static void
filter_alert_visible(struct filter *f, const struct call *c)
{
	filter_text(f, " AND (a.agency_id = ?", c->agency_id);
	filter_int(f, " AND ((a.incident_id IS NULL AND ? >= 1) OR EXISTS (SELECT 1 FROM incident i WHERE"
	    " i.id = a.incident_id", c->actor.sees);
	filter_visible(f, c);
	filter_sql(f, ")))");
}

/* Those whose ${sql} is one of the lines of a list, of which there may be many: one value. */
static void
filter_lines(struct call *c, struct filter *f, const char *sql, const char *lines)
{
	if (lines != NULL)
		filter_text(f, arena_printf(c->arena, " AND instr(?, char(10) || %s || char(10)) > 0", sql),
		    arena_printf(c->arena, "\n%s\n", lines));
}

static void
filter_host(struct call *c, struct filter *f)
{
	const char *hosts = arg_list(c, "host", '\n');

	if (str_eq(hosts, "-"))
		filter_sql(f, " AND a.host IS NULL");
	else
		filter_lines(c, f, "COALESCE(a.host, '-')", hosts);
}

static void
filter_states(struct call *c, struct filter *f)
{
	const char *list = arg_list(c, "state", ' ');
	bool narrow = arg_has(c, "incident") || arg_has(c, "hunt") || arg_has(c, "mute");

	if (list == NULL && narrow)
		return;
	if (list == NULL || strcmp(list, "open") == 0)
		filter_sql(f, " AND a.state IN ('new', 'acknowledged')");
	else if (strcmp(list, "all") != 0)
		filter_lines(c, f, "a.state", arg_list(c, "state", '\n'));
}

static void
filter_muted(struct call *c, struct filter *f)
{
	const char *muted = arg_text(c, "muted");
	bool narrow = arg_has(c, "incident") || arg_has(c, "hunt") || arg_has(c, "mute");

	if (muted == NULL)
		muted = narrow ? "all" : "no";
	if (strcmp(muted, "all") != 0)
		filter_sql(f, strcmp(muted, "only") == 0 ? " AND " ALERT_MUTED : " AND NOT " ALERT_MUTED);
}

/* ${text} anywhere, its own wildcards taken as they are. */
static const char *
like_of(struct call *c, const char *text)
{
	struct buf like = BUF_INIT(1000);
	const char *result;

	for (const char *p = text; *p != '\0'; p++)
		buf_printf(&like, strchr("%_\\", *p) == NULL ? "%c" : "\\%c", *p);
	result = arena_printf(c->arena, "%%%s%%", buf_str(&like));
	buf_clear(&like);
	return result;
}

/* The text of q anywhere in what a person knows an alert by, or its words as the search finds them. */
static void
filter_words(struct call *c, struct filter *f)
{
	static const char *const columns[] = { "title", "host", "user_name", "rule_id", "number" };
	const char *like, *match;

	if (!arg_has(c, "q"))
		return;
	like = like_of(c, arg_text(c, "q"));
	filter_sql(f, " AND (1 = 0");
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		filter_text(f, arena_printf(c->arena, " OR a.%s LIKE ? ESCAPE '\\'", columns[i]), like);
	for (int i = 0; i < FIND_PARTS; i++)
		if ((match = search_words(c, "q", (enum find_words)i)) != NULL)
			filter_text(f, arena_printf(c->arena, " OR a.id IN (SELECT m.alert_id FROM %s)",
			    find_alerts_from), match);
	filter_sql(f, ")");
}

/* Everything behind "… FROM alert a WHERE 1 = 1". */
static int
filter_alerts(struct call *c, struct filter *f)
{
	struct incident incident = { 0 };
	const char *verdict = arg_text(c, "verdict");

	if (arg_has(c, "incident") && incident_arg(c, "incident", &incident) != 0)
		return c->err->kind;
	filter_alert_visible(f, c);
	filter_text(f, " AND a.incident_id = ?", incident.id);
	filter_text(f, " AND a.hunt_id = ?", arg_text(c, "hunt"));
	filter_text(f, " AND a.mute_id = ?", arg_text(c, "mute"));
	filter_text(f, " AND a.source = ?", arg_text(c, "source"));
	filter_text(f, " AND a.rule_id = ?", arg_text(c, "rule"));
	filter_host(c, f);
	filter_text(f, " AND a.user_name = ?", arg_text(c, "user"));
	filter_int(f, " AND a.last_at >= ?", arg_time(c, "from", SQL_NULL));
	filter_int(f, " AND a.first_at <= ?", arg_time_end(c, "to", SQL_NULL));
	if (verdict != NULL && strcmp(verdict, "none") == 0)
		filter_sql(f, " AND a.verdict IS NULL");
	else
		filter_text(f, " AND a.verdict = ?", verdict);
	filter_lines(c, f, "a.level", arg_list(c, "level", '\n'));
	filter_states(c, f);
	filter_muted(c, f);
	filter_words(c, f);
	return 0;
}

void
alert_filter_scope(struct call *c, struct filter *f)
{
	filter_alert_visible(f, c);
	filter_lines(c, f, "a.rule_id || '@' || a.source", arg_list(c, "groups", '\n'));
	filter_text(f, " AND a.rule_id = ?", arg_text(c, "rule"));
	filter_text(f, " AND a.source = ?", arg_text(c, "source"));
	filter_host(c, f);
	filter_lines(c, f, "a.level", arg_list(c, "level", '\n'));
	filter_words(c, f);
}

/* ---- list --------------------------------------------------------------------------------- */

#define LIST_COLUMNS \
	"a.id, a.version, a.number, a.source, a.source_ref, a.rule_id, a.title, a.level AS alert_level, a.tags_json," \
	" a.host, a.user_name, a.playbook, a.first_at, a.last_at, a.count, a.received_at, a.state AS" \
	" alert_state, a.verdict, a.mute_id, " ALERT_MUTED " AS is_muted, a.incident_id, n.number AS" \
	" incident_number, n.title AS incident_title, a.hunt_id"
#define LIST_FROM " FROM alert a LEFT JOIN incident n ON n.id = a.incident_id WHERE 1 = 1"

static const struct param list_params[] = {
	FILTER_PARAMS,
	{ "sort", P_ENUM, 0, 0, 0, sorts },
	PARAMS_PAGE,
	{ 0 },
};

static int
alert_list(struct call *c)
{
	const char *sort = arg_has(c, "sort") ? arg_text(c, "sort") : "urgency";
	int64_t limit = page_limit(c);
	struct filter f;

	filter_init(&f, "SELECT " LIST_COLUMNS LIST_FROM);
	if (filter_alerts(c, &f) == 0) {
		filter_sql(&f, strcmp(sort, "newest") == 0 ? " ORDER BY a.last_at DESC, a.id DESC" :
		    strcmp(sort, "count") == 0 ? " ORDER BY a.count DESC, a.last_at DESC, a.id DESC" :
		    " ORDER BY " ALERT_RANK ", a.state <> 'new', a.last_at DESC, a.id DESC");
		filter_int(&f, " LIMIT ?", limit + 1);
		filter_int(&f, " OFFSET ?", page_offset(c));
		out_filtered(c, "items", limit, &f);
	}
	filter_clear(&f);
	return c->err->kind;
}

/* ---- groups --------------------------------------------------------------------------------- */

static const struct param group_params[] = {
	FILTER_PARAMS,
	{ "by", P_ENUM, 0, 0, 0, group_by },
	PARAMS_PAGE,
	{ 0 },
};

#define RANK_NAME(rank) \
	"CASE " rank " WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'medium' WHEN 3 THEN 'low'" \
	" ELSE 'informational' END"
#define COUNT_OF(what) "(SELECT COUNT(*) FROM alert r WHERE r.agency_id = ? AND r.rule_id = g.rule_id" \
	" AND r.source = g.source AND " what ")"

/*
 * The most urgent first: by the highest level, then how many are new, then how many
 * detections.  Beside each group of a rule stands what people said of that rule before.
 */
static int
group_list(struct call *c)
{
	bool by_host = str_eq(arg_text(c, "by"), "host");
	int64_t limit = page_limit(c);
	struct filter f;

	filter_init(&f, "SELECT g.*, " RANK_NAME("g.rank") " AS alert_level");
	if (!by_host) {
		filter_text(&f, ", " COUNT_OF("r.verdict IS NOT NULL") " AS verdicts", c->agency_id);
		filter_text(&f, ", " COUNT_OF("r.verdict IN ('false_positive', 'benign')") " AS verdicts_false",
		    c->agency_id);
	}
	filter_sql(&f, " FROM (SELECT ");
	filter_sql(&f, by_host ? "COUNT(DISTINCT a.rule_id) AS rules, a.host, CASE WHEN COUNT(DISTINCT"
	    " a.rule_id) = 1 THEN MAX(a.title) END AS title" :
	    "a.rule_id, a.source, MAX(a.title) AS title, MAX(a.playbook) AS playbook,"
	    " COUNT(DISTINCT a.host) AS hosts, CASE WHEN COUNT(DISTINCT a.host) = 1 THEN MAX(a.host) END AS"
	    " host, CASE WHEN COUNT(*) = 1 THEN MAX(a.number) END AS number");
	filter_sql(&f, ", MIN(" ALERT_RANK ") AS rank, COUNT(*) AS alerts, SUM(a.count) AS count,"
	    " SUM(CASE WHEN a.state = 'new' THEN 1 ELSE 0 END) AS new_alerts, MIN(a.first_at) AS first_at,"
	    " MAX(a.last_at) AS last_at FROM alert a WHERE 1 = 1");
	if (filter_alerts(c, &f) == 0) {
		filter_sql(&f, by_host ? " GROUP BY a.host" : " GROUP BY a.source, a.rule_id");
		filter_sql(&f, " ORDER BY rank, new_alerts DESC, count DESC, last_at DESC");
		filter_int(&f, " LIMIT ?", limit + 1);
		filter_int(&f, " OFFSET ?", page_offset(c));
		filter_sql(&f, ") g ORDER BY rank, new_alerts DESC, count DESC, last_at DESC");
		out_filtered(c, "items", limit, &f);
	}
	filter_clear(&f);
	return c->err->kind;
}

/* ---- count: what the rail and the first page show -------------------------------------------- */

static int
alert_count(struct call *c)
{
	struct filter f;
	struct query q;

	filter_init(&f, "SELECT COUNT(*) AS new_alerts, COALESCE(SUM(CASE WHEN a.level = 'critical' THEN 1"
	    " ELSE 0 END), 0) AS critical, COALESCE(SUM(CASE WHEN a.level = 'high' THEN 1 ELSE 0 END), 0) AS"
	    " high FROM alert a WHERE a.state = 'new'");
	filter_alert_visible(&f, c);
	filter_sql(&f, " AND NOT " ALERT_MUTED);
	query_openv(&q, c->tx, buf_str(&f.sql), f.value, f.n);
	if (query_step(&q))
		out_fields(c, &q);
	query_close(&q);
	filter_clear(&f);
	return c->err->kind;
}

/* ---- rules -------------------------------------------------------------------------------------- */

#define RULE_SUMS \
	"COUNT(*) AS alerts, COALESCE(SUM(a.count), 0) AS count, COUNT(DISTINCT a.host) AS hosts," \
	" COALESCE(SUM(CASE WHEN a.verdict = 'true_positive' THEN 1 ELSE 0 END), 0) AS true_positive," \
	" COALESCE(SUM(CASE WHEN a.verdict = 'false_positive' THEN 1 ELSE 0 END), 0) AS false_positive," \
	" COALESCE(SUM(CASE WHEN a.verdict = 'benign' THEN 1 ELSE 0 END), 0) AS benign," \
	" COALESCE(SUM(CASE WHEN " ALERT_MUTED " THEN 1 ELSE 0 END), 0) AS hidden," \
	" COALESCE(SUM(CASE WHEN a.state = 'merged' THEN 1 ELSE 0 END), 0) AS merged," \
	" MIN(a.first_at) AS first_at, MAX(a.last_at) AS last_at"

/* Of 100 verdicts so many were false or harmless; "is_noisy" says that it is worth looking at the rule. */
static void
out_share(struct call *c, int64_t right, int64_t wrong, int64_t harmless)
{
	int64_t all = right + wrong + harmless, share = all == 0 ? 0 : 100 * (wrong + harmless) / all;

	if (all == 0)
		jsonw_knull(c->out, "false_percent");
	else
		jsonw_kint(c->out, "false_percent", share);
	jsonw_kbool(c->out, "is_noisy", all >= NOISY_MIN && share >= NOISY_SHARE);
}

/* Figures hold whatever the reader may see of single alerts: they name none. */
void
alert_rule_out(struct call *c, const char *source, const char *rule_id)
{
	struct query q;

	query_open(&q, c->tx, "SELECT " RULE_SUMS " FROM alert a WHERE a.agency_id = ? AND a.rule_id = ? AND"
	    " a.source = ?", "ttt", c->agency_id, rule_id, source);
	if (query_step(&q)) {
		out_fields(c, &q);
		out_share(c, query_int(&q, 3), query_int(&q, 4), query_int(&q, 5));
	}
	query_close(&q);
}

static const struct param rules_params[] = {
	{ "source", P_LINE, 0, 0, 60, NULL },
	{ "q", P_LINE, 0, 0, 100, NULL },
	PARAMS_PAGE,
	{ 0 },
};

static int
rule_list(struct call *c)
{
	int64_t limit = page_limit(c), n = 0;
	struct filter f;
	struct query q;

	filter_init(&f, "SELECT " RULE_SUMS ", a.source, a.rule_id, MAX(a.title) AS title, "
	    RANK_NAME("MIN(" ALERT_RANK ")") " AS alert_level FROM alert a WHERE 1 = 1");
	filter_text(&f, " AND a.agency_id = ?", c->agency_id);
	filter_text(&f, " AND a.source = ?", arg_text(c, "source"));
	if (arg_has(c, "q"))
		filter_text(&f, " AND a.title || ' ' || a.rule_id LIKE ?",
		    arena_printf(c->arena, "%%%s%%", arg_text(c, "q")));
	filter_sql(&f, " GROUP BY a.source, a.rule_id ORDER BY alerts DESC, a.source, a.rule_id");
	filter_int(&f, " LIMIT ?", limit + 1);
	filter_int(&f, " OFFSET ?", page_offset(c));
	query_openv(&q, c->tx, buf_str(&f.sql), f.value, f.n);
	jsonw_karray(c->out, "items");
	while (query_step(&q) && n++ < limit) {
		jsonw_object(c->out);
		out_fields(c, &q);
		out_share(c, query_int(&q, 3), query_int(&q, 4), query_int(&q, 5));
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", n > limit);
	query_close(&q);
	filter_clear(&f);
	return c->err->kind;
}

/* ---- one alert ------------------------------------------------------------------------------------ */

static const struct param show_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

/* Its signs, each with the incidents that have it too. */
static void
out_observables(struct call *c, const struct alert *a)
{
	const char *text = tx_text(c->tx, c->arena, "SELECT observables_json FROM alert_detail WHERE id = ?",
	    "t", a->id);
	struct json *list = NULL;

	if (text != NULL)
		json_parse(text, strlen(text), &list, NULL);
	jsonw_karray(c->out, "observables");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *o = json_at(list, i);
		const char *type = json_get_str(o, "type"), *value = json_get_str(o, "value");
		struct buf safe = BUF_INIT(4 * OBSERVABLE_SIZE);

		observable_defang(observable_type_named(type), value, &safe);
		jsonw_object(c->out);
		jsonw_kstring(c->out, "type", type);
		jsonw_kstring(c->out, "value", value);
		jsonw_kstring(c->out, "defanged", buf_str(&safe));
		jsonw_kstring(c->out, "note", json_get_str(o, "note"));
		jsonw_kbool(c->out, "is_ioc", json_get_bool(o, "is_ioc", false));
		out_rows(c, "matches", "SELECT i.id AS incident_id, i.number, i.title, i.state FROM observable o"
		    " JOIN incident i ON i.id = o.incident_id WHERE " VISIBLE " AND o.agency_id = ? AND o.type = ?"
		    " AND o.value = ? ORDER BY i.received_at DESC LIMIT ?", VISIBLE_TYPES "ttti", VISIBLE_ARGS(c),
		    c->agency_id, type, value, (int64_t)MATCHES_MAX);
		jsonw_object_end(c->out);
		buf_clear(&safe);
	}
	jsonw_array_end(c->out);
	json_free(list);
}

/* What else there is on that host about that time, and where the rule was met before. */
static void
out_near(struct call *c, const struct alert *a)
{
	out_rows(c, "near", "SELECT a.id, a.number, a.title, a.level AS alert_level, a.state AS alert_state,"
	    " a.count, a.last_at FROM alert a WHERE a.host = ? AND a.id <> ? AND a.last_at >= ? AND"
	    " a.first_at <= ? AND " ALERT_VISIBLE " ORDER BY " ALERT_RANK ", a.last_at DESC LIMIT ?",
	    "ttii" ALERT_VISIBLE_TYPES "i", a->host, a->id, a->first_at - NEAR_MS, a->last_at + NEAR_MS,
	    ALERT_VISIBLE_ARGS(c), (int64_t)NEAR_MAX);
	out_rows(c, "incidents", "SELECT DISTINCT i.id, i.number, i.title, i.state, i.updated_at FROM alert x"
	    " JOIN incident i ON i.id = x.incident_id WHERE x.agency_id = ? AND (x.host = ? OR (x.rule_id = ?"
	    " AND x.source = ?)) AND x.id <> ? AND " VISIBLE " ORDER BY i.updated_at DESC LIMIT ?",
	    "ttttt" VISIBLE_TYPES "i", c->agency_id, a->host, a->rule_id, a->source, a->id, VISIBLE_ARGS(c),
	    (int64_t)MATCHES_MAX);
}

static void
out_playbook(struct call *c, const struct alert *a)
{
	const struct pack_playbook *p = a->playbook == NULL ? NULL :
	    pack_playbook(c->app->packs, a->playbook, c->now);

	if (p == NULL)
		return;
	jsonw_kstring(c->out, "playbook_code", p->code);
	jsonw_kstring(c->out, "playbook_title", pack_say(&p->pack.title, lang_code(c->lang)));
}

static int
alert_show(struct call *c)
{
	struct alert a;

	if (alert_load(c, "id", arg_text(c, "id"), &a) != 0)
		return c->err->kind;
	out_row(c, "id", "SELECT " LIST_COLUMNS ", a.state_at, s.name AS state_by, a.note, a.told_at,"
	    " a.verdict_at, v.name AS verdict_by, d.detail_json, d.advice FROM alert a LEFT JOIN incident n ON"
	    " n.id = a.incident_id LEFT JOIN alert_detail d ON d.id = a.id LEFT JOIN account s ON s.id ="
	    " a.state_by_id LEFT JOIN account v ON v.id = a.verdict_by_id WHERE a.id = ?", "t", a.id);
	out_playbook(c, &a);
	out_observables(c, &a);
	alert_files_out(c, a.id);
	jsonw_kobject(c->out, "rule");
	alert_rule_out(c, a.source, a.rule_id);
	jsonw_object_end(c->out);
	out_rows(c, "mutes", "SELECT m.id, m.rule_id, m.source, m.host, m.user_name, m.reason, m.owner_name,"
	    " m.muted_at, m.expires_at FROM alert_mute m WHERE m.id = ? AND m.lifted_at IS NULL", "t",
	    a.mute_id);
	out_rows(c, "history", "SELECT e.kind, e.about, e.text, e.event_at, e.actor_kind, COALESCE(k.name,"
	    " e.actor_name) AS actor_name FROM alert_event e LEFT JOIN account k ON k.id = e.actor_id WHERE"
	    " e.alert_id = ? ORDER BY e.event_at, e.id", "t", a.id);
	out_near(c, &a);
	return c->err->kind;
}

static const char *const list_columns[] = { "number", "alert_level", "alert_state", "title", "host",
	"count", "last_at", "incident_number", NULL };
static const char *const group_columns[] = { "alert_level", "new_alerts", "alerts", "count", "title",
	"host", "rule_id", "source", "last_at", NULL };
static const char *const rule_columns[] = { "title", "source", "alerts", "count", "true_positive",
	"false_positive", "benign", "hidden", "false_percent", "last_at", NULL };

const struct op ops_alert[] = {
	{ "alert list", "GET", "/alerts", RIGHT_READ, OP_FINDS, list_params, alert_list, list_columns,
	    "khien alert list --level high --level critical" },
	{ "alert groups", "GET", "/alerts/groups", RIGHT_READ, OP_FINDS, group_params, group_list, group_columns,
	    "khien alert groups --by host" },
	{ "alert count", "GET", "/alerts/count", RIGHT_READ, 0, NULL, alert_count, NULL, "khien alert count" },
	{ "alert rules", "GET", "/alerts/rules", RIGHT_READ, 0, rules_params, rule_list, rule_columns,
	    "khien alert rules" },
	{ "alert show", "GET", "/alerts/{id}", RIGHT_READ, 0, show_params, alert_show, NULL,
	    "khien alert show CB-2026-0001" },
	{ 0 },
};
