/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure COMMAND…: runs it and prints, on the last line of standard error, seconds of processor (user,
 * system), seconds that passed and the most anonymous memory, in bytes, of it and its children.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 5000000L

static long
number_in(const char *pid, const char *name)
{
	char path[300], line[200];
	long value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			value = atol(line + strlen(name));
	if (f != NULL)
		fclose(f);
	return value;
}

/* Of the process and its children, in KiB. */
static long
anonymous(pid_t of)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	long sum = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (*e->d_name >= '1' && *e->d_name <= '9' &&
		    (atol(e->d_name) == of || number_in(e->d_name, "PPid:") == of))
			sum += number_in(e->d_name, "RssAnon:");
	if (d != NULL)
		closedir(d);
	return sum;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct timespec step = { 0, STEP_NS }, start, end;
	struct rusage use;
	long most = 0, now;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while (pid > 0 && wait4(pid, &status, WNOHANG, &use) == 0) {
		now = anonymous(pid);
		most = now > most ? now : most;
		nanosleep(&step, NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "%.3f %.3f %.3f %ld\n", seconds(use.ru_utime), seconds(use.ru_stime),
	    (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9, most * 1024);
	return pid < 0 || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
