/* SPDX-License-Identifier: Apache-2.0 */
/* document_mail.c: a paper as a mail with attachments; what the outbox knows becomes a fact. */
#include "app/document_mail.h"

#include <stdio.h>
#include <unistd.h>

#include "app/change.h"
#include "app/document.h"
#include "app/duty.h"
#include "app/led.h"
#include "app/notify.h"
#include "app/paper.h"
#include "base/utf8.h"
#include "mail/courier.h"
#include "os/file.h"
#include "store/blob.h"
#include "work/lease.h"

#define FRAME_MAX ((size_t)8 << 20)
#define FILES_MAX 2

/* ---- what goes into the mail ------------------------------------------------------------------- */

struct parcel {
	struct call call; /* tx only while gathering */
	const char *dispatch_id;
	const char *subject, *text;
	const char *signed_sha256, *signed_name;
	struct buf frame[FILES_MAX]; /* what is printed, in this order */
	const char *name[FILES_MAX];
	size_t frames;
	bool is_plain; /* the first frame is the text */
	struct mail_settings mail;
};

static void
read_settings(struct parcel *p)
{
	const char *password = setting_text(&p->call, "mail.password");

	/* A password only goes over TLS; without one, TLS is taken where it is offered. */
	p->mail = (struct mail_settings){ .url = setting_text(&p->call, "mail.url"),
		.user = setting_text(&p->call, "mail.user"), .password = password,
		.from = setting_text(&p->call, "mail.from"),
		.tls = *password != '\0' ? MAIL_TLS_REQUIRED : MAIL_TLS_IF_OFFERED };
}

static const char *
subject_of(struct parcel *p, const struct bundle *b, const struct pack_form *form)
{
	const char *reference = document_reference(&p->call, b->head->doc_number, b->head->doc_symbol);
	const char *tag = form->mail_tag;
	char *subject = arena_printf(p->call.arena, "%s%s%s%s%s", tag, *tag == '\0' ? "" : " ",
	    b->main.title, reference == NULL ? "" : " - ", reference == NULL ? "" : reference);

	subject[utf8_cut(subject, MIME_SUBJECT_MAX - 1)] = '\0';
	return subject;
}

/* The letter around the attachments; who got it by name, and whom to answer. */
static const char *
text_of(struct parcel *p, const struct bundle *b)
{
	struct call *c = &p->call;
	const char *reference = document_reference(c, b->head->doc_number, b->head->doc_symbol);
	const char *agency = tx_text(c->tx, c->arena, "SELECT name FROM agency WHERE id = ?", "t",
	    c->agency_id);
	const char *contact = tx_text(c->tx, c->arena, "SELECT name || COALESCE(', ' || phone, '') ||"
	    " COALESCE(', ' || email, '') FROM account WHERE agency_id = ?1 AND is_disabled = 0 AND"
	    " (id = (SELECT lead_id FROM incident WHERE id = ?2) OR ' ' || roles || ' ' LIKE '% netadmin %')"
	    " ORDER BY id = (SELECT lead_id FROM incident WHERE id = ?2) DESC, created_at, id LIMIT 1", "tt",
	    c->agency_id, b->main.incident_id);
	const char *number = tx_text(c->tx, c->arena, "SELECT number FROM incident WHERE id = ?", "t",
	    b->main.incident_id);

	return words_vi(c, "mail.document.body", WORDS_ARGS("recipient", tx_text(c->tx, c->arena,
	    "SELECT recipient FROM dispatch WHERE id = ?", "t", p->dispatch_id), "agency", agency,
	    "title", b->main.title, "reference", reference == NULL ? "" :
	    words_vi(c, "mail.document.reference", WORDS_ARGS("reference", reference, "date",
	    document_day(c, b->head->doc_date))), "incident", number == NULL ? "" :
	    words_vi(c, "mail.document.incident", WORDS_ARGS("number", number)), "contact",
	    contact == NULL ? "" : contact));
}

static int
add_frame(struct parcel *p, const struct document *d, const char *format)
{
	struct buf *frame = &p->frame[p->frames];

	buf_init(frame, FRAME_MAX);
	p->name[p->frames++] = arena_printf(p->call.arena, "%s-%s.pdf", d->number, d->form);
	return document_frame(&p->call, d, format, frame);
}

static int
gather_bundle(struct parcel *p, const struct bundle *b)
{
	const struct pack_form *form;

	if (document_form(&p->call, &b->main, &form) != 0)
		return p->call.err->kind;
	p->subject = subject_of(p, b, form);
	p->is_plain = b->main.variant != NULL && form->plain_variants_count > 0 &&
	    form_variant(form->plain_variants, form->plain_variants_count, b->main.variant);
	if (p->is_plain)
		return add_frame(p, &b->main, "txt");
	p->text = text_of(p, b);
	if (b->main.signed_sha256 != NULL) {
		p->signed_sha256 = b->main.signed_sha256;
		p->signed_name = b->main.signed_name;
		return p->call.err->kind;
	}
	if (b->cover.id != NULL && add_frame(p, &b->cover, "pdf") != 0)
		return p->call.err->kind;
	return add_frame(p, &b->main, "pdf");
}

static int
gather(struct tx *tx, void *arg, struct err *err)
{
	struct parcel *p = arg;
	struct bundle b = { 0 };
	const char *id = tx_text(tx, p->call.arena, "SELECT document_id FROM dispatch WHERE id = ? AND"
	    " agency_id = ?", "tt", p->dispatch_id, p->call.agency_id);

	p->call.tx = tx;
	p->call.err = err;
	if (id == NULL)
		return err_set(err, ERR_NOT_FOUND, "err.not_found", NULL);
	read_settings(p);
	if (document_load(&p->call, id, &b.main) == 0 && (b.main.cover_id == NULL ||
	    document_load(&p->call, b.main.cover_id, &b.cover) == 0)) {
		b.head = b.cover.id != NULL ? &b.cover : &b.main;
		gather_bundle(p, &b);
	}
	p->call.tx = NULL;
	return err->kind;
}

/* ---- sending -------------------------------------------------------------------------------------- */

static int
pass_point(void *arg, struct err *err)
{
	return outbox_point(arg, err);
}

static enum outbox_outcome
hand_over(struct parcel *p, const struct outbox_item *item, const struct mime_file *files, size_t n,
    struct outbox_point *point, int cancel_fd, struct err *why)
{
	struct courier_call call = { pass_point, point, cancel_fd };
	struct courier_mail mail = { .id = item->id, .date_ms = item->created_at, .to = item->recipient,
		.subject = p->subject, .text = p->text, .files = files, .files_count = n };

	if (mail_settings_check(&p->mail, why) != 0)
		return OUTBOX_RETRY;
	return (enum outbox_outcome)courier_mail(&p->mail, &mail, &call, why);
}

static int
read_signed(struct parcel *p, char **ret, size_t *ret_size, struct err *why)
{
	cleanup(fd_closep) int fd = -1;
	int64_t size;

	if (blob_open(p->call.app->blobs, p->signed_sha256, &fd, &size, why) != 0)
		return why->kind;
	return file_read_fd(fd, p->signed_name, DOCUMENT_MAIL_MAX, ret, ret_size, why);
}

/* Too large, or gone: trying again would not help. */
static enum outbox_outcome
send_signed(struct parcel *p, const struct outbox_item *item, struct outbox_point *point, int cancel_fd,
    struct err *why)
{
	cleanup(free_charp) char *data = NULL;
	struct mime_file file = { .name = p->signed_name };

	if (read_signed(p, &data, &file.len, why) != 0)
		return why->kind == ERR_IO ? OUTBOX_RETRY : OUTBOX_REFUSED;
	file.data = data;
	file.type = file.len > 4 && memcmp(data, "%PDF", 4) == 0 ? "application/pdf" : NULL;
	return hand_over(p, item, &file, 1, point, cancel_fd, why);
}

static enum outbox_outcome
send_printed(struct parcel *p, const struct outbox_item *item, struct outbox_point *point, int cancel_fd,
    struct err *why)
{
	enum outbox_outcome outcome = OUTBOX_RETRY;
	struct mime_file files[FILES_MAX];
	struct paper paper[FILES_MAX] = { 0 };
	size_t n = 0;

	while (n < p->frames && paper_render_frame(buf_str(&p->frame[n]), p->frame[n].len, &paper[n],
	    why) == 0) {
		files[n] = (struct mime_file){ p->name[n], "application/pdf", paper[n].bytes.data,
			paper[n].bytes.len };
		n++;
	}
	if (n < p->frames) {
		if (why->kind == ERR_TOO_LARGE || why->kind == ERR_INVALID)
			outcome = OUTBOX_REFUSED;
	} else {
		if (p->is_plain)
			p->text = buf_str(&paper[0].bytes);
		outcome = hand_over(p, item, files, p->is_plain ? 0 : n, point, cancel_fd, why);
	}
	for (size_t i = 0; i < n; i++)
		paper_free(&paper[i]);
	return outcome;
}

enum outbox_outcome
document_mail(struct app *app, const struct outbox_item *item, struct outbox_point *point,
    int cancel_fd, struct err *why)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	cleanup(json_freep) struct json *body = NULL;
	struct parcel p = { .call = { .app = app, .arena = &arena, .agency_id = item->agency_id,
	    .actor = actor_job("document"), .lang = LANG_VI, .now = app_now(app) } };
	enum outbox_outcome outcome;

	if (json_parse(item->body, strlen(item->body), &body, why) != 0)
		return OUTBOX_REFUSED;
	p.dispatch_id = json_get_str(body, "dispatch");
	if (store_read(app->store, gather, &p, why) != 0)
		outcome = why->kind == ERR_IO ? OUTBOX_RETRY : OUTBOX_REFUSED;
	else if (p.signed_sha256 != NULL)
		outcome = send_signed(&p, item, point, cancel_fd, why);
	else
		outcome = send_printed(&p, item, point, cancel_fd, why);
	for (size_t i = 0; i < p.frames; i++)
		buf_clear(&p.frame[i]);
	return outcome;
}

/* ---- what became of it ------------------------------------------------------------------------------- */

static const struct param settle_params[] = {
	{ "id", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

struct ending {
	const char *dispatch_id, *document_id, *recipient, *state, *error, *outbox_id;
	int64_t sent_at;
};

static bool
read_ending(struct call *c, struct ending *e)
{
	struct query q;
	bool found;

	query_open(&q, c->tx, "SELECT p.id, p.document_id, p.recipient, o.state, o.error, o.id, o.sent_at"
	    " FROM dispatch p JOIN outbox o ON o.id = p.outbox_id WHERE p.id = ? AND p.agency_id = ? AND"
	    " o.state IN ('sent', 'failed', 'unknown') AND p.state <> o.state", "tt", arg_text(c, "id"),
	    c->agency_id);
	found = query_step(&q);
	if (found)
		*e = (struct ending){ arena_strdup(c->arena, query_text(&q, 0)),
			arena_strdup(c->arena, query_text(&q, 1)), arena_strdup(c->arena, query_text(&q, 2)),
			arena_strdup(c->arena, query_text(&q, 3)), arena_strdup(c->arena, query_text(&q, 4)),
			arena_strdup(c->arena, query_text(&q, 5)), query_opt(&q, 6) };
	query_close(&q);
	return found;
}

/* Why it failed, in words for the timeline. */
static const char *
why_text(struct call *c, const char *reason)
{
	struct buf text = BUF_INIT(2000);
	struct err why = { 0 };
	const char *result;

	reason_read(reason == NULL ? "" : reason, &why);
	words_err_text(&text, LANG_VI, &why);
	result = arena_strdup(c->arena, buf_str(&text));
	err_clear(&why);
	buf_clear(&text);
	return result;
}

/* Nobody knows whether it arrived: a person has to ask before anything is sent again. */
static void
tell_unknown(struct call *c, const struct document *d, const struct ending *e)
{
	const char *const *args = WORDS_ARGS("number", d->number, "recipient", e->recipient, "url",
	    setting_text(c, "public.url"));

	notify_role(c, "netadmin", d->incident_id, arena_printf(c->arena, "document:%s:unknown",
	    e->dispatch_id), words_vi(c, "mail.document.unknown.subject", args),
	    words_vi(c, "mail.document.unknown.body", args));
}

static int
settle(struct call *c)
{
	struct ending e = { 0 };
	struct document d;

	if (!read_ending(c, &e) || document_load(c, e.document_id, &d) != 0)
		return c->err->kind;
	if (str_eq(e.state, "sent")) {
		change_update(c, "dispatch", e.dispatch_id, -1, COLS(CT("state", "sent"),
		    CI("sent_at", e.sent_at), CT("error", NULL), CT("proof", arena_printf(c->arena, "%s %s@%s",
		    "Message-ID", e.outbox_id, strchr(setting_text(c, "mail.from"), '@') == NULL ? "" :
		    strchr(setting_text(c, "mail.from"), '@') + 1))));
		document_tell(c, &d, "mailed", TIMELINE_ARGS("recipient", e.recipient), NULL);
		duty_document(c, d.id, "sent");
		return c->err->kind;
	}
	change_update(c, "dispatch", e.dispatch_id, -1, COLS(CT("state", e.state), CT("error", e.error)));
	document_tell(c, &d, str_eq(e.state, "failed") ? "mail_failed" : "mail_unknown",
	    TIMELINE_ARGS("recipient", e.recipient, "why", why_text(c, e.error)), NULL);
	if (str_eq(e.state, "unknown"))
		tell_unknown(c, &d, &e);
	duty_document(c, d.id, e.state);
	return c->err->kind;
}

static const struct op settle_op = { "document send", NULL, NULL, RIGHT_LOCAL, OP_WRITE, settle_params,
	settle, NULL, NULL };

struct ended {
	const char *agency_id;
	char id[64];
};

static int
find_ended(struct tx *tx, void *arg, struct err *err)
{
	struct ended *e = arg;
	struct query q;

	(void)err;
	query_open(&q, tx, "SELECT p.id FROM dispatch p JOIN outbox o ON o.id = p.outbox_id WHERE"
	    " p.state IN ('sending', 'unknown') AND p.agency_id = ? AND o.state <> p.state AND"
	    " (o.state = 'sent' OR (p.state = 'sending' AND o.state IN ('failed', 'unknown'))) LIMIT 1", "t",
	    e->agency_id);
	if (query_step(&q))
		snprintf(e->id, sizeof(e->id), "%s", query_text(&q, 0));
	return query_close(&q);
}

int
document_settle(struct app *app, bool *ret_did, struct err *err)
{
	cleanup(json_freep) struct json *args = json_new_object();
	struct ended e = { app->agency_id, "" };
	struct buf out = BUF_INIT(4000);
	int kind = store_read(app->store, find_ended, &e, err);

	*ret_did = false;
	if (kind != 0 || *e.id == '\0')
		return kind;
	json_set_str(args, "id", e.id);
	kind = op_call(app, &(struct op_request){ .op = &settle_op, .actor = actor_job("document"),
	    .lang = LANG_VI, .args = args }, &out, err);
	*ret_did = kind == 0;
	buf_clear(&out);
	return kind;
}
