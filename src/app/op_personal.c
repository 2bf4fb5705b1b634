/* SPDX-License-Identifier: Apache-2.0 */
/* op_personal.c: personal data in an incident (region P), and the national process. */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/workable.h"
#include "model/personal.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

/* What is known of the personal data of one incident; strings live in the arena. */
struct personal {
	enum personal_state state;
	const char *kinds, *harm, *role, *note;
	int64_t clock_at, first_at, grounds_at, subjects;
};

static void
load(struct call *call, const char *incident_id, struct personal *ret)
{
	struct arena *a = call->arena;
	struct query q;

	query_open(&q, call->tx, "SELECT personal_data, personal_data_kinds, personal_data_harm,"
	    " personal_data_role, personal_data_note, personal_data_suspected_at, personal_data_first_at,"
	    " personal_data_grounds_at, personal_data_subjects FROM incident WHERE id = ?", "t", incident_id);
	if (query_step(&q)) {
		ret->state = personal_of(query_text(&q, 0));
		ret->kinds = arena_strdup(a, query_text(&q, 1));
		ret->harm = arena_strdup(a, query_text(&q, 2));
		ret->role = arena_strdup(a, query_text(&q, 3));
		ret->note = arena_strdup(a, query_text(&q, 4));
		ret->clock_at = query_opt(&q, 5);
		ret->first_at = query_opt(&q, 6);
		ret->grounds_at = query_opt(&q, 7);
		ret->subjects = query_opt(&q, 8);
	}
	query_close(&q);
}

/* ---- showing -------- */

static void
out_time(struct call *call, const char *key, int64_t at)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(call->out, key, at == SQL_NULL ? NULL : clock_iso(at, iso));
}

static void
out_words(struct call *call, const char *key, const char *list)
{
	jsonw_karray(call->out, key);
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");

		if (len > 0)
			jsonw_stringn(call->out, list, len);
		list += len + (list[len] == ' ');
	}
	jsonw_array_end(call->out);
}

static void
out_steps(struct call *call, enum personal_state from)
{
	jsonw_karray(call->out, "next");
	for (int to = 0; to < PDATA_STATES; to++) {
		if (to == (int)from || !personal_may(from, (enum personal_state)to))
			continue;
		jsonw_object(call->out);
		jsonw_kstring(call->out, "state", personal_name((enum personal_state)to));
		jsonw_kbool(call->out, "needs_reason", personal_needs_reason(from, (enum personal_state)to));
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static void
out_triggers(struct call *call, const struct personal *p)
{
	unsigned triggers = personal_triggers(p->state, p->kinds, p->harm, p->role);

	jsonw_karray(call->out, "triggers");
	for (unsigned bit = PDATA_BREACH; bit <= PDATA_PROCESSOR; bit <<= 1)
		if ((triggers & bit) != 0)
			jsonw_string(call->out, personal_trigger_name((enum personal_trigger)bit));
	jsonw_array_end(call->out);
}

static int
answer(struct call *call, const char *incident_id)
{
	struct personal p = { 0 };

	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	load(call, incident_id, &p);
	out_row(call, "id", "SELECT id, number, title, version FROM incident WHERE id = ?", "t", incident_id);
	jsonw_kobject(call->out, "personal_data");
	jsonw_kstring(call->out, "state", personal_name(p.state));
	out_words(call, "kinds", p.kinds);
	jsonw_kstring(call->out, "harm", p.harm);
	jsonw_kstring(call->out, "processing_role", p.role);
	if (p.subjects == SQL_NULL)
		jsonw_knull(call->out, "subject_count");
	else
		jsonw_kint(call->out, "subject_count", p.subjects);
	out_time(call, "first_at", p.first_at);
	out_time(call, "grounds_at", p.grounds_at);
	out_time(call, "suspected_at", p.clock_at);
	jsonw_kbool(call->out, "is_for_subjects", personal_tells_subjects(p.kinds));
	jsonw_kstring(call->out, "note", p.note);
	out_triggers(call, &p);
	out_steps(call, p.state);
	jsonw_object_end(call->out);
	return call->err->kind;
}

static const struct param show_params[] = { ID_PARAM, { 0 } };

static int
show(struct call *call)
{
	struct incident incident;

	return incident_arg(call, "id", &incident) != 0 ? call->err->kind : answer(call, incident.id);
}

/* ---- setting -------- */

static const char *const harms[] = { "yes", "no", "unknown", NULL };
static const char *const roles_param[] = { "controller", "processor", NULL };

static const struct param set_params[] = {
	ID_PARAM,
	{ "state", P_ENUM, 0, 0, 0, personal_names },
	{ "kinds", P_LIST, 0, 0, 0, personal_kinds },
	{ "harm", P_ENUM, 0, 0, 0, harms },
	{ "processing_role", P_ENUM, 0, 0, 0, roles_param },
	{ "subject_count", P_INT, 0, 0, INT64_C(1000000000), NULL },
	{ "first_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "grounds_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "certain", P_BOOL, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 4000, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ "happened_at", P_TIME, PF_PAST, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* What the arguments make of ${p}. */
static void
merge(struct call *call, const struct incident *incident, struct personal *p)
{
	if (arg_has(call, "state"))
		p->state = personal_of(arg_text(call, "state"));
	if (json_get(call->args, "kinds") != NULL)
		p->kinds = arg_list(call, "kinds", ' ');
	if (arg_has(call, "harm"))
		p->harm = arg_text(call, "harm");
	if (arg_has(call, "processing_role"))
		p->role = arg_text(call, "processing_role");
	if (arg_has(call, "note"))
		p->note = arg_text(call, "note");
	p->subjects = arg_int(call, "subject_count", p->subjects);
	p->first_at = arg_time(call, "first_at", p->first_at);
	p->grounds_at = arg_time(call, "grounds_at", p->grounds_at);
	/* Nobody said when: the detection of the incident is the earliest it can have been known. */
	if (p->state >= PDATA_AFFECTED && p->first_at == SQL_NULL && p->grounds_at == SQL_NULL)
		p->first_at = incident->detected_at;
	if (p->state < PDATA_AFFECTED)
		p->clock_at = SQL_NULL;
	else if (p->clock_at == SQL_NULL || arg_has(call, "first_at") || arg_has(call, "grounds_at") ||
	    arg_has(call, "certain"))
		p->clock_at = personal_clock(p->first_at, p->grounds_at, arg_bool(call, "certain"));
}

static int
check(struct call *call, const struct personal *was, const struct personal *now)
{
	bool reason = arg_has(call, "reason");

	if (!personal_may(was->state, now->state))
		return err_fail(call->err, ERR_STATE, "err.personal_step", "state", "from",
		    arena_printf(call->arena, "@personal.%s", personal_name(was->state)), "to",
		    arena_printf(call->arena, "@personal.%s", personal_name(now->state)));
	if (personal_needs_reason(was->state, now->state) && !reason)
		return call_fail(call, ERR_INVALID, "err.required", "reason");
	if (now->state >= PDATA_ASSESSED && str_empty(now->kinds))
		return call_fail(call, ERR_INVALID, "err.personal_kinds", "kinds");
	if (now->state >= PDATA_ASSESSED && str_empty(now->harm))
		return call_fail(call, ERR_INVALID, "err.required", "harm");
	if (now->state == PDATA_NOTICE_DUE && str_eq(now->harm, "no") &&
	    !personal_tells_subjects(now->kinds))
		return call_fail(call, ERR_STATE, "err.personal_no_harm", "state");
	/* "No harm" keeps a notice from going out: somebody has to say why. */
	if (str_eq(now->harm, "no") && !str_eq(was->harm, "no") && !reason)
		return call_fail(call, ERR_INVALID, "err.required", "reason");
	if (was->state == PDATA_NOTIFIED && now->state == PDATA_RECORDED &&
	    personal_tells_subjects(now->kinds) && !reason)
		return call_fail(call, ERR_INVALID, "err.personal_subjects", "reason");
	return 0;
}

static void
tell(struct call *call, const char *incident_id, const struct personal *was, const struct personal *now)
{
	char when[CLOCK_TEXT_SIZE] = "–";
	bool moved = was->state != now->state;

	if (now->clock_at != SQL_NULL)
		clock_vi(now->clock_at, when);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "duty",
	    .word = moved ? "timeline.personal.state" : "timeline.personal.facts",
	    .text = arg_has(call, "reason") ? arg_text(call, "reason") : arg_text(call, "note"),
	    .occurred_at = arg_time(call, "happened_at", SQL_NULL), .told_at = SQL_NULL,
	    .ref_table = "incident", .ref_id = incident_id, .args = TIMELINE_ARGS("state",
	    arena_printf(call->arena, "@personal.%s", personal_name(now->state)), "when", when) });
}

static int
set(struct call *call)
{
	struct personal was = { 0 }, now;
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	load(call, incident.id, &was);
	now = was;
	merge(call, &incident, &now);
	if (check(call, &was, &now) != 0)
		return call->err->kind;
	if (change_update(call, "incident", incident.id, arg_int(call, "version", -1),
	    COLS(CT("personal_data", now.state == PDATA_UNKNOWN ? NULL : personal_name(now.state)),
	    CT("personal_data_kinds", now.kinds), CT("personal_data_harm", now.harm),
	    CT("personal_data_role", now.role), CT("personal_data_note", now.note),
	    CI("personal_data_subjects", now.subjects), CI("personal_data_first_at", now.first_at),
	    CI("personal_data_grounds_at", now.grounds_at),
	    CI("personal_data_suspected_at", now.clock_at))) != 0)
		return call->err->kind;
	tell(call, incident.id, &was, &now);
	duty_evaluate(call, incident.id);
	escalation_evaluate(call, incident.id);
	return answer(call, incident.id);
}

/* ---- the national process -------- */

static const char *const classes[] = { "thong_thuong", "nghiem_trong", NULL };

static const struct param national_params[] = {
	ID_PARAM,
	{ "on", P_BOOL, PF_REQUIRED, 0, 0, NULL },
	{ "class", P_ENUM, 0, 0, 0, classes },
	{ "incoming", P_ID, 0, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* The decision that came in, verified; its words for the incident in ${ret_words}. */
static int
decision_arg(struct call *call, const char *incident_id, const char **ret_words)
{
	struct query q;
	bool found;

	query_open(&q, call->tx, "SELECT state, issuer, COALESCE(doc_number, number), doc_date FROM incoming"
	    " WHERE agency_id = ?1 AND (id = ?2 OR number = upper(?2)) AND incident_id = ?3", "ttt",
	    call->agency_id, arg_text(call, "incoming"), incident_id);
	found = query_step(&q);
	if (!found)
		call_fail(call, ERR_NOT_FOUND, "err.not_found", "incoming");
	else if (!str_eq(query_text(&q, 0), "verified") && !str_eq(query_text(&q, 0), "answered"))
		call_fail(call, ERR_STATE, "err.incoming_unverified", "incoming");
	else
		*ret_words = arena_printf(call->arena, "%s, %s%s%s", query_text(&q, 1), query_text(&q, 2),
		    query_text(&q, 3) == NULL ? "" : ", ", query_text(&q, 3) == NULL ? "" : query_text(&q, 3));
	query_close(&q);
	return call->err->kind;
}

static int
national(struct call *call)
{
	bool on = arg_bool(call, "on");
	const char *document = NULL;
	struct incident incident;
	struct col cols[4];
	size_t n = 0;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	if (arg_has(call, "incoming") && decision_arg(call, incident.id, &document) != 0)
		return call->err->kind;
	/* Others decide this (QĐ 05/2017 Đ12, Đ14): their paper, or how it is known without one. */
	if (document == NULL && !arg_has(call, "reason"))
		return call_fail(call, ERR_INVALID, "err.national_basis", "incoming");
	cols[n++] = (struct col)CI("is_national_process", on);
	if (arg_has(call, "class"))
		cols[n++] = (struct col)CT("qd05_decision", arg_text(call, "class"));
	if (document != NULL)
		cols[n++] = (struct col)CT("qd05_decision_document", document);
	if (change_update(call, "incident", incident.id, arg_int(call, "version", -1), cols, n) != 0)
		return call->err->kind;
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident.id, .kind = "direction",
	    .word = on ? "timeline.national.on" : "timeline.national.off", .text = arg_text(call, "reason"),
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .args = TIMELINE_ARGS("document",
	    document == NULL ? "–" : document) });
	duty_evaluate(call, incident.id);
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	out_row(call, "id", "SELECT id, number, version, is_national_process, qd05_class, qd05_decision,"
	    " qd05_decision_document FROM incident WHERE id = ?", "t", incident.id);
	out_rows(call, "decisions", "SELECT id, number, issuer, doc_number, doc_date, content, state,"
	    " received_at FROM incoming WHERE incident_id = ? AND kind = 'decision' ORDER BY received_at, id"
	    " LIMIT 200", "t", incident.id);
	return call->err->kind;
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

const struct op ops_personal[] = {
	{ "personal-data show", "GET", "/incidents/{id}/personal-data", RIGHT_READ, 0, show_params, show,
	    NULL, "khien personal-data show SC-2026-0001" },
	{ "incident personal-data", "POST", "/incidents/{id}/personal-data", RIGHTS, OP_WRITE, set_params,
	    set, NULL, "khien incident personal-data SC-2026-0001 --state affected --kinds finance"
	    " --first-at \"08:00 22/11/2026\"" },
	{ "incident national", "POST", "/incidents/{id}/national-process", RIGHTS, OP_WRITE,
	    national_params, national, NULL, "khien incident national SC-2026-0001 --on true"
	    " --incoming VBD-2026-0003" },
	{ 0 },
};
