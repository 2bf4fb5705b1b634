/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h: everything that can be detected, under one numbering: the matcher's rules, then one
 * for each kind of indicator (IOC).
 */
#pragma once

#include "detect/matcher.h"
#include "text/words.h"

/* ATT&CK tactics in the order of an attack; both names of what was split in 2026. */
#define TACTICS 16

/* "initial-access" …; the words are hunt.tactic.<name>. */
const char *tactic_name(unsigned tactic);

enum indicator {
	IND_NONE, IND_MD5, IND_SHA1, IND_SHA256, IND_IP, IND_DOMAIN, IND_URL, IND_FILE, IND_KINDS
};

struct rule_view {
	const char *id, *title;  /* as the rule says */
	const char *shown;       /* title in the reader's language */
	const char *advice;      /* "" if none */
	const char *playbook;    /* "" if none */
	enum sigma_level level;
	const char *const *tag;
	size_t tags;
	uint32_t tactics;        /* bit n: tactic_name(n) */
	bool wanted;             /* --level and --tag let it through */
	const char *head;        /* JSON: its members from rule_id to tags, then a comma */
};

struct rules {
	struct arena arena;
	struct rule_view *rule;
	uint32_t count;    /* all */
	uint32_t matchers; /* of them the matcher's: before the first indicator */
};

/*
 * ${level}: only rules of at least that level are wanted; ${tag}: only those with one of the tags,
 * whole or before a dot ("attack.t1059" is for attack.t1059.001); case does not count.
 */
void rules_init(struct rules *rules, const struct matcher *matcher, enum lang lang,
    enum sigma_level level, const char *const *tag, size_t tags);
void rules_clear(struct rules *rules);

static inline uint32_t
rules_indicator(const struct rules *rules, enum indicator kind)
{
	return rules->matchers + (uint32_t)kind - 1;
}

/* "md5", "sha1", "sha256", "ip", "domain", "url", "filename". */
const char *indicator_name(enum indicator kind);

/* "T1059.001" for attack.t1059.001; false when the tag is no technique. */
bool rule_technique(const char *tag, char out[static 12]);
