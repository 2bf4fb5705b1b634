/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/ioc.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "model/observable.h"

#define FOUND_MAX 64 /* different ones told of one value */

/* Bytes of words; everything else separates them. */
static bool
in_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
	    c == '-' || c == '_' || c >= 0x80;
}

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c == '\\' ? '/' : c;
}

static uint64_t
hash_word(const char *s, size_t len)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ lower((unsigned char)s[i])) * UINT64_C(0x100000001b3);
	return h ^ h >> 31;
}

static bool
like(const char *s, const char *low, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower((unsigned char)s[i]) != (unsigned char)low[i])
			return false;
	return true;
}

/* ---- building -------------------------------------------------------------------------- */

static enum indicator
kind_of(enum observable_type type)
{
	switch (type) {
	case OBSERVABLE_IP: return IND_IP;
	case OBSERVABLE_DOMAIN: return IND_DOMAIN;
	case OBSERVABLE_URL: return IND_URL;
	case OBSERVABLE_MD5: return IND_MD5;
	case OBSERVABLE_SHA1: return IND_SHA1;
	case OBSERVABLE_SHA256: return IND_SHA256;
	case OBSERVABLE_FILENAME: return IND_FILE;
	default: return IND_NONE;
	}
}

static enum observable_type
type_of(enum indicator kind)
{
	static const enum observable_type type[IND_KINDS] = {
		[IND_NONE] = OBSERVABLE_NONE, [IND_MD5] = OBSERVABLE_MD5, [IND_SHA1] = OBSERVABLE_SHA1,
		[IND_SHA256] = OBSERVABLE_SHA256, [IND_IP] = OBSERVABLE_IP,
		[IND_DOMAIN] = OBSERVABLE_DOMAIN, [IND_URL] = OBSERVABLE_URL,
		[IND_FILE] = OBSERVABLE_FILENAME,
	};

	return type[kind];
}

static bool
address(const char *text, uint8_t out[static 16])
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	return inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1;
}

static bool
add_net(struct iocs *x, const char *text)
{
	struct ioc_net net = { .bits = 128 };
	const char *slash = strchr(text, '/');
	char host[64], *end;
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	bool four = memchr(text, ':', n) == NULL;
	unsigned long bits = slash == NULL ? 0 : strtoul(slash + 1, &end, 10);

	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (!address(host, net.addr))
		return false;
	/* Whole continents are mistakes in a list. */
	if (slash != NULL && (end == slash + 1 || *end != '\0' || bits < 8 || bits > (four ? 32 : 128)))
		return false;
	if (slash != NULL)
		net.bits = (unsigned)bits + (four ? 96 : 0);
	if (x->nets == x->nets_room) {
		x->nets_room = x->nets_room == 0 ? 64 : x->nets_room * 2;
		x->net = xrealloc(x->net, x->nets_room * sizeof(*x->net));
	}
	net.text = arena_strdup(&x->arena, text);
	for (unsigned b = net.bits; b < 128; b++)
		net.addr[b / 8] &= (uint8_t)~(0x80 >> b % 8);
	x->net[x->nets++] = net;
	x->kinds[IND_IP]++;
	return true;
}

static void
add_text(struct iocs *x, enum indicator kind, const char *text)
{
	struct ioc ioc = { .kind = kind, .len = (uint32_t)strlen(text) };
	char *low = arena_strdup(&x->arena, text);
	size_t from = 0;

	/* "http://a.example/" is found as http://a.example too. */
	if (kind == IND_URL && ioc.len > 1 && low[ioc.len - 1] == '/')
		low[--ioc.len] = '\0';
	for (size_t i = 0; i < ioc.len; i++)
		low[i] = (char)lower((unsigned char)low[i]);
	for (size_t i = 0; i <= ioc.len; i++) {
		if (i < ioc.len && in_word((unsigned char)low[i]))
			continue;
		if (i - from > ioc.word_len) {
			ioc.word = (uint32_t)from;
			ioc.word_len = (uint32_t)(i - from);
		}
		from = i + 1;
	}
	if (ioc.word_len == 0)
		return;
	ioc.text = low;
	if (x->count == x->room) {
		x->room = x->room == 0 ? 256 : x->room * 2;
		x->ioc = xrealloc(x->ioc, x->room * sizeof(*x->ioc));
	}
	x->ioc[x->count++] = ioc;
	x->kinds[kind]++;
}

/* A name with dots that ends in letters: in a list of indicators that is a domain, known ending or not. */
static bool
like_domain(const char *text)
{
	const char *dot = strrchr(text, '.');
	size_t letters = 0;

	if (dot == NULL || strlen(text) > 253)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (!in_word((unsigned char)*p) || (unsigned char)*p >= 0x80)
			return false;
	for (const char *p = dot + 1; *p != '\0'; p++, letters++)
		if (lower((unsigned char)*p) < 'a' || lower((unsigned char)*p) > 'z')
			return false;
	return letters >= 2;
}

/* "203.0.113.7:443", "[2001:db8::5]:443", "xau.example:8080": the host, into ${host}. */
static bool
without_port(const char *text, char host[static OBSERVABLE_SIZE])
{
	const char *colon = strrchr(text, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	bool bracketed = n > 2 && text[0] == '[' && text[n - 1] == ']' && memchr(text, ':', n) != NULL;

	if (n == 0 || n >= OBSERVABLE_SIZE || colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    (!bracketed && (memchr(text, ':', n) != NULL || memchr(text, '/', n) != NULL)))
		return false;
	memcpy(host, text + bracketed, n - 2 * (size_t)bracketed);
	host[n - 2 * (size_t)bracketed] = '\0';
	return true;
}

/* "xau.example/a": a link of which only http:// is missing; ${ret} is without it. */
static bool
link_without_scheme(const char *text, char ret[static OBSERVABLE_SIZE])
{
	static const char scheme[] = "http://";
	char with[OBSERVABLE_SIZE], host[OBSERVABLE_SIZE];
	size_t n;

	if (strstr(text, "://") != NULL || strchr(text, '/') == NULL || strpbrk(text, "\\ ") != NULL ||
	    snprintf(with, sizeof(with), "%s%s", scheme, text) >= (int)sizeof(with) ||
	    observable_normalise(OBSERVABLE_URL, with, ret, NULL) != 0)
		return false;
	memmove(ret, ret + strlen(scheme), strlen(ret) - strlen(scheme) + 1);
	n = strcspn(ret, ":/");
	memcpy(host, ret, n);
	host[n] = '\0';
	return like_domain(host);
}

bool
iocs_add(struct iocs *x, enum indicator kind, const char *text)
{
	char normal[OBSERVABLE_SIZE];
	enum observable_type type;

	/* Every name within a domain is found with it. */
	if (kind == IND_NONE || kind == IND_DOMAIN)
		text += strncmp(text, "*.", 2) == 0 ? 2 : *text == '.';
	if (x->count + x->nets >= IOC_MAX) {
		x->too_many++;
		return true;
	}
	if ((kind == IND_NONE || kind == IND_IP) && add_net(x, text))
		return true;
	type = kind == IND_NONE ? observable_type_of(text) : type_of(kind);
	if (type == OBSERVABLE_NONE && like_domain(text))
		type = OBSERVABLE_DOMAIN;
	if (type == OBSERVABLE_NONE || observable_normalise(type, text, normal, NULL) != 0) {
		if ((kind == IND_NONE || kind == IND_IP || kind == IND_DOMAIN) && without_port(text, normal))
			return iocs_add(x, kind, normal);
		if ((kind != IND_NONE && kind != IND_URL) || !link_without_scheme(text, normal))
			return false;
		type = OBSERVABLE_URL;
	}
	kind = kind_of(type);
	if (kind == IND_IP)
		return add_net(x, normal);
	/* A bare name like "cmd" would be found everywhere. */
	if (kind == IND_NONE || (kind == IND_FILE && strlen(normal) < 4))
		return false;
	add_text(x, kind, normal);
	return true;
}

static int
by_bits(const void *a, const void *b)
{
	const struct ioc_net *x = a, *y = b;
	int order = memcmp(x->addr, y->addr, 16);

	return x->bits != y->bits ? (x->bits > y->bits ? -1 : 1) : order;
}

void
iocs_ready(struct iocs *x)
{
	x->slots = 64;
	while (x->slots < x->count * 4)
		x->slots *= 2;
	x->slot = xcalloc(x->slots, sizeof(*x->slot));
	for (size_t i = 0; i < x->count; i++) {
		struct ioc *c = &x->ioc[i];
		size_t at = hash_word(c->text + c->word, c->word_len) & (x->slots - 1);

		c->next = x->slot[at];
		x->slot[at] = (uint32_t)i + 1;
	}
	if (x->nets > 1)
		qsort(x->net, x->nets, sizeof(*x->net), by_bits);
}

void
iocs_clear(struct iocs *x)
{
	free(x->ioc);
	free(x->slot);
	free(x->net);
	arena_clear(&x->arena);
	*x = (struct iocs){ 0 };
}

/* ---- searching --------------------------------------------------------------------------- */

struct search {
	const struct iocs *iocs;
	const struct event_value *value;
	struct text text;
	ioc_fn fn;
	void *arg;
	const char *told[FOUND_MAX];
	size_t tolds;
};

static void
tell(struct search *s, enum indicator kind, const char *indicator)
{
	for (size_t i = 0; i < s->tolds; i++)
		if (s->told[i] == indicator)
			return;
	if (s->tolds == FOUND_MAX)
		return;
	s->told[s->tolds++] = indicator;
	s->fn(s->arg, kind, indicator, s->value, s->text);
}

/* Whether the whole indicator stands where its word was found, at ${at}, and not inside a longer one. */
static bool
stands(const struct search *s, const struct ioc *c, size_t at, bool subdomain)
{
	const char *text = s->text.at;
	size_t begin, end;

	if (at < c->word || s->text.len - (at - c->word) < c->len)
		return false;
	begin = at - c->word;
	end = begin + c->len;
	if (!like(text + begin, c->text, c->len))
		return false;
	if (end < s->text.len && in_word((unsigned char)text[end]) &&
	    !(c->kind == IND_DOMAIN && text[end] == '.' &&
	    (end + 1 == s->text.len || !in_word((unsigned char)text[end + 1]))))
		return false;
	/* A link is found with what follows it, but not as the beginning of another name. */
	return begin == 0 || subdomain || !in_word((unsigned char)text[begin - 1]);
}

static void
look_up(struct search *s, size_t at, size_t len, bool subdomain)
{
	const struct iocs *x = s->iocs;

	for (uint32_t i = x->slot[hash_word(s->text.at + at, len) & (x->slots - 1)]; i != 0;) {
		const struct ioc *c = &x->ioc[i - 1];

		if (c->word_len == len && (!subdomain || c->kind == IND_DOMAIN) &&
		    stands(s, c, at, subdomain))
			tell(s, c->kind, c->text);
		i = c->next;
	}
}

static bool
in_net(const uint8_t addr[16], const struct ioc_net *net)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	return memcmp(addr, net->addr, whole) == 0 &&
	    (rest == 0 || ((addr[whole] ^ net->addr[whole]) & (0xff << (8 - rest) & 0xff)) == 0);
}

static void
look_up_address(struct search *s, const char *text, size_t len)
{
	const struct iocs *x = s->iocs;
	struct ioc_net key = { .bits = 128 };
	char copy[48];
	const struct ioc_net *found;
	size_t i;

	while (len > 0 && text[len - 1] == '.')
		len--;
	if (len < 2 || len >= sizeof(copy))
		return;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!address(copy, key.addr))
		return;
	/* Single addresses come first, in order; networks are few. */
	found = bsearch(&key, x->net, x->nets, sizeof(*x->net), by_bits);
	if (found != NULL) {
		tell(s, IND_IP, found->text);
		return;
	}
	for (i = x->nets; i > 0 && x->net[i - 1].bits < 128; i--)
		if (in_net(key.addr, &x->net[i - 1]))
			tell(s, IND_IP, x->net[i - 1].text);
}

/* Words, and of names with dots each part after a dot. */
static void
search_words(struct search *s)
{
	const char *text = s->text.at;
	size_t len = s->text.len, end;

	for (size_t at = 0; at < len; at = end + 1) {
		size_t dots = 0, trimmed;
		bool number = true;

		for (end = at; end < len && in_word((unsigned char)text[end]); end++) {
			dots += text[end] == '.';
			number &= (text[end] >= '0' && text[end] <= '9') || text[end] == '.';
		}
		for (trimmed = end; trimmed > at && text[trimmed - 1] == '.'; trimmed--)
			dots--;
		if (trimmed - at < 2)
			continue;
		if (number && dots == 3 && s->iocs->nets > 0)
			look_up_address(s, text + at, trimmed - at);
		look_up(s, at, trimmed - at, false);
		if (dots == 0 || dots > 10 || s->iocs->kinds[IND_DOMAIN] == 0)
			continue;
		for (size_t i = at; i + 3 < trimmed; i++)
			if (text[i] == '.')
				look_up(s, i + 1, trimmed - i - 1, true);
	}
}

static bool
in_address6(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

static void
search_address6(struct search *s)
{
	const char *text = s->text.at;
	size_t len = s->text.len, end;

	for (size_t at = 0; at < len; at = end + 1) {
		size_t colons = 0;

		for (end = at; end < len && in_address6(text[end]); end++)
			colons += text[end] == ':';
		if (colons >= 2 && end - at < 46)
			look_up_address(s, text + at, end - at);
	}
}

void
iocs_event(const struct iocs *x, const struct event *event, struct buf *scratch, ioc_fn fn, void *arg)
{
	for (uint32_t i = 0; i < event->values; i++) {
		struct search s = { .iocs = x, .value = &event->value[i], .fn = fn, .arg = arg };

		if (s.value->type != VALUE_TEXT && s.value->type != VALUE_UTF16 && s.value->type != VALUE_BYTES)
			continue;
		buf_reset(scratch);
		s.text = event_text(s.value, scratch);
		if (s.text.len < 2)
			continue;
		if (x->count + x->nets > 0)
			search_words(&s);
		if (x->nets > 0 && memchr(s.text.at, ':', s.text.len) != NULL)
			search_address6(&s);
	}
	buf_reset(scratch);
}
