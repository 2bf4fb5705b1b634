/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/unpack.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "os/walk.h"
#include "os/file.h"
#include "os/tar.h"

static const char *
last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

static bool
is_version(const char *name)
{
	const char *last = last_part(name);

	return str_eq(last, "version.txt") || str_eq(last, "sigma_version.txt");
}

static bool
is_rule(const char *name)
{
	const char *dot = strrchr(last_part(name), '.');

	return dot != NULL && dot != last_part(name) && (str_eq(dot, ".yml") || str_eq(dot, ".yaml"));
}

/* What is hidden is no rule: .github/workflows/x.yml. */
static bool
is_hidden(const char *name)
{
	return *name == '.' || strstr(name, "/.") != NULL;
}

bool
unpack_wants(const char *name)
{
	return !is_hidden(name) && (is_rule(name) || is_version(name));
}

static int
fail_name(const char *key, const char *archive, const char *name, enum err_kind kind, struct err *err)
{
	return err_fail(err, kind, key, NULL, "file", archive, "name", name);
}

static int
fail_max(const char *key, const char *archive, const char *name, int64_t max, struct err *err)
{
	fail_name(key, archive, name, ERR_TOO_LARGE, err);
	err_argi(err, "max", max);
	return ERR_TOO_LARGE;
}

/* Every member's name, wanted or not: an archive with one that leaves the folder is meant to harm. */
int
unpack_member(struct unpacked *u, const char *archive, const char **name, struct err *err)
{
	char shown[200];
	size_t n = 0;

	while (str_starts(*name, "./"))
		*name += 2;
	if (++u->members > UNPACK_MEMBERS_MAX)
		return fail_max("unpack.members", archive, "", UNPACK_MEMBERS_MAX, err);
	if (tar_name_ok(*name))
		return 0;
	/* Too long is no harm, but cannot be a rule either. */
	if (strlen(*name) > 255 && utf8_valid(*name, strlen(*name)) && strstr(*name, "..") == NULL &&
	    **name != '/' && !unpack_wants(*name))
		return 0;
	for (const char *p = *name; *p != '\0' && n + 1 < sizeof(shown); p++)
		shown[n++] = (unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f ? '?' : *p;
	shown[n] = '\0';
	return fail_name("unpack.name", archive, shown, ERR_INVALID, err);
}

/* Names that neither the disk nor a backup could hold are told like all that are no plain path. */
static bool
fits(const char *name)
{
	size_t len = strlen(name), depth = 0;

	for (const char *p = name; *p != '\0'; p++)
		depth += *p == '/';
	return len <= UNPACK_NAME_MAX && depth <= UNPACK_DEPTH_MAX + 1 && strlen(last_part(name)) <= 96;
}

int
unpack_add(struct unpacked *u, const char *archive, const char *name, const char *data, size_t len,
    struct err *err)
{
	if (is_version(name)) {
		size_t n = 0;

		while (n < len && n < 80 && (unsigned char)data[n] >= ' ')
			n++;
		if (str_empty(u->label) && utf8_valid(data, n))
			u->label = arena_strndup(&u->arena, data, n);
		return 0;
	}
	if (!fits(name))
		return fail_name("unpack.name", archive, name, ERR_INVALID, err);
	if (len > UNPACK_FILE_MAX)
		return fail_max("unpack.file", archive, name, (int64_t)UNPACK_FILE_MAX, err);
	if (u->files == UNPACK_FILES_MAX)
		return fail_max("unpack.files", archive, name, UNPACK_FILES_MAX, err);
	if (u->bytes + len > UNPACK_BYTES_MAX)
		return fail_max("unpack.bytes", archive, name, (int64_t)UNPACK_BYTES_MAX, err);
	if (u->files == u->room) {
		u->room = u->room == 0 ? 256 : u->room * 2;
		u->file = xrealloc(u->file, u->room * sizeof(*u->file));
	}
	u->bytes += len;
	u->file[u->files++] = (struct unpack_file){ arena_strdup(&u->arena, name),
	    len == 0 ? "" : arena_strndup(&u->arena, data, len), len };
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct unpack_file *)a)->name, ((const struct unpack_file *)b)->name);
}

/* In order; two of one name, or a file where another has a folder, could be read either way. */
static int
settle(struct unpacked *u, const char *archive, struct err *err)
{
	if (u->label == NULL)
		u->label = "";
	if (u->files > 0)
		qsort(u->file, u->files, sizeof(*u->file), by_name);
	for (size_t i = 1; i < u->files; i++) {
		size_t len = strlen(u->file[i - 1].name);

		if (strncmp(u->file[i].name, u->file[i - 1].name, len) == 0 &&
		    (u->file[i].name[len] == '\0' || u->file[i].name[len] == '/'))
			return fail_name("unpack.twice", archive, u->file[i].name, ERR_INVALID, err);
	}
	return 0;
}

int
unpack_fd(int fd, const char *name, struct unpacked *ret, struct err *err)
{
	unsigned char head[4] = { 0 };
	struct stat st;
	int failed;

	if (fstat(fd, &st) != 0 || pread(fd, head, sizeof(head), 0) < 0)
		return err_sys(err, ERR_IO, name, errno);
	if (st.st_size > UNPACK_ARCHIVE_MAX)
		return fail_max("unpack.bytes", name, "", UNPACK_ARCHIVE_MAX, err);
	failed = head[0] == 'P' && head[1] == 'K' ? unpack_zip(fd, name, ret, err) :
	    unpack_tar(fd, name, ret, err);
	return failed != 0 ? failed : settle(ret, name, err);
}

int
unpack_file(const char *path, struct unpacked *ret, struct err *err)
{
	cleanup(fd_closep) int fd = -1;
	int failed = file_open(path, O_RDONLY, 0, &fd, err);

	return failed != 0 ? failed : unpack_fd(fd, last_part(path), ret, err);
}

static int
add_from_folder(struct unpacked *u, const struct walk_file *f, const char *folder, struct err *err)
{
	const char *name = f->shown;
	char *data = NULL;
	size_t len;
	int failed = unpack_member(u, folder, &name, err);

	if (failed != 0 || !unpack_wants(name))
		return failed;
	failed = file_read(f->path, UNPACK_FILE_MAX, &data, &len, err);
	if (failed == 0)
		failed = unpack_add(u, folder, name, data, len, err);
	free(data);
	return failed;
}

int
unpack_folder(const char *path, struct unpacked *ret, struct err *err)
{
	struct walk walk = { 0 };
	int failed = walk_add(&walk, path, err);

	/* A rule that is there and cannot be read must not be missing without a word. */
	if (failed == 0 && walk.faults > 0)
		failed = err_fail(err, ERR_IO, "err.system", NULL, "what", walk.fault[0].shown, "reason",
		    walk.fault[0].reason);
	if (failed == 0 && walk.full)
		failed = fail_max("unpack.members", path, "", WALK_FILES_MAX, err);
	for (size_t i = 0; i < walk.files && failed == 0; i++)
		failed = add_from_folder(ret, &walk.file[i], path, err);
	ret->links += walk.links;
	walk_clear(&walk);
	return failed != 0 ? failed : settle(ret, path, err);
}

/* ---- which of them ----------------------------------------------------------------------- */

static bool
is_rules_folder(const char *name)
{
	return str_starts(name, "rules/") || (str_starts(name, "rules-") && strchr(name, '/') != NULL);
}

/* Bytes of the one folder all files are in, with its "/"; 0: there is none. */
static size_t
common_folder(const struct unpacked *u)
{
	const char *slash = u->files == 0 ? NULL : strchr(u->file[0].name, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - u->file[0].name) + 1;

	for (size_t i = 1; i < u->files && len > 0; i++)
		if (strncmp(u->file[i].name, u->file[0].name, len) != 0)
			return 0;
	return len;
}

size_t
unpack_choose(struct unpacked *u)
{
	size_t root = common_folder(u), before = u->files, n = 0;
	bool any = false;

	/* "rules/…" alone is no wrapping. */
	if (u->files > 0 && is_rules_folder(u->file[0].name))
		root = 0;
	for (size_t i = 0; i < u->files && !any; i++)
		any = is_rules_folder(u->file[i].name + root);
	for (size_t i = 0; i < u->files; i++) {
		struct unpack_file f = u->file[i];

		f.name += root;
		if (!any || is_rules_folder(f.name))
			u->file[n++] = f;
	}
	u->files = n;
	return before - n;
}

void
unpack_clear(struct unpacked *u)
{
	free(u->file);
	arena_clear(&u->arena);
	*u = (struct unpacked){ 0 };
}
