/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c: the rules themselves: which can be used, what they say, whether their examples come out. */
#include <strings.h>

#include "hunt/check.h"
#include "hunt/hit.h"
#include "hunt/hunt.h"
#include "hunt/report.h"
#include "text/jsonw.h"

#define OUT_MAX ((size_t)64 << 20)

/* ---- check ------------------------------------------------------------------------------ */

static void
print_check(const struct rules_checked *c, enum lang lang)
{
	const struct detect_loaded *l = &c->loaded;
	char number[3][32];
	const char *const names[] = { "loaded", "unmapped", "refused" };
	const char *const values[] = { report_number(l->loaded, lang, number[0]),
	    report_number(l->unmapped, lang, number[1]), report_number(l->refused, lang, number[2]) };
	struct buf text = BUF_INIT(OUT_MAX * 3);

	if (c->json) {
		buf_printf(&text, "{\"files\":%zu,", l->files);
		rules_checked_json(c, &text);
		buf_printf(&text, ",\"ok\":%s}", l->refused == 0 ? "true" : "false");
	} else {
		fputs(buf_str(&c->refused), stdout);
		fputs(buf_str(&c->unmapped), stdout);
		words_format(&text, lang, "hunt.rules.checked", names, values, 3);
	}
	puts(buf_str(&text));
	buf_clear(&text);
}

int
hunt_rules_check(const struct detect_load *rules, bool json, bool strict, enum lang lang, struct err *err)
{
	struct rules_checked c;
	int failed = rules_checked(rules, json, lang, &c, err);

	if (failed == 0 && c.loaded.files == 0)
		failed = err_fail(err, ERR_INVALID, "hunt.rules.no_files", NULL, "path", rules->path[0], NULL, NULL);
	if (failed == 0)
		print_check(&c, lang);
	if (failed == 0 && strict && c.loaded.refused > 0)
		failed = err_set(err, ERR_INVALID, "hunt.rules.strict", NULL);
	rules_checked_clear(&c);
	return failed;
}

/* ---- list, show ----------------------------------------------------------------------------- */

static void
log_source(const struct sigma_about *a, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s%s%s", a->product, *a->product != '\0' && *a->category != '\0' ? "/" : "",
	    a->category, (*a->product != '\0' || *a->category != '\0') && *a->service != '\0' ? "/" : "", a->service);
}

static void
json_about(struct jsonw *w, const struct sigma_about *a, bool full)
{
	jsonw_kstring(w, "rule_id", a->id);
	jsonw_kstring(w, "title", a->title);
	jsonw_kstring(w, "level", sigma_level_name(a->level));
	jsonw_kstring(w, "status", a->status);
	jsonw_karray(w, "tags");
	for (size_t i = 0; i < a->tags; i++)
		jsonw_string(w, a->tag[i]);
	jsonw_array_end(w);
	jsonw_kobject(w, "logsource");
	jsonw_kstring(w, "product", a->product);
	jsonw_kstring(w, "category", a->category);
	jsonw_kstring(w, "service", a->service);
	jsonw_object_end(w);
	jsonw_kstring(w, "file", a->file);
	if (!full)
		return;
	jsonw_kint(w, "line", a->line);
	jsonw_kstring(w, "name", a->name);
	jsonw_kstring(w, "title_vi", a->title_vi);
	jsonw_kstring(w, "title_en", a->title_en);
	jsonw_kstring(w, "description", a->description);
	jsonw_kstring(w, "author", a->author);
	jsonw_kstring(w, "date", a->date);
	jsonw_kstring(w, "modified", a->modified);
	jsonw_kstring(w, "advice_vi", a->advice_vi);
	jsonw_kstring(w, "advice_en", a->advice_en);
	jsonw_kstring(w, "playbook", a->playbook);
	jsonw_karray(w, "references");
	for (size_t i = 0; i < a->references; i++)
		jsonw_string(w, a->reference[i]);
	jsonw_array_end(w);
	jsonw_karray(w, "falsepositives");
	for (size_t i = 0; i < a->falsepositives; i++)
		jsonw_string(w, a->falsepositive[i]);
	jsonw_array_end(w);
}

static int
print_json(struct buf *out, struct err *err)
{
	int failed = out->full ? err_set(err, ERR_TOO_LARGE, "err.too_large", NULL) : 0;

	if (failed == 0)
		puts(buf_str(out));
	buf_clear(out);
	return failed;
}

/* Rule texts may be anybody's: nothing in them tells the terminal what to do. */
static void
print_plain(const char *s)
{
	for (; *s != '\0'; s++)
		putchar((unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

int
hunt_rules_list(const struct detect_load *load, enum sigma_level level, const char *const *tag, size_t tags,
    bool json, enum lang lang, struct err *err)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct jsonw w = JSONW_INIT(&out);
	struct detect_loaded loaded;
	struct matcher *matcher = NULL;
	struct rules rules;
	int failed = detect_load(load, NULL, NULL, &matcher, &loaded, err);

	if (failed != 0)
		return failed;
	rules_init(&rules, matcher, lang, level, tag, tags);
	jsonw_object(&w);
	jsonw_karray(&w, "items");
	for (uint32_t i = 0; i < rules.matchers; i++) {
		const struct sigma_about *a = matcher_about(matcher, i);
		char source[200];

		if (!rules.rule[i].wanted)
			continue;
		if (json) {
			jsonw_object(&w);
			json_about(&w, a, false);
			jsonw_object_end(&w);
			continue;
		}
		log_source(a, source, sizeof(source));
		printf("%-36s  %-13s  ", a->id, sigma_level_name(a->level));
		print_plain(rules.rule[i].shown);
		fputs("  (", stdout);
		print_plain(source);
		puts(")");
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (json)
		failed = print_json(&out, err);
	buf_clear(&out);
	rules_clear(&rules);
	matcher_free(matcher);
	return failed;
}

static void
line(const char *label, const char *value)
{
	if (*value == '\0')
		return;
	printf("%s: ", label);
	print_plain(value);
	putchar('\n');
}

static void
print_about(const struct sigma_about *a, enum lang lang)
{
	char source[200];

	log_source(a, source, sizeof(source));
	line(word(lang, "hunt.rule.id"), a->id);
	line(word(lang, "hunt.rule.title"), lang == LANG_VI && *a->title_vi != '\0' ? a->title_vi : a->title);
	line(word(lang, "hunt.rule.level"), report_level(a->level, lang));
	line(word(lang, "hunt.rule.source"), source);
	for (size_t i = 0; i < a->tags; i++)
		line("  tag", a->tag[i]);
	line(word(lang, "hunt.rule.description"), a->description);
	line(word(lang, "hunt.rule.advice"), lang == LANG_VI ? a->advice_vi : a->advice_en);
	line(word(lang, "hunt.rule.playbook"), a->playbook);
	for (size_t i = 0; i < a->falsepositives; i++)
		line(word(lang, "hunt.rule.falsepositive"), a->falsepositive[i]);
	for (size_t i = 0; i < a->references; i++)
		line(word(lang, "hunt.rule.reference"), a->reference[i]);
	line(word(lang, "hunt.rule.author"), a->author);
	line(word(lang, "hunt.rule.file"), a->file);
}

int
hunt_rules_show(const struct detect_load *load, const char *name, bool json, enum lang lang, struct err *err)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct jsonw w = JSONW_INIT(&out);
	struct detect_loaded loaded;
	struct matcher *matcher = NULL;
	int failed = detect_load(load, NULL, NULL, &matcher, &loaded, err);
	const struct sigma_about *found = NULL;

	if (failed != 0)
		return failed;
	for (uint32_t i = 0; i < matcher_rules(matcher) && found == NULL; i++) {
		const struct sigma_about *a = matcher_about(matcher, i);

		if (strcasecmp(a->id, name) == 0 || (*a->name != '\0' && strcmp(a->name, name) == 0) ||
		    strcasecmp(a->title, name) == 0)
			found = a;
	}
	if (found == NULL) {
		failed = err_fail(err, ERR_NOT_FOUND, "hunt.rules.unknown", NULL, "name", name, NULL, NULL);
	} else if (json) {
		jsonw_object(&w);
		json_about(&w, found, true);
		jsonw_object_end(&w);
		failed = print_json(&out, err);
	} else {
		print_about(found, lang);
	}
	matcher_free(matcher);
	return failed;
}
