/* SPDX-License-Identifier: Apache-2.0 */
#include "app/workable.h"

#include "model/state.h"

int
incident_workable(struct call *call, const struct incident *incident)
{
	if (state_is_closed(state_of(incident->state)))
		return err_fail(call->err, ERR_STATE, "err.incident_closed", NULL, "number",
		    incident->number, NULL, NULL);
	return 0;
}

struct party
party_arg(struct call *call, const char *name)
{
	const char *value = arg_text(call, name);
	struct party party = { NULL, NULL };
	struct query q;

	if (value == NULL)
		return party;
	party.name = value;
	/* A name that two people bear says nothing about which of them is meant. */
	query_open(&q, call->tx, "SELECT a.id, a.name FROM account a WHERE a.agency_id = ?1"
	    " AND a.is_disabled = 0 AND (a.id = ?2 OR a.login = ?2 OR (a.name = ?2 AND NOT EXISTS"
	    " (SELECT 1 FROM account b WHERE b.agency_id = ?1 AND b.name = ?2 AND b.id <> a.id)))",
	    "tt", call->agency_id, value);
	if (query_step(&q)) {
		party.id = arena_strdup(call->arena, query_text(&q, 0));
		party.name = arena_strdup(call->arena, query_text(&q, 1));
	}
	query_close(&q);
	return party;
}

struct party
party_actor(const struct call *call)
{
	bool account = call->actor.kind == ACTOR_ACCOUNT;

	/* Who reported is for the handlers to know, and stands in the report alone. */
	if (str_empty(call->actor.name) || call->actor.kind == ACTOR_REPORTER)
		return (struct party){ account ? call->actor.id : NULL, NULL };
	return (struct party){ account ? call->actor.id : NULL, call->actor.name };
}

const char *
account_name(struct call *call, const char *id)
{
	return id == NULL ? NULL : tx_text(call->tx, call->arena,
	    "SELECT name FROM account WHERE id = ? AND agency_id = ?", "tt", id, call->agency_id);
}
