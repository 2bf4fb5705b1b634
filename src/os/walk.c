/* SPDX-License-Identifier: Apache-2.0 */
#include "os/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"

static void
add_file(struct walk *w, const char *path, const char *shown, const struct stat *st)
{
	if (w->files == WALK_FILES_MAX) {
		w->full = true;
		return;
	}
	if (w->files == w->files_room) {
		w->files_room = w->files_room == 0 ? 64 : w->files_room * 2;
		w->file = xrealloc(w->file, w->files_room * sizeof(*w->file));
	}
	w->file[w->files++] = (struct walk_file){ .path = arena_strdup(&w->arena, path),
	    .shown = arena_strdup(&w->arena, shown), .size = (uint64_t)st->st_size, .device = st->st_dev,
	    .inode = st->st_ino, .fd = -1 };
	w->bytes += (uint64_t)st->st_size;
}

static void
add_fault(struct walk *w, const char *shown, int errnum)
{
	if (w->faults == WALK_FILES_MAX)
		return;
	if (w->faults == w->faults_room) {
		w->faults_room = w->faults_room == 0 ? 16 : w->faults_room * 2;
		w->fault = xrealloc(w->fault, w->faults_room * sizeof(*w->fault));
	}
	w->fault[w->faults++] = (struct walk_fault){ arena_strdup(&w->arena, shown),
	    arena_strdup(&w->arena, strerror(errnum)) };
}

static void folder(struct walk *w, int fd, const char *path, const char *shown, unsigned depth);

static void
entry(struct walk *w, int dir, const char *name, const char *path, const char *shown, unsigned depth)
{
	struct arena names = ARENA_INIT;
	const char *below = *shown == '\0' ? arena_strdup(&names, name) :
	    arena_printf(&names, "%s/%s", shown, name);
	const char *full = arena_printf(&names, "%s%s%s", path,
	    path[strlen(path) - 1] == '/' ? "" : "/", name);
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		add_fault(w, below, errno);
	} else if (S_ISREG(st.st_mode)) {
		add_file(w, full, below, &st);
	} else if (S_ISLNK(st.st_mode)) {
		w->links++;
	} else if (S_ISDIR(st.st_mode)) {
		fd = depth == WALK_DEPTH_MAX ? -1 :
		    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			add_fault(w, below, depth == WALK_DEPTH_MAX ? ELOOP : errno);
		else
			folder(w, fd, full, below, depth + 1);
	}
	arena_clear(&names);
}

/* Takes ${fd} over. */
static void
folder(struct walk *w, int fd, const char *path, const char *shown, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;

	if (dir == NULL) {
		add_fault(w, shown, errno);
		close(fd);
		return;
	}
	for (errno = 0; (e = readdir(dir)) != NULL; errno = 0)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			entry(w, dirfd(dir), e->d_name, path, shown, depth);
	if (errno != 0)
		add_fault(w, shown, errno);
	closedir(dir);
}

static int
by_name(const void *a, const void *b)
{
	const struct walk_file *x = a, *y = b;

	return strcmp(x->shown, y->shown);
}

static int
fault_by_name(const void *a, const void *b)
{
	const struct walk_fault *x = a, *y = b;

	return strcmp(x->shown, y->shown);
}

int
walk_add(struct walk *w, const char *path, struct err *err)
{
	cleanup(free_charp) char *real = realpath(path, NULL);
	size_t first = w->files, first_fault = w->faults;
	struct stat st;
	int fd;

	if (real == NULL || stat(real, &st) != 0)
		return err_sys(err, file_err_kind(errno), path, errno);
	if (!S_ISDIR(st.st_mode)) {
		add_file(w, real, strrchr(real, '/') + 1, &st);
		if (w->files > first)
			w->file[first].is_given = true;
		return 0;
	}
	fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, file_err_kind(errno), path, errno);
	folder(w, fd, real, "", 0);
	if (w->files > first)
		qsort(w->file + first, w->files - first, sizeof(*w->file), by_name);
	if (w->faults > first_fault)
		qsort(w->fault + first_fault, w->faults - first_fault, sizeof(*w->fault), fault_by_name);
	return 0;
}

void
walk_put(struct walk *w, const char *name, uint64_t size)
{
	const struct stat st = { .st_size = (off_t)size };

	add_file(w, name, name, &st);
}

void
walk_note(struct walk *w, struct walk_names *names, const char *name)
{
	if (names->count++ < ARRAY_LEN(names->name))
		names->name[names->count - 1] = arena_strdup(&w->arena, name);
}

void
walk_drop(struct walk *w, int fd)
{
	struct stat st;
	size_t n = 0;

	if (fstat(fd, &st) != 0)
		return;
	for (size_t i = 0; i < w->files; i++) {
		if (w->file[i].device == st.st_dev && w->file[i].inode == st.st_ino)
			w->bytes -= w->file[i].size;
		else
			w->file[n++] = w->file[i];
	}
	w->files = n;
}

void
walk_clear(struct walk *w)
{
	free(w->file);
	free(w->fault);
	for (size_t i = 0; i < w->fds; i++)
		close(w->fd[i]);
	free(w->fd);
	arena_clear(&w->arena);
	*w = (struct walk){ 0 };
}
