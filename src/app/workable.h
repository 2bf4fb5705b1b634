/* SPDX-License-Identifier: Apache-2.0 */
/* workable.h: small questions that every operation on an incident's parts asks. */
#pragma once

#include "app/visible.h"

/*
 * A closed case is sealed and a merged one goes on elsewhere: what it consists
 * of stays as it is.  ERR_STATE err.incident_closed; reopening makes it workable.
 */
int incident_workable(struct call *call, const struct incident *incident);

/* A person of this agency or somebody from outside. */
struct party {
	const char *id;   /* account, NULL for an outsider */
	const char *name;
};

/*
 * Whom the argument names: an account by id, login or full name, else the words
 * themselves as an outsider's name.  An empty argument leaves both NULL.
 */
struct party party_arg(struct call *call, const char *name);

/* The actor as a party; the name is NULL when it is no person with a name, or a reporter. */
struct party party_actor(const struct call *call);

/* The account's name, NULL when there is none. */
const char *account_name(struct call *call, const char *id);
