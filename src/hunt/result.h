/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result.h: detections put together: groups (same rule, host and stretch of time), sums by
 * host, rule, level and tactic, and stories: what happened on a machine one after the other.
 */
#pragma once

#include "base/map.h"
#include "hunt/hit.h"

#define GROUP_GAP_NS   (INT64_C(30) * 60 * 1000000000) /* longer without a hit: another group */
#define STORY_GAP_NS   (INT64_C(60) * 60 * 1000000000) /* longer without a group: another story */
#define GROUP_REFS     5
#define GROUPS_MAX     50000 /* further hits go to the nearest group of their rule and host, if there is one */
#define HOSTS_MAX      20000 /* further ones are counted as one without a name */
#define HIST_STEP_NS   (INT64_C(600) * 1000000000)
#define HIST_MAX       100000

struct group {
	struct group *next;      /* of the same rule and host, later */
	uint32_t rule, host;     /* numbers in rules and hosts */
	const char *subject;     /* of an indicator: its value; "" */
	int64_t first_ns, last_ns; /* HIT_NO_TIME: these hits have no time */
	uint64_t count, number;  /* number: in the order they were found */
	struct hit_ref ref[GROUP_REFS]; /* the first ones found */
	uint32_t refs;
	const char *sample;      /* hit_pack() of the first */
	size_t sample_len;
	double score;            /* 0 to 100 */
};

struct host_sum {
	const char *name;        /* "" if the log says none */
	uint64_t count[SIGMA_LEVELS], total;
	int64_t first_ns, last_ns; /* INT64_MAX, INT64_MIN: none */
	uint32_t tactics;
	double score;
};

struct rule_sum {
	uint64_t count;
	uint32_t hosts;
	int64_t first_ns, last_ns;
	double score;
};

struct hist_step {
	int64_t at; /* time / HIST_STEP_NS */
	uint64_t count[SIGMA_LEVELS];
};

struct story {
	uint32_t host;
	int64_t first_ns, last_ns;
	struct group **group;  /* in order of time */
	size_t groups;
	uint32_t tactics;
	enum sigma_level level; /* the highest */
	double score;
};

struct result {
	const struct rules *rules;
	struct arena arena;
	struct map series;     /* rule, host, subject → first group */
	struct group **group;
	size_t groups, groups_room;
	struct map host_ids;
	struct host_sum *host;
	size_t hosts, hosts_room;
	struct rule_sum *rule; /* by rule number */
	uint64_t ungrouped;    /* hits beyond GROUPS_MAX: counted, but in no group */
	uint64_t total, level[SIGMA_LEVELS], tactic[TACTICS];
	struct hist_step *hist; /* hash table, then sorted by result_finish() */
	size_t hists, hist_room;
	struct story *story;   /* after result_finish(), highest score first */
	size_t stories;
};

void result_init(struct result *result, const struct rules *rules);
void result_add(struct result *result, const struct hit *hit);

/* After the last hit: scores, stories; groups and hosts in order of importance. */
void result_finish(struct result *result);
void result_clear(struct result *result);

/* "trên PC-07 từ 08:12 đến 08:31 22/11/2026: …", without its end. */
void story_say(const struct result *result, const struct story *story, enum lang lang, struct buf *out);

/* Local time as offices write it, "" for none. Returns ${out}. */
char *result_when(int64_t time_ns, char out[static HIT_TIME_SIZE]);
