/* SPDX-License-Identifier: Apache-2.0 */
/* intake_item.c: fields of an alert from outside, taken with care. */
#include "app/intake_part.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "model/observable.h"

#define PATH_PART   64
#define FIELDS_MAX  60
#define FIELD_VALUE 500
#define FIELD_DEPTH 6
#define VISITS_MAX  5000 /* members looked at: most of what is sent may be empty */
#define TAG_BYTES   100
#define TAGS_MAX    60
#define ROOM        1600 /* what one more member may take, escaped */
#define AHEAD_MS    INT64_C(300000)
#define SECONDS_MAX INT64_C(100000000000) /* as milliseconds a day of 1973, as seconds one of 5138 */

/* ---- reading ----------------------------------------------------------------------- */

const struct json *
item_at(const struct item *item, const char *path)
{
	const struct json *at = item->json;
	char part[PATH_PART];

	while (*path != '\0') {
		size_t len = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		at = json_get(at, part);
		path += len + (path[len] == '.');
	}
	return json_kind(at) == JSON_KIND_NULL ? NULL : at;
}

static int
wrong(struct item *item, const char *path)
{
	return err_set(item->err, ERR_INVALID, "err.intake.type", path);
}

/* A scalar's text; NULL for what is none. */
static const char *
scalar(struct arena *arena, const struct json *value)
{
	struct buf out = BUF_INIT(400);
	const char *text;

	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		return json_str(value);
	case JSON_KIND_INT:
	case JSON_KIND_REAL:
	case JSON_KIND_BOOL:
		json_write(value, &out);
		text = arena_strdup(arena, buf_str(&out));
		buf_clear(&out);
		return text;
	default:
		return NULL;
	}
}

/* A copy without control characters, cut to ${max} bytes; line breaks stay if ${lines}. */
static char *
cleaned(struct arena *arena, const char *text, size_t max, bool lines)
{
	size_t len = utf8_cut(text, max);
	bool is_cut = text[len] != '\0' && max > 8;
	char *copy;

	if (is_cut)
		len = utf8_cut(text, max - strlen("…"));
	copy = arena_printf(arena, "%.*s%s", (int)len, text, is_cut ? "…" : "");
	for (char *p = copy; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && !(lines && (*p == '\n' || *p == '\t'))) || *p == 0x7f)
			*p = ' ';
	return copy;
}

const char *
item_clean(const struct item *item, const char *text)
{
	return cleaned(item->arena, text, strlen(text) + 1, false);
}

static const char *
take_text(struct item *item, const char *path, size_t max, unsigned flags, bool lines)
{
	const struct json *value = item_at(item, path);
	const char *text = value == NULL ? NULL : scalar(item->arena, value);
	char number[24];
	char *copy;
	size_t len;

	if (value != NULL && text == NULL) {
		wrong(item, path);
		return NULL;
	}
	if (text == NULL || *text == '\0') {
		if ((flags & ITEM_REQUIRED) != 0)
			err_set(item->err, ERR_INVALID, "err.required", path);
		return NULL;
	}
	snprintf(number, sizeof(number), "%zu", max);
	if ((flags & ITEM_NAME) != 0 && strlen(text) > max) {
		err_fail(item->err, ERR_INVALID, "err.too_long", path, "max", number, NULL, NULL);
		return NULL;
	}
	copy = cleaned(item->arena, text, max, lines);
	copy += strspn(copy, " ");
	for (len = strlen(copy); len > 0 && (copy[len - 1] == ' ' || copy[len - 1] == '\n'); len--)
		copy[len - 1] = '\0';
	if (*copy == '\0' && (flags & ITEM_REQUIRED) != 0)
		err_set(item->err, ERR_INVALID, "err.required", path);
	return *copy == '\0' ? NULL : copy;
}

const char *
item_line(struct item *item, const char *path, size_t max, unsigned flags)
{
	return take_text(item, path, max, flags, false);
}

const char *
item_text(struct item *item, const char *path, size_t max, unsigned flags)
{
	return take_text(item, path, max, flags, true);
}

int64_t
item_int(struct item *item, const char *path, int64_t min, int64_t max, int64_t otherwise)
{
	const struct json *value = item_at(item, path);
	const char *text = json_str(value);
	char low[24], high[24], *end = NULL;
	int64_t n = json_int(value, 0);
	bool good = json_kind(value) == JSON_KIND_INT;

	if (value == NULL)
		return otherwise;
	if (text != NULL && *text != '\0' && strlen(text) < 19 && (isdigit((unsigned char)*text) || *text == '-')) {
		n = strtoll(text, &end, 10);
		good = *end == '\0';
	}
	snprintf(low, sizeof(low), "%lld", (long long)min);
	snprintf(high, sizeof(high), "%lld", (long long)max);
	if (!good || n < min || n > max) {
		err_fail(item->err, ERR_INVALID, "err.int", path, "min", low, "max", high);
		return otherwise;
	}
	return n;
}

/* Milliseconds since 1970, also with a fraction, or seconds: no alert is of the seventies. */
static bool
time_number(const char *text, int64_t *ret_ms)
{
	char *end = NULL;
	double n = isdigit((unsigned char)*text) ? strtod(text, &end) : -1;

	if (end == NULL || *end != '\0' || strspn(text, "0123456789.eE+") != strlen(text) ||
	    n < 0 || n > (double)CLOCK_MS_MAX)
		return false;
	*ret_ms = (int64_t)(n < (double)SECONDS_MAX ? n * 1000 : n);
	return true;
}

int64_t
item_time(struct item *item, const char *path)
{
	const struct json *value = item_at(item, path);
	const char *text = value == NULL ? NULL : scalar(item->arena, value);
	int64_t ms;

	if (value == NULL || (text != NULL && *text == '\0'))
		return SQL_NULL;
	if (text != NULL && time_number(text, &ms))
		;
	else if (text == NULL || !clock_parse(text, &ms)) {
		err_fail(item->err, ERR_INVALID, "err.time", path, "value", text == NULL ? "" : text, NULL, NULL);
		return SQL_NULL;
	}
	return ms > item->now + AHEAD_MS ? item->now : ms;
}

/* ---- tags, signs ------------------------------------------------------------------------ */

void
item_tag(struct item *item, const char *prefix, const char *tag)
{
	char *text, *p;

	if (str_empty(tag) || item->tag_count == TAGS_MAX)
		return;
	text = cleaned(item->arena, arena_printf(item->arena, "%s%s", prefix, tag), TAG_BYTES, false);
	/* "Defense Evasion" and "T1003" as Sigma writes them. */
	for (p = text; *p != '\0'; p++)
		if (*prefix != '\0')
			*p = *p == ' ' ? '-' : (char)tolower((unsigned char)*p);
	jsonw_string(&item->tag, text);
	item->tag_count++;
}

void
item_tags(struct item *item, const char *prefix, const struct json *value)
{
	if (json_kind(value) == JSON_KIND_STRING)
		item_tag(item, prefix, json_str(value));
	for (size_t i = 0; i < json_len(value) && json_kind(value) == JSON_KIND_ARRAY; i++)
		item_tag(item, prefix, json_str(json_at(value, i)));
}

void
item_observe(struct item *item, const char *type, const char *value, const char *note, bool is_ioc)
{
	if (str_empty(value) || strlen(value) >= OBSERVABLE_SIZE || item->observables == ALERT_OBSERVABLES_MAX)
		return;
	item->observable[item->observables++] = (struct alert_observable){ type, value,
	    note == NULL ? NULL : cleaned(item->arena, note, 200, false), is_ioc, item->tlp };
}

/* ---- the detail ---------------------------------------------------------------------------- */

void
item_detail(struct item *item, const char *key, const char *text)
{
	if (str_empty(text) || item->detail.len + 2 * strlen(text) + ROOM > ALERT_DETAIL_MAX)
		return;
	jsonw_kstring(&item->w, key, text);
	item->field_count++;
}

/* How many more fields may be written, and members looked at. */
struct budget {
	size_t fields, visits;
};

static void
add_field(struct item *item, const char *path, const struct json *value, unsigned depth,
    struct budget *left)
{
	const char *text, *key;
	struct json *below;
	void *it = NULL;

	if (left->fields == 0 || left->visits == 0 || depth > FIELD_DEPTH || item->detail.len + ROOM > ALERT_DETAIL_MAX)
		return;
	left->visits--;
	text = scalar(item->arena, value);
	if (text != NULL) {
		jsonw_object(&item->w);
		jsonw_kstring(&item->w, "field", cleaned(item->arena, path, 120, false));
		jsonw_kstring(&item->w, "value", cleaned(item->arena, text, FIELD_VALUE, false));
		jsonw_object_end(&item->w);
		left->fields--;
		return;
	}
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_len(value) && left->visits > 0; i++)
		add_field(item, path, json_at(value, i), depth + 1, left);
	while (json_kind(value) == JSON_KIND_OBJECT && left->visits > 0 && json_next(value, &it, &key, &below))
		add_field(item, arena_printf(item->arena, "%.60s%s%.60s", path, *path == '\0' ? "" : ".", key),
		    below, depth + 1, left);
}

static bool
is_sign(const struct item *item, const char *data)
{
	for (size_t i = 0; i < item->observables; i++)
		if (str_eq(item->observable[i].value, data))
			return true;
	return false;
}

/* What stands among the signs, or is a file, is told there. */
static void
add_kind(struct item *item, const struct json *o, struct budget *left)
{
	const struct json *data = json_get(o, "data");
	const char *kind = json_get_str(o, "dataType");

	if (kind == NULL || strcasecmp(kind, "file") == 0 || (json_str(data) != NULL && is_sign(item, json_str(data))))
		return;
	if (json_kind(data) == JSON_KIND_ARRAY && is_sign(item, json_str(json_at(data, 0))))
		return;
	add_field(item, kind, data, 0, left);
}

void
item_fields_of(struct item *item, const char *const *members, const char *const *lists)
{
	struct budget left = { FIELDS_MAX, VISITS_MAX };

	jsonw_karray(&item->w, "matched");
	for (size_t i = 0; members[i] != NULL; i++)
		add_field(item, members[i], item_at(item, members[i]), 0, &left);
	for (size_t i = 0; lists[i] != NULL; i++) {
		const struct json *list = item_at(item, lists[i]);

		for (size_t k = 0; json_kind(list) == JSON_KIND_ARRAY && k < json_len(list); k++)
			add_kind(item, json_at(list, k), &left);
	}
	jsonw_array_end(&item->w);
	item->field_count++;
}

void
item_fields(struct item *item, const char *const *members)
{
	item_fields_of(item, members, (const char *const[]){ NULL });
}

/* What a technique most often means for an agency, for a first proposal; a person decides. */
const char *
item_playbook(const struct item *item)
{
	static const struct { const char *tag, *playbook; } rows[] = {
		{ "\"attack.t1486", "ransomware" }, { "\"attack.t1490", "ransomware" },
		{ "\"attack.t1491", "defacement" }, { "\"attack.t1498", "dos" }, { "\"attack.t1499", "dos" },
		{ "\"attack.t1566", "phishing" }, { "\"attack.t1485", "sabotage" }, { "\"attack.t1561", "sabotage" },
		{ "\"attack.t1496", "malware" }, { "\"attack.t1204", "malware" }, { "\"attack.t1091", "malware" },
		{ "\"attack.t1110", "intrusion" }, { "\"attack.t1190", "intrusion" }, { "\"attack.t1003", "intrusion" },
		{ "\"attack.t1505", "intrusion" }, { "\"attack.t1021", "intrusion" }, { "\"attack.t1078", "intrusion" },
		{ "\"attack.t1136", "intrusion" }, { "\"attack.t1059", "intrusion" },
	};

	for (size_t i = 0; item->in.tags_json != NULL && i < ARRAY_LEN(rows); i++)
		if (strcasestr(item->in.tags_json, rows[i].tag) != NULL)
			return rows[i].playbook;
	return NULL;
}
