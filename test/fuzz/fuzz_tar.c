/* SPDX-License-Identifier: Apache-2.0 */
/* Archives: whatever is in them, names are plain and lengths what was announced. */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/file.h"
#include "os/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
read_member(struct tar_in *tar, const struct tar_member *m)
{
	char piece[1000];
	int64_t sum = 0;
	size_t n = 1;

	while (n > 0) {
		if (tar_in_data(tar, piece, sizeof(piece), &n, NULL) != 0)
			return false;
		sum += (int64_t)n;
	}
	assert(sum == m->size);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(fd_closep) int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct tar_member m;
	struct tar_in tar;
	bool end = false;

	if (fd == -1 || fd_write_all(fd, data, size) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return 0;
	tar_in_begin(&tar, fd, "fuzz");
	while (tar_in_next(&tar, &m, &end, NULL) == 0 && !end) {
		assert(tar_name_ok(m.name) && m.size >= 0);
		if (!read_member(&tar, &m))
			return 0;
	}
	assert(!end || tar.bytes == (int64_t)size);
	return 0;
}
