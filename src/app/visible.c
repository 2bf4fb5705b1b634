/* SPDX-License-Identifier: Apache-2.0 */
#include "app/visible.h"

#include "base/id.h"

#define INCIDENT_SQL \
	"SELECT i.id, i.number, i.title, i.state, i.type, i.playbook, i.playbook_version, i.lead_id," \
	" i.version, i.level, i.loop_count, i.detected_at, i.received_at, i.taken_at," \
	" i.watch_until_at, i.is_restricted FROM incident i WHERE "

static int
load(struct call *call, const char *field, const char *sql, const char *key, struct incident *ret)
{
	struct arena *a = call->arena;
	struct query q;

	query_open(&q, call->tx, sql, "t" VISIBLE_TYPES, key, VISIBLE_ARGS(call));
	if (query_step(&q)) {
		ret->id = arena_strdup(a, query_text(&q, 0));
		ret->number = arena_strdup(a, query_text(&q, 1));
		ret->title = arena_strdup(a, query_text(&q, 2));
		ret->state = arena_strdup(a, query_text(&q, 3));
		ret->type = arena_strdup(a, query_text(&q, 4));
		ret->playbook = arena_strdup(a, query_text(&q, 5));
		ret->playbook_version = arena_strdup(a, query_text(&q, 6));
		ret->lead_id = arena_strdup(a, query_text(&q, 7));
		ret->version = query_int(&q, 8);
		ret->level = query_int(&q, 9);
		ret->loop_count = query_int(&q, 10);
		ret->detected_at = query_int(&q, 11);
		ret->received_at = query_int(&q, 12);
		ret->taken_at = query_opt(&q, 13);
		ret->watch_until_at = query_opt(&q, 14);
		ret->is_restricted = query_int(&q, 15) != 0;
	} else {
		call_fail(call, ERR_NOT_FOUND, "err.not_found", field);
	}
	return query_close(&q);
}

int
incident_load(struct call *call, const char *id, struct incident *ret)
{
	return load(call, "incident", INCIDENT_SQL "i.id = ? AND " VISIBLE, id, ret);
}

int
incident_arg(struct call *call, const char *name, struct incident *ret)
{
	const char *value = arg_text(call, name);

	if (value == NULL)
		return call_fail(call, ERR_INVALID, "err.required", name);
	return load(call, name, id_valid(value) ? INCIDENT_SQL "i.id = ? AND " VISIBLE :
	    INCIDENT_SQL "i.number = upper(?) AND " VISIBLE, value, ret);
}

int
owned_arg(struct call *call, const char *name, const char *table, struct incident *ret,
    const char **ret_id)
{
	const char *value = arg_text(call, name);
	const char *sql, *incident_id = NULL;
	struct query q;

	if (value == NULL)
		return call_fail(call, ERR_INVALID, "err.required", name);
	/* Only some tables have a number people say. */
	if (id_valid(value))
		sql = arena_printf(call->arena,
		    "SELECT id, incident_id FROM %s WHERE id = ?1 AND agency_id = ?2", table);
	else if (strcmp(table, "evidence") == 0)
		sql = "SELECT id, incident_id FROM evidence WHERE number = upper(?1) AND agency_id = ?2";
	else if (strcmp(table, "report") == 0)
		sql = "SELECT id, incident_id FROM report WHERE code = upper(?1) OR"
		    " (number = upper(?1) AND agency_id = ?2)";
	else
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", name);
	query_open(&q, call->tx, sql, "tt", value, call->agency_id);
	if (query_step(&q)) {
		*ret_id = arena_strdup(call->arena, query_text(&q, 0));
		incident_id = arena_strdup(call->arena, query_text(&q, 1));
	}
	query_close(&q);
	if (incident_id == NULL)
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", name);
	return load(call, name, INCIDENT_SQL "i.id = ? AND " VISIBLE, incident_id, ret);
}
