/* SPDX-License-Identifier: Apache-2.0 */
#include "report/docx_part.h"

#include <math.h>

#include "base/clock.h"
#include "text/html.h"

#define NS_PKG "http://schemas.openxmlformats.org/package/2006/"
#define NS_DOC "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define TYPE_W "application/vnd.openxmlformats-officedocument.wordprocessingml."

static const struct {
	const char *id, *name;
	int outline; /* of headings, from 1 */
} styles[DOC_ROLES] = {
	[DOC_BODY] = { "BodyText", "Body Text", 0 },
	[DOC_PLAIN] = { "FormLine", "Form Line", 0 },
	[DOC_TITLE] = { "Title", "Title", 0 },
	[DOC_SUBJECT] = { "Subtitle", "Subtitle", 0 },
	[DOC_HEADING1] = { "Heading1", "heading 1", 1 },
	[DOC_HEADING2] = { "Heading2", "heading 2", 2 },
	[DOC_HEADING3] = { "Heading3", "heading 3", 3 },
	[DOC_ITEM] = { "ListBullet", "List Bullet", 0 },
	[DOC_GROUND] = { "LegalGround", "Legal Ground", 0 },
	[DOC_NOTE] = { "Note", "Note", 0 },
	[DOC_CELL] = { "TableText", "Table Text", 0 },
	[DOC_HEAD_CELL] = { "TableHeading", "Table Heading", 0 },
	[DOC_FRAME] = { "DocumentFrame", "Document Frame", 0 },
	[DOC_ANNEX] = { "AnnexTitle", "Annex Title", 0 },
};

const char *
docx_style(enum doc_role role)
{
	return styles[role].id;
}

const char *
docx_align(enum doc_align align)
{
	static const char *const names[] = { "left", "center", "right", "both" };

	return names[align];
}

void
docx_spacing(struct buf *out, double before, double after, double line)
{
	buf_printf(out, "<w:spacing w:before=\"%ld\" w:after=\"%ld\" w:line=\"%ld\" "
	    "w:lineRule=\"auto\"/>", lround(before * 20), lround(after * 20), lround(line * 240));
}

void
docx_indent(struct buf *out, double left, double first)
{
	buf_printf(out, "<w:ind w:left=\"%ld\" w:%s=\"%ld\"/>", lround(left * TWIP_MM),
	    first < 0 ? "hanging" : "firstLine", lround(fabs(first) * TWIP_MM));
}

static void
fonts(struct buf *out, const struct doc *doc)
{
	html_lit(out, "<w:rFonts w:ascii=\"");
	html_attr(out, doc->font);
	html_lit(out, "\" w:hAnsi=\"");
	html_attr(out, doc->font);
	html_lit(out, "\" w:eastAsia=\"");
	html_attr(out, doc->font);
	html_lit(out, "\" w:cs=\"");
	html_attr(out, doc->font);
	html_lit(out, "\"/>");
}

static void
one_style(struct buf *out, enum doc_role role, const struct doc_para *like)
{
	unsigned flags = like->runs > 0 ? like->run[0].flags : 0;

	buf_printf(out, "<w:style w:type=\"paragraph\" w:styleId=\"%s\"%s><w:name w:val=\"%s\"/>"
	    "<w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr>", styles[role].id,
	    role == DOC_BODY || role == DOC_TITLE || role == DOC_SUBJECT || styles[role].outline > 0 ||
	    role == DOC_ITEM ? "" : " w:customStyle=\"1\"", styles[role].name);
	if (styles[role].outline > 0)
		html_lit(out, "<w:keepNext/>");
	docx_spacing(out, like->before, like->after, like->line);
	docx_indent(out, like->left, like->first);
	buf_printf(out, "<w:jc w:val=\"%s\"/>", docx_align(like->align));
	if (styles[role].outline > 0)
		buf_printf(out, "<w:outlineLvl w:val=\"%d\"/>", styles[role].outline - 1);
	html_lit(out, "</w:pPr><w:rPr>");
	if (flags & DOC_BOLD)
		html_lit(out, "<w:b/>");
	if (flags & DOC_ITALIC)
		html_lit(out, "<w:i/>");
	buf_printf(out, "<w:sz w:val=\"%ld\"/><w:szCs w:val=\"%ld\"/></w:rPr></w:style>",
	    lround(like->size * 2), lround(like->size * 2));
}

void
docx_styles(struct buf *out, const struct doc *doc, const struct doc_para *const exemplar[DOC_ROLES])
{
	long size = lround(doc->body_size * 2);

	html_lit(out, XML_HEAD "<w:styles " NS_W "><w:docDefaults><w:rPrDefault><w:rPr>");
	fonts(out, doc);
	buf_printf(out, "<w:sz w:val=\"%ld\"/><w:szCs w:val=\"%ld\"/><w:lang w:val=\"vi-VN\" "
	    "w:eastAsia=\"vi-VN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
	    "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr>"
	    "</w:pPrDefault></w:docDefaults>", size, size);
	html_lit(out, "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
	    "<w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
	    "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\">"
	    "<w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>"
	    "<w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"20\" w:type=\"dxa\"/>"
	    "<w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"20\" w:type=\"dxa\"/>"
	    "</w:tblCellMar></w:tblPr></w:style>"
	    "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/>"
	    "<w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>");
	for (size_t i = 0; i < 6; i++) {
		static const char *const sides[] = { "top", "left", "bottom", "right", "insideH",
			"insideV" };

		buf_printf(out, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>",
		    sides[i]);
	}
	html_lit(out, "</w:tblBorders><w:tblCellMar><w:top w:w=\"40\" w:type=\"dxa\"/>"
	    "<w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"40\" w:type=\"dxa\"/>"
	    "<w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
	    "<w:style w:type=\"paragraph\" w:styleId=\"Header\"><w:name w:val=\"header\"/>"
	    "<w:basedOn w:val=\"Normal\"/></w:style>");
	for (enum doc_role r = 0; r < DOC_ROLES; r++)
		if (exemplar[r] != NULL)
			one_style(out, r, exemplar[r]);
	html_lit(out, "</w:styles>");
}

static void
level(struct buf *out, int n, const char *format, const char *text)
{
	buf_printf(out, "<w:lvl w:ilvl=\"%d\"><w:start w:val=\"1\"/><w:numFmt w:val=\"%s\"/>"
	    "<w:suff w:val=\"space\"/><w:lvlText w:val=\"%s\"/><w:lvlJc w:val=\"left\"/></w:lvl>",
	    n, format, text);
}

void
docx_numbering(struct buf *out, const struct doc *doc, size_t restarts)
{
	html_lit(out, XML_HEAD "<w:numbering " NS_W "><w:abstractNum w:abstractNumId=\"0\">"
	    "<w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>"
	    "<w:numFmt w:val=\"bullet\"/><w:suff w:val=\"space\"/><w:lvlText w:val=\"-\"/>"
	    "<w:lvlJc w:val=\"left\"/><w:rPr>");
	fonts(out, doc);
	html_lit(out, "</w:rPr></w:lvl></w:abstractNum>");
	/* One abstract numbering for each time headings are counted anew. */
	for (size_t i = 0; i <= restarts; i++) {
		buf_printf(out, "<w:abstractNum w:abstractNumId=\"%zu\"><w:multiLevelType "
		    "w:val=\"multilevel\"/>", i + 1);
		level(out, 0, "upperRoman", "%1.");
		level(out, 1, "decimal", "%2.");
		html_lit(out, "</w:abstractNum>");
	}
	for (size_t i = 0; i <= restarts + 1; i++)
		buf_printf(out, "<w:num w:numId=\"%zu\"><w:abstractNumId w:val=\"%zu\"/></w:num>",
		    i + 1, i);
	html_lit(out, "</w:numbering>");
}

void
docx_header(struct buf *out, const struct doc *doc)
{
	long size = lround(doc->page_size * 2);

	buf_printf(out, XML_HEAD "<w:hdr " NS_W "><w:p><w:pPr><w:pStyle w:val=\"Header\"/>"
	    "<w:jc w:val=\"center\"/></w:pPr>");
	for (int i = 0; i < 4; i++) {
		static const char *const parts[] = { "<w:fldChar w:fldCharType=\"begin\"/>",
			"<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>",
			"<w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>2</w:t>",
			"<w:fldChar w:fldCharType=\"end\"/>" };

		buf_printf(out, "<w:r><w:rPr><w:sz w:val=\"%ld\"/></w:rPr>%s</w:r>", size, parts[i]);
	}
	html_lit(out, "</w:p></w:hdr>");
}

void
docx_core(struct buf *out, const struct doc *doc)
{
	char created[CLOCK_TEXT_SIZE];

	/* W3CDTF without a fraction: some readers take no other. */
	clock_iso(doc->created_ms, created);
	created[19] = '\0';
	html_lit(out, XML_HEAD "<cp:coreProperties xmlns:cp=\"" NS_PKG "metadata/core-properties\" "
	    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
	    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
	html_text(out, doc->title);
	html_lit(out, "</dc:title><dc:creator>");
	html_text(out, doc->author);
	html_lit(out, "</dc:creator><dc:language>vi-VN</dc:language>");
	buf_printf(out, "<dcterms:created xsi:type=\"dcterms:W3CDTF\">%sZ</dcterms:created>"
	    "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">%sZ</dcterms:modified>"
	    "</cp:coreProperties>", created, created);
}

void
docx_package(struct zip_out *zip)
{
	static const char types[] = XML_HEAD "<Types xmlns=\"" NS_PKG "content-types\">"
	    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	    "<Override PartName=\"/word/document.xml\" ContentType=\"" TYPE_W "document.main+xml\"/>"
	    "<Override PartName=\"/word/styles.xml\" ContentType=\"" TYPE_W "styles+xml\"/>"
	    "<Override PartName=\"/word/numbering.xml\" ContentType=\"" TYPE_W "numbering+xml\"/>"
	    "<Override PartName=\"/word/settings.xml\" ContentType=\"" TYPE_W "settings+xml\"/>"
	    "<Override PartName=\"/word/header1.xml\" ContentType=\"" TYPE_W "header+xml\"/>"
	    "<Override PartName=\"/docProps/core.xml\" "
	    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";
	static const char rels[] = XML_HEAD "<Relationships xmlns=\"" NS_PKG "relationships\">"
	    "<Relationship Id=\"rId1\" Type=\"" NS_DOC "officeDocument\" Target=\"word/document.xml\"/>"
	    "<Relationship Id=\"rId2\" Type=\"" NS_PKG "relationships/metadata/core-properties\" "
	    "Target=\"docProps/core.xml\"/></Relationships>";
	static const char part_rels[] = XML_HEAD "<Relationships xmlns=\"" NS_PKG "relationships\">"
	    "<Relationship Id=\"rId1\" Type=\"" NS_DOC "styles\" Target=\"styles.xml\"/>"
	    "<Relationship Id=\"rId2\" Type=\"" NS_DOC "numbering\" Target=\"numbering.xml\"/>"
	    "<Relationship Id=\"rId3\" Type=\"" NS_DOC "settings\" Target=\"settings.xml\"/>"
	    "<Relationship Id=\"rId4\" Type=\"" NS_DOC "header\" Target=\"header1.xml\"/>"
	    "</Relationships>";
	static const char settings[] = XML_HEAD "<w:settings " NS_W "><w:zoom w:percent=\"100\"/>"
	    "<w:defaultTabStop w:val=\"567\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>"
	    "<w:compat><w:compatSetting w:name=\"compatibilityMode\" "
	    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
	    "<w:themeFontLang w:val=\"vi-VN\"/></w:settings>";

	zip_out_add(zip, "[Content_Types].xml", types, sizeof(types) - 1);
	zip_out_add(zip, "_rels/.rels", rels, sizeof(rels) - 1);
	zip_out_add(zip, "word/_rels/document.xml.rels", part_rels, sizeof(part_rels) - 1);
	zip_out_add(zip, "word/settings.xml", settings, sizeof(settings) - 1);
}
