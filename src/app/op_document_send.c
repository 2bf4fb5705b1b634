/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_document_send.c: to whom a paper went, how, and that it arrived.  What was
 * done by E-Office, by hand, fax, post or telephone is recorded with its proof;
 * mail is asked for here and goes out through the outbox.
 */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/document_mail.h"
#include "app/duty.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "text/mime.h"
#include "work/outbox.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

static const char *const channels[] = { "eoffice", "hand", "fax", "mail", "post", "phone", NULL };

/* A recipient as the arguments name one. */
struct target {
	const char *contact_id, *role, *name, *email, *channel;
};

/* ---- send ----------------------------------------------------------------------------------------- */

static const struct param send_params[] = {
	ID_PARAM,
	{ "to", P_LIST, PF_REQUIRED, 0, 0, NULL },
	{ "channel", P_ENUM, 0, 0, 0, channels },
	{ "address", P_LINE, 0, 0, 300, NULL },
	{ "at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "proof", P_TEXT, 0, 0, 2000, NULL },
	{ "files", P_FILES, 0, 0, 1, NULL },
	{ "again", P_BOOL, 0, 0, 0, NULL },
	{ "note", P_LINE, 0, 0, 300, NULL },
	{ 0 },
};

static bool
read_target(struct call *c, struct query *q, struct target *t)
{
	if (!query_step(q))
		return false;
	t->contact_id = arena_strdup(c->arena, query_text(q, 0));
	t->role = arena_strdup(c->arena, query_text(q, 1));
	t->name = arena_strdup(c->arena, query_text(q, 2));
	t->email = arena_strdup(c->arena, query_text(q, 3));
	t->channel = arena_strdup(c->arena, query_text(q, 4));
	return true;
}

/* A contact by id or name, or the one that plays a role; else somebody named in words. */
static struct target
target_of(struct call *c, const char *value)
{
	struct target t = { .name = value };
	struct query q;
	bool found;

	query_open(&q, c->tx, "SELECT id, role, name, email, channel FROM contact WHERE agency_id = ?1 AND"
	    " is_retired = 0 AND (id = ?2 OR role = ?2 OR name = ?2)"
	    " ORDER BY id = ?2 DESC, name = ?2 DESC, id LIMIT 1", "tt", c->agency_id, value);
	found = read_target(c, &q, &t);
	query_close(&q);
	(void)found;
	return t;
}

/* A second mail of the same paper to the same place is only sent when a person wants it. */
static int
not_twice(struct call *c, const struct document *d, const char *address)
{
	const char *before = arg_bool(c, "again") ? NULL : tx_text(c->tx, c->arena, "SELECT recipient"
	    " FROM dispatch WHERE document_id = ? AND channel = 'mail' AND address = ? AND"
	    " state IN ('sending', 'sent', 'unknown') LIMIT 1", "tt", d->id, address);

	return before == NULL ? c->err->kind : err_fail(c->err, ERR_CONFLICT,
	    "err.document.sent_already", "to", "recipient", before, NULL, NULL);
}

/* Said before anything is sent; there are other ways. */
static int
small_enough(struct call *c, const struct document *d)
{
	if (d->signed_sha256 == NULL || d->signed_size <= DOCUMENT_MAIL_MAX)
		return 0;
	return err_fail(c->err, ERR_TOO_LARGE, "err.document.mail_too_large", "channel", "size",
	    arena_printf(c->arena, "%lld", (long long)(d->signed_size + (1 << 20) - 1) >> 20), "max",
	    arena_printf(c->arena, "%lld", (long long)DOCUMENT_MAIL_MAX >> 20));
}

static int
check_mail(struct call *c, const struct document *d, const struct target *t, const char **ret_address)
{
	*ret_address = arg_text(c, "address") != NULL ? arg_text(c, "address") : t->email;
	if (str_empty(setting_text(c, "mail.url")))
		return call_fail(c, ERR_STATE, "err.document.no_mail", NULL);
	if (str_empty(*ret_address))
		return err_fail(c->err, ERR_INVALID, "err.document.no_address", "to", "recipient", t->name,
		    NULL, NULL);
	if (!mime_address_valid(*ret_address))
		return call_fail(c, ERR_INVALID, "err.email", "address");
	return small_enough(c, d) != 0 ? c->err->kind : not_twice(c, d, *ret_address);
}

/* What it was proved with, beside words: kept with the case, or by its hash alone. */
static const char *
keep_proof(struct call *c, const struct document *d)
{
	return c->uploads_count == 0 ? NULL :
	    document_keep_file(c, d, &c->uploads[0], "document.proof_file");
}

static int
record(struct call *c, const struct document *d, const struct target *t, const char *channel,
    const char *evidence, struct warnings *w)
{
	int64_t at = arg_time(c, "at", c->now);
	const char *proof = arg_text(c, "proof"), *id;
	const struct upload *file = c->uploads_count > 0 ? c->uploads : NULL;
	char when[CLOCK_TEXT_SIZE];

	if (proof == NULL && file == NULL)
		warn(c, w, "document.warn.no_proof", WORDS_ARGS("recipient", t->name));
	id = change_insert(c, "dispatch", NULL, COLS(CT("document_id", d->id),
	    CT("incident_id", d->incident_id), CT("contact_id", t->contact_id), CT("role", t->role),
	    CT("recipient", t->name), CT("channel", channel), CT("address", arg_text(c, "address")),
	    CT("state", "sent"), CI("sent_at", at), CI("entered_at", c->now), CT("proof", proof),
	    CT("proof_evidence_id", evidence), CT("proof_sha256", file == NULL ? NULL : file->sha256),
	    CT("proof_name", file == NULL ? NULL : file->name), CT("by_id", document_actor(c))));
	(void)id;
	document_tell(c, d, "sent", TIMELINE_ARGS("recipient", t->name, "channel",
	    arena_printf(c->arena, "@contact.channel.%s", channel), "at", clock_vi(at, when)), proof);
	return c->err->kind;
}

static int
ask_mail(struct call *c, const struct document *d, const struct target *t, const char *address)
{
	const char *id = change_insert(c, "dispatch", NULL, COLS(CT("document_id", d->id),
	    CT("incident_id", d->incident_id), CT("contact_id", t->contact_id), CT("role", t->role),
	    CT("recipient", t->name), CT("channel", "mail"), CT("address", address),
	    CT("state", "sending"), CI("entered_at", c->now), CT("by_id", document_actor(c))));
	const char *key = arena_printf(c->arena, "document:%s", id);

	outbox_put(c->tx, c->agency_id, d->incident_id, DOCUMENT_MAIL, address, d->title,
	    arena_printf(c->arena, "{\"dispatch\":\"%s\"}", id), key, c->now);
	change_update(c, "dispatch", id, -1, COLS(CT("outbox_id", tx_text(c->tx, c->arena,
	    "SELECT id FROM outbox WHERE key = ?", "t", key))));
	document_tell(c, d, "mailing", TIMELINE_ARGS("recipient", t->name, "address", address), NULL);
	return c->err->kind;
}

static int
send_one(struct call *c, const struct document *d, const char *to, const char *evidence,
    struct warnings *w)
{
	struct target t = target_of(c, to);
	const char *channel = arg_text(c, "channel") != NULL ? arg_text(c, "channel") : t.channel;
	const char *address;

	if (channel == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "channel");
	if (!str_eq(channel, "mail"))
		return record(c, d, &t, channel, evidence, w);
	if (check_mail(c, d, &t, &address) != 0)
		return c->err->kind;
	return ask_mail(c, d, &t, address);
}

static int
document_send(struct call *c)
{
	const struct json *to = json_get(c->args, "to");
	struct warnings w = { 0 };
	const char *evidence;
	struct bundle b;

	if (document_may_send(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (c->uploads_count > 1)
		return call_fail(c, ERR_INVALID, "err.one_file", "files");
	if (b.main.state == DOC_RECALLED || b.main.state == DOC_REPLACED)
		return err_fail(c->err, ERR_STATE, "err.document.over", NULL, "number", b.main.number, "state",
		    arena_printf(c->arena, "@document.state.%s", document_states[b.main.state]));
	document_issue_now(c, &b, &w);
	evidence = keep_proof(c, &b.main);
	if (json_kind(to) == JSON_KIND_STRING)
		send_one(c, &b.main, json_str(to), evidence, &w);
	for (size_t i = 0; i < json_len(to) && c->err->kind == ERR_NONE; i++)
		send_one(c, &b.main, json_str(json_at(to, i)), evidence, &w);
	if (c->err->kind == ERR_NONE)
		duty_document(c, b.main.id, "sent");
	document_out(c, b.main.id, &w);
	buf_clear(&w.text);
	return c->err->kind;
}

/* ---- one dispatch ----------------------------------------------------------------------------------- */

struct dispatch {
	const char *id, *recipient, *state, *outbox_id, *channel;
	int64_t version, acknowledged_at;
};

/* The dispatch an argument names; without one the only that still waits for an answer. */
static int
dispatch_arg(struct call *c, const struct document *d, struct dispatch *ret)
{
	const char *id = arg_text(c, "dispatch");
	struct query q;
	int found = 0;

	query_open(&q, c->tx, "SELECT id, recipient, state, outbox_id, channel, version, acknowledged_at"
	    " FROM dispatch WHERE document_id = ?1 AND (id = ?2 OR (?2 IS NULL AND acknowledged_at IS NULL"
	    " AND state <> 'failed')) ORDER BY entered_at, id LIMIT 2", "tt", d->id, id);
	while (query_step(&q) && found++ == 0)
		*ret = (struct dispatch){ arena_strdup(c->arena, query_text(&q, 0)),
			arena_strdup(c->arena, query_text(&q, 1)), arena_strdup(c->arena, query_text(&q, 2)),
			arena_strdup(c->arena, query_text(&q, 3)), arena_strdup(c->arena, query_text(&q, 4)),
			query_int(&q, 5), query_opt(&q, 6) };
	query_close(&q);
	if (found == 1)
		return c->err->kind;
	return id == NULL && found > 1 ? call_fail(c, ERR_INVALID, "err.document.which_dispatch", "dispatch") :
	    call_fail(c, ERR_NOT_FOUND, "err.not_found", "dispatch");
}

static int
find_dispatch(struct call *c, struct bundle *b, struct dispatch *ret)
{
	if (document_may_send(c) != 0 || document_bundle(c, "id", b) != 0)
		return c->err->kind;
	return dispatch_arg(c, &b->main, ret);
}

static const struct param ack_params[] = {
	ID_PARAM,
	{ "how", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "dispatch", P_ID, 0, 0, 0, NULL },
	{ "at", P_TIME, PF_PAST, 0, 0, NULL },
	{ 0 },
};

/* Who says that it arrived also says that it went: a mail nobody knew about is known now. */
static int
document_ack(struct call *c)
{
	int64_t at = arg_time(c, "at", c->now);
	char when[CLOCK_TEXT_SIZE];
	struct dispatch p;
	struct bundle b;

	if (find_dispatch(c, &b, &p) != 0)
		return c->err->kind;
	change_update(c, "dispatch", p.id, -1, COLS(CI("acknowledged_at", at),
	    CT("acknowledged_how", arg_text(c, "how"))));
	if (!str_eq(p.state, "sent"))
		change_update(c, "dispatch", p.id, -1, COLS(CT("state", "sent"), CI("sent_at", at),
		    CT("error", NULL), CT("proof", arg_text(c, "how"))));
	document_tell(c, &b.main, "acknowledged", TIMELINE_ARGS("recipient", p.recipient, "at",
	    clock_vi(at, when)), arg_text(c, "how"));
	duty_document(c, b.main.id, "acknowledged");
	return document_out(c, b.main.id, NULL);
}

static const struct param chase_params[] = {
	ID_PARAM,
	{ "note", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "dispatch", P_ID, 0, 0, 0, NULL },
	{ 0 },
};

static int
document_chase(struct call *c)
{
	struct dispatch p;
	struct bundle b;

	if (find_dispatch(c, &b, &p) != 0)
		return c->err->kind;
	change_update(c, "dispatch", p.id, -1, COLS(CI("chased_at", c->now),
	    CT("chase_note", arg_text(c, "note"))));
	document_tell(c, &b.main, "chased", TIMELINE_ARGS("recipient", p.recipient), arg_text(c, "note"));
	return document_out(c, b.main.id, NULL);
}

static const struct param resend_params[] = {
	ID_PARAM,
	{ "dispatch", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

/* Only a person sends again what failed or may have arrived; it carries the same Message-ID. */
static int
document_resend(struct call *c)
{
	struct dispatch p;
	struct bundle b;

	if (find_dispatch(c, &b, &p) != 0)
		return c->err->kind;
	if (p.outbox_id == NULL || (!str_eq(p.state, "failed") && !str_eq(p.state, "unknown")))
		return call_fail(c, ERR_STATE, "err.document.not_failed", "dispatch");
	if (outbox_resend(c->tx, p.outbox_id, c->now) != 0)
		return c->err->kind;
	change_update(c, "dispatch", p.id, -1, COLS(CT("state", "sending"), CT("error", NULL)));
	document_tell(c, &b.main, "mailing_again", TIMELINE_ARGS("recipient", p.recipient), NULL);
	return document_out(c, b.main.id, NULL);
}

const struct op ops_document_send[] = {
	{ "document send", "POST", "/documents/{id}/send", RIGHT_SELF, OP_WRITE, send_params,
	    document_send, document_columns, "khien document send VB-2026-0001 --to system_owner --channel eoffice"
	    " --proof \"E-Office 2026/1234\"" },
	{ "document ack", "POST", "/documents/{id}/ack", RIGHT_SELF, OP_WRITE, ack_params, document_ack,
	    document_columns, "khien document ack VB-2026-0001 --how \"Văn thư UBND tỉnh gọi báo đã nhận\"" },
	{ "document chase", "POST", "/documents/{id}/chase", RIGHT_SELF, OP_WRITE, chase_params,
	    document_chase, document_columns, "khien document chase VB-2026-0001 --note \"Đã gọi, hẹn trả lời chiều nay\"" },
	{ "document resend", "POST", "/documents/{id}/resend", RIGHT_SELF, OP_WRITE, resend_params,
	    document_resend, document_columns, "khien document resend VB-2026-0001"
	    " --dispatch 0198c0de-0000-7000-8000-000000000001" },
	{ 0 },
};
