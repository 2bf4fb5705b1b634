/* SPDX-License-Identifier: Apache-2.0 */
/* op_duty.c: what is owed to others, until when, and what was decided, done or asked after. */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"
#include "duty/reminder.h"

static const char *const states[] = { "open", "all", "pending", "drafting", "waiting_signature",
	"numbered", "sent", "acknowledged", "cancelled", "superseded", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

#define DUTY_SQL \
	"SELECT d.id, d.version, d.incident_id, i.number AS incident_number, i.title AS incident_title," \
	" d.profile, d.profile_version, d.obligation, d.title AS title_said, d.basis, d.certainty, d.kind," \
	" d.is_provisional, d.state, d.clock_from_at, d.due_at, d.sent_at, d.done_at," \
	" d.acknowledged_at, d.recipients AS recipients_list, d.form, d.period, d.reason AS reason_said, d.late_reason," \
	" d.period_from_at, d.period_to_at, d.decided_at, d.decision_doc, d.proof, d.document_id, d.chased_at, d.chase_note, d.opened_at" \
	" FROM duty d LEFT JOIN incident i ON i.id = d.incident_id WHERE "

#define DUTY_OPEN DUTY_UNFINISHED("d.state")
#define SEEN " AND (d.incident_id IS NULL OR " VISIBLE ")"

enum { C_PROFILE = 5, C_OBLIGATION = 7, C_KIND = 11, C_STATE = 13, C_FROM = 14, C_DUE = 15,
	C_SENT = 16, C_DONE = 17 };

/* ---- one duty as JSON ------------------------------------------------------------------- */

/* What the pack says beyond the row: by what channel, and what to mind. */
static void
out_obligation(struct call *c, const struct pack_obligation *o)
{
	const char *lang = lang_code(c->lang);

	jsonw_kstring(c->out, "channel", o == NULL ? NULL : pack_say(&o->channel, lang));
	jsonw_kstring(c->out, "note", o == NULL ? NULL : pack_say(&o->note, lang));
	jsonw_kstring(c->out, "form_state", o == NULL ? NULL : o->form_state);
	jsonw_kbool(c->out, "members_only", o != NULL && o->members_only);
}

/* "gửi muộn 2 ngày, nhập muộn 3 ngày"; NULL when it was in time. */
static const char *
lateness(struct call *c, bool is_sent, int64_t late, int64_t entered)
{
	static const char *const names[] = { "days" };
	const char *values[] = { arena_printf(c->arena, "%lld", (long long)late) };
	struct buf text = BUF_INIT(400);
	const char *ret = NULL;

	if (late > 0)
		words_format(&text, c->lang, is_sent ? "duty.sent_late" : "duty.overdue", names, values, 1);
	values[0] = arena_printf(c->arena, "%lld", (long long)entered);
	if (entered > 0) {
		buf_adds(&text, text.len > 0 ? ", " : "");
		words_format(&text, c->lang, "duty.entered_late", names, values, 1);
	}
	if (text.len > 0)
		ret = arena_strdup(c->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

static void
out_clock(struct call *c, struct query *q)
{
	int64_t due = query_opt(q, C_DUE), from = query_opt(q, C_FROM), sent = query_opt(q, C_SENT);
	enum duty_kind kind = duty_kind_of(query_text(q, C_KIND));
	bool open = duty_is_unfinished(duty_state_of(query_text(q, C_STATE))), is_sent = sent != SQL_NULL;
	int64_t late = open || is_sent ? duty_late_days(kind, due, open ? SQL_NULL : sent, c->now) : 0;
	int64_t entered = is_sent ? duty_entered_late_days(sent, query_opt(q, C_DONE)) : 0;
	char iso[CLOCK_TEXT_SIZE];
	struct deadline d = { 0 };

	if (due != SQL_NULL)
		d = deadline_at(from == SQL_NULL ? due : from, due, duty_day_kind, c->app->packs);
	jsonw_kstring(c->out, "send_by_at", due == SQL_NULL ? NULL : clock_iso(d.send_by_at, iso));
	jsonw_kbool(c->out, "is_off_day", d.is_off_day);
	jsonw_kbool(c->out, "is_overdue", open && late > 0);
	jsonw_kint(c->out, "percent", open ? duty_percent(kind, from, due, c->now) : 0);
	jsonw_kint(c->out, "late_days", late);
	jsonw_kint(c->out, "entered_late_days", entered);
	jsonw_kstring(c->out, "lateness", lateness(c, is_sent && !open, late, entered));
}

static void
out_duty(struct call *c, struct query *q)
{
	int64_t from = query_opt(q, C_FROM);

	out_fields(c, q);
	out_clock(c, q);
	out_obligation(c, duty_obligation(c->app->packs, query_text(q, C_PROFILE),
	    query_text(q, C_OBLIGATION), from == SQL_NULL ? c->now : from));
}

static int
answer(struct call *c, const char *id)
{
	struct query q;

	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	query_open(&q, c->tx, DUTY_SQL "d.id = ?", "t", id);
	if (query_step(&q))
		out_duty(c, &q);
	query_close(&q);
	return c->err->kind;
}

/* ---- lists ------------------------------------------------------------------------------- */

/* A page of what one or more queries give, one after the other. */
struct page {
	int64_t skip, room;
	bool more;
};

static void
out_duties(struct call *c, struct query *q, struct page *page)
{
	while (!page->more && query_step(q)) {
		if (page->skip > 0) {
			page->skip--;
		} else if (page->room == 0) {
			page->more = true;
		} else {
			page->room--;
			jsonw_object(c->out);
			out_duty(c, q);
			jsonw_object_end(c->out);
		}
	}
	query_close(q);
}

static const struct param list_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "state", P_ENUM, 0, 0, 0, states },
	PARAMS_PAGE,
	{ 0 },
};

/* Those to do first, the nearest first; a duty of no incident (the yearly reports) is everybody's. */
static void
open_duties(struct call *c, struct page *page)
{
	struct query q;

	query_open(&q, c->tx, DUTY_SQL "d.agency_id = ? AND " DUTY_OPEN " AND d.due_at IS NOT NULL" SEEN
	    " ORDER BY d.due_at, d.id", "t" VISIBLE_TYPES, c->agency_id, VISIBLE_ARGS(c));
	out_duties(c, &q, page);
	query_open(&q, c->tx, DUTY_SQL "d.agency_id = ? AND " DUTY_OPEN " AND d.due_at IS NULL" SEEN
	    " ORDER BY d.id", "t" VISIBLE_TYPES, c->agency_id, VISIBLE_ARGS(c));
	out_duties(c, &q, page);
}

/* All of one incident, unless a state is asked for. */
static void
incident_part(struct call *c, const char *incident_id, const char *state, struct page *page)
{
	struct query q;

	query_open(&q, c->tx, DUTY_SQL "d.incident_id = ?1 AND (?2 = 'all' OR d.state = ?2 OR (?2 ="
	    " 'open' AND " DUTY_OPEN ")) ORDER BY d.due_at IS NULL, d.due_at, d.id", "tt", incident_id,
	    state == NULL ? "all" : state);
	out_duties(c, &q, page);
}

static int
duty_list(struct call *c)
{
	struct page page = { page_offset(c), page_limit(c), false };
	const char *state = arg_text(c, "state");
	struct incident i = { 0 };
	struct query q;

	if (arg_has(c, "incident") && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	jsonw_karray(c->out, "items");
	if (i.id != NULL) {
		incident_part(c, i.id, state, &page);
	} else if (state == NULL || str_eq(state, "open")) {
		open_duties(c, &page);
	} else {
		query_open(&q, c->tx, DUTY_SQL "d.agency_id = ? AND (? = 'all' OR d.state = ?)" SEEN
		    " ORDER BY d.due_at IS NULL, d.due_at, d.id", "ttt" VISIBLE_TYPES, c->agency_id, state,
		    state, VISIBLE_ARGS(c));
		out_duties(c, &q, &page);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", page.more);
	return c->err->kind;
}

static const struct param incident_params[] = { ID_PARAM, PARAMS_PAGE, { 0 } };

static int
incident_duties(struct call *c)
{
	struct page page = { page_offset(c), page_limit(c), false };
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	jsonw_karray(c->out, "items");
	incident_part(c, i.id, NULL, &page);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", page.more);
	return c->err->kind;
}

/* ---- one --------------------------------------------------------------------------------- */

/* What the operations on one duty need. */
struct one {
	const char *id, *incident_id, *title, *recipients;
	enum duty_state state;
	enum duty_kind kind;
	int64_t from_at, due_at, sent_at;
	bool is_decided;
};

/* The duty the argument names, if its incident may be seen; those of no incident are everybody's. */
static int
one_arg(struct call *c, struct one *ret)
{
	struct query q;
	bool found;

	query_open(&q, c->tx, "SELECT d.id, d.incident_id, d.title, d.state, d.kind, d.clock_from_at,"
	    " d.due_at, d.sent_at, d.decided_at, d.recipients FROM duty d LEFT JOIN incident i ON i.id = d.incident_id"
	    " WHERE d.id = ? AND d.agency_id = ?" SEEN, "tt" VISIBLE_TYPES, arg_text(c, "id"),
	    c->agency_id, VISIBLE_ARGS(c));
	found = query_step(&q);
	if (found)
		*ret = (struct one){ .id = arena_strdup(c->arena, query_text(&q, 0)),
			.incident_id = arena_strdup(c->arena, query_text(&q, 1)),
			.title = arena_strdup(c->arena, query_text(&q, 2)),
			.state = duty_state_of(query_text(&q, 3)), .kind = duty_kind_of(query_text(&q, 4)),
			.from_at = query_opt(&q, 5), .due_at = query_opt(&q, 6),
			.sent_at = query_opt(&q, 7), .is_decided = query_opt(&q, 8) != SQL_NULL,
			.recipients = arena_strdup(c->arena, query_text(&q, 9)) };
	query_close(&q);
	return found ? 0 : call_fail(c, ERR_NOT_FOUND, "err.not_found", "id");
}

static void
tell(struct call *c, const struct one *d, const char *word_key, int64_t at, const char *text,
    const char *extra)
{
	if (d->incident_id == NULL)
		return;
	change_timeline(c, &(struct timeline_entry){ .incident_id = d->incident_id, .kind = "duty",
	    .word = word_key, .text = text, .occurred_at = at, .told_at = SQL_NULL, .ref_table = "duty",
	    .ref_id = d->id, .args = TIMELINE_ARGS("title", d->title, "doc", extra == NULL ? "" : extra) });
}

static const struct param show_params[] = { ID_PARAM, { 0 } };

static int
duty_show(struct call *c)
{
	struct one d;

	if (one_arg(c, &d) != 0 || answer(c, d.id) != 0)
		return c->err->kind;
	out_rows(c, "documents", "SELECT x.id, x.number, x.form, x.title, x.state, x.doc_number, x.doc_date"
	    " FROM document_duty l JOIN document x ON x.id = l.document_id WHERE l.duty_id = ?"
	    " ORDER BY x.made_at", "t", d.id);
	out_rows(c, "dispatches", "SELECT s.id, s.document_id, s.role, s.recipient, s.channel, s.state,"
	    " s.sent_at, s.acknowledged_at FROM document_duty l JOIN dispatch s ON s.document_id ="
	    " l.document_id WHERE l.duty_id = ? ORDER BY s.entered_at", "t", d.id);
	return c->err->kind;
}

static int
fail_state(struct call *c, const struct one *d)
{
	return err_fail(c->err, ERR_STATE, "err.duty_state", NULL, "title", d->title, "state",
	    arena_printf(c->arena, "@duty.state.%s", duty_state_name(d->state)));
}

static const struct param chase_params[] = {
	ID_PARAM,
	{ "note", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
duty_chase(struct call *c)
{
	struct one d;

	if (one_arg(c, &d) != 0)
		return c->err->kind;
	change_update(c, "duty", d.id, arg_int(c, "version", -1), COLS(CI("chased_at", c->now),
	    CT("chase_note", arg_text(c, "note"))));
	tell(c, &d, "timeline.duty_chase", SQL_NULL, arg_text(c, "note"), NULL);
	return answer(c, d.id);
}

static const struct param none_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "doc", P_LINE, 0, 0, 200, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* A recorded decision: the facts do not open it again, a person may. */
static int
duty_none(struct call *c)
{
	struct one d;

	if (one_arg(c, &d) != 0)
		return c->err->kind;
	if (!duty_is_unfinished(d.state))
		return fail_state(c, &d);
	change_update(c, "duty", d.id, arg_int(c, "version", -1), COLS(CT("state", "cancelled"),
	    CT("reason", arg_text(c, "reason")), CT("decision_doc", arg_text(c, "doc")),
	    CI("decided_at", c->now),
	    CT("decided_by_id", c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL)));
	tell(c, &d, arg_has(c, "doc") ? "timeline.duty_none_doc" : "timeline.duty_none", SQL_NULL,
	    arg_text(c, "reason"), arg_text(c, "doc"));
	duty_evaluate(c, d.incident_id);
	return answer(c, d.id);
}

static const struct param reopen_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* The decision is taken back: owed with the clock it always had. */
static int
duty_reopen(struct call *c)
{
	struct one d;

	if (one_arg(c, &d) != 0)
		return c->err->kind;
	if (d.state != DUTY_CANCELLED || !d.is_decided)
		return fail_state(c, &d);
	change_update(c, "duty", d.id, arg_int(c, "version", -1), COLS(CT("state", "pending"),
	    CT("reason", NULL), CT("decision_doc", NULL), CI("decided_at", SQL_NULL),
	    CT("decided_by_id", NULL)));
	duty_remind_set(c, d.id, d.kind, d.from_at, d.due_at);
	tell(c, &d, "timeline.duty_reopen", SQL_NULL, arg_text(c, "reason"), NULL);
	duty_evaluate(c, d.incident_id);
	return answer(c, d.id);
}

static const struct param done_params[] = {
	ID_PARAM,
	{ "at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "proof", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Nobody outside has to say that he got it. */
static bool
is_internal(const char *recipients)
{
	static const char *const own[] = { "internal", "netadmin", "office", "director", NULL };

	for (const char *at = recipients == NULL ? "" : recipients; *at != '\0'; at += *at == ' ') {
		size_t len = strcspn(at, " ");
		bool found = false;

		for (size_t i = 0; own[i] != NULL; i++)
			found |= strlen(own[i]) == len && strncmp(own[i], at, len) == 0;
		if (!found)
			return false;
		at += len;
	}
	return true;
}

/* Done without a document of Khiên: a backup, a check, a notice sent by other means. */
static int
duty_done(struct call *c)
{
	int64_t at = arg_time(c, "at", c->now);
	struct one d;

	if (one_arg(c, &d) != 0)
		return c->err->kind;
	if (!duty_is_unfinished(d.state))
		return fail_state(c, &d);
	if (d.incident_id != NULL && d.from_at != SQL_NULL && at < d.from_at)
		return err_fail(c->err, ERR_INVALID, "err.time_order", "at", "other",
		    "@field.clock_from_at", NULL, NULL);
	change_update(c, "duty", d.id, arg_int(c, "version", -1), COLS(
	    CT("state", is_internal(d.recipients) ? "acknowledged" : "sent"), CI("sent_at", at),
	    CI("acknowledged_at", is_internal(d.recipients) ? at : SQL_NULL), CI("done_at", c->now),
	    CT("proof", arg_text(c, "proof"))));
	tell(c, &d, "timeline.duty_done", at, arg_text(c, "proof"), NULL);
	duty_evaluate(c, d.incident_id);
	return answer(c, d.id);
}

static const struct param late_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Why it is, or was, late.  The lateness itself stays. */
static int
duty_late(struct call *c)
{
	bool open;
	struct one d;

	if (one_arg(c, &d) != 0)
		return c->err->kind;
	open = duty_is_unfinished(d.state);
	if ((!open && d.sent_at == SQL_NULL) ||
	    duty_late_days(d.kind, d.due_at, open ? SQL_NULL : d.sent_at, c->now) == 0)
		return err_fail(c->err, ERR_STATE, "err.duty_not_late", NULL, "title", d.title, NULL, NULL);
	change_update(c, "duty", d.id, arg_int(c, "version", -1),
	    COLS(CT("late_reason", arg_text(c, "reason"))));
	tell(c, &d, "timeline.duty_late", SQL_NULL, arg_text(c, "reason"), NULL);
	return answer(c, d.id);
}

/* ---- by the machine ------------------------------------------------------------------------ */

static const struct param settle_params[] = {
	{ "incident", P_ID, PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

static int
duty_settle(struct call *c)
{
	struct incident i = { 0 };

	if (arg_has(c, "incident") && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	duty_evaluate(c, i.id);
	return c->err->kind;
}

static int
duty_evaluate_op(struct call *c)
{
	struct duty_totals totals;

	if (duty_evaluate_all(c->app, &totals, c->err) != 0)
		return c->err->kind;
	jsonw_kint(c->out, "duties", totals.duties);
	jsonw_kint(c->out, "incidents", totals.incidents);
	return 0;
}

static const struct param remind_params[] = {
	{ "duty", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

static int
duty_remind_op(struct call *c)
{
	return duty_remind(c, arg_text(c, "duty"));
}

static int
duty_morning_op(struct call *c)
{
	return duty_morning(c);
}

static const char *const columns[] = { "incident_number", "obligation", "title", "due_at", "state",
	"lateness", NULL };

#define EXAMPLE_ID "0198c0de-0000-7000-8000-000000000001"

const struct op ops_duty[] = {
	{ "duty list", "GET", "/duties", RIGHT_READ, 0, list_params, duty_list, columns,
	    "khien duty list --incident SC-2026-0007" },
	{ "incident duties", "GET", "/incidents/{id}/duties", RIGHT_READ, 0, incident_params,
	    incident_duties, columns, "khien incident duties SC-2026-0007" },
	{ "duty show", "GET", "/duties/{id}", RIGHT_READ, 0, show_params, duty_show, NULL,
	    "khien duty show " EXAMPLE_ID },
	{ "duty chase", "POST", "/duties/{id}/chase", RIGHT_HANDLE, OP_WRITE, chase_params, duty_chase,
	    NULL, "khien duty chase " EXAMPLE_ID " --note \"Đã gọi văn thư, chiều nay phát hành\"" },
	{ "duty none", "POST", "/duties/{id}/none", RIGHT_HANDLE, OP_WRITE, none_params, duty_none, NULL,
	    "khien duty none " EXAMPLE_ID " --reason \"Đã xác định không phải thông báo\""
	    " --doc \"Phiếu trình số 15 ngày 22/11/2026\"" },
	{ "duty reopen", "POST", "/duties/{id}/reopen", RIGHT_HANDLE, OP_WRITE, reopen_params,
	    duty_reopen, NULL, "khien duty reopen " EXAMPLE_ID " --reason \"Có thông tin mới\"" },
	{ "duty done", "POST", "/duties/{id}/done", RIGHT_HANDLE, OP_WRITE, done_params, duty_done, NULL,
	    "khien duty done " EXAMPLE_ID " --proof \"Sổ sao lưu, bản ngày 22/11/2026\"" },
	{ "duty late", "POST", "/duties/{id}/late", RIGHT_HANDLE, OP_WRITE, late_params, duty_late, NULL,
	    "khien duty late " EXAMPLE_ID " --reason \"Chờ ký số của Giám đốc\"" },
	{ "duty evaluate", NULL, NULL, RIGHT_LOCAL, OP_OUTSIDE, NULL, duty_evaluate_op, NULL,
	    "khien duty evaluate" },
	{ "duty settle", NULL, NULL, RIGHT_LOCAL, OP_WRITE, settle_params, duty_settle, NULL,
	    "khien duty settle SC-2026-0007" },
	{ "duty remind", NULL, NULL, RIGHT_LOCAL, OP_WRITE, remind_params, duty_remind_op, NULL,
	    "khien duty remind " EXAMPLE_ID },
	{ "duty morning", NULL, NULL, RIGHT_LOCAL, OP_WRITE, NULL, duty_morning_op, NULL,
	    "khien duty morning" },
	{ 0 },
};
