/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes: the verifier key, the signature, the checkpoint in it. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "<name>+<8 hex>+<base64 of 0x01 and the public key>" */
bool
read_key(const char *text, struct key *ret)
{
	size_t len = strcspn(text, "\r\n"), name_len = strcspn(text, "+");
	uint8_t data[33], id[4], hash[HASH];
	crypto_hash_sha256_state state;
	char hex[9] = "";

	if (text[len + strspn(text + len, "\r\n")] != '\0' || name_len == 0 ||
	    name_len >= sizeof(ret->name) || len < name_len + 10 || text[name_len + 9] != '+')
		return false;
	memcpy(ret->name, text, name_len);
	ret->name[name_len] = '\0';
	memcpy(hex, text + name_len + 1, 8);
	if (!unhex(hex, id, 4) || !unbase64(text + name_len + 10, len - name_len - 10, data, 33) ||
	    data[0] != 1)
		return false;
	memcpy(ret->public_key, data + 1, sizeof(ret->public_key));
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (uint8_t *)ret->name, name_len);
	crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
	crypto_hash_sha256_update(&state, data, sizeof(data));
	crypto_hash_sha256_final(&state, hash);
	memcpy(ret->id, hash, 4);
	return memcmp(ret->id, id, 4) == 0;
}

/* Whether the note has a good signature of the key; cuts the text off after its last newline. */
bool
check_note(char *note, const struct key *key)
{
	static const char dash[] = "\xe2\x80\x94 ";
	char *gap = strstr(note, "\n\n"), *line, *next;
	size_t name_len = strlen(key->name);
	uint8_t data[4 + crypto_sign_BYTES];

	if (gap == NULL)
		return false;
	for (line = gap + 2; *line != '\0'; line = next) {
		char *eol = strchr(line, '\n'), *base64 = line + strlen(dash) + name_len + 1;

		if (eol == NULL)
			return false;
		next = eol + 1;
		if (strncmp(line, dash, strlen(dash)) != 0)
			return false;
		if (strncmp(line + strlen(dash), key->name, name_len) != 0 || base64 > eol ||
		    base64[-1] != ' ')
			continue;
		if (!unbase64(base64, (size_t)(eol - base64), data, sizeof(data)) ||
		    memcmp(data, key->id, 4) != 0)
			continue;
		gap[1] = '\0';
		return crypto_sign_verify_detached(data + 4, (uint8_t *)note, strlen(note),
		    key->public_key) == 0;
	}
	return false;
}

/* Origin, size, root, and the time among the extension lines. */
bool
read_point(char *text, struct point *ret)
{
	char *line[3], *rest = text, *end;

	for (size_t i = 0; i < 3; i++) {
		line[i] = strsep(&rest, "\n");
		if (line[i] == NULL || *line[i] == '\0' || rest == NULL)
			return false;
	}
	if (strlen(line[0]) >= sizeof(ret->origin) || strspn(line[1], "0123456789") != strlen(line[1]) ||
	    strlen(line[1]) > 18 || !unbase64(line[2], strlen(line[2]), ret->root, HASH))
		return false;
	strcpy(ret->origin, line[0]);
	ret->size = strtoull(line[1], &end, 10);
	ret->time[0] = '\0';
	while (rest != NULL && (end = strsep(&rest, "\n")) != NULL)
		if (strncmp(end, "time ", 5) == 0 && ret->time[0] == '\0')
			snprintf(ret->time, sizeof(ret->time), "%s", end + 5);
	return true;
}
