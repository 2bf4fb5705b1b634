/* SPDX-License-Identifier: Apache-2.0 */
/* Windows events exported as XML. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_XML, data, size);
}
