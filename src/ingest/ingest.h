/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest.h: any log file as events, in pieces that threads share out.
 *
 *	ingest_open(path, NULL, &in, &err);
 *	while (ingest_next(in, &piece))                one thread at a time (under a lock)
 *		ingest_parse(in, &piece, thread, &sink);   any thread, each with its own state
 *	ingest_close(in);
 *
 * Cutting is sequential and cheap, parsing a piece depends on nothing but the piece.  What
 * one piece gives is the same whichever thread takes it, so putting the pieces' results in
 * the order of piece.number gives the same output for one thread and for many.
 *
 * Nothing holds a whole file: reading goes through the buffers of the pieces (at most
 * INGEST_PIECE_MAX each), compressed files are unpacked as they are read.  Files are read
 * with read(), not mapped: a log that is cut or rotated meanwhile cannot raise SIGBUS, and no byte
 * changes between its check and its use.  Of a chunk of EVTX only what its records use is read.
 *
 * gzip and zstd are unpacked, UTF-16 becomes UTF-8.  Formats (event.format) and the names of their fields:
 *   evtx     evtx.h
 *   json     flat keys as they are; nested ones joined by dots; Windows events in any shape
 *            (Event.System…, winlog.*, event_data.*) with the names of evtx.h
 *   syslog   facility, severity (both as words), hostname, program, pid, message; RFC 5424 also
 *            msgid and its structured data by the parameters' names; a message that is a list of
 *            key=value (firewalls) or an audit record also its keys; timestamp where asked for
 *            and what stands in the messages of sshd, sudo, cron, netfilter … (message.h)
 *   journal  the journal's own names (_EXE, _COMM …) and those of syslog
 *   auditd   type, msgid ("1700000000.123:456"), keys as they are written; hexadecimal
 *            values decoded; EXECVE and PROCTITLE also CommandLine (a0 a1 … as one text) and
 *            Image (exe of the message's SYSCALL); SYSCALL (execve) by its number on x86-64
 *   web      c-ip, cs-username, cs-method, cs-uri, cs-uri-stem, cs-uri-query, cs-version,
 *            sc-status, sc-bytes, cs-referer, cs-user-agent, cs-host; "-" is a value that is null
 *   squid    c-ip, cs-username, cs-method, cs-uri, cs-host, cs-uri-stem, cs-uri-query,
 *            cs-uri-extension, s-action (TCP_MISS), s-hierarchy (HIER_DIRECT), r-ip, sc-status,
 *            sc-bytes, time-taken, rs-content-type
 *   w3c      as its #Fields say, in lower case, cs(User-Agent) as cs-user-agent; one with
 *            cs-uri-stem is "web" and has cs-uri as well
 *            Zeek's own likewise, its booleans as true and false
 *   csv      as its header says, blanks removed (comma, semicolon, tab or bar between)
 *   xml      Windows events as they are exported (<Event>…</Event>), with the names of evtx.h
 *   text     message: the line
 */
#pragma once

#include "base/err.h"
#include "ingest/sink.h"

#define INGEST_PIECE_MAX ((size_t)1 << 20) /* bytes of one piece; no line or JSON value may be longer */

enum ingest_format {
	INGEST_ANY, /* by content */
	INGEST_EVTX,
	INGEST_JSON,
	INGEST_SYSLOG,
	INGEST_JOURNAL,
	INGEST_AUDITD,
	INGEST_WEB,
	INGEST_SQUID,
	INGEST_W3C,
	INGEST_CSV,
	INGEST_TEXT,
	INGEST_XML,
	INGEST_FORMATS
};

/* "evtx", "json" … as in event.format; "any" for INGEST_ANY. */
const char *ingest_format_name(enum ingest_format format);

/* INGEST_FORMATS when there is none of that name. */
enum ingest_format ingest_format_find(const char *name);

struct ingest_options {
	enum ingest_format format;
	/*
	 * Times without a zone are of this offset east of UTC; without a year they are of the
	 * last year in which they do not lie after ${newest_ms} (0: the file's own time, or now).
	 * NULL options mean CLOCK_LOCAL_S.
	 */
	int zone_s;
	int64_t newest_ms;
	/* Only that stretch of the file, which can be moved about in; length 0: all of it. */
	uint64_t offset, length;
};

struct ingest;

/*
 * Opens a log file; a symbolic link in the last place is followed only by the caller.
 * Reads its first block to find out what it is.
 *   ERR_NOT_FOUND, ERR_IO, ERR_INVALID (not a regular file): as file_open() of os/file.h
 *   ERR_INVALID "ingest.unknown" {file}: no format that is known: binary data, say
 *   ERR_INVALID "ingest.tar" {file}: a tar archive, whose members are opened one by one (untar.h)
 *   ERR_INVALID "ingest.empty" {file}: there is nothing in it
 *   ERR_BROKEN "ingest.unpack.damaged" {file}: says it is gzip or zstd, but cannot be unpacked
 * ${options} may be NULL.
 */
int ingest_open(const char *path, const struct ingest_options *options, struct ingest **ret_ingest,
    struct err *err);

/* The same for a descriptor that can be read (a pipe too); takes it over. ${name} is for messages. */
int ingest_open_fd(int fd, const char *name, const struct ingest_options *options,
    struct ingest **ret_ingest, struct err *err);

void ingest_close(struct ingest *ingest); /* NULL is allowed */

enum ingest_format ingest_format(const struct ingest *ingest);
const char *ingest_packing(const struct ingest *ingest);   /* "gzip", "zstd", or NULL */
uint64_t ingest_size(const struct ingest *ingest);         /* bytes of the file; 0: not known (a pipe) */
uint64_t ingest_bytes(const struct ingest *ingest);        /* of them read so far; for showing progress */
uint64_t ingest_bytes_unpacked(const struct ingest *ingest);

/* The caller begins with { 0 } and uses it again and again; its buffer is its own. */
struct ingest_piece {
	uint64_t number;   /* from 0, without gaps */
	uint64_t offset;   /* of its first byte, in the unpacked file */
	uint64_t line;     /* of its first byte, from 1; text formats only */
	uint8_t *data;
	size_t len;
	const char *key;   /* not NULL: no data, but bytes that were passed over because of it */
	uint64_t skipped;  /* so many; 0: how many is not known */
	const void *header; /* names of columns in force (csv, w3c); the ingest's own, while it is open */
	size_t room;
	size_t filled;     /* of room, what may be other than zero; EVTX only */
};

void ingest_piece_clear(struct ingest_piece *piece);

/*
 * The next piece; false at the end.  Never fails: what cannot be read or unpacked is told as a
 * piece of bytes passed over, then comes the end.  One thread at a time.
 */
bool ingest_next(struct ingest *ingest, struct ingest_piece *piece);

/* What one thread keeps between pieces and between files: compiled templates, known keys, scratch. */
struct ingest_thread;

/* ${names} (NULL: nobody asks for any) must not change any more and live longer. */
struct ingest_thread *ingest_thread_new(const struct names *names);
void ingest_thread_free(struct ingest_thread *thread); /* NULL is allowed */

/*
 * The events of a piece in the order of the file.  Offsets told to sink->skipped are of the
 * unpacked file.  ${ingest} is only read: any number of threads may parse pieces of it, also while
 * one is in ingest_next().  event.record of a text format is the line it begins at.
 *
 * Keys of skipped bytes, all in the words area "ingest":
 *   ingest.evtx.chunk, .record, .binxml   damaged parts of an EVTX file
 *   ingest.evtx.checksum                  length 0: a chunk's sums do not fit; its records are read all the same
 *   ingest.evtx.cut                       it ends within a chunk; length 0: what is missing is not known
 *   ingest.json.syntax, .xml.syntax       no JSON object, no event in XML
 *   ingest.line.long                      a line, row or JSON value beyond INGEST_PIECE_MAX
 *   ingest.line.format                    a line that is not in the file's format
 *   ingest.read                           the system could not read on
 *   ingest.unpack.damaged, .bomb          compressed data that is damaged, or unpacks beyond measure
 */
void ingest_parse(const struct ingest *ingest, const struct ingest_piece *piece,
    struct ingest_thread *thread, const struct ingest_sink *sink);
