/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_settle.h: what a hunt found, written into its incident; for app/hunt_run.c. */
#pragma once

#include "app/hunt.h"

#define HUNT_ALERTS_MAX 200 /* of one hunt, the weightiest */

/*
 * Ends the hunt ${id}: opens its incident when it has none, enters alerts with their signs, what is
 * touched, and the result.  May be run again after it was broken off: nothing is entered twice.
 * ERR_STATE err.hunt.ended when the hunt does not wait any more.
 */
int hunt_settle(struct app *app, const char *id, const struct hunt_answer *answer, struct err *err);

/* Ends it as failed, because of ${why}. */
int hunt_fail(struct app *app, const char *id, const struct err *why, struct err *err);
