/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"

#include "base/utf8.h"

void
csv_init(struct csv *csv, struct buf *out, bool bom)
{
	*csv = (struct csv){ out, ',', false };
	if (bom)
		buf_adds(out, "\xef\xbb\xbf");
}

static void
next_field(struct csv *csv)
{
	if (csv->started)
		buf_addc(csv->out, csv->separator);
	csv->started = true;
}

static bool
formula(const char *s)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(s, starts[i]))
			return true;
	return false;
}

static bool
needs_quotes(const struct csv *csv, const char *s)
{
	size_t len = strlen(s);

	if (len > 0 && (s[0] == ' ' || s[len - 1] == ' '))
		return true;
	return strpbrk(s, ",;\"\t\r\n") != NULL || strchr(s, csv->separator) != NULL;
}

void
csv_text(struct csv *csv, const char *s)
{
	size_t len, n;
	bool quotes;
	uint32_t cp;

	next_field(csv);
	if (s == NULL)
		return;
	len = strlen(s);
	quotes = len > 0 && needs_quotes(csv, s);
	if (quotes)
		buf_addc(csv->out, '"');
	if (formula(s))
		buf_addc(csv->out, '\'');
	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			buf_adds(csv->out, "\xef\xbf\xbd");
			n = 1;
			continue;
		}
		if (cp == '"')
			buf_addc(csv->out, '"');
		buf_add(csv->out, s + i, n);
	}
	if (quotes)
		buf_addc(csv->out, '"');
}

void
csv_int(struct csv *csv, int64_t n)
{
	next_field(csv);
	buf_printf(csv->out, "%lld", (long long)n);
}

void
csv_row_end(struct csv *csv)
{
	buf_add(csv->out, "\r\n", 2);
	csv->started = false;
}
