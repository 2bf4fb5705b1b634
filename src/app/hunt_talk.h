/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_talk.h: one conversation with the worker that hunts; for app/hunt_run.c. */
#pragma once

#include "app/hunt.h"

/* What is asked of the worker, and who listens meanwhile. */
struct hunt_talk {
	struct app *app;
	struct arena *arena;
	const struct hunt_asked *asked;
	const struct hunt_item *file; /* with sha256 of the blob store; lists of indicators first */
	size_t files, lists;          /* lists: how many of them */
	int64_t size, newest_ms;
	int rules_fd, cancel_fd;
	/* Called about once a second; false: nobody wants the result any more. */
	bool (*progress)(void *arg, int64_t bytes, int64_t events, int64_t hits);
	void *arg;
};

/*
 * Has the files searched.  ${ret_answer} is the caller's to clear; uploads in it are kept.
 * ERR_IO   err.worker.timeout, .crashed, .cancelled ({kind}, {reason}); err.child.start
 * ERR_INVALID err.hunt.list ({name}): there is no indicator in that list
 * ERR_BROKEN err.hunt.lie ({what}): it said what it must not; err.blob.missing and what blob_open() says
 * ERR_STATE err.hunt.cancelled: progress() said so
 * ERR_FULL and what upload_write() says
 */
int hunt_talk(const struct hunt_talk *talk, struct hunt_answer *ret_answer, struct err *err);

void hunt_answer_clear(struct hunt_answer *answer);
