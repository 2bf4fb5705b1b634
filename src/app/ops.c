/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ops.h"

const struct op *const ops_sections[] = {
	ops_system,
	ops_people,
	ops_report,
	ops_erase,
	ops_incident,
	ops_advance,
	ops_triage,
	ops_playbook,
	ops_check,
	ops_task,
	ops_direction,
	ops_probe,
	ops_evidence,
	ops_custody,
	ops_scope,
	ops_observable,
	ops_review,
	ops_duty,
	ops_timeline,
	ops_search,
	ops_today,
	ops_ledger,
	ops_dossier,
	NULL,
};
