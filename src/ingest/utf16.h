/* SPDX-License-Identifier: Apache-2.0 */
/* utf16.h: texts that Windows wrote in UTF-16 (either order, with its mark), as UTF-8. */
#pragma once

#include "ingest/source.h"

/* What is malformed becomes U+FFFD; a single byte at the end is dropped. */
struct source *source_utf16(struct source *below);
