/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tables.h"

#include <stddef.h>

const char *const projection_tables[] = { "account", "agency", "check_item", "corrective_action",
	"custody", "direction", "division", "duty", "evidence", "incident", "incident_access",
	"incident_link", "info_system", "observable", "playbook_approval", "probe", "report",
	"report_message", "review", "scope_item", "score", "setting", "task", "test_clock", "timeline",
	NULL };
