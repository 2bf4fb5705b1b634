/* SPDX-License-Identifier: Apache-2.0 */
/* duty_paper.c: duties follow the papers that discharge them. */
#include "app/change.h"
#include "app/duty.h"

#define ROLES_MAX 16

/* A duty and what its papers amount to. */
struct papers {
	const char *id, *incident_id, *title, *recipients;
	enum duty_state state;      /* as it stands in the row */
	enum duty_kind kind;
	int64_t sent_at, from_at, due_at;
	enum duty_state draft;      /* how far the furthest paper came; DUTY_PENDING: none */
	const char *document_id;    /* that paper */
	int64_t dispatched_at;      /* every recipient had one; SQL_NULL: not yet */
	int64_t acknowledged_at;
};

static bool
load(struct call *call, const char *duty_id, struct papers *p)
{
	struct query q;
	bool found;

	*p = (struct papers){ .dispatched_at = SQL_NULL, .acknowledged_at = SQL_NULL };
	query_open(&q, call->tx, "SELECT id, incident_id, title, recipients, state, kind, sent_at,"
	    " clock_from_at, due_at FROM duty WHERE id = ? AND agency_id = ?", "tt", duty_id,
	    call->agency_id);
	found = query_step(&q);
	if (found) {
		p->id = arena_strdup(call->arena, query_text(&q, 0));
		p->incident_id = arena_strdup(call->arena, query_text(&q, 1));
		p->title = arena_strdup(call->arena, query_text(&q, 2));
		p->recipients = arena_strdup(call->arena, query_text(&q, 3));
		p->state = duty_state_of(query_text(&q, 4));
		p->kind = duty_kind_of(query_text(&q, 5));
		p->sent_at = query_opt(&q, 6);
		p->from_at = query_opt(&q, 7);
		p->due_at = query_opt(&q, 8);
	}
	query_close(&q);
	return found;
}

/* The furthest of the papers that still stand. */
static void
read_drafts(struct call *call, struct papers *p)
{
	static const struct { const char *document; enum duty_state duty; } as[] = {
		{ "draft", DUTY_DRAFTING }, { "submitted", DUTY_WAITING_SIGNATURE },
		{ "approved", DUTY_WAITING_SIGNATURE }, { "numbered", DUTY_NUMBERED },
		{ "issued", DUTY_NUMBERED },
	};
	struct query q;

	query_open(&q, call->tx, "SELECT d.id, d.state FROM document_duty x JOIN document d ON d.id ="
	    " x.document_id WHERE x.duty_id = ? AND d.state NOT IN ('recalled', 'replaced')"
	    " ORDER BY d.made_at", "t", p->id);
	while (query_step(&q)) {
		for (size_t i = 0; i < ARRAY_LEN(as); i++) {
			if (!str_eq(query_text(&q, 1), as[i].document) || as[i].duty < p->draft)
				continue;
			p->draft = as[i].duty;
			p->document_id = arena_strdup(call->arena, query_text(&q, 0));
		}
	}
	query_close(&q);
}

#define DISPATCHED \
	" FROM document_duty x JOIN document d ON d.id = x.document_id JOIN dispatch s ON" \
	" s.document_id = d.id LEFT JOIN contact c ON c.id = s.contact_id WHERE x.duty_id = ? AND" \
	" d.state NOT IN ('recalled', 'replaced') AND s.state = 'sent'"

/* When the role got the first one, of what is owed throughout the last; SQL_NULL: not yet. */
static int64_t
role_sent_at(struct call *call, const struct papers *p, const char *role)
{
	return tx_int(call->tx, p->kind == DUTY_THROUGHOUT ? "SELECT MAX(s.sent_at)" DISPATCHED
	    " AND COALESCE(s.role, c.role) = ?" : "SELECT MIN(s.sent_at)" DISPATCHED
	    " AND COALESCE(s.role, c.role) = ?", "tt", p->id, role);
}

static bool
has_contact(struct call *call, const char *role)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM contact WHERE agency_id = ? AND role = ? AND"
	    " is_retired = 0", "tt", call->agency_id, role) > 0;
}

/* Sent when all who can be reached were: the last of the first times. */
static void
read_dispatches(struct call *call, struct papers *p)
{
	int64_t first = tx_int(call->tx, "SELECT MIN(s.sent_at)" DISPATCHED, "t", p->id), last = first;
	const char *at = p->recipients == NULL ? "" : p->recipients;

	if (first == SQL_NULL)
		return;
	while (*at != '\0') {
		const char *role = arena_strndup(call->arena, at, strcspn(at, " "));

		at += strcspn(at, " ");
		at += *at == ' ';
		if (has_contact(call, role)) {
			int64_t sent = role_sent_at(call, p, role);

			if (sent == SQL_NULL)
				return;
			last = sent > last ? sent : last;
		}
	}
	p->dispatched_at = last;
	if (tx_int(call->tx, "SELECT COUNT(*)" DISPATCHED " AND s.acknowledged_at IS NULL", "t",
	    p->id) == 0)
		p->acknowledged_at = tx_int(call->tx, "SELECT MAX(s.acknowledged_at)" DISPATCHED, "t", p->id);
}

static void
tell_sent(struct call *call, const struct papers *p)
{
	char when[CLOCK_TEXT_SIZE];

	if (p->incident_id == NULL)
		return;
	change_timeline(call, &(struct timeline_entry){ .incident_id = p->incident_id, .kind = "duty",
	    .word = "timeline.duty_sent", .occurred_at = p->dispatched_at, .told_at = SQL_NULL,
	    .ref_table = "duty", .ref_id = p->id, .args = TIMELINE_ARGS("title", p->title, "time",
	    clock_vi(p->dispatched_at, when)) });
}

/* Nothing of it stands any more, or less than before: owed as it was, with the clock it had. */
static void
go_back(struct call *call, const struct papers *p)
{
	change_update(call, "duty", p->id, -1, COLS(CT("state", duty_state_name(p->draft)),
	    CT("document_id", p->document_id), CI("sent_at", SQL_NULL), CI("done_at", SQL_NULL),
	    CI("acknowledged_at", SQL_NULL)));
	duty_remind_set(call, p->id, p->kind, p->from_at, p->due_at);
}

static void
follow(struct call *call, const char *duty_id)
{
	struct papers p;
	enum duty_state to;

	if (!load(call, duty_id, &p) || p.state == DUTY_CANCELLED || p.state == DUTY_SUPERSEDED)
		return;
	read_drafts(call, &p);
	read_dispatches(call, &p);
	to = p.acknowledged_at != SQL_NULL ? DUTY_ACKNOWLEDGED : p.dispatched_at != SQL_NULL ?
	    DUTY_SENT : p.draft;
	if (to >= DUTY_SENT) {
		bool is_new = p.sent_at == SQL_NULL || p.state < DUTY_SENT;

		if (to == p.state && p.dispatched_at == p.sent_at)
			return;
		change_update(call, "duty", p.id, -1, COLS(CT("state", duty_state_name(to)),
		    CT("document_id", p.document_id), CI("sent_at", p.dispatched_at),
		    CI("acknowledged_at", p.acknowledged_at)));
		if (is_new) {
			change_update(call, "duty", p.id, -1, COLS(CI("done_at", call->now)));
			tell_sent(call, &p);
		}
	} else if (p.state >= DUTY_SENT) {
		/* What a person recorded as done without a paper is not undone by a draft. */
		if (tx_int(call->tx, "SELECT document_id IS NOT NULL FROM duty WHERE id = ?", "t", p.id) == 1)
			go_back(call, &p);
	} else if (to != p.state) {
		change_update(call, "duty", p.id, -1, COLS(CT("state", duty_state_name(to)),
		    CT("document_id", p.document_id)));
	}
}

void
duty_document(struct call *call, const char *document_id, const char *state)
{
	const char *incident_id = tx_text(call->tx, call->arena,
	    "SELECT incident_id FROM document WHERE id = ?", "t", document_id);
	const char *ids[64];
	struct query q;
	size_t n = 0;

	(void)state;
	query_open(&q, call->tx, "SELECT duty_id FROM document_duty WHERE document_id = ? ORDER BY id",
	    "t", document_id);
	while (query_step(&q) && n < ARRAY_LEN(ids))
		ids[n++] = arena_strdup(call->arena, query_text(&q, 0));
	query_close(&q);
	for (size_t i = 0; i < n && call->err->kind == ERR_NONE; i++)
		follow(call, ids[i]);
	/* One that was sent may ask for others: an update when the response ends. */
	if (incident_id != NULL && n > 0)
		duty_evaluate(call, incident_id);
}
