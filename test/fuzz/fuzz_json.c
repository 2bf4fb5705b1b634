/* SPDX-License-Identifier: Apache-2.0 */
/* What parses has one canonical form, which parses to itself. */
#include <assert.h>

#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(json_freep) struct json *value = NULL, *again = NULL;
	cleanup(buf_clear) struct buf one = BUF_INIT(JSON_SIZE_MAX), two = BUF_INIT(JSON_SIZE_MAX);
	struct err err = { 0 };
	int ret = json_parse((const char *)data, size, &value, &err);

	assert((ret == 0) == (value != NULL) && (ret == 0) == (err.kind == ERR_NONE));
	if (ret == 0 && json_canonical(value, &one, &err) == 0) {
		ret = json_parse(buf_str(&one), one.len, &again, NULL);
		assert(ret == 0);
		ret = json_canonical(again, &two, NULL);
		assert(ret == 0 && one.len == two.len && strcmp(buf_str(&one), buf_str(&two)) == 0);
	}
	err_clear(&err);
	return 0;
}
