/* SPDX-License-Identifier: Apache-2.0 */
/* mau05_part.h: what reading and adding share; for mau05*.c only. */
#pragma once

#include "app/mau05.h"

#define MAU05_FORMAT  "khien.mau-05"
#define MAU05_VERSION 1

/* The columns that are numbers of incidents, NULL at the end. */
extern const char *const mau05_columns[];

/* In a sheet: the code of the sum of all rows, beside the codes of the types. */
#define MAU05_TOTAL "total"

/* What a row's damage says beside its sum of money; "" when nothing. In the arena. */
const char *mau05_damage_words(struct call *call, const struct json *row);
