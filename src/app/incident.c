/* SPDX-License-Identifier: Apache-2.0 */
#include "app/incident.h"

#include "app/change.h"
#include "app/duty.h"
#include "app/visible.h"
#include "base/id.h"
#include "model/state.h"

const char *
incident_insert(struct call *call, const struct incident_new *in, const char **ret_number)
{
	const char *number = number_next(call, "SC");
	const char *id = change_insert(call, "incident", NULL, COLS(CT("number", number),
	    CT("title", in->title), CT("summary", in->summary), CT("state", "received"),
	    CT("type", in->type), CI("occurred_at", in->occurred_at), CI("detected_at", in->detected_at),
	    CI("received_at", call->now), CI("updated_at", call->now), CT("lead_id", in->lead_id)));

	if (in->system_name != NULL)
		change_insert(call, "scope_item", NULL, COLS(CT("incident_id", id), CT("kind", "system"),
		    CT("ref_id", in->system_id), CT("name", in->system_name), CT("state", "suspected"),
		    CI("since_at", in->detected_at)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = id, .kind = "state",
	    .word = "timeline.received", .occurred_at = in->detected_at, .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = id, .args = TIMELINE_ARGS("number", number) });
	duty_open_provisional(call, id, in->detected_at, call->now);
	*ret_number = number;
	return id;
}

int
incident_take(struct call *call, const char *incident_id)
{
	const char *lead = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL;
	struct query q;

	change_update(call, "incident", incident_id, arg_int(call, "version", -1), COLS(
	    CT("state", "verifying"), CI("taken_at", call->now), CT("lead_id", lead)));
	query_open(&q, call->tx, "SELECT id FROM report WHERE incident_id = ? AND taken_at IS NULL", "t",
	    incident_id);
	while (query_step(&q))
		change_update(call, "report", query_text(&q, 0), -1, COLS(CI("taken_at", call->now),
		    CT("taken_by_id", lead)));
	query_close(&q);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "state",
	    .word = "timeline.taken", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = incident_id });
	return call->err->kind;
}
