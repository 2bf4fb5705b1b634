/* SPDX-License-Identifier: Apache-2.0 */
/* notify.h: who is told of what, through the outbox, in the transaction of its cause. */
#pragma once

#include "app/op.h"

/*
 * A new report: mail to every administrator and substitute and the webhook, at
 * once.
 */
void notify_report(struct call *call, const char *incident_id, const char *report_id);

/* When the chief of office is told of a report that waits from now on, if nobody takes it (notify.escalate_minutes). */
int64_t notify_escalate_at(struct call *call);

/* Tells them, unless somebody has; once for each incident it waited in. */
int notify_escalate(struct call *call, const char *incident_id, const char *report_id);

/* Mail to one account about an incident; nothing without an address. */
void notify_account(struct call *call, const char *account_id, const char *incident_id,
    const char *key, const char *subject, const char *body);

/* Mail to every enabled account that has the role. Returns how many were told. */
int notify_role(struct call *call, const char *role, const char *incident_id, const char *key,
    const char *subject, const char *body);
