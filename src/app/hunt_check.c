/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt_check.c: what a worker says, looked at before anything is done with it.  It has read files
 * from outside and may be in somebody else's hands: only what has the right shape is taken, and
 * texts only as texts.
 */
#include "app/hunt.h"

#include <math.h>

#include "base/utf8.h"

#define NUMBER_MAX JSON_INT_SAFE
#define TIME_MAX   INT64_C(253402300799999) /* 9999-12-31 */
#define VALUE_MAX  ((size_t)64 << 10)       /* of a matched field, in a line */

enum shape { COUNT, SCORE, BOOL, TEXT, LEVEL, TIME, STORY, RECORD, LIST, MAP, OPTIONAL };

struct member {
	const char *name;
	enum shape shape;
	size_t max;                /* TEXT: bytes; LIST: items; MAP: members */
	const struct member *item; /* LIST: of each object; NULL: texts */
};

static bool check(const struct json *object, const struct member *members);

static bool
is_level(const char *text)
{
	static const char *const level[] = { "", "none", "informational", "low", "medium", "high", "critical" };

	for (size_t i = 0; text != NULL && i < ARRAY_LEN(level); i++)
		if (strcmp(text, level[i]) == 0)
			return true;
	return false;
}

/* A name made of small letters and dashes, as tactics and levels have. */
static bool
is_word(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < 40 && strspn(text, "abcdefghijklmnopqrstuvwxyz-") == len;
}

static bool
is_number(const struct json *value, int64_t from, int64_t to)
{
	return json_kind(value) == JSON_KIND_INT && json_int(value, 0) >= from && json_int(value, 0) <= to;
}

static bool
is_text(const struct json *value, size_t max)
{
	return json_kind(value) == JSON_KIND_STRING && json_str(value) != NULL && strlen(json_str(value)) <= max;
}

static bool
is_list(const struct json *value, const struct member *m)
{
	if (json_kind(value) != JSON_KIND_ARRAY || json_len(value) > m->max)
		return false;
	for (size_t i = 0; i < json_len(value); i++)
		if (m->item == NULL ? !is_text(json_at(value, i), 200) : !check(json_at(value, i), m->item))
			return false;
	return true;
}

static bool
is_map(const struct json *value, size_t max)
{
	struct json *count;
	const char *name;
	void *it = NULL;

	if (json_kind(value) != JSON_KIND_OBJECT || json_len(value) > max)
		return false;
	while (json_next(value, &it, &name, &count))
		if (!is_word(name) || !is_number(count, 0, NUMBER_MAX))
			return false;
	return true;
}

static bool
fits(const struct json *value, const struct member *m)
{
	switch (m->shape) {
	case COUNT:
		return is_number(value, 0, NUMBER_MAX);
	case SCORE:
		return is_number(value, 0, 100);
	case BOOL:
		return json_kind(value) == JSON_KIND_BOOL;
	case TEXT:
		return is_text(value, m->max);
	case OPTIONAL:
		return json_kind(value) == JSON_KIND_NULL || is_text(value, m->max);
	case LEVEL:
		return is_text(value, 40) && is_level(json_str(value));
	case TIME:
		return json_kind(value) == JSON_KIND_NULL || is_number(value, -TIME_MAX, TIME_MAX);
	case STORY:
		return is_number(value, -1, HUNTER_STORIES_MAX - 1);
	case RECORD:
		return is_number(value, 0, INT64_MAX);
	case LIST:
		return is_list(value, m);
	case MAP:
		return is_map(value, m->max);
	}
	return false;
}

/* The members that are named, all of them, each as it must be, and no other. */
static bool
check(const struct json *object, const struct member *members)
{
	size_t n = 0;

	if (json_kind(object) != JSON_KIND_OBJECT)
		return false;
	for (const struct member *m = members; m->name != NULL; m++, n++)
		if (json_get(object, m->name) == NULL || !fits(json_get(object, m->name), m))
			return false;
	return json_len(object) == n;
}

#define TEXT_MAX  (HUNTER_TEXT_MAX / 4 * 3 + 3) /* a bad byte has become three */
#define END       { NULL, COUNT, 0, NULL }

static const struct member host[] = { { "name", TEXT, TEXT_MAX, NULL }, { "count", COUNT, 0, NULL },
	{ "score", SCORE, 0, NULL }, { "level", LEVEL, 0, NULL }, { "first_ms", TIME, 0, NULL },
	{ "last_ms", TIME, 0, NULL }, END };
static const struct member gap[] = { { "grave", BOOL, 0, NULL }, { "text", TEXT, TEXT_MAX, NULL }, END };
static const struct member story[] = { { "host", TEXT, TEXT_MAX, NULL }, { "level", LEVEL, 0, NULL },
	{ "score", SCORE, 0, NULL }, { "first_ms", TIME, 0, NULL }, { "last_ms", TIME, 0, NULL },
	{ "text", TEXT, TEXT_MAX, NULL }, END };
static const struct member match[] = { { "field", TEXT, TEXT_MAX, NULL }, { "value", OPTIONAL, TEXT_MAX, NULL },
	END };
static const struct member ref[] = { { "file", TEXT, TEXT_MAX, NULL }, { "record", RECORD, 0, NULL }, END };
static const struct member group[] = { { "rule_id", TEXT, TEXT_MAX, NULL }, { "rule_title", TEXT, TEXT_MAX, NULL },
	{ "title", TEXT, TEXT_MAX, NULL }, { "level", LEVEL, 0, NULL }, { "tags", LIST, 32, NULL },
	{ "host", TEXT, TEXT_MAX, NULL }, { "subject", TEXT, TEXT_MAX, NULL }, { "count", COUNT, 0, NULL },
	{ "score", SCORE, 0, NULL }, { "first_ms", TIME, 0, NULL }, { "last_ms", TIME, 0, NULL },
	{ "story", STORY, 0, NULL }, { "advice", TEXT, TEXT_MAX, NULL }, { "playbook", TEXT, TEXT_MAX, NULL },
	{ "matched", LIST, 12, match }, { "refs", LIST, 5, ref }, END };
static const struct member summary_members[] = { { "files_read", COUNT, 0, NULL },
	{ "files_refused", COUNT, 0, NULL }, { "bytes", COUNT, 0, NULL }, { "events", COUNT, 0, NULL },
	{ "detections", COUNT, 0, NULL }, { "stopped", BOOL, 0, NULL }, { "is_cut", BOOL, 0, NULL },
	{ "rules_loaded", COUNT, 0, NULL }, { "rules_unmapped", COUNT, 0, NULL },
	{ "rules_refused", COUNT, 0, NULL }, { "from_ms", TIME, 0, NULL }, { "to_ms", TIME, 0, NULL },
	{ "groups_total", COUNT, 0, NULL }, { "levels", MAP, 6, NULL }, { "tactics", MAP, 16, NULL },
	{ "hosts", LIST, HUNTER_HOSTS_MAX, host }, { "gaps", LIST, HUNTER_GAPS_MAX, gap },
	{ "stories", LIST, HUNTER_STORIES_MAX, story }, { "groups", LIST, HUNTER_GROUPS_MAX, group }, END };

const char *
hunt_check_summary(const struct json *summary)
{
	int64_t first, last;

	for (const struct member *m = summary_members; m->name != NULL; m++)
		if (json_get(summary, m->name) == NULL || !fits(json_get(summary, m->name), m))
			return m->name;
	if (!check(summary, summary_members))
		return "summary";
	for (size_t i = 0; i < json_len(json_get(summary, "groups")); i++) {
		const struct json *g = json_at(json_get(summary, "groups"), i);

		first = json_get_int(g, "first_ms", 0);
		last = json_get_int(g, "last_ms", first);
		if (last < first || *json_get_str(g, "title") == '\0' ||
		    json_get_int(g, "story", -1) >= (int64_t)json_len(json_get(summary, "stories")))
			return "groups";
	}
	return NULL;
}

/* A line of detections has the same texts longer, and some members only for correlations. */
static bool
is_match(const struct json *m)
{
	return json_kind(m) == JSON_KIND_OBJECT && json_len(m) == 3 && is_text(json_get(m, "field"), VALUE_MAX) &&
	    (json_kind(json_get(m, "value")) == JSON_KIND_NULL || is_text(json_get(m, "value"), VALUE_MAX)) &&
	    is_text(json_get(m, "pattern"), VALUE_MAX);
}

static bool
is_time(const struct json *value)
{
	int64_t at;

	return json_kind(value) == JSON_KIND_NULL || (is_text(value, 40) && clock_parse(json_str(value), &at));
}

static bool
is_event(const struct json *e)
{
	return json_kind(e) == JSON_KIND_OBJECT && json_len(e) == 2 && is_text(json_get(e, "file"), HUNTER_SHOWN_MAX) &&
	    is_number(json_get(e, "record"), 0, INT64_MAX);
}

static bool
is_correlation(const struct json *line)
{
	const struct json *count = json_get(line, "count"), *events = json_get(line, "events");

	if (!is_time(json_get(line, "first")) || json_kind(events) != JSON_KIND_ARRAY || json_len(events) > 20 ||
	    (json_kind(count) != JSON_KIND_INT && json_kind(count) != JSON_KIND_REAL))
		return false;
	for (size_t i = 0; i < json_len(events); i++)
		if (!is_event(json_at(events, i)))
			return false;
	return true;
}

const char *
hunt_check_line(const struct json *line)
{
	static const struct member fixed[] = { { "rule_id", TEXT, 1000, NULL }, { "title", TEXT, 4000, NULL },
		{ "level", LEVEL, 0, NULL }, { "tags", LIST, 200, NULL }, { "file", TEXT, HUNTER_SHOWN_MAX, NULL },
		{ "record", RECORD, 0, NULL }, { "host", TEXT, VALUE_MAX, NULL }, END };
	const struct json *matched = json_get(line, "matched");
	size_t n = json_len(line);

	for (const struct member *m = fixed; m->name != NULL; m++)
		if (json_get(line, m->name) == NULL || !fits(json_get(line, m->name), m))
			return m->name;
	if (json_get(line, "time") == NULL || !is_time(json_get(line, "time")))
		return "time";
	if (json_kind(matched) != JSON_KIND_ARRAY || json_len(matched) > 32)
		return "matched";
	for (size_t i = 0; i < json_len(matched); i++)
		if (!is_match(json_at(matched, i)))
			return "matched";
	if (n == 9)
		return NULL;
	return n == 12 && is_correlation(line) ? NULL : "line";
}

const char *
hunt_check_context(const struct json *context)
{
	static const struct member field[] = { { "field", TEXT, 100, NULL }, { "value", TEXT, HUNTER_VALUE_MAX, NULL },
		END };
	static const struct member members[] = { { "rule_id", TEXT, 1000, NULL }, { "level", LEVEL, 0, NULL },
		{ "host", TEXT, 2000, NULL }, { "fields", LIST, HUNTER_FIELDS_MAX, field }, END };

	return check(context, members) ? NULL : "C";
}
