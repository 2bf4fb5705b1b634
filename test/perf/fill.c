/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill DIR [INCIDENTS [ENTRIES]]: fills a data directory made by "khien init" with
 * incidents of the past year and twenty timeline entries each, through the same rows,
 * index and ledger entries as operations make, many to a commit.
 */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/search.h"
#include "base/id.h"
#include "model/state.h"

#define BATCH   100
#define OPEN    500 /* of the newest; of the older ones every fiftieth is open too */
#define WAITING 30  /* reports nobody has taken yet */
#define TASKS   14
#define DAY_MS  (INT64_C(24) * 3600 * 1000)

struct fill {
	struct app *app;
	int64_t first, last, incidents, entries, start_ms, end_ms;
	const char *lead_id;
	struct err *err;
};

/* One incident under way. */
struct one {
	struct fill *fill;
	struct tx *tx;
	int64_t n, at;
	const char *id, *title, *place;
	enum incident_state state;
	bool waiting;
	char id_text[ID_SIZE];
};

static const char *const titles[] = { "Tệp bị đổi tên, đòi tiền chuộc", "Thư lạ xin mật khẩu",
	"Trang thông tin bị đổi giao diện", "Máy chạy chậm, quạt kêu liên tục", "Đăng nhập lạ lúc nửa đêm",
	"USB có tệp tự chạy", "Phần mềm diệt mã độc báo động", "Không vào được một cửa điện tử" };
static const char *const places[] = { "Phòng Kế toán", "Văn phòng", "Phòng Tổ chức", "Bộ phận một cửa",
	"Trung tâm dữ liệu", "Phòng Tài nguyên", "Trạm y tế", "Phòng Giáo dục" };
static const char *const types[] = { "ransomware", "phishing", "defacement", "malware" };

/* Runs ${step} as one operation: its rows and its ledger entry. */
static int
as_op(struct one *one, const char *op, int64_t at, void (*step)(struct call *, struct one *))
{
	struct arena arena = ARENA_INIT;
	struct change change;
	struct call call = { .app = one->fill->app, .op = op_get(op), .tx = one->tx, .arena = &arena,
		.err = one->fill->err, .agency_id = one->fill->app->agency_id, .actor = actor_console(),
		.lang = LANG_VI, .now = at };

	if (call.op == NULL)
		abort();
	change_begin(&call, &change);
	step(&call, one);
	change_commit(&call);
	arena_clear(&arena);
	return call.err->kind;
}

static int64_t
if_past(const struct one *one, enum incident_state state, int64_t at)
{
	return one->state >= state ? at : SQL_NULL;
}

static void
add_incident(struct call *c, struct one *one)
{
	int64_t at = one->at, level = one->waiting ? SQL_NULL : 1 + (one->n * 7 + 2) % 4;

	id_new(at, one->id_text);
	change_insert(c, "incident", one->id, COLS(CT("number", number_next(c, "SC")),
	    CT("title", one->title), CT("state", state_name(one->state)),
	    CT("type", one->waiting ? NULL : types[one->n % ARRAY_LEN(types)]), CI("level", level),
	    CI("detected_at", at), CI("received_at", at), CI("updated_at", at),
	    CI("taken_at", one->waiting ? SQL_NULL : at + 300000),
	    CT("lead_id", one->waiting ? NULL : one->fill->lead_id),
	    CI("watch_until_at", one->state == STATE_RESPONSE_ENDED ? at + 30 * DAY_MS : SQL_NULL),
	    CI("closed_at", if_past(one, STATE_CLOSED, at + DAY_MS)),
	    CI("is_restricted", one->n % 40 == 7)));
	change_insert(c, "scope_item", NULL, COLS(CT("incident_id", one->id), CT("kind", "machine"),
	    CT("name", one->place), CT("state", "affected"), CI("since_at", at)));
	change_insert(c, "observable", NULL, COLS(CT("incident_id", one->id), CT("type", "ip"),
	    CT("value", arena_printf(c->arena, "203.0.%lld.%lld", (long long)(one->n / 250 % 250),
	        (long long)(one->n % 250))), CI("is_ioc", 1)));
}

static void
add_report(struct call *c, struct one *one)
{
	char code[11];

	change_insert(c, "report", NULL, COLS(CT("number", number_next(c, "BC")),
	    CT("code", code_new(8, code)), CT("incident_id", one->id), CT("channel", "web"),
	    CT("symptoms", "files_changed"), CT("description", "Sáng nay mở máy thì không mở được tệp"
	    " nào, màn hình có dòng chữ tiếng Anh đòi tiền."), CT("place", one->place),
	    CT("contact_name", "Nguyễn Thị Mẫu"), CT("contact_phone", "0912345678"),
	    CI("told_at", one->at), CI("entered_at", one->at),
	    CI("taken_at", one->waiting ? SQL_NULL : one->at + 300000), CI("urgency", one->n % 9)));
	change_insert(c, "duty", NULL, COLS(CT("incident_id", one->id), CT("profile", "qd05"),
	    CT("profile_version", "1"), CT("obligation", "initial"), CT("title", "Thông báo ban đầu"),
	    CI("is_provisional", 0), CT("state", state_is_closed(one->state) ? "sent" : "pending"),
	    CI("due_at", one->at + DAY_MS), CI("done_at", if_past(one, STATE_CLOSED, one->at + 3600000))));
}

static void
add_tasks(struct call *c, struct one *one)
{
	static const char *const phases[] = { "priority", "contain", "eradicate", "recover" };

	for (int64_t i = 0; i < TASKS; i++) {
		bool done = i < (int64_t)one->state;

		change_insert(c, "task", NULL, COLS(CT("incident_id", one->id), CT("origin", "playbook"),
		    CT("phase", phases[i * 4 / TASKS]), CI("position", i), CT("role", "netadmin"),
		    CT("title", arena_printf(c->arena, "Bước %lld: %s", (long long)i + 1, one->title)),
		    CI("is_mandatory", i % 2), CT("state", done ? "done" : "open"),
		    CT("assignee_id", i % 3 == 0 ? one->fill->lead_id : NULL),
		    CI("due_at", i % 4 == 3 ? SQL_NULL : one->at + (i + 1) * 3600000),
		    CI("done_at", done ? one->at + i * 600000 : SQL_NULL)));
	}
}

static void
add_note(struct call *c, struct one *one)
{
	static const char *const said[] = { "Đã rút dây mạng của máy, giữ nguyên nguồn để lấy bộ nhớ.",
		"Đã gọi người báo tin, hỏi thêm về thư nhận hôm qua.", "Nhật ký tường lửa có nhiều kết nối ra.",
		"Đã sao lưu nhật ký sang ổ riêng và ghi biên bản." };
	int64_t k = c->now / 60000;

	change_timeline(c, &(struct timeline_entry){ .incident_id = one->id,
	    .kind = k % 3 == 0 ? "task" : "note", .word = k % 3 == 0 ? "timeline.task_done" : NULL,
	    .text = said[k % 4], .occurred_at = c->now - 60000, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("title", one->place) });
}

static enum incident_state
state_for(const struct fill *fill, int64_t n)
{
	if (n >= fill->incidents - WAITING)
		return STATE_RECEIVED;
	if (n >= fill->incidents - OPEN || n % 50 == 3)
		return STATE_VERIFYING + (enum incident_state)(n % (STATE_CLOSED - STATE_VERIFYING));
	return n % 11 == 5 ? STATE_CLOSED_NOT_INCIDENT : STATE_CLOSED;
}

static int
add_one(struct fill *fill, struct tx *tx, int64_t n)
{
	int64_t step = (fill->end_ms - fill->start_ms) / fill->incidents;
	int64_t entries = fill->entries * (n + 1) / fill->incidents - fill->entries * n / fill->incidents;
	struct one one = { .fill = fill, .tx = tx, .n = n, .at = fill->start_ms + n * step,
		.title = titles[n % ARRAY_LEN(titles)], .place = places[n / 3 % ARRAY_LEN(places)],
		.state = state_for(fill, n), .waiting = n >= fill->incidents - WAITING };
	int ret;

	one.id = one.id_text;
	ret = as_op(&one, "incident open", one.at, add_incident);
	if (ret == 0)
		ret = as_op(&one, "report new", one.at, add_report);
	if (ret == 0 && !one.waiting && !state_is_closed(one.state))
		ret = as_op(&one, "task add", one.at, add_tasks);
	for (int64_t i = 0; i < entries && ret == 0; i++)
		ret = as_op(&one, "note add", one.at + step * i / (entries + 1), add_note);
	return ret;
}

static int
add_batch(struct tx *tx, void *arg, struct err *err)
{
	struct fill *fill = arg;
	struct arena arena = ARENA_INIT;

	fill->err = err;
	fill->lead_id = tx_text(tx, &arena, "SELECT id FROM account ORDER BY created_at, id LIMIT 1", "");
	for (int64_t n = fill->first; n < fill->last && err->kind == ERR_NONE; n++)
		add_one(fill, tx, n);
	arena_clear(&arena);
	return err->kind;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct fill fill = { .incidents = argc > 2 ? atoll(argv[2]) : 10000,
		.end_ms = clock_wall_ms() - 60000 };

	fill.entries = argc > 3 ? atoll(argv[3]) : fill.incidents * 20;
	fill.start_ms = fill.end_ms - 365 * DAY_MS;
	if (argc < 2 || fill.incidents < 1)
		return 2;
	if (app_words(&err) != 0 || app_open(argv[1], &fill.app, &err) != 0)
		goto failed;
	for (; fill.last < fill.incidents; fill.first = fill.last) {
		fill.last = fill.first + BATCH < fill.incidents ? fill.first + BATCH : fill.incidents;
		if (store_write(fill.app->store, add_batch, &fill, &err) != 0)
			goto failed;
		store_checkpoint(fill.app->store);
	}
	search_catch_up(fill.app);
	for (bool begin = true, more = true; more; begin = false)
		if (search_tidy(fill.app, begin, &more, &err) != 0)
			goto failed;
	store_checkpoint(fill.app->store);
	app_close(fill.app);
	return 0;
failed:
	fprintf(stderr, "fill: %s %s\n", err.key, err.args > 0 ? err.arg[0].value : "");
	return 1;
}
