/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of JSON logs against the JSON parser that reads everything else: texts made at
 * random, and the same with a byte changed.  Both take the same texts, and find the same in them.
 */
#include "testing.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "os/file.h"
#include "text/json.h"

static uint64_t seed = 20251122;

static unsigned
random_below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* ---- texts at random --------------------------------------------------------------------- */

static void
add_string(struct buf *out)
{
	static const char *const parts[] = { "a", "Zz", " ", "\\n", "\\\\", "\\\"", "\\u0041", "\\u00e9", "\\u1ebf",
		"\\ud83d\\ude00", "\\/", "\\b\\f\\r\\t", "\xe1\xba\xbf", "\xf0\x9f\x98\x80",
		"0123456789abcdef0123456789", "/", "{[]}:,", "\\uD834\\uDD1E" };

	buf_addc(out, '"');
	for (unsigned n = random_below(6); n > 0; n--)
		buf_adds(out, parts[random_below(ARRAY_LEN(parts))]);
	buf_addc(out, '"');
}

static void
add_blank(struct buf *out)
{
	if (random_below(8) == 0)
		buf_adds(out, random_below(2) == 0 ? " " : "\t");
}

static void add_object(struct buf *out, unsigned depth);

static void
add_any(struct buf *out, unsigned depth)
{
	static const char *const numbers[] = { "0", "-1", "12345", "1.5", "-0.25", "1e3", "2E-2",
		"999999999999999999", "1234567890123456789", "-0", "1.0" };
	static const char *const words[] = { "true", "false", "null" };

	add_blank(out);
	switch (random_below(depth > 4 ? 4 : 6)) {
	case 0:
	case 1:
		add_string(out);
		break;
	case 2:
		buf_adds(out, numbers[random_below(ARRAY_LEN(numbers))]);
		break;
	case 3:
		buf_adds(out, words[random_below(3)]);
		break;
	case 4:
		add_object(out, depth + 1);
		break;
	default:
		buf_addc(out, '[');
		for (unsigned n = random_below(4), i = 0; i < n; i++) {
			buf_adds(out, i > 0 ? "," : "");
			add_any(out, depth + 1);
		}
		buf_addc(out, ']');
		break;
	}
	add_blank(out);
}

static void
add_object(struct buf *out, unsigned depth)
{
	buf_addc(out, '{');
	for (unsigned n = random_below(5), i = 0; i < n; i++) {
		buf_printf(out, "%s\"k%u%c\":", i > 0 ? "," : "", i, 'a' + random_below(5));
		add_any(out, depth);
	}
	buf_addc(out, '}');
}

/* ---- what the other parser finds -------------------------------------------------------- */

static void
flatten(const struct json *value, const char *path, struct buf *out)
{
	const char *key, *text;
	struct json *member;
	struct buf name = BUF_INIT(100000);
	void *it = NULL;

	switch (json_kind(value)) {
	case JSON_KIND_OBJECT:
		while (json_next(value, &it, &key, &member)) {
			buf_reset(&name);
			buf_printf(&name, "%s%s", path, *path == '\0' ? "" : ".");
			for (const char *c = key; *c != '\0'; c++)
				if (*c != ' ')
					buf_addc(&name, *c);
			flatten(member, buf_str(&name), out);
		}
		break;
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < json_len(value); i++)
			flatten(json_at(value, i), path, out);
		break;
	case JSON_KIND_NULL:
		buf_printf(out, "%s;\x01", path);
		break;
	case JSON_KIND_STRING:
		text = json_str(value);
		buf_printf(out, "%s=%s;\x01", path, text);
		break;
	default:
		buf_printf(out, "%s=", path);
		json_write(value, out);
		buf_adds(out, ";\x01");
		break;
	}
	buf_clear(&name);
}

/* ---- what the reader finds --------------------------------------------------------------- */

struct found {
	struct buf text, scratch;
	unsigned events, skipped;
};

static void
add_event(void *arg, const struct event *event)
{
	struct found *f = arg;

	f->events++;
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		struct text text;

		buf_reset(&f->scratch);
		text = event_text(v, &f->scratch);
		buf_add(&f->text, v->name, v->name_len);
		buf_adds(&f->text, v->type == VALUE_NULL ? "" : "=");
		buf_add(&f->text, text.at, text.len);
		buf_adds(&f->text, ";\x01");
	}
}

static void
add_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct found *f = arg;

	(void)offset;
	(void)len;
	(void)key;
	f->skipped++;
}

static void
find(struct ingest_thread *thread, const char *text, size_t len, struct found *ret)
{
	struct ingest_options as_json = { .format = INGEST_JSON };
	struct ingest_sink sink = { ret, add_event, add_skipped };
	struct ingest_piece piece = { 0 };
	struct ingest *in;
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_int_equal(fd_write_all(fd, text, len), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(ingest_open_fd(fd, "log", &as_json, &in, NULL), 0);
	while (ingest_next(in, &piece))
		ingest_parse(in, &piece, thread, &sink);
	ingest_close(in);
	ingest_piece_clear(&piece);
}

/* ---- the comparison ----------------------------------------------------------------------- */

/* The same but for numbers, which one keeps as they are written: those must be worth the same. */
static bool
same(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		const char *x = strchrnul(a, '\x01'), *y = strchrnul(b, '\x01');
		const char *v = memchr(a, '=', (size_t)(x - a)), *w = memchr(b, '=', (size_t)(y - b));

		if (x - a == y - b && memcmp(a, b, (size_t)(x - a)) == 0) {
			/* equal */
		} else if (v == NULL || w == NULL || v - a != w - b || memcmp(a, b, (size_t)(v - a)) != 0) {
			return false;
		} else {
			double p = strtod(v + 1, NULL), q = strtod(w + 1, NULL);

			if (isnan(p) || p < q || p > q)
				return false;
		}
		a = *x == '\0' ? x : x + 1;
		b = *y == '\0' ? y : y + 1;
	}
	return true;
}

/* What one refuses on purpose and the other takes: it is no matter of grammar. */
static bool
is_taste(const struct err *err)
{
	static const char *const reasons[] = { "duplicate", "UTF-8", "too big", "too large", "\\u0000", "overflow",
		"end of file expected", "Unicode", "unable to decode byte" };

	for (size_t i = 0; i < err->args; i++)
		for (size_t k = 0; k < ARRAY_LEN(reasons); k++)
			if (strstr(err->arg[i].value, reasons[k]) != NULL)
				return true;
	return strcmp(err->key, "err.json") != 0;
}

static void
compare(struct ingest_thread *thread, const char *text, size_t len, unsigned *ret_taken)
{
	struct found found = { BUF_INIT(1 << 20), BUF_INIT(1 << 20), 0, 0 };
	struct buf other = BUF_INIT(1 << 20);
	struct json *value = NULL;
	struct err err = { 0 };
	bool fits;

	find(thread, text, len, &found);
	if (json_parse(text, len, &value, &err) == 0 && json_kind(value) == JSON_KIND_OBJECT) {
		flatten(value, "", &other);
		fits = found.skipped == 0 && same(buf_str(&other), buf_str(&found.text));
		(*ret_taken)++;
	} else {
		fits = found.skipped > 0 || value != NULL || is_taste(&err);
	}
	if (!fits)
		fail_msg("%.*s\nread: %s (%u skipped)\nother: %s (%s)", (int)len, text, buf_str(&found.text),
		    found.skipped, buf_str(&other), err.args > 0 ? err.arg[0].value : "");
	json_free(value);
	err_clear(&err);
	buf_clear(&other);
	buf_clear(&found.text);
	buf_clear(&found.scratch);
}

static void
both_parsers_find_the_same(void **state)
{
	static const char bytes[] = "\"\\{}[]:,0123456789eE+-.tfn u\x01\x1f\x7f";
	struct ingest_thread *thread = ingest_thread_new(NULL);
	struct buf text = BUF_INIT(1 << 20);
	unsigned whole = 0, changed = 0;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		buf_reset(&text);
		add_object(&text, 0);
		compare(thread, buf_str(&text), text.len, &whole);
		if (text.len < 4)
			continue;
		for (int k = 0; k < 6; k++) {
			size_t at = 1 + random_below((unsigned)text.len - 2);
			char kept = text.data[at];

			text.data[at] = bytes[random_below(sizeof(bytes) - 1)];
			compare(thread, buf_str(&text), text.len, &changed);
			text.data[at] = kept;
		}
	}
	assert_int_equal(whole, 1500);
	assert_true(changed > 500 && changed < 8500);
	buf_clear(&text);
	ingest_thread_free(thread);
}

TEST_MAIN(cmocka_unit_test(both_parsers_find_the_same))
