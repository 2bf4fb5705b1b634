/* SPDX-License-Identifier: Apache-2.0 */
/* intake_part.h: what the shapes share; for those only. */
#pragma once

#include "app/intake.h"

/* One alert under way. */
struct item {
	struct arena *arena;
	struct err *err;
	int64_t now;
	const struct json *json;
	struct alert_in in;
	struct alert_observable observable[ALERT_OBSERVABLES_MAX];
	size_t observables;
	struct intake_file file[INTAKE_FILES_MAX];
	size_t files;
	const char *tlp; /* of signs and files that say none of their own; NULL: nothing was said */
	struct buf detail; /* an open object */
	struct jsonw w;
	struct buf tags;   /* an open array */
	struct jsonw tag;
	size_t tag_count, field_count;
};

/* The value at "a.b.c", NULL when it is not there or null. */
const struct json *item_at(const struct item *item, const char *path);

enum item_flag { ITEM_REQUIRED = 1, ITEM_NAME = 2 /* too long is refused, not cut */ };

/*
 * The text at ${path} on one line; a number stands for its digits.  NULL when it is not there.
 * Anything else at that place is ERR_INVALID err.intake.type.
 */
const char *item_line(struct item *item, const char *path, size_t max, unsigned flags);

/* The same, whatever lines it has. */
const char *item_text(struct item *item, const char *path, size_t max, unsigned flags);

/* A whole number, also in digits; ${otherwise} when it is not there. ERR_INVALID err.int. */
int64_t item_int(struct item *item, const char *path, int64_t min, int64_t max, int64_t otherwise);

/*
 * A time as text or as milliseconds or seconds since 1970; SQL_NULL when it is not there.  One that lies
 * ahead is now: a sensor's clock may be fast.
 */
int64_t item_time(struct item *item, const char *path);

/* A copy on one line without control characters, in the arena. */
const char *item_clean(const struct item *item, const char *text);

/* Adds to the tags, lower case; NULL and what is no text are left out. */
void item_tag(struct item *item, const char *prefix, const char *tag);
void item_tags(struct item *item, const char *prefix, const struct json *list_or_text);

/* ${type} as observable_type_named(), NULL: what it looks like. */
void item_observe(struct item *item, const char *type, const char *value, const char *note, bool is_ioc);

/* A member of the detail; nothing when ${text} is NULL. */
void item_detail(struct item *item, const char *key, const char *text);

/* "matched": [{"field","value"}] of every scalar below those members of the alert, as far as there is room. */
void item_fields(struct item *item, const char *const *members);

/*
 * The same, and of TheHive's observables those that are no signs of ours, by their kind:
 * {"field":"user-agent","value":…}.
 */
void item_fields_of(struct item *item, const char *const *members, const char *const *lists);

/* The playbook that ATT&CK techniques among the tags lead to; NULL: none is known. */
const char *item_playbook(const struct item *item);

int intake_khien(struct item *item);
int intake_thehive(struct item *item);
int intake_wazuh(struct item *item);
int intake_suricata(struct item *item);
