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

/* What lies before the first chunk. */
#define EVTX_FILE_HEAD 4096

/*
 * How many of the  > 0 bytes belong together: a chunk, or at most as many that are none.  A chunk
 * is EVTX_CHUNK bytes, or what there is of it before the end; one whose own head is damaged counts as
 * one.  Chunks that a copy has shifted are found by their signature, also within one whose records do not
 * end as its head says.
 */
size_t evtx_slot(const uint8_t *p, size_t len, bool *ret_is_chunk);

/*
 * For reading a chunk no further than it is used: the bytes that its head of EVTX_CHUNK_HEAD bytes promises
 * to be enough; EVTX_CHUNK when it is no chunk's head.  Whether they were is known when they are there: no
 * record begins behind them.
 */
#define EVTX_CHUNK_HEAD 512
size_t evtx_chunk_used(const uint8_t *head);
bool evtx_chunk_ends(const uint8_t *chunk, size_t used);

/* Whether all is zero: room that was never used. */
bool evtx_is_empty(const uint8_t *p, size_t len);

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
