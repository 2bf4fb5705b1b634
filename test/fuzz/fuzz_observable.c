/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever is found is in normal form, and normalising it, or its defanged
 * form, gives it again.  The whole input is tried as a single value too.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "model/observable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(void *ctx, enum observable_type type, const char *value)
{
	cleanup(buf_clear) struct buf b = BUF_INIT(4 * OBSERVABLE_SIZE);
	char out[OBSERVABLE_SIZE], host[OBSERVABLE_SIZE];
	int ret;

	(void)ctx;
	assert(value[0] != '\0' && utf8_valid(value, strlen(value)));
	for (const char *p = value; *p != '\0'; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	ret = observable_normalise(type, value, out, NULL);
	assert(ret == 0 && strcmp(out, value) == 0);
	observable_defang(type, value, &b);
	ret = observable_normalise(type, buf_str(&b), out, NULL);
	assert(ret == 0 && strcmp(out, value) == 0);
	if (observable_host(type, value, host) == OBSERVABLE_IP)
		(void)observable_is_private_ip(host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	char *text = arena_strndup(&arena, (const char *)data, size);
	char out[OBSERVABLE_SIZE];
	enum observable_type type;
	size_t count = observable_extract((const char *)data, size, check, NULL);

	assert(count <= OBSERVABLE_FOUND_MAX);
	type = observable_type_of(text);
	if (type != OBSERVABLE_NONE) {
		int ret = observable_normalise(type, text, out, NULL);

		assert(ret == 0);
		check(NULL, type, out);
	}
	return 0;
}
