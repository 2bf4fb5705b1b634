/* SPDX-License-Identifier: Apache-2.0 */
#include "model/personal.h"

static const char *const names[PDATA_STATES] = { "unknown", "not_affected", "affected", "assessed",
	"notice_due", "notified", "subjects_notified", "recorded" };

const char *const personal_names[] = { "not_affected", "affected", "assessed", "notice_due", "notified",
	"subjects_notified", "recorded", NULL };

const char *const personal_kinds[] = { "basic", "sensitive", "location", "biometric", "finance", NULL };

#define BIT(state) (1U << PDATA_##state)

/* Where each state may go. */
static const unsigned steps[PDATA_STATES] = {
	[PDATA_UNKNOWN] = BIT(NOT_AFFECTED) | BIT(AFFECTED),
	[PDATA_NOT_AFFECTED] = BIT(AFFECTED),
	[PDATA_AFFECTED] = BIT(ASSESSED) | BIT(NOT_AFFECTED),
	[PDATA_ASSESSED] = BIT(NOTICE_DUE) | BIT(RECORDED) | BIT(NOT_AFFECTED) | BIT(AFFECTED),
	[PDATA_NOTICE_DUE] = BIT(NOTIFIED) | BIT(ASSESSED),
	[PDATA_NOTIFIED] = BIT(SUBJECTS_NOTIFIED) | BIT(RECORDED),
	[PDATA_SUBJECTS_NOTIFIED] = BIT(RECORDED),
	[PDATA_RECORDED] = BIT(AFFECTED),
};

/* Those of the steps that go back or leave something out. */
static const unsigned backward[PDATA_STATES] = {
	[PDATA_NOT_AFFECTED] = BIT(AFFECTED),
	[PDATA_AFFECTED] = BIT(NOT_AFFECTED),
	[PDATA_ASSESSED] = BIT(RECORDED) | BIT(NOT_AFFECTED) | BIT(AFFECTED),
	[PDATA_NOTICE_DUE] = BIT(ASSESSED),
	[PDATA_RECORDED] = BIT(AFFECTED),
};

const char *
personal_name(enum personal_state state)
{
	return state < PDATA_STATES ? names[state] : NULL;
}

enum personal_state
personal_of(const char *name)
{
	for (int s = 0; name != NULL && s < PDATA_STATES; s++)
		if (strcmp(names[s], name) == 0)
			return (enum personal_state)s;
	return name == NULL ? PDATA_UNKNOWN : PDATA_STATES;
}

bool
personal_may(enum personal_state from, enum personal_state to)
{
	return from < PDATA_STATES && to < PDATA_STATES &&
	    (from == to || (steps[from] & (1U << to)) != 0);
}

bool
personal_needs_reason(enum personal_state from, enum personal_state to)
{
	return from != to && from < PDATA_STATES && (backward[from] & (1U << to)) != 0;
}

static bool
has(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");

		if (len == n && memcmp(list, word, n) == 0)
			return true;
		list += len + (list[len] == ' ');
	}
	return false;
}

bool
personal_tells_subjects(const char *kinds)
{
	return has(kinds, "finance") || has(kinds, "location") || has(kinds, "biometric");
}

unsigned
personal_triggers(enum personal_state state, const char *kinds, const char *harm, const char *role)
{
	unsigned triggers = 0;

	if (state < PDATA_AFFECTED || state >= PDATA_STATES)
		return 0;
	if (harm == NULL || strcmp(harm, "no") != 0)
		triggers |= PDATA_BREACH;
	if (has(kinds, "finance"))
		triggers |= PDATA_SENSITIVE_FINANCE;
	if (has(kinds, "location") || has(kinds, "biometric"))
		triggers |= PDATA_LOCATION_BIOMETRIC;
	if (role != NULL && strcmp(role, "processor") == 0)
		triggers |= PDATA_PROCESSOR;
	return triggers;
}

const char *
personal_trigger_name(enum personal_trigger trigger)
{
	switch (trigger) {
	case PDATA_BREACH:
		return "personal_data_breach";
	case PDATA_SENSITIVE_FINANCE:
		return "sensitive_finance_data";
	case PDATA_LOCATION_BIOMETRIC:
		return "location_biometric_data";
	case PDATA_PROCESSOR:
		return "processor_breach";
	}
	return NULL;
}

int64_t
personal_clock(int64_t first_at, int64_t grounds_at, bool is_certain)
{
	if (first_at == INT64_MIN || grounds_at == INT64_MIN)
		return first_at == INT64_MIN ? grounds_at : first_at;
	return is_certain || grounds_at < first_at ? grounds_at : first_at;
}
