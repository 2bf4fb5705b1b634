/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake_thehive.c: POST /api/alert of TheHive 3 ("artifacts") and /api/v1/alert of 4 and 5
 * ("observables").  What it has and Khiên has no use for is left alone, as TheHive itself does.
 * A file stands among the observables, as "name;type;base64" or by the name of a part of the form.
 */
#include "app/intake_part.h"

#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"

/* Their names of kinds of observables; what is not here is looked at as it is. */
static const char *
observable_of(const char *data_type)
{
	static const struct { const char *theirs, *ours; } rows[] = {
		{ "ip", "ip" }, { "domain", "domain" }, { "fqdn", "domain" }, { "url", "url" },
		{ "uri_path", NULL }, { "mail", "email" }, { "hash", NULL }, { "filename", "filename" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcasecmp(data_type, rows[i].theirs) == 0)
			return rows[i].ours;
	return NULL;
}

/*
 * Until 5 had five of the traffic lights, 3 was red, where it now is amber and strict: nobody can
 * tell which a sender means, and the stricter one does no harm.
 */
static const char *
tlp_of(struct item *item, const struct json *value, const char *field)
{
	static const char *const lights[] = { "clear", "green", "amber", "red", "red" };
	int64_t n = json_int(value, -1);

	if (value == NULL || json_kind(value) == JSON_KIND_NULL)
		return NULL;
	if (json_kind(value) != JSON_KIND_INT || n < 0 || n > 4) {
		err_fail(item->err, ERR_INVALID, "err.int", field, "min", "0", "max", "4");
		return NULL;
	}
	return lights[n];
}

static const char *
shown_name(struct item *item, const char *name, size_t len)
{
	len = len > 200 ? utf8_cut(name, 200) : len;
	return len == 0 ? NULL : item_clean(item, arena_strndup(item->arena, name, len));
}

/* Why it is left out, as app/op_alert_hive.c says; nobody else's words are repeated. */
static const char *
reason_of(const struct json *attachment)
{
	static const char *const known[] = { INTAKE_FILE_BASE64, INTAKE_FILE_LARGE, INTAKE_FILE_EMPTY };
	const char *why = json_get_str(attachment, "why");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(why, known[i]))
			return known[i];
	return INTAKE_FILE_ABSENT;
}

static void
take_file(struct item *item, const struct json *o)
{
	const struct json *attachment = json_get(o, "attachment");
	const char *data = json_get_str(o, "data");
	struct intake_file *file = &item->file[item->files];

	if (item->files == INTAKE_FILES_MAX)
		return;
	if (json_kind(attachment) == JSON_KIND_ARRAY)
		attachment = json_at(attachment, 0);
	*file = (struct intake_file){ .note = json_get_str(o, "message"), .tlp = item->tlp,
	    .is_ioc = json_get_bool(o, "ioc", false), .key = json_str(attachment) };
	if (file->note != NULL)
		file->note = item_clean(item, arena_strndup(item->arena, file->note, utf8_cut(file->note, 300)));
	if (file->key == NULL) {
		file->why = reason_of(attachment);
		file->name = json_get_str(attachment, "name");
		file->name = file->name != NULL ? shown_name(item, file->name, strlen(file->name)) :
		    data != NULL ? shown_name(item, data, strcspn(data, ";")) : NULL;
	}
	item->files++;
}

static void
observe_data(struct item *item, const struct json *o, const char *type, const char *data)
{
	bool is_hash = strcasecmp(type, "hash") == 0;

	/* "user-agent", "registry", "other": kept among the fields, but no signs to compare by. */
	if (data != NULL && (observable_of(type) != NULL || is_hash))
		item_observe(item, observable_of(type), data, json_get_str(o, "message"),
		    json_get_bool(o, "ioc", false));
}

static int
take_observables(struct item *item, const char *member)
{
	const struct json *list = item_at(item, member);
	const char *whole = item->tlp, *own;

	if (list != NULL && json_kind(list) != JSON_KIND_ARRAY)
		return err_set(item->err, ERR_INVALID, "err.intake.type", member);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *o = json_at(list, i), *data = json_get(o, "data");
		const char *type = json_get_str(o, "dataType");
		char field[64];

		if (type == NULL) {
			snprintf(field, sizeof(field), "%s[%zu].dataType", member, i);
			return err_set(item->err, ERR_INVALID, "err.required", field);
		}
		snprintf(field, sizeof(field), "%s[%zu].tlp", member, i);
		own = tlp_of(item, json_get(o, "tlp"), field);
		item->tlp = own != NULL ? own : whole;
		if (strcasecmp(type, "file") == 0) {
			take_file(item, o);
			continue;
		}
		observe_data(item, o, type, json_str(data));
		for (size_t k = 0; json_kind(data) == JSON_KIND_ARRAY && k < json_len(data); k++)
			observe_data(item, o, type, json_str(json_at(data, k)));
	}
	item->tlp = whole;
	return item->err->kind;
}

/* Wazuh's and others' scripts say rule and machine in tags: "rule=5710", "agent_name=web-01". */
static const char *
from_tags(struct item *item, const char *prefix)
{
	const struct json *tags = item_at(item, "tags");

	for (size_t i = 0; i < json_len(tags); i++) {
		const char *tag = json_str(json_at(tags, i));

		if (tag != NULL && strncasecmp(tag, prefix, strlen(prefix)) == 0 && tag[strlen(prefix)] != '\0')
			return item_clean(item, tag + strlen(prefix));
	}
	return NULL;
}

int
intake_thehive(struct item *item)
{
	static const char *const fields[] = { "tlp", "pap", "flag", "caseTemplate", "customFields", NULL };
	static const char *const lists[] = { "artifacts", "observables", NULL };
	static const char *const level[] = { "low", "medium", "high", "critical" };
	const char *type = item_line(item, "type", 60, ITEM_REQUIRED | ITEM_NAME);
	const char *ref = item_line(item, "sourceRef", 120, ITEM_REQUIRED | ITEM_NAME);
	const struct json *tags = item_at(item, "tags");

	item->in.source = item_line(item, "source", 60, ITEM_REQUIRED | ITEM_NAME);
	item->in.title = item_line(item, "title", 300, ITEM_REQUIRED);
	item_detail(item, "description", item_text(item, "description", 8000, ITEM_REQUIRED));
	/* A severity that is not there is TheHive's own default. */
	item->in.level = level[item_int(item, "severity", 1, 4, 2) - 1];
	item->in.source_ref = arena_printf(item->arena, "%s:%s", type == NULL ? "" : type,
	    ref == NULL ? "" : ref);
	item->in.first_at = item->in.last_at = item_time(item, "date");
	item->in.rule_id = from_tags(item, "rule=");
	item->in.host = from_tags(item, "agent_name=");
	if (item->in.host == NULL)
		item->in.host = from_tags(item, "host=");
	if (tags != NULL && json_kind(tags) != JSON_KIND_ARRAY)
		return err_set(item->err, ERR_INVALID, "err.intake.type", "tags");
	item_tags(item, "", tags);
	item_detail(item, "link", item_line(item, "externalLink", 500, 0));
	item->tlp = tlp_of(item, item_at(item, "tlp"), "tlp");
	item_detail(item, "summary", item_text(item, "summary", 4000, 0));
	if (take_observables(item, "artifacts") != 0 || take_observables(item, "observables") != 0)
		return item->err->kind;
	item_fields_of(item, fields, lists);
	return item->err->kind;
}
