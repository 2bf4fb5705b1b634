/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_tar.c: members of a tar archive, packed or not, in one pass. */
#include <unistd.h>

#include "hunt/unpack.h"
#include "ingest/untar.h"

struct reader {
	struct untar *tar;
	const char *archive;
	struct unpacked *u;
	struct err *err;
	char *data; /* UNPACK_FILE_MAX + 1 */
};

static int
member(struct reader *r, const struct untar_member *m)
{
	const char *name = m->name;
	size_t len;
	int failed;

	if (m->kind == UNTAR_FOLDER && (str_eq(name, ".") || *name == '\0'))
		return 0;
	if ((failed = unpack_member(r->u, r->archive, &name, r->err)) != 0)
		return failed;
	if (m->kind == UNTAR_OTHER)
		r->u->links++;
	if (m->kind != UNTAR_FILE || !unpack_wants(name))
		return 0;
	len = untar_read(r->tar, (uint8_t *)r->data, UNPACK_FILE_MAX + 1);
	return unpack_add(r->u, r->archive, name, r->data, len, r->err);
}

int
unpack_tar(int fd, const char *archive, struct unpacked *u, struct err *err)
{
	struct reader r = { NULL, archive, u, err, NULL };
	struct untar_member m;
	struct source *source;
	int own = dup(fd), failed = 0;

	if (own < 0 || lseek(own, 0, SEEK_SET) < 0)
		return err_fail(err, ERR_IO, "unpack.damaged", NULL, "file", archive, "name", "");
	source = source_packed(source_file(own), NULL);
	if (!untar_is(source)) {
		source_free(source);
		return err_fail(err, ERR_INVALID, "unpack.unknown", NULL, "file", archive, NULL, NULL);
	}
	r.tar = untar_new(source);
	r.data = xmalloc(UNPACK_FILE_MAX + 1);
	while (failed == 0 && untar_next(r.tar, &m)) {
		if (untar_bytes(r.tar) > UNPACK_THROUGH_MAX) {
			failed = err_fail(err, ERR_TOO_LARGE, "unpack.bytes", NULL, "file", archive, NULL, NULL);
			err_argi(err, "max", (int64_t)UNPACK_THROUGH_MAX);
		} else {
			failed = member(&r, &m);
		}
	}
	if (failed == 0 && untar_fault(r.tar) != NULL)
		failed = err_fail(err, strcmp(untar_fault(r.tar), "ingest.unpack.bomb") == 0 ? ERR_TOO_LARGE : ERR_BROKEN,
		    "unpack.damaged", NULL, "file", archive, "name", "");
	free(r.data);
	untar_free(r.tar);
	source_free(source);
	return failed;
}
