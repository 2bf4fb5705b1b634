/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/seen.h"

#include <strings.h>

#define BACK_EVTX_NS INT64_C(60000000000)  /* Windows writes in order but for moments */
#define BACK_TEXT_NS INT64_C(600000000000) /* text logs of several writers are less tidy */

enum what { NOTHING, CHANNEL, EVENT_ID, LINE, PROVIDER, ORIGIN, HOST /* and less wanted ones after it */ };

static const char *const host_name[] = {
	"Computer", "ComputerName", "computer_name", "MachineName", "devname", "Hostname", "hostname", "_HOSTNAME",
	"host.name", "HostName", "node", "s-computername", "host",
};

static void
watch(struct seen_names *names, struct names *all, const char *name, uint8_t what)
{
	uint32_t id = names_add(all, name, strlen(name));

	if (id >= names->count) {
		names->what = xrealloc(names->what, id + 64);
		memset(names->what + names->count, 0, id + 64 - names->count);
		names->count = id + 64;
	}
	names->what[id] = what;
}

void
seen_names_init(struct seen_names *names, struct names *all)
{
	*names = (struct seen_names){ NULL, 0 };
	watch(names, all, "Channel", CHANNEL);
	watch(names, all, "EventID", EVENT_ID);
	watch(names, all, "CommandLine", LINE);
	watch(names, all, "ProcessCommandLine", LINE);
	watch(names, all, "Provider_Name", PROVIDER);
	watch(names, all, "ProviderName", PROVIDER);
	watch(names, all, "SourceName", PROVIDER);
	watch(names, all, "id.orig_h", ORIGIN);
	for (size_t i = 0; i < ARRAY_LEN(host_name); i++)
		watch(names, all, host_name[i], (uint8_t)(HOST + i));
}

void
seen_names_clear(struct seen_names *names)
{
	free(names->what);
	*names = (struct seen_names){ NULL, 0 };
}

static bool
is_text(const struct event_value *v)
{
	return (v->type == VALUE_TEXT || v->type == VALUE_UTF16) && v->len > 0;
}

/* In a record of auditd, hostname is where somebody came from; in one of Zeek, host is whom a request was for. */
static bool
is_peer(const struct event *event, uint8_t what, bool is_zeek)
{
	const char *name = host_name[what - HOST];

	return (is_zeek && str_eq(name, "host")) ||
	    (str_eq(name, "hostname") && event->format != NULL && str_eq(event->format, "auditd"));
}

void
seen_place(const struct seen_names *names, const struct event *event, struct seen_place *ret)
{
	uint8_t best = UINT8_MAX;
	bool is_zeek = false;

	*ret = (struct seen_place){ 0 };
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		uint8_t what = v->id < names->count ? names->what[v->id] : NOTHING;

		if (what == NOTHING)
			continue;
		if (what == CHANNEL && is_text(v)) {
			*(ret->channel == NULL ? &ret->channel : &ret->about) = v;
		} else if (what == EVENT_ID && ret->event_id == NULL) {
			ret->event_id = v;
		} else if (what == LINE && is_text(v)) {
			ret->line = v;
		} else if (what == PROVIDER) {
			ret->provider = v;
		} else if (what == ORIGIN) {
			is_zeek = true;
		} else if (what >= HOST && what < best && is_text(v) &&
		    !is_peer(event, what, is_zeek)) {
			best = what;
			ret->host = v;
		}
	}
}

static uint64_t
hash_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (; len >= 8; len -= 8, p += 8) {
		uint64_t w;

		memcpy(&w, p, 8);
		h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	for (; len > 0; len--, p++)
		h = (h ^ *p) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static char *
text_of(const struct event_value *v, const char *otherwise)
{
	struct buf scratch = BUF_INIT(1 << 16);
	struct text t = { otherwise, strlen(otherwise) };
	size_t n = 0;
	char *s;

	if (v != NULL)
		t = event_text(v, &scratch);
	if (t.len > 255)
		t.len = 255;
	s = xmalloc(t.len + 1);
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] != '\0')
			s[n++] = t.at[i];
	s[n] = '\0';
	buf_clear(&scratch);
	return s;
}

static enum seen_kind
kind_of(const char *source)
{
	static const struct { const char *name; enum seen_kind kind; } known[] = {
		{ "Security", SEEN_SECURITY }, { "System", SEEN_SYSTEM },
		{ "Microsoft-Windows-Sysmon/Operational", SEEN_SYSMON },
		{ "Microsoft-Windows-PowerShell/Operational", SEEN_POWERSHELL },
		{ "PowerShellCore/Operational", SEEN_POWERSHELL },
		{ "Microsoft-Windows-Windows Defender/Operational", SEEN_DEFENDER },
		{ "Microsoft-Windows-TaskScheduler/Operational", SEEN_TASKS },
		{ "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", SEEN_REMOTE },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcasecmp(known[i].name, source) == 0)
			return known[i].kind;
	return SEEN_OTHER;
}

static void
grow_slots(struct seen *s)
{
	s->slots = s->slots == 0 ? 64 : s->slots * 2;
	free(s->slot);
	s->slot = xcalloc(s->slots, sizeof(*s->slot));
	for (size_t i = 0; i < s->cells; i++) {
		size_t at = s->cell[i].key & (s->slots - 1);

		while (s->slot[at] != 0)
			at = (at + 1) & (s->slots - 1);
		s->slot[at] = (uint32_t)i + 1;
	}
}

/* Takes the two texts over. */
static struct seen_cell *
add_cell(struct seen *s, size_t at, uint64_t key, char *host, char *source)
{
	if (s->cells == s->room) {
		s->room = s->room == 0 ? 16 : s->room * 2;
		s->cell = xrealloc(s->cell, s->room * sizeof(*s->cell));
	}
	s->slot[at] = (uint32_t)s->cells + 1;
	s->cell[s->cells] = (struct seen_cell){ .key = key, .host = host, .source = source,
	    .kind = kind_of(source), .min_ns = INT64_MAX, .max_ns = INT64_MIN, .first_ns = INT64_MIN,
	    .last_ns = INT64_MIN, .cleared_ns = INT64_MIN, .clock_ns = INT64_MIN, .file = UINT32_MAX };
	return &s->cell[s->cells++];
}

/*
 * Within a piece cells are told apart by the raw bytes, so that no text is made of each event's;
 * the same pair in two spellings has two cells then, which join later.
 */
static struct seen_cell *
raw_cell(struct seen *s, const struct seen_place *place, const char *format)
{
	uint64_t key = (uintptr_t)format;
	size_t at;

	if (place->host != NULL)
		key = hash_bytes(key, place->host->data, place->host->len);
	if (place->channel != NULL)
		key = hash_bytes(key + 1, place->channel->data, place->channel->len);
	if (s->cells * 2 >= s->slots)
		grow_slots(s);
	for (at = key & (s->slots - 1); s->slot[at] != 0; at = (at + 1) & (s->slots - 1))
		if (s->cell[s->slot[at] - 1].key == key)
			return &s->cell[s->slot[at] - 1];
	if (s->cells >= SEEN_CELLS_MAX)
		return &s->cell[s->cells - 1];
	return add_cell(s, at, key, text_of(place->host, ""), text_of(place->channel, format));
}

/* Without regard to case: logs write the same channel now so, now so. */
static uint64_t
hash_text(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s)) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static struct seen_cell *
joined_cell(struct seen *s, const char *host, const char *source)
{
	const char *shown = s->cells < SEEN_CELLS_MAX ? host : "";
	uint64_t key = hash_text(hash_text(UINT64_C(14695981039346656037), shown) + 1, source);
	size_t at;

	if (s->cells * 2 >= s->slots)
		grow_slots(s);
	for (at = key & (s->slots - 1); s->slot[at] != 0; at = (at + 1) & (s->slots - 1)) {
		struct seen_cell *c = &s->cell[s->slot[at] - 1];

		if (c->key == key && strcasecmp(c->host, shown) == 0 && strcasecmp(c->source, source) == 0)
			return c;
	}
	if (s->cells >= 2 * SEEN_CELLS_MAX)
		return &s->cell[s->cells - 1];
	return add_cell(s, at, key, xstrdup(shown), xstrdup(source));
}

/* ---- an event ------------------------------------------------------------------------ */

static int64_t
number_of(const struct event_value *v)
{
	uint32_t step = v != NULL && v->type == VALUE_UTF16 ? 2 : 1;
	int64_t n = 0;
	const char *p;

	if (v == NULL)
		return -1;
	if (v->type == VALUE_INT)
		return v->number;
	if (v->type == VALUE_UINT || v->type == VALUE_HEX)
		return v->bits > UINT32_MAX ? -1 : (int64_t)v->bits;
	if ((v->type != VALUE_TEXT && v->type != VALUE_UTF16) || v->len == 0 || v->len > 9 * step)
		return -1;
	p = v->data;
	for (uint32_t i = 0; i + step <= v->len; i += step) {
		if (p[i] < '0' || p[i] > '9' || (step == 2 && p[i + 1] != 0))
			return -1;
		n = n * 10 + (p[i] - '0');
	}
	return n;
}

/* Whether the log service wrote the event, as far as that is known: System is written to by many. */
static bool
is_by_log_service(const struct seen_place *place)
{
	char *provider = text_of(place->provider, "Eventlog");
	bool is = strcasecmp(provider, "Eventlog") == 0 || strcasecmp(provider, "Microsoft-Windows-Eventlog") == 0;

	free(provider);
	return is;
}

static void
was_cleared(struct seen_cell *c, int64_t time_ns)
{
	c->cleared++;
	c->cleared_ns = time_ns > c->cleared_ns ? time_ns : c->cleared_ns;
}

/* What the event says of the log itself. */
static void
special(struct seen_cell *c, const struct seen_place *place, int64_t id, int64_t time_ns)
{
	if (c->kind == SEEN_SECURITY && id == 4688) {
		c->process++;
		c->process_line += place->line != NULL;
	} else if (c->kind == SEEN_SYSMON && id == 1) {
		c->sysmon_process++;
	} else if (c->kind == SEEN_POWERSHELL && id == 4104) {
		c->script++;
	} else if (c->kind == SEEN_SECURITY && (id == 517 || id == 1102)) {
		was_cleared(c, time_ns);
	} else if (c->kind == SEEN_SECURITY && id == 4616) {
		c->clock_set++;
		c->clock_ns = time_ns > c->clock_ns ? time_ns : c->clock_ns;
	}
}

static void
went_back(struct seen_cell *c, int64_t before_ns, int64_t after_ns, uint64_t record, uint64_t after_record,
    bool is_evtx)
{
	int64_t limit = is_evtx ? BACK_EVTX_NS : BACK_TEXT_NS;

	if (before_ns == INT64_MIN || after_ns == INT64_MIN || after_record <= record ||
	    after_ns >= before_ns || before_ns - after_ns < limit)
		return;
	c->back++;
	if (before_ns - after_ns > c->back_ns) {
		c->back_ns = before_ns - after_ns;
		c->back_at = after_ns;
	}
}

static bool
is_ordered(const char *format)
{
	return strcmp(format, "evtx") == 0 || strcmp(format, "syslog") == 0 ||
	    strcmp(format, "auditd") == 0 || strcmp(format, "journal") == 0;
}

void
seen_event(struct seen *s, const struct seen_place *place, const struct event *event)
{
	const char *format = event->format == NULL ? "" : event->format;
	struct seen_cell *c = raw_cell(s, place, format);
	int64_t t = event->time_ns, id;

	s->events++;
	s->dropped += event->dropped > 0;
	if (c->count++ == 0) {
		c->ordered = is_ordered(format);
		c->is_evtx = strcmp(format, "evtx") == 0;
		c->first_ns = t;
		c->first_record = event->record;
	}
	id = c->kind == SEEN_OTHER ? -1 : number_of(place->event_id);
	special(c, place, id, t);
	if (t == INT64_MIN) {
		c->timeless++;
		s->timeless++;
	} else {
		if (c->ordered)
			went_back(c, c->last_ns, t, c->last_record, event->record, c->is_evtx);
		c->min_ns = t < c->min_ns ? t : c->min_ns;
		c->max_ns = t > c->max_ns ? t : c->max_ns;
		c->last_ns = t;
		c->last_record = event->record;
	}
	/* In System, and about another log as a rule, whose cell may have to be made. */
	if (c->kind == SEEN_SYSTEM && id == 104 && is_by_log_service(place))
		was_cleared(raw_cell(s, &(struct seen_place){ .host = place->host, .channel = place->about }, ""), t);
}

/* ---- joining -------------------------------------------------------------------------- */

static void
join_cell(struct seen_cell *to, const struct seen_cell *from, uint32_t file)
{
	to->cleared_ns = from->cleared_ns > to->cleared_ns ? from->cleared_ns : to->cleared_ns;
	to->cleared += from->cleared;
	if (from->count == 0)
		return;
	if (to->file == file && from->ordered)
		went_back(to, to->last_ns, from->first_ns, to->last_record, from->first_record, from->is_evtx);
	if (from->back > 0 && from->back_ns > to->back_ns) {
		to->back_ns = from->back_ns;
		to->back_at = from->back_at;
	}
	to->back += from->back;
	to->count += from->count;
	to->timeless += from->timeless;
	to->min_ns = from->min_ns < to->min_ns ? from->min_ns : to->min_ns;
	to->max_ns = from->max_ns > to->max_ns ? from->max_ns : to->max_ns;
	to->process += from->process;
	to->process_line += from->process_line;
	to->sysmon_process += from->sysmon_process;
	to->script += from->script;
	to->clock_ns = from->clock_ns > to->clock_ns ? from->clock_ns : to->clock_ns;
	to->clock_set += from->clock_set;
	to->file = file;
	to->is_evtx = from->is_evtx;
	to->last_ns = from->last_ns;
	to->last_record = from->last_record;
}

void
seen_join(struct seen *s, struct seen *piece, uint32_t file)
{
	for (size_t i = 0; i < piece->cells; i++) {
		const struct seen_cell *from = &piece->cell[i];

		join_cell(joined_cell(s, from->host, from->source), from, file);
	}
	s->events += piece->events;
	s->unknown += piece->unknown;
	s->filtered += piece->filtered;
	s->timeless += piece->timeless;
	s->dropped += piece->dropped;
	seen_reset(piece);
}

void
seen_reset(struct seen *s)
{
	for (size_t i = 0; i < s->cells; i++) {
		free(s->cell[i].host);
		free(s->cell[i].source);
	}
	s->cells = 0;
	if (s->slots > 0)
		memset(s->slot, 0, s->slots * sizeof(*s->slot));
	s->events = s->unknown = s->filtered = s->timeless = s->dropped = 0;
}

void
seen_clear(struct seen *s)
{
	seen_reset(s);
	free(s->cell);
	free(s->slot);
	*s = (struct seen){ 0 };
}
