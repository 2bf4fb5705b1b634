/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt.h: what a responder asks of logs, from one end to the other: khien hunt, khien rules,
 * khien logs.  Answers go to standard output and to the files that were named.
 */
#pragma once

#include <stdio.h>

#include "detect/load.h"
#include "text/words.h"

struct event;
struct rule_view;

#define HUNT_GONE (-2)

/* For a process that may open nothing and have no threads: the engine runs in its caller. */
struct hunt_hands {
	void *arg;
	/*
	 * The open file of that number, which the engine takes over; -1: it cannot be had.  What was an
	 * archive has become its members in the walk (sift_expand()); HUNT_GONE: it had none, and
	 * another file has that number now.
	 */
	int (*open)(void *arg, uint32_t file);
	/* Called between pieces, some times a second. */
	void (*progress)(void *arg, uint64_t bytes, uint64_t events, uint64_t hits);
	/* Told of each detection that is written, with its event; NULL: not. ${host} is no string. */
	void (*hit)(void *arg, const struct rule_view *rule, const char *host, size_t host_len,
	    const struct event *event);
	int spool_fd;      /* an empty file that may be written to */
	int64_t newest_ms; /* as in struct ingest_options */
};

struct hunt_options {
	const struct hunt_hands *hands; /* NULL: files are opened by their path, on threads */
	const char *const *path; /* files and folders */
	size_t paths;
	struct detect_load rules;
	const char *const *ioc;
	size_t iocs;
	unsigned threads;        /* 0: one a core */
	int64_t from_ms, to_ms;  /* INT64_MIN, INT64_MAX: not bounded */
	enum sigma_level level;  /* at least */
	const char *const *tag;
	size_t tags;
	const char *json, *csv, *timeline, *html; /* files to write, "-" standard output, NULL none */
	enum lang lang;
};

/*
 * Reads, detects, prints.  Returns 0 or an err_kind; ${ret_stopped}: Ctrl-C ended it early, what
 * was found until then has been printed.
 */
int hunt_run(const struct hunt_options *options, bool *ret_stopped, struct err *err);

/* Rules that cannot be used, each with file, line and reason. ${strict}: ERR_INVALID when some are refused. */
int hunt_rules_check(const struct detect_load *rules, bool json, bool strict, enum lang lang,
    struct err *err);
int hunt_rules_list(const struct detect_load *rules, enum sigma_level level, const char *const *tag,
    size_t tags, bool json, enum lang lang, struct err *err);
/* ${name}: id, name or title. ERR_NOT_FOUND "hunt.rules.unknown". */
int hunt_rules_show(const struct detect_load *rules, const char *name, bool json, enum lang lang,
    struct err *err);
/*
 * Runs the examples of ${dir} (files as test/rules has them: rule, format, positive, negative) against
 * the rules. ERR_INVALID "hunt.test.failed" when one does not come out as it says.
 */
int hunt_rules_test(const struct detect_load *rules, const char *dir, bool json, enum lang lang,
    struct err *err);

/* The records of a file as JSON lines, or ${xml}. */
int hunt_logs_dump(const char *path, bool xml, enum lang lang, struct err *err);
/* What is in a file: format, spans of time, channels, event numbers, what was skipped. */
int hunt_logs_stat(const char *path, bool json, enum lang lang, struct err *err);
