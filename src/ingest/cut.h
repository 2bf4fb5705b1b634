/* SPDX-License-Identifier: Apache-2.0 */
/* cut.h: an open log and where its pieces begin and end.  Of src/ingest only. */
#pragma once

#include "ingest/parse.h"
#include "ingest/source.h"

struct ingest {
	struct source *source;
	enum ingest_format format;
	const char *packing;
	uint64_t size;
	int zone_s;
	int64_t newest_ns;
	/* Read, but not yet cut: from start to end of buf. */
	uint8_t *buf;
	size_t room, start, end;
	bool at_end;
	uint64_t offset, line, number; /* of what stands at start; of the next piece */
	const char *gap;               /* why what lies there is passed over; NULL: it is not */
	uint64_t gap_offset;
	/* csv and w3c */
	struct table *tables;
	const struct table *table;
	bool is_document; /* json that is not one object a line */
	bool is_long;     /* within a line that is passed over */
};

/* A piece, and a little behind it that tells whether the file ends there; what is left of it moves on. */
#define CUT_BUFFER (INGEST_PIECE_MAX + 4096)

/* What a format says of the bytes at the start. */
struct cut {
	size_t len;      /* 0: nothing fits; then at least one line is given up */
	const char *key; /* not NULL: the bytes are passed over because of it */
	bool is_silent;  /* they are passed over, being empty or a header */
};

/* ${len} is at least INGEST_PIECE_MAX but at the end of the file, and not 0. */
struct cut cut_at(struct ingest *in, const char *data, size_t len);

/* What the first bytes of a log tell. */
struct sniffed {
	enum ingest_format format; /* INGEST_ANY: none that is known */
	size_t skip;               /* a mark of UTF-8, what JSON has around its list of events */
	char separator;            /* csv */
	bool is_document;          /* json */
};

struct sniffed sniff(const char *head, size_t len, bool is_all, enum ingest_format hint);
