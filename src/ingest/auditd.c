/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditd.c: the Linux audit log, an event for each line.
 *
 * A line of EXECVE or PROCTITLE also has CommandLine, and Image when the SYSCALL line of the
 * same message stands before it: what rules about processes ask for.  ingest_next() never cuts
 * between lines of one message.
 */
#include "ingest/syslog.h"
#include "ingest/when.h"

/* Numbers of x86-64 that rules name; a log that auditd has enriched says the name itself. */
static const struct {
	uint16_t number;
	const char *name;
} syscalls[] = {
	{ 2, "open" }, { 9, "mmap" }, { 10, "mprotect" }, { 41, "socket" }, { 42, "connect" },
	{ 43, "accept" }, { 49, "bind" }, { 50, "listen" }, { 54, "setsockopt" }, { 56, "clone" },
	{ 57, "fork" }, { 58, "vfork" }, { 59, "execve" }, { 62, "kill" }, { 82, "rename" },
	{ 84, "rmdir" }, { 85, "creat" }, { 86, "link" }, { 87, "unlink" }, { 88, "symlink" },
	{ 90, "chmod" }, { 91, "fchmod" }, { 92, "chown" }, { 93, "fchown" }, { 94, "lchown" },
	{ 99, "sysinfo" }, { 101, "ptrace" }, { 103, "syslog" }, { 105, "setuid" }, { 106, "setgid" },
	{ 113, "setreuid" }, { 117, "setresuid" }, { 133, "mknod" }, { 155, "pivot_root" },
	{ 161, "chroot" }, { 164, "settimeofday" }, { 165, "mount" }, { 166, "umount2" },
	{ 167, "swapon" }, { 168, "swapoff" }, { 169, "reboot" }, { 170, "sethostname" },
	{ 175, "init_module" }, { 176, "delete_module" }, { 188, "setxattr" }, { 227, "clock_settime" },
	{ 246, "kexec_load" }, { 257, "openat" }, { 259, "mknodat" }, { 263, "unlinkat" },
	{ 264, "renameat" }, { 268, "fchmodat" }, { 272, "unshare" }, { 288, "accept4" },
	{ 308, "setns" }, { 310, "process_vm_readv" }, { 311, "process_vm_writev" },
	{ 313, "finit_module" }, { 316, "renameat2" }, { 319, "memfd_create" }, { 320, "kexec_file_load" },
	{ 321, "bpf" }, { 322, "execveat" }, { 425, "io_uring_setup" },
};

struct pair {
	struct text key, value;
	bool is_quoted;
};

/* ${word} is a constant, so that its length costs nothing. */
static inline __attribute__((always_inline)) bool
is(struct text t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.at, word, t.len) == 0;
}

/* The next key=value; *${s} moves behind it.  A list within '…' is read as if it stood outside. */
static bool
next_pair(const char **s, const char *end, struct pair *ret)
{
	const char *p = *s, *stop;

	for (;;) {
		while (p < end && (*p == ' ' || *p == '\x1d' || *p == '\'' || *p == ',' || *p == '\t'))
			p++;
		ret->key.at = p;
		while (p < end && *p != '=' && *p != ' ' && *p != '\x1d')
			p++;
		ret->key.len = (size_t)(p - ret->key.at);
		if (p >= end)
			return false;
		if (*p++ != '=' || ret->key.len == 0)
			continue; /* a word between the pairs */
		if (p < end && *p == '\'')
			continue; /* msg='key=value … */
		break;
	}
	ret->is_quoted = p < end && *p == '"';
	if (ret->is_quoted) {
		ret->value.at = ++p;
		while (p < end && *p != '"')
			p += *p == '\\' && end - p > 1 ? 2 : 1;
		ret->value.len = (size_t)(p - ret->value.at);
		p += p < end;
	} else {
		ret->value.at = p;
		stop = p;
		while (stop < end && *stop != ' ' && *stop != '\x1d' && *stop != '\'' && *stop != '\t')
			stop++;
		ret->value.len = (size_t)(stop - p);
		p = stop;
	}
	*s = p;
	return true;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Values that auditd writes in hexadecimal when they hold anything unusual. */
static bool
may_be_hex(struct text key, bool is_execve)
{
	switch (key.len == 0 ? '\0' : key.at[0]) {
	case 'a':
		if (is_execve && key.len >= 2 && key.at[1] >= '0' && key.at[1] <= '9')
			return memchr(key.at, '_', key.len) == NULL; /* a1_len is a number */
		return is(key, "acct");
	case 'c':
		return is(key, "comm") || is(key, "cwd") || is(key, "cmd");
	case 'd':
		return is(key, "data") || is(key, "dir") || is(key, "device");
	case 'e':
		return is(key, "exe");
	case 'f':
		return is(key, "file");
	case 'g':
		return is(key, "grp");
	case 'i':
		return is(key, "id");
	case 'k':
		return is(key, "key");
	case 'n':
		return is(key, "name") || is(key, "new-disk");
	case 'o':
		return is(key, "ocomm") || is(key, "old-disk");
	case 'p':
		return is(key, "proctitle") || is(key, "path");
	case 'v':
		return is(key, "vm");
	case 'w':
		return is(key, "watch");
	default:
		return false;
	}
}

static bool
unhex(struct ingest_thread *t, struct text in, bool is_title, struct text *ret)
{
	char *out;

	if (in.len < 2 || in.len % 2 != 0)
		return false;
	for (size_t i = 0; i < in.len; i++)
		if (digit(in.at[i]) < 0)
			return false;
	out = parse_room(t, in.len / 2);
	if (out == NULL)
		return false;
	for (size_t i = 0; i < in.len / 2; i++) {
		char c = (char)(digit(in.at[2 * i]) << 4 | digit(in.at[2 * i + 1]));

		out[i] = is_title && c == '\0' ? ' ' : c; /* the words of a title are ended by NUL */
	}
	*ret = (struct text){ out, in.len / 2 };
	return true;
}

/* The value as it was before auditd wrote it. */
static void
decode(struct ingest_thread *t, struct pair *p, bool is_execve)
{
	if (!p->is_quoted && may_be_hex(p->key, is_execve))
		(void)unhex(t, p->value, is(p->key, "proctitle"), &p->value);
}

static void
put_pair(struct ingest_thread *t, const struct pair *p)
{
	if (!p->is_quoted && (is(p->value, "(null)") || is(p->value, "?")))
		(void)parse_value(t, p->key.at, p->key.len, names_find(t->names, p->key.at, p->key.len));
	else
		parse_named(t, p->key.at, p->key.len, p->value.at, p->value.len);
}

/* A field of our own, which nobody has to be bothered with who does not ask for it. */
static void
put_own(struct ingest_thread *t, const char *name, struct text value)
{
	if (value.len > 0 && (t->names == NULL || names_find(t->names, name, strlen(name)) != 0))
		parse_named(t, name, strlen(name), value.at, value.len);
}

/* a0 a1 … with blanks between them, from the values read so far. */
static struct text
command_line(struct ingest_thread *t, uint32_t from)
{
	size_t len = 0;
	char *out;

	for (int pass = 0; pass < 2; pass++) {
		out = pass == 0 ? NULL : parse_room(t, len);
		len = pass == 1 && out == NULL ? 0 : len;
		if (pass == 1 && out == NULL)
			break;
		len = 0;
		for (uint32_t i = from; i < t->event.values; i++) {
			const struct event_value *v = &t->value[i];
			bool begins = v->name_len >= 2 && v->name[0] == 'a' && v->name[1] >= '0' &&
			    v->name[1] <= '9' && memchr(v->name, '_', v->name_len) == NULL;

			if (!begins || v->type != VALUE_TEXT)
				continue;
			/* a1[0] a1[1]: a long one in parts */
			if (len > 0 && !(v->name[v->name_len - 1] == ']' && v->name[v->name_len - 2] != '0')) {
				if (out != NULL)
					out[len] = ' ';
				len++;
			}
			if (out != NULL)
				memcpy(out + len, v->data, v->len);
			len += v->len;
		}
	}
	return (struct text){ out, out == NULL ? 0 : len };
}

static void
put_syscall(struct ingest_thread *t, struct text number)
{
	unsigned n = 0;

	for (size_t i = 0; i < number.len && n < 10000; i++)
		n = n * 10 + (unsigned)(number.at[i] - '0');
	for (size_t i = 0; i < ARRAY_LEN(syscalls); i++)
		if (syscalls[i].number == n)
			put_own(t, "SYSCALL", (struct text){ syscalls[i].name, strlen(syscalls[i].name) });
}

void
auditd_pairs(struct ingest_thread *t, const char *s, size_t len, bool is_execve)
{
	const char *end = s + len;
	uint32_t from = t->event.values;
	struct text number = { NULL, 0 };
	bool is_x86_64 = false, is_enriched = false;
	struct pair p;

	while (next_pair(&s, end, &p)) {
		is_x86_64 |= is(p.key, "arch") && is(p.value, "c000003e");
		is_enriched |= is(p.key, "SYSCALL");
		if (is(p.key, "syscall"))
			number = p.value;
		decode(t, &p, is_execve);
		put_pair(t, &p);
		if (is(p.key, "proctitle"))
			put_own(t, "CommandLine", p.value);
	}
	if (is_execve)
		put_own(t, "CommandLine", command_line(t, from));
	if (is_x86_64 && !is_enriched && number.len > 0)
		put_syscall(t, number);
}

/* A line's head: node=… type=… msg=audit(1700000000.123:456): */
struct head {
	struct text node, type, msgid, rest;
	int64_t time_ns;
};

static bool
read_head(const char *s, size_t len, struct head *ret)
{
	const char *end = s + len, *p = s, *close;
	struct pair pair;

	ret->node = (struct text){ s, 0 };
	if (len < 6 || (memcmp(s, "type=", 5) != 0 && memcmp(s, "node=", 5) != 0) ||
	    !next_pair(&p, end, &pair))
		return false;
	if (is(pair.key, "node")) {
		ret->node = pair.value;
		if (!next_pair(&p, end, &pair))
			return false;
	}
	ret->type = pair.value;
	if (!is(pair.key, "type") || end - p < 12 || memcmp(p, " msg=audit(", 11) != 0)
		return false;
	p += 11;
	close = memchr(p, ')', (size_t)(end - p));
	if (close == NULL || when_epoch(p, (size_t)(close - p), &ret->time_ns) == 0)
		return false;
	ret->msgid = (struct text){ p, (size_t)(close - p) };
	close++;
	close += close < end && *close == ':';
	ret->rest = (struct text){ close, (size_t)(end - close) };
	return true;
}

static void
put_fields(struct ingest_thread *t, const struct head *h)
{
	t->event.time_ns = h->time_ns;
	if (h->node.len > 0)
		parse_named(t, "node", 4, h->node.at, h->node.len);
	parse_named(t, "type", 4, h->type.at, h->type.len);
	parse_named(t, "msgid", 5, h->msgid.at, h->msgid.len);
	auditd_pairs(t, h->rest.at, h->rest.len, is(h->type, "EXECVE"));
}

bool
auditd_fields(struct ingest_thread *t, const char *s, size_t len)
{
	struct head head;

	if (!read_head(s, len, &head))
		return false;
	put_fields(t, &head);
	return true;
}

bool
auditd_is(const char *line, size_t len)
{
	struct head head;

	return read_head(line, len, &head);
}

bool
auditd_same_message(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct head x, y;

	return read_head(a, a_len, &x) && read_head(b, b_len, &y) && x.msgid.len == y.msgid.len &&
	    memcmp(x.msgid.at, y.msgid.at, x.msgid.len) == 0;
}

/* exe of a SYSCALL line, as it stands there. */
static struct text
exe_of(const struct head *h)
{
	const char *s = h->rest.at, *end = s + h->rest.len;
	struct pair p;

	while (next_pair(&s, end, &p))
		if (p.is_quoted && is(p.key, "exe"))
			return p.value;
	return (struct text){ NULL, 0 };
}

void
auditd_piece(struct ingest_thread *t)
{
	struct text msgid = { NULL, 0 }, exe = { NULL, 0 };
	struct head head;
	const char *line;
	size_t pos = 0, len;

	for (; parse_line(t->piece, &pos, &line, &len); t->line++) {
		if (len == 0 || (len == 4 && memcmp(line, "----", 4) == 0)) /* between messages: ausearch */
			continue;
		if (!read_head(line, len, &head)) {
			parse_skipped(t, line, len, "ingest.line.format");
			continue;
		}
		if (head.msgid.len != msgid.len || memcmp(head.msgid.at, msgid.at, msgid.len) != 0)
			exe.len = 0;
		msgid = head.msgid;
		parse_begin(t, line, len);
		put_fields(t, &head);
		if (is(head.type, "SYSCALL"))
			exe = exe_of(&head);
		else if (is(head.type, "EXECVE") || is(head.type, "PROCTITLE"))
			put_own(t, "Image", exe);
		parse_end(t);
	}
}
