/* SPDX-License-Identifier: Apache-2.0 */
/* probe.h: the probes that are due, run by the background. */
#pragma once

#include "app/app.h"

/*
 * Runs one probe that is due and records what it found (op "probe record" when the
 * state changed); ${ret_did} is false when none is due.  ${cancel_fd} readable
 * calls it off.
 */
int probe_run_due(struct app *app, int cancel_fd, bool *ret_did, struct err *err);
