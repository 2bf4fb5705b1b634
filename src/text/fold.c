/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fold.h"

#include "base/utf8.h"

/*
 * A letter is one ASCII character here: A is ă, B â, D đ, E ê, O ô, Q ơ, U ư;
 * lower case stands for itself.  Tones are '0' ngang to '5' nặng.
 */
struct letter {
	char base; /* 0: not a letter or digit this module knows */
	char tone; /* 0: the character carries none */
};

/* U+00C0..U+00DF; their lower case is 0x20 on. U+00D0 is what many type for Đ. */
static const char latin1[] = "a1a4B0a3a0a0  c0e1e4E0e0i1i4i0i0D0n0o1o4O0o3o0  o0u1u4u0u0y4    ";

/* U+1EA0..U+1EF9, upper and lower case in pairs. */
static const char extended[] = "a5a2B4B1B2B3B5A4A1A2A3A5e5e2e3E4E1E2E3E5i2i5"
    "o5o2O4O1O2O3O5Q4Q1Q2Q3Q5u5u2U4U1U2U3U5y1y5y2y3";

static const struct {
	uint32_t upper;
	struct letter letter;
} others[] = {
	{ 0x102, { 'A', '0' } }, { 0x110, { 'D', '0' } }, { 0x128, { 'i', '3' } },
	{ 0x168, { 'u', '3' } }, { 0x1a0, { 'Q', '0' } }, { 0x1af, { 'U', '0' } },
};

static struct letter
letter_of(uint32_t cp)
{
	const char *pair = NULL;

	if ((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))
		return (struct letter){ (char)cp, '0' };
	if (cp >= 'A' && cp <= 'Z')
		return (struct letter){ (char)(cp + 0x20), '0' };
	if (cp == 0xff)
		return (struct letter){ 'y', '0' };
	if (cp >= 0xc0 && cp < 0xff)
		pair = latin1 + 2 * (cp & 0x1f);
	else if (cp >= 0x1ea0 && cp <= 0x1ef9)
		pair = extended + ((cp - 0x1ea0) & ~UINT32_C(1));
	if (pair != NULL && *pair != ' ')
		return (struct letter){ pair[0], pair[1] };
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (cp == others[i].upper || cp == others[i].upper + 1)
			return others[i].letter;
	if (cp >= 0xff10 && cp <= 0xff5a) /* full width */
		return letter_of(cp - 0xfee0);
	return (struct letter){ 0, 0 };
}

static bool
combining(uint32_t cp)
{
	return cp >= 0x300 && cp <= 0x36f;
}

/* The tone a combining mark stands for, or 0. */
static char
tone_of(uint32_t cp)
{
	switch (cp) {
	case 0x300:
	case 0x340:
		return '1';
	case 0x309:
		return '2';
	case 0x303:
		return '3';
	case 0x301:
	case 0x341:
		return '4';
	case 0x323:
		return '5';
	default:
		return 0;
	}
}

/* The letter ${base} becomes under a combining hat, breve or horn. */
static char
marked(char base, uint32_t cp)
{
	static const char marks[][4] = { "aB\x02", "eE\x02", "oO\x02", "aA\x06", "oQ\x1b", "uU\x1b" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (marks[i][0] == base && cp == 0x300 + (uint32_t)marks[i][2])
			return marks[i][1];
	return base;
}

static char
plain(char base)
{
	static const char from[] = "ABDEOQU", to[] = "aadeoou";
	const char *at;

	if (base >= 'a' || base <= '9')
		return base;
	at = strchr(from, base);
	return at == NULL ? base : to[at - from];
}

static bool
blank(uint32_t cp)
{
	return cp <= ' ' || cp == 0x7f || cp == 0xa0 || (cp >= 0x2000 && cp <= 0x200b) ||
	    cp == 0x202f || cp == 0x3000 || cp == 0xfeff;
}

void
fold_search(struct buf *out, const char *s)
{
	size_t len = strlen(s), n;
	bool gap = false, any = false;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		struct letter letter;

		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (combining(cp))
			continue;
		if (blank(cp)) {
			gap = any;
			continue;
		}
		if (gap)
			buf_addc(out, ' ');
		gap = false;
		any = true;
		letter = letter_of(cp);
		if (letter.base != 0)
			buf_addc(out, plain(letter.base));
		else
			buf_add(out, s + i, n);
	}
}

/* As letter_of() and plain(), of ASCII; what is no letter is itself. */
static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : c;
}

bool
fold_begins(const char *word, size_t len, const char *folded)
{
	bool any = false;
	uint32_t cp;

	for (size_t i = 0, n = 1; *folded != '\0'; i += n, n = 1) {
		char base = 0;

		if (i >= len)
			return false;
		if (word[i] > ' ' && word[i] < 0x7f) {
			base = small(word[i]);
		} else {
			n = utf8_decode(word + i, len - i, &cp);
			if (n == 0 || combining(cp) || (blank(cp) && !any)) {
				n = n == 0 ? 1 : n;
				continue;
			}
			if (blank(cp))
				return false;
			base = plain(letter_of(cp).base);
		}
		if (base != 0 ? base != *folded : strncmp(folded, word + i, n) != 0)
			return false;
		folded += base != 0 ? 1 : n;
		any = true;
	}
	return true;
}

/* Where a letter stands in the alphabet, as a byte above the digits. */
static char
rank(char base)
{
	static const char alphabet[] = "aABbcdDeEfghijklmnoOQpqrstuUvwxyz";

	if (base >= '0' && base <= '9')
		return base;
	return (char)('A' + (strchr(alphabet, base) - alphabet));
}

/* The length of the word at ${s}; 0 when a separator stands there, of ${ret_skip} bytes. */
static size_t
word_len(const char *s, size_t len, size_t *ret_skip)
{
	size_t i = 0, n;
	uint32_t cp;

	*ret_skip = 0;
	while (i < len) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0 || blank(cp) || (cp < 0x80 && letter_of(cp).base == 0)) {
			*ret_skip = n == 0 ? 1 : n;
			break;
		}
		i += n;
	}
	return i;
}

/* Letters, '!' which is below all of them, tone. */
static void
add_word(struct buf *out, const char *s, size_t len)
{
	char tone = '0', waiting = 0;
	size_t n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		struct letter letter;

		n = utf8_decode(s + i, len - i, &cp);
		if (combining(cp)) {
			if (tone_of(cp) != 0)
				tone = tone_of(cp);
			waiting = marked(waiting, cp);
			continue;
		}
		if (waiting != 0)
			buf_addc(out, rank(waiting));
		letter = letter_of(cp);
		waiting = letter.base;
		if (letter.tone > '0')
			tone = letter.tone;
		if (letter.base == 0) {
			buf_addc(out, 'z'); /* other scripts come last, by code point */
			buf_add(out, s + i, n);
		}
	}
	if (waiting != 0)
		buf_addc(out, rank(waiting));
	buf_addc(out, '!');
	buf_addc(out, tone);
}

/* Adds words number ${from} up to, not including, ${to} of ${s}; returns how many it has. */
static size_t
add_words(struct buf *out, const char *s, size_t from, size_t to)
{
	size_t len = strlen(s), count = 0, skip, n;

	for (size_t i = 0; i < len; i += n + skip) {
		n = word_len(s + i, len - i, &skip);
		if (n == 0)
			continue;
		if (count >= from && count < to)
			add_word(out, s + i, n);
		count++;
	}
	return count;
}

void
fold_sort_key(struct buf *out, const char *s)
{
	add_words(out, s, 0, SIZE_MAX);
}

void
fold_name_key(struct buf *out, const char *name)
{
	size_t count = add_words(out, name, 0, 0);

	if (count > 0)
		add_words(out, name, count - 1, count);
	if (count > 1) {
		add_words(out, name, 1, count - 1);
		buf_addc(out, ' '); /* ends the middle names: fewer come first */
		add_words(out, name, 0, 1);
	}
}
