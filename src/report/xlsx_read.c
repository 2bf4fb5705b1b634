/* SPDX-License-Identifier: Apache-2.0 */
/* xlsx_read.c: the texts of a spreadsheet's first sheet, as Excel, LibreOffice or Khiên wrote it. */
#include <ctype.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "report/unzip.h"
#include "report/xlsx.h"

#define PART_MAX    ((size_t)8 << 20) /* of one part, unpacked */
#define STRINGS_MAX 20000
#define CELL_MAX    32000

/* ---- just enough XML: tags and what stands between them ------------------------------------- */

struct xml {
	const char *p, *end;
	const char *name, *attrs; /* of the tag read last, behind any prefix */
	size_t name_len, attrs_len;
	bool closes, empty;       /* </name>, <name/> */
	const char *text;         /* between the tag before and this one */
	size_t text_len;
};

static const char *
find(const char *p, const char *end, const char *what)
{
	return memmem(p, (size_t)(end - p), what, strlen(what));
}

/* The next tag; false at the end or at what no sheet needs (a document type). */
static bool
xml_next(struct xml *x)
{
	const char *lt, *gt, *s;

	for (;;) {
		lt = memchr(x->p, '<', (size_t)(x->end - x->p));
		if (lt == NULL)
			return false;
		x->text = x->p;
		x->text_len = (size_t)(lt - x->p);
		if (x->end - lt > 4 && memcmp(lt, "<!--", 4) == 0) {
			if ((gt = find(lt + 4, x->end, "-->")) == NULL)
				return false;
			x->p = gt + 3;
			continue;
		}
		if (x->end - lt > 1 && lt[1] == '!')
			return false;
		if ((gt = memchr(lt, '>', (size_t)(x->end - lt))) == NULL)
			return false;
		x->p = gt + 1;
		if (lt[1] != '?')
			break;
	}
	x->closes = lt[1] == '/';
	x->empty = gt[-1] == '/';
	x->name = lt + 1 + x->closes;
	for (s = x->name; s < gt && !isspace((unsigned char)*s) && *s != '/'; s++)
		if (*s == ':')
			x->name = s + 1;
	x->name_len = (size_t)(s - x->name);
	x->attrs = s;
	x->attrs_len = (size_t)(gt - s);
	return true;
}

static bool
is(const struct xml *x, const char *name)
{
	return x->name_len == strlen(name) && memcmp(x->name, name, x->name_len) == 0;
}

/* An attribute's bytes into ${out}; "" when there is none. */
static void
attr(const struct xml *x, const char *name, char *out, size_t size)
{
	const char *end = x->attrs + x->attrs_len, *p = x->attrs, *close;
	size_t len = strlen(name);

	*out = '\0';
	for (; (p = find(p, end, name)) != NULL; p += len) {
		if (p == x->attrs || !isspace((unsigned char)p[-1]) || end - p < (ptrdiff_t)len + 2 ||
		    p[len] != '=' || (p[len + 1] != '"' && p[len + 1] != '\''))
			continue;
		close = memchr(p + len + 2, p[len + 1], (size_t)(end - p) - len - 2);
		if (close == NULL || (size_t)(close - p) - len - 2 >= size)
			return;
		memcpy(out, p + len + 2, (size_t)(close - p) - len - 2);
		out[(size_t)(close - p) - len - 2] = '\0';
		return;
	}
}

static size_t
put_entity(struct buf *out, const char *p, const char *end)
{
	static const struct {
		const char *name;
		char c;
	} known[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' } };
	const char *semi = memchr(p, ';', (size_t)(end - p) < 12 ? (size_t)(end - p) : 12);
	char utf8[8];
	unsigned long cp;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if ((size_t)(end - p) >= strlen(known[i].name) &&
		    memcmp(p, known[i].name, strlen(known[i].name)) == 0) {
			buf_addc(out, known[i].c);
			return strlen(known[i].name);
		}
	if (semi == NULL || p[1] != '#')
		return 1;
	cp = p[2] == 'x' ? strtoul(p + 3, NULL, 16) : strtoul(p + 2, NULL, 10);
	if ((cp >= ' ' || cp == '\n' || cp == '\t') && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff))
		buf_add(out, utf8, utf8_encode((uint32_t)cp, utf8));
	return (size_t)(semi - p) + 1;
}

static void
put_text(struct buf *out, const char *p, size_t len)
{
	const char *end = p + len;

	while (p < end) {
		uint32_t cp;
		size_t n;

		if (*p == '&') {
			p += put_entity(out, p, end);
			continue;
		}
		n = utf8_decode(p, (size_t)(end - p), &cp);
		if (n > 0 && (cp >= ' ' || cp == '\n' || cp == '\t'))
			buf_add(out, p, n);
		p += n == 0 ? 1 : n;
	}
}

/* ---- strings that several cells share ------------------------------------------------------- */

static struct json *
read_strings(const char *data, size_t len)
{
	struct json *list = json_new_array();
	struct buf text = BUF_INIT(CELL_MAX);
	struct xml x = { .p = data, .end = data + len };
	bool in_text = false, phonetic = false;

	while (json_len(list) < STRINGS_MAX && xml_next(&x)) {
		if (in_text && !phonetic)
			put_text(&text, x.text, x.text_len);
		in_text = is(&x, "t") && !x.closes && !x.empty;
		if (is(&x, "rPh"))
			phonetic = !x.closes;
		if (!is(&x, "si"))
			continue;
		if (x.closes || x.empty)
			json_append(list, json_new_string(buf_str(&text)));
		buf_reset(&text);
	}
	buf_clear(&text);
	return list;
}

/* ---- cells ---------------------------------------------------------------------------------- */

/* "C7" is row 7, column 2; false when it is neither or beyond what is read. */
static bool
place_of(const char *ref, size_t *row, size_t *column)
{
	size_t c = 0, r;

	while (*ref >= 'A' && *ref <= 'Z' && c < XLSX_COLUMNS_MAX + 1)
		c = c * 26 + (size_t)(*ref++ - 'A') + 1;
	r = strtoul(ref, NULL, 10);
	if (c == 0 || c > XLSX_COLUMNS_MAX || r == 0 || r > XLSX_ROWS_MAX)
		return false;
	*row = r - 1;
	*column = c - 1;
	return true;
}

struct cells {
	char *text[XLSX_ROWS_MAX][XLSX_COLUMNS_MAX];
	size_t rows;
};

static void
put_cell(struct cells *cells, const char *ref, const char *type, const struct buf *value,
    const struct json *strings)
{
	const char *text = buf_str(value);
	size_t row, column;

	if (!place_of(ref, &row, &column))
		return;
	if (strcmp(type, "s") == 0)
		text = json_str(json_at(strings, strtoul(text, NULL, 10)));
	if (text == NULL || *text == '\0')
		return;
	free(cells->text[row][column]);
	cells->text[row][column] = xstrdup(text);
	cells->rows = row + 1 > cells->rows ? row + 1 : cells->rows;
}

static void
read_cells(const char *data, size_t len, const struct json *strings, struct cells *cells)
{
	struct xml x = { .p = data, .end = data + len };
	struct buf value = BUF_INIT(CELL_MAX);
	char ref[16] = "", type[16] = "";
	bool in_cell = false, in_value = false;

	while (xml_next(&x)) {
		if (in_value)
			put_text(&value, x.text, x.text_len);
		in_value = in_cell && !x.closes && !x.empty && (is(&x, "v") || is(&x, "t"));
		if (!is(&x, "c"))
			continue;
		if (x.closes && in_cell)
			put_cell(cells, ref, type, &value, strings);
		in_cell = !x.closes && !x.empty;
		buf_reset(&value);
		if (in_cell) {
			attr(&x, "r", ref, sizeof(ref));
			attr(&x, "t", type, sizeof(type));
		}
	}
	buf_clear(&value);
}

static struct json *
cells_json(struct cells *cells)
{
	struct json *out = json_new_object(), *rows = json_new_array(), *row;

	for (size_t r = 0; r < cells->rows; r++) {
		size_t used = XLSX_COLUMNS_MAX;

		while (used > 0 && cells->text[r][used - 1] == NULL)
			used--;
		row = json_new_array();
		for (size_t c = 0; c < used; c++)
			json_append(row, json_new_string(cells->text[r][c] == NULL ? "" :
			    cells->text[r][c]));
		json_append(rows, row);
	}
	json_set(out, "rows", rows);
	return out;
}

int
read_xlsx(const char *data, size_t len, struct json **ret, struct err *err)
{
	struct buf sheet = BUF_INIT(PART_MAX), shared = BUF_INIT(PART_MAX);
	struct cells *cells = xcalloc(1, sizeof(*cells));
	struct json *strings;
	bool ok = unzip_member(data, len, "xl/worksheets/sheet1.xml", &sheet);

	if (ok) {
		unzip_member(data, len, "xl/sharedStrings.xml", &shared);
		strings = read_strings(buf_str(&shared), shared.len);
		read_cells(buf_str(&sheet), sheet.len, strings, cells);
		*ret = cells_json(cells);
		json_free(strings);
	}
	for (size_t r = 0; r < XLSX_ROWS_MAX; r++)
		for (size_t c = 0; c < XLSX_COLUMNS_MAX; c++)
			free(cells->text[r][c]);
	free(cells);
	buf_clear(&sheet);
	buf_clear(&shared);
	return ok ? 0 : err_set(err, ERR_INVALID, "err.sheet", NULL);
}
