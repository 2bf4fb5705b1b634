/* SPDX-License-Identifier: Apache-2.0 */
/* alert_attach.c: alerts into incidents, and out again. */
#include "app/alert.h"
#include "app/change.h"
#include "app/others.h"
#include "app/workable.h"

#define FIRST_SIZE 200 /* bytes of observables named in the timeline */

/* Its signs, those the incident has already left out.  Their source is the alert's number. */
static size_t
bring_observables(struct call *call, const struct alert *a, const char *incident_id, const char **ret_first)
{
	const char *text = tx_text(call->tx, call->arena, "SELECT observables_json FROM alert_detail WHERE"
	    " id = ?", "t", a->id);
	struct json *list = NULL;
	const char *first = "";
	size_t n = 0;

	if (text == NULL || json_parse(text, strlen(text), &list, call->err) != 0)
		return 0;
	for (size_t i = 0; i < json_len(list) && call->err->kind == ERR_NONE; i++) {
		const struct json *o = json_at(list, i);
		const char *type = json_get_str(o, "type"), *value = json_get_str(o, "value");

		if (tx_int(call->tx, "SELECT COUNT(*) FROM observable WHERE incident_id = ? AND type = ? AND"
		    " value = ?", "ttt", incident_id, type, value) > 0)
			continue;
		change_insert(call, "observable", NULL, COLS(CT("incident_id", incident_id), CT("type", type),
		    CT("value", value), CT("tlp", "amber"), CI("is_ioc", json_get_bool(o, "is_ioc", false)),
		    CT("source", a->number), CT("note", json_get_str(o, "note")), CI("seen_at", a->last_at)));
		if (strlen(first) + strlen(value) + 3 < FIRST_SIZE)
			first = arena_printf(call->arena, "%s%s%s", first, *first == '\0' ? "" : ", ", value);
		n++;
	}
	json_free(list);
	*ret_first = first;
	return n;
}

int
alert_attach(struct call *call, const struct alert *a, const struct incident *incident,
    const char *reason)
{
	const char *first = "";
	size_t signs;

	if (incident_workable(call, incident) != 0)
		return call->err->kind;
	if (a->incident_id != NULL)
		return err_fail(call->err, ERR_STATE, "err.alert.merged", NULL, "number", a->number, "incident",
		    tx_text(call->tx, call->arena, "SELECT number FROM incident WHERE id = ?", "t", a->incident_id));
	change_update(call, "alert", a->id, -1, COLS(CT("incident_id", incident->id),
	    CT("state", "merged"), CI("state_at", call->now),
	    CT("state_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL), CT("note", reason)));
	change_update(call, "alert_detail", a->id, -1, COLS(CT("incident_id", incident->id)));
	alert_event(call, a->id, "merged", incident->number, reason);
	signs = bring_observables(call, a, incident->id, &first);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "alert",
	    .word = signs > 0 ? "timeline.alert_merged_with" : "timeline.alert_merged", .text = reason,
	    .occurred_at = a->first_at, .told_at = a->received_at, .ref_table = "alert", .ref_id = a->id,
	    .args = TIMELINE_ARGS("number", a->number, "title", a->title, "host",
		a->host == NULL ? "–" : a->host, "count", text_int(call, a->count),
		"signs", text_int(call, (int64_t)signs), "values", first) });
	if (signs > 0)
		escalation_evaluate(call, incident->id);
	return call->err->kind;
}

/* Those that came with it and are as they came. */
static size_t
take_observables(struct call *call, const struct alert *a, const char *incident_id)
{
	struct query q;
	size_t n = 0;

	query_open(&q, call->tx, "SELECT id FROM observable WHERE incident_id = ? AND source = ? AND"
	    " version = 1", "tt", incident_id, a->number);
	while (query_step(&q)) {
		change_delete(call, "observable", arena_strdup(call->arena, query_text(&q, 0)));
		n++;
	}
	query_close(&q);
	return n;
}

int
alert_take_out(struct call *call, const struct alert *a, const struct incident *incident,
    const char *reason)
{
	size_t signs;

	if (incident_workable(call, incident) != 0)
		return call->err->kind;
	change_update(call, "alert", a->id, -1, COLS(CT("incident_id", NULL), CT("state", "acknowledged"),
	    CI("state_at", call->now),
	    CT("state_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL), CT("note", reason)));
	change_update(call, "alert_detail", a->id, -1, COLS(CT("incident_id", NULL)));
	alert_event(call, a->id, "taken_out", incident->number, reason);
	signs = take_observables(call, a, incident->id);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "alert",
	    .word = "timeline.alert_out", .text = reason, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "alert", .ref_id = a->id, .args = TIMELINE_ARGS("number", a->number,
		"title", a->title, "signs", text_int(call, (int64_t)signs)) });
	escalation_evaluate(call, incident->id);
	return call->err->kind;
}
