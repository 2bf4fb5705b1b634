/* SPDX-License-Identifier: Apache-2.0 */
/* led_guards.h: what the guards of one step find; for led.c and move.c. */
#pragma once

#include "app/led.h"
#include "base/utf8.h"

struct facts {
	int64_t missing[GUARDS];
	const char *names[GUARDS]; /* of what is missing, for its sentence; in the arena */
	bool is_read[GUARDS];
};

/* Looks at the guards of ${t} that ${ret} has not read yet; ${reason} NULL: none was given. */
void facts_read(struct call *call, const char *incident_id, const struct transition *t,
    const char *reason, struct facts *ret);

/* The sentence of one unmet guard. */
void facts_say(struct call *call, enum lang lang, enum guard guard, const struct facts *facts,
    struct buf *out);
