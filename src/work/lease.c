/* SPDX-License-Identifier: Apache-2.0 */
#include "work/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "os/file.h"

#define PAUSE_FIRST_MS 5000

/* When process ${pid} began, in ticks since boot; 0 when there is none of that number. */
static unsigned long long
started(long pid)
{
	char path[64], text[1024];
	cleanup(fd_closep) int fd = -1;
	unsigned long long ticks = 0;
	const char *p;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* Field 22; the name in field 2 may hold spaces and brackets, so count from its last ')'. */
	p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		ticks = strtoull(p + 1, NULL, 10);
	return ticks;
}

static const char *
namespace_of(char out[static 48])
{
	ssize_t n = readlink("/proc/self/ns/pid", out, 47);

	out[n < 0 ? 0 : n] = '\0';
	return out;
}

char *
lease_owner(char out[static LEASE_OWNER_SIZE])
{
	char ns[48];
	long pid = getpid();

	snprintf(out, LEASE_OWNER_SIZE, "%s %s %ld %llu", clock_boot_id(), namespace_of(ns), pid,
	    started(pid));
	return out;
}

bool
lease_is_gone(const char *owner)
{
	char ns[48], here[LEASE_OWNER_SIZE];
	size_t len = (size_t)snprintf(here, sizeof(here), "%s %s ", clock_boot_id(), namespace_of(ns));
	char *end;
	long pid;

	/* Another machine, another boot, another container: only the clock can tell. */
	if (owner == NULL || ns[0] == '\0' || strncmp(owner, here, len) != 0)
		return false;
	pid = strtol(owner + len, &end, 10);
	if (pid <= 0 || *end != ' ')
		return false;
	return started(pid) != strtoull(end + 1, NULL, 10);
}

int64_t
lease_pause_ms(int64_t attempts)
{
	int64_t pause_ms = PAUSE_FIRST_MS;

	for (int64_t i = 1; i < attempts && pause_ms < LEASE_PAUSE_MS; i++)
		pause_ms *= 2;
	return pause_ms < LEASE_PAUSE_MS ? pause_ms : LEASE_PAUSE_MS;
}

/* Appends what fits; a value's control bytes become spaces, for lines are its frame. */
static void
append(char out[static REASON_SIZE], const char *before, const char *text)
{
	size_t at = strlen(out), room;

	if (at + strlen(before) + 1 >= REASON_SIZE)
		return;
	strcpy(out + at, before);
	at += strlen(before);
	room = REASON_SIZE - 1 - at;
	if (strlen(text) < room)
		room = strlen(text);
	else
		room = utf8_cut(text, room);
	for (size_t i = 0; i < room; i++)
		out[at + i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
	out[at + room] = '\0';
}

char *
reason_write(const struct err *err, char out[static REASON_SIZE])
{
	char name[32];

	out[0] = '\0';
	append(out, "", err->key);
	for (size_t i = 0; i < err->args; i++) {
		snprintf(name, sizeof(name), "\n%s=", err->arg[i].name);
		append(out, name, err->arg[i].value);
	}
	return out;
}

void
reason_read(const char *text, struct err *ret_err)
{
	char copy[REASON_SIZE], *line, *next, *value;

	memset(ret_err, 0, sizeof(*ret_err));
	if (str_empty(text))
		return;
	snprintf(copy, sizeof(copy), "%s", text);
	next = copy;
	line = strsep(&next, "\n");
	err_set(ret_err, ERR_IO, line, NULL);
	while ((line = strsep(&next, "\n")) != NULL)
		if ((value = strchr(line, '=')) != NULL) {
			*value = '\0';
			err_arg(ret_err, line, value + 1);
		}
}
