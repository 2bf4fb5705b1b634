/* SPDX-License-Identifier: Apache-2.0 */
/* setting.h: what an agency may set: one table row each (name, type, range, default). */
#pragma once

#include "app/op.h"

enum setting_type { SETTING_INT, SETTING_TEXT, SETTING_SECRET, SETTING_ROLES, SETTING_CLOCK };

/* SETTING_CLOCK: a time of the day, "07:30", or "" for never. */
struct setting {
	const char *name; /* catalogue key of its sentence: setting.<name> */
	enum setting_type type;
	int64_t min, max;
	const char *value; /* default */
};

extern const struct setting settings[];
extern const size_t settings_count;

const struct setting *setting_get(const char *name);

/* The value in force outside an operation, in the arena. */
const char *setting_read(struct tx *tx, struct arena *arena, const char *agency_id, const char *name);
