/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.c: a head, the tables as they are in memory, names, faults.
 *
 * The file is the user's own and is checked as a whole against damage; what it was made from,
 * which program made it and where are part of its key.
 */
#include "detect/cache.h"

#include <stdio.h>

#include "detect/matcher_part.h"
#include "os/file.h"

#define CACHE_MAX ((size_t)1 << 29)
#define TABLES    14
#define ALIGN     64

struct head {
	char magic[8];
	uint8_t key[SHA256_SIZE], sum[SHA256_SIZE]; /* sum: of all after the head */
	uint64_t table[TABLES];
	uint64_t names, faults;
	uint64_t files, loaded, unmapped, refused;
	uint32_t fields, answers, literals, opens, program, reserved;
};

static const char magic[8] = "khienMF\n";

/* ---- writing ---- */

static void
align(struct buf *out)
{
	static const char zero[ALIGN];

	buf_add(out, zero, (ALIGN - out->len % ALIGN) % ALIGN);
}

static void
add_table(struct buf *out, uint64_t *ret_count, const void *data, size_t count, size_t size)
{
	*ret_count = count;
	align(out);
	if (count > 0)
		buf_add(out, data, count * size);
}

static void
add_string(struct buf *out, const char *s)
{
	buf_add(out, s, strlen(s) + 1);
}

static void
add_fault(struct buf *out, const struct cache_fault *f)
{
	int32_t number[] = { f->err.kind, f->err.line, f->err.column, (int32_t)f->err.args, f->has_about,
		f->about.line, (int32_t)f->about.level };
	struct sigma_about about = f->about;
	const char **text;

	buf_add(out, number, sizeof(number));
	add_string(out, f->err.key);
	add_string(out, f->err.file);
	for (size_t i = 0; i < f->err.args; i++) {
		add_string(out, f->err.arg[i].name);
		add_string(out, f->err.arg[i].value);
	}
	for (size_t i = 0; f->has_about && (text = about_text(&about, i)) != NULL; i++)
		add_string(out, *text == NULL ? "" : *text);
}

void
cache_save(const char *path, const uint8_t key[static SHA256_SIZE], const struct matcher *m,
    const struct cache_extra *extra)
{
	struct head head = { .faults = extra->faults, .files = extra->files,
		.loaded = extra->loaded, .unmapped = extra->unmapped, .refused = extra->refused,
		.fields = m->fields, .answers = m->answers, .literals = m->literals, .opens = m->opens, .program = extra->program };
	struct buf out = BUF_INIT(CACHE_MAX);
	size_t n = 0;

	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.key, key, SHA256_SIZE);
	buf_add(&out, &head, sizeof(head));
#define X(type, name) add_table(&out, &head.table[n++], m->t.name, m->t.name##s, sizeof(type));
	MATCHER_TABLES(X)
#undef X
	head.names = m->fields;
	for (uint32_t i = 1; i <= m->fields; i++)
		add_string(&out, names_text(m->names, i));
	for (size_t i = 0; i < extra->faults; i++)
		add_fault(&out, &extra->fault[i]);
	if (!out.full) {
		sha256(out.data + sizeof(head), out.len - sizeof(head), head.sum);
		memcpy(out.data, &head, sizeof(head));
		file_replace(path, out.data, out.len, 0600, NULL);
	}
	buf_clear(&out);
}

/* ---- reading ---- */

struct reader {
	char *data;
	size_t at, len;
	bool bad;
};

static char *
take(struct reader *r, size_t count, size_t size)
{
	char *ret = r->data + r->at;

	if (r->bad || (count > 0 && size > (r->len - r->at) / count)) {
		r->bad = true;
		return NULL;
	}
	r->at += count * size;
	return ret;
}

static void
skip_to(struct reader *r)
{
	size_t at = (r->at + ALIGN - 1) / ALIGN * ALIGN;

	if (at > r->len)
		r->bad = true;
	else
		r->at = at;
}

static void *
take_table(struct reader *r, uint64_t count, size_t size, size_t *ret_count)
{
	skip_to(r);
	*ret_count = count;
	return take(r, count, size);
}

static const char *
take_string(struct reader *r)
{
	const char *s = r->bad ? NULL : r->data + r->at;
	const char *end = s == NULL ? NULL : memchr(s, '\0', r->len - r->at);

	if (end == NULL) {
		r->bad = true;
		return "";
	}
	r->at += (size_t)(end - s) + 1;
	return s;
}

static void
take_fault(struct reader *r, struct cache_fault *f)
{
	int32_t number[7];
	const char *p = take(r, 1, sizeof(number)), **text;

	if (p == NULL)
		return;
	memcpy(number, p, sizeof(number));
	f->err.kind = number[0];
	snprintf(f->err.key, sizeof(f->err.key), "%s", take_string(r));
	snprintf(f->err.file, sizeof(f->err.file), "%s", take_string(r));
	f->err.line = number[1];
	f->err.column = number[2];
	for (int i = 0; i < number[3] && i < ERR_ARGS_MAX; i++) {
		const char *name = take_string(r);

		err_arg(&f->err, name, take_string(r));
	}
	f->has_about = number[4] != 0;
	for (size_t i = 0; f->has_about && (text = about_text(&f->about, i)) != NULL; i++)
		*text = take_string(r);
	f->about.line = number[5];
	f->about.level = (enum sigma_level)number[6];
}

static bool
is_right(const struct head *head, const char *data, size_t len, const uint8_t *key)
{
	uint8_t sum[SHA256_SIZE];

	if (memcmp(head->magic, magic, sizeof(magic)) != 0 ||
	    (key != NULL && memcmp(head->key, key, SHA256_SIZE) != 0))
		return false;
	sha256(data + sizeof(*head), len - sizeof(*head), sum);
	return memcmp(sum, head->sum, SHA256_SIZE) == 0;
}

static struct matcher *
read_matcher(struct reader *r, const struct head *head, struct cache_extra *extra)
{
	struct matcher *m = xcalloc(1, sizeof(*m));
	size_t n = 0;

	m->cached = r->data;
	m->names = names_new();
	m->fields = head->fields;
	m->answers = head->answers;
	m->literals = head->literals;
	m->opens = head->opens;
#define X(type, name) m->t.name = (type *)take_table(r, head->table[n++], sizeof(type), &m->t.name##s);
	MATCHER_TABLES(X)
#undef X
	for (uint64_t i = 0; !r->bad && i < head->names; i++) {
		const char *name = take_string(r);

		names_add(m->names, name, strlen(name));
	}
	*extra = (struct cache_extra){ .files = head->files, .loaded = head->loaded,
		.unmapped = head->unmapped, .refused = head->refused, .program = head->program };
	extra->fault = xcalloc(head->faults + 1, sizeof(*extra->fault));
	while (!r->bad && extra->faults < head->faults)
		take_fault(r, &extra->fault[extra->faults++]);
	return m;
}

/* Takes ${r}'s data over. ${key} NULL: whatever it was made from. */
static struct matcher *
load(struct reader r, const uint8_t *key, struct cache_extra *ret_extra)
{
	struct matcher *m;
	struct head head;

	_Static_assert(sizeof(struct head) % 8 == 0, "no padding at its end");
	if (r.len < sizeof(head)) {
		free(r.data);
		return NULL;
	}
	memcpy(&head, r.data, sizeof(head));
	if (!is_right(&head, r.data, r.len, key)) {
		free(r.data);
		return NULL;
	}
	r.at = sizeof(head);
	m = read_matcher(&r, &head, ret_extra);
	if (r.bad || matcher_finish(m, NULL) != 0) {
		free(ret_extra->fault);
		matcher_free(m);
		return NULL;
	}
	return m;
}

struct matcher *
cache_load(const char *path, const uint8_t key[static SHA256_SIZE], struct cache_extra *ret_extra)
{
	struct reader r = { 0 };

	return file_read(path, CACHE_MAX, &r.data, &r.len, NULL) != 0 ? NULL : load(r, key, ret_extra);
}

struct matcher *
cache_load_fd(int fd, struct cache_extra *ret_extra)
{
	struct reader r = { 0 };

	return file_read_fd(fd, "", CACHE_MAX, &r.data, &r.len, NULL) != 0 ? NULL : load(r, NULL, ret_extra);
}
