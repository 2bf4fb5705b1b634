/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the dossier beside what the ledger wrote, and the files of evidence. */
#include "verify/verify.h"

#include <stdio.h>
#include <string.h>

static void
fault_row(const char *table, const char *id, const char *vi, const char *en)
{
	char name[3 * PATH_LEN];

	snprintf(name, sizeof(name), "dossier.json: %.150s/%.150s", table, id);
	fault(name, vi, en);
}

/* The file the manifest gives for a piece of evidence. */
static const json_t *
file_of(const char *evidence_id)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(v.manifest, "files"), i, item)
		if (is_string(item, "evidence_id", evidence_id))
			return item;
	return NULL;
}

static void
check_evidence(const json_t *row, const char *id)
{
	const char *sha256 = json_string_value(json_object_get(row, "sha256")), *path;
	const json_t *item;

	if (sha256 == NULL || is_string(row, "state", "disposed"))
		return;
	item = file_of(id);
	path = json_string_value(json_object_get(item, "path"));
	if (path == NULL || strncmp(path, "evidence/", 9) != 0) {
		fault_row("evidence", id, "Thiếu tệp của chứng cứ này.", "The file of this evidence is missing.");
		return;
	}
	use(path);
	v.evidence++;
	if (!is_string(item, "sha256", sha256) || !json_equal(json_object_get(item, "size"),
	    json_object_get(row, "size")))
		fault(path, "Tệp không phải là chứng cứ đã ghi nhận.",
		    "The file is not the evidence that was recorded.");
}

/* The print of a paper: what it says stands in the row, the list's signature stands for the file. */
static void
check_document(const json_t *row)
{
	const char *number = json_string_value(json_object_get(row, "number"));
	const char *form = json_string_value(json_object_get(row, "form"));
	char path[PATH_LEN + 16];

	if (number == NULL || form == NULL)
		return;
	snprintf(path, sizeof(path), "documents/%.60s-%.60s.pdf", number, form);
	if (find(path) != NULL)
		use(path);
}

void
check_rows(void)
{
	const char *table, *key;
	json_t *list, *row;
	size_t i;

	json_object_foreach(json_object_get(v.dossier, "rows"), table, list) {
		json_array_foreach(list, i, row) {
			const char *id = json_string_value(json_object_get(row, "id"));
			const json_t *image = id == NULL ? NULL : json_object_get(v.image, image_key(table, id));

			json_object_del(row, "updated_at");
			if (image == NULL || !json_equal(image, row)) {
				fault_row(table, id == NULL ? "?" : id, "Thông tin không khớp bản ghi sổ cái.",
				    "The row does not fit the ledger's entries.");
				continue;
			}
			if (strcmp(table, "evidence") == 0)
				check_evidence(row, id);
			if (strcmp(table, "document") == 0)
				check_document(row);
			/* So that a row that is there twice is found, and those left over below. */
			json_object_del(v.image, image_key(table, id));
		}
	}
	json_object_foreach(v.image, key, row)
		fault_row(key, "", "Thông tin có trong sổ cái nhưng thiếu trong hồ sơ.",
		    "The ledger has this row, the dossier does not.");
	for (i = 0; i < v.files; i++)
		if (!v.file[i].used && strchr(v.file[i].name, '/') != NULL)
			fault(v.file[i].name, "Không có gì trong hồ sơ nói đến tệp này.",
			    "Nothing in the dossier stands for this file.");
}
