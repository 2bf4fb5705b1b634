/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_file.h: files that came with an alert.  They wait with it, and become evidence of the
 * incident it is put into.
 */
#pragma once

#include "app/alert.h"

#define ALERT_FILES_MAX       10                    /* of one alert */
#define ALERT_FILES_WAIT_MAX  (INT64_C(1) << 30)    /* bytes of those that wait, of all alerts together */

struct alert_file {
	const struct upload *upload; /* in the blob store */
	const char *name, *note, *tlp; /* note, tlp: NULL when nothing was said */
};

/*
 * Keeps a file with the alert; the same content again is kept once.  False when too many wait
 * already: then nothing was done.
 */
bool alert_file_add(struct call *call, const struct alert *alert, const struct alert_file *file);

/*
 * Those of the alert that are no evidence yet become evidence of the incident, where it has not the
 * same content already.  What is not in the blob store any more stays a name.  Returns how many;
 * their names are added to ${names}.
 */
size_t alert_files_enter(struct call *call, const struct alert *alert, const struct incident *incident,
    const char **names);

/* One timeline entry for those that were entered. */
void alert_files_tell(struct call *call, const struct incident *incident, const struct alert *alert,
    size_t count, const char *names);

/* "files": what came with the alert, into the open object. */
void alert_files_out(struct call *call, const char *alert_id);
