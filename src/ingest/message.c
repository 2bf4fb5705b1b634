/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/message.h"

#include <arpa/inet.h>
#include <strings.h>

#include "ingest/xml.h"

enum { USER, TARGET, SRC_IP, SRC_PORT, ACTION, METHOD, COMMAND, PREFIX, QUERY, TYPE, ANSWER };

const char *const message_names[] = {
	"user", "target_user", "src_ip", "src_port", "action", "auth_method", "command", "log_prefix", "query",
	"record_type", "answer", NULL
};

static void
put(struct ingest_thread *t, int name, const char *s, size_t len)
{
	if (len > 0)
		parse_text(t, &t->message[name], s, len);
}

static void
put_word(struct ingest_thread *t, int name, const char *word)
{
	put(t, name, word, strlen(word));
}

static const char *
find(const char *s, const char *end, const char *word)
{
	return s >= end ? NULL : memmem(s, (size_t)(end - s), word, strlen(word));
}

static const char *
find_last(const char *s, const char *end, const char *word)
{
	const char *found = NULL;

	for (const char *p = s; (p = find(p, end, word)) != NULL; p++)
		found = p;
	return found;
}

static bool
begins(const char *s, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - s) >= n && memcmp(s, word, n) == 0;
}

static size_t
word_len(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && *p != ' ')
		p++;
	return (size_t)(p - s);
}

static bool
is_address(const char *s, size_t len)
{
	char text[64];
	uint8_t out[16];

	if (len < 2 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	text[strcspn(text, "%")] = '\0'; /* fe80::1%eth0 */
	return inet_pton(AF_INET, text, out) == 1 || inet_pton(AF_INET6, text, out) == 1;
}

static size_t
digits(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* ---- PAM ----------------------------------------------------------------------------------- */

static void
put_pair(struct ingest_thread *t, const char *name, size_t name_len, const char *value, size_t len)
{
	parse_named(t, name, name_len, value, len);
	if (name_len == 5 && memcmp(name, "rhost", 5) == 0 && is_address(value, len))
		put(t, SRC_IP, value, len);
}

/* logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root */
static void
pairs(struct ingest_thread *t, const char *s, const char *end)
{
	while (s < end) {
		size_t n = word_len(s, end);
		const char *equals = memchr(s, '=', n);

		if (equals != NULL && equals > s && equals + 1 < s + n)
			put_pair(t, s, (size_t)(equals - s), equals + 1, (size_t)(s + n - equals) - 1);
		s += n + 1;
	}
}

/* "pam_unix(sshd:auth): authentication failure; …", "… session opened for user root(uid=0) by …" */
static bool
pam(struct ingest_thread *t, const char *s, const char *end)
{
	const char *p;

	if (!begins(s, end, "pam_") && !begins(s, end, "PAM "))
		return false;
	if ((p = find(s, end, "; ")) != NULL) {
		pairs(t, p + 2, end);
		if (find(s, p, "failure") != NULL)
			put_word(t, ACTION, "failed");
	} else if ((p = find(s, end, " for user ")) != NULL) {
		size_t n = word_len(p + 10, end);
		const char *bracket = memchr(p + 10, '(', n);

		put(t, USER, p + 10, bracket == NULL ? n : (size_t)(bracket - p) - 10);
	}
	return true;
}

/* ---- sshd ----------------------------------------------------------------------------------- */

/* The address the program wrote: before the last " port ", else behind the last " from ". */
static const char *
address(const char *s, const char *end, size_t *ret_len)
{
	bool first = begins(s, end, "Connection from "); /* "… port 1 on 192.0.2.9 port 22" */
	const char *port = first ? find(s, end, " port ") : find_last(s, end, " port "), *at;

	if (port != NULL) {
		for (at = port; at > s && at[-1] != ' ';)
			at--;
		*ret_len = (size_t)(port - at);
		if (is_address(at, *ret_len))
			return at;
	}
	at = find_last(s, end, " from ");
	if (at == NULL)
		return NULL;
	at += 6;
	*ret_len = word_len(at, end);
	while (*ret_len > 0 && (at[*ret_len - 1] == ':' || at[*ret_len - 1] == ','))
		--*ret_len;
	return is_address(at, *ret_len) ? at : NULL;
}

static void
sshd_user(struct ingest_thread *t, const char *s, const char *end)
{
	static const char *const before[] = { "for invalid user ", "nvalid user ", "authenticating user ",
		"for illegal user ", "for user ", " for ", "User ", " user " };

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		const char *at = find(s, end, before[i]);

		if (at == NULL)
			continue;
		at += strlen(before[i]);
		if (at < end)
			put(t, USER, at, (size_t)(end - at));
		return;
	}
}

static void
sshd(struct ingest_thread *t, const char *s, const char *end)
{
	size_t len = 0, n;
	const char *ip, *until = end;

	if (pam(t, s, end) || begins(s, end, "Server listening "))
		return;
	if (begins(s, end, "error: "))
		s += 7;
	if (begins(s, end, "Accepted ") || begins(s, end, "Failed ")) {
		n = word_len(s, end) + 1;
		put_word(t, ACTION, *s == 'A' ? "accepted" : "failed");
		put(t, METHOD, s + n, s + n < end ? word_len(s + n, end) : 0);
	} else if (begins(s, end, "Invalid user ") || begins(s, end, "Illegal user ") ||
	    find(s, end, "authentication attempts exceeded") != NULL) {
		put_word(t, ACTION, "failed");
	}
	ip = address(s, end, &len);
	if (ip != NULL) {
		put(t, SRC_IP, ip, len);
		if (begins(ip + len, end, " port "))
			put(t, SRC_PORT, ip + len + 6, digits(ip + len + 6, end));
		until = ip - s >= 6 && memcmp(ip - 6, " from ", 6) == 0 ? ip - 6 : ip - (ip > s);
	} else if (begins(s, end, "User ")) {
		until = s + 5 + word_len(s + 5, end);
	}
	if (ip != NULL || until < end)
		sshd_user(t, s, until);
}

/* ---- sudo, su, cron, useradd ----------------------------------------------------------------- */

/* "  alice : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh" */
static void
sudo(struct ingest_thread *t, const char *s, const char *end)
{
	const char *p;

	if (pam(t, s, end))
		return;
	while (s < end && *s == ' ')
		s++;
	p = find(s, end, " : ");
	if (p == NULL)
		return;
	put(t, USER, s, (size_t)(p - s));
	for (s = p + 3; s < end;) {
		size_t n = 0;

		while (s + n < end && s[n] >= 'A' && s[n] <= 'Z')
			n++;
		p = find(s, end, " ; ");
		if (p == NULL || begins(s, end, "COMMAND="))
			p = end;
		if (n > 0 && s + n < p && s[n] == '=')
			parse_named(t, s, n, s + n + 1, (size_t)(p - s) - n - 1);
		s = p == end ? end : p + 3;
	}
}

/* "(to root) alice on pts/0", "FAILED SU (to root) alice on pts/0" */
static void
su(struct ingest_thread *t, const char *s, const char *end)
{
	const char *to = find(s, end, "(to "), *close;

	if (pam(t, s, end) || to == NULL || (close = memchr(to, ')', (size_t)(end - to))) == NULL)
		return;
	put_word(t, ACTION, begins(s, end, "FAILED") ? "failed" : "accepted");
	put(t, TARGET, to + 4, (size_t)(close - to) - 4);
	if (close + 2 < end)
		put(t, USER, close + 2, word_len(close + 2, end));
}

/* "(root) CMD (run-parts /etc/cron.hourly)" */
static void
cron(struct ingest_thread *t, const char *s, const char *end)
{
	const char *close = find(s, end, ") "), *what;
	size_t n;

	if (pam(t, s, end) || s >= end || *s != '(' || close == NULL)
		return;
	put(t, USER, s + 1, (size_t)(close - s) - 1);
	what = close + 2;
	n = word_len(what, end);
	put(t, ACTION, what, n);
	if (end - what > (ptrdiff_t)n + 3 && what[n + 1] == '(')
		put(t, COMMAND, what + n + 2, (size_t)(end - what) - n - 2 - (end[-1] == ')'));
}

/* "new user: name=alice, UID=1001, GID=1001, home=/home/alice", "add 'alice' to group 'sudo'" */
static void
accounts(struct ingest_thread *t, const char *s, const char *end)
{
	const char *quote = memchr(s, '\'', (size_t)(end - s)), *close, *p = find(s, end, ": ");

	if (quote != NULL && (close = memchr(quote + 1, '\'', (size_t)(end - quote) - 1)) != NULL)
		put(t, USER, quote + 1, (size_t)(close - quote) - 1);
	for (s = p == NULL ? end : p + 2; s < end;) {
		const char *comma = find(s, end, ", "), *stop = comma == NULL ? end : comma;
		const char *equals = memchr(s, '=', (size_t)(stop - s));

		if (equals != NULL && equals > s && memchr(s, ' ', (size_t)(equals - s)) == NULL) {
			parse_named(t, s, (size_t)(equals - s), equals + 1, (size_t)(stop - equals) - 1);
			if (begins(s, stop, "name="))
				put(t, USER, s + 5, (size_t)(stop - s) - 5);
		}
		s = comma == NULL ? end : comma + 2;
	}
}

/* ---- netfilter -------------------------------------------------------------------------------- */

static bool
has_word(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = strlen(*words);

		for (size_t i = 0; i + n <= len; i++)
			if (strncasecmp(s + i, *words, n) == 0)
				return true;
	}
	return false;
}

static void
prefix(struct ingest_thread *t, const char *s, const char *end)
{
	static const char *const blocked[] = { "block", "drop", "reject", "deny", "denied", "limit", NULL };
	static const char *const allowed[] = { "allow", "accept", "permit", "pass", NULL };
	const char *close;

	/* The kernel's own clock: "[ 1234.567890] " */
	if (s < end && *s == '[' && end - s > 1 && (s[1] == ' ' || (s[1] >= '0' && s[1] <= '9')) &&
	    (close = memchr(s, ']', (size_t)(end - s))) != NULL)
		s = close + 1;
	while (s < end && *s == ' ')
		s++;
	while (s < end && end[-1] == ' ')
		end--;
	put(t, PREFIX, s, (size_t)(end - s));
	if (has_word(s, (size_t)(end - s), blocked))
		put_word(t, ACTION, "block");
	else if (has_word(s, (size_t)(end - s), allowed))
		put_word(t, ACTION, "allow");
}

/* "[UFW BLOCK] IN=eth0 OUT= MAC=… SRC=192.0.2.1 DST=192.0.2.9 LEN=40 PROTO=TCP SPT=1 DPT=22 SYN URGP=0" */
static void
netfilter(struct ingest_thread *t, const char *s, const char *end)
{
	const char *in = find(s, end, "IN=");

	if (in == NULL || find(in, end, " SRC=") == NULL || find(in, end, " DST=") == NULL)
		return;
	prefix(t, s, in);
	for (s = in; s < end;) {
		size_t n = word_len(s, end);
		const char *equals = memchr(s, '=', n);

		/* What an ICMP error quotes in brackets is of another packet. */
		if (n > 0 && *s == '[')
			return;
		if (equals != NULL && equals > s && equals + 1 < s + n)
			parse_named(t, s, (size_t)(equals - s), equals + 1, (size_t)(s + n - equals) - 1);
		s += n + 1;
	}
}

/* ---- DNS servers ------------------------------------------------------------------------------ */

/* The word at *${s}, which moves behind the blank after it. */
static struct text
next_word(const char **s, const char *end)
{
	struct text w = { *s, word_len(*s, end) };

	*s += w.len + (*s + w.len < end);
	return w;
}

static void
put_domain(struct ingest_thread *t, struct text name)
{
	put(t, QUERY, name.at, name.len - (name.len > 1 && name.at[name.len - 1] == '.'));
}

/* "client @0x7f01 10.0.0.5#53412 (xau.example): query: xau.example IN A +E(0)K (10.0.0.1)" */
static void
named(struct ingest_thread *t, const char *s, const char *end)
{
	const char *client = find(s, end, "client "), *query = client == NULL ? NULL : find(client, end, ": query: ");
	const char *hash;
	struct text type;

	if (query == NULL)
		return;
	s = client + 7;
	if (*s == '@')
		(void)next_word(&s, query);
	hash = memchr(s, '#', (size_t)(query - s));
	if (hash != NULL && is_address(s, (size_t)(hash - s))) {
		put(t, SRC_IP, s, (size_t)(hash - s));
		put(t, SRC_PORT, hash + 1, digits(hash + 1, query));
	}
	s = query + 9;
	put_domain(t, next_word(&s, end));
	(void)next_word(&s, end);
	type = next_word(&s, end);
	put(t, TYPE, type.at, type.len);
}

/* "query[A] xau.example from 10.0.0.5", "reply xau.example is 203.0.113.7" */
static void
dnsmasq(struct ingest_thread *t, const char *s, const char *end)
{
	static const char *const answers[] = { "reply ", "cached ", "config " };
	const char *query = find(s, end, "query["), *close, *is;
	struct text from;

	if (query != NULL && (close = memchr(query, ']', (size_t)(end - query))) != NULL) {
		put(t, TYPE, query + 6, (size_t)(close - query) - 6);
		s = close + 1 + (close + 1 < end);
		put_domain(t, next_word(&s, end));
		if (begins(s, end, "from ")) {
			s += 5;
			from = next_word(&s, end);
			put(t, SRC_IP, from.at, is_address(from.at, from.len) ? from.len : 0);
		}
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const char *at = find(s, end, answers[i]);

		if (at == NULL || (is = find(at, end, " is ")) == NULL)
			continue;
		at += strlen(answers[i]);
		put_domain(t, next_word(&at, is));
		put(t, ANSWER, is + 4, (size_t)(end - is) - 4);
		return;
	}
}

/* "[1234:0] info: 10.0.0.5 xau.example. A IN" */
static void
unbound(struct ingest_thread *t, const char *s, const char *end)
{
	const char *info = find(s, end, "info: ");
	struct text client, name, type;

	if (info == NULL)
		return;
	s = info + 6;
	client = next_word(&s, end);
	name = next_word(&s, end);
	type = next_word(&s, end);
	if (!is_address(client.at, client.len) || !begins(s, end, "IN"))
		return;
	put(t, SRC_IP, client.at, client.len);
	put_domain(t, name);
	put(t, TYPE, type.at, type.len);
}

/* ---- all ---------------------------------------------------------------------------------------- */

static void
sysmon(struct ingest_thread *t, const char *s, const char *end)
{
	if (begins(s, end, "<Event>") || begins(s, end, "<Event "))
		xml_event(t, s, (size_t)(end - s));
}

void
message_fields(struct ingest_thread *t, struct text program, const char *s, size_t len)
{
	static const struct {
		const char *program;
		void (*read)(struct ingest_thread *t, const char *s, const char *end);
	} of[] = {
		{ "sshd", sshd }, { "sshd-session", sshd }, { "sudo", sudo }, { "su", su }, { "CRON", cron },
		{ "cron", cron }, { "crond", cron }, { "crontab", cron }, { "useradd", accounts },
		{ "usermod", accounts }, { "userdel", accounts }, { "groupadd", accounts }, { "gpasswd", accounts },
		{ "kernel", netfilter }, { "named", named }, { "dnsmasq", dnsmasq },
		{ "unbound", unbound }, { "sysmon", sysmon },
	};

	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		if (strlen(of[i].program) != program.len || memcmp(of[i].program, program.at, program.len) != 0)
			continue;
		of[i].read(t, s, s + len);
		return;
	}
	if (begins(s, s + len, "pam_"))
		pam(t, s, s + len);
}
