/* SPDX-License-Identifier: Apache-2.0 */
#include "text/multipart.h"

#include <strings.h>

#include "base/utf8.h"

#define EXTENSION_MAX 16 /* bytes of ".docx" and the like kept when a name is cut */

/* ---- file names ---- */

static bool
direction_or_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

/* Shortens ${name} to what fits, keeping a short extension. */
static void
shorten(char *name)
{
	const size_t max = MULTIPART_FILE_SIZE - 1;
	size_t len = strlen(name), ext_len;
	const char *dot = strrchr(name, '.');

	if (len <= max)
		return;
	ext_len = dot == NULL ? 0 : strlen(dot);
	if (ext_len > EXTENSION_MAX)
		ext_len = 0;
	memmove(name + utf8_cut(name, max - ext_len), name + len - ext_len, ext_len + 1);
}

char *
multipart_filename(const char *sent, char out[static MULTIPART_FILE_SIZE])
{
	char name[MULTIPART_HEADER_MAX + 1];
	size_t len = strlen(sent), n, at = 0;
	uint32_t cp;

	for (size_t i = 0; i < len && at + 4 < sizeof(name); i += n) {
		n = utf8_decode(sent + i, len - i, &cp);
		if (n == 1 && (cp == '/' || cp == '\\')) {
			at = 0;
		} else if (n == 0 || (cp < 0x80 && strchr("<>:\"|?*", (int)cp) != NULL && cp != 0)) {
			name[at++] = '_';
		} else if (!direction_or_control(cp) &&
		    !(at == 0 && (cp == '.' || cp == ' '))) {
			memcpy(name + at, sent + i, n);
			at += n;
		}
		n = n == 0 ? 1 : n;
	}
	while (at > 0 && (name[at - 1] == '.' || name[at - 1] == ' '))
		at--;
	name[at] = '\0';
	shorten(name);
	strcpy(out, name[0] == '\0' ? "tep" : name);
	return out;
}

/* ---- header lines ---- */

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/*
 * Reads a parameter's value at ${s}, a token or a quoted string, into ${out}.
 * Browsers write %22 for a quote in a name, curl writes \"; a backslash before
 * anything else is itself, as in C:\path.  NULL when malformed or too long.
 */
static const char *
read_value(const char *s, char *out, size_t size)
{
	bool quoted = *s == '"';
	size_t len = 0;

	for (s += quoted; *s != '\0'; s++) {
		char c = *s;

		if (quoted ? c == '"' : strchr("; \t", c) != NULL)
			break;
		if (quoted && c == '\\' && s[1] == '"') {
			c = *++s;
		} else if (quoted && strncmp(s, "%22", 3) == 0) {
			c = '"';
			s += 2;
		}
		if (len + 1 >= size)
			return NULL;
		out[len++] = c;
	}
	out[len] = '\0';
	if (quoted && *s != '"')
		return NULL;
	return s + quoted;
}

/*
 * Finds parameter ${name} in "; a=b; c=\"d\"".  1 found, 0 not there, -1 the
 * list is malformed or a value too long for it.
 */
static int
param(const char *s, const char *name, char *ret_value, size_t size)
{
	char value[MULTIPART_HEADER_MAX + 1];
	int found = 0;

	for (s = skip_blanks(s); *s != '\0'; s = skip_blanks(s)) {
		size_t len;
		bool wanted;

		if (*s != ';')
			return -1;
		s = skip_blanks(s + 1);
		len = strcspn(s, "=; \t\"");
		if (len == 0 && *s == '\0')
			break;
		if (len == 0 || s[len] != '=')
			return -1;
		wanted = len == strlen(name) && strncasecmp(s, name, len) == 0;
		s = read_value(s + len + 1, value, sizeof(value));
		if (s == NULL || (wanted && (found != 0 || strlen(value) >= size)))
			return -1;
		if (wanted) {
			strcpy(ret_value, value);
			found = 1;
		}
	}
	return found;
}

/* The value of the header line ${line} when its name is ${name}; else NULL. */
static const char *
header_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return skip_blanks(line + len + 1);
}

static bool
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static int
fail(struct multipart *m, int failure)
{
	m->state = MULTIPART_FAILED;
	m->failure = failure;
	return failure;
}

static int
malformed(struct multipart *m, struct err *err)
{
	err_set(err, ERR_INVALID, "err.multipart", NULL);
	return fail(m, ERR_INVALID);
}

static int
beyond(struct multipart *m, const char *key, int64_t max, struct err *err)
{
	err_set(err, ERR_TOO_LARGE, key, NULL);
	err_argi(err, "max", max);
	return fail(m, ERR_TOO_LARGE);
}

struct part_text {
	char name[MULTIPART_NAME_SIZE], sent[MULTIPART_HEADER_MAX + 1];
	char filename[MULTIPART_FILE_SIZE], type[MULTIPART_TYPE_SIZE];
	bool named, file;
};

static bool
read_disposition(const char *value, struct part_text *text)
{
	size_t len = strcspn(value, "; \t");
	int file;

	if (text->named || len != 9 || strncasecmp(value, "form-data", 9) != 0)
		return false;
	if (param(value + len, "name", text->name, sizeof(text->name)) != 1)
		return false;
	if (!utf8_valid(text->name, strlen(text->name)) || !printable(text->name))
		return false;
	file = param(value + len, "filename", text->sent, sizeof(text->sent));
	if (file < 0)
		return false;
	text->file = file == 1;
	text->named = true;
	return true;
}

/* The header lines of a part, each ended by CR LF and made a string here. */
static bool
read_headers(char *header, size_t len, struct part_text *text)
{
	char *line = header, *end = header + len;

	if (memchr(header, '\0', len) != NULL)
		return false;
	while (line < end) {
		char *next = strstr(line, "\r\n");
		const char *value;

		if (next == NULL)
			return false;
		*next = '\0';
		value = header_value(line, "Content-Disposition");
		if (value != NULL && !read_disposition(value, text))
			return false;
		value = header_value(line, "Content-Type");
		if (value != NULL && strlen(value) < sizeof(text->type) && printable(value) &&
		    utf8_valid(value, strlen(value)))
			strcpy(text->type, value);
		line = next + 2;
	}
	return text->named;
}

static int
begin_part(struct multipart *m, struct err *err)
{
	struct part_text text = { 0 };
	struct multipart_part part = { text.name, NULL, text.type };
	int ret;

	if (!read_headers(m->header, m->header_len, &text))
		return malformed(m, err);
	if (text.file)
		part.filename = multipart_filename(text.sent, text.filename);
	m->state = MULTIPART_DATA;
	m->matched = 0;
	m->open = true;
	ret = m->ops->begin(m->ctx, &part, err);
	return ret == 0 ? 0 : fail(m, ret);
}

/* ---- the body ---- */

static int
emit(struct multipart *m, const char *data, size_t len, struct err *err)
{
	int ret;

	if (len == 0 || m->state != MULTIPART_DATA)
		return 0;
	ret = m->ops->data(m->ctx, data, len, err);
	return ret == 0 ? 0 : fail(m, ret);
}

/* A whole delimiter was seen. */
static int
end_part(struct multipart *m, struct err *err)
{
	int ret = m->open ? m->ops->end(m->ctx, err) : 0;

	m->open = false;
	if (ret != 0)
		return fail(m, ret);
	m->state = MULTIPART_AFTER;
	m->after_len = 0;
	return 0;
}

/*
 * Data, or preamble, up to the delimiter.  CR stands in it only at its first
 * place, so after a mismatch the bytes matched so far are data and matching
 * begins anew with the byte at hand.
 */
static int
feed_data(struct multipart *m, const char *data, size_t len, size_t *ret_used, struct err *err)
{
	size_t i = 0, from = 0;
	int ret;

	while (i < len) {
		if (m->matched == 0) {
			const char *cr = memchr(data + i, '\r', len - i);

			i = cr == NULL ? len : (size_t)(cr - data);
			ret = emit(m, data + from, i - from, err);
			if (ret != 0 || cr == NULL) {
				*ret_used = len;
				return ret;
			}
		}
		if (data[i] == m->delimiter[m->matched]) {
			i++;
			if (++m->matched == m->delimiter_len) {
				*ret_used = i;
				return end_part(m, err);
			}
		} else {
			ret = emit(m, m->delimiter, m->matched, err);
			if (ret != 0)
				return ret;
			m->matched = 0;
		}
		from = i;
	}
	*ret_used = len;
	return 0;
}

/* One byte behind a boundary: "--" ends the body, blanks and CR LF begin a part. */
static int
feed_after(struct multipart *m, char c, struct err *err)
{
	if (m->after_len == 0 && (c == ' ' || c == '\t'))
		return 0;
	m->after[m->after_len++] = c;
	if (m->after_len == 1)
		return c == '-' || c == '\r' ? 0 : malformed(m, err);
	if (m->after[0] == '-' && c == '-') {
		m->state = MULTIPART_EPILOGUE;
		return 0;
	}
	if (m->after[0] != '\r' || c != '\n')
		return malformed(m, err);
	if (++m->parts > MULTIPART_PARTS_MAX)
		return beyond(m, "err.multipart_parts", MULTIPART_PARTS_MAX, err);
	m->state = MULTIPART_HEADER;
	m->header_len = 0;
	return 0;
}

static int
feed_header(struct multipart *m, char c, struct err *err)
{
	if (m->header_len == MULTIPART_HEADER_MAX)
		return beyond(m, "err.multipart_header", MULTIPART_HEADER_MAX, err);
	m->header[m->header_len++] = c;
	m->header[m->header_len] = '\0';
	if (m->header_len < 4 || memcmp(m->header + m->header_len - 4, "\r\n\r\n", 4) != 0)
		return 0;
	m->header_len -= 2;
	m->header[m->header_len] = '\0';
	return begin_part(m, err);
}

int
multipart_feed(struct multipart *m, const void *data, size_t len, struct err *err)
{
	const char *p = data;
	size_t used;
	int ret = 0;

	while (len > 0 && ret == 0) {
		used = 1;
		switch (m->state) {
		case MULTIPART_PREAMBLE:
		case MULTIPART_DATA:
			ret = feed_data(m, p, len, &used, err);
			break;
		case MULTIPART_AFTER:
			ret = feed_after(m, *p, err);
			break;
		case MULTIPART_HEADER:
			ret = feed_header(m, *p, err);
			break;
		case MULTIPART_EPILOGUE:
			return 0;
		case MULTIPART_FAILED:
			return m->failure;
		}
		p += used;
		len -= used;
	}
	return ret;
}

int
multipart_finish(struct multipart *m, struct err *err)
{
	if (m->state == MULTIPART_FAILED)
		return m->failure;
	return m->state == MULTIPART_EPILOGUE ? 0 : malformed(m, err);
}

int
multipart_init(struct multipart *m, const char *content_type, const struct multipart_ops *ops,
    void *ctx, struct err *err)
{
	static const char type[] = "multipart/form-data";
	char boundary[MULTIPART_BOUNDARY_MAX + 1];
	size_t len;

	memset(m, 0, sizeof(*m));
	m->ops = ops;
	m->ctx = ctx;
	if (content_type == NULL || strlen(content_type) > MULTIPART_HEADER_MAX)
		return malformed(m, err);
	len = strcspn(content_type, "; \t");
	if (len != strlen(type) || strncasecmp(content_type, type, len) != 0 ||
	    param(content_type + len, "boundary", boundary, sizeof(boundary)) != 1)
		return malformed(m, err);
	len = strspn(boundary, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789'()+_,-./:=? ");
	if (len == 0 || boundary[len] != '\0' || boundary[len - 1] == ' ')
		return malformed(m, err);
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary, len + 1);
	m->delimiter_len = 4 + len;
	/* The first boundary may stand at the very beginning, without its CR LF. */
	m->matched = 2;
	return 0;
}
