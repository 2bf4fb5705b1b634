/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evtx.h: Windows event logs, read without making XML of them.
 *
 * A file is a header and chunks of 64 KiB, each of which stands alone: its records are
 * binary XML whose templates are compiled once into programs that give typed values.
 * Header fields that a crash leaves wrong (number of chunks, free space) are hints only.
 *
 * System becomes Element and Element_Attribute (Provider_Name, Execution_ProcessID),
 * EventData the names of its Data without blanks ("Data" when it has none), UserData the
 * names of its leaves.
 */
#pragma once

#include "ingest/sink.h"

#define EVTX_CHUNK 65536

/* Whether the bytes begin as such a file, or as a chunk of one. */
bool evtx_is(const void *data, size_t len);

struct evtx_slot {
	uint64_t offset;
	size_t len;      /* at most EVTX_CHUNK; less: the file is cut off */
	bool is_chunk;   /* false: bytes that are none, not all zero */
};

/*
 * The next slot of a file in memory; ${pos} starts at 0.  Empty slots (all zero) are
 * passed over.  Chunks that a copy has shifted are found by their signature.
 */
bool evtx_next(const uint8_t *data, uint64_t size, uint64_t *pos, struct evtx_slot *ret);

/* What one thread keeps between chunks: compiled templates. */
struct evtx_reader;

struct evtx_reader *evtx_reader_new(const struct names *names); /* names may be NULL */
void evtx_reader_free(struct evtx_reader *reader); /* NULL is allowed */

/*
 * Reads a chunk of ${len} bytes that lies at ${offset} of its file.  Events come in the
 * order of the chunk.  A record that is damaged is told as skipped (ingest.evtx.record,
 * …binxml), what can be read of it all the same is not lost: its System fields are given
 * when they came before the damage.
 */
void evtx_chunk(struct evtx_reader *reader, const uint8_t *chunk, size_t len, uint64_t offset,
    const struct ingest_sink *sink);
