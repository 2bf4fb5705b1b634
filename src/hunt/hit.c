/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/hit.h"

#include <stdio.h>
#include <time.h>

#include "base/utf8.h"
#include "text/csv.h"
#include "text/jsonw.h"

#define NS INT64_C(1000000000)

static char *
put_digits(char *to, int64_t n, int digits)
{
	for (int i = digits; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + digits;
}

/* As printf() would, which takes longer than all else of a detection. */
static size_t
time_text(const struct tm *tm, int64_t ticks, char out[static HIT_TIME_SIZE])
{
	char *p = out;

	if (tm->tm_year + 1900 < 0 || tm->tm_year + 1900 > 9999)
		return (size_t)snprintf(out, HIT_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%07d", tm->tm_year + 1900,
		    tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, (int)ticks);
	p = put_digits(p, tm->tm_year + 1900, 4);
	*p++ = '-';
	p = put_digits(p, tm->tm_mon + 1, 2);
	*p++ = '-';
	p = put_digits(p, tm->tm_mday, 2);
	*p++ = 'T';
	p = put_digits(p, tm->tm_hour, 2);
	*p++ = ':';
	p = put_digits(p, tm->tm_min, 2);
	*p++ = ':';
	p = put_digits(p, tm->tm_sec, 2);
	*p++ = '.';
	p = put_digits(p, ticks, 7);
	return (size_t)(p - out);
}

char *
hit_host_key(const char *name, size_t len, char out[static HIT_HOST_KEY])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < HIT_HOST_KEY; i++)
		if (name[i] != '\0')
			out[n++] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 'a' - 'A' : name[i]);
	out[n] = '\0';
	return out;
}

char *
hit_time(int64_t time_ns, char out[static HIT_TIME_SIZE])
{
	int64_t s = time_ns / NS, ns = time_ns % NS;
	struct tm tm;
	time_t t;
	size_t n;

	*out = '\0';
	if (time_ns == HIT_NO_TIME)
		return out;
	if (ns < 0) {
		ns += NS;
		s--;
	}
	t = (time_t)s;
	if (gmtime_r(&t, &tm) == NULL)
		return out;
	n = time_text(&tm, ns / 100, out);
	/* Milliseconds are always there, finer parts only where the log has them. */
	for (int i = 0; i < 4 && out[n - 1] == '0'; i++)
		n--;
	out[n++] = 'Z';
	out[n] = '\0';
	return out;
}

static void
quote(struct buf *out, const char *key, struct hit_part text, size_t max)
{
	buf_adds(out, key);
	while (text.len > max && max > 0 && ((unsigned char)text.at[max] & 0xc0) == 0x80)
		max--;
	jsonw_quote(out, text.at == NULL ? "" : text.at, text.len > max ? max : text.len);
}

static void
add_number(struct buf *out, const char *key, uint64_t n)
{
	char digit[24];
	size_t at = sizeof(digit);

	do
		digit[--at] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	buf_adds(out, key);
	buf_add(out, digit + at, sizeof(digit) - at);
}

static void
json_refs(const struct hit *hit, const struct hit_names *names, struct buf *out)
{
	char when[HIT_TIME_SIZE];

	buf_printf(out, ",\"first\":\"%s\",\"count\":%.15g,\"events\":[", hit_time(hit->first_ns, when), hit->count);
	for (size_t i = 0; i < hit->refs; i++) {
		const char *file = names->file(names->arg, hit->ref[i].file);

		quote(out, i == 0 ? "{\"file\":" : ",{\"file\":", (struct hit_part){ file, strlen(file) }, SIZE_MAX);
		add_number(out, ",\"record\":", hit->ref[i].record);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

void
hit_json(const struct hit *hit, const struct hit_names *names, struct buf *out)
{
	const char *file = names->file(names->arg, hit->file);
	char when[HIT_TIME_SIZE];

	buf_addc(out, '{');
	buf_adds(out, names->rules->rule[hit->rule].head);
	quote(out, "\"file\":", (struct hit_part){ file, strlen(file) }, SIZE_MAX);
	add_number(out, ",\"record\":", hit->record);
	if (hit->time_ns == HIT_NO_TIME)
		buf_adds(out, ",\"time\":null");
	else
		quote(out, ",\"time\":", (struct hit_part){ when, strlen(hit_time(hit->time_ns, when)) }, SIZE_MAX);
	quote(out, ",\"host\":", hit->host, HIT_VALUE_MAX);
	buf_adds(out, ",\"matched\":[");
	for (size_t i = 0; i < hit->matches; i++) {
		const struct hit_match *m = &hit->match[i];

		quote(out, i == 0 ? "{\"field\":" : ",{\"field\":", m->field, HIT_VALUE_MAX);
		if (m->absent)
			buf_adds(out, ",\"value\":null");
		else
			quote(out, ",\"value\":", m->value, HIT_VALUE_MAX);
		quote(out, ",\"pattern\":", m->pattern, HIT_VALUE_MAX);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
	if (hit->first_ns != HIT_NO_TIME)
		json_refs(hit, names, out);
	buf_adds(out, "}\n");
}

/* Without line breaks and other control characters; cut where it is long. */
static void
plain(struct hit_part text, struct buf *out)
{
	size_t n = text.len > HIT_SHORT_MAX ? HIT_SHORT_MAX : text.len, len;
	uint32_t cp;

	for (size_t i = 0; i < n; i += len) {
		len = utf8_decode(text.at + i, text.len - i, &cp);
		if (len == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
			buf_adds(out, len == 0 ? "\xef\xbf\xbd" : " ");
			len = len == 0 ? 1 : len;
		} else {
			buf_add(out, text.at + i, len);
		}
	}
	if (n < text.len)
		buf_adds(out, "…");
}

void
hit_why(const struct hit *hit, struct buf *out)
{
	for (size_t i = 0; i < hit->matches; i++) {
		if (i > 0)
			buf_adds(out, "; ");
		if (hit->match[i].field.len > 0) {
			plain(hit->match[i].field, out);
			buf_adds(out, hit->match[i].absent ? " –" : " = ");
		}
		if (!hit->match[i].absent)
			plain(hit->match[i].value, out);
	}
}

void
hit_csv_head(bool timeline, struct buf *out)
{
	buf_adds(out, timeline ?
	    "datetime,timestamp_desc,message,level,rule_id,title,host,file,record,tags,matched\r\n" :
	    "time,level,rule_id,title,host,file,record,tags,matched\r\n");
}

void
hit_csv(const struct hit *hit, const struct hit_names *names, bool timeline, struct buf *out)
{
	const struct rule_view *rule = &names->rules->rule[hit->rule];
	struct buf text = BUF_INIT(HIT_TEXT_MAX);
	struct csv csv = { out, ',', false };
	char when[HIT_TIME_SIZE], number[24];

	csv_text(&csv, hit_time(hit->time_ns, when));
	if (timeline) {
		csv_text(&csv, "Detection");
		plain(hit->host, &text);
		buf_printf(&text, "%s%s", text.len > 0 ? ": " : "", rule->shown);
		csv_text(&csv, buf_str(&text));
		buf_reset(&text);
	}
	csv_text(&csv, sigma_level_name(rule->level));
	csv_text(&csv, rule->id);
	csv_text(&csv, rule->title);
	plain(hit->host, &text);
	csv_text(&csv, buf_str(&text));
	csv_text(&csv, names->file(names->arg, hit->file));
	snprintf(number, sizeof(number), "%llu", (unsigned long long)hit->record);
	csv_text(&csv, number);
	buf_reset(&text);
	for (size_t i = 0; i < rule->tags; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : " ", rule->tag[i]);
	csv_text(&csv, buf_str(&text));
	buf_reset(&text);
	hit_why(hit, &text);
	csv_text(&csv, buf_str(&text));
	csv_row_end(&csv);
	buf_clear(&text);
}

/* ---- packed ------------------------------------------------------------------------ */

struct packed {
	uint32_t rule, file;
	int64_t time_ns, first_ns;
	uint64_t record;
	double count;
	uint16_t matches, pad[3];
};

static void
pack_part(struct buf *out, struct hit_part text)
{
	uint16_t len = (uint16_t)(text.len > HIT_SHORT_MAX + 4 ? HIT_SHORT_MAX + 4 : text.len);

	buf_add(out, &len, sizeof(len));
	if (len > 0)
		buf_add(out, text.at, len);
}

void
hit_pack(const struct hit *hit, struct buf *out)
{
	struct packed p = { .rule = hit->rule, .file = hit->file, .time_ns = hit->time_ns,
	    .first_ns = hit->first_ns, .record = hit->record, .count = hit->count,
	    .matches = (uint16_t)hit->matches };

	buf_add(out, &p, sizeof(p));
	pack_part(out, hit->host);
	pack_part(out, hit->subject);
	for (size_t i = 0; i < hit->matches; i++) {
		buf_addc(out, hit->match[i].absent ? 1 : 0);
		pack_part(out, hit->match[i].field);
		pack_part(out, hit->match[i].value);
		pack_part(out, hit->match[i].pattern);
	}
}

struct reader {
	const char *at;
	size_t left;
	bool bad;
};

static struct hit_part
unpack_part(struct reader *r)
{
	struct hit_part text = { NULL, 0 };
	uint16_t len;

	if (r->bad || r->left < sizeof(len)) {
		r->bad = true;
		return text;
	}
	memcpy(&len, r->at, sizeof(len));
	r->at += sizeof(len);
	r->left -= sizeof(len);
	if (r->left < len) {
		r->bad = true;
		return text;
	}
	text = (struct hit_part){ r->at, len };
	r->at += len;
	r->left -= len;
	return text;
}

size_t
hit_unpack(const char *data, size_t len, struct hit *ret)
{
	struct reader r = { data, len, false };
	struct packed p;

	if (len < sizeof(p))
		return 0;
	memcpy(&p, data, sizeof(p));
	r.at += sizeof(p);
	r.left -= sizeof(p);
	*ret = (struct hit){ .rule = p.rule, .file = p.file, .time_ns = p.time_ns, .record = p.record,
	    .first_ns = p.first_ns, .count = p.count, .matches = p.matches };
	ret->host = unpack_part(&r);
	ret->subject = unpack_part(&r);
	for (size_t i = 0; i < ret->matches && i < HIT_MATCHES && !r.bad; i++) {
		if (r.left == 0) {
			r.bad = true;
			break;
		}
		ret->match[i].absent = *r.at != 0;
		r.at++;
		r.left--;
		ret->match[i].field = unpack_part(&r);
		ret->match[i].value = unpack_part(&r);
		ret->match[i].pattern = unpack_part(&r);
	}
	return r.bad ? 0 : len - r.left;
}
