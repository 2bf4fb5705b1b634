/* SPDX-License-Identifier: Apache-2.0 */
#include "model/observable.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"
#include "model/observable_private.h"

static const char *const type_names[OBSERVABLE_TYPES] = { "", "ip", "domain", "url", "email",
	"md5", "sha1", "sha256", "filename" };

const char *
observable_type_name(enum observable_type type)
{
	return type_names[type];
}

enum observable_type
observable_type_named(const char *name)
{
	for (int type = 1; type < OBSERVABLE_TYPES; type++)
		if (str_eq(type_names[type], name))
			return type;
	return OBSERVABLE_NONE;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : c;
}

/* Copies to a string, defanged dots made dots; false when it does not fit. */
static bool
copy(char *out, size_t size, const char *s, size_t len, bool to_lower)
{
	if (len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = s[i] == DEFANGED_DOT ? '.' : to_lower ? lower(s[i]) : s[i];
	out[len] = '\0';
	return true;
}

static const unsigned char mapped_v4[12] = { [10] = 0xff, [11] = 0xff };

static bool
ip_form(const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[16];
	int family;

	if (len > 1 && s[0] == '[' && s[len - 1] == ']') {
		s++, len -= 2;
		if (memchr(s, ':', len) == NULL)
			return false;
	}
	if (!copy(text, sizeof(text), s, len, true))
		return false;
	family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	if (inet_pton(family, text, address) != 1)
		return false;
	/* ::ffff:192.0.2.1, as Windows writes it, is the machine that others call 192.0.2.1. */
	if (family == AF_INET6 && memcmp(address, mapped_v4, sizeof(mapped_v4)) == 0)
		return inet_ntop(AF_INET, address + sizeof(mapped_v4), out, OBSERVABLE_SIZE) != NULL;
	return inet_ntop(family, address, out, OBSERVABLE_SIZE) != NULL;
}

/*
 * A name of at least ${labels_min} labels, letters, digits, - and _ (services
 * begin with it), that does not end in a number: then it would be an address.
 */
static bool
host_name_form(const char *s, size_t len, size_t labels_min, char out[static OBSERVABLE_SIZE])
{
	char name[256], *last = name;
	size_t label = 0, labels = 1;

	if (!copy(name, sizeof(name), s, len, true))
		return false;
	len = strlen(name);
	if (len > 0 && name[len - 1] == '.')
		name[--len] = '\0';
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c == '.' ? label == 0 || name[i - 1] == '-'
			     : !(is_alpha(c) || is_digit(c) || c == '_' || (c == '-' && label > 0)))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (c == '.')
			labels++, last = name + i + 1;
		if (label > 63)
			return false;
	}
	if (label == 0 || len > 253 || labels < labels_min || name[len - 1] == '-' ||
	    is_digit(last[0]))
		return false;
	if (labels > 1 && (label < 2 || strchr(last, '_') != NULL))
		return false;
	memcpy(out, name, len + 1);
	return true;
}

static bool
domain_form(const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	return host_name_form(s, len, 2, out);
}

static bool
email_form(const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	const char *at = memchr(s, '@', len);
	size_t local = at == NULL ? 0 : (size_t)(at - s);
	char domain[OBSERVABLE_SIZE];

	if (local == 0 || local > 64 || !domain_form(at + 1, len - local - 1, domain))
		return false;
	for (size_t i = 0; i < local; i++) {
		bool dot = s[i] == '.' || s[i] == DEFANGED_DOT;

		if (dot && (i == 0 || i + 1 == local || s[i + 1] == '.' ||
		    s[i + 1] == DEFANGED_DOT))
			return false;
		if (!dot && !is_alpha(s[i]) && !is_digit(s[i]) &&
		    strchr("!#$%&'*+-/=?^_`{|}~", s[i]) == NULL)
			return false;
	}
	copy(out, OBSERVABLE_SIZE, s, local, false);
	out[local] = '@';
	strcpy(out + local + 1, domain);
	return true;
}

static bool
hash_form(const char *s, size_t len, size_t want, char out[static OBSERVABLE_SIZE])
{
	if (len != want)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(s[i]) && !(lower(s[i]) >= 'a' && lower(s[i]) <= 'f'))
			return false;
	return copy(out, OBSERVABLE_SIZE, s, len, true);
}

static bool
filename_form(const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	for (; len > 0 && s[0] == ' '; len--)
		s++;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	if (len == 0 || len > 1024 || !copy(out, OBSERVABLE_SIZE, s, len, false))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f ||
		    strchr("<>\"|?*", out[i]) != NULL)
			return false;
	return out[strspn(out, "./\\ ")] != '\0' && utf8_valid(out, len);
}

/* ---- links ---- */

struct link_parts {
	const char *scheme;           /* normal form, static */
	const char *user, *host, *port, *path;
	size_t user_len, host_len, port_len, path_len; /* user with '@', path without fragment */
};

/* The scheme's length in ${s} with "://", or 0. */
static size_t
link_scheme(const char *s, size_t len, const char **ret_scheme)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (len >= n && strncasecmp(s, schemes[i], n) == 0) {
			*ret_scheme = schemes[i];
			return n;
		}
	}
	return 0;
}

static size_t
span_until(const char *s, size_t len, const char *stops)
{
	size_t n = 0;

	while (n < len && (s[n] == '\0' || strchr(stops, s[n]) == NULL))
		n++;
	return n;
}

static bool
split_link(const char *s, size_t len, struct link_parts *p)
{
	size_t n = link_scheme(s, len, &p->scheme), authority;
	const char *colon;

	if (n == 0)
		return false;
	s += n, len -= n;
	authority = span_until(s, len, "/?#");
	p->path = s + authority;
	p->path_len = span_until(p->path, len - authority, "#");
	p->user = s;
	p->user_len = 0;
	for (size_t i = 0; i < authority; i++)
		if (s[i] == '@')
			p->user_len = i + 1;
	p->host = s + p->user_len;
	p->host_len = authority - p->user_len;
	p->port_len = 0;
	n = p->host_len > 0 && p->host[0] == '[' ? span_until(p->host, p->host_len, "]") : 0;
	colon = memchr(p->host + n, ':', p->host_len - n);
	if (colon != NULL) {
		p->port = colon + 1;
		p->port_len = (size_t)(p->host + p->host_len - p->port);
		p->host_len = (size_t)(colon - p->host);
	}
	return true;
}

/* Reads the port, -1 when malformed; 0 when none or the scheme's own. */
static long
link_port(const struct link_parts *p)
{
	long port = 0, own = 80;

	if (p->port_len > 5)
		return -1;
	for (size_t i = 0; i < p->port_len; i++) {
		if (!is_digit(p->port[i]))
			return -1;
		port = port * 10 + (p->port[i] - '0');
	}
	if (port > 65535 || (p->port_len > 0 && port == 0))
		return -1;
	if (str_starts(p->scheme, "https"))
		own = 443;
	else if (str_starts(p->scheme, "ftp"))
		own = 21;
	return port == own ? 0 : port;
}

static bool
link_host(const struct link_parts *p, char out[static OBSERVABLE_SIZE], bool *ret_v6)
{
	*ret_v6 = p->host_len > 0 && p->host[0] == '[';
	if (*ret_v6 || (p->host_len > 0 && strspn(p->host, "0123456789.\x01") >= p->host_len))
		return ip_form(p->host, p->host_len, out);
	return host_name_form(p->host, p->host_len, 1, out);
}

static bool
url_form(const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	char host[OBSERVABLE_SIZE], text[OBSERVABLE_SIZE], port[16] = "";
	struct link_parts p;
	long number;
	bool v6;
	int n;

	if (!copy(text, sizeof(text), s, len, false) || !utf8_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || strchr("<>\"\x7f", text[i]) != NULL)
			return false;
	if (!split_link(text, len, &p) || !link_host(&p, host, &v6))
		return false;
	number = link_port(&p);
	if (number < 0)
		return false;
	if (number > 0)
		snprintf(port, sizeof(port), ":%ld", number);
	n = snprintf(out, OBSERVABLE_SIZE, "%s%.*s%s%s%s%s%s%.*s", p.scheme, (int)p.user_len, p.user,
	    v6 ? "[" : "", host, v6 ? "]" : "", port,
	    p.path_len == 0 || p.path[0] != '/' ? "/" : "", (int)p.path_len, p.path);
	return n > 0 && n < OBSERVABLE_SIZE;
}

static bool
form(enum observable_type type, const char *s, size_t len, char out[static OBSERVABLE_SIZE])
{
	switch (type) {
	case OBSERVABLE_IP:
		return ip_form(s, len, out);
	case OBSERVABLE_DOMAIN:
		return domain_form(s, len, out);
	case OBSERVABLE_URL:
		return url_form(s, len, out);
	case OBSERVABLE_EMAIL:
		return email_form(s, len, out);
	case OBSERVABLE_MD5:
		return hash_form(s, len, 32, out);
	case OBSERVABLE_SHA1:
		return hash_form(s, len, 40, out);
	case OBSERVABLE_SHA256:
		return hash_form(s, len, 64, out);
	case OBSERVABLE_FILENAME:
		return filename_form(s, len, out);
	case OBSERVABLE_NONE:
		break;
	}
	return false;
}

/*
 * Brackets in brackets, "[[.].]", leave a form that would be undone once more:
 * nobody writes so, and what is compared must be the same however often it is read.
 */
static bool
stable(const char *value)
{
	cleanup(buf_clear) struct buf again = BUF_INIT(4 * OBSERVABLE_SIZE);

	if (strpbrk(value, "[({") == NULL)
		return true;
	observable_refang(value, strlen(value), &again);
	return strcmp(buf_str(&again), value) == 0;
}

bool
observable_form(enum observable_type type, const char *s, size_t len,
    char out[static OBSERVABLE_SIZE])
{
	return form(type, s, len, out) && stable(out);
}

/* ---- single values ---- */

/* ${in} refanged and without blanks around it; false when far too long for any value. */
static bool
prepare(const char *in, struct buf *text, const char **ret_s, size_t *ret_len)
{
	size_t len = strlen(in), from = 0;

	if (len > 4 * OBSERVABLE_SIZE)
		return false;
	observable_refang(in, len, text);
	len = text->len;
	while (from < len && strchr(" \t\r\n", text->data[from]) != NULL)
		from++;
	while (len > from && strchr(" \t\r\n", text->data[len - 1]) != NULL)
		len--;
	*ret_s = buf_str(text) + from;
	*ret_len = len - from;
	return len > from;
}

int
observable_normalise(enum observable_type type, const char *in, char out[static OBSERVABLE_SIZE],
    struct err *err)
{
	cleanup(buf_clear) struct buf text = BUF_INIT(16 * OBSERVABLE_SIZE);
	const char *s;
	size_t len;

	if (prepare(in, &text, &s, &len) && observable_form(type, s, len, out))
		return 0;
	return err_fail(err, ERR_INVALID, "err.observable", "value", "type",
	    observable_type_name(type), NULL, NULL);
}

/* Of two readings of a word with a dot: a file when its ending says so. */
static enum observable_type
domain_or_file(const char *s, size_t len)
{
	size_t dot = len;

	while (dot > 0 && s[dot - 1] != '.' && s[dot - 1] != DEFANGED_DOT)
		dot--;
	switch (observable_label(s + dot, len - dot)) {
	case LABEL_EXT:
		return OBSERVABLE_FILENAME;
	case LABEL_EXT_TLD:
		return dot > 0 && s[dot - 1] == DEFANGED_DOT ? OBSERVABLE_DOMAIN
							     : OBSERVABLE_FILENAME;
	case LABEL_TLD:
	case LABEL_TLD_WEAK:
		return OBSERVABLE_DOMAIN;
	case LABEL_UNKNOWN:
		break;
	}
	return memchr(s, DEFANGED_DOT, len) != NULL ? OBSERVABLE_DOMAIN : OBSERVABLE_NONE;
}

static bool
is_path(const char *s, size_t len)
{
	if (len > 3 && is_alpha(s[0]) && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
		return true;
	return len > 1 && (s[0] == '/' || (s[0] == '\\' && s[1] == '\\'));
}

enum observable_type
observable_type_of(const char *text)
{
	static const enum observable_type certain[] = { OBSERVABLE_URL, OBSERVABLE_EMAIL,
		OBSERVABLE_IP, OBSERVABLE_MD5, OBSERVABLE_SHA1, OBSERVABLE_SHA256 };
	cleanup(buf_clear) struct buf ready = BUF_INIT(16 * OBSERVABLE_SIZE);
	char out[OBSERVABLE_SIZE];
	enum observable_type type;
	const char *s;
	size_t len;

	if (!prepare(text, &ready, &s, &len))
		return OBSERVABLE_NONE;
	for (size_t i = 0; i < ARRAY_LEN(certain); i++)
		if (observable_form(certain[i], s, len, out))
			return certain[i];
	if (is_path(s, len))
		return observable_form(OBSERVABLE_FILENAME, s, len, out) ? OBSERVABLE_FILENAME
								     : OBSERVABLE_NONE;
	if (len > 1 && s[len - 1] == '.')
		len--;
	type = domain_or_file(s, len);
	return observable_form(type, s, len, out) ? type : OBSERVABLE_NONE;
}

/* ---- what a value means, and how it is shown ---- */

static bool
private_v4(const unsigned char *a)
{
	return a[0] == 0 || a[0] >= 224 || a[0] == 10 || a[0] == 127 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
	    (a[0] == 192 && a[1] == 168) || (a[0] == 100 && (a[1] & 0xc0) == 64) ||
	    (a[0] == 169 && a[1] == 254);
}

bool
observable_is_private_ip(const char *ip)
{
	static const unsigned char loopback[16] = { [15] = 1 }, nobody[16] = { 0 };
	unsigned char a[16];

	if (inet_pton(AF_INET, ip, a) == 1)
		return private_v4(a);
	if (inet_pton(AF_INET6, ip, a) != 1)
		return false;
	if (memcmp(a, mapped_v4, sizeof(mapped_v4)) == 0)
		return private_v4(a + sizeof(mapped_v4));
	return a[0] == 0xff || (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	    memcmp(a, loopback, sizeof(loopback)) == 0 ||
	    memcmp(a, nobody, sizeof(nobody)) == 0;
}

enum observable_type
observable_host(enum observable_type type, const char *value, char out[static OBSERVABLE_SIZE])
{
	struct link_parts p;
	const char *at;
	bool v6;

	if (type == OBSERVABLE_EMAIL) {
		at = strchr(value, '@');
		return at != NULL && domain_form(at + 1, strlen(at + 1), out) ? OBSERVABLE_DOMAIN
									    : OBSERVABLE_NONE;
	}
	if (type != OBSERVABLE_URL || !split_link(value, strlen(value), &p) ||
	    !link_host(&p, out, &v6))
		return OBSERVABLE_NONE;
	if (v6 || strspn(out, "0123456789.") == strlen(out))
		return OBSERVABLE_IP;
	return strchr(out, '.') == NULL ? OBSERVABLE_NONE : OBSERVABLE_DOMAIN;
}

/* ${n} bytes with [.] for dots and, when ${colons}, [:] for colons. */
static void
defang_bytes(const char *s, size_t n, bool colons, struct buf *out)
{
	for (; n > 0; n--, s++) {
		if (*s == '.')
			buf_adds(out, "[.]");
		else if (*s == ':' && colons)
			buf_adds(out, "[:]");
		else
			buf_addc(out, *s);
	}
}

static void
defang_url(const char *value, struct buf *out)
{
	size_t scheme = (size_t)(strstr(value, "://") - value), authority;

	buf_adds(out, str_starts(value, "ftp") ? "fxp" : scheme == 5 ? "hxxps" : "hxxp");
	buf_adds(out, "[:]//");
	value += scheme + 3;
	authority = strcspn(value, "/?#");
	defang_bytes(value, authority, false, out);
	buf_adds(out, value + authority);
}

void
observable_defang(enum observable_type type, const char *value, struct buf *out)
{
	const char *at;

	switch (type) {
	case OBSERVABLE_URL:
		defang_url(value, out);
		break;
	case OBSERVABLE_IP:
	case OBSERVABLE_DOMAIN:
		defang_bytes(value, strlen(value), true, out);
		break;
	case OBSERVABLE_EMAIL:
		at = strrchr(value, '@');
		defang_bytes(value, (size_t)(at - value), false, out);
		buf_adds(out, "[@]");
		defang_bytes(at + 1, strlen(at + 1), false, out);
		break;
	default:
		buf_adds(out, value);
	}
}
