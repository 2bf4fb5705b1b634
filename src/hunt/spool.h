/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h: any number of records put in the order of their time with little memory: runs are
 * sorted here and kept in a temporary file that has no name.
 */
#pragma once

#include "base/err.h"

#define SPOOL_RUN        ((size_t)12 << 20) /* bytes kept before they go to the file */
#define SPOOL_RECORD_MAX ((size_t)1 << 20)

struct spool;

struct spool *spool_new(size_t run); /* 0: SPOOL_RUN */
void spool_free(struct spool *spool); /* NULL is allowed */

/* Uses the open file ${fd}, which stays the caller's, when memory does not do. Before adding. */
void spool_use(struct spool *spool, int fd);

/* Adds a record; equal times keep the order of adding. ERR_IO, ERR_FULL (err.system). */
int spool_add(struct spool *spool, int64_t time_ns, const void *data, size_t len, struct err *err);

uint64_t spool_count(const struct spool *spool);

/* Ends adding and gives all records in order. ${fn} returns false to stop. */
int spool_read(struct spool *spool, bool (*fn)(void *arg, int64_t time_ns, const char *data, size_t len),
    void *arg, struct err *err);
