/* SPDX-License-Identifier: Apache-2.0 */
#include "app/args.h"

#include <stdio.h>

#include "base/utf8.h"

#define LINE_MAX_BYTES   200
#define TEXT_MAX_BYTES   20000
#define LIST_MAX_ITEMS   1000
#define CLOCK_SKEW_MS    (5 * 60 * 1000)
#define WORD_MAX         40

/* Edit distance of two short words, for "did you mean". */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[n];
}

const char *
nearest(const char *word, const char *(*name)(void *arg, size_t i), void *arg)
{
	const char *best = NULL, *candidate;
	size_t len = strlen(word), best_distance = len < 3 ? len : 3;

	/* One that has nothing in common with a short word is not near it. */
	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; (candidate = name(arg, i)) != NULL; i++) {
		size_t d = strlen(candidate) > WORD_MAX ? best_distance : distance(word, candidate);

		if (d < best_distance) {
			best_distance = d;
			best = candidate;
		}
	}
	return best;
}

static const char *
param_name(void *arg, size_t i)
{
	const struct op *op = arg;

	return op->params == NULL ? NULL : op->params[i].name;
}

static const struct param *
find(const struct op *op, const char *name)
{
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static int
check_text(const struct param *p, const char *text, struct err *err)
{
	bool line = p->type != P_TEXT;
	int64_t max = p->max > 0 && p->type != P_LIST ? p->max : line ? LINE_MAX_BYTES : TEXT_MAX_BYTES;
	char number[24];

	if (!utf8_valid(text, strlen(text)))
		return err_set(err, ERR_INVALID, "err.utf8", p->name);
	snprintf(number, sizeof(number), "%lld", (long long)max);
	if ((int64_t)strlen(text) > max)
		return err_fail(err, ERR_INVALID, "err.too_long", p->name, "max", number, NULL, NULL);
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		bool allowed = !line && (*c == '\n' || *c == '\t' || *c == '\r');

		if ((*c < 0x20 && !allowed) || *c == 0x7f)
			return err_set(err, ERR_INVALID, line ? "err.one_line" : "err.control", p->name);
	}
	return 0;
}

/* What another program sent: the operation reads it; here only that it is text. */
static int
check_body(const struct param *p, const char *text, struct err *err)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)p->max);
	if ((int64_t)strlen(text) > p->max)
		return err_fail(err, ERR_TOO_LARGE, "err.too_large", p->name, "max", number, NULL, NULL);
	return utf8_valid(text, strlen(text)) ? 0 : err_set(err, ERR_INVALID, "err.utf8", p->name);
}

static int
check_choice(const struct param *p, const char *text, struct err *err)
{
	char list[ERR_TEXT_MAX] = "";

	for (size_t i = 0; p->choices[i] != NULL; i++) {
		if (strcmp(p->choices[i], text) == 0)
			return 0;
		if (strlen(list) + strlen(p->choices[i]) + 3 < sizeof(list)) {
			strcat(list, i == 0 ? "" : ", ");
			strcat(list, p->choices[i]);
		}
	}
	return err_fail(err, ERR_INVALID, "err.choice", p->name, "value", text, "choices", list);
}

/* Command lines and forms say everything as text; both are read alike. */
static bool
read_int(const struct json *value, int64_t *ret)
{
	const char *text = json_str(value);
	char *end;

	if (json_kind(value) == JSON_KIND_INT) {
		*ret = json_int(value, 0);
		return true;
	}
	if (str_empty(text) || strlen(text) > 18)
		return false;
	*ret = strtoll(text, &end, 10);
	return *end == '\0' && (*text == '-' || (*text >= '0' && *text <= '9'));
}

static int
check_int(const struct param *p, const struct json *value, struct err *err)
{
	char min[24], max[24];
	int64_t n;

	snprintf(min, sizeof(min), "%lld", (long long)p->min);
	snprintf(max, sizeof(max), "%lld", (long long)p->max);
	if (!read_int(value, &n) || (p->max > p->min && (n < p->min || n > p->max)))
		return err_fail(err, ERR_INVALID, "err.int", p->name, "min", min, "max", max);
	return 0;
}

static int
read_bool(const struct json *value)
{
	static const char *const yes[] = { "true", "1", "yes", "on", "" };
	static const char *const no[] = { "false", "0", "no", "off" };

	if (json_kind(value) == JSON_KIND_BOOL)
		return json_bool(value, false);
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (str_eq(json_str(value), yes[i]))
			return 1;
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (str_eq(json_str(value), no[i]))
			return 0;
	return -1;
}

static int
check_list(const struct param *p, const struct json *value, struct err *err)
{
	if (json_kind(value) == JSON_KIND_STRING)
		return p->choices != NULL && !str_empty(json_str(value)) ?
		    check_choice(p, json_str(value), err) : check_text(p, json_str(value), err);
	if (json_kind(value) != JSON_KIND_ARRAY || json_len(value) > (p->max > 0 ? (size_t)p->max : LIST_MAX_ITEMS))
		return err_set(err, ERR_INVALID, "err.list", p->name);
	for (size_t i = 0; i < json_len(value); i++) {
		const char *item = json_str(json_at(value, i));
		int ret;

		if (item == NULL)
			return err_set(err, ERR_INVALID, "err.list", p->name);
		ret = p->choices != NULL ? check_choice(p, item, err) : check_text(p, item, err);
		if (ret != 0)
			return ret;
	}
	return 0;
}

static int
check_time(const struct param *p, const char *text, int64_t now, struct err *err)
{
	int64_t ms;

	if (text == NULL || !clock_parse(text, &ms))
		return err_fail(err, ERR_INVALID, "err.time", p->name, "value", text == NULL ? "" : text,
		    NULL, NULL);
	if ((p->flags & PF_PAST) != 0 && ms > now + CLOCK_SKEW_MS)
		return err_set(err, ERR_INVALID, "err.time_future", p->name);
	return 0;
}

static int
check_value(const struct param *p, const struct json *value, int64_t now, struct err *err)
{
	const char *text = json_str(value);

	switch (p->type) {
	case P_INT:
		return check_int(p, value, err);
	case P_BOOL:
		return read_bool(value) >= 0 ? 0 : err_set(err, ERR_INVALID, "err.bool", p->name);
	case P_LIST:
		return check_list(p, value, err);
	case P_JSON:
		return json_kind(value) == JSON_KIND_OBJECT ? 0 :
		    err_set(err, ERR_INVALID, "err.object", p->name);
	case P_FILES:
		return err_set(err, ERR_INVALID, "err.files", p->name);
	case P_TIME:
		return check_time(p, text, now, err);
	case P_ENUM:
		return text == NULL ? err_set(err, ERR_INVALID, "err.not_text", p->name) :
		    check_choice(p, text, err);
	case P_BODY:
		return text == NULL ? err_set(err, ERR_INVALID, "err.not_text", p->name) :
		    check_body(p, text, err);
	default:
		return text == NULL ? err_set(err, ERR_INVALID, "err.not_text", p->name) :
		    check_text(p, text, err);
	}
}

/* null and "" mean "not given". */
static bool
given(const struct json *value)
{
	if (json_kind(value) == JSON_KIND_NULL)
		return false;
	return json_kind(value) != JSON_KIND_STRING || *json_str(value) != '\0';
}

int
args_check(const struct op_request *request, int64_t now, struct err *err)
{
	const struct op *op = request->op;
	const char *key;
	struct json *value;
	void *it = NULL;

	while (json_next(request->args, &it, &key, &value)) {
		const struct param *p = find(op, key);
		const char *near;
		int ret;

		if (p == NULL) {
			near = nearest(key, param_name, (void *)(uintptr_t)op);
			return err_fail(err, ERR_USAGE,
			    near == NULL ? "err.unknown_param" : "err.unknown_param_near", NULL,
			    "param", key, "near", near == NULL ? "" : near);
		}
		if ((p->flags & PF_HANDLER) != 0 && (request->actor.rights & RIGHT_HANDLE) == 0)
			return err_set(err, ERR_FORBIDDEN, "err.param_forbidden", p->name);
		if (given(value) && (ret = check_value(p, value, now, err)) != 0)
			return ret;
	}
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++) {
		if ((p->flags & PF_REQUIRED) == 0)
			continue;
		if (p->type == P_FILES ? request->uploads_count == 0 : !given(json_get(request->args, p->name)))
			return err_set(err, op->method == NULL ? ERR_USAGE : ERR_INVALID, "err.required", p->name);
	}
	return 0;
}

/* ---- getters --------------------------------------------------------------- */

bool
arg_has(const struct call *call, const char *name)
{
	return given(json_get(call->args, name));
}

const char *
arg_text(const struct call *call, const char *name)
{
	const char *text = json_get_str(call->args, name);

	return str_empty(text) ? NULL : text;
}

int64_t
arg_int(const struct call *call, const char *name, int64_t otherwise)
{
	int64_t n;

	return read_int(json_get(call->args, name), &n) ? n : otherwise;
}

bool
arg_bool(const struct call *call, const char *name)
{
	const struct json *value = json_get(call->args, name);

	return value != NULL && read_bool(value) == 1;
}

int64_t
arg_time(const struct call *call, const char *name, int64_t otherwise)
{
	const char *text = arg_text(call, name);
	int64_t ms;

	return text != NULL && clock_parse(text, &ms) ? ms : otherwise;
}

int64_t
arg_time_end(const struct call *call, const char *name, int64_t otherwise)
{
	const char *text = arg_text(call, name);
	int64_t ms;

	return text != NULL && clock_parse_end(text, &ms) ? ms : otherwise;
}

const struct json *
arg_json(const struct call *call, const char *name)
{
	return json_get(call->args, name);
}

const char *
arg_list(const struct call *call, const char *name, char separator)
{
	const struct json *value = json_get(call->args, name);
	struct buf joined = BUF_INIT(LIST_MAX_ITEMS * (LINE_MAX_BYTES + 1));
	const char *result;

	if (json_kind(value) == JSON_KIND_STRING)
		return arg_text(call, name);
	for (size_t i = 0; i < json_len(value); i++) {
		if (i > 0)
			buf_addc(&joined, separator);
		buf_adds(&joined, json_str(json_at(value, i)));
	}
	result = joined.len == 0 ? NULL : arena_strdup(call->arena, buf_str(&joined));
	buf_clear(&joined);
	return result;
}
