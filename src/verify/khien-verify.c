/* SPDX-License-Identifier: Apache-2.0 */
/*
 * khien-verify FILE [--key VERIFIERKEY] [--checkpoint FILE] [--json]
 *
 * Checks a dossier written by "khien dossier export" by itself: no database, no
 * network, no code of Khiên.  It follows doc/dossier-format.md step by step;
 * whoever doubts it can read it alone, or write another from that text.
 *
 * Exit status: 0 it verifies, 1 it does not, 2 wrong use.
 */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#define HASH       32
#define HEX        (2 * HASH)
#define FILES_MAX  300000
#define TEXT_MAX   (256u << 20)  /* one file that is read into memory */
#define TEXTS_MAX  (1024u << 20) /* all compressed files together, unpacked */
#define PATH_LEN   200
#define PROOF_MAX  128
#define FAULTS_MAX 20
#define NOTE_MAX   65536

struct file {
	char name[PATH_LEN];
	uint64_t index, size;
	bool listed; /* in the manifest */
	bool used;   /* something in the dossier stands for it */
};

struct key {
	char name[PATH_LEN];
	uint8_t id[4], public_key[crypto_sign_PUBLICKEYBYTES];
};

struct point {
	char origin[PATH_LEN];
	uint64_t size;
	uint8_t root[HASH];
	char time[40];
};

static struct {
	zip_t *zip;
	struct file *file; /* in the order of their names */
	size_t files;
	json_t *manifest, *dossier;
	const char *agency, *incident;
	char signed_incident[PATH_LEN];
	struct key key;
	struct point point;
	json_t *image; /* "table/id" to the last image of rows that belong to the incident */
	json_t *faults;
	size_t fault_count, entries, evidence, erased;
} v;

/* ---- saying what is wrong ---------------------------------------------------- */

static void
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

/* ---- small parts --------------------------------------------------------------- */

static void *
allocate(size_t size)
{
	void *p = calloc(1, size == 0 ? 1 : size);

	if (p == NULL) {
		fputs("khien-verify: hết bộ nhớ / out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static bool
unhex(const char *text, uint8_t *ret, size_t len)
{
	size_t got;

	return text != NULL && strlen(text) == 2 * len &&
	    strspn(text, "0123456789abcdef") == 2 * len &&
	    sodium_hex2bin(ret, len, text, 2 * len, NULL, &got, NULL) == 0 && got == len;
}

static bool
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

static void
hash_node(const uint8_t *left, const uint8_t *right, uint8_t *ret)
{
	uint8_t data[1 + 2 * HASH] = { 1 };

	memcpy(data + 1, left, HASH);
	memcpy(data + 1 + HASH, right, HASH);
	crypto_hash_sha256(ret, data, sizeof(data));
}

/* RFC 9162 §2.1.3.2 */
static bool
check_inclusion(uint64_t index, uint64_t size, const uint8_t *leaf, uint8_t proof[][HASH], size_t n,
    const uint8_t *root)
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[HASH];

	if (index >= size)
		return false;
	memcpy(r, leaf, HASH);
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn) {
			hash_node(proof[i], r, r);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1, sn >>= 1)
				continue;
		} else {
			hash_node(r, proof[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, HASH) == 0;
}

/* RFC 9162 §2.1.4.2; 0 < first < second */
static bool
check_consistency(uint64_t first, uint64_t second, const uint8_t *first_root, uint8_t proof[][HASH],
    size_t n, const uint8_t *second_root)
{
	uint64_t fn = first - 1, sn = second - 1;
	uint8_t fr[HASH], sr[HASH];
	size_t i = 0;

	for (; (fn & 1) == 1; fn >>= 1, sn >>= 1)
		continue;
	if (fn != 0 && n == 0)
		return false;
	memcpy(fr, fn == 0 ? first_root : proof[i++], HASH);
	memcpy(sr, fr, HASH);
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn) {
			hash_node(proof[i], fr, fr);
			hash_node(proof[i], sr, sr);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1, sn >>= 1)
				continue;
		} else {
			hash_node(sr, proof[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, first_root, HASH) == 0 && memcmp(sr, second_root, HASH) == 0;
}

/* Array of hashes in hex; the number of them, or -1. */
static int
read_hashes(const json_t *list, uint8_t ret[PROOF_MAX][HASH])
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > PROOF_MAX)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!unhex(json_string_value(json_array_get(list, i)), ret[i], HASH))
			return -1;
	return (int)n;
}

/* ---- signed notes ---------------------------------------------------------------- */

/* "<name>+<8 hex>+<base64 of 0x01 and the public key>" */
static bool
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
static bool
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
static bool
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

/* ---- the archive ------------------------------------------------------------------ */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static struct file *
find(const char *name)
{
	struct file wanted;

	if (strlen(name) >= sizeof(wanted.name))
		return NULL;
	strcpy(wanted.name, name);
	return bsearch(&wanted, v.file, v.files, sizeof(*v.file), by_name);
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
static bool
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
static char *
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

static json_t *
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

static json_t *
read_json(const char *name)
{
	char *text = read_text(name, TEXT_MAX, NULL);
	json_t *json = text == NULL ? NULL : parse(name, text);

	free(text);
	return json;
}

static bool
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

/* ---- manifest ---------------------------------------------------------------------- */

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

static char manifest_hash[HEX + 1];

static bool
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

static bool
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

/* ---- signatures ---------------------------------------------------------------------- */

/* The note over the list: whose list, of which incident, which bytes. */
static void
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

static bool
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
static void
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

/* ---- entries ---------------------------------------------------------------------------- */

static bool
is_string(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL && strcmp(value, text) == 0;
}

static bool
belongs(const char *table, const char *id, const json_t *row)
{
	if (strcmp(table, "incident") == 0)
		return strcmp(id, v.incident) == 0;
	return is_string(row, "incident_id", v.incident) || is_string(row, "other_id", v.incident);
}

static const char *
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
static bool
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
is_int(const json_t *object, const char *name, uint64_t value)
{
	const json_t *found = json_object_get(object, name);

	return json_is_integer(found) && json_integer_value(found) == (json_int_t)value;
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

static void
use(const char *name)
{
	struct file *f = find(name);

	if (f != NULL)
		f->used = true;
}

/* Entries in order: hash, proof, images. */
static void
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

/* ---- rows and evidence -------------------------------------------------------------------- */

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

static void
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

/* ---- seal ------------------------------------------------------------------------------------ */

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

static void
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

/* ---- all of it ---------------------------------------------------------------------------------- */

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

static void
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

static void
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
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return usage("không có tệp này / there is no such file");
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
