/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/sift.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "ingest/untar.h"
#include "os/file.h"

/* ---- archives ---------------------------------------------------------------------------------- */

struct sifting {
	struct walk *walk;
	struct walk_file *file; /* the list that is made */
	size_t files, file_room;
	uint64_t unpacked;      /* bytes in temporary files */
	struct sift_room room;
};

static bool
add(struct sifting *s, struct walk_file file)
{
	if (s->files >= s->room.files_max) {
		s->walk->full = true;
		return false;
	}
	if (s->files == s->file_room) {
		s->file_room = s->file_room == 0 ? 64 : s->file_room * 2;
		s->file = xrealloc(s->file, s->file_room * sizeof(*s->file));
	}
	s->file[s->files++] = file;
	return true;
}

/* What an archive says of itself goes to terminals and into JSON. */
static const char *
shown_name(struct walk *w, const char *archive, const char *name)
{
	char out[SIFT_NAME_MAX + 1];
	size_t n = 0, len = strlen(name), k;
	uint32_t cp;

	for (size_t i = 0; i < len && n + 4 < sizeof(out); i += k) {
		k = utf8_decode(name + i, len - i, &cp);
		if (k == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
			out[n++] = '?';
			k = k == 0 ? 1 : k;
		} else {
			memcpy(out + n, name + i, k);
			n += k;
		}
	}
	out[n] = '\0';
	return arena_printf(&w->arena, "%s/%s", archive, out);
}

static int
by_name(const void *a, const void *b)
{
	const struct walk_file *x = a, *y = b;
	int order = strcmp(x->shown, y->shown);

	return order != 0 ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

static bool
copy_member(struct sifting *s, struct untar *tar, int fd)
{
	uint8_t block[65536];
	size_t n;

	while ((n = untar_read(tar, block, sizeof(block))) > 0) {
		s->unpacked += n;
		if (s->unpacked > s->room.max || fd_write_all(fd, block, n) != 0)
			return false;
		if (s->room.tell != NULL)
			s->room.tell(s->room.arg);
	}
	return untar_fault(tar) == NULL;
}

/*
 * Members of the archive; those of a packed one are copied into ${fd}, one after the other, those
 * of a plain one (${fd} is its own) stay where they are.
 */
static bool
members(struct sifting *s, const struct walk_file *f, struct source *source, bool packed, int fd)
{
	struct untar *tar = untar_new(source);
	struct untar_member m;
	uint64_t at = 0;
	bool whole = true;

	while (whole && untar_next(tar, &m)) {
		const char *name = m.name;
		struct walk_file member = { .path = f->path, .size = m.size, .mtime_ms = m.mtime_s * 1000, .fd = fd,
			.is_member = true };

		if (m.kind != UNTAR_FILE)
			continue;
		while (strncmp(name, "./", 2) == 0 || *name == '/')
			name += *name == '/' ? 1 : 2;
		member.shown = shown_name(s->walk, f->shown, name);
		member.offset = packed ? at : untar_bytes(tar);
		if (packed) {
			uint64_t before = s->unpacked;

			whole = copy_member(s, tar, fd);
			member.size = s->unpacked - before;
			at += member.size;
		}
		s->walk->bytes += member.size;
		if (!add(s, member))
			break;
	}
	whole = whole && untar_fault(tar) == NULL;
	untar_free(tar);
	return whole;
}

static int
temporary(void)
{
	const char *dir = getenv("TMPDIR");
	char name[4096];
	int fd;

	if (str_empty(dir))
		dir = "/var/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || snprintf(name, sizeof(name), "%s/khien-XXXXXX", dir) >= (int)sizeof(name))
		return fd;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

/* Cheap for what is no archive: only what says it is packed is unpacked for a look. */
static bool
may_be_tar(int fd)
{
	unsigned char head[512] = { 0 };

	if (pread(fd, head, sizeof(head), 0) < 4)
		return false;
	return memcmp(head, "\x1f\x8b", 2) == 0 || memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0 ||
	    memcmp(head + 257, "ustar", 5) == 0;
}

static void
keep_fd(struct walk *w, int fd)
{
	w->fd = xrealloc(w->fd, (w->fds + 1) * sizeof(*w->fd));
	w->fd[w->fds++] = fd;
}

/* NULL when ${fd} is no archive; then it is at its beginning.  ${ret_packed}: its members must be unpacked. */
static struct source *
open_archive(int fd, bool *ret_packed)
{
	const char *packing;
	struct source *source;
	int own = may_be_tar(fd) ? dup(fd) : -1;

	if (own < 0)
		return NULL;
	source = source_packed(source_file(own), &packing);
	*ret_packed = packing != NULL;
	if (untar_is(source))
		return source;
	source_free(source);
	lseek(fd, 0, SEEK_SET);
	return NULL;
}

/* Adds the members of the archive, in the order of their names. */
static void
expand(struct sifting *s, const struct walk_file *f, struct source *source, bool packed, int fd)
{
	size_t first = s->files;
	bool whole = fd >= 0 && members(s, f, source, packed, fd);

	s->walk->bytes -= f->size;
	if (!whole)
		walk_note(s->walk, &s->walk->broken, f->shown);
	if (s->files > first)
		qsort(s->file + first, s->files - first, sizeof(*s->file), by_name);
}

/* False when the file is no archive: then it stays what it is. */
static bool
expand_path(struct sifting *s, const struct walk_file *f)
{
	struct source *source;
	bool packed;
	int fd;

	if (file_open(f->path, O_RDONLY, 0, &fd, NULL) != 0)
		return false;
	source = open_archive(fd, &packed);
	if (source == NULL || packed)
		close(fd);
	if (source == NULL)
		return false;
	if (packed)
		fd = temporary();
	expand(s, f, source, packed, fd);
	source_free(source);
	if (fd >= 0)
		keep_fd(s->walk, fd);
	return true;
}

/*
 * Logs of Windows are many and small, so that each opening counts.  One that is an archive all the same is
 * refused by name when its turn comes (ingest.tar).
 */
static bool
is_named_evtx(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && strcasecmp(path + n - 5, ".evtx") == 0;
}

void
sift(struct walk *w)
{
	struct sifting s = { .walk = w, .room = { .max = SIFT_UNPACK_MAX, .files_max = WALK_FILES_MAX } };

	beside_drop(w);
	for (size_t i = 0; i < w->files; i++)
		if (is_named_evtx(w->file[i].path) || !expand_path(&s, &w->file[i]))
			add(&s, w->file[i]);
	free(w->file);
	w->file = s.file;
	w->files = s.files;
	w->files_room = s.file_room;
}

/* Puts ${n} files in the place of the one of that ${number}. */
static void
put_in_place(struct walk *w, size_t number, const struct walk_file *file, size_t n)
{
	size_t behind = w->files - number - 1;

	if (w->files + n > w->files_room) {
		w->files_room = (w->files + n) * 2;
		w->file = xrealloc(w->file, w->files_room * sizeof(*w->file));
	}
	memmove(w->file + number + n, w->file + number + 1, behind * sizeof(*file));
	if (n > 0)
		memcpy(w->file + number, file, n * sizeof(*file));
	w->files += n;
	w->files--;
}

bool
sift_expand(struct walk *w, size_t number, int fd, const struct sift_room *room)
{
	struct sifting s = { .walk = w, .room = *room };
	const struct walk_file archive = w->file[number];
	struct source *source;
	bool packed;

	source = open_archive(fd, &packed);
	if (source == NULL)
		return false;
	s.room.files_max = room->files_max > w->files ? room->files_max - w->files : 0;
	if (packed && lseek(room->fd, 0, SEEK_SET) < 0)
		walk_note(w, &w->broken, archive.shown);
	else
		expand(&s, &archive, source, packed, packed ? room->fd : fd);
	source_free(source);
	put_in_place(w, number, s.file, s.files);
	free(s.file);
	return true;
}

int
sift_open_fd(const struct walk_file *file, int fd, int64_t newest_ms, struct ingest **ret, struct err *err)
{
	struct ingest_options options = { .zone_s = CLOCK_LOCAL_S, .newest_ms = newest_ms };

	if (fd < 0)
		return err_fail(err, ERR_IO, "ingest.read", NULL, "file", file->shown, NULL, NULL);
	if (file->is_member) {
		options.newest_ms = file->mtime_ms != 0 ? file->mtime_ms : newest_ms;
		options.offset = file->offset;
		options.length = file->size;
	}
	if (!file->is_member || file->size > 0)
		return ingest_open_fd(fd, file->shown, &options, ret, err);
	close(fd);
	return err_fail(err, ERR_INVALID, "ingest.empty", NULL, "file", file->shown, NULL, NULL);
}

int
sift_open(const struct walk_file *file, struct ingest **ret, struct err *err)
{
	char path[64];
	int fd;

	if (!file->is_member)
		return ingest_open(file->path, NULL, ret, err);
	/* Its own place in the file: several members may be open at once. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, file_err_kind(errno), file->shown, errno);
	return sift_open_fd(file, fd, 0, ret, err);
}
