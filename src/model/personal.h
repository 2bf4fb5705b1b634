/* SPDX-License-Identifier: Apache-2.0 */
/*
 * personal.h: the personal data region of an incident (Luật 91/2025 Đ23, NĐ 356/2025 Đ8, Đ28, Đ29):
 * its states, the time its clock starts, and what it triggers.
 */
#pragma once

#include "base/base.h"

enum personal_state {
	PDATA_UNKNOWN, /* nobody has said yet; stored as NULL */
	PDATA_NOT_AFFECTED,
	PDATA_AFFECTED,
	PDATA_ASSESSED,
	PDATA_NOTICE_DUE,
	PDATA_NOTIFIED,
	PDATA_SUBJECTS_NOTIFIED,
	PDATA_RECORDED,
	PDATA_STATES,
};

/* As stored and as the API says it, "unknown" for NULL. Catalogue key: personal.<name>. */
const char *personal_name(enum personal_state state);

/* PDATA_UNKNOWN for NULL, PDATA_STATES for a name that is none. */
enum personal_state personal_of(const char *name);

/* Names of the states a person may set, NULL at the end. */
extern const char *const personal_names[];

/* Whether the region may go from one to the other; staying is always allowed. */
bool personal_may(enum personal_state from, enum personal_state to);

/* A step back, or past a step of the ordinary way: it needs a reason. */
bool personal_needs_reason(enum personal_state from, enum personal_state to);

/* Kinds of personal data, NULL at the end: basic sensitive location biometric finance. */
extern const char *const personal_kinds[];

enum personal_trigger {
	PDATA_BREACH = 1,             /* personal_data_breach */
	PDATA_SENSITIVE_FINANCE = 2,  /* sensitive_finance_data */
	PDATA_LOCATION_BIOMETRIC = 4, /* location_biometric_data */
	PDATA_PROCESSOR = 8,          /* processor_breach */
};

/*
 * What the facts trigger, by the names of the regulation packs.  ${kinds} are
 * words separated by spaces, ${harm} is yes, no or unknown, ${role} controller or
 * processor; each may be NULL, which counts as not known.  In doubt a breach may
 * harm: only an explicit "no" lets D30 fall away, and never those that ask for
 * no harm (NĐ 356 Đ8.3, Đ29).
 */
unsigned personal_triggers(enum personal_state state, const char *kinds, const char *harm,
    const char *role);

/* The pack's name of one trigger bit. */
const char *personal_trigger_name(enum personal_trigger trigger);

/* Whether the people themselves have to be told (NĐ 356 Đ8.3, Đ29). */
bool personal_tells_subjects(const char *kinds);

/*
 * Where the 72 hours begin: with reasonable grounds, but when it is not certain
 * which came first, or only one time is known, with the earlier one.  INT64_MIN
 * stands for a time not known, also as the result.
 */
int64_t personal_clock(int64_t first_at, int64_t grounds_at, bool is_certain);
