/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty.h: what the law asks to be told to whom about one incident, and by when.
 * Duties open from the moment a report is received, provisionally; they become
 * firm when the incident is verified, or fall away when it is none.
 */
#pragma once

#include "app/op.h"
#include "duty/deadline.h"

/*
 * Opens the duties of every regulation in force at ${detected_at} that hold
 * before an incident is verified.  A regulation that binds network members
 * alone is left out for other agencies.  Acknowledging a notice is not opened:
 * whoever reports gets the code in the same answer.
 */
void duty_open_provisional(struct call *call, const char *incident_id, int64_t detected_at,
    int64_t received_at);

/* The incident is verified: its provisional duties are firm from now on. */
void duty_confirm(struct call *call, const char *incident_id);

/* It is none, or is handled in another one: its unfinished duties fall away for ${reason}. */
void duty_drop(struct call *call, const char *incident_id, const char *reason);

/* The packs' holidays for deadline_after() and deadline_at(); ${arg} is a struct packs. */
enum day_kind duty_day_kind(const void *arg, int64_t at_ms);
