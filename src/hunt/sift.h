/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sift.h: which of the files that were found are logs, before any is read.
 *
 * Within folders these lie beside logs and are none: X.json… beside X.evtx, which is the same records
 * once more, and YAML (a rule, what a sample is about).  They are taken out and counted.  A file that was
 * named itself is always read.
 *
 * A tar archive, packed or not, becomes its members, named ARCHIVE/MEMBER.  A packed one is
 * unpacked once into a nameless file in TMPDIR or /var/tmp, for members are read one by one; one
 * that is damaged gives what comes before the damage, and its name is kept.
 */
#pragma once

#include "ingest/ingest.h"
#include "os/walk.h"

#define SIFT_UNPACK_MAX (UINT64_C(64) << 30) /* bytes of all archives unpacked into temporary files */
#define SIFT_NAME_MAX   400                  /* bytes of a member's name that are shown */

void sift(struct walk *walk);

/* ingest_open() of a file of the list. */
int sift_open(const struct walk_file *file, struct ingest **ret, struct err *err);
