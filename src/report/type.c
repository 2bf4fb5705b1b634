/* SPDX-License-Identifier: Apache-2.0 */
#include "report/type.h"

#include <cairo-pdf.h>
#include <dlfcn.h>
#include <fontconfig/fontconfig.h>
#include <fontconfig/fcfreetype.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"

#define FAMILY "Liberation Serif" /* the widths of Times New Roman */
#define ASCENT 0.891              /* of that font, in ems (OS/2 and hhea agree) */
#define SINGLE 1.149              /* ascent, descent and gap */
#define PIECE_MAX 1500            /* bytes of one Pango layout; longer text costs its square */
#define OUTLINES_MAX 2000
#define FACES_MAX    8

/* The older package has no Vietnamese letters; a folder whose fonts have none is passed over. */
static const char *const folders[] = { "/usr/share/fonts/truetype/liberation2",
	"/usr/share/fonts/truetype/liberation", "/usr/share/fonts/liberation-serif", NULL };
static const char *const faces[] = { "LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf",
	"LiberationSerif-Italic.ttf", "LiberationSerif-BoldItalic.ttf", NULL };
/* What the text font lacks: boxes, arrows, other scripts. */
static const char *const others[] = { "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", NULL };
/* Without any other configuration: no cache, no folders, no rules of the system. */
static const char config_text[] =
    "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
    "<alias binding=\"same\"><family>" FAMILY "</family><accept><family>DejaVu Sans</family>"
    "</accept></alias></fontconfig>";

/*
 * Pango looks each font up in a thread of its own, and reads the system's configuration in
 * another.  A confined worker has no threads, and the system's fonts are no business of a
 * document: here the look-ups are done at once, and the configuration is ours
 * already.  These two stand before GLib's in the program.
 */
static GThread *const no_thread = (GThread *)(uintptr_t)1;
static GThread *init_thread; /* while the font map is made; only sets a mark */

GThread *
g_thread_new(const gchar *name, GThreadFunc func, gpointer data)
{
	GThread *(*start)(const gchar *, GThreadFunc, gpointer);

	if (!str_starts(name, "[pango] Fc"))
		abort(); /* a version of Pango nobody has looked at */
	/* Pango holds the lock the thread asks for: this one has to be real. */
	if (str_eq(name, "[pango] FcInit")) {
		*(void **)&start = dlsym(RTLD_NEXT, "g_thread_new");
		init_thread = start(name, func, data);
		return init_thread;
	}
	func(data);
	return no_thread;
}

void
g_thread_unref(GThread *thread)
{
	if (thread != no_thread && thread != init_thread)
		abort();
}

struct type {
	FcConfig *config;
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *scratch;
	FT_Library library;
	FT_Face face[FACES_MAX];
	size_t faces;
	PangoFont *held[16]; /* so that nothing that was read is forgotten */
	size_t holds;
	cairo_surface_t *surface;
	cairo_t *cairo;
	struct buf *out;
	size_t outlines;
};

/* Whether the file has the letters of Vietnamese: "ế" stands for them. */
static bool
is_vietnamese(const char *path)
{
	int faces_in_file;
	FcPattern *pattern = FcFreeTypeQuery((const FcChar8 *)path, 0, NULL, &faces_in_file);
	FcCharSet *letters;
	bool is = pattern != NULL &&
	    FcPatternGetCharSet(pattern, FC_CHARSET, 0, &letters) == FcResultMatch &&
	    FcCharSetHasChar(letters, 0x1ebf);

	if (pattern != NULL)
		FcPatternDestroy(pattern);
	return is;
}

static bool
add_faces(FcConfig *config)
{
	char path[200];
	size_t found = 0;

	for (int f = 0; folders[f] != NULL && found == 0; f++) {
		for (int i = 0; faces[i] != NULL; i++) {
			snprintf(path, sizeof(path), "%s/%s", folders[f], faces[i]);
			if (access(path, R_OK) == 0 && is_vietnamese(path) &&
			    FcConfigAppFontAddFile(config, (const FcChar8 *)path))
				found++;
		}
	}
	for (int i = 0; others[i] != NULL; i++)
		if (access(others[i], R_OK) == 0)
			FcConfigAppFontAddFile(config, (const FcChar8 *)others[i]);
	return found == 4;
}

/*
 * Cairo looks for the file of a font at every new size, unless the pattern carries the open
 * face; that is the only way once nothing can be opened any more.
 */
static bool
open_faces(struct type *type)
{
	FcFontSet *set = FcConfigGetFonts(type->config, FcSetApplication);

	if (set == NULL || FT_Init_FreeType(&type->library) != 0)
		return false;
	for (int i = 0; i < set->nfont && type->faces < FACES_MAX; i++) {
		FcChar8 *file;
		FT_Face face;

		if (FcPatternGetString(set->fonts[i], FC_FILE, 0, &file) != FcResultMatch ||
		    FT_New_Face(type->library, (const char *)file, 0, &face) != 0)
			return false;
		type->face[type->faces++] = face;
		FcPatternAddFTFace(set->fonts[i], FC_FT_FACE, face);
	}
	return true;
}

static PangoFontDescription *
describe(double size, unsigned flags)
{
	PangoFontDescription *d = pango_font_description_new();

	pango_font_description_set_family_static(d, FAMILY);
	pango_font_description_set_size(d, (int)lround(size * PANGO_SCALE));
	pango_font_description_set_weight(d, flags & DOC_BOLD ? PANGO_WEIGHT_BOLD :
	    PANGO_WEIGHT_NORMAL);
	pango_font_description_set_style(d, flags & DOC_ITALIC ? PANGO_STYLE_ITALIC :
	    PANGO_STYLE_NORMAL);
	return d;
}

static PangoLayout *
new_layout(struct type *type)
{
	PangoLayout *layout = pango_layout_new(type->context);

	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	return layout;
}

/*
 * Sets letters and boxes in each face on a real surface: whatever is read from
 * the files lazily has been read then, and what is held keeps them open.
 */
static void
warm(struct type *type)
{
	static const char sample[] = "Khánh Hòa, ngày 05 tháng 6 ☐ ☑ → Ω Ж";
	struct buf sink = BUF_INIT((size_t)1 << 20);
	struct doc_run run = { sample, 0, 0 };

	for (unsigned flags = 0; flags < 4; flags++) {
		PangoFontDescription *d = describe(14, flags);
		PangoFont *font = pango_font_map_load_font(type->map, type->context, d);

		if (font != NULL && type->holds < ARRAY_LEN(type->held))
			type->held[type->holds++] = font;
		pango_font_description_free(d);
	}
	if (type_pdf_begin(type, &sink, "", "", "2000-01-01T00:00:00Z")) {
		type_page(type, 595, 842);
		for (unsigned flags = 0; flags < 4; flags++) {
			struct doc_para para = { .size = 14, .line = 1, .run = &run, .runs = 1 };
			struct type_line *line;
			size_t n;

			run.flags = flags;
			type_lines(type, &para, 500, &line, &n);
			for (size_t i = 0; i < n; i++)
				type_draw(type, &line[i], 20, 40);
			/* The faces of other scripts stay open too. */
			for (size_t i = 0; i < n && flags < 2; i++)
				for (GSList *r = ((PangoLayoutLine *)line[i].line)->runs; r != NULL;
				    r = r->next) {
					PangoFont *font = ((PangoLayoutRun *)r->data)->item->analysis.font;

					if (type->holds < ARRAY_LEN(type->held))
						type->held[type->holds++] = g_object_ref(font);
				}
			type_lines_free(line, n);
		}
		type_page_end(type);
		type_pdf_end(type);
	}
	buf_clear(&sink);
}

struct type *
type_new(void)
{
	struct type *type = xcalloc(1, sizeof(*type));
	cairo_font_options_t *options;

	type->config = FcConfigCreate();
	if (!FcConfigParseAndLoadFromMemory(type->config, (const FcChar8 *)config_text, FcFalse) ||
	    !add_faces(type->config) || !open_faces(type)) {
		type_free(type);
		return NULL;
	}
	/* So that nobody loads the system's. */
	FcConfigSetCurrent(type->config);
	type->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	if (init_thread != NULL) {
		g_thread_join(init_thread);
		init_thread = NULL;
	}
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(type->map), type->config);
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(type->map), 72);
	type->context = pango_font_map_create_context(type->map);
	pango_context_set_language(type->context, pango_language_from_string("vi"));
	pango_context_set_base_dir(type->context, PANGO_DIRECTION_LTR);
	pango_context_set_round_glyph_positions(type->context, FALSE);
	options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(type->context, options);
	cairo_font_options_destroy(options);
	type->scratch = new_layout(type);
	warm(type);
	return type;
}

void
type_free(struct type *type)
{
	for (size_t i = 0; i < type->holds; i++)
		g_object_unref(type->held[i]);
	if (type->scratch != NULL)
		g_object_unref(type->scratch);
	if (type->context != NULL)
		g_object_unref(type->context);
	if (type->map != NULL)
		g_object_unref(type->map);
	FcConfigDestroy(type->config);
	for (size_t i = 0; i < type->faces; i++)
		FT_Done_Face(type->face[i]);
	if (type->library != NULL)
		FT_Done_FreeType(type->library);
	free(type);
}

double
type_width(struct type *type, const char *text, double size, unsigned flags)
{
	PangoFontDescription *d = describe(size, flags);
	int w;

	pango_layout_set_font_description(type->scratch, d);
	pango_font_description_free(d);
	pango_layout_set_width(type->scratch, -1);
	pango_layout_set_text(type->scratch, text, -1);
	pango_layout_get_size(type->scratch, &w, NULL);
	return (double)w / PANGO_SCALE;
}

double
type_height(double size)
{
	return size * SINGLE;
}

/* ---- lines ---------------------------------------------------------------------- */

static void
attribute(PangoAttrList *list, PangoAttribute *a, size_t from, size_t to)
{
	a->start_index = (guint)from;
	a->end_index = (guint)to;
	pango_attr_list_insert(list, a);
}

/* What a stretch of text looks like, up to byte ${end}. */
struct span {
	size_t end;
	unsigned flags;
	double size;
};

/* A paragraph while its lines are made. */
struct setting {
	struct type *type;
	const struct doc_para *para;
	PangoFontDescription *font;
	struct span *span; /* the number first, then the paragraph's runs */
	size_t spans;
	char *text;
	size_t len;
	double width, indent;
	struct type_line *line;
	size_t count, room;
};

static void
attribute_span(PangoAttrList *list, const struct span *span, size_t a, size_t b)
{
	if (span->flags & DOC_BOLD)
		attribute(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD), a, b);
	if (span->flags & DOC_ITALIC)
		attribute(list, pango_attr_style_new(PANGO_STYLE_ITALIC), a, b);
	if (span->flags & DOC_GAP)
		attribute(list, pango_attr_background_new(0xffff, 0xe8e8, 0x4040), a, b);
	if (span->flags & DOC_RED)
		attribute(list, pango_attr_foreground_new(0xd000, 0, 0), a, b);
	if (span->size > 0)
		attribute(list, pango_attr_size_new((int)lround(span->size * PANGO_SCALE)), a, b);
}

static PangoAttrList *
attributes(const struct setting *s, size_t from, size_t to)
{
	PangoAttrList *list = pango_attr_list_new();
	size_t at = 0;

	attribute(list, pango_attr_insert_hyphens_new(FALSE), 0, to - from);
	for (size_t i = 0; i < s->spans; i++) {
		size_t a = at < from ? from : at, b = s->span[i].end > to ? to : s->span[i].end;

		at = s->span[i].end;
		if (a < b)
			attribute_span(list, &s->span[i], a - from, b - from);
	}
	return list;
}

/* A line break that begins no paragraph, so that nothing is indented after it. */
static void
add_text(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		buf_add(out, text, n);
		text += n;
		if (*text == '\n') {
			buf_adds(out, "\u2028");
			text++;
		}
	}
}

static void
gather(struct setting *s)
{
	const struct doc_para *p = s->para;
	struct buf all = BUF_INIT(DOC_TEXT_MAX * 4);

	s->span = xcalloc(p->runs + 1, sizeof(*s->span));
	if (p->number != NULL) {
		buf_printf(&all, "%s ", p->number);
		s->span[s->spans++] = (struct span){ all.len,
			p->runs > 0 ? p->run[0].flags & (DOC_BOLD | DOC_ITALIC) : 0, 0 };
	}
	for (size_t i = 0; i < p->runs; i++) {
		add_text(&all, p->run[i].text);
		s->span[s->spans++] = (struct span){ all.len, p->run[i].flags, p->run[i].size };
	}
	s->len = all.len;
	s->text = buf_take(&all);
}

static void
keep(struct setting *s, PangoLayoutLine *line, double x)
{
	double size = s->para->size, height = type_height(size) * s->para->line;

	if (s->count == s->room) {
		s->room = s->room == 0 ? 2 : s->room * 2;
		s->line = xrealloc(s->line, s->room * sizeof(*s->line));
	}
	/* A line asks its layout for the text when it is drawn. */
	g_object_ref(line->layout);
	s->line[s->count++] = (struct type_line){ pango_layout_line_ref(line), line->layout, x,
		height - type_height(size) + size * ASCENT, height };
}

static double
line_width(PangoLayoutLine *line)
{
	PangoRectangle logical;

	pango_layout_line_get_extents(line, NULL, &logical);
	return (double)logical.width / PANGO_SCALE;
}

static PangoLayout *
lay(const struct setting *s, size_t from, size_t to, double width, double indent)
{
	PangoLayout *layout = new_layout(s->type);
	PangoAttrList *list = attributes(s, from, to);

	pango_layout_set_font_description(layout, s->font);
	pango_layout_set_attributes(layout, list);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_indent(layout, (int)(indent * PANGO_SCALE));
	pango_layout_set_justify(layout, s->para->align == DOC_JUSTIFY);
	pango_layout_set_text(layout, s->text + from, (int)(to - from));
	pango_attr_list_unref(list);
	return layout;
}

/* Dots from the end of the last line to the right margin. */
static void
add_leader(struct setting *s)
{
	PangoLayout *layout = lay(s, 0, s->len, s->width, s->indent);
	int last = pango_layout_get_line_count(layout) - 1;
	double dot = type_width(s->type, "..........", s->para->size, 0) / 10;
	/* A negative indent hangs: it narrows the lines after the first. */
	double indent = last == 0 ? fmax(s->indent, 0) : fmax(-s->indent, 0);
	double left = s->width - line_width(pango_layout_get_line_readonly(layout, last)) - indent;
	size_t n = left < dot * 3 ? 0 : (size_t)(left / dot) - 1;

	g_object_unref(layout);
	s->text = xrealloc(s->text, s->len + n + 1);
	memset(s->text + s->len, '.', n);
	s->len += n;
	s->text[s->len] = '\0';
}

static double
start_of(const struct setting *s, PangoLayoutLine *line, double width, double indent)
{
	double left = width - indent - line_width(line);

	if (s->para->align == DOC_RIGHT)
		return indent + left;
	return s->para->align == DOC_CENTER ? indent + left / 2 : indent;
}

/*
 * One Pango layout for the bytes from ${from}; returns where the next piece
 * begins.  Of a piece that is not the last the final line is left to the next.
 */
static size_t
set_piece(struct setting *s, size_t from)
{
	size_t to = s->len - from > PIECE_MAX ? from + utf8_cut(s->text + from, PIECE_MAX) : s->len;
	double hang = s->indent < 0 ? -s->indent : 0, off = from > 0 ? hang : 0;
	PangoLayout *layout = lay(s, from, to, s->width - off, from > 0 ? 0 : s->indent);
	int count = pango_layout_get_line_count(layout), used;
	size_t next;

	used = to < s->len && count > 1 ? count - 1 : count;
	for (int i = 0; i < used; i++) {
		PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
		double indent = from > 0 || i > 0 ? hang : s->indent > 0 ? s->indent : 0;

		keep(s, line, start_of(s, line, s->width, indent));
	}
	next = used == count ? to :
	    from + (size_t)pango_layout_get_line_readonly(layout, used)->start_index;
	g_object_unref(layout);
	return next;
}

void
type_lines(struct type *type, const struct doc_para *para, double width,
    struct type_line **ret, size_t *ret_count)
{
	double left = (para->left + (para->first < 0 ? para->first : 0)) * TYPE_MM;
	struct setting s = { .type = type, .para = para, .font = describe(para->size, 0),
		.width = width - left, .indent = para->first * TYPE_MM };

	if (s.width < 12)
		s.width = 12;
	gather(&s);
	if (para->leader && s.len < PIECE_MAX)
		add_leader(&s);
	for (size_t at = 0; at < s.len || s.count == 0;)
		at = set_piece(&s, at);
	for (size_t i = 0; i < s.count; i++)
		s.line[i].x += left;
	pango_font_description_free(s.font);
	free(s.span);
	free(s.text);
	*ret = s.line;
	*ret_count = s.count;
}

void
type_line_clear(struct type_line *line)
{
	if (line->line == NULL)
		return;
	pango_layout_line_unref(line->line);
	g_object_unref(line->layout);
	line->line = NULL;
}

void
type_lines_free(struct type_line *line, size_t count)
{
	for (size_t i = 0; i < count; i++)
		type_line_clear(&line[i]);
	free(line);
}

double
rule_length(struct type *type, const struct doc_rule *rule, double width)
{
	double w = rule->width * TYPE_MM;

	if (rule->of != NULL) {
		double of = type_width(type, rule->of, rule->size, rule->flags);

		/* Text of several lines is as wide as its room. */
		of = (of > width ? width : of) * rule->part;
		w = rule->part < 1 && of > w && w > 0 ? w : of;
	}
	return w > width ? width : w;
}

/* ---- pages ---------------------------------------------------------------------- */

static cairo_status_t
put(void *ctx, const unsigned char *data, unsigned len)
{
	struct buf *out = ctx;

	buf_add(out, data, len);
	return out->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool
type_pdf_begin(struct type *type, struct buf *out, const char *title, const char *author,
    const char *created)
{
	type->out = out;
	type->outlines = 0;
	type->surface = cairo_pdf_surface_create_for_stream(put, out, 595, 842);
	cairo_pdf_surface_restrict_to_version(type->surface, CAIRO_PDF_VERSION_1_5);
	cairo_pdf_surface_set_metadata(type->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(type->surface, CAIRO_PDF_METADATA_AUTHOR, author);
	cairo_pdf_surface_set_metadata(type->surface, CAIRO_PDF_METADATA_CREATOR, "Khiên");
	cairo_pdf_surface_set_metadata(type->surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
	cairo_pdf_surface_set_metadata(type->surface, CAIRO_PDF_METADATA_MOD_DATE, created);
	return cairo_surface_status(type->surface) == CAIRO_STATUS_SUCCESS;
}

void
type_page(struct type *type, double width, double height)
{
	cairo_pdf_surface_set_size(type->surface, width, height);
	type->cairo = cairo_create(type->surface);
}

void
type_page_end(struct type *type)
{
	cairo_show_page(type->cairo);
	cairo_destroy(type->cairo);
	type->cairo = NULL;
}

void
type_draw(struct type *type, const struct type_line *line, double x, double y)
{
	cairo_move_to(type->cairo, x + line->x, y + line->ascent);
	pango_cairo_show_layout_line(type->cairo, line->line);
}

void
type_stroke(struct type *type, double x1, double y1, double x2, double y2, double thick)
{
	cairo_set_line_width(type->cairo, thick);
	cairo_move_to(type->cairo, x1, y1);
	cairo_line_to(type->cairo, x2, y2);
	cairo_stroke(type->cairo);
}

void
type_frame(struct type *type, double x, double y, double w, double h, double thick, bool red)
{
	cairo_save(type->cairo);
	if (red)
		cairo_set_source_rgb(type->cairo, 0xd0 / 255.0, 0, 0);
	cairo_set_line_width(type->cairo, thick);
	cairo_rectangle(type->cairo, x, y, w, h);
	cairo_stroke(type->cairo);
	cairo_restore(type->cairo);
}

void
type_outline(struct type *type, const char *text, int page, double y)
{
	char where[80];

	if (type->outlines++ >= OUTLINES_MAX)
		return;
	snprintf(where, sizeof(where), "page=%d pos=[0 %d]", page, (int)y);
	cairo_pdf_surface_add_outline(type->surface, CAIRO_PDF_OUTLINE_ROOT, text, where,
	    CAIRO_PDF_OUTLINE_FLAG_OPEN);
}

bool
type_pdf_end(struct type *type)
{
	bool ok;

	cairo_surface_finish(type->surface);
	ok = cairo_surface_status(type->surface) == CAIRO_STATUS_SUCCESS && !type->out->full;
	cairo_surface_destroy(type->surface);
	type->surface = NULL;
	return ok;
}

char *
type_nfc(const char *text)
{
	char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	char *copy = xstrdup(composed == NULL ? text : composed);

	g_free(composed);
	return copy;
}
