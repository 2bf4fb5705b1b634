/* SPDX-License-Identifier: Apache-2.0 */
/* op_escalation.c: others asked for help: suggested, asked, come, gone (region E). */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/escalation.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"
#include "pack/form.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

/* ---- what a caller needs -------- */

static void
out_signs(struct call *call, const char *incident_id)
{
	struct sign sign[SIGNS_MAX];
	size_t n = escalation_signs(call, incident_id, sign);

	jsonw_karray(call->out, "signs");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", sign[i].id);
		jsonw_kstring(call->out, "text", call->lang == LANG_EN && sign[i].en != NULL ? sign[i].en :
		    sign[i].vi);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

/* Whom to call by which number, and how long ago anybody tried it. */
static void
out_call_sheet(struct call *call, const char *incident_id)
{
	jsonw_kobject(call->out, "call_sheet");
	out_rows(call, "contacts", "SELECT id, role, name, person, title, phone, mobile,"
	    " phone_after_hours, fax, email, channel, verified_on FROM contact WHERE agency_id = ? AND"
	    " is_retired = 0 AND role IN ('provincial_csirt', 'provincial_ir_unit', 'provincial_police',"
	    " 'national_coordinator', 'cyber_authority', 'isp', 'security_provider', 'hosting_provider',"
	    " 'supplier') ORDER BY CASE role WHEN 'provincial_csirt' THEN 0 WHEN 'provincial_ir_unit' THEN 1"
	    " WHEN 'provincial_police' THEN 2 ELSE 3 END, role, name, id LIMIT 100", "t", call->agency_id);
	out_rows(call, "own", "SELECT role, name, person, title, phone, mobile, phone_after_hours, email"
	    " FROM contact WHERE agency_id = ? AND is_retired = 0 AND role LIKE 'own_%' ORDER BY role, id"
	    " LIMIT 20", "t", call->agency_id);
	out_rows(call, "systems", "SELECT y.name, y.level, y.operator_name, y.isp, y.security_provider,"
	    " y.hosting_provider, y.contact FROM info_system y WHERE y.id IN (SELECT ref_id FROM scope_item"
	    " WHERE incident_id = ? AND kind = 'system' AND state <> 'cleared') ORDER BY y.name LIMIT 50",
	    "t", incident_id);
	jsonw_object_end(call->out);
}

/* The papers that go with a call, and those of them that were begun already. */
static void
out_papers(struct call *call, const char *incident_id)
{
	static const char *const papers[] = { "goi-doi-ung-cuu", "ban-giao", "de-nghi-ho-tro", "mau-03" };

	jsonw_karray(call->out, "papers");
	for (size_t i = 0; i < ARRAY_LEN(papers); i++) {
		const struct pack_form *form = pack_form(call->app->packs, papers[i], call->now);

		if (form == NULL)
			continue;
		jsonw_object(call->out);
		jsonw_kstring(call->out, "form", papers[i]);
		jsonw_kstring(call->out, "title", pack_say(&form->pack.title, lang_code(call->lang)));
		out_rows(call, "documents", "SELECT id, number, state, doc_number, doc_date FROM document"
		    " WHERE incident_id = ? AND form = ? ORDER BY made_at DESC LIMIT 20", "tt", incident_id,
		    papers[i]);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static const struct param incident_params[] = { ID_PARAM, { 0 } };

static int
list(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	jsonw_kstring(call->out, "incident_number", incident.number);
	jsonw_kstring(call->out, "beyond", tx_text(call->tx, call->arena, "SELECT beyond FROM incident"
	    " WHERE id = ?", "t", incident.id));
	escalation_out(call, incident.id);
	out_signs(call, incident.id);
	out_call_sheet(call, incident.id);
	out_papers(call, incident.id);
	return call->err->kind;
}

static int
answer(struct call *call, const char *incident_id, const char *id)
{
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	out_row(call, "id", "SELECT x.id, x.version, x.incident_id, i.number AS incident_number, i.beyond,"
	    " x.target, x.organisation, x.is_foreign, x.state, x.triggers AS triggers_list, x.reason,"
	    " x.person, x.phone, x.suggested_at, x.requested_at, x.accepted_at, x.supported_at,"
	    " x.refused_at, x.released_at, x.note, x.contact_id, x.document_id FROM escalation x JOIN"
	    " incident i ON i.id = x.incident_id WHERE x.id = ?", "t", id);
	escalation_out(call, incident_id);
	return call->err->kind;
}

/* ---- suggesting, asking -------- */

static void
tell(struct call *call, const char *incident_id, const char *id, const char *word, int64_t at,
    const char *text)
{
	const char *name = tx_text(call->tx, call->arena, "SELECT organisation FROM escalation WHERE id = ?",
	    "t", id);
	const char *target = tx_text(call->tx, call->arena, "SELECT target FROM escalation WHERE id = ?",
	    "t", id);

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "message",
	    .word = word, .text = text, .occurred_at = at, .told_at = SQL_NULL, .ref_table = "escalation",
	    .ref_id = id, .args = TIMELINE_ARGS("name", name != NULL ? name :
	    arena_printf(call->arena, "@escalation.target.%s", target)) });
}

static const struct param suggest_params[] = {
	ID_PARAM,
	{ "target", P_ENUM, PF_REQUIRED, 0, 0, escalation_targets },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "organisation", P_LINE, 0, 0, 200, NULL },
	{ 0 },
};

/* A handler says that skill, tool or access is missing. */
static int
suggest(struct call *call)
{
	const char *target = arg_text(call, "target"), *beyond, *id;
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	id = change_insert(call, "escalation", NULL, COLS(CT("incident_id", incident.id),
	    CT("target", target), CT("organisation", arg_text(call, "organisation")),
	    CT("state", "suggested"), CT("triggers", "manual"), CT("reason", arg_text(call, "reason")),
	    CI("suggested_at", call->now)));
	beyond = tx_text(call->tx, call->arena, "SELECT beyond FROM incident WHERE id = ?", "t", incident.id);
	if (escalation_is_beyond(target) && !str_eq(beyond, "confirmed") && !str_eq(beyond, "suggested"))
		change_update(call, "incident", incident.id, -1, COLS(CT("beyond", "suggested")));
	tell(call, incident.id, id, "timeline.escalation.proposed", SQL_NULL, arg_text(call, "reason"));
	return answer(call, incident.id, id);
}

static const struct param request_params[] = {
	ID_PARAM,
	{ "target", P_ENUM, PF_REQUIRED, 0, 0, escalation_targets },
	{ "contact", P_ID, 0, 0, 0, NULL },
	{ "organisation", P_LINE, 0, 0, 200, NULL },
	{ "foreign", P_BOOL, 0, 0, 0, NULL },
	{ "person", P_LINE, 0, 0, 160, NULL },
	{ "phone", P_LINE, 0, 0, 60, NULL },
	{ "requested_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ "document", P_ID, 0, 0, 0, NULL },
	{ 0 },
};

/* A document of this incident that the argument names; NULL with an error when it is none. */
static const char *
document_arg(struct call *call, const char *incident_id)
{
	const char *id = tx_text(call->tx, call->arena, "SELECT id FROM document WHERE incident_id = ?1"
	    " AND (id = ?2 OR number = upper(?2))", "tt", incident_id, arg_text(call, "document"));

	if (id == NULL)
		call_fail(call, ERR_NOT_FOUND, "err.not_found", "document");
	return id;
}

/* Asking the provincial team says that own means are exceeded: the clocks of the law begin (D05, D09). */
static void
confirm_beyond(struct call *call, const char *incident_id, int64_t at)
{
	int64_t first = tx_int(call->tx, "SELECT beyond_at FROM incident WHERE id = ?", "t", incident_id);

	if (tx_int(call->tx, "SELECT COUNT(*) FROM incident WHERE id = ? AND beyond = 'confirmed'", "t",
	    incident_id) > 0)
		return;
	change_update(call, "incident", incident_id, -1, COLS(CT("beyond", "confirmed"),
	    CI("beyond_at", first != SQL_NULL ? first : at)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "score",
	    .word = "timeline.beyond.confirmed", .occurred_at = at, .told_at = SQL_NULL });
}

/* The suggestion this request answers; NULL when nobody suggested it. */
static const char *
suggested_row(struct call *call, const char *incident_id, const char *target)
{
	return tx_text(call->tx, call->arena, "SELECT id FROM escalation WHERE incident_id = ? AND state ="
	    " 'suggested' AND target = ? ORDER BY id LIMIT 1", "tt", incident_id, target);
}

static const char *
store_request(struct call *call, const char *incident_id, const struct contact *contact,
    const char *document, int64_t at)
{
	const char *target = arg_text(call, "target"), *id = suggested_row(call, incident_id, target);
	const char *organisation = arg_has(call, "organisation") ? arg_text(call, "organisation") :
	    contact->name;
	struct col cols[16];
	size_t n = 0;

	cols[n++] = (struct col)CT("state", "requested");
	cols[n++] = (struct col)CI("requested_at", at);
	cols[n++] = (struct col)CT("requested_by_id", party_actor(call).id);
	cols[n++] = (struct col)CI("is_foreign", arg_bool(call, "foreign"));
	cols[n++] = (struct col)CT("contact_id", contact->id);
	cols[n++] = (struct col)CT("person", arg_has(call, "person") ? arg_text(call, "person") :
	    contact->person);
	cols[n++] = (struct col)CT("phone", arg_has(call, "phone") ? arg_text(call, "phone") :
	    contact->phone);
	cols[n++] = (struct col)CT("document_id", document);
	cols[n++] = (struct col)CT("organisation", organisation);
	if (arg_has(call, "reason"))
		cols[n++] = (struct col)CT("reason", arg_text(call, "reason"));
	if (id != NULL) {
		change_update(call, "escalation", id, -1, cols, n);
		return id;
	}
	cols[n++] = (struct col)CT("incident_id", incident_id);
	cols[n++] = (struct col)CT("target", target);
	return change_insert(call, "escalation", NULL, cols, n);
}

static int
request(struct call *call)
{
	const char *target = arg_text(call, "target"), *document = NULL, *id;
	int64_t at = arg_time(call, "requested_at", call->now);
	struct contact contact = { 0 };
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	if (arg_has(call, "contact") && contact_arg(call, "contact", &contact) != 0)
		return call->err->kind;
	if (arg_has(call, "document") && (document = document_arg(call, incident.id)) == NULL)
		return call->err->kind;
	/* For Mẫu 05 a helper has a name; the province has one team. */
	if (!escalation_is_beyond(target) && contact.id == NULL && !arg_has(call, "organisation"))
		return call_fail(call, ERR_INVALID, "err.required", "organisation");
	if (arg_bool(call, "foreign") && escalation_is_beyond(target))
		return call_fail(call, ERR_INVALID, "err.escalation_foreign", "foreign");
	if (at < incident.detected_at)
		return err_fail(call->err, ERR_INVALID, "err.time_order", "requested_at", "other",
		    "@field.detected_at", NULL, NULL);
	id = store_request(call, incident.id, &contact, document, at);
	tell(call, incident.id, id, "timeline.escalation.requested", at, arg_text(call, "reason"));
	if (escalation_is_beyond(target))
		confirm_beyond(call, incident.id, at);
	duty_evaluate(call, incident.id);
	return answer(call, incident.id, id);
}

/* ---- what came of it -------- */

static const char *const results[] = { "accepted", "supported", "refused", NULL };

#define RECORD_PARAMS \
	{ "at", P_TIME, PF_PAST, 0, 0, NULL }, { "note", P_TEXT, 0, 0, 2000, NULL }, VERSION_PARAM

static const struct param record_params[] = {
	ID_PARAM,
	{ "state", P_ENUM, PF_REQUIRED, 0, 0, results },
	{ "person", P_LINE, 0, 0, 160, NULL },
	{ "phone", P_LINE, 0, 0, 60, NULL },
	{ "organisation", P_LINE, 0, 0, 200, NULL },
	{ "foreign", P_BOOL, 0, 0, 0, NULL },
	{ "document", P_ID, 0, 0, 0, NULL },
	RECORD_PARAMS,
	{ 0 },
};

/* Whether the escalation may go to ${to} at ${at}. */
static int
check_step(struct call *call, const char *id, enum escalation_state to, int64_t at)
{
	enum escalation_state from = escalation_of(tx_text(call->tx, call->arena,
	    "SELECT state FROM escalation WHERE id = ?", "t", id));
	int64_t since = tx_int(call->tx, "SELECT COALESCE(supported_at, accepted_at, requested_at) FROM"
	    " escalation WHERE id = ?", "t", id);

	if (!escalation_may(from, to))
		return err_fail(call->err, ERR_STATE, "err.escalation_step", NULL, "from",
		    arena_printf(call->arena, "@escalation.%s", escalation_name(from)), "to",
		    arena_printf(call->arena, "@escalation.%s", escalation_name(to)));
	if (since != SQL_NULL && at < since)
		return err_fail(call->err, ERR_INVALID, "err.time_order", "at", "other",
		    "@field.requested_at", NULL, NULL);
	return 0;
}

/* Goes to ${to}: its time, the note, and what else was given. */
static int
step(struct call *call, enum escalation_state to, const char *word)
{
	static const char *const said[] = { "person", "phone", "organisation", "note" };
	const char *state = escalation_name(to), *document, *id;
	int64_t at = arg_time(call, "at", call->now);
	struct incident incident;
	struct col cols[12];
	size_t n = 0;

	if (owned_arg(call, "id", "escalation", &incident, &id) != 0 ||
	    incident_workable(call, &incident) != 0 || check_step(call, id, to, at) != 0)
		return call->err->kind;
	cols[n++] = (struct col)CT("state", state);
	cols[n++] = (struct col)CI(arena_printf(call->arena, "%s_at", state), at);
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (arg_has(call, said[i]))
			cols[n++] = (struct col)CT(said[i], arg_text(call, said[i]));
	if (arg_has(call, "foreign"))
		cols[n++] = (struct col)CI("is_foreign", arg_bool(call, "foreign"));
	if (arg_has(call, "document")) {
		if ((document = document_arg(call, incident.id)) == NULL)
			return call->err->kind;
		cols[n++] = (struct col)CT("document_id", document);
	}
	if (change_update(call, "escalation", id, arg_int(call, "version", -1), cols, n) != 0)
		return call->err->kind;
	tell(call, incident.id, id, word, at, arg_text(call, "note"));
	duty_evaluate(call, incident.id);
	return answer(call, incident.id, id);
}

static int
record(struct call *call)
{
	enum escalation_state to = escalation_of(arg_text(call, "state"));

	return step(call, to, to == ESCALATION_ACCEPTED ? "timeline.escalation.accepted" :
	    to == ESCALATION_SUPPORTED ? "timeline.escalation.supported" : "timeline.escalation.refused");
}

static const struct param release_params[] = { ID_PARAM, RECORD_PARAMS, { 0 } };

static int
release(struct call *call)
{
	return step(call, ESCALATION_RELEASED, "timeline.escalation.released");
}

static const struct param decline_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* A person says that no help is needed; the signs that were there are answered by that. */
static int
decline(struct call *call)
{
	struct incident incident;
	const char *id;

	if (owned_arg(call, "id", "escalation", &incident, &id) != 0 ||
	    incident_workable(call, &incident) != 0 ||
	    check_step(call, id, ESCALATION_DECLINED, call->now) != 0)
		return call->err->kind;
	if (change_update(call, "escalation", id, arg_int(call, "version", -1),
	    COLS(CT("state", "declined"), CT("note", arg_text(call, "reason")))) != 0)
		return call->err->kind;
	if (tx_int(call->tx, "SELECT COUNT(*) FROM incident i WHERE i.id = ? AND i.beyond = 'suggested' AND"
	    " NOT EXISTS (SELECT 1 FROM escalation x WHERE x.incident_id = i.id AND x.state = 'suggested')",
	    "t", incident.id) > 0)
		change_update(call, "incident", incident.id, -1, COLS(CT("beyond", "refused")));
	tell(call, incident.id, id, "timeline.escalation.declined", SQL_NULL, arg_text(call, "reason"));
	duty_evaluate(call, incident.id);
	return answer(call, incident.id, id);
}

/* What the job does; by hand too. */
static int
look(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	escalation_evaluate(call, incident.id);
	escalation_out(call, incident.id);
	return call->err->kind;
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

const struct op ops_escalation[] = {
	{ "escalation list", "GET", "/incidents/{id}/escalations", RIGHT_READ, 0, incident_params, list,
	    NULL, "khien escalation list SC-2026-0001" },
	{ "escalation suggest", "POST", "/incidents/{id}/escalations", RIGHTS, OP_WRITE | OP_CREATED,
	    suggest_params, suggest, NULL, "khien escalation suggest SC-2026-0001 --target provincial_csirt"
	    " --reason \"Không có công cụ phân tích bộ nhớ\"" },
	{ "escalation request", "POST", "/incidents/{id}/escalations/request", RIGHTS, OP_WRITE,
	    request_params, request, NULL, "khien escalation request SC-2026-0001 --target provincial_csirt"
	    " --person \"Trực ban\" --phone \"0200 000 0102\"" },
	{ "escalation record", "POST", "/escalations/{id}/record", RIGHTS, OP_WRITE, record_params, record,
	    NULL, "khien escalation record 0198c0de-0000-7000-8000-000000000001 --state accepted" },
	{ "escalation release", "POST", "/escalations/{id}/release", RIGHTS, OP_WRITE, release_params,
	    release, NULL, "khien escalation release 0198c0de-0000-7000-8000-000000000001 --note \"Đã bàn"
	    " giao kết quả\"" },
	{ "escalation decline", "POST", "/escalations/{id}/decline", RIGHTS, OP_WRITE, decline_params,
	    decline, NULL, "khien escalation decline 0198c0de-0000-7000-8000-000000000001 --reason \"Tự xử"
	    " lý được\"" },
	{ "escalation look", NULL, NULL, RIGHT_LOCAL, OP_WRITE, incident_params, look, NULL,
	    "khien escalation look SC-2026-0001" },
	{ 0 },
};
