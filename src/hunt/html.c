/* SPDX-License-Identifier: Apache-2.0 */
/* html.c: the answer as one page: no script, nothing fetched, everything from logs escaped. */
#include "text/html.h"

#include "base/clock.h"
#include "hunt/html_part.h"

#define STORIES_MAX 100
#define HOSTS_SAID  500
#define DETAILS_MAX 2000
#define COVER_MAX   1000
#define FLUSH       ((size_t)256 << 10)
#define PAGE_MAX    ((size_t)64 << 20) /* of the buffer; it is written out again and again */

static const char style[] =
    ":root{--bg:#f7f8f9;--card:#fff;--ink:#1c2328;--dim:#5a6872;--line:#dde3e7;--teal:#0b6b6b;"
    "--c5:#b3261e;--c4:#d9622b;--c3:#c99a06;--c2:#6b8299;--c1:#9aa7b1;--c0:#b7c0c7}"
    "@media(prefers-color-scheme:dark){:root{--bg:#12171a;--card:#1a2125;--ink:#e6eaec;--dim:#9aa7b0;"
    "--line:#2e383e;--teal:#4db6ac;--c5:#f2726a;--c4:#f0935f;--c3:#e3bd4a;--c2:#8fa6bc;--c1:#74828c;--c0:#5f6b74}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);"
    "font:14px/1.5 Inter,system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    "main{max-width:1200px;margin:0 auto;padding:24px 16px 64px}h1{font-size:24px;margin:0 0 4px}"
    "h2{font-size:17px;margin:32px 0 8px}p{margin:4px 0}a{color:var(--teal)}"
    "nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:12px 0 0}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px;overflow-x:auto}"
    ".dim{color:var(--dim)}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:8px;margin:16px 0}"
    ".tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}"
    "table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--dim);white-space:nowrap}"
    "th,td{padding:6px 8px;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child td{border-bottom:0}"
    "td.v{overflow-wrap:anywhere;font-family:ui-monospace,Consolas,'DejaVu Sans Mono',monospace;font-size:13px}"
    ".l{display:inline-block;padding:0 8px;border-radius:10px;color:#fff;font-size:12px;white-space:nowrap}"
    ".l5{background:var(--c5)}.l4{background:var(--c4)}.l3{background:var(--c3);color:#1c2328}"
    ".l2{background:var(--c2)}.l1{background:var(--c1)}.l0{background:var(--c0);color:#1c2328}"
    "@media(prefers-color-scheme:dark){.l{color:#12171a!important}}"
    "svg{display:block;width:100%;height:auto}svg text{fill:var(--dim);font-size:11px}"
    ".f5{fill:var(--c5)}.f4{fill:var(--c4)}.f3{fill:var(--c3)}.f2{fill:var(--c2)}.f1{fill:var(--c1)}.f0{fill:var(--c0)}"
    ".matrix{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(132px,1fr);gap:6px}"
    ".tac>b{display:block;font-size:12px;min-height:46px;padding:4px 6px;border-bottom:2px solid var(--teal)}"
    ".tac div{border:1px solid var(--line);border-left-width:4px;border-radius:4px;padding:4px 6px;margin-top:4px;"
    "font-size:12px;overflow-wrap:anywhere}.tac .n{float:right;color:var(--dim)}"
    ".b5{border-left-color:var(--c5)!important}.b4{border-left-color:var(--c4)!important}"
    ".b3{border-left-color:var(--c3)!important}.b2{border-left-color:var(--c2)!important}"
    ".b1,.b0{border-left-color:var(--c1)!important}"
    "details{border-bottom:1px solid var(--line);padding:6px 0}details:last-child{border-bottom:0}"
    "summary{cursor:pointer}summary .t{font-weight:600}ul{margin:4px 0;padding-left:20px}li{margin:4px 0}"
    ".story{list-style:none;padding:0}.story li{padding:6px 0;border-bottom:1px solid var(--line)}"
    ".gap li.g::marker{content:'! ';color:var(--c5);font-weight:700}"
    "@media print{body{background:#fff}.card{break-inside:avoid;border-color:#999}nav{display:none}}";

void
html_word(struct html *h, const char *key)
{
	html_text(&h->out, word(h->lang, key));
}

void
html_number(struct html *h, uint64_t n)
{
	char text[32];

	html_text(&h->out, report_number(n, h->lang, text));
}

void
html_level(struct html *h, enum sigma_level level)
{
	html_lit(&h->out, "<span class=\"l l");
	html_int(&h->out, level);
	html_lit(&h->out, "\">");
	html_text(&h->out, report_level(level, h->lang));
	html_lit(&h->out, "</span>");
}

void
html_flush(struct html *h)
{
	if (h->out.len < FLUSH && !h->out.full)
		return;
	fwrite(h->out.data, 1, h->out.len, h->file);
	buf_reset(&h->out);
}

void
html_span(struct html *h, int64_t first_ns, int64_t last_ns)
{
	char first[HIT_TIME_SIZE], last[HIT_TIME_SIZE];

	html_text(&h->out, result_when(first_ns, first));
	if (strcmp(first, result_when(last_ns, last)) != 0 && *last != '\0') {
		html_lit(&h->out, " – ");
		html_text(&h->out, last);
	}
}

const char *
html_host(const struct html *h, const char *name)
{
	return *name == '\0' ? word(h->lang, "hunt.host.none") : name;
}

static void
begin_section(struct html *h, const char *id, const char *key)
{
	html_lit(&h->out, "\n<section id=\"");
	html_attr(&h->out, id);
	html_lit(&h->out, "\"><h2>");
	html_word(h, key);
	html_lit(&h->out, "</h2><div class=\"card\">");
}

static void
end_section(struct html *h)
{
	html_lit(&h->out, "</div></section>");
	html_flush(h);
}

/* ---- head ------------------------------------------------------------------------------- */

static void
tile(struct html *h, uint64_t n, const char *label)
{
	html_lit(&h->out, "<div class=\"card tile\"><b>");
	html_number(h, n);
	html_lit(&h->out, "</b><span class=\"dim\">");
	html_text(&h->out, label);
	html_lit(&h->out, "</span></div>");
}

static void
head(struct html *h)
{
	static const struct { const char *id, *key; } link[] = {
		{ "timeline", "hunt.html.timeline" }, { "stories", "hunt.stories" }, { "gaps", "hunt.gaps" },
		{ "attack", "hunt.html.attack" }, { "hosts", "hunt.html.hosts" },
		{ "details", "hunt.html.details" }, { "cover", "hunt.html.cover" },
	};
	char when[CLOCK_TEXT_SIZE];

	html_lit(&h->out, "<!doctype html>\n<html lang=\"");
	html_attr(&h->out, lang_code(h->lang));
	html_lit(&h->out, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
	    "initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
	    "style-src 'unsafe-inline'\"><meta name=\"referrer\" content=\"no-referrer\"><title>");
	html_word(h, "hunt.html.title");
	html_lit(&h->out, "</title><style>");
	buf_adds(&h->out, style);
	html_lit(&h->out, "</style></head><body><main><header><h1>");
	html_word(h, "hunt.html.title");
	html_lit(&h->out, "</h1><p class=\"dim\">");
	html_word(h, "hunt.html.made");
	html_lit(&h->out, " ");
	html_text(&h->out, clock_vi(clock_wall_ms(), when));
	html_lit(&h->out, "</p><nav>");
	for (size_t i = 0; i < ARRAY_LEN(link); i++) {
		html_lit(&h->out, "<a href=\"#");
		html_attr(&h->out, link[i].id);
		html_lit(&h->out, "\">");
		html_word(h, link[i].key);
		html_lit(&h->out, "</a>");
	}
	html_lit(&h->out, "</nav></header>");
}

static void
tiles(struct html *h)
{
	const struct result *r = h->report->result;
	size_t rules;

	free(report_rules(r, &rules));
	html_lit(&h->out, "<div class=\"tiles\">");
	for (int l = SIGMA_LEVELS - 1; l > SIGMA_NONE; l--)
		tile(h, r->level[l], report_level((enum sigma_level)l, h->lang));
	tile(h, r->hosts, word(h->lang, "hunt.html.hosts"));
	tile(h, h->report->engine->sum.events, word(h->lang, "hunt.html.events"));
	tile(h, h->report->engine->sum.files_read, word(h->lang, "hunt.html.files"));
	html_lit(&h->out, "</div>");
	if (h->report->engine->sum.stopped) {
		html_lit(&h->out, "<p class=\"card\"><b>");
		html_word(h, "hunt.stopped");
		html_lit(&h->out, "</b></p>");
	}
	if (r->total == 0) {
		html_lit(&h->out, "<p class=\"card\">");
		html_word(h, "hunt.found_none");
		html_lit(&h->out, "</p>");
	}
}

static void
gap_list(struct html *h)
{
	const struct gaps *g = h->report->gaps;

	begin_section(h, "gaps", "hunt.gaps");
	if (g->count == 0)
		html_word(h, "hunt.gap.none");
	html_lit(&h->out, "<ul class=\"gap\">");
	for (size_t i = 0; i < g->count; i++) {
		if (g->gap[i].grave)
			html_lit(&h->out, "<li class=\"g\">");
		else
			html_lit(&h->out, "<li>");
		html_text(&h->out, g->gap[i].text);
		html_lit(&h->out, "</li>");
	}
	html_lit(&h->out, "</ul>");
	end_section(h);
}

static void
story_list(struct html *h)
{
	const struct result *r = h->report->result;

	begin_section(h, "stories", "hunt.stories");
	html_lit(&h->out, "<ul class=\"story\">");
	for (size_t i = 0; i < r->stories && i < STORIES_MAX; i++) {
		struct buf text = BUF_INIT(100000);

		story_say(r, &r->story[i], h->lang, &text);
		html_lit(&h->out, "<li>");
		html_level(h, r->story[i].level);
		html_lit(&h->out, " ");
		html_textn(&h->out, buf_str(&text), text.len);
		html_lit(&h->out, "</li>");
		buf_clear(&text);
	}
	html_lit(&h->out, "</ul>");
	end_section(h);
}

/* ---- hosts, details, coverage ------------------------------------------------------------------ */

static void
th(struct html *h, const char *key)
{
	html_lit(&h->out, "<th>");
	html_word(h, key);
	html_lit(&h->out, "</th>");
}

static void
host_row(struct html *h, const struct host_sum *s)
{
	bool first = true;

	html_lit(&h->out, "<tr><td>");
	html_text(&h->out, html_host(h, s->name));
	html_lit(&h->out, "</td>");
	for (int l = SIGMA_LEVELS - 1; l >= SIGMA_INFORMATIONAL; l--) {
		html_lit(&h->out, "<td class=\"num\">");
		if (s->count[l] > 0)
			html_number(h, s->count[l]);
		html_lit(&h->out, "</td>");
	}
	html_lit(&h->out, "<td>");
	html_span(h, s->first_ns, s->last_ns);
	html_lit(&h->out, "</td><td>");
	for (unsigned t = 0; t < TACTICS; t++)
		if ((s->tactics & UINT32_C(1) << t) != 0) {
			if (!first)
				html_lit(&h->out, ", ");
			first = false;
			html_text(&h->out, report_tactic(t, h->lang));
		}
	html_lit(&h->out, "</td></tr>");
}

static void
host_table(struct html *h)
{
	const struct result *r = h->report->result;
	uint32_t *host = report_hosts(r);

	begin_section(h, "hosts", "hunt.html.hosts");
	html_lit(&h->out, "<table><thead><tr>");
	th(h, "hunt.html.host");
	for (int l = SIGMA_LEVELS - 1; l >= SIGMA_INFORMATIONAL; l--) {
		html_lit(&h->out, "<th class=\"num\">");
		html_text(&h->out, report_level((enum sigma_level)l, h->lang));
		html_lit(&h->out, "</th>");
	}
	th(h, "hunt.html.time");
	th(h, "hunt.by_tactic");
	html_lit(&h->out, "</tr></thead><tbody>");
	for (size_t i = 0; i < r->hosts && i < HOSTS_SAID; i++)
		host_row(h, &r->host[host[i]]);
	html_lit(&h->out, "</tbody></table>");
	free(host);
	end_section(h);
}

static void
sample(struct html *h, const struct group *g)
{
	struct hit *hit = xcalloc(1, sizeof(*hit));

	if (g->sample_len > 0 && hit_unpack(g->sample, g->sample_len, hit) > 0 && hit->matches > 0) {
		html_lit(&h->out, "<table><thead><tr>");
		th(h, "hunt.html.field");
		th(h, "hunt.html.value");
		th(h, "hunt.html.pattern");
		html_lit(&h->out, "</tr></thead><tbody>");
		for (size_t i = 0; i < hit->matches; i++) {
			const struct hit_match *m = &hit->match[i];

			html_lit(&h->out, "<tr><td>");
			html_textn(&h->out, m->field.at, m->field.len);
			html_lit(&h->out, "</td><td class=\"v\">");
			if (m->absent)
				html_word(h, "hunt.html.absent");
			else
				html_textn(&h->out, m->value.at, m->value.len);
			html_lit(&h->out, "</td><td class=\"v\">");
			html_textn(&h->out, m->pattern.at, m->pattern.len);
			html_lit(&h->out, "</td></tr>");
		}
		html_lit(&h->out, "</tbody></table>");
	}
	free(hit);
}

static void
detail(struct html *h, const struct group *g)
{
	const struct result *r = h->report->result;
	const struct rule_view *v = &r->rules->rule[g->rule];

	html_lit(&h->out, "<details><summary>");
	html_level(h, v->level);
	html_lit(&h->out, " <span class=\"t\">");
	html_text(&h->out, v->shown);
	if (*g->subject != '\0') {
		html_lit(&h->out, " (");
		html_text(&h->out, g->subject);
		html_lit(&h->out, ")");
	}
	html_lit(&h->out, "</span> · ");
	html_text(&h->out, html_host(h, r->host[g->host].name));
	html_lit(&h->out, " · <span class=\"dim\">");
	html_span(h, g->first_ns, g->last_ns);
	html_lit(&h->out, " · ×");
	html_number(h, g->count);
	html_lit(&h->out, "</span></summary>");
	if (*v->advice != '\0') {
		html_lit(&h->out, "<p>");
		html_text(&h->out, v->advice);
		html_lit(&h->out, "</p>");
	}
	html_lit(&h->out, "<p class=\"dim\">");
	html_text(&h->out, v->id);
	for (size_t i = 0; i < v->tags; i++) {
		html_lit(&h->out, " · ");
		html_text(&h->out, v->tag[i]);
	}
	html_lit(&h->out, "</p>");
	sample(h, g);
	html_lit(&h->out, "<p class=\"dim\">");
	html_word(h, "hunt.html.records");
	html_lit(&h->out, " ");
	for (uint32_t i = 0; i < g->refs; i++) {
		if (i > 0)
			html_lit(&h->out, "; ");
		html_text(&h->out, engine_file(h->report->engine, g->ref[i].file));
		html_lit(&h->out, " #");
		buf_printf(&h->out, "%llu", (unsigned long long)g->ref[i].record);
	}
	if (g->count > g->refs)
		html_lit(&h->out, "; …");
	html_lit(&h->out, "</p></details>");
	html_flush(h);
}

static void
details(struct html *h)
{
	const struct result *r = h->report->result;

	begin_section(h, "details", "hunt.html.details");
	for (size_t i = 0; i < r->groups && i < DETAILS_MAX; i++)
		detail(h, r->group[i]);
	if (r->groups > DETAILS_MAX) {
		html_lit(&h->out, "<p class=\"dim\">");
		html_word(h, "hunt.html.more");
		html_lit(&h->out, " ");
		html_number(h, r->groups - DETAILS_MAX);
		html_lit(&h->out, "</p>");
	}
	end_section(h);
}

static void
coverage(struct html *h)
{
	const struct seen *s = &h->report->engine->seen;

	begin_section(h, "cover", "hunt.html.cover");
	html_lit(&h->out, "<table><thead><tr>");
	th(h, "hunt.html.host");
	th(h, "hunt.html.source");
	html_lit(&h->out, "<th class=\"num\">");
	html_word(h, "hunt.html.events");
	html_lit(&h->out, "</th>");
	th(h, "hunt.html.time");
	html_lit(&h->out, "</tr></thead><tbody>");
	for (size_t i = 0; i < s->cells && i < COVER_MAX; i++) {
		if (s->cell[i].count == 0)
			continue;
		html_lit(&h->out, "<tr><td>");
		html_text(&h->out, html_host(h, s->cell[i].host));
		html_lit(&h->out, "</td><td>");
		html_text(&h->out, s->cell[i].source);
		html_lit(&h->out, "</td><td class=\"num\">");
		html_number(h, s->cell[i].count);
		html_lit(&h->out, "</td><td>");
		html_span(h, s->cell[i].min_ns, s->cell[i].max_ns);
		html_lit(&h->out, "</td></tr>");
		html_flush(h);
	}
	html_lit(&h->out, "</tbody></table>");
	end_section(h);
}

void
report_html(const struct report *report, FILE *out)
{
	struct html h = { .out = BUF_INIT(PAGE_MAX), .file = out, .report = report, .lang = report->lang };

	head(&h);
	tiles(&h);
	if (report->result->total > 0) {
		begin_section(&h, "timeline", "hunt.html.timeline");
		html_timeline(&h);
		end_section(&h);
		story_list(&h);
	}
	gap_list(&h);
	if (report->result->total > 0) {
		begin_section(&h, "attack", "hunt.html.attack");
		html_matrix(&h);
		end_section(&h);
		host_table(&h);
		details(&h);
	}
	coverage(&h);
	html_lit(&h.out, "</main></body></html>\n");
	fwrite(h.out.data, 1, h.out.len, out);
	buf_clear(&h.out);
}
