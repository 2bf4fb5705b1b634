/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detections of public rules in recorded attacks against lists made by an independent
 * evaluator.  The data are none of the project's: ../shared/data, or KHIEN_SHARED/data; without
 * them the tests are skipped.  Reviewed differences: test/data/detect-reviewed.tsv.
 */
#include <ftw.h>
#include <limits.h>

#include "base/arena.h"
#include "base/map.h"
#include "detect/load.h"
#include "ingest/ingest.h"
#include "os/file.h"
#include "testing.h"

static char data_dir[1024];

/* How often a line stands in the list, and how often it was found. */
struct line {
	int wanted, found;
	bool reviewed; /* more than the list says, and right */
};

static struct map lines;
static struct matcher_thread *thread;
static struct ingest_thread *reader;
static const struct matcher *matcher;
static const char *root, *file;
static size_t events, skipped, hits;

static struct line *
line_of(const char *path, uint64_t record, const char *rule)
{
	char key[PATH_MAX];
	struct line *line;

	snprintf(key, sizeof(key), "%s\t%llu\t%s", path, (unsigned long long)record, rule);
	line = map_get(&lines, key);
	if (line == NULL) {
		line = xcalloc(1, sizeof(*line));
		map_put(&lines, key, line);
	}
	return line;
}

static void
on_hit(void *arg, struct matcher_thread *t, const struct event *event, uint32_t rule)
{
	(void)arg;
	(void)t;
	hits++;
	line_of(file, event->record, matcher_about(matcher, rule)->id)->found++;
}

static void
on_event(void *arg, const struct event *event)
{
	(void)arg;
	events++;
	matcher_event(thread, event, on_hit, NULL);
}

static void
on_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	(void)arg;
	(void)offset;
	(void)len;
	(void)key;
	skipped++;
}

static int
hunt_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	const struct ingest_sink sink = { NULL, on_event, on_skipped };
	struct ingest_piece piece = { 0 };
	size_t len = strlen(path);
	struct ingest *in;

	(void)st;
	(void)ftw;
	if (flag != FTW_F || len < 5 || strcmp(path + len - 5, ".evtx") != 0)
		return 0;
	file = path + strlen(root) + 1;
	if (ingest_open(path, NULL, &in, NULL) != 0)
		return 0;
	while (ingest_next(in, &piece))
		if (piece.len > 0)
			ingest_parse(in, &piece, reader, &sink);
	ingest_piece_clear(&piece);
	ingest_close(in);
	return 0;
}

static struct matcher *
load(bool no_prefilter)
{
	static char path[3][PATH_MAX];
	const char *const paths[] = { path[0], path[1], path[2] };
	struct detect_load what = { .path = paths, .paths = 3, .no_prefilter = no_prefilter };
	struct detect_loaded loaded;
	struct matcher *m = NULL;

	snprintf(path[0], PATH_MAX, "%s/sigma/rules", data_dir);
	snprintf(path[1], PATH_MAX, "%s/sigma/rules-emerging-threats", data_dir);
	snprintf(path[2], PATH_MAX, "%s/sigma/rules-threat-hunting", data_dir);
	assert_int_equal(detect_load(&what, NULL, NULL, &m, &loaded, NULL), 0);
	print_message("rules: %zu loaded, %zu unmapped, %zu refused\n", loaded.loaded, loaded.unmapped,
	    loaded.refused);
	return m;
}

static void
hunt(const char *set, bool no_prefilter)
{
	static char path[PATH_MAX];
	struct matcher *m = load(no_prefilter);

	snprintf(path, sizeof(path), "%s/evtx/%s", data_dir, set);
	root = path;
	matcher = m;
	events = skipped = hits = 0;
	reader = ingest_thread_new(matcher_names(m));
	thread = matcher_thread_new(m);
	nftw(path, hunt_file, 20, FTW_PHYS);
	matcher_thread_free(thread);
	ingest_thread_free(reader);
	matcher_free(m);
	print_message("%s: %zu events, %zu skipped, %zu detections\n", set, events, skipped, hits);
}

/* ${each} line of the file in its first ${n} columns. */
static void
each_line(const char *path, void (*each)(char **column, size_t n))
{
	char *text, *next;
	size_t len;

	assert_int_equal(file_read(path, (size_t)1 << 26, &text, &len, NULL), 0);
	for (char *p = text; *p != '\0'; p = next) {
		char *column[5] = { NULL };
		size_t n = 0;

		next = p + strcspn(p, "\n");
		if (*next != '\0')
			*next++ = '\0';
		for (char *at = p; at != NULL && n < 5; n++) {
			column[n] = at;
			at = strchr(at, '\t');
			if (at != NULL)
				*at++ = '\0';
		}
		if (n >= 3 && *p != '#')
			each(column, n);
	}
	free(text);
}

static const char *set_now;

/* A file that the data here do not have cannot be asked for. */
static void
want(char **column, size_t n)
{
	char path[PATH_MAX];

	(void)n;
	snprintf(path, sizeof(path), "%s/evtx/%s/%s", data_dir, set_now, column[0]);
	if (file_exists(path))
		line_of(column[0], strtoull(column[1], NULL, 10), column[2])->wanted++;
}

static void
take_reviewed(char **column, size_t n)
{
	char path[PATH_MAX];

	if (n < 5 || strcmp(column[0], set_now) != 0)
		return;
	snprintf(path, sizeof(path), "%s/evtx/%s/%s", data_dir, set_now, column[1]);
	if (file_exists(path))
		line_of(column[1], strtoull(column[2], NULL, 10), column[3])->reviewed = true;
}

static void
compare(const char *set)
{
	char path[PATH_MAX];
	size_t missing = 0, extra = 0, wanted = 0;
	struct map_slot *s;

	if (!file_exists(data_dir)) {
		print_message("skipped: no %s\n", data_dir);
		skip();
	}
	set_now = set;
	snprintf(path, sizeof(path), "%s/golden/%s.tsv", data_dir, set);
	each_line(path, want);
	each_line("test/data/detect-reviewed.tsv", take_reviewed);
	hunt(set, false);
	for (size_t i = 0; (s = map_next(&lines, &i)) != NULL;) {
		const struct line *line = s->value;

		wanted += line->wanted > 0;
		if ((line->wanted > 0 || line->reviewed) && line->found == 0) {
			print_message("missing\t%s\n", s->key);
			missing++;
		} else if (line->wanted == 0 && !line->reviewed) {
			print_message("extra\t%s\n", s->key);
			extra++;
		}
	}
	map_clear(&lines, free);
	assert_true(wanted > 100);
	assert_int_equal(missing, 0);
	assert_int_equal(extra, 0);
}

static void
regression_files_give_what_the_list_says(void **state)
{
	(void)state;
	compare("regression");
}

static void
recorded_attacks_give_what_the_list_says(void **state)
{
	(void)state;
	compare("attack");
}

/* Every answer twice: once through the prefilter, once by evaluating every rule. */
static void
the_prefilter_changes_nothing(void **state)
{
	struct map_slot *s;
	size_t with;

	(void)state;
	if (!file_exists(data_dir))
		skip();
	hunt("attack", false);
	with = hits;
	hunt("attack", true);
	assert_true(with > 0);
	assert_int_equal(hits, with);
	for (size_t i = 0; (s = map_next(&lines, &i)) != NULL;)
		assert_int_equal(((const struct line *)s->value)->found % 2, 0);
	map_clear(&lines, free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(regression_files_give_what_the_list_says),
		cmocka_unit_test(recorded_attacks_give_what_the_list_says),
		cmocka_unit_test(the_prefilter_changes_nothing) };
	const char *shared = getenv("KHIEN_SHARED");

	snprintf(data_dir, sizeof(data_dir), "%s/data", shared == NULL ? "../shared" : shared);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
