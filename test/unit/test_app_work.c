/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "app_world.h"

static const char *
incident(const char *title)
{
	return world_text("quantri", "incident open", A("{'title':'%s'}", title), "number");
}

static void
close_incident(const char *number)
{
	world_sql(A("UPDATE incident SET state = 'closed' WHERE number = '%s'", number));
}

static size_t
count(const char *login, const char *op, const char *args)
{
	struct json *answer = world_ok(login, op, args);
	size_t n = json_len(json_get(answer, "items"));

	json_free(answer);
	return n;
}

/* ---- scope ------------------------------------------------------------------------- */

static void
scope_names_things_once_and_follows_their_state(void **state)
{
	const char *sc = incident("Máy bị mã hóa"), *id;
	struct json *item;

	(void)state;
	id = world_text("quantri", "scope add", A("{'id':'%s','kind':'machine','name':'PC-KT-03',"
	    "'state':'affected'}", sc), "id");
	assert_string_equal(world_told(sc, "scope"), "Đưa máy PC-KT-03 vào phạm vi: bị ảnh hưởng");
	world_fails("quantri", "scope add", A("{'id':'%s','kind':'machine','name':'PC-KT-03',"
	    "'state':'affected'}", sc), ERR_CONFLICT, "err.duplicate");
	world_fails("quantri", "scope add", A("{'id':'%s','kind':'machine','ref':'x','state':'affected'}", sc),
	    ERR_INVALID, "err.scope_ref");
	world_fails("quantri", "scope add", A("{'id':'%s','kind':'machine','state':'affected'}", sc),
	    ERR_INVALID, "err.required");
	json_free(world_ok("quantri", "scope set", A("{'id':'%s','state':'isolated','note':'Rút cáp'}", id)));
	assert_string_equal(world_told(sc, "scope"), "Chuyển máy PC-KT-03 sang tình trạng: đã cô lập\nRút cáp");
	world_fails("quantri", "scope set", A("{'id':'%s','state':'cleaned','version':1}", id), ERR_CONFLICT,
	    "err.conflict");
	world_fails("quantri", "scope set", A("{'id':'%s','state':''}", id), ERR_INVALID, "err.required");
	/* What stands in the register is recognised by its name. */
	item = world_ok("quantri", "scope add", A("{'id':'%s','kind':'division',"
	    "'name':'Phòng Quản lý ngân sách','state':'suspected'}", sc));
	assert_non_null(json_get_str(item, "ref_id"));
	json_free(item);
	world_fails("quantri", "scope add", A("{'id':'%s','kind':'system','ref':'none','state':'affected'}", sc),
	    ERR_NOT_FOUND, "err.not_found");
	json_free(world_ok("quantri", "scope remove", A("{'id':'%s','reason':'Nhầm máy'}", id)));
	assert_string_equal(world_told(sc, "scope"), "Bỏ máy PC-KT-03 khỏi phạm vi\nNhầm máy");
	assert_int_equal(count("quantri", "scope list", A("{'id':'%s'}", sc)), 1);
}

static void
a_head_of_division_sees_what_touches_the_division(void **state)
{
	const char *sc = incident("Thư lừa đảo");

	(void)state;
	world_fails("truongphong", "scope list", A("{'id':'%s'}", sc), ERR_NOT_FOUND, "err.not_found");
	json_free(world_ok("quantri", "scope add", A("{'id':'%s','kind':'division',"
	    "'name':'Phòng Quản lý ngân sách','state':'suspected'}", sc)));
	assert_int_equal(count("truongphong", "scope list", A("{'id':'%s'}", sc)), 1);
}

static void
a_closed_case_stays_as_it_is_but_hears_late_notes(void **state)
{
	const char *sc = incident("Đã xong");

	(void)state;
	close_incident(sc);
	world_fails("quantri", "scope add", A("{'id':'%s','kind':'machine','name':'X','state':'affected'}", sc),
	    ERR_STATE, "err.incident_closed");
	world_fails("quantri", "observable add", A("{'id':'%s','value':'203.0.113.7'}", sc), ERR_STATE,
	    "err.incident_closed");
	world_fails("quantri", "review set", A("{'id':'%s','lessons':'x'}", sc), ERR_STATE,
	    "err.incident_closed");
	json_free(world_ok("quantri", "note add", A("{'id':'%s','text':'Tìm thấy thêm nhật ký'}", sc)));
	json_free(world_ok("quantri", "action add", A("{'id':'%s','title':'Tắt macro','owner':'duphong',"
	    "'due_at':'2026-12-15'}", sc)));
}

/* ---- observables --------------------------------------------------------------------- */

static void
signs_are_brought_to_one_form_and_met_again(void **state)
{
	const char *one = incident("Một"), *two = incident("Hai"), *three = incident("Ba"), *id;
	struct json *list, *item;

	(void)state;
	world_text("quantri", "observable add", A("{'id':'%s','value':'hxxp://Xau[.]example/tai'}", one), "id");
	world_fails("quantri", "observable add", A("{'id':'%s','value':'http://xau.example/tai'}", one),
	    ERR_CONFLICT, "err.duplicate");
	id = world_text("quantri", "observable add",
	    A("{'id':'%s','value':'http://xau.example/tai','ioc':true,'tlp':'red'}", two), "id");
	json_free(world_ok("quantri", "observable add", A("{'id':'%s','value':'http://xau.example/tai'}", three)));
	json_free(world_ok("giamdoc", "observable list", A("{'id':'%s'}", three)));
	world_sql(A("UPDATE incident SET is_restricted = 1 WHERE number = '%s'", three));
	/* The restricted one is no match for who may not see it. */
	list = world_ok("duphong", "observable list", A("{'id':'%s'}", one));
	item = json_at(json_get(list, "items"), 0);
	assert_string_equal(json_get_str(item, "type"), "url");
	assert_string_equal(json_get_str(item, "value"), "http://xau.example/tai");
	assert_string_equal(json_get_str(item, "defanged"), "hxxp[:]//xau[.]example/tai");
	assert_int_equal(json_len(json_get(item, "matches")), 1);
	assert_string_equal(json_get_str(json_at(json_get(item, "matches"), 0), "number"), two);
	json_free(list);
	assert_int_equal(count("duphong", "observable find", "{'value':'hxxp://xau[.]example/tai'}"), 2);
	assert_int_equal(count("giamdoc", "observable find", "{'value':'hxxp://xau[.]example/tai'}"), 3);
	world_fails("duphong", "observable find", "{'value':'không rõ gì'}", ERR_INVALID, "err.observable_type");
	world_fails("quantri", "observable add", A("{'id':'%s','value':'x','type':'ip'}", one), ERR_INVALID,
	    "err.observable");
	json_free(world_ok("quantri", "observable set", A("{'id':'%s','ioc':false,'note':'Bình thường'}", id)));
	json_free(world_ok("quantri", "observable remove", A("{'id':'%s','reason':'Nhầm'}", id)));
	assert_string_equal(world_told(two, "observable"), "Bỏ dấu hiệu: liên kết http://xau.example/tai\nNhầm");
	assert_int_equal(count("duphong", "observable find", "{'value':'http://xau.example/tai'}"), 1);
}

static void
signs_in_a_text_are_shown_first_and_saved_when_asked(void **state)
{
	const char *sc = incident("Văn bản"), *text = "Gọi 203.0.113[.]7 và tải evil.exe; 10.1.2.3 là máy nhà";
	struct json *found;

	(void)state;
	found = world_ok("quantri", "observable extract", A("{'id':'%s','text':'%s'}", sc, text));
	assert_int_equal(json_get_int(found, "found", 0), 3);
	assert_null(json_get(found, "saved"));
	json_free(found);
	assert_int_equal(count("quantri", "observable list", A("{'id':'%s'}", sc)), 0);
	found = world_ok("quantri", "observable extract", A("{'id':'%s','text':'%s','save':true}", sc, text));
	assert_int_equal(json_get_int(found, "saved", 0), 3);
	json_free(found);
	assert_non_null(strstr(world_told(sc, "observable"), "Tìm thấy 3 dấu hiệu trong văn bản được dán vào"));
	found = world_ok("quantri", "observable extract", A("{'id':'%s','text':'%s','save':true}", sc, text));
	assert_int_equal(json_get_int(found, "saved", -1), 0);
	json_free(found);
}

/* ---- timeline -------------------------------------------------------------------------- */

static void
the_timeline_keeps_three_times_apart_and_can_be_filtered(void **state)
{
	const char *sc = incident("Diễn biến");
	struct json *list, *item;

	(void)state;
	world_fails("quantri", "note add", A("{'id':'%s','text':'x','occurred_at':'2026-11-20T10:00',"
	    "'told_at':'2026-11-20T09:00'}", sc), ERR_INVALID, "err.time_order");
	world_fails("quantri", "note add", A("{'id':'%s','text':'x','occurred_at':'2199-01-01'}", sc),
	    ERR_INVALID, "err.time_future");
	world_fails("giamdoc", "note add", A("{'id':'%s','text':'x'}", sc), ERR_FORBIDDEN, "err.forbidden");
	json_free(world_ok("quantri", "note add", A("{'id':'%s','text':'Đã rút cáp mạng',"
	    "'occurred_at':'2026-11-20T09:00','told_at':'2026-11-20T10:00'}", sc)));
	json_free(world_ok("quantri", "note add", A("{'id':'%s','text':'Gọi nhà cung cấp'}", sc)));
	list = world_ok("quantri", "timeline list", A("{'id':'%s','q':'RUT CAP'}", sc));
	assert_int_equal(json_len(json_get(list, "items")), 1);
	item = json_at(json_get(list, "items"), 0);
	assert_string_equal(json_get_str(item, "text"), "Đã rút cáp mạng");
	assert_string_equal(json_get_str(item, "occurred_at"), "2026-11-20T02:00:00.000Z");
	assert_string_equal(json_get_str(item, "told_at"), "2026-11-20T03:00:00.000Z");
	assert_true(json_get_bool(item, "is_late", false));
	assert_string_equal(json_get_str(item, "actor_name"), "Nguyễn Văn Quản");
	json_free(list);
	assert_int_equal(count("quantri", "timeline list", A("{'id':'%s','kind':['note']}", sc)), 2);
	assert_int_equal(count("quantri", "timeline list", A("{'id':'%s','kind':['note','scope']}", sc)), 2);
	assert_int_equal(count("quantri", "timeline list", A("{'id':'%s','to':'2026-11-20T12:00'}", sc)), 1);
	list = world_ok("quantri", "timeline list", A("{'id':'%s','kind':['note'],'limit':1}", sc));
	assert_string_equal(json_get_str(json_at(json_get(list, "items"), 0), "text"), "Gọi nhà cung cấp");
	assert_true(json_get_bool(list, "more", false));
	json_free(list);
	list = world_ok("quantri", "timeline list", A("{'id':'%s','kind':['note'],'limit':1,'offset':1}", sc));
	assert_string_equal(json_get_str(json_at(json_get(list, "items"), 0), "text"), "Đã rút cáp mạng");
	assert_false(json_get_bool(list, "more", true));
	json_free(list);
}

/* ---- review ---------------------------------------------------------------------------- */

static void
a_review_is_written_once_and_not_overwritten_unseen(void **state)
{
	const char *sc = incident("Rút kinh nghiệm"), *id;
	struct json *review;

	(void)state;
	review = world_ok("giamdoc", "review show", A("{'id':'%s'}", sc));
	assert_int_equal(json_get_int(review, "version", -1), 0);
	json_free(review);
	review = world_ok("quantri", "review set", A("{'id':'%s','root_cause':'Mở tệp lạ','damage_vnd':5000000}", sc));
	assert_int_equal(json_get_int(review, "version", -1), 1);
	json_free(review);
	world_fails("duphong", "review set", A("{'id':'%s','root_cause':'Khác','version':0}", sc), ERR_CONFLICT,
	    "err.conflict");
	review = world_ok("duphong", "review set", A("{'id':'%s','no_lesson':true,'version':1}", sc));
	assert_string_equal(json_get_str(review, "root_cause"), "Mở tệp lạ");
	assert_true(json_get_bool(review, "is_no_lesson", false));
	json_free(review);
	world_fails("quantri", "action add", A("{'id':'%s','title':'T','due_at':'2026-12-15'}", sc), ERR_INVALID,
	    "err.required");
	world_fails("quantri", "action add", A("{'id':'%s','title':'T','owner':'nobody','due_at':'2026-12-15'}",
	    sc), ERR_NOT_FOUND, "err.not_found");
	id = world_text("quantri", "action add", A("{'id':'%s','title':'Tắt macro','owner':'duphong',"
	    "'due_at':'2026-12-15T17:00'}", sc), "id");
	assert_string_equal(world_told(sc, "review"),
	    "Giao việc khắc phục “Tắt macro” cho Trần Thị Dự, hạn 17:00 15/12/2026");
	world_fails("quantri", "action set", A("{'id':'%s','state':'dropped'}", id), ERR_INVALID,
	    "err.required");
	json_free(world_ok("duphong", "action set", A("{'id':'%s','state':'done'}", id)));
	assert_string_equal(world_told(sc, "review"), "Đã xong việc khắc phục “Tắt macro”");
	assert_int_equal(count("giamdoc", "action list", "{'state':'open'}"), 0);
	assert_int_equal(count("giamdoc", "action list", A("{'incident':'%s'}", sc)), 1);
}

/* ---- duties ------------------------------------------------------------------------------- */

static void
duties_open_with_the_incident_and_count_from_detection(void **state)
{
	const char *sc = world_text("quantri", "incident open",
	    "{'title':'Có nghĩa vụ','detected_at':'2026-11-16T08:00'}", "number");
	struct json *list = world_ok("giamdoc", "incident duties", A("{'id':'%s'}", sc)), *duty;
	bool notice = false, report = false;
	const char *id = NULL;

	(void)state;
	for (size_t i = 0; (duty = json_at(json_get(list, "items"), i)) != NULL; i++) {
		assert_true(json_get_bool(duty, "is_provisional", false));
		assert_string_equal(json_get_str(duty, "state"), "pending");
		if (strcmp(json_get_str(duty, "obligation"), "D03") == 0) {
			notice = true;
			/* Five days from Monday the 16th end on Saturday the 21st: better on Friday. */
			assert_string_equal(json_get_str(duty, "due_at"), "2026-11-21T10:00:00.000Z");
			assert_string_equal(json_get_str(duty, "send_by_at"), "2026-11-20T10:00:00.000Z");
			assert_true(json_get_bool(duty, "is_off_day", false));
			assert_true(json_len(json_get(duty, "recipients")) > 0);
			id = A("%s", json_get_str(duty, "id"));
		}
		if (strcmp(json_get_str(duty, "obligation"), "D22") == 0) {
			report = true;
			assert_string_equal(json_get_str(duty, "due_at"), "2026-11-19T01:00:00.000Z");
		}
		assert_string_not_equal(json_get_str(duty, "obligation"), "D02");
	}
	assert_true(notice && report);
	json_free(list);
	json_free(world_ok("quantri", "duty chase", A("{'id':'%s','note':'Đã gọi văn thư'}", id)));
	assert_non_null(strstr(world_told(sc, "duty"), "Đã đôn đốc nghĩa vụ"));
	world_fails("quantri", "duty chase", A("{'id':'%s'}", id), ERR_INVALID, "err.required");
	assert_true(count("giamdoc", "duty list", NULL) >= 2);
	/* Those that come back by the calendar have a test of their own. */
	world_sql("DELETE FROM duty WHERE incident_id IS NULL");
	world_sql("UPDATE duty SET due_at = NULL WHERE obligation = 'D22'");
	list = world_ok("giamdoc", "duty list", "{'limit':1,'offset':1}");
	assert_string_equal(json_get_str(json_at(json_get(list, "items"), 0), "obligation"), "D22");
	assert_false(json_get_bool(list, "more", true));
	json_free(list);
	list = world_ok("giamdoc", "duty list", "{'limit':1}");
	assert_string_equal(json_get_str(json_at(json_get(list, "items"), 0), "obligation"), "D03");
	assert_true(json_get_bool(list, "more", false));
	json_free(list);
	assert_int_equal(count("giamdoc", "duty list", "{'state':'sent'}"), 0);
	assert_int_equal(count("giamdoc", "duty list", "{'state':'all'}"), 2);
	/* An incident before the new law is not measured by it. */
	sc = world_text("quantri", "incident open", "{'title':'Cũ','detected_at':'2026-03-02T08:00'}", "number");
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM duty d JOIN incident i ON i.id = d.incident_id"
	    " WHERE i.number = '%s' AND d.profile = 'ANM-2026'", sc)), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

TEST_MAIN(T(scope_names_things_once_and_follows_their_state),
    T(a_head_of_division_sees_what_touches_the_division),
    T(a_closed_case_stays_as_it_is_but_hears_late_notes), T(signs_are_brought_to_one_form_and_met_again),
    T(signs_in_a_text_are_shown_first_and_saved_when_asked),
    T(the_timeline_keeps_three_times_apart_and_can_be_filtered),
    T(a_review_is_written_once_and_not_overwritten_unseen),
    T(duties_open_with_the_incident_and_count_from_detection))
