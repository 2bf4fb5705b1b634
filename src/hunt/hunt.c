/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/hunt.h"

#include <errno.h>
#include <sys/stat.h>

#include "hunt/report.h"
#include "hunt/sift.h"
#include "os/file.h"

#define OUTS       4
#define OUT_BUFFER ((size_t)256 << 10)

/* Everything of one hunt that must be freed. */
struct run {
	const struct hunt_options *o;
	struct walk walk;
	struct iocs iocs;
	struct matcher *matcher;
	struct detect_loaded loaded;
	struct rules rules;
	struct result result;
	struct engine engine;
	struct gaps gaps;
	FILE *json, *csv, *timeline, *html;
	char *buffer[OUTS]; /* of the files that are open for writing */
	size_t buffers;
};

/* Whether ${path} is a log that is to be read, or is written to already. */
static bool
is_taken(const struct run *run, const char *path)
{
	FILE *const out[] = { run->json, run->csv, run->timeline, run->html };
	bool is_stdout = strcmp(path, "-") == 0;
	struct stat st, other;

	for (size_t i = 0; i < ARRAY_LEN(out) && is_stdout; i++)
		if (out[i] == stdout)
			return true;
	if (is_stdout || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	for (size_t i = 0; i < run->o->paths; i++)
		if (stat(run->o->path[i], &other) == 0 && other.st_dev == st.st_dev && other.st_ino == st.st_ino)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		if (out[i] != NULL && fstat(fileno(out[i]), &other) == 0 && other.st_dev == st.st_dev &&
		    other.st_ino == st.st_ino)
			return true;
	return false;
}

static int
open_out(struct run *run, const char *path, FILE **ret, struct err *err)
{
	char *buffer;

	if (path == NULL)
		return 0;
	if (is_taken(run, path))
		return err_fail(err, ERR_USAGE, "hunt.out.taken", NULL, "path", path, NULL, NULL);
	*ret = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (*ret == NULL)
		return err_sys(err, file_err_kind(errno), path, errno);
	if (*ret == stdout)
		return 0;
	/* One of its own choosing would be 4 KiB, whatever is asked for. */
	run->buffer[run->buffers++] = buffer = xmalloc(OUT_BUFFER);
	setvbuf(*ret, buffer, _IOFBF, OUT_BUFFER);
	return 0;
}

static int
close_out(const char *path, FILE **out, struct err *err)
{
	FILE *f = *out;
	int failed = 0;

	*out = NULL;
	if (f == NULL)
		return 0;
	errno = 0;
	if (ferror(f)) {
		/* What went wrong then is forgotten, but goes wrong again. */
		clearerr(f);
		if (fputc('\n', f) != EOF)
			fflush(f);
		failed = err_sys(err, file_err_kind(errno == 0 ? EIO : errno), path, errno == 0 ? EIO : errno);
	} else if (fflush(f) != 0)
		failed = err_sys(err, file_err_kind(errno == 0 ? EIO : errno), path, errno == 0 ? EIO : errno);
	if (f != stdout && fclose(f) != 0 && failed == 0)
		failed = err_sys(err, file_err_kind(errno), path, errno);
	return failed;
}

static int
open_all(struct run *run, struct err *err)
{
	const struct hunt_options *o = run->o;
	int failed = open_out(run, o->json, &run->json, err);

	if (failed == 0)
		failed = open_out(run, o->csv, &run->csv, err);
	if (failed == 0)
		failed = open_out(run, o->timeline, &run->timeline, err);
	if (failed == 0)
		failed = open_out(run, o->html, &run->html, err);
	FILE *const out[] = { run->json, run->csv, run->timeline, run->html };

	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		if (out[i] != NULL)
			walk_drop(&run->walk, fileno(out[i]));
	return failed;
}

static int
prepare(struct run *run, struct err *err)
{
	const struct hunt_options *o = run->o;
	int failed = 0;

	for (size_t i = 0; i < o->paths && failed == 0; i++)
		failed = walk_add(&run->walk, o->path[i], err);
	if (failed == 0)
		sift(&run->walk);
	for (size_t i = 0; i < o->iocs && failed == 0; i++)
		failed = iocs_read(&run->iocs, o->ioc[i], err);
	if (failed == 0)
		failed = detect_load(&o->rules, NULL, NULL, &run->matcher, &run->loaded, err);
	if (failed == 0 && run->loaded.loaded == 0 && o->iocs == 0)
		failed = err_fail(err, ERR_INVALID, "hunt.rules.none", NULL, "path", o->rules.path[0], NULL, NULL);
	if (failed == 0)
		failed = open_all(run, err);
	if (failed != 0)
		return failed;
	if (o->iocs > 0)
		iocs_ready(&run->iocs);
	rules_init(&run->rules, run->matcher, o->lang, o->level, o->tag, o->tags);
	result_init(&run->result, &run->rules);
	run->engine = (struct engine){ .options = o, .walk = &run->walk, .matcher = run->matcher,
	    .rules = &run->rules, .iocs = o->iocs > 0 ? &run->iocs : NULL, .result = &run->result };
	seen_names_init(&run->engine.names, matcher_names(run->matcher));
	run->engine.out.json = run->json;
	run->engine.out.csv = run->csv;
	run->engine.out.timeline = run->timeline == NULL ? NULL : spool_new(0);
	run->engine.out.keep_why = run->json != NULL || run->csv != NULL || run->timeline != NULL || run->html != NULL;
	return 0;
}

static void
write_head(FILE *f, bool timeline)
{
	struct buf head = BUF_INIT(1000);

	hit_csv_head(timeline, &head);
	fwrite(buf_str(&head), 1, head.len, f);
	buf_clear(&head);
}

static bool
write_row(void *arg, int64_t time_ns, const char *data, size_t len)
{
	FILE *f = arg;

	(void)time_ns;
	return fwrite(data, 1, len, f) == len;
}

/* What people read goes where no data goes. */
static FILE *
table_to(const struct run *run)
{
	bool taken = run->json == stdout || run->csv == stdout || run->timeline == stdout || run->html == stdout;

	return taken ? stderr : stdout;
}

static int
tell(struct run *run, struct err *err)
{
	const struct hunt_options *o = run->o;
	const struct gap_rules left_out = { run->loaded.unmapped, run->loaded.refused };
	struct report report = { &run->engine, &run->result, &run->gaps, &run->loaded,
	    o->iocs > 0 ? &run->iocs : NULL, o->lang };
	int failed = 0;

	result_finish(&run->result);
	gaps_find(&run->gaps, &run->engine, &left_out);
	if (run->timeline != NULL) {
		write_head(run->timeline, true);
		failed = spool_read(run->engine.out.timeline, write_row, run->timeline, err);
	}
	if (run->html != NULL)
		report_html(&report, run->html);
	report_table(&report, table_to(run));
	return failed;
}

static void
clear(struct run *run)
{
	spool_free(run->engine.out.timeline);
	gaps_clear(&run->gaps);
	engine_clear(&run->engine);
	result_clear(&run->result);
	rules_clear(&run->rules);
	matcher_free(run->matcher);
	iocs_clear(&run->iocs);
	walk_clear(&run->walk);
	for (size_t i = 0; i < run->buffers; i++)
		free(run->buffer[i]);
}

int
hunt_run(const struct hunt_options *o, bool *ret_stopped, struct err *err)
{
	struct run run = { .o = o };
	int failed = prepare(&run, err), closed[OUTS];

	if (failed == 0 && run.csv != NULL)
		write_head(run.csv, false);
	if (failed == 0)
		failed = engine_run(&run.engine, err);
	*ret_stopped = run.engine.sum.stopped;
	if (failed == 0)
		failed = tell(&run, err);
	closed[0] = close_out(o->json, &run.json, err);
	closed[1] = close_out(o->csv, &run.csv, err);
	closed[2] = close_out(o->timeline, &run.timeline, err);
	closed[3] = close_out(o->html, &run.html, err);
	for (size_t i = 0; i < ARRAY_LEN(closed) && failed == 0; i++)
		failed = closed[i];
	clear(&run);
	return failed;
}
