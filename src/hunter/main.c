/* SPDX-License-Identifier: Apache-2.0 */
/*
 * khien-hunt: reads logs and rules; khien runs it for its commands hunt, rules and logs, so that
 * the engine's libraries are in no other process.  It is told what to do in JSON on descriptor 3:
 * {"command": "hunt", "lang": "vi", "json": false, "args": {…}} with the words of the command line.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "hunt/again.h"
#include "hunt/edition.h"
#include "hunt/hunt.h"
#include "os/file.h"
#include "pack/shipped.h"
#include "text/json.h"
#include "text/jsonw.h"

#define REQUEST_FD  3
#define REQUEST_MAX ((size_t)16 << 20)

struct task {
	struct json *request;
	const struct json *args;
	enum lang lang;
	bool json;
	struct arena arena;
	struct detect_load rules;
	char *cache_dir;
};

static const char *
text_arg(const struct task *t, const char *name)
{
	const char *text = json_get_str(t->args, name);

	return str_empty(text) ? NULL : text;
}

static bool
bool_arg(const struct task *t, const char *name)
{
	const char *text = json_get_str(t->args, name);

	return text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "1") == 0);
}

/* A list of texts, or one; lives as long as the task. */
static const char *const *
list_arg(struct task *t, const char *name, size_t *ret_n)
{
	const struct json *value = json_get(t->args, name);
	size_t n = json_kind(value) == JSON_KIND_ARRAY ? json_len(value) : json_str(value) != NULL;
	const char **list = arena_alloc(&t->arena, (n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = json_kind(value) == JSON_KIND_ARRAY ? json_str(json_at(value, i)) : json_str(value);
	*ret_n = n;
	return list;
}

static int
time_arg(const struct task *t, const char *name, bool (*parse)(const char *, int64_t *), int64_t *ret, struct err *err)
{
	const char *text = text_arg(t, name);

	if (text != NULL && !parse(text, ret))
		return err_fail(err, ERR_USAGE, "hunt.usage.time", name, "value", text, NULL, NULL);
	return 0;
}

static int
level_arg(const struct task *t, enum sigma_level *ret, struct err *err)
{
	const char *text = text_arg(t, "level");

	*ret = text == NULL ? SIGMA_NONE : sigma_level_find(text);
	if (*ret == SIGMA_LEVELS)
		return err_fail(err, ERR_USAGE, "hunt.usage.level", "level", "value", text, NULL, NULL);
	return 0;
}

static int
threads_arg(const struct task *t, unsigned *ret, struct err *err)
{
	const char *text = text_arg(t, "threads");
	char *end = NULL;
	long n = text == NULL ? 0 : strtol(text, &end, 10);

	if (text != NULL && (*end != '\0' || n < 1 || n > 256))
		return err_fail(err, ERR_USAGE, "hunt.usage.threads", "threads", "value", text, NULL, NULL);
	*ret = (unsigned)n;
	return 0;
}

/* Lists for %name% in rules: "name=value", one option a value. */
static int
expand_arg(struct task *t, struct err *err)
{
	size_t n;
	const char *const *pair = list_arg(t, "expand", &n);
	struct detect_expand *lists = arena_alloc(&t->arena, (n + 1) * sizeof(*lists));

	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(pair[i], '=');
		const char **text;
		size_t k = 0;

		if (equals == NULL || equals == pair[i])
			return err_fail(err, ERR_USAGE, "hunt.usage.expand", "expand", "value", pair[i], NULL, NULL);
		while (k < t->rules.expands && !(strlen(lists[k].name) == (size_t)(equals - pair[i]) &&
		    strncmp(lists[k].name, pair[i], (size_t)(equals - pair[i])) == 0))
			k++;
		if (k == t->rules.expands) {
			lists[k].name = arena_strndup(&t->arena, pair[i], (size_t)(equals - pair[i]));
			lists[k].text = arena_alloc(&t->arena, (n + 1) * sizeof(*text));
			t->rules.expands++;
		}
		text = (const char **)(uintptr_t)lists[k].text;
		text[lists[k].count++] = equals + 1;
	}
	t->rules.expand = lists;
	return 0;
}

/* Where rules come from: ${name}'s folders, or what is shipped and the edition in use beside it. */
static int
rules_arg(struct task *t, const char *name, struct err *err)
{
	t->rules.path = list_arg(t, name, &t->rules.paths);
	t->rules.pipeline = list_arg(t, "pipeline", &t->rules.pipelines);
	t->rules.shipped = t->rules.paths == 0 || bool_arg(t, "shipped");
	if (t->rules.paths == 0)
		t->rules.path = list_arg(t, "edition", &t->rules.paths);
	t->rules.data_dir = text_arg(t, "data");
	t->rules.no_prefilter = bool_arg(t, "no_prefilter");
	t->rules.cache_dir = bool_arg(t, "no_cache") ? NULL : (t->cache_dir = detect_cache_dir());
	return expand_arg(t, err);
}

/* ---- commands ----------------------------------------------------------------------------- */

static int
do_hunt(struct task *t, struct err *err)
{
	struct hunt_options o = { .lang = t->lang, .json = text_arg(t, "json"), .csv = text_arg(t, "csv"),
	    .timeline = text_arg(t, "timeline"), .html = text_arg(t, "html"), .from_ms = INT64_MIN, .to_ms = INT64_MAX };
	bool stopped = false;
	int failed = rules_arg(t, "rules", err);

	o.path = list_arg(t, "path", &o.paths);
	o.ioc = list_arg(t, "ioc", &o.iocs);
	o.tag = list_arg(t, "tag", &o.tags);
	if (failed == 0)
		failed = level_arg(t, &o.level, err);
	if (failed == 0)
		failed = threads_arg(t, &o.threads, err);
	if (failed == 0)
		failed = time_arg(t, "from", clock_parse, &o.from_ms, err);
	if (failed == 0)
		failed = time_arg(t, "to", clock_parse_end, &o.to_ms, err);
	if (failed == 0 && o.from_ms > o.to_ms)
		failed = err_set(err, ERR_USAGE, "err.hunt.span", "to");
	o.rules = t->rules;
	if (failed == 0)
		failed = hunt_run(&o, &stopped, err);
	if (failed == 0 && stopped)
		failed = err_set(err, ERR_STATE, "hunt.stopped", NULL);
	return failed;
}

/* For khien hunt --incident: detections that were kept, as CSV and as a timeline. */
static int
do_rows(struct task *t, struct err *err)
{
	struct hunt_again again = { .json = text_arg(t, "from"), .csv = text_arg(t, "csv"),
	    .timeline = text_arg(t, "timeline"), .titles = json_get(t->args, "titles") };

	return again.json == NULL ? err_set(err, ERR_USAGE, "hunt.usage.direct", NULL) : hunt_again(&again, err);
}

static int
do_check(struct task *t, struct err *err)
{
	int failed = rules_arg(t, "dir", err);

	return failed != 0 ? failed : hunt_rules_check(&t->rules, t->json, bool_arg(t, "strict"), t->lang, err);
}

static void
say_set(const struct detect_loaded *loaded)
{
	struct buf out = BUF_INIT(10000);
	struct jsonw w = JSONW_INIT(&out);

	jsonw_object(&w);
	jsonw_kstring(&w, "path", loaded->path);
	jsonw_kstring(&w, "key", loaded->key);
	jsonw_kint(&w, "loaded", (int64_t)loaded->loaded);
	jsonw_object_end(&w);
	puts(buf_str(&out));
	buf_clear(&out);
}

/* For khien: puts the compiled set where a worker can be given it, and says where. */
static int
do_compile(struct task *t, struct err *err)
{
	struct detect_loaded loaded = { 0 };
	struct matcher *matcher = NULL;
	int failed = rules_arg(t, "rules", err);

	t->rules.cache_dir = text_arg(t, "cache");
	t->rules.anew = bool_arg(t, "no_cache");
	if (failed == 0 && t->rules.cache_dir == NULL)
		failed = err_set(err, ERR_USAGE, "hunt.usage.direct", NULL);
	if (failed == 0)
		failed = detect_load(&t->rules, NULL, NULL, &matcher, &loaded, err);
	if (failed == 0 && *loaded.path == '\0')
		failed = err_sys(err, ERR_IO, t->rules.cache_dir, EIO);
	if (failed == 0 && loaded.loaded == 0)
		failed = err_fail(err, ERR_INVALID, "hunt.rules.none", NULL, "path", t->rules.path[0], NULL, NULL);
	if (failed == 0)
		say_set(&loaded);
	matcher_free(matcher);
	return failed;
}

/* For khien: where the set of that key is, if it still is. */
static int
do_find(struct task *t, struct err *err)
{
	const char *dir = text_arg(t, "cache");
	struct detect_loaded loaded;
	int failed = dir == NULL ? err_set(err, ERR_USAGE, "hunt.usage.direct", NULL) :
	    detect_find(dir, text_arg(t, "key"), &loaded, err);

	if (failed == 0)
		say_set(&loaded);
	return failed;
}

static int
do_list(struct task *t, struct err *err)
{
	enum sigma_level level;
	size_t tags;
	const char *const *tag = list_arg(t, "tag", &tags);
	int failed = rules_arg(t, "rules", err);

	if (failed == 0)
		failed = level_arg(t, &level, err);
	return failed != 0 ? failed : hunt_rules_list(&t->rules, level, tag, tags, t->json, t->lang, err);
}

static int
do_show(struct task *t, struct err *err)
{
	int failed = rules_arg(t, "rules", err);

	return failed != 0 ? failed : hunt_rules_show(&t->rules, text_arg(t, "rule"), t->json, t->lang, err);
}

/* For khien rules import alone. */
static int
do_stage(struct task *t, struct err *err)
{
	struct edition_ask ask = { .from = text_arg(t, "path"), .to = text_arg(t, "to"),
	    .before = text_arg(t, "before"), .lang = t->lang };
	struct buf out = BUF_INIT(JSON_SIZE_MAX);
	int failed = rules_arg(t, "rules", err);

	if (ask.from == NULL || ask.to == NULL)
		failed = err_set(err, ERR_USAGE, "hunt.usage.direct", NULL);
	ask.load = t->rules;
	if (failed == 0)
		failed = edition_stage(&ask, &out, err);
	if (failed == 0)
		puts(buf_str(&out));
	buf_clear(&out);
	return failed;
}

static int
do_test(struct task *t, struct err *err)
{
	int failed = rules_arg(t, "rules", err);

	return failed != 0 ? failed : hunt_rules_test(&t->rules, text_arg(t, "dir"), t->json, t->lang, err);
}

static int
do_dump(struct task *t, struct err *err)
{
	return hunt_logs_dump(text_arg(t, "file"), bool_arg(t, "xml"), t->lang, err);
}

static int
do_stat(struct task *t, struct err *err)
{
	return hunt_logs_stat(text_arg(t, "file"), t->json, t->lang, err);
}

static int
run(struct task *t, struct err *err)
{
	static const struct { const char *name; int (*run)(struct task *, struct err *); } command[] = {
		{ "hunt", do_hunt }, { "rules check", do_check }, { "rules compile", do_compile },
		{ "rules find", do_find }, { "hunt rows", do_rows },
		{ "rules list", do_list }, { "rules show", do_show }, { "rules stage", do_stage },
		{ "rules test", do_test }, { "logs dump", do_dump }, { "logs stat", do_stat },
	};
	const char *name = json_get_str(t->request, "command");

	for (size_t i = 0; i < ARRAY_LEN(command); i++)
		if (str_eq(name, command[i].name))
			return command[i].run(t, err);
	return err_set(err, ERR_USAGE, "hunt.usage.direct", NULL);
}

/* ---- the process --------------------------------------------------------------------------- */

static int
read_request(struct task *t, struct err *err)
{
	char *data = NULL;
	size_t len;
	int failed = file_read_fd(REQUEST_FD, "khien", REQUEST_MAX, &data, &len, NULL);

	if (failed == 0)
		failed = json_parse(data, len, &t->request, NULL);
	free(data);
	if (failed != 0)
		return err_set(err, ERR_USAGE, "hunt.usage.direct", NULL);
	t->args = json_get(t->request, "args");
	t->lang = lang_of(json_get_str(t->request, "lang"));
	t->json = json_get_bool(t->request, "json", false);
	return 0;
}

/* Whether all that was said has been written; who no longer listens need not be told. */
static int
flush(struct err *err)
{
	bool was_lost = ferror(stdout);

	errno = 0;
	if (was_lost) {
		/* What went wrong then is forgotten, but goes wrong again. */
		clearerr(stdout);
		putchar('\n');
	}
	if (fflush(stdout) == 0 && !was_lost)
		return 0;
	return errno == EPIPE ? 0 : err_sys(err, file_err_kind(errno == 0 ? EIO : errno), "stdout", errno == 0 ? EIO : errno);
}

static int
fail(const struct task *t, const struct err *err)
{
	struct buf text = BUF_INIT(200000);

	if (t->json)
		words_err_json(&text, t->lang, err);
	else
		words_err(&text, t->lang, err);
	fprintf(stderr, "%s%s\n", t->json ? "" : "khien: ", buf_str(&text));
	buf_clear(&text);
	return err_exit_status((enum err_kind)err->kind);
}

int
main(void)
{
	struct task t = { .lang = LANG_VI };
	struct err err = { 0 };
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	if (shipped_words(&err) != 0) {
		fprintf(stderr, "khien: %s: %s\n", err.file, err.key);
		return 1;
	}
	if (read_request(&t, &err) != 0 || run(&t, &err) != 0 || flush(&err) != 0)
		status = fail(&t, &err);
	else if (ferror(stdout))
		status = 1;
	err_clear(&err);
	json_free(t.request);
	arena_clear(&t.arena);
	free(t.cache_dir);
	words_clear();
	return status;
}
