/* SPDX-License-Identifier: Apache-2.0 */
/* op_alert_take.c: alerts handed in: Khiên's own shape, and those other senders speak. */
#include "app/change.h"
#include "app/intake.h"
#include "app/ops.h"

#define BODY_PARAM { "body", P_BODY, PF_REQUIRED | PF_POSITIONAL, 0, INTAKE_BODY_MAX, NULL }

static const struct param add_params[] = { BODY_PARAM, { 0 } };

static const struct param intake_params[] = {
	{ "shape", P_ENUM, PF_REQUIRED | PF_POSITIONAL, 0, 0, intake_shapes },
	BODY_PARAM,
	{ 0 },
};

/* What could not be taken out of several, each with its place and reason. */
static void
out_refused(struct call *c, struct intake *intake)
{
	struct buf text = BUF_INIT(8000);

	jsonw_karray(c->out, "refused");
	for (size_t i = 0; i < intake->refused_count && i < INTAKE_REFUSED_MAX; i++) {
		const struct intake_refused *r = &intake->refused[i];

		buf_reset(&text);
		words_err_text(&text, c->lang, &r->err);
		jsonw_object(c->out);
		jsonw_kint(c->out, "place", (int64_t)r->place);
		jsonw_kstring(c->out, "field", r->err.field);
		jsonw_kstring(c->out, "detail", buf_str(&text));
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	buf_clear(&text);
}

/* Files come one alert at a time, by TheHive's own addresses: here they are only named. */
static void
out_left_out(struct call *c, const struct intake_files *files)
{
	if (files->n == 0)
		return;
	jsonw_karray(c->out, "left_out");
	for (size_t i = 0; i < files->n; i++) {
		jsonw_object(c->out);
		jsonw_kstring(c->out, "name", files->list[i].name);
		jsonw_kstring(c->out, "reason", word(c->lang, "alert.file.batch"));
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
}

static void
out_taken(struct call *c, const struct alert_in *in, const struct intake_files *files,
    const struct alert_taken *t)
{
	jsonw_object(c->out);
	jsonw_kstring(c->out, "id", t->id);
	jsonw_kstring(c->out, "number", t->number);
	jsonw_kstring(c->out, "source", in->source);
	jsonw_kstring(c->out, "source_ref", in->source_ref);
	jsonw_kbool(c->out, "is_new", t->is_new);
	out_left_out(c, files);
	jsonw_object_end(c->out);
}

static int
take_all(struct call *c, struct intake *intake)
{
	int64_t made = 0;

	jsonw_karray(c->out, "items");
	for (size_t i = 0; i < intake->alerts; i++) {
		struct alert_taken taken;

		if (alert_take(c, &intake->alert[i], &taken) != 0)
			return c->err->kind;
		made += taken.is_new;
		out_taken(c, &intake->alert[i], &intake->files[i], &taken);
	}
	jsonw_array_end(c->out);
	jsonw_kint(c->out, "created", made);
	jsonw_kint(c->out, "known", (int64_t)intake->alerts - made);
	jsonw_kint(c->out, "skipped", (int64_t)intake->skipped);
	jsonw_kint(c->out, "refused_count", (int64_t)intake->refused_count);
	out_refused(c, intake);
	c->is_known = made == 0;
	return c->err->kind;
}

static int
take(struct call *c, enum intake_shape shape)
{
	struct intake intake;

	if (intake_read(c->arena, shape, arg_text(c, "body"), c->now, &intake, c->err) == 0)
		take_all(c, &intake);
	intake_clear(&intake);
	return c->err->kind;
}

static int
alert_add(struct call *c)
{
	return take(c, INTAKE_AUTO);
}

static int
alert_intake(struct call *c)
{
	size_t i = 0;

	while (strcmp(intake_shapes[i], arg_text(c, "shape")) != 0)
		i++;
	return take(c, (enum intake_shape)(INTAKE_KHIEN + i));
}

const struct op ops_alert_take[] = {
	{ "alert add", "POST", "/alerts", RIGHT_INTAKE, OP_WRITE | OP_CREATED, add_params, alert_add, NULL,
	    "khien alert add canh-bao.json" },
	{ "alert intake", "POST", "/alerts/{shape}", RIGHT_INTAKE, OP_WRITE | OP_CREATED, intake_params,
	    alert_intake, NULL, "khien alert intake suricata eve.json" },
	{ 0 },
};
