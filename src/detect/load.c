/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/load.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "detect/cache.h"
#include "detect/matcher_part.h"
#include "os/embed.h"
#include "os/file.h"

#define DEPTH_MAX 40
#define FILES_MAX 200000
#define TOTAL_MAX ((size_t)256 << 20)
#define ONE_MAX   ((size_t)4 << 20)

struct file {
	char *name;
	char *data;   /* NULL: too large, or not to be read */
	size_t len;
	bool owned;
	struct err err;
};

struct loader {
	const struct detect_load *what;
	struct file *file;
	size_t files, room, total;
	sigma_fault_fn fn;
	void *arg;
	struct cache_fault *fault;
	size_t faults, faults_room;
	struct arena arena;
	struct detect_loaded *loaded;
};

static struct file *
add_file(struct loader *l, const char *name)
{
	if (l->files == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		l->file = xrealloc(l->file, l->room * sizeof(*l->file));
	}
	l->file[l->files] = (struct file){ .name = xstrdup(name), .owned = true };
	return &l->file[l->files++];
}

static int
read_one(struct loader *l, const char *path, struct err *err)
{
	struct file *f;

	if (l->files == FILES_MAX || l->total > TOTAL_MAX)
		return err_fail(err, ERR_TOO_LARGE, "detect.much", NULL, "file", path, NULL, NULL);
	f = add_file(l, path);
	/* One that cannot be read is a fault of its own, not of the whole. */
	if (file_read(path, ONE_MAX, &f->data, &f->len, &f->err) != 0) {
		f->data = NULL;
		err_where(&f->err, path, 1, 1);
	}
	l->total += f->len;
	return 0;
}

static bool
is_rule_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return *name != '.' && dot != NULL && (strcasecmp(dot, ".yml") == 0 || strcasecmp(dot, ".yaml") == 0);
}

struct listed {
	char *name;
	unsigned char type; /* as readdir(3) says */
};

static int
by_name(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The names in a folder, in order; what begins with a dot is hidden. */
static int
list_folder(const char *path, struct listed **ret, size_t *ret_count, struct err *err)
{
	DIR *d = opendir(path);
	struct dirent *e;
	size_t room = 0;

	*ret = NULL;
	*ret_count = 0;
	if (d == NULL)
		return err_sys(err, file_err_kind(errno), path, errno);
	while ((e = readdir(d)) != NULL) {
		if (*e->d_name == '.' || (e->d_type == DT_REG && !is_rule_name(e->d_name)))
			continue;
		if (*ret_count == FILES_MAX) {
			closedir(d);
			return err_fail(err, ERR_TOO_LARGE, "detect.much", NULL, "file", path, NULL, NULL);
		}
		if (*ret_count == room) {
			room = room == 0 ? 64 : room * 2;
			*ret = xrealloc(*ret, room * sizeof(**ret));
		}
		(*ret)[(*ret_count)++] = (struct listed){ xstrdup(e->d_name), e->d_type };
	}
	closedir(d);
	if (*ret_count > 0)
		qsort(*ret, *ret_count, sizeof(**ret), by_name);
	return 0;
}

/* What lies there and is not looked into: told as a rule that is refused. */
static int
pass_over(struct loader *l, const char *path, const char *key, struct err *err)
{
	struct file *f;

	if (l->files == FILES_MAX)
		return err_fail(err, ERR_TOO_LARGE, "detect.much", NULL, "file", path, NULL, NULL);
	f = add_file(l, path);
	err_fail(&f->err, ERR_INVALID, key, NULL, "file", path, NULL, NULL);
	err_where(&f->err, path, 1, 1);
	return 0;
}

static bool
is_link_to_rules(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? S_ISDIR(st.st_mode) || is_rule_name(strrchr(path, '/') + 1) :
	    is_rule_name(strrchr(path, '/') + 1);
}

/* Symbolic links inside a folder are not followed, so there are no circles. */
static int
read_folder(struct loader *l, const char *path, int depth, struct err *err)
{
	struct listed *entry;
	char sub[PATH_MAX];
	size_t n;
	int failed = list_folder(path, &entry, &n, err);

	for (size_t i = 0; i < n; i++) {
		struct stat st = { .st_mode = DTTOIF(entry[i].type) };
		bool fits = snprintf(sub, sizeof(sub), "%s/%s", path, entry[i].name) < (int)sizeof(sub);

		if (failed == 0 && (!fits || (entry[i].type == DT_UNKNOWN && lstat(sub, &st) != 0))) {
			failed = pass_over(l, fits ? sub : path, fits ? "detect.gone" : "detect.deep", err);
		} else if (failed == 0) {
			if (S_ISLNK(st.st_mode) && is_link_to_rules(sub))
				failed = pass_over(l, sub, "detect.link", err);
			else if (S_ISDIR(st.st_mode) && depth == DEPTH_MAX)
				failed = pass_over(l, sub, "detect.deep", err);
			else if (S_ISDIR(st.st_mode))
				failed = read_folder(l, sub, depth + 1, err);
			else if (S_ISREG(st.st_mode) && is_rule_name(entry[i].name))
				failed = read_one(l, sub, err);
		}
		free(entry[i].name);
	}
	free(entry);
	return failed;
}

static int
read_path(struct loader *l, const char *path, struct err *err)
{
	char clean[PATH_MAX];
	struct stat st;
	size_t len = strlen(path);

	if (stat(path, &st) != 0)
		return err_sys(err, file_err_kind(errno), path, errno);
	while (len > 1 && path[len - 1] == '/')
		len--;
	snprintf(clean, sizeof(clean), "%.*s", (int)len, path);
	return S_ISDIR(st.st_mode) ? read_folder(l, clean, 0, err) : read_one(l, path, err);
}

static int
read_all(struct loader *l, struct err *err)
{
	const struct embed *file;
	int failed = 0;

	for (size_t i = 0; l->what->shipped && (file = embed_next("packs/rules/", &i)) != NULL;) {
		struct file *f;

		if (!is_rule_name(strrchr(file->name, '/') + 1))
			continue;
		f = add_file(l, file->name);
		f->owned = false;
		f->data = (char *)(uintptr_t)file->data;
		f->len = file->size;
	}
	for (size_t i = 0; failed == 0 && i < l->what->paths; i++)
		failed = read_path(l, l->what->path[i], err);
	return failed;
}

/* ---- pipelines and what the compiled set is known by ---- */

static int
load_pipelines(struct loader *l, struct sha256 *key, struct pipelines **ret, struct err *err)
{
	int failed = pipelines_load(l->what->data_dir, ret, err);

	for (size_t i = 0; failed == 0 && i < l->what->pipelines; i++) {
		char *data = NULL;
		size_t len = 0;

		failed = file_read(l->what->pipeline[i], (size_t)1 << 20, &data, &len, err);
		if (failed == 0)
			failed = pipelines_add(ret, data, len, l->what->pipeline[i], err);
		free(data);
	}
	if (failed == 0)
		pipelines_sum(*ret, key);
	return failed;
}

static void
sum_text(struct sha256 *h, const char *s)
{
	sha256_add(h, s, strlen(s) + 1);
}

/* The program that compiled: another one may compile otherwise. */
static void
sum_program(struct sha256 *h)
{
	struct stat st = { 0 };
	int64_t made[3];

	stat("/proc/self/exe", &st);
	made[0] = (int64_t)st.st_size;
	made[1] = (int64_t)st.st_mtim.tv_sec;
	made[2] = (int64_t)st.st_mtim.tv_nsec;
	sha256_add(h, made, sizeof(made));
}

static uint32_t
program_number(void)
{
	uint8_t sum[SHA256_SIZE];
	struct sha256 h;
	uint32_t n;

	sha256_init(&h);
	sum_program(&h);
	sha256_end(&h, sum);
	memcpy(&n, sum, sizeof(n));
	return n;
}

static void
sum_all(struct loader *l, struct sha256 *h)
{
	sum_program(h);
	for (size_t i = 0; i < l->what->expands; i++) {
		const struct detect_expand *e = &l->what->expand[i];

		sum_text(h, e->name);
		for (size_t k = 0; k < e->count; k++)
			sum_text(h, e->text[k]);
		sum_text(h, "");
	}
	for (size_t i = 0; i < l->files; i++) {
		uint64_t len = l->file[i].len;

		sum_text(h, l->file[i].name);
		sha256_add(h, &len, sizeof(len));
		sha256_add(h, l->file[i].data == NULL ? "" : l->file[i].data, l->file[i].len);
	}
}

/* ---- faults ---- */

static void
tell(struct loader *l, const struct sigma_about *about, const struct err *err)
{
	bool unmapped = err->kind == ERR_NOT_FOUND;

	l->loaded->unmapped += unmapped;
	l->loaded->refused += !unmapped;
	if (l->fn != NULL)
		l->fn(l->arg, about, err);
}

/* Tells a fault, and keeps a copy for the cache. */
static void
on_fault(void *arg, const struct sigma_about *about, const struct err *err)
{
	struct loader *l = arg;
	struct cache_fault *f;
	const char **text;

	if (l->faults == l->faults_room) {
		l->faults_room = l->faults_room == 0 ? 64 : l->faults_room * 2;
		l->fault = xrealloc(l->fault, l->faults_room * sizeof(*l->fault));
	}
	f = &l->fault[l->faults++];
	*f = (struct cache_fault){ .has_about = about != NULL, .err = *err };
	f->err.list = NULL;
	if (about != NULL) {
		f->about = *about;
		f->about.tags = f->about.references = f->about.falsepositives = 0;
		for (size_t i = 0; (text = about_text(&f->about, i)) != NULL; i++)
			*text = arena_strdup(&l->arena, *text == NULL ? "" : *text);
	}
	tell(l, about, err);
}

/* ---- compiling ---- */

static struct matcher *
compile(struct loader *l, const struct pipelines *pipelines)
{
	struct matcher_options options = { .no_prefilter = l->what->no_prefilter };
	struct sigma_set *set = sigma_set_new();
	struct matcher *m;
	size_t taken = 0, before;

	for (size_t i = 0; i < l->what->expands; i++)
		sigma_expand(set, l->what->expand[i].name, l->what->expand[i].text, l->what->expand[i].count);
	for (size_t i = 0; i < l->files; i++) {
		struct file *f = &l->file[i];

		if (f->data == NULL)
			on_fault(l, NULL, &f->err);
		else
			taken += sigma_read(set, f->data, f->len, f->name, on_fault, l);
		if (f->owned)
			free(f->data);
		f->data = NULL;
	}
	before = l->faults;
	sigma_link(set, on_fault, l);
	m = matcher_compile(set, pipelines, &options, on_fault, l);
	l->loaded->loaded = taken - (l->faults - before < taken ? l->faults - before : taken);
	sigma_set_free(set);
	return m;
}

static struct matcher *
from_cache(struct loader *l, const char *path, const uint8_t key[static SHA256_SIZE])
{
	struct cache_extra extra;
	struct matcher *m = cache_load(path, key, &extra);

	if (m == NULL)
		return NULL;
	m->no_prefilter = l->what->no_prefilter;
	for (size_t i = 0; i < extra.faults; i++)
		tell(l, extra.fault[i].has_about ? &extra.fault[i].about : NULL, &extra.fault[i].err);
	l->loaded->loaded = extra.loaded;
	l->loaded->cached = true;
	free(extra.fault);
	return m;
}

static void
to_cache(struct loader *l, const char *path, const uint8_t key[static SHA256_SIZE], const struct matcher *m)
{
	struct cache_extra extra = { .files = l->files, .loaded = l->loaded->loaded,
		.unmapped = l->loaded->unmapped, .refused = l->loaded->refused, .fault = l->fault,
		.faults = l->faults, .program = program_number() };

	if (file_mkdir(l->what->cache_dir, 0700, NULL) == 0)
		cache_save(path, key, m, &extra);
}

/* False when it does not fit. */
static bool
set_path(const char *dir, const uint8_t key[static SHA256_SIZE], char out[static DETECT_PATH_SIZE])
{
	int n = snprintf(out, DETECT_PATH_SIZE, "%s/%02x%02x%02x%02x%02x%02x%02x%02x.set", dir,
	    key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]);

	return n > 0 && n < DETECT_PATH_SIZE;
}

static struct matcher *
obtain(struct loader *l, const struct pipelines *pipelines, struct sha256 *h)
{
	uint8_t key[SHA256_SIZE];
	char path[DETECT_PATH_SIZE] = "";
	struct matcher *m = NULL;
	bool kept;

	sum_all(l, h);
	sha256_end(h, key);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(l->loaded->key + 2 * i, 3, "%02x", key[i]);
	kept = l->what->cache_dir != NULL && set_path(l->what->cache_dir, key, path);
	if (kept && !l->what->anew)
		m = from_cache(l, path, key);
	if (m == NULL) {
		m = compile(l, pipelines);
		if (kept)
			to_cache(l, path, key, m);
	}
	if (kept && access(path, R_OK) == 0)
		memcpy(l->loaded->path, path, sizeof(path));
	return m;
}

int
detect_load(const struct detect_load *what, sigma_fault_fn fn, void *arg, struct matcher **ret,
    struct detect_loaded *ret_loaded, struct err *err)
{
	struct detect_loaded loaded = { 0 };
	struct loader l = { .what = what, .fn = fn, .arg = arg, .loaded = &loaded };
	struct pipelines *pipelines = NULL;
	struct sha256 h;
	int failed;

	sha256_init(&h);
	failed = load_pipelines(&l, &h, &pipelines, err);
	if (failed == 0)
		failed = read_all(&l, err);
	if (failed == 0) {
		loaded.files = l.files;
		*ret = obtain(&l, pipelines, &h);
		if (ret_loaded != NULL)
			*ret_loaded = loaded;
	}
	for (size_t i = 0; i < l.files; i++) {
		if (l.file[i].owned)
			free(l.file[i].data);
		free(l.file[i].name);
		err_clear(&l.file[i].err);
	}
	free(l.file);
	free(l.fault);
	arena_clear(&l.arena);
	pipelines_free(pipelines);
	return failed;
}

int
detect_load_fd(int fd, struct matcher **ret, struct detect_loaded *ret_loaded, struct err *err)
{
	struct cache_extra extra;
	struct matcher *m = cache_load_fd(fd, &extra);

	if (m == NULL)
		return err_set(err, ERR_BROKEN, "detect.cache", NULL);
	*ret_loaded = (struct detect_loaded){ .files = extra.files, .loaded = extra.loaded,
	    .unmapped = extra.unmapped, .refused = extra.refused, .cached = true };
	free(extra.fault);
	*ret = m;
	return 0;
}

static bool
read_key(const char *hex, uint8_t key[static SHA256_SIZE])
{
	unsigned byte;

	if (hex == NULL || strlen(hex) != 2 * SHA256_SIZE || strspn(hex, "0123456789abcdef") != 2 * SHA256_SIZE)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		sscanf(hex + 2 * i, "%2x", &byte);
		key[i] = (uint8_t)byte;
	}
	return true;
}

int
detect_find(const char *cache_dir, const char *hex, struct detect_loaded *ret, struct err *err)
{
	struct cache_extra extra = { .fault = NULL };
	uint8_t key[SHA256_SIZE];
	struct matcher *m = NULL;
	bool is_ours;

	*ret = (struct detect_loaded){ .cached = true };
	if (read_key(hex, key) && set_path(cache_dir, key, ret->path))
		m = cache_load(ret->path, key, &extra);
	is_ours = m != NULL && extra.program == program_number();
	if (m != NULL)
		free(extra.fault);
	matcher_free(m);
	if (!is_ours)
		return err_fail(err, ERR_NOT_FOUND, "detect.set", NULL, "key", hex == NULL ? "" : hex, NULL, NULL);
	memcpy(ret->key, hex, sizeof(ret->key));
	ret->files = extra.files;
	ret->loaded = extra.loaded;
	ret->unmapped = extra.unmapped;
	ret->refused = extra.refused;
	return 0;
}

char *
detect_cache_dir(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char path[PATH_MAX];
	int n = -1;

	if (!str_empty(cache) && *cache == '/')
		n = snprintf(path, sizeof(path), "%s/khien/detect", cache);
	else if (!str_empty(home) && *home == '/')
		n = snprintf(path, sizeof(path), "%s/.cache/khien/detect", home);
	return n > 0 && n < (int)sizeof(path) ? xstrdup(path) : NULL;
}
