/* SPDX-License-Identifier: Apache-2.0 */
#include "app/escalation.h"

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/out.h"
#include "app/visible.h"
#include "model/personal.h"
#include "work/job.h"

/* ---- what the data say -------- */

#define HIT "s.state IN ('affected', 'isolated', 'cleaned', 'restored')"

static int64_t
threshold(struct call *call, const char *id)
{
	const struct pack_severity *severity = pack_severity(call->app->packs, call->now);

	for (size_t i = 0; severity != NULL && i < severity->thresholds; i++)
		if (str_eq(severity->threshold[i].id, id))
			return severity->threshold[i].value;
	return 0;
}

static struct beyond_limits
limits_of(struct call *call)
{
	return (struct beyond_limits){ .machines = threshold(call, "beyond_machines"),
	    .divisions = threshold(call, "beyond_divisions"),
	    .spread_minutes = threshold(call, "spread_minutes"),
	    .subjects = threshold(call, "many_subjects"), .same_signs = threshold(call, "same_signs") };
}

static int64_t
count_hit(struct call *call, const char *id, const char *kind)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM scope_item s WHERE s.incident_id = ? AND s.kind = ?"
	    " AND " HIT, "tt", id, kind);
}

/* Minutes from the first isolation to the newest machine that was hit; 0 when it stopped spreading. */
static int64_t
spread_minutes(struct call *call, const char *id)
{
	int64_t isolated = tx_int(call->tx, "SELECT MIN(occurred_at) FROM timeline WHERE incident_id = ?"
	    " AND kind = 'scope' AND args_json LIKE '%\"@scope.state.isolated\"%'", "t", id);
	int64_t newest = tx_int(call->tx, "SELECT MAX(occurred_at) FROM timeline WHERE incident_id = ?"
	    " AND kind = 'scope' AND args_json LIKE '%\"@scope.state.affected\"%' AND args_json LIKE"
	    " '%\"@scope.kind.machine\"%' AND word IN ('timeline.scope_add', 'timeline.scope_state')",
	    "t", id);

	return isolated == SQL_NULL || newest == SQL_NULL || newest <= isolated ? 0 :
	    (newest - isolated) / 60000;
}

/* How long the system is out of order that is furthest beyond what was approved for it. */
static void
read_outage(struct call *call, const char *id, struct beyond_facts *facts)
{
	struct query q;

	query_open(&q, call->tx, "SELECT (?1 - COALESCE(s.since_at, i.detected_at)) / 60000 AS down,"
	    " COALESCE(y.rto_minutes, y.max_outage_minutes) AS allowed FROM scope_item s JOIN info_system y"
	    " ON y.id = s.ref_id JOIN incident i ON i.id = s.incident_id WHERE s.incident_id = ?2 AND"
	    " s.kind = 'system' AND s.state IN ('affected', 'isolated') AND"
	    " COALESCE(y.rto_minutes, y.max_outage_minutes) > 0 ORDER BY down - allowed DESC LIMIT 1",
	    "it", call->now, id);
	if (query_step(&q)) {
		facts->down_minutes = query_int(&q, 0);
		facts->allowed_minutes = query_int(&q, 1);
	}
	query_close(&q);
}

static void
read_incident(struct call *call, const char *id, struct beyond_facts *facts)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	const struct pack_type *type;
	struct query q;

	query_open(&q, call->tx, "SELECT type, personal_data, personal_data_subjects FROM incident WHERE"
	    " id = ?", "t", id);
	if (query_step(&q)) {
		enum personal_state state = personal_of(query_text(&q, 1));

		type = types == NULL || query_text(&q, 0) == NULL ? NULL : pack_type(types, query_text(&q, 0));
		facts->is_attack = query_text(&q, 0) == NULL || (type != NULL && str_eq(type->list, "A"));
		if (state >= PDATA_AFFECTED && state < PDATA_RECORDED && query_opt(&q, 2) != SQL_NULL)
			facts->subjects = query_int(&q, 2);
	}
	query_close(&q);
}

static struct beyond_facts
facts_of(struct call *call, const char *id)
{
	struct beyond_facts facts = { 0 };

	read_incident(call, id, &facts);
	facts.machines = count_hit(call, id, "machine");
	facts.divisions = count_hit(call, id, "division");
	facts.spread_minutes = spread_minutes(call, id);
	facts.shared_system = tx_int(call->tx, "SELECT COUNT(*) FROM scope_item s JOIN info_system y ON"
	    " y.id = s.ref_id WHERE s.incident_id = ? AND s.kind = 'system' AND y.kind = 'shared' AND " HIT,
	    "t", id) > 0;
	read_outage(call, id, &facts);
	/* Incidents that few may see give nothing away here. */
	facts.same_signs = tx_int(call->tx, "SELECT COUNT(DISTINCT j.id) FROM observable o JOIN observable"
	    " p ON p.agency_id = o.agency_id AND p.type = o.type AND p.value = o.value JOIN incident j ON"
	    " j.id = p.incident_id WHERE o.incident_id = ?1 AND o.is_ioc = 1 AND j.id <> ?1 AND"
	    " j.is_restricted = 0 AND j.state NOT IN ('closed_not_incident', 'duplicate')", "t", id);
	facts.is_ordered = tx_int(call->tx, "SELECT COUNT(*) FROM incoming WHERE incident_id = ? AND kind"
	    " IN ('order', 'request') AND state IN ('verified', 'answered')", "t", id) > 0;
	return facts;
}

static void
say_sign(struct call *call, size_t bit, const struct beyond_facts *f, const struct beyond_limits *l,
    struct sign *ret)
{
	const int64_t number[BEYOND_SIGNS][2] = { { f->machines, l->machines },
		{ f->divisions, l->divisions }, { f->spread_minutes, l->spread_minutes }, { 0, 0 },
		{ f->down_minutes, f->allowed_minutes }, { f->subjects, l->subjects },
		{ f->same_signs, l->same_signs }, { 0, 0 } };
	const char *key = arena_printf(call->arena, "beyond.%s", beyond_sign_name(bit));
	const char *const *args = WORDS_ARGS("count", text_int(call, number[bit][0]), "limit",
	    text_int(call, number[bit][1]));

	*ret = (struct sign){ beyond_sign_name(bit), words_in(call, LANG_VI, key, args),
	    words_in(call, LANG_EN, key, args) };
}

/* ---- what the last score says -------- */

static bool
have_sign(const struct sign *sign, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(sign[i].id, id))
			return true;
	return false;
}

static size_t
score_signs(struct call *call, const char *incident_id, struct sign *ret, size_t n)
{
	const char *text = tx_text(call->tx, call->arena, "SELECT result_json FROM score WHERE incident_id"
	    " = ? ORDER BY scored_at DESC, id DESC LIMIT 1", "t", incident_id);
	struct json *result = NULL;
	const struct json *reasons;

	if (text == NULL || json_parse(text, strlen(text), &result, NULL) != 0)
		return n;
	reasons = json_get(result, "reasons");
	for (size_t i = 0; i < json_len(reasons) && n < SIGNS_MAX; i++) {
		const struct json *reason = json_at(reasons, i);
		const char *id = json_get_str(reason, "rule");

		if (!str_eq(json_get_str(reason, "about"), "beyond") || str_empty(id) ||
		    str_eq(id, "otherwise"))
			continue;
		id += str_starts(id, "b-") ? 2 : 0;
		if (!have_sign(ret, n, id))
			ret[n++] = (struct sign){ arena_strdup(call->arena, id),
			    arena_strdup(call->arena, json_get_str(reason, "text")),
			    arena_strdup(call->arena, json_get_str(reason, "text_en")) };
	}
	json_free(result);
	return n;
}

size_t
escalation_signs(struct call *call, const char *incident_id, struct sign *ret)
{
	struct beyond_facts facts = facts_of(call, incident_id);
	struct beyond_limits limits = limits_of(call);
	unsigned signs = beyond_signs(&facts, &limits);
	size_t n = 0;

	/* What is counted now goes before what was counted when the questions were answered. */
	for (size_t i = 0; i < BEYOND_SIGNS; i++)
		if ((signs & (1U << i)) != 0)
			say_sign(call, i, &facts, &limits, &ret[n++]);
	return score_signs(call, incident_id, ret, n);
}

/* ---- suggesting -------- */

#define TARGET "provincial_csirt"

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; p != NULL && *p != '\0'; p += strcspn(p, " "), p += *p == ' ')
		if (strcspn(p, " ") == len && memcmp(p, word, len) == 0)
			return true;
	return false;
}

/* The ids, or the Vietnamese sentences, of all signs. */
static const char *
join(struct call *call, const struct sign *sign, size_t n, bool ids)
{
	const char *list = "";

	for (size_t i = 0; i < n; i++)
		list = arena_printf(call->arena, "%s%s%s", list, i == 0 ? "" : ids ? " " : "\n",
		    ids ? sign[i].id : sign[i].vi == NULL ? "" : sign[i].vi);
	return list;
}

/* The signs that people have answered already, whatever they said. */
static const char *
answered_signs(struct call *call, const char *incident_id)
{
	const char *list = "";
	struct query q;

	query_open(&q, call->tx, "SELECT triggers FROM escalation WHERE incident_id = ? AND state NOT IN"
	    " ('suggested', 'withdrawn') AND triggers IS NOT NULL", "t", incident_id);
	while (query_step(&q))
		list = arena_printf(call->arena, "%s %s", list, query_text(&q, 0));
	query_close(&q);
	return list;
}

static void
tell(struct call *call, const char *incident_id, const char *word, const char *id, const char *text)
{
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "message",
	    .word = word, .text = text, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "escalation", .ref_id = id });
}

static void
withdraw(struct call *call, const char *incident_id, const char *row)
{
	if (row == NULL)
		return;
	change_update(call, "escalation", row, -1, COLS(CT("state", "withdrawn")));
	tell(call, incident_id, "timeline.escalation.withdrawn", row, NULL);
}

static void
suggest(struct call *call, const char *incident_id, const char *row, const char *ids, const char *text)
{
	if (row != NULL) {
		change_update(call, "escalation", row, -1, COLS(CT("triggers", ids), CT("reason", text)));
		return;
	}
	row = change_insert(call, "escalation", NULL, COLS(CT("incident_id", incident_id),
	    CT("target", TARGET), CT("state", "suggested"), CT("triggers", ids), CT("reason", text),
	    CI("suggested_at", call->now)));
	tell(call, incident_id, "timeline.escalation.suggested", row, text);
}

static void
set_beyond(struct call *call, const char *incident_id, const char *from, const char *to)
{
	if (!str_eq(from, to))
		change_update(call, "incident", incident_id, -1, COLS(CT("beyond", to)));
}

static int64_t
count_rows(struct call *call, const char *incident_id, const char *where)
{
	return tx_int(call->tx, arena_printf(call->arena, "SELECT COUNT(*) FROM escalation WHERE"
	    " incident_id = ? AND %s", where), "t", incident_id);
}

static bool
is_open(struct call *call, const char *incident_id)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM incident WHERE id = ? AND "
	    INCIDENT_OPEN("state"), "t", incident_id) > 0;
}

/* Whether a sign appeared since people answered the ones before. */
static bool
is_fresh(struct call *call, const char *incident_id, const struct sign *sign, size_t n)
{
	const char *answered = answered_signs(call, incident_id);

	for (size_t i = 0; i < n; i++)
		if (!has_word(answered, sign[i].id))
			return true;
	return false;
}

/* Time alone makes an outage too long: looked at again when the next system passes its limit. */
static void
look_again(struct call *call, const char *incident_id)
{
	int64_t due = tx_int(call->tx, "SELECT MIN(due) FROM (SELECT COALESCE(s.since_at, i.detected_at) +"
	    " (COALESCE(y.rto_minutes, y.max_outage_minutes) + 1) * 60000 AS due FROM scope_item s JOIN"
	    " info_system y ON y.id = s.ref_id JOIN incident i ON i.id = s.incident_id WHERE"
	    " s.incident_id = ? AND s.kind = 'system' AND s.state IN ('affected', 'isolated') AND"
	    " COALESCE(y.rto_minutes, y.max_outage_minutes) > 0) n WHERE due > ?", "ti", incident_id,
	    call->now);

	if (due != SQL_NULL)
		job_put(call->tx, call->agency_id, ESCALATION_LOOK_JOB, arena_printf(call->arena,
		    "{\"id\":\"%s\"}", incident_id), arena_printf(call->arena, ESCALATION_LOOK_JOB ":%s:%lld",
		    incident_id, (long long)due), due);
}

void
escalation_evaluate(struct call *call, const char *incident_id)
{
	struct sign sign[SIGNS_MAX];
	const char *row, *ids, *was, *beyond;
	size_t n;

	if (call->err->kind != ERR_NONE || !is_open(call, incident_id))
		return;
	look_again(call, incident_id);
	beyond = tx_text(call->tx, call->arena, "SELECT beyond FROM incident WHERE id = ?", "t", incident_id);
	row = tx_text(call->tx, call->arena, "SELECT id FROM escalation WHERE incident_id = ? AND state ="
	    " 'suggested' AND triggers <> 'manual' ORDER BY id LIMIT 1", "t", incident_id);
	n = escalation_signs(call, incident_id, sign);
	if (n == 0) {
		withdraw(call, incident_id, row);
		if (str_eq(beyond, "suggested") && count_rows(call, incident_id, "state = 'suggested'") == 0)
			set_beyond(call, incident_id, beyond, "none");
		return;
	}
	if (row == NULL && !is_fresh(call, incident_id, sign, n)) {
		/* A new score alone does not ask again what a person has answered. */
		if (str_eq(beyond, "suggested") && count_rows(call, incident_id, "state = 'suggested'") == 0)
			set_beyond(call, incident_id, beyond, "refused");
		return;
	}
	if (!str_eq(beyond, "confirmed"))
		set_beyond(call, incident_id, beyond, "suggested");
	if (count_rows(call, incident_id, "target = '" TARGET "' AND state IN ('requested', 'accepted',"
	    " 'supported')") > 0)
		return;
	ids = join(call, sign, n, true);
	was = row == NULL ? NULL : tx_text(call->tx, call->arena,
	    "SELECT triggers FROM escalation WHERE id = ?", "t", row);
	if (!str_eq(ids, was))
		suggest(call, incident_id, row, ids, join(call, sign, n, false));
}

void
escalation_answered(struct call *call, const char *incident_id, bool is_beyond, const char *reason)
{
	struct query q;

	if (is_beyond)
		return;
	query_open(&q, call->tx, "SELECT id FROM escalation WHERE incident_id = ? AND state = 'suggested'"
	    " ORDER BY id", "t", incident_id);
	while (query_step(&q))
		change_update(call, "escalation", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("state", "declined"), CT("note", reason)));
	query_close(&q);
}

/* ---- showing -------- */

void
escalation_out(struct call *call, const char *incident_id)
{
	enum escalation_state state[200];
	struct query q;
	size_t n = 0;

	query_open(&q, call->tx, "SELECT state FROM escalation WHERE incident_id = ? LIMIT 200", "t",
	    incident_id);
	while (n < ARRAY_LEN(state) && query_step(&q))
		state[n++] = escalation_of(query_text(&q, 0));
	query_close(&q);
	jsonw_kobject(call->out, "escalation");
	jsonw_kstring(call->out, "state", escalation_name(escalation_region(state, n)));
	if (n == 0) {
		jsonw_karray(call->out, "items");
		jsonw_array_end(call->out);
		jsonw_object_end(call->out);
		return;
	}
	out_rows(call, "items", "SELECT x.id, x.version, x.target, x.organisation, x.is_foreign, x.state,"
	    " x.triggers AS triggers_list, x.reason, x.person, x.phone, x.suggested_at, x.requested_at,"
	    " a.name AS requested_by, x.accepted_at, x.supported_at, x.refused_at, x.released_at, x.note,"
	    " x.contact_id, x.document_id, d.number AS document_number FROM escalation x LEFT JOIN account"
	    " a ON a.id = x.requested_by_id LEFT JOIN document d ON d.id = x.document_id WHERE"
	    " x.incident_id = ? ORDER BY x.id LIMIT 200", "t", incident_id);
	jsonw_object_end(call->out);
}
