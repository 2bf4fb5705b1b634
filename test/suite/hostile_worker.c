/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_worker.c: stands in khien-worker's place in test/suite/hunt_case.test.mjs, as if a file
 * had taken the worker over.  It asks for its first file, whose text says what to try: "evil DEED
 * ARGUMENT".  It says on standard error how it went, "done …" or "refused …", and leaves; deeds
 * that the kernel ends say nothing.  Held as the real one is, or, built with FREE, not at all: then
 * each deed must succeed, which proves that the test can tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "os/pass.h"
#include "worker/hunt.h"

#ifndef FREE
#define FREE 0
#endif

static const char *argument;

static int
result(bool done, const char *what)
{
	fprintf(stderr, "%s %s\n", done ? "done" : "refused", what);
	return 1;
}

static bool
say(char kind, const char *text)
{
	struct buf frame = BUF_INIT(WORKER_FRAME_MAX);
	bool ok;

	buf_addc(&frame, kind);
	buf_adds(&frame, text);
	ok = worker_write(frame.data, frame.len);
	buf_clear(&frame);
	return ok;
}

/* ---- reaching out ------------------------------------------------------------------------- */

static int
reads_file(void)
{
	int fd = open(argument, O_RDONLY);
	char byte;

	return result(fd >= 0 && read(fd, &byte, 1) == 1, argument);
}

static int
writes_file(void)
{
	int fd = open(argument, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return result(fd >= 0 && write(fd, "x", 1) == 1, argument);
}

static int
removes_file(void)
{
	return result(unlink(argument) == 0, argument);
}

static int
connects_tcp(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argument)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return result(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "tcp");
}

static int
connects_unix(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", argument);
	return result(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "unix");
}

static int
forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid > 0 && waitpid(pid, NULL, 0) == pid, "fork");
}

static int
executes(void)
{
	char *const words[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "echo done exec >&2" }, NULL };

	execv("/bin/sh", words);
	return result(false, "exec");
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
makes_thread(void)
{
	pthread_t thread;

	return result(pthread_create(&thread, NULL, nothing, NULL) == 0, "thread");
}

static int
traces_server(void)
{
	bool done = ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;

	if (done)
		ptrace(PTRACE_DETACH, getppid(), NULL, NULL);
	return result(done, "ptrace");
}

static int
signals_server(void)
{
	return result(kill(getppid(), 0) == 0, "kill");
}

static int
runs_own_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(p != MAP_FAILED, "exec memory");
}

/* Which descriptors it was given: none of the store, the keys, the network. */
static int
lists_descriptors(void)
{
	char list[400] = "";

	for (int fd = 0; fd < 1024; fd++) {
		int copy = dup(fd);

		if (copy < 0)
			continue;
		close(copy);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), " %d", fd);
	}
	fprintf(stderr, "descriptors%s\n", list);
	return 1;
}

/* ---- without end ---------------------------------------------------------------------------- */

static int
eats_memory(void)
{
	for (size_t mb = 0; mb < 3000; mb += 50)
		if (mmap(NULL, (size_t)50 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		    MAP_FAILED)
			return result(false, "memory");
	return result(true, "memory");
}

static int
fills_disk(void)
{
	char byte = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (lseek(HUNTER_SPOOL_FD, (off_t)HUNTER_SPOOL_MAX + 10, SEEK_SET) < 0)
		return result(false, "seek");
	return result(write(HUNTER_SPOOL_FD, &byte, 1) == 1, "disk");
}

static int
talks_without_end(void)
{
	char *text = malloc(1000001);

	memset(text, 'x', 1000000);
	text[1000000] = '\0';
	for (;;)
		if (!say('H', text))
			return 1;
}

static int
repeats_itself(void)
{
	for (;;)
		if (!say('P', "{\"bytes\":1,\"events\":1,\"hits\":1}"))
			return 1;
}

static int
hangs(void)
{
	while (poll(NULL, 0, 1000) == 0)
		continue;
	return 1;
}

static int
crashes(void)
{
	abort();
}

/* ---- lies ------------------------------------------------------------------------------------ */

#define LINE(level, more) "{\"rule_id\":\"r\",\"title\":\"t\",\"level\":\"" level "\",\"tags\":[]," \
	"\"file\":\"f\",\"record\":1,\"time\":null,\"host\":\"h\",\"matched\":[]" more "}\n"
#define SUMMARY(detections, groups, more) "{\"files_read\":1,\"files_refused\":0,\"bytes\":1,\"events\":1," \
	"\"detections\":" detections ",\"stopped\":false,\"is_cut\":false,\"rules_loaded\":1,\"rules_unmapped\":0," \
	"\"rules_refused\":0,\"from_ms\":null,\"to_ms\":null,\"groups_total\":0,\"levels\":{},\"tactics\":{}," \
	"\"hosts\":[],\"gaps\":[],\"stories\":[],\"groups\":[" groups "]" more "}"
#define GROUP(level, story) "{\"rule_id\":\"r\",\"rule_title\":\"t\",\"title\":\"t\",\"level\":\"" level "\"," \
	"\"tags\":[],\"host\":\"h\",\"subject\":\"\",\"count\":1,\"score\":1,\"first_ms\":2,\"last_ms\":2," \
	"\"story\":" story ",\"advice\":\"\",\"playbook\":\"\",\"matched\":[],\"refs\":[]}"

/* Frames, said one after the other; an empty kind ends them. */
struct frame {
	char kind;
	const char *text;
};

static int
says(const struct frame *f)
{
	for (; f->kind != '\0'; f++)
		if (!say(f->kind, f->text))
			return 1;
	return 0;
}
#define SAYS(...) return says((const struct frame[]){ __VA_ARGS__, { '\0', NULL } })

static int lies_length(void) { return fd_write_all(1, "\xff\xff\xff\xff", 4); }
static int lies_short(void) { return fd_write_all(1, "\0\0\1\0Jx", 6); }
static int lies_kind(void) { SAYS({ 'Z', "z" }); }
static int lies_utf8(void) { SAYS({ 'J', "{\"rule_id\":\"\xff\"}\n" }); }
static int lies_json(void) { SAYS({ 'J', "<script>alert(1)</script>\n" }); }
static int lies_level(void) { SAYS({ 'J', LINE("disastrous", "") }); }
static int lies_member(void) { SAYS({ 'J', LINE("high", ",\"x\":1") }); }
static int lies_progress(void) { SAYS({ 'P', "{\"bytes\":5,\"events\":5,\"hits\":5}" }, { 'P', "{\"bytes\":4,\"events\":5,\"hits\":5}" }); }
static int lies_negative(void) { SAYS({ 'P', "{\"bytes\":-1,\"events\":5,\"hits\":5}" }); }
static int lies_file(void) { SAYS({ 'W', "zzzz" }); }
static int lies_order(void) { SAYS({ 'H', "<p>" }, { 'J', LINE("high", "") }); }
static int lies_page(void) { SAYS({ 'J', LINE("high", "") }, { 'S', SUMMARY("1", "", "") }); }
static int lies_count(void) { SAYS({ 'J', LINE("high", "") }, { 'H', "<p>" }, { 'S', SUMMARY("2", "", "") }); }
static int lies_group(void) { SAYS({ 'H', "<p>" }, { 'S', SUMMARY("0", GROUP("disastrous", "-1"), "") }); }
static int lies_story(void) { SAYS({ 'H', "<p>" }, { 'S', SUMMARY("0", GROUP("high", "7"), "") }); }
static int lies_context(void) { SAYS({ 'C', "{\"rule_id\":\"r\",\"level\":\"high\",\"host\":\"h\",\"fields\":[{\"field\":1,\"value\":\"v\"}]}" }); }
static int lies_list(void) { SAYS({ 'I', "zzzz" }); }
static int lies_more(void) { SAYS({ 'H', "<p>" }, { 'S', SUMMARY("0", "", ",\"admin\":true") }); }

/* What must be taken, or the lies above could be refused for another reason. */
static int tells_truth(void) { SAYS({ 'P', "{\"bytes\":1,\"events\":1,\"hits\":1}" }, { 'J', LINE("high", "") },
	{ 'H', "<script>alert(1)</script><p>" }, { 'S', SUMMARY("1", GROUP("high", "-1"), "") }); }

static int
lies_deep(void)
{
	char *text = malloc(200001);

	memset(text, '[', 200000);
	text[200000] = '\0';
	return say('S', text) ? 0 : 1;
}

static const struct {
	const char *name;
	int (*deed)(void);
} deeds[] = {
	{ "read", reads_file }, { "write", writes_file }, { "remove", removes_file }, { "tcp", connects_tcp },
	{ "unix", connects_unix }, { "fork", forks }, { "exec", executes }, { "thread", makes_thread },
	{ "ptrace", traces_server }, { "kill", signals_server }, { "code", runs_own_code },
	{ "descriptors", lists_descriptors }, { "memory", eats_memory }, { "disk", fills_disk },
	{ "endless", talks_without_end }, { "repeat", repeats_itself }, { "hang", hangs }, { "crash", crashes },
	{ "length", lies_length }, { "short", lies_short }, { "kind", lies_kind }, { "utf8", lies_utf8 },
	{ "json", lies_json }, { "level", lies_level }, { "member", lies_member }, { "progress", lies_progress },
	{ "negative", lies_negative }, { "file", lies_file }, { "order", lies_order }, { "page", lies_page },
	{ "count", lies_count }, { "group", lies_group }, { "story", lies_story }, { "more", lies_more }, { "context", lies_context }, { "list", lies_list },
	{ "deep", lies_deep }, { "truth", tells_truth },
};

static int
serve(void)
{
	struct buf request = BUF_INIT(WORKER_FRAME_MAX), want = BUF_INIT(8);
	char text[600];
	char name[40];
	ssize_t n;
	int fd;

	if (!worker_read(&request))
		return 1;
	buf_add(&want, "W\0\0\0\0", 5);
	if (!worker_write(want.data, want.len) || (fd = pass_receive(HUNTER_FILES_FD)) < 0)
		return result(false, "no file");
	n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "evil %39s", name) != 1)
		return result(false, "no deed");
	argument = text + strlen("evil ") + strlen(name);
	argument += *argument == ' ';
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].name, name) == 0)
			return deeds[i].deed();
	return result(false, "unknown deed");
}

int
main(int argc, char **argv)
{
	static const struct worker_kind kinds[] = { { "hunt", HUNT_CONFINEMENT, NULL, serve } };

	if (FREE)
		_exit(argc == 2 ? serve() : 2);
	worker_main(kinds, 1, argc, argv);
}
