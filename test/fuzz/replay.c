/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over every file named, or lying in a folder named, on the
 * command line.  Fails when there is none: an empty corpus proves nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
		perror(path);
		if (file != NULL)
			fclose(file);
		return -1;
	}
	rewind(file);
	/* Exactly as large as the input, so that the sanitizer sees one byte too many. */
	data = malloc((size_t)size == 0 ? 1 : (size_t)size);
	if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
		perror(path);
		free(data);
		fclose(file);
		return -1;
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

static long
run_folder(const char *path, DIR *dir)
{
	struct dirent *entry;
	long count = 0;

	while (count >= 0 && (entry = readdir(dir)) != NULL) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		count = run_file(name) == 0 ? count + 1 : -1;
	}
	return count;
}

int
main(int argc, char **argv)
{
	long total = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		long count;

		count = dir != NULL ? run_folder(argv[i], dir) : run_file(argv[i]) == 0 ? 1 : -1;
		if (dir != NULL)
			closedir(dir);
		if (count <= 0) {
			fprintf(stderr, "%s: no inputs, or one that cannot be read\n", argv[i]);
			return 1;
		}
		total += count;
	}
	printf("# replayed %ld inputs\nok 1 - corpus replayed\n1..1\n", total);
	return total > 0 ? 0 : 1;
}
