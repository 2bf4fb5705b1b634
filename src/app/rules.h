/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h: detection rules of a data directory: those inside the program, always, and the
 * edition that was imported and is in use, if there is one.
 *
 * An edition is a row of rule_edition and the folder DIR/rules/<sha256>, which is never
 * changed.  Importing another one or going back to an older one moves used_at.
 */
#pragma once

#include "app/app.h"

/*
 * The folder of the edition in use, in the arena, for khien-hunt beside the shipped rules (argument
 * "edition" of its request); NULL: only the shipped ones.
 */
const char *rules_folder(struct tx *tx, struct arena *arena, const struct app *app);

/* The same outside of a transaction. */
const char *rules_folder_now(struct app *app, struct arena *arena);

/*
 * Removes what imports left that died before their row was written: folders of editions nobody
 * knows and folders under way, untouched for a day.  ERR_IO and as of store_write().
 */
int rules_sweep(struct app *app, struct err *err);

/*
 * Runs khien-hunt, beside this program, for one request (the JSON of its descriptor 3) and gives
 * its standard output in ${out}, which has a maximum.  A failure it tells in JSON becomes ${err}:
 * key "rules.child" with {reason}; its kind ERR_INVALID.
 */
int rules_child(const char *request, size_t len, int timeout_ms, struct buf *out, struct err *err);
