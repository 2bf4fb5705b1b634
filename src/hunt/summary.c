/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/summary.h"

#include "base/utf8.h"
#include "os/hunter.h"
#include "text/jsonw.h"

#define MATCHES_MAX 12

/* Cut on a character's edge; what is no UTF-8 the writer replaces. */
static void
text(struct jsonw *w, const char *key, const char *s, size_t len)
{
	jsonw_key(w, key);
	if (len > HUNTER_TEXT_MAX / 4)
		len = utf8_cut(s, HUNTER_TEXT_MAX / 4);
	jsonw_stringn(w, s, len);
}

static void
string(struct jsonw *w, const char *key, const char *s)
{
	text(w, key, s, strlen(s));
}

static void
time_ms(struct jsonw *w, const char *key, int64_t time_ns)
{
	if (time_ns == HIT_NO_TIME || time_ns == INT64_MAX)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, time_ns / 1000000);
}

static void
totals(struct jsonw *w, const struct report *report, bool is_cut)
{
	const struct engine_sum *sum = &report->engine->sum;
	const struct seen *seen = &report->engine->seen;
	int64_t from = INT64_MAX, to = INT64_MIN;

	for (size_t i = 0; i < seen->cells; i++) {
		if (seen->cell[i].min_ns < from)
			from = seen->cell[i].min_ns;
		if (seen->cell[i].max_ns > to)
			to = seen->cell[i].max_ns;
	}
	jsonw_kint(w, "files_read", (int64_t)sum->files_read);
	jsonw_kint(w, "files_refused", (int64_t)sum->files_refused);
	jsonw_kint(w, "bytes", (int64_t)sum->bytes);
	jsonw_kint(w, "events", (int64_t)sum->events);
	jsonw_kint(w, "detections", (int64_t)report->result->total);
	jsonw_kbool(w, "stopped", sum->stopped);
	jsonw_kbool(w, "is_cut", is_cut);
	jsonw_kint(w, "rules_loaded", (int64_t)report->loaded->loaded);
	jsonw_kint(w, "rules_unmapped", (int64_t)report->loaded->unmapped);
	jsonw_kint(w, "rules_refused", (int64_t)report->loaded->refused);
	time_ms(w, "from_ms", from);
	time_ms(w, "to_ms", to);
	jsonw_kint(w, "groups_total", (int64_t)report->result->groups);
}

static void
counts(struct jsonw *w, const struct result *r)
{
	jsonw_kobject(w, "levels");
	for (unsigned l = SIGMA_LEVELS; l-- > 0;)
		if (r->level[l] > 0)
			jsonw_kint(w, l == SIGMA_NONE ? "none" : sigma_level_name((enum sigma_level)l),
			    (int64_t)r->level[l]);
	jsonw_object_end(w);
	jsonw_kobject(w, "tactics");
	for (unsigned t = 0; t < TACTICS; t++)
		if (r->tactic[t] > 0)
			jsonw_kint(w, tactic_name(t), (int64_t)r->tactic[t]);
	jsonw_object_end(w);
}

static void
level(struct jsonw *w, enum sigma_level l)
{
	jsonw_kstring(w, "level", l == SIGMA_NONE ? "none" : sigma_level_name(l));
}

static void
hosts(struct jsonw *w, const struct result *r)
{
	uint32_t *list = report_hosts(r);

	jsonw_karray(w, "hosts");
	for (size_t i = 0; i < r->hosts && i < HUNTER_HOSTS_MAX; i++) {
		const struct host_sum *h = &r->host[list[i]];
		enum sigma_level highest = SIGMA_NONE;

		for (unsigned l = 0; l < SIGMA_LEVELS; l++)
			if (h->count[l] > 0)
				highest = (enum sigma_level)l;
		jsonw_object(w);
		string(w, "name", h->name);
		jsonw_kint(w, "count", (int64_t)h->total);
		jsonw_kint(w, "score", (int64_t)h->score);
		level(w, highest);
		time_ms(w, "first_ms", h->first_ns);
		time_ms(w, "last_ms", h->last_ns);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
	free(list);
}

static void
gaps(struct jsonw *w, const struct gaps *g)
{
	jsonw_karray(w, "gaps");
	for (size_t i = 0; i < g->count && i < HUNTER_GAPS_MAX; i++) {
		jsonw_object(w);
		jsonw_kbool(w, "grave", g->gap[i].grave);
		string(w, "text", g->gap[i].text);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
stories(struct jsonw *w, const struct report *report)
{
	const struct result *r = report->result;

	jsonw_karray(w, "stories");
	for (size_t i = 0; i < r->stories && i < HUNTER_STORIES_MAX; i++) {
		const struct story *s = &r->story[i];
		struct buf said = BUF_INIT(20000);

		story_say(r, s, report->lang, &said);
		jsonw_object(w);
		string(w, "host", r->host[s->host].name);
		level(w, s->level);
		jsonw_kint(w, "score", (int64_t)s->score);
		time_ms(w, "first_ms", s->first_ns);
		time_ms(w, "last_ms", s->last_ns);
		text(w, "text", buf_str(&said), said.len);
		jsonw_object_end(w);
		buf_clear(&said);
	}
	jsonw_array_end(w);
}

/* The number of the story that tells of the group, -1 when it is not among those told. */
static int64_t
story_of(const struct result *r, const struct group *g)
{
	for (size_t i = 0; i < r->stories && i < HUNTER_STORIES_MAX; i++) {
		const struct story *s = &r->story[i];

		if (s->host == g->host && g->first_ns >= s->first_ns && g->first_ns <= s->last_ns)
			return (int64_t)i;
	}
	return -1;
}

static void
matched(struct jsonw *w, const struct group *g)
{
	struct hit *hit = xcalloc(1, sizeof(*hit));

	jsonw_karray(w, "matched");
	if (g->sample_len > 0 && hit_unpack(g->sample, g->sample_len, hit) > 0)
		for (size_t i = 0; i < hit->matches && i < MATCHES_MAX; i++) {
			const struct hit_match *m = &hit->match[i];

			jsonw_object(w);
			text(w, "field", m->field.at, m->field.len);
			if (m->absent)
				jsonw_knull(w, "value");
			else
				text(w, "value", m->value.at, m->value.len);
			jsonw_object_end(w);
		}
	jsonw_array_end(w);
	free(hit);
}

static void
refs(struct jsonw *w, const struct report *report, const struct group *g)
{
	jsonw_karray(w, "refs");
	for (uint32_t i = 0; i < g->refs; i++) {
		jsonw_object(w);
		string(w, "file", engine_file(report->engine, g->ref[i].file));
		jsonw_kint(w, "record", g->ref[i].record > INT64_MAX ? 0 : (int64_t)g->ref[i].record);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
group(struct jsonw *w, const struct report *report, const struct group *g)
{
	const struct rule_view *rule = &report->result->rules->rule[g->rule];

	jsonw_object(w);
	string(w, "rule_id", rule->id);
	string(w, "rule_title", rule->title);
	string(w, "title", rule->shown);
	level(w, rule->level);
	jsonw_karray(w, "tags");
	for (size_t i = 0; i < rule->tags && i < 32; i++)
		jsonw_string(w, rule->tag[i]);
	jsonw_array_end(w);
	string(w, "host", report->result->host[g->host].name);
	string(w, "subject", g->subject);
	jsonw_kint(w, "count", (int64_t)g->count);
	jsonw_kint(w, "score", (int64_t)g->score);
	time_ms(w, "first_ms", g->first_ns);
	time_ms(w, "last_ms", g->last_ns);
	jsonw_kint(w, "story", story_of(report->result, g));
	string(w, "advice", rule->advice);
	string(w, "playbook", rule->playbook);
	matched(w, g);
	refs(w, report, g);
	jsonw_object_end(w);
}

void
report_json(const struct report *report, bool is_cut, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);

	jsonw_object(&w);
	totals(&w, report, is_cut);
	counts(&w, report->result);
	hosts(&w, report->result);
	gaps(&w, report->gaps);
	stories(&w, report);
	jsonw_karray(&w, "groups");
	for (size_t i = 0; i < report->result->groups && i < HUNTER_GROUPS_MAX; i++)
		group(&w, report, report->result->group[i]);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
}
