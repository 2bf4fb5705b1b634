/* SPDX-License-Identifier: Apache-2.0 */
/* op_register.c: the register of information systems: what Mẫu 03 and Mẫu 08 NĐ 331 ask of each. */
#include "app/change.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/stat.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static const struct param id_params[] = { ID_PARAM, { 0 } };

static const char *const kinds[] = { "internal", "public", "shared", "infrastructure", "other", NULL };
static const char *const approval_states[] = { "drafting", "submitted", "appraised", "approved", NULL };
static const char *const plan_states[] = { "none", "partial", "full", NULL };
static const char *const inspections[] = { "before_use", "periodic", "before_use periodic", NULL };

#define LINE(name, max) { name, P_LINE, 0, 0, max, NULL }
#define NUMBER(name, min, max) { name, P_INT, 0, min, max, NULL }
#define CHOICE(name, choices) { name, P_ENUM, 0, 0, 0, choices }
#define DAY(name) { name, P_TIME, 0, 0, 0, NULL }

#define SYSTEM_PARAMS \
	CHOICE("kind", kinds), LINE("purpose", 500), NUMBER("level", 1, 5), LINE("owner_name", 0), \
	LINE("operator_name", 0), LINE("contact", 0), LINE("technical_contact", 300), \
	LINE("leader_contact", 300), LINE("domains", 500), LINE("public_ips", 500), \
	LINE("internal_ips", 500), LINE("location", 0), LINE("os", 0), LINE("services", 300), \
	LINE("controls", 300), LINE("data_kinds", 200), NUMBER("subjects", 0, INT64_C(1000000000)), \
	LINE("isp", 0), LINE("security_provider", 0), LINE("hosting_provider", 0), \
	LINE("software_provider", 0), LINE("contracts", 1000), NUMBER("service_priority", 1, 9), \
	NUMBER("max_outage_minutes", 0, 1000000), NUMBER("rto_minutes", 0, 1000000), \
	NUMBER("rpo_minutes", 0, 1000000), LINE("may_be_disconnected_by", 0), \
	LINE("backup_note", 500), LINE("log_note", 500), NUMBER("log_days", 0, 36500), \
	LINE("related_systems", 500), CHOICE("approval_state", approval_states), \
	LINE("approval_document", 300), LINE("regulation_document", 300), \
	DAY("approval_expected_on"), CHOICE("plan_state", plan_states), DAY("plan_expected_on"), \
	CHOICE("inspected", inspections), DAY("inspected_on")

static const struct param add_params[] = {
	{ "name", P_LINE, PF_REQUIRED, 0, 160, NULL }, SYSTEM_PARAMS, { 0 },
};
static const struct param set_params[] = { ID_PARAM, LINE("name", 160), SYSTEM_PARAMS, VERSION_PARAM,
	{ 0 } };

/* As cols_given(), with days as 2026-11-22. */
static size_t
system_cols(struct call *c, const struct param *params, struct col *cols)
{
	size_t n = cols_given(c, params, cols), len;

	for (size_t i = 0; i < n; i++) {
		len = strlen(cols[i].name);
		if (len > 3 && strcmp(cols[i].name + len - 3, "_on") == 0 && cols[i].number != SQL_NULL)
			cols[i] = (struct col)CT(cols[i].name, local_day(c->arena, cols[i].number));
	}
	return n;
}

static int
system_list(struct call *c)
{
	out_rows(c, "items", "SELECT * FROM info_system WHERE agency_id = ? ORDER BY is_retired,"
	    " service_priority, name", "t", c->agency_id);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static int
out_system(struct call *c, const char *id)
{
	if (c->err->kind == ERR_NONE)
		out_row(c, "id", "SELECT * FROM info_system WHERE id = ?", "t", id);
	return c->err->kind;
}

static int
system_add(struct call *c)
{
	struct col cols[ARRAY_LEN(add_params)];

	return out_system(c, change_insert(c, "info_system", NULL, cols,
	    system_cols(c, add_params, cols)));
}

static const char *
system_arg(struct call *c)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM info_system WHERE agency_id = ?1 AND"
	    " (id = ?2 OR name = ?2)", "tt", c->agency_id, arg_text(c, "id"));

	if (id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.not_found", "id");
	return id;
}

static int
system_show(struct call *c)
{
	const char *id = system_arg(c);

	return id == NULL ? c->err->kind : out_system(c, id);
}

static int
system_set(struct call *c)
{
	const char *id = system_arg(c);
	struct col cols[ARRAY_LEN(set_params)];
	size_t n;

	if (id == NULL)
		return c->err->kind;
	n = system_cols(c, set_params, cols);
	if (n > 0)
		change_update(c, "info_system", id, arg_int(c, "version", -1), cols, n);
	return out_system(c, id);
}

static int
system_retire(struct call *c)
{
	const char *id = system_arg(c);

	if (id != NULL)
		change_update(c, "info_system", id, -1, COLS(CI("is_retired", 1)));
	return id == NULL ? c->err->kind : out_system(c, id);
}

static const char *const columns[] = { "name", "level", "operator_name", "approval_state",
	"service_priority", NULL };

const struct op ops_register[] = {
	{ "system list", "GET", "/systems", RIGHT_SELF, 0, NULL, system_list, columns,
	    "khien system list" },
	{ "system show", "GET", "/systems/{id}", RIGHT_SELF, 0, id_params, system_show, NULL,
	    "khien system show \"Máy chủ tệp\"" },
	{ "system add", "POST", "/systems", RIGHT_ADMIN, OP_WRITE | OP_CREATED, add_params,
	    system_add, NULL, "khien system add --name \"Máy chủ tệp\" --level 2" },
	{ "system set", "PATCH", "/systems/{id}", RIGHT_ADMIN, OP_WRITE, set_params, system_set,
	    NULL, "khien system set \"Máy chủ tệp\" --approval-state approved"
	    " --approval-document \"Quyết định số 12/QĐ-SM ngày 05/01/2026 của Sở Mẫu\"" },
	{ "system retire", "POST", "/systems/{id}/retire", RIGHT_ADMIN, OP_WRITE, id_params,
	    system_retire, NULL, "khien system retire \"Máy chủ cũ\"" },
	{ 0 },
};
