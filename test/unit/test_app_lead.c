/* SPDX-License-Identifier: Apache-2.0 */
/* An incident led from the report to the closed, provable case, and the ways off the road. */
#include "testing.h"

#include "app/tables.h"
#include "app_world.h"
#include "ledger/verify.h"

#define RANSOM "{'id':'%s','answers':{'system_level':'2','signs':['encrypted'],'machines':4," \
	"'server':true,'can_handle':'yes','backup':'good'}}"
#define PHISH "{'id':'%s','answers':{'signs':'phishing','can_handle':'yes'}}"

static void
clock_to(const char *time)
{
	json_free(world_ok(NULL, "clock set", A("{'time':'%s'}", time)));
}

static const char *
open_incident(bool take)
{
	const char *sc = world_text("quantri", "incident open",
	    "{'title':'Máy phòng kế toán bị mã hóa',"
	    "'system':'Máy chủ tệp và ổ đĩa dùng chung'}", "number");

	if (take)
		json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", sc)));
	return sc;
}

static void
go(const char *sc, const char *to)
{
	assert_string_equal(world_text("quantri", "incident advance",
	    A("{'id':'%s','to':'%s'}", sc, to), "state"), to);
}

static void
force(const char *sc, const char *to, const char *reason)
{
	assert_string_equal(world_text("quantri", "incident advance",
	    A("{'id':'%s','to':'%s','force':true,"
	    "'reason':'%s'}", sc, to, reason), "state"), to);
}

static void
stuck(const char *sc, const char *to, const char *missing)
{
	world_fails("quantri", "incident advance", A("{'id':'%s','to':'%s'}", sc, to), ERR_STATE,
	    "err.guards");
	if (strstr(world_list, missing) == NULL)
		fail_msg("%s does not name: %s", world_list, missing);
}

static struct json *
tasks_of(const char *sc)
{
	return world_ok("quantri", "incident tasks", A("{'id':'%s'}", sc));
}

static size_t
count_tasks(const char *sc, const char *state, const char *playbook)
{
	struct json *answer = tasks_of(sc), *items = json_get(answer, "items");
	size_t n = 0;

	for (size_t i = 0; i < json_len(items); i++)
		n += str_eq(json_get_str(json_at(items, i), "state"), state) && (playbook == NULL ||
		    str_eq(json_get_str(json_at(items, i), "playbook"), playbook));
	json_free(answer);
	return n;
}

/* Does every open task of a phase; what needs an approval is done without, and says so. */
static void
do_phase(const char *sc, const char *phase)
{
	struct json *answer = tasks_of(sc), *items = json_get(answer, "items");

	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *t = json_at(items, i);

		if (str_eq(json_get_str(t, "phase"), phase) &&
		    str_eq(json_get_str(t, "state"), "open"))
			json_free(world_ok("quantri", "task done", A("{'id':'%s','note':'xong',"
			    "'without_approval':true}", json_get_str(t, "id"))));
	}
	json_free(answer);
}

/* The first task that is ${state} and, unless NULL, of that phase; in memory that stays. */
static const char *
a_task(const char *sc, const char *state, const char *phase, const char *field, bool value)
{
	static char id[64];
	struct json *answer = tasks_of(sc), *items = json_get(answer, "items");

	*id = '\0';
	for (size_t i = 0; i < json_len(items) && *id == '\0'; i++) {
		const struct json *t = json_at(items, i);

		if (str_eq(json_get_str(t, "state"), state) && (phase == NULL ||
		    str_eq(json_get_str(t, "phase"), phase)) &&
		    json_get_bool(t, field, !value) == value)
			snprintf(id, sizeof(id), "%s", json_get_str(t, "id"));
	}
	json_free(answer);
	assert_true(*id != '\0');
	return A("%s", id);
}

/* Fills in the newest round; the first ${fails} items fail. */
static void
check_all(const char *sc, size_t fails)
{
	struct json *answer = world_ok("quantri", "check list", A("{'id':'%s'}", sc));
	struct json *items = json_get(answer, "items");
	int64_t round = json_get_int(answer, "round", 0);

	assert_true(json_len(items) > 10);
	for (size_t i = 0; i < json_len(items); i++)
		if (json_get_int(json_at(items, i), "round", 0) == round)
			json_free(world_ok("quantri", "check set", A("{'id':'%s','result':'%s'}",
			    json_get_str(json_at(items, i), "id"), i < fails ? "fail" : "pass")));
	json_free(answer);
}

static void
restore_scope(const char *sc)
{
	struct json *answer = world_ok("quantri", "scope list", A("{'id':'%s'}", sc));
	struct json *items = json_get(answer, "items");

	for (size_t i = 0; i < json_len(items); i++)
		json_free(world_ok("quantri", "scope set", A("{'id':'%s','state':'restored',"
		    "'restored_from':'Bản sao lưu ngày 19/11'}",
		    json_get_str(json_at(items, i), "id"))));
	json_free(answer);
}

static void
assert_ledger(void)
{
	struct note_key key;
	struct ledger_report report;
	struct err err = { 0 };

	assert_int_equal(note_key_load(A("%s/keys/ledger.key", world_dir), &key, &err), 0);
	if (ledger_verify(world->store, &(struct ledger_verify){ .key = &key,
	    .tables = projection_tables }, &report, &err) != 0)
		fail_msg("%s %s %s", err.key, report.fault[0].table, report.fault[0].column);
	assert_true(report.entries > 5);
}

/* From "initial_response" to "validation", everything done. */
static void
recover(const char *sc)
{
	do_phase(sc, "identify");
	do_phase(sc, "contain");
	go(sc, "eradication");
	do_phase(sc, "eradicate");
	go(sc, "recovery");
	do_phase(sc, "recover");
	restore_scope(sc);
	go(sc, "validation");
	do_phase(sc, "validate");
}

static int64_t
number_of(const char *sc, const char *field)
{
	struct json *answer = world_ok("quantri", "incident show", A("{'id':'%s'}", sc));
	int64_t n = json_get_int(answer, field, -1);

	json_free(answer);
	return n;
}

static void
assert_next(const char *sc, const char *op, const char *to)
{
	struct json *answer = world_ok("quantri", "incident show", A("{'id':'%s'}", sc));
	struct json *next = json_get(answer, "next");

	assert_string_equal(json_get_str(next, "op"), op);
	assert_string_equal(json_get_str(next, "to"), to);
	assert_non_null(json_get_str(next, "title"));
	json_free(answer);
}

static void
verify_and_contain(const char *sc)
{
	assert_next(sc, "incident take", "verifying");
	json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", sc)));
	assert_next(sc, "incident triage", "initial_response");
	/* What the table does not have cannot be forced. */
	world_fails("quantri", "incident advance", A("{'id':'%s','to':'containment','force':true,"
	    "'reason':'gấp'}", sc), ERR_STATE, "err.transition");
	stuck(sc, "initial_response", "bảng hỏi nhanh");
	json_free(world_ok("quantri", "incident triage", A(RANSOM, sc)));
	assert_string_equal(world_told(sc, "score"),
	    "Xác định tính chất, mức độ: Mã hóa phần mềm, dữ liệu, thiết bị, Mức 2");
	assert_next(sc, "incident advance", "initial_response");
	/* Entered late, with its true time; but not before the detection. */
	clock_to("2026-11-20T09:30");
	world_fails("quantri", "incident advance", A("{'id':'%s','to':'initial_response',"
	    "'occurred_at':'2026-11-20T07:00'}", sc), ERR_INVALID, "err.time_order");
	json_free(world_ok("quantri", "incident advance", A("{'id':'%s','to':'initial_response',"
	    "'occurred_at':'2026-11-20T08:10'}", sc)));
	stuck(sc, "option_selection", "bước ưu tiên bắt buộc");
	do_phase(sc, "priority");
	go(sc, "option_selection");
}

static void
the_whole_story_from_received_to_closed(void **state)
{
	const char *sc;
	struct json *answer;

	(void)state;
	clock_to("2026-11-20T08:00");
	sc = open_incident(false);
	verify_and_contain(sc);
	/* A disruptive step without the leadership's word: possible, and recorded. */
	stuck(sc, "containment", "chưa được lãnh đạo đồng ý");
	world_fails("quantri", "incident advance", A("{'id':'%s','to':'containment','force':true}",
	    sc), ERR_INVALID, "err.required");
	force(sc, "containment", "Mã độc đang lan, không thể chờ");
	assert_true(strstr(world_told(sc, "state"), "khi còn thiếu: Có ") != NULL);
	stuck(sc, "eradication", "Chưa thu chứng cứ nào");
	json_free(world_ok("quantri", "evidence add", A("{'id':'%s','name':'Ảnh đĩa máy chủ tệp',"
	    "'kind':'disk_image','form':'copy','collected_at':'2026-11-20T09:00','place':'Phòng"
	    " máy',"
	    "'method':'dd'}", sc)));
	recover(sc);
	stuck(sc, "response_ended", "chưa có kết quả");

	/* Not stable: back, with a mandatory task to find the cause. */
	check_all(sc, 1);
	stuck(sc, "response_ended", "không đạt");
	assert_next(sc, "incident advance", "containment");
	go(sc, "containment");
	assert_int_equal(number_of(sc, "loop_count"), 1);
	stuck(sc, "eradication", "Xác minh lại nguyên nhân");
	recover(sc);
	check_all(sc, 0);
	go(sc, "response_ended");

	/* A watch that fails needs its reason, and keeps what was collected. */
	world_fails("quantri", "incident advance", A("{'id':'%s','to':'containment','force':true}",
	    sc), ERR_INVALID, "err.required");
	clock_to("2026-11-21T09:30");
	json_free(world_ok("quantri", "incident advance", A("{'id':'%s','to':'containment',"
	    "'reason':'Lại có tệp bị mã hóa'}", sc)));
	assert_int_equal(number_of(sc, "loop_count"), 2);
	assert_true(str_starts(world_told(sc, "state"), "Theo dõi không đạt"));
	answer = world_ok("quantri", "incident show", A("{'id':'%s'}", sc));
	assert_int_equal(json_kind(json_get(answer, "response_ended_at")), JSON_KIND_NULL);
	json_free(answer);
	answer = world_ok("quantri", "evidence list", A("{'id':'%s'}", sc));
	assert_int_equal(json_len(json_get(answer, "items")), 1);
	json_free(answer);
	recover(sc);
	check_all(sc, 0);
	go(sc, "response_ended");
	assert_string_equal(world_told(sc, "state"), "Kiểm tra toàn hệ thống đạt: kết thúc ứng cứu,"
	    " theo dõi đến 09:30 24/11/2026");

	go(sc, "review");
	stuck(sc, "closed", "Thời gian theo dõi chưa hết");
	assert_true(strstr(world_list, "nguyên nhân gốc") != NULL &&
	    strstr(world_list, "bài học") != NULL && strstr(world_list,
	    "nghĩa vụ báo cáo") != NULL);
	clock_to("2026-11-24T09:31");
	json_free(world_ok("quantri", "review set",
	    A("{'id':'%s','root_cause':'Mở RDP ra Internet',"
	    "'lessons':'Đóng RDP'}", sc)));
	answer = world_ok("quantri", "incident duties", A("{'id':'%s'}", sc));
	assert_true(json_len(json_get(answer, "items")) > 0);
	for (size_t i = 0; i < json_len(json_get(answer, "items")); i++)
		json_free(world_ok("quantri", "duty chase",
		    A("{'id':'%s','note':'Đã gọi Công an tỉnh'}",
		    json_get_str(json_at(json_get(answer, "items"), i), "id"))));
	json_free(answer);
	answer = world_ok("quantri", "incident advance", A("{'id':'%s','to':'closed'}", sc));
	assert_int_equal(strlen(json_get_str(answer, "seal")), 64);
	assert_int_equal(json_get_int(answer, "step", 0), 5);
	assert_int_equal(json_kind(json_get(answer, "next")), JSON_KIND_NULL);
	json_free(answer);
	world_fails("quantri", "task add", A("{'id':'%s','title':'Thêm','phase':'review'}", sc),
	    ERR_STATE, "err.incident_closed");

	answer = world_ok("quantri", "incident reopen",
	    A("{'id':'%s','reason':'Có dấu hiệu mới'}", sc));
	assert_string_equal(json_get_str(answer, "state"), "containment");
	assert_int_equal(json_get_int(answer, "loop_count", 0), 3);
	assert_int_equal(json_kind(json_get(answer, "seal")), JSON_KIND_NULL);
	json_free(answer);
	assert_ledger();
}

static void
what_is_no_incident_takes_two_people_when_it_looked_grave(void **state)
{
	const char *sc = open_incident(true);
	struct json *answer;

	(void)state;
	json_free(world_ok("quantri", "incident triage", A(RANSOM, sc)));
	world_fails("quantri", "incident dismiss", A("{'id':'%s'}", sc), ERR_INVALID,
	    "err.required");
	world_fails("quantri", "incident advance",
	    A("{'id':'%s','to':'closed_not_incident','force':true,"
	    "'reason':'nhầm'}", sc), ERR_INVALID, "err.second_needed");
	world_fails("quantri", "incident dismiss", A("{'id':'%s','reason':'nhầm',"
	    "'second_person':'quantri'}", sc), ERR_INVALID, "err.second_same");
	world_fails("quantri", "incident dismiss", A("{'id':'%s','reason':'nhầm',"
	    "'second_person':'canbo'}", sc), ERR_INVALID, "err.second_right");
	world_fails("quantri", "incident dismiss", A("{'id':'%s','reason':'nhầm',"
	    "'second_person':'khongco'}", sc), ERR_INVALID, "err.no_such_person");
	answer = world_ok("quantri", "incident dismiss", A("{'id':'%s','reason':'Phần mềm mới cài',"
	    "'second_person':'duphong'}", sc));
	assert_string_equal(json_get_str(answer, "state"), "closed_not_incident");
	json_free(answer);
	assert_true(str_starts(world_told(sc, "state"),
	    "Kết luận không phải sự cố; Trần Thị Dự cùng xác nhận"));
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM duty d JOIN incident i ON i.id ="
	    " d.incident_id WHERE i.number = '%s' AND d.state <> 'cancelled'", sc)), 0);
	assert_string_equal(world_text("quantri", "incident reopen",
	    A("{'id':'%s','reason':'Lại thấy'}", sc), "state"), "verifying");
	assert_true(world_sql(A("SELECT COUNT(*) FROM duty d JOIN incident i ON i.id ="
	    " d.incident_id WHERE i.number = '%s' AND d.state = 'pending'", sc)) > 0);
	world_fails("quantri", "incident reopen", A("{'id':'%s','reason':'nữa'}", sc), ERR_STATE,
	    "err.not_closed");
	/* Scored down meanwhile: it had looked grave. */
	json_free(world_ok("quantri", "incident triage", A(PHISH, sc)));
	world_fails("quantri", "incident dismiss", A("{'id':'%s','reason':'nhầm'}", sc),
	    ERR_INVALID, "err.second_needed");
	/* A small one needs nobody else. */
	sc = open_incident(true);
	json_free(world_ok("quantri", "incident triage", A(PHISH, sc)));
	assert_string_equal(world_text("quantri", "incident dismiss",
	    A("{'id':'%s','reason':'Thư thật'}", sc), "state"), "closed_not_incident");
	assert_ledger();
}

static void
every_score_stays_and_another_type_brings_its_own_plan(void **state)
{
	const char *sc = open_incident(true), *done;
	struct json *answer, *items;
	size_t open, manual;

	(void)state;
	world_fails("quantri", "incident triage", A("{'id':'%s','answers':{'signs':{}}}", sc),
	    ERR_INVALID, "err.answer");
	world_fails("quantri", "incident triage", A("{'id':'%s','answers':{'machines':-4}}", sc),
	    ERR_INVALID, "severity.answer_value");
	world_fails("quantri", "incident triage", A("{'id':'%s','answers':{'nonsense':'yes'}}", sc),
	    ERR_INVALID, "severity.answer_unknown");
	json_free(world_ok("quantri", "incident triage", A(PHISH, sc)));
	assert_int_equal(number_of(sc, "level"), 4);
	open = count_tasks(sc, "open", "phishing");
	assert_true(open > 5);
	done = a_task(sc, "open", "priority", "needs_approval", false);
	json_free(world_ok("quantri", "task done", A("{'id':'%s'}", done)));
	json_free(world_ok("quantri", "task add",
	    A("{'id':'%s','title':'Hỏi nhà mạng','phase':'contain'}", sc)));

	/* The type changes: done stays done, one's own tasks stay, the rest gives way. */
	json_free(world_ok("quantri", "incident triage", A(RANSOM, sc)));
	assert_true(count_tasks(sc, "open", "ransomware") > 5);
	assert_int_equal(count_tasks(sc, "open", "phishing"), 0);
	assert_int_equal(count_tasks(sc, "done", NULL), 1);
	manual = count_tasks(sc, "open", NULL) - count_tasks(sc, "open", "ransomware");
	assert_int_equal(manual, 1);
	assert_string_equal(world_told(sc, "task"), "Đổi sang phương án PB-01 “Mã hóa dữ liệu, tống"
	    " tiền”; việc đã làm giữ nguyên");

	/* And back: what had given way is open again, nothing stands there twice. */
	json_free(world_ok("quantri", "incident triage", A(PHISH, sc)));
	assert_int_equal(count_tasks(sc, "open", "phishing") + count_tasks(sc, "done", "phishing"),
	    open);
	assert_int_equal(count_tasks(sc, "open", "ransomware"), 0);

	world_fails("quantri", "incident triage", A("{'id':'%s','override_level':1,'answers':"
	    "{'signs':'phishing'}}", sc), ERR_INVALID, "err.override_reason");
	json_free(world_ok("quantri", "incident triage", A("{'id':'%s','override_level':1,'reason':"
	    "'Nhắm vào Giám đốc','answers':{'signs':'phishing'}}", sc)));
	assert_int_equal(number_of(sc, "level"), 1);
	answer = world_ok("thanhtra", "incident scores", A("{'id':'%s'}", sc));
	items = json_get(answer, "items");
	assert_int_equal(json_len(items), 4);
	assert_string_equal(json_get_str(json_at(items, 0), "override_reason"),
	    "Nhắm vào Giám đốc");
	assert_int_equal(json_get_int(json_get(json_at(items, 0), "result"), "level", 0), 4);
	assert_true(json_len(json_get(json_get(json_at(items, 1), "result"), "reasons")) > 0);
	json_free(answer);
	/* Somebody else was quicker. */
	world_fails("quantri", "incident advance",
	    A("{'id':'%s','to':'initial_response','version':2}", sc), ERR_CONFLICT, "err.conflict");
	assert_ledger();
}

static void
a_playbook_says_whether_it_was_approved(void **state)
{
	const char *sc = open_incident(true);
	struct json *answer;

	(void)state;
	answer = world_ok("quantri", "playbook show", "{'id':'PB-01'}");
	assert_string_equal(json_get_str(answer, "id"), "ransomware");
	assert_int_equal(json_kind(json_get(answer, "approved")), JSON_KIND_NULL);
	assert_int_equal(json_len(json_get(answer, "phases")), 6);
	json_free(answer);
	world_fails("duphong", "playbook approve", "{'id':'PB-01','doc_number':'12/QĐ-SM',"
	    "'doc_date':'05/01/2026','signer':'Lê Minh Giám'}", ERR_FORBIDDEN, "err.forbidden");
	json_free(world_ok("giamdoc", "playbook approve", "{'id':'PB-01','doc_number':'12/QĐ-SM',"
	    "'doc_date':'05/01/2026','signer':'Lê Minh Giám'}"));
	answer = world_ok("quantri", "playbook show", "{'id':'ransomware'}");
	assert_string_equal(json_get_str(json_get(answer, "approved"), "doc_date"), "2026-01-05");
	json_free(answer);
	world_fails("quantri", "incident playbook", A("{'id':'%s','playbook':'PB-99'}", sc),
	    ERR_NOT_FOUND, "err.no_playbook");
	json_free(world_ok("quantri", "incident playbook",
	    A("{'id':'%s','playbook':'PB-02'}", sc)));
	assert_true(count_tasks(sc, "open", "malware") > 5);
	answer = world_ok("quantri", "incident tasks", A("{'id':'%s'}", sc));
	assert_string_equal(json_get_str(json_get(answer, "playbook"), "code"), "PB-02");
	assert_int_equal(json_kind(json_get(json_get(answer, "playbook"), "approved")),
	    JSON_KIND_NULL);
	json_free(answer);
	/* Once of the phase has begun the clock runs. */
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM task t JOIN incident i ON i.id ="
	    " t.incident_id WHERE i.number = '%s' AND t.phase = 'priority' AND t.due_at IS NOT"
	    " NULL", sc)), 0);
	force(sc, "initial_response", "Rõ ràng là mã độc");
	assert_true(world_sql(A("SELECT COUNT(*) FROM task t JOIN incident i ON i.id ="
	    " t.incident_id WHERE i.number = '%s' AND t.phase = 'priority' AND t.due_at = (SELECT"
	    " now_at FROM test_clock) + t.max_minutes * 60000", sc)) > 0);
}

static void
a_director_answers_once_by_the_link(void **state)
{
	const char *sc = open_incident(true), *task, *link, *token, *id;
	struct json *answer;

	(void)state;
	json_free(world_ok("quantri", "incident triage", A(RANSOM, sc)));
	task = a_task(sc, "open", NULL, "needs_approval", true);
	world_fails("quantri", "task done", A("{'id':'%s'}", task), ERR_STATE, "err.task_approval");
	world_fails("quantri", "direction ask",
	    A("{'id':'%s','question':'Ngắt mạng?','asked':'canbo'}", sc),
	    ERR_INVALID, "err.asked_right");
	answer = world_ok("quantri", "direction ask", A("{'id':'%s','question':'Ngắt mạng?',"
	    "'asked':'giamdoc','send':true}", sc));
	assert_false(json_get_bool(answer, "sent", true));
	assert_string_equal(json_get_str(answer, "why_not_sent"), "Chưa cài đặt gửi thư điện tử.");
	json_free(answer);
	answer = world_ok("quantri", "direction ask", A("{'id':'%s','question':'Ngắt mạng 4 giờ?',"
	    "'cost':'Kế toán dừng','asked':'giamdoc','task':'%s'}", sc, task));
	link = A("%s", json_get_str(answer, "link"));
	id = A("%s", json_get_str(answer, "id"));
	token = strrchr(link, '/') + 1;
	assert_int_equal(strlen(token), 64);
	json_free(answer);
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM ledger_entry WHERE payload LIKE"
	    " '%%%s%%'", token)), 0);
	answer = world_ok("quantri", "direction see", A("{'token':'%s'}", token));
	assert_string_equal(json_get_str(answer, "asked_name"), "Lê Minh Giám");
	assert_string_equal(json_get_str(answer, "state"), "asked");
	json_free(answer);
	world_fails(NULL, "direction see", A("{'token':'%064d'}", 7), ERR_NOT_FOUND,
	    "err.link_gone");
	world_fails(NULL, "direction answer", A("{'token':'%s','answer':'other'}", token),
	    ERR_INVALID, "err.required");
	json_free(world_ok(NULL, "direction answer", A("{'token':'%s','answer':'approve',"
	    "'words':'Làm ngay'}", token)));
	world_fails(NULL, "direction answer", A("{'token':'%s','answer':'refuse'}", token),
	    ERR_STATE, "err.direction_answered");
	world_fails("giamdoc", "direction decide", A("{'id':'%s','answer':'refuse'}", id),
	    ERR_STATE, "err.direction_answered");
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM ledger_entry WHERE actor = 'link:%s'",
	    id)), 1);
	answer = world_ok("quantri", "task done", A("{'id':'%s'}", task));
	assert_false(json_get_bool(answer, "is_without_approval", true));
	json_free(answer);
	/* By word of mouth, entered afterwards; and a request that is not needed any more. */
	json_free(world_ok("quantri", "direction record", A("{'id':'%s','question':'Báo Công an?',"
	    "'channel':'oral','asked_name':'Lê Minh Giám','answer':'approve','words':'Báo đi',"
	    "'answered_at':'2026-11-20T08:05'}", sc)));
	assert_true(str_starts(world_told(sc, "direction"),
	    "Lê Minh Giám chỉ đạo bằng lời: đồng ý"));
	id = world_text("quantri", "direction ask", A("{'id':'%s','question':'Mời chuyên gia?',"
	    "'asked':'phogiamdoc'}", sc), "id");
	json_free(world_ok("quantri", "direction withdraw", A("{'id':'%s'}", id)));
	world_fails("phogiamdoc", "direction decide", A("{'id':'%s','answer':'approve'}", id),
	    ERR_STATE, "err.direction_withdrawn");
	assert_ledger();
}

static void
a_link_ends(void **state)
{
	const char *sc, *token;

	(void)state;
	clock_to("2026-12-01T08:00");
	sc = open_incident(true);
	token = strrchr(world_text("quantri", "direction ask",
	    A("{'id':'%s','question':'Ngắt mạng?',"
	    "'asked':'giamdoc'}", sc), "link"), '/') + 1;
	clock_to("2026-12-02T07:59");
	json_free(world_ok(NULL, "direction see", A("{'token':'%s'}", token)));
	clock_to("2026-12-02T08:01");
	world_fails(NULL, "direction see", A("{'token':'%s'}", token), ERR_NOT_FOUND,
	    "err.link_gone");
	world_fails(NULL, "direction answer", A("{'token':'%s','answer':'approve'}", token),
	    ERR_NOT_FOUND, "err.link_gone");
}

static void
tasks_are_done_late_waived_and_opened_again(void **state)
{
	const char *sc, *task;
	struct json *answer;

	(void)state;
	clock_to("2026-12-03T08:00");
	sc = open_incident(true);
	task = world_text("quantri", "task add",
	    A("{'id':'%s','title':'Chặn cổng 445','phase':'contain',"
	    "'assignee':'duphong','due_at':'2026-12-03T09:00','mandatory':true}", sc), "id");
	clock_to("2026-12-03T10:00");
	answer = world_ok("duphong", "task list", "{'mine':true}");
	assert_int_equal(json_len(json_get(answer, "items")), 1);
	assert_true(json_get_bool(json_at(json_get(answer, "items"), 0), "is_overdue", false));
	json_free(answer);
	world_fails("quantri", "task done", A("{'id':'%s','done_at':'2026-12-04T00:00'}", task),
	    ERR_INVALID, "err.time_future");
	answer = world_ok("duphong", "task done", A("{'id':'%s','done_at':'2026-12-03T08:40'}",
	    task));
	assert_string_equal(json_get_str(answer, "done_at"), "2026-12-03T01:40:00.000Z");
	assert_string_equal(json_get_str(answer, "entered_at"), "2026-12-03T03:00:00.000Z");
	json_free(answer);
	world_fails("quantri", "task waive", A("{'id':'%s','reason':'x'}", task), ERR_STATE,
	    "err.task_state");
	json_free(world_ok("quantri", "task reopen", A("{'id':'%s','reason':'Lại mở'}", task)));
	json_free(world_ok("quantri", "task set", A("{'id':'%s','assignee':''}", task)));
	answer = world_ok("quantri", "task waive", A("{'id':'%s','reason':'Không dùng SMB'}",
	    task));
	assert_int_equal(json_kind(json_get(answer, "assignee_id")), JSON_KIND_NULL);
	assert_string_equal(json_get_str(answer, "waive_reason"), "Không dùng SMB");
	json_free(answer);
	/* Who may not see the incident sees none of its tasks. */
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", sc)));
	world_fails("duphong", "task reopen", A("{'id':'%s','reason':'x'}", task), ERR_NOT_FOUND,
	    "err.not_found");
	world_fails("duphong", "incident tasks", A("{'id':'%s'}", sc), ERR_NOT_FOUND,
	    "err.not_found");
}

static int
setup(void **state)
{
	world_setup(state);
	clock_to("2026-11-20T08:10");
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

TEST_MAIN(T(the_whole_story_from_received_to_closed),
    T(what_is_no_incident_takes_two_people_when_it_looked_grave),
    T(every_score_stays_and_another_type_brings_its_own_plan),
    T(a_playbook_says_whether_it_was_approved),
    T(a_director_answers_once_by_the_link),
    T(a_link_ends),
    T(tasks_are_done_late_waived_and_opened_again))
