/* SPDX-License-Identifier: Apache-2.0 */
/* shipped.h: the catalogues that travel inside the program. */
#pragma once

#include "base/err.h"

/* Loads them into text/words.h; a fault names its file. Before there are threads. */
int shipped_words(struct err *err);
