/* SPDX-License-Identifier: Apache-2.0 */
/* intake_khien.c: Khiên's own shape: what is not in it is refused, so that a slip is noticed. */
#include "app/intake_part.h"

#include <stdio.h>

static const char *const members[] = { "source", "source_ref", "rule_id", "title", "level", "tags",
	"host", "user", "first_at", "last_at", "count", "description", "detail", "advice", "playbook",
	"observables", NULL };

static int
check_members(struct item *item)
{
	const char *key;
	struct json *value;
	void *it = NULL;

	while (json_next(item->json, &it, &key, &value)) {
		size_t i = 0;

		while (members[i] != NULL && strcmp(members[i], key) != 0)
			i++;
		if (members[i] == NULL)
			return err_fail(item->err, ERR_INVALID, "err.intake.unknown", key, "value", key, NULL, NULL);
	}
	return 0;
}

static int
take_detail(struct item *item)
{
	const struct json *detail = item_at(item, "detail");
	struct buf out = BUF_INIT(ALERT_DETAIL_MAX);

	item_detail(item, "description", item_text(item, "description", 8000, 0));
	if (detail == NULL)
		return 0;
	if (json_kind(detail) != JSON_KIND_OBJECT)
		return err_set(item->err, ERR_INVALID, "err.object", "detail");
	json_write(detail, &out);
	if (out.full)
		err_fail(item->err, ERR_TOO_LARGE, "err.too_large", "detail", "max", "48 KB", NULL, NULL);
	else
		item->in.detail_json = arena_strdup(item->arena, buf_str(&out));
	buf_clear(&out);
	return item->err->kind;
}

static int
take_observables(struct item *item)
{
	const struct json *list = item_at(item, "observables");

	if (list != NULL && json_kind(list) != JSON_KIND_ARRAY)
		return err_set(item->err, ERR_INVALID, "err.intake.type", "observables");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *o = json_at(list, i);
		char field[48];

		if (json_kind(o) == JSON_KIND_STRING)
			item_observe(item, NULL, json_str(o), NULL, false);
		else if (json_get_str(o, "value") == NULL) {
			snprintf(field, sizeof(field), "observables[%zu].value", i);
			return err_set(item->err, ERR_INVALID, "err.required", field);
		} else
			item_observe(item, json_get_str(o, "type"), json_get_str(o, "value"),
			    json_get_str(o, "note"), json_get_bool(o, "ioc", false));
	}
	return 0;
}

int
intake_khien(struct item *item)
{
	const struct json *tags = item_at(item, "tags");

	if (check_members(item) != 0)
		return item->err->kind;
	item->in.source = item_line(item, "source", 60, ITEM_REQUIRED | ITEM_NAME);
	item->in.source_ref = item_line(item, "source_ref", 200, ITEM_REQUIRED | ITEM_NAME);
	item->in.title = item_line(item, "title", 300, ITEM_REQUIRED);
	item->in.rule_id = item_line(item, "rule_id", 200, ITEM_NAME);
	item->in.level = item_line(item, "level", 20, ITEM_NAME);
	if (item->in.level != NULL && alert_rank(item->in.level) < 0)
		err_fail(item->err, ERR_INVALID, "err.choice", "level", "value", item->in.level, "choices",
		    "informational, low, medium, high, critical");
	item->in.host = item_line(item, "host", 200, 0);
	item->in.user = item_line(item, "user", 200, 0);
	item->in.first_at = item_time(item, "first_at");
	item->in.last_at = item_time(item, "last_at");
	if (item->in.first_at != SQL_NULL && item->in.last_at != SQL_NULL &&
	    item->in.first_at > item->in.last_at)
		err_fail(item->err, ERR_INVALID, "err.time_order", "last_at", "other", "@alert.field.first_at",
		    NULL, NULL);
	item->in.count = item_int(item, "count", 1, INT32_MAX, 1);
	item->in.advice = item_text(item, "advice", 4000, 0);
	item->in.playbook = item_line(item, "playbook", 60, ITEM_NAME);
	if (tags != NULL && json_kind(tags) != JSON_KIND_ARRAY)
		err_set(item->err, ERR_INVALID, "err.list", "tags");
	item_tags(item, "", tags);
	if (take_observables(item) != 0)
		return item->err->kind;
	return take_detail(item);
}
