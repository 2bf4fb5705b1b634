/* SPDX-License-Identifier: Apache-2.0 */
/* evtx.c: files, chunks and records. */
#include "ingest/evtx.h"

#include <stdlib.h>

#include "ingest/crc32.h"
#include "ingest/evtx_part.h"
#include "ingest/when.h"

#define RECORD_HEAD  24
#define RECORD_LEAST 28
#define CHUNK_HEADER 128 /* what a chunk says its header's size is */
#define JOINED_MAX   ((size_t)1 << 20)
#define CACHED_MAX   4096
#define ARENA_MAX    ((size_t)16 << 20)

static const uint8_t record_magic[4] = { 0x2a, 0x2a, 0, 0 };

/* ---- file --------------------------------------------------------------------------- */

static bool
is_chunk(const void *p, size_t len)
{
	return len >= 8 && memcmp(p, "ElfChnk", 8) == 0;
}

bool
evtx_is(const void *data, size_t len)
{
	return (len >= 8 && memcmp(data, "ElfFile", 8) == 0) || is_chunk(data, len);
}

bool
evtx_is_empty(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Behind the free space's beginning a record may go on that the head does not know of: its first bytes are read too. */
size_t
evtx_chunk_used(const uint8_t *head)
{
	uint32_t free_at = evtx_u32(head + 48);

	return is_chunk(head, EVTX_CHUNK_HEAD) && free_at >= EVTX_FIRST_RECORD &&
	    free_at <= EVTX_CHUNK - sizeof(record_magic) ? free_at + sizeof(record_magic) : EVTX_CHUNK;
}

bool
evtx_chunk_ends(const uint8_t *chunk, size_t used)
{
	size_t pos = EVTX_FIRST_RECORD, end = used - sizeof(record_magic);

	while (pos + RECORD_LEAST <= end && memcmp(chunk + pos, record_magic, sizeof(record_magic)) == 0) {
		uint32_t size = evtx_u32(chunk + pos + 4);

		if (size < RECORD_LEAST || size > end - pos)
			break;
		pos += size;
	}
	return pos == end && memcmp(chunk + end, record_magic, sizeof(record_magic)) != 0;
}

/* Where within the ${len} bytes of a chunk the next one begins, or the head of its file; ${len}: it does not. */
static size_t
next_inside(const uint8_t *p, size_t len)
{
	for (size_t at = EVTX_FIRST_RECORD; len - at > EVTX_CHUNK_HEAD; at++) {
		const uint8_t *found = memmem(p + at, len - at - EVTX_CHUNK_HEAD, "ElfChnk", 8);

		if (found == NULL)
			break;
		at = (size_t)(found - p);
		if (evtx_u32(found + 40) == CHUNK_HEADER)
			return at >= EVTX_FIRST_RECORD + EVTX_FILE_HEAD &&
			    memcmp(found - EVTX_FILE_HEAD, "ElfFile", 8) == 0 ? at - EVTX_FILE_HEAD : at;
	}
	return len;
}

size_t
evtx_slot(const uint8_t *p, size_t len, bool *ret_is_chunk)
{
	const uint8_t *shifted = NULL;
	size_t used;

	if (len > EVTX_CHUNK)
		len = EVTX_CHUNK;
	if (is_chunk(p, len) && len > EVTX_CHUNK_HEAD) {
		used = evtx_chunk_used(p);
		if (used > len || !evtx_chunk_ends(p, used))
			len = next_inside(p, len);
	}
	if (!is_chunk(p, len))
		shifted = memmem(p + 1, len - 1, "ElfChnk", 8);
	*ret_is_chunk = shifted == NULL && (is_chunk(p, len) || (len == EVTX_CHUNK && !evtx_is_empty(p, len)));
	return shifted == NULL ? len : (size_t)(shifted - p);
}

struct evtx_reader *
evtx_reader_new(const struct names *names)
{
	struct evtx_reader *r = xcalloc(1, sizeof(*r));

	r->names = names;
	buf_init(&r->joined, JOINED_MAX);
	buf_extend(&r->joined, JOINED_MAX - 1);
	buf_reset(&r->joined);
	return r;
}

void
evtx_reader_free(struct evtx_reader *r)
{
	if (r == NULL)
		return;
	evtx_forget(r);
	evtx_compiler_clear(&r->compiler);
	for (size_t i = 0; i < ARRAY_LEN(r->direct); i++)
		evtx_compiler_clear(&r->direct[i]);
	arena_clear(&r->passing);
	buf_clear(&r->joined);
	free(r->sub);
	free(r);
}

/* ---- chunks -------------------------------------------------------------------------------- */

static bool
is_record(const struct evtx_reader *r, uint32_t pos, uint32_t *ret_size)
{
	const uint8_t *p = r->chunk + pos;

	if (r->len - pos < RECORD_LEAST || memcmp(p, record_magic, sizeof(record_magic)) != 0)
		return false;
	*ret_size = evtx_u32(p + 4);
	return *ret_size >= RECORD_LEAST && *ret_size <= r->len - pos &&
	    evtx_u32(p + *ret_size - 4) == *ret_size;
}

/* A literal time of an event without a template; Windows writes UTC, at times without saying so. */
static void
find_time(struct evtx_reader *r)
{
	static const char wanted[] = "TimeCreated_SystemTime";

	for (uint32_t i = 0; i < r->event.values; i++) {
		const struct event_value *v = &r->value[i];
		struct text text;

		if (v->name_len != sizeof(wanted) - 1 || memcmp(v->name, wanted, v->name_len) != 0 ||
		    (v->type != VALUE_UTF16 && v->type != VALUE_TEXT))
			continue;
		text = event_text(v, &r->joined);
		(void)when_iso(text.at, text.len, 0, &r->event.time_ns);
	}
}

static void
record(struct evtx_reader *r, uint32_t pos, uint32_t size, uint64_t offset,
    const struct ingest_sink *sink)
{
	const uint8_t *p = r->chunk + pos;
	bool ok;

	r->event = (struct event){ .value = r->value, .record = evtx_u64(p + 8), .raw = p,
		.raw_len = size, .format = "evtx", .time_ns = INT64_MIN };
	r->bad = false;
	r->subs = 0;
	buf_reset(&r->joined);
	if (r->passing.total > 0)
		arena_reset(&r->passing);
	ok = evtx_embedded(r, pos + RECORD_HEAD, pos + size - 4, IN_TOP, 0);
	if (!ok || r->bad || r->event.values == 0)
		sink->skipped(sink->arg, offset + pos, size, "ingest.evtx.binxml");
	if (r->event.values == 0)
		return;
	if (r->event.time_ns == INT64_MIN)
		find_time(r);
	if (r->event.time_ns == INT64_MIN)
		r->event.time_ns = evtx_ns(evtx_filetime(evtx_u64(p + 16)));
	sink->event(sink->arg, &r->event);
}

/* The next place where a whole record begins; ${end} when there is none. */
static uint32_t
resync(const struct evtx_reader *r, uint32_t pos, uint32_t end)
{
	uint32_t size;

	while (pos + RECORD_LEAST <= end) {
		const uint8_t *p = memmem(r->chunk + pos, end - pos, record_magic, sizeof(record_magic));

		if (p == NULL)
			return end;
		pos = (uint32_t)(p - r->chunk);
		if (is_record(r, pos, &size))
			return pos;
		pos++;
	}
	return end;
}

/*
 * Sums of the header and of the records, as they were when the log service wrote them last.  One that
 * does not fit is told and takes nothing away: records are read as they are.
 */
static bool
sums_fit(const uint8_t *chunk, size_t len, uint32_t free_at)
{
	uint32_t header = evtx_u32(chunk + 124), records = evtx_u32(chunk + 52);

	/* Not written: flagged so, or made by hand. */
	if (len < EVTX_CHUNK || (evtx_u32(chunk + 120) & 2) != 0 || (header == 0 && records == 0))
		return true;
	if (crc32_of(crc32_of(0, chunk, 120), chunk + 128, EVTX_FIRST_RECORD - 128) != header)
		return false;
	return free_at < EVTX_FIRST_RECORD || free_at > EVTX_CHUNK ||
	    crc32_of(0, chunk + EVTX_FIRST_RECORD, free_at - EVTX_FIRST_RECORD) == records;
}

void
evtx_chunk(struct evtx_reader *r, const uint8_t *chunk, size_t len, uint64_t offset,
    const struct ingest_sink *sink)
{
	uint32_t pos = EVTX_FIRST_RECORD, free_at, size = 0;
	uint64_t last = 0;

	r->chunk = chunk;
	r->len = len < EVTX_CHUNK ? (uint32_t)len : EVTX_CHUNK;
	if (++r->chunks == 0) { /* what is left of the first ones would count again */
		memset(r->def, 0, sizeof(r->def));
		r->chunks = 1;
	}
	if (r->cached > CACHED_MAX || r->arena.total > ARENA_MAX)
		evtx_forget(r);
	if (r->len < EVTX_FIRST_RECORD || !is_chunk(chunk, r->len))
		sink->skipped(sink->arg, offset, r->len < EVTX_FIRST_RECORD ? r->len : EVTX_FIRST_RECORD,
		    "ingest.evtx.chunk");
	if (r->len < EVTX_FIRST_RECORD)
		return;
	free_at = is_chunk(chunk, r->len) ? evtx_u32(chunk + 48) : r->len;
	if (is_chunk(chunk, r->len) && !sums_fit(chunk, r->len, free_at))
		sink->skipped(sink->arg, offset, 0, "ingest.evtx.checksum");
	if (free_at > r->len && free_at <= EVTX_CHUNK)
		sink->skipped(sink->arg, offset + r->len, 0, "ingest.evtx.cut");
	if (free_at < EVTX_FIRST_RECORD || free_at > r->len)
		free_at = r->len;
	while (pos < r->len) {
		/* Behind the free space's beginning: of a log that was not closed, or older and overwritten. */
		if (is_record(r, pos, &size) &&
		    (pos < free_at || last == 0 || evtx_u64(chunk + pos + 8) == last + 1)) {
			last = evtx_u64(chunk + pos + 8);
			record(r, pos, size, offset, sink);
			pos += size;
		} else if (pos >= free_at) {
			break;
		} else {
			uint32_t next = resync(r, pos + 1, free_at);

			if (!evtx_is_empty(chunk + pos, next - pos))
				sink->skipped(sink->arg, offset + pos, next - pos, "ingest.evtx.record");
			pos = next;
		}
	}
}
