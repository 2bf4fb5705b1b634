/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stat.h: the figures of a period: those of Mẫu 05 and of the yearly report.
 * Page, paper, spreadsheet and data file all come from stat_make().
 *
 * An incident counts by the local day it was detected on, unless it was found
 * to be none or a duplicate.  Rows are the types of list A; situations that no
 * attack caused (lists B and N) are counted apart and never in a row
 * (domain: they belong nowhere in Mẫu 05).
 *
 * A figure is {"count": n, "ids": […]}: how many, and which records.
 *	from, to, from_month ("01/2026"), to_month, from_year…, period (half_year, year)
 *	is_partial     the reader does not see every incident of the agency
 *	is_nil         no attack in the period
 *	rows[]         {row, type, title, count, self_handled, helped_domestic, helped_foreign,
 *	               asked_coordinator, damage_vnd, damage, ids {count […], self_handled […], …}}
 *	total          the same, of all rows
 *	helpers[], helpers_foreign[]   {name, count, ids}
 *	incidents, not_attack, untyped, unverified, closed   figures
 *	by_type[], by_level[], by_division[], by_month[], by_state[]   {id, title, count, ids}
 *	handling {self_handled, helped_domestic, helped_foreign, asked_coordinator, self_percent}
 *	damage {vnd, text, count, ids}
 *	times[]        {id, title, count, median_minutes, p90_minutes, median, p90, ids}
 *	duties {due, on_time, late, missed, percent}: ids are duties
 *	loops {count, ids, loops}
 *	systems {total, classified, proposed, appraised, approved, inspected, percent, expected}
 *	records[]      {id, number, title} of every incident counted
 */
#pragma once

#include "app/op.h"

/*
 * The figures of the local days ${from_ms} to ${to_ms}, both included, over
 * what the caller may see.  The caller frees it with json_free(); NULL after an
 * error.  ERR_INVALID err.stat.period when the days are not in order or more
 * than ten years apart.
 */
struct json *stat_make(struct call *call, int64_t from_ms, int64_t to_ms);

/* Totals of the register as Mẫu 08 NĐ 331 asks for them: "systems" above. */
struct json *stat_systems(struct call *call);

/* ${ms} as "2026-11-22", the local day, in the arena. */
const char *local_day(struct arena *arena, int64_t ms);

/* "12 phút", "3 giờ 05 phút", "2 ngày 4 giờ" in the caller's language, in the arena. */
const char *minutes_text(struct call *call, int64_t minutes);

/* 1.234.567: a whole number as Vietnamese offices write it, in the arena. */
const char *number_vi(struct arena *arena, int64_t n);
