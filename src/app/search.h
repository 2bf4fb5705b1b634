/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h: what of an incident can be searched for: number, title, summary, what its
 * reports describe, observables, names of what is affected, evidence, papers that came in, notes.  Who
 * reported is never part of it.  Of an alert: number, title, rule, host, account, source and
 * its reference, tags, observables.
 *
 * The index follows the ledger, a moment behind: whoever writes does not wait for
 * it, and whoever searches makes it catch up first.
 */
#pragma once

#include "app/app.h"
#include "store/find.h"

/*
 * Takes in what the ledger says changed since the last time, at most some tens of
 * incidents and alerts in one commit; ${ret_did}: there was something, ${ret_more}: there is more.
 * Errors as of store_write().
 */
int search_follow(struct app *app, bool *ret_did, bool *ret_more, struct err *err);

/* Tidies the index (find_tidy()), a little; for whoever has nothing else to do. */
int search_tidy(struct app *app, bool begin, bool *ret_more, struct err *err);

/*
 * Follows up to the ledger's end as it is now.  When it cannot (a full disk), the
 * search goes on with what is there.
 */
void search_catch_up(struct app *app);

/* What the argument ${name} is looked up by, in the arena; NULL when there are no such words. */
const char *search_words(struct call *call, const char *name, enum find_words words);

/* The same of a text. */
const char *search_words_of(struct call *call, const char *text, enum find_words words);
