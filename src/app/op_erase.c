/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_erase.c: erasing, by order, who reported: from the rows and from the
 * ledger's payloads.  The hashes stay, so that everything else can still be
 * proved, and the order stands in the ledger instead.
 */
#include "app/change.h"
#include "app/ops.h"
#include "app/visible.h"

#define ENTRIES_MAX 500

static const struct param erase_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "order_number", P_LINE, PF_REQUIRED, 0, 120, NULL },
	{ "authority", P_LINE, PF_REQUIRED, 0, 200, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

/* The files that came with the report name the reporter as who collected them. */
static void
forget_in_evidence(struct call *c, const char *report_id)
{
	const char *nobody = word(LANG_VI, "report.reporter");
	struct query q;

	query_open(&q, c->tx, "SELECT k.id, e.id FROM evidence e JOIN custody k ON k.evidence_id = e.id AND"
	    " k.action = 'collect' WHERE e.report_id = ? AND e.collected_by_id IS NULL", "t", report_id);
	while (query_step(&q)) {
		const char *custody = arena_strdup(c->arena, query_text(&q, 0));
		const char *evidence = arena_strdup(c->arena, query_text(&q, 1));

		change_update(c, "custody", custody, -1, COLS(CT("actor_name", nobody), CT("to_name", nobody)));
		change_update(c, "evidence", evidence, -1, COLS(CT("collected_by", nobody)));
		if (tx_int(c->tx, "SELECT holder_id IS NULL FROM evidence WHERE id = ?", "t", evidence) == 1)
			change_update(c, "evidence", evidence, -1, COLS(CT("holder", nobody)));
	}
	query_close(&q);
}

/* Entries that carry the report, or a file that came with it. */
static size_t
entries_of(struct call *c, const char *report_id, int64_t seq[static ENTRIES_MAX])
{
	struct query q;
	size_t n = 0;

	query_open(&q, c->tx, "SELECT seq FROM ledger_entry WHERE agency_id = ?1 AND payload IS NOT NULL AND"
	    " (payload LIKE '%\"id\":\"' || ?2 || '\"%' OR payload LIKE '%\"report_id\":\"' || ?2 || '\"%')"
	    " ORDER BY seq", "tt", c->agency_id, report_id);
	while (query_step(&q) && n < ENTRIES_MAX)
		seq[n++] = query_int(&q, 0);
	query_close(&q);
	return n;
}

static int
report_erase(struct call *c)
{
	int64_t seq[ENTRIES_MAX];
	struct incident i;
	const char *id;
	size_t n;

	if (owned_arg(c, "id", "report", &i, &id) != 0)
		return c->err->kind;
	n = entries_of(c, id, seq);
	if (n == ENTRIES_MAX)
		return call_fail(c, ERR_TOO_LARGE, "err.change_too_large", NULL);
	change_update(c, "report", id, -1, COLS(CT("contact_name", NULL), CT("contact_division", NULL),
	    CT("contact_phone", NULL), CT("contact_email", NULL), CI("is_anonymous", 1)));
	forget_in_evidence(c, id);
	change_info(c, "order_number", arg_text(c, "order_number"));
	change_info(c, "authority", arg_text(c, "authority"));
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "report",
	    .word = "timeline.report_erased", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .text = arg_text(c, "reason"), .ref_table = "report", .ref_id = id,
	    .args = TIMELINE_ARGS("order", arg_text(c, "order_number"), "authority",
	        arg_text(c, "authority")) });
	for (size_t k = 0; k < n && c->err->kind == ERR_NONE; k++)
		change_erase(c, seq[k]);
	jsonw_kstring(c->out, "id", id);
	jsonw_kint(c->out, "entries", (int64_t)n);
	return c->err->kind;
}

const struct op ops_erase[] = {
	{ "report erase", "POST", "/reports/{id}/erase", RIGHT_READ | RIGHT_HANDLE | RIGHT_ADMIN, OP_WRITE,
	    erase_params, report_erase, NULL, "khien report erase BC-2026-0001 --order-number 12/QĐ-STC"
	    " --authority \"Giám đốc Sở\" --reason \"Theo yêu cầu của chủ thể dữ liệu\"" },
	{ 0 },
};
