/* SPDX-License-Identifier: Apache-2.0 */
/* summary.h: the end of a hunt as JSON, bounded, for a program that keeps it. */
#pragma once

#include "hunt/report.h"

/*
 * Adds one object to ${out}; times are milliseconds of UTC or null:
 *	{"files_read", "files_refused", "bytes", "events", "detections", "stopped": bool, "is_cut": bool,
 *	 "rules_loaded", "rules_unmapped", "rules_refused", "from_ms", "to_ms", "groups_total",
 *	 "levels": {"critical": n, …}, "tactics": {"execution": n, …},
 *	 "hosts": [{"name", "count", "score", "level", "first_ms", "last_ms"}],
 *	 "gaps": [{"grave": bool, "text"}],
 *	 "stories": [{"host", "level", "score", "first_ms", "last_ms", "text"}],
 *	 "groups": [{"rule_id", "rule_title", "title", "level", "tags": [], "host", "subject", "count", "score",
 *	     "first_ms", "last_ms", "story": number in stories or -1, "advice", "playbook",
 *	     "matched": [{"field", "value"}], "refs": [{"file", "record"}]}]}
 * Hosts, stories and groups come highest score first, as many as os/hunter.h allows.
 * ${is_cut}: not all detections were written.
 */
void report_json(const struct report *report, bool is_cut, struct buf *out);
