/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

void
head_add(struct head *head, const char *name, const char *value)
{
	head->lines++;
	head->bytes += strlen(name) + (value == NULL ? 0 : strlen(value)) + 4;
	head->lengths += strcasecmp(name, "Content-Length") == 0;
	head->hosts += strcasecmp(name, "Host") == 0;
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		head->encodings++;
		head->bad_encoding |= value == NULL || strcasecmp(value, "chunked") != 0;
	}
	head->bad_name |= *name == '\0';
	for (const char *p = name; *p != '\0'; p++)
		head->bad_name |=
		    !isalnum((unsigned char)*p) && strchr("!#$%&'*+-.^_`|~", *p) == NULL;
}

int
head_check(const struct head *head, const char *version)
{
	if (head->lines > HTTP_HEADERS_MAX || head->bytes > HTTP_HEADER_BYTES)
		return 431;
	if (head->bad_name || head->bad_encoding || head->lengths + head->encodings > 1 ||
	    head->hosts > 1 || (head->hosts == 0 && strcmp(version, "HTTP/1.1") == 0))
		return 400;
	return 0;
}

void
head_forwarded(const char *list, const struct address_block *proxy, size_t proxies,
    char address[static HTTP_ADDRESS_SIZE])
{
	static const struct address_block any = { .prefix = 0 };
	size_t len = strlen(list);

	while (len > 0) {
		char host[HTTP_ADDRESS_SIZE];
		size_t start = len, end = len;

		while (start > 0 && list[start - 1] != ',')
			start--;
		len = start == 0 ? 0 : start - 1;
		while (start < end && (list[start] == ' ' || list[start] == '\t'))
			start++;
		while (end > start && (list[end - 1] == ' ' || list[end - 1] == '\t'))
			end--;
		snprintf(host, sizeof(host), "%.*s", (int)(end - start), list + start);
		if (!address_in(host, &any, 1))
			return;
		memcpy(address, host, sizeof(host));
		if (!address_in(host, proxy, proxies))
			return;
	}
}
