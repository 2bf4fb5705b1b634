/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "base/utf8.h"
#include "text/ics.h"

#define AT INT64_C(1797760800000) /* 2026-12-20 17:00 local */

static struct buf out = BUF_INIT(1 << 20);

static void
write_one(const char *summary, const char *description)
{
	buf_reset(&out);
	ics_begin(&out, "-//Khien//VN", "Thời hạn");
	ics_event(&out, &(struct ics_event){ .uid = "2026/ATTT-2017/P02@khien", .stamp_ms = AT,
	    .at_ms = AT, .sequence = 3, .summary = summary, .description = description,
	    .url = "https://khien.example.vn/lich", .is_tentative = true, .alarm_minutes = 60 });
	ics_end(&out);
}

static void
an_event_has_what_the_standard_asks(void **state)
{
	(void)state;
	write_one("Báo cáo", "Dòng 1\nDòng 2; a, b \\ c\x01");
	assert_non_null(strstr(buf_str(&out), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
	assert_non_null(strstr(buf_str(&out), "\r\nDTSTART:20261220T100000Z\r\n"));
	assert_non_null(strstr(buf_str(&out), "\r\nSTATUS:TENTATIVE\r\n"));
	assert_non_null(strstr(buf_str(&out), "\r\nTRIGGER:-PT60M\r\n"));
	assert_non_null(strstr(buf_str(&out), "Dòng 1\\nDòng 2\\; a\\, b \\\\ c\r\n"));
	assert_non_null(strstr(buf_str(&out), "END:VEVENT\r\nEND:VCALENDAR\r\n"));
}

/* Lines of at most 75 octets, each of them whole characters; unfolding gives the text back. */
static void
long_lines_are_folded_between_characters(void **state)
{
	char text[3000] = "";
	struct buf flat = BUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, i % 3 == 0 ? "ứng phó sự cố ế" : "a");
	write_one(text, text);
	for (const char *p = buf_str(&out); *p != '\0';) {
		const char *end = strstr(p, "\r\n");

		assert_non_null(end);
		assert_true(end - p <= 75);
		assert_true(utf8_valid(p, (size_t)(end - p)));
		buf_add(&flat, p, (size_t)(end - p));
		p = end + 2;
		if (*p == ' ')
			p++;
		else
			buf_addc(&flat, '\n');
	}
	buf_adds(&flat, "");
	assert_non_null(strstr(buf_str(&flat), text));
	buf_clear(&flat);
	buf_clear(&out);
}

TEST_MAIN(cmocka_unit_test(an_event_has_what_the_standard_asks),
    cmocka_unit_test(long_lines_are_folded_between_characters))
