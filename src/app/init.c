/* SPDX-License-Identifier: Apache-2.0 */
/* init.c: makes a data directory: folders, database, key, agency, first account. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/credential.h"
#include "base/id.h"
#include "ledger/note.h"
#include "os/file.h"

static const char *const folder[] = { "", "/blobs", "/archive", "/keys", "/packs" };

static int
make_folders(const char *dir, struct arena *arena, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; i < ARRAY_LEN(folder) && ret == 0; i++)
		ret = file_mkdir(arena_printf(arena, "%s%s", dir, folder[i]), 0700, err);
	return ret;
}

static int
found(struct app *app, const struct app_init *init, const char *password, enum lang lang,
    struct buf *out, struct err *err)
{
	struct json *args = json_new_object();
	struct op_request request = { .op = op_get("agency found"), .actor = actor_console(),
	    .lang = lang, .args = args };
	int ret;

	json_set_str(args, "name", str_empty(init->agency_name) ? "Cơ quan" : init->agency_name);
	json_set_str(args, "password", password);
	json_set_bool(args, "sample", init->sample);
	json_set_bool(args, "test_clock", init->test_clock);
	ret = op_call(app, &request, out, err);
	json_free(args);
	return ret;
}

/* What was begun and cannot be finished would be taken for a data directory: the key and the database go. */
static void
undo(const char *dir, bool made_dir, struct arena *arena)
{
	static const char *const file[] = { "khien.db", "khien.db-wal", "khien.db-shm", "keys/ledger.key" };

	for (size_t i = 0; i < ARRAY_LEN(file); i++)
		unlink(arena_printf(arena, "%s/%s", dir, file[i]));
	for (size_t i = ARRAY_LEN(folder); i-- > 0;)
		if (*folder[i] != '\0' || made_dir)
			rmdir(arena_printf(arena, "%s%s", dir, folder[i]));
}

int
app_init(const struct app_init *init, struct buf *out, enum lang lang, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct app *app = xcalloc(1, sizeof(*app));
	char password[32], name[64];
	struct packs *packs = NULL;
	bool made_dir = !file_exists(init->dir), made_key = false;
	struct jsonw w;
	int ret;

	if (file_exists(arena_printf(&arena, "%s/khien.db", init->dir))) {
		ret = err_fail(err, ERR_STATE, "err.data_dir_exists", NULL, "path", init->dir, NULL, NULL);
		goto out;
	}
	if ((ret = make_folders(init->dir, &arena, err)) != 0)
		goto out;
	id_new(clock_wall_ms(), app->agency_id);
	app->dir = realpath(init->dir, NULL);
	snprintf(name, sizeof(name), "khien/%s", app->agency_id);
	ret = note_key_create(arena_printf(&arena, "%s/keys/ledger.key", init->dir), name, err);
	made_key = ret == 0;
	if (ret == 0)
		ret = store_open(arena_printf(&arena, "%s/khien.db", init->dir), STORE_CREATE, &app->store, err);
	if (ret == 0)
		ret = packs_load(NULL, &packs, err);
	app->packs = packs;
	if (ret == 0)
		ret = found(app, init, password_new(password), lang, out, err);
	if (ret == 0) {
		buf_reset(out);
		jsonw_init(&w, out);
		jsonw_object(&w);
		jsonw_kstring(&w, "data", app->dir);
		jsonw_kstring(&w, "agency_id", app->agency_id);
		jsonw_kstring(&w, "login", "quantri");
		jsonw_kstring(&w, "password", password);
		jsonw_kbool(&w, "sample", init->sample);
		jsonw_kbool(&w, "test_clock", init->test_clock);
		jsonw_object_end(&w);
	}
	packs_free(packs);
	app->packs = NULL;
out:
	app_close(app);
	if (ret != 0 && made_key)
		undo(init->dir, made_dir, &arena);
	arena_clear(&arena);
	return ret;
}
