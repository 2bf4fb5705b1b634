/* SPDX-License-Identifier: Apache-2.0 */
/* source.h: playbooks that are kept elsewhere than in files, among those that are. */
#pragma once

#include "pack/pack.h"

/* One version of a playbook as text. */
struct pack_source {
	const char *name; /* stands as the file in faults */
	const char *id;   /* of the playbook; a text that says another id is a fault */
	const char *yaml;
	int version;            /* counts, whatever the text says */
	int64_t from_ms, to_ms; /* holds at most for from <= t < to; narrower when the text says so */
};

/*
 * As packs_load(), with ${n} texts among the files.  While a text holds it
 * stands before the files of its id, because it begins later.  A file whose
 * version number a text has taken gets the next free one, so that what an
 * incident remembers stays one and the same.
 */
int packs_load_with(const char *data_dir, const struct pack_source *more, size_t n,
    struct packs **ret, struct err *err);

/*
 * A set of that one playbook, compared with nothing: for drafts.  Every fault
 * is told to ${fn} (may be NULL); ${complete} as in packs_check().  Returns 0,
 * or ERR_INVALID when there are faults and *ret is untouched.
 */
int packs_load_alone(const struct pack_source *one, bool complete, packs_check_fn fn, void *user,
    struct packs **ret);
