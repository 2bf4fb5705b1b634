/* SPDX-License-Identifier: Apache-2.0 */
#include "app/hunt_talk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "app/app.h"
#include "app/hunt_signs.h"
#include "app/upload.h"
#include "base/utf8.h"
#include "os/file.h"
#include "os/pass.h"
#include "os/worker.h"
#include "store/blob.h"

#define SILENCE_MS  30000 /* a worker that says nothing for so long hangs */
#define LOOK_MS     500
#define TELL_MS     1000
#define FRAME_COST  1024   /* a small frame is work too */
#define TELLS       200    /* of progress at once, and so many a second */
#define TELLS_S     20
#define OUTPUT_MAX  (HUNTER_JSON_MAX + HUNTER_HTML_MAX + HUNTER_SUMMARY_MAX + ((size_t)64 << 20))

struct exchange {
	const struct hunt_talk *t;
	struct hunt_answer *answer;
	struct err *err;
	struct worker *worker;
	int files_end;          /* ours of the pair on which files go */
	struct upload_writer *json;
	struct buf line, html;
	uint64_t said, lines; /* bytes of frames; detections */
	uint64_t tells, contexts; /* frames of P, of C */
	int64_t began_ms;
	size_t next_file;
	int64_t told_ms, heard_ms;
	int64_t bytes, events, hits;
	bool has_page;          /* H has begun: nothing but H and S may follow */
};

static int
lie(struct exchange *x, const char *what)
{
	return err_fail(x->err, ERR_BROKEN, "err.hunt.lie", NULL, "what", what, NULL, NULL);
}

/* ---- texts of the worker ------------------------------------------------------------------ */

static int
parse(struct exchange *x, const char *data, size_t len, const char *what, struct json **ret)
{
	struct buf text = BUF_INIT(2 * HUNTER_LINE_MAX);
	int failed;

	json_tame(data, len, &text);
	failed = json_parse(buf_str(&text), text.len, ret, NULL);
	buf_clear(&text);
	return failed == 0 ? 0 : lie(x, what);
}

/* ---- what it says, by kind -------------------------------------------------------------------- */

static int
on_want(struct exchange *x, const unsigned char *data, size_t len)
{
	const struct hunt_talk *t = x->t;
	cleanup(fd_closep) int fd = -1;
	struct err err = { 0 };
	uint64_t number;
	int64_t size;
	int failed;

	if (len != 4 || x->has_page)
		return lie(x, "W");
	number = (uint64_t)data[0] << 24 | (uint64_t)data[1] << 16 | (uint64_t)data[2] << 8 | data[3];
	if (number != x->next_file || number >= t->files)
		return lie(x, "W");
	x->next_file++;
	/* Reads all of it against its hash first: that counts as the worker's silence. */
	failed = blob_open(t->app->blobs, t->file[number].sha256, &fd, &size, &err);
	x->heard_ms = clock_mono_ms();
	if (failed == 0)
		return pass_send(x->files_end, fd, x->err);
	err_set(x->err, ERR_BROKEN, "err.hunt.content", NULL);
	err_arg(x->err, "name", t->file[number].name);
	err_clear(&err);
	return ERR_BROKEN;
}

static int
on_empty_list(struct exchange *x, const unsigned char *data, size_t len)
{
	uint64_t number;

	if (len != 4 || x->next_file == 0)
		return lie(x, "I");
	number = (uint64_t)data[0] << 24 | (uint64_t)data[1] << 16 | (uint64_t)data[2] << 8 | data[3];
	if (number >= x->t->lists || number >= x->next_file)
		return lie(x, "I");
	return err_fail(x->err, ERR_INVALID, "err.hunt.list", NULL, "name", x->t->file[number].name, NULL, NULL);
}

static int
on_progress(struct exchange *x, const char *data, size_t len)
{
	struct json *p = NULL;
	int64_t value[3];
	static const char *const name[] = { "bytes", "events", "hits" };
	bool ok;

	if ((int64_t)x->tells++ > TELLS + TELLS_S * (clock_mono_ms() - x->began_ms) / 1000)
		return lie(x, "P");
	if (len > 1000 || x->has_page || parse(x, data, len, "P", &p) != 0)
		return lie(x, "P");
	ok = json_len(p) == 3;
	for (size_t i = 0; i < 3; i++) {
		value[i] = json_get_int(p, name[i], -1);
		ok = ok && value[i] >= 0 && value[i] <= JSON_INT_SAFE;
	}
	json_free(p);
	if (!ok || value[0] < x->bytes || value[1] < x->events || value[2] < x->hits)
		return lie(x, "P");
	x->bytes = value[0] > x->t->size ? x->t->size : value[0];
	x->events = value[1];
	x->hits = value[2];
	return 0;
}

static int
take_line(struct exchange *x, const char *data, size_t len)
{
	struct json *line = NULL;
	const char *wrong;
	int failed;

	if (!utf8_valid(data, len))
		return lie(x, "UTF-8");
	failed = parse(x, data, len, "J", &line);
	if (failed != 0)
		return failed;
	wrong = hunt_check_line(line);
	if (wrong == NULL) {
		hunt_signs_take(x->answer->signs, line);
		x->lines++;
	}
	json_free(line);
	return wrong == NULL ? 0 : lie(x, wrong);
}

static int
on_context(struct exchange *x, const char *data, size_t len)
{
	struct json *context = NULL;
	const char *wrong;

	if (x->has_page || ++x->contexts > HUNTER_CONTEXTS_MAX || !utf8_valid(data, len) ||
	    parse(x, data, len, "C", &context) != 0)
		return lie(x, "C");
	wrong = hunt_check_context(context);
	if (wrong == NULL)
		hunt_signs_take(x->answer->signs, context);
	json_free(context);
	return wrong == NULL ? 0 : lie(x, wrong);
}

/* Whole lines are looked at and kept; what begins a line waits for its end. */
static int
on_lines(struct exchange *x, const char *data, size_t len)
{
	int failed = 0;

	if (x->has_page)
		return lie(x, "J");
	while (len > 0 && failed == 0) {
		const char *end = memchr(data, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - data) + 1;

		if (n > HUNTER_LINE_MAX - x->line.len)
			return lie(x, "J");
		buf_add(&x->line, data, n);
		data += n;
		len -= n;
		if (end == NULL)
			break;
		failed = take_line(x, buf_str(&x->line), x->line.len - 1);
		if (failed == 0)
			failed = upload_write(x->json, x->line.data, x->line.len, x->err);
		buf_reset(&x->line);
	}
	return failed;
}

static int
on_page(struct exchange *x, const char *data, size_t len)
{
	x->has_page = true;
	if (len > HUNTER_HTML_MAX - x->html.len)
		return lie(x, "H");
	buf_add(&x->html, data, len);
	return 0;
}

static int
on_summary(struct exchange *x, const char *data, size_t len)
{
	struct json *summary = NULL;
	const char *wrong;
	int failed = len > HUNTER_SUMMARY_MAX || !utf8_valid(data, len) ? lie(x, "S") :
	    parse(x, data, len, "S", &summary);

	if (failed != 0)
		return failed;
	x->answer->summary = summary;
	wrong = hunt_check_summary(summary);
	if (wrong != NULL)
		return lie(x, wrong);
	/* What is cut says so; else each detection that is counted was told. */
	if (!json_get_bool(summary, "is_cut", false) &&
	    (x->line.len > 0 || (uint64_t)json_get_int(summary, "detections", -1) != x->lines))
		return lie(x, "detections");
	if (json_get_int(summary, "files_read", 0) + json_get_int(summary, "files_refused", 0) >
	    (int64_t)(x->t->files + HUNTER_MEMBERS_MAX))
		return lie(x, "files");
	if (!utf8_valid(buf_str(&x->html), x->html.len) || x->html.len == 0)
		return lie(x, "H");
	return 0;
}

static int
on_frame(struct exchange *x, const struct buf *frame, bool *ret_ended)
{
	const char *data = buf_str(frame) + 1;
	size_t len = frame->len - 1;

	switch (*frame->data) {
	case 'W':
		return on_want(x, (const unsigned char *)data, len);
	case 'I':
		return on_empty_list(x, (const unsigned char *)data, len);
	case 'P':
		return on_progress(x, data, len);
	case 'J':
		return on_lines(x, data, len);
	case 'C':
		return on_context(x, data, len);
	case 'H':
		return on_page(x, data, len);
	case 'S':
		*ret_ended = true;
		return on_summary(x, data, len);
	default:
		return lie(x, "?");
	}
}

/* ---- the conversation ----------------------------------------------------------------------- */

static int
ask(struct exchange *x)
{
	const struct hunt_talk *t = x->t;
	struct buf text = BUF_INIT(WORKER_FRAME_MAX);
	struct jsonw w = JSONW_INIT(&text);
	int failed;

	jsonw_object(&w);
	jsonw_kstring(&w, "lang", t->asked->lang);
	jsonw_kstring(&w, "level", t->asked->level);
	jsonw_kint(&w, "newest_ms", t->newest_ms);
	if (t->asked->from_at != SQL_NULL)
		jsonw_kint(&w, "from_ms", t->asked->from_at);
	if (t->asked->to_at != SQL_NULL)
		jsonw_kint(&w, "to_ms", t->asked->to_at);
	if (t->asked->tags_json != NULL)
		jsonw_kraw(&w, "tags", t->asked->tags_json);
	if (t->asked->left_out_json != NULL)
		jsonw_kraw(&w, "left_out", t->asked->left_out_json);
	jsonw_kbool(&w, "no_prefilter", t->asked->no_prefilter);
	jsonw_kint(&w, "lists", (int64_t)t->lists);
	jsonw_karray(&w, "files");
	for (size_t i = 0; i < t->files; i++) {
		jsonw_object(&w);
		jsonw_kstring(&w, "name", t->file[i].name);
		jsonw_kint(&w, "size", t->file[i].size);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	failed = worker_put(x->worker, text.data, text.len, x->err);
	buf_clear(&text);
	return failed;
}

/* Now and then whoever waits is told, and may say that he waits no more. */
static int
tell(struct exchange *x)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms - x->told_ms < TELL_MS)
		return 0;
	x->told_ms = now_ms;
	return x->t->progress(x->t->arg, x->bytes, x->events, x->hits) ? 0 :
	    err_set(x->err, ERR_STATE, "err.hunt.cancelled", NULL);
}

static int
listen_on(struct exchange *x)
{
	struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	bool ended = false;
	int failed = 0;

	x->heard_ms = x->began_ms = clock_mono_ms();
	while (!ended && failed == 0) {
		failed = tell(x);
		if (failed == 0 && !worker_wait(x->worker, LOOK_MS)) {
			if (clock_mono_ms() - x->heard_ms > SILENCE_MS)
				failed = err_fail(x->err, ERR_IO, "err.worker.timeout", NULL, "kind", "hunt", NULL, NULL);
			continue;
		}
		if (failed == 0)
			failed = worker_get(x->worker, &frame, x->err);
		if (failed != 0)
			break;
		x->heard_ms = clock_mono_ms();
		x->said += frame.len > FRAME_COST ? frame.len : FRAME_COST;
		failed = frame.len == 0 ? lie(x, "?") : x->said > OUTPUT_MAX ? lie(x, "output") :
		    on_frame(x, &frame, &ended);
	}
	buf_clear(&frame);
	return failed;
}

/* A nameless file of the data directory's own disk. */
static int
open_spool(struct app *app, struct arena *arena, int *ret_fd, struct err *err)
{
	const char *dir = arena_printf(arena, "%s/tmp", app->dir);

	if (file_mkdir(dir, 0700, err) != 0)
		return err->kind;
	*ret_fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return *ret_fd >= 0 ? 0 : err_sys(err, file_err_kind(errno), dir, errno);
}

static int
converse(struct exchange *x)
{
	const struct hunt_talk *t = x->t;
	cleanup(fd_closep) int spool = -1, unpack = -1, theirs = -1;
	int ends[2], fds[4], failed = open_spool(t->app, t->arena, &spool, x->err);

	if (failed == 0)
		failed = open_spool(t->app, t->arena, &unpack, x->err);
	if (failed == 0)
		failed = pass_pair(ends, x->err);
	if (failed != 0)
		return failed;
	x->files_end = ends[0];
	theirs = ends[1];
	fds[0] = t->rules_fd;
	fds[1] = theirs;
	fds[2] = spool;
	fds[3] = unpack;
	failed = worker_start("hunt", fds, 4, HUNTER_TIME_S * 1000, t->cancel_fd, &x->worker, x->err);
	fd_closep(&theirs);
	if (failed == 0)
		failed = ask(x);
	return failed != 0 ? failed : listen_on(x);
}

/* The page goes where the detections went. */
static int
keep(struct exchange *x)
{
	struct upload_writer *page = NULL;
	int failed = upload_keep(x->json, &x->answer->json, x->err);

	x->json = NULL;
	if (failed == 0)
		failed = upload_begin(x->t->app, "hunt.html", "text/html", (int64_t)HUNTER_HTML_MAX, &page, x->err);
	if (failed == 0)
		failed = upload_write(page, x->html.data, x->html.len, x->err);
	if (failed != 0) {
		upload_drop(page);
		return failed;
	}
	return upload_keep(page, &x->answer->html, x->err);
}

int
hunt_talk(const struct hunt_talk *talk, struct hunt_answer *ret_answer, struct err *err)
{
	struct exchange x = { .t = talk, .answer = ret_answer, .err = err, .files_end = -1,
	    .line = BUF_INIT(HUNTER_LINE_MAX), .html = BUF_INIT(HUNTER_HTML_MAX) };
	int failed = upload_begin(talk->app, "hunt.json", "application/x-ndjson",
	    (int64_t)HUNTER_JSON_MAX + (int64_t)HUNTER_LINE_MAX, &x.json, err);

	ret_answer->signs = json_new_object();
	if (failed == 0)
		failed = converse(&x);
	/* Whatever it is doing, it is not needed any more. */
	if (x.worker != NULL)
		worker_stop(x.worker);
	worker_free(x.worker);
	fd_closep(&x.files_end);
	if (failed == 0)
		failed = keep(&x);
	upload_drop(x.json);
	buf_clear(&x.line);
	buf_clear(&x.html);
	return failed;
}

void
hunt_answer_clear(struct hunt_answer *answer)
{
	json_free(answer->summary);
	json_free(answer->signs);
}
