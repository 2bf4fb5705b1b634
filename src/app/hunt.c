/* SPDX-License-Identifier: Apache-2.0 */
/* hunt.c: hunts as rows, and their files as evidence. */
#include "app/hunt.h"

#include "app/change.h"
#include "app/evidence.h"
#include "app/led.h"
#include "base/id.h"

#define HUNT_SQL \
	"SELECT h.id, h.number, h.incident_id, h.state, h.level, h.lang, h.requested_by, h.requested_by_id," \
	" h.html_sha256, h.json_sha256, h.requested_at, h.files, h.size, h.opens_incident FROM hunt h" \
	" WHERE h.agency_id = ? AND h.%s = %s"

int
hunt_load(struct call *c, const char *key, const char *field, struct hunt *ret)
{
	struct arena *a = c->arena;
	bool by_id = id_valid(key), found;
	struct incident i;
	struct query q;

	query_open(&q, c->tx, arena_printf(a, HUNT_SQL, by_id ? "id" : "number", by_id ? "?" : "upper(?)"), "tt",
	    c->agency_id, key);
	found = query_step(&q);
	if (found)
		*ret = (struct hunt){ .id = arena_strdup(a, query_text(&q, 0)),
		    .number = arena_strdup(a, query_text(&q, 1)), .incident_id = arena_strdup(a, query_text(&q, 2)),
		    .state = arena_strdup(a, query_text(&q, 3)), .level = arena_strdup(a, query_text(&q, 4)),
		    .lang = arena_strdup(a, query_text(&q, 5)), .by_name = arena_strdup(a, query_text(&q, 6)),
		    .by_id = arena_strdup(a, query_text(&q, 7)), .html_sha256 = arena_strdup(a, query_text(&q, 8)),
		    .json_sha256 = arena_strdup(a, query_text(&q, 9)), .requested_at = query_int(&q, 10),
		    .files = query_int(&q, 11), .size = query_int(&q, 12), .opens_incident = query_int(&q, 13) != 0 };
	if (query_close(&q) != 0)
		return c->err->kind;
	/* Without an incident it is seen as open incidents are. */
	if (!found || (ret->incident_id == NULL && c->actor.sees < SEES_OPEN))
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", field);
	return ret->incident_id == NULL ? 0 : incident_load(c, ret->incident_id, &i);
}

int
hunt_arg(struct call *c, const char *name, struct hunt *ret)
{
	const char *value = arg_text(c, name);

	return value == NULL ? call_fail(c, ERR_INVALID, "err.required", name) : hunt_load(c, value, name, ret);
}

const char *
hunt_evidence(struct call *c, const char *incident_id, const struct upload *upload, const char *name,
    const struct hunt_origin *o, bool *ret_is_new)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM evidence WHERE incident_id = ? AND sha256 = ?"
	    " AND state = 'held' ORDER BY number LIMIT 1", "tt", incident_id, upload->sha256);

	*ret_is_new = id == NULL;
	if (id != NULL)
		return id;
	return evidence_insert(c, &(struct evidence_new){ .incident_id = incident_id, .upload = upload,
	    .kind = "log", .form = "copy", .name = name, .collected_at = o->collected_at,
	    .collected_by = o->by_name, .collected_by_id = o->by_id,
	    .place = o->place != NULL ? o->place : words_vi(c, "hunt.case.place", NULL),
	    .method = o->method != NULL ? o->method : words_vi(c, "hunt.case.method", NULL),
	    .is_quiet = true });
}
