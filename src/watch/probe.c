/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/probe.h"

#include <assert.h>
#include <stdio.h>

#include "base/utf8.h"
#include "os/worker.h"
#include "text/json.h"
#include "text/url.h"

#define WORKER_MS 3000 /* to start, and to look names up, beyond the time of the probes */

static const char *const names[PROBE_KINDS] = {
	[PROBE_TCP_OPEN] = "tcp_open",
	[PROBE_TCP_CLOSED] = "tcp_closed",
	[PROBE_HTTP_STATUS] = "http_status",
	[PROBE_HTTP_TEXT] = "http_text",
	[PROBE_HTTP_NO_TEXT] = "http_no_text",
	[PROBE_CONFIRM] = "confirm",
};

const char *
probe_kind_name(enum probe_kind kind)
{
	return names[kind];
}

enum probe_kind
probe_kind_of(const char *name)
{
	enum probe_kind kind = 0;

	while (kind < PROBE_KINDS && !str_eq(names[kind], name))
		kind++;
	return kind;
}

/* host:port with the port said; url_split() checks host and number. */
static bool
host_port_ok(const char *target)
{
	char text[URL_HOST_MAX + 32];
	const char *colon = strrchr(target, ':');
	struct url url;

	if (colon == NULL || colon[1] == '\0' || strlen(target) > URL_HOST_MAX + 8 ||
	    target[strcspn(target, "/?#@\\")] != '\0' ||
	    colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return false;
	snprintf(text, sizeof(text), "http://%s/", target);
	return url_split(text, NULL, &url, NULL) == 0;
}

/* "200" or "4xx". */
static bool
status_ok(const char *expect)
{
	if (str_empty(expect) || strlen(expect) != 3 || expect[0] < '1' || expect[0] > '5')
		return false;
	return str_eq(expect + 1, "xx") || strspn(expect, "0123456789") == 3;
}

int
probe_check(const char *kind, const char *target, const char *expect, struct err *err)
{
	enum probe_kind k = probe_kind_of(kind);
	struct url url;
	int ret;

	if (k == PROBE_KINDS)
		return err_set(err, ERR_INVALID, "err.probe.kind", "kind");
	if (k == PROBE_CONFIRM)
		return 0;
	if (str_empty(target))
		return err_set(err, ERR_INVALID, "err.probe.target", "target");
	if (k == PROBE_TCP_OPEN || k == PROBE_TCP_CLOSED)
		return host_port_ok(target) ? 0 : err_set(err, ERR_INVALID, "err.probe.target", "target");
	ret = url_split(target, "target", &url, err);
	if (ret != 0)
		return ret;
	if (k == PROBE_HTTP_STATUS)
		return status_ok(expect) ? 0 : err_set(err, ERR_INVALID, "err.probe.status", "expect");
	if (str_empty(expect) || strlen(expect) > PROBE_TEXT_MAX ||
	    !utf8_valid(expect, strlen(expect)))
		return err_set(err, ERR_INVALID, "err.probe.text", "expect");
	return 0;
}

bool
probe_confirmed(int64_t expires_at, int64_t now)
{
	return now < expires_at;
}

static void
write_tasks(const struct probe_task *tasks, size_t count, struct buf *out)
{
	cleanup(json_freep) struct json *list = json_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json *task = json_new_object();

		json_set_int(task, "kind", tasks[i].kind);
		json_set_str(task, "target", tasks[i].target);
		json_set_str(task, "expect", tasks[i].expect);
		json_set_bool(task, "unverified", tasks[i].is_unverified);
		json_append(list, task);
	}
	json_write(list, out);
}

/* One frame of the worker: which task, and what came of it. */
static bool
read_result(const struct buf *frame, size_t count, struct probe_result *results)
{
	cleanup(json_freep) struct json *json = NULL;
	const char *key, *value;
	int64_t i, answer;

	if (json_parse(buf_str(frame), frame->len, &json, NULL) != 0)
		return false;
	i = json_get_int(json, "task", -1);
	answer = json_get_int(json, "answer", -1);
	key = json_get_str(json, "key");
	value = json_get_str(json, "value");
	if (i < 0 || i >= (int64_t)count || answer < PROBE_TRUE || answer > PROBE_CANNOT_TELL ||
	    key == NULL || value == NULL || !str_starts(key, "probe."))
		return false;
	results[i].answer = (enum probe_answer)answer;
	results[i].took_ms = json_get_int(json, "took_ms", 0);
	snprintf(results[i].key, sizeof(results[i].key), "%s", key);
	snprintf(results[i].value, sizeof(results[i].value), "%.*s",
	    (int)utf8_cut(value, sizeof(results[i].value) - 1), value);
	return true;
}

int
probe_run(const struct probe_task *tasks, size_t count, int cancel_fd,
    struct probe_result *ret_results, struct err *err)
{
	cleanup(worker_freep) struct worker *worker = NULL;
	cleanup(buf_clear) struct buf frame = BUF_INIT(65536);
	int ret;

	assert(count <= PROBE_BATCH_MAX);
	for (size_t i = 0; i < count; i++)
		ret_results[i] = (struct probe_result){ PROBE_CANNOT_TELL, "probe.lost", "",
			PROBE_TIMEOUT_MS };
	write_tasks(tasks, count, &frame);
	ret = worker_start("probe", NULL, 0, PROBE_TIMEOUT_MS + WORKER_MS, cancel_fd, &worker, err);
	if (ret == 0)
		ret = worker_put(worker, frame.data, frame.len, err);
	if (ret != 0)
		return ret;
	/* Those that answered count, also when one of them hangs in a name server. */
	for (size_t i = 0; i < count && ret == 0; i++) {
		struct err lost = { 0 };

		ret = worker_get(worker, &frame, &lost);
		if (ret != 0 && str_eq(lost.key, "err.worker.cancelled"))
			return err_set(err, lost.kind, lost.key, NULL);
		if (ret == 0 && !read_result(&frame, count, ret_results))
			break;
	}
	return 0;
}
