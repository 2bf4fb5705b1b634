/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunter.h: what khien and its worker of kind "hunt" say to each other.
 *
 * khien gives the worker four descriptors: the compiled rules (HUNTER_RULES_FD, read only), an end
 * of pass_pair() on which files come (HUNTER_FILES_FD), and two empty files without names, to sort
 * in (HUNTER_SPOOL_FD) and to unpack archives into (HUNTER_UNPACK_FD).  It sends one frame, the request:
 *	{"lang": "vi", "level": "low", "newest_ms": int, "from_ms": int, "to_ms": int, "tags": [text, …],
 *	 "no_prefilter": bool, "lists": int, "files": [{"name": text, "size": int}, …],
 *	 "left_out": {"count": int, "names": [text, …]}}
 * from_ms and to_ms are left out when time is not bounded.  The first ${lists} files are lists of
 * indicators (hunt/ioc.h).  left_out: files that lie beside logs and were not handed in (os/beside.h).
 * The worker answers with frames whose first byte says what follows:
 *	W  four bytes, most significant first: it wants the file of that number; numbers rise
 *	I  four bytes likewise, instead of all else: the list of that number holds no indicator
 *	P  {"bytes": int, "events": int, "hits": int}: how far it is
 *	J  bytes of detections, one JSON object a line, as hunt --json writes them
 *	C  {"rule_id", "level", "host", "fields": [{"field", "value"}, …]}: who and what an event of a
 *	   detection names beside what the rule looked at; of some detections of each rule
 *	H  bytes of the page, after the last J and C
 *	S  the summary (hunt/summary.h), at the end
 * khien believes nothing of it: what is too long, too much, no UTF-8, no JSON or out of turn ends
 * the worker and its hunt.
 */
#pragma once

#include "base/base.h"

#define HUNTER_RULES_FD 3
#define HUNTER_FILES_FD 4
#define HUNTER_SPOOL_FD 5
#define HUNTER_UNPACK_FD 6

#define HUNTER_FILES_MAX   3000
#define HUNTER_LISTS_MAX   21
#define HUNTER_LIST_MAX    (INT64_C(16) << 20) /* bytes of a list of indicators */
#define HUNTER_TAGS_MAX    50
#define HUNTER_NAME_MAX    300
#define HUNTER_MEMBERS_MAX 100000  /* of all archives */
#define HUNTER_SHOWN_MAX   720     /* bytes of ARCHIVE/MEMBER */
#define HUNTER_JSON_MAX    ((size_t)256 << 20) /* beyond it detections are counted, not kept */
#define HUNTER_LINE_MAX    ((size_t)8 << 20)
#define HUNTER_HTML_MAX    ((size_t)32 << 20)
#define HUNTER_SUMMARY_MAX ((size_t)2 << 20)
#define HUNTER_SPOOL_MAX   ((size_t)4 << 30) /* also of what one packed archive unpacks to */
#define HUNTER_MEMORY_MAX  ((size_t)1 << 30)
#define HUNTER_CPU_S       (6 * 3600)
#define HUNTER_TIME_S      (12 * 3600)

#define HUNTER_CONTEXTS_EACH 300   /* of one rule */
#define HUNTER_CONTEXTS_MAX  30000
#define HUNTER_FIELDS_MAX    24
#define HUNTER_VALUE_MAX     1000

/* How many of each the summary has at most, the weightiest. */
#define HUNTER_GROUPS_MAX  300
#define HUNTER_STORIES_MAX 50
#define HUNTER_HOSTS_MAX   100
#define HUNTER_GAPS_MAX    100
#define HUNTER_TEXT_MAX    8000 /* bytes of one text */
