/* SPDX-License-Identifier: Apache-2.0 */
/* source.c: files read block by block. */
#include "ingest/source.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"

struct file_source {
	struct source base;
	int fd;
	uint64_t left;
	uint64_t passed; /* over, but not yet in the system's eyes: often nothing is read behind it */
};

static bool
settle(struct file_source *file)
{
	if (file->passed > 0 && lseek(file->fd, (off_t)file->passed, SEEK_CUR) < 0)
		return false;
	file->passed = 0;
	return true;
}

static size_t
file_read_some(struct source *source, uint8_t *out, size_t len)
{
	struct file_source *file = (struct file_source *)source;
	ssize_t n;

	if (len > file->left)
		len = (size_t)file->left;
	do
		n = settle(file) ? read(file->fd, out, len) : -1;
	while (n < 0 && errno == EINTR);
	if (n < 0)
		source->fault = "ingest.read";
	file->left -= n < 0 ? 0 : (uint64_t)n;
	return n < 0 ? 0 : (size_t)n;
}

static bool
file_skip(struct source *source, uint64_t len)
{
	struct file_source *file = (struct file_source *)source;

	if (len > file->left || len > INT64_MAX - file->passed)
		return false;
	file->passed += len;
	file->left -= len;
	return true;
}

static uint64_t
file_hole(struct source *source)
{
	struct file_source *file = (struct file_source *)source;
	off_t at = settle(file) ? lseek(file->fd, 0, SEEK_CUR) : -1, data = at < 0 ? -1 : lseek(file->fd, at, SEEK_DATA);

	bool to_end = data < 0 && errno == ENXIO;

	if (at < 0 || (data < 0 && !to_end) || lseek(file->fd, at, SEEK_SET) < 0)
		return 0;
	return to_end ? UINT64_MAX : (uint64_t)(data - at);
}

static void
file_close(struct source *source)
{
	close(((struct file_source *)source)->fd);
}

struct source *
source_file(int fd)
{
	struct file_source *file = xcalloc(1, sizeof(*file));

	file->base.read = file_read_some;
	file->base.close = file_close;
	file->fd = fd;
	file->left = UINT64_MAX;
	return &file->base;
}

struct source *
source_stretch(int fd, uint64_t len)
{
	struct source *source = source_file(fd);

	source->skip = file_skip;
	source->hole = file_hole;
	((struct file_source *)source)->left = len;
	return source;
}

static size_t
read_own(struct source *source, uint8_t *out, size_t len)
{
	size_t n = source->fault != NULL || source->is_done ? 0 : source->read(source, out, len);

	source->is_done = n == 0;
	source->bytes += n;
	return n;
}

size_t
source_read(struct source *source, uint8_t *out, size_t len)
{
	size_t done = 0, n;

	if (source->head_pos < source->head_len) {
		done = source->head_len - source->head_pos;
		if (done > len)
			done = len;
		memcpy(out, source->head + source->head_pos, done);
		source->head_pos += done;
	}
	if (source->head_pos == source->head_len && source->head != NULL) {
		free(source->head);
		source->head = NULL;
	}
	while (done < len && (n = read_own(source, out + done, len - done)) > 0)
		done += n;
	return done;
}

uint64_t
source_hole(struct source *source)
{
	return source->head_pos < source->head_len || source->hole == NULL ? 0 : source->hole(source);
}

bool
source_skip(struct source *source, uint64_t len)
{
	uint64_t ahead = source->head_len - source->head_pos;

	if (len > ahead && (source->skip == NULL || !source->skip(source, len - ahead)))
		return false;
	source->head_pos += len < ahead ? len : ahead;
	source->bytes += len > ahead ? len - ahead : 0;
	return true;
}

size_t
source_peek(struct source *source, size_t len, const uint8_t **ret_data)
{
	size_t n;

	if (source->head == NULL)
		source->head = xmalloc(SOURCE_HEAD);
	if (len > SOURCE_HEAD)
		len = SOURCE_HEAD;
	/* What is looked at first is read next; who looks further wants all there is room for. */
	while (source->head_len < len && (n = read_own(source, source->head + source->head_len,
	    (len <= SOURCE_LOOK ? SOURCE_LOOK : SOURCE_HEAD) - source->head_len)) > 0)
		source->head_len += n;
	*ret_data = source->head;
	return source->head_len < len ? source->head_len : len;
}

struct source *
source_packed(struct source *source, const char **ret_packing)
{
	const char *packing = NULL;
	const uint8_t *head;

	for (int i = 0; i < 2; i++) {
		size_t n = source_peek(source, 4, &head);

		if (n >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8) {
			source = source_gzip(source);
			packing = "gzip";
		} else if (n == 4 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd && head[0] == 0x28) {
			source = source_zstd(source);
			packing = "zstd";
		} else {
			break;
		}
	}
	if (ret_packing != NULL)
		*ret_packing = packing;
	return source;
}

uint8_t *
source_take_head(struct source *source, size_t *ret_len)
{
	uint8_t *head = source->head;

	*ret_len = source->head_len;
	source->head = NULL;
	source->head_len = source->head_pos = 0;
	return head;
}

void
source_free(struct source *source)
{
	if (source == NULL)
		return;
	if (source->close != NULL)
		source->close(source);
	source_free(source->below);
	free(source->head);
	free(source);
}

bool
source_is_bomb(struct source *source, uint64_t unpacked)
{
	if (unpacked <= SOURCE_FREE || unpacked / SOURCE_RATIO <= source->below->bytes)
		return false;
	source->fault = "ingest.unpack.bomb";
	return true;
}

size_t
source_refill(struct source *source, uint8_t *out, size_t len)
{
	size_t n = source_read(source->below, out, len);

	if (n == 0 && source->below->fault != NULL)
		source->fault = source->below->fault;
	return n;
}
