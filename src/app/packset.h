/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packset.h: the packs that are in use, exchanged while the program runs.
 *
 * A playbook edited in Khiên is a row of playbook_text.  Once it is put in
 * force, the next operation of whatever process loads a new set and puts it in
 * the place of app->packs.  An old set is kept until the process ends: whoever
 * still reads in it is not disturbed, and a set is small and the exchange rare.
 */
#pragma once

#include "app/app.h"
#include "pack/source.h"

struct packset;

/*
 * Loads app->packs for the first time.  A fault in the agency's own files or
 * texts must not stop an incident from being handled: it is said in
 * app->packs_fault and the log, and the shipped packs serve until it is mended.
 */
int packset_open(struct app *app, struct err *err);

void packset_close(struct app *app);

/*
 * Brings app->packs up to what is in force as ${tx} sees it; does nothing when
 * it is.  When the new set cannot be read the old one stays, and the log says why.
 */
void packset_refresh(struct app *app, struct tx *tx);

/*
 * Takes up the agency's own files when one of them was added, changed or removed.
 * A fault is said in app->packs_fault and the log, with file, line and column, and
 * what was in use stays in use until it is mended.
 */
int packset_watch(struct app *app, struct err *err);

/*
 * Whether ${candidate} could be put in force beside all that is: 0, or
 * ERR_INVALID in call->err with line and column.
 */
int packset_try(struct call *call, const struct pack_source *candidate);
