/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of rules, what is told of them, and the cache of compiled sets. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/load.h"
#include "os/file.h"
#include "testing.h"

static char dir[] = "/tmp/khien-test-load-XXXXXX";
static char rules[64], cache[64], path[PATH_MAX];

static const char good[] = "title: good\nid: g\nlogsource: {product: windows, category: process_creation}\n"
    "tags: [attack.t1059]\nlevel: high\ndetection:\n  s: {Image|endswith: '\\x.exe'}\n  r: {Image|re: '^C:.*x'}\n"
    "  condition: s and r\n";
static const char nowhere[] = "title: nowhere\nid: n\nlogsource: {product: moon}\ndetection:\n  s: {a: 1}\n"
    "  condition: s\n";
static const char broken[] = "title: broken\nlogsource: {product: windows}\ndetection:\n  s: {a|odd: 1}\n"
    "  condition: s\n";

static void
put(const char *name, const char *text)
{
	snprintf(path, sizeof(path), "%s/%s", rules, name);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(rules, sizeof(rules), "%s/rules", dir);
	snprintf(cache, sizeof(cache), "%s/cache", dir);
	snprintf(path, sizeof(path), "%s/sub", rules);
	assert_int_equal(file_mkdir(path, 0700, NULL), 0);
	put("sub/good.yml", good);
	put("nowhere.yaml", nowhere);
	put("broken.yml", broken);
	put("notes.txt", "not a rule");
	snprintf(path, sizeof(path), "%s/sub/circle", rules);
	assert_int_equal(symlink(rules, path), 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	file_remove_tree(dir, NULL);
	return 0;
}

struct told {
	char text[600];
};

static void
tell(void *arg, const struct sigma_about *about, const struct err *err)
{
	struct told *t = arg;
	size_t n = strlen(t->text);

	snprintf(t->text + n, sizeof(t->text) - n, "%s:%d %s %s;", strrchr(err->file, '/') + 1, err->line,
	    err->key, about == NULL ? "" : about->title);
}

static struct matcher *
load(struct told *told, struct detect_loaded *loaded)
{
	const char *paths[] = { rules };
	struct detect_load what = { .path = paths, .paths = 1, .cache_dir = cache };
	struct matcher *m = NULL;

	*told = (struct told){ "" };
	assert_int_equal(detect_load(&what, tell, told, &m, loaded, NULL), 0);
	return m;
}

static void
ignore(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	(void)arg;
	(void)thread;
	(void)event;
	(void)rule;
}

static size_t
hits_of(const struct matcher *m)
{
	static const char *const name[] = { "Channel", "EventID", "Image" };
	static const char *const text[] = { "Microsoft-Windows-Sysmon/Operational", "1", "C:\\d\\x.exe" };
	struct matcher_thread *t = matcher_thread_new(m);
	struct event_value value[3];
	struct event event = { .value = value, .values = 3, .format = "evtx" };
	struct matcher_count count;

	for (int i = 0; i < 3; i++)
		value[i] = (struct event_value){ .id = names_find(matcher_names(m), name[i], strlen(name[i])),
			.name = name[i], .name_len = (uint32_t)strlen(name[i]), .type = VALUE_TEXT,
			.data = text[i], .len = (uint32_t)strlen(text[i]) };
	matcher_event(t, &event, ignore, NULL);
	matcher_count(t, &count);
	matcher_thread_free(t);
	return count.hits;
}

static void
a_folder_is_read_and_every_rule_accounted_for(void **state)
{
	struct detect_loaded loaded;
	struct matcher *m;
	struct told told;

	(void)state;
	m = load(&told, &loaded);
	assert_int_equal(loaded.files, 4);
	assert_int_equal(loaded.loaded, 1);
	assert_int_equal(loaded.unmapped, 1);
	assert_int_equal(loaded.refused, 2);
	assert_false(loaded.cached);
	assert_string_equal(told.text, "broken.yml:4 sigma.modifier broken;circle:1 detect.link ;nowhere.yaml:1 detect.unmapped nowhere;");
	assert_int_equal(hits_of(m), 1);
	matcher_free(m);
}

static void
the_cache_says_the_same_as_compiling(void **state)
{
	struct detect_loaded first, second;
	struct told told, again;
	struct matcher *m;

	(void)state;
	matcher_free(load(&told, &first));
	m = load(&again, &second);
	assert_true(second.cached);
	assert_string_equal(told.text, again.text);
	assert_int_equal(second.loaded, first.loaded);
	assert_int_equal(second.unmapped, first.unmapped);
	assert_int_equal(matcher_rules(m), 1);
	assert_string_equal(matcher_about(m, 0)->title, "good");
	assert_string_equal(matcher_about(m, 0)->tag[0], "attack.t1059");
	assert_int_equal(matcher_about(m, 0)->level, SIGMA_HIGH);
	assert_int_equal(hits_of(m), 1);
	matcher_free(m);
}

static void
a_changed_rule_is_compiled_anew(void **state)
{
	struct detect_loaded loaded;
	struct told told;

	(void)state;
	matcher_free(load(&told, &loaded));
	put("sub/good.yml", good + strlen("title: good\n"));
	matcher_free(load(&told, &loaded));
	assert_false(loaded.cached);
	assert_int_equal(loaded.loaded, 0);
	put("sub/good.yml", good);
}

/* One bit turned over, the end cut off: not believed. */
static void
a_damaged_cache_is_compiled_anew(void **state)
{
	struct detect_loaded loaded;
	struct dirent *e;
	struct told told;
	DIR *d;

	(void)state;
	matcher_free(load(&told, &loaded));
	d = opendir(cache);
	while ((e = readdir(d)) != NULL) {
		char *data;
		size_t len;

		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", cache, e->d_name);
		assert_int_equal(file_read(path, 1 << 28, &data, &len, NULL), 0);
		data[len / 2] ^= 1;
		assert_int_equal(file_replace(path, data, len / 2 * 2 - 8, 0600, NULL), 0);
		free(data);
	}
	closedir(d);
	matcher_free(load(&told, &loaded));
	assert_false(loaded.cached);
	assert_int_equal(loaded.loaded, 1);
}

static void
a_path_that_is_not_there_is_an_error(void **state)
{
	const char *paths[] = { "/nowhere/at/all" };
	struct detect_load what = { .path = paths, .paths = 1 };
	struct matcher *m = NULL;

	(void)state;
	assert_int_equal(detect_load(&what, NULL, NULL, &m, NULL, NULL), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_folder_is_read_and_every_rule_accounted_for),
		cmocka_unit_test(the_cache_says_the_same_as_compiling),
		cmocka_unit_test(a_changed_rule_is_compiled_anew),
		cmocka_unit_test(a_damaged_cache_is_compiled_anew),
		cmocka_unit_test(a_path_that_is_not_there_is_an_error) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
