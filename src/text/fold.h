/* SPDX-License-Identifier: Apache-2.0 */
/* fold.h: Vietnamese text for searching and for sorting. */
#pragma once

#include "base/buf.h"

/*
 * Adds ${s} as one types it in a hurry: lower case, no tone marks, no hats and
 * horns, đ as d, composed and combining forms alike ("Hoà", "HÒA" give "hoa");
 * runs of white space are one space, none at the ends.  Letters of other
 * scripts stay; malformed bytes are left out.  Two texts that fold alike are
 * equal for a search.
 */
void fold_search(struct buf *out, const char *s);

/* Whether the word of ${len} bytes, folded so, begins as ${folded}, which is without blanks. */
bool fold_begins(const char *word, size_t len, const char *folded);

/*
 * Adds a key whose strcmp order is the Vietnamese dictionary's: syllable by
 * syllable, first the letters (a ă â b c d đ e ê … y, with f j w z in their Latin
 * places), then the tone (ngang, huyền, hỏi, ngã, sắc, nặng); digits before
 * letters; case, punctuation and the place of the tone mark do not count.
 */
void fold_sort_key(struct buf *out, const char *s);

/* The same for a person's name: given name (the last word), middle names, then family name. */
void fold_name_key(struct buf *out, const char *name);
