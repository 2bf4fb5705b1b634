/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h: lines for the journal, on standard error.  Only app/ and the mains
 * log; what comes from outside is quoted with its control bytes escaped,
 * because logs are evidence too.
 */
#pragma once

#include "base/base.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_error(...)   log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
