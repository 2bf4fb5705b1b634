/* SPDX-License-Identifier: Apache-2.0 */
/* app.h: an open data directory: store, packs, words, keys. One per process. */
#pragma once

#include "app/op.h"
#include "pack/pack.h"

struct app {
	char *dir;         /* the data directory, absolute */
	char *blobs;       /* DIR/blobs */
	struct store *store;
	_Atomic(struct packs *) packs; /* exchanged by app/packset.c; what it once was stays readable */
	_Atomic(int64_t) packs_stamp;
	struct packset *packset;
	_Atomic(char *) packs_fault; /* why the agency's own packs are not in use; NULL: they are */
	char agency_id[37];
	bool test_clock;   /* made with init --test-clock */
	void (*kick)(void *arg); /* wakes the scheduler after a commit; may be NULL */
	void *kick_arg;
};

/* Loads the catalogues inside the program; once, before threads start. */
int app_words(struct err *err);

/* Opens ${dir}. ERR_NOT_FOUND (err.no_data_dir) tells to run khien init. */
int app_open(const char *dir, struct app **ret_app, struct err *err);
void app_close(struct app *app);

/* What the product calls now: the test clock's time where there is one. */
int64_t app_now(struct app *app);
int64_t app_now_tx(struct app *app, struct tx *tx);

/* Makes a new data directory: folders, database, agency, key. */
struct app_init {
	const char *dir, *agency_name;
	bool sample, test_clock;
};
int app_init(const struct app_init *init, struct buf *out, enum lang lang, struct err *err);

/* The value of a setting, or its default (app/setting.c); in the arena. */
const char *setting_text(struct call *call, const char *name);
int64_t setting_int(struct call *call, const char *name);

/* The actor of the command line on the data directory, and of a job. */
struct actor actor_console(void);
struct actor actor_job(const char *kind);
