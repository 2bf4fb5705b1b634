/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <liboath/oath.h>
#include <signal.h>
#include <sys/stat.h>

#include "app/ops.h"
#include "app/out.h"
#include "base/log.h"
#include "http/listener.h"
#include "os/file.h"
#include "server/page.h"
#include "server/serve.h"
#include "http_client.h"
#include "testing.h"

/* ---- a small table beside the real one's people and settings ------------------------- */

static const char *const colours[] = { "red", "green", NULL };
static const struct param echo_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "title", P_LINE, PF_REQUIRED, 0, 20, NULL },
	{ "number", P_INT, 0, 0, INT64_MAX, NULL },
	{ "colour", P_ENUM, 0, 0, 0, colours },
	{ "words", P_LIST, 0, 0, 0, NULL },
	{ "any", P_JSON, 0, 0, 0, NULL },
	{ "files", P_FILES, 0, 0, 2, NULL },
	{ "from", P_IN, 0, 0, 0, NULL },
	{ "idempotency_key", P_LINE, 0, 0, 80, NULL },
	{ 0 },
};

static int
echo(struct call *c)
{
	struct buf args = BUF_INIT(65536);

	json_write(c->args, &args);
	jsonw_kraw(c->out, "args", buf_str(&args));
	buf_clear(&args);
	jsonw_kstring(c->out, "actor", c->actor.name);
	jsonw_kstring(c->out, "address", c->actor.address);
	jsonw_karray(c->out, "files");
	for (size_t i = 0; i < c->uploads_count; i++) {
		jsonw_object(c->out);
		jsonw_kstring(c->out, "name", c->uploads[i].name);
		jsonw_kint(c->out, "size", c->uploads[i].size);
		jsonw_kstring(c->out, "sha256", c->uploads[i].sha256);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	return c->err->kind;
}

static const struct param show_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }, { 0 },
};

static int
show(struct call *c)
{
	if (strcmp(arg_text(c, "id"), "none") == 0)
		return call_fail(c, ERR_NOT_FOUND, "err.not_found", "id");
	jsonw_kstring(c->out, "id", arg_text(c, "id"));
	return 0;
}

static int
literal(struct call *c)
{
	jsonw_kbool(c->out, "literal", true);
	return 0;
}

static const struct param file_params[] = {
	{ "id", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "file", P_OUT, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

static int
file(struct call *c)
{
	jsonw_kstring(c->out, "name", "Ảnh \"chụp\".png");
	jsonw_kstring(c->out, "media_type", arg_text(c, "id"));
	return file_create(arg_text(c, "file"), "<script>", 8, 0600, c->err);
}

static int
refuse_state(struct call *c)
{
	call_fail(c, ERR_STATE, "err.state", NULL);
	c->err->list = xstrdup("[\"@err.csrf\",\"plain\"]");
	return c->err->kind;
}

static const struct op ops_test[] = {
    {"echo send", "POST", "/echo/{id}", RIGHT_PUBLIC, OP_WRITE | OP_CREATED, echo_params, echo,
	NULL, ""},
    {"echo get", "GET", "/echo/{id}", RIGHT_PUBLIC, 0, show_params, show, NULL, ""},
    {"echo special", "GET", "/echo/special", RIGHT_PUBLIC, 0, NULL, literal, NULL, ""},
    {"own send", "POST", "/own/{id}", RIGHT_HANDLE, OP_WRITE, echo_params, echo, NULL, ""},
    {"own file", "GET", "/own/{id}/file", RIGHT_HANDLE, OP_OUTSIDE, file_params, file, NULL, ""},
    {"own state", "POST", "/own/state", RIGHT_HANDLE, OP_WRITE, NULL, refuse_state, NULL, ""},
    {0},
};

const struct op *const ops_sections[] = { ops_system, ops_people, ops_test, NULL };

static void
page_show(struct page_request *p, struct http_response *res)
{
	struct buf *out = page_html(p, res, 200);

	html_lit(out, "<p>");
	html_text(out, p->param[0]);
	html_text(out, page_field(p, "text"));
	html_int(out, (int64_t)p->uploads_count);
	html_text(out, lang_code(p->lang));
}

static void
page_send(struct page_request *p, struct http_response *res)
{
	struct json *args = json_new_object(), *got = NULL;
	struct err err = { 0 };

	json_set_str(args, "id", "x");
	json_set_str(args, "title", page_field(p, "title"));
	if (page_call(p, "echo send", args, true, &got, &err) != 0)
		page_problem(p, res, &err);
	else
		page_show(p, res);
	json_free(got);
	err_clear(&err);
}

const struct page pages[] = {
	{ HTTP_GET, "/trang/{code}", PAGE_PUBLIC, RIGHT_PUBLIC, page_show },
	{ HTTP_POST, "/trang/{code}", PAGE_PUBLIC | PAGE_FORM, RIGHT_PUBLIC, page_send },
	{ HTTP_GET, "/in/{code}", 0, RIGHT_READ, page_show },
	{ 0 },
};

/* ---- the server under test ------------------------------------------------------------ */

static char dir[64], cookie[200], csrf[64];
static struct app *app;
static struct server server;
static struct http_listener *inner, *outer;

static struct sockaddr_in
address_of(const struct http_listener *l)
{
	struct address a;
	struct sockaddr_in in;

	assert_int_equal(address_parse(http_listener_address(l), &a, NULL), 0);
	memcpy(&in, a.sa, sizeof(in));
	return in;
}

static int
run_op(const char *name, const char *json_args)
{
	struct op_request request = { .op = op_get(name), .actor = actor_console() };
	struct buf out = BUF_INIT(65536);
	struct json *args = NULL;
	struct err err = { 0 };
	int ret;

	assert_int_equal(json_parse(json_args, strlen(json_args), &args, &err), 0);
	request.args = args;
	ret = op_call(app, &request, &out, &err);
	if (ret != 0)
		print_message("%s: %s %s\n", name, err.key, err.field);
	err_clear(&err);
	json_free(args);
	buf_clear(&out);
	return ret;
}

static void
start_listener(bool is_public, struct http_listener **ret)
{
	struct http_options options = { .is_public = is_public, .threads = 4 };
	struct http_handler handler = server_handler(&server);

	assert_int_equal(address_parse("127.0.0.1:0", &options.address, NULL), 0);
	assert_int_equal(http_listen(&options, &handler, ret, NULL), 0);
}

static int
start(void **state)
{
	struct app_init init = { .dir = dir, .agency_name = "Sở Thử nghiệm" };
	struct buf out = BUF_INIT(65536);
	struct err err = { 0 };

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_ERROR);
	strcpy(dir, "/tmp/khien-server-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(app_words(&err), 0);
	assert_int_equal(app_init(&init, &out, LANG_VI, &err), 0);
	buf_clear(&out);
	assert_int_equal(app_open(dir, &app, &err), 0);
	assert_int_equal(
	    run_op("user add", "{\"login\":\"an\",\"name\":\"Trần An\",\"roles\":[\"netadmin\"],"
			       "\"password\":\"mat khau rat dai\"}"),
	    0);
	api_init();
	server = (struct server){ .app = app };
	server.create = rate_new(64, 100, 600);
	server.miss = rate_new(64, 3, 60000);
	server.pair = rate_new(64, 5, 60000);
	server.address = rate_new(64, 100, 1000);
	server.login = rate_new(64, 100, 1000);
	server.touch = rate_new(64, 1, 60000);
	start_listener(false, &inner);
	start_listener(true, &outer);
	client_to = address_of(inner);
	cookie[0] = csrf[0] = '\0';
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_listener_stop(outer);
	http_listener_stop(inner);
	rate_free(server.create);
	rate_free(server.miss);
	rate_free(server.pair);
	rate_free(server.address);
	rate_free(server.login);
	rate_free(server.touch);
	app_close(app);
	words_clear();
	buf_clear(&answer.body);
	return file_remove_tree(dir, NULL);
}

static int
ask(const char *method, const char *path, const char *headers, const char *body)
{
	return client_ask(
	    "127.0.0.1", method, path, headers, body, body == NULL ? 0 : strlen(body));
}

#define JSON "Content-Type: application/json\r\n"

static int
sign_in(const char *from, const char *login, const char *password, const char *totp)
{
	char body[300];
	const char *set, *token;

	snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"%s\",\"totp\":\"%s\"}",
	    login, password, totp);
	if (client_ask(from, "POST", "/api/v1/session", JSON, body, strlen(body)) == 201) {
		set = strstr(answer.head, "Set-Cookie: ");
		assert_non_null(set);
		snprintf(cookie, sizeof(cookie), "Cookie: %.*s\r\n", (int)strcspn(set + 12, ";"),
		    set + 12);
		token = strstr(buf_str(&answer.body), "\"csrf\":\"");
		assert_non_null(token);
		snprintf(csrf, sizeof(csrf), "X-CSRF-Token: %.32s\r\n", token + 8);
	}
	return answer.status;
}

/* Cookie, token and further headers as one text. */
static const char *
with(const char *more)
{
	static char headers[2000];

	snprintf(headers, sizeof(headers), "%s%s%s", cookie, csrf, more);
	return headers;
}

static bool
says(const char *text)
{
	if (strstr(buf_str(&answer.body), text) != NULL)
		return true;
	print_message("not in: %.600s\n", buf_str(&answer.body));
	return false;
}

static void
refusals_are_problem_details_in_the_callers_language(void **state)
{
	static const struct {
		const char *method, *path, *headers, *body, *contains;
		int status;
	} cases[] = {
	    {"GET", "/api/v1/health", "", NULL, "\"status\":\"ok\"", 200},
	    {"HEAD", "/api/v1/health", "", NULL, "", 200},
	    {"GET", "/api/v1/nothing", "", NULL, "urn:khien:error:no_such_address", 404},
	    {"GET", "/api/v2/health", "", NULL, "no_such_address", 404},
	    {"POST", "/api/v1/health", "", "", "urn:khien:error:method", 405},
	    {"BREW", "/api/v1/health", "", NULL, "BREW", 405},
	    {"GET", "/api/v1/users", "", NULL, "Chưa đăng nhập", 401},
	    {"GET", "/api/v1/users", "Accept-Language: fr, en;q=0.8, vi\r\n", NULL, "Not signed in",
		401},
	    {"GET", "/api/v1/users", "Cookie: khien=0\r\n", NULL, "urn:khien:error:auth", 401},
	    {"GET", "/api/v1/users?x=%zz", "", NULL, "", 400},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",", "urn:khien:error:json", 400},
	    {"POST", "/api/v1/echo/a", JSON, "[1]", "json_object", 400},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"titel\":1}", "title", 400},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"title\":\"y\"}", "json", 400},
	    {"POST", "/api/v1/echo/a", JSON, "{}", "\"field\":\"title\"", 422},
	    {"POST", "/api/v1/echo/a", JSON, "", "\"field\":\"title\"", 422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":5}", "\"field\":\"title\"", 422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"number\":-1}",
		"\"field\":\"number\"", 422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"number\":1.5}",
		"\"field\":\"number\"", 422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"colour\":\"blue\"}", "red, green",
		422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"from\":\"/etc/passwd\"}",
		"unknown_param", 400},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"x\",\"files\":[\"/etc/passwd\"]}",
		"files", 422},
	    {"POST", "/api/v1/echo/a", JSON, "{\"title\":\"\\u0000\"}", "json", 400},
	    {"POST", "/api/v1/echo/a?title=1&title=2", "", NULL, "param_twice", 400},
	    {"POST", "/api/v1/echo/a", "Content-Type: text/plain\r\n", "x", "media_type", 415},
	    {"POST", "/api/v1/echo/a", "", "x", "media_type", 415},
	    {"POST", "/api/v1/echo/a", "Content-Type: multipart/form-data\r\n", "x", "multipart",
		422},
	    {"GET", "/api/v1/echo/a", "", "body", "no_body_wanted", 400},
	    {"POST", "/api/v1/echo/a", JSON "Origin: https://evil.example\r\n", "{\"title\":\"x\"}",
		"origin", 403},
	    {"POST", "/api/v1/echo/a", JSON "Origin: null\r\n", "{\"title\":\"x\"}", "origin", 403},
	    {"POST", "/api/v1/echo/a", JSON "Sec-Fetch-Site: cross-site\r\n", "{\"title\":\"x\"}",
		"origin", 403},
	    {"POST", "/api/v1/echo/a", JSON "Origin: http://khien.test\r\n", "{\"title\":\"x\"}",
		"", 201},
	    {"GET", "/api/v1/echo/special", "", NULL, "\"literal\":true", 200},
	    {"GET", "/api/v1/echo/%C4%91%2F1", "", NULL, "\"id\":\"đ/1\"", 200},
	    {"PUT", "/api/v1/session", "", "", "method", 405},
	    {"DELETE", "/api/v1/session", "", NULL, "auth", 401},
	    {"POST", "/api/v1/session", "", "login=an", "media_type", 415},
	    {"POST", "/api/v1/session", JSON, "{\"login\":\"an\"}", "\"field\":\"password\"", 422},
	    {"POST", "/api/v1/session", JSON, "{\"login\":\"an\",\"password\":\"x\",\"y\":1}",
		"unknown_param", 400},
	    {"GET", "/khong/co.js", "", NULL, "<!doctype html>", 404},
	    {"DELETE", "/", "", NULL, "<!doctype html>", 405},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s %s %.50s\n", cases[i].method, cases[i].path,
		    cases[i].body == NULL ? "" : cases[i].body);
		assert_int_equal(
		    ask(cases[i].method, cases[i].path, cases[i].headers, cases[i].body),
		    cases[i].status);
		assert_true(says(cases[i].contains));
		if (cases[i].status >= 400 && str_starts(cases[i].path, "/api/")) {
			assert_non_null(strstr(answer.head, "application/problem+json"));
			assert_true(says("\"detail\":\""));
			assert_null(strstr(buf_str(&answer.body), "err."));
		}
		if (cases[i].status == 405)
			assert_non_null(strstr(answer.head, "Allow: "));
	}
}

static void
arguments_keep_their_values(void **state)
{
	(void)state;
	assert_int_equal(ask("POST", "/api/v1/echo/SC-1", JSON "Idempotency-Key: k1\r\n",
			     "{\"title\":\"<b>&đỏ\",\"number\":9007199254740993,\"words\":[\"a\","
			     "\"b\"],\"any\":{\"x\":[1]},"
			     "\"id\":\"other\"}"),
	    201);
	assert_true(says("9007199254740993"));
	assert_true(says("<b>&đỏ"));
	assert_true(says("\"id\":\"SC-1\"")); /* the path decides */
	assert_true(says("\"idempotency_key\":\"k1\""));
	assert_true(says("{\"x\":[1]}"));
	assert_true(says("\"address\":\"127.0.0.1\""));
}

static const char multipart_type[] = "Content-Type: multipart/form-data; boundary=B\r\n";

static void
files_arrive_in_the_blob_store(void **state)
{
	static const char body[] =
	    "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nảnh\r\n"
	    "--B\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\na\r\n"
	    "--B\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nb\r\n"
	    "--B\r\nContent-Disposition: form-data; name=\"any\"\r\n\r\n{\"x\":1}\r\n"
	    "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../../a<b>.png\"\r\n"
	    "Content-Type: image/png\r\n\r\nabc\r\n"
	    "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n"
	    "Content-Type: application/octet-stream\r\n\r\n\r\n--B--\r\n";
	static const char sha[] =
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char path[200];
	struct stat st;

	(void)state;
	assert_int_equal(ask("POST", "/api/v1/echo/1", multipart_type, body), 201);
	assert_true(says(sha));
	assert_true(says("\"words\":[\"a\",\"b\"]"));
	assert_true(says("\"any\":{\"x\":1}"));
	assert_null(strstr(buf_str(&answer.body), ".."));
	snprintf(path, sizeof(path), "%s/blobs/ba/%s", dir, sha + 2);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 3);
}

static void
bad_forms_are_refused_and_leave_nothing(void **state)
{
#define PART(name, rest) "--B\r\nContent-Disposition: form-data; name=\"" name "\"" rest
	static const struct {
		const char *body, *contains;
		int status;
	} cases[] = {
	    {PART("files", "; filename=\"a\"\r\n\r\nxyz"), "multipart", 422},
	    {PART("title", "\r\n\r\nx\r\n--B--"), "", 201},
	    {PART("title", "\r\n\r\n\xff\r\n--B--"), "utf8", 422},
	    {PART("other", "; filename=\"a\"\r\n\r\nx\r\n") PART("title", "\r\n\r\nx\r\n--B--"),
		"unknown_param", 400},
	    {PART("files", "; filename=\"a\"\r\n\r\n1\r\n") PART("files",
		 "; filename=\"b\"\r\n\r\n2\r\n") PART("files", "; filename=\"c\"\r\n\r\n3\r\n")
		    PART("title", "\r\n\r\nx\r\n--B--"),
		"too_many_files", 413},
	    {"no boundary at all", "multipart", 422},
	};
	struct stat st;
	char path[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].body);
		assert_int_equal(
		    ask("POST", "/api/v1/echo/1", multipart_type, cases[i].body), cases[i].status);
		assert_true(says(cases[i].contains));
	}
	/* SHA-256 of "xyz" and of "1": never kept. */
	snprintf(path, sizeof(path), "%s/blobs/36", dir);
	assert_int_not_equal(stat(path, &st), 0);
	snprintf(path, sizeof(path), "%s/blobs/6b", dir);
	assert_int_not_equal(stat(path, &st), 0);
}

static void
a_file_that_is_too_large_is_named(void **state)
{
	struct buf body = BUF_INIT((size_t)64 << 20);
	static char piece[1 << 20];

	(void)state;
	memset(piece, 'x', sizeof(piece));
	buf_adds(&body, PART("files", "; filename=\"to.bin\"\r\n\r\n"));
	for (int i = 0; i < 21; i++)
		buf_add(&body, piece, sizeof(piece));
	buf_adds(&body, "\r\n--B--\r\n");
	assert_int_equal(
	    client_ask("127.0.0.1", "POST", "/api/v1/echo/1", multipart_type, body.data, body.len),
	    413);
	assert_true(says("to.bin"));
	assert_true(says("20 MB"));
	buf_clear(&body);
}

static void
a_session_opens_works_and_ends(void **state)
{
	(void)state;
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	assert_non_null(strstr(answer.head, "HttpOnly; SameSite=Strict"));
	assert_non_null(strstr(answer.head, "Path=/"));
	assert_null(strstr(answer.head, "Secure"));
	assert_true(says("\"rights\":[\"self\",\"read\",\"handle\",\"inspect\",\"admin\",\"alert_intake\"]"));
	assert_int_equal(ask("GET", "/api/v1/session", cookie, NULL), 200);
	assert_true(says("\"login\":\"an\""));
	assert_int_equal(ask("GET", "/api/v1/users", cookie, NULL), 200);

	assert_int_equal(ask("POST", "/api/v1/own/1", cookie, NULL), 403);
	assert_true(says("urn:khien:error:csrf"));
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 200);
	assert_true(says("\"actor\":\"Trần An\""));
	assert_int_equal(
	    ask("POST", "/api/v1/own/1?title=x", with("Sec-Fetch-Site: cross-site\r\n"), NULL),
	    403);
	csrf[20] ^= 1;
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 403);
	csrf[20] ^= 1;
	/* What is open to everybody needs no token, and then knows nobody. */
	assert_int_equal(ask("POST", "/api/v1/echo/1?title=x", cookie, NULL), 201);
	assert_true(says("\"actor\":\"\""));
	assert_int_equal(ask("POST", "/api/v1/own/state", with(""), NULL), 409);
	assert_true(says("\"plain\"]"));
	assert_null(strstr(buf_str(&answer.body), "@err"));

	assert_int_equal(ask("DELETE", "/api/v1/session", cookie, NULL), 403);
	assert_int_equal(ask("DELETE", "/api/v1/session", with(""), NULL), 204);
	assert_non_null(strstr(answer.head, "Max-Age=0"));
	assert_int_equal(ask("GET", "/api/v1/session", cookie, NULL), 401);
	assert_int_equal(ask("GET", "/api/v1/users", cookie, NULL), 401);
}

static void
what_is_revoked_holds_at_once(void **state)
{
	(void)state;
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	assert_int_equal(
	    run_op("user add", "{\"login\":\"binh\",\"name\":\"Bình\",\"roles\":[\"netadmin\"],"
			       "\"password\":\"mot mat khau khac\"}"),
	    0);
	assert_int_equal(run_op("user set", "{\"id\":\"an\",\"roles\":[\"staff\"]}"), 0);
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 403);
	assert_int_equal(run_op("user set", "{\"id\":\"an\",\"roles\":[\"netadmin\"]}"), 0);
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 200);
	assert_int_equal(run_op("user disable", "{\"id\":\"an\"}"), 0);
	assert_int_equal(ask("GET", "/api/v1/session", cookie, NULL), 401);
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 401);
}

static void
a_first_password_must_be_changed_before_anything_else(void **state)
{
	(void)state;
	assert_int_equal(
	    run_op("user password", "{\"id\":\"an\",\"password\":\"mat khau duoc dua\"}"), 0);
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau duoc dua", ""), 201);
	assert_true(says("\"must_change_password\":true"));
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 403);
	assert_true(says("must_change_password"));
	assert_int_equal(ask("POST", "/api/v1/me/password", with(JSON),
	    "{\"old\":\"mat khau duoc dua\",\"new\":\"mat khau cua rieng\"}"), 200);
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 200);
}

/* The code of ${secret} now. */
static const char *
code_of(const char *secret)
{
	static char code[8];
	char *raw;
	size_t len;

	assert_int_equal(oath_base32_decode(secret, strlen(secret), &raw, &len), OATH_OK);
	oath_totp_generate(raw, len, time(NULL), 30, 0, 6, code);
	free(raw);
	return code;
}

static void
a_code_is_asked_for_and_works_once(void **state)
{
	char secret[64], body[300];
	const char *p;

	(void)state;
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	assert_int_equal(
	    ask("POST", "/api/v1/me/totp", with(JSON), "{\"password\":\"mat khau rat dai\"}"), 200);
	p = strstr(buf_str(&answer.body), "\"secret\":\"");
	assert_non_null(p);
	snprintf(secret, sizeof(secret), "%.32s", p + 10);
	snprintf(body, sizeof(body),
	    "{\"password\":\"mat khau rat dai\",\"secret\":\"%s\",\"code\":\"%s\"}", secret,
	    code_of(secret));
	assert_int_equal(ask("POST", "/api/v1/me/totp/confirm", with(JSON), body), 200);

	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 401);
	assert_true(says("totp_required"));
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", "abcdef"), 401);
	assert_true(says("totp_code"));
	assert_int_equal(sign_in("127.0.0.1", "an", "wrong password", code_of(secret)), 401);
	assert_true(says("sign_in"));
	assert_int_equal(sign_in("127.0.0.2", "an", "mat khau rat dai", code_of(secret)), 201);
	assert_int_equal(sign_in("127.0.0.2", "an", "mat khau rat dai", code_of(secret)), 401);
	assert_true(says("totp_used"));
}

static void
guessing_is_slowed_down_but_locks_nobody_out(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(sign_in("127.0.0.9", "an", "guess", ""), 401);
		assert_true(says("sign_in"));
	}
	assert_int_equal(sign_in("127.0.0.9", "an", "mat khau rat dai", ""), 429);
	assert_non_null(strstr(answer.head, "Retry-After: "));
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	/* An unknown name is told nothing else than a wrong password. */
	assert_int_equal(sign_in("127.0.0.1", "khong co", "guess", ""), 401);
	assert_true(says("sign_in"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    client_ask("127.0.0.8", "GET", "/api/v1/echo/none", "", NULL, 0), 404);
	assert_int_equal(client_ask("127.0.0.8", "GET", "/api/v1/echo/there", "", NULL, 0), 429);
	assert_int_equal(client_ask("127.0.0.7", "GET", "/api/v1/echo/there", "", NULL, 0), 200);
}

static void
sending_without_an_account_is_limited_by_address(void **state)
{
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 130; i++)
		accepted +=
		    client_ask("127.0.0.6", "POST", "/api/v1/echo/1?title=x", "", NULL, 0) == 201;
	assert_in_range(accepted, 100, 128);
	assert_int_equal(ask("POST", "/api/v1/echo/1?title=x", "", NULL), 201);
}

static void
a_file_is_answered_as_a_file(void **state)
{
	char path[100];

	(void)state;
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	assert_int_equal(ask("GET", "/api/v1/own/text%2Fhtml/file", cookie, NULL), 200);
	assert_string_equal(buf_str(&answer.body), "<script>");
	assert_non_null(strstr(answer.head, "Content-Type: application/octet-stream"));
	assert_non_null(
	    strstr(answer.head, "Content-Disposition: attachment; filename=\"_nh _ch_p_.png\";"
				" filename*=UTF-8''%E1%BA%A2nh%20%22ch%E1%BB%A5p%22.png"));
	assert_non_null(strstr(answer.head, "sandbox"));
	assert_int_equal(ask("HEAD", "/api/v1/own/image%2Fpng/file", cookie, NULL), 405);
	assert_non_null(strstr(answer.head, "Allow: GET\r\n"));
	assert_int_equal(ask("GET", "/api/v1/own/image%2Fpng/file", cookie, NULL), 200);
	assert_non_null(strstr(answer.head, "Content-Type: image/png"));
	assert_int_equal(
	    ask("GET", "/api/v1/own/1/file?file=/tmp/khien-planted", cookie, NULL), 400);
	assert_false(file_exists("/tmp/khien-planted"));
	snprintf(path, sizeof(path), "%s/tmp", dir);
	assert_int_equal(rmdir(path), 0); /* nothing is left behind */
}

static void
the_public_listener_knows_public_things_only(void **state)
{
	(void)state;
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	client_to = address_of(outer);
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 404);
	assert_int_equal(ask("GET", "/api/v1/session", cookie, NULL), 404);
	assert_int_equal(ask("GET", "/api/v1/users", cookie, NULL), 404);
	assert_int_equal(ask("POST", "/api/v1/own/1?title=x", with(""), NULL), 404);
	assert_int_equal(ask("GET", "/in/1", cookie, NULL), 404);
	assert_int_equal(ask("POST", "/api/v1/echo/1?title=x", with(""), NULL), 201);
	assert_true(says("\"actor\":\"\""));
	assert_null(strstr(answer.head, "Set-Cookie"));
	assert_int_equal(ask("GET", "/trang/abc", "", NULL), 200);
	assert_int_equal(ask("GET", "/", "", NULL), 303);
	client_to = address_of(inner);
}

static void
pages_get_their_path_form_and_language(void **state)
{
	static const char form_type[] = "Content-Type: application/x-www-form-urlencoded\r\n";

	(void)state;
	assert_int_equal(ask("GET", "/trang/a%3Cb", "Accept-Language: en\r\n", NULL), 200);
	assert_string_equal(buf_str(&answer.body), "<p>a&lt;b0en");
	assert_non_null(strstr(answer.head, "style-src 'self' 'nonce-"));
	assert_int_equal(ask("GET", "/trang/a?lang=vi", "Accept-Language: en\r\n", NULL), 200);
	assert_true(says("0vi"));
	assert_int_equal(ask("POST", "/trang/a", form_type, "title=x&text=%3Ci%3E"), 200);
	assert_true(says("a&lt;i&gt;0vi"));
	assert_int_equal(ask("POST", "/trang/a", multipart_type, PART("title", "\r\n\r\nx\r\n")
	    PART("files", "; filename=\"a\"\r\n\r\n1\r\n--B--")), 200);
	assert_true(says("a1vi"));
	assert_int_equal(ask("POST", "/trang/a", form_type, "text=1"), 422);
	assert_true(says("<!doctype html>"));
	assert_int_equal(ask("POST", "/trang/a", JSON, "{}"), 415);
	assert_int_equal(ask("PUT", "/trang/a", "", ""), 405);
	assert_int_equal(ask("POST", "/trang/a", "Origin: http://evil.example\r\n", NULL), 403);
	assert_int_equal(ask("GET", "/in/1", "", NULL), 401);
	assert_int_equal(sign_in("127.0.0.1", "an", "mat khau rat dai", ""), 201);
	assert_int_equal(ask("GET", "/in/1", cookie, NULL), 200);
}

static void
the_document_names_every_operation(void **state)
{
	const struct op *op;
	struct json *doc = NULL;
	size_t found = 0;

	(void)state;
	assert_int_equal(ask("GET", "/api/v1/openapi.json", "", NULL), 200);
	assert_int_equal(json_parse(buf_str(&answer.body), answer.body.len, &doc, NULL), 0);
	assert_string_equal(json_get_str(doc, "openapi"), "3.1.0");
	for (size_t i = 0; (op = op_next(&i)) != NULL;) {
		char method[12] = { 0 };

		if (op->path == NULL)
			continue;
		for (size_t j = 0; op->method[j] != '\0'; j++)
			method[j] = (char)(op->method[j] | 0x20);
		print_message("%s\n", op->name);
		assert_non_null(json_get(json_get(json_get(doc, "paths"), op->path), method));
		found++;
	}
	assert_true(found > 10);
	json_free(doc);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)

TEST_MAIN(T(refusals_are_problem_details_in_the_callers_language), T(arguments_keep_their_values),
    T(files_arrive_in_the_blob_store), T(bad_forms_are_refused_and_leave_nothing),
    T(a_file_that_is_too_large_is_named), T(a_session_opens_works_and_ends),
    T(what_is_revoked_holds_at_once), T(a_first_password_must_be_changed_before_anything_else),
    T(a_code_is_asked_for_and_works_once), T(guessing_is_slowed_down_but_locks_nobody_out),
    T(sending_without_an_account_is_limited_by_address), T(a_file_is_answered_as_a_file),
    T(the_public_listener_knows_public_things_only), T(pages_get_their_path_form_and_language),
    T(the_document_names_every_operation))
