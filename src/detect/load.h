/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h: folders of rules to a matcher, through the cache.
 */
#pragma once

#include "detect/matcher.h"

struct detect_load {
	const char *const *path;    /* files, or folders with .yml and .yaml files in them, however deep */
	size_t paths;
	bool shipped;               /* the rules that travel in the program as well */
	const char *const *pipeline;/* more pipeline files */
	size_t pipelines;
	const char *data_dir;       /* its packs/pipeline; NULL: none */
	const char *cache_dir;      /* where compiled sets are kept; NULL: nowhere */
	bool anew;                  /* compiled again, also when it is there */
	bool no_prefilter;
	/* expand lists: name and values */
	const struct detect_expand {
		const char *name;
		const char *const *text;
		size_t count;
	} *expand;
	size_t expands;
};

#define DETECT_PATH_SIZE 4096

struct detect_loaded {
	char path[DETECT_PATH_SIZE];      /* of the compiled set in the cache, "" if it is not there */
	char key[65];                     /* what the set was made from, as a hash in hex */
	size_t files;
	size_t loaded, unmapped, refused; /* documents: rules, correlations, filters */
	bool cached;                      /* taken from the cache */
};

/*
 * Reads, compiles, or takes the compiled set out of the cache when the very same content
 * was compiled before.  ${fn} is told each rule that is left out, also out of the cache:
 * ERR_NOT_FOUND "detect.unmapped" for one without a mapping, everything else is refused.
 * Fails only when a path is not there (ERR_NOT_FOUND) or cannot be read (ERR_IO), or a
 * pipeline has a fault (ERR_INVALID).
 */
int detect_load(const struct detect_load *what, sigma_fault_fn fn, void *arg, struct matcher **ret,
    struct detect_loaded *ret_loaded, struct err *err);

/*
 * A compiled set from the open file ${fd}, as detect_load() left it in the cache: for one that
 * may open nothing.  ERR_BROKEN "detect.cache" when it is none, or of another program.
 */
int detect_load_fd(int fd, struct matcher **ret, struct detect_loaded *ret_loaded, struct err *err);

/*
 * The set of that key in the cache folder.  ERR_NOT_FOUND "detect.set" {key}: there is none, or it is
 * damaged, or another version of the program made it.
 */
int detect_find(const char *cache_dir, const char *key, struct detect_loaded *ret_loaded, struct err *err);

/* The user's own cache folder ($XDG_CACHE_HOME or ~/.cache)/khien/detect, or NULL. The caller frees it. */
char *detect_cache_dir(void);
