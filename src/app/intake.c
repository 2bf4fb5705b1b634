/* SPDX-License-Identifier: Apache-2.0 */
#include "app/intake.h"

#include <stdio.h>

#include "app/intake_part.h"

const char *const intake_shapes[] = { "khien", "thehive", "wazuh", "suricata", NULL };

/* ---- which shape --------------------------------------------------------------------- */

/* An indexer's hit holds the alert itself in _source. */
static const struct json *
unwrapped(const struct json *json)
{
	const struct json *source = json_get(json, "_source");

	return json_kind(source) == JSON_KIND_OBJECT ? source : json;
}

static enum intake_shape
shape_of(const struct json *json)
{
	if (json_get(json, "source_ref") != NULL)
		return INTAKE_KHIEN;
	if (json_get(json, "sourceRef") != NULL)
		return INTAKE_THEHIVE;
	if (json_get(json, "event_type") != NULL)
		return INTAKE_SURICATA;
	if (json_kind(json_get(json, "rule")) == JSON_KIND_OBJECT)
		return INTAKE_WAZUH;
	return INTAKE_AUTO;
}

/* ---- one alert -------------------------------------------------------------------------- */

static const char *
closed_json(struct item *item, struct buf *out, struct jsonw *w, bool is_object, size_t members)
{
	const char *text;

	if (is_object)
		jsonw_object_end(w);
	else
		jsonw_array_end(w);
	text = members == 0 || out->full ? NULL : arena_strdup(item->arena, buf_str(out));
	buf_clear(out);
	return text;
}

/* Reads one into ${ret}; false with nothing in ${err}: it is no alert and was skipped. */
static bool
read_one(struct arena *arena, enum intake_shape shape, const struct json *json, int64_t now,
    struct alert_in *ret, struct intake_files *ret_files, struct err *err)
{
	static int (*const read[])(struct item *) = { NULL, intake_khien, intake_thehive, intake_wazuh,
		intake_suricata };
	struct item *item = arena_alloc(arena, sizeof(*item));
	const char *detail, *tags;

	*item = (struct item){ .arena = arena, .err = err, .now = now, .json = unwrapped(json),
	    .detail = BUF_INIT(ALERT_DETAIL_MAX), .tags = BUF_INIT(8000) };
	item->in.first_at = item->in.last_at = SQL_NULL;
	jsonw_init(&item->w, &item->detail);
	jsonw_init(&item->tag, &item->tags);
	jsonw_object(&item->w);
	jsonw_array(&item->tag);
	if (shape == INTAKE_AUTO)
		shape = shape_of(item->json);
	if (json_kind(item->json) != JSON_KIND_OBJECT)
		err_set(err, ERR_INVALID, "err.json_object", NULL);
	else if (shape == INTAKE_AUTO)
		err_set(err, ERR_INVALID, "err.intake.shape", NULL);
	else
		read[shape](item);
	detail = closed_json(item, &item->detail, &item->w, true, item->field_count);
	tags = closed_json(item, &item->tags, &item->tag, false, item->tag_count);
	if (err->kind != ERR_NONE || item->in.source == NULL)
		return false;
	item->in.tags_json = tags;
	if (item->in.playbook == NULL)
		item->in.playbook = item_playbook(item);
	if (item->in.detail_json == NULL)
		item->in.detail_json = detail;
	item->in.observables = item->observable;
	item->in.observables_count = item->observables;
	*ret = item->in;
	*ret_files = (struct intake_files){ item->file, item->files };
	return true;
}

/* ---- several ------------------------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	enum intake_shape shape;
	int64_t now;
	struct intake *ret;
	struct err *err;
	size_t place;
};

static void
refuse(struct intake *ret, size_t place, struct err *why)
{
	if (ret->refused_count < INTAKE_REFUSED_MAX)
		ret->refused[ret->refused_count] = (struct intake_refused){ place, *why };
	else
		err_clear(why);
	ret->refused_count++;
}

static int
add(struct reading *r, const struct json *json)
{
	struct intake *ret = r->ret;
	struct err why = { 0 };

	if (r->place++ == INTAKE_ALERTS_MAX) {
		err_set(r->err, ERR_TOO_LARGE, "err.intake.many", NULL);
		err_argi(r->err, "max", INTAKE_ALERTS_MAX);
		return r->err->kind;
	}
	if (read_one(r->arena, r->shape, json, r->now, &ret->alert[ret->alerts],
	    &ret->files[ret->alerts], &why))
		ret->json[ret->alerts++] = json;
	else if (why.kind != ERR_NONE)
		refuse(ret, r->place, &why);
	else
		ret->skipped++;
	return 0;
}

static int
add_array(struct reading *r, const struct json *list)
{
	r->ret->is_list = true;
	for (size_t i = 0; i < json_len(list); i++)
		if (add(r, json_at(list, i)) != 0)
			return r->err->kind;
	return 0;
}

static bool
is_blank(const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r'))
		len--;
	return len == 0;
}

/* One JSON value a line; a broken line is refused and the others are read. */
static int
add_lines(struct reading *r, const char *body)
{
	struct intake *ret = r->ret;

	ret->is_list = true;
	while (*body != '\0' && r->err->kind == ERR_NONE) {
		size_t len = strcspn(body, "\n");
		struct json *json = NULL;
		struct err why = { 0 };

		if (is_blank(body, len)) {
			;
		} else if (json_parse(body, len, &json, &why) != 0) {
			if (r->place < INTAKE_ALERTS_MAX)
				refuse(ret, ++r->place, &why);
			else
				err_clear(&why);
		} else {
			if (ret->owned_count == INTAKE_ALERTS_MAX)
				json_free(json);
			else
				ret->owned[ret->owned_count++] = json;
			add(r, ret->owned[ret->owned_count - 1]);
		}
		body += len + (body[len] == '\n');
	}
	return r->err->kind;
}

int
intake_read(struct arena *arena, enum intake_shape shape, const char *body, int64_t now,
    struct intake *ret, struct err *err)
{
	struct reading r = { arena, shape, now, ret, err, 0 };
	struct err why = { 0 };
	struct json *json = NULL;

	*ret = (struct intake){ 0 };
	ret->alert = arena_alloc(arena, INTAKE_ALERTS_MAX * sizeof(*ret->alert));
	ret->files = arena_alloc(arena, INTAKE_ALERTS_MAX * sizeof(*ret->files));
	ret->json = arena_alloc(arena, INTAKE_ALERTS_MAX * sizeof(*ret->json));
	ret->owned = arena_alloc(arena, INTAKE_ALERTS_MAX * sizeof(struct json *));
	if (json_parse(body, strlen(body), &json, &why) == 0) {
		ret->owned[ret->owned_count++] = json;
		if (json_kind(json) == JSON_KIND_ARRAY)
			add_array(&r, json);
		else if (json_kind(json_get(json, "alerts")) == JSON_KIND_ARRAY)
			add_array(&r, json_get(json, "alerts"));
		else
			add(&r, json);
	} else if (strchr(body, '\n') != NULL && why.kind == ERR_INVALID) {
		add_lines(&r, body);
	} else {
		err_set(err, why.kind == ERR_INVALID ? ERR_USAGE : why.kind, why.key, NULL);
		for (size_t i = 0; i < why.args; i++)
			err_arg(err, why.arg[i].name, why.arg[i].value);
		err_where(err, "", why.line, why.column);
	}
	err_clear(&why);
	/* Nothing good and nothing told apart: the first fault is the answer. */
	if (err->kind == ERR_NONE && ret->alerts == 0 && ret->refused_count > 0) {
		*err = ret->refused[0].err;
		ret->refused[0].err = (struct err){ 0 };
	}
	return err->kind;
}

void
intake_clear(struct intake *intake)
{
	for (size_t i = 0; i < intake->refused_count && i < INTAKE_REFUSED_MAX; i++)
		err_clear(&intake->refused[i].err);
	for (size_t i = 0; i < intake->owned_count; i++)
		json_free(intake->owned[i]);
	intake->owned_count = intake->refused_count = 0;
}
