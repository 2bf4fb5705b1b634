/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/prober.h"

#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "os/sock.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "text/json.h"
#include "text/url.h"
#include "watch/probe.h"

struct run {
	int64_t number;
	struct probe_task task;
	struct probe_result result;
	pthread_t thread;
};

static pthread_mutex_t write_mutex = PTHREAD_MUTEX_INITIALIZER;

static void
set(struct run *run, enum probe_answer answer, const char *key, const char *value)
{
	run->result.answer = answer;
	snprintf(run->result.key, sizeof(run->result.key), "%s", key);
	snprintf(run->result.value, sizeof(run->result.value), "%.*s",
	    (int)utf8_cut(value, sizeof(run->result.value) - 1), value);
}

/*
 * No connection was made: what that proves.  ${no} is what it means when the
 * other side is surely not answering.
 */
static void
set_unconnected(struct run *run, enum sock_answer answer, const char *host, enum probe_answer no)
{
	static const char *const keys[] = {
		[SOCK_OPEN] = "probe.broken",
		[SOCK_REFUSED] = "probe.refused",
		[SOCK_SILENT] = "probe.silent",
		[SOCK_UNREACHABLE] = "probe.unreachable",
		[SOCK_NO_WAY] = "probe.no_way",
		[SOCK_NO_NAME] = "probe.no_name",
		[SOCK_ERROR] = "probe.error",
	};

	if ((answer == SOCK_SILENT || answer == SOCK_UNREACHABLE) && !sock_is_loopback(host) &&
	    !sock_network_is_up())
		answer = SOCK_NO_WAY;
	set(run, answer >= SOCK_NO_WAY ? PROBE_CANNOT_TELL : no, keys[answer], "");
}

static void
run_tcp(struct run *run)
{
	char text[URL_HOST_MAX + 32];
	bool wants_open = run->task.kind == PROBE_TCP_OPEN;
	enum sock_answer answer;
	struct url url;

	snprintf(text, sizeof(text), "http://%s/", run->task.target);
	if (url_split(text, NULL, &url, NULL) != 0) {
		set(run, PROBE_CANNOT_TELL, "probe.error", "");
		return;
	}
	answer = sock_try(url.host, url.port, PROBE_TIMEOUT_MS);
	if (answer == SOCK_OPEN)
		set(run, wants_open ? PROBE_TRUE : PROBE_FALSE, "probe.open", "");
	else
		set_unconnected(run, answer, url.host, wants_open ? PROBE_FALSE : PROBE_TRUE);
}

static void
judge_status(struct run *run, const struct transfer_result *r)
{
	char code[8];

	snprintf(code, sizeof(code), "%03d", r->code);
	set(run, strncmp(code, run->task.expect, run->task.expect[1] == 'x' ? 1 : 3) == 0 ?
	    PROBE_TRUE : PROBE_FALSE, "probe.status", code);
}

static void
judge_text(struct run *run, const struct transfer_result *r)
{
	const char *text = run->task.expect;
	bool wants = run->task.kind == PROBE_HTTP_TEXT;
	bool found = memmem(buf_str(&r->body), r->body.len, text, strlen(text)) != NULL;

	if (found)
		set(run, wants ? PROBE_TRUE : PROBE_FALSE, "probe.text_found", "");
	else if (!r->is_whole)
		set(run, PROBE_CANNOT_TELL, "probe.page_cut", "");
	else
		set(run, wants ? PROBE_FALSE : PROBE_TRUE, "probe.text_missing", "");
}

static void
judge_unanswered(struct run *run, const struct transfer_result *r)
{
	/* A page that cannot be read has not been shown to be clean. */
	enum probe_answer no = run->task.kind == PROBE_HTTP_NO_TEXT ? PROBE_CANNOT_TELL : PROBE_FALSE;
	enum sock_answer answer = SOCK_OPEN;
	struct url url;

	if (r->fault == TRANSFER_TLS) {
		set(run, PROBE_CANNOT_TELL, "probe.tls", r->answer);
		return;
	}
	if (r->fault == TRANSFER_NAME)
		answer = SOCK_NO_NAME;
	else if (r->timed_out)
		answer = SOCK_SILENT;
	else if (r->fault == TRANSFER_CONNECT)
		answer = r->errnum == 0 ? SOCK_ERROR : sock_answer_of(r->errnum);
	if (url_split(run->task.target, NULL, &url, NULL) != 0)
		url.host[0] = '\0';
	set_unconnected(run, answer, url.host, no);
}

static void
run_http(struct run *run)
{
	struct transfer_http http = { .url = run->task.target, .timeout_ms = PROBE_TIMEOUT_MS,
		.is_unverified = run->task.is_unverified };
	struct transfer_result r = { .body = BUF_INIT(PROBE_BODY_MAX) };

	transfer_http(&http, NULL, NULL, &r);
	if (r.end != TRANSFER_DONE)
		judge_unanswered(run, &r);
	else if (run->task.kind == PROBE_HTTP_STATUS)
		judge_status(run, &r);
	else
		judge_text(run, &r);
	buf_clear(&r.body);
}

static void
report(const struct run *run)
{
	cleanup(json_freep) struct json *json = json_new_object();
	cleanup(buf_clear) struct buf frame = BUF_INIT(4096);

	json_set_int(json, "task", run->number);
	json_set_int(json, "answer", run->result.answer);
	json_set_str(json, "key", run->result.key);
	json_set_str(json, "value", run->result.value);
	json_set_int(json, "took_ms", run->result.took_ms);
	json_write(json, &frame);
	pthread_mutex_lock(&write_mutex);
	worker_write(frame.data, frame.len);
	pthread_mutex_unlock(&write_mutex);
}

static void *
run_one(void *arg)
{
	struct run *run = arg;
	int64_t began_ms = clock_mono_ms();

	if (run->task.kind == PROBE_TCP_OPEN || run->task.kind == PROBE_TCP_CLOSED)
		run_tcp(run);
	else
		run_http(run);
	run->result.took_ms = clock_mono_ms() - began_ms;
	report(run);
	return NULL;
}

static bool
read_task(const struct json *json, struct run *run)
{
	int64_t kind = json_get_int(json, "kind", PROBE_KINDS);

	if (kind < 0 || kind >= PROBE_CONFIRM)
		return false;
	run->task.kind = (enum probe_kind)kind;
	run->task.target = json_get_str(json, "target");
	run->task.expect = json_get_str(json, "expect");
	run->task.is_unverified = json_get_bool(json, "unverified", false);
	/* Again here: nothing but what the rules allow is ever asked of the network. */
	return probe_check(probe_kind_name(run->task.kind), run->task.target, run->task.expect,
	    NULL) == 0;
}

int
prober_serve(void)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(json_freep) struct json *list = NULL;
	static struct run runs[PROBE_BATCH_MAX];
	size_t count;

	if (!worker_read(&frame) || json_parse(frame.data, frame.len, &list, NULL) != 0)
		return 1;
	count = json_len(list);
	if (count > PROBE_BATCH_MAX)
		return 1;
	for (size_t i = 0; i < count; i++) {
		runs[i].number = (int64_t)i;
		if (!read_task(json_at(list, i), &runs[i]))
			return 1;
	}
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&runs[i].thread, NULL, run_one, &runs[i]) != 0)
			return 1;
	for (size_t i = 0; i < count; i++)
		pthread_join(runs[i].thread, NULL);
	return 0;
}
