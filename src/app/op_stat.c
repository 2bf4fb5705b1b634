/* SPDX-License-Identifier: Apache-2.0 */
/* op_stat.c: the figures of a period on a page. */
#include "app/change.h"
#include "app/ops.h"
#include "app/stat.h"

#define PERIOD_PARAMS \
	{ "from", P_TIME, 0, 0, 0, NULL }, { "to", P_TIME, 0, 0, 0, NULL }

/* From the first of January to today, unless told. */
static struct json *
figures(struct call *c)
{
	int64_t from, to = arg_time(c, "to", c->now);

	clock_parse(arena_printf(c->arena, "%d-01-01", clock_year(to)), &from);
	return stat_make(c, arg_time(c, "from", from), to);
}

static const struct param show_params[] = { PERIOD_PARAMS, { 0 } };

static int
statistic_show(struct call *c)
{
	struct json *stat = figures(c), *value;
	struct buf text = BUF_INIT((size_t)64 << 20);
	const char *key;
	void *it = NULL;

	while (stat != NULL && json_next(stat, &it, &key, &value)) {
		buf_reset(&text);
		json_write(value, &text);
		jsonw_kraw(c->out, key, buf_str(&text));
	}
	buf_clear(&text);
	json_free(stat);
	return c->err->kind;
}

static const char *const show_columns[] = { "number", "title", "count", "self_handled",
	"helped_domestic", "helped_foreign", "asked_coordinator", "damage_vnd", "median", "p90", NULL };

const struct op ops_stat[] = {
	{ "statistic show", "GET", "/statistics", RIGHT_READ, 0, show_params, statistic_show,
	    show_columns, "khien statistic show --from 2026-01-01 --to 2026-06-30" },
	{ 0 },
};
