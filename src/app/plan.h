/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h: playbooks put to work: their steps as tasks of an incident. */
#pragma once

#include "app/visible.h"
#include "model/state.h"
#include "pack/pack.h"

/*
 * Makes ${playbook} the plan of the incident.  Steps become open tasks, with the
 * words they have now; due times run from the beginning of their phase.  When
 * another playbook was at work before: its done tasks stay as they are; an open
 * task that the new one also has, word for word, stays with its person, notes
 * and probes; the other open ones are waived with that reason.  A step that was
 * waived this way before is opened again.  Nothing happens when the same
 * version is at work already.
 */
int plan_apply(struct call *call, const struct incident *incident,
    const struct pack_playbook *playbook);

/*
 * Writes "playbook": {id, code, title, version, approved, …} of the version that is at work, or
 * null; the steps alone are given by the tasks.
 */
void plan_out(struct call *call, const struct incident *incident);

/* Sets the due times of open tasks whose phase begins in ${state}, at ${at_ms}. */
void plan_phase_begins(struct call *call, const char *incident_id, enum incident_state state,
    int64_t at_ms);

/* A mandatory task to find the cause again; ${origin}: check, watch or manual. */
void plan_find_cause(struct call *call, const char *incident_id, const char *origin, int64_t loop);

/* The place after the last task of ${phase}. */
int64_t plan_position(struct call *call, const char *incident_id, const char *phase);

#define CHECKLIST "whole-system" /* the pack that ends a response */

/* A fresh round of the whole system's check; its number, 0 when there is no checklist. */
int64_t check_round_start(struct call *call, const char *incident_id);
