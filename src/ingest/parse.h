/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h: what the readers of the text formats share: the event under way, and where its
 * texts are kept.  Of src/ingest only.
 */
#pragma once

#include "ingest/evtx.h"
#include "ingest/ingest.h"

#define PARSE_SCRATCH (2 * INGEST_PIECE_MAX + 64)

/* A name a format gives, and its number. */
struct parse_name {
	const char *text;
	uint32_t len, id;
};

enum table_kind { TABLE_CSV, TABLE_W3C, TABLE_ZEEK };

/* Names of columns (csv, w3c), as they stood in the file. */
struct table {
	struct table *next; /* older; the ingest's */
	enum table_kind kind;
	bool is_web;        /* w3c with cs-uri-stem */
	char separator;
	uint32_t columns;
	char **name;        /* without blanks; for w3c in Sigma's spelling */
	uint32_t *name_len;
	bool *is_bool;      /* zeek: T and F stand for true and false */
	int date, time, stem, query, agent; /* columns, or -1 */
	unsigned time_rank;
	char *text;         /* the header as it stands in the file */
	size_t text_len;
};

/* What a thread knows of a table: the numbers of its names. */
struct table_ids {
	uint32_t *id;
	uint32_t room;
};

struct json_keys; /* json_key.c */

/* Places in web_names and thread->web. */
enum {
	WEB_HOST, WEB_CLIENT, WEB_USER, WEB_METHOD, WEB_URI, WEB_STEM, WEB_QUERY, WEB_VERSION, WEB_STATUS,
	WEB_BYTES, WEB_REFERER, WEB_AGENT
};

/* One for each thread. */
struct ingest_thread {
	const struct names *names;
	struct evtx_reader *evtx;
	struct event event;
	struct event_value value[EVENT_VALUES_MAX];
	char *scratch; /* PARSE_SCRATCH bytes; texts of the event under way that are not in the file */
	size_t used;
	/* The piece under way. */
	const struct ingest_sink *sink;
	const struct ingest_piece *piece;
	const char *format;
	int zone_s;
	int64_t newest_ns;
	uint64_t line;
	/* Of the formats. */
	struct parse_name *syslog, *web, *squid, *message;
	struct table_ids ids;
	struct json_keys *json;
};

/* Begins an event that stands at ${raw}. */
void parse_begin(struct ingest_thread *t, const char *raw, size_t len);

/* Gives it to the sink, if it has values. */
void parse_end(struct ingest_thread *t);

/* Tells bytes of the piece as passed over. */
void parse_skipped(struct ingest_thread *t, const char *from, size_t len, const char *key);

/* The next value, without its content; NULL when there are too many. */
struct event_value *parse_value(struct ingest_thread *t, const char *name, size_t name_len, uint32_t id);

/* A text of a name that the format knows; "-" is null where ${dash}. */
void parse_text(struct ingest_thread *t, const struct parse_name *name, const char *text, size_t len);
void parse_dash(struct ingest_thread *t, const struct parse_name *name, const char *text, size_t len);

/* A text of a name in the file. */
void parse_named(struct ingest_thread *t, const char *name, size_t name_len, const char *text,
    size_t len);

/* Room for a text of the event under way; NULL when there is none left. */
char *parse_room(struct ingest_thread *t, size_t len);

/* Numbers for a list of names that ends with NULL; the caller frees it. */
struct parse_name *parse_names(const struct names *names, const char *const *list);

/* The next line of the piece without its end of line; false at the end.  ${pos} starts at 0. */
bool parse_line(const struct ingest_piece *piece, size_t *pos, const char **ret_line, size_t *ret_len);

/* Ends of line among the bytes. */
uint64_t parse_lines(const char *s, size_t len);

/*
 * How well a field of that name tells the time of the event; 0: not at all.  The best one that can be
 * read is taken.
 */
unsigned parse_time_rank(const char *name, size_t len);

/* Sets the time of the event under way, if  is one. */
bool parse_time(struct ingest_thread *t, unsigned rank, const char *text, size_t len);

/* Each reads a whole piece. */
void json_piece(struct ingest_thread *t);
void syslog_piece(struct ingest_thread *t);
void journal_piece(struct ingest_thread *t);
void auditd_piece(struct ingest_thread *t);
void web_piece(struct ingest_thread *t);
void squid_piece(struct ingest_thread *t);
void table_piece(struct ingest_thread *t); /* csv and w3c */
void text_piece(struct ingest_thread *t);
void xml_piece(struct ingest_thread *t);

/* Whether a line is of the format, for finding out what a file is. */
bool syslog_is(const char *line, size_t len);
bool auditd_is(const char *line, size_t len);
bool web_is(const char *line, size_t len);
bool squid_is(const char *line, size_t len);
bool journal_is(const char *line, size_t len);

/* The length of a line "Record 7", which evtx_dump writes before each object; 0: it is none. */
size_t json_record_line(const char *s, size_t len);

/* Prepare and release what a thread keeps for a format. */
void syslog_setup(struct ingest_thread *t);
void web_setup(struct ingest_thread *t);
void squid_setup(struct ingest_thread *t);
void json_setup(struct ingest_thread *t);
void json_release(struct ingest_thread *t);
extern const char *const syslog_names[], *const web_names[], *const squid_names[];
