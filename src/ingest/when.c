/* SPDX-License-Identifier: Apache-2.0 */
/* when.c: times read without locale, mktime or copies; one is needed for every event. */
#include "ingest/when.h"

#define NS      INT64_C(1000000000)
#define DAY     86400
#define YEAR_LO 1678 /* what 64 bits of nanoseconds reach */
#define YEAR_HI 2261

/* Reads from ${s} to ${end}; ${bad} stays once something did not fit. */
struct scan {
	const char *s, *end;
	bool bad;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
peek(const struct scan *scan)
{
	return scan->s < scan->end ? *scan->s : '\0';
}

static bool
take(struct scan *scan, char c)
{
	if (peek(scan) != c || scan->s == scan->end)
		return false;
	scan->s++;
	return true;
}

static void
must(struct scan *scan, char c)
{
	if (!take(scan, c))
		scan->bad = true;
}

static int
digits(struct scan *scan, int n)
{
	int value = 0;

	for (; n > 0; n--, scan->s++) {
		if (!is_digit(peek(scan))) {
			scan->bad = true;
			return 0;
		}
		value = value * 10 + (*scan->s - '0');
	}
	return value;
}

static int
month_name(struct scan *scan)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (scan->end - scan->s >= 3) {
		for (int m = 0; m < 12; m++) {
			if (memcmp(scan->s, names + 3 * m, 3) == 0) {
				scan->s += 3;
				return m + 1;
			}
		}
	}
	scan->bad = true;
	return 1;
}

/* Fractions of a second behind a point or comma; digits beyond nanoseconds are passed over. */
static int64_t
fraction(struct scan *scan)
{
	int64_t ns = 0, unit = NS;

	if (scan->end - scan->s < 2 || (*scan->s != '.' && *scan->s != ',') || !is_digit(scan->s[1]))
		return 0;
	for (scan->s++; is_digit(peek(scan)); scan->s++) {
		unit /= 10;
		ns += (*scan->s - '0') * unit;
	}
	return ns;
}

/* Days since 1970 of the Gregorian calendar. */
static int64_t
days_of(int y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
is_date(int y, int m, int d)
{
	static const int last[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return y >= YEAR_LO && y <= YEAR_HI && m >= 1 && m <= 12 && d >= 1 &&
	    d <= last[m - 1] + (m == 2 && leap);
}

/* hh:mm:ss, as seconds of the day; the 60th second is the 59th. */
static int
clock_of_day(struct scan *scan)
{
	int h = digits(scan, 2), m, s;

	must(scan, ':');
	m = digits(scan, 2);
	must(scan, ':');
	s = digits(scan, 2);
	if (h > 23 || m > 59 || s > 60)
		scan->bad = true;
	return h * 3600 + m * 60 + (s == 60 ? 59 : s);
}

/* Z, +hh:mm, +hhmm, +hh; otherwise ${zone_s}. */
static int
zone(struct scan *scan, int zone_s)
{
	char sign = peek(scan);
	int h, m = 0;

	if (take(scan, 'Z') || take(scan, 'z'))
		return 0;
	if (sign != '+' && sign != '-')
		return zone_s;
	scan->s++;
	h = digits(scan, 2);
	if (take(scan, ':') || is_digit(peek(scan)))
		m = digits(scan, 2);
	if (h > 23 || m > 59)
		scan->bad = true;
	return (sign == '-' ? -1 : 1) * (h * 3600 + m * 60);
}

static int64_t
ns_of(int64_t days, int seconds, int zone_s, int64_t ns)
{
	return (days * DAY + seconds - zone_s) * NS + ns;
}

size_t
when_iso(const char *s, size_t len, int zone_s, int64_t *ret_ns)
{
	struct scan scan = { s, s + len, false };
	int y = digits(&scan, 4), m, d, clock;
	char separator = peek(&scan);
	int64_t ns;

	if (separator != '-' && separator != '/')
		return 0;
	must(&scan, separator);
	m = digits(&scan, 2);
	must(&scan, separator);
	d = digits(&scan, 2);
	if (scan.bad || !is_date(y, m, d))
		return 0;
	if (!take(&scan, 'T') && !take(&scan, ' '))
		return 0;
	clock = clock_of_day(&scan);
	ns = fraction(&scan);
	zone_s = zone(&scan, zone_s);
	if (scan.bad)
		return 0;
	*ret_ns = ns_of(days_of(y, m, d), clock, zone_s, ns);
	return (size_t)(scan.s - s);
}

size_t
when_web(const char *s, size_t len, int64_t *ret_ns)
{
	struct scan scan = { s, s + len, false };
	int d = digits(&scan, 2), m, y, clock, zone_s;

	must(&scan, '/');
	m = month_name(&scan);
	must(&scan, '/');
	y = digits(&scan, 4);
	must(&scan, ':');
	clock = clock_of_day(&scan);
	must(&scan, ' ');
	zone_s = zone(&scan, 0);
	if (scan.bad || !is_date(y, m, d))
		return 0;
	*ret_ns = ns_of(days_of(y, m, d), clock, zone_s, 0);
	return (size_t)(scan.s - s);
}

static int
year_of(int64_t ns, int zone_s)
{
	int64_t day = (ns / NS + zone_s) / DAY;
	int y = 1970 + (int)(day / 366);

	while (days_of(y + 1, 1, 1) <= day)
		y++;
	return y;
}

size_t
when_syslog(const char *s, size_t len, int zone_s, int64_t newest_ns, int64_t *ret_ns)
{
	struct scan scan = { s, s + len, false };
	int m = month_name(&scan), d, y, clock;

	must(&scan, ' ');
	d = take(&scan, ' ') ? digits(&scan, 1) : is_digit(peek(&scan)) && scan.end - scan.s > 1 &&
	    scan.s[1] == ' ' ? digits(&scan, 1) : digits(&scan, 2);
	must(&scan, ' ');
	if (scan.bad)
		return 0;
	y = year_of(newest_ns < 0 ? 0 : newest_ns, zone_s);
	if (scan.end - scan.s >= 5 && is_digit(scan.s[0]) && scan.s[4] == ' ') { /* Cisco: with the year */
		y = digits(&scan, 4);
		scan.s++;
		newest_ns = INT64_MAX;
	}
	clock = clock_of_day(&scan);
	(void)fraction(&scan);
	if (scan.bad)
		return 0;
	for (int tries = 0; tries < 9; tries++, y--) { /* 29 February may be eight years back */
		if (!is_date(y, m, d))
			continue;
		*ret_ns = ns_of(days_of(y, m, d), clock, zone_s, 0);
		if (newest_ns == INT64_MAX || *ret_ns <= newest_ns + DAY * NS)
			return (size_t)(scan.s - s);
	}
	return 0;
}

size_t
when_ctime(const char *s, size_t len, int zone_s, int64_t *ret_ns)
{
	struct scan scan = { s, s + len, len < 4 || s[3] != ' ' };
	int m, d, y, clock;
	int64_t ns;

	if (scan.bad)
		return 0;
	scan.s += 4;
	m = month_name(&scan);
	must(&scan, ' ');
	d = take(&scan, ' ') ? digits(&scan, 1) : digits(&scan, 2);
	must(&scan, ' ');
	clock = clock_of_day(&scan);
	ns = fraction(&scan);
	must(&scan, ' ');
	y = digits(&scan, 4);
	if (scan.bad || !is_date(y, m, d))
		return 0;
	*ret_ns = ns_of(days_of(y, m, d), clock, zone_s, ns);
	return (size_t)(scan.s - s);
}

size_t
when_epoch(const char *s, size_t len, int64_t *ret_ns)
{
	static const int64_t unit[] = { [10] = NS, [13] = 1000000, [16] = 1000, [19] = 1 };
	struct scan scan = { s, s + len, false };
	int64_t value = 0, ns;
	size_t n;

	for (; is_digit(peek(&scan)) && scan.s - s < 19; scan.s++) {
		if (value > (INT64_MAX - 9) / 10)
			return 0;
		value = value * 10 + (*scan.s - '0');
	}
	n = (size_t)(scan.s - s);
	if (is_digit(peek(&scan)) || n < 9 || n >= ARRAY_LEN(unit))
		return 0;
	if (n == 9)
		n = 10;
	if (unit[n] == 0 || value > INT64_MAX / unit[n] - 1)
		return 0;
	ns = fraction(&scan);
	*ret_ns = value * unit[n] + (n == 10 ? ns : 0);
	return (size_t)(scan.s - s);
}
