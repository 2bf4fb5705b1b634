/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free text is read once from left to right.  Links, paths and quoted file
 * names are tried where one can begin; everything else is cut into chunks of
 * letters, digits and . _ - @ + %, and each chunk is one thing or nothing.
 * Every look ahead is bounded or uses up what it looked at, so the time is in
 * proportion to the text.
 */
#include "model/observable.h"

#include <stdio.h>
#include <strings.h>

#include "base/map.h"
#include "base/utf8.h"
#include "model/observable_private.h"

#define QUOTED_MAX 120  /* bytes of a file name in quotes */
#define PATH_MAX_  1024 /* bytes of a path looked at */
#define IPV6_MAX   45

struct scan {
	const char *text; /* refanged, NUL at the end */
	size_t len;
	observable_fn found;
	void *ctx;
	struct map seen;
	size_t count;
	const char *word; /* the chunk before, for "version 1.2.3.4" */
	size_t word_len;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static bool
any_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_dot(char c)
{
	return c == '.' || c == DEFANGED_DOT;
}

/* Bytes of the UTF-8 character at ${s}; the text is well formed. */
static size_t
char_len(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Quotes, dashes and blanks beyond ASCII: U+0080..00BF, 2000..207F, 3000..303F. */
static bool
wide_punctuation(const char *s)
{
	unsigned char c = (unsigned char)s[0], d = (unsigned char)s[1];

	return c == 0xc2 || (c == 0xe2 && (d == 0x80 || d == 0x81)) || (c == 0xe3 && d == 0x80);
}

/* Bytes of the character at ${s} when chunks are made of it; else 0. */
static size_t
chunk_char(const char *s)
{
	if ((unsigned char)*s < 0x80)
		return alnum(*s) || any_of(*s, "._-@+%\x01");
	return wide_punctuation(s) ? 0 : char_len(s);
}

/* Where what was found begins: behind nothing, a blank, a quote, a bracket. */
static bool
fresh(const struct scan *sc, size_t i)
{
	const char *s = sc->text + i;

	if (i == 0 || any_of(s[-1], " \t\r\n\"'`([{<>:=,;|"))
		return true;
	return (i >= 3 && char_len(s - 3) == 3 && wide_punctuation(s - 3)) ||
	    (i >= 2 && (unsigned char)s[-2] == 0xc2);
}

static bool
emit(struct scan *sc, enum observable_type type, const char *s, size_t len)
{
	char value[OBSERVABLE_SIZE], key[OBSERVABLE_SIZE + 2];

	if (!observable_form(type, s, len, value))
		return false;
	snprintf(key, sizeof(key), "%c%s", 'a' + (int)type, value);
	if (map_get(&sc->seen, key) != NULL || sc->count == OBSERVABLE_FOUND_MAX)
		return true;
	map_put(&sc->seen, key, sc);
	sc->count++;
	sc->found(sc->ctx, type, value);
	return true;
}

static enum observable_label
last_label(const char *s, size_t len)
{
	size_t from = len;

	while (from > 0 && !is_dot(s[from - 1]))
		from--;
	return from == 0 ? LABEL_UNKNOWN : observable_label(s + from, len - from);
}

static bool
file_label(enum observable_label label)
{
	return label == LABEL_EXT || label == LABEL_EXT_TLD;
}

/* ---- links ---- */

static bool
link_ends(const char *s)
{
	return (unsigned char)*s <= ' ' ? *s != DEFANGED_DOT
	    : any_of(*s, "<>\"`{}|\\^") || wide_punctuation(s);
}

/* Bytes at ${s} up to where no link goes on. */
static size_t
link_span(const char *s)
{
	size_t n = 0;

	while (!link_ends(s + n)) {
		if ((s[n] == ',' || s[n] == ';') && strncasecmp(s + n + 1, "http", 4) == 0)
			break;
		n += char_len(s + n);
	}
	return n;
}

/* Without the full stop, comma or bracket of the sentence the link stands in. */
static size_t
link_trim(const char *s, size_t n)
{
	int round = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		round += (s[i] == '(') - (s[i] == ')');
		square += (s[i] == '[') - (s[i] == ']');
	}
	for (; n > 0; n--) {
		char c = s[n - 1];

		if (c == ')' && round < 0)
			round++;
		else if (c == ']' && square < 0)
			square++;
		else if (!any_of(c, ".,;:!?'*\x01"))
			break;
	}
	return n;
}

static size_t
scan_link(struct scan *sc, size_t i)
{
	const char *s = sc->text + i;
	size_t n;

	if (strncasecmp(s, "http", 4) != 0 && strncasecmp(s, "ftp", 3) != 0)
		return 0;
	n = s[3] == ':' ? 3 : s[4] == ':' ? 4 : 5;
	if (strnlen(s, n) < n || strncmp(s + n, "://", 3) != 0)
		return 0;
	n = link_span(s);
	emit(sc, OBSERVABLE_URL, s, link_trim(s, n));
	return n;
}

/* ---- paths ---- */

/* Where the first name with a known extension ends in ${s}; 0 when none does. */
static size_t
file_end(const char *s, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		size_t n = 0;

		if (!is_dot(s[i]))
			continue;
		while (i + 1 + n < len && n < 12 && alnum(s[i + 1 + n]))
			n++;
		if (file_label(observable_label(s + i + 1, n)) &&
		    (i + 1 + n == len || any_of(s[i + 1 + n], " \t)]}'.")) &&
		    !(is_dot(s[i + 1 + n]) && alnum(s[i + 2 + n])))
			return i + 1 + n;
	}
	return 0;
}

/*
 * C:\a b\c.exe or \\host\share\c.exe.  Names in it may hold blanks; the last
 * one ends with its extension, or, when it has none that is known, at a blank.
 */
static size_t
scan_windows_path(struct scan *sc, size_t i)
{
	const char *s = sc->text + i;
	size_t n, last, before, end, drive = 0;

	if (alnum(s[0]) && !is_digit(s[0]) && s[1] == ':' &&
	    (s[2] == '\\' || (s[2] == '/' && s[3] != '/')))
		drive = 3;
	else if (s[0] == '\\' && s[1] == '\\' && alnum(s[2]) && fresh(sc, i))
		drive = 2;
	if (drive == 0)
		return 0;
	for (n = last = before = drive; n < PATH_MAX_; n += char_len(s + n)) {
		if (((unsigned char)s[n] < ' ' && s[n] != DEFANGED_DOT) ||
		    any_of(s[n], "\"<>|?*:;,") || wide_punctuation(s + n))
			break;
		if (s[n] != '\\' && s[n] != '/')
			continue;
		if (n == last) { /* another path begins */
			n = last > drive ? last - 1 : drive;
			last = before;
			break;
		}
		before = last;
		last = n + 1;
	}
	end = file_end(s + last, n - last);
	if (end == 0) {
		while (end < n - last && s[last + end] != ' ')
			end++;
		while (end > 0 && any_of(s[last + end - 1], ".)]}'!"))
			end--;
	}
	end += last;
	while (end > drive && any_of(s[end - 1], "\\/"))
		end--;
	return end > drive && emit(sc, OBSERVABLE_FILENAME, s, end) ? end : 0;
}

static bool
known_root(const char *s, size_t len)
{
	static const char *const roots[] = { "bin", "boot", "dev", "etc", "home", "lib", "lib64",
		"media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr",
		"var", "Users", "Library", "Applications", "private" };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (strlen(roots[i]) == len && memcmp(s, roots[i], len) == 0)
			return true;
	return false;
}

static size_t
scan_unix_path(struct scan *sc, size_t i)
{
	const char *s = sc->text + i, *second;
	size_t n = 1, end;

	if (*s != '/' || !fresh(sc, i) || !(alnum(s[1]) || s[1] == '.'))
		return 0;
	while (s[n] == '/' || s[n] == '~' || chunk_char(s + n) > 0)
		n += char_len(s + n);
	for (end = n; end > 1 && any_of(s[end - 1], "./-_+%@~\x01");)
		end--;
	second = memchr(s + 1, '/', end - 1);
	if (second == NULL)
		return 0;
	if (!known_root(s + 1, (size_t)(second - s) - 1) && !file_label(last_label(s, end)))
		return 0;
	return emit(sc, OBSERVABLE_FILENAME, s, end) ? n : 0;
}

/* "thong bao luong.docx": in quotes a file name may hold blanks. */
static size_t
scan_quoted(struct scan *sc, size_t i)
{
	static const char *const quotes[][2] = { { "\"", "\"" }, { "'", "'" }, { "`", "`" },
		{ "“", "”" }, { "‘", "’" }, { "«", "»" } };
	const char *s = sc->text + i;
	size_t open = 0, n = 0, row;

	for (row = 0; row < ARRAY_LEN(quotes) && open == 0; row++)
		if (str_starts(s, quotes[row][0]))
			open = strlen(quotes[row][0]);
	if (open == 0 || (i > 0 && !any_of(s[-1], " \t\r\n(:")))
		return 0;
	s += open;
	while (n <= QUOTED_MAX && !str_starts(s + n, quotes[row - 1][1])) {
		if (any_of(s[n], "\r\n/\\:@<>|?*") || s[n] == '\0')
			return 0;
		n += char_len(s + n);
	}
	if (n > QUOTED_MAX || n == 0 || s[0] == ' ' || memchr(s, ' ', n) == NULL)
		return 0;
	if (!file_label(last_label(s, n)) || !emit(sc, OBSERVABLE_FILENAME, s, n))
		return 0;
	return open + n;
}

/* ---- addresses ---- */

/* Behind an address: "/24", so that it is a range and not one machine. */
static bool
range_follows(const char *s)
{
	size_t n = *s == '/' ? strspn(s + 1, "0123456789") : 0;

	return n >= 1 && n <= 3 && !alnum(s[1 + n]) && s[1 + n] != '/' && !(s[1 + n] == '.' &&
	    alnum(s[2 + n]));
}

static bool
ipv6_plausible(const char *s, size_t n)
{
	size_t colons = 0, pairs = 0, digits = 0, group = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i == n || s[i] == ':') {
			colons += i < n;
			pairs += group == 2;
			group = 0;
			continue;
		}
		digits += is_digit(s[i]);
		group++;
	}
	/* Eight pairs are a hardware address; without any digit it is a word such as a::b. */
	return colons >= 2 && digits > 0 && pairs < 8;
}

static size_t
scan_ipv6(struct scan *sc, size_t i)
{
	const char *s = sc->text + i;
	size_t n, end;

	if (i > 0 && (alnum(s[-1]) || s[-1] == '.' || (s[-1] == ':' && i > 1 &&
	    (s[-2] == ':' || any_of(s[-2], "0123456789abcdefABCDEF")))))
		return 0;
	for (n = 0; n <= IPV6_MAX && any_of(s[n], "0123456789abcdefABCDEF:.\x01"); n++)
		;
	if (n > IPV6_MAX || alnum(s[n]) || (unsigned char)s[n] >= 0xc3)
		return 0;
	for (end = n; end > 1 && (is_dot(s[end - 1]) || (s[end - 1] == ':' && s[end - 2] != ':'));)
		end--;
	if (end < 3 || !ipv6_plausible(s, end))
		return 0;
	if (range_follows(s + end)) {
		char value[OBSERVABLE_SIZE];

		return observable_form(OBSERVABLE_IP, s, end, value) ? n : 0;
	}
	return emit(sc, OBSERVABLE_IP, s, end) ? n : 0;
}

/* "phiên bản 1.2.3.4" and "mục 1.2.3.4" number something else than machines. */
static bool
counts_something(const struct scan *sc)
{
	static const char *const words[] = { "version", "ver", "ver.", "v", "v.", "bản", "ban",
		"build", "release", "firmware", "mục", "muc", "điều", "khoản", "section", "chapter" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (sc->word_len == strlen(words[i]) &&
		    strncasecmp(sc->word, words[i], sc->word_len) == 0)
			return true;
	return false;
}

/* Digits, dots and dashes: one address, or the two ends of a range of them. */
static bool
address(struct scan *sc, const char *s, size_t len)
{
	bool any = false;
	size_t n;

	if (counts_something(sc) && memchr(s, DEFANGED_DOT, len) == NULL)
		return true;
	if (range_follows(s + len))
		return true;
	for (size_t i = 0; i < len; i += n + 1) {
		const char *dash = memchr(s + i, '-', len - i);

		n = dash == NULL ? len - i : (size_t)(dash - (s + i));
		any = emit(sc, OBSERVABLE_IP, s + i, n) || any;
	}
	return any;
}

/* ---- chunks ---- */

static bool
hash(struct scan *sc, const char *s, size_t len)
{
	static const enum observable_type types[] = { OBSERVABLE_MD5, OBSERVABLE_SHA1,
		OBSERVABLE_SHA256 };
	size_t digits = 0;

	if (len != 32 && len != 40 && len != 64)
		return false;
	for (size_t i = 0; i < len; i++)
		digits += is_digit(s[i]);
	if (digits == 0 || digits == len)
		return false; /* a long number, or a word */
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (emit(sc, types[i], s, len))
			return true;
	return false;
}

static bool
email(struct scan *sc, const char *s, size_t len)
{
	if (last_label(s, len) == LABEL_EXT)
		return false; /* icon@2x.png */
	return emit(sc, OBSERVABLE_EMAIL, s, len);
}

/* Products whose names look like domains or files. */
static bool
product(const char *s, size_t len)
{
	static const char *const names[] = { "asp.net", "vb.net", "ado.net", "node.js", "vue.js",
		"react.js", "next.js", "express.js", "d3.js", "three.js", "java.io", "java.net",
		"system.io", "system.net", "paint.net" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == len && strncasecmp(s, names[i], len) == 0)
			return true;
	return false;
}

/* gov.vn, co.uk: what names are registered under, nobody's own. */
static bool
public_suffix(const char *s, size_t len)
{
	static const char *const seconds[] = { "com", "net", "org", "edu", "gov", "mil", "ac",
		"co", "int", "biz", "info", "name", "pro", "health", "id", "io", "ai" };
	size_t n = 0;

	while (n < len && !is_dot(s[n]))
		n++;
	if (len - n != 3)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		if (strlen(seconds[i]) == n && strncasecmp(s, seconds[i], n) == 0)
			return true;
	return false;
}

/* Whether more than its ending says that this is a domain. */
static bool
domain_evidence(const char *s, size_t len)
{
	size_t labels = 1;
	bool mark = false;

	if (memchr(s, DEFANGED_DOT, len) != NULL || strncasecmp(s, "www.", 4) == 0)
		return true;
	if (s[len] == '/' || (s[len] == ':' && is_digit(s[len + 1])))
		return true;
	for (size_t i = 0; i < len; i++) {
		labels += s[i] == '.';
		mark = mark || is_digit(s[i]) || s[i] == '-';
	}
	return labels >= 3 || mark;
}

static bool
file_name(struct scan *sc, const char *s, size_t len)
{
	size_t stem = len;

	while (stem > 0 && !is_dot(s[stem - 1]))
		stem--;
	for (size_t i = 0; i + 1 < stem; i++)
		if (alnum(s[i]) || (unsigned char)s[i] >= 0x80)
			return emit(sc, OBSERVABLE_FILENAME, s, len);
	return false;
}

static bool
domain_or_file(struct scan *sc, const char *s, size_t len)
{
	bool defanged = memchr(s, DEFANGED_DOT, len) != NULL;

	if (product(s, len))
		return true;
	switch (last_label(s, len)) {
	case LABEL_EXT:
		return file_name(sc, s, len);
	case LABEL_EXT_TLD:
		if (!defanged && strncasecmp(s, "www.", 4) != 0)
			return file_name(sc, s, len);
		break;
	case LABEL_TLD_WEAK:
		if (!domain_evidence(s, len))
			return false;
		break;
	case LABEL_TLD:
		break;
	case LABEL_UNKNOWN:
		if (!defanged)
			return false;
		break;
	}
	return !public_suffix(s, len) && emit(sc, OBSERVABLE_DOMAIN, s, len);
}

static bool
classify(struct scan *sc, const char *s, size_t len)
{
	bool dots = false, numeric = true;

	if (memchr(s, '@', len) != NULL)
		return email(sc, s, len);
	if (hash(sc, s, len))
		return true;
	for (size_t i = 0; i < len; i++) {
		dots = dots || is_dot(s[i]);
		numeric = numeric && (is_dot(s[i]) || is_digit(s[i]) || s[i] == '-');
	}
	if (!dots)
		return false;
	return numeric ? address(sc, s, len) : domain_or_file(sc, s, len);
}

static size_t
trimmed(const char *s, size_t len)
{
	while (len > 0 && any_of(s[len - 1], ".-+%@\x01"))
		len--;
	return len;
}

/* "evil.com.Sau đó": the next sentence began without a blank. 0 when it did not. */
static size_t
without_next_sentence(const char *s, size_t len)
{
	size_t dot = len;

	while (dot > 0 && s[dot - 1] != '.')
		dot--;
	if (dot < 2 || !((s[dot] >= 'A' && s[dot] <= 'Z') || (unsigned char)s[dot] >= 0x80))
		return 0;
	return trimmed(s, dot - 1);
}

/* The path behind a name or address without a scheme, which is not told apart. */
static size_t
path_span(const char *s)
{
	size_t n = 0;

	if (*s == ':') {
		n = 1 + strspn(s + 1, "0123456789");
		if (n == 1)
			return 0;
	}
	return s[n] == '/' ? n + link_span(s + n) : 0;
}

static size_t
scan_chunk(struct scan *sc, size_t i)
{
	const char *s = sc->text + i;
	size_t n = 0, len, step;
	bool found, file;

	while ((step = chunk_char(s + n)) > 0)
		n += step;
	len = trimmed(s, n);
	if (len > 1 && s[0] == '_' && s[len - 1] == '_') /* _emphasis_ */
		s++, len -= 2;
	found = len > 0 && len < OBSERVABLE_SIZE && classify(sc, s, len);
	if (!found && len > 0 && len < OBSERVABLE_SIZE) {
		size_t less = without_next_sentence(s, len);

		found = less > 0 && classify(sc, s, less);
	}
	file = file_label(last_label(s, len));
	sc->word = sc->text + i;
	sc->word_len = n;
	return found && !file ? n + path_span(sc->text + i + n) : n;
}

static size_t
step(struct scan *sc, size_t i)
{
	const char *s = sc->text + i;
	size_t n = 0;

	if (alnum(*s) || *s == ':') {
		n = scan_link(sc, i);
		if (n == 0)
			n = scan_windows_path(sc, i);
		if (n == 0)
			n = scan_ipv6(sc, i);
	} else if (*s == '\\') {
		n = scan_windows_path(sc, i);
	} else if (*s == '/') {
		n = scan_unix_path(sc, i);
	} else {
		n = scan_quoted(sc, i);
	}
	if (n == 0 && chunk_char(s) > 0 && !any_of(*s, ".-+%@\x01"))
		n = scan_chunk(sc, i);
	return n == 0 ? char_len(s) : n;
}

size_t
observable_extract(const char *text, size_t len, observable_fn found, void *ctx)
{
	cleanup(buf_clear) struct buf ready = BUF_INIT(4 * OBSERVABLE_TEXT_MAX);
	struct scan sc = { .found = found, .ctx = ctx, .seen = MAP_INIT };

	if (len > OBSERVABLE_TEXT_MAX)
		len = OBSERVABLE_TEXT_MAX;
	observable_refang(text, len, &ready);
	sc.text = buf_str(&ready);
	sc.len = ready.len;
	for (size_t i = 0; i < sc.len && sc.count < OBSERVABLE_FOUND_MAX;)
		i += step(&sc, i);
	map_clear(&sc.seen, NULL);
	return sc.count;
}
