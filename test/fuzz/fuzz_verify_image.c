/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner of payloads against the JSON library: what it accepts is JSON, and
 * what is canonical JSON without rows of its own is accepted.
 */
#include <assert.h>

#include "base/utf8.h"
#include "ledger/image.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
row(void *arg, struct span table, struct span id, struct span image)
{
	struct span value, name;

	(void)table;
	assert(image_member(image, "id", &value));
	assert(value.len == id.len + 2 && memcmp(value.at + 1, id.at, id.len) == 0);
	assert(!image_diff(image, image, &name));
	++*(size_t *)arg;
}

static void
del(void *arg, struct span table, struct span id)
{
	(void)table;
	(void)id;
	++*(size_t *)arg;
}

static void
erased(void *arg, int64_t seq)
{
	assert(seq >= 0);
	++*(size_t *)arg;
}

/* The library refuses some of what is well formed: U+0000, halves of pairs, numbers beyond 64 bits. */
static bool
may_be_refused(const char *text, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < size; i++) {
		digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
		if (digits > 17 || (text[i] == '\\' && i + 1 < size && text[i + 1] == 'u'))
			return true;
	}
	return !utf8_valid(text, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(json_freep) struct json *value = NULL;
	cleanup(buf_clear) struct buf canonical = BUF_INIT(JSON_SIZE_MAX);
	const char *text = (const char *)data;
	size_t told = 0, expected;
	const struct image_visitor visitor = { &told, row, del, erased };
	bool accepted = image_scan(text, size, &visitor);
	bool parsed = json_parse(text, size, &value, NULL) == 0;

	if (accepted && !may_be_refused(text, size)) {
		assert(parsed && json_kind(value) == JSON_KIND_OBJECT);
		expected = json_len(json_get(value, "rows")) + json_len(json_get(value, "del")) +
		    json_len(json_get(value, "erased"));
		assert(told == expected);
	}
	if (parsed && json_kind(value) == JSON_KIND_OBJECT && json_get(value, "rows") == NULL &&
	    json_get(value, "del") == NULL && json_get(value, "erased") == NULL &&
	    json_canonical(value, &canonical, NULL) == 0 && canonical.len == size &&
	    memcmp(canonical.data, text, size) == 0 && !may_be_refused(text, size))
		assert(accepted);
	return 0;
}
