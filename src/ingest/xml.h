/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml.h: Windows events as XML: what wevtutil, Event Viewer and PowerShell export, and what Sysmon
 * for Linux writes into syslog.  Names of fields as in evtx.h.  Of src/ingest only.
 */
#pragma once

#include "ingest/parse.h"

#define XML_DEPTH_MAX 32
#define XML_ATTR_MAX  32 /* of one element; further ones are passed over */

/*
 * Adds the fields of one <Event …>…</Event> to the event under way, and its time.  False when it is no
 * well-formed one; what came before the fault has been added.
 */
bool xml_event(struct ingest_thread *t, const char *s, size_t len);

/* Whether a file is such an export: <Events>, <Event>, behind a declaration and comments. */
bool xml_is(const char *head, size_t len);

/* The next "<Event " or "<Event>" at or after ${s}; NULL: none. */
const char *xml_begin(const char *s, const char *end);
/* Behind the "</Event>" at or after ${s}; NULL: none. */
const char *xml_end(const char *s, const char *end);
