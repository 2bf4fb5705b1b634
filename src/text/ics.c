/* SPDX-License-Identifier: Apache-2.0 */
#include "text/ics.h"

#include "base/clock.h"

#define LINE_OCTETS 75

/* One content line; a continuation begins with a space, which counts. */
static void
line(struct buf *out, const char *text, size_t len)
{
	size_t room = LINE_OCTETS;

	while (len > room) {
		size_t n = room;

		while (n > 1 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
		buf_add(out, text, n);
		buf_adds(out, "\r\n ");
		text += n;
		len -= n;
		room = LINE_OCTETS - 1;
	}
	buf_add(out, text, len);
	buf_adds(out, "\r\n");
}

static void
escape(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_adds(out, "\\n");
		else if (*text == '\\' || *text == ';' || *text == ',')
			buf_printf(out, "\\%c", *text);
		else if ((unsigned char)*text >= 0x20 && *text != 0x7F)
			buf_addc(out, *text);
	}
}

static void
property(struct buf *out, const char *name, const char *value, bool is_text)
{
	struct buf one = BUF_INIT(100000);

	if (str_empty(value))
		return;
	buf_printf(&one, "%s:", name);
	if (is_text)
		escape(&one, value);
	else
		for (const char *p = value; *p != '\0'; p++)
			if ((unsigned char)*p > 0x20 && *p != 0x7F)
				buf_addc(&one, *p);
	line(out, buf_str(&one), one.len);
	buf_clear(&one);
}

/* 20261219T100000Z out of 2026-12-19T10:00:00.000Z. */
static void
time_property(struct buf *out, const char *name, int64_t ms)
{
	char iso[CLOCK_TEXT_SIZE], text[CLOCK_TEXT_SIZE] = "";
	size_t n = 0;

	clock_iso(ms, iso);
	for (const char *p = iso; *p != '\0' && *p != '.'; p++)
		if (*p != '-' && *p != ':')
			text[n++] = *p;
	text[n++] = 'Z';
	text[n] = '\0';
	property(out, name, text, false);
}

void
ics_begin(struct buf *out, const char *product, const char *name)
{
	property(out, "BEGIN", "VCALENDAR", false);
	property(out, "VERSION", "2.0", false);
	property(out, "PRODID", product, true);
	property(out, "CALSCALE", "GREGORIAN", false);
	property(out, "METHOD", "PUBLISH", false);
	property(out, "X-WR-CALNAME", name, true);
	property(out, "X-WR-TIMEZONE", "Asia/Ho_Chi_Minh", false);
}

static void
alarm_before(struct buf *out, int minutes, const char *summary)
{
	struct buf trigger = BUF_INIT(40);

	buf_printf(&trigger, "-PT%dM", minutes);
	property(out, "BEGIN", "VALARM", false);
	property(out, "ACTION", "DISPLAY", false);
	property(out, "DESCRIPTION", summary, true);
	property(out, "TRIGGER", buf_str(&trigger), false);
	property(out, "END", "VALARM", false);
	buf_clear(&trigger);
}

void
ics_event(struct buf *out, const struct ics_event *e)
{
	struct buf number = BUF_INIT(40);

	buf_printf(&number, "%lld", (long long)e->sequence);
	property(out, "BEGIN", "VEVENT", false);
	property(out, "UID", e->uid, true);
	time_property(out, "DTSTAMP", e->stamp_ms);
	time_property(out, "DTSTART", e->at_ms);
	property(out, "SEQUENCE", buf_str(&number), false);
	property(out, "SUMMARY", e->summary, true);
	property(out, "DESCRIPTION", e->description, true);
	property(out, "CATEGORIES", e->category, true);
	property(out, "URL", e->url, false);
	property(out, "STATUS", e->is_tentative ? "TENTATIVE" : "CONFIRMED", false);
	property(out, "TRANSP", "TRANSPARENT", false);
	if (e->alarm_minutes > 0)
		alarm_before(out, e->alarm_minutes, e->summary);
	property(out, "END", "VEVENT", false);
	buf_clear(&number);
}

void
ics_end(struct buf *out)
{
	property(out, "END", "VCALENDAR", false);
}
