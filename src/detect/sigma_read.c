/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_read.c: documents into a set. */
#include <errno.h>
#include <strings.h>

#include "detect/sigma_part.h"

#define FILE_MAX_NAME 1000

static const char *const levels[SIGMA_LEVELS] = { "", "informational", "low", "medium", "high",
	"critical" };

const char *
sigma_level_name(enum sigma_level level)
{
	return levels[level];
}

enum sigma_level
sigma_level_find(const char *name)
{
	int i = 0;

	while (i < SIGMA_LEVELS && strcasecmp(name, levels[i]) != 0)
		i++;
	return (enum sigma_level)i;
}

struct sigma_set *
sigma_set_new(void)
{
	return xcalloc(1, sizeof(struct sigma_set));
}

void
sigma_set_free(struct sigma_set *set)
{
	if (set == NULL)
		return;
	map_clear(&set->by_id, NULL);
	map_clear(&set->by_name, NULL);
	map_clear(&set->expand, NULL);
	free(set->rule);
	free(set->filter);
	arena_clear(&set->arena);
	free(set);
}

void
sigma_expand(struct sigma_set *set, const char *name, const char *const *text, size_t count)
{
	struct sigma_list *list = arena_alloc(&set->arena, sizeof(*list));

	list->text = arena_alloc(&set->arena, (count + 1) * sizeof(*list->text));
	for (size_t i = 0; i < count; i++)
		list->text[list->count++] = arena_strdup(&set->arena, text[i]);
	map_put(&set->expand, name, list);
}

int
sigma_refuse(struct sigma_reader *r, const struct yaml_node *node, const char *key, const char *name,
    const char *value)
{
	err_fail(r->err, ERR_INVALID, key, NULL, name, value, NULL, NULL);
	err_where(r->err, r->file, node->line, node->column);
	return ERR_INVALID;
}

/* YAML 1.1 integers in other notations: 0x1f, 0o17, 017. */
static bool
odd_integer(const char *s, uint64_t *ret)
{
	bool hex = s[0] == '0' && s[1] == 'x';
	bool o = s[0] == '0' && s[1] == 'o';
	const char *digits = hex || o ? s + 2 : s + 1;
	char *end;

	if (s[0] != '0' || *digits == '\0' || *digits == '-' || *digits == '+' || *digits == ' ')
		return false;
	errno = 0;
	*ret = strtoull(digits, &end, hex ? 16 : 8);
	return *end == '\0' && errno == 0;
}

const char *
sigma_scalar(struct sigma_reader *r, const struct yaml_node *node)
{
	uint64_t n;

	if (node == NULL || node->kind != YAML_SCALAR || yaml_is_null(node))
		return NULL;
	if (!node->quoted && odd_integer(node->text, &n))
		return arena_printf(r->arena, "%llu", (unsigned long long)n);
	return arena_strdup(r->arena, node->text);
}

static const char *
string(struct sigma_reader *r, const struct yaml_node *map, const char *key)
{
	const char *s = sigma_scalar(r, yaml_get(map, key));

	return s == NULL ? "" : s;
}

static void
read_khien(struct sigma_reader *r, const struct yaml_node *doc, struct sigma_about *a)
{
	const struct yaml_node *k = yaml_get(doc, "khien");
	const struct yaml_node *title = yaml_get(k, "title"), *advice = yaml_get(k, "advice");

	a->title_vi = string(r, title, "vi");
	a->title_en = string(r, title, "en");
	a->advice_vi = string(r, advice, "vi");
	a->advice_en = string(r, advice, "en");
	a->playbook = string(r, k, "playbook");
}

static int
read_about(struct sigma_reader *r, const struct yaml_node *doc, struct sigma_about *a)
{
	const struct yaml_node *level = yaml_get(doc, "level"), *source = yaml_get(doc, "logsource");

	a->id = string(r, doc, "id");
	a->name = string(r, doc, "name");
	a->title = string(r, doc, "title");
	a->status = string(r, doc, "status");
	a->description = string(r, doc, "description");
	a->author = string(r, doc, "author");
	a->date = string(r, doc, "date");
	a->modified = string(r, doc, "modified");
	a->category = string(r, source, "category");
	a->product = string(r, source, "product");
	a->service = string(r, source, "service");
	a->file = arena_strdup(r->arena, r->file);
	a->line = doc->line;
	a->tag = sigma_strings(r, yaml_get(doc, "tags"), &a->tags);
	a->reference = sigma_strings(r, yaml_get(doc, "references"), &a->references);
	a->falsepositive = sigma_strings(r, yaml_get(doc, "falsepositives"), &a->falsepositives);
	read_khien(r, doc, a);
	if (*a->title == '\0')
		return sigma_refuse(r, doc, "sigma.missing", "name", "title");
	a->level = level == NULL || level->kind == YAML_SCALAR ? sigma_level_find(string(r, doc, "level")) : SIGMA_LEVELS;
	if (a->level == SIGMA_LEVELS) {
		a->level = SIGMA_NONE;
		return sigma_refuse(r, level, "sigma.level", "level", string(r, doc, "level"));
	}
	return 0;
}

static void
push(struct sigma_rule ***list, size_t *count, size_t *room, struct sigma_rule *rule)
{
	if (*count == *room) {
		*room = *room == 0 ? 64 : *room * 2;
		*list = xrealloc(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = rule;
}

static int
check_twice(struct sigma_reader *r, const struct yaml_node *doc, const struct sigma_about *a)
{
	const struct sigma_rule *before = *a->id == '\0' ? NULL : map_get(&r->set->by_id, a->id);

	/* Parts of one old rule have the id of what they share. */
	if (before == NULL || (r->shares_id && str_eq(before->about.file, r->file)))
		return 0;
	sigma_refuse(r, doc, "sigma.duplicate", "id", a->id);
	err_arg(r->err, "file", before->about.file);
	return ERR_INVALID;
}

struct sigma_rule sigma_several;

const char *
sigma_place(struct arena *arena, const char *name, const char *file)
{
	size_t n = strlen(name), len = strlen(file);
	char *key = arena_alloc(arena, n + len + 2);

	memcpy(key, name, n);
	key[n] = '\n';
	memcpy(key + n + 1, file, len + 1);
	return key;
}

static void
keep_name(struct map *map, const char *key, struct sigma_rule *rule)
{
	if (map_put(map, key, rule) != NULL)
		(void)map_put(map, key, &sigma_several);
}

static void
keep(struct sigma_reader *r, struct sigma_rule *rule)
{
	struct sigma_set *set = r->set;

	if (rule->kind == SIGMA_FILTER) {
		push(&set->filter, &set->filters, &set->filters_room, rule);
		return;
	}
	push(&set->rule, &set->rules, &set->room, rule);
	if (*rule->about.id != '\0')
		map_put(&set->by_id, rule->about.id, rule);
	if (*rule->about.name != '\0') {
		keep_name(&set->by_name, rule->about.name, rule);
		keep_name(&set->by_name, sigma_place(r->arena, rule->about.name, rule->about.file), rule);
	}
}

/* "| count() by x > 5": the rule goes on without a voice, a correlation speaks for it. */
static int
add_legacy(struct sigma_reader *r, const struct yaml_node *condition, const struct yaml_node *detection,
    const char *text, struct sigma_rule *rule)
{
	struct sigma_rule *count = arena_alloc(r->arena, sizeof(*count));
	const char *timeframe = sigma_scalar(r, yaml_get(detection, "timeframe"));
	int failed;

	*count = (struct sigma_rule){ .kind = SIGMA_CORRELATION, .about = rule->about };
	failed = sigma_legacy(r, condition, text, timeframe, &count->correlation);
	if (failed != 0)
		return failed;
	count->correlation->rule = arena_alloc(r->arena, sizeof(*count->correlation->rule));
	count->correlation->rule[0] = rule;
	count->correlation->rules = 1;
	push(&r->set->rule, &r->set->rules, &r->set->room, rule);
	keep(r, count);
	return 0;
}

static int
read_rule(struct sigma_reader *r, const struct yaml_node *doc, struct sigma_rule *rule)
{
	const struct yaml_node *detection = yaml_get(doc, "detection");
	const struct yaml_node *condition = yaml_get(detection, "condition");
	struct sigma_searches searches;
	const char *rest = NULL;
	int failed;

	if (detection == NULL || detection->kind != YAML_MAP)
		return sigma_refuse(r, doc, "sigma.missing", "name", "detection");
	if (condition == NULL)
		return sigma_refuse(r, detection, "sigma.condition.missing", NULL, NULL);
	if (yaml_get(doc, "logsource") == NULL || yaml_get(doc, "logsource")->kind != YAML_MAP)
		return sigma_refuse(r, doc, "sigma.missing", "name", "logsource");
	failed = sigma_searches(r, detection, NULL, &searches);
	if (failed == 0)
		failed = sigma_condition(r, condition, &searches, &rule->expr, &rest);
	if (failed != 0)
		return failed;
	if (rest != NULL)
		return add_legacy(r, condition, detection, rest, rule);
	keep(r, rule);
	return 0;
}

static int
read_filter(struct sigma_reader *r, const struct yaml_node *doc, const struct yaml_node *filter,
    struct sigma_rule *rule)
{
	const struct yaml_node *condition = yaml_get(filter, "condition");
	struct sigma_searches searches;
	const char *rest = NULL;
	int failed;

	rule->kind = SIGMA_FILTER;
	if (filter->kind != YAML_MAP || condition == NULL)
		return sigma_refuse(r, filter, "sigma.condition.missing", NULL, NULL);
	if (yaml_get(doc, "logsource") == NULL || yaml_get(doc, "logsource")->kind != YAML_MAP)
		return sigma_refuse(r, doc, "sigma.missing", "name", "logsource");
	rule->ref = sigma_strings(r, yaml_get(filter, "rules"), &rule->refs);
	if (rule->refs == 0)
		return sigma_refuse(r, filter, "sigma.correlation.rules", NULL, NULL);
	failed = sigma_searches(r, filter, "rules", &searches);
	if (failed == 0)
		failed = sigma_condition(r, condition, &searches, &rule->expr, &rest);
	if (failed == 0 && rest != NULL)
		return sigma_refuse(r, condition, "sigma.aggregation", "text", rest);
	if (failed == 0)
		keep(r, rule);
	return failed;
}

static int
read_document(struct sigma_reader *r, const struct yaml_node *doc, struct sigma_rule *rule)
{
	const struct yaml_node *correlation = yaml_get(doc, "correlation");
	const struct yaml_node *filter = yaml_get(doc, "filter");
	int failed;

	if (doc->kind != YAML_MAP)
		return sigma_refuse(r, doc, "sigma.map", NULL, NULL);
	failed = read_about(r, doc, &rule->about);
	if (failed == 0)
		failed = check_twice(r, doc, &rule->about);
	if (failed != 0)
		return failed;
	if (filter != NULL)
		return read_filter(r, doc, filter, rule);
	if (correlation == NULL)
		return read_rule(r, doc, rule);
	rule->kind = SIGMA_CORRELATION;
	failed = sigma_correlation(r, doc, correlation, &rule->correlation);
	if (failed == 0)
		keep(r, rule);
	return failed;
}

/* A document with what another one says beyond it: maps grow together, all else is ${over}'s. */
static struct yaml_node *
merge(struct arena *arena, struct yaml_node *under, struct yaml_node *over)
{
	struct yaml_node *ret;

	if (under == NULL || under->kind != YAML_MAP || over->kind != YAML_MAP)
		return over;
	ret = arena_alloc(arena, sizeof(*ret));
	*ret = *over;
	ret->key = arena_alloc(arena, (under->count + over->count + 1) * sizeof(*ret->key));
	ret->item = arena_alloc(arena, (under->count + over->count + 1) * sizeof(*ret->item));
	ret->count = 0;
	for (size_t i = 0; i < under->count; i++) {
		struct yaml_node *item = under->item[i];

		for (size_t k = 0; k < over->count; k++)
			if (str_eq(over->key[k]->text, under->key[i]->text))
				item = merge(arena, item, over->item[k]);
		ret->key[ret->count] = under->key[i];
		ret->item[ret->count++] = item;
	}
	for (size_t k = 0; k < over->count; k++) {
		if (yaml_get(under, over->key[k]->text) != NULL)
			continue;
		ret->key[ret->count] = over->key[k];
		ret->item[ret->count++] = over->item[k];
	}
	return ret;
}

/* Documents of older files that share parts: action global, repeat, reset. */
struct shared {
	struct arena *arena;
	struct yaml_node *global, *before;
};

/* The document to read, or NULL when it only lends parts to others. */
static struct yaml_node *
resolve(struct shared *s, struct yaml_node *doc)
{
	const struct yaml_node *action = yaml_get(doc, "action");

	if (yaml_is_null(doc))
		return NULL;
	if (action != NULL && action->kind == YAML_SCALAR && str_eq(action->text, "global")) {
		s->global = merge(s->arena, s->global, doc);
		return NULL;
	}
	if (action != NULL && action->kind == YAML_SCALAR && str_eq(action->text, "reset")) {
		s->global = s->before = NULL;
		if (doc->count == 1)
			return NULL;
	}
	if (action != NULL && action->kind == YAML_SCALAR && str_eq(action->text, "repeat"))
		return s->before = merge(s->arena, s->before, doc);
	return s->before = merge(s->arena, s->global, doc);
}

size_t
sigma_read(struct sigma_set *set, const char *data, size_t len, const char *file, sigma_fault_fn fn,
    void *arg)
{
	struct arena tree = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };
	struct shared shared = { &tree, NULL, NULL };
	struct err err = { 0 };
	size_t taken = 0, documents = 0;
	int failed = yaml_parse(&tree, data, len, file, &s, &err);

	if (failed != 0 && fn != NULL)
		fn(arg, NULL, &err);
	for (size_t i = 0; i < s.count; i++) {
		struct yaml_node *doc = resolve(&shared, s.doc[i]);
		struct sigma_rule *rule;
		struct sigma_reader r = { .set = set, .arena = &set->arena, .file = file, .err = &err };

		if (doc == NULL)
			continue;
		r.shares_id = yaml_get(s.doc[i], "id") == NULL;
		documents++;
		rule = arena_alloc(&set->arena, sizeof(*rule));
		err_clear(&err);
		if (read_document(&r, doc, rule) == 0)
			taken++;
		else if (fn != NULL)
			fn(arg, rule->about.title == NULL ? NULL : &rule->about, &err);
	}
	/* A file in which there is nothing is told as well; globals alone are no rule. */
	if (failed == 0 && documents == 0 && fn != NULL) {
		err_clear(&err);
		err_set(&err, ERR_INVALID, "sigma.no_document", NULL);
		err_where(&err, file, 1, 1);
		fn(arg, NULL, &err);
	}
	err_clear(&err);
	arena_clear(&tree);
	return taken;
}
