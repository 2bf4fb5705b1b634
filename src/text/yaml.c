/* SPDX-License-Identifier: Apache-2.0 */
#include "text/yaml.h"

#include <errno.h>
#include <yaml.h>

#include "base/map.h"
#include "base/utf8.h"

/* A map or list that is still open. */
struct frame {
	struct yaml_node *node;
	struct yaml_node **part; /* items; in a map key, value, key, value */
	size_t parts, room;
	struct map seen; /* keys of a map, to their nodes */
};

struct reader {
	struct arena *arena;
	const char *name;
	struct err *err;
	struct frame frame[YAML_DEPTH_MAX];
	size_t depth, nodes;
	struct yaml_node **doc;
	size_t docs, room;
	bool end;
};

static int
refuse(struct reader *r, const yaml_mark_t *mark, enum err_kind kind, const char *key,
    const char *name, const char *value)
{
	bool first = r->err != NULL && r->err->kind == ERR_NONE;
	int ret = err_fail(r->err, kind, key, NULL, name, value, NULL, NULL);

	if (first)
		err_where(r->err, r->name, (int)mark->line + 1, (int)mark->column + 1);
	return ret;
}

static struct yaml_node *
node_new(struct reader *r, enum yaml_kind kind, const yaml_mark_t *mark)
{
	struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));

	node->kind = kind;
	node->line = (int)mark->line + 1;
	node->column = (int)mark->column + 1;
	return node;
}

static void
push(struct yaml_node ***list, size_t *count, size_t *room, struct yaml_node *node)
{
	if (*count == *room) {
		*room = *room == 0 ? 8 : *room * 2;
		*list = xrealloc(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = node;
}

/* In a map the next part is a key: it must be a scalar and new. */
static int
check_key(struct reader *r, struct frame *f, struct yaml_node *node, const yaml_mark_t *mark)
{
	const struct yaml_node *before;
	char line[16];

	if (node->kind != YAML_SCALAR)
		return refuse(r, mark, ERR_INVALID, "yaml.key", NULL, NULL);
	before = map_put(&f->seen, node->text, node);
	if (before == NULL)
		return 0;
	snprintf(line, sizeof(line), "%d", before->line);
	refuse(r, mark, ERR_INVALID, "yaml.duplicate", "key", node->text);
	err_arg(r->err, "line", line);
	return ERR_INVALID;
}

static int
add(struct reader *r, struct yaml_node *node, const yaml_mark_t *mark)
{
	struct frame *f = r->depth > 0 ? &r->frame[r->depth - 1] : NULL;

	if (++r->nodes > YAML_NODES_MAX)
		return refuse(r, mark, ERR_TOO_LARGE, "yaml.nodes", NULL, NULL);
	if (f == NULL) {
		push(&r->doc, &r->docs, &r->room, node);
		return 0;
	}
	if (f->node->kind == YAML_MAP && f->parts % 2 == 0 &&
	    check_key(r, f, node, mark) != 0)
		return ERR_INVALID;
	push(&f->part, &f->parts, &f->room, node);
	return 0;
}

static int
scalar(struct reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node;

	/* An escape in a quoted scalar can still make NUL or a lone surrogate. */
	if (!utf8_valid(text, len))
		return refuse(r, &event->start_mark, ERR_INVALID, "yaml.utf8", NULL, NULL);
	node = node_new(r, YAML_SCALAR, &event->start_mark);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(r->arena, text, len);
	return add(r, node, &event->start_mark);
}

static int
open_frame(struct reader *r, enum yaml_kind kind, const yaml_mark_t *mark)
{
	struct yaml_node *node = node_new(r, kind, mark);

	if (add(r, node, mark) != 0)
		return ERR_INVALID;
	if (r->depth == YAML_DEPTH_MAX)
		return refuse(r, mark, ERR_TOO_LARGE, "yaml.depth", NULL, NULL);
	r->frame[r->depth++] = (struct frame){ .node = node };
	return 0;
}

static void
frame_clear(struct frame *f)
{
	free(f->part);
	map_clear(&f->seen, NULL);
}

static void
close_frame(struct reader *r)
{
	struct frame *f = &r->frame[--r->depth];
	struct yaml_node *node = f->node;
	bool map = node->kind == YAML_MAP;

	node->count = map ? f->parts / 2 : f->parts;
	node->item = arena_alloc(r->arena, (node->count + 1) * sizeof(*node->item));
	if (map)
		node->key = arena_alloc(r->arena, (node->count + 1) * sizeof(*node->key));
	for (size_t i = 0; i < node->count; i++) {
		if (map)
			node->key[i] = f->part[2 * i];
		node->item[i] = f->part[map ? 2 * i + 1 : i];
	}
	frame_clear(f);
}

static int
check_plain(struct reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	if (anchor != NULL)
		return refuse(r, &event->start_mark, ERR_INVALID, "yaml.anchor", "name",
		    (const char *)anchor);
	if (tag != NULL)
		return refuse(r, &event->start_mark, ERR_INVALID, "yaml.tag", "name",
		    (const char *)tag);
	return 0;
}

static int
take(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		r->end = true;
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(r, &event->start_mark, ERR_INVALID, "yaml.anchor", "name",
		    (const char *)event->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		if (check_plain(r, event, event->data.scalar.anchor, event->data.scalar.tag) != 0)
			return ERR_INVALID;
		return scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		if (check_plain(r, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag) != 0)
			return ERR_INVALID;
		return open_frame(r, YAML_LIST, &event->start_mark);
	case YAML_MAPPING_START_EVENT:
		if (check_plain(r, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag) != 0)
			return ERR_INVALID;
		return open_frame(r, YAML_MAP, &event->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_frame(r);
		return 0;
	default: /* stream start, document start and end carry nothing */
		return 0;
	}
}

static int
parse_events(struct reader *r, yaml_parser_t *parser)
{
	while (!r->end) {
		yaml_event_t event;
		int ret;

		if (!yaml_parser_parse(parser, &event)) {
			const yaml_mark_t *mark = &parser->problem_mark;

			/* A fault of the byte reader has no mark of its own. */
			if (parser->error == YAML_READER_ERROR)
				mark = &parser->mark;
			return refuse(r, mark, ERR_INVALID, "yaml.syntax", "problem",
			    parser->problem == NULL ? "" : parser->problem);
		}
		ret = take(r, &event);
		yaml_event_delete(&event);
		if (ret != 0)
			return ret;
	}
	return 0;
}

/* The place of the first byte that is not UTF-8. */
static yaml_mark_t
bad_byte(const char *data, size_t len)
{
	yaml_mark_t mark = { 0, 0, 0 };
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len && (n = utf8_decode(data + i, len - i, &cp)) > 0 && cp != 0;
	    i += n) {
		mark.column++;
		if (cp == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

int
yaml_parse(struct arena *arena, const char *data, size_t len, const char *name,
    struct yaml_stream *ret, struct err *err)
{
	struct reader r = { .arena = arena, .name = name, .err = err };
	yaml_mark_t start = { 0, 0, 0 };
	yaml_parser_t parser;
	int failed;

	/* The parser would count a byte order mark as the first line's first column. */
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	if (len > YAML_SIZE_MAX)
		return refuse(&r, &start, ERR_TOO_LARGE, "yaml.size", NULL, NULL);
	if (!utf8_valid(data, len)) {
		start = bad_byte(data, len);
		return refuse(&r, &start, ERR_INVALID, "yaml.utf8", NULL, NULL);
	}
	if (!yaml_parser_initialize(&parser))
		abort();
	/* Said, not guessed: a byte order mark of UTF-16 is not taken. */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)data, len);
	failed = parse_events(&r, &parser);
	yaml_parser_delete(&parser);
	while (r.depth > 0)
		frame_clear(&r.frame[--r.depth]);
	if (failed == 0) {
		ret->doc = arena_alloc(arena, (r.docs + 1) * sizeof(*ret->doc));
		for (size_t i = 0; i < r.docs; i++)
			ret->doc[i] = r.doc[i];
		ret->count = r.docs;
	}
	free(r.doc);
	return failed;
}

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
	if (map == NULL || map->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->key[i]->text, key) == 0)
			return map->item[i];
	return NULL;
}

/* Whether it is written small, with a capital, or in capitals (YAML 1.2, 10.3.2). */
static bool
is_word(const char *text, const char *word)
{
	size_t n = strlen(word), big = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] != word[i] && text[i] != word[i] - 32)
			return false;
		big += text[i] != word[i];
	}
	return text[n] == '\0' && (big == 0 || big == n || (big == 1 && *text != *word));
}

bool
yaml_is_null(const struct yaml_node *node)
{
	return node != NULL && node->kind == YAML_SCALAR && !node->quoted &&
	    (*node->text == '\0' || str_eq(node->text, "~") || is_word(node->text, "null"));
}

bool
yaml_bool(const struct yaml_node *node, bool *ret)
{
	if (node == NULL || node->kind != YAML_SCALAR || node->quoted)
		return false;
	*ret = is_word(node->text, "true");
	return *ret || is_word(node->text, "false");
}

bool
yaml_int(const struct yaml_node *node, int64_t *ret)
{
	const char *p;
	char *end;
	long long value;

	if (node == NULL || node->kind != YAML_SCALAR || node->quoted)
		return false;
	p = node->text + (*node->text == '-');
	if (*p < '0' || *p > '9' || (*p == '0' && p[1] != '\0'))
		return false;
	errno = 0;
	value = strtoll(node->text, &end, 10);
	if (*end != '\0' || errno != 0)
		return false;
	*ret = value;
	return true;
}
