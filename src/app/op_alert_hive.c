/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op_alert_hive.c: one alert as TheHive's clients send it, with files.  What they hold is put into the
 * blob store before the transaction: in it, everybody else would wait for the disk.
 */
#include <stdio.h>
#include <strings.h>

#include "app/alert_file.h"
#include "app/change.h"
#include "app/intake.h"
#include "app/ops.h"
#include "app/upload.h"
#include "app/workable.h"
#include "base/utf8.h"
#include "text/mime.h"
#include "text/multipart.h"

#define BODY_MAX  (INT64_C(12) << 20) /* of which a third is what base64 adds */
#define FILE_MAX  ((size_t)8 << 20)
#define KEEPS_MAX 64 /* uploads looked at */

static const struct param thehive_params[] = {
	{ "body", P_BODY, PF_REQUIRED | PF_POSITIONAL, 0, BODY_MAX, NULL },
	{ "files", P_FILES, 0, 0, ALERT_FILES_MAX, NULL },
	{ 0 },
};

/* ---- files inside the JSON ------------------------------------------------------------------ */

/* What came with the request and what was found in its JSON. */
struct kept {
	struct upload upload[KEEPS_MAX];
	size_t n;
};

/* "name;type;base64" into the blob store; NULL, or why not. */
static const char *
keep_content(struct call *c, const char *data, const char *key, struct upload *ret)
{
	const char *type = strchr(data, ';'), *content = type == NULL ? NULL : strchr(type + 1, ';');
	struct buf bytes = BUF_INIT(FILE_MAX);
	struct upload_writer *writer = NULL;
	char name[MULTIPART_FILE_SIZE];
	const char *why = NULL;

	if (content == NULL || (!mime_unbase64(content + 1, &bytes) && !bytes.full))
		why = INTAKE_FILE_BASE64;
	else if (bytes.full)
		why = INTAKE_FILE_LARGE;
	else if (bytes.len == 0)
		why = INTAKE_FILE_EMPTY;
	else {
		multipart_filename(arena_strndup(c->arena, data, (size_t)(type - data)), name);
		if (upload_begin(c->app, name, arena_strndup(c->arena, type + 1, (size_t)(content - type - 1)),
		    (int64_t)FILE_MAX, &writer, c->err) == 0) {
			if (upload_write(writer, bytes.data, bytes.len, c->err) == 0)
				upload_keep(writer, ret, c->err);
			else
				upload_drop(writer);
		}
		snprintf(ret->field, sizeof(ret->field), "%s", key);
	}
	buf_clear(&bytes);
	return why;
}

/* One observable: its content goes, and the key of the upload, or why there is none, comes in its place. */
static void
take_content(struct call *c, struct json *o, const char *key, struct kept *kept)
{
	const char *data = json_get_str(o, "data"), *why;
	struct json *absent;

	if (data == NULL || json_get_str(o, "dataType") == NULL || strcasecmp(json_get_str(o, "dataType"), "file") != 0)
		return;
	why = kept->n == KEEPS_MAX ? INTAKE_FILE_MANY : keep_content(c, data, key, &kept->upload[kept->n]);
	if (why == NULL) {
		kept->n++;
		json_set_str(o, "attachment", key);
	} else {
		absent = json_new_object();
		json_set_str(absent, "why", why);
		json_set_str(absent, "name", arena_strndup(c->arena, data, utf8_cut(data, strcspn(data, ";") < 200 ?
		    strcspn(data, ";") : 200)));
		json_set(o, "attachment", absent);
	}
	json_del(o, "data");
}

static void
take_contents(struct call *c, struct json *alert, struct kept *kept)
{
	static const char *const members[] = { "artifacts", "observables" };
	size_t files = 0;

	for (size_t m = 0; m < ARRAY_LEN(members); m++) {
		struct json *list = json_get(alert, members[m]);

		for (size_t i = 0; json_kind(list) == JSON_KIND_ARRAY && i < json_len(list) &&
		    files < INTAKE_FILES_MAX && c->err->kind == ERR_NONE; i++) {
			char key[40];

			snprintf(key, sizeof(key), "#%s.%zu", members[m], i);
			files += str_eq(json_get_str(json_at(list, i), "dataType"), "file");
			take_content(c, json_at(list, i), key, kept);
		}
	}
}

/* ---- the answer ------------------------------------------------------------------------------- */

static void
copy_member(struct call *c, const struct json *json, const char *name)
{
	struct buf text = BUF_INIT(64000);

	if (json_get(json, name) == NULL)
		return;
	json_write(json_get(json, name), &text);
	if (!text.full)
		jsonw_kraw(c->out, name, buf_str(&text));
	buf_clear(&text);
}

/* As TheHive answers, with the names of 3 and of 4 and 5 side by side. */
static void
out_thehive(struct call *c, const struct json *json, const struct alert_in *in, const struct alert_taken *t)
{
	static const char *const same[] = { "type", "source", "sourceRef", "title", "description", "tags",
		"externalLink" };
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(c->out, "_id", t->id);
	jsonw_kstring(c->out, "id", t->id);
	jsonw_kstring(c->out, "_type", "Alert");
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		copy_member(c, json, same[i]);
	jsonw_kint(c->out, "severity", json_get_int(json, "severity", 2));
	jsonw_kint(c->out, "date", in->first_at == SQL_NULL ? c->now : in->first_at);
	jsonw_kint(c->out, "tlp", json_get_int(json, "tlp", 2));
	jsonw_kint(c->out, "pap", json_get_int(json, "pap", 2));
	jsonw_kstring(c->out, "status", "New");
	jsonw_kbool(c->out, "follow", true);
	jsonw_kint(c->out, "observableCount", (int64_t)in->observables_count);
	jsonw_kint(c->out, "createdAt", c->now);
	jsonw_kint(c->out, "_createdAt", c->now);
	jsonw_kstring(c->out, "number", t->number);
	jsonw_kstring(c->out, "created_at", clock_iso(c->now, iso));
}

/* ---- taking in --------------------------------------------------------------------------------- */

static const struct upload *
upload_of(const struct call *c, const char *key)
{
	for (size_t i = 0; key != NULL && i < c->uploads_count; i++) {
		const struct upload *u = &c->uploads[i];

		/* On the command line a file has its name and no field. */
		if (strcmp(u->field[0] == '\0' ? u->name : u->field, key) == 0)
			return u;
	}
	return NULL;
}

static const char *
why_not(const struct intake_file *file, const struct upload *u, size_t n)
{
	if (file->key == NULL)
		return file->why;
	if (u == NULL)
		return INTAKE_FILE_ABSENT;
	if (u->sha256[0] == '\0')
		return INTAKE_FILE_LARGE;
	if (u->size == 0)
		return INTAKE_FILE_EMPTY;
	return n == ALERT_FILES_MAX ? INTAKE_FILE_MANY : NULL;
}

/* Files are signs too: by content, and by name. */
static void
add_signs(struct call *c, const struct intake_files *files, struct alert_in *in)
{
	size_t n = in->observables_count;
	struct alert_observable *o = arena_alloc(c->arena, (n + 2 * files->n) * sizeof(*o) + 1);

	if (n > 0)
		memcpy(o, in->observables, n * sizeof(*o));
	for (size_t i = 0; i < files->n; i++) {
		const struct intake_file *file = &files->list[i];
		const struct upload *u = upload_of(c, file->key);

		if (u == NULL || u->sha256[0] == '\0' || u->size == 0)
			continue;
		o[n++] = (struct alert_observable){ "sha256", u->sha256, u->name, file->is_ioc, file->tlp };
		o[n++] = (struct alert_observable){ "filename", u->name, file->note, false, file->tlp };
	}
	in->observables = o;
	in->observables_count = n;
}

/* A file that comes later, for an alert that is in an incident already, goes there too. */
static void
enter_late(struct call *c, const struct alert *a)
{
	struct incident incident;
	struct err *err = c->err, closed = { 0 };
	const char *names = "";
	bool workable;

	if (a->incident_id == NULL || incident_load(c, a->incident_id, &incident) != 0)
		return;
	/* A closed case is sealed: then the file waits with the alert. */
	c->err = &closed;
	workable = incident_workable(c, &incident) == 0;
	c->err = err;
	err_clear(&closed);
	if (workable)
		alert_files_tell(c, &incident, a, alert_files_enter(c, a, &incident, &names), names);
}

static void
take_files(struct call *c, const struct intake_files *files, const char *alert_id)
{
	enum sees sees = c->actor.sees;
	struct alert a;
	size_t n = 0;

	if (files->n == 0)
		return;
	/* Who hands alerts in sees none; whose they are is no question here. */
	c->actor.sees = SEES_EVERYTHING;
	jsonw_karray(c->out, "files");
	for (size_t i = 0; i < files->n && alert_load(c, NULL, alert_id, &a) == 0; i++) {
		const struct intake_file *file = &files->list[i];
		const struct upload *u = upload_of(c, file->key);
		const char *why = why_not(file, u, n);
		const char *name = u != NULL ? u->name : file->name;

		if (why == NULL && !alert_file_add(c, &a, &(struct alert_file){ u, u->name, file->note, file->tlp }))
			why = INTAKE_FILE_FULL;
		n += why == NULL;
		jsonw_object(c->out);
		jsonw_kstring(c->out, "name", name);
		jsonw_kbool(c->out, "taken", why == NULL);
		if (why == NULL)
			jsonw_kstring(c->out, "sha256", u->sha256);
		else
			jsonw_kstring(c->out, "reason", word(c->lang, why));
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	if (n > 0 && c->err->kind == ERR_NONE)
		enter_late(c, &a);
	c->actor.sees = sees;
}

static int
take_one(struct call *c)
{
	struct alert_taken taken = { 0 };
	struct intake intake;

	if (intake_read(c->arena, INTAKE_THEHIVE, arg_text(c, "body"), c->now, &intake, c->err) == 0) {
		struct alert_in *in = intake.alert;

		if (intake.is_list || intake.alerts != 1)
			call_fail(c, ERR_USAGE, "err.json_object", NULL);
		else
			add_signs(c, &intake.files[0], in);
		if (c->err->kind == ERR_NONE && alert_take(c, in, &taken) == 0) {
			out_thehive(c, intake.json[0], in, &taken);
			take_files(c, &intake.files[0], taken.id);
		}
		c->is_known = c->err->kind == ERR_NONE && !taken.is_new;
	}
	intake_clear(&intake);
	return c->err->kind;
}

static void
copy_answer(struct call *c, const struct buf *answer)
{
	struct json *said = NULL, *value;
	const char *key;
	void *it = NULL;

	if (json_parse(buf_str(answer), answer->len, &said, c->err) != 0)
		return;
	while (json_next(said, &it, &key, &value))
		copy_member(c, said, key);
	json_free(said);
}

/* The same name: it is one operation to whoever reads the ledger. */
static const struct op op_take = { "alert thehive", NULL, NULL, RIGHT_INTAKE, OP_WRITE, thehive_params, take_one,
	NULL, NULL };

static int
alert_thehive(struct call *c)
{
	struct kept *kept = arena_alloc(c->arena, sizeof(*kept));
	struct op_request request = { .op = &op_take, .actor = c->actor, .lang = c->lang, .uploads = kept->upload,
	    .ret_known = &c->is_known };
	struct json *alert = NULL, *args = json_new_object();
	struct buf slim = BUF_INIT(BODY_MAX), out = BUF_INIT((size_t)1 << 20);
	const char *body = arg_text(c, "body");

	for (size_t i = 0; i < c->uploads_count && kept->n < KEEPS_MAX; i++)
		kept->upload[kept->n++] = c->uploads[i];
	/* What is no JSON object is told by whoever reads it. */
	if (json_parse(body, strlen(body), &alert, NULL) == 0 && json_kind(alert) == JSON_KIND_OBJECT) {
		take_contents(c, alert, kept);
		json_write(alert, &slim);
		body = buf_str(&slim);
	}
	json_set_str(args, "body", body);
	request.args = args;
	request.uploads_count = kept->n;
	if (c->err->kind == ERR_NONE && op_call(c->app, &request, &out, c->err) == 0)
		copy_answer(c, &out);
	buf_clear(&slim);
	buf_clear(&out);
	json_free(args);
	json_free(alert);
	return c->err->kind;
}

const struct op ops_alert_hive[] = {
	{ "alert thehive", "POST", "/alert", RIGHT_INTAKE, OP_OUTSIDE | OP_CREATED | OP_THEHIVE, thehive_params,
	    alert_thehive, NULL, "khien alert thehive canh-bao-thehive.json --files mau-la.exe" },
	{ 0 },
};
