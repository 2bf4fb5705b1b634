/* SPDX-License-Identifier: Apache-2.0 */
#include "text/html.h"

#include "base/utf8.h"

/* What stands for the ASCII character ${c}; NULL: itself. */
static const char *
entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
		return NULL;
	case '\r':
		return "";
	default:
		return (unsigned char)c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

static const char *
entity_attr(char c)
{
	if (c == '\n')
		return "&#10;";
	return c == '\t' ? "&#9;" : entity(c);
}

static const char *
entity_line(char c)
{
	return c == '\n' ? "<br>" : entity(c);
}

static void
escape(struct buf *out, const char *s, size_t len, const char *(*stands_for)(char))
{
	size_t from = 0, i = 0, n;
	uint32_t cp;

	while (i < len) {
		const char *instead = NULL;

		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0 || (cp >= 0x80 && cp < 0xa0))
			instead = "\xef\xbf\xbd";
		else if (n == 1)
			instead = stands_for(s[i]);
		if (instead != NULL) {
			buf_add(out, s + from, i - from);
			buf_adds(out, instead);
		}
		i += n == 0 ? 1 : n;
		if (instead != NULL)
			from = i;
	}
	buf_add(out, s + from, len - from);
}

void
html_textn(struct buf *out, const char *s, size_t len)
{
	escape(out, s, len, entity);
}

void
html_text(struct buf *out, const char *s)
{
	if (s != NULL)
		html_textn(out, s, strlen(s));
}

void
html_attr(struct buf *out, const char *s)
{
	if (s != NULL)
		escape(out, s, strlen(s), entity_attr);
}

void
html_lines(struct buf *out, const char *s)
{
	if (s != NULL)
		escape(out, s, strlen(s), entity_line);
}

void
html_int(struct buf *out, int64_t n)
{
	buf_printf(out, "%lld", (long long)n);
}
