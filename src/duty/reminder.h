/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reminder.h: how far a clock has run, when to remind, and how late something was.
 *
 * "At once" has no number in the law.  The measure here is an hour: reminders after
 * 15, 30 and 60 minutes, and red from then on.  Other periods remind at 50, 75,
 * 90 and 100 percent, and are red when they are over.
 */
#pragma once

#include "duty/duty_plan.h"

#define AT_ONCE_MS INT64_C(3600000)

/* When the duty turns red; DUTY_NEVER when it has no time. */
int64_t duty_red_at(enum duty_kind kind, int64_t due_at);

/* How much of the period is gone, 0 to 100; 100 for one that is over. */
int duty_percent(enum duty_kind kind, int64_t from_at, int64_t due_at, int64_t now);

/* A step of reminding: percent, or minutes of a duty at once. */
struct reminder {
	int step;
	int64_t at;
	bool is_red;
};

/* The first step after ${last} (0: none yet); false when all are gone or there is no time. */
bool reminder_next(enum duty_kind kind, int64_t from_at, int64_t due_at, int last,
    struct reminder *ret);

/* The last step that ${now} has reached; false when none. */
bool reminder_reached(enum duty_kind kind, int64_t from_at, int64_t due_at, int64_t now,
    struct reminder *ret);

/*
 * Whole days late, counted up: one minute too late is one day.  0: in time, or not
 * sent and not red at ${now}; ${sent_at} DUTY_NEVER: not sent yet.
 */
int64_t duty_late_days(enum duty_kind kind, int64_t due_at, int64_t sent_at, int64_t now);

/* How many local days after it was done something was entered; 0 on the same day. */
int64_t duty_entered_late_days(int64_t sent_at, int64_t entered_at);
