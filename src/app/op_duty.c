/* SPDX-License-Identifier: Apache-2.0 */
/* op_duty.c: what is owed to others about incidents, until when, and that it was asked after. */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"

static const char *const states[] = { "open", "all", "pending", "drafting", "waiting_signature",
	"numbered", "sent", "acknowledged", "cancelled", "superseded", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

#define DUTY_SQL \
	"SELECT d.id, d.version, d.incident_id, i.number AS incident_number, i.title AS incident_title," \
	" d.profile, d.profile_version, d.obligation, d.title, d.basis, d.certainty, d.is_provisional," \
	" d.state, d.clock_from_at, d.due_at, d.done_at, d.reason, d.chased_at, d.chase_note" \
	" FROM duty d LEFT JOIN incident i ON i.id = d.incident_id WHERE "

#define DUTY_OPEN "d.state IN ('pending', 'drafting', 'waiting_signature', 'numbered')"

enum { C_PROFILE = 5, C_OBLIGATION = 7, C_STATE = 12, C_FROM = 13, C_DUE = 14 };

static const struct pack_obligation *
obligation_of(struct call *c, struct query *q)
{
	const struct pack_regulation *r = pack_regulation(c->app->packs, query_text(q, C_PROFILE),
	    query_opt(q, C_FROM) == SQL_NULL ? c->now : query_int(q, C_FROM));

	for (size_t i = 0; r != NULL && i < r->obligations; i++)
		if (str_eq(r->obligation[i].id, query_text(q, C_OBLIGATION)))
			return &r->obligation[i];
	return NULL;
}

/* What the pack says beyond the row: to whom, by what channel, on which form. */
static void
out_obligation(struct call *c, const struct pack_obligation *o)
{
	const char *lang = lang_code(c->lang);

	jsonw_karray(c->out, "recipients");
	for (size_t i = 0; o != NULL && i < o->recipients_count; i++)
		jsonw_string(c->out, o->recipients[i]);
	jsonw_array_end(c->out);
	jsonw_kstring(c->out, "channel", o == NULL ? NULL : pack_say(&o->channel, lang));
	jsonw_kstring(c->out, "form", o == NULL || *o->form == '\0' ? NULL : o->form);
	jsonw_kstring(c->out, "note", o == NULL ? NULL : pack_say(&o->note, lang));
}

static bool
is_unfinished(const char *state)
{
	return str_eq(state, "pending") || str_eq(state, "drafting") ||
	    str_eq(state, "waiting_signature") || str_eq(state, "numbered");
}

static void
out_duty(struct call *c, struct query *q)
{
	int64_t due = query_opt(q, C_DUE), from = query_opt(q, C_FROM);
	char iso[CLOCK_TEXT_SIZE];
	struct deadline d = { 0 };

	out_fields(c, q);
	if (due != SQL_NULL)
		d = deadline_at(from == SQL_NULL ? due : from, due, duty_day_kind, c->app->packs);
	jsonw_kstring(c->out, "send_by_at", due == SQL_NULL ? NULL : clock_iso(d.send_by_at, iso));
	jsonw_kbool(c->out, "is_off_day", d.is_off_day);
	jsonw_kbool(c->out, "is_overdue", due != SQL_NULL && due < c->now &&
	    is_unfinished(query_text(q, C_STATE)));
	out_obligation(c, obligation_of(c, q));
}

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
	{ "state", P_ENUM, 0, 0, 0, states },
	PARAMS_PAGE,
	{ 0 },
};

#define SEEN " AND (d.incident_id IS NULL OR " VISIBLE ")"

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

static int
duty_list(struct call *c)
{
	struct page page = { page_offset(c), page_limit(c), false };
	const char *state = arg_text(c, "state");
	struct query q;

	jsonw_karray(c->out, "items");
	if (state == NULL || str_eq(state, "open")) {
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
	struct query q;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	jsonw_karray(c->out, "items");
	query_open(&q, c->tx, DUTY_SQL "d.incident_id = ? ORDER BY d.due_at IS NULL, d.due_at, d.id",
	    "t", i.id);
	out_duties(c, &q, &page);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", page.more);
	return c->err->kind;
}

static const struct param chase_params[] = {
	ID_PARAM,
	{ "note", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

static int
duty_chase(struct call *c)
{
	const char *note = arg_text(c, "note"), *title, *id;
	struct incident i;
	struct query q;

	if (owned_arg(c, "id", "duty", &i, &id) != 0)
		return c->err->kind;
	title = tx_text(c->tx, c->arena, "SELECT title FROM duty WHERE id = ?", "t", id);
	change_update(c, "duty", id, arg_int(c, "version", -1), COLS(CI("chased_at", c->now),
	    CT("chase_note", note)));
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "duty",
	    .word = "timeline.duty_chase", .text = note, .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "duty", .ref_id = id, .args = TIMELINE_ARGS("title", title) });
	query_open(&q, c->tx, DUTY_SQL "d.id = ?", "t", id);
	if (query_step(&q))
		out_duty(c, &q);
	query_close(&q);
	return c->err->kind;
}

static const char *const columns[] = { "incident_number", "obligation", "title", "due_at", "state",
	NULL };

const struct op ops_duty[] = {
	{ "duty list", "GET", "/duties", RIGHT_READ, 0, list_params, duty_list, columns,
	    "khien duty list" },
	{ "incident duties", "GET", "/incidents/{id}/duties", RIGHT_READ, 0, incident_params,
	    incident_duties, columns, "khien incident duties SC-2026-0007" },
	{ "duty chase", "POST", "/duties/{id}/chase", RIGHT_HANDLE, OP_WRITE, chase_params, duty_chase,
	    NULL, "khien duty chase 0198c0de-0000-7000-8000-000000000001"
	    " --note \"Đã gọi văn thư, chiều nay phát hành\"" },
	{ 0 },
};
