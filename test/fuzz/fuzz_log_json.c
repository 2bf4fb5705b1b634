/* SPDX-License-Identifier: Apache-2.0 */
/* Logs of JSON: events are taken from anything without harm. */
#include "log_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return log_fuzz(INGEST_JSON, data, size);
}
