/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: which rules can be used, and why the others cannot: as JSON items, or as lines. */
#pragma once

#include "detect/load.h"
#include "text/words.h"

struct rules_checked {
	struct buf unmapped, refused; /* JSON objects with commas between, or lines */
	struct detect_loaded loaded;
	/* Own: */
	const struct detect_load *rules;
	enum lang lang;
	bool json;
};

/* Loads them all. Errors as detect_load(); the caller clears ${ret} either way. */
int rules_checked(const struct detect_load *rules, bool json, enum lang lang, struct rules_checked *ret,
    struct err *err);
void rules_checked_clear(struct rules_checked *checked);

/* Into an open object: loaded, then the lists unmapped and refused. */
void rules_checked_json(const struct rules_checked *checked, struct buf *out);
