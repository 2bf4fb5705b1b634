/* SPDX-License-Identifier: Apache-2.0 */
/* alert_attach.c: alerts into incidents, and out again. */
#include "app/alert.h"

#include <stdio.h>

#include "app/alert_file.h"
#include "app/change.h"
#include "app/others.h"
#include "app/workable.h"
#include "model/observable.h"

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

/* One sign into the incident.  Its source is the alert's number. */
static void
bring(struct call *call, const struct alert *a, const struct json *o, const char *incident_id)
{
	const char *tlp = json_get_str(o, "tlp");

	change_insert(call, "observable", NULL, COLS(CT("incident_id", incident_id), CT("type", json_get_str(o, "type")),
	    CT("value", json_get_str(o, "value")), CT("tlp", tlp == NULL ? "amber" : tlp),
	    CI("is_ioc", json_get_bool(o, "is_ioc", false)), CT("source", a->number),
	    CT("note", json_get_str(o, "note")), CI("seen_at", a->last_at)));
}

/* Its signs, those the incident has already left out. */
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

		if (tx_int(call->tx, "SELECT COUNT(*) FROM observable WHERE incident_id = ? AND type = ? AND"
		    " value = ?", "ttt", incident_id, type, value) > 0)
			continue;
		bring(call, a, o, incident_id);
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

void
alert_bring_late(struct call *call, const struct alert *a)
{
	struct sum sum = { .values = "" };
	struct err *err = call->err, closed = { 0 };
	enum sees sees = call->actor.sees;
	struct incident incident;
	bool workable;

	/* Who hands alerts in sees none; whose they are is no question here. */
	call->actor.sees = SEES_EVERYTHING;
	call->err = &closed;
	workable = incident_load(call, a->incident_id, &incident) == 0 && incident_workable(call, &incident) == 0;
	call->err = err;
	err_clear(&closed);
	if (workable)
		bring_observables(call, a, incident.id, &sum);
	if (sum.signs > 0)
		escalation_evaluate(call, incident.id);
	call->actor.sees = sees;
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

/* The sign as it stands among the observables of an alert. */
static const char *
needle(struct call *call, const char *type, const char *value)
{
	struct buf out = BUF_INIT(8 * OBSERVABLE_SIZE);
	struct jsonw w = JSONW_INIT(&out);
	const char *text;

	jsonw_object(&w);
	jsonw_kstring(&w, "type", type);
	jsonw_kstring(&w, "value", value);
	text = arena_strdup(call->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

/* Whether another alert of the incident has the sign too, which then brings it. */
static bool
inherit(struct call *call, const char *incident_id, const char *type, const char *value)
{
	struct json *list = NULL;
	struct alert heir = { 0 };
	struct query q;
	bool is_found;

	query_open(&q, call->tx, "SELECT a.number, a.last_at, d.observables_json FROM alert a JOIN alert_detail d"
	    " ON d.id = a.id WHERE a.incident_id = ? AND instr(d.observables_json, ?) > 0 ORDER BY a.number"
	    " LIMIT 1", "tt", incident_id, needle(call, type, value));
	is_found = query_step(&q);
	if (is_found) {
		heir.number = arena_strdup(call->arena, query_text(&q, 0));
		heir.last_at = query_int(&q, 1);
		json_parse(query_text(&q, 2), strlen(query_text(&q, 2)), &list, call->err);
	}
	query_close(&q);
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_get_str(json_at(list, i), "type"), type) &&
		    str_eq(json_get_str(json_at(list, i), "value"), value))
			bring(call, &heir, json_at(list, i), incident_id);
	json_free(list);
	return is_found;
}

/* Those that came with it and are as they came; what others of the incident have too stays theirs. */
static size_t
take_observables(struct call *call, const struct alert *a, const char *incident_id)
{
	const char **row = arena_alloc(call->arena, ALERT_OBSERVABLES_MAX * 3 * sizeof(*row));
	struct query q;
	size_t n = 0, gone = 0;

	query_open(&q, call->tx, "SELECT id, type, value FROM observable WHERE incident_id = ? AND source = ? AND"
	    " version = 1 LIMIT ?", "tti", incident_id, a->number, (int64_t)ALERT_OBSERVABLES_MAX);
	for (; query_step(&q); n++)
		for (int k = 0; k < 3; k++)
			row[3 * n + (size_t)k] = arena_strdup(call->arena, query_text(&q, k));
	query_close(&q);
	for (size_t i = 0; i < n; i++) {
		change_delete(call, "observable", row[3 * i]);
		gone += !inherit(call, incident_id, row[3 * i + 1], row[3 * i + 2]);
	}
	return gone;
}

int
alert_take_out(struct call *call, const struct alert *a, const struct incident *incident,
    const char *reason)
{
	size_t signs;

	if (incident_workable(call, incident) != 0)
		return call->err->kind;
	change_update(call, "alert", a->id, -1, COLS(CT("incident_id", NULL), CT("state", alert_state_of(a->verdict)),
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
