/* SPDX-License-Identifier: Apache-2.0 */
/* W3C extended logs, whose columns change on the way. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_W3C, data, size);
}
