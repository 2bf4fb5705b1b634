/* SPDX-License-Identifier: Apache-2.0 */
/* facts_words.c: the case in the words papers need: lists with names, the last of each kind. */
#include "app/app.h"
#include "app/duty.h"
#include "app/facts_part.h"

#define TEXT_MAX ((size_t)8 << 10)

/* "name": the catalogue's word "area.id" in Vietnamese, or null. */
static void
put_word(struct facts *f, const char *name, const char *area, const char *id)
{
	const char *key = id == NULL ? NULL : arena_printf(f->call->arena, "%s.%s", area, id);

	jsonw_kstring(f->w, name, key == NULL || !words_has(LANG_VI, key) ? NULL : word(LANG_VI, key));
}

/* Rows as facts_many(), with "<column>_name" beside column ${named}: the word "area.value". */
static void
many_named(struct facts *f, const char *key, const char *sql, const char *const named[][3])
{
	struct query q;

	query_open(&q, f->call->tx, sql, "t", f->want->incident_id);
	jsonw_karray(f->w, key);
	for (int n = 0; n < FACTS_ROWS_MAX && query_step(&q); n++) {
		jsonw_object(f->w);
		facts_fields(f, &q);
		for (size_t i = 0; named[i][0] != NULL; i++)
			for (int c = 0; c < query_columns(&q); c++)
				if (str_eq(query_name(&q, c), named[i][0]))
					put_word(f, named[i][1], named[i][2], query_text(&q, c));
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
	query_close(&q);
}

/* ---- the case in one line each ---------------------------------------------------------------- */

/* "2 máy (KT-01, KT-02)": the names of one kind when they are few. */
static void
add_kind(struct facts *f, struct buf *out, const char *kind)
{
	int64_t count = tx_int(f->call->tx, "SELECT COUNT(*) FROM scope_item WHERE incident_id = ?"
	    " AND kind = ? AND state <> 'cleared'", "tt", f->want->incident_id, kind);
	struct query q;
	bool first = true;

	if (count == 0)
		return;
	buf_adds(out, out->len > 0 ? "; " : "");
	if (str_eq(kind, "machine") || str_eq(kind, "account"))
		buf_printf(out, "%02d %s%s", (int)count,
		    word(LANG_VI, arena_printf(f->call->arena, "scope.kind.%s", kind)),
		    count <= 3 ? " (" : "");
	if (count <= 3 || str_eq(kind, "system") || str_eq(kind, "division") || str_eq(kind, "data")) {
		query_open(&q, f->call->tx, "SELECT name FROM scope_item WHERE incident_id = ? AND kind = ?"
		    " AND state <> 'cleared' ORDER BY name, id LIMIT 10", "tt", f->want->incident_id, kind);
		for (; query_step(&q); first = false)
			buf_printf(out, "%s%s", first ? "" : ", ", query_text(&q, 0));
		query_close(&q);
		buf_adds(out, count <= 3 && (str_eq(kind, "machine") || str_eq(kind, "account")) ? ")" : "");
	}
}

static void
affected(struct facts *f)
{
	static const char *const kinds[] = { "system", "machine", "account", "data", "division" };
	struct buf text = BUF_INIT(TEXT_MAX);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		add_kind(f, &text, kinds[i]);
	jsonw_kstring(f->w, "affected_text", text.len == 0 || text.full ? NULL : buf_str(&text));
	buf_clear(&text);
}

/* "dữ liệu cá nhân cơ bản, dữ liệu tài chính" of the words kept by spaces. */
static void
personal(struct facts *f)
{
	const char *kinds = tx_text(f->call->tx, f->call->arena,
	    "SELECT personal_data_kinds FROM incident WHERE id = ?", "t", f->want->incident_id);
	struct buf text = BUF_INIT(TEXT_MAX);

	for (const char *p = kinds; p != NULL && *p != '\0';) {
		size_t len = strcspn(p, " ");
		const char *key = arena_printf(f->call->arena, "facts.personal.%.*s", (int)len, p);

		if (len > 0 && words_has(LANG_VI, key))
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", word(LANG_VI, key));
		p += len + (p[len] != '\0');
	}
	jsonw_kstring(f->w, "personal_data_kinds_text", text.len == 0 || text.full ? NULL : buf_str(&text));
	buf_clear(&text);
}

/* Why it may be beyond the agency: what somebody said when confirming it. */
static void
beyond(struct facts *f)
{
	jsonw_kstring(f->w, "beyond_reason", tx_text(f->call->tx, f->call->arena, "SELECT text FROM timeline"
	    " WHERE incident_id = ? AND word = 'timeline.beyond.confirmed' AND text IS NOT NULL"
	    " ORDER BY entered_at DESC, id DESC LIMIT 1", "t", f->want->incident_id));
}

/* When the 72-hour report is due, whichever law asks for it first. */
static void
report_due(struct facts *f)
{
	int64_t due = tx_int(f->call->tx, "SELECT MIN(due_at) FROM duty WHERE incident_id = ? AND"
	    " form = 'anm-bao-cao' AND state NOT IN ('cancelled', 'superseded')", "t",
	    f->want->incident_id);
	char at[CLOCK_TEXT_SIZE];

	jsonw_kstring(f->w, "report_due_at", due == SQL_NULL ? NULL : facts_time(due, at));
}

/* Whom to call about it: who leads, else the administrator. */
static void
contact(struct facts *f)
{
	static const char *const names[] = { "name", "title", "phone", "email" };
	struct buf text = BUF_INIT(TEXT_MAX);
	struct query q;

	query_open(&q, f->call->tx, "SELECT COALESCE(name, ''), COALESCE(title, ''), COALESCE(phone, ''),"
	    " COALESCE(email, '') FROM account WHERE agency_id = ?1 AND is_disabled = 0 AND (id ="
	    " (SELECT lead_id FROM incident WHERE id = ?2) OR ' ' || roles || ' ' LIKE '% netadmin %')"
	    " ORDER BY id = (SELECT lead_id FROM incident WHERE id = ?2) DESC, created_at, id LIMIT 1",
	    "tt", f->call->agency_id, f->want->incident_id);
	if (query_step(&q)) {
		const char *values[] = { query_text(&q, 0), query_text(&q, 1), query_text(&q, 2),
			query_text(&q, 3) };
		const char *key = str_empty(values[3]) ? "facts.contact_phone" : "facts.contact";

		if (!str_empty(values[2]) || !str_empty(values[3]))
			words_format(&text, LANG_VI, key, names, values, ARRAY_LEN(names));
	}
	query_close(&q);
	jsonw_kstring(f->w, "contact_text", text.len == 0 || text.full ? NULL : buf_str(&text));
	buf_clear(&text);
}

static void
the_case(struct facts *f)
{
	const char *who = tx_text(f->call->tx, f->call->arena, "SELECT s.may_be_disconnected_by"
	    " FROM scope_item c JOIN info_system s ON s.id = c.ref_id WHERE c.incident_id = ? AND"
	    " c.kind = 'system' AND c.state <> 'cleared' ORDER BY c.state = 'suspected', c.since_at, c.id"
	    " LIMIT 1", "t", f->want->incident_id);

	jsonw_kobject(f->w, "case");
	affected(f);
	personal(f);
	beyond(f);
	report_due(f);
	contact(f);
	put_word(f, "disconnect_by", "role", who);
	jsonw_object_end(f->w);
}

/* ---- who, what, until when --------------------------------------------------------------------- */

static void
person(struct facts *f, const char *role, struct query *q)
{
	if (query_step(q)) {
		jsonw_object(f->w);
		put_word(f, "role_name", "facts.role", role);
		facts_fields(f, q);
		jsonw_object_end(f->w);
	}
	query_close(q);
}

/* Those one calls about this incident, the leader first; a person is named once. */
static void
people(struct facts *f)
{
	static const char *const ask[] = { "netadmin", "substitute", "office_chief", "director" };
	struct query q;

	jsonw_karray(f->w, "people");
	query_open(&q, f->call->tx, "SELECT a.name, a.title, a.phone, a.email FROM incident i"
	    " JOIN account a ON a.id = i.lead_id WHERE i.id = ?", "t", f->want->incident_id);
	person(f, "lead", &q);
	for (size_t i = 0; i < ARRAY_LEN(ask); i++) {
		query_open(&q, f->call->tx, "SELECT name, title, phone, email FROM account WHERE agency_id = ?"
		    " AND is_disabled = 0 AND ' ' || roles || ' ' LIKE '% ' || ? || ' %' AND id <> COALESCE("
		    "(SELECT lead_id FROM incident WHERE id = ?), '') ORDER BY created_at, id LIMIT 1", "ttt",
		    f->call->agency_id, ask[i], f->want->incident_id);
		person(f, ask[i], &q);
	}
	jsonw_array_end(f->w);
}

static void
named_lists(struct facts *f)
{
	static const char *const scope[][3] = { { "kind", "kind_name", "scope.kind" },
		{ "state", "state_name", "scope.state" }, { NULL } };
	static const char *const signs[][3] = { { "type", "type_name", "observable.type" }, { NULL } };
	static const char *const duties[][3] = { { "state", "state_name", "facts.duty" }, { NULL } };

	many_named(f, "scope_named", "SELECT kind, name, state, note, since_at FROM scope_item"
	    " WHERE incident_id = ? AND state <> 'cleared' ORDER BY CASE kind WHEN 'system' THEN 1 WHEN"
	    " 'machine' THEN 2 WHEN 'account' THEN 3 WHEN 'data' THEN 4 ELSE 5 END, name, id", scope);
	many_named(f, "observables_named", "SELECT type, value, note, seen_at FROM observable"
	    " WHERE incident_id = ? ORDER BY is_ioc DESC, type, value", signs);
	many_named(f, "duties_open", "SELECT title, due_at, basis, state FROM duty WHERE incident_id = ?"
	    " AND " DUTY_UNFINISHED("state")
	    " ORDER BY due_at IS NULL, due_at, id", duties);
}

static void
titles(struct facts *f, const char *key, const char *sql)
{
	struct query q;

	query_open(&q, f->call->tx, sql, "t", f->want->incident_id);
	jsonw_karray(f->w, key);
	for (int n = 0; n < FACTS_ROWS_MAX && query_step(&q); n++)
		jsonw_string(f->w, query_text(&q, 0));
	jsonw_array_end(f->w);
	query_close(&q);
}

/* ---- the sheet handed over: one page ---------------------------------------------------------------- */

#define MACHINES_MAX 4
#define TOUCHED_MAX  5
#define SIGNS_MAX    3
#define HELD_MAX     2

static void
left_out(struct facts *f, struct buf *out, const char *key, int64_t count, int64_t shown)
{
	static const char *const names[] = { "count" };
	const char *values[] = { arena_printf(f->call->arena, "%02d", (int)(count - shown)) };

	if (count <= shown)
		return;
	buf_adds(out, out->len > 0 ? ", " : "");
	words_format(out, LANG_VI, key, names, values, 1);
}

/* What the sheet has no room for is counted on it. */
static void
more(struct facts *f)
{
	struct tx *tx = f->call->tx;
	const char *id = f->want->incident_id;
	static const char *const names[] = { "what", "number" };
	struct buf list = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);

	left_out(f, &list, "facts.more.machines", tx_int(tx, "SELECT COUNT(*) FROM scope_item WHERE"
	    " incident_id = ? AND state <> 'cleared' AND kind IN ('system', 'machine', 'account')", "t",
	    id), MACHINES_MAX);
	left_out(f, &list, "facts.more.touched", tx_int(tx, "SELECT COUNT(*) FROM task WHERE"
	    " incident_id = ? AND state = 'done'", "t", id), TOUCHED_MAX);
	left_out(f, &list, "facts.more.signs", tx_int(tx, "SELECT COUNT(*) FROM observable WHERE"
	    " incident_id = ?", "t", id), SIGNS_MAX);
	left_out(f, &list, "facts.more.evidence", tx_int(tx, "SELECT COUNT(*) FROM evidence WHERE"
	    " incident_id = ? AND state = 'held'", "t", id), HELD_MAX);
	if (list.len > 0) {
		const char *values[] = { buf_str(&list), tx_text(tx, f->call->arena,
		    "SELECT number FROM incident WHERE id = ?", "t", id) };

		words_format(&text, LANG_VI, "facts.more", names, values, ARRAY_LEN(names));
	}
	jsonw_kstring(f->w, "more", text.len == 0 || text.full ? NULL : buf_str(&text));
	buf_clear(&list);
	buf_clear(&text);
}

static void
handover(struct facts *f)
{
	static const char *const scope[][3] = { { "kind", "kind_name", "scope.kind" },
		{ "state", "state_name", "scope.state" }, { NULL } };
	static const char *const signs[][3] = { { "type", "type_name", "observable.type" }, { NULL } };
	static const char *const none[][3] = { { NULL } };

	jsonw_kobject(f->w, "handover");
	jsonw_kstring(f->w, "summary", tx_text(f->call->tx, f->call->arena, "SELECT CASE WHEN"
	    " LENGTH(summary) > 200 THEN SUBSTR(summary, 1, 198) || '…' ELSE COALESCE(summary, title) END"
	    " FROM incident WHERE id = ?", "t", f->want->incident_id));
	many_named(f, "machines", arena_printf(f->call->arena, "SELECT kind, name, state, note FROM"
	    " scope_item WHERE incident_id = ? AND state <> 'cleared' AND kind IN ('system', 'machine',"
	    " 'account') ORDER BY CASE kind WHEN 'system' THEN 1 WHEN 'machine' THEN 2 ELSE 3 END,"
	    " state = 'suspected', name, id LIMIT %d", MACHINES_MAX), scope);
	/* The newest touches, in the order they happened. */
	many_named(f, "touched", arena_printf(f->call->arena, "SELECT * FROM (SELECT CASE WHEN"
	    " LENGTH(t.title) > 54 THEN SUBSTR(t.title, 1, 52) || '…' ELSE t.title END AS title, t.done_at,"
	    " a.name AS by FROM task t LEFT JOIN account a ON a.id = t.done_by_id WHERE t.incident_id = ?"
	    " AND t.state = 'done' ORDER BY t.done_at DESC, t.id DESC LIMIT %d) AS newest"
	    " ORDER BY done_at", TOUCHED_MAX), none);
	many_named(f, "signs", arena_printf(f->call->arena, "SELECT type, value, note FROM observable"
	    " WHERE incident_id = ? ORDER BY is_ioc DESC, type, value LIMIT %d", SIGNS_MAX), signs);
	many_named(f, "evidence", arena_printf(f->call->arena, "SELECT number, name, COALESCE(storage, place)"
	    " AS place FROM evidence WHERE incident_id = ? AND state = 'held' ORDER BY number LIMIT %d",
	    HELD_MAX), none);
	more(f);
	jsonw_object_end(f->w);
}

/* ---- the last of each kind ----------------------------------------------------------------------- */

/* "số 12/CAT-ANM ngày 22/11/2026 của …". */
static void
reference(struct facts *f, const char *number, const char *date, const char *issuer)
{
	static const char *const names[] = { "number", "date", "issuer" };
	const char *values[] = { number, arena_printf(f->call->arena, "%.2s/%.2s/%.4s", date + 8, date + 5,
	    date), issuer };
	struct buf text = BUF_INIT(TEXT_MAX);

	words_format(&text, LANG_VI, "facts.reference", names, values, ARRAY_LEN(names));
	jsonw_kstring(f->w, "reference", text.full ? NULL : buf_str(&text));
	buf_clear(&text);
}

/* The instrument an answer is about: the newest one verified and not answered. */
static void
incoming(struct facts *f)
{
	enum { ISSUER, NUMBER, DATE };
	const char *id = f->want->incident_id;
	static const char last[] = " FROM incoming WHERE incident_id = ? AND state <> 'rejected'"
	    " ORDER BY state = 'answered', state = 'received', received_at DESC, id DESC LIMIT 1";
	struct query q, more;

	query_open(&q, f->call->tx, arena_printf(f->call->arena, "SELECT number, kind, issuer, doc_number,"
	    " doc_date, content, systems, actions, answer_how, due_at, received_at, verified_at,"
	    " verified_note, result%s",
	    last), "t", id);
	query_open(&more, f->call->tx, arena_printf(f->call->arena,
	    "SELECT issuer, doc_number, doc_date%s", last), "t", id);
	jsonw_kobject(f->w, "incoming");
	if (query_step(&q) && query_step(&more)) {
		const char *date = query_text(&more, DATE);

		facts_fields(f, &q);
		if (query_text(&more, NUMBER) != NULL && date != NULL && strlen(date) == strlen("2026-11-22"))
			reference(f, query_text(&more, NUMBER), date, query_text(&more, ISSUER));
	}
	jsonw_object_end(f->w);
	query_close(&more);
	query_close(&q);
}

static void
texts(struct facts *f, const char *key, const struct pack_text *text, size_t count)
{
	jsonw_karray(f->w, key);
	for (size_t i = 0; i < count; i++) {
		jsonw_object(f->w);
		jsonw_kstring(f->w, "text", pack_say(&text[i], "vi"));
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
}

static void
playbook(struct facts *f)
{
	struct tx *tx = f->call->tx;
	const struct packs *packs = f->call->app->packs;
	const char *id = tx_text(tx, f->call->arena, "SELECT playbook FROM incident WHERE id = ?", "t",
	    f->want->incident_id);
	const char *type = tx_text(tx, f->call->arena, "SELECT type FROM incident WHERE id = ?", "t",
	    f->want->incident_id);
	const struct pack_playbook *p = id == NULL ? NULL : pack_playbook(packs, id, f->call->now);

	/* Before one is chosen, what the type alone would bring. */
	if (p == NULL)
		p = pack_playbook_for_type(packs, type == NULL ? "" : type, f->call->now);
	jsonw_kobject(f->w, "playbook");
	if (p != NULL) {
		jsonw_kstring(f->w, "title", pack_say(&p->pack.title, "vi"));
		texts(f, "do_now_staff", p->do_now_staff, p->do_now_staff_count);
		texts(f, "do_not_staff", p->do_not_staff, p->do_not_staff_count);
	}
	jsonw_object_end(f->w);
}

/* The turns of the case that a report to others tells: ten lines at most. */
static void
turns(struct facts *f)
{
	static const char *const when[] = { "occurred_at", "detected_at", "received_at", "confirmed_at",
		"beyond_at", "response_ended_at" };
	char at[CLOCK_TEXT_SIZE];

	jsonw_karray(f->w, "timeline_key");
	for (size_t i = 0; i < ARRAY_LEN(when); i++) {
		int64_t ms = tx_int(f->call->tx, arena_printf(f->call->arena,
		    "SELECT %s FROM incident WHERE id = ?", when[i]), "t", f->want->incident_id);

		if (ms == SQL_NULL)
			continue;
		jsonw_object(f->w);
		jsonw_kstring(f->w, "at", facts_time(ms, at));
		put_word(f, "text", "facts.turn", when[i]);
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
}

void
facts_words(struct facts *f)
{
	const char *id = f->want->incident_id;

	the_case(f);
	people(f);
	named_lists(f);
	handover(f);
	turns(f);
	playbook(f);
	incoming(f);
	facts_one(f, "direction", "SELECT question, situation, cost, if_not, due_at, asked_name, answer, words,"
	    " answered_at, answered_name FROM direction WHERE incident_id = ? AND state <> 'withdrawn'"
	    " ORDER BY asked_at DESC, id DESC LIMIT 1", "t", id);
	facts_one(f, "escalation", "SELECT target, organisation, reason, person, phone, requested_at"
	    " FROM escalation WHERE incident_id = ? AND state NOT IN ('suggested', 'released', 'refused')"
	    " ORDER BY requested_at DESC, id DESC LIMIT 1", "t", id);
	/* What changed something, not what looked at it. */
	facts_many(f, "measures", "SELECT title, done_at FROM task WHERE incident_id = ? AND state = 'done'"
	    " AND phase IN ('contain', 'eradicate', 'recover') ORDER BY done_at, id", "t", id);
	titles(f, "documents_waiting", "SELECT title FROM document WHERE incident_id = ? AND"
	    " state = 'submitted' ORDER BY made_at, id");
	titles(f, "attachments", "SELECT number || ': ' || name FROM evidence WHERE incident_id = ? AND"
	    " state = 'held' AND kind = 'log' ORDER BY number");
}
