/* SPDX-License-Identifier: Apache-2.0 */
/* embed.h: the files that travel inside the program (tools/embed): packs/ and web/dist/. */
#pragma once

#include "base/base.h"

struct embed {
	const char *name; /* path from the source root: "packs/playbook/ransomware.yaml" */
	const void *data; /* followed by a NUL byte, so a text file is a string */
	size_t size;
};

/* The file of that name, or NULL. */
const struct embed *embed_get(const char *name);

/* All files whose name starts with ${prefix}, in order; NULL at the end. ${i} starts at 0. */
const struct embed *embed_next(const char *prefix, size_t *i);
