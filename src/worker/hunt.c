/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/hunt.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "detect/load.h"
#include "event/event.h"
#include "hunt/summary.h"
#include "pack/shipped.h"
#include "text/json.h"
#include "text/jsonw.h"
#include "worker/hunt_take.h"

#define BUFFER ((size_t)1 << 18)
#define NICE   10
#define TELL_MS 200 /* between frames that say how far it is */

struct task {
	struct json *request;
	struct hunt_options options;
	struct hunt_hands hands;
	struct walk walk;
	struct taking taking;
	struct iocs iocs;
	size_t lists;
	const char *tag[HUNTER_TAGS_MAX];
	uint64_t size, bytes, events, hits; /* of what was named; as it was told last */
	int64_t told_ms;
	struct rules rules;
	struct result result;
	struct engine engine;
	struct gaps gaps;
	uint16_t *contexts; /* told, by rule */
	size_t contexts_all;
};

/* A stream of one kind of frames. */
struct stream {
	char kind;
	size_t left; /* bytes it may still carry */
	bool is_cut;
};

/* The rules, made ready before there was anything from outside in this process. */
static struct matcher *matcher;
static struct detect_loaded loaded;

/* Machine code of regular expressions lies where it could still be written: not any more. */
static bool
seal_code(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	char rights[8], line[600];
	bool ok = maps != NULL;

	while (ok && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && strncmp(rights, "rwx", 3) == 0)
			ok = mprotect((void *)(uintptr_t)from, to - from, PROT_READ | PROT_EXEC) == 0;
	if (maps != NULL)
		fclose(maps);
	return ok;
}

bool
hunt_prepare(void)
{
	/* People who use the server meanwhile come first. */
	setpriority(PRIO_PROCESS, 0, NICE);
	return shipped_words(NULL) == 0 && detect_load_fd(HUNTER_RULES_FD, &matcher, &loaded, NULL) == 0 &&
	    seal_code();
}

bool
hunt_frame(char kind, const void *data, size_t len)
{
	struct buf out = BUF_INIT(WORKER_FRAME_MAX);
	bool ok;

	buf_addc(&out, kind);
	buf_add(&out, data, len);
	ok = !out.full && worker_write(out.data, out.len);
	buf_clear(&out);
	return ok;
}

/* Once the limit is reached the rest is left out, from the last whole line on. */
static ssize_t
on_write(void *cookie, const char *data, size_t len)
{
	struct stream *s = cookie;
	size_t n = len;

	if (s->is_cut)
		return (ssize_t)len;
	if (n > s->left) {
		s->is_cut = true;
		n = s->left;
	}
	s->left -= n;
	return n == 0 || hunt_frame(s->kind, data, n) ? (ssize_t)len : 0;
}

static FILE *
stream_open(struct stream *s)
{
	FILE *f = fopencookie(s, "w", (cookie_io_functions_t){ .write = on_write });

	if (f != NULL)
		setvbuf(f, NULL, _IOFBF, BUFFER);
	return f;
}

/* ---- what is asked ------------------------------------------------------------------------ */

static int
want_file(void *arg, uint32_t file)
{
	struct task *t = arg;

	return taking_open(&t->taking, file);
}

static void
say_progress(struct task *t)
{
	struct buf text = BUF_INIT(200);

	t->told_ms = clock_mono_ms();
	buf_printf(&text, "{\"bytes\":%llu,\"events\":%llu,\"hits\":%llu}", (unsigned long long)t->bytes,
	    (unsigned long long)t->events, (unsigned long long)t->hits);
	hunt_frame('P', text.data, text.len);
	buf_clear(&text);
}

/* Of what was named: archives may unpack to much more, and that is found out on the way. */
static void
tell_progress(void *arg, uint64_t bytes, uint64_t events, uint64_t hits)
{
	struct task *t = arg;
	uint64_t all = t->walk.bytes;

	if (all > t->size)
		bytes = (uint64_t)((double)bytes / (double)all * (double)t->size);
	if (bytes > t->bytes)
		t->bytes = bytes;
	t->events = events;
	t->hits = hits;
	say_progress(t);
}

/* An archive is being unpacked: who says nothing is taken for one that hangs. */
static void
tell_alive(void *arg)
{
	struct task *t = arg;

	if (clock_mono_ms() - t->told_ms >= TELL_MS)
		say_progress(t);
}

/* Fields that name who, from where, and with what, in the logs that are read. */
static bool
names_somebody(const char *name, size_t len)
{
	static const char *const names[] = { "IpAddress", "SourceIp", "DestinationIp", "SourceAddress",
		"DestAddress", "ClientAddress", "c-ip", "src_ip", "dst_ip", "src", "dst", "addr", "rhost", "hostname",
		"TargetUserName", "SubjectUserName", "User", "AccountName", "cs-username", "acct", "user", "Hashes",
		"Image", "NewProcessName", "ParentImage", "ParentProcessName", "TargetFilename", "ServiceFileName",
		"ImagePath", "ImageLoaded", "DestinationHostname", "QueryName", "exe" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

static void
tell_context(void *arg, const struct rule_view *rule, const char *host, size_t host_len, const struct event *event)
{
	struct task *t = arg;
	uint16_t *told = &t->contexts[rule - t->rules.rule];
	struct buf out = BUF_INIT((size_t)1 << 20), scratch = BUF_INIT((size_t)8 << 20);
	struct jsonw w = JSONW_INIT(&out);
	size_t fields = 0;

	if (rule->level < SIGMA_MEDIUM || *told == HUNTER_CONTEXTS_EACH || t->contexts_all == HUNTER_CONTEXTS_MAX)
		return;
	jsonw_object(&w);
	jsonw_kstring(&w, "rule_id", rule->id);
	jsonw_kstring(&w, "level", sigma_level_name(rule->level));
	jsonw_key(&w, "host");
	jsonw_stringn(&w, host, host_len);
	jsonw_karray(&w, "fields");
	for (size_t i = 0; i < event->values && fields < HUNTER_FIELDS_MAX; i++) {
		const struct event_value *v = &event->value[i];
		struct text text;

		if (!names_somebody(v->name, v->name_len))
			continue;
		buf_reset(&scratch);
		text = event_text(v, &scratch);
		if (text.len == 0 || text.len > HUNTER_VALUE_MAX / 4 || memchr(text.at, '\0', text.len) != NULL)
			continue;
		jsonw_object(&w);
		jsonw_key(&w, "field");
		jsonw_stringn(&w, v->name, v->name_len);
		jsonw_key(&w, "value");
		jsonw_stringn(&w, text.at, text.len);
		jsonw_object_end(&w);
		fields++;
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (fields > 0 && !out.full) {
		++*told;
		t->contexts_all++;
		hunt_frame('C', out.data, out.len);
	}
	buf_clear(&out);
	buf_clear(&scratch);
}

static void
read_files(struct task *t)
{
	const struct json *files = json_get(t->request, "files"), *out = json_get(t->request, "left_out");
	const struct json *names = json_get(out, "names");

	t->lists = (size_t)json_get_int(t->request, "lists", 0);
	for (size_t i = t->lists; i < json_len(files) && i < HUNTER_LISTS_MAX + HUNTER_FILES_MAX; i++) {
		const char *name = json_get_str(json_at(files, i), "name");
		uint64_t size = (uint64_t)json_get_int(json_at(files, i), "size", 0);

		walk_put(&t->walk, name == NULL ? "" : name, size);
	}
	t->size = t->walk.bytes;
	for (size_t i = 0; i < json_len(names); i++)
		walk_note(&t->walk, &t->walk.beside, json_str(json_at(names, i)));
	if (out != NULL)
		t->walk.beside.count = (size_t)json_get_int(out, "count", 0);
}

static void
read_options(struct task *t)
{
	const struct json *tags = json_get(t->request, "tags");

	t->options.lang = lang_of(json_get_str(t->request, "lang"));
	/* "none": also rules that have no level. */
	t->options.level = str_eq(json_get_str(t->request, "level"), "none") ? SIGMA_NONE :
	    sigma_level_find(json_get_str(t->request, "level"));
	t->options.from_ms = json_get_int(t->request, "from_ms", INT64_MIN);
	t->options.to_ms = json_get_int(t->request, "to_ms", INT64_MAX);
	for (size_t i = 0; i < json_len(tags) && i < HUNTER_TAGS_MAX; i++)
		t->tag[t->options.tags++] = json_str(json_at(tags, i));
	t->options.tag = t->tag;
	if (json_get_bool(t->request, "no_prefilter", false))
		matcher_try_all(matcher);
}

static bool
read_request(struct task *t)
{
	struct buf in = BUF_INIT(WORKER_FRAME_MAX);
	bool ok = worker_read(&in) && json_parse(buf_str(&in), in.len, &t->request, NULL) == 0;

	buf_clear(&in);
	read_files(t);
	read_options(t);
	t->taking = (struct taking){ .walk = &t->walk, .archive = -1, .tell = tell_alive, .arg = t };
	t->hands = (struct hunt_hands){ .arg = t, .open = want_file, .progress = tell_progress,
	    .hit = tell_context, .spool_fd = HUNTER_SPOOL_FD, .newest_ms = json_get_int(t->request, "newest_ms", 0) };
	t->options.hands = &t->hands;
	return ok && t->options.level != SIGMA_LEVELS;
}

/* ---- what is answered ------------------------------------------------------------------------ */

static bool
search(struct task *t, struct stream *json, struct err *err)
{
	FILE *out = stream_open(json);
	bool ok;

	t->engine.out.json = out;
	ok = out != NULL && engine_run(&t->engine, err) == 0;
	if (out != NULL && fclose(out) != 0)
		ok = false;
	return ok;
}

static bool
answer(struct task *t, bool is_cut)
{
	struct report report = { &t->engine, &t->result, &t->gaps, &loaded, t->engine.iocs, t->options.lang };
	const struct gap_rules left_out = { loaded.unmapped, loaded.refused };
	struct stream html = { 'H', HUNTER_HTML_MAX, false };
	struct buf summary = BUF_INIT(HUNTER_SUMMARY_MAX);
	FILE *page = stream_open(&html);
	bool ok = page != NULL;

	result_finish(&t->result);
	gaps_find(&t->gaps, &t->engine, &left_out);
	if (ok)
		report_html(&report, page);
	if (ok && fclose(page) != 0)
		ok = false;
	report_json(&report, is_cut, &summary);
	ok = ok && !summary.full && hunt_frame('S', summary.data, summary.len);
	buf_clear(&summary);
	return ok;
}

static bool
run(struct task *t, struct err *err)
{
	struct stream json = { 'J', HUNTER_JSON_MAX, false };

	if (!read_request(t))
		return false;
	if (t->lists > 0 && !taking_lists(&t->taking, t->lists, &t->iocs))
		return true;
	rules_init(&t->rules, matcher, t->options.lang, t->options.level, t->options.tag, t->options.tags);
	result_init(&t->result, &t->rules);
	t->contexts = xcalloc(t->rules.count, sizeof(*t->contexts));
	t->engine = (struct engine){ .options = &t->options, .walk = &t->walk, .matcher = matcher,
	    .rules = &t->rules, .iocs = t->lists > 0 ? &t->iocs : NULL, .result = &t->result,
	    .out.keep_why = true };
	seen_names_init(&t->engine.names, matcher_names(matcher));
	return search(t, &json, err) && answer(t, json.is_cut);
}

int
hunt_serve(void)
{
	struct task t = { .request = NULL };
	struct err err = { 0 };
	bool ok = run(&t, &err);

	if (!ok)
		fprintf(stderr, "%s %s\n", err.key, err.args > 0 ? err.arg[0].value : "");
	/* The process ends here; what it holds goes with it. */
	return ok ? 0 : 1;
}
