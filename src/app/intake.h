/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake.h: alerts as other programs write them, read into struct alert_in.  Pure: nothing of the
 * database is asked.  doc/alert.md has the shapes and what of each is used.
 */
#pragma once

#include "app/alert.h"

#define INTAKE_BODY_MAX    ((size_t)1 << 20)
#define INTAKE_ALERTS_MAX  500
#define INTAKE_FILES_MAX   20  /* of one alert, taken or told */
#define INTAKE_REFUSED_MAX 20 /* told one by one; the others are counted */

enum intake_shape {
	INTAKE_AUTO, /* each alert is recognised by its fields */
	INTAKE_KHIEN,
	INTAKE_THEHIVE,  /* 3 ("artifacts") and 4, 5 ("observables") */
	INTAKE_WAZUH,    /* a line of alerts.json, also as an indexer wraps it in _source */
	INTAKE_SURICATA, /* EVE; what is no alert is counted as skipped */
};

/* NULL-terminated: the names of the shapes from INTAKE_KHIEN on. */
extern const char *const intake_shapes[];

/* Why a file was not taken. */
#define INTAKE_FILE_ABSENT "alert.file.absent" /* it was named, and its content did not come along */
#define INTAKE_FILE_BASE64 "alert.file.base64" /* "name;type;base64" it is not */
#define INTAKE_FILE_EMPTY  "alert.file.empty"
#define INTAKE_FILE_LARGE  "alert.file.large"
#define INTAKE_FILE_MANY   "alert.file.many"
#define INTAKE_FILE_FULL   "alert.file.full"   /* too much waits already */

/* A file that came with an alert, or should have. */
struct intake_file {
	const char *key;  /* of the upload with its content; NULL: it did not come along, */
	const char *why;  /* for that reason, a word of the catalogue */
	const char *name; /* NULL: only the upload knows */
	const char *note, *tlp;
	bool is_ioc;
};

struct intake_files {
	const struct intake_file *list;
	size_t n;
};

struct intake_refused {
	size_t place;   /* which one, from 1 */
	struct err err; /* key and field; err_clear() by intake_clear() */
};

struct intake {
	struct alert_in *alert; /* in the arena, as is all it points to */
	const struct json **json; /* what each was read from */
	struct intake_files *files; /* of each */
	size_t alerts;
	struct intake_refused refused[INTAKE_REFUSED_MAX];
	size_t refused_count; /* may be more than are told */
	size_t skipped;
	bool is_list; /* more than one could have been sent */
	struct json **owned;
	size_t owned_count;
};

/*
 * Reads one alert, an array of them, an object {"alerts": […]} or one a line (NDJSON).  Of several
 * the good ones are read and the others told in ${ret}; what was no list and is refused is the
 * error itself: ERR_INVALID with the field ("rule.level"): err.required, err.intake.type,
 * err.intake.unknown (a field of Khiên's own shape), err.intake.shape (nothing known),
 * err.too_long, err.int, err.time, err.choice; ERR_USAGE err.json when it is no JSON;
 * ERR_TOO_LARGE err.intake.many.  intake_clear() in any case.
 */
int intake_read(struct arena *arena, enum intake_shape shape, const char *body, int64_t now,
    struct intake *ret, struct err *err);
void intake_clear(struct intake *intake);
