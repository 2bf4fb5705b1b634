/* SPDX-License-Identifier: Apache-2.0 */
/* What the answer of a probe changes: task, timeline, ledger. The program is its own worker. */
#include "testing.h"

#include "app/probe.h"
#include "app_world.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "watch/prober.h"

#include <arpa/inet.h> /* after op.h: it makes a macro of PF_LOCAL */
#include <sys/socket.h>

static void
clock_to(const char *time)
{
	json_free(world_ok(NULL, "clock set", A("{'time':'%s'}", time)));
}

static int
setup(void **state)
{
	world_setup(state);
	clock_to("2026-11-20T08:00");
	return 0;
}

static int64_t
entries(void)
{
	return world_sql("SELECT size FROM ledger_head");
}

static bool
run_due(void)
{
	struct err err = { 0 };
	bool did = false;

	if (probe_run_due(world, -1, &did, &err) != 0)
		fail_msg("%s %s", err.key, err.args > 0 ? err.arg[0].value : "");
	return did;
}

/* A port of this machine that refuses until somebody listens. */
static int
a_port(int *ret_fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	*ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*ret_fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static void
assert_field(const char *op, const char *id, const char *list_of, const char *field,
    const char *value)
{
	struct json *answer = world_ok("quantri", op, A("{'id':'%s'}", list_of));
	struct json *items = json_get(answer, "items");
	bool found = false;

	for (size_t i = 0; i < json_len(items); i++) {
		if (!str_eq(json_get_str(json_at(items, i), "id"), id))
			continue;
		found = true;
		assert_string_equal(json_get_str(json_at(items, i), field), value);
	}
	assert_true(found);
	json_free(answer);
}

static void
a_containment_that_no_longer_holds_opens_its_task_again(void **state)
{
	const char *sc = world_text("quantri", "incident open",
	    "{'title':'SMB lan mã độc','take':true}", "number");
	const char *task = world_text("quantri", "task add", A("{'id':'%s','title':'Chặn cổng SMB',"
	    "'phase':'contain'}", sc), "id");
	const char *probe;
	int64_t size;
	int fd, port = a_port(&fd);

	(void)state;
	probe = world_text("quantri", "probe add", A("{'id':'%s','kind':'tcp_closed','target':"
	    "'127.0.0.1:%d','task':'%s','interval_s':60}", sc, port, task), "id");
	assert_true(run_due());
	assert_false(run_due()); /* not again before its time */
	assert_field("probe list", probe, sc, "state", "true");
	json_free(world_ok("quantri", "task done", A("{'id':'%s'}", task)));
	size = entries();
	clock_to("2026-11-20T08:02");
	assert_true(run_due());
	assert_int_equal(entries(), size + 1); /* the clock alone: nothing changed */

	assert_int_equal(listen(fd, 4), 0);
	clock_to("2026-11-20T08:04");
	assert_true(run_due());
	assert_field("probe list", probe, sc, "state", "false");
	assert_field("incident tasks", task, sc, "state", "open");
	assert_string_equal(world_told(sc, "task"), "Phép thử không còn đạt nên mở lại việc: Chặn"
	    " cổng SMB");
	assert_true(str_starts(world_told(sc, "probe"),
	    A("Phép thử không đạt: 127.0.0.1:%d", port)));
	world_fails("quantri", "task done", A("{'id':'%s'}", task), ERR_STATE, "err.task_probe");
	assert_int_equal(world_sql("SELECT COUNT(*) FROM ledger_entry WHERE actor = 'job:probe'"),
	    2);

	/* By hand, in one's own name; then nobody wants to know any more. */
	close(fd);
	assert_string_equal(world_text("duphong", "probe run", A("{'id':'%s'}", probe), "state"),
	    "true");
	world_fails("thanhtra", "probe run", A("{'id':'%s'}", probe), ERR_FORBIDDEN,
	    "err.forbidden");
	json_free(world_ok("quantri", "probe stop", A("{'id':'%s','reason':'Máy đã thanh lý'}",
	    probe)));
	world_fails("quantri", "probe run", A("{'id':'%s'}", probe), ERR_STATE,
	    "err.probe_stopped");
	clock_to("2026-11-20T09:00");
	assert_false(run_due());
}

static void
a_persons_word_runs_out(void **state)
{
	const char *sc = world_text("quantri", "incident open",
	    "{'title':'Máy bị cô lập','take':true}", "number");
	const char *task = world_text("quantri", "task add",
	    A("{'id':'%s','title':'Rút cáp mạng PC-05',"
	    "'phase':'contain'}", sc), "id");
	const char *probe = world_text("quantri", "probe add",
	    A("{'id':'%s','kind':'person','task':'%s'}", sc, task), "id");

	(void)state;
	assert_false(run_due());
	world_fails("quantri", "probe run", A("{'id':'%s'}", probe), ERR_STATE,
	    "err.probe_by_person");
	world_fails("quantri", "probe confirm", A("{'id':'%s','expires_at':'2026-11-20T07:00'}",
	    probe), ERR_INVALID, "err.time_past");
	json_free(world_ok("duphong", "probe confirm",
	    A("{'id':'%s','expires_at':'2026-11-20T12:00'}", probe)));
	assert_field("probe list", probe, sc, "confirmed_by_name", "Trần Thị Dự");
	json_free(world_ok("quantri", "task done", A("{'id':'%s'}", task)));
	clock_to("2026-11-20T11:59");
	assert_false(run_due());
	clock_to("2026-11-20T12:00");
	assert_true(run_due());
	assert_false(run_due());
	assert_field("probe list", probe, sc, "state", "expired");
	assert_field("incident tasks", task, sc, "state", "open");
	assert_string_equal(world_told(sc, "probe"), "Xác nhận đã hết hạn: Rút cáp mạng PC-05");
}

static void
what_cannot_be_asked_is_not_taken(void **state)
{
	const char *sc = world_text("quantri", "incident open",
	    "{'title':'Cổng thông tin','take':true}", "number");

	(void)state;
	world_fails("quantri", "probe add", A("{'id':'%s','kind':'tcp_open','target':'khong cong'}",
	    sc), ERR_INVALID, "err.probe.target");
	world_fails("quantri", "probe add",
	    A("{'id':'%s','kind':'tcp_open','target':'127.0.0.1:80',"
	    "'expires_at':'2026-11-21T08:00'}", sc), ERR_INVALID, "err.probe_expires");
	world_fails("quantri", "probe add", A("{'id':'%s','kind':'person'}", sc), ERR_INVALID,
	    "err.probe_person");
	world_fails("quantri", "probe add", A("{'id':'%s','kind':'person','target':'x','task':"
	    "'00000000-0000-7000-8000-000000000000'}", sc), ERR_NOT_FOUND, "err.not_found");
	world_fails("truongphong", "probe add", A("{'id':'%s','kind':'person','target':'x'}", sc),
	    ERR_FORBIDDEN, "err.forbidden");
}

static const struct worker_kind kinds[] = {
	{ "probe", CONFINE_NETWORK, { (size_t)1 << 30, 30, 0 }, 30, transfer_init, prober_serve },
};

#define T(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(a_containment_that_no_longer_holds_opens_its_task_again),
		T(a_persons_word_runs_out),
		T(what_cannot_be_asked_is_not_taken),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
