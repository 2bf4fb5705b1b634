/* SPDX-License-Identifier: Apache-2.0 */
#include "report/xlsx.h"

#include <stdio.h>

#include "base/utf8.h"
#include "report/zip.h"

#define CELL_MAX 32000 /* bytes; Excel holds 32767 characters */
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN_NS  "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define DOC_NS   "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PKG_NS   "http://schemas.openxmlformats.org/package/2006"

/* In the order of cellXfs below. */
static const char *const styles[] = { "", "title", "bold", "head", "cell", "sum", NULL };

static const char styles_xml[] = XML_HEAD
	"<styleSheet xmlns=\"" MAIN_NS "\"><fonts count=\"3\">"
	"<font><sz val=\"11\"/><name val=\"Times New Roman\"/><family val=\"1\"/></font>"
	"<font><b/><sz val=\"11\"/><name val=\"Times New Roman\"/><family val=\"1\"/></font>"
	"<font><b/><sz val=\"14\"/><name val=\"Times New Roman\"/><family val=\"1\"/></font></fonts>"
	"<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill>"
	"<fill><patternFill patternType=\"gray125\"/></fill><fill><patternFill patternType=\"solid\">"
	"<fgColor rgb=\"FFE8EDF2\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>"
	"<borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>"
	"<border><left style=\"thin\"/><right style=\"thin\"/><top style=\"thin\"/>"
	"<bottom style=\"thin\"/><diagonal/></border></borders>"
	"<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
	"<cellXfs count=\"6\">"
	"<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\"/></xf>"
	"<xf numFmtId=\"0\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
	"<xf numFmtId=\"3\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>"
	"<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment horizontal=\"center\" vertical=\"center\" wrapText=\"1\"/></xf>"
	"<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyNumberFormat=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	"<xf numFmtId=\"3\" fontId=\"1\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	"</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>"
	"</styleSheet>";

/* Well-formed XML text: what XML cannot hold is left out. */
static void
put_text(struct buf *out, const char *s, size_t max)
{
	size_t len = strlen(s) > max ? utf8_cut(s, max) : strlen(s), n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (cp == '&')
			buf_adds(out, "&amp;");
		else if (cp == '<')
			buf_adds(out, "&lt;");
		else if (cp == '>')
			buf_adds(out, "&gt;");
		else if (cp == '"')
			buf_adds(out, "&quot;");
		else if ((cp >= ' ' || cp == '\n' || cp == '\t') && cp != 0xfffe && cp != 0xffff)
			buf_add(out, s + i, n);
	}
}

/* A name Excel takes: at most 31 characters, none of []:*?/\. */
static void
put_sheet_name(struct buf *out, const char *name, size_t number)
{
	char clean[32 * 4] = "", *p = clean;

	for (size_t chars = 0; name != NULL && *name != '\0' && chars < 31; chars++) {
		uint32_t cp;
		size_t n = utf8_decode(name, strlen(name), &cp);

		if (n == 0)
			break;
		if (cp < ' ' || (cp < 128 && strchr("[]:*?/\\'", (int)cp) != NULL))
			*p++ = ' ';
		else
			p = (char *)memcpy(p, name, n) + n;
		name += n;
	}
	*p = '\0';
	if (*clean == '\0')
		snprintf(clean, sizeof(clean), "%zu", number);
	put_text(out, clean, sizeof(clean));
}

/* A, B, … Z, AA. */
static const char *
column_name(size_t column, char name[static 4])
{
	if (column < 26)
		snprintf(name, 4, "%c", (char)('A' + column));
	else
		snprintf(name, 4, "%c%c", (char)('A' + (column / 26 - 1) % 26), (char)('A' + column % 26));
	return name;
}

static size_t
style_of(const char *name)
{
	for (size_t i = 0; name != NULL && styles[i] != NULL; i++)
		if (strcmp(styles[i], name) == 0)
			return i;
	return 0;
}

static void
put_cell(struct buf *out, const struct json *cell, size_t row, size_t column)
{
	const struct json *value = json_kind(cell) == JSON_KIND_OBJECT ? json_get(cell, "v") : cell;
	size_t style = style_of(json_get_str(cell, "s"));
	char name[4];

	if (value == NULL && style == 0)
		return;
	buf_printf(out, "<c r=\"%s%zu\" s=\"%zu\"", column_name(column, name), row, style);
	if (json_kind(value) == JSON_KIND_INT) {
		buf_printf(out, "><v>%lld</v></c>", (long long)json_int(value, 0));
	} else if (json_str(value) != NULL && *json_str(value) != '\0') {
		buf_adds(out, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
		put_text(out, json_str(value), CELL_MAX);
		buf_adds(out, "</t></is></c>");
	} else {
		buf_adds(out, "/>");
	}
}

static void
put_sheet(struct buf *out, const struct json *sheet)
{
	const struct json *rows = json_get(sheet, "rows"), *widths = json_get(sheet, "widths");
	int64_t freeze = json_get_int(sheet, "freeze", 0);

	buf_adds(out, XML_HEAD "<worksheet xmlns=\"" MAIN_NS "\"><sheetPr><pageSetUpPr fitToPage=\"1\"/>"
	    "</sheetPr><sheetViews><sheetView workbookViewId=\"0\">");
	if (freeze > 0)
		buf_printf(out, "<pane ySplit=\"%lld\" topLeftCell=\"A%lld\" activePane=\"bottomLeft\""
		    " state=\"frozen\"/>", (long long)freeze, (long long)freeze + 1);
	buf_adds(out, "</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>");
	if (json_len(widths) > 0)
		buf_adds(out, "<cols>");
	for (size_t i = 0; i < json_len(widths); i++)
		buf_printf(out, "<col min=\"%zu\" max=\"%zu\" width=\"%lld\" customWidth=\"1\"/>", i + 1, i + 1,
		    (long long)json_int(json_at(widths, i), 10));
	if (json_len(widths) > 0)
		buf_adds(out, "</cols>");
	buf_adds(out, "<sheetData>");
	for (size_t r = 0; r < json_len(rows); r++) {
		const struct json *row = json_at(rows, r);

		if (json_len(row) == 0)
			continue;
		buf_printf(out, "<row r=\"%zu\">", r + 1);
		for (size_t c = 0; c < json_len(row) && c < 26 * 26; c++)
			put_cell(out, json_at(row, c), r + 1, c);
		buf_adds(out, "</row>");
	}
	buf_adds(out, "</sheetData><pageMargins left=\"0.6\" right=\"0.4\" top=\"0.6\" bottom=\"0.6\""
	    " header=\"0.3\" footer=\"0.3\"/>");
	buf_printf(out, "<pageSetup paperSize=\"9\" orientation=\"%s\" fitToWidth=\"1\" fitToHeight=\"0\"/>"
	    "</worksheet>", json_get_bool(sheet, "landscape", false) ? "landscape" : "portrait");
}

/* ---- the parts that name the others --------------------------------------------------------- */

static void
put_types(struct buf *out, size_t sheets)
{
	buf_adds(out, XML_HEAD "<Types xmlns=\"" PKG_NS "/content-types\">"
	    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	    "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	    "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
	    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>");
	for (size_t i = 1; i <= sheets; i++)
		buf_printf(out, "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\""
		    "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i);
	buf_adds(out, "</Types>");
}

static void
put_workbook(struct buf *out, const struct json *sheets)
{
	buf_adds(out, XML_HEAD "<workbook xmlns=\"" MAIN_NS "\" xmlns:r=\"" DOC_NS "\"><sheets>");
	for (size_t i = 0; i < json_len(sheets); i++) {
		buf_adds(out, "<sheet name=\"");
		put_sheet_name(out, json_get_str(json_at(sheets, i), "name"), i + 1);
		buf_printf(out, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
	}
	buf_adds(out, "</sheets></workbook>");
}

static void
put_relations(struct buf *out, size_t sheets)
{
	buf_adds(out, XML_HEAD "<Relationships xmlns=\"" PKG_NS "/relationships\">");
	for (size_t i = 1; i <= sheets; i++)
		buf_printf(out, "<Relationship Id=\"rId%zu\" Type=\"" DOC_NS "/worksheet\""
		    " Target=\"worksheets/sheet%zu.xml\"/>", i, i);
	buf_printf(out, "<Relationship Id=\"rId%zu\" Type=\"" DOC_NS "/styles\" Target=\"styles.xml\"/>"
	    "</Relationships>", sheets + 1);
}

static void
put_core(struct buf *out, const char *title)
{
	buf_adds(out, XML_HEAD "<cp:coreProperties xmlns:cp=\"" PKG_NS "/metadata/core-properties\""
	    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>");
	put_text(out, title == NULL ? "" : title, CELL_MAX);
	buf_adds(out, "</dc:title></cp:coreProperties>");
}

static const char root_xml[] = XML_HEAD "<Relationships xmlns=\"" PKG_NS "/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"" DOC_NS "/officeDocument\" Target=\"xl/workbook.xml\"/>"
	"<Relationship Id=\"rId2\" Type=\"" PKG_NS "/relationships/metadata/core-properties\""
	" Target=\"docProps/core.xml\"/></Relationships>";

static void
add(struct zip_out *zip, const char *name, struct buf *part)
{
	zip_out_add(zip, name, buf_str(part), part->len);
	zip->out->full = zip->out->full || part->full;
	buf_reset(part);
}

int
write_xlsx(const struct json *book, struct buf *ret, struct err *err)
{
	const struct json *sheets = json_get(book, "sheets");
	char name[XLSX_SHEETS_MAX][32];
	struct zip_out zip = { .out = ret };
	struct buf part = BUF_INIT((size_t)64 << 20);
	size_t n = json_len(sheets);

	if (n == 0 || n > XLSX_SHEETS_MAX)
		return err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL);
	put_types(&part, n);
	add(&zip, "[Content_Types].xml", &part);
	zip_out_add(&zip, "_rels/.rels", root_xml, strlen(root_xml));
	put_core(&part, json_get_str(book, "title"));
	add(&zip, "docProps/core.xml", &part);
	put_relations(&part, n);
	add(&zip, "xl/_rels/workbook.xml.rels", &part);
	zip_out_add(&zip, "xl/styles.xml", styles_xml, strlen(styles_xml));
	put_workbook(&part, sheets);
	add(&zip, "xl/workbook.xml", &part);
	for (size_t i = 0; i < n; i++) {
		snprintf(name[i], sizeof(name[i]), "xl/worksheets/sheet%zu.xml", i + 1);
		put_sheet(&part, json_at(sheets, i));
		add(&zip, name[i], &part);
	}
	zip_out_end(&zip);
	buf_clear(&part);
	return ret->full ? err_set(err, ERR_TOO_LARGE, "err.paper.too_large", NULL) : 0;
}
