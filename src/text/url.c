/* SPDX-License-Identifier: Apache-2.0 */
#include "text/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void
encode(struct buf *out, const char *s, const char *keep)
{
	for (; *s != '\0'; s++) {
		if (alnum(*s) || strchr(keep, *s) != NULL)
			buf_addc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void
url_encode(struct buf *out, const char *s)
{
	encode(out, s, "-._~");
}

void
url_encode_path(struct buf *out, const char *s)
{
	encode(out, s, "-._~/");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
url_decode(struct arena *arena, const char *s, size_t len, bool form, char **ret_text,
    struct err *err)
{
	char *text = arena_alloc(arena, len + 1);
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			if (len - i < 3 || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0)
				return err_set(err, ERR_INVALID, "err.url_encoding", NULL);
			c = (char)(hex_digit(s[i + 1]) << 4 | hex_digit(s[i + 2]));
			i += 2;
		} else if (c == '+' && form) {
			c = ' ';
		}
		text[out++] = c;
	}
	if (!utf8_valid(text, out))
		return err_set(err, ERR_INVALID, "err.url_encoding", NULL);
	*ret_text = text;
	return 0;
}

static int
add_param(struct arena *arena, const char *s, size_t len, struct url_param *ret_param,
    struct err *err)
{
	const char *equals = memchr(s, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - s);
	char *name, *value = NULL;
	int ret;

	ret = url_decode(arena, s, name_len, true, &name, err);
	if (ret == 0 && equals != NULL)
		ret = url_decode(arena, equals + 1, len - name_len - 1, true, &value, err);
	if (ret != 0)
		return ret;
	ret_param->name = name;
	ret_param->value = value == NULL ? "" : value;
	return 0;
}

static int
too_large(struct err *err, const char *max)
{
	return err_fail(err, ERR_TOO_LARGE, "err.too_large", NULL, "max", max, NULL, NULL);
}

int
url_params(struct arena *arena, const char *s, size_t len, struct url_params *ret_params,
    struct err *err)
{
	struct url_params params = { NULL, 0 };
	size_t most = 1, n;

	if (len > URL_FORM_MAX)
		return too_large(err, "1 MB");
	for (size_t i = 0; i < len; i++)
		most += s[i] == '&';
	if (most > URL_PARAMS_MAX)
		return too_large(err, "200");
	params.param = arena_alloc(arena, most * sizeof(*params.param));
	for (size_t i = 0; i < len; i += n + 1) {
		const char *end = memchr(s + i, '&', len - i);
		int ret;

		n = end == NULL ? len - i : (size_t)(end - (s + i));
		if (n == 0)
			continue;
		ret = add_param(arena, s + i, n, &params.param[params.count], err);
		if (ret != 0)
			return ret;
		params.count++;
	}
	*ret_params = params;
	return 0;
}

const char *
url_param(const struct url_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->param[i].name, name) == 0)
			return params->param[i].value;
	return NULL;
}

/* ---- absolute addresses ---- */

/* A DNS name or IPv4 address: labels of 1 to 63 letters, digits, - and _. */
static bool
host_name_valid(const char *host)
{
	size_t len = strlen(host), label = 0;
	struct in_addr v4;
	bool numeric = true;

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (host[i] == '.' ? label == 0 : !alnum(host[i]) && !strchr("-_", host[i]))
			return false;
		label = host[i] == '.' ? 0 : label + 1;
		numeric = numeric && (host[i] == '.' || (host[i] >= '0' && host[i] <= '9'));
		if (label > 63)
			return false;
	}
	return label > 0 && (!numeric || inet_pton(AF_INET, host, &v4) == 1);
}

static bool
read_port(const char *s, size_t len, struct url *url)
{
	int port = 0;

	if (len == 0)
		return true; /* RFC 3986: ":" and nothing is the default */
	if (len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		port = port * 10 + (s[i] - '0');
	}
	url->port = port;
	return port >= 1 && port <= 65535;
}

/* host [":" port], ${len} bytes. */
static bool
read_authority(const char *s, size_t len, struct url *url)
{
	const char *end, *port;
	struct in6_addr v6;
	size_t host_len;

	if (len > 0 && s[0] == '[') {
		end = memchr(s, ']', len);
		if (end == NULL)
			return false;
		url->ipv6 = true;
		host_len = (size_t)(end - s) - 1;
		s++, end++, len--;
	} else {
		end = memchr(s, ':', len);
		host_len = end == NULL ? len : (size_t)(end - s);
		end = s + host_len;
	}
	if (host_len == 0 || host_len > URL_HOST_MAX)
		return false;
	for (size_t i = 0; i < host_len; i++)
		url->host[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 0x20) : s[i];
	url->host[host_len] = '\0';
	if (url->ipv6 ? inet_pton(AF_INET6, url->host, &v6) != 1 : !host_name_valid(url->host))
		return false;
	port = end;
	if (port == s + len)
		return true;
	return *port == ':' && read_port(port + 1, (size_t)(s + len - port) - 1, url);
}

static void
copy_path(const char *s, size_t len, struct url *url)
{
	char *out = url->path;

	if (len == 0 || s[0] != '/')
		*out++ = '/';
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0x80)
			*out++ = s[i];
		else
			out += snprintf(out, 4, "%%%02X", (unsigned)(unsigned char)s[i]);
	}
	*out = '\0';
}

static bool
split(const char *text, struct url *url)
{
	size_t len = strnlen(text, URL_MAX + 1), n;

	if (len > URL_MAX || !utf8_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || text[i] == '\\')
			return false;
	if (strncasecmp(text, "https://", 8) == 0)
		url->tls = true;
	else if (strncasecmp(text, "http://", 7) != 0)
		return false;
	text += url->tls ? 8 : 7;
	url->port = url->tls ? 443 : 80;
	n = strcspn(text, "/?#");
	if (memchr(text, '@', n) != NULL || !read_authority(text, n, url))
		return false;
	text += n;
	copy_path(text, strcspn(text, "#"), url);
	return true;
}

int
url_split(const char *text, const char *field, struct url *ret_url, struct err *err)
{
	struct url url = { 0 };

	if (!split(text, &url))
		return err_set(err, ERR_INVALID, "err.url", field);
	*ret_url = url;
	return 0;
}
