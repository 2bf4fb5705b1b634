/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.h: pieces of evidence with the record ISO/IEC 27037 asks for: who took
 * what, when, where and how, original or copy, and through whose hands it went.
 * A piece may be a thing without a file.  Nothing here can replace content.
 */
#pragma once

#include "app/visible.h"
#include "work/job.h"

struct evidence_new {
	const char *incident_id;
	const char *report_id;        /* NULL unless a reporter sent it */
	const struct upload *upload;  /* NULL: a thing, or a file kept elsewhere */
	const char *kind, *form;      /* file photo log disk_image memory document device other; original copy */
	const char *name;             /* NULL: the upload's */
	const char *description;
	const char *collected_by, *collected_by_id; /* both NULL: the actor */
	const char *place, *method, *device, *serial, *reason;
	const char *tlp;              /* NULL: amber */
	const char *storage;
	int64_t collected_at;
	bool is_quiet;                /* one of many: the caller tells of them in one timeline entry */
};

/*
 * Enters a piece: its row with the next number CC-…, the first line of its
 * custody, a timeline entry.  The caller has checked that the incident may be
 * worked on.  Returns its id in the arena, NULL after an error: ERR_INVALID
 * err.required without any name, ERR_BROKEN err.blob.missing when the upload is
 * not in the blob store any more.
 */
const char *evidence_insert(struct call *call, const struct evidence_new *evidence);

#define ALERT_FILE_DAYS 30 /* that a file is kept after its alert was closed */

/* The incident was taken: what reporters sent in, and nobody holds, is held by who leads it. */
void evidence_adopt(struct call *call, const char *incident_id);

/* One line of custody, closed at once: collect, verify, export or dispose. */
struct custody_line {
	const char *evidence_id, *incident_id, *action;
	const char *place, *reason, *authority, *result; /* NULL: nothing to say */
	int64_t acted_at; /* SQL_NULL: now */
};
void custody_insert(struct call *call, const struct custody_line *line);

/* The kind of job that disposal leaves behind; its arguments are {"sha256":…}. */
#define EVIDENCE_REMOVE_JOB "evidence.remove"

/*
 * Carries such a job out: removes the blob unless a piece that is still held has
 * the same content, and completes the job.
 */
int evidence_remove(struct app *app, const struct job *job, struct err *err);

/*
 * Removes what uploads left in the blob store that no row names a day later: files of a
 * form that was refused, of a writer that died.
 */
int evidence_sweep(struct app *app, struct err *err);
