/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/render.h"

#include <time.h>

#include "os/worker.h"
#include "report/render.h"

#define REQUESTS_MAX 400 /* of one process */
#define CPU_MAX_S    90  /* below its limit, which counts over its whole life */

static struct type *type;

bool
render_prepare(void)
{
	type = type_new();
	return type != NULL;
}

static struct json *
error_of(const struct err *err)
{
	struct json *answer = json_new_object(), *e = json_new_object(), *args = json_new_object();

	json_set_int(e, "kind", err->kind);
	json_set_str(e, "key", err->key);
	json_set_str(e, "field", err->field);
	json_set_str(e, "file", err->file);
	json_set_int(e, "line", err->line);
	json_set_int(e, "column", err->column);
	for (size_t i = 0; i < err->args; i++)
		json_set_str(args, err->arg[i].name, err->arg[i].value);
	json_set(e, "args", args);
	json_set(answer, "error", e);
	return answer;
}

/* One request; false when the answer could not be written. */
static bool
serve_one(const struct buf *frame)
{
	cleanup(err_clear) struct err err = { 0 };
	cleanup(json_freep) struct json *request = NULL;
	cleanup(json_freep) struct json *answer = NULL;
	cleanup(buf_clear) struct buf bytes = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(buf_clear) struct buf head = BUF_INIT(WORKER_FRAME_MAX);

	if (json_parse(frame->data, frame->len, &request, &err) != 0 ||
	    render(request, type, &answer, &bytes, &err) != 0) {
		answer = error_of(&err);
		buf_reset(&bytes);
	}
	json_write(answer, &head);
	return !head.full && worker_write(head.data, head.len) &&
	    worker_write(buf_str(&bytes), bytes.len);
}

static int64_t
cpu_s(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? t.tv_sec : 0;
}

int
render_serve(void)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(WORKER_FRAME_MAX);

	for (int i = 0; i < REQUESTS_MAX && cpu_s() < CPU_MAX_S; i++) {
		if (!worker_read(&frame))
			break;
		if (!serve_one(&frame))
			return 1;
	}
	return 0;
}
