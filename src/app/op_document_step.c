/* SPDX-License-Identifier: Apache-2.0 */
/* op_document_step.c: a paper from draft to issued, recalled; the signed file that comes back. */
#include <unistd.h>

#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/evidence.h"
#include "app/facts.h"
#include "app/led.h"
#include "app/notify.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"
#include "os/file.h"
#include "store/blob.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static int
bad_state(struct call *c, const struct bundle *b, const char *key)
{
	return err_fail(c->err, ERR_STATE, key, NULL, "number", b->main.number, "state",
	    arena_printf(c->arena, "@document.state.%s", document_states[b->main.state]));
}

static bool
is_over(const struct bundle *b)
{
	return b->main.state == DOC_RECALLED || b->main.state == DOC_REPLACED;
}

/* Somebody else's change in between is a conflict, also of the paper beside. */
static int
seen(struct call *c, const struct bundle *b)
{
	int64_t version = arg_int(c, "version", -1);
	struct document named;

	if (version < 0 || document_arg(c, "id", &named) != 0)
		return c->err->kind;
	(void)b;
	return change_update(c, "document", named.id, version, COLS(CI("updated_at", c->now)));
}

static int
finish(struct call *c, struct warnings *w, const char *id)
{
	int kind = document_out(c, id, w);

	buf_clear(&w->text);
	return kind;
}

/* What was warned of stands in the record of the step. */
static const char *
said(struct call *c, const struct warnings *w, const char *text)
{
	if (w->text.len == 0)
		return text;
	change_info(c, "warnings", buf_str(&w->text));
	return text == NULL ? arena_strdup(c->arena, buf_str(&w->text)) :
	    arena_printf(c->arena, "%s\n%s", text, buf_str(&w->text));
}

/* ---- what is missing is told, not refused ------------------------------------------------------ */

static void
warn_gaps_of(struct call *c, const struct document *d, struct warnings *w)
{
	cleanup(json_freep) struct json *values = NULL;
	cleanup(json_freep) struct json *facts = document_facts(c, d);
	struct buf unused = BUF_INIT((size_t)4 << 20);
	struct jsonw out = JSONW_INIT(&unused), *before = c->out;
	const struct pack_form *form;
	struct document_check check = { .call = c, .variant = d->variant == NULL ? "" : d->variant,
		.facts = facts };

	if (facts != NULL && document_form(c, d, &form) == 0 &&
	    json_parse(d->values_json, strlen(d->values_json), &values, c->err) == 0) {
		check.form = form;
		check.values = values;
		/* Only the counts are wanted here. */
		c->out = &out;
		jsonw_object(&out);
		document_check(&check);
		c->out = before;
		if (check.gaps > 0)
			warn(c, w, "document.warn.gaps", WORDS_ARGS("number", d->number, "count",
			    text_int(c, (int64_t)check.gaps)));
		if (check.faults > 0)
			warn(c, w, "document.warn.faults", WORDS_ARGS("number", d->number, "count",
			    text_int(c, (int64_t)check.faults)));
	}
	buf_clear(&unused);
}

void
document_warn_gaps(struct call *c, const struct bundle *b, struct warnings *w)
{
	warn_gaps_of(c, &b->main, w);
	if (b->cover.id != NULL)
		warn_gaps_of(c, &b->cover, w);
}

/* ---- submit, approve, return ---------------------------------------------------------------------- */

static const struct param step_params[] = {
	ID_PARAM,
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Whoever has the next step is told; a restricted case is not named in mail. */
static void
tell_role(struct call *c, const struct bundle *b, const char *role, const char *what)
{
	const char *title = b->main.incident_id != NULL && tx_int(c->tx, "SELECT is_restricted FROM incident"
	    " WHERE id = ?", "t", b->main.incident_id) == 1 ? "" : b->main.title;
	const char *const *args = WORDS_ARGS("number", b->main.number, "title", title, "url",
	    setting_text(c, "public.url"));

	notify_role(c, role, b->main.incident_id, arena_printf(c->arena, "document:%s:%s:%lld", b->main.id,
	    what, (long long)b->main.version),
	    words_vi(c, arena_printf(c->arena, "mail.document.%s.subject", what), args),
	    words_vi(c, arena_printf(c->arena, "mail.document.%s.body", what), args));
}

static int
document_submit(struct call *c)
{
	struct warnings w = { 0 };
	struct bundle b;

	if (document_may_write(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (b.main.state != DOC_DRAFT)
		return bad_state(c, &b, "err.document.not_draft");
	if (seen(c, &b) != 0)
		return c->err->kind;
	document_warn_gaps(c, &b, &w);
	document_move(c, &b, DOC_SUBMITTED, "submitted", NULL, said(c, &w, arg_text(c, "note")));
	tell_role(c, &b, "director", "submitted");
	tell_role(c, &b, "deputy_director", "submitted");
	return finish(c, &w, b.main.id);
}

static const struct param approve_params[] = {
	ID_PARAM,
	{ "by", P_LINE, 0, 0, 128, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

/*
 * The leadership approves with its own account; somebody who handles incidents
 * enters what was approved on paper or by word of mouth, and says by whom.
 */
static int
approver(struct call *c, const char **ret)
{
	struct party by = party_arg(c, "by");

	*ret = by.name;
	if (by.name == NULL && call_may(c, RIGHT_DIRECT))
		*ret = c->actor.kind == ACTOR_ACCOUNT ? account_name(c, c->actor.id) : NULL;
	if (!call_may(c, RIGHT_DIRECT) && !call_may(c, RIGHT_HANDLE))
		return call_fail(c, ERR_FORBIDDEN, "err.forbidden", NULL);
	return *ret != NULL ? 0 : call_fail(c, ERR_INVALID, "err.required", "by");
}

static int
document_approve(struct call *c)
{
	struct warnings w = { 0 };
	const char *by;
	struct bundle b;

	if (approver(c, &by) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (b.main.state != DOC_DRAFT && b.main.state != DOC_SUBMITTED)
		return bad_state(c, &b, "err.document.not_submitted");
	if (seen(c, &b) != 0)
		return c->err->kind;
	document_warn_gaps(c, &b, &w);
	document_move(c, &b, DOC_APPROVED, "approved", TIMELINE_ARGS("by", by),
	    said(c, &w, arg_text(c, "note")));
	change_update(c, "document", b.main.id, -1, COLS(CT("approved_by", by), CI("approved_at", c->now)));
	if (b.cover.id != NULL)
		change_update(c, "document", b.cover.id, -1, COLS(CT("approved_by", by),
		    CI("approved_at", c->now)));
	tell_role(c, &b, "registry_clerk", "approved");
	return finish(c, &w, b.main.id);
}

static const struct param reason_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
document_return(struct call *c)
{
	struct warnings w = { 0 };
	struct bundle b;

	if (!call_may(c, RIGHT_DIRECT) && document_may_write(c) != 0)
		return c->err->kind;
	if (document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (b.main.state != DOC_SUBMITTED && b.main.state != DOC_APPROVED && b.main.state != DOC_NUMBERED)
		return bad_state(c, &b, "err.document.not_submitted");
	if (seen(c, &b) != 0)
		return c->err->kind;
	if (b.main.state == DOC_NUMBERED)
		warn(c, &w, "document.warn.number_kept", NULL);
	document_move(c, &b, DOC_DRAFT, "returned", NULL, said(c, &w, arg_text(c, "reason")));
	return finish(c, &w, b.main.id);
}

/* ---- number ------------------------------------------------------------------------------------------- */

static const struct param number_params[] = {
	ID_PARAM,
	{ "number", P_LINE, PF_REQUIRED, 0, 40, NULL },
	{ "date", P_TIME, PF_REQUIRED, 0, 0, NULL },
	{ "eoffice", P_LINE, 0, 0, 100, NULL },
	{ "signer", P_LINE, 0, 0, 128, NULL },
	{ "authority", P_ENUM, 0, 0, 0, document_authorities },
	VERSION_PARAM,
	{ 0 },
};

/* "15/BC-STC" as it stands in the register, or "15" alone. */
static int
split_number(struct call *c, const struct document *head, const char **number, const char **symbol)
{
	const char *text = arg_text(c, "number"), *slash = strchr(text, '/');
	const struct pack_form *form;

	*number = slash == NULL ? text : arena_strndup(c->arena, text, (size_t)(slash - text));
	if (**number == '\0' || (slash != NULL && slash[1] == '\0'))
		return call_fail(c, ERR_INVALID, "err.document.number_shape", "number");
	/* Below ten with a zero in front (NĐ 30/2020). */
	if ((*number)[1] == '\0' && **number >= '1' && **number <= '9')
		*number = arena_printf(c->arena, "0%s", *number);
	if (slash != NULL) {
		*symbol = arena_strdup(c->arena, slash + 1);
		return 0;
	}
	if (document_form(c, head, &form) != 0)
		return c->err->kind;
	*symbol = document_symbol(c, form);
	return 0;
}

/* Another paper of the year has this number: told, because the register decides. */
static void
warn_number(struct call *c, const struct bundle *b, const char *number, const char *day,
    struct warnings *w)
{
	const char *other = tx_text(c->tx, c->arena, "SELECT number FROM document WHERE agency_id = ?1 AND"
	    " doc_number = ?2 AND substr(doc_date, 1, 4) = substr(?3, 1, 4) AND id NOT IN (?4, ?5)"
	    " ORDER BY made_at LIMIT 1", "ttttt", c->agency_id, number, day, b->main.id,
	    b->cover.id == NULL ? "" : b->cover.id);
	char today[CLOCK_TEXT_SIZE];

	facts_time(c->now, today)[10] = '\0';
	if (other != NULL)
		warn(c, w, "document.warn.number_twice", WORDS_ARGS("number", number, "other", other));
	if (strcmp(day, today) > 0)
		warn(c, w, "document.warn.date_ahead", NULL);
	if (b->main.state != DOC_APPROVED && b->main.state != DOC_NUMBERED && b->main.state != DOC_ISSUED)
		warn(c, w, "document.warn.not_approved", NULL);
	if (b->head->doc_number != NULL && !str_eq(b->head->doc_number, number))
		warn(c, w, "document.warn.renumbered", WORDS_ARGS("number", b->head->doc_number));
}

static int
document_number(struct call *c)
{
	const char *number = NULL, *symbol = NULL, *eoffice = arg_text(c, "eoffice"), *day;
	int64_t at = arg_time(c, "date", c->now);
	struct warnings w = { 0 };
	struct signer signer;
	struct bundle b;
	char text[CLOCK_TEXT_SIZE];

	if (document_may_send(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (is_over(&b))
		return bad_state(c, &b, "err.document.over");
	signer = (struct signer){ b.head->signer_name, b.head->signer_title, b.head->authority };
	if (seen(c, &b) != 0 || split_number(c, b.head, &number, &symbol) != 0 ||
	    signer_arg(c, &signer) != 0 || (b.main.state < DOC_NUMBERED &&
	    document_basis_check(c, b.main.basis, at) != 0))
		return c->err->kind;
	facts_time(at, text)[10] = '\0';
	day = arena_strdup(c->arena, text);
	warn_number(c, &b, number, day, &w);
	/* Somebody of another house may sign; a login that was mistyped must not. */
	if (arg_has(c, "signer") && signer.title == NULL)
		warn(c, &w, "document.warn.signer_unknown", WORDS_ARGS("name", signer.name));
	if (b.main.state == DOC_DRAFT)
		document_warn_gaps(c, &b, &w);
	document_move(c, &b, b.main.state == DOC_ISSUED ? DOC_ISSUED : DOC_NUMBERED, "numbered",
	    TIMELINE_ARGS("reference", document_reference(c, number, symbol), "date", document_day(c, day)),
	    said(c, &w, NULL));
	change_update(c, "document", b.head->id, -1, COLS(CT("doc_number", number), CT("doc_symbol", symbol),
	    CT("doc_date", day), CT("eoffice_id", eoffice), CT("signer_name", signer.name),
	    CT("signer_title", signer.title), CT("authority", signer.authority)));
	return finish(c, &w, b.main.id);
}

/* ---- issue, recall ----------------------------------------------------------------------------------------- */

/* Forms with a signature go out numbered; slips and short mails have none. */
static bool
wants_number(struct call *c, const struct bundle *b)
{
	const struct pack_form *form;

	if (document_form(c, b->head, &form) != 0)
		return false;
	return str_eq(form->layout, "nd30") && (b->main.variant == NULL ||
	    !form_variant(form->plain_variants, form->plain_variants_count, b->main.variant) ||
	    form->plain_variants_count == 0);
}

int
document_issue_now(struct call *c, struct bundle *b, struct warnings *w)
{
	bool wants = wants_number(c, b);

	if (b->main.state == DOC_ISSUED)
		return c->err->kind;
	if (b->main.state == DOC_DRAFT)
		document_warn_gaps(c, b, w);
	if (wants && (b->main.state == DOC_DRAFT || b->main.state == DOC_SUBMITTED))
		warn(c, w, "document.warn.not_approved", NULL);
	if (wants && b->head->doc_number == NULL)
		warn(c, w, "document.warn.no_number", NULL);
	document_move(c, b, DOC_ISSUED, "issued", NULL, said(c, w, arg_text(c, "note")));
	return c->err->kind;
}

static int
document_issue(struct call *c)
{
	struct warnings w = { 0 };
	struct bundle b;

	if (document_may_send(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (is_over(&b) || b.main.state == DOC_ISSUED)
		return bad_state(c, &b, "err.document.over");
	if (seen(c, &b) != 0)
		return c->err->kind;
	document_issue_now(c, &b, &w);
	return finish(c, &w, b.main.id);
}

static int
document_recall(struct call *c)
{
	struct warnings w = { 0 };
	int64_t sent;
	struct bundle b;

	if (document_may_write(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (b.main.state != DOC_NUMBERED && b.main.state != DOC_ISSUED)
		return bad_state(c, &b, "err.document.not_issued");
	if (seen(c, &b) != 0)
		return c->err->kind;
	sent = tx_int(c->tx, "SELECT COUNT(*) FROM dispatch WHERE document_id = ? AND"
	    " state IN ('sending', 'sent', 'unknown')", "t", b.main.id);
	if (sent > 0)
		warn(c, &w, "document.warn.tell_recipients", WORDS_ARGS("count", text_int(c, sent)));
	document_move(c, &b, DOC_RECALLED, "recalled", NULL, said(c, &w, arg_text(c, "reason")));
	change_update(c, "document", b.main.id, -1, COLS(CT("reason", arg_text(c, "reason"))));
	return finish(c, &w, b.main.id);
}

/* ---- the signed file ------------------------------------------------------------------------------------------ */

/* A PDF or a picture, by its first bytes; what the sender called it says nothing. */
static int
check_signed(struct call *c, const struct upload *upload)
{
	static const struct { const char *bytes; size_t len; } kinds[] = {
		{ "%PDF-", 5 }, { "\x89PNG", 4 }, { "\xff\xd8\xff", 3 }, { "II*\0", 4 }, { "MM\0*", 4 },
	};
	cleanup(fd_closep) int fd = -1;
	char head[8] = { 0 };
	int64_t size;

	if (blob_open(c->app->blobs, upload->sha256, &fd, &size, c->err) != 0)
		return c->err->kind;
	if (pread(fd, head, sizeof(head), 0) > 0)
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (memcmp(head, kinds[i].bytes, kinds[i].len) == 0)
				return 0;
	return call_fail(c, ERR_INVALID, "err.document.signed_kind", "files");
}

static const struct param attach_params[] = {
	ID_PARAM,
	{ "files", P_FILES, PF_REQUIRED, 0, 1, NULL },
	{ "note", P_LINE, 0, 0, 300, NULL },
	VERSION_PARAM,
	{ 0 },
};

const char *
document_keep_file(struct call *c, const struct document *d, const struct upload *upload,
    const char *word_key)
{
	if (d->incident_id == NULL)
		return NULL;
	return evidence_insert(c, &(struct evidence_new){ .incident_id = d->incident_id, .upload = upload,
	    .kind = "document", .form = "copy", .collected_at = c->now,
	    .description = words_vi(c, word_key, WORDS_ARGS("number", d->number, "title", d->title)) });
}

static int
document_attach(struct call *c)
{
	struct warnings w = { 0 };
	const struct upload *file = c->uploads;
	const char *evidence;
	struct bundle b;

	if (document_may_send(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (c->uploads_count != 1)
		return call_fail(c, ERR_INVALID, "err.one_file", "files");
	if (is_over(&b))
		return bad_state(c, &b, "err.document.over");
	if (check_signed(c, file) != 0 || seen(c, &b) != 0)
		return c->err->kind;
	if (b.main.state == DOC_DRAFT || b.main.state == DOC_SUBMITTED)
		warn(c, &w, "document.warn.not_approved", NULL);
	evidence = document_keep_file(c, &b.main, file, "document.signed_file");
	change_update(c, "document", b.main.id, -1, COLS(CT("signed_evidence_id", evidence),
	    CT("signed_sha256", file->sha256), CT("signed_name", file->name),
	    CI("signed_size", file->size), CI("signed_at", c->now), CI("updated_at", c->now)));
	document_tell(c, &b.main, "signed", TIMELINE_ARGS("name", file->name, "sha256", file->sha256),
	    said(c, &w, arg_text(c, "note")));
	return finish(c, &w, b.main.id);
}

#define DOC_OP(name, method, path, right, params, fn, example) \
	{ "document " name, method, "/documents/{id}" path, right, OP_WRITE, params, fn, document_columns, example }

const struct op ops_document_step[] = {
	DOC_OP("submit", "POST", "/submit", RIGHT_HANDLE, step_params, document_submit,
	    "khien document submit VB-2026-0001"),
	DOC_OP("approve", "POST", "/approve", RIGHT_READ, approve_params, document_approve,
	    "khien document approve VB-2026-0001 --by giamdoc"),
	DOC_OP("return", "POST", "/return", RIGHT_READ, reason_params, document_return,
	    "khien document return VB-2026-0001 --reason \"Bổ sung phạm vi ảnh hưởng\""),
	DOC_OP("number", "POST", "/number", RIGHT_SELF, number_params, document_number,
	    "khien document number VB-2026-0001 --number 15 --date 25/11/2026"),
	DOC_OP("issue", "POST", "/issue", RIGHT_SELF, step_params, document_issue,
	    "khien document issue VB-2026-0001"),
	DOC_OP("recall", "POST", "/recall", RIGHT_HANDLE, reason_params, document_recall,
	    "khien document recall VB-2026-0001 --reason \"Gửi nhầm nơi nhận\""),
	DOC_OP("attach", "POST", "/signed", RIGHT_SELF, attach_params, document_attach,
	    "khien document attach VB-2026-0001 --file da-ky.pdf"),
	{ 0 },
};
