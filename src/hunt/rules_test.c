/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_test.c: examples of rules, run: in every log of "positive" the rule is found, in none of
 * "negative".  test/rules/README.md says how examples are written.
 */
#include <errno.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "detect/correlate.h"
#include "hunt/hunt.h"
#include "hunt/spool.h"
#include "os/walk.h"
#include "ingest/ingest.h"
#include "os/file.h"
#include "text/json.h"
#include "text/jsonw.h"

#define LOG_MAX    ((size_t)64 << 20)
#define REPEAT_MAX 100000

/* One log of an example under way. */
struct trial {
	const struct matcher *matcher;
	struct matcher_thread *thread;
	struct spool *feed;
	const char *rule; /* the id that is looked for */
	bool found;
};

/* ---- the log ------------------------------------------------------------------------------ */

/* "{n}" within texts becomes the number. */
static void
add_text(struct buf *out, const char *text, int64_t n)
{
	for (const char *p; (p = strstr(text, "{n}")) != NULL; text = p + 3) {
		buf_add(out, text, (size_t)(p - text));
		buf_printf(out, "%lld", (long long)n);
	}
	buf_adds(out, text);
}

static void
add_event(struct buf *log, const struct json *event, int64_t n, int64_t later_s)
{
	struct json *copy = json_clone(event);
	const char *when = json_get_str(copy, "TimeCreated_SystemTime");
	struct buf text = BUF_INIT(LOG_MAX);
	char iso[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (json_str(event) != NULL) {
		add_text(log, json_str(event), n);
		buf_addc(log, '\n');
		json_free(copy);
		return;
	}
	if (when != NULL && later_s != 0 && clock_parse(when, &ms))
		json_set_str(copy, "TimeCreated_SystemTime", clock_iso(ms + later_s * 1000, iso));
	json_write(copy, &text);
	add_text(log, buf_str(&text), n);
	buf_addc(log, '\n');
	buf_clear(&text);
	json_free(copy);
}

static void
make_log(struct buf *log, const struct json *events)
{
	for (size_t i = 0; i < json_len(events); i++) {
		const struct json *e = json_at(events, i);
		int64_t repeat = json_get_int(e, "$repeat", 0), every = json_get_int(e, "$every", 0);

		if (json_get(e, "$event") == NULL) {
			add_event(log, e, 1, 0);
			continue;
		}
		for (int64_t n = 1; n <= repeat && n <= REPEAT_MAX; n++)
			add_event(log, json_get(e, "$event"), n, (n - 1) * every);
	}
}

/* ---- running it ------------------------------------------------------------------------------ */

static bool
is_rule(const struct trial *t, uint32_t rule)
{
	return strcasecmp(matcher_about(t->matcher, rule)->id, t->rule) == 0;
}

static void
on_hit(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	struct trial *t = arg;
	struct buf data = BUF_INIT(SPOOL_RECORD_MAX - sizeof(rule));

	if (matcher_feeds(t->matcher, rule) && event->time_ns != INT64_MIN) {
		buf_add(&data, &rule, sizeof(rule));
		correlate_take(thread, event, rule, &data);
		spool_add(t->feed, event->time_ns, buf_str(&data), data.len, NULL);
		buf_clear(&data);
	}
	if (!matcher_silent(t->matcher, rule) && is_rule(t, rule))
		t->found = true;
}

static void
on_event(void *arg, const struct event *event)
{
	struct trial *t = arg;

	matcher_event(t->thread, event, on_hit, t);
}

static void
on_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	(void)arg;
	(void)offset;
	(void)len;
	(void)key;
}

static void
on_detection(void *arg, const struct correlate_detection *d)
{
	struct trial *t = arg;

	if (is_rule(t, d->rule))
		t->found = true;
}

static bool
on_feed(void *arg, int64_t time_ns, const char *data, size_t len)
{
	uint32_t rule;

	memcpy(&rule, data, sizeof(rule));
	correlate_feed(arg, rule, time_ns, data + sizeof(rule), len - sizeof(rule), (struct correlate_ref){ 0 });
	return true;
}

static int
read_log(struct trial *t, const struct buf *log, const char *format, const char *name, struct err *err)
{
	struct ingest_options options = { .format = ingest_format_find(format), .zone_s = CLOCK_LOCAL_S };
	const struct ingest_sink sink = { t, on_event, on_skipped };
	struct ingest_thread *thread;
	struct ingest_piece piece = { 0 };
	struct ingest *in = NULL;
	int fd = memfd_create("log", MFD_CLOEXEC), failed;

	if (fd < 0 || fd_write_all(fd, log->data, log->len) != 0 || lseek(fd, 0, SEEK_SET) < 0) {
		failed = err_sys(err, ERR_IO, name, errno);
		if (fd >= 0)
			close(fd);
		return failed;
	}
	if (options.format == INGEST_FORMATS)
		options.format = INGEST_ANY;
	if ((failed = ingest_open_fd(fd, name, &options, &in, err)) != 0)
		return failed;
	thread = ingest_thread_new(matcher_names(t->matcher));
	while (ingest_next(in, &piece))
		if (piece.skipped == 0)
			ingest_parse(in, &piece, thread, &sink);
	ingest_piece_clear(&piece);
	ingest_thread_free(thread);
	ingest_close(in);
	return 0;
}

/* Whether the rule is found in the log. */
static int
try_log(const struct matcher *matcher, const struct json *events, const char *format, const char *rule,
    const char *name, bool *ret_found, struct err *err)
{
	struct trial t = { matcher, matcher_thread_new(matcher), spool_new(0), rule, false };
	struct buf log = BUF_INIT(LOG_MAX);
	struct correlate *c;
	int failed;

	make_log(&log, events);
	failed = read_log(&t, &log, format, name, err);
	if (failed == 0) {
		c = correlate_new(matcher, on_detection, &t);
		failed = spool_read(t.feed, on_feed, c, err);
		(void)correlate_end(c);
	}
	*ret_found = t.found;
	buf_clear(&log);
	spool_free(t.feed);
	matcher_thread_free(t.thread);
	return failed;
}

/* ---- all of them ------------------------------------------------------------------------------ */

struct tests {
	const struct matcher *matcher;
	enum lang lang;
	bool json;
	struct buf out; /* JSON items */
	size_t logs, failures;
};

static void
not_as_said(struct tests *t, const char *file, const char *rule, bool positive, size_t i)
{
	char number[24];
	const char *const names[] = { "file", "rule", "number" }, *const values[] = { file, rule, number };
	struct buf text = BUF_INIT(10000);
	struct jsonw w = JSONW_INIT(&t->out);

	t->failures++;
	snprintf(number, sizeof(number), "%zu", i + 1);
	if (t->json) {
		if (t->out.len > 0)
			buf_addc(&t->out, ',');
		jsonw_object(&w);
		jsonw_kstring(&w, "file", file);
		jsonw_kstring(&w, "rule_id", rule);
		jsonw_kstring(&w, "expected", positive ? "positive" : "negative");
		jsonw_kint(&w, "number", (int64_t)i + 1);
		jsonw_object_end(&w);
		return;
	}
	words_format(&text, t->lang, positive ? "hunt.test.missed" : "hunt.test.extra", names, values, 3);
	puts(buf_str(&text));
	buf_clear(&text);
}

static int
run_list(struct tests *t, const struct json *example, bool positive, const char *file, struct err *err)
{
	const struct json *logs = json_get(example, positive ? "positive" : "negative");
	const char *format = json_get_str(example, "format"), *rule = json_get_str(example, "rule");
	int failed = 0;

	for (size_t i = 0; i < json_len(logs) && failed == 0; i++) {
		bool found = false;

		failed = try_log(t->matcher, json_at(logs, i), format == NULL ? "json" : format, rule, file, &found, err);
		t->logs++;
		if (failed == 0 && found != positive)
			not_as_said(t, file, rule, positive, i);
	}
	return failed;
}

static int
run_file(struct tests *t, const struct walk_file *file, struct err *err)
{
	struct json *example = NULL;
	char *data = NULL;
	size_t len;
	int failed = file_read(file->path, JSON_SIZE_MAX, &data, &len, err);

	if (failed == 0 && (failed = json_parse(data, len, &example, err)) != 0)
		err_where(err, file->shown, err == NULL ? 0 : err->line, err == NULL ? 0 : err->column);
	if (failed == 0 && json_get_str(example, "rule") == NULL)
		failed = err_fail(err, ERR_INVALID, "hunt.test.form", NULL, "file", file->shown, NULL, NULL);
	if (failed == 0)
		failed = run_list(t, example, true, file->shown, err);
	if (failed == 0)
		failed = run_list(t, example, false, file->shown, err);
	json_free(example);
	free(data);
	return failed;
}

int
hunt_rules_test(const struct detect_load *load, const char *dir, bool json, enum lang lang, struct err *err)
{
	struct tests t = { .lang = lang, .json = json, .out = BUF_INIT(LOG_MAX) };
	struct walk walk = { 0 };
	struct detect_loaded loaded;
	struct matcher *matcher = NULL;
	char logs[24], failures[24];
	const char *const names[] = { "logs", "failures" }, *const values[] = { logs, failures };
	struct buf text = BUF_INIT(10000);
	int failed = walk_add(&walk, dir, err);

	if (failed == 0)
		failed = detect_load(load, NULL, NULL, &matcher, &loaded, err);
	t.matcher = matcher;
	for (size_t i = 0; i < walk.files && failed == 0; i++) {
		size_t n = strlen(walk.file[i].path);

		if (n > 5 && strcmp(walk.file[i].path + n - 5, ".json") == 0)
			failed = run_file(&t, &walk.file[i], err);
	}
	if (failed == 0 && t.logs == 0)
		failed = err_fail(err, ERR_INVALID, "hunt.test.none", NULL, "path", dir, NULL, NULL);
	snprintf(logs, sizeof(logs), "%zu", t.logs);
	snprintf(failures, sizeof(failures), "%zu", t.failures);
	words_format(&text, lang, "hunt.test.done", names, values, 2);
	if (failed == 0 && json)
		printf("{\"logs\":%zu,\"failures\":[%s],\"ok\":%s}\n", t.logs, buf_str(&t.out), t.failures == 0 ? "true" : "false");
	else if (failed == 0)
		puts(buf_str(&text));
	if (failed == 0 && t.failures > 0)
		failed = err_set(err, ERR_INVALID, "hunt.test.failed", NULL);
	buf_clear(&text);
	buf_clear(&t.out);
	matcher_free(matcher);
	walk_clear(&walk);
	return failed;
}
