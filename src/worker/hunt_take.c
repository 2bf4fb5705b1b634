/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/hunt_take.h"

#include <unistd.h>

#include "hunt/hunt.h"
#include "os/file.h"
#include "os/pass.h"

static void
write_number(uint32_t n, unsigned char out[static 4])
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(n >> (24 - 8 * i));
}

/* The next file, whichever it is. */
static int
want(struct taking *t)
{
	unsigned char number[4];

	write_number(t->asked++, number);
	return hunt_frame('W', number, sizeof(number)) ? pass_receive(HUNTER_FILES_FD) : -1;
}

/* Members are opened one after the other, so they may share their place in the file. */
int
taking_open(struct taking *t, uint32_t file)
{
	const struct sift_room room = { HUNTER_UNPACK_FD, HUNTER_SPOOL_MAX, HUNTER_MEMBERS_MAX, t->tell, t->arg };
	size_t before = t->walk->files;
	int fd;

	if (t->walk->file[file].is_member)
		return dup(t->walk->file[file].fd);
	fd_closep(&t->archive);
	fd = want(t);
	if (fd < 0 || !sift_expand(t->walk, file, fd, &room))
		return fd;
	t->archive = fd;
	return t->walk->files < before ? HUNT_GONE : dup(t->walk->file[file].fd);
}

static bool
read_list(struct taking *t, struct iocs *iocs)
{
	cleanup(free_charp) char *data = NULL;
	cleanup(fd_closep) int fd = want(t);
	size_t len = 0;

	return fd >= 0 && file_read_fd(fd, "", IOC_FILE_MAX, &data, &len, NULL) == 0 &&
	    iocs_read_bytes(iocs, data, len, "", NULL) == 0;
}

bool
taking_lists(struct taking *t, size_t lists, struct iocs *ret)
{
	unsigned char number[4];

	for (uint32_t i = 0; i < lists; i++) {
		if (read_list(t, ret))
			continue;
		write_number(i, number);
		hunt_frame('I', number, sizeof(number));
		return false;
	}
	iocs_ready(ret);
	return true;
}
