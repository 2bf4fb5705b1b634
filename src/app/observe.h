/* SPDX-License-Identifier: Apache-2.0 */
/* observe.h: signs of an attack picked out of what people wrote. */
#pragma once

#include "app/op.h"

/*
 * Adds the observables found in ${text} (NULL is allowed) to the incident, those
 * it has already left out, at most 100, with one timeline entry when there were
 * any.  ${source} says where the text came from: a number (BC-2026-0001) or a
 * word of the catalogue "observable.source.<source>".  Returns how many were new.
 */
size_t observe_text(struct call *call, const char *incident_id, const char *text,
    const char *source);
