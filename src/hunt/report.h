/* SPDX-License-Identifier: Apache-2.0 */
/* report.h: the end of a hunt as people read it: on a terminal, and as one page. */
#pragma once

#include "hunt/gap.h"

struct report {
	const struct engine *engine;
	const struct result *result; /* finished */
	const struct gaps *gaps;
	const struct detect_loaded *loaded;
	const struct iocs *iocs;
	enum lang lang;
};

/* The summary, then the detections by rule, then what could not be seen. */
void report_table(const struct report *report, FILE *out);

/* One page that needs nothing else; works without JavaScript. */
void report_html(const struct report *report, FILE *out);

/* "1.234.567" as Vietnamese offices write it, "1,234,567" in English. Returns ${out}. */
char *report_number(uint64_t n, enum lang lang, char out[static 32]);

/* Rules with detections, highest score first; the caller frees. */
uint32_t *report_rules(const struct result *result, size_t *ret_count);
/* The same for hosts. */
uint32_t *report_hosts(const struct result *result);

const char *report_level(enum sigma_level level, enum lang lang);
const char *report_tactic(unsigned tactic, enum lang lang);
