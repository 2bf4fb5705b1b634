/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h: the one normal form of a log event, whatever it was read from.
 *
 * An event is a short list of typed values.  Nothing is turned into text before
 * somebody reads it: a value points into the bytes it was read from, or into the
 * reading thread's arena, and lives until the sink returns.  A name may occur more
 * than once (arrays, unnamed Data): such a field has several values.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/*
 * The field names that somebody asks for (rules, mappings), numbered from 1.  Filled
 * before reading begins, then only read, by any number of threads.  Names are compared
 * byte by byte, as Sigma does.
 */
struct names;

struct names *names_new(void);
void names_free(struct names *names); /* NULL is allowed */
uint32_t names_add(struct names *names, const char *name, size_t len);
uint32_t names_find(const struct names *names, const char *name, size_t len); /* 0: nobody asks for it */
const char *names_text(const struct names *names, uint32_t id);
uint32_t names_count(const struct names *names); /* ids are 1 to this */

enum value_type {
	VALUE_NULL,  /* there, but without a value */
	VALUE_TEXT,  /* UTF-8 as it was read: may be malformed, may hold NUL */
	VALUE_UTF16, /* little endian, unaligned */
	VALUE_INT,
	VALUE_UINT,
	VALUE_HEX,   /* printed 0x…, lower case, without leading zeros */
	VALUE_REAL,
	VALUE_BOOL,  /* true, false */
	VALUE_GUID,  /* 16 bytes; printed {UPPER-CASE} with braces: rules depend on it */
	VALUE_SID,   /* printed S-1-… */
	VALUE_TIME,  /* tenths of microseconds of UTC since 1970; printed ISO 8601, seven decimals, Z */
	VALUE_BYTES, /* printed as hexadecimal digits, upper case */
};

struct event_value {
	uint32_t id;       /* of its name; 0: nobody asks for it, only keywords look into it */
	uint32_t name_len;
	const char *name;  /* UTF-8, not ended by NUL */
	enum value_type type;
	uint32_t len;      /* bytes of data */
	union {
		const void *data; /* TEXT, UTF16, GUID, SID, BYTES */
		int64_t number;   /* INT, TIME, BOOL */
		uint64_t bits;    /* UINT, HEX */
		double real;
	};
};

enum { EVENT_VALUES_MAX = 1024 }; /* further ones are counted, not kept */

struct event {
	struct event_value *value;
	uint32_t values, dropped;
	int64_t time_ns;    /* INT64_MIN: it says none */
	uint64_t record;    /* number in the header of an EVTX record; line of a text file, from 1 */
	const void *raw;    /* the record or line itself, for showing it */
	size_t raw_len;
	const char *format; /* "evtx", "json", "syslog", "auditd", "web", "csv", …; never changes while it is used */
};

/* The first value of that name, or NULL. */
const struct event_value *event_get(const struct event *event, uint32_t id);

/*
 * The value's text as UTF-8, as the rules see it.  TEXT points at the value itself, as it
 * is; others are added to ${scratch}, where they stay until something more is added.
 * Malformed UTF-16 becomes U+FFFD.
 */
struct text {
	const char *at;
	size_t len;
};
struct text event_text(const struct event_value *value, struct buf *scratch);
