/* SPDX-License-Identifier: Apache-2.0 */
/* right.h: the roles of an agency and what each may do. One table; everything asks it. */
#pragma once

#include "base/base.h"

enum right {
	RIGHT_PUBLIC = 0,       /* anybody: the report form, the answer to it */
	RIGHT_SELF = 1 << 0,    /* everybody with an account: own session, own profile */
	RIGHT_READ = 1 << 1,    /* incidents, as far as visible() shows them */
	RIGHT_HANDLE = 1 << 2,  /* work on incidents and reports; sees who reported */
	RIGHT_DIRECT = 1 << 3,  /* answer a request for direction */
	RIGHT_INSPECT = 1 << 4, /* the ledger, dossiers, readiness: reads all, changes nothing */
	RIGHT_ADMIN = 1 << 5,   /* accounts, settings, register of systems, packs */
	RIGHT_REGISTER = 1 << 7, /* number and send papers that were handed to the clerk */
	RIGHT_INTAKE = 1 << 8,  /* hand in alerts; all that the key of a program may do */
	RIGHT_LOCAL = 1 << 6,   /* only at the machine itself: the command line on the data directory */
};

/* How far visible() shows incidents. */
enum sees {
	SEES_NOTHING = -1,
	SEES_DIVISION = 0,   /* not restricted, and touching one's own division */
	SEES_OPEN = 1,       /* not restricted */
	SEES_EVERYTHING = 2, /* restricted ones too */
};

struct role {
	const char *id; /* catalogue key "role.<id>" */
	unsigned rights;
	enum sees sees;
};

/* What the API calls each right. */
struct right_name {
	unsigned right;
	const char *name;
};

extern const struct right_name right_names[];
extern const size_t right_names_count;

extern const struct role roles[];
extern const size_t roles_count;

/* The role of that id, or NULL. */
const struct role *role_get(const char *id);

/* The union of what the roles in ${list}, separated by spaces, may do. */
unsigned rights_of(const char *list, enum sees *ret_sees);
