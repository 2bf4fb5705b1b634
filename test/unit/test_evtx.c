/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs: chunks built byte by byte, whole and damaged in every way that logs are
 * found in.  With KHIEN_CORPUS=DIR the chunks are also written there, for fuzz_evtx.
 */
#include "testing.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "ingest/evtx.h"
#include "ingest/evtx_xml.h"
#include "log_sink.h"
#include "os/file.h"

/* ---- a chunk under way ------------------------------------------------------------------ */

struct maker {
	uint8_t data[EVTX_CHUNK];
	uint32_t pos, record, id;
	uint32_t name_at; /* of "Data", once it has been written */
};

static void
put(struct maker *m, const void *data, size_t len)
{
	assert_true(m->pos + len <= sizeof(m->data));
	memcpy(m->data + m->pos, data, len);
	m->pos += (uint32_t)len;
}

static void
put8(struct maker *m, uint8_t v)
{
	put(m, &v, 1);
}

static void
put16(struct maker *m, unsigned v)
{
	put(m, (const uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8) }, 2);
}

static void
put32(struct maker *m, uint32_t v)
{
	put16(m, v & 0xffff);
	put16(m, v >> 16);
}

static void
put64(struct maker *m, uint64_t v)
{
	put32(m, (uint32_t)v);
	put32(m, (uint32_t)(v >> 32));
}

static void
set32(struct maker *m, uint32_t at, uint32_t v)
{
	uint32_t pos = m->pos;

	m->pos = at;
	put32(m, v);
	m->pos = pos;
}

static void
put_units(struct maker *m, const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		put16(m, (uint8_t)*ascii);
}

static void
put_name(struct maker *m, const char *name)
{
	put32(m, m->pos + 4);
	put32(m, 0);
	put16(m, 0);
	put16(m, (unsigned)strlen(name));
	put_units(m, name);
	put16(m, 0);
}

/* "Data", the second time by its place. */
static void
put_data_name(struct maker *m)
{
	if (m->name_at != 0) {
		put32(m, m->name_at);
		return;
	}
	m->name_at = m->pos + 4;
	put_name(m, "Data");
}

static void
open_tag(struct maker *m, bool has_dependency, bool has_attributes)
{
	put8(m, has_attributes ? 0x41 : 0x01);
	if (has_dependency)
		put16(m, 0xffff);
	put32(m, 0);
}

static void
literal(struct maker *m, const char *text)
{
	put8(m, 0x05);
	put8(m, 0x01);
	put16(m, (unsigned)strlen(text));
	put_units(m, text);
}

static void
substitute(struct maker *m, unsigned n, bool is_optional, uint8_t type)
{
	put8(m, is_optional ? 0x0e : 0x0d);
	put16(m, n);
	put8(m, type);
}

static void
begin_chunk(struct maker *m)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->data, "ElfChnk", 8);
	m->pos = 512;
	set32(m, 40, 128);
}

static void
end_chunk(struct maker *m)
{
	set32(m, 48, m->pos);
}

#define MOMENT UINT64_C(134082702000000000) /* 2025-11-22T07:30:00Z */

static void
begin_record(struct maker *m)
{
	m->record = m->pos;
	put(m, "**\0\0", 4);
	put32(m, 0);
	put64(m, ++m->id);
	put64(m, MOMENT);
}

static void
end_record(struct maker *m)
{
	uint32_t size = m->pos + 4 - m->record;

	put32(m, size);
	set32(m, m->record + 4, size);
}

static void
fragment(struct maker *m)
{
	put(m, "\x0f\x01\x01\x00", 4);
}

/* <Name>…</Name> around a literal or a substitution. */
static void
text_element(struct maker *m, bool dependency, const char *name, const char *text)
{
	open_tag(m, dependency, false);
	put_name(m, name);
	put8(m, 0x02);
	literal(m, text);
	put8(m, 0x04);
}

/* <System>: provider, id (value 0), time (value 1), computer */
static void
system_part(struct maker *m)
{
	open_tag(m, true, false);
	put_name(m, "System");
	put8(m, 0x02);
	open_tag(m, true, true);
	put_name(m, "Provider");
	put32(m, 0);
	put8(m, 0x06);
	put_name(m, "Name");
	literal(m, "Khien-Test");
	put8(m, 0x03);
	open_tag(m, true, false);
	put_name(m, "EventID");
	put8(m, 0x02);
	substitute(m, 0, false, 0x06);
	put8(m, 0x04);
	open_tag(m, true, true);
	put_name(m, "TimeCreated");
	put32(m, 0);
	put8(m, 0x06);
	put_name(m, "SystemTime");
	substitute(m, 1, false, 0x11);
	put8(m, 0x03);
	text_element(m, true, "Computer", "PC-07");
	put8(m, 0x04);
}

static void
data_element(struct maker *m, const char *name, unsigned sub, bool is_optional)
{
	open_tag(m, true, name != NULL);
	put_data_name(m);
	if (name != NULL) {
		put32(m, 0);
		put8(m, 0x06);
		put_name(m, "Name");
		literal(m, name);
	}
	put8(m, 0x02);
	substitute(m, sub, is_optional, 0x01);
	put8(m, 0x04);
}

/* A template instance whose definition stands here, or at ${def} of the chunk; its place. */
static uint32_t
begin_instance(struct maker *m, uint32_t def, uint8_t guid)
{
	fragment(m);
	put8(m, 0x0c);
	put8(m, 0x01);
	put32(m, guid);
	put32(m, def != 0 ? def : m->pos + 4);
	if (def != 0)
		return def;
	def = m->pos;
	put32(m, 0);
	for (int i = 0; i < 16; i++)
		put8(m, guid);
	put32(m, 0); /* set by end_definition */
	return def;
}

static void
end_definition(struct maker *m, uint32_t def)
{
	put8(m, 0x00);
	set32(m, def + 20, m->pos - def - 24);
}

/* The usual template: System, and EventData of values 2 (named), 3 (optional) and 4 (an array). */
static uint32_t
usual_template(struct maker *m, uint32_t def)
{
	bool is_here = def == 0;

	def = begin_instance(m, def, 7);
	if (!is_here)
		return def;
	m->name_at = 0;
	fragment(m);
	open_tag(m, true, false);
	put_name(m, "Event");
	put8(m, 0x02);
	system_part(m);
	open_tag(m, true, false);
	put_name(m, "EventData");
	put8(m, 0x02);
	data_element(m, "Command Line", 2, false);
	data_element(m, "Optional", 3, true);
	data_element(m, NULL, 4, false);
	put8(m, 0x04);
	put8(m, 0x04);
	end_definition(m, def);
	return def;
}

static void
values(struct maker *m, const char *command, uint16_t id)
{
	static const char list[] = "a\0\0\0b\0c\0\0";
	unsigned len = (unsigned)strlen(command);

	put32(m, 5);
	put32(m, 2 | 0x06 << 16);
	put32(m, 8 | 0x11 << 16);
	put32(m, 2 * len | 0x01 << 16);
	put32(m, 0 | 0x00 << 16);
	put32(m, 10 | 0x81u << 16);
	put16(m, id);
	put64(m, MOMENT);
	put_units(m, command);
	put(m, list, 10);
}

static uint32_t
usual_record(struct maker *m, uint32_t def, const char *command)
{
	begin_record(m);
	def = usual_template(m, def);
	values(m, command, 4688);
	put8(m, 0x00);
	end_record(m);
	return def;
}

static const char usual_head[] =
    "Provider_Name=Khien-Test;EventID=4688;TimeCreated_SystemTime=2025-11-22T07:30:00.0000000Z;"
    "Computer=PC-07;";

/* ---- reading it ---------------------------------------------------------------------------- */

static void
save(const char *name, const void *data, size_t len)
{
	const char *folder = getenv("KHIEN_CORPUS");
	char path[500];

	if (folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_replace(path, data, len, 0644, NULL), 0);
}

static void
read_bytes(const char *name, const void *data, size_t len, struct log_sink *ret)
{
	struct evtx_reader *reader = evtx_reader_new(NULL);
	struct ingest_sink sink;

	log_begin(ret);
	sink = log_sink_of(ret);
	evtx_chunk(reader, data, len, 0, &sink);
	evtx_reader_free(reader);
	save(name, data, len);
}

static void
expect(const char *name, const struct maker *m, size_t len, const char *events, const char *skipped)
{
	struct log_sink got;

	read_bytes(name, m->data, len, &got);
	assert_string_equal(buf_str(&got.events), events);
	assert_string_equal(buf_str(&got.skipped), skipped);
	log_end(&got);
}

static const char *
lines(char out[static 2000], const char *tail1, const char *tail2)
{
	snprintf(out, 2000, "%s%s\n", usual_head, tail1);
	if (tail2 != NULL)
		snprintf(out + strlen(out), 2000 - strlen(out), "%s%s\n", usual_head, tail2);
	return out;
}

#define TAIL(command) "CommandLine=" command ";Data=a;Data=bc;"

static void
templates_are_read_where_they_stand_and_from_elsewhere(void **state)
{
	struct maker m;
	char text[2000];
	uint32_t def;

	(void)state;
	begin_chunk(&m);
	def = usual_record(&m, 0, "whoami /all");
	usual_record(&m, def, "net user");
	end_chunk(&m);
	expect("two", &m, sizeof(m.data), lines(text, TAIL("whoami /all"), TAIL("net user")), "");
	expect("two-cut", &m, m.pos, lines(text, TAIL("whoami /all"), TAIL("net user")), "");
}

static void
a_template_known_from_another_chunk_is_told_from_one_that_only_looks_like_it(void **state)
{
	struct evtx_reader *reader = evtx_reader_new(NULL);
	struct maker m;
	struct log_sink got;
	struct ingest_sink sink;
	char *name;

	(void)state;
	log_begin(&got);
	sink = log_sink_of(&got);
	begin_chunk(&m);
	usual_record(&m, 0, "one");
	end_chunk(&m);
	evtx_chunk(reader, m.data, m.pos, 0, &sink);
	/* The same GUID and size, but another name inside. */
	name = memmem(m.data, m.pos, "C\0o\0m\0p\0u\0t\0e\0r", 15);
	assert_non_null(name);
	name[0] = 'K';
	evtx_chunk(reader, m.data, m.pos, 0, &sink);
	assert_int_equal(got.count, 2);
	assert_non_null(strstr(buf_str(&got.events), ";Computer=PC-07;"));
	assert_non_null(strstr(buf_str(&got.events), ";Komputer=PC-07;"));
	log_end(&got);
	evtx_reader_free(reader);
}

/* A chunk whose only record has no template, as forwarding writes them. */
static void
plain_chunk(struct maker *m, const char *time)
{
	begin_chunk(m);
	begin_record(m);
	fragment(m);
	open_tag(m, false, false);
	put_name(m, "Event");
	put8(m, 0x02);
	open_tag(m, false, false);
	put_name(m, "System");
	put8(m, 0x02);
	text_element(m, false, "EventID", "1102");
	open_tag(m, false, true);
	put_name(m, "TimeCreated");
	put32(m, 0);
	put8(m, 0x06);
	put_name(m, "SystemTime");
	literal(m, time);
	put8(m, 0x03);
	put8(m, 0x04);
	open_tag(m, false, false);
	put_name(m, "UserData");
	put8(m, 0x02);
	open_tag(m, false, false);
	put_name(m, "LogFileCleared");
	put8(m, 0x02);
	text_element(m, false, "SubjectUserName", "an");
	put8(m, 0x04);
	put8(m, 0x04);
	put8(m, 0x04);
	put8(m, 0x00);
	end_record(m);
	end_chunk(m);
}

static void
records_without_a_template_are_read(void **state)
{
	struct maker m;
	struct log_sink got;

	(void)state;
	plain_chunk(&m, "2025-11-22T07:30:01.5Z");
	read_bytes("plain", m.data, m.pos, &got);
	assert_string_equal(buf_str(&got.events),
	    "EventID=1102;TimeCreated_SystemTime=2025-11-22T07:30:01.5Z;SubjectUserName=an;\n");
	assert_int_equal(got.time_ns, INT64_C(1763796601500000000));
	assert_string_equal(buf_str(&got.skipped), "");
	log_end(&got);
	plain_chunk(&m, "2025-11-22T07:30:01.1234567"); /* of UTC, though it is not said */
	read_bytes("plain-utc", m.data, m.pos, &got);
	assert_int_equal(got.time_ns, INT64_C(1763796601123456700));
	log_end(&got);
}

/* An outer template whose only value is a document of its own. */
static void
nested_chunk(struct maker *m, unsigned levels)
{
	uint32_t sizes[40], def;

	begin_chunk(m);
	begin_record(m);
	for (unsigned i = 0; i < levels; i++) {
		def = begin_instance(m, 0, (uint8_t)(20 + i));
		fragment(m);
		open_tag(m, true, false);
		put_name(m, i == 0 ? "Event" : "UserData");
		put8(m, 0x02);
		substitute(m, 0, false, 0x21);
		put8(m, 0x04);
		end_definition(m, def);
		put32(m, 1);
		sizes[i] = m->pos;
		put32(m, 0x21 << 16);
	}
	fragment(m);
	open_tag(m, false, false);
	put_name(m, "EventData");
	put8(m, 0x02);
	text_element(m, false, "Leaf", "found");
	put8(m, 0x04);
	put8(m, 0x00);
	for (unsigned i = 0; i < levels; i++)
		set32(m, sizes[i], (m->pos - sizes[i] - 4) | 0x21 << 16);
	end_record(m);
	end_chunk(m);
}

static void
documents_within_values_are_read_up_to_a_depth(void **state)
{
	struct maker m;
	struct log_sink got;

	(void)state;
	nested_chunk(&m, 2);
	read_bytes("nested", m.data, m.pos, &got);
	assert_string_equal(buf_str(&got.events), "Leaf=found;\n");
	assert_string_equal(buf_str(&got.skipped), "");
	log_end(&got);
	nested_chunk(&m, 30);
	read_bytes("nested-deep", m.data, m.pos, &got);
	assert_int_equal(got.count, 0);
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml"));
	log_end(&got);
}

/* A record of one Data with one value. */
static void
kind_chunk(struct maker *m, uint8_t type, const void *bytes, uint32_t len)
{
	uint32_t def;

	begin_chunk(m);
	begin_record(m);
	def = begin_instance(m, 0, 9);
	fragment(m);
	open_tag(m, true, false);
	put_name(m, "Event");
	put8(m, 0x02);
	open_tag(m, true, false);
	put_name(m, "EventData");
	put8(m, 0x02);
	data_element(m, NULL, 0, false);
	put8(m, 0x04);
	put8(m, 0x04);
	end_definition(m, def);
	put32(m, 1);
	put32(m, len | (uint32_t)type << 16);
	put(m, bytes, len);
	end_record(m);
	end_chunk(m);
}

static void
kinds_of_values_are_written_as_windows_shows_them(void **state)
{
	static const struct {
		uint8_t type;
		const char *bytes;
		uint8_t len;
		const char *text;
	} kinds[] = {
		{ 0x02, "ab\0", 3, "ab" },
		{ 0x03, "\xff", 1, "-1" },
		{ 0x04, "\xff", 1, "255" },
		{ 0x05, "\xfe\xff", 2, "-2" },
		{ 0x07, "\xfd\xff\xff\xff", 4, "-3" },
		{ 0x08, "\xff\xff\xff\xff", 4, "4294967295" },
		{ 0x09, "\xfc\xff\xff\xff\xff\xff\xff\xff", 8, "-4" },
		{ 0x0a, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "18446744073709551615" },
		{ 0x0b, "\0\0\xc0\x3f", 4, "1.5" },
		{ 0x0c, "\0\0\0\0\0\0\xe0\xbf", 8, "-0.5" },
		{ 0x0d, "\x01\0\0\0", 4, "true" },
		{ 0x0e, "\x00\xab", 2, "00AB" },
		{ 0x0f, "\x25\x96\x84\x54\x78\x54\x94\x49\xa5\xba\x3e\x3b\x03\x28\xc3\x0d", 16,
		    "{54849625-5478-4994-A5BA-3E3B0328C30D}" },
		{ 0x10, "\x34\x12\0\0", 4, "0x1234" },
		{ 0x10, "\x34\x12\0\0\x01\0\0\0", 8, "0x100001234" },
		{ 0x12, "\xe9\x07\x0b\0\x06\0\x16\0\x07\0\x1e\0\x01\0\xf4\x01", 16,
		    "2025-11-22T07:30:01.5000000Z" },
		{ 0x13, "\x01\x05\0\0\0\0\0\x05\x15\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\xf4\x01\0\0", 28,
		    "S-1-5-21-1-2-3-500" },
		{ 0x14, "\x0f\0\0\0", 4, "0xf" },
		{ 0x15, "\0\0\0\0\0\0\x20\x80", 8, "0x8020000000000000" },
		{ 0x08, "\x01\x02", 2, "0102" }, /* too short for its kind */
		{ 0x55, "\x01", 1, "01" },       /* no such kind */
		{ 0x87, "\x01\0\0\0\x02\0\0\0", 8, "1;Data=2" },
		{ 0x87, "\x01\0\0\0\x02", 5, "1;Data=02" },
		{ 0x82, "x\0\0yz\0", 6, "x;Data=;Data=yz" },
		{ 0x8e, "\x00\xab", 2, "00AB" },
		{ 0x93, "\x01\x01\0\0\0\0\0\x05\x12\0\0\0\x01\x01\0\0\0\0\0\x01\0\0\0\0", 24,
		    "S-1-5-18;Data=S-1-1-0" },
		{ 0x13, "\x01\x02\0\0\0\0\0\x05\x12\0\0\0", 12, "010200000000000512000000" }, /* cut short */
		{ 0x12, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, "00000000000000000000000000000000" },
		{ 0x01, "\0\xd8x\0", 4, "\xef\xbf\xbdx" },
	};
	struct maker m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char wanted[200], name[20];

		kind_chunk(&m, kinds[i].type, kinds[i].bytes, kinds[i].len);
		snprintf(wanted, sizeof(wanted), "Data=%s;\n", kinds[i].text);
		snprintf(name, sizeof(name), "kind-%02x-%u", kinds[i].type, kinds[i].len);
		expect(name, &m, m.pos, wanted, "");
	}
}

/* A text in many parts, as references to characters split it, and a document with blanks beside it. */
static void
content_of_many_parts_is_one_value_and_a_document_is_none(void **state)
{
	struct maker m;
	struct log_sink got;
	char wanted[400] = "Long=";
	uint32_t def, inner, size;

	(void)state;
	begin_chunk(&m);
	begin_record(&m);
	def = begin_instance(&m, 0, 9);
	fragment(&m);
	open_tag(&m, true, false);
	put_name(&m, "Event");
	put8(&m, 0x02);
	open_tag(&m, true, false);
	put_name(&m, "Long");
	put8(&m, 0x02);
	for (int i = 0; i < 70; i++) {
		literal(&m, "a");
		put8(&m, 0x08);
		put16(&m, '<');
		strcat(wanted, "a<");
	}
	put8(&m, 0x04);
	open_tag(&m, true, false);
	put_name(&m, "UserData");
	put8(&m, 0x02);
	literal(&m, " ");
	substitute(&m, 0, false, 0x21);
	literal(&m, " ");
	put8(&m, 0x04);
	put8(&m, 0x04);
	end_definition(&m, def);
	put32(&m, 1);
	size = m.pos;
	put32(&m, 0);
	inner = begin_instance(&m, 0, 10);
	fragment(&m);
	text_element(&m, true, "Leaf", "found");
	end_definition(&m, inner);
	put32(&m, 0);
	set32(&m, size, (m.pos - size - 4) | 0x21 << 16);
	end_record(&m);
	end_chunk(&m);
	read_bytes("parts", m.data, m.pos, &got);
	assert_string_equal(buf_str(&got.skipped), "");
	strcat(wanted, ";Leaf=found;\n");
	assert_string_equal(buf_str(&got.events), wanted);
	log_end(&got);
}

/* <Event><${outer}>…</Event> around one and the same template; its place. */
static uint32_t
leaf_within(struct maker *m, const char *outer, uint8_t guid, uint32_t inner)
{
	uint32_t def, size;

	begin_record(m);
	def = begin_instance(m, 0, guid);
	fragment(m);
	open_tag(m, true, false);
	put_name(m, "Event");
	put8(m, 0x02);
	open_tag(m, true, false);
	put_name(m, outer);
	put8(m, 0x02);
	substitute(m, 0, false, 0x21);
	put8(m, 0x04);
	put8(m, 0x04);
	end_definition(m, def);
	put32(m, 1);
	size = m->pos;
	put32(m, 0);
	def = begin_instance(m, inner, 10);
	if (inner == 0) {
		fragment(m);
		m->name_at = 0;
		data_element(m, "Named", 0, false);
		end_definition(m, def);
	}
	put32(m, 1);
	put32(m, 2 | 0x01 << 16);
	put_units(m, "v");
	set32(m, size, (m->pos - size - 4) | 0x21 << 16);
	end_record(m);
	return def;
}

static void
what_a_template_gives_depends_on_where_it_stands(void **state)
{
	struct maker m;
	uint32_t inner;

	(void)state;
	begin_chunk(&m);
	inner = leaf_within(&m, "UserData", 30, 0);
	leaf_within(&m, "EventData", 31, inner);
	end_chunk(&m);
	expect("where", &m, m.pos, "Data_Name=Named;Data=v;\nNamed=v;\n", "");
}

/* ---- damage ------------------------------------------------------------------------------- */

/* Three records; ${second} is where the middle one begins. */
static void
three(struct maker *m, uint32_t *ret_second)
{
	uint32_t def;

	begin_chunk(m);
	def = usual_record(m, 0, "one");
	*ret_second = m->pos;
	usual_record(m, def, "two");
	usual_record(m, def, "three");
	end_chunk(m);
}

static void
a_damaged_record_costs_only_itself(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 27, 28, 0x7fffffff, 0xffffffff, 70000 };
	struct maker m;
	struct log_sink got;
	char name[20];
	uint32_t second;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		three(&m, &second);
		set32(&m, second + 4, sizes[i]);
		snprintf(name, sizeof(name), "size-%zu", i);
		read_bytes(name, m.data, m.pos, &got);
		assert_string_equal(buf_str(&got.records), "1 3 ");
		snprintf(name, sizeof(name), "%u+", second);
		assert_int_equal(strncmp(buf_str(&got.skipped), name, strlen(name)), 0);
		assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.record;"));
		log_end(&got);
	}
}

static void
values_that_lie_about_their_length_are_told(void **state)
{
	struct maker m;
	struct log_sink got;
	uint32_t second;

	(void)state;
	three(&m, &second);
	set32(&m, second + 24 + 4 + 10, 0x10000000); /* number of values */
	read_bytes("count", m.data, m.pos, &got);
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml;"));
	assert_int_equal(got.count, 3); /* what the template says by itself is still there */
	log_end(&got);
	three(&m, &second);
	set32(&m, second + 24 + 4 + 10 + 4 + 8, 0xffff | 0x01 << 16); /* length of the text */
	read_bytes("length", m.data, m.pos, &got);
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml;"));
	log_end(&got);
}

static void
a_record_whose_template_is_lost_keeps_its_values(void **state)
{
	struct maker m;
	struct log_sink got;
	uint32_t second;

	(void)state;
	three(&m, &second);
	set32(&m, second + 24 + 4 + 6, 65000); /* place of the definition */
	read_bytes("lost", m.data, m.pos, &got);
	assert_non_null(strstr(buf_str(&got.events), "\nData=4688;"));
	assert_non_null(strstr(buf_str(&got.events), "Data=two;Data=a;Data=bc;\n"));
	assert_string_equal(buf_str(&got.records), "1 2 3 ");
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml;"));
	log_end(&got);
}

static void
a_damaged_template_gives_what_came_before_the_damage(void **state)
{
	struct maker m;
	struct log_sink got;
	char *name;

	(void)state;
	begin_chunk(&m);
	usual_record(&m, 0, "one");
	end_chunk(&m);
	name = memmem(m.data, m.pos, "O\0p\0t\0i\0o\0n\0a\0l\0", 16);
	assert_non_null(name);
	name[18] = 0x77; /* of <Data Name="Optional">: what ends the start tag */
	read_bytes("template", m.data, m.pos, &got);
	assert_string_equal(strstr(buf_str(&got.events), "CommandLine="), "CommandLine=one;Data=a;Data=bc;\n");
	assert_int_equal(strncmp(buf_str(&got.events), usual_head, strlen(usual_head)), 0);
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml;"));
	log_end(&got);
}

static void
a_record_of_nothing_is_told(void **state)
{
	struct maker m;
	struct log_sink got;

	(void)state;
	begin_chunk(&m);
	begin_record(&m);
	fragment(&m);
	put8(&m, 0x00);
	end_record(&m);
	end_chunk(&m);
	read_bytes("nothing", m.data, m.pos, &got);
	assert_int_equal(got.count, 0);
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.binxml;"));
	log_end(&got);
}

static void
free_space_that_is_wrong_hides_nothing(void **state)
{
	static const uint32_t wrong[] = { 0, 512, 65535, 65536, 0xffffffff };
	struct maker m;
	struct log_sink got;
	char name[20];
	uint32_t second;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		three(&m, &second);
		set32(&m, 48, wrong[i]);
		snprintf(name, sizeof(name), "free-%zu", i);
		read_bytes(name, m.data, sizeof(m.data), &got);
		assert_string_equal(buf_str(&got.records), "1 2 3 ");
		assert_string_equal(buf_str(&got.skipped), "");
		log_end(&got);
	}
}

static void
a_chunk_cut_anywhere_gives_what_is_whole(void **state)
{
	struct maker m;
	struct log_sink got;
	uint32_t second;

	(void)state;
	three(&m, &second);
	for (uint32_t len = 0; len < m.pos; len += len < 500 ? 50 : 1) {
		read_bytes("cut", m.data, len, &got);
		assert_true(got.count <= (len > second ? 2u : 1u));
		assert_true(len < second || got.count >= 1);
		assert_true(len == 0 || got.count > 0 || got.skipped.len > 0);
		log_end(&got);
	}
}

static void
any_byte_may_be_wrong(void **state)
{
	struct maker m;
	struct log_sink got;
	uint32_t second;

	(void)state;
	three(&m, &second);
	for (uint32_t i = 0; i < m.pos; i += i < 500 ? 20 : 1) {
		for (int bit = 0; bit < 8; bit += 3) {
			uint8_t kept = m.data[i];

			m.data[i] ^= (uint8_t)(1u << bit);
			read_bytes("flip", m.data, m.pos, &got);
			assert_true(got.count >= 1 || i < second);
			log_end(&got);
			m.data[i] = kept;
		}
	}
}

static void
chunks_are_found_where_they_are(void **state)
{
	static uint8_t file[4096 + 3 * EVTX_CHUNK];
	struct maker m;
	bool is_chunk;
	uint32_t second;

	(void)state;
	three(&m, &second);
	memset(file, 0, sizeof(file));
	assert_int_equal(evtx_slot(file, sizeof(file), &is_chunk), EVTX_CHUNK);
	assert_false(is_chunk);
	memcpy(file + 1000, m.data, sizeof(m.data)); /* shifted */
	assert_int_equal(evtx_slot(file, sizeof(file), &is_chunk), 1000);
	assert_false(is_chunk);
	assert_int_equal(evtx_slot(file + 1000, sizeof(file) - 1000, &is_chunk), EVTX_CHUNK);
	assert_true(is_chunk);
	assert_int_equal(evtx_slot(file + 1000, 700, &is_chunk), 700);
	assert_true(is_chunk);
	file[1003] = 'X'; /* its own head is damaged */
	assert_int_equal(evtx_slot(file + 1000, sizeof(file) - 1000, &is_chunk), EVTX_CHUNK);
	assert_true(is_chunk);
}

/* ---- files ------------------------------------------------------------------------------ */

static const uint8_t file_head[EVTX_FILE_HEAD] = "ElfFile";

/* All that is in ${fd}, which is closed; its ${size} bytes are read to the end. */
static void
read_fd(int fd, uint64_t size, struct log_sink *ret)
{
	struct ingest_thread *thread = ingest_thread_new(NULL);
	struct ingest_piece piece = { 0 };
	struct ingest_sink sink;
	struct ingest *in;

	log_begin(ret);
	sink = log_sink_of(ret);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(ingest_open_fd(fd, "log", NULL, &in, NULL), 0);
	while (ingest_next(in, &piece))
		ingest_parse(in, &piece, thread, &sink);
	assert_int_equal(ingest_bytes(in), size);
	ingest_close(in);
	ingest_piece_clear(&piece);
	ingest_thread_free(thread);
}

static void
read_file(const struct maker *m, struct log_sink *ret)
{
	static const uint8_t none[EVTX_CHUNK];
	int fd = memfd_create("log", MFD_CLOEXEC);

	/* Empty slots: a hole, zeros that are written, and a hole at the end. */
	assert_int_equal(fd_write_all(fd, file_head, sizeof(file_head)), 0);
	assert_true(lseek(fd, EVTX_CHUNK, SEEK_CUR) > 0);
	assert_int_equal(fd_write_all(fd, m->data, sizeof(m->data)), 0);
	assert_int_equal(fd_write_all(fd, none, sizeof(none)), 0);
	assert_int_equal(ftruncate(fd, sizeof(file_head) + 4 * EVTX_CHUNK), 0);
	read_fd(fd, sizeof(file_head) + 4 * EVTX_CHUNK, ret);
}

/* One that is cut takes nothing of the one that follows it, with the head of a file or without. */
static void
a_chunk_ends_where_the_next_one_begins(void **state)
{
	static const size_t heads[] = { 0, sizeof(file_head) };
	struct log_sink got;
	struct maker m;
	uint32_t second;

	(void)state;
	three(&m, &second);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		int fd = memfd_create("log", MFD_CLOEXEC);

		assert_int_equal(fd_write_all(fd, file_head, sizeof(file_head)), 0);
		assert_int_equal(fd_write_all(fd, m.data, second + 10), 0);
		assert_int_equal(fd_write_all(fd, file_head, heads[i]), 0);
		assert_int_equal(fd_write_all(fd, m.data, sizeof(m.data)), 0);
		assert_int_equal(fd_write_all(fd, m.data, sizeof(m.data)), 0);
		read_fd(fd, sizeof(file_head) + second + 10 + heads[i] + 2 * sizeof(m.data), &got);
		assert_string_equal(buf_str(&got.records), "1 1 2 3 1 2 3 ");
		assert_non_null(strstr(buf_str(&got.skipped), "ingest.evtx.cut;"));
		log_end(&got);
	}
}

/* A file is read no further than its chunks are used; what it gives must be what the whole chunk does. */
static void
expect_as_whole(const struct maker *m)
{
	struct evtx_reader *reader = evtx_reader_new(NULL);
	struct log_sink whole, file;
	struct ingest_sink sink;

	log_begin(&whole);
	sink = log_sink_of(&whole);
	evtx_chunk(reader, m->data, sizeof(m->data), EVTX_FILE_HEAD + EVTX_CHUNK, &sink);
	evtx_reader_free(reader);
	read_file(m, &file);
	assert_string_equal(buf_str(&file.events), buf_str(&whole.events));
	assert_string_equal(buf_str(&file.records), buf_str(&whole.records));
	assert_string_equal(buf_str(&file.skipped), buf_str(&whole.skipped));
	log_end(&whole);
	log_end(&file);
}

static void
a_file_gives_what_its_chunks_do(void **state)
{
	char filler[3000];
	struct maker m;
	uint32_t def, second, third, used;

	(void)state;
	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	begin_chunk(&m);
	def = usual_record(&m, 0, filler); /* what follows lies behind the first block that is read */
	second = m.pos;
	usual_record(&m, def, "two");
	third = m.pos;
	usual_record(&m, def, "three");
	used = m.pos;
	const uint32_t free_at[] = { 0, 511, 512, second - 1, second, second + 1, third, used - 1, used, used + 1,
	    used + 40, 4096, 65531, 65532, 65533, 65536, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_LEN(free_at); i++) {
		set32(&m, 48, free_at[i]);
		expect_as_whole(&m);
	}
	/* Behind the end: what is no record, one of long ago, and one that goes on. */
	set32(&m, 48, used);
	memset(m.data + used, 0x2a, 200);
	expect_as_whole(&m);
	memset(m.data + used, 0, 200);
	memcpy(m.data + used, m.data + third, used - third);
	expect_as_whole(&m);
	m.data[used + 8]++;
	expect_as_whole(&m);
	/* Any byte of heads of records and of what the chunk says of itself. */
	memset(m.data + used, 0, used - third);
	for (uint32_t i = 8; i < third + 8; i = i == 64 ? 120 : i == 130 ? 512 : i == 540 ? second : i + 1)
		for (int bit = 0; bit < 8; bit += 3) {
			m.data[i] ^= (uint8_t)(1u << bit);
			expect_as_whole(&m);
			m.data[i] ^= (uint8_t)(1u << bit);
		}
}

/* ---- as XML ----------------------------------------------------------------------------- */

struct xml_sink {
	struct ingest_piece piece;
	struct buf out;
};

static void
xml_event(void *arg, const struct event *event)
{
	struct xml_sink *sink = arg;

	assert_true(evtx_xml(&sink->piece, event, &sink->out));
}

static void
as_xml(struct maker *m, const char *wanted)
{
	struct evtx_reader *reader = evtx_reader_new(NULL);
	struct xml_sink xml = { .out = BUF_INIT(100000) };
	struct ingest_sink sink = { &xml, xml_event, log_skipped };

	xml.piece = (struct ingest_piece){ .data = m->data, .len = m->pos };
	evtx_chunk(reader, m->data, m->pos, 0, &sink);
	assert_string_equal(buf_str(&xml.out), wanted);
	buf_clear(&xml.out);
	evtx_reader_free(reader);
}

#define AS_DATA(...) "<Event><EventData>" __VA_ARGS__ "</EventData></Event>"

static void
arrays_and_odd_characters_are_shown_as_xml(void **state)
{
	struct maker m;

	(void)state;
	kind_chunk(&m, 0x82, "x\0y\0", 4);
	as_xml(&m, AS_DATA("<Data>x</Data><Data>y</Data>"));
	kind_chunk(&m, 0x8e, "\x00\xab", 2);
	as_xml(&m, AS_DATA("<Data>00AB</Data>"));
	kind_chunk(&m, 0x93, "\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12);
	as_xml(&m, AS_DATA("<Data>S-1-5-18</Data>"));
	kind_chunk(&m, 0x01, "\xff\xff\xfe\xff\xfd\xff\x01\0", 8);
	as_xml(&m, AS_DATA("<Data>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</Data>"));
}

static void
a_record_is_shown_as_xml(void **state)
{
	struct maker m;

	(void)state;
	begin_chunk(&m);
	usual_record(&m, 0, "cmd <\"&\">");
	end_chunk(&m);
	as_xml(&m,
	    "<Event><System><Provider Name=\"Khien-Test\"/><EventID>4688</EventID>"
	    "<TimeCreated SystemTime=\"2025-11-22T07:30:00.0000000Z\"/><Computer>PC-07</Computer></System>"
	    "<EventData><Data Name=\"Command Line\">cmd &lt;&quot;&amp;&quot;&gt;</Data>"
	    "<Data>a</Data><Data>bc</Data></EventData></Event>");
}

TEST_MAIN(
    cmocka_unit_test(templates_are_read_where_they_stand_and_from_elsewhere),
    cmocka_unit_test(a_template_known_from_another_chunk_is_told_from_one_that_only_looks_like_it),
    cmocka_unit_test(records_without_a_template_are_read),
    cmocka_unit_test(documents_within_values_are_read_up_to_a_depth),
    cmocka_unit_test(kinds_of_values_are_written_as_windows_shows_them),
    cmocka_unit_test(content_of_many_parts_is_one_value_and_a_document_is_none),
    cmocka_unit_test(what_a_template_gives_depends_on_where_it_stands),
    cmocka_unit_test(a_damaged_record_costs_only_itself),
    cmocka_unit_test(values_that_lie_about_their_length_are_told),
    cmocka_unit_test(a_record_whose_template_is_lost_keeps_its_values),
    cmocka_unit_test(a_damaged_template_gives_what_came_before_the_damage),
    cmocka_unit_test(a_record_of_nothing_is_told),
    cmocka_unit_test(free_space_that_is_wrong_hides_nothing),
    cmocka_unit_test(a_chunk_cut_anywhere_gives_what_is_whole),
    cmocka_unit_test(any_byte_may_be_wrong),
    cmocka_unit_test(chunks_are_found_where_they_are),
    cmocka_unit_test(a_chunk_ends_where_the_next_one_begins),
    cmocka_unit_test(a_file_gives_what_its_chunks_do),
    cmocka_unit_test(arrays_and_odd_characters_are_shown_as_xml),
    cmocka_unit_test(a_record_is_shown_as_xml))
