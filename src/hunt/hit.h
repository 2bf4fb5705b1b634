/* SPDX-License-Identifier: Apache-2.0 */
/* hit.h: one detection: as it is found, as bytes between threads, as a line of each output. */
#pragma once

#include "hunt/rule.h"

#define HIT_MATCHES   32               /* reasons kept of one detection */
#define HIT_VALUE_MAX ((size_t)1 << 14) /* bytes of a value in the JSON */
#define HIT_SHORT_MAX 300              /* bytes of a value elsewhere */
#define HIT_TEXT_MAX  ((size_t)1 << 20) /* all texts of one detection */
#define HIT_TIME_SIZE 40
#define HIT_NO_TIME   INT64_MIN

struct hit_part {
	const char *at;
	size_t len;
};

struct hit_match {
	struct hit_part field, value, pattern;
	bool absent; /* the field was not there, and had to be absent */
};

struct hit_ref {
	uint32_t file;
	uint64_t record;
};

struct hit {
	uint32_t rule, file;
	int64_t time_ns;       /* HIT_NO_TIME */
	uint64_t record;
	struct hit_part host;
	struct hit_part subject; /* of an indicator: its value; else nothing */
	struct hit_match match[HIT_MATCHES];
	size_t matches;
	/* A correlation: */
	int64_t first_ns;      /* HIT_NO_TIME: it is none */
	double count;
	const struct hit_ref *ref;
	size_t refs;
};

/* What a host is known by: logs write the same name now in capitals, now in small letters. Returns ${out}. */
#define HIT_HOST_KEY (HIT_SHORT_MAX + 8)
char *hit_host_key(const char *name, size_t len, char out[static HIT_HOST_KEY]);

/* RFC 3339 in UTC with as many decimals as are needed, at most seven. Returns ${out}. */
char *hit_time(int64_t time_ns, char out[static HIT_TIME_SIZE]);

/* The names of files by number, for the lines. */
typedef const char *(*hit_file_fn)(const void *arg, uint32_t file);

struct hit_names {
	const struct rules *rules;
	hit_file_fn file;
	const void *arg;
};

/* Adds a JSON object and a line feed. */
void hit_json(const struct hit *hit, const struct hit_names *names, struct buf *out);

/* Adds a row; ${timeline}: with the columns of a super-timeline first. */
void hit_csv_head(bool timeline, struct buf *out);
void hit_csv(const struct hit *hit, const struct hit_names *names, bool timeline, struct buf *out);

/*
 * As bytes with values cut to HIT_SHORT_MAX, and back; without refs.  The unpacked hit points
 * into ${data}.  Returns the bytes taken, 0 when there is no whole hit.
 */
void hit_pack(const struct hit *hit, struct buf *out);
size_t hit_unpack(const char *data, size_t len, struct hit *ret);

/* "field = value; field = value": what it matched, for people. */
void hit_why(const struct hit *hit, struct buf *out);
