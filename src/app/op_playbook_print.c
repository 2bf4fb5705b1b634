/* SPDX-License-Identifier: Apache-2.0 */
/* op_playbook_print.c: a playbook as a paper: to be signed, or to hang in the server room. */
#include "app/document.h"
#include "app/facts.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/paper.h"
#include "app/playbook.h"
#include "os/file.h"

#define FORM      "phuong-an"
#define FRAME_MAX ((size_t)4 << 20)
#define FILE_MODE 0600

static const char *const formats[] = { "pdf", "docx", "html", "txt", NULL };
static const char *const media[] = { "application/pdf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text/html",
	"text/plain" };

/* ---- the playbook as the form's values; always in Vietnamese, for that is what is signed -------- */

static void
put_list(struct json *values, const char *key, const struct pack_text *list, size_t n)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_append(array, json_new_string(list[i].vi));
	json_set(values, key, array);
}

static const char *
vi(struct call *call, const char *prefix, const char *id)
{
	return word(LANG_VI, arena_printf(call->arena, "%s.%s", prefix, id));
}

/* "Trong 10 phút; bắt buộc; cần lãnh đạo đồng ý". */
static const char *
limits(struct call *call, const struct pack_step *s)
{
	const struct { bool holds; const char *key; } mark[] = {
		{ s->mandatory, "page.playbook.is_mandatory" },
		{ s->needs_approval, "page.playbook.needs_approval" },
		{ s->produces_evidence, "page.playbook.produces_evidence" },
	};
	bool hours = s->max_minutes > 60 && s->max_minutes % 60 == 0;
	const char *text = s->max_minutes == 0 ? "" : words_vi(call,
	    hours ? "playbook.print.hours" : "playbook.print.minutes",
	    WORDS_ARGS("count", text_int(call, hours ? s->max_minutes / 60 : s->max_minutes)));

	for (size_t i = 0; i < ARRAY_LEN(mark); i++)
		if (mark[i].holds)
			text = arena_printf(call->arena, "%s%s%s", text, *text == '\0' ? "" : "; ",
			    word(LANG_VI, mark[i].key));
	return text;
}

static struct json *
step_row(struct call *call, const struct pack_step *s)
{
	struct json *row = json_new_object();
	const char *proof = *s->probe.kind == '\0' ? NULL :
	    words_vi(call, "playbook.print.proof", WORDS_ARGS("text", s->probe.hint.vi));

	json_set_str(row, "step", s->id);
	json_set_str(row, "what", *s->why.vi == '\0' ? s->text.vi :
	    arena_printf(call->arena, "%s\n%s", s->text.vi,
	    words_vi(call, "playbook.print.why", WORDS_ARGS("text", s->why.vi))));
	json_set_str(row, "role", vi(call, "role", s->role));
	json_set_str(row, "limit", limits(call, s));
	json_set_str(row, "undo", proof == NULL ? s->undo_text.vi :
	    arena_printf(call->arena, "%s\n%s", s->undo_text.vi, proof));
	return row;
}

static void
put_steps(struct call *call, struct json *values, const struct pack_playbook *p)
{
	static const char *const key[PHASES] = { "priority_steps", "identify", "contain",
		"eradicate", "recover", "validate" };

	for (enum pack_phase phase = 0; phase < PHASES; phase++) {
		struct json *rows = json_new_array();

		for (size_t i = 0; i < p->steps[phase]; i++)
			json_append(rows, step_row(call, &p->step[phase][i]));
		json_set(values, key[phase], rows);
	}
}

static void
put_types(struct call *call, struct json *values, const struct pack_playbook *p)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	struct json *array = json_new_array();

	for (size_t i = 0; i < p->types_count; i++) {
		const struct pack_type *type = pack_type(types, p->types[i]);

		json_append(array, json_new_string(type == NULL ? p->types[i] : type->title.vi));
	}
	if (p->fallback)
		json_append(array, json_new_string(word(LANG_VI, "playbook.print.fallback")));
	json_set(values, "types", array);
}

static void
put_approval(struct call *call, struct json *values, const struct pack *pack)
{
	struct query q;

	query_open(&q, call->tx, "SELECT doc_number, doc_date, signer FROM playbook_approval WHERE"
	    " agency_id = ? AND playbook = ? AND playbook_version = ? ORDER BY approved_at DESC,"
	    " id DESC LIMIT 1", "ttt", call->agency_id, pack->id, text_int(call, pack->version));
	if (query_step(&q)) {
		json_set_str(values, "doc_number", query_text(&q, 0));
		json_set_str(values, "doc_date", query_text(&q, 1));
		json_set_str(values, "signer", query_text(&q, 2));
	}
	query_close(&q);
}

static struct json *
values_of(struct call *call, const struct pack_playbook *p)
{
	struct json *v = json_new_object();

	json_set_str(v, "code", p->code);
	json_set_int(v, "edition", p->pack.version);
	json_set_str(v, "playbook_title", p->pack.title.vi);
	put_approval(call, v, &p->pack);
	put_types(call, v, p);
	json_set_str(v, "power_action", *p->power.action == '\0' ? NULL :
	    vi(call, "playbook.power", p->power.action));
	json_set_str(v, "power_why", p->power.why.vi);
	put_list(v, "signs", p->signs, p->signs_count);
	put_list(v, "do_now", p->do_now_staff, p->do_now_staff_count);
	put_list(v, "do_not", p->do_not_staff, p->do_not_staff_count);
	put_steps(call, v, p);
	put_list(v, "evidence", p->evidence, p->evidence_count);
	put_list(v, "notify_extra", p->notify_extra, p->notify_extra_count);
	put_list(v, "escalation_triggers", p->escalation_triggers, p->escalation_triggers_count);
	put_list(v, "forms", p->forms, p->forms_count);
	put_list(v, "sources", p->sources, p->sources_count);
	json_set_str(v, "drill", p->drill_ref.vi);
	return v;
}

/* ---- the operation -------- */

struct printing {
	struct call *call;
	const char *format, *name;
	struct buf frame;
};

static int
make_frame(struct call *call, struct printing *p)
{
	const char *id = playbook_id_arg(call, "id");
	struct facts_want want = { .from_at = SQL_NULL, .to_at = SQL_NULL };
	struct edition e = { 0 };
	struct json *values;

	if (id == NULL || edition_open(call, id, (int)arg_int(call, "edition", 0), &e) != 0)
		return call->err->kind;
	values = values_of(call, e.playbook);
	p->name = arena_printf(call->arena, "%s-%d.%s", e.playbook->code, e.playbook->pack.version,
	    p->format);
	document_form_frame(call, FORM, &want, values, p->format, &p->frame);
	json_free(values);
	edition_close(&e);
	return call->err->kind;
}

static int
prepare(struct tx *tx, void *arg, struct err *err)
{
	struct printing *p = arg;
	struct err *outer = p->call->err;

	packset_refresh(p->call->app, tx);
	/* What looks rows up works on the call; for the while of this snapshot it is the call's. */
	p->call->tx = tx;
	p->call->err = err;
	make_frame(p->call, p);
	p->call->tx = NULL;
	p->call->err = outer;
	return err->kind;
}

/* The format that is said, else the one the file's name ends in; over HTTP a PDF. */
static const char *
format_of(struct call *call)
{
	const char *said = arg_text(call, "format"), *path = arg_text(call, "out");
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash == NULL ? path : slash, '.');

	for (size_t i = 0; formats[i] != NULL; i++)
		if (said != NULL ? strcmp(said, formats[i]) == 0 :
		    dot != NULL && strcmp(dot + 1, formats[i]) == 0)
			return formats[i];
	if (dot == NULL)
		return formats[0];
	call_fail(call, ERR_USAGE, "err.document.format", "out");
	return NULL;
}

static void
out_file(struct call *call, const struct printing *p)
{
	jsonw_kstring(call->out, "name", p->name);
	for (size_t i = 0; formats[i] != NULL; i++)
		if (strcmp(formats[i], p->format) == 0)
			jsonw_kstring(call->out, "media_type", media[i]);
	jsonw_kstring(call->out, "file", arg_text(call, "out"));
}

static int
print(struct call *call)
{
	struct printing p = { .call = call, .frame = BUF_INIT(FRAME_MAX) };
	struct paper paper = { 0 };

	if ((p.format = format_of(call)) != NULL &&
	    store_read(call->app->store, prepare, &p, call->err) == 0 &&
	    paper_render_frame(buf_str(&p.frame), p.frame.len, &paper, call->err) == 0) {
		if (file_replace(arg_text(call, "out"), buf_str(&paper.bytes), paper.bytes.len,
		    FILE_MODE, call->err) == 0)
			out_file(call, &p);
		paper_free(&paper);
	}
	buf_clear(&p.frame);
	return call->err->kind;
}

static const struct param print_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ "edition", P_INT, 0, 1, 1000000, NULL },
	{ "format", P_ENUM, 0, 0, 0, formats },
	{ "out", P_OUT, PF_REQUIRED, 0, 4000, NULL },
	{ 0 },
};

const struct op ops_playbook_print[] = {
	{ "playbook print", "GET", "/playbooks/{id}/print", RIGHT_READ, OP_OUTSIDE, print_params, print,
	    NULL, "khien playbook print PB-04 --out phuong-an-pb-04.docx" },
	{ 0 },
};
