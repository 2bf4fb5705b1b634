/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong, gathered and printed. */
#include "verify/verify.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void
fault(const char *file, const char *vi, const char *en)
{
	const json_t *item;
	size_t i;

	/* A file that is missing is missed by everything that needs it. */
	json_array_foreach(v.faults, i, item)
		if (strcmp(json_string_value(json_object_get(item, "file")), file) == 0 &&
		    strcmp(json_string_value(json_object_get(item, "en")), en) == 0)
			return;
	v.fault_count++;
	if (json_array_size(v.faults) < FAULTS_MAX)
		json_array_append_new(v.faults, json_pack("{s:s, s:s, s:s}", "file", file, "vi", vi,
		    "en", en));
}

/* Bytes from the archive go to a terminal: only harmless ones as they are. */
static void
print_safe(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			printf("\\x%02x", (unsigned char)*s);
		else
			putchar(*s);
	}
}

void
print_json(bool key_given)
{
	char root[HEX + 1];
	const char *number = json_string_value(json_object_get(v.dossier, "number"));
	json_t *out = json_pack("{s:b, s:o, s:I, s:s, s:s, s:s*, s:s*, s:s*, s:I, s:s, s:I, s:I, s:I}",
	    "ok", v.fault_count == 0, "faults", json_incref(v.faults), "faults_count",
	    (json_int_t)v.fault_count, "key", key_given ? "given" : "inside", "key_name", v.key.name,
	    "agency_id", v.agency, "incident_id", v.incident, "number", number, "size",
	    (json_int_t)v.point.size, "root", sodium_bin2hex(root, sizeof(root), v.point.root, HASH),
	    "entries", (json_int_t)v.entries, "evidence", (json_int_t)v.evidence, "erased",
	    (json_int_t)v.erased);

	json_dumpf(out, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(out);
}

void
print_text(bool key_given)
{
	char root[HEX + 1];
	const json_t *item;
	size_t i;

	if (v.fault_count == 0) {
		printf("HỒ SƠ ĐÚNG / THE DOSSIER VERIFIES\n");
		printf("  %zu bản ghi, %zu tệp chứng cứ / %zu entries, %zu evidence files\n", v.entries,
		    v.evidence, v.entries, v.evidence);
		if (v.erased > 0)
			printf("  %zu bản ghi đã xóa nội dung theo lệnh / entries with content erased by order\n",
			    v.erased);
		printf("  sổ cái / ledger: ");
		print_safe(v.point.origin);
		printf(", %" PRIu64 ", ", v.point.size);
		print_safe(v.point.time);
		printf("\n  gốc / root: %s\n", sodium_bin2hex(root, sizeof(root), v.point.root, HASH));
	} else {
		printf("HỒ SƠ KHÔNG ĐÚNG / THE DOSSIER DOES NOT VERIFY\n");
		json_array_foreach(v.faults, i, item) {
			printf("- ");
			print_safe(json_string_value(json_object_get(item, "file")));
			printf(": %s / %s\n", json_string_value(json_object_get(item, "vi")),
			    json_string_value(json_object_get(item, "en")));
		}
		if (v.fault_count > json_array_size(v.faults))
			printf("- … (%zu)\n", v.fault_count);
	}
	if (!key_given)
		printf("Lưu ý: đã dùng khóa nằm trong chính hồ sơ. Hãy lấy khóa từ nguồn khác và chạy lại với --key.\n"
		    "Note: the key inside the dossier itself was used. Get the key from elsewhere and run again with --key.\n");
}
