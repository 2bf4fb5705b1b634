/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real logs, where they are (../shared/data, or KHIEN_SHARED): the fields of each record of a
 * Windows log are those of the JSON beside it, which another program made.
 */
#include "testing.h"

#include <ftw.h>
#include <unistd.h>

#include "ingest/evtx_xml.h"

/* Values of events by name, sorted, so that order and white space do not matter. */
struct fields {
	struct event_fields {
		char **line; /* "name=value" */
		size_t lines, room;
	} *event;
	size_t events;
	const struct ingest_piece *piece;
	struct buf scratch, xml;
	uint64_t skipped, bad_xml;
	bool is_evtx;
};

/* GUIDs without their braces, times without zeros at their end, texts without blanks at theirs. */
static size_t
simplify(char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\n' || s[len - 1] == '\r' || s[len - 1] == '\t' ||
	    s[len - 1] == '\0'))
		len--;
	if (len == 38 && s[0] == '{' && s[37] == '}') {
		memmove(s, s + 1, 36);
		len = 36;
	}
	if (len > 20 && len < 32 && s[len - 1] == 'Z' && s[10] == 'T' && s[19] == '.') {
		len = len - 1 > 26 ? 26 : len - 1; /* the other program knows microseconds only */
		while (s[len - 1] == '0')
			len--;
		len -= s[len - 1] == '.';
	}
	for (size_t i = 0; i < len; i++)
		if (s[i] == '\0')
			s[i] = '?';
	return len;
}

static void
keep_line(struct event_fields *e, const char *name, size_t name_len, struct text text)
{
	char *line = xmalloc(name_len + text.len + 2);
	size_t len;

	memcpy(line, name, name_len);
	line[name_len] = '=';
	memcpy(line + name_len + 1, text.at, text.len);
	len = simplify(line + name_len + 1, text.len);
	line[name_len + 1 + len] = '\0';
	if (len == 0) { /* the other program leaves out what is empty, at times */
		free(line);
		return;
	}
	if (e->lines == e->room) {
		e->room = e->room * 2 + 32;
		e->line = xrealloc(e->line, e->room * sizeof(*e->line));
	}
	e->line[e->lines++] = line;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
keep_event(void *arg, const struct event *event)
{
	struct fields *f = arg;
	struct event_fields *e;

	f->event = xrealloc(f->event, (f->events + 1) * sizeof(*f->event));
	e = &f->event[f->events++];
	*e = (struct event_fields){ NULL, 0, 0 };
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];

		buf_reset(&f->scratch);
		if (v->type != VALUE_NULL)
			keep_line(e, v->name, v->name_len, event_text(v, &f->scratch));
	}
	if (e->lines > 0)
		qsort(e->line, e->lines, sizeof(*e->line), by_text);
	buf_reset(&f->xml);
	if (f->is_evtx && !evtx_xml(f->piece, event, &f->xml))
		f->bad_xml++;
}

static void
count_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct fields *f = arg;

	(void)offset;
	(void)len;
	(void)key;
	f->skipped++;
}

static bool
read_fields(const char *path, struct fields *ret)
{
	struct ingest_thread *thread = ingest_thread_new(NULL);
	struct ingest_sink sink = { ret, keep_event, count_skipped };
	struct ingest_piece piece = { 0 };
	struct ingest *in;
	bool ok = ingest_open(path, NULL, &in, NULL) == 0;

	*ret = (struct fields){ .piece = &piece, .scratch = BUF_INIT((size_t)16 << 20),
		.xml = BUF_INIT((size_t)16 << 20), .is_evtx = ok && ingest_format(in) == INGEST_EVTX };
	while (ok && ingest_next(in, &piece))
		ingest_parse(in, &piece, thread, &sink);
	if (ok)
		ingest_close(in);
	ingest_piece_clear(&piece);
	ingest_thread_free(thread);
	return ok;
}

static void
clear_fields(struct fields *f)
{
	for (size_t i = 0; i < f->events; i++) {
		for (size_t k = 0; k < f->event[i].lines; k++)
			free(f->event[i].line[k]);
		free(f->event[i].line);
	}
	free(f->event);
	buf_clear(&f->scratch);
	buf_clear(&f->xml);
}

static struct {
	size_t files, events, equal, other;
} total;

/* Lines of one that the other lacks, told. */
static size_t
differences(const char *path, const struct event_fields *a, const struct event_fields *b)
{
	size_t i = 0, k = 0, n = 0;

	while (i < a->lines || k < b->lines) {
		int order = i == a->lines ? 1 : k == b->lines ? -1 : strcmp(a->line[i], b->line[k]);

		if (order == 0) {
			i++;
			k++;
			total.equal++;
			continue;
		}
		n++;
		print_message("%s: %c %.200s\n", path, order < 0 ? '-' : '+', order < 0 ? a->line[i] : b->line[k]);
		i += order < 0;
		k += order > 0;
	}
	return n;
}

static void
compare(const char *evtx_path)
{
	char json_path[4096];
	struct fields evtx, json;

	snprintf(json_path, sizeof(json_path), "%.*s.json", (int)(strlen(evtx_path) - 5), evtx_path);
	assert_true(read_fields(evtx_path, &evtx));
	assert_int_equal(evtx.skipped, 0);
	assert_int_equal(evtx.bad_xml, 0);
	if (read_fields(json_path, &json)) {
		total.files++;
		total.events += evtx.events;
		assert_int_equal(json.skipped, 0);
		assert_int_equal(evtx.events, json.events);
		for (size_t i = 0; i < evtx.events; i++)
			total.other += differences(evtx_path, &json.event[i], &evtx.event[i]);
	}
	clear_fields(&json);
	clear_fields(&evtx);
}

static int
each_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	size_t len = strlen(path);

	(void)st;
	(void)at;
	if (type == FTW_F && len > 5 && strcmp(path + len - 5, ".evtx") == 0)
		compare(path);
	return 0;
}

static void
records_have_the_fields_another_program_found_in_them(void **state)
{
	const char *shared = getenv("KHIEN_SHARED");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/data/evtx/regression", shared == NULL ? "../shared" : shared);
	if (access(path, R_OK) != 0) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	assert_int_equal(nftw(path, each_file, 16, FTW_PHYS), 0);
	print_message("%zu files, %zu records, %zu fields equal, %zu not\n", total.files, total.events,
	    total.equal, total.other);
	assert_true(total.files > 50 && total.equal > 1000);
	assert_int_equal(total.other, 0);
}

TEST_MAIN(cmocka_unit_test(records_have_the_fields_another_program_found_in_them))
