/* SPDX-License-Identifier: Apache-2.0 */
/* The archive: which files there are, and their bytes. */
#include "verify/verify.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

struct file *
find(const char *name)
{
	struct file wanted;

	if (strlen(name) >= sizeof(wanted.name))
		return NULL;
	strcpy(wanted.name, name);
	return bsearch(&wanted, v.file, v.files, sizeof(*v.file), by_name);
}

void
use(const char *name)
{
	struct file *f = find(name);

	if (f != NULL)
		f->used = true;
}

/* One folder at most, and only characters that are harmless in any file system. */
static bool
safe_path(const char *name)
{
	const char *slash = strchr(name, '/'), *base = slash == NULL ? name : slash + 1;

	return strlen(name) < PATH_LEN && *name != '\0' && *name != '/' && *name != '.' &&
	    *base != '.' && *base != '\0' && strchr(base, '/') == NULL && strstr(name, "..") == NULL &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") ==
	        strlen(name);
}

/* Names, sizes and methods, before anything is unpacked. False when it is no use going on. */
bool
list_files(uint64_t archive_size)
{
	zip_int64_t n = zip_get_num_entries(v.zip, 0);
	uint64_t unpacked = 0, packed = 0;

	if (n < 0 || n > FILES_MAX) {
		fault("", "Có quá nhiều tệp.", "There are too many files.");
		return false;
	}
	v.file = allocate((size_t)n * sizeof(*v.file));
	for (zip_int64_t i = 0; i < n; i++) {
		struct file *f = &v.file[v.files];
		const zip_uint64_t all = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
		    ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
		zip_stat_t st;

		if (zip_stat_index(v.zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &st) != 0 ||
		    (st.valid & all) != all || !safe_path(st.name)) {
			fault("", "Có tệp mang tên không được phép.", "A file has a name that is not allowed.");
			return false;
		}
		strcpy(f->name, st.name);
		f->index = (uint64_t)i;
		f->size = st.size;
		packed += st.comp_size < archive_size ? st.comp_size : archive_size + 1;
		if (st.comp_method != ZIP_CM_STORE)
			unpacked += st.size <= TEXT_MAX ? st.size : (uint64_t)TEXTS_MAX + 1;
		/* Evidence is never compressed, so it cannot unpack to more than is there. */
		if (st.encryption_method != ZIP_EM_NONE || (st.comp_method != ZIP_CM_STORE &&
		    (st.comp_method != ZIP_CM_DEFLATE || strncmp(f->name, "evidence/", 9) == 0)) ||
		    (st.comp_method == ZIP_CM_STORE && st.comp_size != st.size)) {
			fault(f->name, "Tệp được nén hoặc mã hóa theo cách không được phép.",
			    "The file is packed or encrypted in a way that is not allowed.");
			return false;
		}
		v.files++;
		if (packed > archive_size || unpacked > TEXTS_MAX) {
			fault(f->name, "Kích thước khai báo không thể có thật.",
			    "The declared sizes cannot be true.");
			return false;
		}
	}
	qsort(v.file, v.files, sizeof(*v.file), by_name);
	for (size_t i = 1; i < v.files; i++) {
		if (strcmp(v.file[i - 1].name, v.file[i].name) == 0) {
			fault(v.file[i].name, "Tên tệp có hai lần.", "The name is there twice.");
			return false;
		}
	}
	return true;
}

/* Reads a whole file as a string. NULL after saying why. */
char *
read_text(const char *name, size_t max, size_t *ret_len)
{
	struct file *f = find(name);
	zip_file_t *in;
	char *text;
	uint64_t got = 0;
	zip_int64_t n;

	if (f == NULL) {
		fault(name, "Thiếu tệp này.", "This file is missing.");
		return NULL;
	}
	if (f->size > max) {
		fault(name, "Tệp quá lớn.", "The file is too large.");
		return NULL;
	}
	text = allocate(f->size + 1);
	in = zip_fopen_index(v.zip, f->index, 0);
	while (in != NULL && got < f->size && (n = zip_fread(in, text + got, f->size - got)) > 0)
		got += (uint64_t)n;
	/* The end is read too: that is where libzip compares the checksum. */
	if (in == NULL || got != f->size || zip_fread(in, &(char){ 0 }, 1) != 0 || strlen(text) != got) {
		fault(name, "Không đọc được tệp trọn vẹn.", "The file cannot be read whole.");
		free(text);
		text = NULL;
	}
	if (in != NULL)
		zip_fclose(in);
	if (ret_len != NULL)
		*ret_len = got;
	return text;
}

json_t *
parse(const char *name, const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (json == NULL || !json_is_object(json)) {
		fault(name, "Không phải JSON đúng dạng.", "It is not well-formed JSON.");
		json_decref(json);
		return NULL;
	}
	return json;
}

json_t *
read_json(const char *name)
{
	char *text = read_text(name, TEXT_MAX, NULL);
	json_t *json = text == NULL ? NULL : parse(name, text);

	free(text);
	return json;
}

bool
hash_file(const struct file *f, uint8_t *ret)
{
	static uint8_t data[1 << 16];
	crypto_hash_sha256_state state;
	zip_file_t *in = zip_fopen_index(v.zip, f->index, 0);
	uint64_t got = 0;
	zip_int64_t n = -1;

	crypto_hash_sha256_init(&state);
	while (in != NULL && (n = zip_fread(in, data, sizeof(data))) > 0 && got <= f->size) {
		crypto_hash_sha256_update(&state, data, (uint64_t)n);
		got += (uint64_t)n;
	}
	crypto_hash_sha256_final(&state, ret);
	if (in != NULL)
		zip_fclose(in);
	return n == 0 && got == f->size;
}
