/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's export: lengths may lie. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_JOURNAL, data, size);
}
