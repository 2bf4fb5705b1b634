/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_custody.c: evidence goes from hand to hand.
 *
 *	open --both parties, two accounts, confirm--> done
 *	  |  --scan of the signed record--------------> done
 *	  |--withdrawn
 *
 * The holder changes only with "done"; one piece has at most one open transfer.
 */
#include "app/change.h"
#include "app/evidence.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

/* An open transfer and its piece; strings live in the call's arena. */
struct transfer {
	const char *id, *evidence_id, *incident_id, *number, *place, *form;
	struct party from, to;
	int64_t from_confirmed_at, to_confirmed_at;
};

static int
out_transfer(struct call *c, const char *id)
{
	out_row(c, "id", "SELECT c.id, c.version, c.evidence_id, e.number, e.name, c.action, c.acted_at,"
	    " c.from_name, c.from_id, c.to_name, c.to_id, c.place, c.reason, c.from_confirmed_at,"
	    " c.to_confirmed_at, c.scan_evidence_id, c.state FROM custody c"
	    " JOIN evidence e ON e.id = c.evidence_id WHERE c.id = ?", "t", id);
	return c->err->kind;
}

static void
tell(struct call *c, const struct transfer *t, const char *word, const char *text, int64_t at)
{
	change_timeline(c, &(struct timeline_entry){ .incident_id = t->incident_id,
	    .kind = "evidence", .word = word, .text = text, .occurred_at = at, .told_at = SQL_NULL,
	    .ref_table = "evidence", .ref_id = t->evidence_id,
	    .args = TIMELINE_ARGS("number", t->number, "to", t->to.name,
		"from", t->from.name == NULL ? "@actor.console" : t->from.name,
		"place", t->place) });
}

/* ---- handing over -------------------------------------------------------------------- */

static const struct param transfer_params[] = {
	ID_PARAM,
	{ "to", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ "place", P_LINE, PF_REQUIRED, 0, 300, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "at", P_TIME, PF_PAST, 0, 0, NULL },
	{ 0 },
};

/* Who holds the piece; the actor when nobody has held it yet. */
static int
load_piece(struct call *c, const char *id, struct transfer *t)
{
	struct query q;
	bool held = false;

	query_open(&q, c->tx, "SELECT number, holder_id, holder, state, form FROM evidence WHERE id = ?",
	    "t", id);
	if (query_step(&q)) {
		t->number = arena_strdup(c->arena, query_text(&q, 0));
		t->from.id = arena_strdup(c->arena, query_text(&q, 1));
		t->from.name = arena_strdup(c->arena, query_text(&q, 2));
		held = str_eq(query_text(&q, 3), "held");
		t->form = arena_strdup(c->arena, query_text(&q, 4));
	}
	query_close(&q);
	if (!held)
		return call_fail(c, ERR_STATE, "err.disposed", NULL);
	if (t->from.id == NULL && t->from.name == NULL)
		t->from = party_actor(c);
	return c->err->kind;
}

static int
check_parties(struct call *c, const struct transfer *t)
{
	bool same = t->from.id != NULL ? str_eq(t->from.id, t->to.id) :
	    t->to.id == NULL && str_eq(t->from.name, t->to.name);

	if (same)
		return call_fail(c, ERR_INVALID, "err.same_party", "to");
	if (tx_int(c->tx, "SELECT COUNT(*) FROM custody WHERE evidence_id = ? AND state = 'open'", "t",
	    t->evidence_id) > 0)
		return call_fail(c, ERR_STATE, "err.in_transfer", NULL);
	return 0;
}

static int
evidence_transfer(struct call *c)
{
	struct transfer t = { 0 };
	struct incident i;
	int64_t at = arg_time(c, "at", c->now);
	bool by_giver, by_taker;

	if (owned_arg(c, "id", "evidence", &i, &t.evidence_id) != 0 ||
	    load_piece(c, t.evidence_id, &t) != 0)
		return c->err->kind;
	t.incident_id = i.id;
	t.to = party_arg(c, "to");
	t.place = arg_text(c, "place");
	if (check_parties(c, &t) != 0)
		return c->err->kind;
	/* Who enters the transfer has said so for their own side. */
	by_giver = t.from.id != NULL && str_eq(party_actor(c).id, t.from.id);
	by_taker = t.to.id != NULL && str_eq(party_actor(c).id, t.to.id);
	t.id = change_insert(c, "custody", NULL, COLS(CT("evidence_id", t.evidence_id),
	    CT("incident_id", i.id), CT("action", "transfer"), CI("acted_at", at),
	    CT("actor_name", party_actor(c).name), CT("from_name", t.from.name),
	    CT("from_id", t.from.id), CT("to_name", t.to.name), CT("to_id", t.to.id),
	    CT("place", t.place), CT("reason", arg_text(c, "reason")),
	    CI("from_confirmed_at", by_giver ? c->now : SQL_NULL),
	    CI("to_confirmed_at", by_taker ? c->now : SQL_NULL), CT("state", "open")));
	tell(c, &t, "timeline.custody_transfer", arg_text(c, "reason"), at);
	return out_transfer(c, t.id);
}

/* ---- confirming ---------------------------------------------------------------------- */

/*
 * The open transfer named by the argument "id".  Its two parties may always see
 * it, even when they see nothing else of the incident.
 */
static int
open_arg(struct call *c, struct transfer *t)
{
	struct query q;

	query_open(&q, c->tx, "SELECT c.id, c.evidence_id, c.incident_id, e.number, c.place, e.form,"
	    " c.from_id, c.from_name, c.to_id, c.to_name, c.from_confirmed_at, c.to_confirmed_at, c.state"
	    " FROM custody c JOIN evidence e ON e.id = c.evidence_id JOIN incident i ON i.id ="
	    " c.incident_id WHERE c.id = ? AND c.action = 'transfer' AND c.agency_id = ? AND"
	    " (c.from_id = ? OR c.to_id = ? OR " VISIBLE ")", "tttt" VISIBLE_TYPES, arg_text(c, "id"),
	    c->agency_id, c->actor.id, c->actor.id, VISIBLE_ARGS(c));
	if (!query_step(&q)) {
		call_fail(c, ERR_NOT_FOUND, "err.not_found", "id");
	} else if (!str_eq(query_text(&q, 12), "open")) {
		call_fail(c, ERR_STATE, "err.transfer_ended", NULL);
	} else {
		const char **const text[] = { &t->id, &t->evidence_id, &t->incident_id, &t->number,
			&t->place, &t->form, &t->from.id, &t->from.name, &t->to.id, &t->to.name };

		for (size_t n = 0; n < ARRAY_LEN(text); n++)
			*text[n] = arena_strdup(c->arena, query_text(&q, (int)n));
		t->from_confirmed_at = query_opt(&q, 10);
		t->to_confirmed_at = query_opt(&q, 11);
	}
	query_close(&q);
	return c->err->kind;
}

static void
hand_over(struct call *c, const struct transfer *t)
{
	change_update(c, "evidence", t->evidence_id, -1, COLS(CT("holder", t->to.name),
	    CT("holder_id", t->to.id), CT("storage", t->place)));
	tell(c, t, "timeline.custody_done", NULL, SQL_NULL);
}

static const struct param confirm_params[] = { ID_PARAM, VERSION_PARAM, { 0 } };

static int
custody_confirm(struct call *c)
{
	const char *me = party_actor(c).id;
	struct transfer t = { 0 };
	bool gives, takes, done;

	if (open_arg(c, &t) != 0)
		return c->err->kind;
	gives = me != NULL && str_eq(me, t.from.id);
	takes = me != NULL && str_eq(me, t.to.id);
	if (!gives && !takes)
		return call_fail(c, ERR_FORBIDDEN, "err.custody_not_party", NULL);
	if ((gives ? t.from_confirmed_at : t.to_confirmed_at) != SQL_NULL)
		return call_fail(c, ERR_STATE, "err.confirmed_already", NULL);
	done = (gives ? t.to_confirmed_at : t.from_confirmed_at) != SQL_NULL;
	change_update(c, "custody", t.id, arg_int(c, "version", -1),
	    COLS(CI(gives ? "from_confirmed_at" : "to_confirmed_at", c->now),
	    CT("state", done ? "done" : "open")));
	if (done)
		hand_over(c, &t);
	else
		tell(c, &t, gives ? "timeline.custody_given" : "timeline.custody_taken", NULL, SQL_NULL);
	return out_transfer(c, t.id);
}

/* ---- the signed record on paper -------------------------------------------------------- */

static const struct param scan_params[] = {
	ID_PARAM,
	{ "files", P_FILES, PF_REQUIRED, 0, 1, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
custody_scan(struct call *c)
{
	struct transfer t = { 0 };
	const char *scan;

	if (c->uploads_count != 1)
		return call_fail(c, ERR_INVALID, "err.one_file", "files");
	if (open_arg(c, &t) != 0)
		return c->err->kind;
	scan = evidence_insert(c, &(struct evidence_new){ .incident_id = t.incident_id,
	    .upload = c->uploads, .kind = "document", .form = "copy",
	    .name = arena_printf(c->arena, "%s %s", word(LANG_VI, "evidence.scan_name"), t.number),
	    .collected_at = c->now, .place = t.place, .method = word(LANG_VI, "evidence.scan_method") });
	if (scan == NULL)
		return c->err->kind;
	change_update(c, "custody", t.id, arg_int(c, "version", -1),
	    COLS(CT("scan_evidence_id", scan), CT("state", "done")));
	hand_over(c, &t);
	return out_transfer(c, t.id);
}

static const struct param withdraw_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
custody_withdraw(struct call *c)
{
	struct transfer t = { 0 };

	if (open_arg(c, &t) != 0)
		return c->err->kind;
	change_update(c, "custody", t.id, arg_int(c, "version", -1),
	    COLS(CT("state", "withdrawn"), CT("result", arg_text(c, "reason"))));
	tell(c, &t, "timeline.custody_withdraw", arg_text(c, "reason"), SQL_NULL);
	return out_transfer(c, t.id);
}

/* ---- what waits for me ------------------------------------------------------------------- */

static int
custody_list(struct call *c)
{
	out_rows(c, "items", "SELECT c.id, c.version, c.evidence_id, e.number, e.name, c.acted_at,"
	    " c.from_name, c.to_name, c.place, c.reason, c.from_confirmed_at, c.to_confirmed_at,"
	    " c.state FROM custody c JOIN evidence e ON e.id = c.evidence_id"
	    " WHERE c.agency_id = ?1 AND c.state = 'open' AND ((c.from_id = ?2 AND"
	    " c.from_confirmed_at IS NULL) OR (c.to_id = ?2 AND c.to_confirmed_at IS NULL))"
	    " ORDER BY c.acted_at LIMIT 200", "tt", c->agency_id, c->actor.id);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

/* ---- one transfer, for its record on paper ------------------------------------------------ */

static const struct param show_params[] = { ID_PARAM, { 0 } };

static int
custody_show(struct call *c)
{
	out_row(c, "id", "SELECT c.id, c.version, c.state, c.acted_at, c.from_name, f.title AS from_title,"
	    " c.to_name, t.title AS to_title, c.place, c.reason, c.from_confirmed_at, c.to_confirmed_at,"
	    " c.evidence_id, e.number, e.name, e.kind, e.form, e.description, e.sha256, e.size, e.device,"
	    " e.serial, e.collected_at, e.place AS collected_place, e.method, i.number AS incident_number,"
	    " i.title AS incident_title, s.number AS scan_number FROM custody c"
	    " JOIN evidence e ON e.id = c.evidence_id JOIN incident i ON i.id = c.incident_id"
	    " LEFT JOIN account f ON f.id = c.from_id LEFT JOIN account t ON t.id = c.to_id"
	    " LEFT JOIN evidence s ON s.id = c.scan_evidence_id"
	    " WHERE c.id = ? AND c.action = 'transfer' AND c.agency_id = ? AND"
	    " (c.from_id = ? OR c.to_id = ? OR " VISIBLE ")", "tttt" VISIBLE_TYPES, arg_text(c, "id"),
	    c->agency_id, c->actor.id, c->actor.id, VISIBLE_ARGS(c));
	return c->err->kind;
}

static const char *const columns[] = { "id", "number", "name", "from_name", "to_name", "acted_at",
	NULL };

const struct op ops_custody[] = {
	{ "evidence transfer", "POST", "/evidence/{id}/transfer", RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    transfer_params, evidence_transfer, NULL,
	    "khien evidence transfer CC-2026-0001 --to lanvt --place \"Phòng 203\""
	    " --reason \"Giao phân tích\"" },
	{ "custody list", "GET", "/custody", RIGHT_SELF, 0, NULL, custody_list, columns,
	    "khien custody list" },
	{ "custody show", "GET", "/custody/{id}", RIGHT_SELF, 0, show_params, custody_show, NULL,
	    "khien custody show 0198c0de-0000-7000-8000-000000000001" },
	{ "custody confirm", "POST", "/custody/{id}/confirm", RIGHT_SELF, OP_WRITE, confirm_params,
	    custody_confirm, NULL, "khien custody confirm 0198c0de-0000-7000-8000-000000000001" },
	{ "custody scan", "POST", "/custody/{id}/scan", RIGHT_HANDLE, OP_WRITE, scan_params,
	    custody_scan, NULL,
	    "khien custody scan 0198c0de-0000-7000-8000-000000000001 --file bien-ban.pdf" },
	{ "custody withdraw", "POST", "/custody/{id}/withdraw", RIGHT_HANDLE, OP_WRITE,
	    withdraw_params, custody_withdraw, NULL,
	    "khien custody withdraw 0198c0de-0000-7000-8000-000000000001 --reason \"Đổi người nhận\"" },
	{ 0 },
};
