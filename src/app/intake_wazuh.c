/* SPDX-License-Identifier: Apache-2.0 */
/* intake_wazuh.c: a line of Wazuh's alerts.json, or what its integrator hands to a script. */
#include "app/intake_part.h"

#include <stdio.h>

/* Wazuh's levels are 0 to 16; 12 is where its own documentation begins "high importance". */
static const char *
level_of(int64_t level)
{
	return level >= 15 ? "critical" : level >= 12 ? "high" : level >= 7 ? "medium" :
	    level >= 4 ? "low" : "informational";
}

/* "SHA1=…,MD5=…,SHA256=…,IMPHASH=…" as Sysmon writes hashes. */
static void
observe_hashes(struct item *item, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, ",");
		const char *equals = memchr(list, '=', len);

		if (equals != NULL && !str_starts(list, "IMPHASH"))
			item_observe(item, NULL, arena_strndup(item->arena, equals + 1,
			    len - (size_t)(equals + 1 - list)), NULL, false);
		list += len + (list[len] == ',');
	}
}

/* Windows' paths and names come with each backslash twice. */
static const char *
single(struct item *item, const char *text)
{
	char *copy = arena_strdup(item->arena, text), *to = copy;

	if (copy == NULL)
		return NULL;
	for (const char *p = copy; *p != '\0'; p++) {
		if (p[0] == '\\' && p[1] == '\\')
			p++;
		*to++ = *p;
	}
	*to = '\0';
	return copy;
}

static void
observe(struct item *item)
{
	static const struct { const char *path, *type; } rows[] = {
		{ "data.srcip", "ip" }, { "data.dstip", "ip" }, { "data.src_ip", "ip" }, { "data.dest_ip", "ip" },
		{ "data.url", "url" }, { "data.hostname", "domain" }, { "data.dns.question.name", "domain" },
		{ "data.http.hostname", "domain" }, { "data.tls.sni", "domain" }, /* Suricata through Wazuh */
		{ "data.win.eventdata.ipAddress", "ip" }, { "data.win.eventdata.destinationIp", "ip" },
		{ "data.win.eventdata.sourceIp", "ip" }, { "data.win.eventdata.queryName", "domain" },
		{ "data.win.eventdata.targetFilename", "filename" }, { "syscheck.path", "filename" },
		{ "syscheck.md5_after", "md5" }, { "syscheck.sha1_after", "sha1" },
		{ "syscheck.sha256_after", "sha256" }, { "data.virustotal.source.sha1", "sha1" },
		{ "data.virustotal.source.md5", "md5" },
	};

	/* What is no observable of its type is left out further on. */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		item_observe(item, rows[i].type, single(item, json_str(item_at(item, rows[i].path))), NULL, false);
	observe_hashes(item, json_str(item_at(item, "data.win.eventdata.hashes")));
}

static const char *
first_of(struct item *item, const char *const *paths)
{
	const char *text = NULL;

	for (size_t i = 0; paths[i] != NULL && text == NULL; i++)
		if (json_kind(item_at(item, paths[i])) == JSON_KIND_STRING)
			text = item_line(item, paths[i], 200, 0);
	return text;
}

/* The manager watches itself as agent 000: then the log says which machine it was. */
static const char *
host_of(struct item *item)
{
	static const char *const own[] = { "predecoder.hostname", "agent.name", "manager.name", NULL };
	static const char *const agent[] = { "agent.name", "data.win.system.computer", "manager.name", NULL };

	return first_of(item, str_eq(json_str(item_at(item, "agent.id")), "000") ? own : agent);
}

int
intake_wazuh(struct item *item)
{
	static const char *const users[] = { "data.dstuser", "data.win.eventdata.targetUserName",
		"data.srcuser", "data.win.eventdata.user", "syscheck.uname_after", NULL };
	static const char *const fields[] = { "rule", "agent", "location", "decoder", "data", "syscheck", NULL };
	const char *id = item_line(item, "id", 100, ITEM_NAME);
	const char *manager = item_line(item, "manager.name", 80, ITEM_NAME);

	if (json_kind(item_at(item, "rule")) != JSON_KIND_OBJECT)
		return err_set(item->err, ERR_INVALID, "err.required", "rule");
	item->in.source = "wazuh";
	item->in.rule_id = item_line(item, "rule.id", 60, ITEM_REQUIRED | ITEM_NAME);
	item->in.title = item_line(item, "rule.description", 300, ITEM_REQUIRED);
	if (item_at(item, "rule.level") == NULL)
		err_set(item->err, ERR_INVALID, "err.required", "rule.level");
	item->in.level = level_of(item_int(item, "rule.level", 0, 16, 0));
	item->in.first_at = item->in.last_at = item_time(item, "timestamp");
	if (id == NULL)
		err_set(item->err, ERR_INVALID, "err.required", "id");
	item->in.source_ref = arena_printf(item->arena, "%s:%s", manager == NULL ? "" : manager,
	    id == NULL ? "" : id);
	item->in.host = host_of(item);
	item->in.user = single(item, first_of(item, users));
	item_tags(item, "attack.", item_at(item, "rule.mitre.id"));
	item_tags(item, "attack.", item_at(item, "rule.mitre.tactic"));
	item_tags(item, "", item_at(item, "rule.groups"));
	item_detail(item, "log", item_text(item, "full_log", 6000, 0));
	observe(item);
	item_fields(item, fields);
	return item->err->kind;
}
