/* SPDX-License-Identifier: Apache-2.0 */
/* Duties on real data: papers that discharge them, reminders, the morning's mail, own packs. */
#include "testing.h"

#include "app_world.h"
#include "app/background.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/packset.h"
#include "os/embed.h"

static void
clock_to(const char *time)
{
	json_free(world_ok(NULL, "clock set", A("{'time':'%s'}", time)));
}

static const char *
opened(const char *title, const char *detected)
{
	return world_text("quantri", "incident open", A("{'title':'%s','detected_at':'%s'}", title,
	    detected), "number");
}

/* A field of the duty of that obligation. */
static const char *
of(const char *number, const char *obligation, const char *field)
{
	static char text[8][100];
	static unsigned n;
	char *to = text[n++ % 8];
	struct json *list = world_ok("quantri", "duty list", A("{'incident':'%s'}", number)), *d;

	snprintf(to, 100, "none");
	for (size_t i = 0; (d = json_at(json_get(list, "items"), i)) != NULL; i++)
		if (strcmp(json_get_str(d, "obligation"), obligation) == 0)
			snprintf(to, 100, "%s", json_get_str(d, field) == NULL ? "" : json_get_str(d, field));
	json_free(list);
	return to;
}

/* ---- papers ------------------------------------------------------------------------- */

/* A paper of table document with its ties, made as the operations of documents make it. */
struct paper {
	const char *number;   /* of the incident */
	const char *state;    /* of the document */
	const char *duties;   /* obligations by spaces, tied when the paper is made */
	const char *role;     /* a dispatch to that role, NULL: none */
	const char *sent_at;
	bool is_acknowledged;
};

static int
run_paper(struct tx *tx, void *arg, struct err *err)
{
	const struct paper *p = arg;
	struct arena arena = ARENA_INIT;
	struct call call = { .app = world, .op = op_get("duty settle"), .tx = tx, .arena = &arena,
		.err = err, .agency_id = world->agency_id, .actor = actor_job("test") };
	struct change change;
	const char *incident, *document;
	int64_t at = 0;

	call.now = app_now_tx(world, tx);
	change_begin(&call, &change);
	incident = tx_text(tx, &arena, "SELECT id FROM incident WHERE number = ?", "t", p->number);
	document = tx_text(tx, &arena, "SELECT id FROM document WHERE incident_id = ?", "t", incident);
	if (document == NULL) {
		document = change_insert(&call, "document", NULL, COLS(CT("number", "VB-2026-0001"),
		    CT("incident_id", incident), CT("form", "thong-bao-su-co"), CI("form_version", 1),
		    CT("title", "Thông báo sự cố"), CT("state", p->state), CT("values_json", "{}"),
		    CI("made_at", call.now), CI("updated_at", call.now)));
		for (const char *o = p->duties; *o != '\0'; o += strcspn(o, " "), o += *o == ' ')
			change_insert(&call, "document_duty", NULL, COLS(CT("document_id", document),
			    CT("incident_id", incident), CT("duty_id", tx_text(tx, &arena, "SELECT id FROM duty"
			    " WHERE incident_id = ? AND obligation = ?", "tt", incident,
			    arena_strndup(&arena, o, strcspn(o, " "))))));
	}
	change_update(&call, "document", document, -1, COLS(CT("state", p->state)));
	if (p->role != NULL) {
		assert_true(clock_parse(p->sent_at, &at));
		change_insert(&call, "dispatch", NULL, COLS(CT("document_id", document),
		    CT("incident_id", incident), CT("role", p->role), CT("recipient", p->role),
		    CT("channel", "eoffice"), CT("state", "sent"), CI("sent_at", at),
		    CI("entered_at", call.now)));
	}
	if (p->is_acknowledged)
		tx_exec(tx, "UPDATE dispatch SET acknowledged_at = ? WHERE document_id = ?", "it", call.now,
		    document);
	duty_document(&call, document, p->state);
	change_commit(&call);
	arena_clear(&arena);
	return err->kind;
}

static void
paper(const struct paper *p)
{
	struct err err = { 0 };
	struct paper copy = *p;

	if (store_write(world->store, run_paper, &copy, &err) != 0)
		fail_msg("%s", err.key);
}

/* One letter for the notice of 2017 and the report of 2026: to all who have an address. */
static void
one_paper_discharges_several_duties(void **state)
{
	const char *sc;

	(void)state;
	world_sql("DELETE FROM contact");
	clock_to("2026-11-23T08:00");
	sc = opened("Một công văn", "2026-11-23T08:00");
	world_sql(A("INSERT INTO contact (id, agency_id, version, role, name) VALUES ('c1', '%s', 1,"
	    " 'system_owner', 'UBND tỉnh'), ('c2', '%s', 1, 'provincial_police', 'Công an tỉnh')",
	    world->agency_id, world->agency_id));
	paper(&(struct paper){ sc, "draft", "D03 D22", NULL, NULL, false });
	assert_string_equal(of(sc, "D03", "state"), "drafting");
	assert_string_equal(of(sc, "D22", "state"), "drafting");
	paper(&(struct paper){ sc, "submitted", "", NULL, NULL, false });
	assert_string_equal(of(sc, "D03", "state"), "waiting_signature");
	paper(&(struct paper){ sc, "numbered", "", NULL, NULL, false });
	assert_string_equal(of(sc, "D22", "state"), "numbered");
	/* The owner has it: that is all D03 asks for of those with an address; D22 asks for the police. */
	paper(&(struct paper){ sc, "issued", "", "system_owner", "2026-11-23T09:00", false });
	assert_string_equal(of(sc, "D03", "state"), "sent");
	assert_string_equal(of(sc, "D22", "state"), "numbered");
	paper(&(struct paper){ sc, "issued", "", "provincial_police", "2026-11-23T09:30", false });
	assert_string_equal(of(sc, "D22", "state"), "sent");
	assert_string_equal(of(sc, "D22", "sent_at"), "2026-11-23T02:30:00.000Z");
	assert_string_equal(of(sc, "D03", "sent_at"), "2026-11-23T02:00:00.000Z");
	/* The report went while the response runs: updates are owed. */
	assert_string_equal(of(sc, "D23", "state"), "pending");
	paper(&(struct paper){ sc, "issued", "", NULL, NULL, true });
	assert_string_equal(of(sc, "D03", "state"), "acknowledged");
	/* Taken back: owed again, with the clock it had. */
	paper(&(struct paper){ sc, "recalled", "", NULL, NULL, false });
	assert_string_equal(of(sc, "D22", "state"), "pending");
	assert_string_equal(of(sc, "D22", "due_at"), "2026-11-26T01:00:00.000Z");
	assert_string_equal(of(sc, "D22", "sent_at"), "");
}

/* ---- reminders ------------------------------------------------------------------------- */

static int64_t
mails(const char *to, const char *what)
{
	return world_sql(A("SELECT COUNT(*) FROM outbox WHERE recipient = '%s' AND subject LIKE '%%%s%%'",
	    to, what));
}

static void
work(void)
{
	int64_t pieces, failures;

	assert_int_equal(background_run_once(world, &pieces, &failures, NULL), 0);
}

static void
clocks_remind_and_a_red_one_reaches_the_substitute(void **state)
{
	const char *sc;

	(void)state;
	json_free(world_ok("quantri", "setting set", "{'name':'mail.url','value':'smtp://127.0.0.1:9'}"));
	json_free(world_ok("quantri", "setting set", "{'name':'mail.from','value':'khien@example.vn'}"));
	json_free(world_ok("quantri", "setting set", "{'name':'mail.morning','value':''}"));
	clock_to("2026-11-23T08:00");
	sc = opened("Vượt khả năng", "2026-11-23T08:00");
	json_free(world_ok("quantri", "incident confirm-beyond", A("{'id':'%s','confirmed':true}", sc)));
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 0);
	clock_to("2026-11-23T08:16");
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	clock_to("2026-11-23T08:31");
	work();
	assert_int_equal(mails("quantri@example.vn", "30 phút: D05"), 1);
	assert_int_equal(mails("duphong@example.vn", "D05"), 0);
	clock_to("2026-11-23T09:01");
	work();
	assert_int_equal(mails("duphong@example.vn", "D05"), 1);
	assert_non_null(strstr(world_told(sc, "duty"), "Đồng hồ đã đỏ"));
	/* Of three days half are gone after thirty-six hours; one that is done does not remind. */
	clock_to("2026-11-24T20:30");
	work();
	assert_int_equal(mails("quantri@example.vn", "50%% thời hạn: D22"), 1);
	json_free(world_ok("quantri", "duty done", A("{'id':'%s','proof':'Công văn 2'}", of(sc, "D22", "id"))));
	clock_to("2026-11-26T09:00");
	work();
	assert_int_equal(mails("quantri@example.vn", "D22"), 1);
}

/* The statements of a migration, one after the other. */
static void
migrate_by(const char *path)
{
	const struct embed *file = embed_get(path);
	char *text, *end;

	assert_non_null(file);
	text = xstrdup((const char *)file->data);
	for (char *p = text; (end = strstr(p, ";\n")) != NULL; p = end + 2) {
		*end = '\0';
		world_sql(p);
	}
	free(text);
}

/* Until then each reminder was a job of its own. */
static void
a_store_from_before_reminds_as_it_would_have(void **state)
{
	int64_t duties, times;
	const char *sc;

	(void)state;
	json_free(world_ok("quantri", "setting set", "{'name':'mail.url','value':'smtp://127.0.0.1:9'}"));
	json_free(world_ok("quantri", "setting set", "{'name':'mail.from','value':'khien@example.vn'}"));
	clock_to("2026-11-23T08:00");
	sc = opened("Vượt khả năng", "2026-11-23T08:00");
	json_free(world_ok("quantri", "incident confirm-beyond", A("{'id':'%s','confirmed':true}", sc)));
	duties = world_sql("SELECT COUNT(*) FROM duty WHERE remind_at IS NOT NULL");
	times = world_sql("SELECT SUM(remind_at) FROM duty");
	assert_true(duties > 2);
	world_sql("INSERT INTO job (id, agency_id, kind, args_json, key, due_at, state, created_at) SELECT"
	    " 'a' || id, agency_id, 'duty.remind', '{}', 'duty.remind:' || id || ':15:1', 1, 'done', 1 FROM duty");
	world_sql("INSERT INTO job (id, agency_id, kind, args_json, key, due_at, state, created_at) SELECT"
	    " 'b' || id, agency_id, 'duty.remind', '{}', 'duty.remind:' || id || ':30:' || remind_at,"
	    " remind_at, 'waiting', 1 FROM duty WHERE remind_at IS NOT NULL");
	world_sql("DROP INDEX duty_remind");
	world_sql("ALTER TABLE duty DROP COLUMN remind_at");
	migrate_by("src/store/migrations/0007.sql");
	assert_int_equal(world_sql("SELECT COUNT(*) FROM job WHERE kind = 'duty.remind'"), 0);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM duty WHERE remind_at IS NOT NULL"), duties);
	assert_int_equal(world_sql("SELECT SUM(remind_at) FROM duty"), times);
	clock_to("2026-11-23T08:16");
	work();
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	/* One that is done meanwhile is looked at once more and then no longer. */
	json_free(world_ok("quantri", "duty done", A("{'id':'%s','proof':'Công văn 2'}", of(sc, "D05", "id"))));
	clock_to("2026-11-23T08:31");
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM duty WHERE obligation = 'D05' AND remind_at IS NOT NULL"), 0);
}

/* Until then a report that waits had a job that escalates it. */
static void
a_store_from_before_escalates_as_it_would_have(void **state)
{
	const char *waits, *taken;

	(void)state;
	clock_to("2026-11-23T08:00");
	waits = world_text(NULL, "report new", "{'description':'Chưa ai nhận'}", "number");
	taken = world_text(NULL, "report new", "{'description':'Đã nhận'}", "incident_number");
	json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", taken)));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report WHERE taken_at IS NULL AND remind_at > told_at"), 1);
	world_sql(A("INSERT INTO job (id, agency_id, kind, args_json, key, due_at, state, created_at) SELECT"
	    " 'a' || id, agency_id, 'report.escalate', '{}', 'report.escalate:' || id, remind_at, CASE WHEN"
	    " number = '%s' THEN 'waiting' ELSE 'done' END, 1 FROM report", waits));
	world_sql("CREATE TABLE earlier AS SELECT id, remind_at FROM report WHERE taken_at IS NULL");
	world_sql("DROP INDEX report_remind");
	world_sql("ALTER TABLE report DROP COLUMN remind_at");
	migrate_by("src/store/migrations/0009.sql");
	assert_int_equal(world_sql("SELECT COUNT(*) FROM job WHERE kind = 'report.escalate'"), 0);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report WHERE remind_at IS NOT NULL"), 1);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report JOIN earlier USING (id, remind_at)"), 1);
	clock_to("2026-11-23T12:00");
	work();
	assert_int_equal(world_sql("SELECT COUNT(*) FROM timeline WHERE word LIKE 'timeline.escalated%'"), 1);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report WHERE remind_at IS NOT NULL"), 0);
	work();
	assert_int_equal(world_sql("SELECT COUNT(*) FROM timeline WHERE word LIKE 'timeline.escalated%'"), 1);
}

/* Moved out of an incident that somebody had taken, it waits again: with a time of its own. */
static void
a_report_moved_to_where_nobody_is_escalates_again(void **state)
{
	const char *first, *second, *number;

	(void)state;
	json_free(world_ok("quantri", "setting set", "{'name':'mail.url','value':'smtp://127.0.0.1:9'}"));
	json_free(world_ok("quantri", "setting set", "{'name':'mail.from','value':'khien@example.vn'}"));
	clock_to("2026-11-23T08:00");
	number = world_text("quantri", "report new", "{'description':'Thư lạ','channel':'phone'}", "number");
	first = world_text("quantri", "report show", A("{'id':'%s'}", number), "incident_number");
	second = opened("Chưa ai nhận", "2026-11-23T08:00");
	clock_to("2026-11-23T08:11");
	work();
	assert_int_equal(mails("chanhvp@example.vn", number), 1);
	json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", first)));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report WHERE taken_by_id IS NOT NULL"), 1);
	json_free(world_ok("quantri", "report move", A("{'id':'%s','incident':'%s'}", number, second)));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report WHERE taken_by_id IS NOT NULL"), 0);
	clock_to("2026-11-23T08:20");
	work();
	assert_int_equal(mails("chanhvp@example.vn", number), 1);
	clock_to("2026-11-23T08:22");
	work();
	work();
	assert_int_equal(mails("chanhvp@example.vn", number), 2);
	assert_int_equal(world_sql(A("SELECT COUNT(*) FROM timeline t JOIN incident i ON i.id = t.incident_id"
	    " WHERE i.number = '%s' AND t.word = 'timeline.escalated'", second)), 1);
	/* Where somebody is it does not wait: whoever moved it has taken it. */
	json_free(world_ok("quantri", "report move", A("{'id':'%s','incident':'%s'}", number, first)));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM report r JOIN account a ON a.id = r.taken_by_id"
	    " WHERE a.login = 'quantri' AND r.taken_at IS NOT NULL"), 1);
	clock_to("2026-11-23T08:40");
	work();
	assert_int_equal(mails("chanhvp@example.vn", number), 2);
}

/* Of those whose time has come a hundred are looked at, the oldest first. */
static void
reminders_that_fail_keep_no_other_waiting(void **state)
{
	const char *sc;

	(void)state;
	json_free(world_ok("quantri", "setting set", "{'name':'mail.url','value':'smtp://127.0.0.1:9'}"));
	json_free(world_ok("quantri", "setting set", "{'name':'mail.from','value':'khien@example.vn'}"));
	clock_to("2026-11-23T08:00");
	sc = opened("Vượt khả năng", "2026-11-23T08:00");
	json_free(world_ok("quantri", "incident confirm-beyond", A("{'id':'%s','confirmed':true}", sc)));
	world_sql("INSERT INTO duty (id, agency_id, version, incident_id, profile, profile_version, obligation,"
	    " title, is_provisional, state, clock_from_at, due_at, kind, key, remind_at)"
	    " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)"
	    " SELECT 'stuck-' || i, agency_id, 1, incident_id, profile, profile_version, obligation, title, 0,"
	    " state, clock_from_at, due_at, kind, 'stuck-' || i, i FROM duty, n WHERE obligation = 'D05'");
	world_sql("CREATE TRIGGER stuck BEFORE UPDATE OF reminded ON duty WHEN OLD.id LIKE 'stuck-%'"
	    " BEGIN SELECT RAISE(ABORT, 'stuck'); END");
	clock_to("2026-11-23T08:16");
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 0);
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM duty WHERE id LIKE 'stuck-%' AND remind_at > 120"), 120);
	/* They go once what was in their way is gone. */
	world_sql("DROP TRIGGER stuck");
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 1);
	clock_to("2026-11-23T08:18");
	work();
	work();
	assert_int_equal(mails("quantri@example.vn", "D05"), 121);
}

static void
the_morning_mail_goes_once_a_working_day(void **state)
{
	(void)state;
	json_free(world_ok("quantri", "setting set", "{'name':'mail.url','value':'smtp://127.0.0.1:9'}"));
	clock_to("2026-11-20T07:00");
	work();
	assert_int_equal(mails("quantri@example.vn", "Thời hạn ngày"), 0);
	clock_to("2026-11-20T07:31");
	work();
	work();
	assert_int_equal(mails("quantri@example.vn", "20/11/2026: không có việc"), 1);
	assert_int_equal(mails("duphong@example.vn", "20/11/2026: không có việc"), 1);
	assert_int_equal(world_sql("SELECT COUNT(*) FROM outbox WHERE subject LIKE '%không có việc%' AND"
	    " length(body) - length(replace(body, char(10), '')) <> 1"), 0);
	/* Saturday, Sunday: nobody works. The 24th is a day off. */
	clock_to("2026-11-21T08:00");
	work();
	clock_to("2026-11-22T08:00");
	work();
	clock_to("2026-11-24T08:00");
	work();
	assert_int_equal(mails("quantri@example.vn", "Thời hạn ngày"), 1);
	/* Another program, the same day: not twice. */
	clock_to("2026-11-23T08:00");
	opened("Đến hạn", "2026-11-23T08:00");
	work();
	app_close(world);
	assert_int_equal(app_open(world_dir, &world, NULL), 0);
	work();
	assert_int_equal(mails("quantri@example.vn", "23/11/2026: 2 việc"), 1);
	world_fails("quantri", "setting set", "{'name':'mail.morning','value':'25:00'}", ERR_INVALID,
	    "err.clock");
	json_free(world_ok("quantri", "setting set", "{'name':'mail.morning','value':''}"));
	clock_to("2026-11-25T08:00");
	work();
	assert_int_equal(mails("quantri@example.vn", "25/11/2026"), 0);
	json_free(world_ok("quantri", "setting set", "{'name':'mail.morning','value':'09:15'}"));
	work();
	assert_int_equal(mails("quantri@example.vn", "25/11/2026"), 0);
	clock_to("2026-11-25T09:15");
	work();
	assert_int_equal(mails("quantri@example.vn", "25/11/2026"), 1);
}

/* ---- own packs ---------------------------------------------------------------------------- */

#define DECREE(trigger) \
	"id: ND-999\nkind: regulation\nversion: 1\ntitle: {vi: \"Nghị định 999\", en: \"Decree 999\"}\n" \
	"valid_from: 2026-11-01\nvalid_to: null\nsource: \"thử\"\ncertainty: proposal\nobligations:\n" \
	"  - id: N01\n    trigger: " trigger "\n    provisional: true\n" \
	"    due: {clock: detected, kind: within, count: 12, unit: h}\n    what: {vi: \"Nhanh\", en: \"Quick\"}\n" \
	"    recipients: [cyber_authority]\n    form_state: pending\n    basis: \"Đ1\"\n    certainty: proposal\n"

static void
put_pack(const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/packs/regulation", world_dir);
	assert_int_equal(file_mkdir(path, 0755, NULL), 0);
	snprintf(path, sizeof(path), "%s/packs/regulation/nd-999.yaml", world_dir);
	assert_int_equal(file_replace(path, text, strlen(text), 0644, NULL), 0);
	assert_int_equal(packset_watch(world, NULL), 0);
}

static void
a_faulty_pack_leaves_the_one_before_in_force(void **state)
{
	const char *sc;

	(void)state;
	clock_to("2026-11-23T08:00");
	put_pack(DECREE("incident_detected"));
	assert_null(world->packs_fault);
	sc = opened("Theo nghị định mới", "2026-11-23T08:00");
	assert_string_equal(of(sc, "N01", "due_at"), "2026-11-23T13:00:00.000Z");
	put_pack(DECREE("incident_detectd"));
	assert_non_null(world->packs_fault);
	assert_non_null(strstr(world->packs_fault, "nd-999.yaml:11:14"));
	sc = opened("Gói hỏng", "2026-11-23T08:00");
	assert_string_equal(of(sc, "N01", "state"), "pending");
	put_pack(DECREE("beyond_capability"));
	assert_null(world->packs_fault);
	sc = opened("Gói đã sửa", "2026-11-23T08:00");
	assert_string_equal(of(sc, "N01", "state"), "none");
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

TEST_MAIN(T(one_paper_discharges_several_duties), T(clocks_remind_and_a_red_one_reaches_the_substitute),
    T(a_store_from_before_reminds_as_it_would_have), T(a_store_from_before_escalates_as_it_would_have),
    T(a_report_moved_to_where_nobody_is_escalates_again),
    T(reminders_that_fail_keep_no_other_waiting), T(the_morning_mail_goes_once_a_working_day), T(a_faulty_pack_leaves_the_one_before_in_force))
