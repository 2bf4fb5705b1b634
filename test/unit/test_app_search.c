/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "app/tables.h"
#include "app_world.h"
#include "os/embed.h"

static const char *
incident(const char *args)
{
	return world_text("quantri", "incident open", args, "number");
}

/* The numbers found, in their order, joined by a blank. */
static const char *
found(const char *login, const char *words)
{
	static char text[1000];
	struct json *answer = world_ok(login, "search", A("{'q':'%s'}", words)), *item;

	*text = '\0';
	for (size_t i = 0; (item = json_at(json_get(answer, "items"), i)) != NULL; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i == 0 ? "" : " ",
		    json_get_str(item, "number"));
	json_free(answer);
	return text;
}

/* ---- search ------------------------------------------------------------------------- */

static void
search_ignores_accents_and_case_and_shows_where(void **state)
{
	const char *one = incident("{'title':'Máy chủ tệp bị mã hóa','description':'Sáng nay các phòng không mở"
	    " được hồ sơ, tên tệp có đuôi lạ và có thư đòi tiền chuộc trên màn hình máy chủ'}");
	const char *two = incident("{'title':'Cổng thông tin bị thay đổi nội dung'}");
	struct json *answer, *item;

	(void)state;
	assert_string_equal(found("giamdoc", "MA HOA"), one);
	assert_string_equal(found("giamdoc", "cổng thông"), two);
	assert_string_equal(found("giamdoc", "khong co gi the"), "");
	assert_string_equal(found("giamdoc", "bi"), A("%s %s", two, one)); /* the newest first */
	assert_string_equal(found("giamdoc", one), one);
	answer = world_ok("giamdoc", "search", "{'q':'tien chuoc'}");
	item = json_at(json_get(answer, "items"), 0);
	assert_string_equal(json_get_str(item, "kind"), "incident");
	assert_string_equal(json_get_str(item, "snippet"),
	    "… lạ và có thư đòi tiền chuộc trên màn hình máy chủ");
	json_free(answer);
	world_fails("canbo", "search", "{'q':'bi'}", ERR_FORBIDDEN, "err.forbidden");
	world_fails("giamdoc", "search", "{}", ERR_INVALID, "err.required");
	/* Only punctuation asks for nothing. */
	assert_string_equal(found("giamdoc", "\\\\ % ( * -"), "");
}

static void
everything_that_is_written_down_can_be_found(void **state)
{
	const char *sc = incident("{'title':'Tìm mọi thứ'}"), *cc;

	(void)state;
	json_free(world_ok("quantri", "scope add", A("{'id':'%s','kind':'machine','name':'PC-Giá-07',"
	    "'state':'affected'}", sc)));
	json_free(world_ok("quantri", "observable add", A("{'id':'%s','value':'198.51.100[.]23'}", sc)));
	json_free(world_ok("quantri", "note add", A("{'id':'%s','text':'Nhà mạng hứa lọc lưu lượng'}", sc)));
	world_file("nhat-ky.evtx", "bytes");
	cc = world_text("quantri", "evidence add", A("{'id':'%s','kind':'log','form':'copy','place':'P',"
	    "'method':'M','collected_at':'2026-11-20'}", sc), "number");
	assert_string_equal(found("duphong", "pc-gia-07"), sc);
	assert_string_equal(found("duphong", "luu luong"), sc);
	assert_string_equal(found("duphong", cc), cc);
	assert_string_equal(found("duphong", "nhat-ky"), sc);
	assert_string_equal(found("duphong", "198.51.100.23"), A("%s %s", sc, sc));
}

static void
what_is_not_to_be_seen_is_not_found(void **state)
{
	const char *sc = incident("{'title':'Hồ sơ bí mật','take':true}"), *code;
	struct json *report;

	(void)state;
	report = world_ok("quantri", "report new", "{'description':'Máy in kêu to','contact_name':'Trần Kín',"
	    "'symptoms':['other']}");
	code = A("%s", json_get_str(report, "code"));
	json_free(report);
	assert_string_equal(found("quantri", "kin"), ""); /* who reported is never searched */
	assert_true(*found("quantri", code) != '\0');
	assert_string_equal(found("thanhtra", code), "");
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", sc)));
	assert_string_equal(found("duphong", "bi mat"), "");
	assert_string_equal(found("duphong", sc), "");
	assert_string_equal(found("truongphong", "may in"), "");
	assert_string_equal(found("quantri", "bi mat"), sc); /* who leads it */
	assert_string_equal(found("giamdoc", "bi mat"), sc);
}

/* A page of the incidents that have these words: the numbers in their titles from ${from} on downwards. */
static void
lists_down_from(int64_t offset, int from, size_t wanted, bool more)
{
	struct json *answer = world_ok("quantri", "incident list", A("{'q':'tien chuoc','offset':%d}",
	    (int)offset)), *items = json_get(answer, "items");

	assert_int_equal(json_len(items), wanted);
	assert_int_equal(json_get_bool(answer, "more", !more), more);
	for (size_t i = 0; i < wanted; i++, from--) {
		const char *title = json_get_str(json_at(items, i), "title");

		/* The oldest was changed last. */
		if (offset == 0 && i == 0 && world_sql("SELECT COUNT(*) FROM incident WHERE updated_at = 900000") == 1) {
			assert_string_equal(title, "Máy 1 đòi tiền chuộc");
			from++;
			continue;
		}
		from -= from % 11 == 5;
		assert_string_equal(title, A("Máy %d đòi tiền chuộc", from));
	}
	json_free(answer);
}

/* Of more than three hundred the newest are read first, and the others when an older one is met. */
static void
words_that_very_many_have_list_as_others_do(void **state)
{
	(void)state;
	for (int i = 1; i <= 340; i++)
		incident(A(i % 11 == 5 ? "{'title':'Việc khác %d'}" : "{'title':'Máy %d đòi tiền chuộc'}", i));
	world_sql("UPDATE incident SET updated_at = 1000 * CAST(substr(number, 9) AS INTEGER)");
	lists_down_from(0, 340, 25, true);
	lists_down_from(25, 313, 25, true);
	lists_down_from(300, 10, 9, false);
	world_sql("UPDATE incident SET updated_at = 900000 WHERE title LIKE 'Máy 1 %'");
	lists_down_from(0, 340, 25, true);
	lists_down_from(25, 314, 25, true);
	lists_down_from(300, 11, 9, false);
}

/* ---- changes --------------------------------------------------------------------------- */

static void
the_feed_shows_what_one_may_see_and_where_to_go_on(void **state)
{
	const char *sc = incident("{'title':'Dòng thay đổi','take':true}");
	struct json *feed = world_ok("quantri", "changes", "{'after':-1,'limit':200}"), *last;
	int64_t head = json_get_int(feed, "head", -1), people;

	(void)state;
	last = json_at(json_get(feed, "items"), json_len(json_get(feed, "items")) - 1);
	assert_int_equal(json_get_int(last, "seq", -1), head);
	assert_string_equal(json_get_str(last, "op"), "incident open");
	assert_string_equal(json_get_str(last, "actor"), "Nguyễn Văn Quản");
	assert_string_equal(json_get_str(last, "incident_number"), sc);
	assert_string_not_equal(json_get_str(last, "op_text"), "op.incident.open");
	people = (int64_t)json_len(json_get(feed, "items"));
	json_free(feed);
	feed = world_ok("quantri", "changes", A("{'after':%lld}", (long long)head));
	assert_int_equal(json_len(json_get(feed, "items")), 0);
	assert_false(json_get_bool(feed, "more", true));
	json_free(feed);
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", sc)));
	/* The substitute inspects too, so sees people and settings, but not that incident any more. */
	feed = world_ok("duphong", "changes", "{'after':-1,'limit':200}");
	assert_int_equal(json_len(json_get(feed, "items")), people - 1);
	assert_int_equal(json_get_int(feed, "head", -1), head + 1);
	json_free(feed);
	feed = world_ok("truongphong", "changes", "{'after':-1}");
	assert_int_equal(json_len(json_get(feed, "items")), 0);
	json_free(feed);
	feed = world_ok("giamdoc", "changes", A("{'incident':'%s','limit':1}", sc));
	assert_int_equal(json_len(json_get(feed, "items")), 1);
	assert_true(json_get_bool(feed, "more", false));
	json_free(feed);
}

/* ---- today ------------------------------------------------------------------------------- */

static size_t
part(const struct json *today, const char *key)
{
	return (size_t)json_get_int(json_get(today, key), "count", -1);
}

static void
a_quiet_day_says_so_and_a_busy_one_says_what(void **state)
{
	struct json *today = world_ok("giamdoc", "today", NULL), *item;
	const char *sc;

	(void)state;
	assert_true(json_get_bool(today, "quiet", false));
	json_free(today);
	json_free(world_ok(NULL, "clock set", "{'time':'2026-11-23T10:00'}"));
	sc = incident("{'title':'Đang xử lý','detected_at':'2026-11-23T08:00','take':true}");
	json_free(world_ok("quantri", "report new", "{'description':'Trang lạ','symptoms':['other']}"));
	json_free(world_ok("quantri", "action add", A("{'id':'%s','title':'Đổi mật khẩu','owner':'duphong',"
	    "'due_at':'2026-11-25'}", sc)));
	json_free(world_ok("quantri", "action add", A("{'id':'%s','title':'Mua tường lửa','owner':'duphong',"
	    "'due_at':'2027-03-01'}", sc)));
	json_free(world_ok("quantri", "task add", A("{'id':'%s','title':'Gọi nhà mạng','phase':'contain',"
	    "'due_at':'2026-11-23T23:00'}", sc)));
	json_free(world_ok("quantri", "task add", A("{'id':'%s','title':'Việc ngày mai','phase':'contain',"
	    "'due_at':'2026-11-24T08:00'}", sc)));
	today = world_ok("giamdoc", "today", NULL);
	assert_false(json_get_bool(today, "quiet", true));
	assert_int_equal(part(today, "reports_waiting"), 1);
	assert_string_equal(json_get_str(json_get(today, "reports_waiting"), "oldest_at"),
	    "2026-11-23T03:00:00.000Z");
	item = json_at(json_get(json_get(today, "reports_waiting"), "items"), 0);
	assert_string_equal(json_get_str(item, "description"), "Trang lạ");
	assert_null(json_get(item, "contact_name"));
	assert_int_equal(part(today, "actions_due"), 1);
	assert_int_equal(part(today, "directions_waiting"), 0);
	assert_int_equal(part(today, "probes_red"), 0);
	item = json_at(json_get(json_get(today, "tasks_due"), "items"), 0);
	assert_string_equal(json_get_str(item, "title"), "Gọi nhà mạng");
	assert_int_equal(json_len(json_get(today, "incidents")), 2);
	assert_true(json_len(json_get(today, "deadlines")) >= 4);
	json_free(today);
	today = world_ok("truongphong", "today", NULL);
	assert_true(json_get_bool(today, "quiet", false));
	json_free(today);
	/* Once it touches the division, its head has the same work in view. */
	json_free(world_ok("quantri", "scope add", A("{'id':'%s','kind':'division',"
	    "'name':'Phòng Quản lý ngân sách','state':'affected'}", sc)));
	today = world_ok("truongphong", "today", NULL);
	assert_int_equal(json_len(json_get(today, "incidents")), 1);
	assert_int_equal(part(today, "actions_due"), 1);
	assert_int_equal(part(today, "reports_waiting"), 0);
	item = json_at(json_get(json_get(today, "tasks_due"), "items"), 0);
	assert_string_equal(json_get_str(item, "title"), "Gọi nhà mạng");
	assert_true(json_len(json_get(today, "deadlines")) >= 3);
	json_free(today);
}

static int64_t
tasks_due(const char *login)
{
	struct json *today = world_ok(login, "today", NULL);
	int64_t n = part(today, "tasks_due");

	json_free(today);
	return n;
}

static void
what_is_counted_is_what_may_be_seen(void **state)
{
	const char *open, *kept;

	(void)state;
	json_free(world_ok(NULL, "clock set", "{'time':'2026-11-23T10:00'}"));
	open = incident("{'title':'Ai cũng thấy','take':true}");
	kept = incident("{'title':'Ít người thấy','take':true}");
	for (int i = 0; i < 14; i++)
		json_free(world_ok("quantri", "task add", A("{'id':'%s','title':'Việc %d','phase':'contain',"
		    "'due_at':'2026-11-23T23:00'}", i < 11 ? open : kept, i)));
	assert_int_equal(tasks_due("duphong"), 14);
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", kept)));
	assert_int_equal(tasks_due("duphong"), 11);
	assert_int_equal(tasks_due("quantri"), 14); /* who leads it */
	assert_int_equal(tasks_due("giamdoc"), 14);
	json_free(world_ok("quantri", "access add", A("{'id':'%s','account':'duphong'}", kept)));
	assert_int_equal(tasks_due("duphong"), 14);
}

static void
deadlines_of_all_kinds_stand_in_one_line(void **state)
{
	const char *sc;
	struct json *list, *item;
	const char *before = "";
	bool duty = false, task = false, watch = false;

	(void)state;
	json_free(world_ok(NULL, "clock set", "{'time':'2026-11-23T10:00'}"));
	sc = incident("{'title':'Nhiều thời hạn','take':true}");
	json_free(world_ok("quantri", "task add", A("{'id':'%s','title':'Gọi nhà mạng','phase':'contain',"
	    "'due_at':'2026-11-23T11:00'}", sc)));
	world_sql(A("UPDATE incident SET state = 'response_ended', watch_until_at = 1795900000000"
	    " WHERE number = '%s'", sc));
	list = world_ok("giamdoc", "deadline list", NULL);
	for (size_t i = 0; (item = json_at(json_get(list, "items"), i)) != NULL; i++) {
		const char *kind = json_get_str(item, "kind"), *due = json_get_str(item, "due_at");

		assert_true(strcmp(before, due) <= 0);
		/* The yearly ones stand among them and belong to no incident. */
		if (json_get_str(item, "incident_number") == NULL) {
			assert_string_equal(kind, "duty");
			before = due;
			continue;
		}
		assert_string_equal(json_get_str(item, "incident_number"), sc);
		duty |= strcmp(kind, "duty") == 0 && json_get_bool(item, "provisional", false) &&
		    strstr(due, "2026-11-28T10:00") != NULL;
		task |= strcmp(kind, "task") == 0 && !json_get_bool(item, "provisional", true);
		watch |= strcmp(kind, "watch") == 0;
		before = due;
	}
	assert_true(duty && task && watch);
	json_free(list);
	list = world_ok("giamdoc", "deadline list", "{'limit':1}");
	assert_true(json_get_bool(list, "more", false));
	json_free(list);
}

static void
alerts_are_found_also_those_from_before(void **state)
{
	struct json *answer;
	const char *number;

	(void)state;
	number = json_get_str(json_at(json_get(answer = world_ok(NULL, "alert add", "{'body':'{\\u0022source\\u0022:"
	    "\\u0022mayquet\\u0022,\\u0022source_ref\\u0022:\\u0022r-1\\u0022,\\u0022title\\u0022:\\u0022Quét cổng"
	    " lạ\\u0022,\\u0022host\\u0022:\\u0022PC-XA\\u0022}'}"), "items"), 0), "number");
	assert_string_equal(found("giamdoc", "quet cong la"), number);
	/* As a store is that was made when only incidents could be found. */
	world_sql("INSERT INTO alert_text_fts (alert_text_fts) VALUES ('delete-all')");
	world_sql("DELETE FROM alert_text_doc");
	world_sql("DELETE FROM alert_text_body");
	world_sql("DELETE FROM text_next WHERE agency_id LIKE '%/alerts'");
	assert_string_equal(found("giamdoc", "pc-xa"), number);
	assert_string_equal(found("giamdoc", "khongcogi"), "");
	json_free(answer);
}

/* ---- the ledger --------------------------------------------------------------------------- */

static void
the_ledger_holds_until_a_row_is_edited_behind_its_back(void **state)
{
	const char *sc = incident("{'title':'Vào sổ','take':true}"), *outside = A("%s/outside", world_dir);
	struct json *answer, *fault;

	(void)state;
	answer = world_ok("thanhtra", "ledger verify", NULL);
	assert_true(json_get_bool(answer, "ok", false));
	assert_true(json_get_int(json_get(answer, "checked"), "rows", 0) > 20);
	json_free(answer);
	answer = world_ok(NULL, "ledger checkpoint", A("{'out':'%s'}", outside));
	assert_true(json_get_int(answer, "size", 0) > 0);
	json_free(answer);
	json_free(world_ok(NULL, "ledger verify", A("{'checkpoint':'%s'}", outside)));
	answer = world_ok("thanhtra", "ledger list", A("{'incident':'%s'}", sc));
	assert_true(json_len(json_get(answer, "items")) > 0);
	assert_null(json_get(json_at(json_get(answer, "items"), 0), "payload"));
	json_free(answer);
	world_sql(A("UPDATE incident SET title = 'Khác' WHERE number = '%s'", sc));
	answer = world_ok("thanhtra", "ledger verify", NULL);
	assert_false(json_get_bool(answer, "ok", true));
	fault = json_at(json_get(answer, "faults"), 0);
	assert_string_equal(json_get_str(fault, "kind"), "row_changed");
	assert_string_equal(json_get_str(fault, "table"), "incident");
	assert_string_equal(json_get_str(fault, "column"), "title");
	json_free(answer);
	/* At the machine the exit status has to say it. */
	world_fails(NULL, "ledger verify", NULL, ERR_BROKEN, "err.ledger_broken");
	assert_true(*world_list != '\0');
	world_fails("truongphong", "ledger list", NULL, ERR_FORBIDDEN, "err.forbidden");
}

static void
an_older_copy_is_found_by_the_checkpoint_kept_outside(void **state)
{
	const char *outside = A("%s/outside", world_dir);

	(void)state;
	incident("{'title':'Trước khi quay lại'}");
	json_free(world_ok(NULL, "ledger checkpoint", A("{'out':'%s'}", outside)));
	world_fails(NULL, "ledger checkpoint", A("{'out':'%s'}", outside), ERR_CONFLICT, world_key);
	world_sql("DELETE FROM ledger_checkpoint");
	world_sql("DELETE FROM ledger_entry WHERE seq = (SELECT MAX(seq) FROM ledger_entry)");
	world_fails(NULL, "ledger verify", A("{'checkpoint':'%s'}", outside), ERR_BROKEN, "err.ledger_broken");
}

static void
a_case_is_handed_out_with_a_record_of_it(void **state)
{
	const char *sc = incident("{'title':'Kết xuất','take':true}"), *out = A("%s/case.zip", world_dir);
	struct json *answer;

	(void)state;
	answer = world_ok("thanhtra", "dossier export", A("{'id':'%s','file':'%s'}", sc, out));
	assert_string_equal(json_get_str(answer, "name"), A("%s.zip", sc));
	json_free(answer);
	assert_true(file_exists(out));
	assert_string_equal(world_told(sc, "access"), "Kết xuất hồ sơ sự cố");
	world_fails("truongphong", "dossier export", A("{'id':'%s','file':'%s-2'}", sc, out), ERR_FORBIDDEN,
	    "err.forbidden");
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", sc)));
	world_fails("thanhtra", "dossier export", A("{'id':'%s','file':'%s-2'}", sc, out), ERR_NOT_FOUND,
	    "err.not_found");
	assert_false(file_exists(A("%s-2", out)));
}

/* Every table of the schema that begins like a projection is in the list, and no other. */
static void
the_list_of_projections_is_that_of_the_schema(void **state)
{
	static const char begins[] = " (\n\tid TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT";
	size_t tables = 0, listed = 0;
	struct buf schema = BUF_INIT(1 << 20);
	const struct embed *file;
	char name[64], path[64];

	(void)state;
	for (int i = 1; snprintf(path, sizeof(path), "src/store/migrations/%04d.sql", i),
	    (file = embed_get(path)) != NULL; i++)
		buf_add(&schema, file->data, file->size);
	assert_true(schema.len > 0);
	for (const char *p = buf_str(&schema); (p = strstr(p, "CREATE TABLE ")) != NULL;) {
		bool is_listed = false, is_projection;
		size_t n;

		p += strlen("CREATE TABLE ");
		n = strcspn(p, " ");
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		p += n;
		/* A remark may follow the bracket. */
		is_projection = strncmp(strchr(p, '\n'), begins + 2, strlen(begins) - 2) == 0;
		for (size_t i = 0; projection_tables[i] != NULL; i++)
			is_listed |= strcmp(projection_tables[i], name) == 0;
		if (is_listed != is_projection)
			fail_msg("%s: %d %d", name, is_listed, is_projection);
		tables += is_projection;
	}
	while (projection_tables[listed] != NULL)
		listed++;
	assert_int_equal(listed, tables);
	buf_clear(&schema);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

TEST_MAIN(T(search_ignores_accents_and_case_and_shows_where),
    T(everything_that_is_written_down_can_be_found), T(what_is_not_to_be_seen_is_not_found),
    T(words_that_very_many_have_list_as_others_do), T(what_is_counted_is_what_may_be_seen),
    T(alerts_are_found_also_those_from_before),
    T(the_feed_shows_what_one_may_see_and_where_to_go_on),
    T(a_quiet_day_says_so_and_a_busy_one_says_what), T(deadlines_of_all_kinds_stand_in_one_line),
    T(the_ledger_holds_until_a_row_is_edited_behind_its_back),
    T(an_older_copy_is_found_by_the_checkpoint_kept_outside),
    T(a_case_is_handed_out_with_a_record_of_it),
    cmocka_unit_test(the_list_of_projections_is_that_of_the_schema))
