/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_zip.c: members of a zip archive. */
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "hunt/unpack.h"

struct reader {
	zip_t *zip;
	const char *archive;
	struct unpacked *u;
	struct err *err;
	char *data; /* UNPACK_FILE_MAX + 1 */
};

static int
fail(const struct reader *r, const char *key, const char *name, enum err_kind kind)
{
	return err_fail(r->err, kind, key, NULL, "file", r->archive, "name", name);
}

/* What the directory says of a size is not believed: reading stops behind the largest that is allowed. */
static int
read_member(struct reader *r, zip_uint64_t i, const char *name)
{
	zip_file_t *f = zip_fopen_index(r->zip, i, 0);
	size_t len = 0;
	zip_int64_t n = 0;
	int closed;

	if (f == NULL)
		return fail(r, "unpack.damaged", name, ERR_BROKEN);
	while (len <= UNPACK_FILE_MAX && (n = zip_fread(f, r->data + len, UNPACK_FILE_MAX + 1 - len)) > 0)
		len += (size_t)n;
	closed = zip_fclose(f);
	if (n < 0 || (closed != 0 && len <= UNPACK_FILE_MAX))
		return fail(r, "unpack.damaged", name, ERR_BROKEN);
	return unpack_add(r->u, r->archive, name, r->data, len, r->err);
}

/* Unix mode bits of the member, when it was packed where there are such. */
static bool
is_link(struct reader *r, zip_uint64_t i)
{
	zip_uint8_t system;
	zip_uint32_t attributes;

	if (zip_file_get_external_attributes(r->zip, i, 0, &system, &attributes) != 0 || system != 3)
		return false;
	attributes = attributes >> 16 & 0170000;
	return attributes != 0 && attributes != 0100000 && attributes != 0040000;
}

static int
member(struct reader *r, zip_uint64_t i)
{
	zip_stat_t st;
	const char *name;
	size_t len;
	int failed;

	if (zip_stat_index(r->zip, i, 0, &st) != 0 || (st.valid & ZIP_STAT_NAME) == 0)
		return fail(r, "unpack.damaged", "", ERR_BROKEN);
	name = st.name;
	len = strlen(name);
	if (len > 0 && name[len - 1] == '/') {
		char folder[300];

		/* The folder's name counts as any other, but for its end. */
		snprintf(folder, sizeof(folder), "%.*s", (int)(len < 299 ? len - 1 : 298), name);
		name = folder;
		return unpack_member(r->u, r->archive, &name, r->err);
	}
	if ((failed = unpack_member(r->u, r->archive, &name, r->err)) != 0)
		return failed;
	if (is_link(r, i)) {
		r->u->links++;
		return 0;
	}
	if (!unpack_wants(name))
		return 0;
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE)
		return fail(r, "unpack.secret", name, ERR_INVALID);
	if ((st.valid & ZIP_STAT_COMP_METHOD) != 0 && zip_compression_method_supported(st.comp_method, 0) == 0)
		return fail(r, "unpack.packing", name, ERR_INVALID);
	return read_member(r, i, name);
}

static zip_t *
open_zip(int fd)
{
	int own = dup(fd);
	FILE *file = own < 0 ? NULL : fdopen(own, "rb");
	zip_source_t *source;
	zip_t *zip;
	zip_error_t error;

	if (file == NULL) {
		if (own >= 0)
			close(own);
		return NULL;
	}
	zip_error_init(&error);
	/* The source closes the stream. */
	source = zip_source_filep_create(file, 0, -1, &error);
	zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &error);
	if (zip == NULL && source != NULL)
		zip_source_free(source);
	else if (source == NULL)
		fclose(file);
	zip_error_fini(&error);
	return zip;
}

int
unpack_zip(int fd, const char *archive, struct unpacked *u, struct err *err)
{
	struct reader r = { open_zip(fd), archive, u, err, NULL };
	zip_int64_t n;
	int failed = 0;

	if (r.zip == NULL)
		return fail(&r, "unpack.damaged", "", ERR_BROKEN);
	n = zip_get_num_entries(r.zip, 0);
	r.data = xmalloc(UNPACK_FILE_MAX + 1);
	for (zip_int64_t i = 0; i < n && failed == 0; i++)
		failed = member(&r, (zip_uint64_t)i);
	free(r.data);
	zip_discard(r.zip);
	return failed;
}
