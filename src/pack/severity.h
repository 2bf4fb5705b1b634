/* SPDX-License-Identifier: Apache-2.0 */
/*
 * severity.h: from the answers of the triage to type, level, class, reporting
 * triggers and "may exceed own capability", each with the sentences that say
 * why.  A pure function over pack data; a human confirms what it proposes.
 */
#pragma once

#include "base/arena.h"
#include "pack/pack.h"

/*
 * One answer.  ${value}: "yes" or "no"; a choice id; choice ids joined by
 * commas; a decimal number; or "unknown".  A part left out (not asked, not
 * answered) counts as "not so"; "unknown" is doubt, and doubt takes the higher
 * level.
 */
struct severity_answer {
	const char *part, *value;
};

#define SEVERITY_ANSWERS_MAX 64

enum severity_trigger { /* domain: reporting trigger under NĐ 331/2026 Đ31.2.d */
	SEVERITY_IMMEDIATE = 1,
	SEVERITY_24H = 2,
	SEVERITY_72H = 4,
	SEVERITY_LOG_ONLY = 8,
};

struct severity_reason {
	const char *rule;  /* id in the pack; "otherwise" when no rule fired */
	const char *value; /* what it speaks for */
	struct pack_text text;
	bool doubt; /* rests on an "unknown" */
};

struct severity_reasons {
	struct severity_reason *reason;
	size_t count;
};

struct severity_result {
	const char *pack_id; /* the table used, to be kept with the score */
	int pack_version;
	const char *type;      /* list A or B id; "" when the answers do not say */
	int level;             /* Mức 1 (highest) to 4 */
	const char *law_class; /* thong_thuong, nghiem_trong (proposed) */
	unsigned triggers;     /* enum severity_trigger */
	bool beyond;           /* beyond_capability suggested */
	struct severity_reasons type_why, level_why, class_why, trigger_why, beyond_why;
};

/*
 * Scores ${count} answers with ${severity}; ${questions} says which answers
 * there are.  Everything in ${ret} is in ${arena} or in the packs.  Returns 0,
 * or ERR_INVALID (severity.answer_unknown, severity.answer_value,
 * severity.answer_twice) with the part as field; ${ret} is then untouched.
 */
int severity_score(struct arena *arena, const struct pack_severity *severity,
    const struct pack_questions *questions, const struct severity_answer *answer, size_t count,
    struct severity_result *ret, struct err *err);

/* "immediate", "24h", "72h", "log_only" for one bit; NULL for none of them. */
const char *severity_trigger_name(enum severity_trigger trigger);
