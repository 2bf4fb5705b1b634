/* SPDX-License-Identifier: Apache-2.0 */
/* op.c: the one way an operation is run. */
#include "app/op.h"

#include <pthread.h>

#include "app/app.h"
#include "app/args.h"
#include "app/change.h"
#include "app/ops.h"
#include "app/packset.h"
#include "app/search.h"

#define OPS_MAX    400
#define ANSWER_MAX ((size_t)32 << 20)

static const struct op *sorted[OPS_MAX];
static size_t count;

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct op *const *)a)->name, (*(const struct op *const *)b)->name);
}

static void
collect(void)
{
	for (size_t s = 0; ops_sections[s] != NULL; s++) {
		for (const struct op *op = ops_sections[s]; op->name != NULL; op++) {
			if (count == OPS_MAX)
				abort();
			sorted[count++] = op;
		}
	}
	qsort(sorted, count, sizeof(sorted[0]), by_name);
}

const struct op *
op_next(size_t *i)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, collect);
	return *i < count ? sorted[(*i)++] : NULL;
}

const struct op *
op_get(const char *name)
{
	const struct op *op;

	for (size_t i = 0; (op = op_next(&i)) != NULL;)
		if (strcmp(op->name, name) == 0)
			return op;
	return NULL;
}

/* One run under way: what store_write() and store_read() hand back to us. */
struct run {
	struct app *app;
	const struct op_request *request;
	struct buf *out;
};

static int
run(struct tx *tx, void *arg, struct err *err)
{
	struct run *r = arg;
	struct arena arena = ARENA_INIT;
	struct jsonw out;
	struct change change;
	struct call call = {
		.app = r->app, .op = r->request->op, .tx = tx, .arena = &arena, .err = err,
		.agency_id = r->app->agency_id, .actor = r->request->actor,
		.lang = r->request->lang, .out = &out, .args = r->request->args,
		.uploads = r->request->uploads, .uploads_count = r->request->uploads_count,
	};

	buf_reset(r->out);
	jsonw_init(&out, r->out);
	call.now = tx == NULL ? app_now(r->app) : app_now_tx(r->app, tx);
	if (tx != NULL)
		packset_refresh(r->app, tx);
	if (args_check(r->request, call.now, err) == 0) {
		if ((call.op->flags & OP_WRITE) != 0)
			change_begin(&call, &change);
		jsonw_object(&out);
		call.op->run(&call);
		if (err->kind == ERR_NONE)
			jsonw_object_end(&out);
		if ((call.op->flags & OP_WRITE) != 0)
			change_commit(&call);
		if (r->request->ret_known != NULL)
			*r->request->ret_known = call.is_known;
		if (r->out->full)
			call_fail(&call, ERR_TOO_LARGE, "err.answer_too_large", NULL);
	}
	arena_clear(&arena);
	return err->kind;
}

int
op_call(struct app *app, const struct op_request *request, struct buf *out, struct err *err)
{
	const struct op *op = request->op;
	struct run r = { app, request, out };
	struct err own = { 0 };
	int ret;

	if ((request->actor.rights & op->right) != op->right) {
		bool stranger = request->actor.kind == ACTOR_NOBODY;

		return err_set(err, stranger ? ERR_AUTH : ERR_FORBIDDEN,
		    stranger ? "err.auth" : "err.forbidden", NULL);
	}
	if ((op->flags & OP_FINDS) != 0 && json_get_str(request->args, "q") != NULL)
		search_catch_up(app);
	if ((op->flags & OP_OUTSIDE) != 0)
		ret = run(NULL, &r, &own);
	else if ((op->flags & OP_WRITE) != 0)
		ret = store_write(app->store, run, &r, &own);
	else
		ret = store_read(app->store, run, &r, &own);
	if (ret == 0 && (op->flags & OP_WRITE) != 0 && app->kick != NULL)
		app->kick(app->kick_arg);
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	return ret;
}

int
op_call_job(struct app *app, const char *name, const char *kind, struct json *args, struct err *err)
{
	struct buf out = BUF_INIT(1 << 20);
	int ret = op_call(app, &(struct op_request){ .op = op_get(name), .actor = actor_job(kind), .lang = LANG_VI,
	    .args = args }, &out, err);

	json_free(args);
	buf_clear(&out);
	return ret;
}

int
call_fail(struct call *call, enum err_kind kind, const char *key, const char *field)
{
	bool first = call->err->kind == 0;

	err_set(call->err, kind, key, field);
	if (first && field != NULL && strcmp(key, "err.not_found") == 0 && arg_text(call, field) != NULL)
		err_arg(call->err, "what", arg_text(call, field));
	return (int)kind;
}

bool
call_may(const struct call *call, unsigned rights)
{
	return (call->actor.rights & rights) == rights;
}
