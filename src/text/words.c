/* SPDX-License-Identifier: Apache-2.0 */
#include "text/words.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/utf8.h"
#include "text/json.h"
#include "text/jsonw.h"

#define NAME_MAX_LEN 23 /* of a placeholder: what err_arg.name holds */

static struct map catalogue[WORDS_LANGS];

const char *
lang_code(enum lang lang)
{
	return lang == LANG_EN ? "en" : "vi";
}

enum lang
lang_of(const char *code)
{
	return str_eq(code, "en") ? LANG_EN : LANG_VI;
}

int
words_load(enum lang lang, const char *data, size_t len, struct err *err)
{
	cleanup(json_freep) struct json *file = NULL;
	struct json *value;
	const char *key;
	void *it = NULL;
	int ret;

	ret = json_parse(data, len, &file, err);
	if (ret != 0)
		return ret;
	if (json_kind(file) != JSON_KIND_OBJECT)
		return err_fail(err, ERR_INVALID, "err.words", NULL, "key", "", NULL, NULL);
	while (json_next(file, &it, &key, &value))
		if (json_str(value) == NULL)
			return err_fail(err, ERR_INVALID, "err.words", NULL, "key", key,
			    NULL, NULL);
	it = NULL;
	while (json_next(file, &it, &key, &value))
		free(map_put(&catalogue[lang], key, xstrdup(json_str(value))));
	return 0;
}

void
words_clear(void)
{
	for (size_t i = 0; i < WORDS_LANGS; i++)
		map_clear(&catalogue[i], free);
}

/* The text of ${key} in ${lang} or Vietnamese; NULL when there is none. */
static const char *
find(enum lang lang, const char *key)
{
	const char *text = map_get(&catalogue[lang], key);

	return text != NULL ? text : map_get(&catalogue[LANG_VI], key);
}

const char *
word_or(enum lang lang, const char *key, const char *otherwise)
{
	const char *text = key == NULL ? NULL : find(lang, key);

	return text != NULL ? text : otherwise;
}

const char *
word(enum lang lang, const char *key)
{
	return word_or(lang, key, key);
}

bool
words_has(enum lang lang, const char *key)
{
	return map_get(&catalogue[lang], key) != NULL;
}

const char *
words_next(enum lang lang, size_t *i, const char **ret_text)
{
	struct map_slot *slot = map_next(&catalogue[lang], i);

	if (slot == NULL)
		return NULL;
	*ret_text = slot->value;
	return slot->key;
}

/* A value the caller named by its key, "@key", or as it stands. */
static const char *
resolve(enum lang lang, const char *value)
{
	const char *text = value[0] == '@' ? find(lang, value + 1) : NULL;

	return text != NULL ? text : value;
}

/* A value from outside: nothing in it may move a terminal's cursor or reverse its text. */
static void
add_clean(struct buf *out, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 1 && (cp < 0x20 || cp == 0x7f))
			buf_printf(out, "\\x%02x", (unsigned)cp);
		else if (n == 0 || (cp >= 0x80 && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) ||
		    (cp >= 0x2066 && cp <= 0x2069))
			buf_adds(out, "\xef\xbf\xbd");
		else
			buf_add(out, s + i, n);
		if (n == 0)
			n = 1;
	}
}

/* What placeholders stand for in one text. */
struct values {
	enum lang lang;
	const char *const *names, *const *values;
	size_t n;
	bool clean; /* values come from outside */
};

/* Adds what {name} stands for; false when nobody knows. */
static bool
add_value(struct buf *out, const struct values *v, const char *name)
{
	char key[NAME_MAX_LEN + sizeof("arg.")];
	const char *text;

	for (size_t i = 0; i < v->n; i++) {
		if (!str_eq(v->names[i], name))
			continue;
		text = v->values[i] == NULL ? "" : resolve(v->lang, v->values[i]);
		if (v->clean && text == v->values[i])
			add_clean(out, text);
		else
			buf_adds(out, text);
		return true;
	}
	snprintf(key, sizeof(key), "arg.%s", name);
	text = find(v->lang, key);
	if (text != NULL)
		buf_adds(out, text);
	return text != NULL;
}

/* The length of the placeholder at ${s}, braces included, its name in ${ret_name}; else 0. */
static size_t
placeholder(const char *s, char ret_name[static NAME_MAX_LEN + 1])
{
	size_t len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");

	if (len == 0 || len > NAME_MAX_LEN || s[1 + len] != '}')
		return 0;
	memcpy(ret_name, s + 1, len);
	ret_name[len] = '\0';
	return len + 2;
}

static void
fill(struct buf *out, const char *text, const struct values *v)
{
	char name[NAME_MAX_LEN + 1];
	size_t len;

	while (*text != '\0') {
		size_t plain = strcspn(text, "{");

		buf_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		len = placeholder(text, name);
		if (len == 0)
			len = 1;
		else if (add_value(out, v, name)) {
			text += len;
			continue;
		}
		buf_add(out, text, len);
		text += len;
	}
}

void
words_format(struct buf *out, enum lang lang, const char *key, const char *const names[],
    const char *const values[], size_t n)
{
	struct values v = { lang, names, values, n, false };

	fill(out, word(lang, key), &v);
}

/* The field's name for people; ${err} has one. */
static const char *
field_name(enum lang lang, const struct err *err)
{
	char key[sizeof(err->field) + sizeof("field.")];
	const char *text;

	snprintf(key, sizeof(key), "field.%s", err->field);
	text = find(lang, key);
	return text != NULL ? text : err->field;
}

void
words_err_text(struct buf *out, enum lang lang, const struct err *err)
{
	const char *names[ERR_ARGS_MAX + 1], *values[ERR_ARGS_MAX + 1];
	struct values v = { lang, names, values, err->args, true };
	const char *text = word(lang, err->key);

	for (size_t i = 0; i < err->args; i++) {
		names[i] = err->arg[i].name;
		values[i] = err->arg[i].value;
	}
	if (err->field[0] != '\0') {
		names[v.n] = "field";
		values[v.n++] = field_name(lang, err);
		if (strstr(text, "{field}") == NULL) {
			add_clean(out, field_name(lang, err));
			buf_adds(out, ": ");
		}
	}
	fill(out, text, &v);
}

static void
add_list(struct buf *out, enum lang lang, const char *list)
{
	cleanup(json_freep) struct json *items = NULL;

	if (json_parse(list, strlen(list), &items, NULL) != 0)
		return;
	for (size_t i = 0; i < json_len(items); i++) {
		const char *item = json_str(json_at(items, i));

		if (item == NULL)
			continue;
		buf_adds(out, "\n- ");
		add_clean(out, resolve(lang, item));
	}
}

void
words_err(struct buf *out, enum lang lang, const struct err *err)
{
	add_clean(out, err->file);
	if (err->line > 0)
		buf_printf(out, err->file[0] == '\0' ? "%d" : ":%d", err->line);
	if (err->line > 0 && err->column > 0)
		buf_printf(out, ":%d", err->column);
	if (err->file[0] != '\0' || err->line > 0)
		buf_adds(out, ": ");
	words_err_text(out, lang, err);
	if (err->list != NULL)
		add_list(out, lang, err->list);
}

void
words_err_json(struct buf *out, enum lang lang, const struct err *err)
{
	struct buf text = BUF_INIT(100000);
	struct jsonw w = JSONW_INIT(out);

	words_err_text(&text, lang, err);
	jsonw_object(&w);
	jsonw_kstring(&w, "error", err->key);
	jsonw_kstring(&w, "detail", buf_str(&text));
	if (err->field[0] != '\0')
		jsonw_kstring(&w, "field", err->field);
	if (err->file[0] != '\0')
		jsonw_kstring(&w, "file", err->file);
	if (err->line > 0) {
		jsonw_kint(&w, "line", err->line);
		jsonw_kint(&w, "column", err->column);
	}
	if (err->list != NULL)
		jsonw_kraw(&w, "missing", err->list);
	jsonw_object_end(&w);
	buf_clear(&text);
}
