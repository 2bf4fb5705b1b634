/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/again.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "hunt/hit.h"
#include "hunt/spool.h"
#include "os/file.h"

#define LINE_MAX ((size_t)16 << 20)
#define TAGS_MAX 400

struct run {
	const struct hunt_again *asked;
	FILE *csv;
	struct spool *timeline; /* NULL: not asked for */
	struct rule_view view;
	struct rules rules;     /* with that one */
	const char *tag[TAGS_MAX];
	const char *file;
	struct hit hit;
	uint64_t line;
};

static struct hit_part
part(const struct json *value)
{
	const char *text = json_str(value);

	return (struct hit_part){ text, text == NULL ? 0 : strlen(text) };
}

/* "2026-11-22T01:12:01.1234567Z": clock_parse() knows milliseconds, and the order needs all. */
static int64_t
time_of(const char *text)
{
	int64_t ms, ns, unit = 100000;

	if (text == NULL || !clock_parse(text, &ms))
		return HIT_NO_TIME;
	ns = ms * 1000000;
	text = strchr(text, '.');
	for (size_t i = 1; text != NULL && text[i] >= '0' && text[i] <= '9' && unit > 0; i++) {
		if (i <= 3)
			continue;
		ns += (text[i] - '0') * unit;
		unit /= 10;
	}
	return ns;
}

static const char *
file_name(const void *arg, uint32_t file)
{
	const struct run *r = arg;

	(void)file;
	return r->file;
}

static bool
read_view(struct run *r, const struct json *line)
{
	const struct json *tags = json_get(line, "tags");
	const char *shown, *level = json_get_str(line, "level");

	r->view = (struct rule_view){ .id = json_get_str(line, "rule_id"), .title = json_get_str(line, "title"),
	    .level = sigma_level_find(level == NULL ? "" : level), .tag = r->tag };
	for (size_t i = 0; i < json_len(tags) && i < TAGS_MAX; i++)
		if ((r->tag[r->view.tags] = json_str(json_at(tags, i))) != NULL)
			r->view.tags++;
	if (r->view.id == NULL || r->view.title == NULL || r->view.level == SIGMA_LEVELS)
		return false;
	shown = json_get_str(r->asked->titles, r->view.id);
	r->view.shown = !str_empty(shown) ? shown : *r->view.title != '\0' ? r->view.title : r->view.id;
	return true;
}

static bool
read_hit(struct run *r, const struct json *line)
{
	const struct json *matched = json_get(line, "matched");

	r->file = json_get_str(line, "file");
	r->hit = (struct hit){ .time_ns = time_of(json_get_str(line, "time")), .first_ns = HIT_NO_TIME,
	    .record = (uint64_t)json_get_int(line, "record", 0), .host = part(json_get(line, "host")) };
	for (size_t i = 0; i < json_len(matched) && i < HIT_MATCHES; i++) {
		const struct json *m = json_at(matched, i);

		r->hit.match[r->hit.matches++] = (struct hit_match){ .field = part(json_get(m, "field")),
		    .value = part(json_get(m, "value")), .pattern = part(json_get(m, "pattern")),
		    .absent = json_kind(json_get(m, "value")) == JSON_KIND_NULL };
	}
	return r->file != NULL && read_view(r, line);
}

static int
write_rows(struct run *r, struct err *err)
{
	const struct hit_names names = { &r->rules, file_name, r };
	struct buf row = BUF_INIT(SPOOL_RECORD_MAX);
	int failed = 0;

	if (r->csv != NULL) {
		hit_csv(&r->hit, &names, false, &row);
		if (fwrite(buf_str(&row), 1, row.len, r->csv) != row.len)
			failed = err_sys(err, file_err_kind(errno), r->asked->csv, errno);
		buf_reset(&row);
	}
	if (failed == 0 && r->timeline != NULL) {
		hit_csv(&r->hit, &names, true, &row);
		failed = spool_add(r->timeline, r->hit.time_ns, buf_str(&row), row.len, err);
	}
	buf_clear(&row);
	return failed;
}

static int
take_line(struct run *r, const char *data, size_t len, struct err *err)
{
	struct buf text = BUF_INIT(LINE_MAX);
	struct json *line = NULL;
	char number[24];
	int failed = 0;

	r->line++;
	json_tame(data, len, &text);
	if (text.full || json_parse(buf_str(&text), text.len, &line, NULL) != 0 || !read_hit(r, line)) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)r->line);
		failed = err_fail(err, ERR_BROKEN, "hunt.again", NULL, "line", number, NULL, NULL);
	} else {
		failed = write_rows(r, err);
	}
	json_free(line);
	buf_clear(&text);
	return failed;
}

static int
read_lines(struct run *r, struct err *err)
{
	FILE *in = fopen(r->asked->json, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int failed = 0;

	if (in == NULL)
		return err_sys(err, file_err_kind(errno), r->asked->json, errno);
	while (failed == 0 && (n = getline(&line, &room, in)) > 0)
		failed = take_line(r, line, (size_t)n, err);
	if (failed == 0 && ferror(in))
		failed = err_sys(err, ERR_IO, r->asked->json, errno);
	free(line);
	fclose(in);
	return failed;
}

static int
open_csv(const char *path, bool timeline, FILE **ret, struct err *err)
{
	struct buf head = BUF_INIT(1000);

	*ret = fopen(path, "we");
	if (*ret == NULL)
		return err_sys(err, file_err_kind(errno), path, errno);
	hit_csv_head(timeline, &head);
	fwrite(buf_str(&head), 1, head.len, *ret);
	buf_clear(&head);
	return 0;
}

static int
close_csv(const char *path, FILE *f, struct err *err)
{
	bool bad = ferror(f) != 0;

	return fclose(f) != 0 || bad ? err_sys(err, ERR_IO, path, errno == 0 ? EIO : errno) : 0;
}

static bool
write_row(void *arg, int64_t time_ns, const char *data, size_t len)
{
	(void)time_ns;
	return fwrite(data, 1, len, arg) == len;
}

static int
write_timeline(const struct run *r, struct err *err)
{
	FILE *out = NULL;
	int failed = open_csv(r->asked->timeline, true, &out, err), closed;

	if (failed != 0)
		return failed;
	failed = spool_read(r->timeline, write_row, out, err);
	closed = close_csv(r->asked->timeline, out, err);
	return failed != 0 ? failed : closed;
}

int
hunt_again(const struct hunt_again *asked, struct err *err)
{
	struct run *r = xcalloc(1, sizeof(*r));
	int failed = 0, closed = 0;

	r->asked = asked;
	r->rules = (struct rules){ .rule = &r->view, .count = 1 };
	r->timeline = asked->timeline == NULL ? NULL : spool_new(0);
	if (asked->csv != NULL)
		failed = open_csv(asked->csv, false, &r->csv, err);
	if (failed == 0)
		failed = read_lines(r, err);
	if (r->csv != NULL)
		closed = close_csv(asked->csv, r->csv, err);
	failed = failed != 0 ? failed : closed;
	if (failed == 0 && r->timeline != NULL)
		failed = write_timeline(r, err);
	spool_free(r->timeline);
	free(r);
	return failed;
}
