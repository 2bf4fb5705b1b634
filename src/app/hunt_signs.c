/* SPDX-License-Identifier: Apache-2.0 */
#include "app/hunt_signs.h"

#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"
#include "model/observable.h"

#define KEYS_MAX 3000
#define KEY_MAX  1000

static const char *
key_of(const char *rule_id, const char *host, char out[static KEY_MAX])
{
	int rule = (int)utf8_cut(rule_id, 300), name = (int)utf8_cut(host, 300);

	snprintf(out, KEY_MAX, "%.*s\n%.*s", rule, rule_id, name, host);
	return out;
}

const struct json *
hunt_signs_of(const struct json *signs, const char *rule_id, const char *host)
{
	char key[KEY_MAX];

	return json_get(signs, key_of(rule_id, host, key));
}

static bool
is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcasecmp(text, *list) == 0)
			return true;
	return false;
}

/* Field names of accounts, in the logs of Windows, Linux and web servers. */
static bool
names_account(const char *field)
{
	static const char *const names[] = { "TargetUserName", "SubjectUserName", "User", "UserName",
		"AccountName", "MemberName", "ParentUser", "SourceUser", "TargetUser", "cs-username", "acct",
		"user", NULL };

	return is_one_of(field, names);
}

/* Not a person's: the system's own, and those of machines. */
static bool
is_account(const char *value)
{
	static const char *const own[] = { "-", "SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON",
		"Everyone", "root", NULL };
	const char *name = strrchr(value, '\\') == NULL ? value : strrchr(value, '\\') + 1;
	size_t len = strlen(name);

	return len > 0 && len < 100 && name[len - 1] != '$' && !is_one_of(name, own) &&
	    strncasecmp(value, "NT AUTHORITY\\", 13) != 0 && strncasecmp(value, "S-1-", 4) != 0 &&
	    strpbrk(name, "*?\n\r\t") == NULL;
}

/* A program of the system says nothing about who used it. */
static bool
is_system_file(const char *path)
{
	static const char *const folder[] = { "Windows\\System32\\", "Windows\\SysWOW64\\", "Windows\\WinSxS\\",
		"Windows\\explorer.exe", "Windows\\servicing\\" };

	if (strchr(path, '\\') == NULL && strchr(path, '/') == NULL)
		return true;
	path += path[0] != '\0' && path[1] == ':' && path[2] == '\\' ? 3 : 0;
	for (size_t i = 0; i < ARRAY_LEN(folder); i++)
		if (strncasecmp(path, folder[i], strlen(folder[i])) == 0)
			return true;
	return strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/bin/", 5) == 0 || strncmp(path, "/sbin/", 6) == 0;
}

static bool
is_nowhere(const char *ip)
{
	return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 || strcmp(ip, "0.0.0.0") == 0 ||
	    strcmp(ip, "::") == 0 || strncmp(ip, "169.254.", 8) == 0 || strncasecmp(ip, "fe80:", 5) == 0;
}

/* Fields that hold the path of one file. */
static bool
names_file(const char *field)
{
	static const char *const names[] = { "Image", "ParentImage", "TargetFilename", "ImageLoaded", "SourceImage",
		"TargetImage", "SourceFilename", "FileName", "ServiceFileName", "ImagePath", "NewProcessName",
		"ParentProcessName", "ProcessName", "RelativeTargetName", "filename", "name", "exe", "Path", NULL };

	return is_one_of(field, names);
}

/* Where a sign goes, and whether it stands alone in its field. */
struct place {
	struct json *list;
	bool is_alone;
};

static void
add(void *arg, enum observable_type type, const char *value)
{
	const struct place *p = arg;
	const char *name = observable_type_name(type);
	struct json *item;

	if (json_len(p->list) == HUNT_SIGNS_EACH || (type == OBSERVABLE_IP && is_nowhere(value)) ||
	    (type == OBSERVABLE_FILENAME && is_system_file(value)) ||
	    (type == OBSERVABLE_URL && strncmp(value, "http://schemas.", 15) == 0) ||
	    (!p->is_alone && (type == OBSERVABLE_FILENAME || type == OBSERVABLE_DOMAIN)))
		return;
	for (size_t i = 0; i < json_len(p->list); i++)
		if (strcmp(json_get_str(json_at(p->list, i), "value"), value) == 0 &&
		    strcmp(json_get_str(json_at(p->list, i), "type"), name) == 0)
			return;
	item = json_new_object();
	json_set_str(item, "type", name);
	json_set_str(item, "value", value);
	json_append(p->list, item);
}

static void
add_account(struct json *list, const char *value)
{
	if (json_len(list) == HUNT_SIGNS_EACH || !is_account(value))
		return;
	for (size_t i = 0; i < json_len(list); i++)
		if (strcasecmp(json_str(json_at(list, i)), value) == 0)
			return;
	json_append(list, json_new_string(value));
}

static void
take_field(struct json *of, const char *field, const char *value)
{
	enum observable_type type = strlen(value) < OBSERVABLE_SIZE ? observable_type_of(value) : OBSERVABLE_NONE;
	struct place place = { json_get(of, "signs"), type != OBSERVABLE_NONE &&
	    (type != OBSERVABLE_FILENAME || names_file(field)) };
	char normal[OBSERVABLE_SIZE];

	if (names_account(field))
		add_account(json_get(of, "accounts"), value);
	else if (type != OBSERVABLE_NONE && (type != OBSERVABLE_FILENAME || names_file(field)) &&
	    observable_normalise(type, value, normal, NULL) == 0)
		add(&place, type, strncmp(normal, "::ffff:", 7) == 0 && strchr(normal, '.') != NULL ? normal + 7 : normal);
	else if (type == OBSERVABLE_NONE || type == OBSERVABLE_FILENAME)
		observable_extract(value, strlen(value), add, &place);
}

void
hunt_signs_take(struct json *signs, const struct json *line)
{
	const char *level = json_get_str(line, "level"), *host = json_get_str(line, "host");
	const struct json *matched = json_get(line, json_get(line, "fields") == NULL ? "matched" : "fields");
	char key[KEY_MAX];
	struct json *of;

	if (strcmp(level, "medium") != 0 && strcmp(level, "high") != 0 && strcmp(level, "critical") != 0)
		return;
	of = json_get(signs, key_of(json_get_str(line, "rule_id"), host, key));
	if (of == NULL) {
		if (json_len(signs) >= KEYS_MAX)
			return;
		of = json_new_object();
		json_set(of, "signs", json_new_array());
		json_set(of, "accounts", json_new_array());
		json_set(signs, key, of);
	}
	for (size_t i = 0; i < json_len(matched); i++) {
		const char *value = json_get_str(json_at(matched, i), "value");

		if (value != NULL)
			take_field(of, json_get_str(json_at(matched, i), "field"), value);
	}
}
