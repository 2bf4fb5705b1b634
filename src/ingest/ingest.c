/* SPDX-License-Identifier: Apache-2.0 */
/* ingest.c: logs opened, cut into pieces, and pieces handed to the reader of their format. */
#include "ingest/ingest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "ingest/cut.h"
#include "ingest/message.h"
#include "ingest/table.h"
#include "ingest/untar.h"
#include "ingest/utf16.h"
#include "os/file.h"

#define ADVISED ((uint64_t)8 << 20) /* smaller files have been read ahead before the system could act on advice */

static const char *const format_names[INGEST_FORMATS] = {
	[INGEST_ANY] = "any", [INGEST_EVTX] = "evtx", [INGEST_JSON] = "json", [INGEST_SYSLOG] = "syslog",
	[INGEST_JOURNAL] = "journal", [INGEST_AUDITD] = "auditd", [INGEST_WEB] = "web", [INGEST_SQUID] = "squid",
	[INGEST_W3C] = "w3c", [INGEST_CSV] = "csv", [INGEST_TEXT] = "text", [INGEST_XML] = "xml",
};

const char *
ingest_format_name(enum ingest_format format)
{
	return format_names[format];
}

enum ingest_format
ingest_format_find(const char *name)
{
	for (int f = 0; f < INGEST_FORMATS; f++)
		if (strcmp(format_names[f], name) == 0)
			return (enum ingest_format)f;
	return INGEST_FORMATS;
}

/* ---- opening --------------------------------------------------------------------------- */

static void
unpack(struct ingest *in)
{
	const uint8_t *head;

	in->source = source_packed(in->source, &in->packing);
	if (source_peek(in->source, 2, &head) == 2 && ((head[0] == 0xff && head[1] == 0xfe) ||
	    (head[0] == 0xfe && head[1] == 0xff)))
		in->source = source_utf16(in->source);
}

static int
recognise(struct ingest *in, const char *name, enum ingest_format hint, struct err *err)
{
	const uint8_t *head;
	size_t len = source_peek(in->source, SOURCE_LOOK, &head), first;
	const char *text;
	struct sniffed found;

	if (!evtx_is(head, len))
		len = source_peek(in->source, SOURCE_HEAD, &head);
	text = (const char *)head;

	if (len == 0 && in->source->fault != NULL)
		return err_fail(err, strcmp(in->source->fault, "ingest.read") == 0 ? ERR_IO : ERR_BROKEN,
		    in->source->fault, NULL, "file", name, NULL, NULL);
	if (len == 0)
		return err_fail(err, ERR_INVALID, "ingest.empty", NULL, "file", name, NULL, NULL);
	if (untar_is(in->source))
		return err_fail(err, ERR_INVALID, "ingest.tar", NULL, "file", name, NULL, NULL);
	found = sniff(text, len, len < SOURCE_HEAD, hint);
	if (found.format == INGEST_ANY)
		return err_fail(err, ERR_INVALID, "ingest.unknown", NULL, "file", name, NULL, NULL);
	in->format = found.format;
	in->is_document = found.is_document;
	in->start = found.skip;
	in->line += parse_lines(text, found.skip);
	if (in->format == INGEST_CSV) {
		text += found.skip;
		len -= found.skip;
		first = table_row(text, len, found.separator, true);
		in->tables = table_new(text, first == 0 ? len : first, TABLE_CSV, found.separator);
		in->table = in->tables;
		in->start += first == 0 ? len : first;
		in->line += parse_lines(text, first == 0 ? len : first);
	}
	in->offset = in->start;
	return 0;
}

int
ingest_open_fd(int fd, const char *name, const struct ingest_options *options,
    struct ingest **ret_ingest, struct err *err)
{
	struct ingest *in = xcalloc(1, sizeof(*in));
	int64_t newest_ms = options == NULL ? 0 : options->newest_ms;
	struct stat st;
	bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	int rc;

	if (is_file) {
		in->size = (uint64_t)st.st_size;
		if (in->size >= ADVISED)
			(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		if (newest_ms == 0)
			newest_ms = (int64_t)st.st_mtim.tv_sec * 1000;
	}
	if (newest_ms == 0)
		newest_ms = clock_wall_ms();
	in->newest_ns = newest_ms > CLOCK_MS_MAX / 100 ? INT64_MAX - INT64_C(100000000000000) :
	    newest_ms * 1000000;
	in->zone_s = options == NULL ? CLOCK_LOCAL_S : options->zone_s;
	in->line = 1;
	if (options != NULL && options->length > 0) {
		in->size = options->length;
		in->source = source_stretch(fd, options->length);
		if (lseek(fd, (off_t)options->offset, SEEK_SET) < 0)
			in->source->fault = "ingest.read";
	} else {
		in->source = is_file ? source_stretch(fd, UINT64_MAX) : source_file(fd);
	}
	unpack(in);
	rc = recognise(in, name, options == NULL ? INGEST_ANY : options->format, err);
	if (rc != 0) {
		ingest_close(in);
		return rc;
	}
	*ret_ingest = in;
	if (in->format == INGEST_EVTX)
		return 0;
	in->room = in->source->below == NULL && in->size > 0 && in->size < CUT_BUFFER ?
	    (size_t)in->size + 1 : CUT_BUFFER;
	/* What recognising has already used is read again with the rest, and passed over. */
	if (in->room <= SOURCE_HEAD) {
		in->room = SOURCE_HEAD;
		in->buf = source_take_head(in->source, &in->end);
	} else {
		in->buf = xmalloc(in->room);
	}
	in->end += source_read(in->source, in->buf + in->end, in->room - in->end);
	in->at_end = in->end < in->room;
	return 0;
}

int
ingest_open(const char *path, const struct ingest_options *options, struct ingest **ret_ingest,
    struct err *err)
{
	int fd, rc = file_open(path, O_RDONLY, 0, &fd, err);

	return rc != 0 ? rc : ingest_open_fd(fd, path, options, ret_ingest, err);
}

void
ingest_close(struct ingest *in)
{
	if (in == NULL)
		return;
	source_free(in->source);
	table_free(in->tables);
	free(in->buf);
	free(in);
}

enum ingest_format
ingest_format(const struct ingest *in)
{
	return in->format;
}

const char *
ingest_packing(const struct ingest *in)
{
	return in->packing;
}

uint64_t
ingest_size(const struct ingest *in)
{
	return in->size;
}

uint64_t
ingest_bytes(const struct ingest *in)
{
	const struct source *lowest = in->source;

	while (lowest->below != NULL)
		lowest = lowest->below;
	return lowest->bytes;
}

uint64_t
ingest_bytes_unpacked(const struct ingest *in)
{
	return in->offset;
}

/* ---- cutting --------------------------------------------------------------------------- */

/* Sees to a full piece's worth of bytes, if there are so many. */
static void
fill(struct ingest *in)
{
	if (in->end - in->start >= INGEST_PIECE_MAX || in->at_end)
		return;
	if (in->room < CUT_BUFFER) { /* a file that has grown since it was opened; EVTX that is not whole chunks */
		in->room = CUT_BUFFER;
		in->buf = xrealloc(in->buf, in->room);
	}
	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	in->end += source_read(in->source, in->buf + in->end, in->room - in->end);
	in->at_end = in->end < in->room;
}

static void
advance(struct ingest *in, size_t n)
{
	if (in->format != INGEST_EVTX)
		in->line += parse_lines((const char *)in->buf + in->start, n);
	in->start += n;
	in->offset += n;
}

static bool
give_gap(struct ingest *in, struct ingest_piece *piece)
{
	piece->number = in->number++;
	piece->offset = in->gap_offset;
	piece->skipped = in->offset - in->gap_offset;
	piece->key = in->gap;
	piece->len = 0;
	in->gap = NULL;
	return true;
}

/* A line that no piece can hold is passed over, however long it is; of the journal, an entry. */
static size_t
overlong(struct ingest *in, const char *data, size_t len)
{
	const char *stop = in->format == INGEST_JOURNAL ? "\n\n" : "\n";
	const char *end = memmem(data, len, stop, strlen(stop));
	size_t kept = in->format == INGEST_JOURNAL && !in->at_end && len > 1; /* half of what stops it */

	in->is_long = end == NULL;
	return end == NULL ? len - kept : (size_t)(end - data) + strlen(stop);
}

static void
make_room(const struct ingest *in, struct ingest_piece *piece, size_t n)
{
	if (piece->room >= n)
		return;
	piece->room = in->format == INGEST_EVTX ? EVTX_CHUNK : CUT_BUFFER;
	piece->data = xrealloc(piece->data, piece->room);
	piece->filled = piece->room;
}

static bool
give_data(struct ingest *in, struct ingest_piece *piece, size_t n)
{
	piece->number = in->number++;
	piece->offset = in->offset;
	piece->line = in->line;
	piece->len = n;
	piece->skipped = 0;
	piece->key = NULL;
	piece->header = in->table;
	return true;
}

/*
 * The first ${n} bytes of what was read.  Where they begin the buffer the piece gets the buffer itself and
 * leaves its own; only what is behind them is copied then.
 */
static bool
hand_data(struct ingest *in, struct ingest_piece *piece, size_t n)
{
	bool is_whole = in->start == 0 && in->room == CUT_BUFFER && in->format != INGEST_EVTX;
	uint8_t *data;

	make_room(in, piece, is_whole ? CUT_BUFFER : n);
	give_data(in, piece, n);
	advance(in, n);
	piece->filled = piece->room;
	if (!is_whole) {
		memcpy(piece->data, in->buf + in->start - n, n);
		return true;
	}
	data = piece->data;
	piece->data = in->buf;
	in->buf = data;
	in->start = 0;
	in->end -= n;
	memcpy(in->buf, piece->data + n, in->end);
	return true;
}

/*
 * The rest of a chunk whose first ${have} bytes are there: as far as records reach, zeros behind them.
 * Returns how many bytes of it there are.
 */
static size_t
read_chunk(struct ingest *in, struct ingest_piece *piece, size_t have)
{
	uint8_t *p = piece->data;
	size_t used = evtx_chunk_used(p);

	if (in->offset + EVTX_CHUNK <= in->size) {
		if (used > have)
			have += source_read(in->source, p + have, used - have);
		if (have >= used && evtx_chunk_ends(p, used) && source_skip(in->source, EVTX_CHUNK - have)) {
			if (piece->filled > have)
				memset(p + have, 0, piece->filled - have);
			piece->filled = have;
			return EVTX_CHUNK;
		}
	}
	piece->filled = piece->room;
	return have + source_read(in->source, p + have, EVTX_CHUNK - have);
}

/*
 * The rest of a slot that begins with ${have} zeros, and of those after it that are in the same hole; how many
 * bytes of them there are, and in piece->filled whether any is something else.
 */
static uint64_t
read_empty(struct ingest *in, struct ingest_piece *piece, size_t have)
{
	uint64_t left = in->size > in->offset ? in->size - in->offset : 0, slots;

	piece->filled = 0;
	if (left >= EVTX_CHUNK) {
		uint64_t hole = source_hole(in->source);

		slots = (hole < left - have ? hole + have : left) / EVTX_CHUNK;
		if (slots > 0 && source_skip(in->source, slots * EVTX_CHUNK - have))
			return slots * EVTX_CHUNK;
	}
	have += source_read(in->source, piece->data + have, EVTX_CHUNK - have);
	if (have < EVTX_CHUNK || !evtx_is_empty(piece->data, have))
		piece->filled = piece->room;
	return have;
}

/* Where the file ended when it was opened the system need not be asked. */
static bool
is_at_end(const struct ingest *in)
{
	return in->size > 0 && in->offset == in->size && in->source->below == NULL;
}

/*
 * The next chunk of a file of nothing but whole and empty chunks, read where it is parsed; false at anything
 * else, which stands at in->start then and is looked at more closely.
 */
static bool
next_chunk(struct ingest *in, struct ingest_piece *piece)
{
	uint8_t *p;
	uint64_t n;

	if (in->format != INGEST_EVTX || in->start < in->end || in->at_end || in->gap != NULL)
		return false;
	make_room(in, piece, EVTX_CHUNK);
	p = piece->data;
	while ((n = is_at_end(in) ? 0 : source_read(in->source, p, EVTX_FILE_HEAD)) == EVTX_FILE_HEAD) {
		bool is_empty = evtx_is_empty(p, n), is_chunk;

		if (memcmp(p, "ElfFile", 8) == 0) {
			in->offset += n;
			continue;
		}
		if (!is_empty && !evtx_is(p, n))
			break;
		n = is_empty ? read_empty(in, piece, n) : read_chunk(in, piece, n);
		if (n < EVTX_CHUNK || (is_empty && piece->filled > 0))
			break;
		if (!is_empty && piece->filled == piece->room && evtx_slot(p, n, &is_chunk) < n)
			break;
		if (!is_empty)
			give_data(in, piece, n);
		in->offset += n;
		if (!is_empty)
			return true;
	}
	in->at_end = n < EVTX_FILE_HEAD;
	if (n == 0)
		return false;
	if (in->buf == NULL) {
		in->room = CUT_BUFFER;
		in->buf = xmalloc(in->room);
	}
	memcpy(in->buf, p, n);
	in->start = 0;
	in->end = n;
	return false;
}

bool
ingest_next(struct ingest *in, struct ingest_piece *piece)
{
	if (next_chunk(in, piece))
		return true;
	for (;;) {
		const char *data;
		struct cut cut;
		size_t len;

		fill(in);
		len = in->end - in->start;
		if (len == 0)
			break;
		data = (const char *)in->buf + in->start;
		cut = in->is_long ? (struct cut){ 0 } : cut_at(in, data, len);
		if (cut.len == 0) {
			cut.key = "ingest.line.long";
			cut.len = overlong(in, data, len);
			cut.is_silent = false;
		}
		if (cut.is_silent) {
			advance(in, cut.len);
			continue;
		}
		if (in->gap != NULL && in->gap != cut.key)
			return give_gap(in, piece);
		if (cut.key == NULL)
			return hand_data(in, piece, cut.len);
		if (in->gap == NULL)
			in->gap_offset = in->offset;
		in->gap = cut.key;
		advance(in, cut.len);
	}
	if (in->gap == NULL && in->source->fault != NULL) {
		in->gap = in->source->fault;
		in->gap_offset = in->offset;
		in->source->fault = NULL;
	}
	return in->gap != NULL && give_gap(in, piece);
}

void
ingest_piece_clear(struct ingest_piece *piece)
{
	free(piece->data);
	*piece = (struct ingest_piece){ 0 };
}

/* ---- parsing --------------------------------------------------------------------------- */

struct ingest_thread *
ingest_thread_new(const struct names *names)
{
	struct ingest_thread *t = xcalloc(1, sizeof(*t));

	t->names = names;
	t->scratch = xmalloc(PARSE_SCRATCH);
	syslog_setup(t);
	web_setup(t);
	squid_setup(t);
	t->message = parse_names(names, message_names);
	json_setup(t);
	return t;
}

void
ingest_thread_free(struct ingest_thread *t)
{
	if (t == NULL)
		return;
	evtx_reader_free(t->evtx);
	json_release(t);
	free(t->scratch);
	free(t->syslog);
	free(t->web);
	free(t->squid);
	free(t->message);
	free(t->ids.id);
	free(t);
}

void
ingest_parse(const struct ingest *in, const struct ingest_piece *piece, struct ingest_thread *t,
    const struct ingest_sink *sink)
{
	if (piece->key != NULL) {
		sink->skipped(sink->arg, piece->offset, piece->skipped, piece->key);
		return;
	}
	t->sink = sink;
	t->piece = piece;
	t->format = format_names[in->format];
	t->zone_s = in->zone_s;
	t->newest_ns = in->newest_ns;
	t->line = piece->line;
	switch (in->format) {
	case INGEST_EVTX:
		if (t->evtx == NULL)
			t->evtx = evtx_reader_new(t->names);
		evtx_chunk(t->evtx, piece->data, piece->len, piece->offset, sink);
		break;
	case INGEST_JSON:
		json_piece(t);
		break;
	case INGEST_SYSLOG:
		syslog_piece(t);
		break;
	case INGEST_JOURNAL:
		journal_piece(t);
		break;
	case INGEST_AUDITD:
		auditd_piece(t);
		break;
	case INGEST_WEB:
		web_piece(t);
		break;
	case INGEST_SQUID:
		squid_piece(t);
		break;
	case INGEST_W3C:
	case INGEST_CSV:
		table_piece(t);
		break;
	case INGEST_XML:
		xml_piece(t);
		break;
	default:
		text_piece(t);
		break;
	}
}
