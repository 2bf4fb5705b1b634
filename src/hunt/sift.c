/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/sift.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "ingest/untar.h"
#include "os/file.h"

/* ---- beside logs ---------------------------------------------------------------------------- */

static bool
has_ending(const char *name, const char *ending)
{
	size_t n = strlen(name), e = strlen(ending);

	return n > e && strcasecmp(name + n - e, ending) == 0;
}

static size_t
read_head(const char *path, char *head, size_t len)
{
	cleanup(fd_closep) int fd = -1;
	ssize_t n;

	if (file_open(path, O_RDONLY, 0, &fd, NULL) != 0)
		return 0;
	n = read(fd, head, len);
	return n < 0 ? 0 : (size_t)n;
}

/* X.json, X.jsonl: whether the same name with .evtx is an EVTX file. */
static bool
is_copy_of_evtx(const struct walk_file *f)
{
	const char *dot = strrchr(f->path, '.');
	char path[4096], head[8];

	if (dot == NULL || strncasecmp(dot, ".json", 5) != 0 || strchr(dot, '/') != NULL ||
	    (size_t)(dot - f->path) + 6 > sizeof(path))
		return false;
	snprintf(path, sizeof(path), "%.*s.evtx", (int)(dot - f->path), f->path);
	return read_head(path, head, 8) == 8 && memcmp(head, "ElfFile", 8) == 0;
}

/* Behind comments and blank lines: "---", or "key:" at the beginning of a line. */
static bool
is_yaml(const struct walk_file *f)
{
	char head[2048];
	size_t len, at = 0, key;

	if (!has_ending(f->path, ".yml") && !has_ending(f->path, ".yaml"))
		return false;
	len = read_head(f->path, head, sizeof(head));
	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < len && (head[at] == '#' || head[at] == '\n' || head[at] == '\r')) {
		const char *end = memchr(head + at, '\n', len - at);

		at = end == NULL ? len : (size_t)(end - head) + 1;
	}
	if (len - at >= 3 && memcmp(head + at, "---", 3) == 0)
		return true;
	for (key = at; key < len && (isalnum((unsigned char)head[key]) || head[key] == '_' || head[key] == '-');)
		key++;
	return key > at && key < len && head[key] == ':' && (key + 1 == len || strchr(" \r\n", head[key + 1]) != NULL);
}

static void
note(struct walk *w, struct walk_names *names, const char *name)
{
	if (names->count++ < ARRAY_LEN(names->name))
		names->name[names->count - 1] = arena_strdup(&w->arena, name);
}

/* ---- archives ---------------------------------------------------------------------------------- */

struct sifting {
	struct walk *walk;
	struct walk_file *file; /* the list that is made */
	size_t files, room;
	uint64_t unpacked;      /* bytes in temporary files */
};

static bool
add(struct sifting *s, struct walk_file file)
{
	if (s->files == WALK_FILES_MAX) {
		s->walk->full = true;
		return false;
	}
	if (s->files == s->room) {
		s->room = s->room == 0 ? 64 : s->room * 2;
		s->file = xrealloc(s->file, s->room * sizeof(*s->file));
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
		if (s->unpacked > SIFT_UNPACK_MAX || fd_write_all(fd, block, n) != 0)
			return false;
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

/* False when the file is no archive: then it stays what it is. */
static bool
expand(struct sifting *s, const struct walk_file *f)
{
	const char *packing;
	struct source *source;
	size_t first = s->files;
	bool whole;
	int fd, own;

	if (file_open(f->path, O_RDONLY, 0, &fd, NULL) != 0)
		return false;
	own = may_be_tar(fd) ? dup(fd) : -1;
	if (own < 0) {
		close(fd);
		return false;
	}
	source = source_packed(source_file(own), &packing);
	if (!untar_is(source)) {
		source_free(source);
		close(fd);
		return false;
	}
	if (packing != NULL) {
		close(fd);
		fd = temporary();
	}
	whole = fd >= 0 && members(s, f, source, packing != NULL, fd);
	source_free(source);
	if (fd >= 0)
		keep_fd(s->walk, fd);
	s->walk->bytes -= f->size;
	if (!whole)
		note(s->walk, &s->walk->broken, f->shown);
	if (s->files > first)
		qsort(s->file + first, s->files - first, sizeof(*s->file), by_name);
	return true;
}

void
sift(struct walk *w)
{
	struct sifting s = { .walk = w };

	for (size_t i = 0; i < w->files; i++) {
		struct walk_file *f = &w->file[i];

		if (!f->is_given && (is_copy_of_evtx(f) || is_yaml(f))) {
			note(w, &w->beside, f->shown);
			w->bytes -= f->size;
		} else if (!expand(&s, f)) {
			add(&s, *f);
		}
	}
	free(w->file);
	w->file = s.file;
	w->files = s.files;
	w->files_room = s.room;
}

int
sift_open(const struct walk_file *file, struct ingest **ret, struct err *err)
{
	struct ingest_options options = { .zone_s = CLOCK_LOCAL_S, .newest_ms = file->mtime_ms,
	    .offset = file->offset, .length = file->size };
	char path[64];
	int fd;

	if (!file->is_member)
		return ingest_open(file->path, NULL, ret, err);
	if (file->size == 0)
		return err_fail(err, ERR_INVALID, "ingest.empty", NULL, "file", file->shown, NULL, NULL);
	/* Its own place in the file: several members may be open at once. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, file_err_kind(errno), file->shown, errno);
	return ingest_open_fd(fd, file->shown, &options, ret, err);
}
