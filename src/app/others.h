/* SPDX-License-Identifier: Apache-2.0 */
/* others.h: what the operations about contacts, incoming papers and help share. */
#pragma once

#include "app/led.h"
#include "app/visible.h"
#include "model/contact.h"

/* The local day of ${at_ms} as YYYY-MM-DD. Returns ${out}. */
char *day_of(int64_t at_ms, char out[static CONTACT_DAY_SIZE]);

/* A contact as other operations need it; strings live in the arena. */
struct contact {
	const char *id, *role, *name, *person, *phone;
	bool is_retired;
};

/* The contact the argument names by id; ERR_NOT_FOUND with the argument's name as field. */
int contact_arg(struct call *call, const char *name, struct contact *ret);

/*
 * What is wrong with sending to a contact of that name: {"id","field","text"} objects
 * into the open array; a body that no longer exists.  Returns how many.
 */
size_t contact_warn_name(struct call *call, const char *name, const char *field);

/*
 * Looks at what the incident's data say about its limits (domain: "may exceed own
 * capability") and opens, renews or withdraws the suggestion to ask for help.
 * Idempotent; call it after whatever changes the last score, the scope, the
 * observables, personal data or incoming orders.  A person's answer stands until a sign
 * appears that was not there when it was given.
 */
void escalation_evaluate(struct call *call, const char *incident_id);

/* A person answered "beyond our means": refused declines what was suggested. */
void escalation_answered(struct call *call, const char *incident_id, bool is_beyond, const char *reason);

/* "escalation": {"state","beyond","items":[…]} into the open object. */
void escalation_out(struct call *call, const char *incident_id);
