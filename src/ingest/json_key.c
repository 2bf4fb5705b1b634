/* SPDX-License-Identifier: Apache-2.0 */
/* json_key.c: from where a value stands to what it is called. */
#include "ingest/json_key.h"

#define SLOTS    4096 /* a power of two */
#define KEYS_MAX 8192 /* forgotten beyond that; twice as many within one event */
#define PATH_MAX_LEN ((size_t)512) /* further keys all count as the one they lie in */

struct json_keys {
	const struct names *names;
	struct arena arena;
	struct json_key root;
	struct json_key *slot[SLOTS];
	uint32_t count;
};

/* ---- meaning ------------------------------------------------------------------------ */

/* Names of Winlogbeat (7 and later under winlog., 6 without) and of the journal's JSON. */
static const struct {
	const char *path, *name;
	bool is_second;
} known[] = {
	{ "winlog.channel", "Channel", false },
	{ "winlog.provider_name", "Provider_Name", false },
	{ "winlog.provider_guid", "Provider_Guid", false },
	{ "winlog.computer_name", "Computer", false },
	{ "winlog.event_id", "EventID", true },
	{ "event.code", "EventID", true },
	{ "winlog.record_id", "EventRecordID", false },
	{ "winlog.process.pid", "Execution_ProcessID", false },
	{ "winlog.process.thread.id", "Execution_ThreadID", false },
	{ "winlog.version", "Version", false },
	{ "winlog.task", "Task", false },
	{ "winlog.opcode", "Opcode", false },
	{ "winlog.keywords", "Keywords", false },
	{ "winlog.activity_id", "Correlation_ActivityID", false },
	{ "winlog.user.identifier", "Security_UserID", false },
	{ "log_name", "Channel", false },
	{ "source_name", "Provider_Name", false },
	{ "computer_name", "Computer", false },
	{ "event_id", "EventID", false },
	{ "record_number", "EventRecordID", false },
	{ "_HOSTNAME", "hostname", false },
	{ "SYSLOG_IDENTIFIER", "program", false },
	{ "_PID", "pid", false },
	{ "MESSAGE", "message", false },
};

struct span {
	const char *at;
	size_t len;
};

static bool
is(struct span s, const char *word)
{
	return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0;
}

static bool
cut(struct span *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->len <= n || memcmp(s->at, prefix, n) != 0)
		return false;
	s->at += n;
	s->len -= n;
	return true;
}

/* The first part of a path; *${s} becomes the rest. */
static struct span
part(struct span *s)
{
	const char *dot = memchr(s->at, '.', s->len);
	struct span p = { s->at, dot == NULL ? s->len : (size_t)(dot - s->at) };

	s->at += p.len + (dot != NULL);
	s->len -= p.len + (dot != NULL);
	return p;
}

static bool
is_attributes(struct span p)
{
	return is(p, "#attributes") || is(p, "@attributes") || is(p, "$") || is(p, "_attributes");
}

static bool
is_text(struct span p)
{
	return is(p, "#text") || is(p, "text") || is(p, "_") || is(p, "Value") || is(p, "content") ||
	    is(p, "#content") || is(p, "value") || is(p, "$t") || is(p, "_text") || is(p, "@Value");
}

/*
 * An element of XML written as JSON: Provider.#attributes.Name, Provider.@Name and
 * Provider_attributes.Name are Provider_Name; EventID.#text is EventID.  Only the last of the
 * elements is named where ${leaf}.
 */
static void
element_name(struct json_keys *keys, struct json_key *key, struct span path, bool leaf)
{
	char *name = arena_alloc(&keys->arena, path.len + 1);
	size_t n = 0, begin = 0;

	while (path.len > 0) {
		struct span p = part(&path);
		bool is_attribute = false;

		while (path.len > 0 && is_attributes(p)) {
			p = part(&path);
			is_attribute = true;
		}
		if (n > 0 && (is(p, "#text") || is(p, "_text")))
			continue;
		/* Velociraptor: "EventID": {"Value": 4688} */
		if (n == 7 && memcmp(name, "EventID", 7) == 0 && is(p, "Value"))
			continue;
		if (p.len > 0 && (*p.at == '@' || *p.at == '#')) {
			is_attribute = true;
			p.at++;
			p.len--;
		}
		if (p.len >= 5 && memcmp(p.at, "xmlns", 5) == 0)
			key->role = JSON_IGNORE;
		if (p.len > 11 && memcmp(p.at + p.len - 11, "_attributes", 11) == 0)
			p.len -= 11;
		if (leaf && !is_attribute)
			n = begin = 0;
		if (n > begin)
			name[n++] = '_';
		for (size_t i = 0; i < p.len; i++)
			if (p.at[i] != ' ')
				name[n++] = p.at[i];
	}
	key->name = name;
	key->name_len = (uint32_t)n;
}

/* What stands in EventData; its own attribute Name is EventData_Name. */
static void
data_name(struct json_keys *keys, struct json_key *key, struct span path)
{
	struct span rest = path, p = part(&rest);

	p = part(&rest);
	if (!is(p, "Data")) {
		if (!is_attributes(p) && p.len > 0 && *p.at != '@')
			(void)part(&path);
		element_name(keys, key, path, false);
		return;
	}
	key->name = "Data";
	key->name_len = 4;
	key->role = JSON_DATA;
	while (rest.len > 0) {
		p = part(&rest);
		if (is_attributes(p))
			continue;
		key->role = is(p, "@Name") || is(p, "Name") || is(p, "name") || is(p, "@name") ? JSON_DATA_NAME :
		    is_text(p) ? JSON_DATA_TEXT : JSON_IGNORE;
	}
}

static bool
windows_name(struct json_keys *keys, struct json_key *key, struct span path)
{
	bool is_event = cut(&path, "Event.");

	if (is_event && path.len > 0 && (*path.at == '@' || *path.at == '#' || *path.at == '$'))
		key->role = JSON_IGNORE;
	else if (cut(&path, "System."))
		element_name(keys, key, path, false);
	else if (path.len > 10 && memcmp(path.at, "EventData.", 10) == 0)
		data_name(keys, key, path);
	else if (cut(&path, "UserData."))
		element_name(keys, key, path, true);
	else if (cut(&path, "winlog.event_data.") || cut(&path, "event_data."))
		element_name(keys, key, path, false);
	else if (cut(&path, "winlog.user_data.") || cut(&path, "user_data."))
		element_name(keys, key, path, true);
	else if (is_event)
		element_name(keys, key, path, false);
	else
		return false;
	return true;
}

/* Rules write a name without its blanks; one that somebody asks for with them stays. */
static void
without_blanks(struct json_keys *keys, struct json_key *key)
{
	char *name;
	uint32_t n = 0;

	if (memchr(key->name, ' ', key->name_len) == NULL)
		return;
	name = arena_alloc(&keys->arena, key->name_len + 1);
	for (uint32_t i = 0; i < key->name_len; i++)
		if (key->name[i] != ' ')
			name[n++] = key->name[i];
	key->name = name;
	key->name_len = n;
	key->id = names_find(keys->names, name, n);
	key->time_rank = parse_time_rank(name, n);
}

static void
find_meaning(struct json_keys *keys, struct json_key *key)
{
	struct span path = { key->path, key->path_len };

	(void)cut(&path, "_source.");
	key->name = path.at;
	key->name_len = (uint32_t)path.len;
	key->role = JSON_FIELD;
	if (is(path, "MESSAGE"))
		key->role = JSON_JOURNAL_TEXT;
	if (is(path, "PRIORITY"))
		key->role = JSON_JOURNAL_PRIORITY;
	else if (is(path, "SYSLOG_FACILITY"))
		key->role = JSON_JOURNAL_FACILITY;
	else if (!windows_name(keys, key, path)) {
		for (size_t i = 0; i < ARRAY_LEN(known); i++) {
			if (is(path, known[i].path)) {
				key->name = known[i].name;
				key->name_len = (uint32_t)strlen(known[i].name);
				key->is_second = known[i].is_second;
			}
		}
	}
	key->is_journal = is(path, "__REALTIME_TIMESTAMP");
	key->time_rank = key->is_journal ? 1 : parse_time_rank(key->name, key->name_len);
	key->id = names_find(keys->names, key->name, key->name_len);
	if (key->id == 0)
		without_blanks(keys, key);
	key->is_source = key->path_len == 10 && memcmp(key->path, "SourceName", 10) == 0;
}

/* ---- keys ---------------------------------------------------------------------------- */

struct json_keys *
json_keys_new(const struct names *names)
{
	struct json_keys *keys = xcalloc(1, sizeof(*keys));

	keys->names = names;
	keys->root.path = keys->root.name = "";
	return keys;
}

void
json_keys_free(struct json_keys *keys)
{
	if (keys == NULL)
		return;
	arena_clear(&keys->arena);
	free(keys);
}

struct json_key *
json_keys_root(struct json_keys *keys)
{
	return &keys->root;
}

void
json_keys_tidy(struct json_keys *keys)
{
	if (keys->count <= KEYS_MAX)
		return;
	arena_clear(&keys->arena);
	memset(keys->slot, 0, sizeof(keys->slot));
	keys->root.first = NULL;
	keys->count = 0;
}

static size_t
slot_of(const struct json_key *parent, const char *raw, size_t len)
{
	uint64_t h = (uint64_t)(uintptr_t)parent * 0x9e3779b97f4a7c15u, w = 0;

	for (; len >= 8; raw += 8, len -= 8) {
		memcpy(&w, raw, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	w = len;
	memcpy(&w, raw, len);
	h = (h ^ w ^ (uint64_t)len << 56) * 0xff51afd7ed558ccdu;
	return (h ^ h >> 31) & (SLOTS - 1);
}

static bool
same(const struct json_key *key, const struct json_key *parent, const char *raw, size_t len)
{
	return key->raw_len == len && key->parent == parent && memcmp(key->raw, raw, len) == 0;
}

static bool
is_plain(const char *raw, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (raw[i] == '"' || raw[i] == '\\' || (uint8_t)raw[i] < 0x20)
			return false;
	return true;
}

static struct json_key *
add(struct json_keys *keys, struct json_key *parent, const char *raw, size_t len)
{
	struct json_key *key = arena_alloc(&keys->arena, sizeof(*key));
	char *path;

	key->parent = parent;
	key->raw = arena_strndup(&keys->arena, raw, len);
	key->raw_len = (uint32_t)len;
	key->is_plain = is_plain(raw, len);
	if (parent->path_len + len + 1 > PATH_MAX_LEN) {
		key->path = parent->path;
		key->path_len = parent->path_len;
	} else {
		path = arena_alloc(&keys->arena, parent->path_len + len + 2);
		memcpy(path, parent->path, parent->path_len);
		if (parent->path_len > 0)
			path[parent->path_len] = '.';
		key->path_len = parent->path_len + (parent->path_len > 0);
		memcpy(path + key->path_len, raw, len);
		key->path_len += (uint32_t)len;
		key->path = path;
	}
	find_meaning(keys, key);
	keys->count++;
	return key;
}

struct json_key *
json_key(struct json_keys *keys, struct json_key *parent, struct json_key *before, const char *raw,
    size_t len)
{
	struct json_key **guess = before != NULL ? &before->after : &parent->first, *key = *guess;
	size_t slot;

	if (key != NULL && same(key, parent, raw, len))
		return key;
	slot = slot_of(parent, raw, len);
	for (key = keys->slot[slot]; key != NULL; key = key->chain)
		if (same(key, parent, raw, len))
			break;
	if (key == NULL) {
		if (keys->count >= 2 * KEYS_MAX)
			return parent;
		key = add(keys, parent, raw, len);
		key->chain = keys->slot[slot];
		keys->slot[slot] = key;
	}
	*guess = key;
	return key;
}
