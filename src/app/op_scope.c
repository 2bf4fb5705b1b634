/* SPDX-License-Identifier: Apache-2.0 */
/* op_scope.c: what an incident touches: systems, machines, accounts, data, divisions. */
#include "app/change.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/workable.h"

static const char *const kinds[] = { "system", "machine", "account", "data", "division", NULL };
static const char *const states[] = { "suspected", "affected", "isolated", "cleaned", "restored",
	"cleared", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

#define SCOPE_COLUMNS \
	"s.id, s.version, s.incident_id, s.kind, s.ref_id, s.name, s.state, s.note, s.since_at," \
	" s.restored_from"

static int
out_scope(struct call *c, const char *id)
{
	out_row(c, "id", "SELECT " SCOPE_COLUMNS " FROM scope_item s WHERE s.id = ?", "t", id);
	return c->err->kind;
}

static const struct param list_params[] = {
	ID_PARAM,
	{ "kind", P_ENUM, 0, 0, 0, kinds },
	{ "state", P_ENUM, 0, 0, 0, states },
	PARAMS_PAGE,
	{ 0 },
};

static int
scope_list(struct call *c)
{
	int64_t limit = page_limit(c);
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	/* The system's level and who may disconnect it are asked for at the moment of containment. */
	out_page(c, "items", limit, "SELECT " SCOPE_COLUMNS ", y.level AS system_level,"
	    " y.may_be_disconnected_by FROM scope_item s LEFT JOIN info_system y ON s.kind = 'system'"
	    " AND y.id = s.ref_id WHERE s.incident_id = ?1 AND (?2 IS NULL OR s.kind = ?2)"
	    " AND (?3 IS NULL OR s.state = ?3) ORDER BY s.kind, s.name, s.id LIMIT ?4 OFFSET ?5", "tttii",
	    i.id, arg_text(c, "kind"), arg_text(c, "state"), limit + 1, page_offset(c));
	return 0;
}

/* ---- add ------------------------------------------------------------------------------ */

/*
 * The row of the register that the item stands for: by ${ref} (an id), else by its
 * name.  ERR_NOT_FOUND when ${ref} names none.
 */
static int
find_ref(struct call *c, const char *kind, const char **ref, const char **name)
{
	const char *table = str_eq(kind, "system") ? "info_system" :
	    str_eq(kind, "division") ? "division" : NULL;
	struct query q;
	bool found;

	if (table == NULL)
		return *ref == NULL ? 0 : call_fail(c, ERR_INVALID, "err.scope_ref", "ref");
	query_open(&q, c->tx, arena_printf(c->arena, "SELECT id, name FROM %s WHERE agency_id = ?1 AND"
	    " %s = ?2", table, *ref != NULL ? "id" : "name"), "tt", c->agency_id,
	    *ref != NULL ? *ref : *name);
	found = query_step(&q);
	if (found) {
		*ref = arena_strdup(c->arena, query_text(&q, 0));
		if (*name == NULL)
			*name = arena_strdup(c->arena, query_text(&q, 1));
	}
	query_close(&q);
	if (!found && *ref != NULL)
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", "ref");
	return c->err->kind;
}

static const struct param add_params[] = {
	ID_PARAM,
	{ "kind", P_ENUM, PF_REQUIRED, 0, 0, kinds },
	{ "name", P_LINE, 0, 0, 300, NULL },
	{ "ref", P_ID, 0, 0, 0, NULL },
	{ "state", P_ENUM, PF_REQUIRED, 0, 0, states },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "since_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ 0 },
};

static void
tell(struct call *c, const char *incident_id, const char *id, const char *word, const char *kind,
    const char *name, const char *state, int64_t at)
{
	change_timeline(c, &(struct timeline_entry){ .incident_id = incident_id, .kind = "scope",
	    .word = word, .text = arg_text(c, "note"), .occurred_at = at, .told_at = SQL_NULL,
	    .ref_table = "scope_item", .ref_id = id,
	    .args = TIMELINE_ARGS("kind", arena_printf(c->arena, "@scope.kind.%s", kind), "name", name,
		"state", arena_printf(c->arena, "@scope.state.%s", state)) });
}

static int
scope_add(struct call *c)
{
	const char *kind = arg_text(c, "kind"), *name = arg_text(c, "name"), *ref = arg_text(c, "ref");
	const char *state = arg_text(c, "state"), *id;
	int64_t since = arg_time(c, "since_at", SQL_NULL);
	struct incident i;

	if (incident_arg(c, "id", &i) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	if (name == NULL && ref == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "name");
	if (find_ref(c, kind, &ref, &name) != 0)
		return c->err->kind;
	if (tx_int(c->tx, "SELECT COUNT(*) FROM scope_item WHERE incident_id = ? AND kind = ? AND name = ?",
	    "ttt", i.id, kind, name) > 0)
		return call_fail(c, ERR_CONFLICT, "err.duplicate", "name");
	id = change_insert(c, "scope_item", NULL, COLS(CT("incident_id", i.id), CT("kind", kind),
	    CT("ref_id", ref), CT("name", name), CT("state", state), CT("note", arg_text(c, "note")),
	    CI("since_at", since)));
	tell(c, i.id, id, "timeline.scope_add", kind, name, state, since);
	escalation_evaluate(c, i.id);
	return out_scope(c, id);
}

/* ---- set, remove ------------------------------------------------------------------------ */

static const struct param set_params[] = {
	ID_PARAM,
	{ "name", P_LINE, 0, 0, 300, NULL },
	{ "state", P_ENUM, 0, 0, 0, states },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "since_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "restored_from", P_LINE, 0, 0, 300, NULL },
	VERSION_PARAM,
	{ 0 },
};

struct item {
	const char *kind, *name, *state;
};

static void
load_item(struct call *c, const char *id, struct item *ret)
{
	struct query q;

	query_open(&q, c->tx, "SELECT kind, name, state FROM scope_item WHERE id = ?", "t", id);
	if (query_step(&q)) {
		ret->kind = arena_strdup(c->arena, query_text(&q, 0));
		ret->name = arena_strdup(c->arena, query_text(&q, 1));
		ret->state = arena_strdup(c->arena, query_text(&q, 2));
	}
	query_close(&q);
}

static int
scope_set(struct call *c)
{
	struct col cols[ARRAY_LEN(set_params)];
	size_t n = cols_given(c, set_params, cols);
	struct item before = { 0 }, after = { 0 };
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "scope_item", &i, &id) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	if ((json_get(c->args, "name") != NULL && arg_text(c, "name") == NULL) ||
	    (json_get(c->args, "state") != NULL && arg_text(c, "state") == NULL))
		return call_fail(c, ERR_INVALID, "err.required", arg_text(c, "name") == NULL &&
		    json_get(c->args, "name") != NULL ? "name" : "state");
	load_item(c, id, &before);
	if (n > 0 && change_update(c, "scope_item", id, arg_int(c, "version", -1), cols, n) == 0) {
		load_item(c, id, &after);
		tell(c, i.id, id, str_eq(before.state, after.state) ? "timeline.scope_set" :
		    "timeline.scope_state", after.kind, after.name, after.state,
		    str_eq(before.state, after.state) ? SQL_NULL : arg_time(c, "since_at", SQL_NULL));
		escalation_evaluate(c, i.id);
	}
	return out_scope(c, id);
}

static const struct param remove_params[] = {
	ID_PARAM,
	{ "reason", P_LINE, 0, 0, 500, NULL },
	{ 0 },
};

static int
scope_remove(struct call *c)
{
	struct item item = { 0 };
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "scope_item", &i, &id) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	load_item(c, id, &item);
	if (change_delete(c, "scope_item", id) != 0)
		return c->err->kind;
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "scope",
	    .word = "timeline.scope_remove", .text = arg_text(c, "reason"), .occurred_at = SQL_NULL,
	    .told_at = SQL_NULL, .ref_table = "scope_item", .ref_id = id,
	    .args = TIMELINE_ARGS("kind", arena_printf(c->arena, "@scope.kind.%s", item.kind),
		"name", item.name) });
	escalation_evaluate(c, i.id);
	jsonw_kstring(c->out, "id", id);
	return c->err->kind;
}

static const char *const columns[] = { "kind", "name", "state", "since_at", "note", NULL };

const struct op ops_scope[] = {
	{ "scope list", "GET", "/incidents/{id}/scope", RIGHT_READ, 0, list_params, scope_list, columns,
	    "khien scope list SC-2026-0007" },
	{ "scope add", "POST", "/incidents/{id}/scope", RIGHT_HANDLE, OP_WRITE | OP_CREATED, add_params,
	    scope_add, NULL, "khien scope add SC-2026-0007 --kind machine --name PC-KT-03 --state affected" },
	{ "scope set", "PATCH", "/scope/{id}", RIGHT_HANDLE, OP_WRITE, set_params, scope_set, NULL,
	    "khien scope set 0198c0de-0000-7000-8000-000000000001 --state isolated" },
	{ "scope remove", "DELETE", "/scope/{id}", RIGHT_HANDLE, OP_WRITE, remove_params, scope_remove,
	    NULL, "khien scope remove 0198c0de-0000-7000-8000-000000000001 --reason \"Ghi nhầm máy\"" },
	{ 0 },
};
