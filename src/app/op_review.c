/* SPDX-License-Identifier: Apache-2.0 */
/* op_review.c: what is learned from an incident, and what is done about it afterwards. */
#include "app/change.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"

static const char *const action_states[] = { "open", "done", "dropped", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

/* ---- review ------------------------------------------------------------------------------ */

#define REVIEW_SQL \
	"SELECT id, version, incident_id, root_cause, went_well, went_badly, damage, damage_vnd," \
	" lessons, is_no_lesson, helped_by, reviewed_at FROM review WHERE incident_id = ?"

/* An incident without a review answers empty fields, so that a form can be filled in. */
static void
out_review(struct call *c, const char *incident_id)
{
	static const char *const fields[] = { "id", "version", "incident_id", "root_cause", "went_well",
		"went_badly", "damage", "damage_vnd", "lessons", "is_no_lesson", "helped_by", "reviewed_at" };

	if (out_row(c, NULL, REVIEW_SQL, "t", incident_id))
		return;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_eq(fields[i], "version"))
			jsonw_kint(c->out, fields[i], 0);
		else if (str_eq(fields[i], "is_no_lesson"))
			jsonw_kbool(c->out, fields[i], false);
		else
			jsonw_kstring(c->out, fields[i],
			    str_eq(fields[i], "incident_id") ? incident_id : NULL);
	}
}

#define ACTION_COLUMNS \
	"a.id, a.version, a.incident_id, i.number AS incident_number, i.title AS incident_title," \
	" a.title, a.owner_id, COALESCE(o.name, a.owner_name) AS owner_name, a.due_at, a.state, a.done_at," \
	" a.note"
#define ACTION_FROM \
	" FROM corrective_action a CROSS JOIN incident i LEFT JOIN account o ON o.id = a.owner_id" \
	" WHERE i.id = a.incident_id"

static const struct param id_params[] = { ID_PARAM, { 0 } };

static int
review_show(struct call *c)
{
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	out_review(c, i.id);
	out_rows(c, "actions", "SELECT " ACTION_COLUMNS ACTION_FROM " AND a.incident_id = ?"
	    " ORDER BY a.due_at, a.id", "t", i.id);
	return 0;
}

static const struct param review_params[] = {
	ID_PARAM,
	{ "root_cause", P_TEXT, 0, 0, 0, NULL },
	{ "went_well", P_TEXT, 0, 0, 0, NULL },
	{ "went_badly", P_TEXT, 0, 0, 0, NULL },
	{ "damage", P_TEXT, 0, 0, 0, NULL },
	{ "damage_vnd", P_INT, 0, 0, INT64_C(1000000000000000), NULL },
	{ "lessons", P_TEXT, 0, 0, 0, NULL },
	{ "no_lesson", P_BOOL, 0, 0, 0, NULL },
	{ "helped_by", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
review_set(struct call *c)
{
	struct col cols[ARRAY_LEN(review_params) + 2];
	size_t n = cols_given(c, review_params, cols);
	int64_t seen = arg_int(c, "version", -1);
	struct incident i;
	const char *id;

	if (incident_arg(c, "id", &i) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	for (size_t k = 0; k < n; k++)
		if (str_eq(cols[k].name, "no_lesson"))
			cols[k].name = "is_no_lesson";
	cols[n++] = (struct col)CI("reviewed_at", c->now);
	id = tx_text(c->tx, c->arena, "SELECT id FROM review WHERE incident_id = ?", "t", i.id);
	if (id != NULL) {
		change_update(c, "review", id, seen, cols, n);
	} else {
		cols[n++] = (struct col)CT("incident_id", i.id);
		id = change_insert(c, "review", NULL, cols, n);
	}
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "review",
	    .word = "timeline.review_set", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "review", .ref_id = id });
	out_review(c, i.id);
	return c->err->kind;
}

/* ---- corrective actions -------------------------------------------------------------------- */

static int
out_action(struct call *c, const char *id)
{
	out_row(c, "id", "SELECT " ACTION_COLUMNS ACTION_FROM " AND a.id = ?", "t", id);
	return c->err->kind;
}

static const char *const action_list_states[] = { "open", "done", "dropped", "all", NULL };

static const struct param action_list_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "state", P_ENUM, 0, 0, 0, action_list_states },
	PARAMS_PAGE,
	{ 0 },
};

static int
action_list(struct call *c)
{
	const char *state = arg_text(c, "state");
	int64_t limit = page_limit(c);
	struct incident i = { 0 };

	if (arg_text(c, "incident") != NULL && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	if (str_eq(state, "all"))
		state = NULL;
	out_page(c, "items", limit, "SELECT " ACTION_COLUMNS ACTION_FROM " AND " VISIBLE
	    " AND a.agency_id = ? AND (? IS NULL OR a.incident_id = ?) AND (? IS NULL OR a.state = ?)"
	    " ORDER BY a.state <> 'open', a.due_at, a.id LIMIT ? OFFSET ?", VISIBLE_TYPES "tttttii",
	    VISIBLE_ARGS(c), c->agency_id, i.id, i.id, state, state,
	    limit + 1, page_offset(c));
	return 0;
}

static const struct param action_add_params[] = {
	ID_PARAM,
	{ "title", P_LINE, PF_REQUIRED, 0, 500, NULL },
	{ "owner", P_ID, 0, 0, 0, NULL },
	{ "owner_name", P_LINE, 0, 0, 0, NULL },
	{ "due_at", P_TIME, PF_REQUIRED, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

/* The owner's account named by the argument "owner" (id or login); NULL when none was given. */
static const char *
owner_arg(struct call *c)
{
	struct party owner = party_arg(c, "owner");

	if (owner.name != NULL && owner.id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.not_found", "owner");
	return owner.id;
}

static void
tell_action(struct call *c, const char *incident_id, const char *id, const char *word, int64_t at)
{
	const char *title = tx_text(c->tx, c->arena, "SELECT title FROM corrective_action WHERE id = ?",
	    "t", id);
	const char *owner = tx_text(c->tx, c->arena, "SELECT COALESCE(o.name, a.owner_name)"
	    ACTION_FROM " AND a.id = ?", "t", id);
	int64_t due = tx_int(c->tx, "SELECT due_at FROM corrective_action WHERE id = ?", "t", id);
	char when[CLOCK_TEXT_SIZE] = "";

	if (due != SQL_NULL)
		clock_vi(due, when);
	change_timeline(c, &(struct timeline_entry){ .incident_id = incident_id, .kind = "review",
	    .word = word, .text = arg_text(c, "note"), .occurred_at = at, .told_at = SQL_NULL,
	    .ref_table = "corrective_action", .ref_id = id,
	    .args = TIMELINE_ARGS("title", title, "owner", owner == NULL ? "@action.no_owner" : owner,
		"due", when) });
}

static int
action_add(struct call *c)
{
	const char *owner = owner_arg(c), *id;
	struct incident i;

	/* Also on a closed case: what is learned late is still to be done. */
	if (c->err->kind != ERR_NONE || incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	if (owner == NULL && arg_text(c, "owner_name") == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "owner");
	id = change_insert(c, "corrective_action", NULL, COLS(CT("incident_id", i.id),
	    CT("title", arg_text(c, "title")), CT("owner_id", owner),
	    CT("owner_name", owner == NULL ? arg_text(c, "owner_name") : NULL),
	    CI("due_at", arg_time(c, "due_at", SQL_NULL)), CT("state", "open"),
	    CT("note", arg_text(c, "note"))));
	tell_action(c, i.id, id, "timeline.action_add", SQL_NULL);
	return out_action(c, id);
}

static const struct param action_set_params[] = {
	ID_PARAM,
	{ "state", P_ENUM, 0, 0, 0, action_states },
	{ "owner", P_ID, 0, 0, 0, NULL },
	{ "due_at", P_TIME, 0, 0, 0, NULL },
	{ "done_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Columns for what was given: "owner" is an account, and only a finished action has done_at. */
static size_t
action_cols(struct call *c, struct col *cols)
{
	const char *state = arg_text(c, "state"), *owner = owner_arg(c);
	size_t n = 0;

	if (owner != NULL) {
		cols[n++] = (struct col)CT("owner_id", owner);
		cols[n++] = (struct col)CT("owner_name", NULL);
	}
	if (arg_has(c, "due_at"))
		cols[n++] = (struct col)CI("due_at", arg_time(c, "due_at", SQL_NULL));
	if (json_get(c->args, "note") != NULL)
		cols[n++] = (struct col)CT("note", arg_text(c, "note"));
	if (state != NULL) {
		cols[n++] = (struct col)CT("state", state);
		cols[n++] = (struct col)CI("done_at", str_eq(state, "done") ?
		    arg_time(c, "done_at", c->now) : SQL_NULL);
	}
	return n;
}

static int
action_set(struct call *c)
{
	const char *state = arg_text(c, "state"), *id;
	struct col cols[8];
	struct incident i;
	size_t n;

	if (owned_arg(c, "id", "corrective_action", &i, &id) != 0)
		return c->err->kind;
	/* Dropping what was promised is answered for. */
	if (str_eq(state, "dropped") && arg_text(c, "note") == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "note");
	n = action_cols(c, cols);
	if (c->err->kind == ERR_NONE && n > 0 &&
	    change_update(c, "corrective_action", id, arg_int(c, "version", -1), cols, n) == 0)
		tell_action(c, i.id, id, state == NULL ? "timeline.action_set" :
		    arena_printf(c->arena, "timeline.action_%s", state),
		    str_eq(state, "done") ? arg_time(c, "done_at", SQL_NULL) : SQL_NULL);
	return out_action(c, id);
}

static const char *const action_columns[] = { "incident_number", "title", "owner_name", "due_at",
	"state", NULL };

const struct op ops_review[] = {
	{ "review show", "GET", "/incidents/{id}/review", RIGHT_READ, 0, id_params, review_show, NULL,
	    "khien review show SC-2026-0007" },
	{ "review set", "PUT", "/incidents/{id}/review", RIGHT_HANDLE, OP_WRITE, review_params,
	    review_set, NULL,
	    "khien review set SC-2026-0007 --root-cause \"Mở tệp đính kèm lạ\" --lessons \"Chặn tệp macro\"" },
	{ "action list", "GET", "/actions", RIGHT_READ, 0, action_list_params, action_list,
	    action_columns, "khien action list --state open" },
	{ "action add", "POST", "/incidents/{id}/actions", RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    action_add_params, action_add, NULL,
	    "khien action add SC-2026-0007 --title \"Tắt macro trên mọi máy\" --owner lanvt"
	    " --due-at 15/12/2026" },
	{ "action set", "PATCH", "/actions/{id}", RIGHT_HANDLE, OP_WRITE, action_set_params, action_set,
	    NULL, "khien action set 0198c0de-0000-7000-8000-000000000001 --state done" },
	{ 0 },
};
