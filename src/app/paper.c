/* SPDX-License-Identifier: Apache-2.0 */
#include "app/paper.h"

#include <pthread.h>

#include "app/app.h"
#include "os/worker.h"
#include "pack/style.h"

#define RENDER_MS 20000 /* for one document; the largest allowed takes a tenth */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct worker *kept;

/* The error the worker told, as if it had happened here. */
static int
told(const struct json *e, struct err *err)
{
	enum err_kind kind = (enum err_kind)json_get_int(e, "kind", ERR_IO);
	const char *key = json_get_str(e, "key"), *name, *file = json_get_str(e, "file");
	struct json *value;
	void *it = NULL;

	err_set(err, kind, key == NULL ? "err.worker.crashed" : key, json_get_str(e, "field"));
	while (err != NULL && json_next(json_get(e, "args"), &it, &name, &value))
		err_arg(err, name, json_str(value) == NULL ? "" : json_str(value));
	if (!str_empty(file))
		err_where(err, file, (int)json_get_int(e, "line", 0),
		    (int)json_get_int(e, "column", 0));
	return kind;
}

static int
ask(const char *request, size_t len, struct paper *ret, struct err *err)
{
	struct buf head = BUF_INIT(WORKER_FRAME_MAX);
	int failed = kept != NULL ? 0 : worker_start("render", NULL, 0, RENDER_MS, -1, &kept, err);

	if (failed == 0) {
		worker_set_timeout(kept, RENDER_MS);
		failed = worker_put(kept, request, len, err);
	}
	if (failed == 0)
		failed = worker_get(kept, &head, err);
	if (failed == 0)
		failed = worker_get(kept, &ret->bytes, err);
	if (failed == 0)
		failed = json_parse(head.data, head.len, &ret->answer, err);
	buf_clear(&head);
	/* What is half read is of no use to the next. */
	if (failed != 0 && kept != NULL) {
		worker_stop(kept);
		worker_free(kept);
		kept = NULL;
	}
	return failed;
}

int
paper_render_frame(const char *request, size_t len, struct paper *ret, struct err *err)
{
	struct err first = { 0 };
	bool was_kept;
	int failed;

	*ret = (struct paper){ .bytes = BUF_INIT(WORKER_FRAME_MAX) };
	pthread_mutex_lock(&lock);
	was_kept = kept != NULL;
	failed = ask(request, len, ret, &first);
	/* One that was kept may have left after its last answer: that says nothing about this. */
	if (failed == ERR_IO && was_kept && !str_eq(first.key, "err.worker.timeout")) {
		err_clear(&first);
		failed = ask(request, len, ret, &first);
	}
	pthread_mutex_unlock(&lock);
	if (failed == 0 && json_get(ret->answer, "error") != NULL)
		failed = told(json_get(ret->answer, "error"), &first);
	if (failed == 0)
		return 0;
	if (err != NULL && err->kind == ERR_NONE)
		*err = first;
	else
		err_clear(&first);
	paper_free(ret);
	return failed;
}

int
paper_render(struct call *call, const struct json *request, struct paper *ret, struct err *err)
{
	const struct pack_style *style = pack_style(call->app->packs, call->now);
	cleanup(json_freep) struct json *copy = json_clone(request);
	cleanup(buf_clear) struct buf text = BUF_INIT(WORKER_FRAME_MAX);

	if (json_get(copy, "style") == NULL && style != NULL && style->pack.own)
		json_set_str(copy, "style", style->text_yaml);
	json_write(copy, &text);
	if (text.full)
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	return paper_render_frame(text.data, text.len, ret, err);
}

void
paper_free(struct paper *paper)
{
	json_free(paper->answer);
	buf_clear(&paper->bytes);
	paper->answer = NULL;
}

void
paper_stop(void)
{
	pthread_mutex_lock(&lock);
	worker_free(kept);
	kept = NULL;
	pthread_mutex_unlock(&lock);
}
