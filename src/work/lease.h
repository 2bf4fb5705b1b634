/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease.h: who works on a row, whether he still lives, and when to try again.
 *
 * Two clocks.  due_at is product time: what the law and the test clock call
 * now.  lease_until_at is the machine's wall clock: until then nobody else
 * touches the row.  On a row that somebody holds (lease_owner set) it is the
 * end of the lease; on one that waits (lease_owner NULL) it is the end of the
 * pause after a failure.  One that lies further ahead than any lease or pause
 * can was written before the machine's clock went back, and counts as over.
 */
#pragma once

#include "base/err.h"

#define LEASE_MS       INT64_C(300000)   /* longer than any effect's own limits together */
#define LEASE_FAR_MS   INT64_C(7200000)  /* no lease and no pause is this long */
#define LEASE_PAUSE_MS INT64_C(1800000)  /* the longest pause between two attempts */

#define LEASE_OWNER_SIZE 128

/*
 * This process: boot id, pid namespace, pid and start time, so that another
 * process on the machine can tell that it is gone.  Returns ${out}.
 */
char *lease_owner(char out[static LEASE_OWNER_SIZE]);

/* True only when ${owner} was a process that this one could see and that is no more. */
bool lease_is_gone(const char *owner);

/* The pause after attempt number ${attempts}, from 1: 5 s, doubling, at most LEASE_PAUSE_MS. */
int64_t lease_pause_ms(int64_t attempts);

/* For SQL with two bound integers (now, now + LEASE_FAR_MS): the row is free by the clock. */
#define LEASE_IS_OVER "(lease_until_at IS NULL OR lease_until_at <= ? OR lease_until_at > ?)"

/*
 * A failure as one text for a column of the database, and back: the key, then
 * "name=value" lines.  The words are found when somebody reads them.
 */
#define REASON_SIZE 1024
char *reason_write(const struct err *err, char out[static REASON_SIZE]);
void reason_read(const char *text, struct err *ret_err);
