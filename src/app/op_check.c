/* SPDX-License-Identifier: Apache-2.0 */
/* op_check.c: the check of the whole system, in rounds; passing it ends the response. */
#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/workable.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

static const char *const results[] = { "pass", "fail", "not_applicable", "open", NULL };

static const struct param id_params[] = { ID_PARAM, { 0 } };

/* What the list of checks adds to a row: its group, how it is checked, whether it must pass. */
static void
out_item(struct call *call, const struct pack_checklist *list, const char *item)
{
	const char *lang = lang_code(call->lang);

	for (size_t i = 0; list != NULL && i < list->checks; i++) {
		const struct pack_check *check = &list->check[i];

		if (!str_eq(check->id, item))
			continue;
		jsonw_kstring(call->out, "group", check->group);
		for (size_t g = 0; g < list->groups; g++)
			if (str_eq(list->group[g].id, check->group))
				jsonw_kstring(call->out, "group_title",
				    pack_say(&list->group[g].title, lang));
		jsonw_kstring(call->out, "how", pack_say(&check->how, lang));
		jsonw_kbool(call->out, "is_mandatory", check->mandatory);
		jsonw_kstring(call->out, "probe", str_empty(check->probe.kind) ? NULL :
		    check->probe.kind);
		return;
	}
}

static int
out_checks(struct call *call, const char *incident_id)
{
	const struct pack_checklist *list = pack_checklist(call->app->packs, CHECKLIST, call->now);
	int64_t round = tx_int(call->tx, "SELECT COALESCE(MAX(round), 0) FROM check_item WHERE"
	    " incident_id = ?", "t", incident_id);
	struct query q;

	jsonw_kint(call->out, "round", round);
	jsonw_key(call->out, "counts");
	jsonw_object(call->out);
	out_row(call, NULL, "SELECT COALESCE(SUM(CASE WHEN result = 'open' THEN 1 ELSE 0 END), 0)"
	    " AS open, COALESCE(SUM(CASE WHEN result = 'pass' THEN 1 ELSE 0 END), 0) AS pass,"
	    " COALESCE(SUM(CASE WHEN result = 'fail' THEN 1 ELSE 0 END), 0) AS fail FROM check_item"
	    " WHERE incident_id = ? AND round = ?", "ti", incident_id, round);
	jsonw_object_end(call->out);
	jsonw_karray(call->out, "items");
	query_open(&q, call->tx, "SELECT k.id, k.version, k.incident_id, k.round,"
	    " k.position, k.item, k.title AS title_said, k.result, k.note, k.checked_at,"
	    " k.checked_by_id, a.name AS checked_by_name FROM check_item k LEFT JOIN account a ON"
	    " a.id = k.checked_by_id WHERE k.incident_id = ? ORDER BY k.round DESC, k.position", "t", incident_id);
	while (query_step(&q)) {
		jsonw_object(call->out);
		out_fields(call, &q);
		out_item(call, list, arena_strdup(call->arena, query_text(&q, 5)));
		jsonw_object_end(call->out);
	}
	query_close(&q);
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

static int
check_list(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	return out_checks(call, incident.id);
}

static int
check_start(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	if (check_round_start(call, incident.id) == 0)
		return call_fail(call, ERR_NOT_FOUND, "err.no_checklist", NULL);
	return out_checks(call, incident.id);
}

static const struct param set_params[] = {
	ID_PARAM,
	{ "result", P_ENUM, PF_REQUIRED, 0, 0, results },
	{ "note", P_TEXT, 0, 0, 4000, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

/* A failed item says so at once; a finished round says how it went. */
static void
tell(struct call *call, const char *incident_id, const char *id, int64_t round)
{
	bool failed = str_eq(arg_text(call, "result"), "fail");
	const char *title = tx_text(call->tx, call->arena,
	    "SELECT title FROM check_item WHERE id = ?", "t", id);
	int64_t open = tx_int(call->tx, "SELECT COUNT(*) FROM check_item WHERE incident_id = ? AND"
	    " round = ? AND result = 'open'", "ti", incident_id, round);
	int64_t fails = tx_int(call->tx, "SELECT COUNT(*) FROM check_item WHERE incident_id = ?"
	    " AND round = ? AND result = 'fail'", "ti", incident_id, round);

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "check",
	    .word = failed ? "timeline.check.failed" : "timeline.check.set",
	    .text = arg_text(call, "note"), .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "check_item", .ref_id = id, .args = TIMELINE_ARGS("title", title, "round",
	    text_int(call, round), "result", arena_printf(call->arena, "@result.%s",
	    arg_text(call, "result"))) });
	if (open > 0 || str_eq(arg_text(call, "result"), "open"))
		return;
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "check",
	    .word = fails == 0 ? "timeline.check.passed" : "timeline.check.not_passed",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("round", text_int(call, round), "count",
	    text_int(call, fails)) });
}

static int
check_set(struct call *call)
{
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL;
	const char *result = arg_text(call, "result"), *id;
	struct incident incident;
	int64_t round;
	bool open = str_eq(result, "open");

	if (owned_arg(call, "id", "check_item", &incident, &id) != 0 ||
	    incident_workable(call, &incident) != 0)
		return call->err->kind;
	round = tx_int(call->tx, "SELECT round FROM check_item WHERE id = ?", "t", id);
	if (round != tx_int(call->tx, "SELECT MAX(round) FROM check_item WHERE incident_id = ?",
	    "t", incident.id))
		return call_fail(call, ERR_STATE, "err.check_round", NULL);
	change_update(call, "check_item", id, arg_int(call, "version", -1),
	    COLS(CT("result", result), CT("note", arg_text(call, "note")),
	    CI("checked_at", open ? SQL_NULL : call->now), CT("checked_by_id", open ? NULL : by)));
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	tell(call, incident.id, id, round);
	out_row(call, "id", "SELECT * FROM check_item WHERE id = ?", "t", id);
	return call->err->kind;
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "round", "title", "result", "note", "checked_at", NULL };

const struct op ops_check[] = {
	{ "check list", "GET", "/incidents/{id}/checks", RIGHT_READ, 0, id_params, check_list,
	    columns, "khien check list SC-2026-0001" },
	{ "check start", "POST", "/incidents/{id}/checks", RIGHTS, OP_WRITE | OP_CREATED, id_params,
	    check_start, columns, "khien check start SC-2026-0001" },
	{ "check set", "PATCH", "/checks/{id}", RIGHTS, OP_WRITE, set_params, check_set, NULL,
	    "khien check set 019a… --result pass" },
	{ 0 },
};
