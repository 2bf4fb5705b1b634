/* SPDX-License-Identifier: Apache-2.0 */
/* incident.h: what several operations do to an incident. */
#pragma once

#include "app/op.h"
#include "pack/pack.h"

struct incident_new {
	const char *title, *type, *summary, *system_id, *system_name;
	int64_t occurred_at;  /* SQL_NULL: not known */
	int64_t detected_at;  /* T0: the clocks of the law start here */
	const char *lead_id;  /* NULL: nobody yet */
};

/*
 * Opens an incident in state "received".  Returns its id, in the arena.  Its provisional duties
 * open when all that comes with it is there: with duty_evaluate(), at the latest with the change.
 */
const char *incident_insert(struct call *call, const struct incident_new *in, const char **ret_number);

/* received → verifying, led by the caller; also marks its reports as taken. */
int incident_take(struct call *call, const char *incident_id);

/*
 * The one of the chosen symptoms (ids by spaces, NULL for none) that decides; NULL when none
 * was chosen, or with ERR_INVALID (err.symptom, field symptoms) for an id that is none.
 */
const struct pack_symptom *symptoms_leading(struct call *call, const char *symptoms);
