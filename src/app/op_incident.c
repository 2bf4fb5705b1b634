/* SPDX-License-Identifier: Apache-2.0 */
/* op_incident.c: open, look at, take, name, link, merge, restrict. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/incident.h"
#include "app/led.h"
#include "app/observe.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/search.h"
#include "app/visible.h"
#include "base/id.h"
#include "model/state.h"

static const char *const tlps[] = { "red", "amber", "amber_strict", "green", "clear", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static const struct param id_params[] = { ID_PARAM, { 0 } };
static const struct param take_params[] = { ID_PARAM, VERSION_PARAM, { 0 } };

/* What every write on an incident answers. */
static int
out_short(struct call *c, const char *id)
{
	if (c->err->kind == ERR_NONE)
		out_row(c, "id", "SELECT id, number, title, state, version, type, level, lead_id,"
		    " is_restricted, tlp FROM incident WHERE id = ?", "t", id);
	return c->err->kind;
}

static int
check_type(struct call *c)
{
	const struct pack_types *types = pack_types(c->app->packs, c->now);

	if (arg_has(c, "type") && (types == NULL || pack_type(types, arg_text(c, "type")) == NULL))
		return err_fail(c->err, ERR_INVALID, "err.type", "type", "value", arg_text(c, "type"), NULL, NULL);
	return 0;
}

/* ---- open -------------------------------------------------------------------------- */

static const struct param open_params[] = {
	{ "title", P_LINE, 0, 0, 200, NULL },
	{ "report", P_ID, 0, 0, 0, NULL },
	{ "symptoms", P_LIST, 0, 0, 0, NULL },
	{ "description", P_TEXT, 0, 0, 8000, NULL },
	{ "type", P_LINE, 0, 0, 40, NULL },
	{ "system", P_LINE, 0, 0, 160, NULL },
	{ "detected_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "occurred_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "take", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int take(struct call *c, const struct incident *i);

static int
open_from_report(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "report", "report", &i, &id) != 0 || take(c, &i) != 0)
		return c->err->kind;
	if (arg_has(c, "title"))
		change_update(c, "incident", i.id, -1, COLS(CT("title", arg_text(c, "title"))));
	return out_short(c, i.id);
}

/* What was seen, in the words of the report form. */
static void
tell_symptoms(struct call *c, const char *incident_id)
{
	const struct pack_symptoms *pack = pack_symptoms(c->app->packs, c->now);
	const char *chosen = arg_list(c, "symptoms", ' '), *list = NULL;

	for (size_t i = 0; pack != NULL && chosen != NULL && i < pack->symptoms; i++) {
		const struct pack_symptom *s = &pack->symptom[i];

		if (strstr(arena_printf(c->arena, " %s ", chosen), arena_printf(c->arena, " %s ", s->id)) != NULL)
			list = list == NULL ? pack_say(&s->title, "vi") :
			    arena_printf(c->arena, "%s; %s", list, pack_say(&s->title, "vi"));
	}
	if (list != NULL)
		change_timeline(c, &(struct timeline_entry){ .incident_id = incident_id, .kind = "note",
		    .word = "timeline.symptoms", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
		    .args = TIMELINE_ARGS("symptoms", list) });
}

static int
incident_open(struct call *c)
{
	int64_t detected_at = arg_time(c, "detected_at", c->now);
	int64_t occurred_at = arg_time(c, "occurred_at", SQL_NULL);
	const char *id, *number, *system = arg_text(c, "system"), *title = arg_text(c, "title");
	const struct pack_symptom *symptom = symptoms_leading(c, arg_list(c, "symptoms", ' '));
	const char *type = arg_text(c, "type");

	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	if (arg_has(c, "report"))
		return open_from_report(c);
	if (title == NULL && symptom != NULL)
		title = pack_say(&symptom->title, "vi");
	if (type == NULL && symptom != NULL && *symptom->type != '\0')
		type = symptom->type;
	if (title == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "title");
	if (check_type(c) != 0)
		return c->err->kind;
	if (occurred_at != SQL_NULL && occurred_at > detected_at)
		return err_fail(c->err, ERR_INVALID, "err.time_order", "detected_at", "other",
		    "@field.occurred_at", NULL, NULL);
	id = incident_insert(c, &(struct incident_new){ .title = title,
	    .summary = arg_text(c, "description"), .type = type,
	    .system_id = system == NULL ? NULL : tx_text(c->tx, c->arena, "SELECT id FROM info_system"
	        " WHERE agency_id = ?1 AND (id = ?2 OR name = ?2)", "tt", c->agency_id, system),
	    .system_name = system == NULL ? NULL : tx_text(c->tx, c->arena, "SELECT COALESCE((SELECT"
	        " name FROM info_system WHERE agency_id = ?1 AND id = ?2), ?2)", "tt", c->agency_id, system),
	    .occurred_at = occurred_at, .detected_at = detected_at }, &number);
	observe_text(c, id, arg_text(c, "description"), "report");
	tell_symptoms(c, id);
	duty_evaluate(c, id);
	if (arg_bool(c, "take"))
		incident_take(c, id);
	return out_short(c, id);
}

/* ---- take ---------------------------------------------------------------------------- */

static int
take(struct call *c, const struct incident *i)
{
	if (state_of(i->state) != STATE_RECEIVED)
		return err_fail(c->err, ERR_STATE, "err.taken_already", NULL, "number", i->number, "lead",
		    i->lead_id == NULL ? "–" : tx_text(c->tx, c->arena, "SELECT name FROM account WHERE id = ?",
		        "t", i->lead_id));
	return incident_take(c, i->id);
}

static int
incident_take_op(struct call *c)
{
	struct incident i;

	if (incident_arg(c, "id", &i) != 0 || take(c, &i) != 0)
		return c->err->kind;
	return out_short(c, i.id);
}

/* ---- show -------------------------------------------------------------------------------- */

static void
show_people(struct call *c, const char *id)
{
	bool handler = call_may(c, RIGHT_HANDLE);

	out_rows(c, "reports", handler ? "SELECT id, number, code, channel, symptoms AS symptoms_list,"
	    " description, place, contact_name, contact_division, contact_phone, is_anonymous, told_at,"
	    " occurred_at FROM report WHERE incident_id = ? ORDER BY told_at" :
	    "SELECT id, number, channel, symptoms AS symptoms_list, place, told_at FROM report WHERE"
	    " incident_id = ? ORDER BY told_at", "t", id);
	out_rows(c, "access", "SELECT x.id, a.id AS account_id, a.name FROM incident_access x JOIN"
	    " account a ON a.id = x.account_id WHERE x.incident_id = ? ORDER BY a.name", "t", id);
}

static void
show_links(struct call *c, const char *id)
{
	out_rows(c, "links", "SELECT l.id, l.kind, i.id AS incident_id, i.number, i.title, i.state FROM"
	    " incident_link l JOIN incident i ON i.id = CASE WHEN l.incident_id = ? THEN l.other_id ELSE"
	    " l.incident_id END WHERE (l.incident_id = ? OR l.other_id = ?) AND " VISIBLE
	    " ORDER BY i.number", "ttt" VISIBLE_TYPES, id, id, id, VISIBLE_ARGS(c));
}

static void
show_counts(struct call *c, const char *id)
{
	jsonw_key(c->out, "tasks");
	jsonw_object(c->out);
	out_row(c, NULL, "SELECT COALESCE(SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0) AS open, COALESCE(SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0)"
	    " AS done, COALESCE(SUM(CASE WHEN state = 'waived' THEN 1 ELSE 0 END), 0) AS waived, COALESCE(SUM(CASE WHEN state = 'open' AND"
	    " is_mandatory = 1 THEN 1 ELSE 0 END), 0) AS mandatory_open FROM task WHERE incident_id = ?", "t", id);
	jsonw_object_end(c->out);
	jsonw_kint(c->out, "probes_red", tx_int(c->tx, "SELECT COUNT(*) FROM probe WHERE incident_id = ?"
	    " AND is_stopped = 0 AND state IN ('false', 'expired')", "t", id));
	out_rows(c, "duties", "SELECT id, profile, obligation, title, basis, certainty, is_provisional,"
	    " state, clock_from_at, due_at, done_at FROM duty WHERE incident_id = ? AND state NOT IN"
	    " ('cancelled', 'superseded') ORDER BY due_at", "t", id);
}

static int
incident_show(struct call *c)
{
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	out_row(c, "id", "SELECT i.*, a.name AS lead_name, d.number AS duplicate_of FROM incident i"
	    " LEFT JOIN account a ON a.id = i.lead_id LEFT JOIN incident d ON d.id = i.duplicate_of_id"
	    " WHERE i.id = ?", "t", i.id);
	jsonw_kint(c->out, "step", state_step(state_of(i.state)));
	show_people(c, i.id);
	show_links(c, i.id);
	jsonw_key(c->out, "score");
	if (tx_int(c->tx, "SELECT COUNT(*) FROM score WHERE incident_id = ?", "t", i.id) > 0) {
		jsonw_object(c->out);
		out_row(c, NULL, "SELECT * FROM score WHERE incident_id = ? ORDER BY scored_at DESC, id DESC"
		    " LIMIT 1", "t", i.id);
		jsonw_object_end(c->out);
	} else {
		jsonw_null(c->out);
	}
	show_counts(c, i.id);
	escalation_out(c, i.id);
	incident_next(c, &i);
	return c->err->kind;
}

/* ---- set --------------------------------------------------------------------------------- */

static const struct param set_params[] = {
	ID_PARAM,
	{ "title", P_LINE, 0, 0, 200, NULL },
	{ "summary", P_TEXT, 0, 0, 0, NULL },
	{ "tlp", P_ENUM, 0, 0, 0, tlps },
	{ "occurred_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "detected_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "option_chosen", P_TEXT, 0, 0, 4000, NULL },
	{ "under_direction", P_BOOL, 0, 0, 0, NULL },
	{ "lead", P_LINE, 0, 0, 60, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* The names of what was set, for the timeline: "tên, mức TLP". */
static const char *
fields_set(struct call *c)
{
	const char *list = NULL, *name;
	char key[64];

	for (const struct param *p = set_params + 1; strcmp(p->name, "version") != 0; p++) {
		if (json_get(c->args, p->name) == NULL)
			continue;
		snprintf(key, sizeof(key), "field.%s", p->name);
		name = word_or(LANG_VI, key, p->name);
		list = list == NULL ? name : arena_printf(c->arena, "%s, %s", list, name);
	}
	return list;
}

static int
check_set(struct call *c, const struct incident *i)
{
	int64_t detected_at = arg_time(c, "detected_at", i->detected_at);

	if (json_get(c->args, "title") != NULL && !arg_has(c, "title"))
		return call_fail(c, ERR_INVALID, "err.required", "title");
	if (arg_time(c, "occurred_at", INT64_MIN) > detected_at)
		return err_fail(c->err, ERR_INVALID, "err.time_order", "detected_at", "other",
		    "@field.occurred_at", NULL, NULL);
	return 0;
}

static int
incident_set(struct call *c)
{
	struct col cols[ARRAY_LEN(set_params)];
	struct incident i;
	const char *lead = NULL;
	size_t n;

	if (incident_arg(c, "id", &i) != 0 || check_set(c, &i) != 0)
		return c->err->kind;
	n = cols_given(c, set_params, cols);
	if (json_get(c->args, "lead") != NULL) {
		n--; /* the last one given: an account, not a column */
		if (arg_has(c, "lead") && (lead = tx_text(c->tx, c->arena, "SELECT id FROM account WHERE"
		    " agency_id = ?1 AND (id = ?2 OR login = ?2) AND is_disabled = 0", "tt", c->agency_id,
		    arg_text(c, "lead"))) == NULL)
			return call_fail(c, ERR_NOT_FOUND, "err.not_found", "lead");
		cols[n++] = (struct col)CT("lead_id", lead);
	}
	if (n == 0)
		return out_short(c, i.id);
	if (change_update(c, "incident", i.id, arg_int(c, "version", -1), cols, n) != 0)
		return c->err->kind;
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "note",
	    .word = "timeline.set", .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "incident",
	    .ref_id = i.id, .args = TIMELINE_ARGS("fields", fields_set(c)) });
	duty_evaluate(c, i.id);
	return out_short(c, i.id);
}

/* ---- links, duplicates ------------------------------------------------------------------------ */

static const char *const link_kinds[] = { "related", "parent", NULL };

static const struct param link_params[] = {
	ID_PARAM,
	{ "other", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "kind", P_ENUM, 0, 0, 0, link_kinds },
	{ 0 },
};

static int
incident_link(struct call *c)
{
	const char *kind = arg_has(c, "kind") ? arg_text(c, "kind") : "related";
	struct incident i, other;

	if (incident_arg(c, "id", &i) != 0 || incident_arg(c, "other", &other) != 0)
		return c->err->kind;
	if (strcmp(i.id, other.id) == 0)
		return call_fail(c, ERR_INVALID, "err.link_self", "other");
	change_insert(c, "incident_link", NULL, COLS(CT("incident_id", i.id), CT("other_id", other.id),
	    CT("kind", kind)));
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "note",
	    .word = "timeline.linked", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = other.id, .args = TIMELINE_ARGS("other", other.number) });
	change_timeline(c, &(struct timeline_entry){ .incident_id = other.id, .kind = "note",
	    .word = "timeline.linked", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = i.id, .args = TIMELINE_ARGS("other", i.number) });
	return out_short(c, i.id);
}

static const struct param unlink_params[] = {
	ID_PARAM,
	{ "link", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

static int
incident_unlink(struct call *c)
{
	struct incident i;
	const char *id;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	id = tx_text(c->tx, c->arena, "SELECT id FROM incident_link WHERE id = ? AND kind != 'duplicate'"
	    " AND (incident_id = ? OR other_id = ?)", "ttt", arg_text(c, "link"), i.id, i.id);
	if (id == NULL)
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", "link");
	change_delete(c, "incident_link", id);
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "note",
	    .word = "timeline.unlinked", .occurred_at = SQL_NULL, .told_at = SQL_NULL });
	return out_short(c, i.id);
}

static const struct param merge_params[] = {
	ID_PARAM,
	{ "into", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Its reports go with it; its own record stays whole and can be reopened. */
static void
move_reports(struct call *c, const struct incident *from, const struct incident *to)
{
	struct query q;

	query_open(&q, c->tx, "SELECT id, taken_at FROM report WHERE incident_id = ?", "t", from->id);
	while (query_step(&q))
		change_update(c, "report", arena_strdup(c->arena, query_text(&q, 0)), -1, COLS(
		    CT("incident_id", to->id),
		    CI("taken_at", query_opt(&q, 1) != SQL_NULL || to->taken_at == SQL_NULL ?
		        query_opt(&q, 1) : c->now)));
	query_close(&q);
}

static int
incident_merge(struct call *c)
{
	struct incident i, into;

	if (incident_arg(c, "id", &i) != 0 || incident_arg(c, "into", &into) != 0)
		return c->err->kind;
	if (strcmp(i.id, into.id) == 0)
		return call_fail(c, ERR_INVALID, "err.link_self", "into");
	if (state_of(into.state) == STATE_DUPLICATE)
		return err_fail(c->err, ERR_STATE, "err.incident_closed", NULL, "number", into.number, NULL, NULL);
	if (incident_move(c, &i, &(struct move){ .to = STATE_DUPLICATE, .by = BY_MERGE,
	    .reason = arg_text(c, "reason"), .occurred_at = SQL_NULL, .seen = arg_int(c, "version", -1),
	    .other = into.number }) != 0)
		return c->err->kind;
	change_update(c, "incident", i.id, -1, COLS(CT("duplicate_of_id", into.id)));
	change_insert(c, "incident_link", NULL, COLS(CT("incident_id", i.id), CT("other_id", into.id),
	    CT("kind", "duplicate")));
	move_reports(c, &i, &into);
	change_timeline(c, &(struct timeline_entry){ .incident_id = into.id, .kind = "report",
	    .word = "timeline.merged_from", .occurred_at = i.detected_at, .told_at = SQL_NULL,
	    .text = arg_text(c, "reason"), .ref_table = "incident", .ref_id = i.id,
	    .args = TIMELINE_ARGS("other", i.number) });
	/* The clocks of the law start at the first detection of the two. */
	if (i.detected_at < into.detected_at)
		change_update(c, "incident", into.id, -1, COLS(CI("detected_at", i.detected_at)));
	duty_evaluate(c, into.id);
	return out_short(c, into.id);
}

/* ---- need to know --------------------------------------------------------------------------------- */

static const struct param restrict_params[] = {
	ID_PARAM,
	{ "restricted", P_BOOL, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static void
grant(struct call *c, const char *incident_id, const char *account_id)
{
	if (tx_int(c->tx, "SELECT COUNT(*) FROM incident_access WHERE incident_id = ? AND account_id = ?",
	    "tt", incident_id, account_id) == 0)
		change_insert(c, "incident_access", NULL, COLS(CT("incident_id", incident_id),
		    CT("account_id", account_id)));
}

static int
incident_restrict(struct call *c)
{
	bool restricted = arg_bool(c, "restricted");
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	change_update(c, "incident", i.id, -1, COLS(CI("is_restricted", restricted)));
	if (restricted && c->actor.kind == ACTOR_ACCOUNT)
		grant(c, i.id, c->actor.id);
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "access",
	    .word = restricted ? "timeline.restricted" : "timeline.unrestricted",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .text = arg_text(c, "reason") });
	return out_short(c, i.id);
}

static const struct param access_params[] = {
	ID_PARAM,
	{ "account", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

/* The account's id; ${ret_name} for the timeline. */
static const char *
access_account(struct call *c, const char **ret_name)
{
	const char *value = arg_text(c, "account");
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM account WHERE agency_id = ?1 AND"
	    " (id = ?2 OR login = ?2)", "tt", c->agency_id, value);

	if (id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.not_found", "account");
	else
		*ret_name = tx_text(c->tx, c->arena, "SELECT name FROM account WHERE id = ?", "t", id);
	return id;
}

static int
access_add(struct call *c)
{
	const char *account, *name;
	struct incident i;

	if (incident_arg(c, "id", &i) != 0 || (account = access_account(c, &name)) == NULL)
		return c->err->kind;
	grant(c, i.id, account);
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "access",
	    .word = "timeline.access_added", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("name", name) });
	return out_short(c, i.id);
}

static int
access_remove(struct call *c)
{
	const char *account, *name, *id;
	struct incident i;

	if (incident_arg(c, "id", &i) != 0 || (account = access_account(c, &name)) == NULL)
		return c->err->kind;
	id = tx_text(c->tx, c->arena, "SELECT id FROM incident_access WHERE incident_id = ? AND"
	    " account_id = ?", "tt", i.id, account);
	if (id == NULL)
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", "account");
	change_delete(c, "incident_access", id);
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "access",
	    .word = "timeline.access_removed", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("name", name) });
	return out_short(c, i.id);
}

static int
access_list(struct call *c)
{
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	out_rows(c, "items", "SELECT x.id, a.id AS account_id, a.login, a.name FROM incident_access x JOIN"
	    " account a ON a.id = x.account_id WHERE x.incident_id = ? ORDER BY a.name", "t", i.id);
	jsonw_kbool(c->out, "more", false);
	return c->err->kind;
}

static int
type_list(struct call *c)
{
	const struct pack_types *types = pack_types(c->app->packs, c->now);

	jsonw_karray(c->out, "items");
	for (size_t i = 0; types != NULL && i < types->types; i++) {
		jsonw_object(c->out);
		jsonw_kstring(c->out, "id", types->type[i].id);
		jsonw_kstring(c->out, "title", pack_say(&types->type[i].title, lang_code(c->lang)));
		jsonw_kstring(c->out, "list", types->type[i].list);
		jsonw_kstring(c->out, "group", types->type[i].group);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static const char *const access_columns[] = { "login", "name", NULL };
static const char *const type_columns[] = { "id", "list", "title", NULL };

const struct op ops_incident[] = {
	{ "incident open", "POST", "/incidents", RIGHT_READ | RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    open_params, incident_open, NULL, "khien incident open --title \"Máy chủ tệp bị mã hóa\" --take true" },
	{ "incident show", "GET", "/incidents/{id}", RIGHT_READ, 0, id_params, incident_show, NULL,
	    "khien incident show SC-2026-0001" },
	{ "incident set", "PATCH", "/incidents/{id}", RIGHT_READ | RIGHT_HANDLE, OP_WRITE, set_params,
	    incident_set, NULL, "khien incident set SC-2026-0001 --title \"Mã độc tại phòng kế toán\"" },
	{ "incident take", "POST", "/incidents/{id}/take", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    take_params, incident_take_op, NULL, "khien incident take SC-2026-0001" },
	{ "incident link", "POST", "/incidents/{id}/links", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    link_params, incident_link, NULL, "khien incident link SC-2026-0001 SC-2026-0002" },
	{ "incident unlink", "DELETE", "/incidents/{id}/links/{link}", RIGHT_READ | RIGHT_HANDLE,
	    OP_WRITE, unlink_params, incident_unlink, NULL, "khien incident unlink SC-2026-0001 019a…" },
	{ "incident merge", "POST", "/incidents/{id}/merge", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    merge_params, incident_merge, NULL, "khien incident merge SC-2026-0002 --into SC-2026-0001" },
	{ "incident restrict", "POST", "/incidents/{id}/restrict", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    restrict_params, incident_restrict, NULL, "khien incident restrict SC-2026-0001 --restricted true" },
	{ "access list", "GET", "/incidents/{id}/access", RIGHT_READ, 0, id_params, access_list,
	    access_columns, "khien access list SC-2026-0001" },
	{ "access add", "POST", "/incidents/{id}/access", RIGHT_READ | RIGHT_HANDLE, OP_WRITE,
	    access_params, access_add, NULL, "khien access add SC-2026-0001 duphong" },
	{ "access remove", "DELETE", "/incidents/{id}/access/{account}", RIGHT_READ | RIGHT_HANDLE,
	    OP_WRITE, access_params, access_remove, NULL, "khien access remove SC-2026-0001 duphong" },
	{ "type list", "GET", "/types", RIGHT_SELF, 0, NULL, type_list, type_columns, "khien type list" },
	{ 0 },
};
