/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h: compiled matchers in files, found by what they were compiled from; for load.c only. */
#pragma once

#include "detect/matcher.h"
#include "os/sha256.h"

/* A rule that was left out, as it is told again. */
struct cache_fault {
	struct sigma_about about;
	bool has_about;
	struct err err;
};

struct cache_extra {
	uint64_t files, loaded, unmapped, refused;
	uint32_t program; /* which one compiled it: its sum, cut */
	struct cache_fault *fault;
	size_t faults;
};

/* Writes the file whole or not at all; failing is no fault, as the matcher is there. */
void cache_save(const char *path, const uint8_t key[static SHA256_SIZE], const struct matcher *matcher,
    const struct cache_extra *extra);

/*
 * cache_load_fd() takes what it is given, whatever it was made from.
 * NULL when there is none, or it is of something else, damaged, or of another machine.
 * ${ret_extra} points into the matcher; its list is the caller's to free.
 */
struct matcher *cache_load_fd(int fd, struct cache_extra *ret_extra);
struct matcher *cache_load(const char *path, const uint8_t key[static SHA256_SIZE],
    struct cache_extra *ret_extra);
