/* SPDX-License-Identifier: Apache-2.0 */
/* op_alert_mute.c: alerts hidden for a time, with a reason, an owner and a look at what it would hide. */
#include <stdio.h>

#include "app/alert.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"

#define DAY_MS      INT64_C(86400000)
#define LOOK_DAYS   30
#define SAMPLE_MAX  20
#define APPLY_MAX   2000 /* waiting alerts one mute hides at once */
#define MUTES_MAX   500  /* in force: each alert that comes in is held against all */
#define STARS_MAX   4
#define LETTERS_MIN 2    /* of a pattern, beside its stars */

static const char *const mute_states[] = { "active", "all", NULL };

/* ---- what it is about --------------------------------------------------------------------- */

#define SCOPE_PARAMS \
	{ "alert", P_ID, 0, 0, 0, NULL }, { "rule", P_LINE, 0, 0, 200, NULL }, \
	{ "source", P_LINE, 0, 0, 60, NULL }, { "host", P_LINE, 0, 0, 200, NULL }, \
	{ "user", P_LINE, 0, 0, 200, NULL }

struct scope {
	const char *rule, *source, *host, *user; /* NULL: any */
};

static int
check_pattern(struct call *c, const char *field, const char *text)
{
	size_t stars = 0, letters = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p++)
		*p == '*' ? stars++ : letters++;
	if (text != NULL && (stars > STARS_MAX || (stars > 0 && letters < LETTERS_MIN)))
		return call_fail(c, ERR_INVALID, "err.alert.pattern", field);
	return 0;
}

/*
 * An alert stands for its rule.  To mute, a rule or a host is needed: a source or a user alone would
 * hide too much; to look, anything goes.
 */
static int
scope_arg(struct call *c, bool to_mute, struct scope *ret)
{
	struct alert a;

	*ret = (struct scope){ arg_text(c, "rule"), arg_text(c, "source"), arg_text(c, "host"),
	    arg_text(c, "user") };
	if (arg_has(c, "alert")) {
		if (alert_load(c, "alert", arg_text(c, "alert"), &a) != 0)
			return c->err->kind;
		ret->rule = a.rule_id;
		ret->source = a.source;
	}
	if (to_mute && ret->rule == NULL && ret->host == NULL)
		return call_fail(c, ERR_INVALID, "err.alert.mute_all", "rule");
	if (check_pattern(c, "rule", ret->rule) != 0 || check_pattern(c, "source", ret->source) != 0 ||
	    check_pattern(c, "host", ret->host) != 0)
		return c->err->kind;
	return check_pattern(c, "user", ret->user);
}

/* The alerts "a" it fits, as a mute "m" that is not there yet. */
#define FITS \
	"(SELECT ? AS rule_id, ? AS source, ? AS host, ? AS user_name) m JOIN alert a ON a.agency_id = ? AND" \
	ALERT_MUTE_FITS("m.rule_id", "a.rule_id") " AND" ALERT_MUTE_FITS("m.source", "a.source") " AND" \
	ALERT_MUTE_FITS("m.host", "a.host") " AND" ALERT_MUTE_FITS("m.user_name", "a.user_name")
#define FITS_TYPES "ttttt"
#define FITS_ARGS(c, s) (s)->rule, (s)->source, (s)->host, (s)->user, (c)->agency_id

/* ---- preview ------------------------------------------------------------------------------------ */

static const struct param preview_params[] = { SCOPE_PARAMS, { 0 } };

static void
preview_days(struct call *c, const struct scope *s, int64_t since)
{
	int64_t day[LOOK_DAYS + 1] = { 0 };
	char iso[CLOCK_TEXT_SIZE];
	struct query q;

	query_open(&q, c->tx, "SELECT (a.received_at - ?) / 86400000 AS day, COUNT(*) FROM " FITS
	    " WHERE a.received_at >= ? GROUP BY (a.received_at - ?) / 86400000", "i" FITS_TYPES "ii", since,
	    FITS_ARGS(c, s), since, since);
	while (query_step(&q))
		if (query_int(&q, 0) >= 0 && query_int(&q, 0) <= LOOK_DAYS)
			day[query_int(&q, 0)] += query_int(&q, 1);
	query_close(&q);
	jsonw_kstring(c->out, "since_at", clock_iso(since, iso));
	jsonw_karray(c->out, "per_day");
	for (int i = 0; i < LOOK_DAYS; i++)
		jsonw_int(c->out, day[i] + (i == LOOK_DAYS - 1 ? day[LOOK_DAYS] : 0));
	jsonw_array_end(c->out);
}

/*
 * Counts what it fits of the last days, whoever may see single ones: a mute hides them all.  What
 * was real, and what stands in incidents, is said first: that is what a mute must not hide.
 */
static int
mute_preview(struct call *c)
{
	int64_t since = c->now - LOOK_DAYS * DAY_MS;
	struct scope s;

	if (scope_arg(c, false, &s) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "rule", s.rule);
	jsonw_kstring(c->out, "source", s.source);
	jsonw_kstring(c->out, "host", s.host);
	jsonw_kstring(c->out, "user", s.user);
	out_row(c, NULL, "SELECT COUNT(*) AS alerts, COALESCE(SUM(a.count), 0) AS count, COUNT(DISTINCT a.host)"
	    " AS hosts, COUNT(DISTINCT a.rule_id) AS rules,"
	    " COALESCE(SUM(CASE WHEN a.verdict = 'true_positive' THEN 1 ELSE 0 END), 0) AS true_positive,"
	    " COALESCE(SUM(CASE WHEN a.verdict IN ('false_positive', 'benign') THEN 1 ELSE 0 END), 0) AS"
	    " verdicts_false,"
	    " COALESCE(SUM(CASE WHEN a.incident_id IS NOT NULL THEN 1 ELSE 0 END), 0) AS merged,"
	    " COALESCE(SUM(CASE WHEN a.state IN ('new', 'acknowledged') AND NOT " ALERT_MUTED " THEN 1 ELSE 0"
	    " END), 0) AS waiting,"
	    " COALESCE(SUM(CASE WHEN a.level = 'critical' THEN 1 ELSE 0 END), 0) AS critical,"
	    " COALESCE(SUM(CASE WHEN a.level = 'high' THEN 1 ELSE 0 END), 0) AS high FROM "
	    FITS " WHERE a.received_at >= ?", FITS_TYPES "i", FITS_ARGS(c, &s), since);
	preview_days(c, &s, since);
	out_rows(c, "items", "SELECT a.id, a.number, a.title, a.level AS alert_level, a.host, a.count,"
	    " a.last_at, a.state AS alert_state, a.verdict FROM " FITS " WHERE a.received_at >= ? AND "
	    ALERT_VISIBLE " ORDER BY " ALERT_RANK ", a.last_at DESC LIMIT ?", FITS_TYPES "i"
	    ALERT_VISIBLE_TYPES "i", FITS_ARGS(c, &s), since, ALERT_VISIBLE_ARGS(c), (int64_t)SAMPLE_MAX);
	jsonw_kint(c->out, "look_days", LOOK_DAYS);
	return c->err->kind;
}

/* ---- mute ------------------------------------------------------------------------------------------ */

static const struct param mute_params[] = {
	SCOPE_PARAMS,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "days", P_INT, 0, 1, ALERT_MUTE_DAYS_MAX, NULL },
	{ "until", P_TIME, 0, 0, 0, NULL },
	{ "owner", P_LINE, 0, 0, 60, NULL },
	{ 0 },
};

#define MUTE_COLUMNS \
	"m.id, m.version, m.rule_id, m.source, m.host, m.user_name, m.reason, m.owner_id, COALESCE(o.name," \
	" m.owner_name) AS owner_name, m.muted_at, m.expires_at, m.lifted_at, l.name AS lifted_by," \
	" m.lift_reason, (SELECT COUNT(*) FROM alert a WHERE a.mute_id = m.id) AS hidden, (SELECT MAX(x.title)" \
	" FROM alert x WHERE x.agency_id = m.agency_id AND x.rule_id = m.rule_id) AS title," \
	" CASE WHEN m.lifted_at IS NOT NULL THEN 'lifted' WHEN m.expires_at <= ? THEN 'expired' ELSE" \
	" 'active' END AS mute_state"
#define MUTE_FROM \
	" FROM alert_mute m LEFT JOIN account o ON o.id = m.owner_id LEFT JOIN account l ON l.id = m.lifted_by_id"

static int
expiry_arg(struct call *c, int64_t *ret)
{
	int64_t days = arg_int(c, "days", 0);

	if (days == 0 && !arg_has(c, "until"))
		return call_fail(c, ERR_INVALID, "err.required", "days");
	*ret = days > 0 ? c->now + days * DAY_MS : arg_time(c, "until", 0);
	if (*ret <= c->now || *ret > c->now + ALERT_MUTE_DAYS_MAX * DAY_MS) {
		call_fail(c, ERR_INVALID, "err.alert.mute_until", "until");
		err_argi(c->err, "days", ALERT_MUTE_DAYS_MAX);
	}
	return c->err->kind;
}

/* Who answers for it: somebody with an account, the caller unless another is named. */
static int
owner_arg(struct call *c, const char **ret_id, const char **ret_name)
{
	struct person person;

	if (!arg_has(c, "owner") && c->actor.kind != ACTOR_ACCOUNT)
		return call_fail(c, ERR_INVALID, "err.required", "owner");
	*ret_id = c->actor.id;
	*ret_name = c->actor.name;
	if (!arg_has(c, "owner"))
		return 0;
	if (person_arg(c, "owner", &person) != 0)
		return c->err->kind;
	*ret_id = person.id;
	*ret_name = person.name;
	return 0;
}

/* Those that wait already are hidden too, the newest first. Returns how many. */
static int64_t
hide_waiting(struct call *c, const struct scope *s, const char *mute_id)
{
	const char **ids = arena_alloc(c->arena, APPLY_MAX * sizeof(*ids));
	struct query q;
	size_t n = 0;

	query_open(&q, c->tx, "SELECT a.id FROM " FITS " WHERE a.state IN ('new', 'acknowledged') AND NOT "
	    ALERT_MUTED " ORDER BY a.last_at DESC LIMIT ?", FITS_TYPES "i", FITS_ARGS(c, s), (int64_t)APPLY_MAX);
	while (query_step(&q))
		ids[n++] = arena_strdup(c->arena, query_text(&q, 0));
	query_close(&q);
	for (size_t i = 0; i < n; i++)
		change_update(c, "alert", ids[i], -1, COLS(CT("mute_id", mute_id)));
	return (int64_t)n;
}

static int
alert_mute(struct call *c)
{
	const char *id, *owner_id = NULL, *owner_name = NULL;
	int64_t expires_at = 0, hidden;
	struct scope s;

	if (scope_arg(c, true, &s) != 0 || expiry_arg(c, &expires_at) != 0 ||
	    owner_arg(c, &owner_id, &owner_name) != 0)
		return c->err->kind;
	if (tx_int(c->tx, "SELECT COUNT(*) FROM alert_mute WHERE agency_id = ? AND lifted_at IS NULL AND"
	    " expires_at > ?", "ti", c->agency_id, c->now) >= MUTES_MAX)
		return call_fail(c, ERR_STATE, "err.alert.mutes_full", NULL);
	id = change_insert(c, "alert_mute", NULL, COLS(CT("rule_id", s.rule), CT("source", s.source),
	    CT("host", s.host), CT("user_name", s.user), CT("reason", arg_text(c, "reason")),
	    CT("owner_id", owner_id), CT("owner_name", owner_name), CI("muted_at", c->now),
	    CI("expires_at", expires_at)));
	hidden = hide_waiting(c, &s, id);
	out_row(c, "id", "SELECT " MUTE_COLUMNS MUTE_FROM " WHERE m.id = ?", "it", c->now, id);
	jsonw_kint(c->out, "hidden_now", hidden);
	return c->err->kind;
}

/* ---- list, lift --------------------------------------------------------------------------------------- */

static const struct param list_params[] = {
	{ "state", P_ENUM, 0, 0, 0, mute_states },
	PARAMS_PAGE,
	{ 0 },
};

static int
mute_list(struct call *c)
{
	int64_t limit = page_limit(c), all = str_eq(arg_text(c, "state"), "all");

	out_page(c, "items", limit, "SELECT " MUTE_COLUMNS MUTE_FROM " WHERE m.agency_id = ? AND (? = 1 OR"
	    " (m.lifted_at IS NULL AND m.expires_at > ?)) ORDER BY m.lifted_at IS NOT NULL, m.expires_at DESC,"
	    " m.id LIMIT ? OFFSET ?", "itiiii", c->now, c->agency_id, all, c->now, limit + 1, page_offset(c));
	return c->err->kind;
}

static const struct param lift_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

/* What it hid comes back where it was: a mute that was a mistake must not keep hiding. */
static int
alert_unmute(struct call *c)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM alert_mute WHERE agency_id = ? AND id = ? AND"
	    " lifted_at IS NULL", "tt", c->agency_id, arg_text(c, "id"));

	if (id == NULL)
		return call_fail(c, ERR_NOT_FOUND, "err.alert.no_mute", "id");
	change_update(c, "alert_mute", id, -1, COLS(CI("lifted_at", c->now),
	    CT("lifted_by_id", c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL),
	    CT("lift_reason", arg_text(c, "reason"))));
	out_row(c, "id", "SELECT " MUTE_COLUMNS MUTE_FROM " WHERE m.id = ?", "it", c->now, id);
	return c->err->kind;
}

static const char *const columns[] = { "id", "mute_state", "title", "rule_id", "host", "reason",
	"owner_name", "expires_at", "hidden", NULL };

const struct op ops_alert_mute[] = {
	{ "alert mute", "POST", "/alerts/mutes", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    mute_params, alert_mute, NULL,
	    "khien alert mute --alert CB-2026-0001 --host PC-KIEMTHU --days 30 --reason \"Máy diễn tập\"" },
	{ "alert mute preview", "GET", "/alerts/mutes/preview", RIGHT_READ | RIGHT_HANDLE, 0, preview_params,
	    mute_preview, NULL, "khien alert mute preview --alert CB-2026-0001 --host \"PC-KT*\"" },
	{ "alert mutes", "GET", "/alerts/mutes", RIGHT_READ, 0, list_params, mute_list, columns,
	    "khien alert mutes" },
	{ "alert unmute", "POST", "/alerts/mutes/{id}/lift", RIGHT_READ | RIGHT_HANDLE, OP_WRITE, lift_params,
	    alert_unmute, NULL,
	    "khien alert unmute 0198c0de-0000-7000-8000-000000000001 --reason \"Hết đợt diễn tập\"" },
	{ 0 },
};
