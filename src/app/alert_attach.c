/* SPDX-License-Identifier: Apache-2.0 */
/* alert_attach.c: alerts into incidents, and out again. */
#include "app/alert.h"

#include <stdio.h>

#include "app/alert_file.h"
#include "app/change.h"
#include "app/others.h"
#include "app/workable.h"

#define NAMES_SIZE 200 /* bytes of names, numbers and signs told in the timeline */
#define PART_BYTES ((size_t)2 << 20) /* of details that one entry of the ledger takes, of 8 MB, */
#define PART_ROWS  1000              /* and of rows */

/* What was put in, for the timeline's one entry. */
struct sum {
	size_t alerts, signs;
	int64_t detections, first_at, received_at;
	const struct alert *first;
	const char *numbers, *titles, *hosts, *values; /* the first of each, then dots */
	const char *names; /* of files, */
	size_t files;      /* which became evidence */
	size_t bytes; /* of details not yet in the ledger */
};

/* Adds a name to a list of them, once; dots stand for those there is no room for. */
static const char *
name(struct call *call, const char *list, const char *text)
{
	const char *at = text == NULL ? NULL : strstr(list, text);
	size_t len = strlen(list);

	if (text == NULL || (len > strlen("…") && strcmp(list + len - strlen("…"), "…") == 0))
		return list;
	if (at != NULL && (at == list || at[-1] == ' ') && (at[strlen(text)] == ',' || at[strlen(text)] == '\0'))
		return list;
	if (len + strlen(text) + 2 >= NAMES_SIZE)
		return arena_printf(call->arena, "%s%s…", list, len == 0 ? "" : ", ");
	return arena_printf(call->arena, "%s%s%s", list, len == 0 ? "" : ", ", text);
}

/* Its signs, those the incident has already left out.  Their source is the alert's number. */
static void
bring_observables(struct call *call, const struct alert *a, const char *incident_id, struct sum *sum)
{
	const char *text = tx_text(call->tx, call->arena, "SELECT observables_json FROM alert_detail WHERE"
	    " id = ?", "t", a->id);
	struct json *list = NULL;

	if (text == NULL || json_parse(text, strlen(text), &list, call->err) != 0)
		return;
	sum->bytes += 3 * strlen(text); /* in the detail, and each in a row of its own */
	for (size_t i = 0; i < json_len(list) && call->err->kind == ERR_NONE; i++) {
		const struct json *o = json_at(list, i);
		const char *type = json_get_str(o, "type"), *value = json_get_str(o, "value");
		const char *tlp = json_get_str(o, "tlp");

		if (tx_int(call->tx, "SELECT COUNT(*) FROM observable WHERE incident_id = ? AND type = ? AND"
		    " value = ?", "ttt", incident_id, type, value) > 0)
			continue;
		change_insert(call, "observable", NULL, COLS(CT("incident_id", incident_id), CT("type", type),
		    CT("value", value), CT("tlp", tlp == NULL ? "amber" : tlp), CI("is_ioc", json_get_bool(o, "is_ioc", false)),
		    CT("source", a->number), CT("note", json_get_str(o, "note")), CI("seen_at", a->last_at)));
		sum->values = name(call, sum->values, value);
		sum->signs++;
	}
	json_free(list);
}

static int
attach_one(struct call *call, const struct alert *a, const struct incident *incident, const char *reason,
    struct sum *sum)
{
	if (a->incident_id != NULL)
		return err_fail(call->err, ERR_STATE, "err.alert.merged", NULL, "number", a->number, "incident",
		    tx_text(call->tx, call->arena, "SELECT number FROM incident WHERE id = ?", "t", a->incident_id));
	change_update(call, "alert", a->id, -1, COLS(CT("incident_id", incident->id),
	    CT("state", "merged"), CI("state_at", call->now),
	    CT("state_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL), CT("note", reason)));
	change_update(call, "alert_detail", a->id, -1, COLS(CT("incident_id", incident->id)));
	alert_event(call, a->id, "merged", incident->number, reason);
	bring_observables(call, a, incident->id, sum);
	sum->files += alert_files_enter(call, a, incident, &sum->names);
	if (sum->alerts++ == 0)
		sum->first = a;
	if (alert_rank(a->level) > alert_rank(sum->first->level))
		sum->first = a;
	sum->first_at = a->first_at < sum->first_at ? a->first_at : sum->first_at;
	sum->received_at = a->received_at < sum->received_at ? a->received_at : sum->received_at;
	sum->detections += a->count;
	sum->numbers = name(call, sum->numbers, a->number);
	sum->titles = name(call, sum->titles, a->title);
	sum->hosts = name(call, sum->hosts, a->host);
	return call->err->kind;
}

static void
tell_attached(struct call *call, const struct incident *incident, const char *reason, const struct sum *sum)
{
	static const char *const words[2][2] = { { "timeline.alert_merged", "timeline.alert_merged_with" },
		{ "timeline.alerts_merged", "timeline.alerts_merged_with" } };

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "alert",
	    .word = words[sum->alerts > 1][sum->signs > 0], .text = reason, .occurred_at = sum->first_at,
	    .told_at = sum->received_at, .ref_table = "alert", .ref_id = sum->first->id,
	    .args = TIMELINE_ARGS("number", sum->numbers, "title", sum->titles,
		"host", *sum->hosts == '\0' ? "–" : sum->hosts, "count", text_int(call, sum->detections),
		"signs", text_int(call, (int64_t)sum->signs), "values", sum->values,
		"alerts", text_int(call, (int64_t)sum->alerts)) });
	alert_files_tell(call, incident, sum->first, sum->files, sum->names);
	if (sum->signs > 0)
		escalation_evaluate(call, incident->id);
}

int
alert_attach_all(struct call *call, const struct alert *list, size_t n, const struct incident *incident,
    const char *reason, size_t *ret_changed)
{
	struct sum sum = { .numbers = "", .titles = "", .hosts = "", .values = "", .names = "", .first_at = INT64_MAX,
	    .received_at = INT64_MAX };

	if (incident_workable(call, incident) != 0)
		return call->err->kind;
	for (size_t i = 0; i < n && call->err->kind == ERR_NONE; i++) {
		/* Already where it is wanted: asking twice is no fault. */
		if (str_eq(list[i].incident_id, incident->id))
			continue;
		attach_one(call, &list[i], incident, reason, &sum);
		sum.bytes += (size_t)tx_int(call->tx, "SELECT COALESCE(LENGTH(CAST(detail_json AS BLOB)), 0) FROM"
		    " alert_detail WHERE id = ?", "t", list[i].id);
		if ((sum.bytes > PART_BYTES || call->change->rows > PART_ROWS) && change_part(call) == 0)
			sum.bytes = 0;
	}
	if (sum.alerts > 0 && call->err->kind == ERR_NONE)
		tell_attached(call, incident, reason, &sum);
	*ret_changed = sum.alerts;
	return call->err->kind;
}

int
alert_attach(struct call *call, const struct alert *a, const struct incident *incident,
    const char *reason)
{
	struct sum sum = { .numbers = "", .titles = "", .hosts = "", .values = "", .names = "", .first_at = INT64_MAX,
	    .received_at = INT64_MAX };

	if (incident_workable(call, incident) == 0 && attach_one(call, a, incident, reason, &sum) == 0)
		tell_attached(call, incident, reason, &sum);
	return call->err->kind;
}

static void
release_files(struct call *call, const struct alert *a)
{
	struct query q;

	query_open(&q, call->tx, "SELECT id FROM alert_file WHERE alert_id = ?", "t", a->id);
	while (query_step(&q))
		change_update(call, "alert_file", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("incident_id", NULL)));
	query_close(&q);
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
	/* What is evidence stays evidence; the files wait again for where the alert goes next. */
	release_files(call, a);
	alert_event(call, a->id, "taken_out", incident->number, reason);
	signs = take_observables(call, a, incident->id);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "alert",
	    .word = "timeline.alert_out", .text = reason, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "alert", .ref_id = a->id, .args = TIMELINE_ARGS("number", a->number,
		"title", a->title, "signs", text_int(call, (int64_t)signs)) });
	escalation_evaluate(call, incident->id);
	return call->err->kind;
}
