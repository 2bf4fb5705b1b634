/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/pipeline.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "os/embed.h"
#include "os/file.h"
#include "pack/kinds.h"

#define FILES_MAX 200

struct pipelines {
	struct arena arena;
	const struct pack_pipeline *list[FILES_MAX];
	const char *name[FILES_MAX];
	uint8_t sum[FILES_MAX][SHA256_SIZE];
	size_t count;
};

/* The same name replaces. */
static int
add(struct pipelines *p, const char *data, size_t len, const char *name, const char *shown,
    struct err *err)
{
	const struct pack *pack;
	size_t at = 0;
	int failed = kind_parse(&p->arena, KIND_PIPELINE, data, len, shown, &pack, err);

	if (failed != 0)
		return failed;
	while (at < p->count && strcmp(p->name[at], name) != 0)
		at++;
	if (at == FILES_MAX)
		return err_fail(err, ERR_TOO_LARGE, "detect.pipelines", NULL, NULL, NULL, NULL, NULL);
	p->name[at] = arena_strdup(&p->arena, name);
	p->list[at] = (const struct pack_pipeline *)(const void *)pack;
	sha256(data, len, p->sum[at]);
	p->count += at == p->count;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
add_file(struct pipelines *p, const char *dir, const char *name, struct err *err)
{
	char path[PATH_MAX], *data = NULL;
	size_t size = 0;
	int failed;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return err_sys(err, ERR_IO, name, ENAMETOOLONG);
	failed = file_read(path, (size_t)1 << 20, &data, &size, err);
	if (failed == 0)
		failed = add(p, data, size, name, path, err);
	free(data);
	return failed;
}

/* The agency's own, in the order of their names, which is the same on every machine. */
static int
add_own(struct pipelines *p, const char *dir, struct err *err)
{
	char *name[FILES_MAX];
	size_t n = 0;
	struct dirent *e;
	DIR *d = opendir(dir);
	int failed = 0;

	if (d == NULL)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(err, ERR_IO, dir, errno);
	while (n < FILES_MAX && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (*e->d_name != '.' && dot != NULL && (str_eq(dot, ".yaml") || str_eq(dot, ".yml")))
			name[n++] = xstrdup(e->d_name);
	}
	closedir(d);
	qsort(name, n, sizeof(*name), compare);
	for (size_t i = 0; i < n; i++) {
		if (failed == 0)
			failed = add_file(p, dir, name[i], err);
		free(name[i]);
	}
	return failed;
}

int
pipelines_load(const char *data_dir, struct pipelines **ret, struct err *err)
{
	struct pipelines *p = xcalloc(1, sizeof(*p));
	const struct embed *file;
	char dir[PATH_MAX];
	int failed = 0;

	for (size_t i = 0; failed == 0 && (file = embed_next("packs/pipeline/", &i)) != NULL;)
		failed = add(p, file->data, file->size, strrchr(file->name, '/') + 1, file->name, err);
	if (failed == 0 && data_dir != NULL &&
	    snprintf(dir, sizeof(dir), "%s/packs/pipeline", data_dir) < (int)sizeof(dir))
		failed = add_own(p, dir, err);
	if (failed != 0)
		pipelines_free(p);
	else
		*ret = p;
	return failed;
}

int
pipelines_add(struct pipelines **pipelines, const char *data, size_t len, const char *name,
    struct err *err)
{
	if (*pipelines == NULL)
		*pipelines = xcalloc(1, sizeof(**pipelines));
	return add(*pipelines, data, len, name, name, err);
}

void
pipelines_free(struct pipelines *p)
{
	if (p == NULL)
		return;
	arena_clear(&p->arena);
	free(p);
}

size_t
pipelines_count(const struct pipelines *p)
{
	return p->count;
}

const struct pack_pipeline *
pipelines_at(const struct pipelines *p, size_t i)
{
	return p->list[i];
}

void
pipelines_sum(const struct pipelines *p, struct sha256 *hash)
{
	for (size_t i = 0; i < p->count; i++) {
		sha256_add(hash, p->name[i], strlen(p->name[i]) + 1);
		sha256_add(hash, p->sum[i], SHA256_SIZE);
	}
}
