/* SPDX-License-Identifier: Apache-2.0 */
#include "os/tar.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/id.h"
#include "base/utf8.h"
#include "os/file.h"

#define BLOCK 512

/* The header as POSIX.1-2017 pax(1) lays it out. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag;
	char linkname[100], magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8];
	char prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "one block");

static const char zeros[BLOCK];

static unsigned
checksum(const struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		bool own = i >= offsetof(struct header, chksum) && i < offsetof(struct header, typeflag);

		sum += own ? ' ' : p[i];
	}
	return sum;
}

bool
tar_name_ok(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 255 || !utf8_valid(name, len))
		return false;
	for (const char *part = name;; part++) {
		size_t n = strcspn(part, "/");

		if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)part[i] < ' ' || part[i] == 0x7f || part[i] == '\\')
				return false;
		part += n;
		if (*part == '\0')
			return true;
	}
}

/* ---- writing ----------------------------------------------------------------- */

void
tar_out_begin(struct tar_out *tar, int fd, const char *path)
{
	*tar = (struct tar_out){ .fd = fd, .path = path };
	sha256_init(&tar->whole);
}

static int
put(struct tar_out *tar, const void *data, size_t len, struct err *err)
{
	int errnum = fd_write_all(tar->fd, data, len);

	if (errnum != 0)
		return err_sys(err, errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG ? ERR_FULL : ERR_IO,
		    tar->path, errnum);
	sha256_add(&tar->whole, data, len);
	tar->bytes += (int64_t)len;
	return 0;
}

/* Fills a field that need not end with NUL. */
static void
field(char *to, size_t size, const char *from, size_t len)
{
	memcpy(to, from, len < size ? len : size);
}

/* Octal where it fits, else the top bit and big-endian binary. */
static void
number(char *to, size_t size, int64_t n)
{
	char octal[24];

	if (n < (INT64_C(1) << (3 * (size - 1)))) {
		snprintf(octal, sizeof(octal), "%0*llo", (int)size - 1, (long long)n);
		memcpy(to, octal, size - 1);
		return;
	}
	for (size_t i = 0; i < size; i++)
		to[size - 1 - i] = i < 8 ? (char)(n >> (8 * i)) : 0;
	to[0] = (char)0x80;
}

/* A long name is cut at a "/": the part before goes to the prefix. */
static bool
set_name(struct header *h, const char *name)
{
	size_t len = strlen(name);
	const char *cut = name;

	if (!tar_name_ok(name))
		return false;
	if (len <= sizeof(h->name)) {
		field(h->name, sizeof(h->name), name, len);
		return true;
	}
	while ((cut = strchr(cut + 1, '/')) != NULL)
		if (strlen(cut + 1) <= sizeof(h->name))
			break;
	if (cut == NULL || (size_t)(cut - name) > sizeof(h->prefix))
		return false;
	field(h->prefix, sizeof(h->prefix), name, (size_t)(cut - name));
	field(h->name, sizeof(h->name), cut + 1, strlen(cut + 1));
	return true;
}

int
tar_out_member(struct tar_out *tar, const char *name, int64_t size, unsigned mode, int64_t mtime,
    struct err *err)
{
	struct header h = { .typeflag = '0', .magic = "ustar", .version = { '0', '0' } };
	char sum[8];

	if (!set_name(&h, name))
		return err_fail(err, ERR_INVALID, "err.tar.name", NULL, "name", name, NULL, NULL);
	number(h.mode, sizeof(h.mode), mode);
	number(h.uid, sizeof(h.uid), 0);
	number(h.gid, sizeof(h.gid), 0);
	number(h.size, sizeof(h.size), size);
	number(h.mtime, sizeof(h.mtime), mtime);
	snprintf(sum, sizeof(sum), "%06o", checksum(&h));
	memcpy(h.chksum, sum, sizeof(sum));
	h.chksum[7] = ' ';
	tar->left = size;
	return put(tar, &h, sizeof(h), err);
}

int
tar_out_data(struct tar_out *tar, const void *data, size_t len, struct err *err)
{
	int ret = put(tar, data, len, err);

	tar->left -= (int64_t)len;
	if (ret == 0 && tar->left == 0 && tar->bytes % BLOCK != 0)
		ret = put(tar, zeros, (size_t)(BLOCK - tar->bytes % BLOCK), err);
	return ret;
}

int
tar_out_end(struct tar_out *tar, char ret_sha256[static SHA256_HEX_SIZE], struct err *err)
{
	uint8_t hash[SHA256_SIZE];
	int ret = put(tar, zeros, BLOCK, err);

	if (ret == 0)
		ret = put(tar, zeros, BLOCK, err);
	sha256_end(&tar->whole, hash);
	hex_encode(hash, sizeof(hash), ret_sha256);
	return ret;
}

/* ---- reading ------------------------------------------------------------------- */

void
tar_in_begin(struct tar_in *tar, int fd, const char *path)
{
	*tar = (struct tar_in){ .fd = fd, .path = path };
	sha256_init(&tar->whole);
}

static int
broken(struct tar_in *tar, const char *key, const char *name, struct err *err)
{
	err_fail(err, ERR_BROKEN, key, NULL, "file", tar->path, "name", name);
	err_argi(err, "at", tar->bytes);
	return ERR_BROKEN;
}

/* Reads up to ${len} bytes, fewer only at the end of the file. */
static int
get(struct tar_in *tar, void *data, size_t len, size_t *ret_len, struct err *err)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(tar->fd, (char *)data + have, len - have);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(err, ERR_IO, tar->path, errno);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	sha256_add(&tar->whole, data, have);
	tar->bytes += (int64_t)have;
	*ret_len = have;
	return 0;
}

static int
get_block(struct tar_in *tar, void *block, struct err *err)
{
	size_t n;
	int ret = get(tar, block, BLOCK, &n, err);

	return ret == 0 && n != BLOCK ? broken(tar, "err.tar.cut", "", err) : ret;
}

static bool
read_number(const char *from, size_t size, int64_t *ret)
{
	int64_t n = 0;
	size_t i = 0;

	if (((unsigned char)from[0] & 0x80) != 0) {
		for (i = 1; i < size; i++) {
			if (n > INT64_MAX >> 8)
				return false;
			n = n << 8 | (unsigned char)from[i];
		}
		*ret = n;
		return from[0] == (char)0x80;
	}
	for (; i < size && from[i] >= '0' && from[i] <= '7'; i++)
		n = n << 3 | (from[i] - '0');
	*ret = n;
	return i > 0 && (i == size || from[i] == '\0' || from[i] == ' ');
}

static int
read_header(struct tar_in *tar, const struct header *h, struct tar_member *ret, struct err *err)
{
	int64_t sum;

	if (memcmp(h->magic, "ustar", 6) != 0 || !read_number(h->chksum, sizeof(h->chksum), &sum) ||
	    sum != checksum(h) || !read_number(h->size, sizeof(h->size), &ret->size))
		return broken(tar, "err.tar.header", "", err);
	snprintf(ret->name, sizeof(ret->name), "%.*s%s%.*s", (int)sizeof(h->prefix), h->prefix,
	    h->prefix[0] == '\0' ? "" : "/", (int)sizeof(h->name), h->name);
	if (h->typeflag != '0' || !tar_name_ok(ret->name))
		return broken(tar, "err.tar.member", ret->name, err);
	return 0;
}

/* After the first zero block: the second, and the end of the file. */
static int
read_end(struct tar_in *tar, struct err *err)
{
	char block[BLOCK];
	size_t n;
	int ret = get_block(tar, block, err);

	if (ret == 0 && memcmp(block, zeros, BLOCK) != 0)
		return broken(tar, "err.tar.header", "", err);
	if (ret == 0)
		ret = get(tar, block, 1, &n, err);
	return ret == 0 && n != 0 ? broken(tar, "err.tar.trailing", "", err) : ret;
}

int
tar_in_next(struct tar_in *tar, struct tar_member *ret, bool *ret_end, struct err *err)
{
	struct header h;
	int code;

	*ret_end = false;
	if ((code = get_block(tar, &h, err)) != 0)
		return code;
	if (memcmp(&h, zeros, BLOCK) == 0) {
		code = read_end(tar, err);
		*ret_end = code == 0;
		return code;
	}
	if ((code = read_header(tar, &h, ret, err)) != 0)
		return code;
	tar->left = ret->size;
	tar->pad = (unsigned)((BLOCK - ret->size % BLOCK) % BLOCK);
	return 0;
}

int
tar_in_data(struct tar_in *tar, void *data, size_t max, size_t *ret_len, struct err *err)
{
	size_t want = (uint64_t)tar->left < max ? (size_t)tar->left : max, n;
	char rest[BLOCK];
	int ret = get(tar, data, want, &n, err);

	if (ret == 0 && n != want)
		return broken(tar, "err.tar.cut", "", err);
	*ret_len = want;
	tar->left -= (int64_t)want;
	if (ret == 0 && tar->left == 0 && tar->pad > 0) {
		ret = get(tar, rest, tar->pad, &n, err);
		if (ret == 0 && n != tar->pad)
			return broken(tar, "err.tar.cut", "", err);
		if (ret == 0 && memcmp(rest, zeros, n) != 0)
			return broken(tar, "err.tar.header", "", err);
		tar->pad = 0;
	}
	return ret;
}
