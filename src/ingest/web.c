/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web.c: access logs of Apache and nginx: common and combined, with or without a virtual host in
 * front; what further fields stand behind is left.
 */
#include "ingest/parse.h"
#include "ingest/when.h"

#define WORDS_BEFORE 3 /* between the time and the request */

const char *const web_names[] = {
	"cs-host", "c-ip", "cs-username", "cs-method", "cs-uri", "cs-uri-stem", "cs-uri-query",
	"cs-version", "sc-status", "sc-bytes", "cs-referer", "cs-user-agent", NULL
};

struct part {
	const char *at;
	size_t len;
};

/* One line taken apart; parts that are not there have at NULL. */
struct access {
	struct part host, client, user, request, status, bytes, referer, agent;
	int64_t time_ns;
};

/* The next word; ${s} moves behind the blank that ends it. */
static struct part
word(const char **s, const char *end)
{
	const char *from = *s, *blank;

	if (from >= end)
		return (struct part){ NULL, 0 };
	blank = memchr(from, ' ', (size_t)(end - from));
	*s = blank == NULL ? end : blank + 1;
	return (struct part){ from, (size_t)((blank == NULL ? end : blank) - from) };
}

/* A text in quotes; a quote behind a backslash is part of it.  Without the closing one: the rest. */
static struct part
quoted(const char **s, const char *end)
{
	const char *from = *s + 1, *at = from;

	if (*s >= end || **s != '"')
		return (struct part){ NULL, 0 };
	for (; (at = memchr(at, '"', (size_t)(end - at))) != NULL; at++) {
		size_t slashes = 0;

		while (at - slashes > from && at[-(ptrdiff_t)slashes - 1] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			break;
	}
	*s = at == NULL ? end : at + 1;
	if (*s < end && **s == ' ')
		(*s)++;
	return (struct part){ from, (size_t)((at == NULL ? end : at) - from) };
}

/* The bracket that begins the time; a user's name may hold one too. */
static const char *
find_time(const char *line, const char *end, int64_t *ret_ns, const char **ret_end)
{
	const char *at = line;

	while ((at = memchr(at, '[', (size_t)(end - at))) != NULL) {
		size_t n = when_web(at + 1, (size_t)(end - at - 1), ret_ns);

		if (n > 0 && at + 1 + n < end && at[1 + n] == ']') {
			*ret_end = at + n + 2;
			return at;
		}
		at++;
	}
	return NULL;
}

static bool
is_number(struct part p)
{
	for (size_t i = 0; i < p.len; i++)
		if (p.at[i] < '0' || p.at[i] > '9')
			return false;
	return p.len > 0;
}

static bool
take_apart(const char *line, size_t len, struct access *ret)
{
	const char *end = line + len, *s = line, *rest, *bracket;
	struct part first, last, second;

	bracket = find_time(line, end, &ret->time_ns, &rest);
	if (bracket == NULL)
		return false;
	ret->host = (struct part){ NULL, 0 };
	first = last = word(&s, bracket);
	/* "client, proxy, proxy": what came in X-Forwarded-For, where it is written in the client's place */
	while (last.len > 1 && last.at[last.len - 1] == ',')
		last = word(&s, bracket);
	if (last.at != first.at)
		first.len--;
	second = word(&s, bracket);
	/* host client ident user: the ident is nearly always "-" */
	if (second.len > 1 && s < bracket && memchr(s, ' ', (size_t)(bracket - s)) != NULL &&
	    s + 1 < bracket && s[0] == '-' && s[1] == ' ') {
		ret->host = first;
		first = second;
		(void)word(&s, bracket);
	}
	ret->client = first;
	ret->user = s < bracket ? (struct part){ s, (size_t)(bracket - s) - 1 } : (struct part){ "-", 1 };
	s = rest;
	if (s >= end || *s++ != ' ' || first.len == 0)
		return false;
	/* nginx is often told to write the server's name, or times, before the request. */
	for (int i = 0; i < WORDS_BEFORE && s < end && *s != '"'; i++)
		(void)word(&s, end);
	if (s >= end || *s != '"')
		return false;
	ret->request = quoted(&s, end);
	ret->status = word(&s, end);
	ret->bytes = word(&s, end);
	if (!is_number(ret->status) && !(ret->status.len == 1 && *ret->status.at == '-'))
		return false;
	ret->referer = quoted(&s, end);
	ret->agent = quoted(&s, end);
	return true;
}

static void
put_request(struct ingest_thread *t, struct part request)
{
	const struct parse_name *n = t->web;
	const char *s = request.at, *end = request.at + request.len, *last, *question;
	struct part uri;
	size_t stem;

	last = memrchr(request.at, ' ', request.len);
	if (last == NULL) { /* no request at all: a handshake sent to the wrong port, say */
		parse_dash(t, &n[WEB_URI], request.at, request.len);
		return;
	}
	uri = word(&s, end);
	parse_text(t, &n[WEB_METHOD], uri.at, uri.len);
	if (last >= s && end - last > 5 && memcmp(last + 1, "HTTP/", 5) == 0) {
		parse_text(t, &n[WEB_VERSION], last + 1, (size_t)(end - last - 1));
		end = last;
	}
	uri = (struct part){ s, (size_t)(end - s) };
	question = memchr(uri.at, '?', uri.len);
	stem = question == NULL ? uri.len : (size_t)(question - uri.at);
	parse_text(t, &n[WEB_URI], uri.at, uri.len);
	parse_text(t, &n[WEB_STEM], uri.at, stem);
	if (question != NULL)
		parse_text(t, &n[WEB_QUERY], question + 1, uri.len - stem - 1);
}

static void
put(struct ingest_thread *t, const struct access *a)
{
	const struct parse_name *n = t->web;

	t->event.time_ns = a->time_ns;
	if (a->host.at != NULL)
		parse_dash(t, &n[WEB_HOST], a->host.at, a->host.len);
	parse_dash(t, &n[WEB_CLIENT], a->client.at, a->client.len);
	parse_dash(t, &n[WEB_USER], a->user.at, a->user.len);
	put_request(t, a->request);
	parse_dash(t, &n[WEB_STATUS], a->status.at, a->status.len);
	if (a->bytes.at != NULL)
		parse_dash(t, &n[WEB_BYTES], a->bytes.at, a->bytes.len);
	if (a->referer.at != NULL)
		parse_dash(t, &n[WEB_REFERER], a->referer.at, a->referer.len);
	if (a->agent.at != NULL)
		parse_dash(t, &n[WEB_AGENT], a->agent.at, a->agent.len);
}

bool
web_is(const char *line, size_t len)
{
	struct access access;

	return take_apart(line, len, &access);
}

void
web_setup(struct ingest_thread *t)
{
	t->web = parse_names(t->names, web_names);
}

void
web_piece(struct ingest_thread *t)
{
	struct access access;
	const char *line;
	size_t pos = 0, len;

	for (; parse_line(t->piece, &pos, &line, &len); t->line++) {
		if (len == 0)
			continue;
		if (!take_apart(line, len, &access)) {
			parse_skipped(t, line, len, "ingest.line.format");
			continue;
		}
		parse_begin(t, line, len);
		put(t, &access);
		parse_end(t);
	}
}
