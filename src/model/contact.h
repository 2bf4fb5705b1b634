/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contact.h: the parts a contact may play, and when it has to be looked at again.
 * Whom the agency writes to, and its own points of contact (Mẫu 01, Mẫu 02).
 */
#pragma once

#include "base/base.h"

enum contact_side {
	CONTACT_RECIPIENT, /* a recipient of the regulation packs */
	CONTACT_HELPER,    /* providers and others who are called */
	CONTACT_OWN,       /* the agency's own points of contact */
};

/* Role ids in the order people read them, NULL at the end. Catalogue key: contact.role.<id>. */
extern const char *const contact_roles[];

/* CONTACT_HELPER for a role that is none. */
enum contact_side contact_side_of(const char *role);

/* How to reach them, NULL at the end. Catalogue key: contact.channel.<id>. */
extern const char *const contact_channels[];

#define CONTACT_DAY_SIZE 11

/* Whether ${text} is a day of the calendar as YYYY-MM-DD. */
bool contact_day_valid(const char *text);

/*
 * The day by which somebody has to look at a contact again: one year after
 * ${verified_on} (29 February: 28 February), or ${created_on} when nobody ever did.
 * Both YYYY-MM-DD, the first may be NULL.  Returns ${out}, empty when neither is a day.
 */
char *contact_due_on(const char *verified_on, const char *created_on,
    char out[static CONTACT_DAY_SIZE]);
