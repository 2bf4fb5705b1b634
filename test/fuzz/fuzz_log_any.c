/* SPDX-License-Identifier: Apache-2.0 */
/* Files of any kind: recognised, unpacked, cut and read without harm. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_ANY, data, size);
}
