/* SPDX-License-Identifier: Apache-2.0 */
/* playbook_json.c: a playbook's YAML as JSON for an editor with fields, and back. */
#include "app/playbook.h"
#include "text/yaml.h"

/* ---- YAML to JSON -------- */

static void
write_node(struct jsonw *out, const struct yaml_node *node)
{
	int64_t number;
	bool yes;

	if (node->kind == YAML_MAP) {
		jsonw_object(out);
		for (size_t i = 0; i < node->count; i++) {
			jsonw_key(out, node->key[i]->text);
			write_node(out, node->item[i]);
		}
		jsonw_object_end(out);
	} else if (node->kind == YAML_LIST) {
		jsonw_array(out);
		for (size_t i = 0; i < node->count; i++)
			write_node(out, node->item[i]);
		jsonw_array_end(out);
	} else if (yaml_is_null(node)) {
		jsonw_null(out);
	} else if (yaml_bool(node, &yes)) {
		jsonw_bool(out, yes);
	} else if (yaml_int(node, &number)) {
		jsonw_int(out, number);
	} else {
		jsonw_string(out, node->text);
	}
}

void
yaml_as_json(struct jsonw *out, const char *yaml)
{
	struct arena arena = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };

	if (yaml_parse(&arena, yaml, strlen(yaml), "", &s, NULL) == 0 && s.count == 1)
		write_node(out, s.doc[0]);
	else
		jsonw_null(out);
	arena_clear(&arena);
}

/* ---- JSON to YAML -------- */

#define INDENT 2

struct writer {
	struct buf *out;
	struct err *err;
};

static void
indent(struct writer *w, unsigned depth)
{
	for (unsigned i = 0; i < depth * INDENT; i++)
		buf_addc(w->out, ' ');
}

/* A date stands plain, as people write it; every other string between quotes. */
static bool
is_date(const char *s)
{
	static const char form[] = "0000-00-00";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

static void
add_string(struct writer *w, const char *s)
{
	if (is_date(s))
		buf_adds(w->out, s);
	else
		jsonw_quote(w->out, s, strlen(s));
}

static void
add_scalar(struct writer *w, const struct json *value)
{
	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		add_string(w, json_str(value));
		break;
	case JSON_KIND_INT:
		buf_printf(w->out, "%lld", (long long)json_int(value, 0));
		break;
	case JSON_KIND_BOOL:
		buf_adds(w->out, json_bool(value, false) ? "true" : "false");
		break;
	default:
		buf_adds(w->out, "null");
	}
}

static bool
is_scalar(const struct json *value)
{
	return json_kind(value) != JSON_KIND_OBJECT && json_kind(value) != JSON_KIND_ARRAY;
}

/* Short enough for one line: an empty list, a list of words, a text in its languages. */
static bool
is_flat(const struct json *value)
{
	const char *key;
	struct json *item;
	void *it = NULL;

	if (json_kind(value) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_len(value); i++)
			if (!is_scalar(json_at(value, i)))
				return false;
		return true;
	}
	while (json_next(value, &it, &key, &item))
		if (!is_scalar(item))
			return false;
	return json_len(value) == 0 || json_get(value, "vi") != NULL;
}

/* A key that is not a plain word is no field of a pack; quoted, the check can name it. */
static void
add_key(struct writer *w, const char *key)
{
	if (*key != '\0' && strspn(key, "abcdefghijklmnopqrstuvwxyz_") == strlen(key))
		buf_adds(w->out, key);
	else
		jsonw_quote(w->out, key, strlen(key));
	buf_addc(w->out, ':');
}

static void
add_flat(struct writer *w, const struct json *value)
{
	bool list = json_kind(value) == JSON_KIND_ARRAY, first = true;
	const char *key;
	struct json *item;
	void *it = NULL;

	buf_addc(w->out, list ? '[' : '{');
	for (size_t i = 0; list && i < json_len(value); i++) {
		buf_adds(w->out, i == 0 ? "" : ", ");
		add_scalar(w, json_at(value, i));
	}
	while (!list && json_next(value, &it, &key, &item)) {
		buf_adds(w->out, first ? "" : ", ");
		add_key(w, key);
		buf_addc(w->out, ' ');
		add_scalar(w, item);
		first = false;
	}
	buf_addc(w->out, list ? ']' : '}');
}

static void add_block(struct writer *w, const struct json *value, unsigned depth, bool inlined);

/* What stands after "key:" or "- ". */
static void
add_value(struct writer *w, const struct json *value, unsigned depth, bool item)
{
	bool line = is_scalar(value) || is_flat(value);

	if (!item)
		buf_addc(w->out, line ? ' ' : '\n');
	if (!line) {
		add_block(w, value, depth, item);
		return;
	}
	if (is_scalar(value))
		add_scalar(w, value);
	else
		add_flat(w, value);
	buf_addc(w->out, '\n');
}

/* ${inlined}: the first line goes on where "- " stands. */
static void
add_block(struct writer *w, const struct json *value, unsigned depth, bool inlined)
{
	bool list = json_kind(value) == JSON_KIND_ARRAY;
	const char *key;
	struct json *item;
	void *it = NULL;

	if (depth >= YAML_DEPTH_MAX) {
		err_set(w->err, ERR_INVALID, "err.playbook_values", "values");
		return;
	}
	for (size_t i = 0; list && i < json_len(value); i++, inlined = false) {
		if (!inlined)
			indent(w, depth);
		buf_adds(w->out, "- ");
		add_value(w, json_at(value, i), depth + 1, true);
	}
	while (!list && json_next(value, &it, &key, &item)) {
		if (!inlined)
			indent(w, depth);
		inlined = false;
		add_key(w, key);
		add_value(w, item, depth + 1, false);
	}
}

int
json_as_yaml(const struct json *value, struct buf *out, struct err *err)
{
	struct writer w = { out, err };

	if (json_kind(value) != JSON_KIND_OBJECT)
		return err_set(err, ERR_INVALID, "err.playbook_values", "values");
	add_block(&w, value, 0, false);
	if (out->full)
		return err_set(err, ERR_TOO_LARGE, "yaml.size", "values");
	return err == NULL ? 0 : err->kind;
}
