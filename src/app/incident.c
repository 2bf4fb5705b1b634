/* SPDX-License-Identifier: Apache-2.0 */
#include "app/incident.h"

#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/evidence.h"
#include "app/led.h"
#include "base/id.h"

const struct pack_symptom *
symptoms_leading(struct call *c, const char *symptoms)
{
	const struct pack_symptoms *pack = pack_symptoms(c->app->packs, c->now);
	const struct pack_symptom *best = NULL;
	char id[64];

	while (symptoms != NULL && *symptoms != '\0') {
		size_t len = strcspn(symptoms, " ");
		const struct pack_symptom *s;

		snprintf(id, sizeof(id), "%.*s", (int)len, symptoms);
		s = pack == NULL ? NULL : pack_symptom(pack, id);
		if (len > 0 && s == NULL) {
			err_fail(c->err, ERR_INVALID, "err.symptom", "symptoms", "value", id, NULL, NULL);
			return NULL;
		}
		if (s != NULL && (best == NULL || s->rank < best->rank))
			best = s;
		symptoms += len + (symptoms[len] == ' ');
	}
	return best;
}

const char *
incident_insert(struct call *call, const struct incident_new *in, const char **ret_number)
{
	const char *number = number_next(call, "SC");
	const char *id = change_insert(call, "incident", NULL, COLS(CT("number", number),
	    CT("title", in->title), CT("summary", in->summary), CT("state", "received"),
	    CT("type", in->type), CI("occurred_at", in->occurred_at), CI("detected_at", in->detected_at),
	    CI("received_at", call->now), CI("updated_at", call->now), CT("lead_id", in->lead_id)));

	change_stamped(call, id);
	if (in->system_name != NULL)
		change_insert(call, "scope_item", NULL, COLS(CT("incident_id", id), CT("kind", "system"),
		    CT("ref_id", in->system_id), CT("name", in->system_name), CT("state", "suspected"),
		    CI("since_at", in->detected_at)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = id, .kind = "state",
	    .word = "timeline.received", .occurred_at = in->detected_at, .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = id, .args = TIMELINE_ARGS("number", number) });
	if (call->change->opened_id != NULL)
		duty_evaluate(call, call->change->opened_id);
	call->change->opened_id = id;
	*ret_number = number;
	return id;
}

/* At the machine itself the administrator acts: the first one there is leads. */
static const char *
taker(struct call *call)
{
	if (call->actor.kind == ACTOR_ACCOUNT)
		return call->actor.id;
	return tx_text(call->tx, call->arena, "SELECT id FROM account WHERE agency_id = ? AND"
	    " is_disabled = 0 AND ' ' || roles || ' ' LIKE '% netadmin %' ORDER BY created_at, id", "t",
	    call->agency_id);
}

int
incident_take(struct call *call, const char *incident_id)
{
	struct incident i;

	if (change_update(call, "incident", incident_id, arg_int(call, "version", -1),
	    COLS(CT("lead_id", taker(call)))) != 0 || incident_load(call, incident_id, &i) != 0)
		return call->err->kind;
	evidence_adopt(call, i.id);
	return incident_move(call, &i, &(struct move){ .to = STATE_VERIFYING, .by = BY_ADVANCE,
	    .occurred_at = SQL_NULL, .seen = -1 });
}
