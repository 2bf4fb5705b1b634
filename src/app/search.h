/* SPDX-License-Identifier: Apache-2.0 */
/* search.h: what of an incident can be searched for, kept in step by whoever changes it. */
#pragma once

#include "app/op.h"

/*
 * Rebuilds the incident's searchable text: number, title, summary, what its
 * reports describe, observables, names of what is affected, evidence, notes.
 * Called at the end of an operation that changed one of them.  Who reported is
 * never part of it.
 */
void index_incident(struct call *call, const char *incident_id);
