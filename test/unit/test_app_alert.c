/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "app/alert.h"
#include "app/change.h"
#include "app/evidence.h"
#include "app_world.h"
#include "store/blob.h"

/* What the operation under test hands to alert_take(). */
static struct alert_in in;
static struct alert_taken taken;
static const char *into; /* number of an incident, or NULL */

static int
take_run(struct call *c)
{
	struct incident i;
	struct alert_in one = in;

	if (into != NULL && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	one.incident_id = into == NULL ? NULL : i.id;
	if (alert_take(c, &one, &taken) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "id", taken.id);
	jsonw_kstring(c->out, "number", taken.number);
	return 0;
}

static const struct param take_params[] = { { "incident", P_ID, 0, 0, 0, NULL }, { 0 } };
static const struct op take_op = { "alert test", NULL, NULL, RIGHT_HANDLE, OP_WRITE, take_params,
	take_run, NULL, "" };

static char number[32], id[40];

static int
take(struct err *err)
{
	struct json *args = json_new_object(), *answer = NULL;
	struct buf out = BUF_INIT(100000);
	int kind;

	if (into != NULL)
		json_set_str(args, "incident", into);
	kind = op_call(world, &(struct op_request){ .op = &take_op, .actor = world_actor("quantri"),
	    .args = args }, &out, err);
	json_parse(buf_str(&out), out.len, &answer, NULL);
	snprintf(number, sizeof(number), "%s", kind == 0 ? json_get_str(answer, "number") : "");
	snprintf(id, sizeof(id), "%s", kind == 0 ? json_get_str(answer, "id") : "");
	json_free(answer);
	json_free(args);
	buf_clear(&out);
	return kind;
}

static void
take_ok(void)
{
	struct err err = { 0 };

	if (take(&err) != 0)
		fail_msg("%s %s", err.key, err.field);
}

struct counted {
	const char *sql, *key;
	int64_t n;
};

static int
count_read(struct tx *tx, void *arg, struct err *err)
{
	struct counted *c = arg;

	(void)err;
	c->n = tx_int(tx, c->sql, c->key == NULL ? "" : "t", c->key);
	return 0;
}

static int64_t
count(const char *sql, const char *key)
{
	struct counted c = { sql, key, 0 };

	assert_int_equal(store_read(world->store, count_read, &c, NULL), 0);
	return c.n;
}

static const struct alert_observable signs[] = {
	{ "ip", "203.0.113[.]7", "máy chủ điều khiển", true, NULL },
	{ NULL, "hxxp://xau[.]example/tai", NULL, false, NULL },
	{ "ip", "không phải địa chỉ", NULL, false, NULL }, /* left out */
	{ "ip", "203.0.113.7", NULL, false, NULL },        /* the first again */
};

static struct alert_in
example(const char *ref)
{
	return (struct alert_in){ .source = "hunt", .source_ref = ref, .rule_id = "r-1",
	    .title = "Đọc bộ nhớ LSASS", .level = "high", .tags_json = "[\"attack.t1003.001\"]",
	    .host = "PC-07", .user = "SO\\an", .detail_json = "{\"story\":\"x\"}",
	    .playbook = "intrusion", .first_at = 1700000000000, .last_at = 1700000060000, .count = 3,
	    .observables = signs, .observables_count = ARRAY_LEN(signs) };
}

static void
the_same_again_is_one_alert_that_grows(void **state)
{
	char first[40];

	(void)state;
	in = example("lan-1");
	take_ok();
	assert_true(taken.is_new);
	assert_false(taken.is_muted);
	assert_true(strncmp(number, "CB-", 3) == 0);
	snprintf(first, sizeof(first), "%s", id);
	take_ok();
	assert_false(taken.is_new);
	assert_string_equal(id, first);
	assert_int_equal(count("SELECT version FROM alert WHERE id = ?", first), 1);
	in.count = 5;
	in.last_at += 1000;
	in.level = "critical";
	take_ok();
	assert_int_equal(count("SELECT count FROM alert WHERE id = ?", first), 5);
	assert_int_equal(count("SELECT last_at FROM alert WHERE id = ?", first), 1700000061000);
	assert_int_equal(count("SELECT COUNT(*) FROM alert WHERE level = 'critical' AND id = ?", first), 1);
	assert_int_equal(count("SELECT COUNT(*) FROM alert WHERE source_ref = ?", "lan-1"), 1);
	/* Less than was known takes nothing away. */
	in = example("lan-1");
	take_ok();
	assert_int_equal(count("SELECT count FROM alert WHERE id = ?", first), 5);
}

static void
what_lacks_a_name_or_is_too_long_is_refused_by_field(void **state)
{
	static char long_ref[300];
	struct {
		struct alert_in in;
		const char *key, *field;
	} rows[] = {
		{ example("x"), "err.required", "title" }, { example("x"), "err.required", "source" },
		{ example(""), "err.required", "source_ref" }, { example(long_ref), "err.too_long", "source_ref" },
		{ example("x"), "err.choice", "level" }, { example("x"), "err.time_order", "last_at" },
	};

	(void)state;
	memset(long_ref, 'a', sizeof(long_ref) - 1);
	rows[0].in.title = NULL;
	rows[1].in.source = "";
	rows[4].in.level = "fatal";
	rows[5].in.last_at = rows[5].in.first_at - 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { 0 };

		in = rows[i].in;
		assert_int_equal(take(&err), ERR_INVALID);
		assert_string_equal(err.key, rows[i].key);
		assert_string_equal(err.field, rows[i].field);
		err_clear(&err);
	}
	assert_int_equal(count("SELECT COUNT(*) FROM alert WHERE source_ref = ?", "x"), 0);
}

static void
one_of_an_incident_brings_its_signs_and_says_so(void **state)
{
	const char *sc = world_text("quantri", "incident open", "{'title':'Máy lạ'}", "number");

	(void)state;
	in = example("lan-2");
	into = sc;
	take_ok();
	assert_int_equal(count("SELECT COUNT(*) FROM observable WHERE source = ?", number), 2);
	assert_int_equal(count("SELECT COUNT(*) FROM alert_detail d JOIN alert a ON a.id = d.id WHERE"
	    " a.state = 'merged' AND d.incident_id = a.incident_id AND a.id = ?", id), 1);
	assert_string_equal(world_told(sc, "alert"), A("Đưa cảnh báo %s vào sự cố: Đọc bộ nhớ LSASS,"
	    " máy PC-07, 3 phát hiện; thêm 2 dấu hiệu: 203.0.113.7, http://xau.example/tai", number));
	in.count = 9;
	take_ok();
	assert_string_equal(world_told(sc, "alert"), A("Cảnh báo %s (Đọc bộ nhớ LSASS) tiếp tục ghi nhận"
	    " thêm, nay có 9 phát hiện", number));
	into = NULL;
}

/* Days pass for the file as for nobody else. */
static void
sweep_after_days(const char *sha256)
{
	const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct err err = { 0 };

	utimensat(AT_FDCWD, A("%s/%.2s/%s", world->blobs, sha256, sha256 + 2), old, 0);
	assert_int_equal(evidence_sweep(world, &err), 0);
}

static void
a_file_waits_with_its_alert_and_not_for_ever(void **state)
{
	struct json *answer;
	char sha256[BLOB_HASH_SIZE], sign[40];

	(void)state;
	json_free(world_ok(NULL, "clock set", "{'time':'2026-11-23T10:00'}"));
	answer = world_ok(NULL, "alert thehive", "{'body':'{\\u0022type\\u0022:\\u0022t\\u0022,\\u0022source\\u0022:\\u0022s\\u0022,"
	    "\\u0022sourceRef\\u0022:\\u0022r\\u0022,\\u0022title\\u0022:\\u0022x\\u0022,\\u0022description\\u0022:\\u0022y\\u0022,"
	    "\\u0022artifacts\\u0022:[{\\u0022dataType\\u0022:\\u0022file\\u0022,\\u0022data\\u0022:\\u0022a.txt;text/plain;TUFV\\u0022}]}'}");
	snprintf(sign, sizeof(sign), "%s", json_get_str(answer, "number"));
	snprintf(sha256, sizeof(sha256), "%s", json_get_str(json_at(json_get(answer, "files"), 0), "sha256"));
	json_free(answer);
	assert_true(blob_exists(world->blobs, sha256));
	sweep_after_days(sha256);
	assert_true(blob_exists(world->blobs, sha256));
	json_free(world_ok("quantri", "alert verdict", A("{'alerts':'%s','verdict':'benign'}", sign)));
	sweep_after_days(sha256);
	assert_true(blob_exists(world->blobs, sha256)); /* the verdict may be taken back */
	json_free(world_ok(NULL, "clock set", "{'time':'2026-12-24T10:00'}"));
	sweep_after_days(sha256);
	assert_false(blob_exists(world->blobs, sha256));
	/* Without its file it goes into an incident all the same. */
	json_free(world_ok("quantri", "alert verdict", A("{'alerts':'%s','verdict':'undecided'}", sign)));
	json_free(world_ok("quantri", "alert open", A("{'alerts':'%s'}", sign)));
	assert_int_equal(count("SELECT COUNT(*) FROM evidence WHERE sha256 = ?", sha256), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

TEST_MAIN(T(the_same_again_is_one_alert_that_grows),
    T(what_lacks_a_name_or_is_too_long_is_refused_by_field),
    T(one_of_an_incident_brings_its_signs_and_says_so),
    T(a_file_waits_with_its_alert_and_not_for_ever))
