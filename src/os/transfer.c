/* SPDX-License-Identifier: Apache-2.0 */
#include "os/transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

#include "base/utf8.h"

bool
transfer_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* One transfer under way: what was given away, what was heard. */
struct exchange {
	const char *data;
	size_t left;
	size_t hold;  /* how many of the last bytes go out only after the point */
	transfer_point_fn point;
	void *arg;
	bool is_past; /* the point was passed */
	bool is_stopped;
	bool is_smtp;
	bool answered_past; /* a reply came after the point */
	char command[8], before[8]; /* SMTP: what was said last, and before that */
	char error[CURL_ERROR_SIZE];
	struct transfer_result *result;
};

static bool
pass(struct exchange *x)
{
	if (!x->is_past && !x->is_stopped) {
		x->is_past = x->point == NULL || x->point(x->arg);
		x->is_stopped = !x->is_past;
	}
	return x->is_past;
}

/*
 * SMTP ends the message when this returns 0, so all data may go before the
 * point.  HTTP ends with the last byte announced: one byte is held back.
 */
static size_t
give(char *to, size_t size, size_t count, void *arg)
{
	struct exchange *x = arg;
	size_t n = size * count, free_now = x->left > x->hold ? x->left - x->hold : 0;

	if (free_now == 0) {
		if (!pass(x))
			return CURL_READFUNC_ABORT;
		free_now = x->left;
	}
	if (n > free_now)
		n = free_now;
	memcpy(to, x->data, n);
	x->data += n;
	x->left -= n;
	return n;
}

static size_t
take(char *from, size_t size, size_t count, void *arg)
{
	struct buf *body = &((struct exchange *)arg)->result->body;
	size_t n = size * count, room = body->max - body->len;

	buf_add(body, from, n < room ? n : room);
	/* A short count ends the transfer: what was wanted is there. */
	return n <= room ? n : 0;
}

/* Keeps a line of the other side for people to read: one line, printable. */
static void
keep(char *out, size_t size, const char *line, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == '\r' || c == '\n')
			break;
		out[n++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	/* A character cut at the end makes it invalid too. */
	if (!utf8_valid(out, n))
		for (size_t i = 0; i < n; i++)
			out[i] = (unsigned char)out[i] >= 0x80 ? '?' : out[i];
}

/* Listens to an SMTP conversation: which command was said last, what was replied. */
static int
listen_to(CURL *curl, curl_infotype type, char *data, size_t size, void *arg)
{
	struct exchange *x = arg;

	(void)curl;
	/* What comes after QUIT is a farewell, not an answer. */
	if (!x->is_smtp || size < 4 || str_eq(x->command, "QUIT"))
		return 0;
	if (type == CURLINFO_HEADER_OUT) {
		strcpy(x->before, x->command);
		snprintf(x->command, sizeof(x->command), "%.4s", data);
	}
	if (type == CURLINFO_HEADER_IN && data[0] >= '2' && data[0] <= '5' && data[3] != '-') {
		keep(x->result->answer, sizeof(x->result->answer), data, size);
		x->result->code = atoi(x->result->answer);
		x->answered_past = x->is_past;
	}
	return 0;
}

static enum transfer_fault
fault_of(CURLcode code)
{
	switch (code) {
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return TRANSFER_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return TRANSFER_NAME;
	case CURLE_COULDNT_CONNECT:
		return TRANSFER_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return TRANSFER_TLS;
	case CURLE_LOGIN_DENIED:
	case CURLE_AUTH_ERROR:
		return TRANSFER_AUTH;
	default:
		return TRANSFER_SILENT;
	}
}

static void
common(CURL *curl, struct exchange *x, const char *url, const char *schemes, int timeout_ms)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	    timeout_ms < 10000 ? (long)timeout_ms : 10000L);
	/* Reusing a connection, libcurl would send again by itself when it breaks. */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->error);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, x);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
}

static void
accept_any_certificate(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

/* What curl itself knows about a failure. */
static void
note(CURL *curl, CURLcode code, struct exchange *x)
{
	struct transfer_result *r = x->result;
	long errnum = 0;

	r->fault = x->is_stopped ? TRANSFER_STOPPED : fault_of(code);
	r->timed_out = code == CURLE_OPERATION_TIMEDOUT;
	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &errnum);
	r->errnum = r->fault == TRANSFER_CONNECT || r->timed_out ? (int)errnum : 0;
	if (r->answer[0] == '\0')
		keep(r->answer, sizeof(r->answer), x->error[0] != '\0' ? x->error :
		    curl_easy_strerror(code), CURL_ERROR_SIZE - 1);
}

/* Which of the four ends a mail came to. */
static void
judge_mail(CURL *curl, CURLcode code, struct exchange *x)
{
	struct transfer_result *r = x->result;
	const char *last = str_eq(x->command, "QUIT") ? x->before : x->command;
	bool about_receiver = str_eq(last, "RCPT") || str_eq(last, "DATA");

	if (code == CURLE_OK || (x->answered_past && r->code / 100 == 2)) {
		r->end = TRANSFER_DONE;
		return;
	}
	note(curl, code, x);
	if (x->is_past && !x->answered_past) {
		r->end = TRANSFER_UNKNOWN;
		r->fault = TRANSFER_SILENT;
		return;
	}
	/* A refused greeting, sender or password is our own settings' fault: they can be mended. */
	r->end = r->code / 100 == 5 && (x->is_past || about_receiver) ? TRANSFER_REFUSED :
	    TRANSFER_RETRY;
	if (r->fault == TRANSFER_URL)
		r->end = TRANSFER_REFUSED;
	if (r->code >= 400 && r->fault == TRANSFER_SILENT)
		r->fault = TRANSFER_ANSWER;
}

void
transfer_mail(const struct transfer_mail *mail, transfer_point_fn point, void *arg,
    struct transfer_result *result)
{
	static const long use_ssl[] = { CURLUSESSL_ALL, CURLUSESSL_TRY, CURLUSESSL_NONE };
	struct exchange x = { .data = mail->data, .left = mail->size, .point = point, .arg = arg,
		.is_smtp = true, .result = result };
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	CURL *curl = curl_easy_init();

	common(curl, &x, mail->url, "smtp,smtps", mail->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, use_ssl[mail->tls]);
	/* Where plain text would do, an unknown certificate is no worse; a password never goes so. */
	if (mail->tls == TRANSFER_TLS_IF_OFFERED && mail->password == NULL &&
	    str_starts(mail->url, "smtp:"))
		accept_any_certificate(curl);
	if (mail->user != NULL)
		curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
	if (mail->password != NULL)
		curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_to);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &x);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	judge_mail(curl, curl_easy_perform(curl), &x);
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
}

static void
judge_http(CURL *curl, CURLcode code, struct exchange *x)
{
	struct transfer_result *r = x->result;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	r->code = (int)status;
	r->is_whole = code == CURLE_OK;
	/* A status is an answer, however the rest of it went. 1xx is not one yet. */
	if (status >= 200 && !x->is_stopped) {
		r->end = TRANSFER_DONE;
		return;
	}
	note(curl, code, x);
	if (x->is_past)
		r->end = TRANSFER_UNKNOWN;
	else
		r->end = r->fault == TRANSFER_URL ? TRANSFER_REFUSED : TRANSFER_RETRY;
}

void
transfer_http(const struct transfer_http *http, transfer_point_fn point, void *arg,
    struct transfer_result *result)
{
	struct exchange x = { .data = http->data, .left = http->size, .hold = 1, .point = point,
		.arg = arg, .result = result };
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	CURL *curl = curl_easy_init();

	common(curl, &x, http->url, "http,https", http->timeout_ms);
	for (size_t i = 0; http->headers != NULL && http->headers[i] != NULL; i++)
		headers = curl_slist_append(headers, http->headers[i]);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "khien");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	if (http->is_unverified)
		accept_any_certificate(curl);
	if (http->data != NULL) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)http->size);
	}
	judge_http(curl, curl_easy_perform(curl), &x);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
}
