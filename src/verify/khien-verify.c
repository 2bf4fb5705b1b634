/* SPDX-License-Identifier: Apache-2.0 */
/*
 * khien-verify FILE [--key VERIFIERKEY] [--checkpoint FILE] [--json]
 *
 * Checks a dossier written by "khien dossier export" by itself: no database, no
 * network, no code of Khiên outside this folder.  It follows doc/dossier-format.md
 * step by step, a file for each; whoever doubts it can read them alone, verify.h
 * first, or write another from that text.
 *
 * Exit status: 0 it verifies, 1 it does not, 2 wrong use.
 */
#include "verify/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct dossier v;

static bool
read_dossier(void)
{
	static const char *const known[] = { "DOC-TOI.txt", "consistency.json", "checkpoint.txt",
		"dossier.json", "key.txt", "manifest.json", "manifest.sig", "seal.json" };
	const json_t *rows;

	for (size_t i = 0; i < v.files; i++) {
		const char *name = v.file[i].name;
		bool good = strncmp(name, "entries/", 8) == 0 || strncmp(name, "proofs/", 7) == 0 ||
		    strncmp(name, "evidence/", 9) == 0 || strncmp(name, "documents/", 10) == 0;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			good = good || strcmp(name, known[k]) == 0;
		if (!good)
			fault(name, "Hồ sơ không có loại tệp này.", "A dossier has no such file.");
	}
	for (size_t k = 0; k < 2; k++) /* the others are read */
		if (find(known[k]) == NULL)
			fault(known[k], "Thiếu tệp này.", "This file is missing.");
	v.dossier = read_json("dossier.json");
	rows = json_object_get(v.dossier, "rows");
	v.agency = json_string_value(json_object_get(v.dossier, "agency_id"));
	v.incident = json_string_value(json_object_get(v.dossier, "incident_id"));
	if (v.dossier == NULL)
		return false;
	if (v.agency == NULL || v.incident == NULL || !json_is_object(rows) ||
	    json_array_size(json_object_get(rows, "incident")) != 1 ||
	    !json_is_array(json_object_get(v.dossier, "entries")) ||
	    !is_string(v.dossier, "format", "khien-dossier-1")) {
		fault("dossier.json", "Hồ sơ không đúng dạng.", "The dossier does not have its form.");
		return false;
	}
	return true;
}

static bool
choose_key(const char *given)
{
	char *inside = read_text("key.txt", NOTE_MAX, NULL);
	bool good = given != NULL ? read_key(given, &v.key) : inside != NULL && read_key(inside, &v.key);

	free(inside);
	if (!good)
		fault("key.txt", "Khóa kiểm chứng không đúng dạng.", "The verifier key does not have its form.");
	return good;
}

static void
verify(const char *key_text, char *outside, const char *outside_name)
{
	if (!read_manifest() || !choose_key(key_text))
		return;
	check_signature();
	if (!check_manifest() || !read_dossier())
		return;
	if (*v.signed_incident != '\0' && strcmp(v.signed_incident, v.incident) != 0)
		fault("manifest.sig", "Danh mục được ký cho một sự cố khác.", "The list was signed for another incident.");
	if (!check_point())
		return;
	if (json_integer_value(json_object_get(v.dossier, "size")) != (json_int_t)v.point.size)
		fault("dossier.json", "Cỡ sổ cái khác điểm kiểm.", "Its ledger size is not the checkpoint's.");
	check_entries();
	check_rows();
	check_seal();
	if (outside != NULL)
		check_outside(outside, outside_name);
}

static char *
read_outside(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text = allocate(NOTE_MAX + 1);
	size_t len = in == NULL ? 0 : fread(text, 1, NOTE_MAX, in);

	if (in != NULL)
		fclose(in);
	text[len] = '\0';
	if (len > 0)
		return text;
	free(text);
	return NULL;
}

static int
usage(const char *why)
{
	if (why != NULL)
		fprintf(stderr, "khien-verify: %s\n", why);
	fputs("Cách dùng / usage: khien-verify FILE [--key VERIFIERKEY] [--checkpoint FILE] [--json]\n"
	    "Ví dụ / example:   khien-verify SC-2026-0007.zip --key 'khien/…+1a2b3c4d+AQ…'\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	const char *path = NULL, *key = NULL, *outside_path = NULL;
	char *outside = NULL;
	bool as_json = false;
	struct stat st;
	int code;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			usage(NULL);
			return 0;
		}
		if (strcmp(argv[i], "--json") == 0)
			as_json = true;
		else if (strcmp(argv[i], "--key") == 0 && i + 1 < argc)
			key = argv[++i];
		else if (strcmp(argv[i], "--checkpoint") == 0 && i + 1 < argc)
			outside_path = argv[++i];
		else if (argv[i][0] != '-' && path == NULL)
			path = argv[i];
		else
			return usage(argv[i]);
	}
	if (path == NULL || sodium_init() < 0)
		return usage(NULL);
	if (key != NULL && !read_key(key, &v.key))
		return usage("--key: khóa không đúng dạng / the key does not have its form");
	if (outside_path != NULL && (outside = read_outside(outside_path)) == NULL)
		return usage("--checkpoint: không đọc được tệp / the file cannot be read");
	if (stat(path, &st) != 0)
		return usage("không có tệp này / there is no such file");
	if (!S_ISREG(st.st_mode))
		return usage("đây không phải tệp / this is not a file");
	v.faults = json_array();
	v.image = json_object();
	v.zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
	if (v.zip == NULL)
		fault(path, "Không phải tệp hồ sơ, hoặc đã bị hỏng.", "It is not a dossier file, or damaged.");
	else if (list_files((uint64_t)st.st_size))
		verify(key, outside, outside_path);
	if (as_json)
		print_json(key != NULL);
	else
		print_text(key != NULL);
	code = v.fault_count == 0 ? 0 : 1;
	if (v.zip != NULL)
		zip_discard(v.zip);
	json_decref(v.faults);
	json_decref(v.image);
	json_decref(v.manifest);
	json_decref(v.dossier);
	free(v.file);
	free(outside);
	return code;
}
