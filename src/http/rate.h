/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate.h: how often something may be asked, by a key (an address, a login), in
 * memory that does not grow.  A token bucket per key: ${burst} at once, then
 * one every ${every_ms}.
 *
 * The table is of fixed size.  When a set of it is full, the bucket that is
 * nearest to full again is forgotten: guessing from many addresses can make
 * the limiter forget somebody, never make it refuse somebody who did nothing.
 */
#pragma once

#include "base/base.h"

struct rate;

/* ${keys} is rounded up to a multiple of the set size; 16 bytes each. */
struct rate *rate_new(size_t keys, unsigned burst, int64_t every_ms);
void rate_free(struct rate *rate);

/*
 * Takes one from ${key}'s bucket at monotonic time ${now_ms}.  Returns 0, or
 * the milliseconds until there is one again; nothing is taken then.  Any thread.
 */
int64_t rate_take(struct rate *rate, const char *key, int64_t now_ms);

/* As rate_take without taking. */
int64_t rate_peek(struct rate *rate, const char *key, int64_t now_ms);

/* The bucket is full again: what it was counting turned out well. */
void rate_forget(struct rate *rate, const char *key);
