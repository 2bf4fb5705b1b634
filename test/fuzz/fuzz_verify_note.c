/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints, signed notes and verifier keys of any bytes; what is read is written back the same. */
#include <assert.h>

#include "base/arena.h"
#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(free_charp) char *text = xmalloc(size + 1);
	cleanup(buf_clear) struct buf out = BUF_INIT(4096);
	struct note_key key, other;
	struct checkpoint cp;
	size_t len;
	int ret;

	memcpy(text, data, size);
	text[size] = '\0';
	ret = note_key_parse(KEY, &key, NULL);
	assert(ret == 0);
	if (note_check(&key, text, size, &len, NULL) == 0)
		assert(len < size && text[len - 1] == '\n' && text[len] == '\n');
	checkpoint_check(text, size, &key, &cp, NULL);
	if (note_key_parse(text, &other, NULL) == 0) {
		note_key_text(&other, &out);
		assert(str_starts(text, buf_str(&out)));
	}
	return 0;
}
