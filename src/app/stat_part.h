/* SPDX-License-Identifier: Apache-2.0 */
/* stat_part.h: what is known of each incident of a period; for stat*.c only. */
#pragma once

#include "app/stat.h"
#include "base/map.h"
#include "pack/pack.h"

enum help { HELP_DOMESTIC = 1, HELP_FOREIGN = 2, HELP_ASKED = 4 /* the national coordinator */ };

struct stat_case {
	const char *id, *number, *title, *type, *state;
	int64_t level, detected, received, taken, ended, loops;
	int64_t told, scored, contained, recovered; /* SQL_NULL: did not come to it */
	const char *damage, *helped_by;
	int64_t damage_vnd;                         /* SQL_NULL: not said */
	unsigned help;
};

struct stat_helper {
	const char *name;
	bool is_foreign;
	struct json *ids;
	struct stat_helper *next;
};

struct stat_cases {
	struct call *call;
	int64_t from_ms, to_ms; /* from <= t < to */
	struct stat_case *item; /* by detection */
	size_t count;
	struct map by_id;
	struct stat_helper *helper; /* in the order they were first named */
};

/* Everything the caller may see of the period; clear with stat_cases_clear(). */
int stat_cases_load(struct stat_cases *cases);
/* The period has cases that are not for the caller to see. */
bool stat_cases_hidden(const struct stat_cases *cases);
void stat_cases_clear(struct stat_cases *cases);

/* {"count": 0, "ids": []}, and one record more in it. */
struct json *figure_new(void);
void figure_add(struct json *figure, const char *id);

/* ---- the parts of stat_make() that stand apart: stat_group.c, stat_time.c ---- */

void stat_groups(const struct stat_cases *cases, const struct pack_types *types, struct json *out);
void stat_times(const struct stat_cases *cases, struct json *out);
void stat_duties(struct call *call, int64_t from_ms, int64_t to_ms, struct json *out);
