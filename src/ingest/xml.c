/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/xml.h"

#include <stdio.h>

#include "base/utf8.h"

/* One event being read. */
struct reader {
	struct ingest_thread *t;
	const char *at, *end;
	struct text open[XML_DEPTH_MAX]; /* names of the elements under way */
	unsigned depth;
	enum { NOWHERE, SYSTEM, DATA, USER, OTHER } part;
	/* Of the innermost element: */
	struct text name;  /* of the field its text is, if it has no elements in it */
	struct text text;
	bool has_text;     /* it has not had an element in it so far */
};

struct attr {
	struct text name, value;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_name(struct text t, const char *name)
{
	return strlen(name) == t.len && memcmp(t.at, name, t.len) == 0;
}

/* Behind a prefix: "auto-ns2:EventData". */
static struct text
local(struct text name)
{
	const char *colon = memrchr(name.at, ':', name.len);

	return colon == NULL ? name :
	    (struct text){ colon + 1, name.len - (size_t)(colon + 1 - name.at) };
}

/* ---- texts ------------------------------------------------------------------------------- */

static size_t
entity(const char *s, size_t len, char out[static 4], size_t *ret_len)
{
	static const struct { const char *name; char c; } known[] = { { "&lt;", '<' }, { "&gt;", '>' },
		{ "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };
	const char *semicolon = memchr(s, ';', len < 12 ? len : 12);
	char number[12], *stop;
	unsigned long cp;

	*ret_len = 1;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (len >= strlen(known[i].name) && memcmp(s, known[i].name, strlen(known[i].name)) == 0) {
			out[0] = known[i].c;
			return strlen(known[i].name);
		}
	}
	out[0] = '&';
	if (semicolon == NULL || len < 4 || s[1] != '#')
		return 1;
	snprintf(number, sizeof(number), "%.*s", (int)(semicolon - s) - 2, s + 2);
	cp = number[0] == 'x' ? strtoul(number + 1, &stop, 16) : strtoul(number, &stop, 10);
	if (*stop != '\0' || cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 1;
	*ret_len = utf8_encode((uint32_t)cp, out);
	return (size_t)(semicolon - s) + 1;
}

/* As it is, or with its entities resolved where there are any. */
static struct text
plain(struct ingest_thread *t, struct text raw)
{
	struct text out;
	char *room, c[4];
	size_t n;

	if (memchr(raw.at, '&', raw.len) == NULL || (room = parse_room(t, raw.len)) == NULL)
		return raw;
	out = (struct text){ room, 0 };
	for (size_t i = 0; i < raw.len;) {
		if (raw.at[i] != '&') {
			room[out.len++] = raw.at[i++];
			continue;
		}
		i += entity(raw.at + i, raw.len - i, c, &n);
		memcpy(room + out.len, c, n);
		out.len += n;
	}
	return out;
}

/* Text, comments and CDATA may follow each other within an element: all of its text is one. */
static void
add_text(struct reader *r, struct text more)
{
	struct text old = r->text;
	char *room;

	if (old.len == 0) {
		r->text = more;
	} else if (more.len > 0 && (room = parse_room(r->t, old.len + more.len)) != NULL) {
		memcpy(room, old.at, old.len);
		memcpy(room + old.len, more.at, more.len);
		r->text = (struct text){ room, old.len + more.len };
	}
}

/* ---- fields --------------------------------------------------------------------------------- */

/* Numbers of System are numbers, as in EVTX. */
static bool
put_number(struct ingest_thread *t, struct text name, struct text value)
{
	struct event_value *v;
	uint64_t n = 0;

	if (value.len == 0 || value.len > 18 || (value.len > 1 && value.at[0] == '0'))
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(value.at[i] - '0');
	}
	v = parse_value(t, name.at, name.len, names_find(t->names, name.at, name.len));
	if (v != NULL) {
		v->type = VALUE_UINT;
		v->bits = n;
	}
	return true;
}

static void
put(struct reader *r, struct text name, struct text value)
{
	unsigned rank;

	if (r->part == SYSTEM && put_number(r->t, name, value))
		return;
	parse_named(r->t, name.at, name.len, value.at, value.len);
	rank = r->part == SYSTEM ? parse_time_rank(name.at, name.len) : 0;
	if (rank > 0)
		parse_time(r->t, rank, value.at, value.len);
}

/* "Provider" and "Name": Provider_Name. */
static void
put_attr(struct reader *r, struct text element, const struct attr *a)
{
	size_t len = element.len + 1 + a->name.len;
	char *name = parse_room(r->t, len);

	if (name == NULL)
		return;
	memcpy(name, element.at, element.len);
	name[element.len] = '_';
	memcpy(name + element.len + 1, a->name.at, a->name.len);
	put(r, (struct text){ name, len }, plain(r->t, a->value));
}

/* "Threat Name" is asked for as ThreatName. */
static struct text
without_blanks(struct ingest_thread *t, struct text name)
{
	char *room;
	size_t n = 0;

	name = plain(t, name);
	if (memchr(name.at, ' ', name.len) == NULL || (room = parse_room(t, name.len)) == NULL)
		return name;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] != ' ')
			room[n++] = name.at[i];
	return (struct text){ room, n };
}

/* ---- elements ------------------------------------------------------------------------------- */

static void
begin_element(struct reader *r, struct text element, const struct attr *attr, size_t attrs)
{
	r->name = element;
	if (r->depth == 2) {
		r->part = is_name(element, "System") ? SYSTEM : is_name(element, "EventData") ? DATA :
		    is_name(element, "UserData") ? USER : OTHER;
		return;
	}
	for (size_t i = 0; i < attrs; i++) {
		if (r->depth < 3 || r->part == OTHER || r->part == NOWHERE || str_starts(attr[i].name.at, "xmlns"))
			continue;
		if (r->part == DATA && is_name(attr[i].name, "Name"))
			r->name = without_blanks(r->t, attr[i].value);
		else if (r->part != DATA)
			put_attr(r, element, &attr[i]);
	}
}

static void
end_element(struct reader *r, bool was_empty)
{
	bool field = r->depth >= 3 && r->has_text && r->part != OTHER && r->part != NOWHERE;

	/* Of System and UserData what is empty carries its attributes alone. */
	if (field && (r->part == DATA || (!was_empty && r->text.len > 0)))
		put(r, r->name, r->text);
	r->depth--;
	r->has_text = false;
	if (r->depth < 2)
		r->part = NOWHERE;
}

/* Reads name="value" … up to ">" or "/>"; false: not well-formed. */
static bool
attributes(struct reader *r, struct attr *attr, size_t *ret_n, bool *ret_empty)
{
	for (*ret_n = 0;;) {
		struct attr a;
		char quote;

		while (r->at < r->end && is_blank(*r->at))
			r->at++;
		if (r->at >= r->end)
			return false;
		*ret_empty = *r->at == '/';
		if (*r->at == '/' || *r->at == '>') {
			r->at += *ret_empty;
			return r->at < r->end && *r->at++ == '>';
		}
		a.name.at = r->at;
		while (r->at < r->end && *r->at != '=' && *r->at != '>' && *r->at != '/' && !is_blank(*r->at))
			r->at++;
		a.name.len = (size_t)(r->at - a.name.at);
		while (r->at < r->end && is_blank(*r->at))
			r->at++;
		if (a.name.len == 0 || r->end - r->at < 2 || *r->at++ != '=')
			return false;
		while (r->at < r->end && is_blank(*r->at))
			r->at++;
		if (r->at >= r->end || (*r->at != '"' && *r->at != '\''))
			return false;
		quote = *r->at++;
		a.value.at = r->at;
		while (r->at < r->end && *r->at != quote)
			r->at++;
		if (r->at >= r->end)
			return false;
		a.value.len = (size_t)(r->at++ - a.value.at);
		if (*ret_n < XML_ATTR_MAX)
			attr[(*ret_n)++] = a;
	}
}

static bool
open_tag(struct reader *r)
{
	struct attr attr[XML_ATTR_MAX];
	struct text name = { r->at, 0 };
	bool empty;
	size_t n;

	while (r->at < r->end && *r->at != '>' && *r->at != '/' && !is_blank(*r->at))
		r->at++;
	name.len = (size_t)(r->at - name.at);
	if (name.len == 0 || r->depth == XML_DEPTH_MAX || !attributes(r, attr, &n, &empty))
		return false;
	r->open[r->depth++] = name;
	r->has_text = true;
	r->text = (struct text){ r->at, 0 };
	begin_element(r, local(name), attr, n);
	if (empty)
		end_element(r, true);
	return true;
}

static bool
close_tag(struct reader *r)
{
	struct text name = { r->at, 0 };

	while (r->at < r->end && *r->at != '>' && !is_blank(*r->at))
		r->at++;
	name.len = (size_t)(r->at - name.at);
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	if (r->at >= r->end || *r->at++ != '>' || r->depth == 0 || r->open[r->depth - 1].len != name.len ||
	    memcmp(r->open[r->depth - 1].at, name.at, name.len) != 0)
		return false;
	end_element(r, false);
	return true;
}

/* Comments and declarations; of CDATA the content is the element's text. */
static bool
other_tag(struct reader *r)
{
	static const struct { const char *begin, *end; } kind[] = { { "!--", "-->" }, { "![CDATA[", "]]>" },
		{ "?", "?>" }, { "!", ">" } };

	for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
		size_t n = strlen(kind[i].begin);
		const char *stop;

		if ((size_t)(r->end - r->at) < n || memcmp(r->at, kind[i].begin, n) != 0)
			continue;
		stop = memmem(r->at + n, (size_t)(r->end - r->at) - n, kind[i].end, strlen(kind[i].end));
		if (stop == NULL)
			return false;
		if (i == 1)
			add_text(r, (struct text){ r->at + n, (size_t)(stop - r->at) - n });
		r->at = stop + strlen(kind[i].end);
		return true;
	}
	return false;
}

bool
xml_event(struct ingest_thread *t, const char *s, size_t len)
{
	struct reader r = { .t = t, .at = s, .end = s + len };
	bool well = true;

	while (well && r.at < r.end && (r.depth > 0 || r.at == s)) {
		const char *tag = memchr(r.at, '<', (size_t)(r.end - r.at));

		if (tag == NULL)
			return false;
		if (r.has_text && tag > r.at && r.part != OTHER)
			add_text(&r, plain(t, (struct text){ r.at, (size_t)(tag - r.at) }));
		r.at = tag + 1;
		if (r.at >= r.end)
			return false;
		if (*r.at == '/') {
			r.at++;
			well = close_tag(&r);
		} else if (*r.at == '!' || *r.at == '?') {
			well = other_tag(&r);
		} else {
			well = open_tag(&r);
		}
	}
	return well && r.depth == 0;
}

/* ---- files ------------------------------------------------------------------------------------- */

const char *
xml_begin(const char *s, const char *end)
{
	while (s < end && (s = memmem(s, (size_t)(end - s), "<Event", 6)) != NULL) {
		if (end - s > 6 && (s[6] == '>' || is_blank(s[6])))
			return s;
		s += 6;
	}
	return NULL;
}

const char *
xml_end(const char *s, const char *end)
{
	const char *found = s >= end ? NULL : memmem(s, (size_t)(end - s), "</Event>", 8);

	return found == NULL ? NULL : found + 8;
}

bool
xml_is(const char *s, size_t len)
{
	const char *end = s + len;

	for (;;) {
		while (s < end && is_blank(*s))
			s++;
		if (end - s > 4 && memcmp(s, "<!--", 4) == 0)
			s = memmem(s, (size_t)(end - s), "-->", 3);
		else if (end - s > 2 && s[0] == '<' && s[1] == '?')
			s = memmem(s, (size_t)(end - s), "?>", 2);
		else
			break;
		if (s == NULL)
			return false;
		s += *s == '-' ? 3 : 2;
	}
	return end - s > 7 && memcmp(s, "<Event", 6) == 0 && (s[6] == '>' || s[6] == 's' || is_blank(s[6])) &&
	    (s[6] != 's' || s[7] == '>' || is_blank(s[7]));
}

void
xml_piece(struct ingest_thread *t)
{
	const char *data = (const char *)t->piece->data, *end = data + t->piece->len, *at = data, *from, *to;

	while ((from = xml_begin(at, end)) != NULL) {
		to = xml_end(from, end);
		t->line += parse_lines(at, (size_t)(from - at));
		if (to == NULL) {
			parse_skipped(t, from, (size_t)(end - from), "ingest.xml.syntax");
			return;
		}
		parse_begin(t, from, (size_t)(to - from));
		if (xml_event(t, from, (size_t)(to - from)))
			parse_end(t);
		else
			parse_skipped(t, from, (size_t)(to - from), "ingest.xml.syntax");
		t->line += parse_lines(from, (size_t)(to - from));
		at = to;
	}
}
