/* SPDX-License-Identifier: Apache-2.0 */
/* timeline.h: a timeline row as a sentence, for lists, papers and dossiers. */
#pragma once

#include "base/buf.h"
#include "text/words.h"

/* Adds the sentence of catalogue key ${word} with the arguments in ${args_json}; either may be NULL. */
void timeline_sentence(struct buf *out, enum lang lang, const char *word, const char *args_json);
