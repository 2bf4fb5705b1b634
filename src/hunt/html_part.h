/* SPDX-License-Identifier: Apache-2.0 */
/* html_part.h: what the parts of the page share; for those only. */
#pragma once

#include "hunt/report.h"

struct html {
	struct buf out;
	FILE *file;
	const struct report *report;
	enum lang lang;
};

void html_word(struct html *h, const char *key);
void html_number(struct html *h, uint64_t n);
void html_level(struct html *h, enum sigma_level level);
void html_span(struct html *h, int64_t first_ns, int64_t last_ns);
const char *html_host(const struct html *h, const char *name);
void html_flush(struct html *h);

/* Detections over time, as bars. */
void html_timeline(struct html *h);
/* Tactics as columns, techniques in them. */
void html_matrix(struct html *h);
