/* SPDX-License-Identifier: Apache-2.0 */
#include "text/mime.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/utf8.h"

#define WORD_BYTES 39 /* of text in one encoded word: with its frame and "Subject: " under 76 */

/* Every body is base64 or plain ASCII checked for it; neither can hold "=_". */
#define BOUNDARY "=_khien_7f3a"

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
local_part_valid(const char *s, size_t len)
{
	if (len == 0 || len > 64 || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.' ? s[i + 1] == '.' : !alnum(s[i]) &&
		    strchr("!#$%&'*+-/=?^_`{|}~", s[i]) == NULL)
			return false;
	}
	return true;
}

static bool
domain_valid(const char *s)
{
	size_t label = 0, dots = 0;
	char before = '.';

	for (; *s != '\0'; before = *s++) {
		if (*s == '.') {
			if (label == 0 || before == '-')
				return false;
			label = 0;
			dots++;
		} else if (!alnum(*s) && (*s != '-' || label == 0)) {
			return false;
		} else if (++label > 63) {
			return false;
		}
	}
	return dots > 0 && label > 1 && before != '-';
}

bool
mime_address_valid(const char *address)
{
	const char *at = address == NULL ? NULL : strchr(address, '@');

	return at != NULL && strlen(address) <= 254 &&
	    local_part_valid(address, (size_t)(at - address)) && domain_valid(at + 1);
}

void
mime_base64(struct buf *out, const void *data, size_t len, size_t line)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = data;
	size_t column = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		    (n > 2 ? p[i + 2] : 0);
		char four[4] = { digit[bits >> 18], digit[bits >> 12 & 63],
			n > 1 ? digit[bits >> 6 & 63] : '=', n > 2 ? digit[bits & 63] : '=' };

		buf_add(out, four, 4);
		column += 4;
		if (line > 0 && (column >= line || i + 3 >= len)) {
			buf_adds(out, "\r\n");
			column = 0;
		}
	}
}

/* 0 to 63; -1: padding or white space, -2: anything else. */
static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return c == '=' || c == ' ' || c == '\t' || c == '\r' || c == '\n' ? -1 : -2;
}

bool
mime_unbase64(const char *text, struct buf *out)
{
	uint32_t bits = 0;
	size_t n = 0;
	bool ended = false;

	for (; *text != '\0'; text++) {
		int six = sextet(*text);

		if (six == -2 || (six >= 0 && ended))
			return false;
		ended |= *text == '=';
		if (six < 0)
			continue;
		bits = bits << 6 | (uint32_t)six;
		if (++n % 4 == 0)
			buf_add(out, (char[]){ (char)(bits >> 16), (char)(bits >> 8), (char)bits }, 3);
	}
	if (n % 4 == 3)
		buf_add(out, (char[]){ (char)(bits >> 10), (char)(bits >> 2) }, 2);
	else if (n % 4 == 2)
		buf_addc(out, (char)(bits >> 4));
	return n % 4 != 1 && !out->full;
}

/* Plain enough for a header or body without encoding. */
static bool
plain_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

/* What becomes part of a header: valid UTF-8 on one line. NULL passes. */
static int
check_header(const char *s, const char *field, struct err *err)
{
	size_t len = s == NULL ? 0 : strlen(s), n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return err_set(err, ERR_INVALID, "err.utf8", field);
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029)
			return err_set(err, ERR_INVALID, "err.text", field);
	}
	return 0;
}

static int
check_message_id(const char *id, const char *field, struct err *err)
{
	if (!plain_ascii(id) || *id == '\0' || strpbrk(id, "<> ") != NULL || strlen(id) > 250 ||
	    strchr(id, '@') == NULL)
		return err_set(err, ERR_INVALID, "err.text", field);
	return 0;
}

static int
check_to(const struct mime_message *m, struct err *err)
{
	if (m->to_count == 0)
		return err_set(err, ERR_INVALID, "err.required", "to");
	if (m->to_count > MIME_TO_MAX) {
		err_set(err, ERR_INVALID, "err.too_many_items", "to");
		err_argi(err, "max", MIME_TO_MAX);
		return ERR_INVALID;
	}
	for (size_t i = 0; i < m->to_count; i++)
		if (!mime_address_valid(m->to[i]))
			return err_set(err, ERR_INVALID, "err.email", "to");
	return 0;
}

static int
check_subject(const char *subject, struct err *err)
{
	if (str_empty(subject))
		return err_set(err, ERR_INVALID, "err.required", "subject");
	if (strlen(subject) > MIME_SUBJECT_MAX) {
		err_set(err, ERR_INVALID, "err.too_long", "subject");
		err_argi(err, "max", MIME_SUBJECT_MAX);
		return ERR_INVALID;
	}
	return check_header(subject, "subject", err);
}

static int
check_files(const struct mime_message *m, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; i < m->files_count && ret == 0; i++) {
		const char *type = m->files[i].type;

		ret = str_empty(m->files[i].name) ? err_set(err, ERR_INVALID, "err.required", "file")
						  : check_header(m->files[i].name, "file", err);
		if (ret == 0 && type != NULL && (!plain_ascii(type) || strchr(type, '/') == NULL))
			ret = err_set(err, ERR_INVALID, "err.text", "file");
	}
	return ret;
}

static int
check(const struct mime_message *m, struct err *err)
{
	int ret = check_message_id(m->message_id, "message_id", err);

	if (ret == 0 && m->in_reply_to != NULL)
		ret = check_message_id(m->in_reply_to, "in_reply_to", err);
	if (ret == 0 && !mime_address_valid(m->from))
		ret = err_set(err, ERR_INVALID, "err.email", "from");
	if (ret == 0)
		ret = check_header(m->from_name, "from_name", err);
	if (ret == 0)
		ret = check_to(m, err);
	if (ret == 0)
		ret = check_subject(m->subject, err);
	if (ret == 0 && m->text != NULL && !utf8_valid(m->text, strlen(m->text)))
		ret = err_set(err, ERR_INVALID, "err.utf8", "text");
	return ret == 0 ? check_files(m, err) : ret;
}

/* Text in a header: as it is when short and ASCII, else encoded words, one a line. */
static void
add_words(struct buf *out, const char *s)
{
	if (plain_ascii(s) && strlen(s) <= 60 && strstr(s, "=?") == NULL) {
		buf_adds(out, s);
		return;
	}
	while (*s != '\0') {
		size_t n = utf8_cut(s, WORD_BYTES);

		buf_adds(out, "=?UTF-8?B?");
		mime_base64(out, s, n, 0);
		buf_adds(out, "?=");
		s += n;
		if (*s != '\0')
			buf_adds(out, "\r\n ");
	}
}

static void
add_date(struct buf *out, int64_t ms)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	time_t local = (time_t)(ms / 1000 + CLOCK_LOCAL_S);
	struct tm tm;

	gmtime_r(&local, &tm);
	buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0700\r\n", days[tm.tm_wday],
	    tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
add_from(struct buf *out, const struct mime_message *m)
{
	buf_adds(out, "From: ");
	if (str_empty(m->from_name)) {
		buf_printf(out, "%s\r\n", m->from);
		return;
	}
	if (plain_ascii(m->from_name) && strpbrk(m->from_name, "\"\\()<>[]:;@,.") != NULL) {
		buf_addc(out, '"');
		for (const char *s = m->from_name; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_addc(out, '\\');
			buf_addc(out, *s);
		}
		buf_addc(out, '"');
	} else {
		add_words(out, m->from_name);
	}
	buf_printf(out, "\r\n <%s>\r\n", m->from);
}

static void
add_headers(struct buf *out, const struct mime_message *m)
{
	add_date(out, m->date_ms);
	buf_printf(out, "Message-ID: <%s>\r\n", m->message_id);
	if (m->in_reply_to != NULL)
		buf_printf(out, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", m->in_reply_to,
		    m->in_reply_to);
	add_from(out, m);
	buf_adds(out, "To: ");
	for (size_t i = 0; i < m->to_count; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ",\r\n ", m->to[i]);
	buf_adds(out, "\r\nSubject: ");
	add_words(out, m->subject);
	buf_adds(out, "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

/* Whether the text can go as it is: ASCII, short lines, nothing like a boundary. */
static bool
goes_plain(const char *s)
{
	size_t column = 0;

	if (strstr(s, "=_") != NULL)
		return false;
	for (; *s != '\0'; s++) {
		column = *s == '\n' ? 0 : column + 1;
		if (column > 76 || (*s != '\n' && ((unsigned char)*s < 0x20 ||
		    (unsigned char)*s > 0x7e)))
			return false;
	}
	return true;
}

/* ${s} with every line end as CR LF, which is what base64 of text encodes (RFC 2045 §6.8). */
static void
add_lines(struct buf *out, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "\r\n");

		buf_add(out, s, n);
		s += n;
		if (*s == '\0')
			break;
		buf_adds(out, "\r\n");
		s += *s == '\r' && s[1] == '\n' ? 2 : 1;
	}
}

static void
add_text(struct buf *out, const char *text)
{
	buf_adds(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ");
	if (goes_plain(text)) {
		buf_adds(out, "7bit\r\n\r\n");
		add_lines(out, text);
		buf_adds(out, "\r\n");
	} else {
		cleanup(buf_clear) struct buf lines = BUF_INIT(out->max);

		buf_adds(out, "base64\r\n\r\n");
		add_lines(&lines, text);
		mime_base64(out, lines.data, lines.len, 76);
		out->full = out->full || lines.full;
	}
}

/* RFC 2231 for a name beyond ASCII, in sections that keep lines short. */
static void
add_file_name(struct buf *out, const char *name)
{
	size_t column = 0;
	int section = 0;

	buf_adds(out, "Content-Disposition: attachment");
	for (; *name != '\0'; name++) {
		if (column == 0 || column > 56) {
			buf_printf(out, ";\r\n filename*%d*=%s", section,
			    section == 0 ? "utf-8''" : "");
			section++;
			column = 1;
		}
		if (alnum(*name) || *name == '.' || *name == '-' || *name == '_') {
			buf_addc(out, *name);
			column++;
		} else {
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*name);
			column += 3;
		}
	}
	buf_adds(out, "\r\n");
}

static void
add_file(struct buf *out, const struct mime_file *file)
{
	buf_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n",
	    file->type == NULL ? "application/octet-stream" : file->type);
	add_file_name(out, file->name);
	buf_adds(out, "\r\n");
	mime_base64(out, file->data, file->len, 76);
}

int
mime_build(const struct mime_message *m, struct buf *out, struct err *err)
{
	const char *text = m->text == NULL ? "" : m->text;
	int ret = check(m, err);

	if (ret != 0)
		return ret;
	add_headers(out, m);
	if (m->files_count == 0) {
		add_text(out, text);
	} else {
		buf_adds(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n");
		buf_adds(out, "--" BOUNDARY "\r\n");
		add_text(out, text);
		for (size_t i = 0; i < m->files_count; i++) {
			buf_adds(out, "\r\n--" BOUNDARY "\r\n");
			add_file(out, &m->files[i]);
		}
		buf_adds(out, "\r\n--" BOUNDARY "--\r\n");
	}
	if (out->full)
		return err_set(err, ERR_TOO_LARGE, "err.too_large", NULL);
	return 0;
}
