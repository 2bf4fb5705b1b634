/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c: faults by name, one agency after the other. */
#include "ledger/verify.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/checkpoint.h"
#include "ledger/verify_part.h"

/* ---- faults ---------------------------------------------------------------- */

const char *
ledger_fault_key(const struct ledger_fault *fault)
{
	static const char *const key[] = {
		[FAULT_TYPE] = "ledger.fault.type",
		[FAULT_MISSING] = "ledger.fault.missing",
		[FAULT_ORDER] = "ledger.fault.order",
		[FAULT_PAYLOAD] = "ledger.fault.payload",
		[FAULT_PAYLOAD_HASH] = "ledger.fault.payload_hash",
		[FAULT_HEADER] = "ledger.fault.header",
		[FAULT_FORM] = "ledger.fault.form",
		[FAULT_ERASED] = "ledger.fault.erased",
		[FAULT_HEAD] = "ledger.fault.head",
		[FAULT_CHECKPOINT_NOTE] = "ledger.fault.checkpoint_note",
		[FAULT_CHECKPOINT_ROW] = "ledger.fault.checkpoint_row",
		[FAULT_CHECKPOINT_ROOT] = "ledger.fault.checkpoint_root",
		[FAULT_CHECKPOINT_SIZE] = "ledger.fault.checkpoint_size",
		[FAULT_OUTSIDE_NOTE] = "ledger.fault.outside_note",
		[FAULT_OUTSIDE_ORIGIN] = "ledger.fault.outside_origin",
		[FAULT_OUTSIDE_SIZE] = "ledger.fault.outside_size",
		[FAULT_OUTSIDE_ROOT] = "ledger.fault.outside_root",
		[FAULT_ROW_CHANGED] = "ledger.fault.row_changed",
		[FAULT_ROW_ADDED] = "ledger.fault.row_added",
		[FAULT_ROW_REMOVED] = "ledger.fault.row_removed",
		[FAULT_ROW_DELETED] = "ledger.fault.row_deleted",
		[FAULT_CREDENTIAL] = "ledger.fault.credential",
	};

	return key[fault->kind];
}

int
ledger_fault_err(const struct ledger_fault *fault, struct err *err)
{
	int ret = err_set(err, ERR_BROKEN, ledger_fault_key(fault), NULL);

	err_arg(err, "table", fault->table);
	err_arg(err, "id", fault->id);
	err_arg(err, "column", fault->column);
	err_argi(err, "seq", fault->seq);
	err_argi(err, "from", fault->from);
	return ret;
}

static void
copy_name(char to[FAULT_NAME_MAX], const char *from)
{
	snprintf(to, FAULT_NAME_MAX, "%s", from == NULL ? "" : from);
}

void
verifier_fault(struct verifier *v, enum ledger_fault_kind kind, const struct fault_at *at)
{
	struct ledger_fault fault = { .kind = kind, .seq = at->seq, .from = at->from };

	copy_name(fault.agency_id, v->agency_id);
	copy_name(fault.table, at->table);
	copy_name(fault.id, at->id);
	copy_name(fault.column, at->column);
	if (v->report->faults < LEDGER_FAULTS_KEPT)
		v->report->fault[v->report->faults] = fault;
	v->report->faults++;
	if (v->want->fault != NULL)
		v->want->fault(v->want->arg, &fault);
}

void
verifier_progress(struct verifier *v)
{
	if ((++v->done & 0x3fff) == 0 && v->want->progress != NULL)
		v->want->progress(v->want->arg, v->done, v->total);
}

/* ---- agencies -------------------------------------------------------------- */

static int64_t
count_entries(struct verifier *v)
{
	return v->want->agency_id == NULL ? tx_int(v->tx, "SELECT COUNT(*) FROM ledger_entry", "") :
	    tx_int(v->tx, "SELECT COUNT(*) FROM ledger_entry WHERE agency_id = ?", "t",
	        v->want->agency_id);
}

/* Every agency any table of the ledger knows; the count is small, the names are copied. */
static size_t
list_agencies(struct verifier *v, struct arena *arena, const char ***ret)
{
	const char **list = NULL;
	size_t n = 0, room = 0;
	struct query q;

	query_open(&q, v->tx, "SELECT agency_id FROM ledger_head"
	    " UNION SELECT DISTINCT agency_id FROM ledger_entry"
	    " UNION SELECT DISTINCT agency_id FROM ledger_checkpoint ORDER BY 1", "");
	while (query_step(&q)) {
		if (n == room) {
			room = room == 0 ? 8 : room * 2;
			list = xrealloc(list, room * sizeof(*list));
		}
		/* What is not text is nobody's ledger, and cannot be asked for by name. */
		if (query_type(&q, 0) == QUERY_TEXT)
			list[n++] = arena_strdup(arena, query_text(&q, 0));
		else
			verifier_fault(v, FAULT_TYPE, &(struct fault_at){ -1, -1, NULL, NULL, "agency_id" });
	}
	query_close(&q);
	*ret = list;
	return n;
}

static void
one_agency(struct verifier *v, const char *agency_id)
{
	int64_t started = clock_mono_ns(), read;

	v->agency_id = agency_id;
	v->report->agencies++;
	verifier_tree(v);
	read = clock_mono_ns();
	v->report->entries_ns += read - started;
	if (v->want->tables != NULL)
		verifier_rows(v);
	v->report->rows_ns += clock_mono_ns() - read;
}

int
ledger_verify_tx(struct tx *tx, const struct ledger_verify *verify, struct ledger_report *ret,
    struct err *err)
{
	struct verifier v = { .want = verify, .report = ret, .tx = tx };
	struct arena arena = ARENA_INIT;
	const char **agency = NULL;
	size_t n;

	*ret = (struct ledger_report){ 0 };
	v.total = count_entries(&v);
	if (verify->agency_id != NULL) {
		one_agency(&v, verify->agency_id);
	} else {
		n = list_agencies(&v, &arena, &agency);
		for (size_t i = 0; i < n && tx_err(tx)->kind == 0; i++)
			one_agency(&v, agency[i]);
		v.agency_id = NULL;
		if (verify->tables != NULL)
			verifier_strays(&v);
	}
	if (verify->outside != NULL && !v.outside_met)
		verifier_fault(&v, FAULT_OUTSIDE_ORIGIN, &(struct fault_at){ -1, -1, NULL, NULL, NULL });
	free(agency);
	free(v.erased);
	arena_clear(&arena);
	if (tx_err(tx)->kind != 0)
		return tx_err(tx)->kind;
	return ret->faults == 0 ? 0 : ledger_fault_err(&ret->fault[0], err);
}

struct scan_args {
	const struct ledger_verify *verify;
	struct ledger_report *report;
};

static int
scan(struct tx *tx, void *arg, struct err *err)
{
	struct scan_args *a = arg;

	return ledger_verify_tx(tx, a->verify, a->report, err);
}

int
ledger_verify(struct store *store, const struct ledger_verify *verify, struct ledger_report *ret,
    struct err *err)
{
	return store_scan(store, scan, &(struct scan_args){ verify, ret }, err);
}
