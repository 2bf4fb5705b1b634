/* SPDX-License-Identifier: Apache-2.0 */
/* The image of a row just made is that of the row read back, or there is none. */
#include "ledger/row.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/driver.h"
#include "testing.h"

static char path[] = "/tmp/test_row.XXXXXX";
static struct conn *conn;
static struct err error;
static struct tx tx;

static int
setup(void **state)
{
	static const char *const sql = "CREATE TABLE thing (id TEXT PRIMARY KEY, version BIGINT NOT NULL,"
	    " zone TEXT NOT NULL DEFAULT 'amber \"1\"', name TEXT, count BIGINT, is_open BIGINT NOT NULL DEFAULT 0,"
	    " updated_at BIGINT, remind_at BIGINT DEFAULT 7)";
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	if (fd == -1 || conn_open(path, 0, &conn, NULL) != 0 || conn_script(conn, sql, NULL) != 0)
		return -1;
	tx = (struct tx){ conn, &error, 0 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	conn_close(conn);
	return unlink(path);
}

static const char *const columns[] = { "id", "version", "count", "name", "updated_at" };

/* Inserts; the image made of what was said, or NULL.  ${ret}: of the row read back. */
static const char *
insert(const char *id, struct value count, struct value name, struct buf *made, struct buf *ret)
{
	const struct value values[] = { { id, SQL_NULL }, { NULL, 1 }, count, name, { NULL, 5 } };
	struct query q;
	bool is_made;

	buf_reset(made);
	buf_reset(ret);
	query_openv(&q, &tx, "INSERT INTO thing (id, version, count, name, updated_at) VALUES (?,?,?,?,?)",
	    values, 5);
	query_step(&q);
	is_made = row_image_made(&q, "thing", columns, values, 5, made);
	assert_int_equal(query_close(&q), 0);
	query_open(&q, &tx, "SELECT * FROM thing WHERE id = ?", "t", id);
	assert_true(query_step(&q));
	row_image(&q, ret);
	assert_int_equal(query_close(&q), 0);
	return is_made ? buf_str(made) : NULL;
}

#define TEXT(s) ((struct value){ (s), SQL_NULL })
#define INT(n)  ((struct value){ NULL, (n) })
#define NONE    ((struct value){ NULL, SQL_NULL })

static void
it_is_that_of_the_row(void **state)
{
	struct buf made = BUF_INIT(8000), back = BUF_INIT(8000);

	(void)state;
	/* The first teaches, with its defaults; the others are made of what was learnt. */
	assert_string_equal(insert("a", NONE, TEXT("Máy \"3\"\n"), &made, &back),
	    "{\"id\":\"a\",\"is_open\":0,\"name\":\"Máy \\\"3\\\"\\n\",\"version\":1,\"zone\":\"amber \\\"1\\\"\"}");
	assert_string_equal(buf_str(&made), buf_str(&back));
	assert_non_null(insert("b", INT(INT64_MIN + 1), NONE, &made, &back));
	assert_string_equal(buf_str(&made), buf_str(&back));
	assert_non_null(insert("c", INT(0), TEXT(""), &made, &back));
	assert_string_equal(buf_str(&made), buf_str(&back));
	assert_non_null(strstr(buf_str(&made), "\"name\":\"\""));
	buf_clear(&made);
	buf_clear(&back);
}

static void
what_the_database_turns_into_something_else_is_read_back(void **state)
{
	struct buf made = BUF_INIT(8000), back = BUF_INIT(8000);

	(void)state;
	assert_null(insert("d", TEXT("12"), NONE, &made, &back));
	assert_non_null(strstr(buf_str(&back), "\"count\":12"));
	assert_null(insert("e", NONE, INT(12), &made, &back));
	assert_non_null(strstr(buf_str(&back), "\"name\":\"12\""));
	assert_null(insert("f", NONE, TEXT("\xff"), &made, &back));
	assert_string_equal(buf_str(&back), "{\"id\":\"f\",\"is_open\":0,\"name\":{\"type\":\"other\"}}");
	/* And the next is made again. */
	assert_non_null(insert("g", INT(3), NONE, &made, &back));
	assert_string_equal(buf_str(&made), buf_str(&back));
	buf_clear(&made);
	buf_clear(&back);
}

static void
one_too_long_is_none(void **state)
{
	struct buf made = BUF_INIT(40), back = BUF_INIT(8000);

	(void)state;
	assert_null(insert("h", INT(3), TEXT("0123456789"), &made, &back));
	buf_clear(&made);
	buf_clear(&back);
}

TEST_MAIN(cmocka_unit_test_setup(it_is_that_of_the_row, setup),
    cmocka_unit_test(what_the_database_turns_into_something_else_is_read_back),
    cmocka_unit_test_teardown(one_too_long_is_none, teardown))
