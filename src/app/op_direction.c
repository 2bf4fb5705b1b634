/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_direction.c: asking the leadership for a direction, and its answer: by a
 * one-time link, by an account, by word of mouth or on paper.  First steps never
 * wait for it (op_task.c shows what was done without).
 *
 * Whoever holds the link is the one who was asked: 32 random bytes, of which
 * the database keeps the SHA-256 alone.  After the answer it shows the receipt.
 */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/evidence.h"
#include "app/led.h"
#include "app/notify.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"
#include "base/id.h"
#include "os/sha256.h"

#define TOKEN_BYTES 32
#define TOKEN_HEX   (2 * TOKEN_BYTES)
#define HOUR_MS     INT64_C(3600000)
#define WAIT_MAX_MS (30 * 24 * HOUR_MS) /* no link is open for longer */

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

static const char *const answers[] = { "approve", "refuse", "other", NULL };
static const char *const record_channels[] = { "oral", "written", NULL };

#define COLUMNS \
	"SELECT d.id, d.version, d.incident_id, d.task_id, t.title AS task_title_said, d.question," \
	" d.situation, d.cost, d.if_not, d.asked_id, d.asked_name, d.asked_by_id," \
	" b.name AS asked_by_name, d.asked_at, d.due_at, d.channel, d.state, d.token_expires_at," \
	" d.answer, d.words, d.answered_at, d.answered_name, d.entered_at, d.evidence_id" \
	" FROM direction d LEFT JOIN task t ON t.id = d.task_id" \
	" LEFT JOIN account b ON b.id = d.asked_by_id"

static int
out_direction(struct call *call, const char *id)
{
	if (call->err->kind == ERR_NONE)
		out_row(call, "id", COLUMNS " WHERE d.id = ?", "t", id);
	return call->err->kind;
}

/* The task an argument names, if it belongs to the incident; ${ret} NULL when none is named. */
static int
task_of(struct call *call, const struct incident *incident, const char **ret)
{
	const char *value = arg_text(call, "task");

	*ret = value == NULL ? NULL : tx_text(call->tx, call->arena,
	    "SELECT id FROM task WHERE id = ? AND incident_id = ?", "tt", value, incident->id);
	if (value != NULL && *ret == NULL)
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", "task");
	return 0;
}

static void
tell(struct call *call, const char *incident_id, const char *word_key, const char *id,
    int64_t occurred_at, const char *words, const char *const *args)
{
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id,
	    .kind = "direction", .word = word_key, .text = words, .occurred_at = occurred_at,
	    .told_at = SQL_NULL, .ref_table = "direction", .ref_id = id, .args = args });
}

/* ---- asking -------- */

static const struct param ask_params[] = {
	ID_PARAM,
	{ "question", P_TEXT, PF_REQUIRED, 0, 4000, NULL },
	{ "asked", P_LINE, PF_REQUIRED, 0, 64, NULL },
	{ "situation", P_TEXT, 0, 0, 4000, NULL },
	{ "cost", P_TEXT, 0, 0, 2000, NULL },
	{ "if_not", P_TEXT, 0, 0, 2000, NULL },
	{ "due_at", P_TIME, 0, 0, 0, NULL },
	{ "task", P_ID, 0, 0, 0, NULL },
	{ "send", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

static int
asked_person(struct call *call, struct person *person)
{
	if (person_arg(call, "asked", person) != 0)
		return call->err->kind;
	if ((person->rights & RIGHT_DIRECT) == 0)
		return err_fail(call->err, ERR_INVALID, "err.asked_right", "asked", "name",
		    person->name, NULL, NULL);
	return 0;
}

/* Why the link cannot go by mail; NULL when it can. It is shown to whoever asked in any case. */
static const char *
why_not_sent(struct call *call, const struct person *person)
{
	if (str_empty(person->email))
		return "direction.no_email";
	if (str_empty(setting_text(call, "mail.url")))
		return "direction.no_mail";
	return str_empty(setting_text(call, "public.url")) ? "direction.no_url" : NULL;
}

/* Open a while after the answer was due: late is better than never. */
static int64_t
expiry(struct call *call)
{
	int64_t due_at = arg_time(call, "due_at", call->now);

	if (due_at > call->now + WAIT_MAX_MS)
		due_at = call->now + WAIT_MAX_MS;
	return (due_at > call->now ? due_at : call->now) +
	    setting_int(call, "direction.hours") * HOUR_MS;
}

static void
send_link(struct call *call, const struct incident *incident, const struct person *person,
    const char *id, const char *link)
{
	const char *title = incident->is_restricted ? "" : incident->title;
	const char *const *args = WORDS_ARGS("number", incident->number, "title", title, "link",
	    link, "question", arg_text(call, "question"), "name", person->name);

	notify_account(call, person->id, incident->id, arena_printf(call->arena, "direction:%s",
	    id), words_vi(call, "mail.direction.subject", args),
	    words_vi(call, "mail.direction.body", args));
}

static int
ask(struct call *call)
{
	char token[TOKEN_HEX + 1], hash[SHA256_HEX_SIZE];
	struct incident incident;
	struct person person;
	const char *task_id, *id, *link, *why_not = NULL;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0 ||
	    asked_person(call, &person) != 0 || task_of(call, &incident, &task_id) != 0)
		return call->err->kind;
	token_new(TOKEN_BYTES, token);
	sha256_hex(token, TOKEN_HEX, hash);
	link = arena_printf(call->arena, "%s/y-kien/%s", setting_text(call, "public.url"), token);
	id = change_insert(call, "direction", NULL, COLS(CT("incident_id", incident.id),
	    CT("task_id", task_id), CT("question", arg_text(call, "question")),
	    CT("situation", arg_text(call, "situation")), CT("cost", arg_text(call, "cost")),
	    CT("if_not", arg_text(call, "if_not")), CT("asked_id", person.id),
	    CT("asked_name", person.name),
	    CT("asked_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL),
	    CI("asked_at", call->now), CI("due_at", arg_time(call, "due_at", SQL_NULL)),
	    CT("channel", "link"), CT("state", "asked"), CT("token_hash", hash),
	    CI("token_expires_at", expiry(call))));
	if (task_id != NULL)
		change_update(call, "task", task_id, -1, COLS(CT("direction_id", id)));
	tell(call, incident.id, "timeline.direction.asked", id, SQL_NULL, NULL,
	    TIMELINE_ARGS("name", person.name, "question", arg_text(call, "question")));
	if (arg_bool(call, "send") && (why_not = why_not_sent(call, &person)) == NULL)
		send_link(call, &incident, &person, id, link);
	out_direction(call, id);
	jsonw_kstring(call->out, "link", link);
	jsonw_kbool(call->out, "sent", arg_bool(call, "send") && why_not == NULL);
	jsonw_kstring(call->out, "why_not_sent", word(call->lang, why_not));
	return call->err->kind;
}

/* ---- what was said or written elsewhere -------- */

static const struct param record_params[] = {
	ID_PARAM,
	{ "question", P_TEXT, PF_REQUIRED, 0, 4000, NULL },
	{ "channel", P_ENUM, PF_REQUIRED, 0, 0, record_channels },
	{ "asked_name", P_LINE, PF_REQUIRED, 0, 120, NULL },
	{ "answer", P_ENUM, PF_REQUIRED, 0, 0, answers },
	{ "words", P_TEXT, PF_REQUIRED, 0, 4000, NULL },
	{ "answered_at", P_TIME, PF_REQUIRED | PF_PAST, 0, 0, NULL },
	{ "task", P_ID, 0, 0, 0, NULL },
	{ "files", P_FILES, 0, 0, 0, NULL },
	{ 0 },
};

/* A photo of the written direction is evidence; the first one stands for it. */
static const char *
keep_paper(struct call *call, const struct incident *incident, const char *signer)
{
	const char *first = NULL;

	for (size_t i = 0; i < call->uploads_count; i++) {
		const char *id = evidence_insert(call,
		    &(struct evidence_new){ .incident_id = incident->id,
		    .upload = &call->uploads[i], .kind = "document", .form = "copy",
		    .description = words_vi(call, "plan.direction_paper",
		    WORDS_ARGS("name", signer)), .collected_at = arg_time(call, "answered_at",
		    call->now) });

		if (first == NULL)
			first = id;
	}
	return first;
}

static int
record(struct call *call)
{
	int64_t answered_at = arg_time(call, "answered_at", call->now);
	const char *task_id, *id, *paper, *name = arg_text(call, "asked_name");
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0 ||
	    task_of(call, &incident, &task_id) != 0)
		return call->err->kind;
	paper = keep_paper(call, &incident, name);
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	id = change_insert(call, "direction", NULL, COLS(CT("incident_id", incident.id),
	    CT("task_id", task_id), CT("question", arg_text(call, "question")),
	    CT("asked_name", name), CT("asked_by_id", call->actor.kind == ACTOR_ACCOUNT ?
	    call->actor.id : NULL), CI("asked_at", answered_at),
	    CT("channel", arg_text(call, "channel")), CT("state", "answered"),
	    CT("answer", arg_text(call, "answer")), CT("words", arg_text(call, "words")),
	    CI("answered_at", answered_at), CT("answered_name", name), CI("entered_at", call->now),
	    CT("evidence_id", paper)));
	if (task_id != NULL)
		change_update(call, "task", task_id, -1, COLS(CT("direction_id", id)));
	tell(call, incident.id, str_eq(arg_text(call, "channel"), "oral") ?
	    "timeline.direction.oral" : "timeline.direction.written", id, answered_at,
	    arg_text(call, "words"), TIMELINE_ARGS("name", name, "question",
	    arg_text(call, "question"), "answer", arena_printf(call->arena, "@answer.%s",
	    arg_text(call, "answer"))));
	return out_direction(call, id);
}

/* ---- answering -------- */

struct asked {
	const char *id, *incident_id, *name, *by_id, *question, *number;
};

/* Checks that it still waits for an answer and enters it. */
static int
enter_answer(struct call *call, const struct asked *asked, const char *name)
{
	const char *answer = arg_text(call, "answer"), *words = arg_text(call, "words");
	const char *state = tx_text(call->tx, call->arena,
	    "SELECT state FROM direction WHERE id = ?", "t", asked->id);
	const char *const *mail = WORDS_ARGS("number", asked->number, "name", name, "answer",
	    arena_printf(call->arena, "@answer.%s", answer), "words", words == NULL ? "–" : words,
	    "question", asked->question);

	if (str_eq(state, "answered"))
		return call_fail(call, ERR_STATE, "err.direction_answered", NULL);
	if (!str_eq(state, "asked"))
		return call_fail(call, ERR_STATE, "err.direction_withdrawn", NULL);
	if (str_eq(answer, "other") && words == NULL)
		return call_fail(call, ERR_INVALID, "err.required", "words");
	change_update(call, "direction", asked->id, -1,
	    COLS(CT("state", "answered"), CT("answer", answer), CT("words", words),
	    CI("answered_at", call->now), CT("answered_name", name), CI("entered_at", call->now)));
	tell(call, asked->incident_id, "timeline.direction.answered", asked->id, SQL_NULL, words,
	    TIMELINE_ARGS("name", name, "question", asked->question, "answer",
	    arena_printf(call->arena, "@answer.%s", answer)));
	if (asked->by_id != NULL)
		notify_account(call, asked->by_id, asked->incident_id,
		    arena_printf(call->arena, "direction:%s:answer", asked->id),
		    words_vi(call, "mail.direction_answer.subject", mail),
		    words_vi(call, "mail.direction_answer.body", mail));
	return call->err->kind;
}

static struct asked
asked_read(struct call *call, struct query *q)
{
	struct arena *a = call->arena;

	return (struct asked){ arena_strdup(a, query_text(q, 0)), arena_strdup(a, query_text(q, 1)),
		arena_strdup(a, query_text(q, 2)), arena_strdup(a, query_text(q, 3)),
		arena_strdup(a, query_text(q, 4)), arena_strdup(a, query_text(q, 5)) };
}

#define ASKED_SQL \
	"SELECT d.id, d.incident_id, d.asked_name, d.asked_by_id, d.question, i.number FROM" \
	" direction d JOIN incident i ON i.id = d.incident_id WHERE d.agency_id = ? AND "

/* The direction the link is for; holding the link is the right to see it. */
static int
asked_by_token(struct call *call, struct asked *ret)
{
	const char *token = arg_text(call, "token");
	char hash[SHA256_HEX_SIZE];
	struct query q;

	sha256_hex(token, strlen(token), hash);
	query_open(&q, call->tx, ASKED_SQL "d.token_hash = ? AND d.token_expires_at > ?", "tti",
	    call->agency_id, hash, call->now);
	if (query_step(&q))
		*ret = asked_read(call, &q);
	else
		call_fail(call, ERR_NOT_FOUND, "err.link_gone", NULL);
	return query_close(&q);
}

static const struct param see_params[] = {
	{ "token", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, TOKEN_HEX, NULL },
	{ 0 },
};

static int
out_seen(struct call *call, const char *id)
{
	char key[64];
	const char *state = tx_text(call->tx, call->arena,
	    "SELECT i.state FROM direction d JOIN incident i ON i.id = d.incident_id WHERE d.id ="
	    " ?", "t", id);

	out_row(call, "token", "SELECT d.id, d.question, d.situation, d.cost, d.if_not,"
	    " d.asked_name, b.name AS asked_by_name, b.phone AS asked_by_phone, d.asked_at,"
	    " d.due_at, d.token_expires_at, d.state, d.answer, d.words, d.answered_at, t.title AS"
	    " task_title_said, i.number AS incident_number, i.title AS incident_title, i.level AS"
	    " incident_level, i.state AS incident_state, i.detected_at, g.name AS agency_name,"
	    " g.hotline FROM direction d JOIN incident i ON i.id = d.incident_id JOIN agency g ON"
	    " g.id = d.agency_id LEFT JOIN task t ON t.id = d.task_id LEFT JOIN account b ON b.id"
	    " = d.asked_by_id WHERE d.id = ?", "t", id);
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	snprintf(key, sizeof(key), "state.%s", state);
	jsonw_kstring(call->out, "incident_state_text", word(call->lang, key));
	jsonw_kint(call->out, "incident_step", state_step(state_of(state)));
	return 0;
}

static int
see(struct call *call)
{
	struct asked asked;

	if (asked_by_token(call, &asked) != 0)
		return call->err->kind;
	return out_seen(call, asked.id);
}

static const struct param token_answer_params[] = {
	{ "token", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, TOKEN_HEX, NULL },
	{ "answer", P_ENUM, PF_REQUIRED, 0, 0, answers },
	{ "words", P_TEXT, 0, 0, 4000, NULL },
	{ 0 },
};

static int
answer_by_token(struct call *call)
{
	struct asked asked;

	if (asked_by_token(call, &asked) != 0)
		return call->err->kind;
	call->actor.kind = ACTOR_LINK;
	snprintf(call->actor.id, sizeof(call->actor.id), "%s", asked.id);
	snprintf(call->actor.name, sizeof(call->actor.name), "%s", asked.name);
	if (enter_answer(call, &asked, asked.name) != 0)
		return call->err->kind;
	return out_seen(call, asked.id);
}

static const struct param decide_params[] = {
	ID_PARAM,
	{ "answer", P_ENUM, PF_REQUIRED, 0, 0, answers },
	{ "words", P_TEXT, 0, 0, 4000, NULL },
	{ 0 },
};

static int
decide(struct call *call)
{
	struct asked asked = { 0 };
	struct incident incident;
	struct query q;
	const char *id;

	if (owned_arg(call, "id", "direction", &incident, &id) != 0)
		return call->err->kind;
	query_open(&q, call->tx, ASKED_SQL "d.id = ?", "tt", call->agency_id, id);
	if (query_step(&q))
		asked = asked_read(call, &q);
	query_close(&q);
	if (enter_answer(call, &asked, str_empty(call->actor.name) ? asked.name :
	    call->actor.name) != 0)
		return call->err->kind;
	return out_direction(call, id);
}

/* ---- the rest -------- */

static const struct param list_params[] = { ID_PARAM, { 0 } };

static int
list(struct call *call)
{
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0)
		return call->err->kind;
	out_rows(call, "items", COLUMNS " WHERE d.incident_id = ? ORDER BY d.asked_at DESC, d.id"
	    " DESC", "t", incident.id);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

static const struct param withdraw_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ 0 },
};

static int
withdraw(struct call *call)
{
	struct incident incident;
	const char *id, *state;

	if (owned_arg(call, "id", "direction", &incident, &id) != 0)
		return call->err->kind;
	state = tx_text(call->tx, call->arena, "SELECT state FROM direction WHERE id = ?", "t", id);
	if (!str_eq(state, "asked"))
		return call_fail(call, ERR_STATE, str_eq(state, "answered") ?
		    "err.direction_answered" : "err.direction_withdrawn", NULL);
	change_update(call, "direction", id, -1, COLS(CT("state", "withdrawn")));
	tell(call, incident.id, "timeline.direction.withdrawn", id, SQL_NULL,
	    arg_text(call, "reason"), TIMELINE_ARGS("question",
	    tx_text(call->tx, call->arena, "SELECT question FROM direction"
	    " WHERE id = ?", "t", id)));
	return out_direction(call, id);
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "asked_at", "asked_name", "question", "channel", "state",
	"answer", "words", NULL };

const struct op ops_direction[] = {
	{ "direction ask", "POST", "/incidents/{id}/directions", RIGHTS, OP_WRITE | OP_CREATED,
	    ask_params, ask, NULL, "khien direction ask SC-2026-0001 --asked giamdoc --question"
	    " \"Cho ngắt mạng"
	    " phòng Kế toán trong 4 giờ?\"" },
	{ "direction record", "POST", "/incidents/{id}/directions/record", RIGHTS,
	    OP_WRITE | OP_CREATED, record_params, record, NULL,
	    "khien direction record SC-2026-0001 --channel oral --asked-name \"Nguyễn Văn A\""
	    " --question \"Ngắt mạng?\" --answer approve --words \"Đồng ý\""
	    " --answered-at \"08:30 22/11/2026\"" },
	{ "direction list", "GET", "/incidents/{id}/directions", RIGHT_READ, 0, list_params, list,
	    columns, "khien direction list SC-2026-0001" },
	{ "direction withdraw", "POST", "/directions/{id}/withdraw", RIGHTS, OP_WRITE,
	    withdraw_params, withdraw, NULL, "khien direction withdraw 019a…" },
	{ "direction decide", "POST", "/directions/{id}/answer", RIGHT_READ | RIGHT_DIRECT,
	    OP_WRITE, decide_params, decide, NULL,
	    "khien direction decide 019a… --answer approve" },
	{ "direction see", "GET", "/directions/by-token/{token}", RIGHT_PUBLIC, 0, see_params, see,
	    NULL, "khien direction see 5f2c…" },
	{ "direction answer", "POST", "/directions/by-token/{token}", RIGHT_PUBLIC, OP_WRITE,
	    token_answer_params, answer_by_token, NULL,
	    "khien direction answer 5f2c… --answer approve" },
	{ 0 },
};
