/* SPDX-License-Identifier: Apache-2.0 */
/*
 * squid.c: access logs of Squid in its native format ("logformat squid"):
 *   time elapsed client action/status bytes method address user hierarchy/peer type
 * with the names of W3C logs, as proxies write them.
 */
#include "ingest/parse.h"
#include "ingest/when.h"

#define WORDS 10

enum {
	SQUID_TIME, SQUID_ELAPSED, SQUID_CLIENT, SQUID_ACTION, SQUID_BYTES, SQUID_METHOD, SQUID_ADDRESS, SQUID_USER,
	SQUID_PEER, SQUID_TYPE
};

enum {
	TAKEN, CLIENT, ACTION, STATUS, BYTES, METHOD, URI, HOST, STEM, QUERY, EXTENSION, USER, HIERARCHY, PEER, TYPE
};

const char *const squid_names[] = {
	[TAKEN] = "time-taken", [CLIENT] = "c-ip", [ACTION] = "s-action", [STATUS] = "sc-status",
	[BYTES] = "sc-bytes", [METHOD] = "cs-method", [URI] = "cs-uri", [HOST] = "cs-host",
	[STEM] = "cs-uri-stem", [QUERY] = "cs-uri-query", [EXTENSION] = "cs-uri-extension",
	[USER] = "cs-username", [HIERARCHY] = "s-hierarchy", [PEER] = "r-ip", [TYPE] = "rs-content-type",
	NULL
};

struct word {
	const char *at;
	size_t len;
};

static bool
is_number(struct word w)
{
	for (size_t i = 0; i < w.len; i++)
		if (w.at[i] < '0' || w.at[i] > '9')
			return false;
	return w.len > 0;
}

/* The two parts of a word; the second has at NULL without the sign. */
static void
halves(struct word w, char sign, struct word *ret_first, struct word *ret_second)
{
	const char *at = memchr(w.at, sign, w.len);
	size_t n = at == NULL ? w.len : (size_t)(at - w.at);

	*ret_second = at == NULL ? (struct word){ NULL, 0 } : (struct word){ at + 1, w.len - n - 1 };
	*ret_first = (struct word){ w.at, n };
}

static bool
take_apart(const char *line, size_t len, struct word word[static WORDS], int64_t *ret_ns)
{
	const char *s = line, *end = line + len;
	struct word action, status;
	size_t n = 0;

	while (n < WORDS) {
		const char *from;

		while (s < end && *s == ' ')
			s++;
		for (from = s; s < end && *s != ' ';)
			s++;
		if (s == from)
			break;
		word[n++] = (struct word){ from, (size_t)(s - from) };
	}
	if (n < WORDS || memchr(word[SQUID_TIME].at, '.', word[SQUID_TIME].len) == NULL ||
	    when_epoch(word[SQUID_TIME].at, word[SQUID_TIME].len, ret_ns) != word[SQUID_TIME].len)
		return false;
	halves(word[SQUID_ACTION], '/', &action, &status);
	return is_number(word[SQUID_ELAPSED]) && is_number(word[SQUID_BYTES]) && action.len > 0 && is_number(status);
}

static void
put_one(struct ingest_thread *t, int name, struct word w)
{
	if (w.at != NULL && w.len > 0)
		parse_dash(t, &t->squid[name], w.at, w.len);
}

/* scheme://user@host:port/stem?query, or host:port of a tunnel. */
static void
put_address(struct ingest_thread *t, struct word uri)
{
	const char *mark = memmem(uri.at, uri.len, "://", 3), *at, *dot;
	struct word host = uri, stem = { NULL, 0 }, query = { NULL, 0 };

	put_one(t, URI, uri);
	if (mark != NULL) {
		const char *end = uri.at + uri.len;

		for (at = mark + 3; at < end && *at != '/' && *at != '?';)
			at++;
		host = (struct word){ mark + 3, (size_t)(at - mark - 3) };
		halves((struct word){ at, (size_t)(end - at) }, '?', &stem, &query);
	}
	at = memrchr(host.at, '@', host.len);
	if (at != NULL)
		host = (struct word){ at + 1, host.len - (size_t)(at + 1 - host.at) };
	/* Not the colons of [2001:db8::1]. */
	at = memrchr(host.at, ':', host.len);
	if (at != NULL && memchr(at, ']', host.len - (size_t)(at - host.at)) == NULL)
		host.len = (size_t)(at - host.at);
	put_one(t, HOST, host);
	put_one(t, STEM, stem);
	put_one(t, QUERY, query);
	dot = stem.at == NULL ? NULL : memrchr(stem.at, '.', stem.len);
	if (dot != NULL && memchr(dot, '/', stem.len - (size_t)(dot - stem.at)) == NULL)
		put_one(t, EXTENSION, (struct word){ dot + 1, stem.len - (size_t)(dot + 1 - stem.at) });
}

static void
put(struct ingest_thread *t, const struct word word[static WORDS])
{
	struct word first, second;

	put_one(t, TAKEN, word[SQUID_ELAPSED]);
	put_one(t, CLIENT, word[SQUID_CLIENT]);
	halves(word[SQUID_ACTION], '/', &first, &second);
	put_one(t, ACTION, first);
	put_one(t, STATUS, second);
	put_one(t, BYTES, word[SQUID_BYTES]);
	put_one(t, METHOD, word[SQUID_METHOD]);
	put_address(t, word[SQUID_ADDRESS]);
	put_one(t, USER, word[SQUID_USER]);
	halves(word[SQUID_PEER], '/', &first, &second);
	put_one(t, HIERARCHY, first);
	put_one(t, PEER, second);
	put_one(t, TYPE, word[SQUID_TYPE]);
}

bool
squid_is(const char *line, size_t len)
{
	struct word word[WORDS];
	int64_t time_ns;

	return take_apart(line, len, word, &time_ns);
}

void
squid_setup(struct ingest_thread *t)
{
	t->squid = parse_names(t->names, squid_names);
}

void
squid_piece(struct ingest_thread *t)
{
	struct word word[WORDS];
	const char *line;
	size_t pos = 0, len;
	int64_t time_ns;

	for (; parse_line(t->piece, &pos, &line, &len); t->line++) {
		if (len == 0)
			continue;
		if (!take_apart(line, len, word, &time_ns)) {
			parse_skipped(t, line, len, "ingest.line.format");
			continue;
		}
		parse_begin(t, line, len);
		t->event.time_ns = time_ns;
		put(t, word);
		parse_end(t);
	}
}
