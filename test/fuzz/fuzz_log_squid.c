/* SPDX-License-Identifier: Apache-2.0 */
/* Access logs of Squid. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_SQUID, data, size);
}
