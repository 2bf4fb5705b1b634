/* SPDX-License-Identifier: Apache-2.0 */
/* unzip.h: one member out of a ZIP in memory, which anybody may have written. */
#pragma once

#include "base/buf.h"

/*
 * Adds the content of the member ${name} to ${out}, at most as much as it holds.  False
 * when there is no such member, when the archive is damaged or uses what plain ZIPs do not (encryption,
 * ZIP64, several disks), or when the content is larger than ${out} may be.
 */
bool unzip_member(const char *data, size_t len, const char *name, struct buf *out);
