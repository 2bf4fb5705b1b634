/* SPDX-License-Identifier: Apache-2.0 */
/* duty_all.c: all duties looked at again: a new day, new packs, a program that starts. */
#include "app/app.h"
#include "app/duty.h"

/* The incidents whose duties are not what their facts ask for. */
struct found {
	struct app *app;
	struct arena *arena;
	const char **id;
	size_t n, room, duties;
};

static void
add(void *arg, const char *incident_id)
{
	struct found *f = arg;

	if (f->n == f->room) {
		size_t room = f->room == 0 ? 64 : f->room * 2;
		const char **id = arena_alloc(f->arena, room * sizeof(*id));

		if (f->n > 0)
			memcpy(id, f->id, f->n * sizeof(*id));
		f->id = id;
		f->room = room;
	}
	f->id[f->n++] = arena_strdup(f->arena, incident_id);
}

static int
scan(struct tx *tx, void *arg, struct err *err)
{
	struct found *f = arg;

	f->duties = duty_scan(tx, f->app->packs, f->app->agency_id, app_now_tx(f->app, tx), add, f);
	return err->kind;
}

static int
settle(struct app *app, const char *incident_id, struct err *err)
{
	struct json *args = json_new_object();

	if (incident_id != NULL)
		json_set_str(args, "incident", incident_id);
	return op_call_job(app, "duty settle", "duty", args, err);
}

int
duty_evaluate_all(struct app *app, struct duty_totals *ret, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct found f = { .app = app, .arena = &arena };
	int failed = settle(app, NULL, err);

	if (failed == 0)
		failed = store_read(app->store, scan, &f, err);
	/* Each in an entry of its own: what belongs to one incident stands in no other's record. */
	for (size_t i = 0; failed == 0 && i < f.n; i++)
		failed = settle(app, f.id[i], err);
	*ret = (struct duty_totals){ (int64_t)f.duties, (int64_t)f.n };
	arena_clear(&arena);
	return failed;
}
