/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt.h: kind "hunt": logs from outside read and searched for signs of an attack, as os/hunter.h
 * says.  The files come one after the other as open descriptors.
 */
#pragma once

#include "os/hunter.h"
#include "os/worker.h"

/* How such a worker is confined; also what the test's hostile one is held by. */
#define HUNT_CONFINEMENT CONFINE_HANDED, { HUNTER_MEMORY_MAX, HUNTER_CPU_S, HUNTER_SPOOL_MAX }, HUNTER_TIME_S

/* Loads the catalogues and the compiled rules; before confinement. */
bool hunt_prepare(void);

int hunt_serve(void);
