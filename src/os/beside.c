/* SPDX-License-Identifier: Apache-2.0 */
#include "os/beside.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "os/file.h"

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

void
beside_drop(struct walk *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->files; i++) {
		struct walk_file *f = &w->file[i];

		if (!f->is_given && (is_copy_of_evtx(f) || is_yaml(f))) {
			walk_note(w, &w->beside, f->shown);
			w->bytes -= f->size;
		} else {
			w->file[n++] = *f;
		}
	}
	w->files = n;
}
