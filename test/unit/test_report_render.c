/* SPDX-License-Identifier: Apache-2.0 */
#include "os/embed.h"
#include "report/render.h"
#include "testing.h"

/* Fontconfig keeps offsets where others keep pointers, so that its caches look lost. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

static struct type *type;

#define HEAD                                                                              \
	"id: x\nkind: form\nversion: 1\ntitle: {vi: A, en: B}\nvalid_from: null\n"        \
	"valid_to: null\nsource: s\ncertainty: memory\n"

/* The text of ${form} with ${rest} (members of the request); gaps into ${ret_gaps} when asked. */
static char *
text_of(const char *form, const char *format, const char *rest, size_t *ret_gaps)
{
	struct json *request = NULL, *answer = NULL;
	struct buf all = BUF_INIT(100000), out = BUF_INIT((size_t)8 << 20);
	struct err err = { 0 };

	buf_printf(&all, "{%s}", rest);
	assert_int_equal(json_parse(all.data, all.len, &request, NULL), 0);
	json_set_str(request, "form", form);
	json_set_str(request, "format", format);
	if (render(request, type, &answer, &out, &err) != 0)
		fail_msg("%s %s %d", err.key, err.field, err.line);
	if (ret_gaps != NULL)
		*ret_gaps = json_len(json_get(answer, "gaps"));
	json_free(answer);
	json_free(request);
	buf_clear(&all);
	return buf_take(&out);
}

static const char values_form[] = HEAD "layout: plain\nsubject: \"S\"\nsignature: none\nfields:\n"
    "  - {id: day, label: {vi: Ngày, en: D}, type: date}\n"
    "  - {id: at, label: {vi: Lúc, en: A}, type: datetime}\n"
    "  - {id: n, label: {vi: Số, en: N}, type: int}\n"
    "  - {id: vnd, label: {vi: Tiền, en: M}, type: money}\n"
    "  - {id: who, label: {vi: Ai (*), en: W}, type: line, required: true}\n"
    "  - {id: how, label: {vi: Cách, en: H}, type: choices, choices: [{id: a, text: Một}, {id: b, text: Hai, with_text: true}]}\n"
    "  - {id: more, label: {vi: Thêm, en: X}, type: line}\n"
    "body:\n"
    "  - para: \"{day}|{day:long}|{day:short}|{at}|{at:hour}|{at:long}|{at:full}|{at:date}\"\n"
    "  - para: \"{n}|{n:pad}|{vnd}|{who:upper}|{how}|{more}|{more?}|{{x|{incident.at:full}|{incident.ok}\"\n"
    "  - each: incident.rows\n    do:\n      - para: \"{n}.{text}{incident.at:date}\"\n"
    "  - line: who\n";

static void
values_are_printed_as_offices_write_them(void **state)
{
	size_t gaps;
	char *text = text_of(values_form, "txt", "\"values\":{\"day\":\"2026-02-05\",\"at\":"
	    "\"2026-06-05T14:05\",\"n\":7,\"vnd\":1234567,\"who\":\"đường ấp ươm\",\"how\":[\"a\",\"b\"],"
	    "\"how_text\":{\"b\":\"khác\"}},\"facts\":{\"incident\":{\"at\":\"2026-12-31T23:30:00Z\","
	    "\"ok\":true,\"rows\":[{\"text\":\"x\"},{\"text\":\"y\"}]}}", &gaps);

	(void)state;
	assert_string_equal(text,
	    "05/02/2026|ngày 05 tháng 02 năm 2026|05/02/26|14:05 05/06/2026|14 giờ 05 phút|"
	    "ngày 05 tháng 6 năm 2026|14 giờ 05 phút, ngày 05 tháng 6 năm 2026|05/06/2026\n\n"
	    "7|07|1.234.567 đồng|ĐƯỜNG ẤP ƯƠM|Một; Hai khác|……||{x|06 giờ 30 phút, ngày 01 tháng 01 "
	    "năm 2027|Có\n\n1.x01/01/2027\n\n2.y01/01/2027\n\nAi (*): đường ấp ươm");
	assert_int_equal(gaps, 0);
	free(text);
}

static void
what_is_missing_is_a_gap(void **state)
{
	size_t gaps;
	char *text = text_of(values_form, "txt", "\"values\":{\"who\":\" \\u200b \"}", &gaps);

	(void)state;
	assert_non_null(strstr(text, "Ai (*): [thiếu: Ai]"));
	assert_non_null(strstr(text, "[thiếu: incident.at]"));
	assert_true(gaps >= 2);
	free(text);
}

static const char frame_form[] = HEAD "layout: nd30\ndoc_type: BC\ntype_name: \"BÁO CÁO\"\n"
    "subject: \"Thử\"\nsignature: head\ngrounds: [{text: \"Căn cứ một.\"}, {text: \"Căn cứ hai\"}]\n"
    "body:\n"
    "  - {heading: \"A\", level: 1, numbered: true}\n  - {heading: \"B\", level: 2, numbered: true}\n"
    "  - {heading: \"C\", level: 3, numbered: true}\n  - {heading: \"C\", level: 3, numbered: true}\n"
    "  - {heading: \"C\", level: 3, numbered: true}\n  - {heading: \"C\", level: 3, numbered: true}\n"
    "  - {heading: \"C\", level: 3, numbered: true}\n"
    "  - {heading: \"D\", level: 2, numbered: true}\n  - {heading: \"E\", level: 1, numbered: true}\n"
    "  - para: \"Theo Điều 9 thì xong.\"\n";

static void
the_frame_has_its_parts_in_their_order(void **state)
{
	char *text = text_of(frame_form, "txt", "\"document\":{\"doc_number\":\"7\",\"symbol\":\"BC-STC\","
	    "\"doc_date\":\"2026-01-05\",\"place\":\"Khánh Hòa\",\"agency_parent\":\"UBND tỉnh\","
	    "\"agency_name\":\"Sở\",\"authority\":\"KT\",\"signer_title\":\"Phó Giám đốc\","
	    "\"signer_name\":\"Lê A\",\"recipients\":[\"Một\",\"Hai\"],\"distribution\":[\"Ban\"]}", NULL);

	(void)state;
	assert_string_equal(text,
	    "UBND TỈNH\nSỞ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
	    "Số: 07/BC-STC\nKhánh Hòa, ngày 05 tháng 01 năm 2026\n\nBÁO CÁO\nThử\n"
	    "Kính gửi:\n- Một;\n- Hai.\n\nCăn cứ một;\n\nCăn cứ hai.\n\nI. A\n\n1. B\n\na) C\n\nb) C\n\n"
	    "c) C\n\nd) C\n\nđ) C\n\n2. D\n\nII. E\n\nTheo Điều\u00a09 thì xong./.\n\nNơi nhận:\n"
	    "- Như trên;\n- Ban;\n- Lưu: VT.\nKT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nLê A");
	free(text);
}

static void
clean_text_is_nfc_without_what_xml_or_eyes_cannot_bear(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "a\x01\x08\x1b\x7f", "a" },
		{ "a\tb\r\nc\rd\u2028e", "a b\nc\nd\ne" },
		{ "e\u0302\u0301", "ế" },
		{ "a\u202eb\u200f\u2066c\ufeff\u061c", "abc" },
		{ "x\ufffe\uffff\ue000\U000fffff\U0001f600y", "xy" },
		{ "Điều 9, Điều kiện", "Điều\u00a09, Điều kiện" },
		{ "\xc2\x85", "\n" },
		{ "a\xff" "b", "ab" },
	};
	struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(doc_clean(&arena, cases[i].in, strlen(cases[i].in)), cases[i].out);
	arena_clear(&arena);
}

static void
every_shipped_form_makes_the_same_bytes_twice(void **state)
{
	static const char *const formats[] = { "pdf", "docx", "html", "txt" };
	const struct embed *e;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (e = embed_next("packs/form/", &i)) != NULL; n++) {
		for (size_t k = 0; k < ARRAY_LEN(formats); k++) {
			char *a = text_of(e->data, formats[k], "\"document\":{\"now\":\"2026-06-09T08:00\"}",
			    NULL);
			char *b = text_of(e->data, formats[k], "\"document\":{\"now\":\"2026-06-09T08:00\"}",
			    NULL);

			assert_string_equal(a, b);
			free(a);
			free(b);
		}
	}
	assert_true(n >= 2);
}

static int
begin(void **state)
{
	(void)state;
	type = type_new();
	return type == NULL ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_printed_as_offices_write_them),
		cmocka_unit_test(what_is_missing_is_a_gap),
		cmocka_unit_test(the_frame_has_its_parts_in_their_order),
		cmocka_unit_test(clean_text_is_nfc_without_what_xml_or_eyes_cannot_bear),
		cmocka_unit_test(every_shipped_form_makes_the_same_bytes_twice),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
