/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_plan.h: what an incident owes, from its facts and the rules in force.
 *
 * A pure function: the caller reads facts and the duties there are, and carries
 * out the actions it is told.  Called again on what it led to it tells nothing.
 * A rule that comes into force adds to what runs; nothing is taken away because
 * a rule ended.  Times are UTC milliseconds, DUTY_NEVER when there is none.
 */
#pragma once

#include "duty/deadline.h"

#define DUTY_NEVER     INT64_MIN
#define DUTY_RULES_MAX 256
#define DUTY_ROWS_MAX  256

/* In the order of trigger_name(); packs/README.md tells what each is. */
enum duty_trigger {
	TRIGGER_STAFF_NOTICE, TRIGGER_NOTICE_RECEIVED, TRIGGER_INCIDENT_DETECTED,
	TRIGGER_HANDLED_AFTER_NOTICE, TRIGGER_BEYOND, TRIGGER_BEYOND_RUNNING,
	TRIGGER_ENDED_AFTER_REPORT, TRIGGER_MAYBE_SERIOUS, TRIGGER_OUT_OF_CONTROL,
	TRIGGER_CONTACT_CHANGED, TRIGGER_REQUEST, TRIGGER_SECURITY, TRIGGER_SERIOUS,
	TRIGGER_REPORT_OPEN, TRIGGER_SERIOUS_CLOSED, TRIGGER_PERSONAL, TRIGGER_FINANCE,
	TRIGGER_LOCATION, TRIGGER_PROCESSOR, TRIGGER_CALENDAR, TRIGGERS,
};

enum duty_clock {
	CLOCK_DETECTED, CLOCK_RECEIVED, CLOCK_BEYOND, CLOCK_ENDED, CLOCK_PERSONAL, CLOCK_TRIGGERED,
	CLOCKS,
};

enum duty_kind {
	DUTY_AT_ONCE, DUTY_WITHIN, DUTY_AS_STATED, DUTY_THROUGHOUT, DUTY_NO_TIME, DUTY_CALENDAR,
	DUTY_KINDS,
};

enum duty_state {
	DUTY_PENDING, DUTY_DRAFTING, DUTY_WAITING_SIGNATURE, DUTY_NUMBERED, /* unfinished */
	DUTY_SENT, DUTY_ACKNOWLEDGED, DUTY_CANCELLED, DUTY_SUPERSEDED, DUTY_STATES,
};

/* The names the packs and the rows use; the number of all of them for an unknown name. */
const char *duty_state_name(enum duty_state state);
enum duty_state duty_state_of(const char *name);
const char *duty_kind_name(enum duty_kind kind);
enum duty_kind duty_kind_of(const char *name);
enum duty_trigger duty_trigger_of(const char *name);
enum duty_clock duty_clock_of(const char *name);

static inline bool
duty_is_unfinished(enum duty_state state)
{
	return state <= DUTY_NUMBERED;
}

/* One obligation of one version of one regulation. */
struct duty_rule {
	const char *profile, *obligation;
	enum duty_trigger trigger;
	enum duty_clock clock;
	enum duty_kind kind;
	int count;
	enum deadline_unit unit;
	bool is_provisional; /* holds before the incident is verified */
	int64_t from_ms, to_ms; /* the regulation holds for from <= t < to */
	size_t head;         /* the first rule of the same profile and obligation; may be itself */
	bool has_versions;   /* of a head: other rules have it as theirs */
	const void *source;  /* the caller's */
};

enum duty_personal { PERSONAL_UNKNOWN, PERSONAL_NONE, PERSONAL_SUSPECTED, PERSONAL_NOTICE,
	PERSONAL_RECORDED };

enum { REPORTING_IMMEDIATE = 1, REPORTING_24H = 2 };
enum { KINDS_BREACH = 1, KINDS_FINANCE = 2, KINDS_LOCATION = 4, KINDS_PROCESSED = 8 };

struct duty_facts {
	int64_t now;
	bool has_incident; /* false: only the agency's own requests are looked at */
	bool is_dismissed, is_duplicate, is_beyond, maybe_serious;
	int64_t detected_at, received_at, confirmed_at, beyond_at, ended_at, closed_at;
	unsigned reporting; /* REPORTING_* */
	enum duty_personal personal;
	unsigned personal_kinds; /* KINDS_* */
	int64_t personal_at;
	int64_t told_at;         /* the first person told the administrator */
	int64_t taken_at;        /* and he took it */
	int64_t acknowledged_at; /* every notifier has been answered, the last one then */
	int64_t waiting_at;      /* the first of those not answered yet told then */
	int64_t called_at;       /* the provincial team was asked */
	int64_t came_at;         /* and accepted */
};

/* An order or a request from an authority. */
struct duty_request {
	const char *id;
	int64_t received_at, due_at, answered_at;
	bool is_verified, is_rejected;
};

/* A duty there is. */
struct duty_row {
	const char *id, *profile, *obligation;
	const char *request; /* id of the request it answers, "" for the others */
	int instance;        /* 1, 2 … of the same obligation */
	enum duty_state state;
	bool is_provisional;
	bool is_decided;     /* a person recorded that no notification is needed */
	bool is_proved;      /* a person recorded how it was done */
	int64_t from_at, due_at, sent_at;
};

struct duty_case {
	const struct duty_facts *facts;
	const struct duty_rule *rule;
	size_t rules; /* at most DUTY_RULES_MAX */
	const struct duty_request *request;
	size_t requests;
	const struct duty_row *row;
	size_t rows; /* at most DUTY_ROWS_MAX */
	day_kind_fn day_kind;
	const void *day_arg;
};

enum duty_action_kind {
	ACTION_OPEN,      /* a new duty */
	ACTION_REOPEN,    /* one that had fallen away is owed again */
	ACTION_FIRM,      /* no longer provisional */
	ACTION_MOVE,      /* its clock started at another time */
	ACTION_DROP,      /* falls away for ${reason} */
	ACTION_SUPERSEDE, /* another duty takes its place, for ${reason} */
	ACTION_SEND,      /* done without a paper */
	ACTION_ACKNOWLEDGE,
};

struct duty_action {
	enum duty_action_kind kind;
	const struct duty_rule *rule;
	const struct duty_row *row; /* NULL: ACTION_OPEN */
	const char *request;        /* as in duty_row */
	int instance;
	bool is_provisional;
	int64_t from_at, due_at;
	int64_t at;              /* sent then: ACTION_SEND, or one that opens already done */
	int64_t acknowledged_at; /* DUTY_NEVER: not yet */
	const char *reason; /* catalogue key */
};

/* What is to be done, in order; at most ${max} actions.  Returns how many. */
size_t duty_plan(const struct duty_case *c, struct duty_action *ret, size_t max);

/* When a duty of this rule that counts from ${from_at} is due; DUTY_NEVER when no time is named. */
int64_t duty_due(const struct duty_rule *rule, int64_t from_at, day_kind_fn kind, const void *arg);
