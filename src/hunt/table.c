/* SPDX-License-Identifier: Apache-2.0 */
/* table.c: the answer on a terminal. */
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"
#include "hunt/report.h"

#define STORIES_MAX 10
#define HOSTS_SAID  15
#define RULES_MAX   200
#define TEXT_MAX    20000

char *
report_number(uint64_t n, enum lang lang, char out[static 32])
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), k = 0;

	for (size_t i = 0; i < len; i++) {
		out[k++] = digits[i];
		if (i + 1 < len && (len - i - 1) % 3 == 0)
			out[k++] = lang == LANG_VI ? '.' : ',';
	}
	out[k] = '\0';
	return out;
}

const char *
report_level(enum sigma_level level, enum lang lang)
{
	static const char *const key[SIGMA_LEVELS] = {
		[SIGMA_NONE] = "hunt.level.none", [SIGMA_INFORMATIONAL] = "hunt.level.informational",
		[SIGMA_LOW] = "hunt.level.low", [SIGMA_MEDIUM] = "hunt.level.medium",
		[SIGMA_HIGH] = "hunt.level.high", [SIGMA_CRITICAL] = "hunt.level.critical",
	};

	return word(lang, key[level]);
}

const char *
report_tactic(unsigned tactic, enum lang lang)
{
	char key[64];

	snprintf(key, sizeof(key), "hunt.tactic.%s", tactic_name(tactic));
	return word_or(lang, key, tactic_name(tactic));
}

static int
rule_by_score(const void *a, const void *b, void *arg)
{
	const struct result *r = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct rule_sum *s = &r->rule[x], *t = &r->rule[y];

	if (r->rules->rule[x].level != r->rules->rule[y].level)
		return r->rules->rule[x].level > r->rules->rule[y].level ? -1 : 1;
	if (s->score != t->score)
		return s->score > t->score ? -1 : 1;
	if (s->count != t->count)
		return s->count > t->count ? -1 : 1;
	return x < y ? -1 : x > y;
}

uint32_t *
report_rules(const struct result *r, size_t *ret_count)
{
	uint32_t *list = xcalloc(r->rules->count + 1, sizeof(*list));
	size_t n = 0;

	for (uint32_t i = 0; i < r->rules->count; i++)
		if (r->rule[i].count > 0)
			list[n++] = i;
	if (n > 1)
		qsort_r(list, n, sizeof(*list), rule_by_score, (void *)(uintptr_t)r);
	*ret_count = n;
	return list;
}

static int
host_by_score(const void *a, const void *b, void *arg)
{
	const struct result *r = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (r->host[x].score != r->host[y].score)
		return r->host[x].score > r->host[y].score ? -1 : 1;
	if (r->host[x].total != r->host[y].total)
		return r->host[x].total > r->host[y].total ? -1 : 1;
	return strcmp(r->host[x].name, r->host[y].name);
}

uint32_t *
report_hosts(const struct result *r)
{
	uint32_t *list = xcalloc(r->hosts + 1, sizeof(*list));

	for (size_t i = 0; i < r->hosts; i++)
		list[i] = (uint32_t)i;
	if (r->hosts > 1)
		qsort_r(list, r->hosts, sizeof(*list), host_by_score, (void *)(uintptr_t)r);
	return list;
}

/* ---- a page of text ---------------------------------------------------------------------- */

struct page {
	FILE *out;
	const struct report *report;
	enum lang lang;
	size_t width;
	bool colour;
};

/* Terminals must not be told what to do by what stands in a log. */
static void
put(const struct page *p, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) ||
		    (cp >= 0x2066 && cp <= 0x2069)) {
			fputs(n == 0 ? "\xef\xbf\xbd" : " ", p->out);
			n = n == 0 ? 1 : n;
		} else {
			fwrite(s + i, 1, n, p->out);
		}
	}
}

static size_t
columns(const char *s)
{
	size_t w = 0, n, len = strlen(s);
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		w += n == 0 || cp < 0x300 || cp > 0x36f;
		n = n == 0 ? 1 : n;
	}
	return w;
}

/* Left-aligned in ${room} columns, cut with … when it is longer; ${room} 0: as it is. */
static void
cell(const struct page *p, const char *s, size_t room)
{
	size_t w = columns(s), len = strlen(s), n, used = 0, i;
	char cut[TEXT_MAX];
	uint32_t cp;

	if (room == 0 || w <= room) {
		put(p, s);
		if (room > 0)
			fprintf(p->out, "%*s", (int)(room - w), "");
		return;
	}
	for (i = 0; i < len && used + 1 < room && i + 8 < sizeof(cut); i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		used += n == 0 || cp < 0x300 || cp > 0x36f;
		n = n == 0 ? 1 : n;
	}
	memcpy(cut, s, i);
	cut[i] = '\0';
	put(p, cut);
	fputs("…", p->out);
}

static void
heading(const struct page *p, const char *key)
{
	fprintf(p->out, "\n%s%s%s\n", p->colour ? "\033[1m" : "", word(p->lang, key), p->colour ? "\033[0m" : "");
}

/* Words with arguments given as name, value, …, NULL. */
static void __attribute__((sentinel))
say(const struct page *p, const char *key, ...)
{
	const char *names[8], *values[8];
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t n = 0;
	va_list ap;

	va_start(ap, key);
	while (n < ARRAY_LEN(names) && (names[n] = va_arg(ap, const char *)) != NULL)
		values[n++] = va_arg(ap, const char *);
	va_end(ap);
	words_format(&text, p->lang, key, names, values, n);
	put(p, buf_str(&text));
	fputc('\n', p->out);
	buf_clear(&text);
}

/* Words between blanks, broken into lines of the page's width. */
static void
paragraph(const struct page *p, const char *first, const char *indent, const char *text)
{
	size_t used = columns(first), start = used;
	bool fresh = true;

	fputs(first, p->out);
	while (*text != '\0') {
		size_t len = strcspn(text, " \n");
		char piece[TEXT_MAX];
		size_t n = len < sizeof(piece) - 1 ? len : sizeof(piece) - 1, w;

		memcpy(piece, text, n);
		piece[n] = '\0';
		w = columns(piece);
		if (!fresh && used + 1 + w > p->width) {
			fprintf(p->out, "\n%s", indent);
			used = columns(indent);
			fresh = true;
		}
		if (!fresh) {
			fputc(' ', p->out);
			used++;
		}
		put(p, piece);
		used += w;
		fresh = false;
		text += len;
		text += strspn(text, " \n");
	}
	(void)start;
	fputc('\n', p->out);
}

static const char *
colour_of(const struct page *p, enum sigma_level level)
{
	static const char *const colour[SIGMA_LEVELS] = {
		[SIGMA_CRITICAL] = "\033[1;31m", [SIGMA_HIGH] = "\033[31m", [SIGMA_MEDIUM] = "\033[33m",
		[SIGMA_LOW] = "\033[36m",
	};

	return p->colour && colour[level] != NULL ? colour[level] : "";
}

/* ---- parts ------------------------------------------------------------------------------------ */

static void
what_was_read(const struct page *p)
{
	const struct engine_sum *s = &p->report->engine->sum;
	char files[32], events[32], mb[32], rate[32], seconds[24], rules[32], iocs[32];
	double t = s->seconds < 0.001 ? 0.001 : s->seconds;

	snprintf(seconds, sizeof(seconds), "%.1f", s->seconds);
	say(p, "hunt.read", "files", report_number(s->files_read, p->lang, files),
	    "events", report_number(s->events, p->lang, events),
	    "mb", report_number((s->bytes + 524288) / 1048576, p->lang, mb), "seconds", seconds,
	    "rate", report_number((uint64_t)((double)s->events / t), p->lang, rate), (char *)NULL);
	say(p, "hunt.rules_used", "rules", report_number(p->report->loaded->loaded, p->lang, rules), (char *)NULL);
	if (p->report->iocs != NULL)
		say(p, "hunt.iocs_used", "count",
		    report_number(p->report->iocs->count + p->report->iocs->nets, p->lang, iocs), (char *)NULL);
}

static void
summary(const struct page *p)
{
	const struct result *r = p->report->result;
	char all[32], rules[32], hosts[32], groups[32], n[32];
	size_t fired;
	uint32_t *list = report_rules(r, &fired), *host = report_hosts(r);

	say(p, "hunt.found", "count", report_number(r->total, p->lang, all), "groups",
	    report_number(r->groups, p->lang, groups), "rules", report_number(fired, p->lang, rules), "hosts",
	    report_number(r->hosts, p->lang, hosts), (char *)NULL);
	if (r->ungrouped > 0)
		say(p, "hunt.ungrouped", "count", report_number(r->ungrouped, p->lang, n), (char *)NULL);
	heading(p, "hunt.by_level");
	for (int l = SIGMA_LEVELS - 1; l >= 0; l--) {
		if (r->level[l] == 0)
			continue;
		fprintf(p->out, "  %s", colour_of(p, (enum sigma_level)l));
		cell(p, report_level((enum sigma_level)l, p->lang), 30);
		fprintf(p->out, "%s %12s\n", *colour_of(p, (enum sigma_level)l) == '\0' ? "" : "\033[0m",
		    report_number(r->level[l], p->lang, n));
	}
	heading(p, "hunt.by_tactic");
	for (unsigned t = 0; t < TACTICS; t++) {
		if (r->tactic[t] == 0)
			continue;
		fputs("  ", p->out);
		cell(p, report_tactic(t, p->lang), 30);
		fprintf(p->out, " %12s\n", report_number(r->tactic[t], p->lang, n));
	}
	heading(p, "hunt.by_host");
	for (size_t i = 0; i < r->hosts && i < HOSTS_SAID; i++) {
		const struct host_sum *h = &r->host[host[i]];
		char first[HIT_TIME_SIZE], last[HIT_TIME_SIZE];

		fputs("  ", p->out);
		cell(p, *h->name == '\0' ? word(p->lang, "hunt.host.none") : h->name, 30);
		fprintf(p->out, " %12s   %s – %s\n", report_number(h->total, p->lang, n),
		    result_when(h->first_ns, first), result_when(h->last_ns, last));
	}
	if (r->hosts > HOSTS_SAID)
		say(p, "hunt.more_hosts", "count", report_number(r->hosts - HOSTS_SAID, p->lang, n), (char *)NULL);
	free(list);
	free(host);
}

static void
stories(const struct page *p)
{
	const struct result *r = p->report->result;

	heading(p, "hunt.stories");
	for (size_t i = 0; i < r->stories && i < STORIES_MAX; i++) {
		struct buf text = BUF_INIT(TEXT_MAX);

		story_say(r, &r->story[i], p->lang, &text);
		paragraph(p, "  • ", "    ", buf_str(&text));
		buf_clear(&text);
	}
}

static void
by_rule(const struct page *p)
{
	const struct result *r = p->report->result;
	size_t n, wide = p->width > 110 ? p->width - 66 : 44;
	uint32_t *rule = report_rules(r, &n);
	char number[32], hosts[32], first[HIT_TIME_SIZE], last[HIT_TIME_SIZE];

	heading(p, "hunt.by_rule");
	for (size_t i = 0; i < n && i < RULES_MAX; i++) {
		const struct rule_view *v = &r->rules->rule[rule[i]];
		const struct rule_sum *s = &r->rule[rule[i]];

		fprintf(p->out, "  %s", colour_of(p, v->level));
		cell(p, report_level(v->level, p->lang), 14);
		fputs(*colour_of(p, v->level) == '\0' ? " " : "\033[0m ", p->out);
		cell(p, v->shown, wide);
		fprintf(p->out, " %9s", report_number(s->count, p->lang, number));
		snprintf(hosts, sizeof(hosts), "%u", s->hosts);
		fputs("  ", p->out);
		cell(p, hosts, 5);
		fprintf(p->out, "%s – %s\n", result_when(s->first_ns, first), result_when(s->last_ns, last));
	}
	if (n > RULES_MAX)
		say(p, "hunt.more_rules", "count", report_number(n - RULES_MAX, p->lang, number), (char *)NULL);
	free(rule);
}

static void
blind(const struct page *p)
{
	const struct gaps *g = p->report->gaps;

	heading(p, "hunt.gaps");
	if (g->count == 0)
		paragraph(p, "  ", "  ", word(p->lang, "hunt.gap.none"));
	for (size_t i = 0; i < g->count; i++)
		paragraph(p, g->gap[i].grave ? "  ! " : "  - ", "    ", g->gap[i].text);
}

void
report_table(const struct report *report, FILE *out)
{
	struct winsize size;
	struct page p = { out, report, report->lang, 100, isatty(fileno(out)) && getenv("NO_COLOR") == NULL };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
		p.width = size.ws_col;
	if (report->engine->sum.stopped)
		say(&p, "hunt.stopped", (char *)NULL);
	what_was_read(&p);
	if (report->result->total == 0) {
		say(&p, "hunt.found_none", (char *)NULL);
	} else {
		summary(&p);
		stories(&p);
		by_rule(&p);
	}
	blind(&p);
}
