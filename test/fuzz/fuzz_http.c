/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets, head lines, cookies, forwarded addresses, names of attachments. */
#include <assert.h>

#include "base/utf8.h"
#include "http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_target(const char *text)
{
	struct http_request req = { 0 };

	if (http_target_parse(&req, text)) {
		assert(req.segs <= HTTP_SEGMENTS_MAX);
		for (size_t i = 0; i < req.segs; i++) {
			assert(*req.seg[i] != '\0' && strcmp(req.seg[i], "..") != 0);
			assert(utf8_valid(req.seg[i], strlen(req.seg[i])));
		}
	}
	arena_clear(&req.arena);
}

static void
try_head(char *text)
{
	struct head head = { 0 };
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		char *value = strchr(line, ':');

		if (value != NULL)
			*value++ = '\0';
		head_add(&head, line, value);
	}
	if (head_check(&head, "HTTP/1.1") == 0)
		assert(head.hosts == 1 && head.lengths + head.encodings <= 1);
}

static void
try_forwarded(const char *text)
{
	char address[HTTP_ADDRESS_SIZE] = "127.0.0.1", key[ADDRESS_TEXT_SIZE];
	static const struct address_block all = { .prefix = 0 }; /* every proxy is believed */

	head_forwarded(text, &all, 1, address);
	assert(address_in(address, &all, 1));
	assert(*address_key(address, key) != '\0');
}

static void
try_attachment(const char *text)
{
	struct http_request req = { 0 };
	struct http_response res = { .fd = -1 };

	http_attachment(&req, &res, text);
	assert(res.extras == 1);
	for (const char *p = res.extra[0].value; *p != '\0'; p++)
		assert(*p >= ' ' && *p < 0x7f);
	arena_clear(&req.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	const char *text = arena_strndup(&arena, (const char *)data, size);
	const char *cookie = http_cookie_in(&arena, text, "khien");

	assert(cookie == NULL || strpbrk(cookie, "; \t") == NULL);
	try_target(text);
	try_head(arena_strdup(&arena, text));
	try_forwarded(text);
	try_attachment(text);
	return 0;
}
