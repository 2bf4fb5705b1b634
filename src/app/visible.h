/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visible.h: what a reader may see, as one SQL condition on an incident "i".
 * Every read of anything that belongs to an incident joins incident i and
 * applies it: lists, search, counts, changes, matches.
 *
 *	out_rows(c, "items", "SELECT … FROM task t JOIN incident i ON i.id = t.incident_id"
 *	    " WHERE " VISIBLE " AND t.state = ?", VISIBLE_TYPES "t", VISIBLE_ARGS(c), "open");
 */
#pragma once

#include "app/op.h"

/*
 * Work on the incident is not over; of the column ${state}.  Not a list after IN: SQLite
 * builds a tree of one each time a statement runs, also for the condition of an index,
 * which must have these words.
 */
#define INCIDENT_OPEN(state) \
	"(" state " <> 'closed' AND " state " <> 'closed_not_incident' AND " state " <> 'duplicate')"

#define VISIBLE \
	"(i.agency_id = ? AND ? >= 0 AND (? = 2 OR (i.is_restricted = 0 AND (? >= 1 OR EXISTS" \
	" (SELECT 1 FROM scope_item vs WHERE vs.incident_id = i.id AND vs.kind = 'division'" \
	" AND vs.ref_id = ?))) OR i.lead_id = ? OR EXISTS (SELECT 1 FROM incident_access va" \
	" WHERE va.incident_id = i.id AND va.account_id = ?)))"
#define VISIBLE_TYPES "tiiittt"
#define VISIBLE_ARGS(c) \
	(c)->agency_id, (int64_t)(c)->actor.sees, (int64_t)(c)->actor.sees, \
	(int64_t)(c)->actor.sees, (c)->actor.division_id, (c)->actor.id, (c)->actor.id

/* An incident as operations need it; strings live in the call's arena. */
struct incident {
	const char *id, *number, *title, *state, *type, *playbook, *playbook_version, *lead_id;
	int64_t version, level, loop_count, detected_at, received_at, taken_at, watch_until_at;
	bool is_restricted;
};

/*
 * The incident that the argument ${name} names by id or number, if the actor
 * may see it; else ERR_NOT_FOUND, whether it exists or not.
 */
int incident_arg(struct call *call, const char *name, struct incident *ret);

/* The same by its id. */
int incident_load(struct call *call, const char *id, struct incident *ret);

/*
 * The id of the row of ${table} that the argument names, provided its incident is
 * visible; loads that incident too.  ERR_NOT_FOUND otherwise.
 */
int owned_arg(struct call *call, const char *name, const char *table, struct incident *ret,
    const char **ret_id);
