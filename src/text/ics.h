/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ics.h: a calendar file (RFC 5545): lines end in CRLF and are folded after 75
 * octets, never inside a character; texts are escaped.
 */
#pragma once

#include "base/buf.h"

void ics_begin(struct buf *out, const char *product, const char *name);

struct ics_event {
	const char *uid;         /* stable: the same thing keeps it */
	int64_t stamp_ms, at_ms; /* when the file was made; when it is due */
	int64_t sequence;        /* counts its changes */
	const char *summary, *description, *url, *category; /* NULL or "": left out */
	bool is_tentative;
	int alarm_minutes;       /* before it; 0: none */
};
void ics_event(struct buf *out, const struct ics_event *event);

void ics_end(struct buf *out);
