/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/map.h"
#include "os/embed.h"
#include "os/file.h"
#include "pack/grounds_part.h"
#include "pack/set.h"
#include "pack/source.h"

#define SHIPPED        "packs/"
#define FILES_MAX      1000 /* of one folder of packs */
#define FOLDERS_MAX    6    /* nested folders */
#define PACK_NAME_MAX  200  /* bytes of a relative name */

/* The agency's own files by relative name, each an xstrdup'd path. */
struct own_files {
	const char *dir;
	struct map path;
	struct schema_read *r;
};

static void
set_add(struct packs *p, enum pack_kind kind, struct pack *pack, const char *path)
{
	if (p->entries == p->room) {
		p->room = p->room == 0 ? 32 : p->room * 2;
		p->entry = xrealloc(p->entry, p->room * sizeof(*p->entry));
	}
	p->entry[p->entries++] = (struct pack_entry){ kind, pack, path };
}

const struct pack_entry *
set_next(const struct packs *p, enum pack_kind kind, size_t *i)
{
	while (*i < p->entries) {
		const struct pack_entry *e = &p->entry[(*i)++];

		if (e->kind == kind)
			return e;
	}
	return NULL;
}

static void
tell_err(struct schema_read *r, struct err *err)
{
	if (*err->file == '\0')
		err_where(err, r->file, 0, 0);
	r->faults++;
	if (r->fn != NULL)
		r->fn(r->user, err);
	err_clear(err);
}

static void
read_root(struct schema_read *r, struct packs *p, const struct yaml_node *root, const char *name,
    bool own)
{
	const struct yaml_node *node = yaml_get(root, "kind");
	const char *text = node != NULL && node->kind == YAML_SCALAR ? node->text : "", *near = NULL;
	struct pack *pack;
	int kind;

	if (node == NULL)
		node = root;
	kind = kind_find(text, &near);
	if (kind < 0) {
		const char *key = *text == '\0' ? "pack.missing" : near == NULL ? "pack.choice"
		    : "pack.choice_near";

		schema_fault(r, node->line, node->column, key, "kind", "value", text,
		    near == NULL ? NULL : "near", near);
		return;
	}
	pack = kind_read(r, (enum pack_kind)kind, root);
	pack->file = arena_strdup(&p->arena, name);
	pack->own = own;
	if (*pack->id != '\0')
		set_add(p, (enum pack_kind)kind, pack, arena_strdup(&p->arena, r->file));
}

/* One file is one pack. The tree lives only as long as it is read. */
static void
read_bytes(struct schema_read *r, struct packs *p, const char *name, bool own, const char *data,
    size_t len)
{
	struct arena tree = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };
	struct err err = { 0 };

	r->text = data;
	r->text_len = len;
	if (yaml_parse(&tree, data, len, r->file, &s, &err) != 0)
		tell_err(r, &err);
	else if (s.count != 1)
		schema_fault(r, s.count == 0 ? 1 : s.doc[1]->line, 1, "pack.documents", NULL, NULL,
		    NULL, NULL, NULL);
	else
		read_root(r, p, s.doc[0], name, own);
	arena_clear(&tree);
}

/* rules/ holds Sigma rules, which the hunt reads. */
static bool
is_pack_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && strncmp(name, "rules/", 6) != 0 &&
	    (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int
walk(struct own_files *own, const char *rel, int depth, struct err *err)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/%s", own->dir, rel);
	dir = opendir(path);
	if (dir == NULL)
		return err_sys(err, file_err_kind(errno), path, errno);
	while (ret == 0 && (entry = readdir(dir)) != NULL) {
		char name[PACK_NAME_MAX + 1];
		bool folder = entry->d_type == DT_DIR;
		int n = snprintf(name, sizeof(name), "%s%s%s", rel, *rel == '\0' ? "" : "/",
		    entry->d_name);

		if (*entry->d_name == '.' ||
		    (folder ? strcmp(name, "rules") == 0 : !is_pack_name(name)))
			continue;
		if (n < 0 || n > PACK_NAME_MAX || own->path.used >= FILES_MAX ||
		    (folder && depth == FOLDERS_MAX))
			ret = err_fail(err, ERR_TOO_LARGE, "pack.folder", NULL, "file", path, NULL,
			    NULL);
		else if (folder)
			ret = walk(own, name, depth + 1, err);
		else if (snprintf(path, sizeof(path), "%s/%s", own->dir, name) > 0)
			map_put(&own->path, name, xstrdup(path));
	}
	closedir(dir);
	return ret;
}

static int
compare_names(const void *a, const void *b)
{
	const struct map_slot *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* In the order of names, so that faults come in the same order every time. */
static void
read_own(struct own_files *own, struct packs *p)
{
	struct map_slot **slot = xcalloc(own->path.used + 1, sizeof(*slot)), *s;
	size_t n = 0;

	for (size_t i = 0; (s = map_next(&own->path, &i)) != NULL;)
		slot[n++] = s;
	qsort(slot, n, sizeof(struct map_slot *), compare_names);
	for (size_t i = 0; i < n; i++) {
		struct err err = { 0 };
		char *data;
		size_t len;

		own->r->file = slot[i]->value;
		if (file_read(slot[i]->value, YAML_SIZE_MAX, &data, &len, &err) != 0) {
			tell_err(own->r, &err);
			continue;
		}
		read_bytes(own->r, p, slot[i]->key, true, data, len);
		free(data);
	}
	free(slot);
}

static void
read_shipped(struct schema_read *r, struct packs *p, const struct map *own)
{
	const struct embed *e;

	for (size_t i = 0; (e = embed_next(SHIPPED, &i)) != NULL;) {
		const char *name = e->name + strlen(SHIPPED);

		if (!is_pack_name(name) || map_get(own, name) != NULL)
			continue;
		r->file = e->name;
		read_bytes(r, p, name, false, e->data, e->size);
	}
}

/* What the text became keeps to what its keeper says of it. */
static void
adopt(struct schema_read *r, struct pack_entry *e, const struct pack_source *source)
{
	struct pack *pack = e->pack;

	if (e->kind != KIND_PLAYBOOK)
		schema_fault(r, pack->line, pack->column, "pack.not_playbook", "kind", NULL, NULL,
		    NULL, NULL);
	else if (strcmp(pack->id, source->id) != 0)
		schema_fault(r, pack->line, pack->column, "pack.other_id", "id", "value",
		    source->id, NULL, NULL);
	pack->version = source->version;
	if (pack->from_ms < source->from_ms)
		pack->from_ms = source->from_ms;
	if (pack->to_ms > source->to_ms)
		pack->to_ms = source->to_ms;
	pack->file = "";
}

static void
read_source(struct schema_read *r, struct packs *p, const struct pack_source *source)
{
	size_t before = p->entries;

	r->file = source->name;
	read_bytes(r, p, source->name, true, source->yaml, strlen(source->yaml));
	if (p->entries > before)
		adopt(r, &p->entry[before], source);
}

static bool
is_taken(const struct packs *p, const struct pack_entry *e, size_t among)
{
	for (size_t i = 0; i < among; i++) {
		const struct pack_entry *o = &p->entry[i];

		if (o != e && o->kind == e->kind && o->pack->version == e->pack->version &&
		    strcmp(o->pack->id, e->pack->id) == 0)
			return true;
	}
	return false;
}

/* The first ${texts} entries are texts; files after them give way. */
static void
step_aside(struct packs *p, size_t texts)
{
	for (size_t i = texts; i < p->entries; i++)
		if (is_taken(p, &p->entry[i], texts))
			while (is_taken(p, &p->entry[i], p->entries))
				p->entry[i].pack->version++;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;
	int ids = strcmp(x->pack->id, y->pack->id);

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (ids != 0)
		return ids;
	if (x->pack->from_ms != y->pack->from_ms)
		return x->pack->from_ms < y->pack->from_ms ? -1 : 1;
	return (x->pack->version > y->pack->version) - (x->pack->version < y->pack->version);
}

struct texts {
	const struct pack_source *text;
	size_t n;
};

/* The texts, everything of ${dir} (may be NULL), and of the program what that does not replace. */
static int
build(struct packs *p, const char *dir, struct texts more, struct schema_read *r,
    size_t *ret_files, struct err *err)
{
	struct own_files own = { dir, MAP_INIT, r };
	int ret = dir == NULL ? 0 : walk(&own, "", 0, err);
	size_t texts;

	r->arena = &p->arena;
	if (ret == 0) {
		for (size_t i = 0; i < more.n; i++)
			read_source(r, p, &more.text[i]);
		texts = p->entries;
		read_own(&own, p);
		read_shipped(r, p, &own.path);
		step_aside(p, texts);
		grounds_end(p);
		qsort(p->entry, p->entries, sizeof(*p->entry), compare_entries);
		set_cross_check(r, p);
		*ret_files = own.path.used;
	}
	map_clear(&own.path, free);
	return ret;
}

int
packs_load_with(const char *data_dir, const struct pack_source *more, size_t n,
    struct packs **ret, struct err *err)
{
	struct packs *p = xcalloc(1, sizeof(*p));
	struct err first = { 0 };
	struct schema_read r = { .fn = schema_keep_first, .user = &first };
	char dir[PATH_MAX];
	size_t files;
	int failed;

	if (data_dir != NULL)
		snprintf(dir, sizeof(dir), "%s/packs", data_dir);
	failed = build(p, data_dir != NULL && file_exists(dir) ? dir : NULL,
	    (struct texts){ more, n }, &r, &files, &first);
	if (failed == 0 && r.faults == 0) {
		set_learn(p);
		*ret = p;
		return 0;
	}
	packs_free(p);
	failed = first.kind;
	if (err != NULL && err->kind == ERR_NONE)
		*err = first;
	return failed;
}

int
packs_load(const char *data_dir, struct packs **ret, struct err *err)
{
	return packs_load_with(data_dir, NULL, 0, ret, err);
}

int
packs_load_alone(const struct pack_source *one, bool complete, packs_check_fn fn, void *user,
    struct packs **ret)
{
	struct packs *p = xcalloc(1, sizeof(*p));
	struct schema_read r = { .complete = complete, .fn = fn, .user = user };

	r.arena = &p->arena;
	read_source(&r, p, one);
	set_cross_check(&r, p);
	if (r.faults == 0) {
		*ret = p;
		return 0;
	}
	packs_free(p);
	return ERR_INVALID;
}

void
packs_free(struct packs *p)
{
	if (p == NULL)
		return;
	free(p->entry);
	map_clear(&p->english, NULL);
	arena_clear(&p->arena);
	free(p);
}

int
packs_check(const char *dir, bool complete, packs_check_fn fn, void *user,
    struct packs_checked *ret, struct err *err)
{
	struct packs *p = xcalloc(1, sizeof(*p));
	struct schema_read r = { .complete = complete, .fn = fn, .user = user };
	size_t files = 0;
	int failed = build(p, dir, (struct texts){ NULL, 0 }, &r, &files, err);

	packs_free(p);
	if (failed == 0)
		*ret = (struct packs_checked){ files, r.faults };
	return failed;
}

int
packs_check_bytes(const char *name, const char *data, size_t len, bool complete,
    packs_check_fn fn, void *user)
{
	struct packs *p = xcalloc(1, sizeof(*p));
	struct schema_read r = { .file = name, .complete = complete, .fn = fn, .user = user };

	r.arena = &p->arena;
	read_bytes(&r, p, name, true, data, len);
	set_cross_check(&r, p);
	packs_free(p);
	return r.faults == 0 ? 0 : ERR_INVALID;
}
