/* SPDX-License-Identifier: Apache-2.0 */
/* A list of indicators in any form, then a search with what it holds in the list's own text. */
#include <assert.h>

#include "hunt/ioc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
found(void *arg, enum indicator kind, const char *indicator, const struct event_value *value,
    struct text text)
{
	unsigned *sum = arg;

	assert(kind > IND_NONE && kind < IND_KINDS && value != NULL);
	*sum += (unsigned char)indicator[0];
	assert(text.len > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf scratch = BUF_INIT(1 << 20);
	struct event_value value = { .type = VALUE_TEXT, .len = (uint32_t)size, .data = data };
	struct event event = { .value = &value, .values = 1 };
	struct iocs iocs = { 0 };
	struct err err = { 0 };
	char *copy = xmalloc(size + 1);
	unsigned sum = 0;

	/* Files are read with a NUL behind them. */
	memcpy(copy, data, size);
	copy[size] = '\0';
	(void)iocs_read_bytes(&iocs, copy, size, "list", &err);
	iocs_ready(&iocs);
	iocs_event(&iocs, &event, &scratch, found, &sum);
	err_clear(&err);
	iocs_clear(&iocs);
	buf_clear(&scratch);
	free(copy);
	return 0;
}
