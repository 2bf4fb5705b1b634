/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/courier.h"

#include <stdio.h>

#include "mail/carrier.h"
#include "mail/hmac.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "text/json.h"
#include "text/mime.h"
#include "text/url.h"

#define MESSAGE_MAX       WORKER_FRAME_MAX
#define ANSWER_MAX        4096  /* bytes of the worker's own answer */
#define MAIL_MS           120000
#define WEBHOOK_MS        20000
#define WORKER_MS         10000 /* more than what the transfer itself may take */
#define GRACE_MS          5000  /* for the last answer, once we are asked to stop */

/* ---- settings ---------------------------------------------------------------- */

/* smtp://host[:port] and nothing else; url_split() knows http, so it checks host and port. */
static bool
smtp_url_ok(const char *url)
{
	char http[URL_MAX];
	const char *rest = NULL;
	struct url parts;

	if (str_starts(url, "smtp://"))
		rest = url + 7;
	else if (str_starts(url, "smtps://"))
		rest = url + 8;
	if (rest == NULL || rest[strcspn(rest, "/?#@\\")] != '\0' || strlen(rest) > 300)
		return false;
	snprintf(http, sizeof(http), "http://%s", rest);
	return url_split(http, NULL, &parts, NULL) == 0;
}

int
mail_settings_check(const struct mail_settings *s, struct err *err)
{
	if (str_empty(s->url) || !smtp_url_ok(s->url))
		return err_set(err, ERR_INVALID, "err.mail.url", "url");
	if (str_empty(s->from) || !mime_address_valid(s->from))
		return err_set(err, ERR_INVALID, "err.email", "from");
	if (!str_empty(s->password) && s->tls != MAIL_TLS_REQUIRED &&
	    !str_starts(s->url, "smtps://"))
		return err_set(err, ERR_INVALID, "err.mail.password", "password");
	return 0;
}

/* ---- the exchange with the worker ---------------------------------------------- */

struct outcome {
	enum transfer_end end;
	enum transfer_fault fault;
	int code;
	char answer[256];
};

/* The worker's last frame. False when it is not one. */
static bool
read_outcome(const struct buf *frame, struct outcome *ret)
{
	cleanup(json_freep) struct json *json = NULL;

	if (json_parse(buf_str(frame), frame->len, &json, NULL) != 0)
		return false;
	int64_t end = json_get_int(json, "end", -1), fault = json_get_int(json, "fault", -1);
	const char *answer = json_get_str(json, "answer");

	if (end < TRANSFER_DONE || end > TRANSFER_UNKNOWN || fault < 0 || fault > TRANSFER_STOPPED)
		return false;
	ret->end = (enum transfer_end)end;
	ret->fault = (enum transfer_fault)fault;
	ret->code = (int)json_get_int(json, "code", 0);
	snprintf(ret->answer, sizeof(ret->answer), "%s", answer == NULL ? "" : answer);
	return true;
}

/* Talks until the worker's last frame; *${past} tells whether the last byte was released. */
static int
talk(struct worker *worker, const struct courier_call *call, struct outcome *ret, bool *past,
    struct err *why)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(ANSWER_MAX);
	struct err stop = { 0 };
	int error;

	for (;;) {
		error = worker_get(worker, &frame, *past ? &stop : why);
		/* Asked to stop at the worst moment: the answer is worth a little patience. */
		if (error != 0 && *past && str_eq(stop.key, "err.worker.cancelled")) {
			worker_ignore_cancel(worker);
			worker_set_timeout(worker, GRACE_MS);
			err_clear(&stop);
			continue;
		}
		if (error != 0)
			return error;
		if (!str_eq(buf_str(&frame), CARRIER_POINT))
			return read_outcome(&frame, ret) ? 0 : ERR_BROKEN;
		if (*past || call->point(call->arg, why) != 0)
			return ERR_CONFLICT;
		*past = true;
		if (worker_put(worker, CARRIER_GO, strlen(CARRIER_GO), NULL) != 0)
			return ERR_IO;
	}
}

static struct outcome
carry(struct json *order, const struct buf *data, int timeout_ms, const struct courier_call *call,
    struct err *why)
{
	cleanup(worker_freep) struct worker *worker = NULL;
	cleanup(buf_clear) struct buf head = BUF_INIT(65536);
	struct outcome o = { TRANSFER_RETRY, TRANSFER_NO_FAULT, 0, "" };
	bool past = false;

	json_set_int(order, "timeout_ms", timeout_ms);
	json_write(order, &head);
	if (worker_start("send", NULL, 0, timeout_ms + WORKER_MS, call->cancel_fd, &worker, why) != 0 ||
	    worker_put(worker, head.data, head.len, why) != 0 ||
	    worker_put(worker, data->data, data->len, why) != 0)
		return o;
	if (talk(worker, call, &o, &past, why) != 0) {
		worker_stop(worker);
		o.end = past ? TRANSFER_UNKNOWN : TRANSFER_RETRY;
		o.fault = past ? TRANSFER_SILENT : TRANSFER_NO_FAULT;
	}
	return o;
}

/* ---- what a person is told ------------------------------------------------------ */

static void
host_of(const char *url, char out[static 128])
{
	const char *at = strstr(url, "://");

	at = at == NULL ? url : at + 3;
	snprintf(out, 128, "%.*s", (int)strcspn(at, "/?#"), at);
}

static void
explain(const struct outcome *o, const char *url, struct err *why)
{
	static const char *const keys[] = {
		[TRANSFER_NO_FAULT] = "send.broken",
		[TRANSFER_URL] = "send.url",
		[TRANSFER_NAME] = "send.name",
		[TRANSFER_CONNECT] = "send.connect",
		[TRANSFER_TLS] = "send.tls",
		[TRANSFER_AUTH] = "send.auth",
		[TRANSFER_ANSWER] = "send.answer",
		[TRANSFER_SILENT] = "send.broken",
		[TRANSFER_STOPPED] = "send.stopped",
	};
	char host[128];

	/* The first failure stays: the worker's, or the one of point(). */
	if (why == NULL || why->kind != ERR_NONE)
		return;
	err_set(why, ERR_IO, o->end == TRANSFER_UNKNOWN ? "send.silent" : keys[o->fault], NULL);
	host_of(url, host);
	err_arg(why, "host", host);
	err_argi(why, "code", o->code);
	err_arg(why, "answer", o->answer);
}

static enum courier_end
end_of(const struct outcome *o, const char *url, struct err *why)
{
	static const enum courier_end ends[] = { COURIER_SENT, COURIER_RETRY, COURIER_REFUSED,
		COURIER_UNKNOWN };

	if (o->end != TRANSFER_DONE)
		explain(o, url, why);
	return ends[o->end];
}

/* ---- mail ------------------------------------------------------------------------ */

static int
write_message(const struct mail_settings *s, const struct courier_mail *mail, struct buf *out,
    struct err *err)
{
	char id[200];
	struct mime_message message = {
		.message_id = id,
		.date_ms = mail->date_ms,
		.from_name = str_empty(s->from_name) ? NULL : s->from_name,
		.from = s->from,
		.to = &mail->to,
		.to_count = 1,
		.subject = mail->subject,
		.text = mail->text,
		.files = mail->files,
		.files_count = mail->files_count,
	};

	snprintf(id, sizeof(id), "%.60s@%.120s", mail->id, strchr(s->from, '@') + 1);
	return mime_build(&message, out, err);
}

enum courier_end
courier_mail(const struct mail_settings *s, const struct courier_mail *mail,
    const struct courier_call *call, struct err *why)
{
	cleanup(json_freep) struct json *order = json_new_object();
	cleanup(buf_clear) struct buf message = BUF_INIT(MESSAGE_MAX);
	struct outcome o;

	/* Settings can be mended, a message cannot. */
	if (mail_settings_check(s, why) != 0)
		return COURIER_RETRY;
	if (write_message(s, mail, &message, why) != 0)
		return COURIER_REFUSED;
	json_set_str(order, "kind", "mail");
	json_set_str(order, "url", s->url);
	json_set_str(order, "user", str_empty(s->user) ? NULL : s->user);
	json_set_str(order, "password", str_empty(s->password) ? NULL : s->password);
	json_set_int(order, "tls", s->tls);
	json_set_str(order, "from", s->from);
	json_set_str(order, "to", mail->to);
	o = carry(order, &message, MAIL_MS, call, why);
	return end_of(&o, s->url, why);
}

/* ---- webhooks --------------------------------------------------------------------- */

/* What an HTTP status says about whether the message was taken. */
static void
judge_status(struct outcome *o)
{
	if (o->end != TRANSFER_DONE || o->code / 100 == 2)
		return;
	o->fault = TRANSFER_ANSWER;
	snprintf(o->answer, sizeof(o->answer), "HTTP %d", o->code);
	switch (o->code) {
	case 408:
	case 425:
	case 429:
	case 503:
		o->end = TRANSFER_RETRY;
		break;
	case 502:
	case 504:
		o->end = TRANSFER_UNKNOWN;
		break;
	default:
		o->end = TRANSFER_REFUSED;
		break;
	}
}

enum courier_end
courier_webhook(const struct courier_webhook *webhook, const struct courier_call *call,
    struct err *why)
{
	cleanup(json_freep) struct json *order = json_new_object();
	cleanup(buf_clear) struct buf body = BUF_INIT(MESSAGE_MAX);
	char hmac[SHA256_HEX_SIZE];
	struct outcome o;
	struct url url;

	if (url_split(webhook->url, "url", &url, why) != 0)
		return COURIER_REFUSED;
	buf_adds(&body, webhook->body);
	if (body.full || body.len == 0)
		return err_set(why, ERR_TOO_LARGE, "send.body", NULL), COURIER_REFUSED;
	json_set_str(order, "kind", "webhook");
	json_set_str(order, "url", webhook->url);
	json_set_str(order, "id", webhook->id);
	if (!str_empty(webhook->secret))
		json_set_str(order, "signature", hmac_sha256_hex(webhook->secret,
		    strlen(webhook->secret), body.data, body.len, hmac));
	o = carry(order, &body, WEBHOOK_MS, call, why);
	judge_status(&o);
	return end_of(&o, webhook->url, why);
}
