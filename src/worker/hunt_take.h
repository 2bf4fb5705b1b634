/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_take.h: the files of a hunt as they are handed over, and what is in them; for worker/hunt.c. */
#pragma once

#include "hunt/sift.h"
#include "hunt/ioc.h"
#include "os/hunter.h"

/* Begins with the walk and the callback set, archive -1, all else 0. */
struct taking {
	struct walk *walk;       /* the logs that were named; archives become their members */
	uint32_t asked;          /* files asked for so far, lists of indicators too */
	int archive;             /* whose members are being read; -1: none */
	void (*tell)(void *arg); /* called while an archive is unpacked, often */
	void *arg;
};

/* Says one frame. */
bool hunt_frame(char kind, const void *data, size_t len);

/* For hunt_hands.open: the log of that number, or HUNT_GONE. */
int taking_open(struct taking *t, uint32_t file);

/*
 * Reads that many lists of indicators, which come before the logs.  False, after it was said, when
 * there is none in one of them.
 */
bool taking_lists(struct taking *t, size_t lists, struct iocs *ret);
