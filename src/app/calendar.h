/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.h: everything that is due, of incidents and of the year, in the order of time. */
#pragma once

#include "app/duty.h"

struct calendar_item {
	const char *kind;  /* duty task direction corrective watch contact incoming */
	const char *id;    /* of its row; NULL: foreseen, not opened yet */
	const char *key;   /* stable, also before the row is there */
	const char *incident_id, *incident_number, *title, *state, *basis, *certainty, *profile, *obligation;
	int64_t from_at, due_at, send_by_at, red_at, version;
	bool is_provisional, is_restricted, is_off_day;
	enum duty_kind clock; /* of a duty */
};

struct calendar {
	struct calendar_item *item;
	size_t n;
	bool more; /* there were more than are kept */
};

/* Who asks, for visible(); a job sees everything. */
struct calendar_ask {
	struct tx *tx;
	struct arena *arena;
	const struct packs *packs;
	const struct call *call;  /* whose eyes; NULL: everything of ${agency_id} */
	const char *agency_id, *lang;
	int64_t now, from_at, to_at; /* due at from <= t < to; what is overdue too when from <= now */
	bool is_daily;               /* duties of every day and week as well */
	bool is_brief;               /* duties alone: what has an hour of the law */
};

#define CALENDAR_MAX 2000

/* Sorted by due_at, then key; everything lives in the arena. */
void calendar_read(const struct calendar_ask *ask, struct calendar *ret);

/* As an .ics file with stable UIDs. ${url} is where the product is reached, "" if unknown. */
void calendar_ics(const struct calendar_ask *ask, const struct calendar *calendar, const char *name,
    const char *url, struct buf *out);
