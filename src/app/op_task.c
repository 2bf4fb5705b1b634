/* SPDX-License-Identifier: Apache-2.0 */
/* op_task.c: what is to be done: the playbook's steps and one's own tasks. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/visible.h"
#include "app/workable.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static const char *const states[] = { "open", "done", "waived", "all", NULL };
static const char *const roles_param[] = { "netadmin", "substitute", "office_chief",
	"division_head", "director", "registry_clerk", "staff", NULL };

/* ---- reading -------- */

#define ITS_PROBES "p.incident_id = i.id AND p.task_id = t.id AND p.is_stopped = 0"
#define COLUMNS \
	"SELECT t.playbook, t.step, i.playbook_version, t.id, t.version, t.incident_id," \
	" i.number AS incident_number, i.title AS incident_title, i.level AS incident_level," \
	" t.origin, t.phase, t.position, t.title AS title_said, t.why AS why_said, t.role," \
	" t.is_mandatory, t.max_minutes, t.needs_approval, t.produces_evidence, t.is_reversible," \
	" t.undo_text AS undo_text_said, t.state, t.assignee_id, a.name AS assignee_name, t.due_at," \
	" t.done_at, t.entered_at," \
	" t.done_by_id, b.name AS done_by_name, t.note, t.waive_reason, t.direction_id, d.state" \
	" AS direction_state, d.answer AS direction_answer, t.is_without_approval, t.loop," \
	" (SELECT COUNT(*) FROM probe p WHERE " ITS_PROBES ") AS probes," \
	" (SELECT CASE MIN(CASE p.state WHEN 'false' THEN 0 WHEN 'expired' THEN 1 WHEN 'unknown'" \
	" THEN 2 ELSE 3 END) WHEN 0 THEN 'false' WHEN 1 THEN 'expired' WHEN 2 THEN 'unknown'" \
	" WHEN 3 THEN 'true' END FROM probe p WHERE " ITS_PROBES ") AS probe_state" \
	" FROM task t CROSS JOIN incident i ON i.id = t.incident_id LEFT JOIN account a ON" \
	" a.id = t.assignee_id LEFT JOIN account b ON b.id = t.done_by_id" \
	" LEFT JOIN direction d ON d.id = t.direction_id"

/* The proof the playbook proposes for its step. */
static void
out_probe_hint(struct call *call, const char *playbook, const char *step, const char *version)
{
	const struct packs *packs = call->app->packs;
	const struct pack_playbook *p = playbook == NULL || version == NULL ? NULL :
	    pack_playbook_version(packs, playbook, (int)strtol(version, NULL, 10));
	const struct pack_step *s;

	if (p == NULL && playbook != NULL)
		p = pack_playbook(packs, playbook, call->now);
	s = p == NULL || step == NULL ? NULL : pack_playbook_step(p, step, NULL);
	if (s == NULL || str_empty(s->probe.kind)) {
		jsonw_knull(call->out, "probe_hint");
		return;
	}
	jsonw_kobject(call->out, "probe_hint");
	jsonw_kstring(call->out, "kind", s->probe.kind);
	jsonw_kstring(call->out, "hint", pack_say(&s->probe.hint, lang_code(call->lang)));
	jsonw_object_end(call->out);
}

static void
out_task(struct call *call, struct query *q)
{
	out_fields(call, q);
	jsonw_kbool(call->out, "is_overdue", str_eq(query_text(q, 21), "open") &&
	    query_opt(q, 24) != SQL_NULL && query_int(q, 24) < call->now);
	out_probe_hint(call, query_text(q, 0), query_text(q, 1), query_text(q, 2));
}

static int
answer(struct call *call, const char *id)
{
	struct query q;

	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	query_open(&q, call->tx, COLUMNS " WHERE t.id = ?", "t", id);
	if (query_step(&q))
		out_task(call, &q);
	query_close(&q);
	return call->err->kind;
}

static const struct param list_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "state", P_ENUM, 0, 0, 0, states },
	{ "mine", P_BOOL, 0, 0, 0, NULL },
	{ "phase", P_ENUM, 0, 0, 0, phase_names },
	PARAMS_PAGE,
	{ 0 },
};

/* Those with a time limit or those without, each along the index of open tasks. */
static void
list_part(struct call *call, struct filter *f, const char *incident_id, bool due)
{
	const char *state = arg_has(call, "state") ? arg_text(call, "state") : "open";

	filter_init(f, COLUMNS " WHERE 1 = 1");
	filter_sql(f, due ? " AND t.due_at IS NOT NULL" : " AND t.due_at IS NULL");
	filter_visible(f, call);
	filter_text(f, " AND t.agency_id = ?", incident_id == NULL ? call->agency_id : NULL);
	filter_text(f, " AND t.incident_id = ?", incident_id);
	filter_text(f, " AND t.state = ?", str_eq(state, "all") ? NULL : state);
	filter_text(f, " AND t.phase = ?", arg_text(call, "phase"));
	filter_text(f, " AND t.assignee_id = ?", arg_bool(call, "mine") ? call->actor.id : NULL);
	if (incident_id == NULL)
		filter_sql(f, " AND " INCIDENT_OPEN("i.state"));
	filter_sql(f, " ORDER BY t.due_at, COALESCE(i.level, 9), t.position, t.id");
}

static int
task_list(struct call *call)
{
	struct incident incident = { 0 };
	struct filter part[2];

	if (arg_has(call, "incident") && incident_arg(call, "incident", &incident) != 0)
		return call->err->kind;
	list_part(call, &part[0], incident.id, true);
	list_part(call, &part[1], incident.id, false);
	out_parts(call, part, ARRAY_LEN(part), page_limit(call), out_task);
	return call->err->kind;
}

static const struct param of_incident_params[] = { ID_PARAM, { 0 } };

/* All of one incident in the order of the plan; a playbook is at most some dozens of steps. */
static int
tasks_of_incident(struct call *call)
{
	struct incident incident;
	struct filter f;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	plan_out(call, &incident);
	filter_init(&f, COLUMNS);
	filter_text(&f, " WHERE t.incident_id = ?", incident.id);
	filter_sql(&f, " ORDER BY t.position, t.id");
	out_parts(call, &f, 1, 2000, out_task);
	return call->err->kind;
}

/* ---- adding and changing -------- */

static void
tell(struct call *call, const char *incident_id, const char *id, const char *key, int64_t at,
    const char *text, const char *name)
{
	const char *title = tx_text(call->tx, call->arena, "SELECT title FROM task WHERE id = ?",
	    "t", id);

	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "task",
	    .word = key, .text = text, .occurred_at = at, .told_at = SQL_NULL, .ref_table = "task",
	    .ref_id = id, .args = TIMELINE_ARGS("title", title, "name", name) });
}

/* The open incident and the task an operation is about. */
static int
task_arg(struct call *call, struct incident *ret, const char **ret_id)
{
	return owned_arg(call, "id", "task", ret, ret_id) != 0 ? call->err->kind :
	    incident_workable(call, ret);
}

/* The person an argument names; no id when it was not given. */
static int
assignee(struct call *call, struct person *ret)
{
	*ret = (struct person){ 0 };
	return arg_has(call, "assignee") ? person_arg(call, "assignee", ret) : 0;
}

static const struct param add_params[] = {
	ID_PARAM,
	{ "title", P_LINE, PF_REQUIRED, 0, 300, NULL },
	{ "phase", P_ENUM, PF_REQUIRED, 0, 0, phase_names },
	{ "role", P_ENUM, 0, 0, 0, roles_param },
	{ "assignee", P_LINE, 0, 0, 64, NULL },
	{ "due_at", P_TIME, 0, 0, 0, NULL },
	{ "mandatory", P_BOOL, 0, 0, 0, NULL },
	{ "why", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static int
add(struct call *call)
{
	const char *phase = arg_text(call, "phase"), *id;
	struct incident incident;
	struct person person;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0 ||
	    assignee(call, &person) != 0)
		return call->err->kind;
	id = change_insert(call, "task", NULL, COLS(CT("incident_id", incident.id),
	    CT("origin", "manual"), CT("phase", phase), CI("position",
	    plan_position(call, incident.id, phase)), CT("title", arg_text(call, "title")),
	    CT("why", arg_text(call, "why")), CT("role", arg_text(call, "role")),
	    CI("is_mandatory", arg_bool(call, "mandatory")), CT("state", "open"),
	    CT("assignee_id", person.id), CI("due_at", arg_time(call, "due_at", SQL_NULL)),
	    CI("loop", incident.loop_count)));
	tell(call, incident.id, id, "timeline.task.added", SQL_NULL, NULL, NULL);
	return answer(call, id);
}

static const struct param set_params[] = {
	ID_PARAM,
	{ "assignee", P_LINE, 0, 0, 64, NULL },
	{ "due_at", P_TIME, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 4000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
set(struct call *call)
{
	struct col cols[4];
	struct incident incident;
	struct person person;
	const char *id;
	size_t n = 0;

	if (task_arg(call, &incident, &id) != 0 || assignee(call, &person) != 0)
		return call->err->kind;
	/* Given and empty takes away: nobody, no time, no note. */
	if (json_get(call->args, "assignee") != NULL)
		cols[n++] = (struct col)CT("assignee_id", person.id);
	if (json_get(call->args, "due_at") != NULL)
		cols[n++] = (struct col)CI("due_at", arg_time(call, "due_at", SQL_NULL));
	if (json_get(call->args, "note") != NULL)
		cols[n++] = (struct col)CT("note", arg_text(call, "note"));
	if (n > 0 && change_update(call, "task", id, arg_int(call, "version", -1), cols, n) != 0)
		return call->err->kind;
	if (n > 0)
		tell(call, incident.id, id, person.id != NULL ? "timeline.task.assigned" :
		    "timeline.task.set", SQL_NULL, arg_text(call, "note"), person.name);
	return answer(call, id);
}

/* ---- done, waived, open again -------- */

static bool
is_approved(struct call *call, const char *id)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM task t JOIN direction d ON d.incident_id ="
	    " t.incident_id AND (d.task_id = t.id OR d.id = t.direction_id OR d.task_id IS NULL)"
	    " WHERE t.id = ? AND d.state = 'answered' AND d.answer = 'approve'", "t", id) > 0;
}

/*
 * What needs an approval says that it had none, instead of waiting for it; what
 * a probe shows as not holding is not done.
 */
static int
check_done(struct call *call, const char *id)
{
	const char *red = tx_text(call->tx, call->arena,
	    "SELECT COALESCE(target, kind) FROM probe WHERE incident_id = (SELECT"
	    " incident_id FROM task WHERE id = ?1) AND task_id = ?1 AND is_stopped = 0 AND"
	    " state = 'false'", "t", id);
	bool needs = tx_int(call->tx, "SELECT needs_approval FROM task WHERE id = ?", "t", id) == 1;

	if (red != NULL)
		return err_fail(call->err, ERR_STATE, "err.task_probe", NULL, "target", red, NULL,
		    NULL);
	if (needs && !arg_bool(call, "without_approval") && !is_approved(call, id))
		return call_fail(call, ERR_STATE, "err.task_approval", "without_approval");
	return 0;
}

static int
check_state(struct call *call, const char *id, const char *wanted)
{
	const char *state = tx_text(call->tx, call->arena, "SELECT state FROM task WHERE id = ?",
	    "t", id);

	if (str_eq(wanted, "closed") ? !str_eq(state, "open") : str_eq(state, wanted))
		return 0;
	return err_fail(call->err, ERR_STATE, "err.task_state", NULL, "state",
	    arena_printf(call->arena, "@state.%s", state), NULL, NULL);
}

static const struct param done_params[] = {
	ID_PARAM,
	{ "note", P_TEXT, 0, 0, 4000, NULL },
	{ "done_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "without_approval", P_BOOL, 0, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
done(struct call *call)
{
	int64_t done_at = arg_time(call, "done_at", call->now);
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL, *id;
	struct incident incident;
	bool without;

	if (task_arg(call, &incident, &id) != 0 || check_state(call, id, "open") != 0 ||
	    check_done(call, id) != 0)
		return call->err->kind;
	without = arg_bool(call, "without_approval") && !is_approved(call, id) &&
	    tx_int(call->tx, "SELECT needs_approval FROM task WHERE id = ?", "t", id) == 1;
	if (change_update(call, "task", id, arg_int(call, "version", -1), COLS(CT("state", "done"),
	    CI("done_at", done_at), CI("entered_at", call->now), CT("done_by_id", by),
	    CI("is_without_approval", without))) != 0)
		return call->err->kind;
	if (arg_has(call, "note"))
		change_update(call, "task", id, -1, COLS(CT("note", arg_text(call, "note"))));
	tell(call, incident.id, id, without ? "timeline.task.done_without" : "timeline.task.done",
	    done_at, arg_text(call, "note"), NULL);
	return answer(call, id);
}

static const struct param reason_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
waive(struct call *call)
{
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL, *id;
	struct incident incident;

	if (task_arg(call, &incident, &id) != 0 || check_state(call, id, "open") != 0)
		return call->err->kind;
	if (change_update(call, "task", id, arg_int(call, "version", -1),
	    COLS(CT("state", "waived"), CT("waive_reason", arg_text(call, "reason")),
	    CI("entered_at", call->now), CT("done_by_id", by))) != 0)
		return call->err->kind;
	tell(call, incident.id, id, "timeline.task.waived", SQL_NULL, arg_text(call, "reason"),
	    NULL);
	return answer(call, id);
}

static int
reopen(struct call *call)
{
	struct incident incident;
	const char *id;

	if (task_arg(call, &incident, &id) != 0 || check_state(call, id, "closed") != 0)
		return call->err->kind;
	if (change_update(call, "task", id, arg_int(call, "version", -1), COLS(CT("state", "open"),
	    CI("done_at", SQL_NULL), CI("entered_at", SQL_NULL), CT("done_by_id", NULL),
	    CT("waive_reason", NULL), CI("is_without_approval", 0))) != 0)
		return call->err->kind;
	tell(call, incident.id, id, "timeline.task.reopened", SQL_NULL, arg_text(call, "reason"),
	    NULL);
	return answer(call, id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "incident_number", "phase", "title", "state", "is_mandatory",
	"assignee_name", "due_at", "id", NULL };

const struct op ops_task[] = {
	{ "task list", "GET", "/tasks", RIGHT_READ, 0, list_params, task_list, columns,
	    "khien task list --incident SC-2026-0001" },
	{ "incident tasks", "GET", "/incidents/{id}/tasks", RIGHT_READ, 0, of_incident_params,
	    tasks_of_incident, columns, "khien incident tasks SC-2026-0001" },
	{ "task add", "POST", "/incidents/{id}/tasks", RIGHTS, OP_WRITE | OP_CREATED, add_params,
	    add, NULL, "khien task add SC-2026-0001 --phase contain --title \"Chặn cổng 445 giữa"
	    " các máy trạm\"" },
	{ "task set", "PATCH", "/tasks/{id}", RIGHTS, OP_WRITE, set_params, set, NULL,
	    "khien task set 019a… --assignee duphong" },
	{ "task done", "POST", "/tasks/{id}/done", RIGHTS, OP_WRITE, done_params, done, NULL,
	    "khien task done 019a… --note \"Đã rút cáp mạng\" --done-at \"08:15 22/11/2026\"" },
	{ "task waive", "POST", "/tasks/{id}/waive", RIGHTS, OP_WRITE, reason_params, waive, NULL,
	    "khien task waive 019a… --reason \"Không có máy chủ nào bị ảnh hưởng\"" },
	{ "task reopen", "POST", "/tasks/{id}/reopen", RIGHTS, OP_WRITE, reason_params, reopen,
	    NULL, "khien task reopen 019a… --reason \"Máy lại kết nối ra ngoài\"" },
	{ 0 },
};
