/* SPDX-License-Identifier: Apache-2.0 */
/* facts_case.c: the incident and what belongs to it, as facts. */
#include "app/app.h"
#include "app/facts_part.h"
#include "app/led.h"
#include "app/timeline.h"
#include "model/state.h"

#define SENTENCE_MAX ((size_t)32 << 10)

/* What was decided while handling; not who looked at it, nor talk with whoever reported. */
/* What happened to the incident; not our own papers and clocks, which no reader of a report knows. */
#define TOLD "kind NOT IN ('message', 'access', 'document', 'duty') AND word IS NOT 'timeline.state.forced'"

/* ---- the incident itself ------------------------------------------------------------------ */

static const char *
type_name(struct call *call, const char *id)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	const struct pack_type *t = types == NULL || id == NULL ? NULL : pack_type(types, id);

	return t == NULL ? id : pack_say(&t->title, "vi");
}

static const char *
level_name(struct call *call, int64_t level)
{
	const struct pack_severity *s = pack_severity(call->app->packs, call->now);

	for (size_t i = 0; s != NULL && i < s->levels; i++)
		if (s->level[i].level == level)
			return pack_say(&s->level[i].title, "vi");
	return NULL;
}

/* How it was found, by the choices of Mẫu 03: a sensor, or somebody who said so. */
static void
how_detected(struct facts *f)
{
	struct tx *tx = f->call->tx;
	const char *id = f->want->incident_id;
	int64_t sensors = tx_int(tx, "SELECT COUNT(*) FROM report WHERE incident_id = ? AND"
	    " channel = 'sensor'", "t", id);
	int64_t people = tx_int(tx, "SELECT COUNT(*) FROM report WHERE incident_id = ? AND"
	    " channel <> 'sensor'", "t", id);

	jsonw_karray(f->w, "how_detected");
	if (sensors > 0)
		jsonw_string(f->w, "ids");
	if (people > 0) {
		jsonw_object(f->w);
		jsonw_kstring(f->w, "id", "notice");
		jsonw_kstring(f->w, "text", word(LANG_VI, "facts.noticed_by_staff"));
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
}

/* Handled: the response has ended, or nothing is left but to learn from it. */
static bool
is_handled(const char *state)
{
	return str_eq(state, "response_ended") || str_eq(state, "review") || str_eq(state, "closed");
}

static void
words_of(struct facts *f, const char *key, const char *area, const char *id)
{
	const char *name = id == NULL ? NULL : arena_printf(f->call->arena, "%s.%s", area, id);

	jsonw_kstring(f->w, key, name == NULL || !words_has(LANG_VI, name) ? NULL : word(LANG_VI, name));
}

static void
incident(struct facts *f)
{
	enum { STATE, TYPE, LEVEL, CLASS };
	struct query q, more;

	query_open(&q, f->call->tx, "SELECT number, title, summary, qd05_class, beyond, detected_at,"
	    " occurred_at, received_at, taken_at, confirmed_at, beyond_at, response_ended_at, closed_at,"
	    " loop_count, option_chosen, tlp, personal_data, personal_data_kinds,"
	    " personal_data_suspected_at, close_reason, level, is_national_process, reporting"
	    " FROM incident WHERE id = ?", "t", f->want->incident_id);
	query_open(&more, f->call->tx, "SELECT state, type, level, qd05_class FROM incident WHERE id = ?",
	    "t", f->want->incident_id);
	jsonw_kobject(f->w, "incident");
	if (query_step(&q) && query_step(&more)) {
		facts_fields(f, &q);
		jsonw_kstring(f->w, "state", query_text(&more, STATE));
		words_of(f, "state_name", "state", query_text(&more, STATE));
		jsonw_kbool(f->w, "is_handled", is_handled(query_text(&more, STATE)));
		jsonw_kstring(f->w, "type", query_text(&more, TYPE));
		jsonw_kstring(f->w, "type_name", type_name(f->call, query_text(&more, TYPE)));
		jsonw_kstring(f->w, "level_name", level_name(f->call, query_int(&more, LEVEL)));
		words_of(f, "qd05_class_name", "qd05_class", query_text(&more, CLASS));
		how_detected(f);
	}
	jsonw_object_end(f->w);
	query_close(&more);
	query_close(&q);
}

/* ---- the timeline --------------------------------------------------------------------------- */

/* Its sentences never name who reported; a reporter's own words may name somebody, and stay out. */
static void
timeline(struct facts *f, const char *key, int64_t after)
{
	struct buf text = BUF_INIT(SENTENCE_MAX);
	char at[CLOCK_TEXT_SIZE];
	struct query q;

	jsonw_karray(f->w, key);
	/* The newest of them, in the order they happened. */
	query_open(&q, f->call->tx, "SELECT * FROM (SELECT occurred_at, word, args_json, text, actor_kind,"
	    " id FROM timeline WHERE incident_id = ? AND entered_at > ? AND " TOLD
	    " ORDER BY occurred_at DESC, id DESC LIMIT ?) AS newest ORDER BY occurred_at, id", "tii",
	    f->want->incident_id, after, (int64_t)FACTS_ROWS_MAX);
	while (query_step(&q)) {
		const char *words = query_text(&q, 3);
		bool quoted = words != NULL && !str_eq(query_text(&q, 4), "reporter");

		buf_reset(&text);
		timeline_sentence(&text, LANG_VI, query_text(&q, 1), query_text(&q, 2));
		if (quoted)
			buf_printf(&text, "%s%s", text.len > 0 ? ": " : "", words);
		if (text.len == 0)
			continue;
		jsonw_object(f->w);
		jsonw_kstring(f->w, "at", facts_time(query_int(&q, 0), at));
		jsonw_kstring(f->w, "text", buf_str(&text));
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
	query_close(&q);
	buf_clear(&text);
}

/* When the last paper of this form left draft: what came later is new. */
static int64_t
last_told(struct facts *f)
{
	int64_t at = f->want->form == NULL ? SQL_NULL : tx_int(f->call->tx, "SELECT MAX(e.saved_at)"
	    " FROM document d JOIN document_edition e ON e.document_id = d.id AND e.edition = d.edition"
	    " WHERE d.incident_id = ? AND d.form = ? AND d.state IN ('numbered', 'issued') AND"
	    " d.id <> COALESCE(?, '')", "ttt", f->want->incident_id, f->want->form, f->want->document_id);

	return at == SQL_NULL ? 0 : at;
}

/* ---- lists ---------------------------------------------------------------------------------- */

static void
actions(struct facts *f)
{
	const char *id = f->want->incident_id;

	facts_many(f, "actions_done", "SELECT t.phase, t.title, t.done_at, a.name AS by, t.note FROM task t"
	    " LEFT JOIN account a ON a.id = t.done_by_id WHERE t.incident_id = ? AND t.state = 'done'"
	    " ORDER BY t.done_at, t.id", "t", id);
	facts_many(f, "actions_open", "SELECT t.phase, t.title, t.role, t.due_at, a.name AS by FROM task t"
	    " LEFT JOIN account a ON a.id = t.assignee_id WHERE t.incident_id = ? AND t.state = 'open'"
	    " AND (t.due_at IS NOT NULL OR t.assignee_id IS NOT NULL) ORDER BY t.due_at, t.id", "t", id);
	facts_many(f, "actions_planned", "SELECT phase, title, role FROM task WHERE incident_id = ?"
	    " AND state = 'open' AND due_at IS NULL AND assignee_id IS NULL ORDER BY position, id", "t",
	    id);
}

static void
scope_items(struct facts *f)
{
	struct query q;

	jsonw_karray(f->w, "scope");
	query_open(&q, f->call->tx, "SELECT kind, name, state, note, since_at, restored_from"
	    " FROM scope_item WHERE incident_id = ? ORDER BY kind, name, id LIMIT ?", "ti",
	    f->want->incident_id, (int64_t)FACTS_ROWS_MAX);
	while (query_step(&q)) {
		jsonw_object(f->w);
		facts_fields(f, &q);
		words_of(f, "kind_name", "scope.kind", query_text(&q, 0));
		words_of(f, "state_name", "scope.state", query_text(&q, 2));
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
	query_close(&q);
}

static void
scope(struct facts *f)
{
	const char *id = f->want->incident_id;

	scope_items(f);
	facts_many(f, "divisions", "SELECT name, state FROM scope_item WHERE incident_id = ?"
	    " AND kind = 'division' ORDER BY name, id", "t", id);
	facts_many(f, "observables", "SELECT type, value, note, seen_at, is_ioc FROM observable"
	    " WHERE incident_id = ? ORDER BY is_ioc DESC, type, value", "t", id);
	facts_many(f, "evidence", "SELECT number, name, kind, form, sha256, size, collected_at,"
	    " CASE WHEN report_id IS NULL THEN collected_by END AS collected_by, place, method, device,"
	    " serial, storage, holder FROM evidence WHERE incident_id = ? AND state = 'held'"
	    " ORDER BY number", "t", id);
}

static void
proofs(struct facts *f)
{
	const char *id = f->want->incident_id;

	facts_many(f, "probes", "SELECT kind, target, state, state_at FROM probe WHERE incident_id = ?"
	    " AND is_stopped = 0 ORDER BY id", "t", id);
	facts_many(f, "checks", "SELECT title, result, note FROM check_item WHERE incident_id = ?1"
	    " AND round = (SELECT MAX(round) FROM check_item WHERE incident_id = ?1)"
	    " ORDER BY position", "t", id);
	facts_many(f, "directions", "SELECT question, answer, words, answered_at, answered_name"
	    " FROM direction WHERE incident_id = ? AND state <> 'withdrawn' ORDER BY asked_at, id", "t",
	    id);
}

static void
learned(struct facts *f)
{
	const char *id = f->want->incident_id;

	facts_one(f, "review", "SELECT root_cause, went_well, went_badly, damage, damage_vnd, lessons,"
	    " helped_by FROM review WHERE incident_id = ?", "t", id);
	facts_many(f, "corrective", "SELECT c.title, COALESCE(a.name, c.owner_name) AS owner, c.due_at,"
	    " c.state FROM corrective_action c LEFT JOIN account a ON a.id = c.owner_id"
	    " WHERE c.incident_id = ? ORDER BY c.due_at, c.id", "t", id);
	facts_many(f, "escalations", "SELECT target, organisation, state, is_foreign, reason, person, phone,"
	    " requested_at, accepted_at, supported_at, released_at, note FROM escalation"
	    " WHERE incident_id = ? ORDER BY suggested_at, id", "t", id);
	facts_one(f, "report", "SELECT COUNT(*) AS count, MIN(told_at) AS first_at FROM report"
	    " WHERE incident_id = ?", "t", id);
}

void
facts_case(struct facts *f)
{
	incident(f);
	facts_one(f, "lead", "SELECT a.name, a.title, a.phone, a.email FROM incident i"
	    " JOIN account a ON a.id = i.lead_id WHERE i.id = ?", "t", f->want->incident_id);
	if (facts_wanted(f, "timeline"))
		timeline(f, "timeline", 0);
	if (facts_wanted(f, "timeline_since_last"))
		timeline(f, "timeline_since_last", last_told(f));
	actions(f);
	scope(f);
	proofs(f);
	learned(f);
}
