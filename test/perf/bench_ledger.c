/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_ledger [ENTRIES]: entries a second that ledger verify recomputes for the
 * tree and compares with the tables, and appends a second, alone and one durable
 * transaction each.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/id.h"
#include "ledger/ledger.h"
#include "ledger/row.h"
#include "ledger/verify.h"
#include "os/file.h"

#define DURABLE 500

static const char *const tables[] = { "timeline", NULL };

struct load {
	int64_t from, to;
	int64_t append_ns; /* in ledger_append() alone */
};

/* A timeline entry as an operation writes it, with about 400 bytes of payload. */
static int
add(struct tx *tx, struct load *load, int64_t i, struct err *err)
{
	struct buf payload = BUF_INIT(1 << 16);
	struct ledger_entry entry = { "bench", 1790000000000 + i, "account:0192f000-1111-7000-8000-000000000001",
		"timeline add", "0192f000-2222-7000-8000-000000000001", NULL };
	struct query q;
	char id[ID_SIZE];
	int64_t seq, started;
	int ret;

	tx_exec(tx, "INSERT INTO timeline (id, agency_id, version, incident_id, kind, op, text,"
	    " occurred_at, entered_at, actor_kind) VALUES (?, 'bench', 1, ?, 'note', 'timeline add',"
	    " 'Đã rút dây mạng của máy kế toán, giữ nguyên nguồn để lấy bộ nhớ.', ?, ?, 'account')", "ttii",
	    id_new(entry.at_ms, id), entry.incident_id, entry.at_ms, entry.at_ms);
	buf_adds(&payload, "{\"op\":\"timeline add\",\"rows\":[{\"r\":");
	query_open(&q, tx, "SELECT * FROM timeline WHERE id = ?", "t", id);
	if (query_step(&q))
		row_image(&q, &payload);
	query_close(&q);
	buf_adds(&payload, ",\"t\":\"timeline\"}]}");
	entry.payload = payload.data;
	started = clock_mono_ns();
	ret = ledger_append(tx, &entry, &seq, err);
	load->append_ns += clock_mono_ns() - started;
	buf_clear(&payload);
	return ret;
}

static int
add_many(struct tx *tx, void *arg, struct err *err)
{
	struct load *load = arg;
	int ret = 0;

	for (int64_t i = load->from; i < load->to && ret == 0; i++)
		ret = add(tx, load, i, err);
	return ret;
}

static void
fail(const struct err *err)
{
	fprintf(stderr, "bench_ledger: %s %s\n", err->key, err->args > 0 ? err->arg[0].value : "");
	exit(1);
}

int
main(int argc, char **argv)
{
	int64_t n = argc > 1 ? atoll(argv[1]) : 200000, started;
	char dir[] = "/tmp/bench_ledger.XXXXXX", path[64];
	struct load load = { 0, n, 0 }, one = { n, n, 0 };
	struct ledger_report report;
	struct note_key key;
	struct ledger_verify verify = { .key = &key, .tables = tables };
	struct rusage before, after;
	struct err err = { 0 };
	struct store *store;

	if (n < 1 || mkdtemp(dir) == NULL)
		return 2;
	snprintf(path, sizeof(path), "%s/key", dir);
	if (note_key_create(path, "khien/bench", &err) != 0 || note_key_load(path, &key, &err) != 0)
		fail(&err);
	snprintf(path, sizeof(path), "%s/khien.db", dir);
	if (store_open(path, STORE_CREATE, &store, &err) != 0 ||
	    store_write(store, add_many, &load, &err) != 0)
		fail(&err);
	printf("ledger append          %8.0f /s in one transaction\n", (double)n * 1e9 / (double)load.append_ns);
	store_checkpoint(store);
	started = clock_mono_ns();
	for (int i = 0; i < DURABLE; i++) {
		one.from = one.to++;
		if (store_write(store, add_many, &one, &err) != 0)
			fail(&err);
	}
	printf("ledger append, durable %8.0f /s, one transaction each\n",
	    DURABLE * 1e9 / (double)(clock_mono_ns() - started));
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 3; i++) {
		if (ledger_verify(store, &verify, &report, &err) != 0)
			fail(&err);
		printf("ledger verify, tree    %8.0f /s; with reading %8.0f /s; with tables %8.0f /s\n",
		    (double)report.entries * 1e9 / (double)report.tree_ns,
		    (double)report.entries * 1e9 / (double)report.entries_ns,
		    (double)report.entries * 1e9 / (double)(report.entries_ns + report.rows_ns));
	}
	getrusage(RUSAGE_SELF, &after);
	printf("ledger verify memory   %8ld kB more for %lld rows\n", after.ru_maxrss - before.ru_maxrss,
	    (long long)report.rows);
	store_close(store);
	return getenv("KEEP") ? 0 : file_remove_tree(dir, &err);
}
