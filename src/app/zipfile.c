/* SPDX-License-Identifier: Apache-2.0 */
#include "app/zipfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

#include "base/arena.h"
#include "os/file.h"

#define DOS_DATE 0x0021 /* 1980-01-01, the earliest a ZIP can say */
#define UNIX_MODE (0100644u << 16)

static struct zip_member *
add(struct zip_list *list, const char *name)
{
	struct zip_member *m;

	if ((list->count & (list->count - 1)) == 0)
		list->member = xrealloc(list->member,
		    (list->count == 0 ? 1 : list->count * 2) * sizeof(*list->member));
	m = &list->member[list->count++];
	*m = (struct zip_member){ .name = xstrdup(name) };
	return m;
}

struct zip_member *
zip_list_text(struct zip_list *list, const char *name, struct buf *text)
{
	struct zip_member *m = add(list, name);

	m->size = (int64_t)text->len;
	m->data = buf_take(text);
	sha256_hex(m->data, (size_t)m->size, m->sha256);
	list->bytes += (size_t)m->size;
	return m;
}

struct zip_member *
zip_list_file(struct zip_list *list, const char *name, const char *path, const char *sha256,
    int64_t size)
{
	struct zip_member *m = add(list, name);

	m->path = xstrdup(path);
	m->size = size;
	memcpy(m->sha256, sha256, SHA256_HEX_SIZE - 1);
	return m;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct zip_member *)a)->name, ((const struct zip_member *)b)->name);
}

void
zip_list_sort(struct zip_list *list)
{
	if (list->count > 0)
		qsort(list->member, list->count, sizeof(*list->member), by_name);
}

static bool
add_member(zip_t *zip, const struct zip_member *m)
{
	zip_source_t *source = m->path != NULL ? zip_source_file(zip, m->path, 0, m->size) :
	    zip_source_buffer(zip, m->data, (zip_uint64_t)m->size, 0);
	zip_int64_t index;

	if (source == NULL)
		return false;
	index = zip_file_add(zip, m->name, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		zip_source_free(source);
		return false;
	}
	return zip_file_set_dostime(zip, (zip_uint64_t)index, 0, DOS_DATE, 0) == 0 &&
	    zip_set_file_compression(zip, (zip_uint64_t)index,
	        m->path != NULL ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 6) == 0 &&
	    zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX,
	        UNIX_MODE) == 0;
}

static int
fail(struct err *err, const char *path, const zip_error_t *why)
{
	int errnum = zip_error_system_type(why) == ZIP_ET_SYS ? zip_error_code_system(why) : 0;
	zip_error_t copy = *why;

	if (zip_error_code_zip(why) == ZIP_ER_EXISTS)
		return err_fail(err, ERR_CONFLICT, "err.dossier.exists", NULL, "file", path, NULL, NULL);
	if (errnum != 0)
		return err_sys(err, file_err_kind(errnum), path, errnum);
	return err_fail(err, ERR_IO, "err.dossier.write", NULL, "file", path, "reason",
	    zip_error_strerror(&copy));
}

static int
make_durable(const char *path, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	int ret = file_open(path, O_RDONLY, 0, &fd, err);

	if (ret != 0)
		return ret;
	if (fsync(fd) == -1)
		return err_sys(err, file_err_kind(errno), path, errno);
	return file_sync_parent(path, err);
}

int
zip_list_write(struct zip_list *list, const char *path, struct err *err)
{
	zip_error_t error;
	zip_t *zip;
	int code, ret;

	/* Of a folder or a device that is there libzip says something else. */
	if (file_exists(path))
		return err_fail(err, ERR_CONFLICT, "err.dossier.exists", NULL, "file", path, NULL, NULL);
	zip_list_sort(list);
	zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, &code);
	if (zip == NULL) {
		zip_error_init_with_code(&error, code);
		ret = fail(err, path, &error);
		zip_error_fini(&error);
		return ret;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (!add_member(zip, &list->member[i])) {
			ret = fail(err, path, zip_get_error(zip));
			zip_discard(zip);
			return ret;
		}
	}
	/* Written beside and renamed by libzip: half a dossier never has the name. */
	if (zip_close(zip) != 0) {
		ret = fail(err, path, zip_get_error(zip));
		zip_discard(zip);
		return ret;
	}
	return make_durable(path, err);
}

void
zip_list_clear(struct zip_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->member[i].name);
		free(list->member[i].data);
		free(list->member[i].path);
	}
	free(list->member);
	*list = (struct zip_list)ZIP_LIST_INIT;
}
