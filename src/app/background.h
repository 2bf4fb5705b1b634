/* SPDX-License-Identifier: Apache-2.0 */
/* background.h: what Khiên does by itself: jobs, messages, probes, checkpoints. */
#pragma once

#include "app/app.h"

struct background;

/* Starts the threads that do it; app_kick is set so that commits wake them. */
int background_start(struct app *app, struct background **ret, struct err *err);
void background_stop(struct background *background); /* NULL is allowed */

/* Does once all that is due now, without threads. */
int background_run_once(struct app *app, int64_t *ret_pieces, int64_t *ret_failures, struct err *err);
