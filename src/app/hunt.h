/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt.h: logs of an incident searched for signs of an attack: the files become evidence, a
 * confined worker reads them, and what it found becomes alerts, signs and a page of the incident.
 *
 *	waiting --the worker ends--> done, failed
 *	   \--cancel--> cancelled
 */
#pragma once

#include "app/visible.h"
#include "os/hunter.h"
#include "work/job.h"

#define HUNT_LISTS_MAX (HUNTER_LISTS_MAX - 1) /* files with indicators; what was typed is one more */

/* So many become evidence in one operation; more are entered some at a time. */
#define HUNT_BATCH 900

#define HUNT_JOB "hunt.run" /* its arguments: {"id": of the hunt} */

/* A hunt as operations need it; strings live in the call's arena. */
struct hunt {
	const char *id, *number, *incident_id, *state, *level, *lang, *by_name, *by_id;
	const char *html_sha256, *json_sha256;
	int64_t requested_at, files, size;
	bool opens_incident;
};

/*
 * What is looked for, and in what; as it is kept in the row, strings NULL when not asked for.
 * Whoever carries the hunt out uses exactly that.
 */
struct hunt_asked {
	const char *level, *lang;
	int64_t from_at, to_at;     /* SQL_NULL: not bounded */
	const char *tags_json;      /* list of texts */
	const char *rules_set;      /* key of a compiled set; NULL: the rules in force when it is carried out */
	bool no_prefilter;
	const char *left_out_json;  /* {"count", "names"}: files beside logs that were not taken in */
};

/* The hunt that the argument names by id or number, if the actor may see it; else ERR_NOT_FOUND. */
int hunt_arg(struct call *call, const char *name, struct hunt *ret);
int hunt_load(struct call *call, const char *key, const char *field, struct hunt *ret);

/* One file to be searched. */
struct hunt_item {
	const char *name, *sha256, *evidence_id; /* evidence_id NULL: none yet */
	int64_t size, collected_at;
	bool is_list; /* of indicators, not a log; it does not become evidence */
};

/* How files came, for the record of evidence; NULL: as the catalogue says. */
struct hunt_origin {
	const char *place, *method;
	const char *by_id, *by_name; /* both NULL: the actor */
	int64_t collected_at;
};

/*
 * Enters an upload as evidence of the incident without a line of its own in the timeline, or finds
 * the piece that has the same content already.  Returns its id, NULL after an error.
 */
const char *hunt_evidence(struct call *call, const char *incident_id, const struct upload *upload,
    const char *name, const struct hunt_origin *origin, bool *ret_is_new);

/*
 * Carries out the hunt whose job has been due longest, of those that wait; ${ret_did} says whether
 * there was one.  ${cancel_fd} (-1: none) calls it off when it becomes readable; then it waits to
 * be done again.  What the worker does wrong fails the hunt, not this function.
 */
int hunt_run_due(struct app *app, int cancel_fd, bool *ret_did, struct err *err);

/* ---- between the parts of it ---------------------------------------------------------- */

/* What the worker answered, checked; ${summary} is as hunt/summary.h says, within its bounds. */
struct hunt_answer {
	struct json *summary;
	struct json *signs; /* app/hunt_signs.h */
	struct upload json, html; /* in the blob store */
	char rules_version[65];
	int64_t rules, started_at;
};

/* A compiled set of rules in the data directory's cache. */
struct hunt_set {
	char key[65];
	int64_t loaded;
	char path[4096];
};

/*
 * Has rules compiled, or found so.  ${asked} (may be NULL: those in force) has members "rules",
 * "shipped", "pipeline", "expand", "no_cache" as khien hunt takes them, paths absolute.
 * ERR_INVALID "err.hunt.rules" {reason} and what else rules_child() says.
 */
int hunt_rules_make(struct app *app, const char *lang, const struct json *asked, struct hunt_set *ret,
    struct err *err);

/*
 * The set of that key.  ERR_INVALID "err.hunt.rules" {reason}: there is none, or it is damaged or of another
 * version of the program.
 */
int hunt_rules_find(struct app *app, const char *lang, const char *key, struct hunt_set *ret, struct err *err);

/* Opens it, notes that it is used, and drops sets that nobody has used for weeks. ERR_NOT_FOUND, ERR_IO. */
int hunt_rules_open(struct app *app, const struct hunt_set *set, int *ret_fd, struct err *err);

/*
 * Whether ${summary} has the shape, kinds and bounds of hunt/summary.h: NULL when it has, else what
 * is wrong.
 */
const char *hunt_check_summary(const struct json *summary);

/* Whether a "C" of os/hunter.h has its shape: NULL, or what is wrong. */
const char *hunt_check_context(const struct json *context);

/* Whether one line of detections is what hit_json() writes: NULL, or what is wrong. */
const char *hunt_check_line(const struct json *line);
