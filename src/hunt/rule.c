/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/rule.h"

#include <stdio.h>
#include <strings.h>

#include "text/jsonw.h"

#define HEAD_MAX ((size_t)1 << 20)

static const char *const tactic[TACTICS] = {
	"reconnaissance", "resource-development", "initial-access", "execution", "persistence",
	"privilege-escalation", "defense-evasion", "stealth", "defense-impairment",
	"credential-access", "discovery", "lateral-movement", "collection", "command-and-control",
	"exfiltration", "impact",
};

static const char *const kind_name[IND_KINDS] = {
	[IND_NONE] = "", [IND_MD5] = "md5", [IND_SHA1] = "sha1", [IND_SHA256] = "sha256",
	[IND_IP] = "ip", [IND_DOMAIN] = "domain", [IND_URL] = "url", [IND_FILE] = "filename",
};

const char *
tactic_name(unsigned n)
{
	return n < TACTICS ? tactic[n] : "";
}

const char *
indicator_name(enum indicator kind)
{
	return kind_name[kind];
}

static uint32_t
tactics_of(const struct rule_view *r)
{
	uint32_t set = 0;

	for (size_t i = 0; i < r->tags; i++) {
		char name[40];
		size_t n = 0;

		if (strncasecmp(r->tag[i], "attack.", 7) != 0)
			continue;
		for (const char *p = r->tag[i] + 7; *p != '\0' && n + 1 < sizeof(name); p++)
			name[n++] = *p == '_' ? '-' : *p;
		name[n] = '\0';
		for (unsigned t = 0; t < TACTICS; t++)
			if (strcasecmp(name, tactic[t]) == 0)
				set |= UINT32_C(1) << t;
	}
	return set;
}

bool
rule_technique(const char *tag, char out[static 12])
{
	size_t n = 0;

	if (strncasecmp(tag, "attack.t", 8) != 0 || tag[8] < '0' || tag[8] > '9')
		return false;
	out[n++] = 'T';
	for (const char *p = tag + 8; *p != '\0'; p++) {
		if (n == 11 || !((*p >= '0' && *p <= '9') || *p == '.'))
			return false;
		out[n++] = *p;
	}
	out[n] = '\0';
	return true;
}

static bool
has_tag(const struct rule_view *r, const char *const *tag, size_t tags)
{
	for (size_t i = 0; i < tags; i++) {
		size_t len = strlen(tag[i]);

		for (size_t k = 0; k < r->tags; k++)
			if (strncasecmp(r->tag[k], tag[i], len) == 0 &&
			    (r->tag[k][len] == '\0' || r->tag[k][len] == '.'))
				return true;
	}
	return tags == 0;
}

static const char *
head_of(struct arena *arena, const struct rule_view *r)
{
	struct buf out = BUF_INIT(HEAD_MAX);
	const char *head;

	buf_adds(&out, "\"rule_id\":");
	jsonw_quote(&out, r->id, strlen(r->id));
	buf_adds(&out, ",\"title\":");
	jsonw_quote(&out, r->title, strlen(r->title));
	buf_adds(&out, ",\"level\":");
	jsonw_quote(&out, sigma_level_name(r->level), strlen(sigma_level_name(r->level)));
	buf_adds(&out, ",\"tags\":[");
	for (size_t i = 0; i < r->tags; i++) {
		if (i > 0)
			buf_addc(&out, ',');
		jsonw_quote(&out, r->tag[i], strlen(r->tag[i]));
	}
	buf_adds(&out, "],");
	head = arena_strndup(arena, buf_str(&out), out.len);
	buf_clear(&out);
	return head;
}

static void
from_matcher(struct rule_view *r, const struct sigma_about *about, enum lang lang)
{
	const char *shown = lang == LANG_VI ? about->title_vi : about->title_en;
	const char *advice = lang == LANG_VI ? about->advice_vi : about->advice_en;

	*r = (struct rule_view){ .id = about->id, .title = about->title,
	    .shown = str_empty(shown) ? about->title : shown, .advice = advice == NULL ? "" : advice,
	    .playbook = about->playbook == NULL ? "" : about->playbook, .level = about->level,
	    .tag = about->tag, .tags = about->tags };
	if (str_empty(r->shown))
		r->shown = about->id;
}

static void
from_kind(struct arena *arena, struct rule_view *r, enum indicator kind, enum lang lang)
{
	static const char *const tag[] = { "khien.ioc" };
	const char *key = arena_printf(arena, "hunt.ioc.%s", kind_name[kind]);

	*r = (struct rule_view){ .id = arena_printf(arena, "khien-ioc-%s", kind_name[kind]),
	    .title = word(LANG_EN, key), .shown = word(lang, key), .advice = word(lang, "hunt.ioc.advice"),
	    .playbook = "", .level = SIGMA_HIGH, .tag = tag, .tags = 1 };
}

void
rules_init(struct rules *rules, const struct matcher *matcher, enum lang lang, enum sigma_level level,
    const char *const *tag, size_t tags)
{
	*rules = (struct rules){ .matchers = matcher_rules(matcher) };
	rules->count = rules->matchers + IND_KINDS - 1;
	rules->rule = xcalloc(rules->count, sizeof(*rules->rule));
	for (uint32_t i = 0; i < rules->matchers; i++)
		from_matcher(&rules->rule[i], matcher_about(matcher, i), lang);
	for (unsigned k = 1; k < IND_KINDS; k++)
		from_kind(&rules->arena, &rules->rule[rules->matchers + k - 1], (enum indicator)k, lang);
	for (uint32_t i = 0; i < rules->count; i++) {
		struct rule_view *r = &rules->rule[i];

		r->tactics = tactics_of(r);
		r->wanted = r->level >= level && has_tag(r, tag, tags);
		r->head = head_of(&rules->arena, r);
	}
}

void
rules_clear(struct rules *rules)
{
	free(rules->rule);
	arena_clear(&rules->arena);
	*rules = (struct rules){ 0 };
}
