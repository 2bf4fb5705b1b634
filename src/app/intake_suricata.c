/* SPDX-License-Identifier: Apache-2.0 */
/* intake_suricata.c: Suricata's EVE, of which event_type "alert" is an alert and the rest is context. */
#include "app/intake_part.h"

#include <stdio.h>
#include <strings.h>

#include "model/observable.h"

/* Priority 1 is the highest; a rule's own word "Critical" goes beyond it. */
static const char *
level_of(struct item *item)
{
	static const char *const level[] = { "high", "high", "medium", "low" };
	int64_t severity = item_int(item, "alert.severity", 0, 255, 3);
	const struct json *own = item_at(item, "alert.metadata.signature_severity");
	const char *word = json_kind(own) == JSON_KIND_ARRAY ? json_str(json_at(own, 0)) : json_str(own);

	if (word != NULL && strcasecmp(word, "Critical") == 0)
		return "critical";
	return severity < 4 ? level[severity] : "informational";
}

/* The machine inside: what can be looked at. Between two inside it is the one that was called. */
static const char *
host_of(struct item *item)
{
	const char *from = item_line(item, "src_ip", 60, ITEM_NAME), *to = item_line(item, "dest_ip", 60, ITEM_NAME);

	if (from == NULL || to == NULL)
		return from == NULL ? to : from;
	return observable_is_private_ip(from) && !observable_is_private_ip(to) ? from : to;
}

/* A proxy is asked for a whole URL, a server for a path; the port is named when it is an unusual one. */
static void
observe_url(struct item *item)
{
	const char *host = json_str(item_at(item, "http.hostname")), *url = json_str(item_at(item, "http.url"));
	int64_t port = json_int(item_at(item, "http.http_port"), 80);
	char suffix[24] = "";

	if (url == NULL || host == NULL || *url != '/') {
		item_observe(item, "url", url, NULL, false);
		return;
	}
	if (port > 0 && port < 65536 && port != 80 && strchr(host, ':') == NULL)
		snprintf(suffix, sizeof(suffix), ":%lld", (long long)port);
	item_observe(item, "url", arena_printf(item->arena, "http://%.300s%s%.1500s", host, suffix, url), NULL, false);
}

/* "Nguyễn Văn A <a@xau.example>" as the header has it. */
static void
observe_sender(struct item *item)
{
	const char *from = json_str(item_at(item, "email.from")), *open = from == NULL ? NULL : strrchr(from, '<');

	if (open != NULL)
		from = arena_strndup(item->arena, open + 1, strcspn(open + 1, ">"));
	item_observe(item, "email", from, NULL, false);
}

static void
observe(struct item *item)
{
	static const struct { const char *path, *type; } rows[] = {
		{ "src_ip", "ip" }, { "dest_ip", "ip" }, { "http.hostname", "domain" }, { "tls.sni", "domain" },
		{ "dns.rrname", "domain" }, { "fileinfo.sha256", "sha256" }, { "fileinfo.md5", "md5" },
	};
	/* 6 and 7 call them query, 8 queries; files of the flow stand in a list. */
	const struct json *names = item_at(item, "dns.queries") != NULL ? item_at(item, "dns.queries") :
	    item_at(item, "dns.query");
	const struct json *files = item_at(item, "files");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		item_observe(item, rows[i].type, json_str(item_at(item, rows[i].path)), NULL, false);
	observe_url(item);
	observe_sender(item);
	for (size_t i = 0; json_kind(names) == JSON_KIND_ARRAY && i < json_len(names) && i < 10; i++)
		item_observe(item, "domain", json_get_str(json_at(names, i), "rrname"), NULL, false);
	for (size_t i = 0; json_kind(files) == JSON_KIND_ARRAY && i < json_len(files) && i < 10; i++) {
		item_observe(item, "sha256", json_get_str(json_at(files, i), "sha256"), NULL, false);
		item_observe(item, "md5", json_get_str(json_at(files, i), "md5"), NULL, false);
	}
}

/* What the flow of an alert is called; older sensors and readers of captures give it no number. */
static const char *
flow_of(struct item *item)
{
	const char *flow = item_line(item, "flow_id", 40, ITEM_NAME);
	const char *from, *to;

	if (flow != NULL)
		return flow;
	from = item_line(item, "src_ip", 60, ITEM_NAME);
	to = item_line(item, "dest_ip", 60, ITEM_NAME);
	return arena_printf(item->arena, "%s>%s", from == NULL ? "" : from, to == NULL ? "" : to);
}

int
intake_suricata(struct item *item)
{
	static const char *const fields[] = { "proto", "app_proto", "src_ip", "src_port", "dest_ip",
		"dest_port", "alert", "http", "tls", "dns", "fileinfo", "files", "email", "in_iface", "host", NULL };
	const char *type = item_line(item, "event_type", 40, ITEM_REQUIRED | ITEM_NAME), *when;
	int64_t gid, sid;

	if (type == NULL || strcmp(type, "alert") != 0)
		return item->err->kind; /* context: skipped */
	if (json_kind(item_at(item, "alert")) != JSON_KIND_OBJECT)
		return err_set(item->err, ERR_INVALID, "err.required", "alert");
	item->in.source = "suricata";
	if (item_at(item, "alert.signature_id") == NULL)
		err_set(item->err, ERR_INVALID, "err.required", "alert.signature_id");
	gid = item_int(item, "alert.gid", 0, UINT32_MAX, 1);
	sid = item_int(item, "alert.signature_id", 0, UINT32_MAX, 0);
	item->in.rule_id = arena_printf(item->arena, "%lld:%lld", (long long)gid, (long long)sid);
	item->in.title = item_line(item, "alert.signature", 300, ITEM_REQUIRED);
	item->in.level = level_of(item);
	when = item_line(item, "timestamp", 60, ITEM_REQUIRED | ITEM_NAME);
	item->in.first_at = item->in.last_at = item_time(item, "timestamp");
	item->in.source_ref = arena_printf(item->arena, "%s-%lld-%s", flow_of(item), (long long)sid,
	    when == NULL ? "" : when);
	item->in.host = host_of(item);
	item_tags(item, "attack.", item_at(item, "alert.metadata.mitre_technique_id"));
	item_tag(item, "", json_str(item_at(item, "alert.category")));
	item_detail(item, "log", item_text(item, "payload_printable", 4000, 0));
	observe(item);
	item_fields(item, fields);
	return item->err->kind;
}
