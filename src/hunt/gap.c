/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/report.h"

#include <stdio.h>

#include "base/clock.h"

#define DAY_NS      (INT64_C(86400) * 1000000000)
#define HOUR_NS     (INT64_C(3600) * 1000000000)
#define MINUTE_NS   (INT64_C(60) * 1000000000)
#define SHORT_NS    (7 * DAY_NS) /* intruders stay for weeks before they are noticed */
#define NAMES_MAX   5            /* told by name, the others by number */
#define TEXT_MAX    4000
#define ARGS_MAX    8

struct arg {
	const char *name, *value;
};

static void
add(struct gaps *gaps, enum lang lang, bool grave, const char *key, const struct arg *args)
{
	const char *names[ARGS_MAX], *values[ARGS_MAX];
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t n = 0;

	for (; args != NULL && args[n].name != NULL && n < ARGS_MAX; n++) {
		names[n] = args[n].name;
		values[n] = args[n].value;
	}
	words_format(&text, lang, key, names, values, n);
	if (gaps->count == gaps->room) {
		gaps->room = gaps->room == 0 ? 16 : gaps->room * 2;
		gaps->gap = xrealloc(gaps->gap, gaps->room * sizeof(*gaps->gap));
	}
	gaps->gap[gaps->count++] = (struct gap){ grave, arena_strdup(&gaps->arena, buf_str(&text)) };
	buf_clear(&text);
}

#define ARGS(...) ((const struct arg[]){ __VA_ARGS__, { NULL, NULL } })

static const char *
number(struct gaps *gaps, uint64_t n)
{
	return arena_printf(&gaps->arena, "%llu", (unsigned long long)n);
}

static const char *
when(struct gaps *gaps, int64_t time_ns)
{
	char text[HIT_TIME_SIZE];

	return arena_strdup(&gaps->arena, result_when(time_ns, text));
}

/* "PC-01, PC-02, PC-03 (+4)" */
struct list {
	struct buf text;
	size_t count;
};

static void
list_add(struct list *list, const char *name)
{
	if (list->count++ < NAMES_MAX)
		buf_printf(&list->text, "%s%s", list->count == 1 ? "" : ", ", name);
}

static const char *
list_end(struct gaps *gaps, struct list *list)
{
	const char *text;

	if (list->count > NAMES_MAX)
		buf_printf(&list->text, " (+%zu)", list->count - NAMES_MAX);
	text = arena_strdup(&gaps->arena, buf_str(&list->text));
	buf_clear(&list->text);
	return text;
}

static const char *
names_of(struct gaps *gaps, const struct walk_names *names)
{
	struct list list = { BUF_INIT(TEXT_MAX), 0 };

	for (size_t i = 0; i < names->count && i < ARRAY_LEN(names->name); i++)
		list_add(&list, names->name[i]);
	list.count = names->count;
	return list_end(gaps, &list);
}

/* ---- files ------------------------------------------------------------------------------ */

static void
files(struct gaps *gaps, const struct engine *e, enum lang lang)
{
	struct list refused = { BUF_INIT(TEXT_MAX), 0 }, damaged = { BUF_INIT(TEXT_MAX), 0 };
	struct list folders = { BUF_INIT(TEXT_MAX), 0 }, sums = { BUF_INIT(TEXT_MAX), 0 };
	uint64_t parts = 0, bytes = 0, chunks = 0;
	uint64_t last = UINT64_MAX;

	for (size_t i = 0; i < e->faults; i++) {
		const char *name = engine_file(e, e->fault[i].file);

		if (e->fault[i].key == NULL) {
			list_add(&refused, name);
			continue;
		}
		if (str_eq(e->fault[i].key, "ingest.evtx.checksum")) {
			chunks += e->fault[i].parts;
			list_add(&sums, name);
			continue;
		}
		parts += e->fault[i].parts;
		bytes += e->fault[i].bytes;
		if (last != e->fault[i].file)
			list_add(&damaged, name);
		last = e->fault[i].file;
	}
	for (size_t i = 0; i < e->walk->faults; i++)
		list_add(&folders, e->walk->fault[i].shown);
	if (e->sum.stopped)
		add(gaps, lang, true, "hunt.gap.stopped", NULL);
	if (e->walk->full)
		add(gaps, lang, true, "hunt.gap.too_many_files", NULL);
	if (refused.count > 0)
		add(gaps, lang, e->sum.files_read == 0, "hunt.gap.files",
		    ARGS({ "count", number(gaps, refused.count) }, { "names", list_end(gaps, &refused) }));
	if (folders.count > 0)
		add(gaps, lang, true, "hunt.gap.folders",
		    ARGS({ "count", number(gaps, folders.count) }, { "names", list_end(gaps, &folders) }));
	if (sums.count > 0)
		add(gaps, lang, false, "hunt.gap.checksum", ARGS({ "parts", number(gaps, chunks) },
		    { "count", number(gaps, sums.count) }, { "names", list_end(gaps, &sums) }));
	if (e->walk->broken.count > 0)
		add(gaps, lang, true, "hunt.gap.archives", ARGS({ "count", number(gaps, e->walk->broken.count) },
		    { "names", names_of(gaps, &e->walk->broken) }));
	if (e->walk->beside.count > 0)
		add(gaps, lang, false, "hunt.gap.beside", ARGS({ "count", number(gaps, e->walk->beside.count) },
		    { "names", names_of(gaps, &e->walk->beside) }));
	if (damaged.count > 0)
		add(gaps, lang, false, "hunt.gap.damaged", ARGS({ "parts", number(gaps, parts) },
		    { "bytes", number(gaps, bytes) }, { "count", number(gaps, damaged.count) },
		    { "names", list_end(gaps, &damaged) }));
	buf_clear(&sums.text);
	buf_clear(&refused.text);
	buf_clear(&damaged.text);
	buf_clear(&folders.text);
}

/* ---- events --------------------------------------------------------------------------------- */

static const char *
bound(struct gaps *gaps, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	return ms == INT64_MIN || ms == INT64_MAX ? "…" : arena_strdup(&gaps->arena, clock_vi(ms, text));
}

/* What was looked for is less than all rules there are. */
static void
choice(struct gaps *gaps, const struct hunt_options *o, const struct iocs *iocs)
{
	struct list tags = { BUF_INIT(TEXT_MAX), 0 };

	if (o->level >= SIGMA_MEDIUM)
		add(gaps, o->lang, false, "hunt.gap.level", ARGS({ "level", report_level(o->level, o->lang) }));
	for (size_t i = 0; i < o->tags; i++)
		list_add(&tags, o->tag[i]);
	if (o->tags > 0)
		add(gaps, o->lang, false, "hunt.gap.tags", ARGS({ "tags", list_end(gaps, &tags) }));
	if (iocs != NULL && iocs->not_understood > 0)
		add(gaps, o->lang, false, "hunt.gap.iocs", ARGS({ "count", number(gaps, iocs->not_understood) }));
	if (iocs != NULL && iocs->too_many > 0)
		add(gaps, o->lang, true, "hunt.gap.iocs_many", ARGS({ "count", number(gaps, iocs->too_many) }));
}

static void
events(struct gaps *gaps, const struct engine *e, enum lang lang)
{
	const struct seen *seen = &e->seen;

	if (seen->events == 0) {
		add(gaps, lang, true, "hunt.gap.nothing", NULL);
		return;
	}
	if (e->options->from_ms != INT64_MIN || e->options->to_ms != INT64_MAX)
		add(gaps, lang, false, "hunt.gap.span", ARGS({ "from", bound(gaps, e->options->from_ms) },
		    { "to", bound(gaps, e->options->to_ms) }));
	if (seen->filtered > 0)
		add(gaps, lang, false, "hunt.gap.filtered", ARGS({ "count", number(gaps, seen->filtered) }));
	if (seen->timeless > 0)
		add(gaps, lang, seen->timeless == seen->events, "hunt.gap.timeless",
		    ARGS({ "count", number(gaps, seen->timeless) }));
	if (seen->unknown > 0)
		add(gaps, lang, seen->unknown == seen->events, "hunt.gap.unknown",
		    ARGS({ "count", number(gaps, seen->unknown) }, { "all", number(gaps, seen->events) }));
	if (seen->dropped > 0)
		add(gaps, lang, false, "hunt.gap.fields", ARGS({ "count", number(gaps, seen->dropped) }));
	if (e->sum.count.limited > 0)
		add(gaps, lang, false, "hunt.gap.limited", ARGS({ "count", number(gaps, e->sum.count.limited) }));
}

/* ---- Windows ---------------------------------------------------------------------------------- */

static bool
is_windows(const struct seen_cell *c)
{
	return c->count > 0 && (c->kind != SEEN_OTHER || c->is_evtx);
}

/* Hosts and the channels each has, as bits of enum seen_kind. */
struct machines {
	struct map map; /* host, in small letters → bits + 1 */
};

static uintptr_t
bits_of(const struct machines *m, const char *host)
{
	char key[HIT_HOST_KEY];

	return (uintptr_t)map_get(&m->map, hit_host_key(host, strlen(host), key)) >> 1;
}

static void
note(struct machines *m, const char *host, uintptr_t more)
{
	char key[HIT_HOST_KEY];

	map_put(&m->map, hit_host_key(host, strlen(host), key), (void *)((bits_of(m, host) | more) << 1 | 1));
}

enum { HAS_PROCESS = 1 << 20, HAS_4688 = 1 << 21, HAS_LINES = 1 << 22, HAS_SCRIPT = 1 << 23 };

/* Names the machines without ${bit}; only those that have ${with} (0: all). */
static void
without(struct gaps *gaps, const struct seen *seen, const struct machines *m, uintptr_t bit, uintptr_t with,
    bool grave, const char *key, const char *channel, enum lang lang)
{
	struct list list = { BUF_INIT(TEXT_MAX), 0 };
	struct map told = MAP_INIT;

	for (size_t i = 0; i < seen->cells; i++) {
		const struct seen_cell *c = &seen->cell[i];
		uintptr_t has = bits_of(m, c->host);
		char machine[HIT_HOST_KEY];

		if (!is_windows(c) || (has & bit) != 0 || (with != 0 && (has & with) == 0) ||
		    map_put(&told, hit_host_key(c->host, strlen(c->host), machine), &told) != NULL)
			continue;
		list_add(&list, *c->host == '\0' ? word(lang, "hunt.host.none") : c->host);
	}
	if (list.count > 0)
		add(gaps, lang, grave, key, ARGS({ "count", number(gaps, list.count) },
		    { "names", list_end(gaps, &list) }, { "channel", channel }));
	buf_clear(&list.text);
	map_clear(&told, NULL);
}

static void
windows(struct gaps *gaps, const struct seen *seen, enum lang lang)
{
	static const struct { enum seen_kind kind; const char *channel; bool grave; } wanted[] = {
		{ SEEN_SECURITY, "Security", true }, { SEEN_SYSTEM, "System", false },
		{ SEEN_POWERSHELL, "Microsoft-Windows-PowerShell/Operational", false },
		{ SEEN_DEFENDER, "Microsoft-Windows-Windows Defender/Operational", false },
		{ SEEN_TASKS, "Microsoft-Windows-TaskScheduler/Operational", false },
		{ SEEN_REMOTE, "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", false },
	};
	struct machines m = { MAP_INIT };
	uint64_t process = 0, lines = 0;

	for (size_t i = 0; i < seen->cells; i++) {
		const struct seen_cell *c = &seen->cell[i];
		uintptr_t more = (uintptr_t)1 << c->kind;

		if (!is_windows(c))
			continue;
		process += c->process;
		lines += c->process_line;
		if (c->process + c->sysmon_process > 0)
			more |= HAS_PROCESS;
		if (c->process > 0)
			more |= HAS_4688;
		if (c->process_line > 0)
			more |= HAS_LINES;
		if (c->script > 0)
			more |= HAS_SCRIPT;
		note(&m, c->host, more);
	}
	if (process > lines)
		add(gaps, lang, lines == 0, "hunt.gap.command_lines",
		    ARGS({ "count", number(gaps, process - lines) }, { "all", number(gaps, process) }));
	/* A few have none even where they are recorded. */
	without(gaps, seen, &m, HAS_LINES, HAS_4688, lines == 0, "hunt.gap.no_lines", "", lang);
	without(gaps, seen, &m, HAS_PROCESS, 0, true, "hunt.gap.processes", "", lang);
	without(gaps, seen, &m, (uintptr_t)1 << SEEN_SYSMON, 0, false, "hunt.gap.sysmon", "", lang);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		without(gaps, seen, &m, (uintptr_t)1 << wanted[i].kind, 0, wanted[i].grave, "hunt.gap.channel",
		    wanted[i].channel, lang);
	without(gaps, seen, &m, HAS_SCRIPT, (uintptr_t)1 << SEEN_POWERSHELL, false, "hunt.gap.scripts", "", lang);
	map_clear(&m.map, NULL);
}

/* ---- time --------------------------------------------------------------------------------------- */

/* Channels that reach back only days; the shortest of each name is told. */
static void
spans(struct gaps *gaps, const struct seen *seen, enum lang lang)
{
	size_t told = 0, more = 0;

	for (size_t i = 0; i < seen->cells; i++) {
		const struct seen_cell *c = &seen->cell[i];
		int64_t span = c->min_ns > c->max_ns ? 0 : c->max_ns - c->min_ns;
		char hours[24];

		if (c->min_ns > c->max_ns || span >= SHORT_NS)
			continue;
		if (c->kind == SEEN_OTHER && c->is_evtx) /* seldom written to: says nothing */
			continue;
		if (told == 2 * NAMES_MAX) {
			more++;
			continue;
		}
		told++;
		snprintf(hours, sizeof(hours), "%lld", (long long)(span / HOUR_NS));
		add(gaps, lang, span < DAY_NS, span < MINUTE_NS ? "hunt.gap.span_moment" :
		    span < HOUR_NS ? "hunt.gap.span_minutes" :
		    span < 2 * DAY_NS ? "hunt.gap.span_hours" : "hunt.gap.span_days",
		    ARGS({ "source", c->source }, { "host", *c->host == '\0' ? word(lang, "hunt.host.none") : c->host },
		    { "from", when(gaps, c->min_ns) }, { "to", when(gaps, c->max_ns) },
		    { "hours", arena_strdup(&gaps->arena, hours) },
		    { "days", number(gaps, (uint64_t)(span / DAY_NS)) },
		    { "minutes", number(gaps, (uint64_t)(span / MINUTE_NS)) }));
	}
	if (more > 0)
		add(gaps, lang, false, "hunt.gap.span_more", ARGS({ "count", number(gaps, more) }));
}

/* Logs that begin later than what is looked for. */
static void
late(struct gaps *gaps, const struct engine *e, enum lang lang)
{
	const struct seen *seen = &e->seen;
	int64_t from_ms = e->options->from_ms;
	struct list list = { BUF_INIT(TEXT_MAX), 0 };

	for (size_t i = 0; i < seen->cells && from_ms != INT64_MIN; i++) {
		const struct seen_cell *c = &seen->cell[i];

		if (c->min_ns > c->max_ns || c->min_ns / 1000000 - HOUR_NS / 1000000 <= from_ms ||
		    (c->kind == SEEN_OTHER && c->is_evtx)) /* as of spans() */
			continue;
		list_add(&list, arena_printf(&gaps->arena, "%s · %s (%s)", *c->host == '\0' ?
		    word(lang, "hunt.host.none") : c->host, c->source, when(gaps, c->min_ns)));
	}
	if (list.count > 0)
		add(gaps, lang, false, "hunt.gap.late", ARGS({ "from", bound(gaps, from_ms) },
		    { "count", number(gaps, list.count) }, { "names", list_end(gaps, &list) }));
	buf_clear(&list.text);
}

static void
tampering(struct gaps *gaps, const struct seen *seen, enum lang lang)
{
	for (size_t i = 0, told = 0; i < seen->cells && told < 4 * NAMES_MAX; i++) {
		const struct seen_cell *c = &seen->cell[i];
		const char *host = *c->host == '\0' ? word(lang, "hunt.host.none") : c->host;

		if (c->cleared > 0)
			add(gaps, lang, true, *c->source == '\0' ? "hunt.gap.cleared_some" : "hunt.gap.cleared",
			    ARGS({ "source", c->source }, { "host", host },
			    { "count", number(gaps, c->cleared) }, { "when", when(gaps, c->cleared_ns) }));
		if (c->clock_set > 0)
			add(gaps, lang, false, "hunt.gap.clock_set", ARGS({ "host", host },
			    { "count", number(gaps, c->clock_set) }, { "when", when(gaps, c->clock_ns) }));
		if (c->back > 0)
			add(gaps, lang, false, "hunt.gap.clock_back", ARGS({ "source", c->source }, { "host", host },
			    { "count", number(gaps, c->back) }, { "when", when(gaps, c->back_at) },
			    { "minutes", number(gaps, (uint64_t)(c->back_ns / MINUTE_NS)) }));
		told += (c->cleared > 0) + (c->clock_set > 0) + (c->back > 0);
	}
}

static int
grave_first(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return (int)y->grave - (int)x->grave;
}

void
gaps_find(struct gaps *gaps, const struct engine *e, const struct gap_rules *rules)
{
	enum lang lang = e->options->lang;

	files(gaps, e, lang);
	events(gaps, e, lang);
	tampering(gaps, &e->seen, lang);
	windows(gaps, &e->seen, lang);
	spans(gaps, &e->seen, lang);
	late(gaps, e, lang);
	choice(gaps, e->options, e->iocs);
	if (rules->unmapped + rules->refused > 0)
		add(gaps, lang, false, "hunt.gap.rules", ARGS({ "unmapped", number(gaps, rules->unmapped) },
		    { "refused", number(gaps, rules->refused) }));
	if (e->timeless_feed > 0)
		add(gaps, lang, false, "hunt.gap.correlation", ARGS({ "count", number(gaps, e->timeless_feed) }));
	if (e->left_out_feed > 0)
		add(gaps, lang, true, "hunt.gap.correlation_many", ARGS({ "count", number(gaps, e->left_out_feed) }));
	/* Few, and their order among themselves is kept. */
	for (size_t i = 1; i < gaps->count; i++)
		for (size_t k = i; k > 0 && grave_first(&gaps->gap[k - 1], &gaps->gap[k]) > 0; k--) {
			struct gap g = gaps->gap[k];

			gaps->gap[k] = gaps->gap[k - 1];
			gaps->gap[k - 1] = g;
		}
}

void
gaps_clear(struct gaps *gaps)
{
	free(gaps->gap);
	arena_clear(&gaps->arena);
	*gaps = (struct gaps){ 0 };
}
