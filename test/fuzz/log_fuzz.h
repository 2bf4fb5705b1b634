/* SPDX-License-Identifier: Apache-2.0 */
/* log_fuzz.h: a log in memory read as a file; everything its events point to is touched. */
#pragma once

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "os/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct log_fuzz {
	const struct ingest_piece *piece;
	struct buf scratch;
	unsigned sum; /* so that reading is not left out */
	uint64_t number;
};

static void
log_fuzz_touch(struct log_fuzz *f, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		f->sum += p[i];
}

static void
log_fuzz_event(void *arg, const struct event *event)
{
	struct log_fuzz *f = arg;
	const uint8_t *raw = event->raw;

	assert(event->values > 0 && event->values <= EVENT_VALUES_MAX);
	assert(raw >= f->piece->data && raw + event->raw_len <= f->piece->data + f->piece->len);
	log_fuzz_touch(f, raw, event->raw_len);
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		struct text text;

		buf_reset(&f->scratch);
		text = event_text(v, &f->scratch);
		log_fuzz_touch(f, text.at, text.len);
		log_fuzz_touch(f, v->name, v->name_len);
	}
}

static void
log_fuzz_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	(void)arg;
	(void)offset;
	(void)len;
	assert(strncmp(key, "ingest.", 7) == 0);
}

static inline int
log_fuzz(enum ingest_format format, const uint8_t *data, size_t size)
{
	static struct ingest_thread *thread;
	static struct ingest_piece piece;
	struct ingest_options options = { .format = format, .newest_ms = INT64_C(1763800000000) };
	struct log_fuzz f = { .piece = &piece, .scratch = BUF_INIT((size_t)8 << 20) };
	struct ingest_sink sink = { &f, log_fuzz_event, log_fuzz_skipped };
	struct ingest *in;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (thread == NULL)
		thread = ingest_thread_new(NULL);
	if (fd == -1 || fd_write_all(fd, data, size) != 0 || lseek(fd, 0, SEEK_SET) != 0 ||
	    ingest_open_fd(fd, "fuzz", &options, &in, NULL) != 0)
		return 0;
	while (ingest_next(in, &piece)) {
		assert(piece.number == f.number++ && piece.len <= INGEST_PIECE_MAX);
		/* Exactly as large as what is in it, so that the sanitizer sees one byte too many. */
		if (piece.len > 0) {
			piece.data = realloc(piece.data, piece.len);
			piece.room = piece.len;
		}
		ingest_parse(in, &piece, thread, &sink);
	}
	ingest_close(in);
	buf_clear(&f.scratch);
	return 0;
}
