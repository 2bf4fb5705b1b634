/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint, and the entries under it: their hashes, their proofs, the rows they wrote. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
check_point(void)
{
	char *text = read_text("checkpoint.txt", NOTE_MAX, NULL), origin[PATH_LEN];
	bool good;

	if (text == NULL)
		return false;
	snprintf(origin, sizeof(origin), "khien/%.100s", v.agency);
	good = check_note(text, &v.key) && read_point(text, &v.point) &&
	    strcmp(v.point.origin, origin) == 0;
	free(text);
	if (!good)
		fault("checkpoint.txt", "Điểm kiểm không có chữ ký đúng với khóa này.",
		    "The checkpoint has no signature that is right for this key.");
	return good;
}

/* A checkpoint from outside: the same tree, or one that this tree continues. */
void
check_outside(char *note, const char *name)
{
	uint8_t proof[PROOF_MAX][HASH];
	struct point p;
	json_t *json, *item;
	bool good = false;
	size_t i;
	int n;

	if (!check_note(note, &v.key) || !read_point(note, &p) || strcmp(p.origin, v.point.origin) != 0) {
		fault(name, "Điểm kiểm bên ngoài không hợp lệ hoặc của sổ cái khác.",
		    "The outside checkpoint is not valid, or another ledger's.");
		return;
	}
	if (p.size > v.point.size) {
		fault(name, "Điểm kiểm bên ngoài mới hơn hồ sơ: hãy kết xuất lại hồ sơ.",
		    "The outside checkpoint is newer than the dossier: export the dossier again.");
		return;
	}
	if (p.size == v.point.size || p.size == 0) {
		if (p.size != 0 && memcmp(p.root, v.point.root, HASH) != 0)
			fault(name, "Sổ cái đã bị viết lại: không khớp điểm kiểm bên ngoài.",
			    "The ledger was rewritten: it does not fit the outside checkpoint.");
		return;
	}
	json = read_json("consistency.json");
	json_array_foreach(json_object_get(json, "proofs"), i, item)
		if (json_integer_value(json_object_get(item, "size")) == (json_int_t)p.size &&
		    (n = read_hashes(json_object_get(item, "hashes"), proof)) >= 0)
			good = check_consistency(p.size, v.point.size, p.root, proof, (size_t)n, v.point.root);
	json_decref(json);
	if (!good)
		fault(name, "Hồ sơ không chứng minh được sổ cái tiếp nối điểm kiểm bên ngoài.",
		    "The dossier does not prove that the ledger continues the outside checkpoint.");
}

static bool
belongs(const char *table, const char *id, const json_t *row)
{
	if (strcmp(table, "incident") == 0)
		return strcmp(id, v.incident) == 0;
	return is_string(row, "incident_id", v.incident) || is_string(row, "other_id", v.incident);
}

const char *
image_key(const char *table, const char *id)
{
	static char key[2 * PATH_LEN];

	snprintf(key, sizeof(key), "%.150s/%.150s", table, id);
	return key;
}

/* Takes the images of one entry; later entries overwrite earlier ones. */
static bool
take_images(json_t *payload)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(payload, "rows"), i, item) {
		json_t *row = json_object_get(item, "r");
		const char *table = json_string_value(json_object_get(item, "t"));
		const char *id = json_string_value(json_object_get(row, "id"));

		if (table == NULL || id == NULL)
			return false;
		json_object_del(row, "updated_at"); /* in no image but old ones (doc/ledger-format.md) */
		if (belongs(table, id, row))
			json_object_set(v.image, image_key(table, id), row);
		else
			json_object_del(v.image, image_key(table, id));
	}
	json_array_foreach(json_object_get(payload, "del"), i, item) {
		const char *table = json_string_value(json_object_get(item, "t"));
		const char *id = json_string_value(json_object_get(item, "id"));

		if (table == NULL || id == NULL)
			return false;
		json_object_del(v.image, image_key(table, id));
	}
	return true;
}

/* SHA-256(0x00 ‖ header ‖ SHA-256(salt ‖ payload)) */
bool
compute_leaf(const json_t *entry, const char *header, uint8_t *ret)
{
	const json_t *payload = json_object_get(entry, "payload");
	const char *salt_hex = json_string_value(json_object_get(entry, "salt"));
	crypto_hash_sha256_state state;
	uint8_t hash[HASH], salt[HASH];

	if (json_is_null(payload)) {
		v.erased++;
		if (!unhex(json_string_value(json_object_get(entry, "payload_hash")), hash, HASH))
			return false;
	} else {
		if (!json_is_string(payload) || !unhex(salt_hex, salt, HASH))
			return false;
		crypto_hash_sha256_init(&state);
		crypto_hash_sha256_update(&state, salt, HASH);
		crypto_hash_sha256_update(&state, (const uint8_t *)json_string_value(payload),
		    json_string_length(payload));
		crypto_hash_sha256_final(&state, hash);
	}
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)"", 1);
	crypto_hash_sha256_update(&state, (const uint8_t *)header, strlen(header));
	crypto_hash_sha256_update(&state, hash, HASH);
	crypto_hash_sha256_final(&state, ret);
	return true;
}

static bool
check_proof(const char *name, uint64_t seq, const uint8_t *leaf)
{
	uint8_t proof[PROOF_MAX][HASH], said[HASH];
	json_t *json = read_json(name);
	int n = json == NULL ? -1 : read_hashes(json_object_get(json, "hashes"), proof);
	bool good = n >= 0 && is_int(json, "seq", seq) && is_int(json, "size", v.point.size) &&
	    unhex(json_string_value(json_object_get(json, "leaf")), said, HASH) &&
	    memcmp(said, leaf, HASH) == 0 &&
	    check_inclusion(seq, v.point.size, leaf, proof, (size_t)n, v.point.root);

	if (json != NULL && !good)
		fault(name, "Không chứng minh được bản ghi nằm trong sổ cái đã ký.",
		    "It does not prove that the entry is in the signed ledger.");
	json_decref(json);
	return good;
}

static bool
check_entry(json_t *entry, json_int_t seq, uint8_t *ret_leaf)
{
	const char *header_text = json_string_value(json_object_get(entry, "header"));
	const json_t *payload_text = json_object_get(entry, "payload");
	json_t *header, *payload;
	bool good;

	if (header_text == NULL || !compute_leaf(entry, header_text, ret_leaf))
		return false;
	header = json_loads(header_text, JSON_REJECT_DUPLICATES, NULL);
	good = is_int(header, "seq", (uint64_t)seq) && is_string(header, "agency", v.agency);
	json_decref(header);
	if (!good || json_is_null(payload_text))
		return good;
	payload = json_loads(json_string_value(payload_text), JSON_REJECT_DUPLICATES, NULL);
	good = json_is_object(payload) && take_images(payload);
	json_decref(payload);
	return good;
}

/* Entries in order: hash, proof, images. */
void
check_entries(void)
{
	const json_t *item;
	json_int_t last = -1;
	size_t i;

	json_array_foreach(json_object_get(v.dossier, "entries"), i, item) {
		json_int_t seq = json_integer_value(item);
		char name[64], proof[64];
		uint8_t leaf[HASH];
		json_t *entry;

		if (!json_is_integer(item) || seq <= last) {
			fault("dossier.json", "Danh sách bản ghi sai thứ tự.", "The list of entries is out of order.");
			return;
		}
		last = seq;
		snprintf(name, sizeof(name), "entries/%lld.json", (long long)seq);
		snprintf(proof, sizeof(proof), "proofs/%lld.json", (long long)seq);
		use(name);
		use(proof);
		entry = read_json(name);
		if (entry != NULL && !check_entry(entry, seq, leaf))
			fault(name, "Bản ghi không đúng dạng hoặc của sổ cái khác.",
			    "The entry does not have its form, or is another ledger's.");
		else if (entry != NULL)
			check_proof(proof, (uint64_t)seq, leaf);
		json_decref(entry);
		v.entries++;
	}
}
