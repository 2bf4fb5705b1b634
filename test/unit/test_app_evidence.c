/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "app/evidence.h"
#include "app_world.h"

static const char *
incident(void)
{
	return world_text("quantri", "incident open", "{'title':'Máy phòng kế toán bị mã hóa'}", "number");
}

#define RECORD "'kind':'photo','form':'original','collected_at':'2026-11-20T08:20'," \
	"'place':'Phòng 203','method':'Chụp bằng điện thoại'"

static const char *
add_file(const char *number, const char *name, const char *content)
{
	world_file(name, content);
	return world_text("quantri", "evidence add", A("{'id':'%s'," RECORD "}", number), "number");
}

static void
a_piece_carries_its_record_and_cannot_be_given_without_it(void **state)
{
	const char *sc = incident(), *cc, *sha;
	struct json *piece, *custody;

	(void)state;
	world_fails("quantri", "evidence add", A("{'id':'%s','kind':'photo','form':'original'}", sc),
	    ERR_INVALID, "err.required");
	/* A thing without a file needs a name. */
	world_fails("quantri", "evidence add", A("{'id':'%s'," RECORD "}", sc), ERR_INVALID, "err.required");
	world_fails("truongphong", "evidence add", A("{'id':'%s'," RECORD "}", sc), ERR_FORBIDDEN,
	    "err.forbidden");
	sha = world_file("man-hinh.png", "pixels");
	cc = world_text("quantri", "evidence add", A("{'id':'%s'," RECORD "}", sc), "number");
	assert_true(strncmp(cc, "CC-", 3) == 0);
	piece = world_ok("thanhtra", "evidence show", A("{'id':'%s'}", cc));
	assert_string_equal(json_get_str(piece, "name"), "man-hinh.png");
	assert_string_equal(json_get_str(piece, "sha256"), sha);
	assert_string_equal(json_get_str(piece, "collected_by"), "Nguyễn Văn Quản");
	assert_string_equal(json_get_str(piece, "holder"), "Nguyễn Văn Quản");
	assert_string_equal(json_get_str(piece, "collected_at"), "2026-11-20T01:20:00.000Z");
	custody = json_at(json_get(piece, "custody"), 0);
	assert_string_equal(json_get_str(custody, "action"), "collect");
	assert_string_equal(json_get_str(custody, "state"), "done");
	json_free(piece);
	assert_string_equal(world_told(sc, "evidence"), A("Ghi nhận chứng cứ %s: man-hinh.png (bản gốc),"
	    " SHA-256 %s", cc, sha));
	cc = world_text("quantri", "evidence add", A("{'id':'%s','name':'Ổ cứng máy PC-03'," RECORD "}", sc),
	    "number");
	assert_string_equal(world_told(sc, "evidence"), A("Thu giữ chứng cứ %s: Ổ cứng máy PC-03"
	    " (bản gốc)", cc));
	world_fails("quantri", "evidence verify", A("{'id':'%s'}", cc), ERR_STATE, "err.no_content");
}

static void
a_content_that_changed_is_found_recorded_and_never_handed_out(void **state)
{
	const char *sc = incident(), *cc = add_file(sc, "a.log", "as it was"), *sha = world_upload.sha256;
	const char *path = A("%s/blobs/%.2s/%s", world_dir, sha, sha + 2), *out = A("%s/out", world_dir);
	int64_t entries = world_sql("SELECT size FROM ledger_head");
	char *content;
	size_t size;
	int fd;

	(void)state;
	json_free(world_ok("thanhtra", "evidence verify", A("{'id':'%s'}", cc)));
	assert_int_equal(world_sql("SELECT size FROM ledger_head"), entries + 1);
	json_free(world_ok("thanhtra", "evidence export", A("{'id':'%s','file':'%s'}", cc, out)));
	assert_int_equal(file_read(out, 100, &content, &size, NULL), 0);
	assert_string_equal(content, "as it was");
	free(content);
	world_fails("thanhtra", "evidence export", A("{'id':'%s','file':'%s'}", cc, out), ERR_CONFLICT,
	    "err.file_exists");
	unlink(out);
	assert_int_equal(chmod(path, 0600), 0);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "X", 1), 1);
	close(fd);
	entries = world_sql("SELECT size FROM ledger_head");
	world_fails("quantri", "evidence verify", A("{'id':'%s'}", cc), ERR_BROKEN, "err.evidence_broken");
	assert_non_null(strstr(world_list, cc));
	assert_int_equal(world_sql("SELECT size FROM ledger_head"), entries + 1);
	assert_non_null(strstr(world_told(sc, "evidence"), "KHÔNG KHỚP"));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM custody WHERE result = 'mismatch'"), 1);
	world_fails("quantri", "evidence export", A("{'id':'%s','file':'%s'}", cc, out), ERR_BROKEN,
	    "err.blob.broken");
	assert_false(file_exists(out));
	/* Among all of them it is named, and the others are checked too. */
	add_file(sc, "b.log", "another");
	world_fails(NULL, "evidence verify", "{'all':true}", ERR_BROKEN, "err.evidence_broken");
	assert_non_null(strstr(world_list, cc));
	assert_true(world_sql("SELECT COUNT(*) FROM custody WHERE action = 'verify' AND result = 'match'") >= 2);
	unlink(path);
	world_fails("quantri", "evidence verify", A("{'id':'%s'}", cc), ERR_BROKEN, "err.evidence_broken");
	assert_int_equal(world_sql("SELECT COUNT(*) FROM custody WHERE result = 'missing'"), 1);
	world_fails(NULL, "evidence verify", "{}", ERR_BROKEN, "err.evidence_broken");
	world_fails("truongphong", "evidence verify", "{'all':true}", ERR_FORBIDDEN, "err.forbidden");
}

static void
a_transfer_takes_two_accounts(void **state)
{
	const char *sc = incident(), *cc = add_file(sc, "disk.txt", "bytes"), *id;
	struct json *piece, *mine;

	(void)state;
	world_fails("quantri", "evidence transfer", A("{'id':'%s','to':'quantri','place':'P','reason':'R'}", cc),
	    ERR_INVALID, "err.same_party");
	id = world_text("quantri", "evidence transfer",
	    A("{'id':'%s','to':'vanphong','place':'Kho','reason':'Niêm phong'}", cc), "id");
	world_fails("quantri", "evidence transfer", A("{'id':'%s','to':'duphong','place':'P','reason':'R'}", cc),
	    ERR_STATE, "err.in_transfer");
	world_fails("quantri", "evidence dispose",
	    A("{'id':'%s','order_number':'1','authority':'GĐ','reason':'R'}", cc), ERR_STATE, "err.in_transfer");
	/* Who began it has confirmed; nobody else may stand in for the other side. */
	world_fails("quantri", "custody confirm", A("{'id':'%s'}", id), ERR_STATE, "err.confirmed_already");
	world_fails("duphong", "custody confirm", A("{'id':'%s'}", id), ERR_FORBIDDEN,
	    "err.custody_not_party");
	world_fails(NULL, "custody confirm", A("{'id':'%s'}", id), ERR_FORBIDDEN, "err.custody_not_party");
	/* The receiver sees no incident at all, but what waits for them. */
	world_fails("vanphong", "evidence show", A("{'id':'%s'}", cc), ERR_FORBIDDEN, "err.forbidden");
	mine = world_ok("vanphong", "custody list", NULL);
	assert_int_equal(json_len(json_get(mine, "items")), 1);
	json_free(mine);
	assert_string_equal(world_text("vanphong", "custody confirm", A("{'id':'%s'}", id), "state"), "done");
	piece = world_ok("quantri", "evidence show", A("{'id':'%s'}", cc));
	assert_string_equal(json_get_str(piece, "holder"), "Vũ Thị Phòng");
	assert_string_equal(json_get_str(piece, "storage"), "Kho");
	json_free(piece);
	world_fails("vanphong", "custody confirm", A("{'id':'%s'}", id), ERR_STATE, "err.transfer_ended");
	assert_string_equal(world_told(sc, "evidence"), A("Chứng cứ %s đã bàn giao từ Nguyễn Văn Quản"
	    " cho Vũ Thị Phòng tại Kho", cc));
}

static void
an_outsider_signs_on_paper(void **state)
{
	const char *sc = incident(), *cc = add_file(sc, "may.txt", "x"), *id;
	struct json *done;

	(void)state;
	id = world_text("quantri", "evidence transfer",
	    A("{'id':'%s','to':'Đội ứng cứu tỉnh','place':'Cổng cơ quan','reason':'Phân tích'}", cc), "id");
	world_fails("duphong", "custody confirm", A("{'id':'%s'}", id), ERR_FORBIDDEN,
	    "err.custody_not_party");
	world_fails("quantri", "custody scan", A("{'id':'%s'}", id), ERR_INVALID, "err.required");
	world_file("bien-ban.pdf", "%PDF");
	done = world_ok("quantri", "custody scan", A("{'id':'%s'}", id));
	assert_string_equal(json_get_str(done, "state"), "done");
	assert_non_null(json_get_str(done, "scan_evidence_id"));
	json_free(done);
	/* The other way round: the outsider gives it back, again by paper alone. */
	id = world_text("quantri", "evidence transfer",
	    A("{'id':'%s','to':'quantri','place':'Phòng 203','reason':'Trả lại'}", cc), "id");
	assert_string_equal(world_text("quantri", "custody withdraw", A("{'id':'%s'}", id), "state"),
	    "withdrawn");
	assert_string_equal(world_text("quantri", "evidence show", A("{'id':'%s'}", cc), "holder"),
	    "Đội ứng cứu tỉnh");
}

static bool
knows(void *arg, const char *kind)
{
	(void)arg;
	return strcmp(kind, EVIDENCE_REMOVE_JOB) == 0;
}

static void
run_removal(void)
{
	struct arena arena = ARENA_INIT;
	struct job *job = NULL;
	struct err err = { 0 };

	assert_int_equal(job_take(world->store, INT64_MAX / 2, knows, NULL, &arena, &job, &err), 0);
	assert_non_null(job);
	assert_int_equal(evidence_remove(world, job, &err), 0);
	arena_clear(&arena);
}

static void
disposal_leaves_a_tombstone_and_spares_shared_content(void **state)
{
	const char *sc = incident(), *one = add_file(sc, "one.txt", "the same bytes");
	const char *two = add_file(sc, "two.txt", "the same bytes");
	char sha[BLOB_HASH_SIZE];

	(void)state;
	snprintf(sha, sizeof(sha), "%s", world_upload.sha256);
	world_fails("quantri", "evidence dispose", A("{'id':'%s','reason':'R'}", one), ERR_INVALID,
	    "err.required");
	assert_string_equal(world_text("quantri", "evidence dispose", A("{'id':'%s','order_number':'12/QĐ',"
	    "'authority':'Giám đốc','reason':'Hết hạn lưu'}", one), "state"), "disposed");
	assert_true(blob_exists(world->blobs, sha));
	run_removal();
	assert_true(blob_exists(world->blobs, sha)); /* the second piece still holds it */
	world_fails("quantri", "evidence export", A("{'id':'%s','file':'/tmp/none'}", one), ERR_STATE,
	    "err.no_content");
	world_fails("quantri", "evidence dispose", A("{'id':'%s','order_number':'1','authority':'A',"
	    "'reason':'R'}", one), ERR_STATE, "err.disposed");
	json_free(world_ok("quantri", "evidence dispose", A("{'id':'%s','order_number':'13/QĐ',"
	    "'authority':'Giám đốc','reason':'Hết hạn lưu'}", two)));
	run_removal();
	assert_false(blob_exists(world->blobs, sha));
	assert_string_equal(world_text("thanhtra", "evidence show", A("{'id':'%s'}", two), "sha256"), sha);
	assert_non_null(strstr(world_told(sc, "evidence"), "theo văn bản số 13/QĐ của Giám đốc"));
	/* An upload whose content went meanwhile is refused, not entered without its bytes. */
	snprintf(world_upload.sha256, sizeof(world_upload.sha256), "%s", sha);
	world_upload.size = 14;
	world_fails("quantri", "evidence add", A("{'id':'%s'," RECORD "}", sc), ERR_BROKEN, "err.blob.missing");
}

static void
evidence_of_a_restricted_incident_is_not_there_for_others(void **state)
{
	const char *sc = incident(), *cc = add_file(sc, "mat.txt", "hidden");

	(void)state;
	json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", sc)));
	json_free(world_ok("quantri", "incident restrict", A("{'id':'%s','restricted':true}", sc)));
	world_fails("duphong", "evidence show", A("{'id':'%s'}", cc), ERR_NOT_FOUND, "err.not_found");
	world_fails("duphong", "evidence verify", A("{'id':'%s'}", cc), ERR_NOT_FOUND, "err.not_found");
	world_fails("duphong", "evidence list", A("{'id':'%s'}", sc), ERR_NOT_FOUND, "err.not_found");
	json_free(world_ok("giamdoc", "evidence show", A("{'id':'%s'}", cc)));
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

TEST_MAIN(T(a_piece_carries_its_record_and_cannot_be_given_without_it),
    T(a_content_that_changed_is_found_recorded_and_never_handed_out),
    T(a_transfer_takes_two_accounts), T(an_outsider_signs_on_paper),
    T(disposal_leaves_a_tombstone_and_spares_shared_content),
    T(evidence_of_a_restricted_incident_is_not_there_for_others))
