/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/inspect.h"

#include <errno.h>
#include <magic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "model/observable.h"
#include "os/worker.h"
#include "text/json.h"

#define FILE_FD 3

/* libmagic opens its database here and nothing later: no uncompressing, no looking elsewhere. */
static magic_t type_cookie, words_cookie;

#define FLAGS (MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_ERROR)

static magic_t
load(int flags)
{
	magic_t cookie = magic_open(flags | FLAGS);

	if (cookie != NULL && magic_load(cookie, NULL) == 0)
		return cookie;
	return NULL;
}

bool
inspect_prepare(void)
{
	type_cookie = load(MAGIC_MIME_TYPE);
	words_cookie = load(MAGIC_NONE);
	return type_cookie != NULL && words_cookie != NULL;
}

static bool
read_start(char *data, size_t *ret_len)
{
	size_t len = 0;

	while (len < INSPECT_READ_MAX) {
		ssize_t n = pread(FILE_FD, data + len, INSPECT_READ_MAX - len, (off_t)len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return true;
}

/* The words may carry bytes of the file itself. */
static void
set_text(struct json *json, const char *name, const char *text, const char *otherwise)
{
	size_t len = text == NULL ? 0 : strlen(text);
	char copy[256];

	if (len >= sizeof(copy))
		len = utf8_cut(text, sizeof(copy) - 1);
	if (len == 0 || !utf8_valid(text, len)) {
		json_set_str(json, name, otherwise);
		return;
	}
	for (size_t i = 0; i < len; i++)
		copy[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
	copy[len] = '\0';
	json_set_str(json, name, copy);
}

/*
 * UTF-8 without control bytes.  ${is_cut}: the last character may lie across
 * the end of what was read.
 */
static bool
is_text(const char *data, size_t *len, bool is_cut)
{
	for (int i = 0; is_cut && i < 4 && *len > 0 && !utf8_valid(data, *len); i++)
		(*len)--;
	if (!utf8_valid(data, *len))
		return false;
	for (size_t i = 0; i < *len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b)
			return false;
	}
	return true;
}

struct found {
	struct json *list;
	bool is_cut;
};

static void
add(void *ctx, enum observable_type type, const char *value)
{
	struct found *f = ctx;
	struct json *item;

	if (json_len(f->list) == INSPECT_OBSERVABLES_MAX) {
		f->is_cut = true;
		return;
	}
	item = json_new_object();
	json_set_str(item, "type", observable_type_name(type));
	json_set_str(item, "value", value);
	json_append(f->list, item);
}

/* The first entry's general purpose bit 0 (APPNOTE 4.4.4) says that a ZIP is encrypted. */
static bool
is_encrypted_zip(const char *data, size_t len)
{
	return len > 30 && memcmp(data, "PK\3\4", 4) == 0 && (data[6] & 1) != 0;
}

int
inspect_serve(void)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(json_freep) struct json *json = json_new_object();
	cleanup(free_charp) char *data = xmalloc(INSPECT_READ_MAX + 1);
	struct found found = { json_new_array(), false };
	off_t size = lseek(FILE_FD, 0, SEEK_END); /* fstat() is not allowed here */
	size_t len;

	json_set(json, "observables", found.list);
	if (!worker_read(&frame) || size == -1 || !read_start(data, &len))
		return 1;
	json_set_int(json, "size", size);
	set_text(json, "media_type", len == 0 ? "application/x-empty" :
	    magic_buffer(type_cookie, data, len), "application/octet-stream");
	set_text(json, "description", magic_buffer(words_cookie, data, len), "");
	json_set_bool(json, "is_encrypted", is_encrypted_zip(data, len));
	found.is_cut = size > (off_t)len;
	if (len > 0 && is_text(data, &len, found.is_cut)) {
		json_set_bool(json, "is_text", true);
		observable_extract(data, len, add, &found);
	} else {
		json_set_bool(json, "is_text", false);
	}
	json_set_bool(json, "is_cut", found.is_cut);
	buf_reset(&frame);
	json_write(json, &frame);
	return !frame.full && worker_write(frame.data, frame.len) ? 0 : 1;
}
