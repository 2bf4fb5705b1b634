/* SPDX-License-Identifier: Apache-2.0 */
/* The real khien-worker, as built, looks at files. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/worker.h"
#include "testing.h"
#include "text/json.h"

static int
memory_file(const void *data, size_t size)
{
	int fd = memfd_create("sample", MFD_CLOEXEC);

	assert_int_equal(write(fd, data, size), (ssize_t)size);
	return fd;
}

static struct json *
inspect(const void *data, size_t size)
{
	cleanup(buf_clear) struct buf answer = BUF_INIT(WORKER_FRAME_MAX);
	struct json *json = NULL;
	struct err err = { 0 };
	int fd = memory_file(data, size);

	if (worker_run("inspect", &fd, 1, "", 0, 20000, &answer, &err) != 0)
		fail_msg("%s %s %s", err.key, err.arg[0].value, err.arg[1].value);
	close(fd);
	assert_int_equal(json_parse(buf_str(&answer), answer.len, &json, NULL), 0);
	print_message("%s\n", buf_str(&answer));
	return json;
}

static void
content_decides_and_not_the_name(void **state)
{
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\2\0\0\0";
	static const char elf[64] = "\x7f""ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1";
	static const char zip[60] = "PK\3\4\x14\0\1\0\x08\0\0\0\x21\x5b\1\2\3\4\5\0\0\0\5\0\0\0\5\0\0\0a.txt";
	static const struct {
		const char *data;
		size_t size;
		const char *type;
		bool is_text, is_encrypted;
	} cases[] = {
		{ png, sizeof(png) - 1, "image/png", false, false },
		{ elf, sizeof(elf), "application/x-executable", false, false },
		{ "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 15, "application/pdf", false, false },
		{ zip, sizeof(zip), "application/zip", false, true },
		{ "", 0, "application/x-empty", false, false },
		{ "Chào các đồng chí\n", 23, "text/plain", true, false },
		{ "\0\1\2\3", 4, "application/octet-stream", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cleanup(json_freep) struct json *json = inspect(cases[i].data, cases[i].size);

		assert_int_equal(json_get_int(json, "size", -1), cases[i].size);
		assert_string_equal(json_get_str(json, "media_type"), cases[i].type);
		assert_int_equal(json_get_bool(json, "is_text", !cases[i].is_text), cases[i].is_text);
		assert_int_equal(json_get_bool(json, "is_encrypted", !cases[i].is_encrypted),
		    cases[i].is_encrypted);
		assert_false(json_get_bool(json, "is_cut", true));
	}
}

static void
signs_are_found_in_text_only(void **state)
{
	static const char text[] = "Máy gọi ra 203.0.113[.]7 và hxxp://xau.example.com/a.exe\n";
	char binary[200] = "\0\1 203.0.113.7 ";
	cleanup(json_freep) struct json *json = inspect(text, strlen(text));
	cleanup(json_freep) struct json *none = inspect(binary, sizeof(binary));
	struct json *list = json_get(json, "observables");

	(void)state;
	assert_int_equal(json_len(list), 2);
	assert_string_equal(json_get_str(json_at(list, 0), "value"), "203.0.113.7");
	assert_string_equal(json_get_str(json_at(list, 1), "type"), "url");
	assert_int_equal(json_len(json_get(none, "observables")), 0);
}

static void
a_large_text_is_cut_between_characters(void **state)
{
	size_t size = (2 << 20) + 1;
	char *data = malloc(size);
	struct json *json;

	(void)state;
	/* Two-byte characters at odd offsets: the limit falls into the middle of one. */
	data[0] = 'x';
	for (size_t i = 1; i + 1 < size; i += 2)
		memcpy(data + i, "\xc3\xa0", 2);
	json = inspect(data, size - (size - 1) % 2);
	assert_true(json_get_bool(json, "is_cut", false));
	assert_true(json_get_bool(json, "is_text", false));
	json_free(json);
	free(data);
}

static void
inspecting_costs_little_time(void **state)
{
	int64_t began_ms = clock_mono_ms();

	(void)state;
	json_free(inspect("abc\n", 4));
	/* 15 ms on the machine this was written on; ten times that under sanitizers. */
	assert_true(clock_mono_ms() - began_ms < 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_decides_and_not_the_name),
		cmocka_unit_test(signs_are_found_in_text_only),
		cmocka_unit_test(a_large_text_is_cut_between_characters),
		cmocka_unit_test(inspecting_costs_little_time),
	};
	char path[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	/* build/test/test_inspect beside build/khien-worker */
	path[n < 0 ? 0 : n] = '\0';
	for (int i = 0; i < 2 && (slash = strrchr(path, '/')) != NULL; i++)
		*slash = '\0';
	strcat(path, "/khien-worker");
	worker_set_program(path);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
