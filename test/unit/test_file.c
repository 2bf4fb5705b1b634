/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-file-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

static const char *
in(const char *name)
{
	static char path[4][160];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

static void
assert_holds(const char *path, const char *text)
{
	cleanup(free_charp) char *data = NULL;
	size_t size;

	assert_int_equal(file_read(path, 100, &data, &size, NULL), 0);
	assert_int_equal(size, strlen(text));
	assert_string_equal(data, text);
}

static void
a_file_is_replaced_whole_with_the_mode_that_was_asked(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(file_replace(in("a"), "one", 3, 0600, NULL), 0);
	assert_holds(in("a"), "one");
	assert_int_equal(file_replace(in("a"), "two!", 4, 0644, NULL), 0);
	assert_holds(in("a"), "two!");
	assert_int_equal(stat(in("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void
replacing_a_link_leaves_what_it_points_to(void **state)
{
	(void)state;
	assert_int_equal(file_create(in("real"), "kept", 4, 0600, NULL), 0);
	assert_int_equal(symlink("real", in("link")), 0);
	assert_int_equal(file_replace(in("link"), "new", 3, 0600, NULL), 0);
	assert_holds(in("real"), "kept");
	assert_holds(in("link"), "new");
}

static void
create_refuses_what_exists_and_leaves_nothing_beside(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_create(in("d/x"), "one", 3, 0600, &err), ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(file_mkdir(in("d"), 0700, NULL), 0);
	assert_int_equal(file_create(in("d/x"), "one", 3, 0600, NULL), 0);
	assert_int_equal(file_create(in("d/x"), "two", 3, 0600, &err), ERR_CONFLICT);
	assert_string_equal(err.key, "err.system.exists");
	assert_holds(in("d/x"), "one");
	assert_int_equal(unlink(in("d/x")), 0);
	assert_int_equal(rmdir(in("d")), 0); /* fails if a temporary file was left */
}

static void
reading_is_bounded_and_refuses_links_pipes_and_folders(void **state)
{
	struct err err = { 0 };
	char *data = NULL;
	size_t size = 7;

	(void)state;
	assert_int_equal(file_replace(in("five"), "12345", 5, 0600, NULL), 0);
	assert_int_equal(file_read(in("five"), 4, &data, &size, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "err.file.too_large");
	assert_string_equal(err.arg[1].value, "4");
	assert_null(data);
	assert_int_equal(size, 7);
	err_clear(&err);
	assert_int_equal(file_read(in("five"), 5, &data, &size, NULL), 0);
	free(data);
	assert_int_equal(symlink("five", in("l")), 0);
	assert_int_equal(mkfifo(in("pipe"), 0600), 0);
	assert_int_equal(file_read(in("l"), 9, &data, &size, NULL), ERR_INVALID);
	assert_int_equal(file_read(in("pipe"), 9, &data, &size, NULL), ERR_INVALID);
	assert_int_equal(file_read(dir, 9, &data, &size, NULL), ERR_INVALID);
	assert_int_equal(file_read(in("none"), 9, &data, &size, NULL), ERR_NOT_FOUND);
}

static void
a_pipe_that_never_ends_is_cut_at_the_maximum(void **state)
{
	cleanup(fd_closep) int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char *data = NULL;
	size_t size;

	(void)state;
	assert_int_equal(file_read_fd(zero, "zero", 100000, &data, &size, NULL), ERR_TOO_LARGE);
}

static void
a_tree_is_removed_without_following_links(void **state)
{
	(void)state;
	assert_int_equal(file_mkdir(in("t/a/b/c"), 0700, NULL), 0);
	assert_int_equal(file_mkdir(in("t/a/b/c"), 0700, NULL), 0);
	assert_int_equal(file_mkdir(in("outside"), 0700, NULL), 0);
	assert_int_equal(file_replace(in("outside/x"), "kept", 4, 0600, NULL), 0);
	assert_int_equal(symlink("../../outside", in("t/a/link")), 0);
	assert_int_equal(file_replace(in("t/a/b/f"), "f", 1, 0400, NULL), 0);
	assert_int_equal(file_remove_tree(in("t"), NULL), 0);
	assert_false(file_exists(in("t")));
	assert_holds(in("outside/x"), "kept");
	assert_int_equal(file_remove_tree(in("t"), NULL), 0);
}

static void
mkdir_refuses_a_file_in_the_way(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_replace(in("file"), "", 0, 0600, NULL), 0);
	assert_int_equal(file_mkdir(in("file"), 0700, &err), ERR_CONFLICT);
	assert_int_equal(file_mkdir(in("file/below"), 0700, NULL), ERR_CONFLICT);
	err_clear(&err);
}

static void
a_lock_is_held_until_its_descriptor_or_process_is_gone(void **state)
{
	struct err err = { 0 };
	int fd = -1, other = -1, status;
	pid_t pid;

	(void)state;
	assert_int_equal(file_lock(in("lock"), false, &fd, NULL), 0);
	assert_int_equal(file_lock(in("lock"), false, &other, &err), ERR_CONFLICT);
	assert_string_equal(err.key, "err.file.locked");
	assert_int_equal(other, -1);
	fd_closep(&fd);
	pid = fork();
	if (pid == 0)
		_exit(file_lock(in("lock"), false, &fd, NULL) == 0 ? 7 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(file_lock(in("lock"), false, &other, NULL), 0);
	fd_closep(&other);
}

static void
a_full_disk_is_told_apart_from_other_faults(void **state)
{
	struct err err = { 0 };

	(void)state;
	/* /dev/full answers ENOSPC to every write. */
	cleanup(fd_closep) int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_not_equal(fd_write_all(fd, "x", 1), 0);
	assert_int_equal(file_err_kind(fd_write_all(fd, "x", 1)), ERR_FULL);
	assert_int_equal(file_replace("/proc/none/x", "x", 1, 0600, &err), ERR_NOT_FOUND);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

TEST_MAIN(T(a_file_is_replaced_whole_with_the_mode_that_was_asked),
    T(replacing_a_link_leaves_what_it_points_to),
    T(create_refuses_what_exists_and_leaves_nothing_beside),
    T(reading_is_bounded_and_refuses_links_pipes_and_folders),
    T(a_pipe_that_never_ends_is_cut_at_the_maximum), T(a_tree_is_removed_without_following_links),
    T(mkdir_refuses_a_file_in_the_way), T(a_lock_is_held_until_its_descriptor_or_process_is_gone),
    T(a_full_disk_is_told_apart_from_other_faults))
