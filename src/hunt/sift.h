/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sift.h: which of the files that were found are logs, before any is read.
 *
 * What lies beside logs and is none (os/beside.h) is taken out and counted.
 *
 * A tar archive, packed or not, becomes its members, named ARCHIVE/MEMBER.  A packed one is
 * unpacked once into a nameless file in TMPDIR or /var/tmp, for members are read one by one; one
 * that is damaged gives what comes before the damage, and its name is kept.
 */
#pragma once

#include "ingest/ingest.h"
#include "os/beside.h"
#include "os/walk.h"

#define SIFT_UNPACK_MAX (UINT64_C(64) << 30) /* bytes of all archives unpacked into temporary files */
#define SIFT_NAME_MAX   400                  /* bytes of a member's name that are shown */

void sift(struct walk *walk);

/* For one that opens nothing: where an archive is unpacked, and how much of it. */
struct sift_room {
	int fd;           /* of a file that may be written over */
	uint64_t max;     /* bytes of it */
	size_t files_max; /* the walk may come to have */
	void (*tell)(void *arg); /* called while it is unpacked, often */
	void *arg;
};

/*
 * When ${fd}, of that number in the list, is a tar archive, its members take its place, and true is
 * returned; they lie in ${fd} or in the room's, both of which must stay what they are until the last
 * member has been read, and stay the caller's.  Else false, and ${fd} is at its beginning.
 */
bool sift_expand(struct walk *walk, size_t number, int fd, const struct sift_room *room);

/* ingest_open() of the file ${fd} of the list, which is taken over; -1: it cannot be had. */
int sift_open_fd(const struct walk_file *file, int fd, int64_t newest_ms, struct ingest **ret, struct err *err);

/* ingest_open() of a file of the list. */
int sift_open(const struct walk_file *file, struct ingest **ret, struct err *err);
