/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int64_t
clock_wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
clock_thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

static char boot_id[37] = "unknown";

static void
read_boot_id(void)
{
	char text[37];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	if (read(fd, text, 36) == 36) {
		text[36] = '\0';
		memcpy(boot_id, text, sizeof(boot_id));
	}
	close(fd);
}

const char *
clock_boot_id(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_boot_id);
	return boot_id;
}

/* Rounds down also before 1970, so that the rest is never negative. */
static void
split(int64_t ms, int64_t offset_s, struct tm *ret_tm, int *ret_ms)
{
	int64_t rest = ms % 1000;
	time_t s = ms / 1000 + offset_s;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	gmtime_r(&s, ret_tm);
	*ret_ms = (int)rest;
}

static void
put_digits(char *out, int64_t n, int digits)
{
	while (digits-- > 0) {
		out[digits] = (char)('0' + n % 10);
		n /= 10;
	}
}

/*
 * Lists write thousands of times, most of a few days: the date is worked out when
 * the day is none of the last ones, by thread.
 */
char *
clock_iso(int64_t ms, char out[static CLOCK_TEXT_SIZE])
{
	static _Thread_local struct {
		int64_t number;
		char text[CLOCK_TEXT_SIZE];
	} days[16], *day;
	int64_t of_day = ms % 86400000, today = ms / 86400000;
	struct tm tm;
	int milli;

	if (of_day < 0) {
		of_day += 86400000;
		today--;
	}
	day = &days[(uint64_t)today % ARRAY_LEN(days)];
	if (today != day->number || day->text[0] == '\0') {
		split(ms, 0, &tm, &milli);
		strftime(day->text, sizeof(day->text), "%Y-%m-%dT00:00:00.000Z", &tm);
		day->number = today;
	}
	memcpy(out, day->text, CLOCK_TEXT_SIZE);
	if (out[4] != '-' || out[10] != 'T')
		return out; /* not a year of four digits: the day must do */
	put_digits(out + 11, of_day / 3600000, 2);
	put_digits(out + 14, of_day / 60000 % 60, 2);
	put_digits(out + 17, of_day / 1000 % 60, 2);
	put_digits(out + 20, of_day % 1000, 3);
	return out;
}

char *
clock_vi(int64_t ms, char out[static CLOCK_TEXT_SIZE])
{
	struct tm tm;
	int milli;

	split(ms, CLOCK_LOCAL_S, &tm, &milli);
	strftime(out, CLOCK_TEXT_SIZE, "%H:%M %d/%m/%Y", &tm);
	return out;
}

int
clock_year(int64_t ms)
{
	struct tm tm;
	int milli;

	split(ms, CLOCK_LOCAL_S, &tm, &milli);
	return tm.tm_year + 1900;
}

/* Exactly ${count} digits at *${p}, which moves on; -1 when there are not. */
static int
digits(const char **p, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (**p < '0' || **p > '9')
			return -1;
		n = n * 10 + (*(*p)++ - '0');
	}
	return n;
}

struct civil {
	int year, month, day, hour, minute, second, milli;
};

static bool
parse_date_iso(const char **p, struct civil *c)
{
	const char *at = *p;

	c->year = digits(&at, 4);
	if (c->year < 0 || *at++ != '-' || (c->month = digits(&at, 2)) < 0 || *at++ != '-' ||
	    (c->day = digits(&at, 2)) < 0)
		return false;
	*p = at;
	return true;
}

static bool
parse_date_vi(const char **p, struct civil *c)
{
	const char *at = *p;

	c->day = digits(&at, 2);
	if (c->day < 0 || *at++ != '/' || (c->month = digits(&at, 2)) < 0 || *at++ != '/' ||
	    (c->year = digits(&at, 4)) < 0)
		return false;
	*p = at;
	return true;
}

static bool
parse_time(const char **p, struct civil *c)
{
	const char *at = *p;

	c->hour = digits(&at, 2);
	if (c->hour < 0 || *at++ != ':' || (c->minute = digits(&at, 2)) < 0)
		return false;
	if (*at == ':') {
		at++;
		if ((c->second = digits(&at, 2)) < 0)
			return false;
		if (*at == '.') {
			int scale = 100;

			for (at++; *at >= '0' && *at <= '9'; at++, scale /= 10)
				c->milli += (*at - '0') * scale;
		}
	}
	*p = at;
	return true;
}

/* "Z", "+07:00", "-0330" or nothing, which is local time. */
static bool
parse_offset(const char **p, int *ret_s)
{
	const char *at = *p;
	int sign, hour, minute;

	*ret_s = CLOCK_LOCAL_S;
	if (*at == '\0')
		return true;
	if (*at == 'Z' || *at == 'z') {
		*ret_s = 0;
		*p = at + 1;
		return true;
	}
	if (*at != '+' && *at != '-')
		return false;
	sign = *at++ == '-' ? -1 : 1;
	hour = digits(&at, 2);
	if (*at == ':')
		at++;
	minute = digits(&at, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*ret_s = sign * (hour * 3600 + minute * 60);
	*p = at;
	return true;
}

static bool
parse_civil(const char **p, struct civil *c)
{
	if (parse_date_iso(p, c)) {
		if (**p == '\0')
			return true;
		if (**p != 'T' && **p != 't' && **p != ' ')
			return false;
		(*p)++;
		return parse_time(p, c);
	}
	if (parse_date_vi(p, c)) {
		if (**p == '\0')
			return true;
		return *(*p)++ == ' ' && parse_time(p, c);
	}
	return parse_time(p, c) && *(*p)++ == ' ' && parse_date_vi(p, c);
}

bool
clock_parse(const char *text, int64_t *ret_ms)
{
	struct civil c = { 0 };
	struct tm tm = { 0 };
	const char *p = text;
	int offset_s;
	int64_t ms;

	if (!parse_civil(&p, &c) || !parse_offset(&p, &offset_s) || *p != '\0')
		return false;
	if (c.year < 1970 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 ||
	    c.hour > 23 || c.minute > 59 || c.second > 60)
		return false;
	tm.tm_year = c.year - 1900;
	tm.tm_mon = c.month - 1;
	tm.tm_mday = c.day;
	tm.tm_hour = c.hour;
	tm.tm_min = c.minute;
	tm.tm_sec = c.second;
	ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + c.milli;
	/* timegm() turns 31 February into March: the day that was written does not exist. */
	if (tm.tm_mday != c.day && c.second < 60)
		return false;
	if (ms < 0 || ms > CLOCK_MS_MAX)
		return false;
	*ret_ms = ms;
	return true;
}

bool
clock_parse_end(const char *text, int64_t *ret_ms)
{
	int64_t ms;

	if (!clock_parse(text, &ms))
		return false;
	if (strchr(text, ':') == NULL)
		ms += INT64_C(86400000) - 1;
	*ret_ms = ms < CLOCK_MS_MAX ? ms : CLOCK_MS_MAX;
	return true;
}
