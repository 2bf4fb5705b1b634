/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts: memory, hex and base64, members of JSON. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
allocate(size_t size)
{
	void *p = calloc(1, size == 0 ? 1 : size);

	if (p == NULL) {
		fputs("khien-verify: hết bộ nhớ / out of memory\n", stderr);
		exit(1);
	}
	return p;
}

bool
unhex(const char *text, uint8_t *ret, size_t len)
{
	size_t got;

	return text != NULL && strlen(text) == 2 * len &&
	    strspn(text, "0123456789abcdef") == 2 * len &&
	    sodium_hex2bin(ret, len, text, 2 * len, NULL, &got, NULL) == 0 && got == len;
}

bool
unbase64(const char *text, size_t text_len, uint8_t *ret, size_t len)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t got;

	/* libsodium takes bytes beyond ASCII for letters of the alphabet. */
	if (strspn(text, alphabet) < text_len)
		return false;
	return sodium_base642bin(ret, len, text, text_len, NULL, &got, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && got == len;
}

bool
is_string(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL && strcmp(value, text) == 0;
}

bool
is_int(const json_t *object, const char *name, uint64_t value)
{
	const json_t *found = json_object_get(object, name);

	return json_is_integer(found) && json_integer_value(found) == (json_int_t)value;
}
