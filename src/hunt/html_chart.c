/* SPDX-License-Identifier: Apache-2.0 */
/* html_chart.c: pictures of the page: bars over time, and the ATT&CK matrix. */
#include "base/clock.h"
#include "hunt/html_part.h"
#include "text/html.h"

#define BARS_MAX   96
#define WIDTH      1150
#define HEIGHT     150
#define CELLS_MAX  200 /* techniques of one tactic */
#define RULES_SAID 2   /* rules named in a cell */

/* Steps of HIST_STEP_NS: 10 minutes, an hour, 6 hours, a day, a week, 30 days, a year. */
static const int64_t step_size[] = { 1, 6, 36, 144, 1008, 4320, 52560 };

struct bar {
	int64_t at; /* in steps */
	uint64_t count[SIGMA_LEVELS], total;
};

struct bars {
	struct bar bar[BARS_MAX];
	size_t count;
	int64_t step;
	bool gaps; /* stretches without detections are left out */
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days begin at midnight here. */
static int64_t
bin_of(int64_t at, int64_t step)
{
	return floor_div(at + CLOCK_LOCAL_S / 600, step);
}

/* How many bars that step would give: all, or only those that are not empty. */
static size_t
bars_of(const struct result *r, int64_t step, bool all)
{
	size_t n = 0;
	int64_t before = 0;

	if (all) {
		uint64_t span = (uint64_t)bin_of(r->hist[r->hists - 1].at, step) -
		    (uint64_t)bin_of(r->hist[0].at, step) + 1;

		return span > BARS_MAX ? BARS_MAX + 1 : (size_t)span;
	}
	for (size_t i = 0; i < r->hists; i++) {
		int64_t bin = bin_of(r->hist[i].at, step);

		n += i == 0 || bin != before;
		before = bin;
	}
	return n;
}

static bool
choose(const struct result *r, struct bars *b)
{
	for (size_t i = 0; i < 4; i++)
		if (bars_of(r, step_size[i], true) <= BARS_MAX) {
			b->step = step_size[i];
			return true;
		}
	b->gaps = true;
	for (size_t i = 3; i < ARRAY_LEN(step_size); i++)
		if (bars_of(r, step_size[i], false) <= BARS_MAX) {
			b->step = step_size[i];
			return true;
		}
	return false;
}

static void
fill(const struct result *r, struct bars *b)
{
	int64_t first = bin_of(r->hist[0].at, b->step);

	if (!b->gaps) {
		b->count = bars_of(r, b->step, true);
		for (size_t i = 0; i < b->count; i++)
			b->bar[i].at = first + (int64_t)i;
	}
	for (size_t i = 0, at = 0; i < r->hists; i++) {
		int64_t bin = bin_of(r->hist[i].at, b->step);

		if (b->gaps) {
			if (b->count == 0 || b->bar[b->count - 1].at != bin)
				b->bar[b->count++].at = bin;
			at = b->count - 1;
		} else {
			at = (size_t)(bin - first);
		}
		for (unsigned l = 0; l < SIGMA_LEVELS; l++) {
			b->bar[at].count[l] += r->hist[i].count[l];
			b->bar[at].total += r->hist[i].count[l];
		}
	}
}

static void
label(const struct bars *b, const struct bar *bar, struct buf *out)
{
	int64_t ms = (bar->at * b->step - CLOCK_LOCAL_S / 600) * (HIST_STEP_NS / 1000000);
	char when[CLOCK_TEXT_SIZE];

	clock_vi(ms < 0 ? 0 : ms, when);
	/* "14:30 22/11/2026": the hour only where bars are shorter than a day. */
	html_text(out, b->step < 144 ? when : when + 6);
}

static void
draw(struct html *h, const struct bars *b)
{
	double w = (double)WIDTH / (double)b->count;
	uint64_t most = 1;
	size_t every = (b->count + 7) / 8;

	for (size_t i = 0; i < b->count; i++)
		most = b->bar[i].total > most ? b->bar[i].total : most;
	buf_printf(&h->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT + 24);
	html_word(h, "hunt.html.timeline");
	html_lit(&h->out, "\">");
	for (size_t i = 0; i < b->count; i++) {
		double y = HEIGHT;

		html_lit(&h->out, "<g><title>");
		label(b, &b->bar[i], &h->out);
		html_lit(&h->out, ": ");
		html_number(h, b->bar[i].total);
		html_lit(&h->out, "</title>");
		for (int l = SIGMA_LEVELS - 1; l >= 0; l--) {
			double tall = (double)b->bar[i].count[l] * HEIGHT / (double)most;

			if (b->bar[i].count[l] == 0)
				continue;
			tall = tall < 1 ? 1 : tall;
			y -= tall;
			buf_printf(&h->out, "<rect class=\"f%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
			    l, (double)i * w, y, w > 3 ? w - 1 : w, tall);
		}
		html_lit(&h->out, "</g>");
		if (i % every == 0) {
			buf_printf(&h->out, "<text x=\"%.1f\" y=\"%d\">", (double)i * w, HEIGHT + 16);
			label(b, &b->bar[i], &h->out);
			html_lit(&h->out, "</text>");
		}
	}
	html_lit(&h->out, "</svg>");
}

/* The same as a table, for those who cannot see the picture. */
static void
as_table(struct html *h, const struct bars *b)
{
	html_lit(&h->out, "<details><summary>");
	html_word(h, "hunt.html.as_table");
	html_lit(&h->out, "</summary><table><tbody>");
	for (size_t i = 0; i < b->count; i++) {
		if (b->bar[i].total == 0)
			continue;
		html_lit(&h->out, "<tr><td>");
		label(b, &b->bar[i], &h->out);
		html_lit(&h->out, "</td><td class=\"num\">");
		html_number(h, b->bar[i].total);
		html_lit(&h->out, "</td></tr>");
	}
	html_lit(&h->out, "</tbody></table></details>");
}

void
html_timeline(struct html *h)
{
	const struct result *r = h->report->result;
	struct bars *b = xcalloc(1, sizeof(*b));

	if (r->hists == 0 || !choose(r, b)) {
		html_word(h, "hunt.html.no_times");
		free(b);
		return;
	}
	fill(r, b);
	html_lit(&h->out, "<p class=\"dim\">");
	for (int l = SIGMA_LEVELS - 1; l >= 0; l--)
		if (r->level[l] > 0) {
			html_level(h, (enum sigma_level)l);
			html_lit(&h->out, " ");
		}
	if (b->gaps)
		html_word(h, "hunt.html.only_days");
	html_lit(&h->out, "</p>");
	draw(h, b);
	as_table(h, b);
	free(b);
}

/* ---- ATT&CK ---------------------------------------------------------------------------- */

struct cell {
	char technique[12];
	uint64_t count;
	enum sigma_level level;
	uint32_t rule[RULES_SAID];
	size_t rules;
};

static void
add_cell(struct cell *cells, size_t *n, const char *technique, const struct result *r, uint32_t rule)
{
	struct cell *c = NULL;

	for (size_t i = 0; i < *n && c == NULL; i++)
		if (strcmp(cells[i].technique, technique) == 0)
			c = &cells[i];
	if (c == NULL) {
		if (*n == CELLS_MAX)
			return;
		c = &cells[(*n)++];
		memset(c, 0, sizeof(*c));
		snprintf(c->technique, sizeof(c->technique), "%s", technique);
	}
	c->count += r->rule[rule].count;
	if (r->rules->rule[rule].level > c->level)
		c->level = r->rules->rule[rule].level;
	if (c->rules < RULES_SAID)
		c->rule[c->rules] = rule;
	c->rules++;
}

static int
by_level(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->technique, y->technique);
}

static void
column(struct html *h, unsigned tactic, const uint32_t *rules, size_t count)
{
	const struct result *r = h->report->result;
	struct cell *cells = xcalloc(CELLS_MAX, sizeof(*cells));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct rule_view *v = &r->rules->rule[rules[i]];
		char technique[12];
		bool any = false;

		if ((v->tactics & UINT32_C(1) << tactic) == 0)
			continue;
		for (size_t k = 0; k < v->tags; k++)
			if (rule_technique(v->tag[k], technique)) {
				add_cell(cells, &n, technique, r, rules[i]);
				any = true;
			}
		if (!any)
			add_cell(cells, &n, "–", r, rules[i]);
	}
	qsort(cells, n, sizeof(*cells), by_level);
	html_lit(&h->out, "<div class=\"tac\"><b>");
	html_text(&h->out, report_tactic(tactic, h->lang));
	html_lit(&h->out, "</b>");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&h->out, "<div class=\"b%d\"><span class=\"n\">", (int)cells[i].level);
		html_number(h, cells[i].count);
		html_lit(&h->out, "</span><b>");
		html_text(&h->out, cells[i].technique);
		html_lit(&h->out, "</b>");
		for (size_t k = 0; k < cells[i].rules && k < RULES_SAID; k++) {
			html_lit(&h->out, "<br>");
			html_text(&h->out, r->rules->rule[cells[i].rule[k]].shown);
		}
		if (cells[i].rules > RULES_SAID) {
			html_lit(&h->out, "<br>+");
			html_int(&h->out, (int64_t)(cells[i].rules - RULES_SAID));
		}
		html_lit(&h->out, "</div>");
	}
	html_lit(&h->out, "</div>");
	free(cells);
	html_flush(h);
}

void
html_matrix(struct html *h)
{
	const struct result *r = h->report->result;
	size_t count;
	uint32_t *rules = report_rules(r, &count);
	bool any = false;

	html_lit(&h->out, "<div class=\"matrix\">");
	for (unsigned t = 0; t < TACTICS; t++)
		if (r->tactic[t] > 0) {
			column(h, t, rules, count);
			any = true;
		}
	html_lit(&h->out, "</div>");
	if (!any)
		html_word(h, "hunt.html.no_tactics");
	free(rules);
}
