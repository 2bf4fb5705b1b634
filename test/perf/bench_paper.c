/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_paper.c: how long a document takes, asked of a warm worker as the server does:
 * a form of one or two pages, and a dossier of 200.  Prints TAP; fails beyond its limits.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "os/embed.h"
#include "os/worker.h"
#include "text/json.h"

#define FORM_MS    60
#define DOSSIER_MS 2000
#define ROUNDS     15

/* Paragraphs enough for 200 pages of body text. */
static const char dossier[] =
    "id: dossier\nkind: form\nversion: 1\ntitle: {vi: Hồ sơ, en: Dossier}\nvalid_from: null\n"
    "valid_to: null\nsource: bench\ncertainty: proposal\nlayout: nd30\ndoc_type: BC\n"
    "type_name: \"BÁO CÁO\"\nsubject: \"Hồ sơ sự cố\"\nsignature: head\nfields:\n"
    "  - {id: events, label: {vi: Diễn biến, en: Events}, type: table, columns: [{id: at, label: "
    "Thời điểm, type: datetime}, {id: text, label: Nội dung, type: text}]}\nbody:\n"
    "  - each: events\n    do:\n      - heading: \"Mốc {n}\"\n        level: 2\n        numbered: true\n"
    "      - para: \"{at:full}: {text}\"\n  - table: events\n    number: true\n    widths: [1, 3, 12]\n";

static const char sentence[] = "Máy chủ tệp dùng chung của Sở bị mã hóa dữ liệu, người dùng các "
    "phòng không truy cập được từ đầu giờ chiều; đã cách ly khỏi mạng, giữ nguyên hiện trạng để thu "
    "thập chứng cứ và báo cáo Giám đốc Sở cho ý kiến chỉ đạo. ";

static struct json *
values_of(bool is_dossier)
{
	struct json *values = json_new_object(), *rows = json_new_array();
	struct buf text = BUF_INIT(4000);

	for (int i = 0; i < 3; i++)
		buf_adds(&text, sentence);
	for (int i = 0; i < (is_dossier ? 420 : 0); i++) {
		struct json *row = json_new_object();

		json_set_str(row, "at", "2026-06-05T14:05");
		json_set_str(row, "text", buf_str(&text));
		json_append(rows, row);
	}
	json_set(values, "events", rows);
	json_set_str(values, "summary", buf_str(&text));
	json_set_str(values, "requests", buf_str(&text));
	buf_clear(&text);
	return values;
}

static void
frame_of(const char *form, const char *format, struct buf *ret)
{
	struct json *request = json_new_object(), *document = json_new_object();

	json_set_str(request, "form", form);
	json_set_str(request, "format", format);
	json_set(request, "values", values_of(form == dossier));
	json_set(request, "facts", json_new_object());
	json_set_str(document, "now", "2026-06-09T08:00");
	json_set_str(document, "agency_name", "Sở Tài chính");
	json_set(request, "document", document);
	json_write(request, ret);
	json_free(request);
}

/* Milliseconds of one exchange; -1 when there was no document. */
static double
ask(struct worker *worker, const struct buf *frame, struct buf *ret_bytes)
{
	cleanup(buf_clear) struct buf head = BUF_INIT(WORKER_FRAME_MAX);
	int64_t from = clock_mono_ns();
	struct err err = { 0 };

	worker_set_timeout(worker, 60000);
	if (worker_put(worker, frame->data, frame->len, &err) != 0 ||
	    worker_get(worker, &head, &err) != 0 || worker_get(worker, ret_bytes, &err) != 0) {
		fprintf(stderr, "%s %s\n", err.key, err.arg[1].value);
		return -1;
	}
	return ret_bytes->len == 0 ? -1 : (double)(clock_mono_ns() - from) / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static bool
measure(struct worker *worker, int n, const char *what, const char *form, const char *format,
    int rounds, double limit)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(buf_clear) struct buf bytes = BUF_INIT(WORKER_FRAME_MAX);
	double ms[ROUNDS], median;

	frame_of(form, format, &frame);
	for (int i = 0; i < rounds; i++)
		ms[i] = ask(worker, &frame, &bytes);
	qsort(ms, (size_t)rounds, sizeof(*ms), by_size);
	median = ms[rounds / 2];
	printf("%sok %d - %s as %s: %.1f ms (median of %d), %zu bytes, limit %.0f ms\n",
	    ms[0] < 0 || median > limit ? "not " : "", n, what, format, median, rounds, bytes.len,
	    limit);
	return ms[0] >= 0 && median <= limit;
}

int
main(int argc, char **argv)
{
	static const char *const formats[] = { "pdf", "docx", "html", "txt" };
	const struct embed *form = embed_get("packs/form/mau-03.yaml");
	struct worker *worker = NULL;
	struct err err = { 0 };
	bool good = true;
	int n = 0;

	if (argc > 1)
		worker_set_program(argv[1]);
	if (form == NULL || worker_start("render", NULL, 0, 60000, -1, &worker, &err) != 0) {
		printf("Bail out! %s\n", err.key);
		return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		good &= measure(worker, ++n, "a form", form->data, formats[i], ROUNDS, FORM_MS);
	for (size_t i = 0; i < 2; i++)
		good &= measure(worker, ++n, "a dossier of 200 pages", dossier, formats[i], 3,
		    DOSSIER_MS);
	worker_free(worker);
	printf("1..%d\n", n);
	return good ? 0 : 1;
}
