/* SPDX-License-Identifier: Apache-2.0 */
/* alert_tell.h: the job that tells people of high and critical alerts; alert_tell_soon() asks for it. */
#pragma once

#include "app/op.h"

#define ALERT_TELL_JOB "alert.tell"

/*
 * One message about all that are new, not hidden, in no incident and were not told of; "told" into
 * the open object.  The same rule on the same host within alert.quiet_minutes is not named again.
 */
int alert_tell(struct call *call);
