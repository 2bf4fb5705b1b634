/* SPDX-License-Identifier: Apache-2.0 */
/* op_system.c: the agency itself, its settings, the clock, the state of health. */
#include <stdio.h>

#include "app/app.h"
#include "app/args.h"
#include "app/change.h"
#include "app/credential.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/setting.h"
#include "app/version.h"
#include "base/id.h"
#include "os/embed.h"

/* ---- health ------------------------------------------------------------------ */

static int
health(struct call *c)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(c->out, "status", store_is_stopped(c->app->store) ? "stopped" : "ok");
	jsonw_kstring(c->out, "version", KHIEN_VERSION);
	jsonw_kstring(c->out, "time", clock_iso(c->now, iso));
	jsonw_kbool(c->out, "test_clock", c->app->test_clock);
	jsonw_kbool(c->out, "own_packs_ok", c->app->packs_fault == NULL);
	return 0;
}

/* ---- agency ------------------------------------------------------------------- */

/* The address people reach from their telephones; on every poster. */
#define PUBLIC_URL \
	"(SELECT s.value FROM setting s WHERE s.agency_id = a.id AND s.name = 'public.url') AS public_url"

static int
agency_show(struct call *c)
{
	out_row(c, "agency", call_may(c, RIGHT_SELF) ?
	    "SELECT id, version, name, short_name, symbol, parent_name, place, address, phone, fax,"
	    " email, portal, hotline, member_code, duty_decree, leading_basis, is_network_member,"
	    " is_sample, " PUBLIC_URL " FROM agency a WHERE id = ?" : "SELECT name, parent_name, hotline, is_sample, " PUBLIC_URL
	    " FROM agency a WHERE id = ?", "t", c->agency_id);
	return 0;
}

static const struct param agency_params[] = {
	{ "name", P_LINE, 0, 0, 0, NULL },
	{ "short_name", P_LINE, 0, 0, 60, NULL },
	{ "symbol", P_LINE, 0, 0, 20, NULL },
	{ "parent_name", P_LINE, 0, 0, 0, NULL },
	{ "place", P_LINE, 0, 0, 60, NULL },
	{ "address", P_LINE, 0, 0, 300, NULL },
	{ "phone", P_LINE, 0, 0, 60, NULL },
	{ "fax", P_LINE, 0, 0, 60, NULL },
	{ "email", P_LINE, 0, 0, 120, NULL },
	{ "member_code", P_LINE, 0, 0, 60, NULL },
	{ "duty_decree", P_LINE, 0, 0, 300, NULL },
	{ "portal", P_LINE, 0, 0, 200, NULL },
	{ "hotline", P_LINE, 0, 0, 60, NULL },
	{ "leading_basis", P_LINE, 0, 0, 60, NULL },
	{ "is_network_member", P_BOOL, 0, 0, 0, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

/* The columns of those parameters that were given, in the table's order. */
size_t
cols_given(struct call *c, const struct param *params, struct col *cols)
{
	size_t n = 0;

	for (const struct param *p = params; p->name != NULL; p++) {
		if ((p->flags & PF_POSITIONAL) != 0 || strcmp(p->name, "version") == 0 ||
		    json_get(c->args, p->name) == NULL)
			continue;
		if (p->type == P_BOOL)
			cols[n++] = (struct col)CI(p->name, arg_bool(c, p->name));
		else if (p->type == P_INT)
			cols[n++] = (struct col)CI(p->name, arg_int(c, p->name, SQL_NULL));
		else if (p->type == P_TIME)
			cols[n++] = (struct col)CI(p->name, arg_time(c, p->name, SQL_NULL));
		else
			cols[n++] = (struct col)CT(p->name, arg_text(c, p->name));
	}
	return n;
}

static int
agency_set(struct call *c)
{
	struct col cols[ARRAY_LEN(agency_params)];
	size_t n = cols_given(c, agency_params, cols);

	if (json_get(c->args, "name") != NULL && arg_text(c, "name") == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "name");
	if (json_get(c->args, "leading_basis") != NULL && regulation_may_lead(c, "leading_basis") == NULL)
		return c->err->kind;
	if (n > 0)
		change_update(c, "agency", c->agency_id, arg_int(c, "version", -1), cols, n);
	if (arg_has(c, "phone") || arg_has(c, "email") || arg_has(c, "hotline") || arg_has(c, "fax") ||
	    arg_has(c, "address") || arg_has(c, "name"))
		duty_contact_changed(c);
	/* Another membership, another set of yearly reports. */
	if (json_get(c->args, "is_network_member") != NULL)
		duty_evaluate(c, NULL);
	return agency_show(c);
}

/* ---- the making of a data directory -------------------------------------------- */

static const struct param found_params[] = {
	{ "name", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ "sample", P_BOOL, 0, 0, 0, NULL },
	{ "test_clock", P_BOOL, 0, 0, 0, NULL },
	{ "password", P_LINE, PF_REQUIRED | PF_SECRET, 0, 0, NULL },
	{ 0 },
};

static const char *
insert_division(struct call *c, const struct json *d, bool sample)
{
	return change_insert(c, "division", NULL, COLS(CT("name", json_get_str(d, "name")),
	    CT("symbol", json_get_str(d, "symbol")), CI("is_sample", sample)));
}

static const char *
insert_account(struct call *c, const struct json *a, bool sample)
{
	const char *division_id = tx_text(c->tx, c->arena,
	    "SELECT id FROM division WHERE agency_id = ? AND name = ?", "tt", c->agency_id,
	    json_get_str(a, "division"));

	return change_insert(c, "account", NULL, COLS(CT("login", json_get_str(a, "login")),
	    CT("name", json_get_str(a, "name")), CT("title", json_get_str(a, "title")),
	    CT("roles", json_get_str(a, "roles")), CT("division_id", division_id),
	    CT("email", json_get_str(a, "email")), CT("phone", json_get_str(a, "phone")),
	    CI("is_sample", sample), CI("created_at", c->now)));
}

static void
insert_system(struct call *c, const struct json *s)
{
	struct col cols[48];
	const char *key;
	struct json *value;
	void *it = NULL;
	size_t n = 0;

	cols[n++] = (struct col)CI("is_sample", 1);
	while (json_next(s, &it, &key, &value) && n < ARRAY_LEN(cols))
		cols[n++] = (struct col){ key, json_str(value), json_int(value, SQL_NULL) };
	change_insert(c, "info_system", NULL, cols, n);
}

/* Made up, and told so by their names; looked at on the day the sample is made. */
static void
insert_contact(struct call *c, const struct json *contact)
{
	char today[CONTACT_DAY_SIZE];
	struct col cols[24];
	const char *key;
	struct json *value;
	void *it = NULL;
	size_t n = 0;

	cols[n++] = (struct col)CI("is_sample", 1);
	cols[n++] = (struct col)CI("created_at", c->now);
	cols[n++] = (struct col)CT("verified_on", day_of(c->now, today));
	while (json_next(contact, &it, &key, &value) && n < ARRAY_LEN(cols))
		cols[n++] = (struct col)CT(key, json_str(value));
	change_insert(c, "contact", NULL, cols, n);
}

static int
insert_sample(struct call *c, const char *password_hash)
{
	const struct embed *file = embed_get("packs/sample/agency.json");
	struct json *sample = NULL;
	const struct json *a, *list;
	struct col cols[20];
	const char *key, *id;
	struct json *value;
	void *it = NULL;
	size_t n = 0;

	if (file == NULL || json_parse(file->data, file->size, &sample, c->err) != 0)
		return call_fail(c, ERR_BROKEN, "err.not_found", "sample");
	a = json_get(sample, "agency");
	while (json_next(a, &it, &key, &value) && n < ARRAY_LEN(cols))
		cols[n++] = (struct col)CT(key, json_str(value));
	change_update(c, "agency", c->agency_id, -1, cols, n);
	list = json_get(sample, "divisions");
	for (size_t i = 0; i < json_len(list); i++)
		insert_division(c, json_at(list, i), true);
	list = json_get(sample, "accounts");
	for (size_t i = 0; i < json_len(list); i++) {
		id = insert_account(c, json_at(list, i), true);
		if (i == 0)
			credential_set(c, id, password_hash, NULL);
	}
	list = json_get(sample, "systems");
	for (size_t i = 0; i < json_len(list); i++)
		insert_system(c, json_at(list, i));
	list = json_get(sample, "contacts");
	for (size_t i = 0; i < json_len(list); i++)
		insert_contact(c, json_at(list, i));
	json_free(sample);
	return c->err->kind;
}

static int
agency_found(struct call *c)
{
	char hash[PASSWORD_HASH_SIZE];
	bool sample = arg_bool(c, "sample");
	const char *id;

	if (tx_int(c->tx, "SELECT COUNT(*) FROM agency", "") > 0)
		return call_fail(c, ERR_STATE, "err.agency_exists", NULL);
	if (password_hash(arg_text(c, "password"), hash, c->err) != 0)
		return c->err->kind;
	change_insert(c, "agency", c->agency_id, COLS(CT("name", arg_text(c, "name")),
	    CT("leading_basis", "ANM-2026"), CI("is_sample", sample), CI("created_at", c->now)));
	if (arg_bool(c, "test_clock"))
		change_insert(c, "test_clock", NULL, COLS(CI("now_at", c->now)));
	if (sample) {
		insert_sample(c, hash);
	} else {
		id = change_insert(c, "account", NULL, COLS(CT("login", "quantri"),
		    CT("name", word(LANG_VI, "role.netadmin")), CT("roles", "netadmin"),
		    CI("must_change_password", 1), CI("created_at", c->now)));
		credential_set(c, id, hash, NULL);
	}
	duty_evaluate(c, NULL);
	jsonw_kstring(c->out, "agency_id", c->agency_id);
	return c->err->kind;
}

/* ---- sample remove ---------------------------------------------------------------- */

static void
delete_samples(struct call *c, const char *table)
{
	struct query q;

	query_open(&q, c->tx, arena_printf(c->arena, "SELECT id FROM %s WHERE is_sample = 1", table), "");
	while (query_step(&q)) {
		if (strcmp(table, "account") == 0) {
			tx_exec(c->tx, "DELETE FROM session WHERE account_id = ?", "t", query_text(&q, 0));
			tx_exec(c->tx, "DELETE FROM credential WHERE account_id = ?", "t", query_text(&q, 0));
		}
		change_delete(c, table, arena_strdup(c->arena, query_text(&q, 0)));
	}
	query_close(&q);
}

static const struct param sample_params[] = {
	{ "name", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

static int
sample_remove(struct call *c)
{
	int64_t left = tx_int(c->tx, "SELECT COUNT(*) FROM account a JOIN credential k ON"
	    " k.account_id = a.id WHERE a.is_sample = 0 AND a.is_disabled = 0 AND"
	    " ' ' || a.roles || ' ' LIKE '% netadmin %' AND k.password_hash IS NOT NULL", "");

	/* At the machine itself an account can still be made; over the network nobody could sign in. */
	if (left == 0 && c->actor.kind != ACTOR_CONSOLE)
		return call_fail(c, ERR_STATE, "err.sample_last_admin", NULL);
	delete_samples(c, "division");
	delete_samples(c, "account");
	delete_samples(c, "info_system");
	delete_samples(c, "contact");
	change_update(c, "agency", c->agency_id, -1, COLS(CT("name", arg_text(c, "name")),
	    CT("short_name", NULL), CT("symbol", NULL), CT("parent_name", NULL), CT("place", NULL),
	    CT("address", NULL), CT("phone", NULL), CT("fax", NULL), CT("email", NULL),
	    CT("portal", NULL), CT("hotline", NULL), CT("member_code", NULL),
	    CT("duty_decree", NULL), CI("is_sample", 0)));
	return agency_show(c);
}

/* ---- settings ------------------------------------------------------------------------ */

static void
out_setting(struct call *c, const struct setting *s)
{
	static const char *const type[] = { "int", "text", "secret", "roles", "clock" };
	const char *value = setting_text(c, s->name);
	char key[80];

	snprintf(key, sizeof(key), "setting.%s", s->name);
	jsonw_kstring(c->out, "name", s->name);
	jsonw_kstring(c->out, "title", word(c->lang, key));
	jsonw_kstring(c->out, "type", type[s->type]);
	jsonw_kstring(c->out, "default", s->value);
	if (s->type == SETTING_SECRET)
		jsonw_kstring(c->out, "value", *value == '\0' ? "" : "••••••••");
	else
		jsonw_kstring(c->out, "value", value);
	jsonw_kbool(c->out, "is_secret", s->type == SETTING_SECRET);
}

static int
setting_list(struct call *c)
{
	jsonw_karray(c->out, "items");
	for (size_t i = 0; i < settings_count; i++) {
		jsonw_object(c->out);
		out_setting(c, &settings[i]);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static const struct param setting_params[] = {
	{ "name", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ "value", P_LINE, PF_POSITIONAL, 0, 500, NULL },
	{ 0 },
};

static const char *
setting_name(void *arg, size_t i)
{
	(void)arg;
	return i < settings_count ? settings[i].name : NULL;
}

/* "07:30" */
static bool
is_clock(const char *value)
{
	return strlen(value) == 5 && strspn(value, "0123456789") == 2 && value[2] == ':' &&
	    strspn(value + 3, "0123456789") == 2 && strtol(value, NULL, 10) < 24 &&
	    strtol(value + 3, NULL, 10) < 60;
}

static int
setting_check(struct call *c, const struct setting *s, const char *value)
{
	char min[24], max[24], *end;
	int64_t n = strtoll(value, &end, 10);

	if (s->type == SETTING_ROLES) {
		char list[200], *rest = list, *role;

		snprintf(list, sizeof(list), "%s", value);
		while ((role = strsep(&rest, " ")) != NULL)
			if (*role != '\0' && role_get(role) == NULL)
				return err_fail(c->err, ERR_INVALID, "err.role", "value", "value", role, NULL, NULL);
		return 0;
	}
	if (s->type == SETTING_CLOCK)
		return *value == '\0' || is_clock(value) ? 0 : call_fail(c, ERR_INVALID, "err.clock", "value");
	if (s->type != SETTING_INT || *value == '\0')
		return (int64_t)strlen(value) <= s->max || s->type == SETTING_INT ? 0 :
		    call_fail(c, ERR_INVALID, "err.too_long", "value");
	snprintf(min, sizeof(min), "%lld", (long long)s->min);
	snprintf(max, sizeof(max), "%lld", (long long)s->max);
	if (*end != '\0' || n < s->min || n > s->max)
		return err_fail(c->err, ERR_INVALID, "err.int", "value", "min", min, "max", max);
	return 0;
}

static int
setting_set(struct call *c)
{
	const char *name = arg_text(c, "name"), *value = arg_text(c, "value"), *id, *near;
	const struct setting *s = setting_get(name);

	if (s == NULL) {
		near = nearest(name, setting_name, NULL);
		return near == NULL ? err_fail(c->err, ERR_NOT_FOUND, "err.setting.none", "name", "value", name, NULL, NULL) :
		    err_fail(c->err, ERR_NOT_FOUND, "err.setting", "name", "value", name, "near", near);
	}
	value = value == NULL ? "" : value;
	if (setting_check(c, s, value) != 0)
		return c->err->kind;
	id = tx_text(c->tx, c->arena, "SELECT id FROM setting WHERE agency_id = ? AND name = ?", "tt",
	    c->agency_id, name);
	if (id == NULL)
		change_insert(c, "setting", NULL, COLS(CT("name", name), CT("value", value)));
	else
		change_update(c, "setting", id, -1, COLS(CT("value", value)));
	if (c->err->kind == ERR_NONE)
		out_setting(c, s);
	return c->err->kind;
}

/* ---- the test clock -------------------------------------------------------------------- */

static const struct param clock_params[] = {
	{ "time", P_TIME, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

static int
clock_set(struct call *c)
{
	char iso[CLOCK_TEXT_SIZE];
	int64_t to = arg_time(c, "time", c->now), before = c->now;
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM test_clock", "");

	if (id == NULL)
		return call_fail(c, ERR_STATE, "err.no_test_clock", NULL);
	change_update(c, "test_clock", id, -1, COLS(CI("now_at", to)));
	/* Another day may owe other reports. */
	c->now = to;
	duty_evaluate(c, NULL);
	c->now = before;
	jsonw_kstring(c->out, "time", clock_iso(to, iso));
	return c->err->kind;
}

static const char *const setting_columns[] = { "name", "value", "title", NULL };

const struct op ops_system[] = {
	{ "health", "GET", "/health", RIGHT_PUBLIC, OP_OUTSIDE, NULL, health, NULL, "khien health" },
	{ "agency show", "GET", "/agency", RIGHT_PUBLIC, 0, NULL, agency_show, NULL, "khien agency show" },
	{ "agency set", "PATCH", "/agency", RIGHT_ADMIN, OP_WRITE, agency_params, agency_set, NULL,
	    "khien agency set --name \"Sở Tài chính tỉnh Khánh Hòa\" --hotline \"0258 000 000\"" },
	{ "agency found", NULL, NULL, RIGHT_LOCAL, OP_WRITE, found_params, agency_found, NULL,
	    "khien init --data ./data --name \"Sở Tài chính\"" },
	{ "sample remove", "POST", "/sample/remove", RIGHT_ADMIN, OP_WRITE, sample_params, sample_remove,
	    NULL, "khien sample remove --name \"Sở Tài chính tỉnh Khánh Hòa\"" },
	{ "setting list", "GET", "/settings", RIGHT_ADMIN, 0, NULL, setting_list, setting_columns,
	    "khien setting list" },
	{ "setting set", "PUT", "/settings/{name}", RIGHT_ADMIN, OP_WRITE, setting_params, setting_set,
	    NULL, "khien setting set mail.url smtp://mail.example.vn:25" },
	{ "clock set", NULL, NULL, RIGHT_LOCAL, OP_WRITE, clock_params, clock_set, NULL,
	    "khien clock set \"2026-11-22 08:30\"" },
	{ 0 },
};
