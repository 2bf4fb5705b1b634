/* SPDX-License-Identifier: Apache-2.0 */
#include "http/rate.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/id.h"

#define WAYS 8 /* buckets that share one set */

/*
 * Kept as the one time at which the bucket is full again: each taking moves it
 * by every_ms, and one is there as long as that is less than burst steps away.
 */
struct bucket {
	uint64_t key;
	int64_t full_ms;
};

struct rate {
	pthread_mutex_t lock;
	size_t sets;
	unsigned burst;
	int64_t every_ms;
	uint64_t seed; /* so that nobody can choose keys that meet in one set */
	struct bucket *bucket;
};

struct rate *
rate_new(size_t keys, unsigned burst, int64_t every_ms)
{
	struct rate *rate = xcalloc(1, sizeof(*rate));

	pthread_mutex_init(&rate->lock, NULL);
	rate->sets = (keys + WAYS - 1) / WAYS;
	rate->burst = burst;
	rate->every_ms = every_ms;
	random_bytes(&rate->seed, sizeof(rate->seed));
	rate->bucket = xcalloc(rate->sets * WAYS, sizeof(*rate->bucket));
	return rate;
}

void
rate_free(struct rate *rate)
{
	if (rate == NULL)
		return;
	pthread_mutex_destroy(&rate->lock);
	free(rate->bucket);
	free(rate);
}

/* FNV-1a from a secret start, then mixed (the finalizer of splitmix64). */
static uint64_t
hash_key(const struct rate *rate, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ rate->seed;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
	h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
	h ^= h >> 31;
	return h == 0 ? 1 : h;
}

/* The key's bucket, or the one of its set to give up for it. */
static struct bucket *
find(struct rate *rate, uint64_t key)
{
	struct bucket *set = rate->bucket + key % rate->sets * WAYS;
	struct bucket *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_ms < oldest->full_ms)
			oldest = &set[i];
	}
	return oldest;
}

static int64_t
look(struct rate *rate, const char *name, int64_t now_ms, bool take)
{
	uint64_t key = hash_key(rate, name);
	int64_t full_ms, wait_ms;
	struct bucket *b;

	pthread_mutex_lock(&rate->lock);
	b = find(rate, key);
	full_ms = b->key == key && b->full_ms > now_ms ? b->full_ms : now_ms;
	wait_ms = full_ms + rate->every_ms - now_ms - rate->every_ms * rate->burst;
	if (wait_ms <= 0 && take) {
		b->key = key;
		b->full_ms = full_ms + rate->every_ms;
	}
	pthread_mutex_unlock(&rate->lock);
	return wait_ms > 0 ? wait_ms : 0;
}

int64_t
rate_take(struct rate *rate, const char *key, int64_t now_ms)
{
	return look(rate, key, now_ms, true);
}

int64_t
rate_peek(struct rate *rate, const char *key, int64_t now_ms)
{
	return look(rate, key, now_ms, false);
}

void
rate_forget(struct rate *rate, const char *name)
{
	uint64_t key = hash_key(rate, name);
	struct bucket *b;

	pthread_mutex_lock(&rate->lock);
	b = find(rate, key);
	if (b->key == key)
		*b = (struct bucket){ 0 };
	pthread_mutex_unlock(&rate->lock);
}
