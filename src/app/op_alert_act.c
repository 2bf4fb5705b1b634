/* SPDX-License-Identifier: Apache-2.0 */
/* op_alert_act.c: alerts acknowledged, judged, put into incidents and taken out again. */
#include "app/alert.h"
#include "app/alert_tell.h"
#include "app/app.h"
#include "app/change.h"
#include "app/incident.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/workable.h"
#include "base/utf8.h"

static const char *const verdicts[] = { "true_positive", "false_positive", "benign", "undecided", NULL };

static const char *const levels[] = { "critical", "high", "medium", "low", "informational", NULL };

#define CHOICE_PARAMS \
	{ "alerts", P_LIST, PF_POSITIONAL, 0, 0, NULL }, { "groups", P_LIST, 0, 0, 0, NULL }, \
	{ "rule", P_LINE, 0, 0, 200, NULL }, { "source", P_LINE, 0, 0, 60, NULL }, \
	{ "host", P_LIST, 0, 0, 0, NULL }, { "level", P_LIST, 0, 0, 0, levels }, \
	{ "q", P_LINE, 0, 0, 100, NULL }

#define TITLE_MAX 200 /* of an incident */
#define PART 250 /* alerts of one entry of the ledger: each at most some 10 KB */

/* ---- which ---------------------------------------------------------------------------------- */

/* The alerts an operation is about. */
struct chosen {
	struct alert *list;
	size_t n;
	int64_t left; /* others there are, beyond ALERTS_AT_ONCE */
};

static void
add_chosen(struct call *c, const char *key, struct chosen *ret)
{
	struct alert *a = &ret->list[ret->n];

	if (alert_load(c, "alerts", key, a) != 0)
		return;
	for (size_t i = 0; i < ret->n; i++)
		if (strcmp(ret->list[i].id, a->id) == 0)
			return;
	if (ret->n == ALERTS_AT_ONCE)
		ret->left++;
	else
		ret->n++;
}

/* Those of the groups and filters that are in one of ${wanted} and not hidden, the newest first. */
static void
add_groups(struct call *c, const char *wanted, struct chosen *ret)
{
	const char **ids = arena_alloc(c->arena, ALERTS_AT_ONCE * sizeof(*ids));
	struct filter f;
	struct query q;
	size_t n = 0;

	filter_init(&f, "SELECT a.id FROM alert a WHERE NOT " ALERT_MUTED " AND a.state IN (");
	filter_sql(&f, wanted);
	filter_sql(&f, ")");
	alert_filter_scope(c, &f);
	filter_sql(&f, " ORDER BY a.last_at DESC, a.id");
	query_openv(&q, c->tx, buf_str(&f.sql), f.value, f.n);
	while (query_step(&q)) {
		if (n == ALERTS_AT_ONCE)
			ret->left++;
		else
			ids[n++] = arena_strdup(c->arena, query_text(&q, 0));
	}
	query_close(&q);
	filter_clear(&f);
	for (size_t i = 0; i < n; i++)
		add_chosen(c, ids[i], ret);
}

/*
 * Those the argument alerts names (ids, numbers), or, without it, those of groups, rule or host
 * that are in one of ${wanted} ("'new', 'closed'"); at most ALERTS_AT_ONCE.
 */
static int
alerts_chosen(struct call *c, const char *wanted, struct chosen *ret)
{
	const char *named = arg_list(c, "alerts", ' ');

	*ret = (struct chosen){ .list = arena_alloc(c->arena, (ALERTS_AT_ONCE + 1) * sizeof(*ret->list)) };
	if (named == NULL && !arg_has(c, "rule") && !arg_has(c, "host") && !arg_has(c, "groups"))
		return call_fail(c, ERR_INVALID, "err.alert.none", "alerts");
	if (named == NULL)
		add_groups(c, wanted, ret);
	while (named != NULL && *named != '\0' && c->err->kind == ERR_NONE) {
		size_t len = strcspn(named, " ");

		if (len > 0)
			add_chosen(c, arena_strndup(c->arena, named, len), ret);
		named += len + (named[len] == ' ');
	}
	return c->err->kind;
}

static const char *
by_account(const struct call *c)
{
	return c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL;
}

/* What every act on several answers; "left" is what the limit kept out. */
static int
out_chosen(struct call *c, const struct chosen *of, size_t changed)
{
	jsonw_kint(c->out, "changed", (int64_t)changed);
	jsonw_kint(c->out, "unchanged", (int64_t)(of->n - changed));
	jsonw_kint(c->out, "left", of->left);
	jsonw_kint(c->out, "at_most", ALERTS_AT_ONCE);
	jsonw_kbool(c->out, "more", of->left > 0);
	jsonw_karray(c->out, "items");
	for (size_t i = 0; i < of->n && c->err->kind == ERR_NONE; i++) {
		jsonw_object(c->out);
		out_row(c, NULL, "SELECT id, number, state AS alert_state, verdict, version FROM alert WHERE id = ?",
		    "t", of->list[i].id);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	return c->err->kind;
}

/* ---- acknowledge ------------------------------------------------------------------------------- */

static const struct param ack_params[] = {
	CHOICE_PARAMS,
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "undo", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int
alert_ack(struct call *c)
{
	bool undo = arg_bool(c, "undo");
	const char *from = undo ? "acknowledged" : "new", *to = undo ? "new" : "acknowledged";
	const char *note = arg_text(c, "note");
	struct chosen of;
	size_t changed = 0;

	if (alerts_chosen(c, undo ? "'acknowledged'" : "'new'", &of) != 0)
		return c->err->kind;
	for (size_t i = 0; i < of.n; i++) {
		const char *id = of.list[i].id;

		if (!str_eq(of.list[i].state, from))
			continue;
		change_update(c, "alert", id, -1, COLS(CT("state", to), CI("state_at", c->now),
		    CT("state_by_id", by_account(c)), CT("note", note)));
		alert_event(c, id, undo ? "renewed" : "acknowledged", NULL, note);
		if (++changed % PART == 0 && change_part(c) != 0)
			break;
	}
	return out_chosen(c, &of, changed);
}

/* ---- verdict ------------------------------------------------------------------------------------- */

static const struct param verdict_params[] = {
	CHOICE_PARAMS,
	{ "verdict", P_ENUM, PF_REQUIRED, 0, 0, verdicts },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static void
judge(struct call *c, const struct alert *a, const char *verdict)
{
	const char *note = arg_text(c, "note");

	change_update(c, "alert", a->id, -1, COLS(CT("verdict", verdict),
	    CI("verdict_at", verdict == NULL ? SQL_NULL : c->now),
	    CT("verdict_by_id", verdict == NULL ? NULL : by_account(c)),
	    CT("state", str_eq(a->state, "merged") ? "merged" : alert_state_of(verdict)), CI("state_at", c->now),
	    CT("state_by_id", by_account(c)), CT("note", note)));
	alert_event(c, a->id, "verdict", verdict == NULL ? "undecided" : verdict, note);
	if (str_eq(a->state, "merged"))
		change_timeline(c, &(struct timeline_entry){ .incident_id = a->incident_id, .kind = "alert",
		    .word = "timeline.alert_verdict", .text = note, .occurred_at = SQL_NULL,
		    .told_at = SQL_NULL, .ref_table = "alert", .ref_id = a->id, .args = TIMELINE_ARGS(
			"number", a->number, "title", a->title, "verdict",
			arena_printf(c->arena, "@verdict.%s", verdict == NULL ? "undecided" : verdict)) });
}

static int
alert_verdict(struct call *c)
{
	const char *verdict = arg_text(c, "verdict");
	struct chosen of;
	size_t changed = 0;

	if (strcmp(verdict, "undecided") == 0)
		verdict = NULL;
	if (alerts_chosen(c, "'new', 'acknowledged'", &of) != 0)
		return c->err->kind;
	for (size_t i = 0; i < of.n; i++) {
		if (verdict == NULL ? of.list[i].verdict == NULL : str_eq(of.list[i].verdict, verdict))
			continue;
		judge(c, &of.list[i], verdict);
		if (++changed % PART == 0 && change_part(c) != 0)
			break;
	}
	return out_chosen(c, &of, changed);
}

/* ---- into an incident ------------------------------------------------------------------------------ */

static const struct param merge_params[] = {
	CHOICE_PARAMS,
	{ "into", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static int
alert_merge(struct call *c)
{
	struct incident incident;
	struct chosen of;
	size_t changed = 0;

	if (incident_arg(c, "into", &incident) != 0 || alerts_chosen(c, "'new', 'acknowledged'", &of) != 0 ||
	    alert_attach_all(c, of.list, of.n, &incident, arg_text(c, "reason"), &changed) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "incident_id", incident.id);
	jsonw_kstring(c->out, "incident_number", incident.number);
	return out_chosen(c, &of, changed);
}

static const struct param unmerge_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

static int
alert_unmerge(struct call *c)
{
	struct incident incident;
	struct alert a;

	if (alert_load(c, "id", arg_text(c, "id"), &a) != 0)
		return c->err->kind;
	if (a.incident_id == NULL)
		return err_fail(c->err, ERR_STATE, "err.alert.not_merged", NULL, "number", a.number, NULL, NULL);
	if (incident_load(c, a.incident_id, &incident) != 0 ||
	    alert_take_out(c, &a, &incident, arg_text(c, "reason")) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "incident_number", incident.number);
	return out_chosen(c, &(struct chosen){ &a, 1, 0 }, 1);
}

/* ---- a new incident ----------------------------------------------------------------------------------- */

static const struct param open_params[] = {
	CHOICE_PARAMS,
	{ "title", P_LINE, 0, 0, TITLE_MAX, NULL },
	{ "playbook", P_LINE, 0, 0, 60, NULL },
	{ "detected_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "take", P_BOOL, 0, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

/* The highest level of the list decides what the incident is about. */
static const struct alert *
leading(const struct alert *list, size_t n)
{
	const struct alert *best = &list[0];

	for (size_t i = 1; i < n; i++)
		if (alert_rank(list[i].level) > alert_rank(best->level))
			best = &list[i];
	return best;
}

/* The playbook asked for by id or code, else that of the leading rule, else of any; NULL: none is known. */
static const struct pack_playbook *
choose_playbook(struct call *c, const struct alert *list, size_t n, const struct alert *lead)
{
	const char *asked = arg_text(c, "playbook"), *id = lead->playbook;
	const struct pack_playbook *p;

	for (size_t i = 0; asked != NULL && (p = pack_playbook_next(c->app->packs, c->now, &i)) != NULL;)
		if (strcmp(p->pack.id, asked) == 0 || str_eq(p->code, asked))
			return p;
	if (asked != NULL) {
		call_fail(c, ERR_NOT_FOUND, "err.no_playbook", "playbook");
		return NULL;
	}
	for (size_t i = 0; i < n && id == NULL; i++)
		id = list[i].playbook;
	return id == NULL ? NULL : pack_playbook(c->app->packs, id, c->now);
}

static const char *
open_incident(struct call *c, const struct alert *list, size_t n, const struct alert *lead,
    const struct pack_playbook *playbook)
{
	int64_t first = lead->first_at, received = lead->received_at, detected;
	const char *title = arg_text(c, "title"), *number;

	for (size_t i = 0; i < n; i++) {
		first = list[i].first_at < first ? list[i].first_at : first;
		received = list[i].received_at < received ? list[i].received_at : received;
	}
	/* The clocks of the law start when Khiên was told, not when it happened. */
	detected = arg_time(c, "detected_at", received);
	if (title == NULL)
		title = lead->host == NULL ? lead->title :
		    arena_printf(c->arena, "%s · %s", lead->title, lead->host);
	title = arena_strndup(c->arena, title, utf8_cut(title, TITLE_MAX));
	return incident_insert(c, &(struct incident_new){ .title = title,
	    .type = playbook == NULL || playbook->types_count == 0 ? NULL : playbook->types[0],
	    .occurred_at = first <= detected ? first : SQL_NULL, .detected_at = detected }, &number);
}

static int
alert_open(struct call *c)
{
	const struct pack_playbook *playbook;
	const struct alert *lead;
	struct incident incident;
	struct chosen of;
	size_t changed = 0;
	const char *id;

	if (alerts_chosen(c, "'new', 'acknowledged'", &of) != 0)
		return c->err->kind;
	if (of.n == 0)
		return call_fail(c, ERR_INVALID, "err.alert.none", "alerts");
	lead = leading(of.list, of.n);
	playbook = choose_playbook(c, of.list, of.n, lead);
	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	id = open_incident(c, of.list, of.n, lead, playbook);
	if (arg_bool(c, "take") && incident_take(c, id) != 0)
		return c->err->kind;
	if (incident_load(c, id, &incident) != 0 ||
	    (playbook != NULL && plan_apply(c, &incident, playbook) != 0))
		return c->err->kind;
	if (alert_attach_all(c, of.list, of.n, &incident, arg_text(c, "reason"), &changed) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "incident_id", incident.id);
	jsonw_kstring(c->out, "incident_number", incident.number);
	jsonw_kstring(c->out, "type", incident.type);
	jsonw_kstring(c->out, "playbook", playbook == NULL ? NULL : playbook->pack.id);
	return out_chosen(c, &of, changed);
}

static const char *const columns[] = { "number", "alert_state", "verdict", NULL };

const struct op ops_alert_act[] = {
	{ "alert ack", "POST", "/alerts/ack", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_FINDS, ack_params,
	    alert_ack, columns, "khien alert ack CB-2026-0001 CB-2026-0002" },
	{ "alert verdict", "POST", "/alerts/verdict", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_FINDS,
	    verdict_params, alert_verdict, columns, "khien alert verdict CB-2026-0001 --verdict false_positive" },
	{ "alert merge", "POST", "/alerts/merge", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_FINDS, merge_params,
	    alert_merge, columns, "khien alert merge CB-2026-0001 --into SC-2026-0001" },
	{ "alert unmerge", "POST", "/alerts/{id}/unmerge", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    unmerge_params, alert_unmerge, columns,
	    "khien alert unmerge CB-2026-0001 --reason \"Máy kiểm thử\"" },
	{ "alert open", "POST", "/alerts/open", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_CREATED | OP_FINDS,
	    open_params, alert_open, columns, "khien alert open CB-2026-0001 --take" },
	{ "alert tell", NULL, NULL, RIGHT_LOCAL, OP_WRITE, NULL, alert_tell, NULL, "khien alert tell" },
	{ 0 },
};
