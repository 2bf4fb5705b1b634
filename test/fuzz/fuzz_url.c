/* SPDX-License-Identifier: Apache-2.0 */
/* Forms, and addresses whose parts hold nothing that would start another header or host. */
#include <assert.h>

#include "base/utf8.h"
#include "text/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_form(struct arena *arena, const char *text, size_t len)
{
	struct url_params params;

	if (url_params(arena, text, len, &params, NULL) != 0)
		return;
	assert(params.count <= URL_PARAMS_MAX);
	for (size_t i = 0; i < params.count; i++) {
		cleanup(buf_clear) struct buf b = BUF_INIT(3 * URL_FORM_MAX);
		const char *value = params.param[i].value;
		char *again;
		int ret;

		assert(utf8_valid(value, strlen(value)));
		url_encode(&b, value);
		ret = url_decode(arena, buf_str(&b), b.len, true, &again, NULL);
		assert(ret == 0 && strcmp(again, value) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	char *text = arena_strndup(&arena, (const char *)data, size);
	struct url url;

	try_form(&arena, text, size);
	if (url_split(text, NULL, &url, NULL) == 0) {
		assert(url.port > 0 && url.port < 65536 && url.path[0] == '/' && url.host[0] != '\0');
		for (const char *p = url.path; *p != '\0'; p++)
			assert(*p > ' ' && *p < 0x7f && *p != '#');
		assert(strpbrk(url.host, "/@?# \\%") == NULL);
	}
	return 0;
}
