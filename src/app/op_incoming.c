/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_incoming.c: orders, requests, warnings and decisions from authorities.  Whoever
 * sent one is checked before anything is done because of it (TT 20/2017 Đ4).
 */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/evidence.h"
#include "app/incident.h"
#include "app/led.h"
#include "app/observe.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/workable.h"
#include "base/utf8.h"

static const char *const kinds[] = { "order", "request", "warning", "decision", "answer", NULL };
static const char *const states[] = { "open", "all", "received", "verified", "rejected", "answered",
	NULL };
static const char *const urgencies[] = { "normal", "urgent", "very_urgent", "express", NULL };
static const char *const hows[] = { "callback", "digital_signature", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

#define INCOMING_SQL \
	"SELECT n.id, n.version, n.number, n.kind, n.issuer, n.state, n.due_at, n.incident_id," \
	" i.number AS incident_number, n.doc_number, n.doc_date, n.basis, n.content, n.systems," \
	" n.actions, n.answer_how, n.urgency, n.received_at, n.entered_at, n.receiver, n.verified_at," \
	" n.verified_how, v.name AS verified_by, n.verified_note, k.name AS contact_name, n.result," \
	" n.answered_at, n.answered_by, n.document_id, n.reason, e.number AS evidence_number" \
	" FROM incoming n LEFT JOIN incident i ON i.id = n.incident_id LEFT JOIN account v ON" \
	" v.id = n.verified_by_id LEFT JOIN contact k ON k.id = n.contact_id LEFT JOIN evidence e ON" \
	" e.id = n.evidence_id WHERE n.agency_id = ?"

enum { N_ISSUER = 4, N_STATE = 5, N_DUE = 6 };

/* What belongs to no incident is for everybody who sees more than one division. */
static void
filter_seen(struct filter *f, struct call *call)
{
	filter_int(f, " AND ((n.incident_id IS NULL AND ? >= 1) OR (1 = 1", call->actor.sees);
	filter_visible(f, call);
	filter_sql(f, "))");
}

/* ---- reading -------- */

static void
out_incoming(struct call *call, struct query *q)
{
	const char *state = query_text(q, N_STATE);
	bool open = str_eq(state, "received") || str_eq(state, "verified");

	out_fields(call, q);
	jsonw_kbool(call->out, "is_overdue", open && query_opt(q, N_DUE) != SQL_NULL &&
	    query_int(q, N_DUE) < call->now);
	jsonw_karray(call->out, "warnings");
	contact_warn_name(call, query_text(q, N_ISSUER), "issuer");
	jsonw_array_end(call->out);
}

struct incoming {
	const char *id, *number, *kind, *state, *incident_id, *issuer, *doc_number, *content, *systems,
	    *actions;
	int64_t due_at, received_at;
};

/* The paper the argument "id" names by id or number, if the caller may see it. */
static int
incoming_arg(struct call *call, struct incoming *ret)
{
	struct arena *a = call->arena;
	struct filter f;
	struct query q;

	filter_init(&f, "SELECT n.id, n.number, n.kind, n.state, n.incident_id, n.issuer, n.doc_number,"
	    " n.content, n.systems, n.actions, n.due_at, n.received_at FROM incoming n LEFT JOIN incident i"
	    " ON i.id = n.incident_id WHERE 1 = 1");
	filter_text(&f, " AND n.agency_id = ?", call->agency_id);
	filter_text(&f, " AND (n.id = ?", arg_text(call, "id"));
	filter_text(&f, " OR n.number = upper(?))", arg_text(call, "id"));
	filter_seen(&f, call);
	query_openv(&q, call->tx, buf_str(&f.sql), f.value, f.n);
	if (query_step(&q)) {
		const char **text[] = { &ret->id, &ret->number, &ret->kind, &ret->state, &ret->incident_id,
			&ret->issuer, &ret->doc_number, &ret->content, &ret->systems, &ret->actions };

		for (size_t n = 0; n < ARRAY_LEN(text); n++)
			*text[n] = arena_strdup(a, query_text(&q, (int)n));
		ret->due_at = query_opt(&q, 10);
		ret->received_at = query_int(&q, 11);
	} else {
		call_fail(call, ERR_NOT_FOUND, "err.not_found", "id");
	}
	query_close(&q);
	filter_clear(&f);
	return call->err->kind;
}

static int
answer(struct call *call, const char *id)
{
	struct query q;

	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	query_open(&q, call->tx, INCOMING_SQL " AND n.id = ?", "tt", call->agency_id, id);
	if (query_step(&q))
		out_incoming(call, &q);
	query_close(&q);
	out_rows(call, "tasks", "SELECT t.id, t.title, t.state, t.due_at, t.done_at, a.name AS"
	    " assignee_name FROM task t LEFT JOIN account a ON a.id = t.assignee_id WHERE"
	    " t.incoming_id = ? ORDER BY t.position, t.id LIMIT 200", "t", id);
	return call->err->kind;
}

static const struct param list_params[] = {
	{ "state", P_ENUM, 0, 0, 0, states },
	{ "kind", P_ENUM, 0, 0, 0, kinds },
	{ "incident", P_ID, 0, 0, 0, NULL },
	PARAMS_PAGE,
	{ 0 },
};

static int
list(struct call *call)
{
	const char *state = arg_has(call, "state") ? arg_text(call, "state") : "open";
	struct incident incident = { 0 };
	struct filter f;

	if (arg_has(call, "incident") && incident_arg(call, "incident", &incident) != 0)
		return call->err->kind;
	if (incident.id != NULL && !arg_has(call, "state"))
		state = "all";
	filter_init(&f, "");
	filter_text(&f, INCOMING_SQL, call->agency_id);
	filter_seen(&f, call);
	filter_text(&f, " AND n.incident_id = ?", incident.id);
	filter_text(&f, " AND n.kind = ?", arg_text(call, "kind"));
	if (str_eq(state, "open"))
		filter_sql(&f, " AND n.state IN ('received', 'verified')");
	else if (!str_eq(state, "all"))
		filter_text(&f, " AND n.state = ?", state);
	filter_sql(&f, str_eq(state, "open") ? " ORDER BY n.due_at IS NULL, n.due_at, n.id" :
	    " ORDER BY n.received_at DESC, n.id DESC");
	out_parts(call, &f, 1, page_limit(call), out_incoming);
	return call->err->kind;
}

static const struct param id_params[] = { ID_PARAM, { 0 } };

static int
show(struct call *call)
{
	struct incoming in;

	return incoming_arg(call, &in) != 0 ? call->err->kind : answer(call, in.id);
}

/* ---- registering -------- */

static void
tell(struct call *call, const char *incident_id, const struct incoming *in, const char *word,
    int64_t occurred_at, const char *text)
{
	if (incident_id == NULL)
		return;
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "message",
	    .word = word, .text = text, .occurred_at = occurred_at, .told_at = SQL_NULL,
	    .ref_table = "incoming", .ref_id = in->id, .args = TIMELINE_ARGS("number", in->number,
		"kind", arena_printf(call->arena, "@incoming.kind.%s", in->kind), "issuer", in->issuer,
		"doc_number", in->doc_number == NULL ? "–" : in->doc_number) });
}

/* Obligations and signs that an order makes; nothing for a warning of no incident. */
static void
evaluate(struct call *call, const char *incident_id)
{
	duty_evaluate(call, incident_id);
	if (incident_id != NULL)
		escalation_evaluate(call, incident_id);
}

#define INCOMING_PARAMS \
	{ "doc_number", P_LINE, 0, 0, 100, NULL }, { "doc_date", P_TIME, 0, 0, 0, NULL }, \
	{ "basis", P_LINE, 0, 0, 500, NULL }, { "systems", P_TEXT, 0, 0, 4000, NULL }, \
	{ "actions", P_TEXT, 0, 0, 8000, NULL }, { "answer_how", P_LINE, 0, 0, 500, NULL }, \
	{ "urgency", P_ENUM, 0, 0, 0, urgencies }, { "due_at", P_TIME, 0, 0, 0, NULL }, \
	{ "receiver", P_LINE, 0, 0, 160, NULL }, { "incident", P_ID, 0, 0, 0, NULL }

static const struct param add_params[] = {
	{ "kind", P_ENUM, PF_REQUIRED, 0, 0, kinds },
	{ "issuer", P_LINE, PF_REQUIRED, 0, 200, NULL },
	{ "content", P_TEXT, PF_REQUIRED, 0, 8000, NULL },
	{ "received_at", P_TIME, PF_PAST, 0, 0, NULL },
	INCOMING_PARAMS,
	{ 0 },
};

/* The given ones of ${params} but the incident, which is no column; a day for the document's date. */
static size_t
given(struct call *call, const struct param *params, struct col *cols)
{
	char day[CONTACT_DAY_SIZE];
	size_t n = cols_given(call, params, cols), kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(cols[i].name, "incident") == 0)
			continue;
		cols[kept] = cols[i];
		if (strcmp(cols[i].name, "doc_date") == 0 && cols[i].number != SQL_NULL)
			cols[kept] = (struct col)CT("doc_date", arena_strdup(call->arena,
			    day_of(cols[i].number, day)));
		kept++;
	}
	return kept;
}

static int
add(struct call *call)
{
	struct col cols[ARRAY_LEN(add_params) + 6];
	struct incident incident = { 0 };
	struct incoming in = { .kind = arg_text(call, "kind"), .issuer = arg_text(call, "issuer"),
		.doc_number = arg_text(call, "doc_number") };
	int64_t received_at = arg_time(call, "received_at", call->now);
	size_t n;

	if (arg_has(call, "incident") && (incident_arg(call, "incident", &incident) != 0 ||
	    incident_workable(call, &incident) != 0))
		return call->err->kind;
	if (str_eq(in.kind, "decision") && incident.id == NULL)
		return call_fail(call, ERR_INVALID, "err.required", "incident");
	in.number = number_next(call, "VBD");
	n = given(call, add_params, cols);
	if (!arg_has(call, "received_at"))
		cols[n++] = (struct col)CI("received_at", received_at);
	if (!arg_has(call, "receiver"))
		cols[n++] = (struct col)CT("receiver", party_actor(call).name);
	cols[n++] = (struct col)CT("number", in.number);
	cols[n++] = (struct col)CT("incident_id", incident.id);
	cols[n++] = (struct col)CI("entered_at", call->now);
	cols[n++] = (struct col)CT("state", "received");
	in.id = change_insert(call, "incoming", NULL, cols, n);
	tell(call, incident.id, &in, "timeline.incoming.received", received_at, arg_text(call, "content"));
	duty_evaluate(call, incident.id);
	return answer(call, in.id);
}

static const struct param edit_params[] = {
	ID_PARAM,
	{ "issuer", P_LINE, 0, 0, 200, NULL },
	{ "content", P_TEXT, 0, 0, 8000, NULL },
	INCOMING_PARAMS,
	VERSION_PARAM,
	{ 0 },
};

static int
need_state(struct call *call, const struct incoming *in, const char *one, const char *other)
{
	if (str_eq(in->state, one) || (other != NULL && str_eq(in->state, other)))
		return 0;
	return err_fail(call->err, ERR_STATE, "err.incoming_state", NULL, "state",
	    arena_printf(call->arena, "@incoming.state.%s", in->state), NULL, NULL);
}

/* Who said what stays as it was once its source has been checked. */
static int
check_edit(struct call *call, const struct incoming *in)
{
	static const char *const said[] = { "issuer", "content", "doc_number", "doc_date", "basis" };

	for (size_t i = 0; i < 2; i++)
		if (json_get(call->args, said[i]) != NULL && !arg_has(call, said[i]))
			return call_fail(call, ERR_INVALID, "err.required", said[i]);
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (json_get(call->args, said[i]) != NULL && need_state(call, in, "received", NULL) != 0)
			return call->err->kind;
	return 0;
}

/* Makes the paper part of an incident it was not part of. */
static void
attach(struct call *call, struct incoming *in, const char *incident_id)
{
	change_update(call, "incoming", in->id, -1, COLS(CT("incident_id", incident_id)));
	in->incident_id = incident_id;
	tell(call, incident_id, in, "timeline.incoming.received", in->received_at, in->content);
	if (!str_eq(in->state, "rejected")) {
		observe_text(call, incident_id, in->content, in->number);
		observe_text(call, incident_id, in->systems, in->number);
	}
}

static int
edit(struct call *call)
{
	struct col cols[ARRAY_LEN(edit_params) + 1];
	struct incident incident = { 0 };
	struct incoming in;
	size_t n;

	if (incoming_arg(call, &in) != 0 || check_edit(call, &in) != 0)
		return call->err->kind;
	if (arg_has(call, "incident") && (incident_arg(call, "incident", &incident) != 0 ||
	    incident_workable(call, &incident) != 0))
		return call->err->kind;
	if (incident.id != NULL && in.incident_id != NULL && strcmp(in.incident_id, incident.id) != 0)
		return call_fail(call, ERR_STATE, "err.incoming_attached", "incident");
	n = given(call, edit_params, cols);
	if (n > 0 && change_update(call, "incoming", in.id, arg_int(call, "version", -1), cols, n) != 0)
		return call->err->kind;
	if (incident.id != NULL && in.incident_id == NULL)
		attach(call, &in, incident.id);
	evaluate(call, in.incident_id);
	return answer(call, in.id);
}

/* ---- is it from whom it says -------- */

static const struct param verify_params[] = {
	ID_PARAM,
	{ "how", P_ENUM, PF_REQUIRED, 0, 0, hows },
	{ "contact", P_ID, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "verified_at", P_TIME, PF_PAST, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
verify(struct call *call)
{
	const char *how = arg_text(call, "how");
	int64_t at = arg_time(call, "verified_at", call->now);
	struct contact contact = { 0 };
	struct incoming in;

	if (incoming_arg(call, &in) != 0 || need_state(call, &in, "received", "rejected") != 0)
		return call->err->kind;
	if (arg_has(call, "contact") && contact_arg(call, "contact", &contact) != 0)
		return call->err->kind;
	/* The number to call comes from the agency's own register, not from the letter. */
	if (!arg_has(call, "note") && (contact.id == NULL || !str_eq(how, "callback")))
		return call_fail(call, ERR_INVALID, "err.incoming_how", "note");
	if (change_update(call, "incoming", in.id, arg_int(call, "version", -1),
	    COLS(CT("state", "verified"), CI("verified_at", at), CT("verified_how", how),
	    CT("verified_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL),
	    CT("verified_note", arg_text(call, "note")), CT("contact_id", contact.id),
	    CT("reason", NULL))) != 0)
		return call->err->kind;
	tell(call, in.incident_id, &in, str_eq(how, "callback") ? "timeline.incoming.verified_callback" :
	    "timeline.incoming.verified_signature", at, arg_text(call, "note"));
	if (in.incident_id != NULL) {
		observe_text(call, in.incident_id, in.content, in.number);
		observe_text(call, in.incident_id, in.systems, in.number);
	}
	evaluate(call, in.incident_id);
	return answer(call, in.id);
}

static const struct param reject_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
reject(struct call *call)
{
	struct incoming in;

	if (incoming_arg(call, &in) != 0 || need_state(call, &in, "received", "verified") != 0)
		return call->err->kind;
	if (tx_int(call->tx, "SELECT COUNT(*) FROM task WHERE incoming_id = ? AND state = 'open'", "t",
	    in.id) > 0)
		return call_fail(call, ERR_STATE, "err.incoming_tasks", NULL);
	if (change_update(call, "incoming", in.id, arg_int(call, "version", -1),
	    COLS(CT("state", "rejected"), CT("reason", arg_text(call, "reason")))) != 0)
		return call->err->kind;
	tell(call, in.incident_id, &in, "timeline.incoming.rejected", SQL_NULL, arg_text(call, "reason"));
	evaluate(call, in.incident_id);
	return answer(call, in.id);
}

/* ---- what it asks to be done -------- */

static const struct param task_params[] = {
	ID_PARAM,
	{ "tasks", P_LIST, 0, 0, 0, NULL },
	{ "phase", P_ENUM, 0, 0, 0, phase_names },
	{ "assignee", P_LINE, 0, 0, 64, NULL },
	{ "due_at", P_TIME, 0, 0, 0, NULL },
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "open", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

/* A new incident for a paper that concerns none yet: an advisory until it is known to be more. */
static const char *
open_incident(struct call *call, const struct incoming *in)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	bool known = types != NULL && pack_type(types, "advisory") != NULL;
	const char *number;

	return incident_insert(call, &(struct incident_new){ .title = words_in(call, LANG_VI,
	    "incoming.incident_title", WORDS_ARGS("kind", arena_printf(call->arena, "@incoming.kind.%s",
	    in->kind), "issuer", in->issuer, "doc_number", in->doc_number == NULL ? in->number :
	    in->doc_number)), .summary = in->content,
	    .type = known && str_eq(in->kind, "warning") ? "advisory" : NULL, .occurred_at = SQL_NULL,
	    .detected_at = in->received_at }, &number);
}

/* The incident the tasks go into: its own, the one that was said, or a new one. */
static int
incident_for(struct call *call, struct incoming *in, struct incident *ret)
{
	const char *id = in->incident_id;

	if (id == NULL && arg_has(call, "incident")) {
		if (incident_arg(call, "incident", ret) != 0)
			return call->err->kind;
		id = ret->id;
	} else if (id == NULL && arg_bool(call, "open")) {
		id = open_incident(call, in);
	} else if (id == NULL) {
		return call_fail(call, ERR_INVALID, "err.incoming_incident", "incident");
	}
	if (incident_load(call, id, ret) != 0 || incident_workable(call, ret) != 0)
		return call->err->kind;
	if (in->incident_id == NULL)
		attach(call, in, id);
	return call->err->kind;
}

static void
add_task(struct call *call, const struct incoming *in, const struct incident *incident,
    const char *title, const char *assignee_id)
{
	const char *phase = arg_has(call, "phase") ? arg_text(call, "phase") : "identify";
	const char *id = change_insert(call, "task", NULL, COLS(CT("incident_id", incident->id),
	    CT("origin", "manual"), CT("incoming_id", in->id), CT("phase", phase),
	    CI("position", plan_position(call, incident->id, phase)), CT("title", title),
	    CT("why", words_in(call, LANG_VI, "incoming.task_why", WORDS_ARGS("number", in->number,
	    "issuer", in->issuer, "doc_number", in->doc_number == NULL ? "–" : in->doc_number))),
	    CT("role", "netadmin"), CI("is_mandatory", 1), CT("state", "open"),
	    CT("assignee_id", assignee_id), CI("due_at", arg_time(call, "due_at", in->due_at)),
	    CI("loop", incident->loop_count)));

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "task",
	    .word = "timeline.task.added", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "task", .ref_id = id, .args = TIMELINE_ARGS("title", title) });
}

#define TASKS_MAX 50
#define TITLE_MAX_BYTES 300

/* One task for each line of ${lines}. Returns how many; ERR_INVALID when there is none or too many. */
static size_t
add_tasks(struct call *call, const struct incoming *in, const struct incident *incident,
    const char *lines, const char *assignee_id)
{
	size_t made = 0;

	while (lines != NULL && *lines != '\0' && call->err->kind == ERR_NONE) {
		size_t len = strcspn(lines, "\r\n"), skip = strspn(lines, " \t-•");

		if (skip < len && made == TASKS_MAX)
			call_fail(call, ERR_INVALID, "err.list", "tasks");
		else if (skip < len) {
			const char *title = arena_strndup(call->arena, lines + skip, len - skip);

			title = arena_strndup(call->arena, title, utf8_cut(title, TITLE_MAX_BYTES));
			add_task(call, in, incident, title, assignee_id);
			made++;
		}
		lines += len + (lines[len] != '\0');
	}
	if (made == 0)
		call_fail(call, ERR_INVALID, "err.required", "tasks");
	return made;
}

static int
task(struct call *call)
{
	struct incident incident = { 0 };
	struct person person = { 0 };
	struct incoming in;
	const char *lines;

	if (incoming_arg(call, &in) != 0)
		return call->err->kind;
	if (!str_eq(in.state, "verified") && !str_eq(in.state, "answered"))
		return call_fail(call, ERR_STATE, str_eq(in.state, "rejected") ? "err.incoming_rejected" :
		    "err.incoming_unverified", NULL);
	if (arg_has(call, "assignee") && person_arg(call, "assignee", &person) != 0)
		return call->err->kind;
	lines = arg_has(call, "tasks") ? arg_list(call, "tasks", '\n') : in.actions;
	if (incident_for(call, &in, &incident) != 0 ||
	    add_tasks(call, &in, &incident, lines, person.id) == 0)
		return call->err->kind;
	evaluate(call, incident.id);
	return answer(call, in.id);
}

/* ---- the paper itself -------- */

static const struct param file_params[] = {
	ID_PARAM,
	{ "files", P_FILES, PF_REQUIRED, 0, 1, NULL },
	{ 0 },
};

/* A scan or the signed file, kept as evidence of the incident. */
static int
attach_file(struct call *call)
{
	struct incident incident;
	struct incoming in;
	const char *id;

	if (incoming_arg(call, &in) != 0)
		return call->err->kind;
	if (in.incident_id == NULL)
		return call_fail(call, ERR_STATE, "err.incoming_file", NULL);
	if (incident_load(call, in.incident_id, &incident) != 0 || incident_workable(call, &incident) != 0)
		return call->err->kind;
	if (call->uploads_count != 1)
		return call_fail(call, ERR_INVALID, "err.one_file", "files");
	id = evidence_insert(call, &(struct evidence_new){ .incident_id = incident.id,
	    .upload = call->uploads, .kind = "document", .form = "copy", .collected_at = in.received_at,
	    .description = words_in(call, LANG_VI, "incoming.task_why", WORDS_ARGS("number", in.number,
	    "issuer", in.issuer, "doc_number", in.doc_number == NULL ? "–" : in.doc_number)) });
	if (id != NULL)
		change_update(call, "incoming", in.id, -1, COLS(CT("evidence_id", id)));
	return answer(call, in.id);
}

/* ---- the answer that goes back -------- */

static const struct param answer_params[] = {
	ID_PARAM,
	{ "result", P_TEXT, PF_REQUIRED, 0, 8000, NULL },
	{ "answered_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "document", P_ID, 0, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
send_back(struct call *call)
{
	int64_t at = arg_time(call, "answered_at", call->now);
	const char *document = NULL;
	struct incoming in;

	if (incoming_arg(call, &in) != 0)
		return call->err->kind;
	if (str_eq(in.state, "received"))
		return call_fail(call, ERR_STATE, "err.incoming_unverified", NULL);
	if (need_state(call, &in, "verified", NULL) != 0)
		return call->err->kind;
	if (at < in.received_at)
		return err_fail(call->err, ERR_INVALID, "err.time_order", "answered_at", "other",
		    "@field.received_at", NULL, NULL);
	if (arg_has(call, "document") && (document = tx_text(call->tx, call->arena, "SELECT id FROM"
	    " document WHERE agency_id = ?1 AND (id = ?2 OR number = upper(?2)) AND (incident_id IS NULL"
	    " OR incident_id = ?3)", "ttt", call->agency_id, arg_text(call, "document"),
	    in.incident_id)) == NULL)
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", "document");
	if (change_update(call, "incoming", in.id, arg_int(call, "version", -1),
	    COLS(CT("state", "answered"), CT("result", arg_text(call, "result")), CI("answered_at", at),
	    CT("answered_by", party_actor(call).name), CT("document_id", document))) != 0)
		return call->err->kind;
	tell(call, in.incident_id, &in, "timeline.incoming.answered", at, arg_text(call, "result"));
	duty_evaluate(call, in.incident_id);
	return answer(call, in.id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "number", "kind", "issuer", "doc_number", "due_at", "state",
	"incident_number", NULL };

const struct op ops_incoming[] = {
	{ "incoming list", "GET", "/incoming", RIGHT_READ, 0, list_params, list, columns,
	    "khien incoming list" },
	{ "incoming add", "POST", "/incoming", RIGHTS, OP_WRITE | OP_CREATED, add_params, add, NULL,
	    "khien incoming add --kind warning --issuer \"Công an tỉnh Ví Dụ\" --content \"Lỗ hổng trên"
	    " máy chủ thư\" --due-at \"17:00 27/11/2026\"" },
	{ "incoming show", "GET", "/incoming/{id}", RIGHT_READ, 0, id_params, show, NULL,
	    "khien incoming show VBD-2026-0001" },
	{ "incoming edit", "PATCH", "/incoming/{id}", RIGHTS, OP_WRITE, edit_params, edit, NULL,
	    "khien incoming edit VBD-2026-0001 --incident SC-2026-0001" },
	{ "incoming verify", "POST", "/incoming/{id}/verify", RIGHTS, OP_WRITE, verify_params, verify,
	    NULL, "khien incoming verify VBD-2026-0001 --how callback --note \"Gọi số trực ban trong sổ"
	    " liên hệ, xác nhận đã gửi\"" },
	{ "incoming reject", "POST", "/incoming/{id}/reject", RIGHTS, OP_WRITE, reject_params, reject,
	    NULL, "khien incoming reject VBD-2026-0001 --reason \"Nơi gửi xác nhận không ban hành\"" },
	{ "incoming task", "POST", "/incoming/{id}/tasks", RIGHTS, OP_WRITE, task_params, task, NULL,
	    "khien incoming task VBD-2026-0001 --open true --tasks \"Rà soát máy chủ thư\"" },
	{ "incoming attach", "POST", "/incoming/{id}/file", RIGHTS, OP_WRITE, file_params, attach_file,
	    NULL, "khien incoming attach VBD-2026-0001 --files cong-van.pdf" },
	{ "incoming answer", "POST", "/incoming/{id}/answer", RIGHTS, OP_WRITE, answer_params, send_back,
	    NULL, "khien incoming answer VBD-2026-0001 --result \"Không có máy bị ảnh hưởng\"" },
	{ 0 },
};
