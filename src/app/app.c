/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>

#include "app/packset.h"
#include "os/embed.h"
#include "os/file.h"
#include "pack/shipped.h"

int
app_words(struct err *err)
{
	return shipped_words(err);
}

static int
load_agency(struct tx *tx, void *arg, struct err *err)
{
	struct app *app = arg;
	struct arena arena = ARENA_INIT;
	const char *id = tx_text(tx, &arena, "SELECT id FROM agency", "");

	if (id == NULL)
		err_fail(err, ERR_BROKEN, "err.no_agency", NULL, "path", app->dir, NULL, NULL);
	else
		snprintf(app->agency_id, sizeof(app->agency_id), "%s", id);
	app->test_clock = tx_int(tx, "SELECT COUNT(*) FROM test_clock", "") > 0;
	arena_clear(&arena);
	return err->kind;
}

int
app_open(const char *dir, struct app **ret_app, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct app *app = xcalloc(1, sizeof(*app));
	char *full = realpath(dir, NULL);
	int ret;

	app->dir = full != NULL ? full : xstrdup(dir);
	app->blobs = xstrdup(arena_printf(&arena, "%s/blobs", app->dir));
	ret = store_open(arena_printf(&arena, "%s/khien.db", app->dir), 0, &app->store, err);
	if (ret == 0)
		ret = store_read(app->store, load_agency, app, err);
	if (ret == 0)
		ret = packset_open(app, err);
	arena_clear(&arena);
	if (ret != 0) {
		app_close(app);
		return ret;
	}
	*ret_app = app;
	return 0;
}

void
app_close(struct app *app)
{
	if (app == NULL)
		return;
	packset_close(app);
	store_close(app->store);
	free(app->blobs);
	free(app->dir);
	free(app);
}

int64_t
app_now_tx(struct app *app, struct tx *tx)
{
	int64_t now = app->test_clock ? tx_int(tx, "SELECT now_at FROM test_clock", "") : SQL_NULL;

	return now == SQL_NULL ? clock_wall_ms() : now;
}

static int
read_now(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	*(int64_t *)arg = tx_int(tx, "SELECT now_at FROM test_clock", "");
	return 0;
}

int64_t
app_now(struct app *app)
{
	int64_t now = SQL_NULL;

	if (app->test_clock)
		store_read(app->store, read_now, &now, NULL);
	return now == SQL_NULL ? clock_wall_ms() : now;
}

struct actor
actor_console(void)
{
	return (struct actor){ .kind = ACTOR_CONSOLE, .rights = ~0u, .sees = SEES_EVERYTHING };
}

struct actor
actor_job(const char *kind)
{
	struct actor actor = { .kind = ACTOR_JOB, .rights = ~0u, .sees = SEES_EVERYTHING };

	snprintf(actor.id, sizeof(actor.id), "%s", kind);
	return actor;
}
