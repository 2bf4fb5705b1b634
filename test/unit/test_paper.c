/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a worker when, and what a worker that hangs costs. The test is its own worker. */
#include "app/paper.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "os/worker.h"
#include "testing.h"

#define RENDER 4000
#define WAIT   1500

static atomic_int served;

/* "{}" and what was asked; "hang" hangs, "slow" takes a while, "die" leaves without a word. */
static int
serve(void)
{
	struct buf frame = BUF_INIT(WORKER_FRAME_MAX);

	while (worker_read(&frame)) {
		if (str_eq(buf_str(&frame), "die"))
			return 1;
		while (str_eq(buf_str(&frame), "hang"))
			poll(NULL, 0, 1000);
		if (str_eq(buf_str(&frame), "slow"))
			poll(NULL, 0, 400);
		if (!worker_write("{}", 2) || !worker_write(buf_str(&frame), frame.len))
			return 1;
	}
	return 0;
}

static const struct worker_kind kinds[] = {
	{ "render", CONFINE_DESCRIPTORS, { (size_t)64 << 20, 30, 0 }, 60, NULL, serve },
};

struct asked {
	const char *what;
	int failed, turn;
	char key[64];
	int64_t took_ms;
	pthread_t thread;
};

static void *
ask(void *arg)
{
	struct asked *a = arg;
	int64_t began = clock_mono_ms();
	struct err err = { 0 };
	struct paper paper;

	a->failed = paper_render_frame(a->what, strlen(a->what), &paper, &err);
	a->turn = atomic_fetch_add(&served, 1);
	a->took_ms = clock_mono_ms() - began;
	snprintf(a->key, sizeof(a->key), "%s", err.key);
	if (a->failed == 0) {
		assert_string_equal(buf_str(&paper.bytes), a->what);
		paper_free(&paper);
	}
	err_clear(&err);
	return NULL;
}

static void
begin(struct asked *a, const char *what)
{
	*a = (struct asked){ .what = what };
	assert_int_equal(pthread_create(&a->thread, NULL, ask, a), 0);
	poll(NULL, 0, 60); /* so that they come in this order */
}

static void
end(struct asked *a)
{
	pthread_join(a->thread, NULL);
}

static void
one_that_hangs_keeps_nobody_waiting(void **state)
{
	struct asked hang, other[4];

	(void)state;
	begin(&hang, "hang");
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		begin(&other[i], "page");
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		end(&other[i]);
		assert_int_equal(other[i].failed, 0);
		assert_true(other[i].took_ms < RENDER / 2);
	}
	end(&hang);
	assert_string_equal(hang.key, "err.worker.timeout");
}

static void
nobody_waits_for_ever_and_the_places_come_back(void **state)
{
	struct asked hang[PAPER_WORKERS], late, after;

	(void)state;
	for (size_t i = 0; i < PAPER_WORKERS; i++)
		begin(&hang[i], "hang");
	begin(&late, "page");
	end(&late);
	assert_int_equal(late.failed, ERR_TOO_MANY);
	assert_string_equal(late.key, "err.paper.busy");
	assert_in_range(late.took_ms, WAIT - 50, WAIT + 1000);
	for (size_t i = 0; i < PAPER_WORKERS; i++)
		end(&hang[i]);
	begin(&after, "page");
	end(&after);
	assert_int_equal(after.failed, 0);
}

static void
first_come_first_served(void **state)
{
	struct asked all[PAPER_WORKERS * 3];

	(void)state;
	atomic_store(&served, 0);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		begin(&all[i], "slow");
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		end(&all[i]);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		assert_int_equal(all[i].failed, 0);
		/* Those at work together may end in any order. */
		assert_int_equal(all[i].turn / PAPER_WORKERS, i / PAPER_WORKERS);
	}
}

static void
one_that_dies_costs_its_own_request_only(void **state)
{
	struct asked die, after;

	(void)state;
	begin(&die, "die");
	end(&die);
	assert_string_equal(die.key, "err.worker.crashed");
	begin(&after, "page");
	end(&after);
	assert_int_equal(after.failed, 0);
	paper_stop();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_hangs_keeps_nobody_waiting),
		cmocka_unit_test(nobody_waits_for_ever_and_the_places_come_back),
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(one_that_dies_costs_its_own_request_only),
	};

	if (argc > 1)
		worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
	worker_set_program("/proc/self/exe");
	paper_limits(RENDER, WAIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
