/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "pack/grounds.h"
#include "testing.h"

static int64_t
day(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static bool
cited(const struct packs *p, const char *topic, const char *parent, const char *on, const char *id)
{
	const struct pack_ground *g;

	for (size_t i = 0; (g = pack_ground_next(p, topic, parent, day(on), &i)) != NULL;)
		if (strcmp(g->id, id) == 0)
			return true;
	return false;
}

static void
what_is_replaced_is_not_cited_any_more(void **state)
{
	struct packs *p = NULL;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	assert_true(cited(p, "plan", NULL, "2021-05-01", "L86-2015"));
	assert_false(cited(p, "plan", NULL, "2021-05-01", "L116-2025"));
	assert_true(cited(p, "plan", NULL, "2026-06-30", "L86-2015"));
	assert_false(cited(p, "plan", NULL, "2026-07-01", "L86-2015"));
	assert_true(cited(p, "plan", NULL, "2026-07-01", "L116-2025"));
	assert_false(cited(p, "register", NULL, "2026-08-19", "ND85-2016"));
	assert_string_equal(pack_ground(p, "ND85-2016")->replaced_by, "ND331-2026");
	assert_false(pack_ground_holds(pack_ground(p, "ND85-2016"), day("2026-08-19")));
	assert_null(pack_ground(p, "khong-co"));
	packs_free(p);
}

static void
what_binds_one_province_is_cited_there_alone(void **state)
{
	struct packs *p = NULL;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	assert_true(cited(p, "parent_plan", "UBND tỉnh Khánh Hòa", "2021-12-31", "KH1312-2021"));
	assert_false(cited(p, "parent_plan", "UBND tỉnh Khánh Hòa", "2022-01-01", "KH1312-2021"));
	assert_false(cited(p, "parent_plan", "UBND tỉnh Ví Dụ", "2021-12-31", "KH1312-2021"));
	assert_false(cited(p, "parent_plan", NULL, "2021-12-31", "KH1312-2021"));
	packs_free(p);
}

#define HEAD(pack) \
	"id: " pack "\nkind: grounds\nversion: 1\ntitle: {vi: a, en: a}\nsource: x\ncertainty: proposal\n" \
	"instruments:\n"
#define LINE(id, rest) \
	"  - {id: " id ", cite: \"Nghị định số 1/2028/NĐ-CP\", short: a, valid_from: 2028-01-01, " \
	"topics: [plan], certainty: proposal" rest "}\n"

static struct packs *
with_own(const char *text)
{
	char dir[] = "/tmp/khien-grounds-XXXXXX", path[100];
	struct packs *p = NULL;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/packs", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/packs/rieng.yaml", dir);
	assert_int_equal(file_create(path, text, strlen(text), 0600, NULL), 0);
	packs_load(dir, &p, NULL);
	file_remove_tree(dir, NULL);
	return p;
}

/* A law that comes later is a file, and so is its taking the place of another. */
static void
an_agency_adds_and_replaces_by_a_file(void **state)
{
	struct packs *p = with_own(HEAD("rieng") LINE("ND1-2028", "") LINE("TT20-2017", ", valid_to: 2028-06-30"));

	(void)state;
	assert_non_null(p);
	assert_true(cited(p, "plan", NULL, "2028-01-01", "ND1-2028"));
	assert_false(cited(p, "plan", NULL, "2027-12-31", "ND1-2028"));
	assert_string_equal(pack_ground(p, "TT20-2017")->short_, "a");
	assert_false(cited(p, "plan_report", NULL, "2026-11-01", "TT20-2017"));
	packs_free(p);
}

static void
a_successor_that_is_not_there_is_a_fault(void **state)
{
	(void)state;
	assert_null(with_own(HEAD("rieng") LINE("ND1-2028", ", replaced_by: ND9-2099")));
	assert_null(with_own(HEAD("rieng") LINE("ND1-2028", ", valid_to: 2027-01-01")));
	assert_null(with_own(HEAD("rieng") LINE("ND1-2028", "") LINE("ND1-2028", "")));
}

TEST_MAIN(cmocka_unit_test(what_is_replaced_is_not_cited_any_more),
    cmocka_unit_test(what_binds_one_province_is_cited_there_alone),
    cmocka_unit_test(an_agency_adds_and_replaces_by_a_file),
    cmocka_unit_test(a_successor_that_is_not_there_is_a_fault))
