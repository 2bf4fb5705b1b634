/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tables.h"

#include <stddef.h>

const char *const projection_tables[] = { "account", "agency", "alert", "alert_detail",
	"alert_event", "alert_file", "alert_mute", "api_key", "check_item", "contact",
	"corrective_action", "custody", "direction", "dispatch", "division", "document", "document_duty",
	"document_edition", "duty", "escalation", "evidence", "hunt", "hunt_file", "incident", "incident_access",
	"incident_link", "incoming", "info_system", "observable", "playbook_approval", "playbook_text",
	"probe", "regulation_switch", "report", "report_message", "review", "rule_edition", "scope_item", "score",
	"setting", "task", "test_clock", "timeline", NULL };
