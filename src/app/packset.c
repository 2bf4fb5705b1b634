/* SPDX-License-Identifier: Apache-2.0 */
#include "app/packset.h"

#include <pthread.h>

#include "base/log.h"

struct packset {
	pthread_mutex_t lock;
	struct packs **set; /* every set that was ever in use, the newest last */
	size_t sets;
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

static char *
say(struct err *err)
{
	struct buf text = BUF_INIT(4000);

	words_err(&text, LANG_VI, err);
	log_error("%s", buf_str(&text));
	err_clear(err);
	return buf_take(&text);
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
	int ret = packs_load_with(app->dir, s.source, s.n, &packs, &own);

	if (ret != 0) {
		app->packs_fault = say(&own);
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
	pthread_mutex_destroy(&ps->lock);
	free(ps->set);
	free(ps);
	app->packset = NULL;
}

/* The agency's files take part unless they were faulty when the process began. */
static const char *
files_dir(const struct app *app)
{
	return app->packs_fault == NULL ? app->dir : NULL;
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
		free(say(&err));
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
