/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h: where the log sources that rules speak of are found in events, and what fields
 * are called there.  Data: packs of kind "pipeline" (packs/README.md).
 */
#pragma once

#include "base/err.h"
#include "os/sha256.h"
#include "pack/pipeline.h"

struct pipelines;

/*
 * The shipped pipelines and those of ${data_dir}/packs/pipeline, where the same name replaces;
 * NULL: the shipped alone.  A fault in a file (pack.*, yaml.*) ends loading.
 */
int pipelines_load(const char *data_dir, struct pipelines **ret, struct err *err);

/* One more from bytes, for tests and --pipeline FILE; NULL *pipelines begins a set. */
int pipelines_add(struct pipelines **pipelines, const char *data, size_t len, const char *name,
    struct err *err);

void pipelines_free(struct pipelines *pipelines); /* NULL is allowed */

size_t pipelines_count(const struct pipelines *pipelines);
const struct pack_pipeline *pipelines_at(const struct pipelines *pipelines, size_t i);

/* Adds to a hash what the set was made of. */
void pipelines_sum(const struct pipelines *pipelines, struct sha256 *hash);
