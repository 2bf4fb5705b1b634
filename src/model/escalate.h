/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escalate.h: asking others for help (region E), and the signs in an incident's own
 * data that it may exceed the agency's capability (TT 20/2017 Đ9.2.b; the law gives
 * no list, the limits are data of the severity pack).
 */
#pragma once

#include "base/base.h"

enum escalation_state {
	ESCALATION_NONE, /* of an incident nobody is asked about */
	ESCALATION_SUGGESTED,
	ESCALATION_DECLINED,  /* a person said that no help is needed */
	ESCALATION_WITHDRAWN, /* the signs went away before anybody answered */
	ESCALATION_REQUESTED,
	ESCALATION_ACCEPTED,
	ESCALATION_SUPPORTED, /* they are at work */
	ESCALATION_REFUSED,   /* those who were asked cannot help */
	ESCALATION_RELEASED,  /* their help has ended */
	ESCALATION_STATES,
};

/* As stored and as the API says it. Catalogue key: escalation.<name>. */
const char *escalation_name(enum escalation_state state);

/* ESCALATION_STATES when it is none. */
enum escalation_state escalation_of(const char *name);

/* What has already happened may be told late, so steps may be left out, never taken back. */
bool escalation_may(enum escalation_state from, enum escalation_state to);

/*
 * The state of the whole region out of its parts: the furthest that is still
 * going on; released when help has ended everywhere; else suggested or none.
 */
enum escalation_state escalation_region(const enum escalation_state *part, size_t n);

/* Whom to ask; NULL at the end. */
extern const char *const escalation_targets[];

/* Asking them says that the incident exceeds own capability (D05, D09). */
bool escalation_is_beyond(const char *target);

enum beyond_sign {
	BEYOND_MACHINES = 1,
	BEYOND_DIVISIONS = 2,
	BEYOND_SPREADING = 4,
	BEYOND_SHARED = 8,
	BEYOND_RTO = 16,
	BEYOND_PERSONAL = 32,
	BEYOND_CRIME = 64, /* a campaign: the same signs in other incidents */
	BEYOND_ORDER = 128,
};
#define BEYOND_SIGNS 8

/* Bit number ${i} below BEYOND_SIGNS: "machines" … Catalogue key: beyond.<name>. */
const char *beyond_sign_name(size_t i);

struct beyond_facts {
	bool is_attack;          /* an attack, or not known yet what it is */
	int64_t machines, divisions; /* affected now or before */
	int64_t spread_minutes;  /* from the first isolation to the newest affected machine; 0: none */
	bool shared_system;      /* of the province or a ministry, affected */
	int64_t down_minutes, allowed_minutes; /* of the system worst off; allowed 0: not approved */
	int64_t subjects;        /* people whose data leaked, 0 when none or not known */
	int64_t same_signs;      /* other incidents with signs of this one */
	bool is_ordered;         /* a coordination order or request, verified */
};

struct beyond_limits { /* 0: that sign is not looked for */
	int64_t machines, divisions, spread_minutes, subjects, same_signs;
};

/* The signs there are, as bits. */
unsigned beyond_signs(const struct beyond_facts *facts, const struct beyond_limits *limits);
