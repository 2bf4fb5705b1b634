/* SPDX-License-Identifier: Apache-2.0 */
#include "report/doc.h"

#include "base/utf8.h"
#include "report/type.h"

/* Makes room for one more; what the arena held before stays until its end. */
static void *
grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return items;
	*room = *room == 0 ? 4 : *room * 2;
	more = arena_alloc(arena, *room * size);
	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

struct doc_section *
doc_section(struct doc *doc, bool landscape, bool restart)
{
	struct doc_section *s;

	doc->section = grow(doc->arena, doc->section, doc->sections, &doc->section_room,
	    sizeof(*doc->section));
	s = &doc->section[doc->sections++];
	*s = (struct doc_section){ .landscape = landscape, .restart = restart };
	return s;
}

double
doc_width(const struct doc *doc, const struct doc_section *section)
{
	return (section->landscape ? 297 : 210) - doc->left - doc->right;
}

static struct doc_block *
block(struct doc *doc, struct doc_blocks *to, enum doc_kind kind)
{
	to->block = grow(doc->arena, to->block, to->count, &to->room, sizeof(*to->block));
	to->block[to->count].kind = kind;
	return &to->block[to->count++];
}

struct doc_para *
doc_para(struct doc *doc, struct doc_blocks *to, enum doc_role role, enum doc_align align,
    double size)
{
	struct doc_para *p = arena_alloc(doc->arena, sizeof(*p));

	*p = (struct doc_para){ .role = role, .align = align, .size = size, .line = 1 };
	block(doc, to, DOC_PARA)->para = p;
	return p;
}

void
doc_run(struct doc *doc, struct doc_para *para, const char *text, unsigned flags)
{
	if (*text == '\0')
		return;
	para->run = grow(doc->arena, para->run, para->runs, &para->room, sizeof(*para->run));
	para->run[para->runs++] = (struct doc_run){ text, flags, 0 };
	doc->text_bytes += strlen(text);
}

struct doc_table *
doc_table(struct doc *doc, struct doc_blocks *to, size_t columns, const double *width, bool border)
{
	struct doc_table *t = arena_alloc(doc->arena, sizeof(*t));

	t->columns = columns;
	t->width = arena_alloc(doc->arena, columns * sizeof(*t->width));
	memcpy(t->width, width, columns * sizeof(*t->width));
	t->border = border;
	block(doc, to, DOC_TABLE)->table = t;
	return t;
}

struct doc_row *
doc_row(struct doc *doc, struct doc_table *table)
{
	struct doc_row *r;

	table->row = grow(doc->arena, table->row, table->rows, &table->room, sizeof(*table->row));
	r = &table->row[table->rows++];
	*r = (struct doc_row){ .cell = arena_alloc(doc->arena,
	    table->columns * sizeof(struct doc_cell)) };
	return r;
}

struct doc_rule *
doc_rule(struct doc *doc, struct doc_blocks *to)
{
	struct doc_rule *r = arena_alloc(doc->arena, sizeof(*r));

	r->align = DOC_CENTER;
	r->part = 1;
	block(doc, to, DOC_RULE)->rule = r;
	return r;
}

void
doc_box(struct doc *doc, struct doc_blocks *to, const struct doc_box *box)
{
	struct doc_box *b = arena_alloc(doc->arena, sizeof(*b));

	*b = *box;
	block(doc, to, DOC_BOX)->box = b;
}

void
doc_break(struct doc *doc, struct doc_blocks *to)
{
	block(doc, to, DOC_BREAK);
}

void
doc_gap(struct doc *doc, const char *id, const char *label)
{
	for (size_t i = 0; i < doc->gaps; i++)
		if (str_eq(doc->gap[i].id, id))
			return;
	doc->gap = grow(doc->arena, doc->gap, doc->gaps, &doc->gap_room, sizeof(*doc->gap));
	doc->gap[doc->gaps++] = (struct doc_gap){ arena_strdup(doc->arena, id),
		arena_strdup(doc->arena, label) };
}

const char *
doc_para_text(struct doc *doc, const struct doc_para *para)
{
	size_t len = 0;
	char *text;

	for (size_t i = 0; i < para->runs; i++)
		len += strlen(para->run[i].text);
	text = arena_alloc(doc->arena, len + 1);
	len = 0;
	for (size_t i = 0; i < para->runs; i++) {
		memcpy(text + len, para->run[i].text, strlen(para->run[i].text));
		len += strlen(para->run[i].text);
	}
	return text;
}

/* What is left out: XML 1.0 cannot carry it, or it would show one thing and say another. */
static bool
is_unwanted(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xf8ff) ||
	    (c >= 0xfdd0 && c <= 0xfdef) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
	    (c >= 0xfff0 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || c >= 0x1f000;
}

static uint32_t
plain_space(uint32_t c)
{
	if (c == '\t' || (c >= 0x2000 && c <= 0x200a) || c == 0x3000)
		return ' ';
	if (c == 0x2028 || c == 0x2029 || c == 0x85 || c == '\f' || c == '\v')
		return '\n';
	return c;
}

/* "Điều 9": the two are never parted. */
static void
bind_article(char *text, struct buf *out)
{
	static const char word[] = "Điều ";
	const char *p = text, *at;

	while ((at = strstr(p, word)) != NULL) {
		const char *number = at + sizeof(word) - 1;

		buf_add(out, p, (size_t)(number - 1 - p));
		buf_adds(out, *number >= '0' && *number <= '9' ? "\u00a0" : " ");
		p = number;
	}
	buf_adds(out, p);
}

const char *
doc_clean(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, len + 1);
	size_t n = 0, step;
	bool ascii = true;

	for (size_t i = 0; i < len; i += step) {
		uint32_t c = 0;

		step = utf8_decode(text + i, len - i, &c);
		if (step == 0) {
			step = 1;
			continue;
		}
		if (c == '\r')
			c = i + 1 < len && text[i + 1] == '\n' ? 0 : '\n';
		c = plain_space(c);
		if (c != '\n' && is_unwanted(c))
			continue;
		ascii = ascii && c < 0x80;
		n += utf8_encode(c, out + n); /* never longer than what was read */
	}
	out[n] = '\0';
	if (ascii)
		return out;
	{
		cleanup(free_charp) char *composed = type_nfc(out);
		cleanup(buf_clear) struct buf bound = BUF_INIT(strlen(composed) * 2 + 16);

		bind_article(composed, &bound);
		return arena_strdup(arena, buf_str(&bound));
	}
}
