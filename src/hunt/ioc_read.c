/* SPDX-License-Identifier: Apache-2.0 */
/* ioc_read.c: lists of indicators in the forms they are sent in. */
#include <stdio.h>
#include <strings.h>

#include "hunt/ioc.h"
#include "os/file.h"
#include "text/json.h"

#define FIELD_MAX   2048
#define COLUMNS_MAX 64

struct type_name {
	const char *name;
	enum indicator kind;
};

static const struct type_name types[] = {
	{ "md5", IND_MD5 }, { "sha1", IND_SHA1 }, { "sha-1", IND_SHA1 }, { "sha256", IND_SHA256 },
	{ "sha-256", IND_SHA256 }, { "ip-src", IND_IP }, { "ip-dst", IND_IP }, { "ip", IND_IP },
	{ "ipv4", IND_IP }, { "ipv6", IND_IP }, { "ipv4-addr", IND_IP }, { "ipv6-addr", IND_IP },
	{ "domain", IND_DOMAIN }, { "hostname", IND_DOMAIN }, { "domain-name", IND_DOMAIN },
	{ "url", IND_URL }, { "uri", IND_URL }, { "link", IND_NONE }, { "filename", IND_FILE },
	{ "file_name", IND_FILE }, { "file", IND_FILE },
};

/* IND_KINDS: not a kind that is looked for. */
static enum indicator
type_named(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strlen(types[i].name) == len && strncasecmp(types[i].name, name, len) == 0)
			return types[i].kind == IND_NONE ? IND_KINDS : types[i].kind;
	return IND_KINDS;
}

static void
take(struct iocs *x, enum indicator kind, const char *text)
{
	while (*text == ' ' || *text == '"' || *text == '\'')
		text++;
	if (*text != '\0' && !iocs_add(x, kind, text))
		x->not_understood++;
}

/* ---- lines, CSV ------------------------------------------------------------------------------ */

/* One field of a row into ${out}; returns what follows, NULL at the end of the row. */
static const char *
field(const char *p, const char *end, char separator, char out[static FIELD_MAX])
{
	bool quoted = p < end && *p == '"';
	size_t n = 0;

	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"' && p + 1 < end && p[1] == '"')
			p++;
		else if (quoted && *p == '"') {
			quoted = false;
			continue;
		} else if (!quoted && *p == separator)
			break;
		if (n + 1 < FIELD_MAX && *p != '\0')
			out[n++] = *p;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\r'))
		n--;
	out[n] = '\0';
	return p < end ? p + 1 : NULL;
}

struct table {
	char separator;
	enum indicator column[COLUMNS_MAX]; /* IND_KINDS: not looked at */
	int type;                           /* column that names the kind, -1 */
	bool has_header;
};

/* Whether the first line names columns we know. */
static bool
read_header(const char *line, const char *end, struct table *t)
{
	static const char *const value[] = { "value", "indicator", "ioc", "observable", "hash", "indicator_value",
	    "ioc_value", "attribute", "dấu hiệu" };
	static const char separators[] = ",;\t";
	char name[FIELD_MAX];

	for (const char *s = separators; *s != '\0' && !t->has_header; s++) {
		const char *p = line;

		t->type = -1;
		for (int i = 0; i < COLUMNS_MAX && p != NULL; i++) {
			p = field(p, end, *s, name);
			t->column[i] = type_named(name, strlen(name));
			for (size_t k = 0; k < ARRAY_LEN(value); k++)
				if (strcasecmp(name, value[k]) == 0)
					t->column[i] = IND_NONE;
			if (strcasecmp(name, "type") == 0 || strcasecmp(name, "indicator_type") == 0 ||
			    strcasecmp(name, "ioc_type") == 0)
				t->type = i;
			t->has_header |= t->column[i] != IND_KINDS;
		}
		t->separator = *s;
	}
	return t->has_header;
}

static void
read_row(struct iocs *x, const char *line, const char *end, const struct table *t)
{
	char text[FIELD_MAX];
	enum indicator named = IND_NONE;
	const char *p = line;

	for (int i = 0; p != NULL && t->type >= 0 && i <= t->type; i++) {
		p = field(p, end, t->separator, text);
		if (i == t->type && type_named(text, strlen(text)) != IND_KINDS)
			named = type_named(text, strlen(text));
	}
	p = line;
	for (int i = 0; p != NULL && i < COLUMNS_MAX; i++) {
		p = field(p, end, t->separator, text);
		if (t->column[i] != IND_KINDS && *text != '\0')
			take(x, t->column[i] == IND_NONE ? named : t->column[i], text);
	}
}

/* The first of the fields; file names may hold commas, so the whole line is tried first. */
static void
read_line(struct iocs *x, const char *line, const char *end)
{
	char text[FIELD_MAX];
	size_t n = 0;

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	if (line == end || *line == '#' || *line == '\r')
		return;
	for (; line + n < end && n + 1 < sizeof(text); n++)
		text[n] = line[n] == '\0' ? ' ' : line[n];
	while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == ' '))
		n--;
	text[n] = '\0';
	if (strpbrk(text, ",;\t#") == NULL) {
		take(x, IND_NONE, text);
		return;
	}
	n = strcspn(text, ",;\t#");
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '"'))
		n--;
	text[n] = '\0';
	take(x, IND_NONE, text);
}

static void
read_lines(struct iocs *x, const char *data, size_t len)
{
	struct table t = { .type = -1 };
	bool first = true;
	const char *end = data + len;

	for (const char *line = data; line < end; first = false) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (stop == NULL)
			stop = end;
		if (first && read_header(line, stop, &t)) {
			line = stop + 1;
			continue;
		}
		if (t.has_header)
			read_row(x, line, stop, &t);
		else
			read_line(x, line, stop);
		line = stop + 1;
	}
}

/* ---- MISP --------------------------------------------------------------------------------------- */

/* "filename|md5" has two values; networks and mails are not looked for. */
static void
misp_attribute(struct iocs *x, const struct json *a)
{
	const char *type = json_get_str(a, "type"), *value = json_get_str(a, "value"), *bar, *split;
	char left[FIELD_MAX];
	enum indicator kind;

	if (type == NULL || value == NULL || json_get_bool(a, "deleted", false))
		return;
	bar = strchr(type, '|');
	split = strchr(value, '|');
	if (bar != NULL && split != NULL && (size_t)(split - value) < sizeof(left)) {
		memcpy(left, value, (size_t)(split - value));
		left[split - value] = '\0';
		if ((kind = type_named(type, (size_t)(bar - type))) != IND_KINDS)
			take(x, kind, left);
		if ((kind = type_named(bar + 1, strlen(bar + 1))) != IND_KINDS)
			take(x, kind, split + 1);
	} else if ((kind = type_named(type, strlen(type))) != IND_KINDS) {
		take(x, kind, value);
	}
}

static void
misp_attributes(struct iocs *x, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++)
		misp_attribute(x, json_at(list, i));
}

static void
misp_event(struct iocs *x, const struct json *outer)
{
	const struct json *event = json_get(outer, "Event") == NULL ? outer : json_get(outer, "Event");
	const struct json *objects = json_get(event, "Object");

	misp_attributes(x, json_get(event, "Attribute"));
	for (size_t i = 0; i < json_len(objects); i++)
		misp_attributes(x, json_get(json_at(objects, i), "Attribute"));
}

/* ---- STIX 2.1 ---------------------------------------------------------------------------------- */

static enum indicator
stix_kind(const char *path, size_t len)
{
	static const struct { const char *path; enum indicator kind; } known[] = {
		{ "ipv4-addr:value", IND_IP }, { "ipv6-addr:value", IND_IP },
		{ "domain-name:value", IND_DOMAIN }, { "url:value", IND_URL }, { "file:name", IND_FILE },
		{ "file:hashes.md5", IND_MD5 }, { "file:hashes.'md5'", IND_MD5 },
		{ "file:hashes.sha1", IND_SHA1 }, { "file:hashes.'sha-1'", IND_SHA1 },
		{ "file:hashes.'sha1'", IND_SHA1 }, { "file:hashes.sha256", IND_SHA256 },
		{ "file:hashes.'sha-256'", IND_SHA256 }, { "file:hashes.'sha256'", IND_SHA256 },
		{ "process:image_ref.name", IND_FILE },
		{ "network-traffic:dst_ref.value", IND_NONE }, { "network-traffic:src_ref.value", IND_NONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].path) == len && strncasecmp(known[i].path, path, len) == 0)
			return known[i].kind;
	return IND_KINDS;
}

/* A text in quotes at *${p}, into ${out}. */
static void
stix_text(const char **p, char out[static FIELD_MAX])
{
	size_t n = 0;

	for ((*p)++; **p != '\0' && **p != '\''; (*p)++) {
		if (**p == '\\' && (*p)[1] != '\0')
			(*p)++;
		if (n + 1 < FIELD_MAX)
			out[n++] = **p;
	}
	*p += **p != '\0';
	out[n] = '\0';
}

/* The length of a word: a path, which may have names in quotes, or an operator. */
static size_t
stix_word(const char *p)
{
	size_t n = 0;

	for (bool quoted = false; p[n] != '\0' && (quoted || strchr(" \t\r\n[](),=!<>", p[n]) == NULL); n++)
		quoted ^= p[n] == '\'';
	return n;
}

static bool
is_word(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(p, word, len) == 0;
}

/*
 * The texts that a pattern compares with "=", IN and ISSUBSET:
 * [file:hashes.'SHA-256' = '…' OR domain-name:value IN ('…', '…')].  The others are counted.
 */
static void
stix_pattern(struct iocs *x, const char *pattern)
{
	enum indicator kind = IND_KINDS;
	bool equals = false, negated = false;
	char text[FIELD_MAX];

	for (const char *p = pattern; *p != '\0';) {
		size_t n = stix_word(p);

		if (*p == '\'') {
			stix_text(&p, text);
			if (kind != IND_KINDS && equals && !negated)
				take(x, kind, text);
			else
				x->not_understood++;
		} else if (n == 0) {
			equals = *p == '=' ? p == pattern || strchr("!<>", p[-1]) == NULL : equals;
			p++;
		} else {
			if (memchr(p, ':', n) != NULL) {
				kind = stix_kind(p, n);
				equals = negated = false;
			} else if (is_word(p, n, "NOT")) {
				negated = true;
			} else {
				equals = is_word(p, n, "IN") || is_word(p, n, "ISSUBSET");
			}
			p += n;
		}
	}
}

static void
stix_hashes(struct iocs *x, const struct json *hashes)
{
	const char *key;
	struct json *value;
	void *it = NULL;

	while (json_next(hashes, &it, &key, &value))
		if (json_str(value) != NULL && type_named(key, strlen(key)) != IND_KINDS)
			take(x, type_named(key, strlen(key)), json_str(value));
}

static void
stix_object(struct iocs *x, const struct json *o)
{
	const char *type = json_get_str(o, "type");

	if (type == NULL || json_get_bool(o, "revoked", false))
		return;
	if (strcmp(type, "indicator") == 0 && json_get_str(o, "pattern") != NULL) {
		stix_pattern(x, json_get_str(o, "pattern"));
	} else if (strcmp(type, "file") == 0) {
		stix_hashes(x, json_get(o, "hashes"));
		if (json_get_str(o, "name") != NULL)
			take(x, IND_FILE, json_get_str(o, "name"));
	} else if (type_named(type, strlen(type)) != IND_KINDS && json_get_str(o, "value") != NULL) {
		take(x, type_named(type, strlen(type)), json_get_str(o, "value"));
	}
}

/* ---- whichever it is --------------------------------------------------------------------------- */

static void
read_json(struct iocs *x, const struct json *root)
{
	const struct json *list = json_get(root, "objects");

	if (list != NULL) {
		for (size_t i = 0; i < json_len(list); i++)
			stix_object(x, json_at(list, i));
		return;
	}
	list = json_kind(root) == JSON_KIND_ARRAY ? root : json_get(root, "response");
	if (json_kind(list) != JSON_KIND_ARRAY) {
		misp_event(x, json_kind(list) == JSON_KIND_OBJECT ? list : root);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *item = json_at(list, i);

		if (json_str(item) != NULL)
			take(x, IND_NONE, json_str(item));
		else if (json_get(item, "pattern") != NULL)
			stix_object(x, item);
		else if (json_get(item, "value") != NULL)
			misp_attribute(x, item);
		else
			misp_event(x, item);
	}
}

static size_t
blanks(const char *data, size_t len)
{
	size_t n = 0;

	while (n < len && (data[n] == ' ' || data[n] == '\t' || data[n] == '\r' || data[n] == '\n'))
		n++;
	return n;
}

/* A line of text may begin with a bracket too: [.]xau[.]example, [2001:db8::5]:443 */
static bool
is_json(const char *data, size_t len)
{
	size_t n = blanks(data, len), next;

	if (n == len || data[n] != '[')
		return n < len && data[n] == '{';
	next = n + 1 + blanks(data + n + 1, len - n - 1);
	return next < len && data[next] != '\0' && strchr("{[]\"", data[next]) != NULL;
}

int
iocs_read_bytes(struct iocs *x, const char *data, size_t len, const char *name, struct err *err)
{
	size_t before = x->count + x->nets, skip = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct json *root = NULL;
	int failed = 0;

	if (is_json(data + skip, len - skip)) {
		failed = json_parse(data + skip, len - skip, &root, err);
		if (failed != 0) {
			err_where(err, name, err == NULL ? 0 : err->line, err == NULL ? 0 : err->column);
			return failed;
		}
		read_json(x, root);
		json_free(root);
	} else {
		read_lines(x, data + skip, len - skip);
	}
	if (x->count + x->nets == before && x->too_many == 0)
		return err_fail(err, ERR_INVALID, "hunt.ioc.none", NULL, "file", name, NULL, NULL);
	return 0;
}

int
iocs_read(struct iocs *x, const char *path, struct err *err)
{
	cleanup(free_charp) char *real = realpath(path, NULL);
	char *data = NULL;
	size_t len;
	int failed = file_read(real == NULL ? path : real, IOC_FILE_MAX, &data, &len, err);

	if (failed == 0)
		failed = iocs_read_bytes(x, data, len, path, err);
	free(data);
	return failed;
}
