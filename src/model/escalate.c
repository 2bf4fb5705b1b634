/* SPDX-License-Identifier: Apache-2.0 */
#include "model/escalate.h"

static const char *const names[ESCALATION_STATES] = { "none", "suggested", "declined", "withdrawn",
	"requested", "accepted", "supported", "refused", "released" };

const char *const escalation_targets[] = { "provincial_csirt", "provincial_ir_unit",
	"national_coordinator", "provincial_police", "provider", "isp", "other", NULL };

#define BIT(state) (1U << ESCALATION_##state)

static const unsigned steps[ESCALATION_STATES] = {
	[ESCALATION_NONE] = BIT(SUGGESTED) | BIT(REQUESTED),
	[ESCALATION_SUGGESTED] = BIT(DECLINED) | BIT(WITHDRAWN) | BIT(REQUESTED),
	[ESCALATION_REQUESTED] = BIT(ACCEPTED) | BIT(SUPPORTED) | BIT(REFUSED) | BIT(RELEASED),
	[ESCALATION_ACCEPTED] = BIT(SUPPORTED) | BIT(REFUSED) | BIT(RELEASED),
	[ESCALATION_SUPPORTED] = BIT(RELEASED),
};

const char *
escalation_name(enum escalation_state state)
{
	return state < ESCALATION_STATES ? names[state] : NULL;
}

enum escalation_state
escalation_of(const char *name)
{
	for (int s = 0; name != NULL && s < ESCALATION_STATES; s++)
		if (strcmp(names[s], name) == 0)
			return (enum escalation_state)s;
	return ESCALATION_STATES;
}

bool
escalation_may(enum escalation_state from, enum escalation_state to)
{
	return from < ESCALATION_STATES && to < ESCALATION_STATES && (steps[from] & (1U << to)) != 0;
}

enum escalation_state
escalation_region(const enum escalation_state *part, size_t n)
{
	static const enum escalation_state order[] = { ESCALATION_SUPPORTED, ESCALATION_ACCEPTED,
		ESCALATION_REQUESTED, ESCALATION_SUGGESTED, ESCALATION_RELEASED };

	for (size_t o = 0; o < ARRAY_LEN(order); o++)
		for (size_t i = 0; i < n; i++)
			if (part[i] == order[o])
				return order[o];
	return ESCALATION_NONE;
}

bool
escalation_is_beyond(const char *target)
{
	/* A provider or an ISP is asked in everyday work too. */
	return str_eq(target, "provincial_csirt") || str_eq(target, "provincial_ir_unit") ||
	    str_eq(target, "national_coordinator");
}

const char *
beyond_sign_name(size_t i)
{
	/* As the rules of the severity pack without their "b-": the same thing is not said twice. */
	static const char *const sign[BEYOND_SIGNS] = { "machines", "divisions", "spreading", "shared",
		"rto", "personal", "crime", "order" };

	return i < BEYOND_SIGNS ? sign[i] : NULL;
}

static bool
reaches(int64_t value, int64_t limit)
{
	return limit > 0 && value >= limit;
}

unsigned
beyond_signs(const struct beyond_facts *f, const struct beyond_limits *limits)
{
	unsigned signs = 0;

	if (f->is_attack && reaches(f->machines, limits->machines))
		signs |= BEYOND_MACHINES;
	if (f->is_attack && reaches(f->divisions, limits->divisions))
		signs |= BEYOND_DIVISIONS;
	if (f->is_attack && reaches(f->spread_minutes, limits->spread_minutes))
		signs |= BEYOND_SPREADING;
	if (f->shared_system)
		signs |= BEYOND_SHARED;
	if (f->allowed_minutes > 0 && f->down_minutes > f->allowed_minutes)
		signs |= BEYOND_RTO;
	if (reaches(f->subjects, limits->subjects))
		signs |= BEYOND_PERSONAL;
	if (reaches(f->same_signs, limits->same_signs))
		signs |= BEYOND_CRIME;
	if (f->is_ordered)
		signs |= BEYOND_ORDER;
	return signs;
}
