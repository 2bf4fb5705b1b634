/* SPDX-License-Identifier: Apache-2.0 */
#include "app/packset.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"

struct packset {
	pthread_mutex_t lock;
	struct packs **set; /* every set that was ever in use, the newest last */
	size_t sets;
	char **fault; /* every text that packs_fault ever was */
	size_t faults;
	uint64_t files;        /* a digest of names, sizes and times of the agency's own files */
	bool is_without_files; /* the set in use has none of them */
};

/* ---- the texts -------- */

struct sources {
	struct pack_source *source;
	size_t n;
	int64_t stamp; /* grows whenever a text is put in force or taken out of it */
};

#define GOVERNED "FROM playbook_text WHERE agency_id = ? AND in_force_at IS NOT NULL"

static int64_t
stamp_of(struct tx *tx, const char *agency_id)
{
	return tx_int(tx, "SELECT COALESCE(SUM(version), 0) " GOVERNED, "t", agency_id);
}

/* All that govern or governed: an old incident still names them. One place is left free. */
static struct sources
read_sources(struct tx *tx, const char *agency_id, struct arena *arena)
{
	struct sources s = { .stamp = stamp_of(tx, agency_id) };
	size_t room = (size_t)tx_int(tx, "SELECT COUNT(*) " GOVERNED, "t", agency_id);
	struct query q;

	s.source = arena_alloc(arena, (room + 1) * sizeof(*s.source));
	query_open(&q, tx, "SELECT playbook, playbook_version, yaml, in_force_at, withdrawn_at "
	    GOVERNED " ORDER BY playbook, playbook_version", "t", agency_id);
	while (s.n < room && query_step(&q)) {
		int64_t until = query_opt(&q, 4);
		const char *id = arena_strdup(arena, query_text(&q, 0));

		s.source[s.n++] = (struct pack_source){
			.name = arena_printf(arena, "%s@%lld", id, (long long)query_int(&q, 1)),
			.id = id, .yaml = arena_strdup(arena, query_text(&q, 2)),
			.version = (int)query_int(&q, 1), .from_ms = query_int(&q, 3),
			.to_ms = until == SQL_NULL ? INT64_MAX : until };
	}
	query_close(&q);
	return s;
}

/* ---- the set -------- */

static void
put(struct app *app, struct packs *packs, int64_t stamp)
{
	struct packset *ps = app->packset;

	ps->set = xrealloc(ps->set, (ps->sets + 1) * sizeof(struct packs *));
	ps->set[ps->sets++] = packs;
	app->packs = packs;
	app->packs_stamp = stamp;
}

static void
say(struct err *err)
{
	struct buf text = BUF_INIT(4000);

	words_err(&text, LANG_VI, err);
	log_error("%s", buf_str(&text));
	err_clear(err);
	buf_clear(&text);
}

/* The text stays until the end: somebody may be showing it. */
static void
set_fault(struct app *app, struct err *err)
{
	struct packset *ps = app->packset;
	struct buf text = BUF_INIT(4000);

	if (err == NULL) {
		app->packs_fault = NULL;
		return;
	}
	words_err(&text, LANG_VI, err);
	say(err);
	ps->fault = xrealloc(ps->fault, (ps->faults + 1) * sizeof(char *));
	ps->fault[ps->faults] = buf_take(&text);
	app->packs_fault = ps->fault[ps->faults++];
}

/* ---- the agency's files -------- */

#define FOLDERS_MAX 6

static uint64_t
mix(uint64_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* The same whatever order the folder is read in: the files' digests are added up. */
static uint64_t
digest_of(const char *dir, int depth)
{
	char path[PATH_MAX];
	struct dirent *entry;
	uint64_t sum = 0;
	DIR *d = depth > FOLDERS_MAX ? NULL : opendir(dir);

	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct stat st;

		if (*entry->d_name == '.' || snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) >=
		    (int)sizeof(path) || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			sum += digest_of(path, depth + 1);
		} else {
			uint64_t one = mix(UINT64_C(0xcbf29ce484222325), path, strlen(path));

			one = mix(one, &st.st_size, sizeof(st.st_size));
			one = mix(one, &st.st_ino, sizeof(st.st_ino));
			sum += mix(one, &st.st_mtim, sizeof(st.st_mtim));
		}
	}
	if (d != NULL)
		closedir(d);
	return sum;
}

static uint64_t
files_digest(const struct app *app)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/packs", app->dir);
	return digest_of(path, 0);
}

/* What can be read of: files and texts; texts alone; neither. */
static int
load_first(struct tx *tx, void *arg, struct err *err)
{
	struct app *app = arg;
	struct arena arena = ARENA_INIT;
	struct sources s = read_sources(tx, app->agency_id, &arena);
	struct packs *packs;
	struct err own = { 0 };
	int ret;

	app->packset->files = files_digest(app);
	ret = packs_load_with(app->dir, s.source, s.n, &packs, &own);
	if (ret != 0) {
		set_fault(app, &own);
		app->packset->is_without_files = true;
		ret = packs_load_with(NULL, s.source, s.n, &packs, NULL);
	}
	if (ret != 0)
		ret = packs_load(NULL, &packs, err);
	if (ret == 0)
		put(app, packs, s.stamp);
	arena_clear(&arena);
	return ret;
}

int
packset_open(struct app *app, struct err *err)
{
	app->packset = xcalloc(1, sizeof(*app->packset));
	pthread_mutex_init(&app->packset->lock, NULL);
	return store_read(app->store, load_first, app, err);
}

void
packset_close(struct app *app)
{
	struct packset *ps = app->packset;

	if (ps == NULL)
		return;
	for (size_t i = 0; i < ps->sets; i++)
		packs_free(ps->set[i]);
	for (size_t i = 0; i < ps->faults; i++)
		free(ps->fault[i]);
	free(ps->fault);
	app->packs_fault = NULL;
	pthread_mutex_destroy(&ps->lock);
	free(ps->set);
	free(ps);
	app->packset = NULL;
}

/* The agency's files take part unless they were faulty when the process began. */
static const char *
files_dir(const struct app *app)
{
	return app->packset->is_without_files ? NULL : app->dir;
}

static void
exchange(struct app *app, struct tx *tx)
{
	struct arena arena = ARENA_INIT;
	struct sources s = read_sources(tx, app->agency_id, &arena);
	struct packs *packs;
	struct err err = { 0 };

	if (packs_load_with(files_dir(app), s.source, s.n, &packs, &err) == 0)
		put(app, packs, s.stamp);
	else
		say(&err);
	app->packs_stamp = s.stamp; /* a set that cannot be read is not tried at every turn */
	arena_clear(&arena);
}

void
packset_refresh(struct app *app, struct tx *tx)
{
	int64_t stamp = stamp_of(tx, app->agency_id);

	/* An older snapshot sees an older stamp: the set in use is not put back for it. */
	if (stamp <= app->packs_stamp)
		return;
	pthread_mutex_lock(&app->packset->lock);
	if (stamp > app->packs_stamp)
		exchange(app, tx);
	pthread_mutex_unlock(&app->packset->lock);
}

static int
reload(struct tx *tx, void *arg, struct err *err)
{
	struct app *app = arg;
	struct arena arena = ARENA_INIT;
	struct sources s = read_sources(tx, app->agency_id, &arena);
	struct packs *packs;
	struct err own = { 0 };

	/* Taken inside the transaction, as packset_refresh() does. */
	pthread_mutex_lock(&app->packset->lock);
	if (packs_load_with(app->dir, s.source, s.n, &packs, &own) == 0) {
		put(app, packs, s.stamp);
		set_fault(app, NULL);
		app->packset->is_without_files = false;
		log_info("packs: the agency's own files were read again");
	} else {
		set_fault(app, &own);
	}
	pthread_mutex_unlock(&app->packset->lock);
	arena_clear(&arena);
	return err->kind;
}

int
packset_watch(struct app *app, struct err *err)
{
	uint64_t files = files_digest(app);

	/* Only the one that watches knows of it. */
	if (files == app->packset->files)
		return 0;
	app->packset->files = files;
	return store_read(app->store, reload, app, err);
}

int
packset_try(struct call *call, const struct pack_source *candidate)
{
	struct sources s = read_sources(call->tx, call->agency_id, call->arena);
	size_t n = 0;
	struct packs *packs;
	int ret;

	/* What it replaces ends now. */
	for (size_t i = 0; i < s.n; i++) {
		if (str_eq(s.source[i].id, candidate->id) && s.source[i].to_ms > candidate->from_ms)
			s.source[i].to_ms = candidate->from_ms;
		if (!str_eq(s.source[i].id, candidate->id) ||
		    s.source[i].version != candidate->version)
			s.source[n++] = s.source[i];
	}
	s.source[n++] = *candidate;
	ret = packs_load_with(files_dir(call->app), s.source, n, &packs, call->err);
	if (ret == 0)
		packs_free(packs);
	return ret;
}
