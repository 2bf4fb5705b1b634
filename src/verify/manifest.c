/* SPDX-License-Identifier: Apache-2.0 */
/* The list of files, and the signature over it. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char manifest_hash[HEX + 1];

static void
check_listed(const json_t *item, const char **last)
{
	const char *path = json_string_value(json_object_get(item, "path"));
	const json_t *size = json_object_get(item, "size");
	uint8_t want[HASH], hash[HASH];
	struct file *f;

	if (path == NULL || !json_is_integer(size) || json_integer_value(size) < 0 ||
	    !unhex(json_string_value(json_object_get(item, "sha256")), want, HASH) ||
	    strcmp(*last, path) >= 0) {
		fault("manifest.json", "Danh mục không đúng dạng.", "The list does not have its form.");
		return;
	}
	*last = path;
	f = find(path);
	if (f == NULL) {
		fault(path, "Thiếu tệp này.", "This file is missing.");
		return;
	}
	f->listed = true;
	if (f->size != (uint64_t)json_integer_value(size) || !hash_file(f, hash) ||
	    memcmp(hash, want, HASH) != 0)
		fault(path, "Tệp đã bị sửa hoặc bị hỏng.", "The file was edited or damaged.");
}

bool
read_manifest(void)
{
	uint8_t hash[HASH];
	size_t len;
	char *text = read_text("manifest.json", TEXT_MAX, &len);

	if (text == NULL)
		return false;
	crypto_hash_sha256(hash, (uint8_t *)text, len);
	sodium_bin2hex(manifest_hash, sizeof(manifest_hash), hash, HASH);
	v.manifest = parse("manifest.json", text);
	free(text);
	return true;
}

bool
check_manifest(void)
{
	const char *format = json_string_value(json_object_get(v.manifest, "format")), *last = "";
	const json_t *item;
	size_t i;

	if (!json_is_array(json_object_get(v.manifest, "files")) || format == NULL ||
	    strcmp(format, "khien-dossier-1") != 0) {
		fault("manifest.json", "Không phải hồ sơ của Khiên, hoặc thuộc phiên bản khác.",
		    "It is not a dossier of Khiên, or of another version.");
		return false;
	}
	json_array_foreach(json_object_get(v.manifest, "files"), i, item)
		check_listed(item, &last);
	for (i = 0; i < v.files; i++)
		if (!v.file[i].listed && strcmp(v.file[i].name, "manifest.json") != 0 &&
		    strcmp(v.file[i].name, "manifest.sig") != 0)
			fault(v.file[i].name, "Tệp này không có trong danh mục: được thêm vào sau.",
			    "This file is not on the list: it was added later.");
	return true;
}

/* The note over the list: whose list, of which incident, which bytes. */
void
check_signature(void)
{
	char *text = read_text("manifest.sig", NOTE_MAX, NULL), *rest = text, origin[PATH_LEN + 16];
	const char *line[3] = { NULL, NULL, NULL };

	if (text == NULL)
		return;
	if (!check_note(text, &v.key)) {
		fault("manifest.sig", "Chữ ký trên danh mục không đúng với khóa này.",
		    "The signature over the list is not right for this key.");
		free(text);
		return;
	}
	for (size_t i = 0; i < 3 && rest != NULL; i++)
		line[i] = strsep(&rest, "\n");
	snprintf(origin, sizeof(origin), "%s/dossier", v.key.name);
	if (rest == NULL || *rest != '\0' || strcmp(line[0], origin) != 0)
		fault("manifest.sig", "Chữ ký này không phải trên danh mục của hồ sơ.",
		    "This is not a signature over a dossier's list.");
	else if (strcmp(line[2], manifest_hash) != 0)
		fault("manifest.json", "Danh mục đã bị sửa sau khi ký.", "The list was edited after it was signed.");
	else
		snprintf(v.signed_incident, sizeof(v.signed_incident), "%s", line[1]);
	free(text);
}
