/* SPDX-License-Identifier: Apache-2.0 */
/* probes.h: probes that are run again and again, and what their answers change. */
#pragma once

#include "app/op.h"
#include "work/scheduler.h"

/*
 * The scheduler's lane "probe": ${arg} is the struct app.  Takes up to
 * PROBE_BATCH_MAX due probes of open incidents, runs them outside of any
 * transaction and enters what they said; a person's confirmation that has run
 * out is entered as expired.  Nothing is due while nobody asked for a probe.
 */
int probes_lane(struct work *work, void *arg, bool *ret_did, struct err *err);

/*
 * Runs one probe now and enters the answer in the name of ${actor}, who may do
 * so.  ERR_IO when the worker that asks could not be had.
 */
int probes_run_one(struct app *app, const char *id, const struct actor *actor, struct err *err);
