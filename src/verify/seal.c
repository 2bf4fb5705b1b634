/* SPDX-License-Identifier: Apache-2.0 */
/* The seal of a closed incident. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every entry the seal names, and no other of this incident up to the last of them. */
static bool
seal_fits(const json_t *seal)
{
	const json_t *listed = json_object_get(seal, "entries"), *item;
	size_t i, at = 0;
	bool good = true;

	json_array_foreach(json_object_get(v.dossier, "entries"), i, item) {
		json_t *entry, *header, *want = json_array_get(listed, at);
		uint8_t leaf[HASH], sealed[HASH];
		char name[64];

		if (want == NULL)
			break;
		snprintf(name, sizeof(name), "entries/%lld.json", (long long)json_integer_value(item));
		entry = read_json(name);
		header = json_loads(json_string_value(json_object_get(entry, "header")) == NULL ? "" :
		    json_string_value(json_object_get(entry, "header")), 0, NULL);
		if (is_string(header, "incident", v.incident)) {
			at++;
			good = good && json_equal(json_object_get(want, "seq"), item) &&
			    compute_leaf(entry, json_string_value(json_object_get(entry, "header")), leaf) &&
			    unhex(json_string_value(json_object_get(want, "leaf")), sealed, HASH) &&
			    memcmp(leaf, sealed, HASH) == 0;
		}
		json_decref(header);
		json_decref(entry);
	}
	return good && at == json_array_size(listed) && is_string(seal, "incident_id", v.incident) &&
	    is_string(seal, "format", "khien-seal-1");
}

void
check_seal(void)
{
	const json_t *rows = json_object_get(json_object_get(v.dossier, "rows"), "incident");
	const char *want = json_string_value(json_object_get(json_array_get(rows, 0), "seal"));
	char *text, hex[HEX + 1];
	uint8_t hash[HASH];
	json_t *seal;
	size_t len, erased = v.erased;

	if (want == NULL) {
		if (find("seal.json") != NULL)
			fault("seal.json", "Sự cố chưa được niêm phong.", "The incident is not sealed.");
		return;
	}
	text = read_text("seal.json", TEXT_MAX, &len);
	if (text == NULL)
		return;
	crypto_hash_sha256(hash, (uint8_t *)text, len);
	seal = parse("seal.json", text);
	free(text);
	if (strcmp(sodium_bin2hex(hex, sizeof(hex), hash, HASH), want) != 0 ||
	    (seal != NULL && !seal_fits(seal)))
		fault("seal.json", "Niêm phong không khớp.", "The seal does not fit.");
	v.erased = erased;
	json_decref(seal);
}
