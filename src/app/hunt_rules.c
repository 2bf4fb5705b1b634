/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_rules.c: rules for hunts in incidents: compiled by khien-hunt, found again by their key. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/hunt.h"
#include "app/rules.h"
#include "os/file.h"

#define COMPILE_MS  300000
#define KEEP_S      (30 * 86400) /* of a compiled set since it was last used */
#define REQUEST_MAX ((size_t)1 << 20)

/* Sets of rules that nobody has compiled or used for weeks are of editions that are gone. */
static void
drop_old(const char *dir)
{
	DIR *d = opendir(dir);
	time_t before = (time_t)(clock_wall_ms() / 1000 - KEEP_S);
	struct dirent *e;
	struct stat st;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtime < before)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

/* Asks khien-hunt, and reads where the set lies. */
static int
ask(struct app *app, const char *command, const char *lang, struct json *args, struct hunt_set *ret,
    struct err *err)
{
	struct buf request = BUF_INIT(REQUEST_MAX), said = BUF_INIT(20000);
	struct json *all = json_new_object(), *set = NULL;
	struct arena arena = ARENA_INIT;
	struct err why = { 0 };
	int failed;

	json_set_str(args, "data", app->dir);
	json_set_str(args, "cache", arena_printf(&arena, "%s/cache", app->dir));
	json_set_str(all, "command", command);
	json_set_str(all, "lang", lang);
	json_set_bool(all, "json", true);
	json_set(all, "args", args);
	json_write(all, &request);
	failed = request.full ? err_set(&why, ERR_TOO_LARGE, "err.usage.too_many_files", NULL) :
	    rules_child(request.data, request.len, COMPILE_MS, &said, &why);
	/* It speaks of importing. */
	if (failed != 0 && str_eq(why.key, "rules.child")) {
		err_fail(err, ERR_INVALID, "err.hunt.rules", NULL, "reason", why.arg[0].value, NULL, NULL);
		err_where(err, why.file, why.line, why.column);
	} else if (failed != 0) {
		*err = why;
	}
	if (failed == 0)
		failed = json_parse(buf_str(&said), said.len, &set, err);
	if (failed == 0) {
		snprintf(ret->key, sizeof(ret->key), "%s", json_get_str(set, "key"));
		snprintf(ret->path, sizeof(ret->path), "%s", json_get_str(set, "path"));
		ret->loaded = json_get_int(set, "loaded", 0);
	}
	json_free(set);
	json_free(all);
	arena_clear(&arena);
	buf_clear(&request);
	buf_clear(&said);
	return failed;
}

int
hunt_rules_make(struct app *app, const char *lang, const struct json *asked, struct hunt_set *ret,
    struct err *err)
{
	static const char *const names[] = { "rules", "shipped", "pipeline", "expand", "no_cache" };
	struct json *args = json_new_object();
	struct arena arena = ARENA_INIT;
	const char *edition = rules_folder_now(app, &arena);
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (json_get(asked, names[i]) != NULL)
			json_set(args, names[i], json_clone(json_get(asked, names[i])));
	if (edition != NULL)
		json_set_str(args, "edition", edition);
	failed = ask(app, "rules compile", lang, args, ret, err);
	arena_clear(&arena);
	return failed;
}

int
hunt_rules_find(struct app *app, const char *lang, const char *key, struct hunt_set *ret, struct err *err)
{
	struct json *args = json_new_object();

	json_set_str(args, "key", key);
	return ask(app, "rules find", lang, args, ret, err);
}

int
hunt_rules_open(struct app *app, const struct hunt_set *set, int *ret_fd, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int failed = file_open(set->path, O_RDONLY, 0, ret_fd, err);

	if (failed == 0) {
		futimens(*ret_fd, NULL);
		drop_old(arena_printf(&arena, "%s/cache", app->dir));
	}
	arena_clear(&arena);
	return failed;
}
