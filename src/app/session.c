/* SPDX-License-Identifier: Apache-2.0 */
#include "app/session.h"

#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/credential.h"
#include "app/setting.h"
#include "app/totp.h"
#include "os/sha256.h"

/* ---- signing in ------------------------------------------------------------------ */

/* What the database knows about a name; empty strings where it knows nothing. */
struct secrets {
	const char *login;
	char account_id[ID_SIZE], name[128], hash[PASSWORD_HASH_SIZE], totp[80];
	enum lang lang;
};

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text == NULL ? "" : text);
}

static int
read_secrets(struct tx *tx, void *arg, struct err *err)
{
	struct secrets *s = arg;
	struct query q;

	(void)err;
	query_open(&q, tx,
	    "SELECT a.id, a.name, a.lang, k.password_hash, k.totp_secret FROM account a"
	    " JOIN credential k ON k.account_id = a.id WHERE a.login = ? AND a.is_disabled = 0",
	    "t", s->login);
	if (query_step(&q)) {
		copy(s->account_id, sizeof(s->account_id), query_text(&q, 0));
		copy(s->name, sizeof(s->name), query_text(&q, 1));
		s->lang = lang_of(query_text(&q, 2));
		copy(s->hash, sizeof(s->hash), query_text(&q, 3));
		copy(s->totp, sizeof(s->totp), query_text(&q, 4));
	}
	return query_close(&q);
}

static const struct param open_params[] = {
	{ "id", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ "token_hash", P_LINE, PF_REQUIRED | PF_SECRET, 0, 0, NULL },
	{ "csrf", P_LINE, PF_REQUIRED | PF_SECRET, 0, 0, NULL },
	{ "address", P_LINE, 0, 0, 0, NULL },
	{ "agent", P_LINE, 0, 0, 0, NULL },
	{ "lang", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ "step", P_INT, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

static int
open_run(struct call *c)
{
	int64_t now = clock_wall_ms(), step = arg_int(c, "step", 0);

	if (step > 0) {
		tx_exec(c->tx,
		    "INSERT INTO totp_used (account_id, step) VALUES (?, ?) ON CONFLICT "
		    "(account_id)"
		    " DO UPDATE SET step = excluded.step WHERE totp_used.step < excluded.step",
		    "ti", c->actor.id, step);
		if (tx_changes(c->tx) == 0)
			return call_fail(c, ERR_AUTH, "err.totp_used", "totp");
	}
	tx_exec(c->tx, "DELETE FROM session WHERE expires_at <= ? OR seen_at <= ?", "ii", now,
	    now - SESSION_IDLE_MS);
	tx_exec(c->tx,
	    "DELETE FROM session WHERE account_id = ?1 AND token_hash NOT IN (SELECT token_hash"
	    " FROM session WHERE account_id = ?1 ORDER BY seen_at DESC LIMIT ?2)",
	    "ti", c->actor.id, (int64_t)SESSION_MAX - 1);
	tx_exec(c->tx,
	    "INSERT INTO session (token_hash, id, account_id, csrf, created_at, seen_at,"
	    " expires_at, address, agent, lang) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "ttttiiittt", arg_text(c, "token_hash"), arg_text(c, "id"), c->actor.id,
	    arg_text(c, "csrf"), now, now, now + SESSION_LIFE_MS, arg_text(c, "address"),
	    arg_text(c, "agent"), arg_text(c, "lang"));
	change_info(c, "account", c->actor.id);
	change_info(c, "session", arg_text(c, "id"));
	change_info(c, "address", arg_text(c, "address"));
	return c->err->kind;
}

static const struct op open_op = { "session open", NULL, NULL, RIGHT_PUBLIC, OP_WRITE, open_params,
	open_run, NULL, "" };

/* A browser's name for itself, made harmless. */
static char *
agent_text(const char *agent, char *out, size_t size)
{
	size_t n = 0;

	for (; agent != NULL && *agent != '\0' && n + 1 < size; agent++)
		if (*agent >= ' ' && *agent < 0x7f)
			out[n++] = *agent;
	out[n] = '\0';
	return out;
}

static int
write_session(struct app *app, const struct sign_in *in, const struct secrets *s, int64_t step,
    const char *token, struct err *err)
{
	struct op_request request = { .op = &open_op, .lang = s->lang };
	struct buf out = BUF_INIT(4096);
	struct json *args = json_new_object();
	char hash[SHA256_HEX_SIZE], csrf[33], id[ID_SIZE], agent[160];
	int ret;

	request.actor.kind = ACTOR_ACCOUNT;
	copy(request.actor.id, sizeof(request.actor.id), s->account_id);
	copy(request.actor.name, sizeof(request.actor.name), s->name);
	copy(request.actor.address, sizeof(request.actor.address), in->address);
	json_set_str(args, "id", id_new(clock_wall_ms(), id));
	json_set_str(args, "token_hash", sha256_hex(token, strlen(token), hash));
	json_set_str(args, "csrf", token_new(16, csrf));
	json_set_str(args, "address", in->address);
	json_set_str(args, "agent", agent_text(in->agent, agent, sizeof(agent)));
	json_set_str(args, "lang", lang_code(s->lang));
	json_set_int(args, "step", step);
	request.args = args;
	ret = op_call(app, &request, &out, err);
	json_free(args);
	buf_clear(&out);
	return ret;
}

int
session_open(struct app *app, const struct sign_in *in, char ret_token[static SESSION_TOKEN_SIZE],
    struct session *ret, struct err *err)
{
	struct secrets s = { .login = in->login };
	struct err code = { 0 };
	int64_t step = 0;
	int kind = store_read(app->store, read_secrets, &s, err);

	if (kind == 0)
		kind = password_verify(in->password, s.hash, err);
	if (kind == 0 && s.totp[0] != '\0') {
		if (str_empty(in->totp))
			kind = err_set(err, ERR_AUTH, "err.totp_required", "totp");
		else if (totp_check(s.totp, in->totp, clock_wall_ms(), &step, &code) != 0)
			kind = err_set(err, ERR_AUTH, "err.totp_code", "totp");
		err_clear(&code);
	}
	if (kind == 0) {
		token_new(32, ret_token);
		kind = write_session(app, in, &s, step, ret_token, err);
	}
	explicit_bzero(&s, sizeof(s));
	return kind != 0 ? kind : session_find(app, ret_token, ret, err);
}

/* ---- being signed in --------------------------------------------------------------- */

struct lookup {
	char hash[SHA256_HEX_SIZE];
	int64_t now;
	const char *agency_id;
	struct session *session;
};

/* Whether one of the account's roles stands in the setting that asks for codes. */
static bool
needs_totp(struct tx *tx, const char *agency_id, const char *held)
{
	struct arena arena = ARENA_INIT;
	const char *asked = setting_read(tx, &arena, agency_id, "totp.roles");
	char *list = arena_printf(&arena, " %s ", asked), *rest, *role;
	bool found = false;

	if (*asked != '\0') {
		rest = arena_strdup(&arena, held);
		while ((role = strsep(&rest, " ")) != NULL)
			found |= *role != '\0' &&
				 strstr(list, arena_printf(&arena, " %s ", role)) != NULL;
	}
	arena_clear(&arena);
	return found;
}

static int
read_session(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	struct session *s = l->session;
	struct query q;

	query_open(&q, tx,
	    "SELECT s.id, s.csrf, s.seen_at, a.lang, a.must_change_password, a.is_totp,"
	    " a.id, a.name, a.division_id, a.roles FROM session s JOIN account a ON a.id = "
	    "s.account_id"
	    " WHERE s.token_hash = ? AND s.expires_at > ? AND s.seen_at > ? AND a.is_disabled = 0",
	    "tii", l->hash, l->now, l->now - SESSION_IDLE_MS);
	if (query_step(&q)) {
		copy(s->id, sizeof(s->id), query_text(&q, 0));
		copy(s->csrf, sizeof(s->csrf), query_text(&q, 1));
		s->seen_at = query_int(&q, 2);
		s->lang = lang_of(query_text(&q, 3));
		s->must_change_password = query_int(&q, 4) != 0;
		s->must_set_totp =
		    query_int(&q, 5) == 0 && needs_totp(tx, l->agency_id, query_text(&q, 9));
		s->actor.kind = ACTOR_ACCOUNT;
		copy(s->actor.id, sizeof(s->actor.id), query_text(&q, 6));
		copy(s->actor.name, sizeof(s->actor.name), query_text(&q, 7));
		copy(s->actor.division_id, sizeof(s->actor.division_id), query_text(&q, 8));
		s->actor.rights = rights_of(query_text(&q, 9), &s->actor.sees);
		if (s->must_change_password || s->must_set_totp) {
			s->actor.rights &= RIGHT_SELF;
			s->actor.sees = SEES_NOTHING;
		}
	}
	if (query_close(&q) == 0 && s->id[0] == '\0')
		return err_set(err, ERR_AUTH, "err.auth", NULL);
	return tx_err(tx)->kind;
}

int
session_find(struct app *app, const char *token, struct session *ret, struct err *err)
{
	struct session session = { 0 };
	struct lookup l = {
	    .now = clock_wall_ms(), .agency_id = app->agency_id, .session = &session};
	int kind;

	if (strlen(token) != SESSION_TOKEN_SIZE - 1)
		return err_set(err, ERR_AUTH, "err.auth", NULL);
	sha256_hex(token, strlen(token), l.hash);
	kind = store_read(app->store, read_session, &l, err);
	if (kind == 0)
		*ret = session;
	return kind;
}

static int
touch(struct tx *tx, void *arg, struct err *err)
{
	const struct session *s = arg;
	int64_t now = clock_wall_ms();

	(void)err;
	return tx_exec(tx, "UPDATE session SET seen_at = ? WHERE id = ? AND seen_at < ?", "iti",
	    now, s->id, now - SESSION_TOUCH_MS / 2);
}

int
session_touch(struct app *app, const struct session *session, struct err *err)
{
	struct session copied = *session;

	return store_write(app->store, touch, &copied, err);
}

static const struct param close_params[] = { { "id", P_LINE, PF_REQUIRED, 0, 0, NULL }, { 0 } };

static int
close_run(struct call *c)
{
	tx_exec(c->tx, "DELETE FROM session WHERE id = ? AND account_id = ?", "tt",
	    arg_text(c, "id"), c->actor.id);
	change_info(c, "session", arg_text(c, "id"));
	return c->err->kind;
}

static const struct op close_op = {
    "session close", NULL, NULL, RIGHT_PUBLIC, OP_WRITE, close_params, close_run, NULL, ""};

int
session_close(struct app *app, const struct session *session, struct err *err)
{
	struct op_request request = {
	    .op = &close_op, .actor = session->actor, .lang = session->lang};
	struct json *args = json_new_object();
	struct buf out = BUF_INIT(4096);
	int ret;

	json_set_str(args, "id", session->id);
	request.args = args;
	ret = op_call(app, &request, &out, err);
	json_free(args);
	buf_clear(&out);
	return ret;
}

/* ---- for the web app ------------------------------------------------------------------ */

struct describe {
	const struct session *session;
	struct jsonw *w;
	bool test_clock;
	const char *agency_id;
};

static void
write_words(struct jsonw *w, const char *key, const char *list)
{
	char copied[400], *rest = copied, *item;

	copy(copied, sizeof(copied), list);
	jsonw_karray(w, key);
	while ((item = strsep(&rest, " ")) != NULL)
		if (*item != '\0')
			jsonw_string(w, item);
	jsonw_array_end(w);
}

static void
write_account(struct jsonw *w, struct query *q)
{
	jsonw_kobject(w, "account");
	jsonw_kstring(w, "id", query_text(q, 0));
	jsonw_kstring(w, "login", query_text(q, 1));
	jsonw_kstring(w, "name", query_text(q, 2));
	jsonw_kstring(w, "title", query_text(q, 3));
	write_words(w, "roles", query_text(q, 4));
	jsonw_kstring(w, "division_id", query_text(q, 5));
	jsonw_kstring(w, "division", query_text(q, 6));
	jsonw_kstring(w, "lang", query_text(q, 7));
	jsonw_kbool(w, "is_totp", query_int(q, 8) != 0);
	jsonw_object_end(w);
	jsonw_kstring(w, "agency", query_text(q, 9));
	jsonw_kbool(w, "is_sample", query_int(q, 10) != 0);
}

static int
describe(struct tx *tx, void *arg, struct err *err)
{
	struct describe *d = arg;
	struct query q;

	(void)err;
	buf_reset(d->w->out);
	jsonw_init(d->w, d->w->out);
	jsonw_object(d->w);
	jsonw_kstring(d->w, "csrf", d->session->csrf);
	query_open(&q, tx,
	    "SELECT a.id, a.login, a.name, a.title, a.roles, a.division_id, v.name, a.lang,"
	    " a.is_totp, g.name, g.is_sample FROM account a JOIN agency g ON g.id = a.agency_id"
	    " LEFT JOIN division v ON v.id = a.division_id WHERE a.id = ?",
	    "t", d->session->actor.id);
	if (query_step(&q))
		write_account(d->w, &q);
	jsonw_karray(d->w, "rights");
	for (size_t i = 0; i < right_names_count; i++)
		if ((d->session->actor.rights & right_names[i].right) != 0)
			jsonw_string(d->w, right_names[i].name);
	jsonw_array_end(d->w);
	jsonw_kbool(d->w, "must_change_password", d->session->must_change_password);
	jsonw_kbool(d->w, "must_set_totp", d->session->must_set_totp);
	jsonw_kbool(d->w, "test_clock", d->test_clock);
	jsonw_object_end(d->w);
	return query_close(&q);
}

int
session_describe(struct app *app, const struct session *session, struct buf *out, struct err *err)
{
	struct jsonw w = JSONW_INIT(out);
	struct describe d = { session, &w, app->test_clock, app->agency_id };

	return store_read(app->store, describe, &d, err);
}
