/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "testing.h"
#include "work/lease.h"
#include "work/scheduler.h"

#define NOW INT64_C(1790000000000)

static char dir[64], db[96];
static struct store *store;
static atomic_int_fast64_t now_ms;
static atomic_int runs, troubles;

static int
setup(void **state)
{
	(void)state;
	now_ms = NOW;
	runs = troubles = 0;
	strcpy(dir, "/tmp/khien-work-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(db, sizeof(db), "%s/khien.db", dir);
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

static int64_t
now(void *arg)
{
	(void)arg;
	return atomic_load(&now_ms);
}

static void
trouble(void *arg, const char *what, const struct err *err)
{
	(void)arg;
	(void)what;
	assert_true(err->key[0] != '\0');
	atomic_fetch_add(&troubles, 1);
}

static struct work *
make_work(void)
{
	return work_new(&(struct work_options){ .store = store, .now = now, .trouble = trouble });
}

struct put {
	const char *kind, *key;
	int64_t due_at;
};

static int
put(struct tx *tx, void *arg, struct err *err)
{
	const struct put *p = arg;

	(void)err;
	return job_put(tx, "a", p->kind, "{\"n\":1}", p->key, p->due_at);
}

static void
put_job(const char *kind, const char *key, int64_t due_at)
{
	struct put p = { kind, key, due_at };

	assert_int_equal(store_write(store, put, &p, NULL), 0);
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

struct count {
	const char *sql;
	int64_t n;
};

static int
count(struct tx *tx, void *arg, struct err *err)
{
	struct count *c = arg;

	(void)err;
	c->n = tx_int(tx, c->sql, "");
	return 0;
}

static int64_t
number(const char *text)
{
	struct count c = { text, 0 };

	assert_int_equal(store_read(store, count, &c, NULL), 0);
	return c.n;
}

static int
succeed(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	(void)err;
	assert_string_equal(job->args_json, "{\"n\":1}");
	assert_null(arg);
	atomic_fetch_add(&runs, 1);
	return 0;
}

static int
break_down(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	(void)job;
	(void)arg;
	atomic_fetch_add(&runs, 1);
	return err_set(err, ERR_IO, "err.test", NULL);
}

/* A job whose change and completion are one transaction. */
static int
change_and_finish(struct tx *tx, void *arg, struct err *err)
{
	int ret = tx_exec(tx, "INSERT INTO rate (name, count, started_at) VALUES ('made', 1, 1)", "");

	(void)err;
	return ret != 0 ? ret : job_done(tx, arg);
}

static int
cancelled_meanwhile(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)arg;
	sql("UPDATE job SET state = 'cancelled'");
	return store_write(work_store(work), change_and_finish, (void *)(uintptr_t)job, err);
}

static int
in_one(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)arg;
	return store_write(work_store(work), change_and_finish, (void *)(uintptr_t)job, err);
}

static void
due_jobs_run_once_in_order_and_others_wait(void **state)
{
	struct work *work = make_work();
	struct work_done done;

	(void)state;
	work_add_job(work, &(struct job_kind){ "good", succeed, NULL, 3 });
	put_job("good", "k1", NOW);
	put_job("good", "k1", NOW);       /* the same again */
	put_job("good", "k2", NOW + 1000); /* later */
	put_job("other", "k3", NOW);      /* of a kind nobody here knows */
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(done.pieces, 1);
	assert_int_equal(done.failures, 0);
	assert_int_equal(runs, 1);
	now_ms = NOW + 1000;
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(runs, 2);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'done'"), 2);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'waiting'"), 1);
	work_free(work);
}

static void
a_failing_job_is_tried_again_and_given_up_at_last(void **state)
{
	struct work *work = make_work();
	struct work_done done;

	(void)state;
	work_add_job(work, &(struct job_kind){ "bad", break_down, NULL, 2 });
	put_job("bad", "k", NOW);
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(done.failures, 1);
	assert_int_equal(troubles, 1);
	assert_int_equal(runs, 1); /* its pause is not over */
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE error = 'err.test'"), 1);
	sql("UPDATE job SET lease_until_at = 1");
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(runs, 2);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'failed'"), 1);
	work_free(work);
}

static void
what_a_job_changed_stands_only_together_with_its_end(void **state)
{
	struct work *work = make_work();
	struct work_done done;

	(void)state;
	work_add_job(work, &(struct job_kind){ "lost", cancelled_meanwhile, NULL, 2 });
	work_add_job(work, &(struct job_kind){ "one", in_one, NULL, 2 });
	put_job("lost", "k", NOW);
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(number("SELECT COUNT(*) FROM rate"), 0);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'cancelled'"), 1);
	put_job("one", "k2", NOW);
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(number("SELECT COUNT(*) FROM rate"), 1);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'done'"), 1);
	work_free(work);
}

static int
cancel(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return job_cancel(tx, arg);
}

static int
move(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return job_move(tx, arg, NOW);
}

static void
a_job_can_be_cancelled_and_moved(void **state)
{
	struct work *work = make_work();
	struct work_done done;
	char k1[] = "k1", k2[] = "k2";

	(void)state;
	work_add_job(work, &(struct job_kind){ "good", succeed, NULL, 3 });
	put_job("good", k1, NOW);
	put_job("good", k2, NOW + 5000);
	assert_int_equal(store_write(store, cancel, k1, NULL), 0);
	assert_int_equal(store_write(store, move, k2, NULL), 0);
	put_job("good", k1, NOW); /* its key is used up */
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(runs, 1);
	work_free(work);
}

static int
slow(struct work *work, const struct job *job, void *arg, struct err *err)
{
	usleep(3000);
	return succeed(work, job, arg, err);
}

static int
die(struct work *work, const struct job *job, void *arg, struct err *err)
{
	(void)work;
	(void)job;
	(void)arg;
	(void)err;
	return raise(SIGKILL);
}

static void
a_job_of_a_process_that_died_runs_again(void **state)
{
	struct work *work;
	struct work_done done;
	int status;
	pid_t pid;

	(void)state;
	put_job("good", "k", NOW);
	store_close(store);
	pid = fork();
	if (pid == 0) {
		if (store_open(db, 0, &store, NULL) != 0)
			_exit(1);
		work = make_work();
		work_add_job(work, &(struct job_kind){ "good", die, NULL, 3 });
		work_run_once(work, 100, &done, NULL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(store_open(db, 0, &store, NULL), 0);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE lease_owner IS NOT NULL"), 1);
	work = make_work();
	work_add_job(work, &(struct job_kind){ "good", succeed, NULL, 3 });
	assert_int_equal(work_run_once(work, 100, &done, NULL), 0);
	assert_int_equal(runs, 1);
	assert_int_equal(number("SELECT attempts FROM job WHERE state = 'done'"), 2);
	work_free(work);
}

/* Waits until it is so, at most five seconds. */
static bool
soon(atomic_int *value, int wanted)
{
	int64_t until_ms = clock_mono_ms() + 5000;

	while (atomic_load(value) < wanted && clock_mono_ms() < until_ms)
		usleep(2000);
	return atomic_load(value) >= wanted;
}

static int
hang(struct work *work, void *arg, bool *ret_did, struct err *err)
{
	struct pollfd stop = { work_cancel_fd(work), POLLIN, 0 };

	(void)arg;
	(void)err;
	poll(&stop, 1, 60000);
	*ret_did = true;
	return 0;
}

static void
lanes_work_beside_each_other_and_stop_at_once(void **state)
{
	struct work *work = make_work();
	int64_t began_ms;

	(void)state;
	work_add_job(work, &(struct job_kind){ "good", succeed, NULL, 3 });
	work_add_lane(work, "hang", hang, NULL);
	assert_int_equal(work_start(work, NULL), 0);
	usleep(100000);
	/* Seen soon after a kick although another lane hangs… */
	began_ms = clock_mono_ms();
	put_job("good", "k1", NOW);
	work_kick(work);
	assert_true(soon(&runs, 1));
	assert_true(clock_mono_ms() - began_ms < 800);
	/* …and without a kick, for another process may have written… */
	put_job("good", "k2", NOW);
	assert_true(soon(&runs, 2));
	/* …and when product time has moved on. */
	put_job("good", "k3", NOW + 3600000);
	usleep(100000);
	assert_int_equal(runs, 2);
	now_ms = NOW + 3600000;
	work_kick(work);
	assert_true(soon(&runs, 3));
	began_ms = clock_mono_ms();
	work_stop(work);
	assert_true(clock_mono_ms() - began_ms < 1000);
	put_job("good", "k4", NOW);
	usleep(1200000);
	assert_int_equal(runs, 3);
	work_free(work);
}

static void
two_processes_share_the_work_without_doing_any_of_it_twice(void **state)
{
	enum { JOBS = 60 };
	struct work *work;
	struct work_done done = { 0, 0 };
	int status, both[2];
	int64_t other = 0;
	char ready;
	pid_t pid;

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i);
		put_job("good", key, NOW + i);
	}
	now_ms = NOW + JOBS;
	store_close(store);
	assert_int_equal(pipe(both), 0);
	pid = fork();
	assert_int_equal(store_open(db, 0, &store, NULL), 0);
	/* Both begin together. */
	if (pid == 0)
		assert_int_equal(write(both[1], "r", 1), 1);
	else
		assert_int_equal(read(both[0], &ready, 1), 1);
	work = make_work();
	work_add_job(work, &(struct job_kind){ "good", slow, NULL, 3 });
	assert_int_equal(work_run_once(work, 1000, &done, NULL), 0);
	work_free(work);
	if (pid == 0) {
		store_close(store);
		_exit(write(both[1], &done.pieces, sizeof(done.pieces)) == 8 ? 0 : 1);
	}
	assert_int_equal(read(both[0], &other, sizeof(other)), 8);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	print_message("%d + %d\n", (int)done.pieces, (int)other);
	assert_true(done.pieces > 0 && other > 0);
	assert_int_equal(done.pieces + other, JOBS);
	assert_int_equal(number("SELECT COUNT(*) FROM job WHERE state = 'done' AND attempts = 1"), JOBS);
	close(both[0]);
	close(both[1]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

TEST_MAIN(T(due_jobs_run_once_in_order_and_others_wait),
    T(a_failing_job_is_tried_again_and_given_up_at_last),
    T(what_a_job_changed_stands_only_together_with_its_end), T(a_job_can_be_cancelled_and_moved),
    T(a_job_of_a_process_that_died_runs_again), T(lanes_work_beside_each_other_and_stop_at_once),
    T(two_processes_share_the_work_without_doing_any_of_it_twice))
