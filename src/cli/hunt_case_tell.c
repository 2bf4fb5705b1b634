/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_case_tell.c: the answer of khien hunt --incident on the terminal. */
#include "cli/hunt_case.h"

#define ANSWER_MAX ((size_t)32 << 20)
#define GROUPS     30 /* told on the terminal */
#define STORIES    5

void
case_say(const struct hunting *h, FILE *out, const char *key, const char *const *args)
{
	const char *names[8], *values[8];
	struct buf text = BUF_INIT(20000);
	size_t n = 0;

	for (; args != NULL && args[2 * n] != NULL && n < 8; n++) {
		names[n] = args[2 * n];
		values[n] = args[2 * n + 1];
	}
	words_format(&text, h->cli->lang, key, names, values, n);
	fputs(buf_str(&text), out);
	buf_clear(&text);
}

const char *
case_count(int64_t n, char out[static 24])
{
	snprintf(out, 24, "%lld", (long long)n);
	return out;
}

int
case_call(struct hunting *h, const char *name, struct json *args, bool with_files, struct json **ret)
{
	return case_call_with(h, name, args, 0, with_files ? h->uploads_count : 0, ret);
}

int
case_call_with(struct hunting *h, const char *name, struct json *args, size_t first, size_t n, struct json **ret)
{
	struct buf out = BUF_INIT(ANSWER_MAX);
	struct op_request request = { .op = op_get(name), .actor = actor_console(), .lang = h->cli->lang,
	    .args = args, .uploads = n > 0 ? h->uploads + first : NULL, .uploads_count = n };
	int failed = op_call(h->app, &request, &out, &h->cli->err);

	if (failed == 0 && ret != NULL)
		failed = json_parse(buf_str(&out), out.len, ret, &h->cli->err);
	buf_clear(&out);
	json_free(args);
	return failed;
}

struct json *
case_id(const struct hunting *h)
{
	struct json *args = json_new_object();

	json_set_str(args, "id", h->id);
	return args;
}

/* Terminals must not be told what to do by what stands in a log. */
static void
put(FILE *out, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, out);
}

static void
tell_groups(const struct hunting *h, const struct json *groups, FILE *out)
{
	char key[40], count[24];

	for (size_t i = 0; i < json_len(groups) && i < GROUPS; i++) {
		const struct json *g = json_at(groups, i);

		snprintf(key, sizeof(key), "hunt.level.%.20s", json_get_str(g, "level"));
		fprintf(out, "  [%s] ", word(h->cli->lang, key));
		put(out, json_get_str(g, "title"));
		fputs(" · ", out);
		put(out, *json_get_str(g, "host") == '\0' ? word(h->cli->lang, "hunt.host.none") : json_get_str(g, "host"));
		fputs(" · ", out);
		case_say(h, out, "hunt.case.times", ARGS("count", case_count(json_get_int(g, "count", 0), count)));
		fputc('\n', out);
	}
}

/* A time of the answer as people here say it; "…" when it is not bounded. */
static const char *
when(const struct json *hunt, const char *name, char out[static CLOCK_TEXT_SIZE])
{
	int64_t ms;

	return clock_parse(json_get_str(hunt, name) == NULL ? "" : json_get_str(hunt, name), &ms) ? clock_vi(ms, out) : "…";
}

/* What was looked for and in what: without that, nobody knows what the answer is worth. */
static void
tell_asked(const struct hunting *h, const struct json *hunt, FILE *out)
{
	const struct json *lists = json_get(hunt, "lists_read");
	const char *rules = json_get_str(hunt, "rules_name"), *key = json_get_str(hunt, "rules_version");
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE], cut[13];
	struct buf names = BUF_INIT(8000);

	if (json_get_str(hunt, "from_at") != NULL || json_get_str(hunt, "to_at") != NULL) {
		case_say(h, out, "hunt.case.span", ARGS("from", when(hunt, "from_at", from), "to", when(hunt, "to_at", to)));
		fputc('\n', out);
	}
	if (rules != NULL) {
		snprintf(cut, sizeof(cut), "%s", key == NULL ? "" : key);
		case_say(h, out, "hunt.case.rules_used", ARGS("name", rules, "key", cut));
		fputc('\n', out);
	}
	for (size_t i = 0; i < json_len(lists); i++)
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ", json_get_str(json_at(lists, i), "name"));
	if (names.len > 0) {
		case_say(h, out, "hunt.case.lists", ARGS("names", buf_str(&names)));
		fputc('\n', out);
	}
	buf_clear(&names);
}

void
case_tell(const struct hunting *h, const struct json *hunt, FILE *out)
{
	const struct json *summary = json_get(hunt, "summary"), *gaps = json_get(hunt, "gaps");
	const struct json *stories = json_get(summary, "stories");
	char n[5][24];

	case_say(h, out, "hunt.case.head", ARGS("number", json_get_str(hunt, "number"), "incident",
	    json_get_str(hunt, "incident_number") == NULL ? "–" : json_get_str(hunt, "incident_number")));
	fputc('\n', out);
	case_say(h, out, "hunt.case.sum", ARGS("files", case_count(json_get_int(hunt, "files", 0), n[0]), "events",
	    case_count(json_get_int(hunt, "events", 0), n[1]), "rules", case_count(json_get_int(hunt, "rules", 0), n[2]),
	    "detections", case_count(json_get_int(hunt, "detections", 0), n[3]), "alerts",
	    case_count(json_get_int(hunt, "alerts", 0), n[4])));
	fputc('\n', out);
	tell_asked(h, hunt, out);
	if (json_get_int(hunt, "detections", 0) == 0)
		fprintf(out, "%s\n", word(h->cli->lang, "hunt.case.none"));
	for (size_t i = 0; i < json_len(stories) && i < STORIES; i++) {
		fprintf(out, "%s", i == 0 ? "\n" : "");
		put(out, json_get_str(json_at(stories, i), "text"));
		fputc('\n', out);
	}
	if (json_len(json_get(summary, "groups")) > 0)
		fputc('\n', out);
	tell_groups(h, json_get(summary, "groups"), out);
	fprintf(out, "\n%s\n", word(h->cli->lang, "hunt.gaps"));
	for (size_t i = 0; i < json_len(gaps); i++) {
		fprintf(out, "  %s ", json_get_bool(json_at(gaps, i), "grave", false) ? "!" : "-");
		put(out, json_get_str(json_at(gaps, i), "text"));
		fputc('\n', out);
	}
}
