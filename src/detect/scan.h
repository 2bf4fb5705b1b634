/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h: any number of literals found in one pass over bytes. */
#pragma once

#include "base/base.h"

struct scan_set;     /* compiled literals */
struct scan_scratch; /* of one thread */

/*
 * Compiles ${count} literals; each may hold any bytes.  Literal i is told as ${id}[i].  NULL when the library refuses
 * (which it does for none of at least one byte), and the caller does without.
 */
struct scan_set *scan_compile(const char *const *literal, const size_t *len, const unsigned *id,
    size_t count);
void scan_free(struct scan_set *set); /* NULL is allowed */

/* Makes ${scratch} (NULL at first) fit ${set} as well. */
void scan_prepare(const struct scan_set *set, struct scan_scratch **scratch);
void scan_scratch_free(struct scan_scratch *scratch);

/* Tells ${fn} each literal found, at least once. */
void scan_run(const struct scan_set *set, struct scan_scratch *scratch, const char *data, size_t len,
    void (*fn)(void *arg, unsigned id), void *arg);

size_t scan_size(const struct scan_set *set);

/* As bytes and back; the bytes are the caller's to free.  NULL when they do not fit this machine. */
char *scan_save(const struct scan_set *set, size_t *ret_len);
struct scan_set *scan_load(const char *data, size_t len);
