/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sender here is a file that every delivered message is appended to: what
 * stands in it left the machine, whatever the database says.
 */
#include "work/outbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "testing.h"
#include "work/lease.h"

#define NOW INT64_C(1790000000000)

static char dir[64], db[96], left[96];
static struct store *store;

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-outbox-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(db, sizeof(db), "%s/khien.db", dir);
	snprintf(left, sizeof(left), "%s/left", dir);
	return store_open(db, STORE_CREATE, &store, NULL);
}

static int
teardown(void **state)
{
	(void)state;
	store_close(store);
	store = NULL;
	return file_remove_tree(dir, NULL);
}

static int
put(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return outbox_put(tx, "a", NULL, "mail", "x@example.org", "subject", arg, arg, NOW);
}

static void
put_message(const char *key)
{
	assert_int_equal(store_write(store, put, (void *)(uintptr_t)key, NULL), 0);
}

struct row {
	char state[16], error[200];
	int64_t attempts, sent_at, pause_ms;
};

static int
read_row(struct tx *tx, void *arg, struct err *err)
{
	struct row *row = arg;
	struct query q;

	(void)err;
	query_open(&q, tx, "SELECT state, error, attempts, sent_at, lease_until_at FROM outbox", "");
	assert_true(query_step(&q));
	snprintf(row->state, sizeof(row->state), "%s", query_text(&q, 0));
	snprintf(row->error, sizeof(row->error), "%s",
	    query_text(&q, 1) == NULL ? "" : query_text(&q, 1));
	row->attempts = query_int(&q, 2);
	row->sent_at = query_opt(&q, 3);
	row->pause_ms = query_opt(&q, 4) == SQL_NULL ? 0 : query_int(&q, 4) - clock_wall_ms();
	assert_false(query_step(&q));
	return query_close(&q);
}

static struct row
only_row(void)
{
	struct row row;

	assert_int_equal(store_read(store, read_row, &row, NULL), 0);
	return row;
}

static int
exec(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return tx_exec(tx, arg, "");
}

static void
sql(const char *text)
{
	assert_int_equal(store_write(store, exec, (void *)(uintptr_t)text, NULL), 0);
}

static useconds_t takes_us; /* a sender's time on the way */

/* What a sender is told to do. */
enum deed { DELIVER, DIE_BEFORE, DIE_AT_POINT, DIE_AFTER, TRY_LATER, REFUSE, LOSE_ANSWER };

static enum outbox_outcome
send_by(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	enum deed deed = *(enum deed *)arg;
	cleanup(fd_closep) int fd = -1;

	err_set(why, ERR_IO, "mail.later", NULL);
	err_arg(why, "answer", "451 busy\nx");
	if (deed == DIE_BEFORE)
		raise(SIGKILL);
	if (deed == TRY_LATER)
		return OUTBOX_RETRY;
	if (deed == REFUSE)
		return OUTBOX_REFUSED;
	usleep(takes_us);
	if (outbox_point(point, NULL) != 0)
		return OUTBOX_RETRY;
	if (deed == DIE_AT_POINT)
		raise(SIGKILL);
	fd = open(left, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	fd_write_all(fd, item->key, strlen(item->key));
	fd_write_all(fd, "\n", 1);
	if (deed == DIE_AFTER)
		raise(SIGKILL);
	return deed == LOSE_ANSWER ? OUTBOX_UNKNOWN : OUTBOX_SENT;
}

static bool
send_here(enum deed deed)
{
	struct outbox_result result;

	assert_int_equal(outbox_send_one(store, "mail", NOW, send_by, &deed, &result, NULL), 0);
	err_clear(&result.why);
	return result.did;
}

/* In a process of its own, which may die on the way. */
static void
send_elsewhere(enum deed deed)
{
	int status;
	pid_t pid;

	store_close(store);
	store = NULL;
	pid = fork();
	if (pid == 0) {
		if (store_open(db, 0, &store, NULL) != 0)
			_exit(9);
		send_here(deed);
		store_close(store);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	assert_int_equal(store_open(db, 0, &store, NULL), 0);
}

static size_t
times_left(void)
{
	cleanup(free_charp) char *text = NULL;
	size_t size, lines = 0;

	if (!file_exists(left))
		return 0;
	assert_int_equal(file_read(left, 100000, &text, &size, NULL), 0);
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
a_message_is_sent_once_and_then_no_more(void **state)
{
	struct row row;

	(void)state;
	put_message("k");
	put_message("k");
	assert_true(send_here(DELIVER));
	assert_false(send_here(DELIVER));
	row = only_row();
	assert_string_equal(row.state, "sent");
	assert_int_equal(row.sent_at, NOW);
	assert_string_equal(row.error, "");
	put_message("k");
	assert_false(send_here(DELIVER));
	assert_int_equal(times_left(), 1);
}

static void
it_waits_for_its_time_and_its_kind(void **state)
{
	enum deed deed = DELIVER;
	struct outbox_result result;

	(void)state;
	put_message("k");
	assert_int_equal(outbox_send_one(store, "mail", NOW - 1, send_by, &deed, &result, NULL), 0);
	assert_false(result.did);
	assert_int_equal(outbox_send_one(store, "webhook", NOW, send_by, &deed, &result, NULL), 0);
	assert_false(result.did);
	assert_true(send_here(DELIVER));
}

static void
a_failure_waits_a_growing_pause_and_tells_why(void **state)
{
	struct err err;
	struct row row;

	(void)state;
	put_message("k");
	assert_true(send_here(TRY_LATER));
	row = only_row();
	assert_string_equal(row.state, "waiting");
	assert_in_range(row.pause_ms, 3000, 5000);
	reason_read(row.error, &err);
	assert_string_equal(err.key, "mail.later");
	assert_string_equal(err.arg[0].name, "answer");
	assert_string_equal(err.arg[0].value, "451 busy x");
	assert_false(send_here(DELIVER)); /* not yet */
	sql("UPDATE outbox SET lease_until_at = 1");
	assert_true(send_here(TRY_LATER));
	assert_in_range(only_row().pause_ms, 8000, 10000);
	sql("UPDATE outbox SET lease_until_at = 1, attempts = 50");
	assert_true(send_here(TRY_LATER));
	assert_in_range(only_row().pause_ms, LEASE_PAUSE_MS - 2000, LEASE_PAUSE_MS);
	sql("UPDATE outbox SET lease_until_at = 1, attempts = 199");
	assert_true(send_here(TRY_LATER));
	assert_string_equal(only_row().state, "failed");
	assert_int_equal(times_left(), 0);
}

static void
a_clock_that_went_back_does_not_stop_the_mail(void **state)
{
	(void)state;
	put_message("k");
	assert_true(send_here(TRY_LATER));
	/* The pause was written when the machine believed it was 2100. */
	sql("UPDATE outbox SET lease_until_at = 4102444800000");
	assert_true(send_here(DELIVER));
	assert_string_equal(only_row().state, "sent");
}

static int
resend(struct tx *tx, void *arg, struct err *err)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;

	(void)err;
	(void)arg;
	return outbox_resend(tx, tx_text(tx, &arena, "SELECT id FROM outbox", ""), NOW);
}

static void
what_is_refused_or_unknown_waits_for_a_person(void **state)
{
	static const struct {
		enum deed deed;
		const char *state;
	} cases[] = { { REFUSE, "failed" }, { LOSE_ANSWER, "unknown" } };
	struct err err = { 0 };

	(void)state;
	put_message("k");
	assert_int_equal(store_write(store, resend, NULL, &err), ERR_STATE);
	err_clear(&err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(send_here(cases[i].deed));
		assert_string_equal(only_row().state, cases[i].state);
		assert_false(send_here(DELIVER));
		assert_int_equal(store_write(store, resend, NULL, NULL), 0);
		assert_int_equal(only_row().attempts, 0);
	}
	assert_true(send_here(DELIVER));
	assert_int_equal(times_left(), 2);
	assert_int_equal(store_write(store, resend, NULL, &err), ERR_STATE);
	assert_string_equal(err.key, "err.outbox.state");
}

/* The heart of it: whenever the process dies, the message left at most once. */
static void
a_process_that_dies_never_makes_it_leave_twice(void **state)
{
	static const struct {
		enum deed deed;
		const char *before, *after;
		size_t left_then, left_at_last;
	} cases[] = {
		{ DIE_BEFORE, "waiting", "waiting", 0, 1 },
		{ DIE_AT_POINT, "sending", "unknown", 0, 0 },
		{ DIE_AFTER, "sending", "unknown", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sql("DELETE FROM outbox");
		unlink(left);
		put_message("k");
		send_elsewhere(cases[i].deed);
		assert_string_equal(only_row().state, cases[i].before);
		assert_int_equal(times_left(), cases[i].left_then);
		/* Nobody touches what is leased, until its owner is known to be gone. */
		send_elsewhere(DELIVER);
		assert_int_equal(times_left(), cases[i].left_then);
		assert_int_equal(outbox_recover(store, NULL), 0);
		assert_string_equal(only_row().state, cases[i].after);
		send_elsewhere(DELIVER);
		send_elsewhere(DELIVER);
		assert_int_equal(times_left(), cases[i].left_at_last);
	}
}

static void
an_interrupted_message_says_so_and_can_be_sent_again(void **state)
{
	(void)state;
	put_message("k");
	send_elsewhere(DIE_AT_POINT);
	assert_int_equal(outbox_recover(store, NULL), 0);
	assert_string_equal(only_row().error, "outbox.interrupted");
	assert_int_equal(store_write(store, resend, NULL, NULL), 0);
	assert_true(send_here(DELIVER));
	assert_int_equal(times_left(), 1);
}

/* A sender that was only slow: others gave it up while it was sending. */
static enum outbox_outcome
send_slowly(void *arg, const struct outbox_item *item, struct outbox_point *point, struct err *why)
{
	(void)item;
	assert_int_equal(outbox_point(point, NULL), 0);
	sql("UPDATE outbox SET lease_until_at = 1");
	assert_int_equal(outbox_recover(store, NULL), 0);
	assert_string_equal(only_row().state, "unknown");
	if (*(bool *)arg)
		assert_int_equal(store_write(store, resend, NULL, NULL), 0);
	(void)why;
	return OUTBOX_SENT;
}

static void
a_late_truth_wins_unless_a_person_decided_meanwhile(void **state)
{
	bool decided = false;
	struct outbox_result result;

	(void)state;
	put_message("k");
	assert_int_equal(outbox_send_one(store, "mail", NOW, send_slowly, &decided, &result, NULL), 0);
	assert_string_equal(only_row().state, "sent");
	sql("DELETE FROM outbox");
	put_message("k");
	decided = true;
	assert_int_equal(outbox_send_one(store, "mail", NOW, send_slowly, &decided, &result, NULL), 0);
	assert_string_equal(only_row().state, "waiting");
}

/* A lease that was lost before the point: the sender must break off. */
static enum outbox_outcome
send_after_losing(void *arg, const struct outbox_item *item, struct outbox_point *point,
    struct err *why)
{
	(void)arg;
	(void)item;
	sql("UPDATE outbox SET lease_owner = 'somebody else'");
	assert_int_equal(outbox_point(point, why), ERR_CONFLICT);
	assert_string_equal(why->key, "err.outbox.lost");
	return OUTBOX_RETRY;
}

static void
a_lost_lease_stops_the_sender_before_the_last_byte(void **state)
{
	struct outbox_result result;

	(void)state;
	put_message("k");
	assert_int_equal(outbox_send_one(store, "mail", NOW, send_after_losing, NULL, &result, NULL),
	    0);
	err_clear(&result.why);
	assert_string_equal(only_row().state, "waiting");
	assert_string_equal(only_row().error, "");
}

static void
only_processes_that_are_gone_are_called_gone(void **state)
{
	char owner[LEASE_OWNER_SIZE], other[LEASE_OWNER_SIZE];
	int status, both[2];
	pid_t pid;

	(void)state;
	assert_false(lease_is_gone(lease_owner(owner)));
	assert_false(lease_is_gone(NULL));
	assert_false(lease_is_gone("another machine pid:[1] 1 1"));
	assert_int_equal(pipe(both), 0);
	pid = fork();
	if (pid == 0) {
		lease_owner(owner);
		_exit(write(both[1], owner, sizeof(owner)) == sizeof(owner) ? 0 : 1);
	}
	assert_int_equal(read(both[0], other, sizeof(other)), sizeof(other));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(lease_is_gone(other));
	close(both[0]);
	close(both[1]);
}

static void
two_processes_at_once_send_each_message_once(void **state)
{
	enum { MESSAGES = 40 };
	int status, sent = 0, both[2];
	char ready;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(both), 0);
	for (int i = 0; i < MESSAGES; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i);
		put_message(key);
	}
	store_close(store);
	pid = fork();
	assert_int_equal(store_open(db, 0, &store, NULL), 0);
	/* Both begin together. */
	if (pid == 0)
		assert_int_equal(write(both[1], "r", 1), 1);
	else
		assert_int_equal(read(both[0], &ready, 1), 1);
	takes_us = 3000;
	while (send_here(DELIVER))
		sent++;
	takes_us = 0;
	if (pid == 0) {
		store_close(store);
		_exit(sent);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	print_message("%d + %d\n", sent, WEXITSTATUS(status));
	assert_true(sent > 0 && WEXITSTATUS(status) > 0);
	assert_int_equal(sent + WEXITSTATUS(status), MESSAGES);
	assert_int_equal(times_left(), MESSAGES);
	close(both[0]);
	close(both[1]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

TEST_MAIN(T(a_message_is_sent_once_and_then_no_more), T(it_waits_for_its_time_and_its_kind),
    T(a_failure_waits_a_growing_pause_and_tells_why),
    T(a_clock_that_went_back_does_not_stop_the_mail),
    T(what_is_refused_or_unknown_waits_for_a_person),
    T(a_process_that_dies_never_makes_it_leave_twice),
    T(an_interrupted_message_says_so_and_can_be_sent_again),
    T(a_late_truth_wins_unless_a_person_decided_meanwhile),
    T(two_processes_at_once_send_each_message_once),
    T(a_lost_lease_stops_the_sender_before_the_last_byte),
    cmocka_unit_test(only_processes_that_are_gone_are_called_gone))
