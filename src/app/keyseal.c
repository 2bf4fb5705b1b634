/* SPDX-License-Identifier: Apache-2.0 */
#include "app/keyseal.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/id.h"
#include "os/file.h"
#include "os/tar.h"
#include "text/json.h"

#define MAGIC      "KHKEYS1\n"
#define MAGIC_SIZE 8
#define HEAD_SIZE  (MAGIC_SIZE + 8 + crypto_pwhash_SALTBYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define PASSES     3
#define MEMORY_KIB (64 << 10)
#define FILE_MAX   ((size_t)256 << 10)
/* What a box from elsewhere may make this machine do. */
#define PASSES_MAX     20
#define MEMORY_KIB_MAX (1 << 20)

static void
put32(uint8_t *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(n >> (8 * i));
}

static uint32_t
get32(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static int
derive(const uint8_t *head, const char *passphrase, uint8_t ret[static 2 * KEYSEAL_KEY_SIZE],
    struct err *err)
{
	uint64_t passes = get32(head + MAGIC_SIZE), kib = get32(head + MAGIC_SIZE + 4);

	if (passes < 1 || passes > PASSES_MAX || kib < 8 || kib > MEMORY_KIB_MAX)
		return err_set(err, ERR_BROKEN, "err.backup.keys", NULL);
	if (crypto_pwhash(ret, 2 * KEYSEAL_KEY_SIZE, passphrase, strlen(passphrase), head + MAGIC_SIZE + 8,
	    passes, kib << 10, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_IO, "err.no_memory", NULL);
	return 0;
}

/* ---- sealing --------------------------------------------------------------------- */

static int
add_key(struct json *files, const char *dir, const char *name, struct err *err)
{
	cleanup(free_charp) char *data = NULL, *base64 = NULL;
	struct arena arena = ARENA_INIT;
	size_t size, room;
	int ret = tar_name_ok(name) ? 0 : err_fail(err, ERR_INVALID, "err.tar.name", NULL, "name", name,
	    NULL, NULL);

	if (ret == 0)
		ret = file_read(arena_printf(&arena, "%s/%s", dir, name), FILE_MAX, &data, &size, err);
	arena_clear(&arena);
	if (ret != 0)
		return ret;
	room = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
	base64 = xmalloc(room);
	sodium_bin2base64(base64, room, (const uint8_t *)data, size, sodium_base64_VARIANT_ORIGINAL);
	json_set_str(files, name, base64);
	sodium_memzero(data, size);
	sodium_memzero(base64, room);
	return 0;
}

static int
collect(const char *dir, struct json *files, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int ret = 0;

	if (d == NULL)
		return err_sys(err, ERR_IO, dir, errno);
	while (ret == 0 && (entry = readdir(d)) != NULL)
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			ret = add_key(files, dir, entry->d_name, err);
	closedir(d);
	return ret;
}

static int
encrypt(const struct buf *plain, const char *passphrase, struct buf *out,
    uint8_t ret_seal_key[static KEYSEAL_KEY_SIZE], struct err *err)
{
	uint8_t head[HEAD_SIZE], keys[2 * KEYSEAL_KEY_SIZE], *box;
	unsigned long long size;
	int ret;

	memcpy(head, MAGIC, MAGIC_SIZE);
	put32(head + MAGIC_SIZE, PASSES);
	put32(head + MAGIC_SIZE + 4, MEMORY_KIB);
	random_bytes(head + MAGIC_SIZE + 8, HEAD_SIZE - MAGIC_SIZE - 8);
	if ((ret = derive(head, passphrase, keys, err)) != 0)
		return ret;
	box = xmalloc(plain->len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box, &size, (const uint8_t *)buf_str(plain), plain->len,
	    head, HEAD_SIZE, NULL, head + MAGIC_SIZE + 8 + crypto_pwhash_SALTBYTES, keys);
	buf_add(out, head, HEAD_SIZE);
	buf_add(out, box, (size_t)size);
	memcpy(ret_seal_key, keys + KEYSEAL_KEY_SIZE, KEYSEAL_KEY_SIZE);
	sodium_memzero(keys, sizeof(keys));
	free(box);
	return 0;
}

int
keyseal_make(const char *dir, const char *passphrase, struct buf *out,
    uint8_t ret_seal_key[static KEYSEAL_KEY_SIZE], struct err *err)
{
	cleanup(json_freep) struct json *files = json_new_object();
	struct buf plain = BUF_INIT(KEYSEAL_BOX_MAX / 2);
	int ret;

	if (sodium_init() < 0)
		return err_sys(err, ERR_IO, "libsodium", 0);
	ret = collect(dir, files, err);
	if (ret == 0) {
		json_write(files, &plain);
		if (plain.full)
			ret = err_fail(err, ERR_TOO_LARGE, "err.file.too_large", NULL, "file", dir, NULL, NULL);
	}
	if (ret == 0)
		ret = encrypt(&plain, passphrase, out, ret_seal_key, err);
	if (plain.data != NULL)
		sodium_memzero(plain.data, plain.len);
	buf_clear(&plain);
	return ret;
}

/* ---- opening ----------------------------------------------------------------------- */

static int
restore_key(const char *dir, const char *name, const char *base64, struct err *err)
{
	cleanup(free_charp) char *data = NULL;
	struct arena arena = ARENA_INIT;
	size_t size, room = base64 == NULL ? 0 : strlen(base64);
	int ret;

	data = xmalloc(room + 1);
	if (base64 == NULL || strchr(name, '/') != NULL || !tar_name_ok(name) ||
	    sodium_base642bin((uint8_t *)data, room + 1, base64, room, NULL, &size, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0)
		return err_set(err, ERR_BROKEN, "err.backup.keys", NULL);
	ret = file_create(arena_printf(&arena, "%s/%s", dir, name), data, size, 0600, err);
	sodium_memzero(data, room + 1);
	arena_clear(&arena);
	return ret;
}

static int
restore_keys(const struct buf *plain, const char *dir, struct err *err)
{
	cleanup(json_freep) struct json *files = NULL;
	struct json *value;
	const char *name;
	void *it = NULL;
	int ret = 0;

	if (json_parse(buf_str(plain), plain->len, &files, NULL) != 0)
		return err_set(err, ERR_BROKEN, "err.backup.keys", NULL);
	while (ret == 0 && json_next(files, &it, &name, &value))
		ret = restore_key(dir, name, json_str(value), err);
	return ret;
}

int
keyseal_open(const void *box, size_t size, const char *passphrase, const char *dir,
    uint8_t ret_seal_key[static KEYSEAL_KEY_SIZE], struct err *err)
{
	const uint8_t *head = box;
	uint8_t keys[2 * KEYSEAL_KEY_SIZE];
	struct buf plain = { .max = KEYSEAL_BOX_MAX };
	unsigned long long len;
	int ret;

	if (size > KEYSEAL_BOX_MAX || size < HEAD_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES ||
	    memcmp(head, MAGIC, MAGIC_SIZE) != 0 || sodium_init() < 0)
		return err_set(err, ERR_BROKEN, "err.backup.keys", NULL);
	if ((ret = derive(head, passphrase, keys, err)) != 0)
		return ret;
	plain.data = xmalloc(size);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)plain.data, &len, NULL, head + HEAD_SIZE,
	    size - HEAD_SIZE, head, HEAD_SIZE, head + MAGIC_SIZE + 8 + crypto_pwhash_SALTBYTES, keys) != 0) {
		ret = err_set(err, ERR_AUTH, "err.backup.passphrase", NULL);
	} else {
		plain.len = (size_t)len;
		memcpy(ret_seal_key, keys + KEYSEAL_KEY_SIZE, KEYSEAL_KEY_SIZE);
		ret = dir == NULL ? 0 : restore_keys(&plain, dir, err);
		sodium_memzero(plain.data, plain.len);
	}
	sodium_memzero(keys, sizeof(keys));
	free(plain.data);
	return ret;
}

char *
keyseal_mark(const uint8_t seal_key[static KEYSEAL_KEY_SIZE], const void *list, size_t size,
    char ret[static 65])
{
	uint8_t mark[32];

	crypto_generichash(mark, sizeof(mark), list, size, seal_key, KEYSEAL_KEY_SIZE);
	return hex_encode(mark, sizeof(mark), ret);
}
