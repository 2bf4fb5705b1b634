/* SPDX-License-Identifier: Apache-2.0 */
/* op_people.c: accounts, divisions, sessions. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/credential.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/totp.h"
#include "base/id.h"
#include "text/qr.h"

static const char *const role_choices[] = { "netadmin", "substitute", "director", "deputy_director",
	"office_chief", "office", "division_head", "registry_clerk", "inspector", "staff", NULL };
static const char *const lang_choices[] = { "vi", "en", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static const struct param id_params[] = { ID_PARAM, { 0 } };

/* ---- accounts ---------------------------------------------------------------------- */

#define ACCOUNT_COLUMNS \
	"a.id, a.version, a.login, a.name, a.title, a.roles AS roles_list, a.division_id," \
	" d.name AS division, a.email, a.phone, a.lang, a.is_disabled, a.is_totp," \
	" a.must_change_password, a.is_sample, a.created_at"
#define ACCOUNT_FROM " FROM account a LEFT JOIN division d ON d.id = a.division_id"

static int
user_list(struct call *c)
{
	if (call_may(c, RIGHT_ADMIN))
		out_rows(c, "items", "SELECT " ACCOUNT_COLUMNS ACCOUNT_FROM
		    " WHERE a.agency_id = ? ORDER BY a.is_disabled, a.login", "t", c->agency_id);
	else
		out_rows(c, "items", "SELECT a.id, a.name, a.title, a.roles AS roles_list, d.name AS division"
		    ACCOUNT_FROM " WHERE a.agency_id = ? AND a.is_disabled = 0 ORDER BY a.name", "t",
		    c->agency_id);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

/* The account that the argument "id" names by id or login. */
static const char *
account_arg(struct call *c, const char *name)
{
	const char *value = arg_text(c, name);
	const char *id = tx_text(c->tx, c->arena,
	    "SELECT id FROM account WHERE agency_id = ?1 AND (id = ?2 OR login = ?2)", "tt",
	    c->agency_id, value);

	if (id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.not_found", name);
	return id;
}

static int
out_account(struct call *c, const char *id)
{
	if (c->err->kind == ERR_NONE)
		out_row(c, "id", "SELECT " ACCOUNT_COLUMNS ACCOUNT_FROM " WHERE a.id = ?", "t", id);
	return c->err->kind;
}

static int
user_show(struct call *c)
{
	const char *id = account_arg(c, "id");

	return id == NULL ? c->err->kind : out_account(c, id);
}

/* A division by id, name or symbol; NULL with an error when it is none. */
static const char *
division_arg(struct call *c, const char *name)
{
	const char *value = arg_text(c, name);
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM division WHERE agency_id = ?1 AND"
	    " (id = ?2 OR name = ?2 OR symbol = ?2)", "tt", c->agency_id, value);

	if (id == NULL)
		call_fail(c, ERR_NOT_FOUND, "err.not_found", name);
	return id;
}

static const struct param user_add_params[] = {
	{ "login", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ "name", P_LINE, PF_REQUIRED, 0, 120, NULL },
	{ "roles", P_LIST, PF_REQUIRED, 0, 0, role_choices },
	{ "title", P_LINE, 0, 0, 120, NULL },
	{ "division", P_LINE, 0, 0, 0, NULL },
	{ "email", P_LINE, 0, 0, 120, NULL },
	{ "phone", P_LINE, 0, 0, 60, NULL },
	{ "lang", P_ENUM, 0, 0, 0, lang_choices },
	{ "password", P_LINE, PF_SECRET, 0, 200, NULL },
	{ 0 },
};

static int
login_check(struct call *c, const char *login)
{
	for (const char *p = login; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr("._-@", *p) != NULL))
			return call_fail(c, ERR_INVALID, "err.login_form", "login");
	if (tx_int(c->tx, "SELECT COUNT(*) FROM account WHERE login = ?", "t", login) > 0)
		return err_fail(c->err, ERR_CONFLICT, "err.login_taken", "login", "value", login, NULL, NULL);
	return 0;
}

/* Sets the password given, or a fresh one that is answered once. */
static int
set_password(struct call *c, const char *id, const char *password, bool must_change)
{
	char hash[PASSWORD_HASH_SIZE], fresh[32];
	const char *totp = tx_text(c->tx, c->arena, "SELECT totp_secret FROM credential WHERE"
	    " account_id = ?", "t", id);
	bool made = password == NULL;

	if (made)
		password = password_new(fresh);
	if (password_check(password, "password", c->err) != 0 ||
	    password_hash(password, hash, c->err) != 0)
		return c->err->kind;
	credential_set(c, id, hash, totp);
	change_update(c, "account", id, -1, COLS(CI("must_change_password", must_change)));
	if (made)
		jsonw_kstring(c->out, "password", password);
	return c->err->kind;
}

/* Who answers for the agency in the network of responders. */
static void
point_of_contact(struct call *c, const char *account_id)
{
	if (tx_int(c->tx, "SELECT COUNT(*) FROM account WHERE id = ? AND (' ' || roles || ' ' LIKE"
	    " '% netadmin %' OR ' ' || roles || ' ' LIKE '% substitute %')", "t", account_id) > 0)
		duty_contact_changed(c);
}

static int
user_add(struct call *c)
{
	const char *id, *division_id = NULL, *login = arg_text(c, "login");

	if (login_check(c, login) != 0)
		return c->err->kind;
	if (arg_has(c, "division") && (division_id = division_arg(c, "division")) == NULL)
		return c->err->kind;
	id = change_insert(c, "account", NULL, COLS(CT("login", login), CT("name", arg_text(c, "name")),
	    CT("title", arg_text(c, "title")), CT("roles", arg_list(c, "roles", ' ')),
	    CT("division_id", division_id), CT("email", arg_text(c, "email")),
	    CT("phone", arg_text(c, "phone")), CT("lang", arg_has(c, "lang") ? arg_text(c, "lang") : "vi"),
	    CI("created_at", c->now)));
	if (set_password(c, id, arg_text(c, "password"), arg_text(c, "password") == NULL) != 0)
		return c->err->kind;
	point_of_contact(c, id);
	return out_account(c, id);
}

static const struct param user_set_params[] = {
	ID_PARAM,
	{ "name", P_LINE, 0, 0, 120, NULL },
	{ "title", P_LINE, 0, 0, 120, NULL },
	{ "email", P_LINE, 0, 0, 120, NULL },
	{ "phone", P_LINE, 0, 0, 60, NULL },
	{ "lang", P_ENUM, 0, 0, 0, lang_choices },
	{ "roles", P_LIST, 0, 0, 0, role_choices },
	{ "division", P_LINE, 0, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* At least one account that can still administer. */
static int
keep_an_admin(struct call *c)
{
	if (tx_int(c->tx, "SELECT COUNT(*) FROM account WHERE agency_id = ? AND is_disabled = 0 AND"
	    " ' ' || roles || ' ' LIKE '% netadmin %'", "t", c->agency_id) == 0)
		return call_fail(c, ERR_STATE, "err.last_admin", NULL);
	return c->err->kind;
}

static int
user_set(struct call *c)
{
	const char *id = account_arg(c, "id"), *division_id = NULL;
	struct col cols[12];
	size_t n = 0;

	if (id == NULL)
		return c->err->kind;
	if (json_get(c->args, "division") != NULL) {
		if (arg_has(c, "division") && (division_id = division_arg(c, "division")) == NULL)
			return c->err->kind;
		cols[n++] = (struct col)CT("division_id", division_id);
	}
	for (const struct param *p = user_set_params + 1; p->type != P_LIST; p++)
		if (json_get(c->args, p->name) != NULL)
			cols[n++] = (struct col)CT(p->name, arg_text(c, p->name));
	if (arg_has(c, "roles"))
		cols[n++] = (struct col)CT("roles", arg_list(c, "roles", ' '));
	if (n > 0)
		change_update(c, "account", id, arg_int(c, "version", -1), cols, n);
	/* Fewer rights must hold at once, also in sessions that are open. */
	keep_an_admin(c);
	point_of_contact(c, id);
	return out_account(c, id);
}

static int
user_disable(struct call *c)
{
	const char *id = account_arg(c, "id");

	if (id == NULL)
		return c->err->kind;
	change_update(c, "account", id, -1, COLS(CI("is_disabled", 1)));
	tx_exec(c->tx, "DELETE FROM session WHERE account_id = ?", "t", id);
	keep_an_admin(c);
	point_of_contact(c, id);
	return out_account(c, id);
}

static int
user_enable(struct call *c)
{
	const char *id = account_arg(c, "id");

	if (id != NULL)
		change_update(c, "account", id, -1, COLS(CI("is_disabled", 0)));
	return id == NULL ? c->err->kind : out_account(c, id);
}

static const struct param user_password_params[] = {
	ID_PARAM,
	{ "password", P_LINE, PF_SECRET, 0, 200, NULL },
	{ 0 },
};

static int
user_password(struct call *c)
{
	const char *id = account_arg(c, "id");

	if (id == NULL || set_password(c, id, arg_text(c, "password"), true) != 0)
		return c->err->kind;
	tx_exec(c->tx, "DELETE FROM session WHERE account_id = ?", "t", id);
	return out_account(c, id);
}

/* ---- one's own account --------------------------------------------------------------- */

static const struct param password_change_params[] = {
	{ "old", P_LINE, PF_REQUIRED | PF_SECRET, 0, 200, NULL },
	{ "new", P_LINE, PF_REQUIRED | PF_SECRET, 0, 200, NULL },
	{ 0 },
};

static int
need_account(struct call *c)
{
	return c->actor.kind == ACTOR_ACCOUNT ? 0 : call_fail(c, ERR_FORBIDDEN, "err.need_account", NULL);
}

/* The password hash of the one who calls, after checking ${password} against it. */
static const char *
own_hash(struct call *c, const char *field, const char *password)
{
	const char *hash = tx_text(c->tx, c->arena, "SELECT password_hash FROM credential WHERE"
	    " account_id = ?", "t", c->actor.id);
	struct err wrong = { 0 };

	if (password_verify(password, hash, &wrong) != 0) {
		call_fail(c, wrong.kind == ERR_AUTH ? ERR_INVALID : wrong.kind,
		    wrong.kind == ERR_AUTH ? "err.password_wrong" : wrong.key, field);
		return NULL;
	}
	return hash;
}

static int
password_change(struct call *c)
{
	if (need_account(c) != 0 || own_hash(c, "old", arg_text(c, "old")) == NULL ||
	    password_check(arg_text(c, "new"), "new", c->err) != 0)
		return c->err->kind;
	if (str_eq(arg_text(c, "old"), arg_text(c, "new")))
		return call_fail(c, ERR_INVALID, "err.password_same", "new");
	if (set_password(c, c->actor.id, arg_text(c, "new"), false) == 0)
		jsonw_kbool(c->out, "changed", true);
	return c->err->kind;
}

static const struct param me_set_params[] = {
	{ "lang", P_ENUM, PF_REQUIRED, 0, 0, lang_choices },
	{ 0 },
};

/* What people may change about themselves; the rest is the administrator's. */
static int
me_set(struct call *c)
{
	if (need_account(c) != 0)
		return c->err->kind;
	change_update(c, "account", c->actor.id, -1, COLS(CT("lang", arg_text(c, "lang"))));
	return out_account(c, c->actor.id);
}

static const struct param totp_begin_params[] = {
	{ "password", P_LINE, PF_REQUIRED | PF_SECRET, 0, 200, NULL },
	{ 0 },
};

/*
 * The secret is answered once and comes back with the first code: nothing is
 * stored until the person has shown that the telephone works.
 */
static int
totp_begin(struct call *c)
{
	char secret[TOTP_SECRET_SIZE];
	struct buf qr = BUF_INIT(65536);
	const char *login, *uri;

	if (need_account(c) != 0 || own_hash(c, "password", arg_text(c, "password")) == NULL)
		return c->err->kind;
	totp_secret_new(secret);
	login = tx_text(c->tx, c->arena, "SELECT login FROM account WHERE id = ?", "t", c->actor.id);
	jsonw_kstring(c->out, "secret", secret);
	uri = arena_printf(c->arena, "otpauth://totp/Khien:%s?secret=%s&issuer=Khien", login, secret);
	jsonw_kstring(c->out, "uri", uri);
	qr_svg(&qr, uri, false);
	jsonw_kstring(c->out, "qr_svg", buf_str(&qr));
	buf_clear(&qr);
	return c->err->kind;
}

static const struct param totp_confirm_params[] = {
	{ "secret", P_LINE, PF_REQUIRED | PF_SECRET, 0, 64, NULL },
	{ "code", P_LINE, PF_REQUIRED, 0, 10, NULL },
	{ "password", P_LINE, PF_REQUIRED | PF_SECRET, 0, 200, NULL },
	{ 0 },
};

static int
totp_confirm(struct call *c)
{
	const char *hash, *secret = arg_text(c, "secret");
	int64_t step;

	if (need_account(c) != 0 || (hash = own_hash(c, "password", arg_text(c, "password"))) == NULL)
		return c->err->kind;
	if (totp_check(secret, arg_text(c, "code"), clock_wall_ms(), &step, c->err) != 0)
		return c->err->kind;
	credential_set(c, c->actor.id, hash, secret);
	jsonw_kbool(c->out, "is_totp", true);
	return c->err->kind;
}

static int
totp_remove(struct call *c)
{
	const char *id = account_arg(c, "id");

	if (id == NULL)
		return c->err->kind;
	credential_set(c, id, tx_text(c->tx, c->arena, "SELECT password_hash FROM credential WHERE"
	    " account_id = ?", "t", id), NULL);
	return out_account(c, id);
}

static const struct param session_list_params[] = { { "all", P_BOOL, 0, 0, 0, NULL }, { 0 } };

static int
session_list(struct call *c)
{
	bool all = arg_bool(c, "all") && call_may(c, RIGHT_ADMIN);

	out_rows(c, "items", "SELECT s.id, a.login, a.name, s.created_at, s.seen_at, s.expires_at,"
	    " s.address, s.agent FROM session s JOIN account a ON a.id = s.account_id"
	    " WHERE ? = 1 OR s.account_id = ? ORDER BY s.seen_at DESC LIMIT 200", "it", (int64_t)all,
	    c->actor.id);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static int
session_revoke(struct call *c)
{
	const char *id = arg_text(c, "id");

	tx_exec(c->tx, "DELETE FROM session WHERE id = ? AND (? = 1 OR account_id = ?)", "tit", id,
	    (int64_t)call_may(c, RIGHT_ADMIN), c->actor.id);
	if (tx_changes(c->tx) == 0)
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", "id");
	change_info(c, "session", id);
	jsonw_kstring(c->out, "id", id);
	return c->err->kind;
}

/* ---- divisions --------------------------------------------------------------------------- */

static int
division_list(struct call *c)
{
	out_rows(c, "items", "SELECT d.id, d.version, d.name, d.symbol, d.head_id, h.name AS head_name,"
	    " d.is_closed, d.is_sample FROM division d LEFT JOIN account h ON h.id = d.head_id"
	    " WHERE d.agency_id = ? ORDER BY d.is_closed, d.name", "t", c->agency_id);
	jsonw_kbool(c->out, "more", false);
	return 0;
}

static int
out_division(struct call *c, const char *id)
{
	if (c->err->kind == ERR_NONE)
		out_row(c, "id", "SELECT id, version, name, symbol, head_id, is_closed FROM division"
		    " WHERE id = ?", "t", id);
	return c->err->kind;
}

static const struct param division_add_params[] = {
	{ "name", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 120, NULL },
	{ "symbol", P_LINE, 0, 0, 20, NULL },
	{ 0 },
};

static int
division_add(struct call *c)
{
	return out_division(c, change_insert(c, "division", NULL, COLS(CT("name", arg_text(c, "name")),
	    CT("symbol", arg_text(c, "symbol")))));
}

static const struct param division_set_params[] = {
	ID_PARAM,
	{ "name", P_LINE, 0, 0, 120, NULL },
	{ "symbol", P_LINE, 0, 0, 20, NULL },
	{ "head", P_LINE, 0, 0, 60, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
division_set(struct call *c)
{
	const char *id = division_arg(c, "id");
	struct col cols[4];
	size_t n = 0;

	if (id == NULL)
		return c->err->kind;
	if (arg_has(c, "name"))
		cols[n++] = (struct col)CT("name", arg_text(c, "name"));
	if (json_get(c->args, "symbol") != NULL)
		cols[n++] = (struct col)CT("symbol", arg_text(c, "symbol"));
	if (arg_has(c, "head"))
		cols[n++] = (struct col)CT("head_id", account_arg(c, "head"));
	if (n > 0 && c->err->kind == ERR_NONE)
		change_update(c, "division", id, arg_int(c, "version", -1), cols, n);
	return out_division(c, id);
}

static int
division_close(struct call *c)
{
	const char *id = division_arg(c, "id");

	if (id != NULL)
		change_update(c, "division", id, -1, COLS(CI("is_closed", 1)));
	return id == NULL ? c->err->kind : out_division(c, id);
}

static const char *const user_columns[] = { "login", "name", "title", "roles", "division", "is_disabled", NULL };
static const char *const division_columns[] = { "name", "symbol", "head_name", "is_closed", NULL };
static const char *const session_columns[] = { "login", "created_at", "seen_at", "address", "id", NULL };

const struct op ops_people[] = {
	{ "user list", "GET", "/users", RIGHT_SELF, 0, NULL, user_list, user_columns, "khien user list" },
	{ "user show", "GET", "/users/{id}", RIGHT_ADMIN, 0, id_params, user_show, NULL,
	    "khien user show quantri" },
	{ "user add", "POST", "/users", RIGHT_ADMIN, OP_WRITE | OP_CREATED, user_add_params, user_add,
	    NULL, "khien user add minh --name \"Trần Minh\" --roles substitute --email minh@example.vn" },
	{ "user set", "PATCH", "/users/{id}", RIGHT_ADMIN, OP_WRITE, user_set_params, user_set, NULL,
	    "khien user set minh --title \"Chuyên viên\"" },
	{ "user disable", "POST", "/users/{id}/disable", RIGHT_ADMIN, OP_WRITE, id_params, user_disable,
	    NULL, "khien user disable minh" },
	{ "user enable", "POST", "/users/{id}/enable", RIGHT_ADMIN, OP_WRITE, id_params, user_enable,
	    NULL, "khien user enable minh" },
	{ "user password", "POST", "/users/{id}/password", RIGHT_ADMIN, OP_WRITE, user_password_params,
	    user_password, NULL, "khien user password quantri" },
	{ "totp remove", "POST", "/users/{id}/totp/remove", RIGHT_ADMIN, OP_WRITE, id_params, totp_remove,
	    NULL, "khien totp remove minh" },
	{ "password change", "POST", "/me/password", RIGHT_SELF, OP_WRITE | OP_SESSION,
	    password_change_params, password_change, NULL, "" },
	{ "me set", "PATCH", "/me", RIGHT_SELF, OP_WRITE | OP_SESSION, me_set_params, me_set, NULL, "" },
	{ "totp begin", "POST", "/me/totp", RIGHT_SELF, OP_SESSION, totp_begin_params, totp_begin, NULL, "" },
	{ "totp confirm", "POST", "/me/totp/confirm", RIGHT_SELF, OP_WRITE | OP_SESSION,
	    totp_confirm_params, totp_confirm, NULL, "" },
	{ "session list", "GET", "/sessions", RIGHT_SELF, 0, session_list_params, session_list,
	    session_columns, "khien session list --all" },
	{ "session revoke", "POST", "/sessions/{id}/revoke", RIGHT_SELF, OP_WRITE, id_params,
	    session_revoke, NULL, "khien session revoke 019a…" },
	{ "division list", "GET", "/divisions", RIGHT_SELF, 0, NULL, division_list, division_columns,
	    "khien division list" },
	{ "division add", "POST", "/divisions", RIGHT_ADMIN, OP_WRITE | OP_CREATED, division_add_params,
	    division_add, NULL, "khien division add \"Phòng Tin học\" --symbol TH" },
	{ "division set", "PATCH", "/divisions/{id}", RIGHT_ADMIN, OP_WRITE, division_set_params,
	    division_set, NULL, "khien division set TH --head minh" },
	{ "division close", "POST", "/divisions/{id}/close", RIGHT_ADMIN, OP_WRITE, id_params,
	    division_close, NULL, "khien division close TH" },
	{ 0 },
};
