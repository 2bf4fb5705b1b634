/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/edition.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/map.h"
#include "detect/sigma.h"
#include "hunt/check.h"
#include "hunt/unpack.h"
#include "os/file.h"
#include "os/sha256.h"
#include "text/jsonw.h"

/* ---- laid ready ---------------------------------------------------------------------------- */

static int
make_parents(const char *to, const char *name)
{
	char path[PATH_MAX];

	for (const char *slash = name; (slash = strchr(slash, '/')) != NULL; slash++) {
		snprintf(path, sizeof(path), "%s/%.*s", to, (int)(slash - name), name);
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return errno;
	}
	return 0;
}

static int
write_one(const char *to, const struct unpack_file *f, struct err *err)
{
	char path[PATH_MAX];
	int fd, failed;

	if (snprintf(path, sizeof(path), "%s/%s", to, f->name) >= (int)sizeof(path))
		return err_sys(err, ERR_INVALID, f->name, ENAMETOOLONG);
	if ((failed = make_parents(to, f->name)) != 0)
		return err_sys(err, file_err_kind(failed), path, failed);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0)
		return err_sys(err, file_err_kind(errno), path, errno);
	failed = fd_write_all(fd, f->data, f->len);
	if (close(fd) != 0 && failed == 0)
		failed = errno;
	return failed == 0 ? 0 : err_sys(err, file_err_kind(failed), path, failed);
}

/* One flush for thousands of small files. */
static int
flush(const char *to, struct err *err)
{
	cleanup(fd_closep) int fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && syncfs(fd) == 0 ? 0 : err_sys(err, ERR_IO, to, errno);
}

static int
lay_ready(const struct unpacked *u, const char *to, struct err *err)
{
	int failed = mkdir(to, 0700) == 0 ? 0 : err_sys(err, file_err_kind(errno), to, errno);

	for (size_t i = 0; i < u->files && failed == 0; i++)
		failed = write_one(to, &u->file[i], err);
	return failed != 0 ? failed : flush(to, err);
}

static void
sum(const struct unpacked *u, char ret[static SHA256_HEX_SIZE])
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];
	struct sha256 h;

	sha256_init(&h);
	for (size_t i = 0; i < u->files; i++) {
		sha256_hex(u->file[i].data, u->file[i].len, hex);
		sha256_add(&h, hex, strlen(hex));
		sha256_add(&h, "  ", 2);
		sha256_add(&h, u->file[i].name, strlen(u->file[i].name));
		sha256_add(&h, "\n", 1);
	}
	sha256_end(&h, hash);
	hex_encode(hash, sizeof(hash), ret);
}

/* ---- compared ------------------------------------------------------------------------------- */

struct entry {
	const char *key;  /* the rule's id, or its file's name */
	const char *id, *title, *file;
	uint8_t hash[SHA256_SIZE]; /* of the file it stands in */
	bool seen;
};

struct entries {
	struct arena arena;
	struct entry *entry;
	size_t count, room;
	const struct unpack_file *file; /* being read */
	struct map by_key;
};

static void
add_entry(struct entries *e, const struct sigma_about *about)
{
	struct entry n = { .file = arena_strdup(&e->arena, e->file->name),
	    .id = about == NULL || about->id == NULL ? "" : arena_strdup(&e->arena, about->id),
	    .title = about == NULL || about->title == NULL ? "" : arena_strdup(&e->arena, about->title) };

	n.key = *n.id == '\0' ? n.file : n.id;
	sha256(e->file->data, e->file->len, n.hash);
	if (e->count == e->room) {
		e->room = e->room == 0 ? 1024 : e->room * 2;
		e->entry = xrealloc(e->entry, e->room * sizeof(*e->entry));
	}
	e->entry[e->count++] = n;
}

/* One that cannot be used is there all the same. */
static void
on_fault(void *arg, const struct sigma_about *about, const struct err *err)
{
	(void)err;
	add_entry(arg, about);
}

static void
read_entries(struct entries *e, const struct unpacked *u)
{
	for (size_t i = 0; i < u->files; i++) {
		struct sigma_set *set = sigma_set_new();

		e->file = &u->file[i];
		sigma_read(set, e->file->data, e->file->len, e->file->name, on_fault, e);
		for (size_t k = 0; k < set->rules; k++)
			if (set->rule[k]->correlation == NULL || !set->rule[k]->correlation->legacy)
				add_entry(e, &set->rule[k]->about);
		for (size_t k = 0; k < set->filters; k++)
			add_entry(e, &set->filter[k]->about);
		sigma_set_free(set);
	}
	for (size_t i = 0; i < e->count; i++)
		map_put(&e->by_key, e->entry[i].key, &e->entry[i]);
}

static void
clear_entries(struct entries *e)
{
	map_clear(&e->by_key, NULL);
	free(e->entry);
	arena_clear(&e->arena);
}

static void
tell(struct buf *list, size_t *count, const struct entry *e)
{
	struct jsonw w = JSONW_INIT(list);

	if (++*count > 1)
		buf_addc(list, ',');
	jsonw_object(&w);
	jsonw_kstring(&w, "rule_id", e->id);
	jsonw_kstring(&w, "title", e->title);
	jsonw_kstring(&w, "file", e->file);
	jsonw_object_end(&w);
}

struct difference {
	struct buf list[3]; /* added, changed, gone */
	size_t count[3];
};

/* A rule that moved to another file unchanged is the same rule. */
static void
compare(struct entries *old, struct entries *new, struct difference *d)
{
	for (size_t i = 0; i < new->count; i++) {
		const struct entry *n = &new->entry[i];
		struct entry *o = map_get(&old->by_key, n->key);

		if (o == NULL)
			tell(&d->list[0], &d->count[0], n);
		else if (memcmp(o->hash, n->hash, sizeof(n->hash)) != 0 && !o->seen)
			tell(&d->list[1], &d->count[1], n);
		if (o != NULL)
			o->seen = true;
	}
	for (size_t i = 0; i < old->count; i++)
		if (!old->entry[i].seen && map_get(&old->by_key, old->entry[i].key) == &old->entry[i])
			tell(&d->list[2], &d->count[2], &old->entry[i]);
}

static int
difference(const struct unpacked *u, const char *before, struct difference *d, struct err *err)
{
	struct entries old = { 0 }, new = { 0 };
	struct unpacked was = { 0 };
	int failed = before == NULL ? 0 : unpack_folder(before, &was, err);

	if (failed == 0) {
		read_entries(&old, &was);
		read_entries(&new, u);
		compare(&old, &new, d);
	}
	clear_entries(&old);
	clear_entries(&new);
	unpack_clear(&was);
	return failed;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void
answer(const struct unpacked *u, size_t left_out, const struct rules_checked *c, const struct difference *d,
    bool lists, struct buf *out)
{
	static const char *const names[] = { "added", "changed", "gone" };
	struct jsonw w = JSONW_INIT(out);
	char hex[SHA256_HEX_SIZE];

	sum(u, hex);
	jsonw_object(&w);
	jsonw_kstring(&w, "label", u->label);
	jsonw_kstring(&w, "sha256", hex);
	jsonw_kint(&w, "files", (int64_t)u->files);
	jsonw_kint(&w, "bytes", (int64_t)u->bytes);
	jsonw_kint(&w, "members", (int64_t)u->members);
	jsonw_kint(&w, "left_out", (int64_t)left_out);
	jsonw_kint(&w, "links", (int64_t)u->links);
	for (int i = 0; i < 3; i++) {
		char key[32];

		snprintf(key, sizeof(key), "%s_count", names[i]);
		jsonw_kint(&w, key, (int64_t)d->count[i]);
	}
	buf_addc(out, ',');
	rules_checked_json(c, out);
	for (int i = 0; i < 3; i++)
		buf_printf(out, ",\"%s\":[%s]", names[i], lists ? buf_str(&d->list[i]) : "");
	buf_addc(out, '}');
}

static int
check(const struct edition_ask *ask, const struct unpacked *u, size_t left_out, struct buf *out,
    struct err *err)
{
	struct difference d = { .list = { BUF_INIT(out->max), BUF_INIT(out->max), BUF_INIT(out->max) } };
	struct detect_load load = ask->load;
	struct rules_checked c = { .unmapped = BUF_INIT(1), .refused = BUF_INIT(1) };
	int failed = difference(u, ask->before, &d, err);

	load.path = &ask->to;
	load.paths = 1;
	load.shipped = false;
	if (failed == 0)
		failed = rules_checked(&load, true, ask->lang, &c, err);
	if (failed == 0)
		answer(u, left_out, &c, &d, ask->before != NULL, out);
	if (failed == 0 && out->full)
		failed = err_set(err, ERR_TOO_LARGE, "err.too_large", NULL);
	rules_checked_clear(&c);
	for (int i = 0; i < 3; i++)
		buf_clear(&d.list[i]);
	return failed;
}

int
edition_stage(const struct edition_ask *ask, struct buf *out, struct err *err)
{
	struct unpacked u = { 0 };
	struct stat st;
	size_t left_out = 0;
	int failed = 0;

	if (stat(ask->from, &st) != 0)
		return err_sys(err, file_err_kind(errno), ask->from, errno);
	failed = S_ISDIR(st.st_mode) ? unpack_folder(ask->from, &u, err) : unpack_file(ask->from, &u, err);
	if (failed == 0) {
		left_out = unpack_choose(&u);
		if (u.files == 0)
			failed = err_fail(err, ERR_INVALID, "edition.empty", NULL, "file", ask->from, NULL, NULL);
	}
	if (failed == 0) {
		failed = lay_ready(&u, ask->to, err);
		if (failed == 0)
			failed = check(ask, &u, left_out, out, err);
		if (failed != 0)
			file_remove_tree(ask->to, NULL);
	}
	unpack_clear(&u);
	return failed;
}
