/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_signs.h: what of the matched fields of detections is worth looking for elsewhere. */
#pragma once

#include "text/json.h"

#define HUNT_SIGNS_EACH 30 /* of one rule on one host */

/*
 * Takes what stands in a checked line of detections, or in the fields beside it (C of os/hunter.h), of level
 * medium and above, into ${signs}, an object:
 *	"rule_id\nhost": {"signs": [{"type", "value"}], "accounts": ["…"]}
 * Bounded, whatever the number of lines.
 */
void hunt_signs_take(struct json *signs, const struct json *line);

/* What was taken for that rule and host; NULL: nothing. */
const struct json *hunt_signs_of(const struct json *signs, const char *rule_id, const char *host);
