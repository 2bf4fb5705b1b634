/* SPDX-License-Identifier: Apache-2.0 */
/* escalation.h: what speaks for asking others, for the operations of escalation. */
#pragma once

#include "app/others.h"
#include "model/escalate.h"

/* One sign that the incident may exceed the agency's capability. */
struct sign {
	const char *id; /* of enum beyond_sign, or of a rule of the severity pack */
	const char *vi, *en;
};

#define SIGNS_MAX 40

/* The signs there are now: of the last score, then of the data. At most SIGNS_MAX. */
size_t escalation_signs(struct call *call, const char *incident_id, struct sign *ret);

/* The job that looks again when time alone may have made a sign: {"id": the incident}. */
#define ESCALATION_LOOK_JOB "escalation.look"
