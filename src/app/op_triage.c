/* SPDX-License-Identifier: Apache-2.0 */
/* op_triage.c: from at most ten answers to type, level, class and clocks; every score stays. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/workable.h"
#include "pack/severity.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

/* ---- the questions -------- */

#define ITS_SYSTEMS \
	" FROM info_system s WHERE s.id IN (SELECT ref_id FROM scope_item WHERE incident_id = ?1" \
	" AND kind = 'system') OR s.id IN (SELECT system_id FROM report WHERE incident_id = ?1)"

/* What the register of systems answers by itself; NULL when it does not know. */
static const char *
prefilled(struct call *call, const char *incident_id, const char *prefill)
{
	int64_t n;

	if (incident_id == NULL || str_empty(prefill))
		return NULL;
	if (str_eq(prefill, "system.level")) {
		n = tx_int(call->tx, "SELECT MAX(s.level)" ITS_SYSTEMS, "t", incident_id);
		return n == SQL_NULL ? NULL : text_int(call, n);
	}
	n = tx_int(call->tx, "SELECT MIN(s.service_priority)" ITS_SYSTEMS, "t", incident_id);
	return n == SQL_NULL ? NULL : n == 1 ? "yes" : "no";
}

static void
out_part(struct call *call, const struct pack_part *part, const char *incident_id)
{
	const char *lang = lang_code(call->lang);

	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", part->id);
	jsonw_kstring(call->out, "kind", part->kind);
	jsonw_kstring(call->out, "text", pack_say(&part->text, lang));
	jsonw_karray(call->out, "choices");
	for (size_t i = 0; i < part->choices; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", part->choice[i].id);
		jsonw_kstring(call->out, "text", pack_say(&part->choice[i].text, lang));
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	if (str_eq(part->kind, "number")) {
		jsonw_kstring(call->out, "unit", pack_say(&part->unit, lang));
		jsonw_kint(call->out, "min", part->min);
		jsonw_kint(call->out, "max", part->max);
	}
	jsonw_kstring(call->out, "only_if", str_empty(part->only_if) ? NULL : part->only_if);
	jsonw_kstring(call->out, "only_value", str_empty(part->only_value) ? NULL :
	    part->only_value);
	jsonw_kstring(call->out, "prefilled", prefilled(call, incident_id, part->prefill));
	jsonw_object_end(call->out);
}

static const struct param questions_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ 0 },
};

static int
questions(struct call *call)
{
	const struct pack_questions *q = pack_questions(call->app->packs, call->now);
	const char *lang = lang_code(call->lang);
	struct incident incident = { 0 };

	if (q == NULL)
		return call_fail(call, ERR_NOT_FOUND, "err.no_questions", NULL);
	if (arg_has(call, "incident") && incident_arg(call, "incident", &incident) != 0)
		return call->err->kind;
	jsonw_kint(call->out, "version", q->pack.version);
	jsonw_kstring(call->out, "unknown", pack_say(&q->unknown, lang));
	jsonw_karray(call->out, "items");
	for (size_t i = 0; i < q->questions; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", q->question[i].id);
		jsonw_kstring(call->out, "text", pack_say(&q->question[i].text, lang));
		jsonw_kstring(call->out, "help", pack_say(&q->question[i].help, lang));
		jsonw_karray(call->out, "parts");
		for (size_t p = 0; p < q->question[i].parts; p++)
			out_part(call, &q->question[i].part[p], incident.id);
		jsonw_array_end(call->out);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

/* ---- the answers -------- */

/* One answer as the scorer reads it; NULL for one that was not given or cannot be read. */
static const char *
answer_text(struct call *call, const struct json *value)
{
	const char *list = NULL;

	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		return str_empty(json_str(value)) ? NULL : json_str(value);
	case JSON_KIND_INT:
		return text_int(call, json_int(value, 0));
	case JSON_KIND_BOOL:
		return json_bool(value, false) ? "yes" : "no";
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < json_len(value) && i < SEVERITY_ANSWERS_MAX; i++) {
			const char *item = json_str(json_at(value, i));

			if (!str_empty(item))
				list = list == NULL ? item : arena_printf(call->arena, "%s,%s",
				    list, item);
		}
		return list;
	default:
		return NULL;
	}
}

static int
answers_read(struct call *call, struct severity_answer answers[static SEVERITY_ANSWERS_MAX],
    size_t *ret_n)
{
	const struct json *object = arg_json(call, "answers");
	const char *key;
	struct json *value;
	void *it = NULL;
	size_t n = 0;

	while (json_next(object, &it, &key, &value)) {
		const char *text = answer_text(call, value);

		if (text == NULL && (json_kind(value) == JSON_KIND_OBJECT ||
		    json_kind(value) == JSON_KIND_REAL))
			return err_fail(call->err, ERR_INVALID, "err.answer", "answers", "part",
			    key, NULL, NULL);
		if (text == NULL)
			continue;
		if (n == SEVERITY_ANSWERS_MAX)
			return err_fail(call->err, ERR_INVALID, "err.answer", "answers", "part",
			    key, NULL, NULL);
		answers[n++] = (struct severity_answer){ key, text };
	}
	*ret_n = n;
	return 0;
}

/* ---- the score -------- */

/* What is stored: what the table said, and what a person put in its place. */
struct verdict {
	struct severity_result result;
	const char *type, *class, *reporting, *beyond, *version, *reason;
	int64_t level;
	bool overridden;
};

static void
add_reasons(struct jsonw *w, const char *about, const struct severity_reasons *reasons)
{
	for (size_t i = 0; i < reasons->count; i++) {
		const struct severity_reason *r = &reasons->reason[i];

		jsonw_object(w);
		jsonw_kstring(w, "about", about);
		jsonw_kstring(w, "rule", r->rule);
		jsonw_kstring(w, "value", r->value);
		jsonw_kstring(w, "text", pack_say(&r->text, "vi"));
		jsonw_kstring(w, "text_en", pack_say(&r->text, "en"));
		jsonw_kbool(w, "is_doubt", r->doubt);
		jsonw_object_end(w);
	}
}

static const char *
result_json(struct call *call, const struct severity_result *r)
{
	struct buf text = BUF_INIT(200000);
	struct jsonw w = JSONW_INIT(&text);
	const char *ret;

	jsonw_object(&w);
	jsonw_kstring(&w, "type", str_empty(r->type) ? NULL : r->type);
	jsonw_kint(&w, "level", r->level);
	jsonw_kstring(&w, "qd05_class", r->law_class);
	jsonw_karray(&w, "reporting");
	for (unsigned bit = SEVERITY_IMMEDIATE; bit <= SEVERITY_LOG_ONLY; bit <<= 1)
		if ((r->triggers & bit) != 0)
			jsonw_string(&w, severity_trigger_name((enum severity_trigger)bit));
	jsonw_array_end(&w);
	jsonw_kbool(&w, "beyond", r->beyond);
	jsonw_karray(&w, "reasons");
	add_reasons(&w, "level", &r->level_why);
	add_reasons(&w, "type", &r->type_why);
	add_reasons(&w, "qd05_class", &r->class_why);
	add_reasons(&w, "reporting", &r->trigger_why);
	add_reasons(&w, "beyond", &r->beyond_why);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (text.full)
		call_fail(call, ERR_TOO_LARGE, "err.change_too_large", NULL);
	ret = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

static const char *
strictest(unsigned triggers)
{
	for (unsigned bit = SEVERITY_IMMEDIATE; bit <= SEVERITY_LOG_ONLY; bit <<= 1)
		if ((triggers & bit) != 0)
			return severity_trigger_name((enum severity_trigger)bit);
	return NULL;
}

/* All that were said, by spaces. */
static const char *
triggers(struct call *call, unsigned said)
{
	const char *list = NULL;

	for (unsigned bit = SEVERITY_IMMEDIATE; bit <= SEVERITY_LOG_ONLY; bit <<= 1)
		if ((said & bit) != 0)
			list = arena_printf(call->arena, "%s%s%s", list == NULL ? "" : list,
			    list == NULL ? "" : " ", severity_trigger_name((enum severity_trigger)bit));
	return list;
}

static int
override(struct call *call, struct verdict *v)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	const char *type = arg_text(call, "override_type");
	int64_t level = arg_int(call, "override_level", v->level);

	if (type != NULL && (types == NULL || pack_type(types, type) == NULL))
		return err_fail(call->err, ERR_INVALID, "err.type", "override_type", "value", type,
		    NULL, NULL);
	v->overridden = level != v->level || (type != NULL && !str_eq(type, v->type));
	v->reason = arg_text(call, "reason");
	if (v->overridden && v->reason == NULL)
		return call_fail(call, ERR_INVALID, "err.override_reason", "reason");
	v->level = level;
	if (type != NULL)
		v->type = type;
	return 0;
}

static int
judge(struct call *call, struct verdict *v)
{
	const struct pack_severity *severity = pack_severity(call->app->packs, call->now);
	const struct pack_questions *q = pack_questions(call->app->packs, call->now);
	struct severity_answer answers[SEVERITY_ANSWERS_MAX];
	size_t n = 0;

	if (severity == NULL || q == NULL)
		return call_fail(call, ERR_NOT_FOUND, "err.no_questions", NULL);
	if (answers_read(call, answers, &n) != 0)
		return call->err->kind;
	if (severity_score(call->arena, severity, q, answers, n, &v->result, call->err) != 0)
		return call->err->kind;
	v->type = str_empty(v->result.type) ? NULL : v->result.type;
	v->level = v->result.level;
	v->class = v->result.law_class;
	v->reporting = strictest(v->result.triggers);
	v->beyond = v->result.beyond ? "suggested" : "none";
	v->version = arena_printf(call->arena, "%s/%d", v->result.pack_id, v->result.pack_version);
	return override(call, v);
}

/*
 * A person's word on "beyond our means" stands; a refusal is asked again only when
 * the score before did not suggest it and this one does.
 */
static const char *
beyond_now(struct call *call, const struct incident *incident, const struct verdict *v)
{
	const char *now = tx_text(call->tx, call->arena, "SELECT beyond FROM incident WHERE id = ?",
	    "t", incident->id);
	const char *before = tx_text(call->tx, call->arena,
	    "SELECT beyond FROM score WHERE incident_id = ? ORDER BY scored_at DESC, id DESC LIMIT"
	    " 1", "t", incident->id);

	if (str_eq(now, "confirmed"))
		return now;
	if (str_eq(now, "refused") && (!v->result.beyond || str_eq(before, "suggested")))
		return now;
	return v->beyond;
}

static const char *
type_title(struct call *call, const char *type)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	const struct pack_type *t = type == NULL || types == NULL ? NULL : pack_type(types, type);

	return t == NULL ? word(LANG_VI, "plan.type_unknown") : t->title.vi;
}

static void
tell(struct call *call, const struct incident *was, const struct verdict *v, const char *score_id)
{
	bool first = was->level == 0;
	bool same = was->level == v->level && str_eq(was->type, v->type);

	change_timeline(call, &(struct timeline_entry){ .incident_id = was->id, .kind = "score",
	    .word = v->overridden ? "timeline.score.overridden" : first ? "timeline.score.first" :
	        same ? "timeline.score.same" : "timeline.score.changed",
	    .text = v->reason, .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "score",
	    .ref_id = score_id, .args = TIMELINE_ARGS("type", type_title(call, v->type),
	    "level", text_int(call, v->level), "from_level", text_int(call, was->level),
	    "from_type", type_title(call, was->type),
	    "proposed_level", text_int(call, v->result.level)) });
}

static const char *
store_score(struct call *call, const struct incident *incident, const struct verdict *v,
    const char *result)
{
	struct buf answers = BUF_INIT(100000);
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL;
	const char *id;

	json_write(arg_json(call, "answers"), &answers);
	if (answers.full)
		call_fail(call, ERR_TOO_LARGE, "err.change_too_large", NULL);
	id = change_insert(call, "score", NULL, COLS(CT("incident_id", incident->id),
	    CI("scored_at", call->now), CT("by_id", by), CT("answers_json", buf_str(&answers)),
	    CT("result_json", result), CT("type", v->type), CI("level", v->level),
	    CT("qd05_class", v->class), CT("reporting", v->reporting), CT("beyond", v->beyond),
	    CT("severity_version", v->version), CT("override_reason", v->overridden ? v->reason :
	    NULL)));
	buf_clear(&answers);
	return id;
}

static const struct param triage_params[] = {
	ID_PARAM,
	{ "answers", P_JSON, PF_REQUIRED, 0, 0, NULL },
	{ "override_level", P_INT, 0, 1, 4, NULL },
	{ "override_type", P_LINE, 0, 0, 40, NULL },
	{ "reason", P_TEXT, 0, 0, 4000, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

static int
triage(struct call *call)
{
	const struct pack_playbook *playbook;
	struct verdict v = { 0 };
	struct incident was;
	const char *result, *beyond, *score_id;

	if (incident_arg(call, "id", &was) != 0 || incident_workable(call, &was) != 0 ||
	    judge(call, &v) != 0)
		return call->err->kind;
	beyond = beyond_now(call, &was, &v);
	result = result_json(call, &v.result);
	if (change_update(call, "incident", was.id, arg_int(call, "version", -1),
	    COLS(CT("type", v.type), CI("level", v.level), CT("qd05_class", v.class),
	    CT("reporting", v.reporting), CT("report_triggers", triggers(call, v.result.triggers)),
	    CT("beyond", beyond),
	    CT("severity_version", v.version))) != 0)
		return call->err->kind;
	score_id = store_score(call, &was, &v, result);
	tell(call, &was, &v, score_id);
	/* A person who chose another playbook keeps it until the type itself changes. */
	if (was.playbook == NULL || !str_eq(was.type, v.type)) {
		playbook = pack_playbook_for_type(call->app->packs, v.type == NULL ? "" : v.type,
		    call->now);
		if (playbook != NULL)
			plan_apply(call, &was, playbook);
	}
	duty_evaluate(call, was.id);
	escalation_evaluate(call, was.id);
	incident_answer(call, was.id);
	jsonw_kstring(call->out, "score_id", score_id);
	jsonw_kraw(call->out, "result", result);
	return call->err->kind;
}

static const struct param scores_params[] = { ID_PARAM, { 0 } };

static int
scores(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	out_rows(call, "items", "SELECT s.id, s.scored_at, s.by_id, a.name AS by_name, s.type,"
	    " s.level, s.qd05_class, s.reporting, s.beyond, s.severity_version, s.override_reason,"
	    " s.answers_json, s.result_json FROM score s LEFT JOIN account a ON a.id = s.by_id"
	    " WHERE s.incident_id = ? ORDER BY s.scored_at DESC, s.id DESC", "t", incident.id);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

/* ---- beyond our means -------- */

static const struct param beyond_params[] = {
	ID_PARAM,
	{ "confirmed", P_BOOL, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 4000, NULL },
	{ 0 },
};

static int
confirm_beyond(struct call *call)
{
	bool yes = arg_bool(call, "confirmed");
	const char *reason = arg_text(call, "reason");
	struct incident incident;
	int64_t first; /* the clock of the report started then */

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	first = tx_int(call->tx, "SELECT beyond_at FROM incident WHERE id = ?", "t", incident.id);
	if (!yes && reason == NULL)
		return call_fail(call, ERR_INVALID, "err.required", "reason");
	change_update(call, "incident", incident.id, -1,
	    COLS(CT("beyond", yes ? "confirmed" : "refused"),
	    CI("beyond_at", !yes ? SQL_NULL : first != SQL_NULL ? first : call->now)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident.id, .kind = "score",
	    .word = yes ? "timeline.beyond.confirmed" : "timeline.beyond.refused", .text = reason,
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL });
	duty_evaluate(call, incident.id);
	escalation_answered(call, incident.id, yes, reason);
	return incident_answer(call, incident.id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const question_columns[] = { "id", "text", NULL };
static const char *const score_columns[] = { "scored_at", "by_name", "level", "type", "qd05_class",
	"reporting", "beyond", "override_reason", NULL };

const struct op ops_triage[] = {
	{ "triage questions", "GET", "/triage/questions", RIGHT_READ, 0, questions_params,
	    questions, question_columns, "khien triage questions" },
	{ "incident triage", "POST", "/incidents/{id}/triage", RIGHTS, OP_WRITE, triage_params,
	    triage, NULL, "khien incident triage SC-2026-0001 --answers"
	    " '{\"signs\":\"encrypted\",\"machines\":4}'" },
	{ "incident scores", "GET", "/incidents/{id}/scores", RIGHT_READ, 0, scores_params, scores,
	    score_columns, "khien incident scores SC-2026-0001" },
	{ "incident confirm-beyond", "POST", "/incidents/{id}/beyond", RIGHTS, OP_WRITE,
	    beyond_params, confirm_beyond, NULL,
	    "khien incident confirm-beyond SC-2026-0001 --confirmed true" },
	{ 0 },
};
