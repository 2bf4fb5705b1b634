/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives of rules from any bytes: zip, tar, packed tar.  Whatever is taken has a plain name
 * that stays in its folder, once, and keeps to the limits.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hunt/unpack.h"
#include "os/file.h"
#include "os/tar.h"

static void
check(const struct unpacked *u)
{
	size_t bytes = 0;

	for (size_t i = 0; i < u->files; i++) {
		const struct unpack_file *f = &u->file[i];

		if (!tar_name_ok(f->name) || strlen(f->name) > UNPACK_NAME_MAX || f->len > UNPACK_FILE_MAX ||
		    f->data[f->len] != '\0')
			abort();
		if (i > 0 && strcmp(u->file[i - 1].name, f->name) >= 0)
			abort();
		bytes += f->len;
	}
	if (bytes > UNPACK_BYTES_MAX || u->files > UNPACK_FILES_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpacked u = { 0 };
	struct err err = { 0 };
	int fd = memfd_create("archive", MFD_CLOEXEC);

	if (fd < 0 || fd_write_all(fd, data, size) != 0)
		abort();
	if (unpack_fd(fd, "archive", &u, &err) == 0) {
		check(&u);
		unpack_choose(&u);
		check(&u);
	} else if (err.kind == 0) {
		abort(); /* a refusal without a reason */
	}
	err_clear(&err);
	unpack_clear(&u);
	close(fd);
	return 0;
}
