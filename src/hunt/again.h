/* SPDX-License-Identifier: Apache-2.0 */
/* again.h: detections that were kept as JSON lines, written as CSV and as a timeline like a hunt's own. */
#pragma once

#include "base/err.h"
#include "text/json.h"

struct hunt_again {
	const char *json;           /* to be read; lines of hit_json() */
	const char *csv, *timeline; /* to be written; NULL: not */
	const struct json *titles;  /* titles for readers by rule_id; may be NULL */
};

/* ERR_NOT_FOUND, ERR_IO, ERR_FULL (err.system); ERR_BROKEN "hunt.again" {line}: a line is no detection. */
int hunt_again(const struct hunt_again *again, struct err *err);
