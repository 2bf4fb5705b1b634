/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"

#include <sodium.h>
#include <stdio.h>

#include "base/id.h"
#include "base/utf8.h"
#include "os/file.h"
#include "os/sha256.h"

#define ALG_ED25519 0x01
#define DASH        "\xe2\x80\x94 " /* an em dash and a blank begin a signature line */
#define SECRET      "PRIVATE+KEY+"

char *
note_base64(const void *data, size_t len, char *out)
{
	return sodium_bin2base64(out, sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL),
	    data, len, sodium_base64_VARIANT_ORIGINAL);
}

/* libsodium takes bytes beyond ASCII for letters of the alphabet. */
static bool
is_base64(const char *text, size_t len)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return false;
	return true;
}

bool
note_unbase64(const char *text, size_t text_len, void *ret, size_t len)
{
	size_t got = 0;

	return is_base64(text, text_len) && sodium_base642bin(ret, len, text, text_len, NULL, &got, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && got == len;
}

void
note_key_clear(struct note_key *key)
{
	sodium_memzero(key, sizeof(*key));
}

static void
set_id(struct note_key *key)
{
	struct sha256 h;
	uint8_t hash[SHA256_SIZE];

	sha256_init(&h);
	sha256_add(&h, key->name, strlen(key->name));
	sha256_add(&h, "\n\x01", 2);
	sha256_add(&h, key->public_key, sizeof(key->public_key));
	sha256_end(&h, hash);
	memcpy(key->id, hash, sizeof(key->id));
}

void
note_key_rename(struct note_key *key, const char *name)
{
	snprintf(key->name, sizeof(key->name), "%s", name);
	set_id(key);
}

/* The three parts of "<name>+<id>+<base64 of 0x01 ‖ 32 bytes>". */
static bool
parse_parts(const char *text, size_t len, struct note_key *ret, uint8_t ret_data[static 33],
    uint8_t ret_id[static 4])
{
	const char *plus = memchr(text, '+', len);
	size_t name_len = plus == NULL ? 0 : (size_t)(plus - text);
	char id[9];

	if (name_len == 0 || name_len >= NOTE_NAME_MAX || len < name_len + 10 || plus[9] != '+')
		return false;
	memcpy(ret->name, text, name_len);
	ret->name[name_len] = '\0';
	memcpy(id, plus + 1, 8);
	id[8] = '\0';
	return utf8_valid(ret->name, name_len) && strpbrk(ret->name, " \t\r\n") == NULL &&
	    strspn(id, "0123456789abcdef") == 8 && hex_decode(id, ret_id, 4) &&
	    note_unbase64(plus + 10, len - name_len - 10, ret_data, 33) &&
	    ret_data[0] == ALG_ED25519;
}

/* Without the newline an editor or a shell may have left at the end. */
static size_t
trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	return len;
}

int
note_key_parse(const char *text, struct note_key *ret, struct err *err)
{
	uint8_t data[33], id[4];
	struct note_key key = { 0 };

	if (!parse_parts(text, trimmed(text, strlen(text)), &key, data, id))
		return err_set(err, ERR_INVALID, "err.note.key", NULL);
	memcpy(key.public_key, data + 1, 32);
	set_id(&key);
	if (memcmp(key.id, id, sizeof(id)) != 0)
		return err_set(err, ERR_INVALID, "err.note.key", NULL);
	*ret = key;
	return 0;
}

static void
write_parts(const struct note_key *key, const uint8_t data[static 32], struct buf *out)
{
	uint8_t all[33] = { ALG_ED25519 };
	char id[9], base64[64];

	memcpy(all + 1, data, 32);
	buf_printf(out, "%s+%s+%s", key->name, hex_encode(key->id, 4, id),
	    note_base64(all, sizeof(all), base64));
	sodium_memzero(all, sizeof(all));
	sodium_memzero(base64, sizeof(base64));
}

void
note_key_text(const struct note_key *key, struct buf *out)
{
	write_parts(key, key->public_key, out);
}

int
note_key_create(const char *path, const char *name, struct err *err)
{
	cleanup(note_key_clear) struct note_key key = { 0 };
	struct buf text = BUF_INIT(1024);
	uint8_t seed[32];
	int ret;

	if (sodium_init() < 0)
		return err_sys(err, ERR_IO, "libsodium", 0);
	random_bytes(seed, sizeof(seed));
	crypto_sign_seed_keypair(key.public_key, key.secret_key, seed);
	note_key_rename(&key, name);
	buf_adds(&text, SECRET);
	write_parts(&key, seed, &text);
	buf_addc(&text, '\n');
	ret = file_create(path, text.data, text.len, 0600, err);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(text.data, text.len);
	buf_clear(&text);
	return ret;
}

int
note_key_load(const char *path, struct note_key *ret, struct err *err)
{
	char *text;
	size_t size;
	uint8_t data[33], id[4];
	bool good = false;
	int code = file_read(path, 4096, &text, &size, err);

	if (code != 0)
		return code;
	*ret = (struct note_key){ 0 };
	if (sodium_init() >= 0 && str_starts(text, SECRET) && strlen(text) == size &&
	    parse_parts(text + strlen(SECRET), trimmed(text, size) - strlen(SECRET), ret, data, id)) {
		crypto_sign_seed_keypair(ret->public_key, ret->secret_key, data + 1);
		ret->has_secret = true;
		set_id(ret);
		good = memcmp(ret->id, id, sizeof(id)) == 0;
	}
	sodium_memzero(data, sizeof(data));
	sodium_memzero(text, size);
	free(text);
	if (good)
		return 0;
	note_key_clear(ret);
	return err_fail(err, ERR_BROKEN, "err.note.key_file", NULL, "file", path, NULL, NULL);
}

void
note_sign(const struct note_key *key, const char *text, struct buf *out)
{
	uint8_t line[4 + crypto_sign_BYTES];
	char base64[sizeof(line) * 2];

	memcpy(line, key->id, 4);
	crypto_sign_detached(line + 4, NULL, (const uint8_t *)text, strlen(text), key->secret_key);
	buf_printf(out, "%s\n" DASH "%s %s\n", text, key->name,
	    note_base64(line, sizeof(line), base64));
}

/* The signature of ${key} in one line without its newline; false when the line is malformed. */
static bool
read_line(const struct note_key *key, const char *line, size_t len, bool *ret_ours,
    uint8_t ret_signature[static crypto_sign_BYTES])
{
	uint8_t data[4 + crypto_sign_BYTES];
	size_t dash = strlen(DASH), name_len = strlen(key->name);
	const char *blank;

	*ret_ours = false;
	if (len < dash || memcmp(line, DASH, dash) != 0)
		return false;
	line += dash;
	len -= dash;
	blank = memchr(line, ' ', len);
	if (blank == NULL || blank == line || blank + 1 == line + len)
		return false;
	if ((size_t)(blank - line) != name_len || memcmp(line, key->name, name_len) != 0)
		return true;
	/* A line of our name with another key's id, or of another length, is another key's. */
	if (note_unbase64(blank + 1, len - name_len - 1, data, sizeof(data)) &&
	    memcmp(data, key->id, 4) == 0) {
		*ret_ours = true;
		memcpy(ret_signature, data + 4, crypto_sign_BYTES);
	}
	return true;
}

int
note_check(const struct note_key *key, const char *note, size_t len, size_t *ret_text_len,
    struct err *err)
{
	const char *gap, *p, *end = note + len;
	uint8_t signature[crypto_sign_BYTES];
	bool found = false, ours;

	if (sodium_init() < 0 || len > NOTE_SIZE_MAX || !utf8_valid(note, len) || len == 0 ||
	    end[-1] != '\n')
		return err_set(err, ERR_INVALID, "err.note.form", NULL);
	gap = memmem(note, len, "\n\n", 2);
	if (gap == NULL || gap + 2 == end)
		return err_set(err, ERR_INVALID, "err.note.form", NULL);
	for (p = gap + 2; p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		uint8_t one[crypto_sign_BYTES];

		if (!read_line(key, p, (size_t)(eol - p), &ours, one))
			return err_set(err, ERR_INVALID, "err.note.form", NULL);
		if (ours)
			memcpy(signature, one, sizeof(one));
		found |= ours;
		p = eol + 1;
	}
	if (!found)
		return err_set(err, ERR_BROKEN, "err.note.other_key", NULL);
	*ret_text_len = (size_t)(gap + 1 - note);
	if (crypto_sign_verify_detached(signature, (const uint8_t *)note, *ret_text_len,
	    key->public_key) != 0)
		return err_set(err, ERR_BROKEN, "err.note.signature", NULL);
	return 0;
}
