/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm.h: rows the program looks at again by itself, at the time in their column
 * ROW_ALARM (ledger/row.h).  A duty is looked at for its next reminder; a report, in
 * case nobody has taken it.
 */
#pragma once

#include "app/op.h"

/* Looks at that row of ${table}, "duty" or "report", at that time; SQL_NULL: no more. */
void alarm_set(struct call *call, const char *table, const char *id, int64_t at);

/*
 * Calls the operation of each row whose time has come, "duty remind" or "report
 * escalate"; a hundred of each table at most, the oldest first.  The operation sets the
 * next time.  One that fails is looked at again a minute later, behind those that waited
 * for it; the first such error is returned.
 */
int alarm_ring(struct app *app, struct err *err);
