/* SPDX-License-Identifier: Apache-2.0 */
/* probe.h: probes that are run again and again, and what their answers change. */
#pragma once

#include "app/app.h"

/*
 * Runs the probes of open incidents that are due, at most PROBE_BATCH_MAX at
 * once, outside of any transaction, and records what they found (op "probe
 * record", in the ledger when a state changed).  A person's confirmation that has
 * run out is recorded as expired.  ${ret_did} is false when none is due;
 * ${cancel_fd} (-1: none) readable calls it off.
 */
int probe_run_due(struct app *app, int cancel_fd, bool *ret_did, struct err *err);

/*
 * Runs one probe now and records the answer in the name of ${actor}, who may do
 * so.  ERR_IO when the worker that asks could not be had.
 */
int probe_run_one(struct app *app, const char *id, const struct actor *actor, struct err *err);
