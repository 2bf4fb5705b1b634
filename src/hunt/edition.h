/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edition.h: an edition of rules laid ready: unpacked into a folder, checked, and compared with
 * the one in use.  Who asked (khien rules import) decides what becomes of the folder.
 */
#pragma once

#include "detect/load.h"
#include "text/words.h"

struct edition_ask {
	const char *from;   /* archive or folder */
	const char *to;     /* a folder to be made; nothing is there */
	const char *before; /* the folder of the edition in use, or NULL */
	struct detect_load load; /* pipelines, cache; path and shipped are set here */
	enum lang lang;
};

/*
 * Answers one JSON object into ${out}:
 *	label, sha256, files, bytes, members, left_out, links
 *	loaded, unmapped [], refused []          as khien rules check
 *	added_count, changed_count, gone_count
 *	added [], changed [], gone []            rule_id, title, file; empty without ${before}
 * sha256 is of the list "<sha256>  <name>\n" of all files in the order of their names.
 * ERR_INVALID "edition.empty" {file} when there is no rule file in it; else as unpack.h.
 * A failure leaves no ${to}.
 */
int edition_stage(const struct edition_ask *ask, struct buf *out, struct err *err);
