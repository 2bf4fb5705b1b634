/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syslog.c: lines of syslog as it travels and as it is stored: RFC 3164 with and without a
 * priority, RFC 5424, and with times as RFC 3339 writes them.
 */
#include "ingest/message.h"
#include "ingest/parse.h"
#include "ingest/syslog.h"
#include "ingest/when.h"

const char *const syslog_names[] = {
	"facility", "severity", "hostname", "program", "pid", "message", "msgid", "timestamp", NULL
};

static const char *const facilities[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
	"ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4",
	"local5", "local6", "local7"
};
static const char *const severities[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"
};

void
syslog_put_facility(struct ingest_thread *t, unsigned facility)
{
	if (facility < ARRAY_LEN(facilities))
		parse_text(t, &t->syslog[SYSLOG_FACILITY], facilities[facility], strlen(facilities[facility]));
}

void
syslog_put_severity(struct ingest_thread *t, unsigned severity)
{
	if (severity < ARRAY_LEN(severities))
		parse_text(t, &t->syslog[SYSLOG_SEVERITY], severities[severity], strlen(severities[severity]));
}

void
syslog_put_time(struct ingest_thread *t)
{
	const struct parse_name *name = &t->syslog[SYSLOG_TIME];
	struct event_value *v;

	if (name->id == 0 || t->event.time_ns == INT64_MIN)
		return;
	v = parse_value(t, name->text, name->len, name->id);
	if (v != NULL) {
		v->type = VALUE_TIME;
		v->number = t->event.time_ns / 100;
	}
}

/* <34>; returns the bytes it takes, 0: there is none. */
static size_t
priority(const char *s, size_t len, unsigned *ret)
{
	size_t n = 1;

	*ret = 0;
	if (len < 3 || s[0] != '<')
		return 0;
	for (; n < len && n < 5 && s[n] >= '0' && s[n] <= '9'; n++)
		*ret = *ret * 10 + (unsigned)(s[n] - '0');
	return n > 1 && n < len && s[n] == '>' && *ret < 192 ? n + 1 : 0;
}

/* The word at *${s}, which moves behind the blanks after it. */
static struct text
word(const char **s, const char *end)
{
	struct text w = { *s, 0 };

	while (*s < end && **s != ' ')
		(*s)++;
	w.len = (size_t)(*s - w.at);
	while (*s < end && **s == ' ')
		(*s)++;
	return w;
}

static void
put_word(struct ingest_thread *t, int name, struct text w)
{
	if (w.len > 0)
		parse_dash(t, &t->syslog[name], w.at, w.len);
}

/* name="value" with \" \\ \] */
static void
put_param(struct ingest_thread *t, struct text name, struct text value)
{
	char *out = parse_room(t, value.len);
	size_t n = 0;

	if (out == NULL)
		return;
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '\\' && i + 1 < value.len && strchr("\"\\]", value.at[i + 1]) != NULL)
			i++;
		out[n++] = value.at[i];
	}
	parse_named(t, name.at, name.len, out, n);
}

/* [id name="value" …]…; where it ends, or NULL when it is none. */
static const char *
structured(struct ingest_thread *t, const char *s, const char *end)
{
	while (s < end && *s == '[') {
		while (s < end && *s != ' ' && *s != ']')
			s++;
		while (s < end && *s == ' ') {
			struct text name = { ++s, 0 }, value;

			while (s < end && *s != '=' && *s != ']')
				s++;
			name.len = (size_t)(s - name.at);
			if (end - s < 2 || s[0] != '=' || s[1] != '"')
				return NULL;
			value.at = s += 2;
			while (s < end && *s != '"')
				s += *s == '\\' && s + 1 < end ? 2 : 1;
			if (s >= end)
				return NULL;
			value.len = (size_t)(s - value.at);
			put_param(t, name, value);
			s++;
		}
		if (s >= end || *s != ']')
			return NULL;
		s++;
	}
	return s;
}

/* Behind "<34>1 ".  False when it does not go on as RFC 5424 says. */
static bool
rfc5424(struct ingest_thread *t, const char *s, const char *end)
{
	size_t n = when_iso(s, (size_t)(end - s), t->zone_s, &t->event.time_ns);
	struct text host, program, pid, msgid;
	const char *rest;

	if (n == 0 && !(end - s > 1 && s[0] == '-' && s[1] == ' '))
		return false;
	(void)word(&s, end);
	host = word(&s, end);
	program = word(&s, end);
	pid = word(&s, end);
	msgid = word(&s, end);
	put_word(t, SYSLOG_HOST, host);
	put_word(t, SYSLOG_PROGRAM, program);
	put_word(t, SYSLOG_PID, pid);
	put_word(t, SYSLOG_MSGID, msgid);
	if (s < end && *s == '[') {
		rest = structured(t, s, end);
		s = rest != NULL ? rest : s;
	} else if (s < end && *s == '-') {
		s++;
	}
	if (s < end && *s == ' ')
		s++;
	if (end - s >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	syslog_put_message(t, program, s, (size_t)(end - s));
	return true;
}

/* "sshd[123]: ", "su: ", "kernel: "; where the message begins. */
static const char *
tag(const char *s, const char *end, struct text *ret_program, struct text *ret_pid)
{
	const char *from = s, *bracket;

	*ret_program = *ret_pid = (struct text){ s, 0 };
	while (s < end && *s != '[' && *s != ':' && *s != ' ')
		s++;
	ret_program->len = (size_t)(s - from);
	if (s < end && *s == '[' && (bracket = memchr(s, ']', (size_t)(end - s))) != NULL) {
		*ret_pid = (struct text){ s + 1, (size_t)(bracket - s) - 1 };
		s = bracket + 1;
	}
	if (s >= end || *s != ':' || ret_program->len == 0) {
		ret_program->len = ret_pid->len = 0;
		return from;
	}
	if (*from == '%') /* Cisco: %ASA-6-302013, which rules look for in the message */
		return from;
	s++;
	return s < end && *s == ' ' ? s + 1 : s;
}

/* The time at the beginning of a stored line, 0 when there is none. */
static size_t
stamp(const char *s, size_t len, int zone_s, int64_t newest_ns, int64_t *ret_ns)
{
	size_t n = when_syslog(s, len, zone_s, newest_ns, ret_ns);

	if (n == 0)
		n = when_iso(s, len, zone_s, ret_ns);
	while (n > 0 && n < len && s[n] == ':') /* Cisco: "Nov 22 14:30:05: %ASA-…" */
		n++;
	return n > 0 && n < len && s[n] == ' ' ? n + 1 : 0;
}

/*
 * ${is_bare}: without a priority.  A line of which only a time as in RFC 3339 can be told, and no program,
 * is of the error log of a web server or database, or of some program's own log: plain text.
 */
static void
rfc3164(struct ingest_thread *t, const char *s, const char *end, bool is_bare)
{
	struct text host = { s, 0 }, line = { s, (size_t)(end - s) }, program, pid;
	size_t n = stamp(s, line.len, t->zone_s, t->newest_ns, &t->event.time_ns);
	const char *rest;

	s += n;
	while (s < end && *s == ' ')
		s++;
	rest = s;
	if (n > 0)
		host = word(&rest, end);
	if (host.len > 0 && host.at[host.len - 1] != ':' && host.at[host.len - 1] != ']')
		s = rest;
	else
		host.len = 0;
	s = tag(s, end, &program, &pid);
	if (is_bare && n > 0 && program.len == 0 && *line.at >= '0' && *line.at <= '9') {
		t->event.format = ingest_format_name(INGEST_TEXT);
		parse_text(t, &t->syslog[SYSLOG_MESSAGE], line.at, line.len);
		return;
	}
	put_word(t, SYSLOG_HOST, host);
	put_word(t, SYSLOG_PROGRAM, program);
	put_word(t, SYSLOG_PID, pid);
	syslog_put_message(t, program, s, (size_t)(end - s));
}

/* Firewalls send lists of key=value; the kernel and auditd send audit records. */
static bool
is_list(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 32 && ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '_'))
		n++;
	return n > 1 && n < len && s[n] == '=';
}

static bool
is_named(const struct event_value *v, const char *name)
{
	return v->type == VALUE_TEXT && v->name_len == strlen(name) && memcmp(v->name, name, v->name_len) == 0;
}

/* FortiGate sends no time but in the list itself: date=2026-11-22 time=14:30:05 … tz="+0700" */
static void
take_list_time(struct ingest_thread *t)
{
	static const char *const names[] = { "date", "time", "tz" };
	struct buf text = BUF_INIT(64);

	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (uint32_t i = 0; i < t->event.values; i++)
			if (is_named(&t->value[i], names[k])) {
				buf_adds(&text, k == 1 ? " " : "");
				buf_add(&text, t->value[i].data, t->value[i].len);
				break;
			}
	(void)when_iso(buf_str(&text), text.len, t->zone_s, &t->event.time_ns);
	buf_clear(&text);
}

/* A record of auditd that audisp-syslog sent on: of the machine that did, if it does not say. */
static void
become_audit(struct ingest_thread *t)
{
	const struct event_value *host = NULL;

	t->event.format = ingest_format_name(INGEST_AUDITD);
	for (uint32_t i = 0; i < t->event.values; i++) {
		if (is_named(&t->value[i], "node"))
			return;
		if (host == NULL && is_named(&t->value[i], t->syslog[SYSLOG_HOST].text))
			host = &t->value[i];
		if (is_named(&t->value[i], "type"))
			break;
	}
	if (host != NULL)
		parse_named(t, "node", 4, host->data, host->len);
}

/* The fields of what a message is a list of, or of what its program says in it. */
static void
read_message(struct ingest_thread *t, struct text program, const char *s, size_t len)
{
	if (auditd_fields(t, s, len)) {
		become_audit(t);
	} else if (is_list(s, len)) {
		auditd_pairs(t, s, len, false);
		if (t->event.time_ns == INT64_MIN)
			take_list_time(t);
	} else {
		message_fields(t, program, s, len);
	}
}

void
syslog_put_message(struct ingest_thread *t, struct text program, const char *s, size_t len)
{
	parse_text(t, &t->syslog[SYSLOG_MESSAGE], s, len);
	read_message(t, program, s, len);
}

void
syslog_read_journal(struct ingest_thread *t)
{
	struct text program = { "", 0 }, message = { NULL, 0 };

	for (uint32_t i = 0; i < t->event.values; i++) {
		const struct event_value *v = &t->value[i];

		if (is_named(v, t->syslog[SYSLOG_PROGRAM].text))
			program = (struct text){ v->data, v->len };
		else if (is_named(v, t->syslog[SYSLOG_MESSAGE].text))
			message = (struct text){ v->data, v->len };
	}
	if (message.at != NULL)
		read_message(t, program, message.at, message.len);
	syslog_put_time(t);
}

bool
syslog_is(const char *line, size_t len)
{
	static const char dated[] = "date=2026-11-22 time=";
	unsigned number;
	size_t n = priority(line, len, &number);
	int64_t ns;

	/* What FortiGate sends, saved without its priority. */
	if (len > sizeof(dated) && memcmp(line, dated, 7) == 0 && memcmp(line + 15, dated + 15, 6) == 0)
		return true;
	return n > 0 || stamp(line, len, 0, INT64_C(4102444800000000000), &ns) > 0;
}

void
syslog_setup(struct ingest_thread *t)
{
	t->syslog = parse_names(t->names, syslog_names);
}

void
syslog_piece(struct ingest_thread *t)
{
	const char *line, *s;
	size_t pos = 0, len, n;
	unsigned number;

	for (; parse_line(t->piece, &pos, &line, &len); t->line++) {
		if (len == 0)
			continue;
		parse_begin(t, line, len);
		n = priority(line, len, &number);
		s = line + n;
		if (n > 0) {
			syslog_put_facility(t, number / 8);
			syslog_put_severity(t, number % 8);
		}
		if (!(n > 0 && len - n > 2 && s[0] == '1' && s[1] == ' ' && rfc5424(t, s + 2, line + len)))
			rfc3164(t, s, line + len, n == 0);
		syslog_put_time(t);
		parse_end(t);
	}
}

void
text_piece(struct ingest_thread *t)
{
	const char *line;
	size_t pos = 0, len, n;

	for (; parse_line(t->piece, &pos, &line, &len); t->line++) {
		if (len == 0)
			continue;
		parse_begin(t, line, len);
		n = line[0] == '[' || line[0] == '"';
		if (when_iso(line + n, len - n, t->zone_s, &t->event.time_ns) == 0)
			(void)when_ctime(line + n, len - n, t->zone_s, &t->event.time_ns);
		parse_text(t, &t->syslog[SYSLOG_MESSAGE], line, len);
		parse_end(t);
	}
}
