/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_duty: 100,000 duties looked at again by their facts, and what is due in 30
 * agencies, with the goals beside.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "app/calendar.h"
#include "app/duty.h"
#include "os/file.h"

#define DUTIES   100000
#define AGENCIES 30
#define OWN      200 /* open duties of each of them */
#define ROUNDS   7
#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define START    INT64_C(1795410000000) /* 2026-11-23 12:00 local */

static struct app *app;
static struct duty_action actions[64];
static size_t kinds;

static void
put_incident(struct tx *tx, const char *id, int64_t n)
{
	struct arena arena = ARENA_INIT;

	tx_exec(tx, "INSERT INTO incident (id, agency_id, version, number, title, state, type, level,"
	    " qd05_class, reporting, report_triggers, beyond, beyond_at, detected_at, received_at,"
	    " confirmed_at, updated_at, personal_data, personal_data_kinds, personal_data_suspected_at)"
	    " VALUES (?1, ?2, 1, ?3, 'Máy chủ tệp bị mã hóa', 'containment', 'ransomware', 1,"
	    " 'nghiem_trong', 'immediate', 'immediate 24h 72h', 'confirmed', ?4, ?4, ?4, ?4, ?4,"
	    " 'notice_due', 'sensitive finance', ?4)", "ttti", id, app->agency_id,
	    arena_printf(&arena, "SC-2026-%05lld", (long long)n), START - n % 50 * DAY_MS);
	arena_clear(&arena);
}

static void
put_duties(struct tx *tx, struct arena *arena, const char *id, int64_t n)
{
	int64_t at = START - n % 50 * DAY_MS;

	for (size_t i = 0; i < kinds; i++) {
		const struct duty_action *a = &actions[i];
		const struct duty_source *s = a->rule->source;
		int64_t from = a->from_at - START + at;

		tx_exec(tx, "INSERT INTO duty (id, agency_id, version, incident_id, profile, profile_version,"
		    " obligation, title, basis, certainty, is_provisional, state, clock_from_at, due_at, kind,"
		    " recipients, key, opened_at) VALUES (?, ?, 1, ?, ?, '1', ?, ?, ?, ?, 0, 'pending', ?, ?, ?,"
		    " 'system_owner national_coordinator', ?, ?)", "ttttttttootti",
		    arena_printf(arena, "%s-%02zu", id, i), app->agency_id, id, a->rule->profile,
		    a->rule->obligation, s->obligation->what.vi, s->obligation->basis,
		    s->obligation->certainty, from,
		    a->due_at == DUTY_NEVER ? SQL_NULL : a->due_at - START + at,
		    duty_kind_name(a->rule->kind), arena_printf(arena, "%s/%s/%s", id, a->rule->profile,
		    a->rule->obligation), from);
	}
}

static void
put_agency(struct tx *tx, struct arena *arena, int n)
{
	const char *id = arena_printf(arena, "00000000-0000-7000-8000-%012d", n);

	tx_exec(tx, "INSERT INTO agency (id, agency_id, version, name, created_at) VALUES (?1, ?1, 1,"
	    " 'Sở', ?2)", "ti", id, START);
	for (int i = 0; i < OWN; i++)
		tx_exec(tx, "INSERT INTO duty (id, agency_id, version, profile, profile_version, obligation,"
		    " title, basis, certainty, is_provisional, state, clock_from_at, due_at, kind, key)"
		    " VALUES (?, ?, 1, 'ATTT-2017', '1', 'D03', 'Thông báo sự cố', 'TT 20/2017', 'verified', 0,"
		    " 'pending', ?, ?, 'within', ?)", "ttiit", arena_printf(arena, "%s-%d", id, i), id, START,
		    START + i * DAY_MS, arena_printf(arena, "%s-%d/ATTT-2017/D03", id, i));
}

static int
fill(struct tx *tx, void *arg, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct duty_agency agency;
	size_t total = 0;

	put_incident(tx, "00000000-0000-7000-9000-000000000000", 0);
	duty_agency_read(tx, arg, app->agency_id, &agency);
	kinds = duty_differs(tx, arg, app->packs, app->agency_id, &agency, START,
	    "00000000-0000-7000-9000-000000000000", actions, ARRAY_LEN(actions));
	for (int64_t n = 0; total < DUTIES && err->kind == ERR_NONE; n++) {
		const char *id = arena_printf(&arena, "00000000-0000-7000-9000-%012lld", (long long)n);

		if (n > 0)
			put_incident(tx, id, n);
		put_duties(tx, &arena, id, n);
		total += kinds;
		arena_clear(&arena);
	}
	for (int n = 1; n <= AGENCIES; n++) {
		put_agency(tx, &arena, n);
		arena_clear(&arena);
	}
	return err->kind;
}

static size_t differ;

static void
count(void *arg, const char *incident_id)
{
	(void)arg;
	(void)incident_id;
	differ++;
}

static int
scan(struct tx *tx, void *arg, struct err *err)
{
	*(size_t *)arg = duty_scan(tx, app->packs, app->agency_id, START, count, NULL);
	return err->kind;
}

static int
calendars(struct tx *tx, void *arg, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct calendar c;

	*(size_t *)arg = 0;
	for (int n = 1; n <= AGENCIES; n++) {
		struct calendar_ask ask = { .tx = tx, .arena = &arena, .packs = app->packs,
			.agency_id = arena_printf(&arena, "00000000-0000-7000-8000-%012d", n), .lang = "vi",
			.now = START, .to_at = START + 400 * DAY_MS };

		calendar_read(&ask, &c);
		*(size_t *)arg += c.n;
		arena_clear(&arena);
	}
	return err->kind;
}

static int
ascending(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Milliseconds in the middle of some rounds; the goal and how much was looked at beside. */
static bool
measure(const char *what, store_fn fn, double goal)
{
	double ms[ROUNDS], cpu = 0;
	size_t n = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t from = clock_mono_ns();
		clock_t used = clock();

		differ = 0;
		if (store_read(app->store, fn, &n, NULL) != 0)
			return false;
		ms[i] = (double)(clock_mono_ns() - from) / 1e6;
		cpu += (double)(clock() - used) * 1000 / CLOCKS_PER_SEC / ROUNDS;
	}
	qsort(ms, ROUNDS, sizeof(ms[0]), ascending);
	printf("%-46s %10.2f ms        <= %-8.0f %s  (%.0f ms of processor; %zu looked at)\n", what, ms[ROUNDS / 2],
	    goal, ms[ROUNDS / 2] <= goal ? "ok" : "MISSED", cpu, n);
	return true;
}

int
main(void)
{
	char dir[64];
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT(10000);
	struct err err = { 0 };
	bool ok;

	snprintf(dir, sizeof(dir), "/tmp/khien-bench-duty-%d", (int)getpid());
	if (app_words(&err) != 0 || app_init(&(struct app_init){ .dir = dir, .agency_name = "Sở" }, &out,
	    LANG_VI, &err) != 0 || app_open(dir, &app, &err) != 0 ||
	    store_write(app->store, fill, &arena, &err) != 0) {
		fprintf(stderr, "bench_duty: %s\n", err.key);
		return 2;
	}
	store_checkpoint(app->store);
	ok = measure("100,000 duties looked at again", scan, 300);
	/* The duties are what the facts ask for; anything else would measure something else. */
	ok = ok && differ == 0 && measure("due calendar of 30 agencies", calendars, 50);
	app_close(app);
	file_remove_tree(dir, NULL);
	arena_clear(&arena);
	buf_clear(&out);
	return ok ? 0 : 1;
}
