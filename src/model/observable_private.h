/* SPDX-License-Identifier: Apache-2.0 */
/* observable_private.h: what the files of observable share. */
#pragma once

#include "base/buf.h"
#include "model/observable.h"

/* A dot that was written [.] or the like: proof that a name or an address was meant. */
#define DEFANGED_DOT '\x01'

enum observable_label {
	LABEL_UNKNOWN,
	LABEL_TLD,      /* ends domain names */
	LABEL_TLD_WEAK, /* does, but is a common word too: wants more evidence */
	LABEL_EXT,      /* ends file names */
	LABEL_EXT_TLD,  /* both: a file unless there is evidence of a domain */
};

/* What the last label, without its dot, is known as; case does not count. */
enum observable_label observable_label(const char *s, size_t len);

/*
 * Adds ${text} to ${out} with defanged forms undone: brackets around dots (as
 * DEFANGED_DOT), around '@', ':' and '/', hxxp, full-width ASCII.  Malformed
 * UTF-8 and control characters other than line ends and tabs become spaces.
 */
void observable_refang(const char *text, size_t len, struct buf *out);

/*
 * Whether ${len} bytes of refanged text, nothing around them, are a ${type};
 * then ${out} holds the normal form.
 */
bool observable_form(enum observable_type type, const char *s, size_t len,
    char out[static OBSERVABLE_SIZE]);
