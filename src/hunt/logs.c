/* SPDX-License-Identifier: Apache-2.0 */
/* logs.c: what the readers see in a file: its records, and sums over them. */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "hunt/engine.h"
#include "hunt/report.h"
#include "ingest/evtx_xml.h"
#include "ingest/ingest.h"
#include "os/file.h"
#include "text/jsonw.h"

#define LINE_MAX_SIZE ((size_t)32 << 20)
#define IDS_SHOWN     30

struct dump {
	bool xml;
	enum lang lang;
	struct buf line, scratch;
	const struct ingest_piece *piece;
	uint64_t skipped;
	bool failed;
};

static int
open_log(const char *path, struct ingest **ret, struct err *err)
{
	cleanup(free_charp) char *real = strcmp(path, "-") == 0 ? NULL : realpath(path, NULL);
	int fd;

	if (strcmp(path, "-") == 0) {
		fd = dup(STDIN_FILENO);
		return fd < 0 ? err_sys(err, ERR_IO, "-", errno) : ingest_open_fd(fd, "-", NULL, ret, err);
	}
	return ingest_open(real == NULL ? path : real, NULL, ret, err);
}

/* ---- dump ------------------------------------------------------------------------------- */

static void
json_value(struct dump *d, struct jsonw *w, const struct event_value *v)
{
	struct text text;

	switch (v->type) {
	case VALUE_NULL:
		jsonw_null(w);
		return;
	case VALUE_BOOL:
		jsonw_bool(w, v->number != 0);
		return;
	case VALUE_INT:
		jsonw_int(w, v->number);
		return;
	case VALUE_UINT:
		if (v->bits <= INT64_MAX) {
			jsonw_int(w, (int64_t)v->bits);
			return;
		}
		break;
	default:
		break;
	}
	buf_reset(&d->scratch);
	text = event_text(v, &d->scratch);
	jsonw_stringn(w, text.at == NULL ? "" : text.at, text.len);
}

static bool
same_name(const struct event_value *a, const struct event_value *b)
{
	return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

/* A name that comes again is an array at its first place. */
static void
json_fields(struct dump *d, struct jsonw *w, const struct event *event)
{
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		bool before = false, after = false;

		for (uint32_t k = 0; k < i && !before; k++)
			before = same_name(&event->value[k], v);
		for (uint32_t k = i + 1; k < event->values && !after && !before; k++)
			after = same_name(&event->value[k], v);
		if (before)
			continue;
		jsonw_keyn(w, v->name, v->name_len);
		if (!after) {
			json_value(d, w, v);
			continue;
		}
		jsonw_array(w);
		for (uint32_t k = i; k < event->values; k++)
			if (same_name(&event->value[k], v))
				json_value(d, w, &event->value[k]);
		jsonw_array_end(w);
	}
}

static void
dump_json(struct dump *d, const struct event *event)
{
	struct jsonw w = JSONW_INIT(&d->line);
	char when[HIT_TIME_SIZE];

	jsonw_object(&w);
	jsonw_kint(&w, "record", (int64_t)event->record);
	jsonw_kstring(&w, "time", event->time_ns == INT64_MIN ? NULL : hit_time(event->time_ns, when));
	jsonw_kstring(&w, "format", event->format);
	if (event->dropped > 0)
		jsonw_kint(&w, "fields_left_out", event->dropped);
	jsonw_kobject(&w, "fields");
	json_fields(d, &w, event);
	jsonw_object_end(&w);
	jsonw_object_end(&w);
}

static void
on_dump(void *arg, const struct event *event)
{
	struct dump *d = arg;

	buf_reset(&d->line);
	if (!d->xml || strcmp(event->format, "evtx") != 0 || !evtx_xml(d->piece, event, &d->line)) {
		buf_reset(&d->line);
		dump_json(d, event);
	}
	buf_addc(&d->line, '\n');
	if (fwrite(buf_str(&d->line), 1, d->line.len, stdout) != d->line.len)
		d->failed = true;
}

/* What gave no record is told on standard error, so that nothing is left out in silence. */
static void
on_dump_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct dump *d = arg;

	d->skipped++;
	fprintf(stderr, "@%llu +%llu: %s\n", (unsigned long long)offset, (unsigned long long)len, word(d->lang, key));
}

static void
read_all(struct ingest *in, const struct names *names, const struct ingest_sink *sink,
    struct ingest_piece *piece, const bool *stop)
{
	struct ingest_thread *thread = ingest_thread_new(names);

	while (!(stop != NULL && *stop) && ingest_next(in, piece)) {
		if (piece->skipped > 0)
			sink->skipped(sink->arg, piece->offset, piece->skipped, piece->key);
		else
			ingest_parse(in, piece, thread, sink);
	}
	ingest_thread_free(thread);
	ingest_piece_clear(piece);
}

int
hunt_logs_dump(const char *path, bool xml, enum lang lang, struct err *err)
{
	struct ingest_piece piece = { 0 };
	struct dump d = { .xml = xml, .lang = lang, .line = BUF_INIT(LINE_MAX_SIZE),
	    .scratch = BUF_INIT(LINE_MAX_SIZE), .piece = &piece };
	const struct ingest_sink sink = { &d, on_dump, on_dump_skipped };
	struct ingest *in = NULL;
	int failed = open_log(path, &in, err);

	if (failed != 0)
		return failed;
	read_all(in, NULL, &sink, &piece, &d.failed);
	if (fflush(stdout) != 0 || d.failed)
		failed = errno == EPIPE ? 0 : err_sys(err, ERR_IO, "stdout", errno);
	ingest_close(in);
	buf_clear(&d.line);
	buf_clear(&d.scratch);
	return failed;
}

/* ---- stat --------------------------------------------------------------------------------- */

struct id_count {
	char *key; /* "channel\tid" */
	uint64_t count;
};

struct stat_of {
	struct seen seen;
	struct seen_names names;
	struct map ids;
	uint64_t skipped, skipped_bytes;
	struct map reasons; /* key → number + 1 */
	struct buf scratch;
};

static void
bump(struct map *map, const char *key)
{
	uintptr_t n = (uintptr_t)map_get(map, key);

	map_put(map, key, (void *)(n + 1));
}

static void
on_stat(void *arg, const struct event *event)
{
	struct stat_of *s = arg;
	struct seen_place place;
	struct text id;
	char key[400];
	size_t n = 0;

	seen_place(&s->names, event, &place);
	seen_event(&s->seen, &place, event);
	if (place.event_id == NULL || s->ids.used > 100000)
		return;
	buf_reset(&s->scratch);
	if (place.channel != NULL) {
		struct text channel = event_text(place.channel, &s->scratch);

		n = channel.len < 300 ? channel.len : 300;
		memcpy(key, channel.at, n);
	}
	key[n++] = '\t';
	buf_reset(&s->scratch);
	id = event_text(place.event_id, &s->scratch);
	for (size_t i = 0; i < id.len && i < 40; i++)
		key[n++] = id.at[i];
	key[n] = '\0';
	bump(&s->ids, key);
}

static void
on_stat_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct stat_of *s = arg;

	(void)offset;
	s->skipped++;
	s->skipped_bytes += len;
	bump(&s->reasons, key);
}

static int
by_count(const void *a, const void *b)
{
	const struct id_count *x = a, *y = b;

	return x->count != y->count ? (x->count > y->count ? -1 : 1) : strcmp(x->key, y->key);
}

static struct id_count *
sorted(const struct map *map, size_t *ret_n)
{
	struct id_count *list = xcalloc(map->used + 1, sizeof(*list));
	struct map_slot *slot;
	size_t n = 0;

	for (size_t i = 0; (slot = map_next(map, &i)) != NULL;)
		list[n++] = (struct id_count){ slot->key, (uintptr_t)slot->value };
	if (n > 1)
		qsort(list, n, sizeof(*list), by_count);
	*ret_n = n;
	return list;
}

static void
stat_json(const struct stat_of *s, struct ingest *in, const char *path, struct buf *out, enum lang lang)
{
	struct jsonw w = JSONW_INIT(out);
	char when[HIT_TIME_SIZE];
	size_t n;
	struct id_count *ids = sorted(&s->ids, &n);

	jsonw_object(&w);
	jsonw_kstring(&w, "file", path);
	jsonw_kstring(&w, "format", ingest_format_name(ingest_format(in)));
	jsonw_kstring(&w, "packing", ingest_packing(in));
	jsonw_kint(&w, "bytes", (int64_t)ingest_size(in));
	jsonw_kint(&w, "bytes_unpacked", (int64_t)ingest_bytes_unpacked(in));
	jsonw_kint(&w, "events", (int64_t)s->seen.events);
	jsonw_kint(&w, "without_time", (int64_t)s->seen.timeless);
	jsonw_karray(&w, "sources");
	for (size_t i = 0; i < s->seen.cells; i++) {
		const struct seen_cell *c = &s->seen.cell[i];

		if (c->count == 0)
			continue;
		jsonw_object(&w);
		jsonw_kstring(&w, "host", c->host);
		jsonw_kstring(&w, "source", c->source);
		jsonw_kint(&w, "events", (int64_t)c->count);
		jsonw_kstring(&w, "first", c->min_ns > c->max_ns ? NULL : hit_time(c->min_ns, when));
		jsonw_kstring(&w, "last", c->min_ns > c->max_ns ? NULL : hit_time(c->max_ns, when));
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_karray(&w, "event_ids");
	for (size_t i = 0; i < n; i++) {
		const char *tab = strchr(ids[i].key, '\t');

		jsonw_object(&w);
		jsonw_key(&w, "source");
		jsonw_stringn(&w, ids[i].key, (size_t)(tab - ids[i].key));
		jsonw_kstring(&w, "event_id", tab + 1);
		jsonw_kint(&w, "events", (int64_t)ids[i].count);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	free(ids);
	ids = sorted(&s->reasons, &n);
	jsonw_karray(&w, "skipped");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(&w);
		jsonw_kstring(&w, "error", ids[i].key);
		jsonw_kstring(&w, "reason", word(lang, ids[i].key));
		jsonw_kint(&w, "parts", (int64_t)ids[i].count);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "skipped_bytes", (int64_t)s->skipped_bytes);
	jsonw_object_end(&w);
	free(ids);
}

static void
plain(const char *s)
{
	for (; *s != '\0'; s++)
		putchar((unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

static void
stat_text(const struct stat_of *s, struct ingest *in, const char *path, enum lang lang)
{
	char number[32], first[HIT_TIME_SIZE], last[HIT_TIME_SIZE];
	size_t n;
	struct id_count *ids = sorted(&s->ids, &n);

	plain(path);
	printf(": %s%s%s, %s %s\n", ingest_format_name(ingest_format(in)), ingest_packing(in) == NULL ? "" : " · ",
	    ingest_packing(in) == NULL ? "" : ingest_packing(in), report_number(s->seen.events, lang, number),
	    word(lang, "hunt.html.events"));
	for (size_t i = 0; i < s->seen.cells; i++) {
		const struct seen_cell *c = &s->seen.cell[i];

		if (c->count == 0)
			continue;
		fputs("  ", stdout);
		plain(*c->host == '\0' ? word(lang, "hunt.host.none") : c->host);
		fputs(" · ", stdout);
		plain(c->source);
		printf(": %s, %s – %s\n", report_number(c->count, lang, number),
		    result_when(c->min_ns, first), c->min_ns > c->max_ns ? "" : result_when(c->max_ns, last));
	}
	for (size_t i = 0; i < n && i < IDS_SHOWN; i++) {
		const char *tab = strchr(ids[i].key, '\t');

		printf("  %10s  %-6s ", report_number(ids[i].count, lang, number), tab + 1);
		plain(ids[i].key);
		putchar('\n');
	}
	free(ids);
	ids = sorted(&s->reasons, &n);
	for (size_t i = 0; i < n; i++)
		printf("! %s × %s\n", report_number(ids[i].count, lang, number), word(lang, ids[i].key));
	free(ids);
}

int
hunt_logs_stat(const char *path, bool json, enum lang lang, struct err *err)
{
	struct stat_of s = { .ids = MAP_INIT, .reasons = MAP_INIT, .scratch = BUF_INIT(LINE_MAX_SIZE) };
	const struct ingest_sink sink = { &s, on_stat, on_stat_skipped };
	struct ingest_piece piece = { 0 };
	struct names *names = names_new();
	struct buf out = BUF_INIT((size_t)64 << 20);
	struct ingest *in = NULL;
	int failed = open_log(path, &in, err);

	if (failed == 0) {
		seen_names_init(&s.names, names);
		read_all(in, names, &sink, &piece, NULL);
		if (json) {
			stat_json(&s, in, path, &out, lang);
			puts(buf_str(&out));
		} else {
			stat_text(&s, in, path, lang);
		}
	}
	ingest_close(in);
	buf_clear(&out);
	buf_clear(&s.scratch);
	map_clear(&s.ids, NULL);
	map_clear(&s.reasons, NULL);
	seen_clear(&s.seen);
	seen_names_clear(&s.names);
	names_free(names);
	return failed;
}
