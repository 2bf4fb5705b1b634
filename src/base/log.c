/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static enum log_level level_max = LOG_INFO;

void
log_set_level(enum log_level level)
{
	level_max = level;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const word[] = { "error", "warning", "info", "debug" };
	char text[1024], line[2200];
	size_t n;
	va_list ap;

	if (level > level_max)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = (size_t)snprintf(line, sizeof(line), "khien: %s: ", word[level]);
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (n + 6 > sizeof(line))
			break;
		if (*p < 0x20 || *p == 0x7f)
			n += (size_t)snprintf(line + n, sizeof(line) - n, "\\x%02x", *p);
		else
			line[n++] = (char)*p;
	}
	line[n++] = '\n';
	/* One write, so that lines of several threads do not mix. */
	if (write(STDERR_FILENO, line, n) == -1)
		return;
}
